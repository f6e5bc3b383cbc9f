//! What a memory must do: bits of a block, words, streams, and the ports that they need.

use super::{Memory, Rate};
use crate::chip::circuit::array::Ports;
use crate::chip::component::storage::StorageCell;
use crate::chip::component::{Choice, ComponentError, Context, Siblings};

/// The demand on a memory.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Bits of an access.
    pub block_bits: u32,
    /// Blocks that it holds.
    pub words: u64,
    /// Most reads in a cycle.
    pub reads: f64,
    /// Most writes in a cycle.
    pub writes: f64,
    /// Sets of ports for a bank, one of which is to be chosen.
    pub ports: Vec<Ports>,
    /// What followed from the neighbours.
    pub choices: Vec<Choice>,
}

/// Widest block: past what any on-chip memory has.
const MOST_BLOCK_BITS: u64 = 1 << 17;

/// Most streams of a kind: each needs a port at every bit.
const MOST_STREAMS: f64 = 16.0;

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
        let ports = ports(memory, &streams)?;
        let (reads, writes) = match ports[..] {
            // Given ports that no stream was asked of: each takes an access a cycle.
            [given] if streams.are_open => (f64::from(given.reading()), f64::from(given.writing())),
            _ => (streams.reads, streams.writes),
        };
        Ok(Demand { block_bits, words, reads, writes, ports, choices })
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

/// Bits that each unit takes in a cycle.
fn operands_of_units(siblings: &Siblings) -> impl Iterator<Item = u64> {
    let tensor =
        siblings.tensor_units.iter().map(|unit| u64::from(unit.rows) * u64::from(unit.operand.bits()));
    let vector =
        siblings.vector_units.iter().map(|unit| u64::from(unit.lanes) * u64::from(unit.format.bits()));
    tensor.chain(vector)
}

/// Bits that all units together take in a cycle.
fn operands(siblings: &Siblings) -> u64 {
    operands_of_units(siblings).sum()
}

