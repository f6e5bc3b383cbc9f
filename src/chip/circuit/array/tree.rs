//! H-trees: address, data-in and data-out wires from the edge of a bank to its mats, or of an array to its banks.

use super::fabric::Fabric;
use super::geometry::Geometry;
use super::request::Ports;
use super::tree_nodes::{Link, Nodes, Signal};
use crate::chip::circuit::transistor::Leakage;
use crate::units::Micrometres;

/// What an H-tree connects.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaves {
    pub across: u32,
    pub down: u32,
    pub width_um: f64,
    pub height_um: f64,
}

/// Wires of the three trees that run side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wires {
    pub address: f64,
    pub data_in: f64,
    pub data_out: f64,
}

impl Wires {
    /// Wires of all ports, for address bits of one port.
    pub fn new(geometry: &Geometry, address_bits: u32, ports: Ports) -> Wires {
        Wires {
            address: f64::from(address_bits * ports.total()),
            data_in: geometry.word_bits * f64::from(ports.writing()),
            data_out: geometry.word_bits * f64::from(ports.reading()),
        }
    }

    fn data(&self) -> f64 {
        self.data_in + self.data_out
    }
}

/// The floor plan of a tree: its extent, and its links from the root to one leaf.
#[derive(Clone, Debug)]
pub(super) struct Tree<'a> {
    fabric: &'a Fabric,
    pub width_um: f64,
    pub height_um: f64,
    links: Vec<Link>,
}

impl<'a> Tree<'a> {
    /// The tree inside a bank: address wires fan out at each node, data wires stay as many.
    pub fn inside_bank(fabric: &'a Fabric, leaves: Leaves, wires: Wires) -> Tree<'a> {
        let pitch_um = fabric.semi_global.pitch_um;
        let (across, down) = (f64::from(leaves.across), f64::from(leaves.down));
        let (h, v) = (f64::from(leaves.across.ilog2()), f64::from(leaves.down.ilog2()));
        let halving = |levels: f64| 2.0 * (1.0 - libm::exp2(-levels));
        let (address_down, data_down, address_across, data_across) = if h > v {
            (down - 1.0 + (h - v), halving(h - v) + libm::exp2(h - v) * v, across - 1.0, v)
        } else if h < v {
            (across - 1.0 + (v - h), h, across - 1.0 + (v - h), h + halving(v - h))
        } else {
            (down - 1.0, h, across - 1.0, v)
        };
        let height_um =
            leaves.height_um * down + (wires.address * address_down + wires.data() * data_down) * pitch_um;
        let width_um = leaves.width_um * across
            + (wires.address * address_across + wires.data() * data_across) * pitch_um;
        let links = links(leaves, width_um, height_um);
        Tree { fabric, width_um, height_um, links }
    }

    /// The tree between banks, as one bank sees it: each bank has wires of its own, side by side with the others'.
    pub fn between_banks(fabric: &'a Fabric, leaves: Leaves, wires: Wires) -> Tree<'a> {
        let pitch_um = fabric.semi_global.pitch_um;
        let (h, v) = (f64::from(leaves.across.ilog2()), f64::from(leaves.down.ilog2()));
        let channel =
            |levels: f64| 2.0 * (1.0 - libm::exp2(-levels)) * (wires.address + wires.data()) * pitch_um;
        let height_um = leaves.height_um * f64::from(leaves.down) + channel(h);
        let width_um = leaves.width_um * f64::from(leaves.across) + channel(v);
        let mut links = links(leaves, width_um, height_um);
        links.iter_mut().for_each(|link| link.copies = 1.0);
        Tree { fabric, width_um, height_um, links }
    }

    /// One of the tree's signals with a kind of nodes.
    pub fn signal(&self, nodes: Nodes) -> Signal {
        let repeated = &self.fabric.repeated;
        let mut signal = Signal::default();
        for link in &self.links {
            let length = Micrometres(link.length_um);
            let node = nodes.pass(self.fabric, link);
            signal.delay = signal.delay + repeated.delay(length) + node.delay;
            signal.energy = signal.energy + repeated.energy(length) + node.energy;
        }
        signal
    }

    /// Leakage of all repeaters and nodes, for so many wires at the root.
    pub fn leakage(&self, nodes: Nodes, wires: f64) -> Leakage {
        let repeated = &self.fabric.repeated;
        let of = |link: &Link| {
            let wire = repeated.leakage(Micrometres(link.length_um));
            (wire + nodes.leakage(self.fabric, link)) * (wires * link.copies)
        };
        self.links.iter().map(of).fold(Leakage::default(), |sum, link| sum + link)
    }
}

/// The links from the middle of one edge to a leaf: first the longer direction alone until as many levels are
/// left across as down, then across and down in turn, then what is left down.
fn links(leaves: Leaves, width_um: f64, height_um: f64) -> Vec<Link> {
    let (mut across, mut down) = (leaves.across.ilog2(), leaves.down.ilog2());
    let (mut length_um, mut drop_um) = (width_um / 2.0, height_um / 4.0);
    let mut copies = 1.0;
    // A trunk without links across is as strong as the first of them would be.
    let mut across_um = length_um;
    let mut links = Vec::with_capacity((across + down) as usize);
    while across > 0 || down > 0 {
        let drops = down >= across;
        if across > 0 {
            across_um = length_um;
            links.push(Link { length_um, across_um, copies });
            length_um /= 2.0;
            across -= 1;
            if drops {
                copies *= 2.0;
            }
        } else {
            copies *= 2.0;
        }
        if drops {
            links.push(Link { length_um: drop_um, across_um, copies });
            drop_um /= 2.0;
            down -= 1;
        }
    }
    links
}
