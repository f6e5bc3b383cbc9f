//! Networks that join the tiles of a chip: mesh, ring, bus and H-tree.

mod parts;
mod topology;

use schemars::JsonSchema;
use serde::Deserialize;

pub use topology::Topology;

use self::parts::{Interface, Switches, Wires};
use self::topology::Shape;
use super::tdp_activity::tdp_activity;
use super::{Action, Bandwidth, Block, Choice, Component, ComponentError, Context, Stage, Written};
use crate::chip::circuit::parameter_file;
use crate::units::{Micrometres, PerCycle, SquareMicrometres, with_prefix};

parameter_file! {
    /// The values of `noc.toml`.
    NocRules from "../noc.toml" {
        bisection_gbytes_per_second: "Bandwidth across the middle of the chip, each way, in GB/s.",
        largest_ring: "Most tiles that a ring joins.",
        interface_flits: "Flits that a network interface keeps, each way.",
        interface_gates: "Control of a network interface in NAND2-equivalents.",
        interface_gates_per_bit: "Its gates for each bit of a flit.",
        interface_flip_flop_share: "Part of that control that is flip-flops.",
    }
}

/// A network between the cores of the chip, each a tile; on a chip of one core, between as many tiles as are given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noc {
    /// How tiles are joined: mesh, ring, bus or h_tree. Default: a ring up to 4 tiles, a mesh beyond.
    #[serde(default)]
    pub topology: Option<Topology>,
    /// Tiles beside each other; columns times rows is the number of cores. Default: what is left of the cores by `rows`, near square.
    #[serde(default)]
    pub columns: Option<u32>,
    /// Tiles above each other. Default: what is left of the cores by `columns`, near square.
    #[serde(default)]
    pub rows: Option<u32>,
    /// Bandwidth across the middle of the chip, each way; it gives the width of a flit. Default: 256 GB/s.
    #[serde(default)]
    pub bisection_bandwidth: Option<Written<Bandwidth>>,
    /// Bits of a flit: what a link moves in a cycle. Default: what the bisection bandwidth needs at the chip's clock.
    #[serde(default)]
    pub flit_bits: Option<u32>,
    /// Virtual channels of each input of a router. Default: 2.
    #[serde(default = "two")]
    pub virtual_channels: u32,
    /// Flits that a virtual channel buffers. Default: 4.
    #[serde(default = "four")]
    pub buffer_depth: u32,
    /// Length of a link between neighbours. Default: the side of a square tile.
    #[serde(default)]
    pub link_length: Option<Written<Micrometres>>,
}

fn two() -> u32 {
    2
}

fn four() -> u32 {
    4
}

impl Noc {
    fn shape(&self, context: &Context, choices: &mut Vec<Choice>) -> Result<Shape, ComponentError> {
        let cores = context.siblings.cores.max(1);
        let divided = |key, given: u32| {
            if given > 0 && cores.is_multiple_of(given) {
                return Ok(cores / given);
            }
            let reason = format!("the {cores} cores do not divide by it");
            let nearest = (1..=given.max(1)).rev().find(|count| cores.is_multiple_of(*count)).unwrap_or(1);
            let cure = format!("give {nearest}, or both columns and rows");
            Err(ComponentError::value(key, given, reason, cure))
        };
        let (columns, rows) = match (self.columns, self.rows) {
            (Some(columns), Some(rows)) => (columns, rows),
            (Some(columns), None) => (columns, divided("columns", columns)?),
            (None, Some(rows)) => (divided("rows", rows)?, rows),
            (None, None) => {
                let rows = (1..=cores).rev().find(|rows| rows * rows <= cores && cores.is_multiple_of(*rows));
                (cores / rows.unwrap_or(1), rows.unwrap_or(1))
            }
        };
        for (key, count, most) in [
            ("columns", columns, 256),
            ("rows", rows, 256),
            ("virtual_channels", self.virtual_channels, 64),
            ("buffer_depth", self.buffer_depth, 4096),
        ] {
            if !(1..=most).contains(&count) {
                let reason = format!("a network has from 1 to {most}");
                let cure = format!("give {}", count.clamp(1, most));
                return Err(ComponentError::value(key, count, reason, cure));
            }
        }
        // A single core may have a network between its parts, or between memories that the file says nothing of.
        if cores > 1 && columns.saturating_mul(rows) != cores {
            let (value, tiles) = (format!("{columns} x {rows}"), columns.saturating_mul(rows));
            let reason = format!("makes {tiles} tiles, and the chip has {cores} cores, one a tile");
            let cure = match cores.checked_div(columns).filter(|rows| columns * rows == cores) {
                Some(rows) => format!("give rows = {rows}, or cores = {tiles}"),
                None => format!("leave columns and rows out, or give cores = {tiles}"),
            };
            return Err(ComponentError::value("columns", value, reason, cure));
        }
        if self.columns.is_none() || self.rows.is_none() {
            choices.push(Choice::new("columns", columns, format!("{columns} x {rows} for {cores} cores")));
        }
        let topology = match self.topology {
            Some(topology) => topology,
            None => {
                let ring = f64::from(columns * rows) <= NocRules::built_in()?.largest_ring;
                let topology = if ring { Topology::Ring } else { Topology::Mesh };
                choices.push(Choice::new("topology", topology, "a ring joins few tiles, a mesh many"));
                topology
            }
        };
        Ok(Shape { topology, columns, rows })
    }

