//! A scalar unit: an in-order core stripped to what sequences an accelerator.

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
    /// The values of `scalar_unit.toml`; ranges and sources stand there.
    ScalarUnitCells from "scalar_unit.toml" {
        decode_gates: "Gates that decode an instruction.",
        shift_and_logic_gates: "Gates of shifter and logic unit for a bit of an arithmetic unit.",
        bypass_gates: "Gates that choose operands, for a bit of an arithmetic unit.",
        pipeline_words: "Words in the pipeline registers of an issue slot.",
        pipeline_control_bits: "Control bits in the pipeline registers of an issue slot.",
        control_gates: "Gates of fetch, exceptions and configuration.",
        control_flip_flops: "Flip-flops of the same.",
        store_buffer_words: "Words of the store buffer, address and data.",
        switching: "Part of the gates that switch with an instruction.",
        loads: "Loads in an instruction.",
        stores: "Stores in an instruction.",
    }
}

/// A scalar unit: fetch without branch prediction, registers, arithmetic, loads and stores, in order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScalarUnit {
    /// Bits of a register and of an operation, 8 to 64. Default: 32.
    #[serde(default = "thirty_two")]
    pub bits: u32,
    /// Registers, 2 to 128. Default: 32.
    #[serde(default = "thirty_two")]
    pub registers: u32,
    /// Instructions that are issued in a cycle, 1 to 4. Default: 1.
    #[serde(default = "one")]
    pub issue_width: u32,
    /// Bytes of instruction memory: "16 KiB". Default: 16 KiB.
    pub instruction_memory: Option<Written<Bytes>>,
    /// Bytes of data memory: "16 KiB". Default: 16 KiB.
    pub data_memory: Option<Written<Bytes>>,
}

fn thirty_two() -> u32 {
    32
}

fn one() -> u32 {
    1
}

/// Bits of an instruction.
const INSTRUCTION_BITS: u32 = 32;

/// Memories where they are open: half of what the Cortex-A9 configuration of McPAT has in caches.
const MEMORY: Bytes = Bytes(16 << 10);

const ONE_PORT: Ports = Ports { read_write: 1, read: 0, write: 0 };

impl ScalarUnit {
    fn check(&self) -> Result<(), ComponentError> {
        let within = |key, value: u32, least: u32, most: u32, reason: &str| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            let nearest = value.clamp(least, most);
            let cure = format!("from {least} to {most}; the nearest is {nearest}");
            Err(ComponentError::value(key, value, reason, cure))
        };
        within("bits", self.bits, 8, 64, "a scalar register holds an address or a number")?;
        within(
            "registers",
            self.registers,
            2,
            128,
            "instructions name two operands, in fields of up to 7 bits",
        )?;
        within(
            "issue_width",
            self.issue_width,
            1,
            4,
            "an in-order core finds no more instructions to issue",
        )?;
        let memories = [
            (
                "instruction_memory",
                self.instruction_memory,
                INSTRUCTION_BITS * self.issue_width.next_power_of_two(),
            ),
            ("data_memory", self.data_memory, self.bits),
        ];
        for (key, memory, bits) in memories {
            let least = u64::from(bits.div_ceil(8)) * 32;
            if let Some(memory) = memory.filter(|memory| memory.0.0 < least) {
                let cure = format!("the least is {least}B");
                return Err(ComponentError::value(key, memory.0, "it holds fewer than 32 words", cure));
            }
        }
        Ok(())
    }
}

