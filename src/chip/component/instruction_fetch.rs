//! Instruction fetch for very long instruction words: instruction memory, sequencing and decoding.

use schemars::JsonSchema;
use serde::Deserialize;

use super::pieces::Pieces;
use super::storage::StorageCell;
use super::tdp_activity::tdp_activity;
use super::{Action, Block, Choice, Component, ComponentError, Context, Stage, Written};
use crate::chip::circuit::array::Ports;
use crate::chip::circuit::{DataEnergy, Netlist, parameter_file};
use crate::units::{Bytes, PerCycle, Ratio};

parameter_file! {
    /// The values of `instruction_fetch.toml`; ranges and sources stand there.
    InstructionFetchCells from "instruction_fetch.toml" {
        decode_gates_per_bit: "Gates that decode a bit of a bundle.",
        registers_per_bit: "Flip-flops for a bit of a bundle on its way to the units.",
        sequencing_gates: "Gates of loops, jumps and stalls.",
        sequencing_flip_flops: "Flip-flops of the same.",
        switching: "Part of the gates that switch with a bundle.",
    }
}

/// Fetch and decode of bundles of instructions, one a cycle.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstructionFetch {
    /// Bits of a bundle, 8 to 2048. Default: 256.
    #[serde(default = "bundle_bits")]
    pub bundle_bits: u32,
    /// Bytes of instruction memory: "64 KiB". Default: 2048 bundles.
    pub capacity: Option<Written<Bytes>>,
}

fn bundle_bits() -> u32 {
    256
}

/// Bundles where the capacity is open.
const BUNDLES: u64 = 2048;

/// Bits of the program counter.
const COUNTER_BITS: u32 = 32;

impl Component for InstructionFetch {
    fn stage(&self) -> Stage {
        Stage::Compute
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let bits = self.bundle_bits;
        if !(8..=2048).contains(&bits) {
            let cure = format!("from 8 to 2048; the nearest is {}", bits.clamp(8, 2048));
            return Err(ComponentError::value("bundle_bits", bits, "a bundle is read in one access", cure));
        }
        let mut block = Block::default();
        let bundle_bytes = u64::from(bits.div_ceil(8));
        let bundles = match self.capacity {
            Some(capacity) if capacity.0.0 < 32 * bundle_bytes => {
                let cure = format!("the least is {}B", 32 * bundle_bytes);
                return Err(ComponentError::value(
                    "capacity",
                    capacity.0,
                    "it holds fewer than 32 bundles",
                    cure,
                ));
            }
            Some(capacity) => capacity.0.0 / bundle_bytes,
            None => {
                let reason = format!("{BUNDLES} bundles");
                block.choices.push(Choice::new("capacity", Bytes(BUNDLES * bundle_bytes), reason));
                BUNDLES
            }
        };
        let cells = InstructionFetchCells::built_in()?;
        let switching = Ratio(cells.switching);
        let mut pieces = Pieces::new(context);
        let ports = Ports { read_write: 1, read: 0, write: 0 };
        let memory = pieces.storage("instruction memory", (bundles, bits), ports, Some(StorageCell::Sram))?;
        let counter = pieces.adders("program counter", COUNTER_BITS, 1)?;
        let sequencing = Netlist { gates: cells.sequencing_gates, flip_flops: cells.sequencing_flip_flops };
        let sequencing = pieces.logic("sequencing", sequencing, switching)?;
        let width = f64::from(bits);
        let decode = Netlist::of_gates(cells.decode_gates_per_bit * width);
        let decode = pieces.logic("decode", decode, switching)?;
        let registers = Netlist::of_flip_flops(cells.registers_per_bit * width);
        let registers = pieces.logic("bundle registers", registers, switching)?;
        block.actions.push(Action {
            name: "fetch".to_owned(),
            description: "fetches and decodes a random bundle".to_owned(),
            bits: Some(u64::from(bits)),
            energy: vec![
                ("instruction memory", memory.read),
                ("program counter and sequencing", DataEnergy::standing(counter + sequencing)),
                ("decode", DataEnergy::changing(decode)),
                ("bundle registers", DataEnergy::changing(registers)),
            ],
            capacity: PerCycle(1.0),
            tdp_activity: tdp_activity(|of| of.scalar_instruction)?,
            clock_share: None,
        });
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
        at.build::<InstructionFetch>(text)
    }

    #[test]
    fn twice_the_bundle_takes_about_twice_the_energy() {
        let energy = |bits: u32| {
            let text = format!("bundle_bits = {bits}\ncapacity = '{} KiB'", bits / 4);
            built(&text, &at()).unwrap().actions[0].energy().0
        };
        let ratio = energy(512) / energy(256);
        assert!((1.7..2.3).contains(&ratio), "{ratio}");
    }

    #[test]
    fn every_action_takes_energy_in_each_of_its_parts() {
        let block = built("", &at()).unwrap();
        assert!(
            block.actions.iter().all(|action| action.energy.iter().all(|(_, part)| part.total().0 > 0.0))
        );
        assert!(block.paths.iter().all(|path| path.cycle <= at().clock.time_of(1.0)));
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_works() {
        for (text, key, told) in
            [("bundle_bits = 4", "bundle_bits", "8"), ("capacity = '64 B'", "capacity", "1024B")]
        {
            let error = built(text, &at()).unwrap_err();
            assert_eq!(error.key(), Some(key), "{text}: {error}");
            assert!(error.to_string().contains(told), "{text}: {error}");
        }
    }
}