    fn chosen_flit(
        &self,
        context: &Context,
        shape: Shape,
        choices: &mut Vec<Choice>,
    ) -> Result<u32, ComponentError> {
        let links = f64::from(shape.links_across());
        let flit_bits = match (self.flit_bits, self.bisection_bandwidth) {
            (Some(bits), None) => bits,
            (Some(bits), Some(Written(bandwidth))) => {
                let has = f64::from(bits) * links * context.clock.0;
                if has >= bandwidth.0.0 * (1.0 - 1e-9) {
                    bits
                } else {
                    let needs = (bandwidth.0.0 / links / context.clock.0).ceil();
                    let reason = format!(
                        "{links} links of it carry {} at {}, less than bisection_bandwidth",
                        with_prefix(has / 8.0, "B/s", 4),
                        context.clock
                    );
                    let cure = format!("give {needs} or more, or leave one of both keys out");
                    return Err(ComponentError::value("flit_bits", bits, reason, cure));
                }
            }
            (None, bandwidth) => {
                let default = NocRules::built_in()?.bisection_gbytes_per_second * 8e9;
                let rate = bandwidth.map_or(default, |Written(bandwidth)| bandwidth.0.0);
                let bytes = (rate / links / context.clock.0 / 8.0 - 1e-9).ceil().max(1.0);
                let bits = 8 * bytes.min(1e6) as u32;
                let reason = format!(
                    "{} each way over {links} links across the middle",
                    with_prefix(rate / 8.0, "B/s", 4)
                );
                choices.push(Choice::new("flit_bits", bits, reason));
                bits
            }
        };
        if (1..=16_384).contains(&flit_bits) {
            return Ok(flit_bits);
        }
        let nearest = flit_bits.clamp(1, 16_384);
        let cure = format!("give flit_bits = {nearest}, or a bisection_bandwidth that needs no more");
        Err(ComponentError::value("flit_bits", flit_bits, "a flit has from 1 to 16384 bits", cure))
    }

    fn chosen_length(
        &self,
        context: &Context,
        shape: Shape,
        choices: &mut Vec<Choice>,
    ) -> Result<Micrometres, ComponentError> {
        if let Some(Written(length)) = self.link_length {
            if length.0.is_finite() && length.0 > 0.0 {
                return Ok(length);
            }
            let written = format!("{} um", length.0);
            let cure = "give one, such as 2 mm";
            return Err(ComponentError::value("link_length", written, "a link is longer than nothing", cure));
        }
        let siblings = context.siblings;
        let tile = if shape.tiles() == siblings.cores {
            siblings.core_area
        } else {
            SquareMicrometres(siblings.built_area.0 / f64::from(shape.tiles()))
        };
        if tile.0 <= 0.0 {
            let cure = "give link_length, such as 2 mm";
            return Err(ComponentError::value("link_length", "0 um", "the tiles have no area", cure));
        }
        let length = Micrometres(tile.0.sqrt());
        let written = format!("{:.2} mm", length.0 * 1e-3);
        choices.push(Choice::new("link_length", written, "side of a square tile"));
        Ok(length)
    }
}

impl Component for Noc {
    fn stage(&self) -> Stage {
        Stage::Periphery
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let mut choices = Vec::new();
        let shape = self.shape(context, &mut choices)?;
        if shape.tiles() == 1 {
            choices.push(Choice::new("topology", "none", "one tile needs no network"));
            return Ok(Block { choices, ..Block::default() });
        }
        let flit_bits = self.chosen_flit(context, shape, &mut choices)?;
        let length = self.chosen_length(context, shape, &mut choices)?;
        let interface = Interface::new(context, flit_bits)?;
        let wires = Wires::new(context, shape, flit_bits, length)?;
        let switches = Switches::new(context, shape, self, flit_bits, &mut choices)?;
        let mut parts = switches.parts;
        parts.push(wires.part);
        parts.push(interface.part.times(u64::from(shape.tiles())));
        let mut paths = switches.paths;
        paths.push(wires.path);
        let mut energy = switches.energy;
        energy.extend(wires.energy);
        let network = tdp_activity(|values| values.network)?;
        let action = |name: &str, description: String, energy, capacity| Action {
            name: name.to_owned(),
            description,
            bits: Some(u64::from(flit_bits)),
            energy,
            capacity: PerCycle(capacity),
            tdp_activity: network,
            clock_share: None,
        };
        let (moved, way) = match shape.topology {
            Topology::Mesh | Topology::Ring => {
                ("flit_hop", "a flit of random data through a router and a link")
            }
            Topology::Bus => ("transfer", "a flit of random data over the whole bus"),
            Topology::HTree => ("transfer", "a flit of random data between the root and a tile"),
        };
        let inject = format!("a flit of {flit_bits} bits into or out of a tile's network interface");
        let actions = vec![
            action(moved, way.to_owned(), energy, f64::from(shape.flits_at_once())),
            // Each tile sends one and takes one.
            action("flit_inject", inject, interface.energy, 2.0 * f64::from(shape.tiles())),
        ];
        Ok(Block { parts, actions, paths, choices, ..Block::default() })
    }
}

#[cfg(test)]
mod tests;
