//! What goes in and out of a memory in a cycle, in blocks.

use super::{Memory, Rate};
use crate::chip::circuit::array::Ports;
use crate::chip::component::{Choice, ComponentError, Context, Siblings, TensorShape};

/// Most streams of a kind: each needs a port at every bit.
const MOST_STREAMS: f64 = 16.0;

/// Blocks in a cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Streams {
    /// Blocks that are read.
    pub reads: f64,
    /// Blocks that are written.
    pub writes: f64,
    /// Whether neither the file nor a neighbour asks for any: ports were given, each of which takes an access.
    pub are_open: bool,
}

impl Streams {
    pub fn of(
        memory: &Memory,
        block_bits: u32,
        context: &Context,
        choices: &mut Vec<Choice>,
    ) -> Result<Streams, ComponentError> {
        let asked = |rate: Option<Rate>, key: &'static str| {
            rate.map(|rate| check(rate.blocks(block_bits, context.clock), key)).transpose()
        };
        let reads = asked(memory.read_streams, "read_streams")?;
        let writes = asked(memory.write_streams, "write_streams")?;
        if let (None, None, Some(given)) = (reads, writes, memory.given_ports()) {
            let (reads, writes) = (f64::from(given.reading()), f64::from(given.writing()));
            return Ok(Streams { reads, writes, are_open: true });
        }
        let reads = reads.unwrap_or_else(|| {
            let (reads, reason) = default_reads(context.siblings, block_bits);
            choices.push(Choice::new("read_streams", told(reads), reason));
            reads
        });
        let writes = writes.unwrap_or_else(|| {
            let (writes, reason) = if reads > 0.0 && reads < 1.0 {
                (reads, "no more results come back than operands went out")
            } else {
                (1.0, "results come back in one stream")
            };
            choices.push(Choice::new("write_streams", told(writes), reason));
            writes
        });
        if reads + writes <= 0.0 {
            let cure = "give one of them, such as read_streams = 1";
            return Err(ComponentError::value("read_streams", 0, "nobody reads it or writes it", cure));
        }
        Ok(Streams { reads, writes, are_open: false })
    }

    /// Ports of the memory as a whole. What has no stream still has a way in or out, to be filled and tested.
    pub fn outer(&self) -> Ports {
        let ports = |streams: f64| (streams.ceil() as u32).max(1);
        Ports { read_write: 0, read: ports(self.reads), write: ports(self.writes) }
    }

    /// Ports of a bank in which all may meet. Without streams of a kind, its rare accesses take turns at another's port.
    pub fn ports(&self) -> Ports {
        let (read, write) = (self.reads.ceil() as u32, self.writes.ceil() as u32);
        match (read, write) {
            (0, write) => Ports { read_write: 1, read: 0, write: write.saturating_sub(1) },
            (read, 0) => Ports { read_write: 1, read: read.saturating_sub(1), write: 0 },
            (read, write) => Ports { read_write: 0, read, write },
        }
    }

    /// In words.
    pub fn told(&self) -> String {
        format!("{} reads and {} writes a cycle", told(self.reads), told(self.writes))
    }
}

fn told(blocks: f64) -> String {
    format!("{}", (blocks * 1e4).round() / 1e4)
}

fn check(blocks: f64, key: &'static str) -> Result<f64, ComponentError> {
    if blocks.is_finite() && (0.0..=MOST_STREAMS).contains(&blocks) {
        return Ok(blocks);
    }
    let reason = "each stream needs a port at every bit";
    let cure = format!("from 0 to {MOST_STREAMS} blocks a cycle; beyond, widen the block");
    Err(ComponentError::value(key, format!("{} blocks a cycle", told(blocks)), reason, cure))
}

/// What is read where nobody says: operands of all units add up and are shared by the memories that say nothing, of which
/// each must feed the widest unit.
fn default_reads(siblings: &Siblings, block_bits: u32) -> (f64, String) {
    if siblings.beside_cores {
        return (1.0, "one access a cycle comes over the network".to_owned());
    }
    let Some(widest) = siblings.operands().max() else {
        return (1.0, "nobody beside it takes operands: one access a cycle".to_owned());
    };
    let block = u64::from(block_bits);
    if block < widest {
        return (1.0, "a block is less than the widest unit takes: it serves one stream".to_owned());
    }
    let sums = |unit: &TensorShape| u64::from(unit.columns) * u64::from(unit.accumulator.bits());
    if block > widest && siblings.tensor_units.iter().any(|unit| sums(unit) == block) {
        return (
            1.0,
            "a block is a row of sums of a matrix unit, read and written back in a cycle".to_owned(),
        );
    }
    let (all, memories) = (siblings.operands().sum::<u64>(), siblings.open_memories.max(1));
    let part = all as f64 / (block * u64::from(memories)) as f64;
    let reads = part.max(widest as f64 / block as f64).min(MOST_STREAMS);
    let units = siblings.tensor_units.len() + siblings.vector_units.len();
    let of = match memories {
        1 => String::new(),
        memories => format!(", {memories} memories feed them and each the widest"),
    };
    (reads, format!("{units} units take {} bytes in a cycle{of}", all / 8))
}
