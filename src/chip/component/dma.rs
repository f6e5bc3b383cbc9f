//! DMA engines: what moves blocks between memories without a core.

use schemars::JsonSchema;
use serde::Deserialize;

use super::buffer::{Control, DataBuffer, bytes_a_cycle, capacity};
use super::tdp_activity::tdp_activity;
use super::{
    Action, Bandwidth, Block, Choice, Component, ComponentError, Context, Part, Stage, TimingPath, Written,
};
use crate::chip::circuit::{DataEnergy, Netlist, parameter_file};

parameter_file! {
    /// The values of `dma.toml`.
    Rules from "dma.toml" {
        channels: "Channels where the chip file does not say.",
        latency_ns: "Time for which an engine must have data under way.",
        descriptor_bits: "Bits of a descriptor.",
        descriptors_per_channel: "Descriptors of a channel.",
        channel_gates: "Control of a channel in NAND2-equivalents.",
        engine_gates: "Control of the engine in NAND2-equivalents.",
        flip_flop_share: "Part of control that is flip-flops.",
        registers_per_bit: "Ranks of registers beside the buffer.",
        gates_per_bit: "Gates that a bit goes through beside the buffer.",
    }
}

/// A DMA engine.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dma {
    /// Channels, each with descriptors and address generators of its own. Default: 8.
    #[serde(default)]
    pub channels: Option<u32>,
    /// Bandwidth that it moves: it sizes the buffer, and gives the capacity. Default: that of all off-chip memory.
    #[serde(default)]
    pub bandwidth: Option<Written<Bandwidth>>,
}

/// Bytes of a transfer, as a trace counts them, and of a word of the buffer.
const BYTES: u32 = 64;

impl Dma {
    fn bits_per_second(&self, context: &Context, choices: &mut Vec<Choice>) -> Result<f64, ComponentError> {
        if let Some(Written(bandwidth)) = self.bandwidth {
            return Ok(bandwidth.0.0);
        }
        let bytes = context.siblings.off_chip_bytes_per_second;
        if bytes <= 0.0 {
            let reason = "there is no memory interface whose bandwidth it could have";
            return Err(ComponentError::value("bandwidth", "none", reason, "give one, such as \"34 GB/s\""));
        }
        choices.push(Choice::new("bandwidth", format!("{} GB/s", bytes * 1e-9), "that of off-chip memory"));
        Ok(bytes * 8.0)
    }
}

impl Component for Dma {
    fn stage(&self) -> Stage {
        Stage::Periphery
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let rules = Rules::built_in()?;
        let mut choices = Vec::new();
        let channels = self.channels.unwrap_or(rules.channels as u32);
        if self.channels.is_none() {
            choices.push(Choice::new(
                "channels",
                channels,
                "streams of inputs, weights, results and instructions",
            ));
        }
        if !(1..=1024).contains(&channels) {
            let cure = format!("give {}", channels.clamp(1, 1024));
            return Err(ComponentError::value("channels", channels, "an engine has from 1 to 1024", cure));
        }
        let rate = self.bits_per_second(context, &mut choices)?;
        let bits = f64::from(BYTES) * 8.0;
        let lanes = bytes_a_cycle(context, rate).div_ceil(BYTES);
        let words = (rate * rules.latency_ns * 1e-9 / bits / f64::from(lanes)).ceil() as u64;
        let buffer = DataBuffer::new(context, "data buffer", words, BYTES)?;
        let descriptors = rules.descriptor_bits * rules.descriptors_per_channel;
        let queue = Netlist { gates: descriptors * 2.0, flip_flops: descriptors };
        let queue = Control::of_netlist(context, "descriptor queue", queue)?;
        let channel =
            Control::new(context, "address generators", rules.channel_gates, rules.flip_flop_share)?;
        let engine = Control::new(context, "engine", rules.engine_gates, rules.flip_flop_share)?;
        // Each lane has its shifter.
        let shifters = Control::new(context, "alignment", rules.gates_per_bit * bits, rules.flip_flop_share)?;
        let path = engine.bit(rules.registers_per_bit, rules.gates_per_bit) * bits;
        Ok(Block {
            parts: vec![
                Part::group("channel", vec![queue.part, channel.part]).times(u64::from(channels)),
                Part::group("lane", vec![buffer.part, shifters.part]).times(u64::from(lanes)),
                engine.part,
            ],
            actions: vec![Action {
                name: "transfer".to_owned(),
                description: format!("{BYTES} bytes of random data from one memory to another"),
                bits: Some(u64::from(BYTES) * 8),
                energy: vec![
                    ("data_buffer", buffer.write + buffer.read),
                    // A step of both address generators: of their gates a quarter change.
                    (
                        "address_generators",
                        DataEnergy::standing(channel.transition * (rules.channel_gates * 0.25)),
                    ),
                    ("alignment", path),
                ],
                capacity: capacity(context, rate, bits),
                tdp_activity: tdp_activity(|values| values.dma_transfer)?,
                clock_share: None,
            }],
            paths: vec![TimingPath { name: "data buffer".to_owned(), cycle: buffer.cycle }],
            choices,
            ..Block::default()
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::trial::{Trial, chosen, costs_no_less};
    use super::*;

    #[test]
    fn an_engine_moves_what_off_chip_memory_brings() {
        let mut trial = Trial::at(28.0);
        trial.siblings.off_chip_bytes_per_second = 34e9;
        let engine = trial.block::<Dma>("");
        assert_eq!((chosen(&engine, "bandwidth"), chosen(&engine, "channels")), ("34 GB/s", "8"));
        assert!((engine.actions[0].capacity.0 - 34.0 / 64.0 / 0.7).abs() < 1e-12);
        // 48.6 bytes a cycle: one lane of 64.
        assert_eq!(engine.parts[1].count, 1);
        let wide = trial.block::<Dma>("bandwidth = \"700 GB/s\"");
        // 1000 bytes a cycle: 16 lanes.
        assert_eq!(wide.parts[1].count, 16);
        assert!(costs_no_less(&wide, &engine));
    }

    #[test]
    fn more_channels_never_cost_less_and_each_costs_the_same() {
        let trial = Trial::at(28.0);
        let area = |channels: u32| {
            let keys = format!("bandwidth = \"34 GB/s\"\nchannels = {channels}");
            trial.block::<Dma>(&keys).cost().area().0
        };
        assert!(area(2) > area(1));
        assert!(((area(9) - area(8)) / (area(2) - area(1)) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_no_engine_can_be_is_refused_with_what_works() {
        let trial = Trial::at(28.0);
        let refusal = trial.refusal::<Dma>("");
        assert!(refusal.starts_with("bandwidth: none: there is no memory interface"), "{refusal}");
        let refusal = trial.refusal::<Dma>("channels = 0");
        assert!(refusal.starts_with("channels: 0: an engine has from 1 to 1024; give 1"), "{refusal}");
    }
}
