//! On-chip memory: a scratchpad or a cache, of banks whose ports follow from the streams that it must feed.

mod assembly;
mod cache;
mod demand;
mod rate;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::storage::StorageCell;
use super::tdp_activity::tdp_activity;
use super::{Action, Block, Component, ComponentError, Context, Siblings, Stage, TimingPath, Written};
use crate::units::{Bytes, PerCycle, Ratio, Seconds};
use assembly::Assembly;
use demand::Demand;
pub use demand::widest_operands;
pub use rate::Rate;

/// On-chip memory. Ports, banks and macros that are left open are found from the streams that it must feed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Bytes that it holds: "24 MiB".
    pub capacity: Written<Bytes>,
    /// Bytes of one access. Default: what the widest unit of the core takes in a cycle, which is rows of a tensor unit
    /// times the bytes of an operand, or lanes of a vector unit times those of an element.
    pub block: Option<Written<Bytes>>,
    /// What holds a bit: "sram" (default), "flip_flop" or "edram" (one read-write port a bank, refreshed).
    #[serde(default)]
    pub cell: StorageCell,
    /// "scratchpad" (default): software says where data are. "cache": with tags, ways and lines.
    #[serde(default)]
    pub style: MemoryStyle,
    /// Ways of a cache. Default: 8.
    pub ways: Option<u32>,
    /// Bytes of a cache's line. Default: the block.
    pub line: Option<Written<Bytes>>,
    /// Bits of the addresses that a cache is asked for. Default: 40.
    pub address_bits: Option<u32>,
    /// Banks, each with all of the ports. Any number. Default: a power of two, by search.
    pub banks: Option<u32>,
    /// Dedicated banks, each function with its number of banks: `{ weights = 2, activations = 25 }`. A bank then serves
    /// one stream at a time. Default: none, the memory is unified and all streams may meet in any bank.
    pub functions: Option<BTreeMap<String, u32>>,
    /// Ports of a bank that only read. Default: by search, from the streams.
    pub read_ports: Option<u32>,
    /// Ports of a bank that only write. Default: by search, from the streams.
    pub write_ports: Option<u32>,
    /// Ports of a bank that read or write. Default: by search, from the streams.
    pub shared_ports: Option<u32>,
    /// Blocks that are read in a cycle. Default: one for each unit that takes operands.
    pub read_streams: Option<u32>,
    /// Blocks that are written in a cycle. Default: one, for results.
    pub write_streams: Option<u32>,
    /// What must be read, as a bandwidth ("200 GB/s") or in blocks a cycle (2); instead of `read_streams`.
    pub read_throughput: Option<Rate>,
    /// What must be written, as a bandwidth or in blocks a cycle; instead of `write_streams`.
    pub write_throughput: Option<Rate>,
    /// Slices that each hold their part of every block and stay beside their lane: no tree joins them. Default: 1.
    #[serde(default = "one")]
    pub slices: u32,
    /// Most cycles from an address to its data. Default: any number.
    pub latency_cycles: Option<u32>,
    /// Longest time from an address to its data: "10 ns". Default: any.
    pub latency: Option<Written<Seconds>>,
}

/// Who says where data are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryStyle {
    /// Software.
    #[default]
    Scratchpad,
    /// Tags.
    Cache,
}

fn one() -> u32 {
    1
}

impl Component for Memory {
    fn stage(&self) -> Stage {
        Stage::Storage
    }

    fn announce(&self, siblings: &mut Siblings) {
        // A block that follows from units is no wider than what they announce by themselves.
        if let Some(block) = self.block {
            let bits = u32::try_from(block.0.0.saturating_mul(8)).unwrap_or(u32::MAX);
            siblings.memory_bits = siblings.memory_bits.max(bits);
        }
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let demand = Demand::of(self, context)?;
        let assembly = Assembly::search(self, &demand, context)?;
        let tags = match self.style {
            MemoryStyle::Scratchpad => None,
            MemoryStyle::Cache => Some(cache::Tags::of(self, &demand, context)?),
        };
        self.block(&demand, assembly, tags, context)
    }
}