/// Bits that the widest unit takes in a cycle, if there is one.
pub fn widest_operands(siblings: &Siblings) -> Option<u32> {
    operands_of_units(siblings).max().filter(|bits| *bits > 0).map(|bits| bits.min(MOST_BLOCK_BITS) as u32)
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

/// Accesses in a cycle.
struct Streams {
    reads: f64,
    writes: f64,
    /// Whether neither the file nor a neighbour asks for any.
    are_open: bool,
}

impl Streams {
    fn of(
        memory: &Memory,
        block_bits: u32,
        context: &Context,
        choices: &mut Vec<Choice>,
    ) -> Result<Streams, ComponentError> {
        let siblings = context.siblings;
        let units = siblings.tensor_units.len() + siblings.vector_units.len();
        let asked = |count: Option<u32>, rate: Option<Rate>, keys: [&'static str; 2]| match (count, rate) {
            (Some(_), Some(_)) => {
                let reason = format!("{} asks for the same", keys[0]);
                Err(ComponentError::value(keys[1], "given", reason, "leave one of them out"))
            }
            (Some(count), None) => Ok(Some(check(f64::from(count), count, keys[0])?)),
            (None, Some(rate)) => {
                let blocks = rate.blocks(block_bits, context.clock);
                Ok(Some(check(blocks, format!("{blocks:.3} blocks a cycle"), keys[1])?))
            }
            (None, None) => Ok(None),
        };
        let reads = asked(memory.read_streams, memory.read_throughput, ["read_streams", "read_throughput"])?;
        let writes =
            asked(memory.write_streams, memory.write_throughput, ["write_streams", "write_throughput"])?;
        let open = |key, streams: usize, what: &str, choices: &mut Vec<Choice>| {
            choices.push(Choice::new(key, streams, what));
            streams as f64
        };
        let default_reads = if units > 0 {
            // A block holds what a narrower unit takes in several cycles, so that such units take turns at a port.
            let blocks = (operands(siblings) as f64 / f64::from(block_bits)).ceil().max(1.0) as usize;
            (
                blocks,
                format!(
                    "operands of {} tensor and {} vector units are as many blocks in a cycle",
                    siblings.tensor_units.len(),
                    siblings.vector_units.len()
                ),
            )
        } else {
            (1, "nobody beside it takes operands: one access a cycle".to_owned())
        };
        let given_ports = memory.read_ports.or(memory.write_ports).or(memory.shared_ports).is_some();
        let are_open = reads.is_none() && writes.is_none() && given_ports;
        if are_open {
            return Ok(Streams { reads: 0.0, writes: 0.0, are_open });
        }
        Ok(Streams {
            reads: reads.unwrap_or_else(|| open("read_streams", default_reads.0, &default_reads.1, choices)),
            writes: writes
                .unwrap_or_else(|| open("write_streams", 1, "results come back in one stream", choices)),
            are_open,
        })
    }
}

fn check(streams: f64, value: impl ToString, key: &'static str) -> Result<f64, ComponentError> {
    if streams.is_finite() && streams > 0.0 && streams <= MOST_STREAMS {
        return Ok(streams);
    }
    let reason = "each stream needs a port at every bit";
    let cure = format!("from above 0 to {MOST_STREAMS} blocks a cycle; beyond, widen the block");
    Err(ComponentError::value(key, value, reason, cure))
}

/// The sets of ports that give the streams what they need.
fn ports(memory: &Memory, streams: &Streams) -> Result<Vec<Ports>, ComponentError> {
    let (reads, writes) = (streams.reads.ceil() as u32, streams.writes.ceil() as u32);
    if memory.read_ports.or(memory.write_ports).or(memory.shared_ports).is_some() {
        let given = Ports {
            read_write: memory.shared_ports.unwrap_or(0),
            read: memory.read_ports.unwrap_or(0),
            write: memory.write_ports.unwrap_or(0),
        };
        return check_given(given, memory, reads, writes).map(|()| vec![given]);
    }
    let shared = |ports| Ports { read_write: ports, read: 0, write: 0 };
    if memory.functions.is_some() {
        // A bank serves one stream at a time.
        return Ok(vec![shared(1)]);
    }
    if memory.cell == StorageCell::Edram {
        return if reads + writes <= 1 {
            Ok(vec![shared(1)])
        } else {
            Err(ComponentError::value(
                "cell",
                "edram",
                format!(
                    "{reads} streams that read and {writes} that write may meet in a bank whose cells have one port"
                ),
                "use sram; or shared_ports = 1, with which streams take turns; or give each stream banks of its own (functions)",
            ))
        };
    }
    let separate = Ports { read_write: 0, read: reads, write: writes };
    // As many shared ports would each need the circuits of both: they can win only where they are fewer.
    let together = (streams.reads + streams.writes).ceil() as u32;
    Ok(if together < separate.total() { vec![separate, shared(together)] } else { vec![separate] })
}

fn check_given(given: Ports, memory: &Memory, reads: u32, writes: u32) -> Result<(), ComponentError> {
    let told = format!("{} read, {} write and {} shared", given.read, given.write, given.read_write);
    let key = if memory.read_ports.is_some() {
        "read_ports"
    } else if memory.write_ports.is_some() {
        "write_ports"
    } else {
        "shared_ports"
    };
    if given.reading() == 0 || given.writing() == 0 {
        let missing = if given.reading() == 0 { "read_ports" } else { "write_ports" };
        let cure = format!("add {missing} = 1 or shared_ports = 1");
        return Err(ComponentError::value(key, told, "nothing could read it, or nothing write it", cure));
    }
    if memory.functions.is_none()
        && (given.reading() < reads || given.writing() < writes || given.total() < reads + writes)
    {
        let reason = format!("{reads} streams that read and {writes} that write may meet in a bank");
        let cure = format!("the nearest is read_ports = {reads}, write_ports = {writes}; or fewer streams");
        return Err(ComponentError::value(key, told, reason, cure));
    }
    Ok(())
}
