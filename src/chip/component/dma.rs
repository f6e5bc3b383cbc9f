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
        latency_ns: "Time for which an engine must have data under way.",
        descriptor_bits: "Bits of a descriptor.",
        descriptors_per_channel: "Descriptors of a channel.",
        channel_gates: "Control of a channel in NAND2-equivalents.",
        engine_gates: "Control of the smallest engine in NAND2-equivalents.",
        burst_bytes: "Bytes of a transaction with memory.",
        burst_gates: "Control of a transaction under way in NAND2-equivalents.",
        flip_flop_share: "Part of control that is flip-flops.",
        registers_per_bit: "Ranks of registers beside the buffer.",
        gates_per_bit: "Gates that a bit goes through beside the buffer.",
    }
}

/// A DMA engine.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dma {
    /// Channels, each with descriptors and address generators of its own. Default: one for each on-chip memory that it
    /// fills or empties, and no fewer than it needs to move its bandwidth.
    #[serde(default)]
    pub channels: Option<u32>,
    /// Bandwidth that it moves: it sizes the buffer, and gives the capacity. Default: that of all off-chip memory.
    #[serde(default)]
    pub bandwidth: Option<Written<Bandwidth>>,
}

/// Bytes of a transfer, as a trace counts them, and of a word of the widest lane.
const BYTES: u32 = 64;

/// Bytes of a word of the narrowest lane: buses on chips have 32 bits at least.
const LEAST_BYTES: u32 = 4;

/// Most channels of an engine.
const MOST_CHANNELS: u32 = 1024;

/// How wide an engine is.
#[derive(Clone, Copy, Debug)]
struct Lanes {
    /// Lanes side by side.
    count: u32,
    /// Bytes that each moves in a cycle.
    bytes: u32,
}

impl Lanes {
    /// The narrowest lane that carries so many bytes a cycle, or as many of the widest as are needed.
    fn carrying(bytes: u32) -> Lanes {
        let width = bytes.min(BYTES).next_power_of_two().max(LEAST_BYTES);
        Lanes { count: bytes.div_ceil(width), bytes: width }
    }
}

