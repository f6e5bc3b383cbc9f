//! On-chip memory: a scratchpad or a cache, of banks whose ports follow from the streams that it must feed.

mod assembly;
mod cache;
mod conflicts;
mod demand;
mod rate;
mod streams;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::storage::StorageCell;
use super::tdp_activity::tdp_activity;
use super::{Action, Block, Component, ComponentError, Context, Siblings, Stage, TimingPath, Written};
use crate::chip::circuit::DataEnergy;
use crate::chip::circuit::array::Ports;
use crate::units::{Bytes, PerCycle, Ratio, Seconds};
use assembly::Assembly;
pub use conflicts::Conflicts;
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
    /// Whether streams that meet in a bank wait for each other: "never" (each has a port at every bank) or "arbitrated"
    /// (banks of few ports, so many that 9 of 10 accesses go through at once). Default: never in a core, arbitrated
    /// beside cores.
    pub conflicts: Option<Conflicts>,
    /// Ports of a bank that only read. Default: by search, from the streams.
    pub read_ports: Option<u32>,
    /// Ports of a bank that only write. Default: by search, from the streams.
    pub write_ports: Option<u32>,
    /// Ports of a bank that read or write. Default: by search, from the streams.
    pub shared_ports: Option<u32>,
    /// What is read, in blocks a cycle (1, 0.5) or as a bandwidth ("200 GB/s"). Default: the operands of all units of the
    /// core, shared by those of its memories that leave it open; 1 beside cores or where a block is less than a unit takes.
    pub read_streams: Option<Rate>,
    /// What is written, in blocks a cycle or as a bandwidth; 0 if something else fills it before it is read. Default: 1, for
    /// results, or as much as is read if that is less.
    pub write_streams: Option<Rate>,
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
        siblings.memories += 1;
        if !siblings.beside_cores {
            let is_open = self.read_streams.is_none() && self.given_ports().is_none();
            siblings.core_memories += 1;
            siblings.open_memories += u32::from(is_open);
            siblings.slices_beside_lanes |= self.slices > 1;
        }
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
            MemoryStyle::Scratchpad => self.no_keys_of_caches().map(|()| None)?,
            MemoryStyle::Cache => Some(cache::Tags::of(self, &demand, context)?),
        };
        self.block(&demand, assembly, tags, context)
    }
}

impl Memory {
    /// Refuses what only a cache has.
    fn no_keys_of_caches(&self) -> Result<(), ComponentError> {
        let given = [
            ("ways", self.ways.map(|ways| ways.to_string())),
            ("line", self.line.map(|line| line.0.to_string())),
            ("address_bits", self.address_bits.map(|bits| bits.to_string())),
        ];
        match given.into_iter().find_map(|(key, value)| Some((key, value?))) {
            Some((key, value)) => Err(ComponentError::value(
                key,
                value,
                "a scratchpad has none, only a cache",
                "leave it out, or give style = \"cache\"",
            )),
            None => Ok(()),
        }
    }

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
            // Tags follow addresses, not data.
            let lookup = ("tag lookup", DataEnergy::standing(tags.lookup));
            read.push(lookup);
            write.push(lookup);
            block.choices.extend(tags.choices);
        }
        self.check_latency(block.latency_cycles, context)?;
        block.paths.push(TimingPath { name: "memory bank".to_owned(), cycle });
        let (streams, outer) = (&demand.streams, demand.streams.outer());
        let (reading, writing) = (tdp_activity(|of| of.memory_read)?, tdp_activity(|of| of.memory_write)?);
        // Accesses that share ports cannot exceed them.
        let wanted = streams.reads * reading.0 + streams.writes * writing.0;
        let share = (assembly.served / wanted).min(1.0);
        let action = |name: &str, what: &str, energy, ports: u32, streams: f64, activity: Ratio| Action {
            name: name.to_owned(),
            description: format!("{what} a block of random data"),
            bits: Some(u64::from(demand.block_bits)),
            energy,
            capacity: PerCycle(f64::from(ports)),
            tdp_activity: Ratio(activity.0 * share * streams / f64::from(ports)),
            clock_share: None,
        };
        block.actions.push(action("read", "reads", read, outer.read, streams.reads, reading));
        block.actions.push(action("write", "writes", write, outer.write, streams.writes, writing));
        Ok(block)
    }

    /// Ports of a bank, where the file says anything of them.
    fn given_ports(&self) -> Option<Ports> {
        self.read_ports.or(self.write_ports).or(self.shared_ports).map(|_| Ports {
            read_write: self.shared_ports.unwrap_or(0),
            read: self.read_ports.unwrap_or(0),
            write: self.write_ports.unwrap_or(0),
        })
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
mod tests;
