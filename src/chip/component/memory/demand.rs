//! What a memory must do: bits of a block, words, streams, and the arrangements of ports that would do.

use super::Memory;
use super::conflicts::{Arrangement, Conflicts, arrangements};
use super::streams::Streams;
use crate::chip::component::storage::{FEWEST_WORDS, StorageCell};
use crate::chip::component::{Choice, ComponentError, Context, Siblings};

/// The demand on a memory.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Bits of an access.
    pub block_bits: u32,
    /// Blocks that it holds.
    pub words: u64,
    /// What goes in and out in a cycle.
    pub streams: Streams,
    /// Sets of ports for a bank, one of which is to be chosen.
    pub arrangements: Vec<Arrangement>,
    /// What followed from the neighbours.
    pub choices: Vec<Choice>,
}

/// Widest block: past what any on-chip memory has.
const MOST_BLOCK_BITS: u64 = 1 << 17;

/// Most banks that may be asked for.
const MOST_BANKS: u64 = 1024;

impl Demand {
    pub fn of(memory: &Memory, context: &Context) -> Result<Demand, ComponentError> {
        let mut choices = Vec::new();
        let block_bits = block_bits(memory, context.siblings, &mut choices)?;
        let bits = memory.capacity.0.0.saturating_mul(8);
        let words = bits.div_ceil(u64::from(block_bits));
        if words < 2 {
            let least = u64::from(block_bits) / 4;
            return Err(ComponentError::value(
                "capacity",
                memory.capacity.0,
                format!("that is no more than one block of {} bytes", block_bits / 8),
                format!("the smallest is {least}B, two blocks; or give a narrower block"),
            ));
        }
        check_counts(memory, block_bits)?;
        let streams = Streams::of(memory, block_bits, context, &mut choices)?;
        let conflicts = if streams.are_open || memory.functions.is_some() {
            Conflicts::Never
        } else {
            Conflicts::of(memory, context, &mut choices)
        };
        let arrangements = arrangements(memory, &streams, conflicts)?;
        Ok(Demand { block_bits, words, streams, arrangements, choices })
    }

    /// Most banks, each of the words of the smallest that holds them.
    ///
    /// # Errors
    /// [`ComponentError`] where not even one has them.
    pub fn most_banks(&self, memory: &Memory) -> Result<u32, ComponentError> {
        let least = if memory.cell == StorageCell::FlipFlop { 1 } else { FEWEST_WORDS };
        if self.words < least {
            let reason = format!(
                "{} blocks of {} bytes are less than the {least} words of the smallest memory macro",
                self.words,
                self.block_bits / 8
            );
            let cure = format!(
                "the nearest is {}B, or a narrower block, or cell = \"flip_flop\"",
                least * u64::from(self.block_bits / 8)
            );
            return Err(ComponentError::value("capacity", memory.capacity.0, reason, cure));
        }
        Ok((self.words / least).min(MOST_BANKS) as u32)
    }

    /// The complaint about more banks than that.
    pub fn too_many(&self, banks: u32, most: u32, key: &'static str) -> ComponentError {
        let reason = format!(
            "{} blocks of {} bytes in so many banks are less than the smallest memory macro has",
            self.words,
            self.block_bits / 8
        );
        let capacity = u64::from(banks) * FEWEST_WORDS * u64::from(self.block_bits / 8);
        let cure = format!("the most is {most}; or a capacity of {capacity}B, or cell = \"flip_flop\"");
        ComponentError::value(key, banks, reason, cure)
    }
}

fn block_bits(
    memory: &Memory,
    siblings: &Siblings,
    choices: &mut Vec<Choice>,
) -> Result<u32, ComponentError> {
    if let Some(block) = memory.block {
        let bits = block.0.0.saturating_mul(8);
        if bits > MOST_BLOCK_BITS {
            let cure = format!("the most is {}B", MOST_BLOCK_BITS / 8);
            return Err(ComponentError::value("block", block.0, "no memory is as wide", cure));
        }
        return Ok(bits as u32);
    }
    let Some(bits) = widest_operands(siblings) else {
        return Err(ComponentError::value(
            "block",
            "not given",
            "no tensor or vector unit in the same core takes data from it",
            "give the bytes of one access, such as block = \"32 B\"",
        ));
    };
    let bits = bits.next_multiple_of(8);
    let reason = "what the widest unit of the core takes in a cycle";
    choices.push(Choice::new("block", format!("{} B", bits / 8), reason));
    Ok(bits)
}

/// Bits that the widest unit takes in a cycle, if there is one.
pub fn widest_operands(siblings: &Siblings) -> Option<u32> {
    siblings.operands().max().filter(|bits| *bits > 0).map(|bits| bits.min(MOST_BLOCK_BITS) as u32)
}

fn check_counts(memory: &Memory, block_bits: u32) -> Result<(), ComponentError> {
    let zero = |key, nearest: &str| {
        Err(ComponentError::value(key, 0, "there has to be at least one", format!("the least is {nearest}")))
    };
    if memory.banks == Some(0) {
        return zero("banks", "1");
    }
    if memory.slices == 0 {
        return zero("slices", "1");
    }
    if memory.slices > block_bits {
        let reason = format!("a block has {block_bits} bits, and a slice holds at least one of them");
        let cure = format!("the most is {block_bits}");
        return Err(ComponentError::value("slices", memory.slices, reason, cure));
    }
    if let Some(functions) = &memory.functions {
        let banks: u64 = functions.values().map(|banks| u64::from(*banks)).sum();
        if functions.is_empty() || functions.values().any(|banks| *banks == 0) {
            let cure = "give each at least one, such as { weights = 2, activations = 25 }";
            return Err(ComponentError::value("functions", banks, "each function needs a bank", cure));
        }
        if let Some(given) = memory.banks.filter(|given| u64::from(*given) != banks) {
            let reason = format!("the functions have {banks} banks together");
            return Err(ComponentError::value(
                "banks",
                given,
                reason,
                format!("leave it out, or give {banks}"),
            ));
        }
    }
    Ok(())
}