impl Memory {
    fn block(
        &self,
        demand: &Demand,
        assembly: Assembly,
        tags: Option<cache::Tags>,
        context: &Context,
    ) -> Result<Block, ComponentError> {
        let mut block = Block { latency_cycles: assembly.cycles, ..Block::default() };
        let mut cycle = assembly.cycle;
        let (mut read, mut write) = (assembly.read, assembly.write);
        block.parts = assembly.parts;
        block.choices.extend(demand.choices.iter().cloned());
        block.choices.extend(assembly.choices);
        if let Some(tags) = tags {
            // Tags are looked up before the data, so that one way is read.
            block.latency_cycles += tags.cycles;
            cycle = Seconds(cycle.0.max(tags.cycle.0));
            block.parts.extend(tags.parts);
            read.push(("tag lookup", tags.lookup));
            write.push(("tag lookup", tags.lookup));
            block.choices.extend(tags.choices);
        }
        self.check_latency(block.latency_cycles, context)?;
        block.paths.push(TimingPath { name: "memory bank".to_owned(), cycle });
        let (reads, writes) = (demand.reads, demand.writes);
        let (reading, writing) = (tdp_activity(|of| of.memory_read)?, tdp_activity(|of| of.memory_write)?);
        // Accesses that share ports cannot exceed them.
        let wanted = reads * reading.0 + writes * writing.0;
        let share = (f64::from(assembly.ports.total()) * assembly.independent / wanted).min(1.0);
        let action = |name: &str, what: &str, energy, capacity, activity: Ratio| Action {
            name: name.to_owned(),
            description: format!("{what} a block of random data"),
            bits: Some(u64::from(demand.block_bits)),
            energy,
            capacity: PerCycle(capacity),
            tdp_activity: Ratio(activity.0 * share),
            clock_share: None,
        };
        block.actions.push(action("read", "reads", read, reads, reading));
        block.actions.push(action("write", "writes", write, writes, writing));
        Ok(block)
    }