impl Dma {
    fn chosen_channels(
        &self,
        context: &Context,
        lanes: Lanes,
        choices: &mut Vec<Choice>,
    ) -> Result<u32, ComponentError> {
        let channels = match self.channels {
            Some(channels) => channels,
            None => {
                let memories = context.siblings.memories;
                let reason = format!("{memories} on-chip memories, {} lanes of {BYTES} bytes", lanes.count);
                let reason = if lanes.count > 1 { reason } else { format!("{memories} on-chip memories") };
                let channels = memories.max(lanes.count).clamp(1, MOST_CHANNELS);
                choices.push(Choice::new("channels", channels, reason));
                channels
            }
        };
        if (1..=MOST_CHANNELS).contains(&channels) {
            return Ok(channels);
        }
        let cure = format!("give {}", channels.clamp(1, MOST_CHANNELS));
        let reason = format!("an engine has from 1 to {MOST_CHANNELS}");
        Err(ComponentError::value("channels", channels, reason, cure))
    }

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
        let rate = self.bits_per_second(context, &mut choices)?;
        let lanes = Lanes::carrying(bytes_a_cycle(context, rate));
        let channels = self.chosen_channels(context, lanes, &mut choices)?;
        let bits = f64::from(BYTES) * 8.0;
        let lane_bits = f64::from(lanes.bytes) * 8.0;
        let bits_under_way = rate * rules.latency_ns * 1e-9;
        let words = (bits_under_way / lane_bits / f64::from(lanes.count)).ceil() as u64;
        let buffer = DataBuffer::new(context, "data buffer", words, lanes.bytes)?;
        let descriptors = rules.descriptor_bits * rules.descriptors_per_channel;
        let queue = Netlist { gates: descriptors * 2.0, flip_flops: descriptors };
        // Descriptors are written once a tile, thousands of cycles.
        let queue = Control::of_netlist(context, "descriptor queue", queue)?.held();
        let channel =
            Control::new(context, "address generators", rules.channel_gates, rules.flip_flop_share)?;
        let bursts = (bits_under_way / 8.0 / rules.burst_bytes).ceil();
        let engine = rules.engine_gates + rules.burst_gates * bursts;
        let engine = Control::new(context, "engine", engine, rules.flip_flop_share)?;
        // Each lane has its shifter.
        let shifters =
            Control::new(context, "alignment", rules.gates_per_bit * lane_bits, rules.flip_flop_share)?;
        let path = engine.bit(rules.registers_per_bit, rules.gates_per_bit) * bits;
        let words_of_transfer = f64::from(BYTES / lanes.bytes);
        Ok(Block {
            parts: vec![
                Part::group("channel", vec![queue.part, channel.part]).times(u64::from(channels)),
                Part::group("lane", vec![buffer.part, shifters.part]).times(u64::from(lanes.count)),
                engine.part,
            ],
            actions: vec![Action {
                name: "transfer".to_owned(),
                description: format!("{BYTES} bytes of random data from one memory to another"),
                bits: Some(u64::from(BYTES) * 8),
                energy: vec![
                    ("data_buffer", (buffer.write + buffer.read) * words_of_transfer),
                    // A step of both address generators for each word: of their gates a quarter change.
                    (
                        "address_generators",
                        DataEnergy::standing(
                            channel.transition * (rules.channel_gates * 0.25 * words_of_transfer),
                        ),
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
    use proptest::prelude::*;

    use super::super::trial::{Trial, chosen, costs_no_less};
    use super::*;

    #[test]
    fn an_engine_moves_what_off_chip_memory_brings() {
        let mut trial = Trial::at(28.0);
        trial.siblings.off_chip_bytes_per_second = 34e9;
        trial.siblings.memories = 3;
        let engine = trial.block::<Dma>("");
        assert_eq!((chosen(&engine, "bandwidth"), chosen(&engine, "channels")), ("34 GB/s", "3"));
        assert!((engine.actions[0].capacity.0 - 34.0 / 64.0 / 0.7).abs() < 1e-12);
        // 48.6 bytes a cycle: one lane of 64.
        assert_eq!(engine.parts[1].count, 1);
        let wide = trial.block::<Dma>("bandwidth = \"700 GB/s\"");
        // 1000 bytes a cycle: 16 lanes, each with a channel.
        assert_eq!((wide.parts[1].count, chosen(&wide, "channels")), (16, "16"));
        assert!(costs_no_less(&wide, &engine));
    }

    #[test]
    fn a_slow_engine_is_narrow_and_moves_a_transfer_in_pieces() {
        for (bytes, count, width) in
            [(1, 1, 4), (5, 1, 8), (33, 1, 64), (64, 1, 64), (65, 2, 64), (1000, 16, 64)]
        {
            let lanes = Lanes::carrying(bytes);
            assert_eq!((lanes.count, lanes.bytes), (count, width), "{bytes}");
        }
        let engine = |bandwidth: &str| Trial::at(28.0).block::<Dma>(&format!("bandwidth = \"{bandwidth}\""));
        let (slow, fast) = (engine("0.5 GB/s"), engine("40 GB/s"));
        assert!(slow.cost().area() < fast.cost().area() * 0.5);
        // Sixteen words of 4 bytes are addressed sixteen times.
        let addressing = |block: &Block| block.actions[0].energy[1].1.total();
        assert!((addressing(&slow) / addressing(&fast) - 16.0).abs() < 1e-9);
    }

    #[test]
    fn descriptors_stand_behind_a_clock_gate() {
        let engine = Trial::at(28.0).block::<Dma>("bandwidth = \"34 GB/s\"");
        let queue = super::super::trial::part(&engine.parts, "descriptor queue").unwrap().total();
        assert!(queue.clock_running.0 > 0.0 && queue.clock_running == queue.clock_gated);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn more_bandwidth_or_more_memories_never_cost_less(
            bandwidth in 0.1_f64..200.0,
            more in 1.0_f64..3.0,
            memories in 0_u32..12,
        ) {
            let engine = |bandwidth: f64, memories: u32| {
                let mut trial = Trial::at(28.0);
                trial.siblings.memories = memories;
                trial.block::<Dma>(&format!("bandwidth = \"{bandwidth} GB/s\""))
            };
            let small = engine(bandwidth, memories);
            prop_assert!(costs_no_less(&engine(bandwidth * more, memories), &small));
            prop_assert!(costs_no_less(&engine(bandwidth, memories + 1), &small));
        }
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
        let refusal = trial.refusal::<Dma>("bandwidth = \"1 GB/s\"\nchannels = 0");
        assert!(refusal.starts_with("channels: 0: an engine has from 1 to 1024; give 1"), "{refusal}");
    }
}