impl Component for ScalarUnit {
    fn stage(&self) -> Stage {
        Stage::Compute
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        self.check()?;
        let cells = ScalarUnitCells::built_in()?;
        let (issue, bits) = (f64::from(self.issue_width), f64::from(self.bits));
        let mut pieces = Pieces::new(context);
        let mut block = Block::default();
        let mut capacity = |key, given: Option<Written<Bytes>>| {
            given.map_or_else(
                || {
                    block.choices.push(Choice::new(key, MEMORY, "half of a small application core's cache"));
                    MEMORY.0
                },
                |given| given.0.0,
            )
        };
        let words = |bytes: u64, bits: u32| (bytes * 8).div_ceil(u64::from(bits));
        // A bank for each instruction of a cycle, as many as address bits can tell apart.
        let banks = self.issue_width.next_power_of_two();
        let code = words(capacity("instruction_memory", self.instruction_memory), INSTRUCTION_BITS);
        let code = (code.div_ceil(u64::from(banks)), INSTRUCTION_BITS);
        let data = (words(capacity("data_memory", self.data_memory), self.bits), self.bits);
        let sram = Some(StorageCell::Sram);
        let code = pieces.banks("instruction memory", code, ONE_PORT, sram, banks)?;
        let data = pieces.storage("data memory", data, ONE_PORT, Some(StorageCell::Sram))?;
        let ports = Ports { read_write: 0, read: 2 * self.issue_width, write: self.issue_width };
        let file = (u64::from(self.registers), self.bits);
        let file = pieces.storage("registers", file, ports, Some(StorageCell::FlipFlop))?;
        let switching = Ratio(cells.switching);
        let add = pieces.adders("adder", self.bits, self.issue_width)?;
        let address = pieces.adders("address adder", self.bits, 1)?;
        let gates = (cells.shift_and_logic_gates + cells.bypass_gates) * bits * issue;
        let arithmetic = pieces.logic("shift, logic and bypass", Netlist::of_gates(gates), switching)?;
        let decode = Netlist::of_gates(cells.decode_gates * issue);
        let decode = pieces.logic("decode", decode, switching)?;
        let flip_flops = issue * (cells.pipeline_words * bits + cells.pipeline_control_bits);
        let pipeline = pieces.logic("pipeline registers", Netlist::of_flip_flops(flip_flops), switching)?;
        let control = Netlist { gates: cells.control_gates, flip_flops: cells.control_flip_flops };
        // Most of the configuration rests.
        let control = pieces.logic("control", control, switching)? * 0.5;
        let buffer = Netlist::of_flip_flops(cells.store_buffer_words * 2.0 * bits);
        let buffer =
            pieces.logic("store buffer", buffer, switching)? * (cells.stores / cells.store_buffer_words);
        let memory = data.read * cells.loads + (data.write + DataEnergy::changing(buffer)) * cells.stores;
        block.actions.push(Action {
            name: "instruction".to_owned(),
            description: "fetches, decodes and executes an instruction on random data".to_owned(),
            bits: None,
            energy: vec![
                ("instruction memory", code.read),
                ("decode and control", DataEnergy { standing: control / issue, data: decode / issue }),
                ("registers", file.read * 2.0 + file.write),
                ("arithmetic", DataEnergy::changing(add + arithmetic / issue)),
                ("pipeline registers", DataEnergy::changing(pipeline / issue)),
                ("loads and stores", memory + DataEnergy::standing(address * (cells.loads + cells.stores))),
            ],
            capacity: PerCycle(issue),
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
        at.build::<ScalarUnit>(text)
    }

    #[test]
    fn a_small_core_is_some_tens_of_thousands_of_gates_beside_its_memories() {
        let at = at();
        let block = built("", &at).unwrap();
        let logic = block.parts.iter().filter(|part| !part.name.ends_with("memory"));
        let area: f64 = logic.map(|part| part.total().cells.0).sum();
        let gates = area / at.cells.nand2_area.0;
        assert!((15e3..60e3).contains(&gates), "{gates}");
    }

    #[test]
    fn wider_registers_and_issue_take_more_area_and_leakage() {
        let at = at();
        // Memories of wider words have fewer of them.
        let of = |text: &str| {
            let parts = built(text, &at).unwrap().parts;
            let parts = parts.iter().filter(|part| !part.name.ends_with("memory"));
            parts.map(super::super::Part::total).sum::<super::super::Cost>()
        };
        let base = of("");
        for more in ["bits = 64", "registers = 64", "issue_width = 2"] {
            let cost = of(more);
            assert!(cost.area() > base.area() && cost.leakage > base.leakage, "{more}");
        }
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
        for (text, key, told) in [
            ("bits = 4", "bits", "8"),
            ("registers = 1", "registers", "2"),
            ("issue_width = 9", "issue_width", "4"),
            ("data_memory = '16 B'", "data_memory", "128B"),
        ] {
            let error = built(text, &at()).unwrap_err();
            assert_eq!(error.key(), Some(key), "{text}: {error}");
            assert!(error.to_string().contains(told), "{text}: {error}");
        }
    }
}