    fn check_latency(&self, cycles: u32, context: &Context) -> Result<(), ComponentError> {
        let time = context.clock.time_of(f64::from(cycles));
        if let Some(most) = self.latency_cycles.filter(|most| cycles > *most) {
            let reason = format!("from an address to its data it is at least {cycles} cycles of the clock");
            let cure = format!("the nearest is {cycles}, or a smaller capacity or more slices");
            return Err(ComponentError::value("latency_cycles", most, reason, cure));
        }
        if let Some(most) = self.latency.filter(|most| time.0 > most.0.0 * (1.0 + 1e-9)) {
            let reason = format!("from an address to its data it is at least {cycles} cycles, {time}");
            let cure = format!("the nearest is {time}, or a smaller capacity or more slices");
            return Err(ComponentError::value("latency", most.0, reason, cure));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::storage::tests::Surroundings;
    use super::super::{TensorShape, VectorShape};
    use super::*;
    use crate::chip::circuit::arithmetic::NumberFormat;

    pub fn memory(text: &str) -> Memory {
        toml::from_str(text).unwrap()
    }

    fn built(text: &str, at: &Surroundings) -> Block {
        memory(text).build(&at.context()).unwrap()
    }

    fn with_units(mut at: Surroundings, tensor: u32, vector: u32) -> Surroundings {
        let bf16: NumberFormat = "bf16".parse().unwrap();
        let shape = TensorShape { rows: 128, columns: 128, operand: bf16, accumulator: bf16 };
        at.siblings.tensor_units = vec![shape; tensor as usize];
        at.siblings.vector_units = vec![VectorShape { lanes: 128, format: bf16 }; vector as usize];
        at
    }

    fn show(name: &str, text: &str, at: &Surroundings) {
        let start = std::time::Instant::now();
        let block = built(text, at);
        let time = start.elapsed();
        let start = std::time::Instant::now();
        built(text, at);
        let again = start.elapsed();
        println!(
            "{name}: {:.3} mm2 (halo {:.3}), leak {}, path {}, {} cycles, {time:?} then {again:?}",
            block.cost().area().0 * 1e-6,
            block.cost().whitespace.0 * 1e-6,
            block.cost().leakage,
            block.paths[0].cycle,
            block.latency_cycles
        );
        for action in &block.actions {
            println!(
                "   {} {} x{} tdp {} {} {:?}",
                action.name,
                action.energy(),
                action.capacity.0,
                action.tdp_activity,
                action.tdp(at.clock),
                action.energy.iter().map(|(n, e)| format!("{n} {:.1}pJ", e.0 * 1e12)).collect::<Vec<_>>()
            );
        }
        for choice in &block.choices {
            println!("   {} = {}: {}", choice.key, choice.value, choice.reason);
        }
    }

    #[test]
    #[ignore]
    fn numbers() {
        let v1 = with_units(Surroundings::at(0.028, Some(0.86), 700.0), 0, 0);
        show("UB", "capacity = '24 MiB'\nblock = '256 B'\nbanks = 2\nread_streams = 1\nwrite_streams=1", &v1);
        show("UB free banks", "capacity = '24 MiB'\nblock = '256 B'\nread_streams = 1\nwrite_streams=1", &v1);
        show("acc wide", "capacity = '4 MiB'\nblock = '1024 B'\nread_streams = 1\nwrite_streams=1", &v1);
        show(
            "acc sliced",
            "capacity = '4 MiB'\nblock = '1024 B'\nread_streams = 1\nwrite_streams=1\nslices=256",
            &v1,
        );
        let v2 = with_units(Surroundings::at(0.016, None, 700.0), 1, 1);
        show("vmem", "capacity = '8 MiB'\nbanks = 4", &v2);
        show("vmem 16 MiB sliced", "capacity = '16 MiB'\nblock='512 B'\nslices=128", &v2);
        let v4 = Surroundings::at(0.007, None, 1050.0);
        show("cmem", "capacity = '128 MiB'\nblock='512 B'\nread_streams = 1\nwrite_streams=1", &v4);
        show("cmem shared", "capacity = '128 MiB'\nblock='512 B'\nshared_ports = 1\nbanks = 32", &v4);
        let eyeriss = Surroundings::at(0.065, Some(1.0), 200.0);
        show(
            "glb",
            "capacity = '108 KiB'\nblock='8 B'\nfunctions = { ifmap_psum = 25, filter = 2 }",
            &eyeriss,
        );
        for (node, clock) in [(0.028, 1000.0), (0.016, 1000.0)] {
            let nvdla = Surroundings::at(node, None, clock);
            show(
                "cbuf 512",
                "capacity = '512 KiB'\nblock='64 B'\nread_streams = 1\nwrite_streams=1\nbanks=16",
                &nvdla,
            );
            show(
                "cbuf 256",
                "capacity = '256 KiB'\nblock='64 B'\nread_streams = 1\nwrite_streams=1\nbanks=16",
                &nvdla,
            );
            show(
                "cbuf 128",
                "capacity = '128 KiB'\nblock='32 B'\nread_streams = 1\nwrite_streams=1\nbanks=16",
                &nvdla,
            );
        }
        show(
            "cache",
            "capacity = '32 KiB'\nblock='8 B'\nline='64 B'\nstyle='cache'\nread_streams = 1\nwrite_streams=1",
            &eyeriss,
        );
        let _ = 0;
    }
}

#[cfg(test)]
mod scratch {
    #![allow(clippy::unwrap_used)]
    use super::super::storage::tests::Surroundings;
    use super::*;

    #[test]
    #[ignore]
    fn violations() {
        let at = Surroundings::at(0.028, Some(0.86), 700.0);
        let cost = |text: &str| {
            let memory: Memory = toml::from_str(text).unwrap();
            let block = memory.build(&at.context()).unwrap();
            (block.cost().area().0 * 1e-6, block.cost().leakage.0 * 1e3)
        };
        for (block, ports) in [
            (4, "read_streams=1"),
            (32, "read_streams=1"),
            (64, "read_streams=2"),
            (256, "read_streams=1"),
            (8, "shared_ports=1"),
        ] {
            let mut last = (0.0, 0.0);
            let (mut worst, mut count) = ((1.0_f64, 1.0_f64), 0);
            let mut words = 40_u64;
            while words * block < 8 << 20 {
                let now = cost(&format!("capacity = '{} B'\nblock='{block} B'\n{ports}", words * block));
                if now.0 < last.0 * (1.0 - 1e-9) || now.1 < last.1 * (1.0 - 1e-9) {
                    count += 1;
                    println!("  {block} words {words}: {last:?} -> {now:?}");
                }
                worst = (worst.0.min(now.0 / last.0), worst.1.min(now.1 / last.1));
                last = now;
                words += (words / 9).max(8);
            }
            println!("capacity {block} B {ports}: {count} violations, worst {worst:?}");
        }
        for capacity in ["16 KiB", "64 KiB", "1 MiB", "8 MiB"] {
            for block in [8, 32] {
                let mut last = (0.0, 0.0);
                for banks in [1, 2, 3, 4, 5, 6, 8, 11, 16, 27, 32] {
                    let now = cost(&format!("capacity = '{capacity}'\nblock='{block} B'\nbanks={banks}"));
                    if now.0 < last.0 || now.1 < last.1 {
                        println!("banks {capacity} {block} {banks}: {last:?} -> {now:?}");
                    }
                    last = now;
                }
                let mut last = (0.0, 0.0);
                for (r, w) in [(1, 1), (2, 1), (2, 2), (3, 2), (4, 2), (4, 4)] {
                    let now = cost(&format!(
                        "capacity = '{capacity}'\nblock='{block} B'\nread_streams={r}\nwrite_streams={w}"
                    ));
                    if now.0 < last.0 || now.1 < last.1 {
                        println!("ports {capacity} {block} {r} {w}: {last:?} -> {now:?}");
                    }
                    last = now;
                }
            }
        }
    }
}
