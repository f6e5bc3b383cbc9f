//! A load-store unit: addresses, queues and alignment between vector registers and an on-chip memory.

use schemars::JsonSchema;
use serde::Deserialize;

use super::memory::widest_operands;
use super::pieces::Pieces;
use super::storage::StorageCell;
use super::tdp_activity::tdp_activity;
use super::{Action, Block, Choice, Component, ComponentError, Context, Stage};
use crate::chip::circuit::array::Ports;
use crate::chip::circuit::{DataEnergy, Netlist, parameter_file};
use crate::units::{PerCycle, Ratio};

parameter_file! {
    /// The values of `load_store_unit.toml`; ranges and sources stand there.
    LoadStoreCells from "load_store_unit.toml" {
        address_bits: "Bits of an address.",
        request_bits: "Bits of a request beside its address.",
        alignment_gates: "Gates that align a bit.",
        control_gates: "Gates of addressing, ordering and flow control.",
        control_flip_flops: "Flip-flops of the same.",
        switching: "Part of the gates that switch with an access.",
    }
}

/// A load-store unit: one load and one store a cycle between vector registers and an on-chip memory.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadStoreUnit {
    /// Bits of an access. Default: the widest block of an on-chip memory of the same core, else what its widest unit takes
    /// in a cycle.
    pub width: Option<u32>,
    /// Requests that may be under way in each direction, 1 to 128. Default: 4.
    #[serde(default = "entries")]
    pub entries: u32,
}

fn entries() -> u32 {
    4
}

/// Widest access: past what any on-chip memory has.
const MOST_BITS: u32 = 1 << 17;

impl LoadStoreUnit {
    fn width(&self, context: &Context, block: &mut Block) -> Result<u32, ComponentError> {
        let (width, reason) = match self.width {
            Some(width) if (1..=MOST_BITS).contains(&width) => return Ok(width),
            Some(width) => {
                let cure = format!("from 1 to {MOST_BITS} bits");
                return Err(ComponentError::value("width", width, "no access is as wide", cure));
            }
            None if context.siblings.memory_bits > 0 => {
                (context.siblings.memory_bits, "the widest block of an on-chip memory")
            }
            None => (
                widest_operands(context.siblings).unwrap_or(0),
                "what the widest unit of the core takes in a cycle",
            ),
        };
        if width == 0 {
            return Err(ComponentError::value(
                "width",
                "not given",
                "no memory, tensor or vector unit in the same core says how wide an access is",
                "give the bits of an access, such as width = 512",
            ));
        }
        block.choices.push(Choice::new("width", width, reason));
        Ok(width)
    }
}

impl Component for LoadStoreUnit {
    fn stage(&self) -> Stage {
        Stage::Storage
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        if !(1..=128).contains(&self.entries) {
            let nearest = self.entries.clamp(1, 128);
            let cure = format!("from 1 to 128; the nearest is {nearest}");
            return Err(ComponentError::value("entries", self.entries, "queues are of flip-flops", cure));
        }
        let mut block = Block::default();
        let width = self.width(context, &mut block)?;
        let cells = LoadStoreCells::built_in()?;
        let switching = Ratio(cells.switching);
        let mut pieces = Pieces::new(context);
        let ports = Ports { read_write: 0, read: 1, write: 1 };
        let entries = u64::from(self.entries);
        let mut directions = Vec::new();
        for (requests, data) in [("load requests", "load data"), ("store requests", "store data")] {
            let request = (cells.address_bits + cells.request_bits) as u32;
            let flip_flops = Some(StorageCell::FlipFlop);
            let request = pieces.storage(requests, (entries, request), ports, flip_flops)?;
            let data = pieces.storage(data, (entries, width), ports, flip_flops)?;
            // Addresses are random whatever the data.
            directions.push(((request.read + request.write).total(), data.read + data.write));
        }
        let address = pieces.adders("address adder", cells.address_bits as u32, 2)?;
        let align = Netlist::of_gates(2.0 * cells.alignment_gates * f64::from(width));
        let align = pieces.logic("alignment", align, switching)? * 0.5;
        let control = Netlist { gates: cells.control_gates, flip_flops: cells.control_flip_flops };
        let control = pieces.logic("control", control, switching)? * 0.5;
        let activity = [tdp_activity(|of| of.memory_read)?, tdp_activity(|of| of.memory_write)?];
        for ((name, (requests, data)), tdp_activity) in
            ["load", "store"].into_iter().zip(directions).zip(activity)
        {
            block.actions.push(Action {
                name: name.to_owned(),
                description: format!("a {name} of random data"),
                bits: Some(u64::from(width)),
                energy: vec![
                    ("address and requests", DataEnergy::standing(address + requests + control)),
                    ("data queue", data),
                    ("alignment", DataEnergy::changing(align)),
                ],
                capacity: PerCycle(1.0),
                tdp_activity,
                clock_share: None,
            });
        }
        block.parts = pieces.parts;
        block.paths = pieces.paths;
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::trial::Trial;
    use super::*;

    fn at() -> Trial {
        Trial::at(28.0)
    }

    fn built(text: &str, at: &Trial) -> Result<Block, ComponentError> {
        at.build::<LoadStoreUnit>(text)
    }

    #[test]
    fn the_width_is_that_of_the_memory() {
        let mut at = at();
        at.siblings.memory_bits = 1024;
        let block = built("", &at).unwrap();
        assert_eq!(block.actions[0].bits, Some(1024));
        assert_eq!(block.choices[0].value, "1024");
    }

    #[test]
    fn deeper_queues_take_more_area_and_leakage() {
        let of = |entries: u32| built(&format!("width = 256\nentries = {entries}"), &at()).unwrap().cost();
        let (few, many) = (of(4), of(16));
        assert!(many.area() > few.area() && many.leakage > few.leakage);
    }

    #[test]
    fn every_action_takes_energy_in_each_of_its_parts() {
        let block = built("width = 512", &at()).unwrap();
        assert!(
            block.actions.iter().all(|action| action.energy.iter().all(|(_, part)| part.total().0 > 0.0))
        );
        assert!(block.paths.iter().all(|path| path.cycle <= at().clock.time_of(1.0)));
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_works() {
        for (text, key, told) in [
            ("entries = 0\nwidth = 8", "entries", "1"),
            ("width = 0", "width", "1"),
            ("", "width", "width = 512"),
        ] {
            let error = built(text, &at()).unwrap_err();
            assert_eq!(error.key(), Some(key), "{text}: {error}");
            assert!(error.to_string().contains(told), "{text}: {error}");
        }
    }
}
