//! H-trees: address, data-in and data-out wires from the edge of a bank to its mats, or of an array to its banks.

use super::fabric::Fabric;
use crate::chip::circuit::transistor::{Channel, Folding, Leakage, gate_delay_s};
use crate::units::{Joules, Micrometres, Seconds};

/// A wire of a bus changes from one access to the next in half of the cases.
const DATA_ACTIVITY: f64 = 0.5;

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
    fn data(&self) -> f64 {
        self.data_in + self.data_out
    }
}

/// How the nodes of a tree pass on or gather signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nodes {
    /// NAND gates that let an address or datum into the branch that needs it.
    Gating,
    /// Tri-state buffers that gather outputs.
    Gathering,
    /// Nothing but the wire: between banks.
    Plain,
}

/// Delay of a tree; energy of one of its signals; leakage of all of its repeaters and nodes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signal {
    pub delay: Seconds,
    pub energy: Joules,
    pub leakage: Leakage,
}

/// The floor plan of a tree: its extent, and its links from the root to one leaf.
#[derive(Clone, Debug)]
pub(super) struct Tree<'a> {
    fabric: &'a Fabric,
    pub width_um: f64,
    pub height_um: f64,
    links: Vec<Link>,
}

/// A link between two nodes.
#[derive(Clone, Copy, Debug)]
struct Link {
    length_um: f64,
    /// Length of the last link across: the nodes of the drops after it keep its strength.
    across_um: f64,
    /// How many wires run there for one at the root.
    copies: f64,
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

    /// One of the tree's signals with a kind of nodes; leakage for all `wires` at the root.
    pub fn signal(&self, nodes: Nodes, wires: f64) -> Signal {
        let repeated = &self.fabric.repeated;
        let mut signal = Signal::default();
        for link in &self.links {
            let length = Micrometres(link.length_um);
            signal.delay = signal.delay + repeated.delay(length);
            signal.energy = signal.energy + repeated.energy(length);
            signal.leakage += repeated.leakage(length) * (wires * link.copies);
            let node = self.node(nodes, *link);
            signal.delay = signal.delay + node.delay;
            signal.energy = signal.energy + node.energy;
            signal.leakage += node.leakage * (wires * link.copies);
        }
        signal
    }

    fn node(&self, nodes: Nodes, link: Link) -> Signal {
        match nodes {
            Nodes::Gating => self.gating_node(link),
            Nodes::Gathering => self.gathering_node(link),
            Nodes::Plain => Signal::default(),
        }
    }

    /// The repeater at the head of a link, in minimum inverters: smaller where links are short.
    fn head(&self, link: Link) -> f64 {
        let repeated = &self.fabric.repeated;
        repeated.repeater_size * (link.across_um / repeated.repeater_spacing.0).min(1.0)
    }

    /// A NAND that loads the wire like a repeater and drives the heads of two branches.
    fn gating_node(&self, link: Link) -> Signal {
        let periphery = &self.fabric.periphery;
        let ratio = periphery.device.p_to_n_width_ratio;
        let head = self.head(link);
        let size = (head * (1.0 + ratio) / (2.0 + ratio)).max(1.0);
        let n_um = size * periphery.rules.width.minimum_n;
        let p_um = periphery.matching_p_um(n_um);
        let branches_f = 2.0 * self.heads_f(head);
        let ohm = 2.0 * periphery.resistance_ohm(n_um, Channel::N, 1);
        let delay_s = self.switching_s(ohm * (2.0 * self.n_drain_f(n_um) + branches_f));
        let switched_f = 2.0 * self.p_drain_f(p_um) + self.n_drain_f(n_um) + branches_f;
        Signal {
            delay: Seconds(delay_s),
            energy: self.energy(switched_f),
            leakage: periphery.nand_leakage(2, 2.0 * n_um, 2.0 * p_um).from_supply(periphery.device.supply),
        }
    }

    /// A tri-state buffer: NAND, NOR, inverter and a pair of output transistors.
    fn gathering_node(&self, link: Link) -> Signal {
        let periphery = &self.fabric.periphery;
        let ratio = periphery.device.p_to_n_width_ratio;
        let minimum_n = periphery.rules.width.minimum_n;
        let minimum_p = periphery.matching_p_um(minimum_n);
        let head = self.head(link);
        let size = (head * (1.0 + ratio) / (3.0 + 3.0 * ratio)).max(1.0);
        let next_f = self.heads_f(head);
        let reach_um = link.length_um.min(self.fabric.repeated.repeater_spacing.0);
        let wire_f = self.fabric.repeated.track.capacitance_f_per_um * reach_um;
        let stage_effort = (next_f + wire_f) / next_f;
        let output = self.heads_f(head) / (2.0 * stage_effort * periphery.gate_capacitance_f(minimum_p));
        let (n_um, p_um) = (size * minimum_n, size * minimum_p);
        let (out_n_um, out_p_um) = (output * minimum_n, output * minimum_p);
        let out_drains_f = 2.0 * (self.p_drain_f(out_p_um) + self.n_drain_f(out_n_um));
        let nand_f =
            self.n_drain_f(n_um) + 2.0 * self.p_drain_f(p_um) + periphery.gate_capacitance_f(out_p_um);
        let behind_f = out_drains_f + self.heads_f(head);
        let nor_ohm = 2.0 * periphery.resistance_ohm(p_um, Channel::P, 1);
        let pass_ohm = periphery.resistance_ohm(out_n_um, Channel::N, 1);
        let delay_s = self.switching_s(nor_ohm * nand_f + (nor_ohm + pass_ohm) * behind_f);
        let inverter_f =
            self.p_drain_f(p_um) + self.n_drain_f(n_um) + periphery.gate_capacitance_f(n_um + p_um);
        let nor_f = self.p_drain_f(p_um)
            + 2.0 * self.n_drain_f(n_um)
            + periphery.gate_capacitance_f(out_n_um + out_p_um);
        let leakage = periphery.inverter_leakage(2.0 * out_n_um, 2.0 * out_p_um)
            + periphery.nand_leakage(2, 3.0 * n_um, 3.0 * p_um)
            + periphery.nor_leakage(2, 3.0 * n_um, 3.0 * p_um);
        Signal {
            delay: Seconds(delay_s),
            energy: self.energy(nand_f + inverter_f + nor_f + behind_f),
            leakage: leakage.from_supply(periphery.device.supply),
        }
    }

    /// A node sees the sharp edge of the last repeater and switches at its threshold voltage.
    fn switching_s(&self, time_constant_s: f64) -> f64 {
        let device = &self.fabric.periphery.device;
        gate_delay_s(0.0, time_constant_s, device.threshold.0 / device.supply.0)
    }

    fn energy(&self, switched_f: f64) -> Joules {
        let supply_v = self.fabric.periphery.supply_v();
        Joules(DATA_ACTIVITY * switched_f * supply_v * supply_v)
    }

    fn heads_f(&self, size: f64) -> f64 {
        self.fabric.periphery.inverter_input_f(size * self.fabric.periphery.rules.width.minimum_n)
    }

    fn n_drain_f(&self, n_um: f64) -> f64 {
        self.fabric.periphery.drain_capacitance_f(n_um, Channel::N, 1, self.row())
    }

    fn p_drain_f(&self, p_um: f64) -> f64 {
        self.fabric.periphery.drain_capacitance_f(p_um, Channel::P, 1, self.row())
    }

    fn row(&self) -> Folding {
        Folding::Row { height_um: self.fabric.periphery.rules.layout.logic_gate_height }
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
