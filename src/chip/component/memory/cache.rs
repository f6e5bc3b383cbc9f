//! Tags of a cache: looked up before the data, so that one way is read.

use super::Memory;
use super::demand::Demand;
use crate::chip::circuit::Netlist;
use crate::chip::circuit::array::Ports;
use crate::chip::component::storage::{Storage, address_bits};
use crate::chip::component::{Choice, ComponentError, Context, Cost, Part};
use crate::units::{Joules, Seconds};

/// Ways and bits of an address, where they are open.
const WAYS: u32 = 8;
const ADDRESS_BITS: u32 = 40;

/// Valid and dirty.
const STATE_BITS: u32 = 2;

/// Gates in NAND2-equivalents for a bit of a comparator: an exclusive-or and its part of the AND tree.
const GATES_PER_COMPARED_BIT: f64 = 3.5;

/// The tags.
#[derive(Clone, Debug)]
pub struct Tags {
    pub parts: Vec<Part>,
    pub lookup: Joules,
    pub cycle: Seconds,
    pub cycles: u32,
    pub choices: Vec<Choice>,
}

impl Tags {
    pub fn of(memory: &Memory, demand: &Demand, context: &Context) -> Result<Tags, ComponentError> {
        let ways = memory.ways.unwrap_or(WAYS);
        let line = memory.line.map_or(u64::from(demand.block_bits / 8), |line| line.0.0).max(1);
        let lines = memory.capacity.0.0 / line;
        if ways == 0 || u64::from(ways) > lines {
            let reason = format!("the cache has {lines} lines of {line} bytes");
            let cure = format!("from 1 to {lines} ways, or shorter lines");
            return Err(ComponentError::value("ways", ways, reason, cure));
        }
        let sets = lines.div_ceil(u64::from(ways));
        let below = address_bits(sets) + address_bits(line);
        let address = memory.address_bits.unwrap_or(ADDRESS_BITS);
        if address <= below || address > 64 {
            let reason = format!("{below} bits already choose the set and the byte");
            let cure = format!("from {} to 64", below + 1);
            return Err(ComponentError::value("address_bits", address, reason, cure));
        }
        let tag = address - below + STATE_BITS;
        let lookups = demand.streams.outer().total();
        let ports = Ports { read_write: 1, read: lookups - 1, write: 0 };
        let storage = Storage::of_cheaper_cell(sets, tag * ways, ports, context)?;
        let compared = f64::from(tag) * f64::from(ways);
        let gates = GATES_PER_COMPARED_BIT * compared;
        let comparators = Netlist::of_gates(gates * f64::from(lookups)).placed(context.cells)?;
        // A comparison with another tag changes about half of its gates.
        let compare = comparators.transitions(gates / 2.0);
        let mut parts = storage.parts.clone();
        parts.push(Part::leaf("comparators", Cost::of_logic(&comparators)));
        let mut choices = Vec::new();
        if memory.ways.is_none() {
            choices.push(Choice::new("ways", ways, "the default of a cache"));
        }
        Ok(Tags {
            parts: vec![Part::group("tags", parts)],
            lookup: storage.read_energy().total() + compare,
            cycle: storage.cycle,
            cycles: storage.cycles,
            choices,
        })
    }
}
