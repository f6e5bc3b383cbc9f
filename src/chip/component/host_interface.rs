//! What stands between the port to the host and the chip: command queues, staging buffers, registers.

use schemars::JsonSchema;
use serde::Deserialize;

use super::buffer::{Control, DataBuffer, capacity};
use super::pcie::checked_transfer;
use super::tdp_activity::tdp_activity;
use super::{Action, Bandwidth, Block, Component, ComponentError, Context, Stage, TimingPath, Written};
use crate::chip::circuit::{Netlist, parameter_file};
use crate::units::Bytes;

parameter_file! {
    /// The values of `host_interface.toml`.
    Rules from "host_interface.toml" {
        gates: "Control in NAND2-equivalents.",
        flip_flop_share: "Part of it that is flip-flops.",
        commands: "Commands that a queue keeps.",
        register_bits: "Bits of registers that the host sees.",
        registers_per_bit: "Ranks of registers beside the buffers.",
        gates_per_bit: "Gates that a bit goes through beside the buffers.",
    }
}

/// Queues, staging buffers and registers between the port to the host and the chip.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostInterface {
    /// Bandwidth to and from the host together.
    pub bandwidth: Written<Bandwidth>,
    /// Command queues. Default: 4.
    #[serde(default = "four")]
    pub queues: u32,
    /// Staging buffer, for each direction. Default: 64 KiB.
    #[serde(default = "staging")]
    pub buffer: Written<Bytes>,
    /// Bytes of one transfer, as a trace counts them. Default: 16.
    #[serde(default = "sixteen")]
    pub transfer: u32,
}

fn four() -> u32 {
    4
}

fn sixteen() -> u32 {
    16
}

fn staging() -> Written<Bytes> {
    Written(Bytes(64 << 10))
}

/// Bytes of a word of the buffers, and of a command.
const WORD: u32 = 64;

impl Component for HostInterface {
    fn stage(&self) -> Stage {
        Stage::Periphery
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let rules = Rules::built_in()?;
        if !(1..=1024).contains(&self.queues) {
            let cure = format!("give {}", self.queues.clamp(1, 1024));
            let reason = "there are from 1 to 1024 queues";
            return Err(ComponentError::value("queues", self.queues, reason, cure));
        }
        let Written(Bytes(bytes)) = self.buffer;
        let (least, most) = (2048, 64 << 20);
        if !(least..=most).contains(&bytes) {
            let reason = "a staging buffer has from 2 KiB to 64 MiB";
            let cure = if bytes < least { "give 2 KiB" } else { "give 64 MiB" };
            return Err(ComponentError::value("buffer", format!("{bytes} B"), reason, cure));
        }
        let bits = f64::from(checked_transfer(self.transfer)?) * 8.0;
        let staging = DataBuffer::new(context, "staging buffer", bytes.div_ceil(u64::from(WORD)), WORD)?;
        let queue = DataBuffer::new(context, "command queue", rules.commands as u64, WORD)?;
        let control = Control::new(context, "control", rules.gates, rules.flip_flop_share)?;
        let state = Netlist { gates: rules.register_bits, flip_flops: rules.register_bits };
        let registers = Control::of_netlist(context, "registers", state)?;
        let words = bits / f64::from(WORD * 8);
        Ok(Block {
            parts: vec![
                staging.part.clone().times(2),
                queue.part.times(u64::from(self.queues)),
                control.part.clone(),
                registers.part,
            ],
            actions: vec![Action {
                name: "transfer".to_owned(),
                description: format!(
                    "{} bytes of random data between the host's port and the chip",
                    self.transfer
                ),
                bits: Some(u64::from(self.transfer) * 8),
                energy: vec![
                    ("staging_buffer", (staging.write + staging.read) * words),
                    ("control", control.bit(rules.registers_per_bit, rules.gates_per_bit) * bits),
                ],
                capacity: capacity(context, self.bandwidth.0.0.0, bits),
                tdp_activity: tdp_activity(|values| values.host_transfer)?,
                clock_share: None,
            }],
            paths: vec![
                TimingPath { name: "staging buffer".to_owned(), cycle: staging.cycle },
                TimingPath { name: "command queue".to_owned(), cycle: queue.cycle },
            ],
            ..Block::default()
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::trial::{Trial, costs_no_less};
    use super::*;

    #[test]
    fn more_queues_and_larger_buffers_never_cost_less() {
        let trial = Trial::at(28.0);
        let host = |keys: &str| trial.block::<HostInterface>(&format!("bandwidth = \"28 GB/s\"\n{keys}"));
        let usual = host("");
        assert!(costs_no_less(&host("queues = 8"), &usual));
        assert!(costs_no_less(&host("buffer = \"128 KiB\""), &usual));
        // 28 GB/s over 16 bytes and 700 MHz.
        assert!((usual.actions[0].capacity.0 - 2.5).abs() < 1e-12);
    }

    #[test]
    fn what_no_host_interface_can_be_is_refused_with_what_works() {
        let trial = Trial::at(28.0);
        for (keys, message) in [
            ("queues = 0", "queues: 0: there are from 1 to 1024 queues; give 1"),
            ("buffer = \"1 KiB\"", "buffer: 1024 B: a staging buffer has from 2 KiB to 64 MiB; give 2 KiB"),
        ] {
            let refusal = trial.refusal::<HostInterface>(&format!("bandwidth = \"28 GB/s\"\n{keys}"));
            assert!(refusal.starts_with(message), "{refusal}");
        }
    }
}
