//! Events to blocks.

use std::io::Write;

use rustc_hash::FxHashMap;

use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, Fact, RegionSetId, Rejection};
use crate::formats::nmt::block::{Columns, LocalNames, flaw, largest_count, name_bytes};
use crate::formats::nmt::block_writer::{Block, BlockWriter};
use crate::formats::nmt::frame::{self, BlockKind};
use crate::formats::nmt::header::{self, check_span};
use crate::formats::nmt::wire::{self, Dictionary};
use crate::metadata::{Metadata, Span};
use crate::writer::TraceWriter;

/// Records a block. The decoded columns of one block stay in a core's own cache.
const BLOCK_RECORDS: usize = 1 << 12;
/// The dictionary's bytes at which a block is closed.
const DICTIONARY_BYTES: usize = 64 * 1024;
/// The longest component, action or set of region tags. With the bounds above, no block exceeds its limit.
const MAX_NAME_BYTES: usize = 16 * 1024;
/// Bytes of facts at which their block is closed.
const FACTS_BYTES: usize = 256 * 1024;
/// The longest fact.
const MAX_FACT_BYTES: usize = 512 * 1024;

/// Writes the header, and gives the sink for what follows.
///
/// # Errors
/// Metadata out of range, and what writing reports.
pub fn create_writer(
    mut output: Box<dyn Write + Send>,
    metadata: &Metadata,
) -> Result<Box<dyn TraceWriter>, DataError> {
    let header = header::encode(metadata)?;
    output.write_all(&header).map_err(|error| DataError::write(&error))?;
    Ok(Box::new(NmtWriter {
        channels: ChannelNames::default(),
        region_sets: RegionSetNames::default(),
        pending: Pending::default(),
        blocks: BlockWriter::start(output, header.len() as u64)?,
    }))
}

struct NmtWriter {
    channels: ChannelNames,
    region_sets: RegionSetNames,
    pending: Pending,
    blocks: BlockWriter,
}

/// Channels as they are handed out, and back.
#[derive(Default)]
struct ChannelNames {
    ids: FxHashMap<String, FxHashMap<String, ChannelId>>,
    names: Vec<(String, String)>,
}

/// Sets of region tags as they are handed out, and back. Position 0 is the empty set.
#[derive(Default)]
struct RegionSetNames {
    ids: FxHashMap<String, RegionSetId>,
    names: Vec<String>,
}

/// What is not yet written: records of one kind, or facts. Whichever comes next closes the other, so that
/// the file keeps the order.
#[derive(Default)]
struct Pending {
    /// Whether the columns hold sums over windows.
    windows: bool,
    columns: Columns,
    channels: LocalNames,
    region_sets: LocalNames,
    dictionary_bytes: usize,
    facts: Vec<u8>,
    fact_count: u32,
}

impl EventSink for NmtWriter {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        if let Some(&id) = self.channels.ids.get(component).and_then(|actions| actions.get(action)) {
            return Ok(id);
        }
        check_name(component)?;
        check_name(action)?;
        let id = ChannelId(next_id(self.channels.names.len())?);
        self.channels.names.push((component.to_owned(), action.to_owned()));
        self.channels.ids.entry(component.to_owned()).or_default().insert(action.to_owned(), id);
        Ok(id)
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        if tags.is_empty() {
            return Ok(RegionSetId::NONE);
        }
        if let Some(&id) = self.region_sets.ids.get(tags) {
            return Ok(id);
        }
        check_name(tags)?;
        let id = RegionSetId(next_id(self.region_sets.names.len() + 1)?);
        self.region_sets.names.push(tags.to_owned());
        self.region_sets.ids.insert(tags.to_owned(), id);
        Ok(id)
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.record(event, BlockKind::Events)
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.record(event, BlockKind::Windows)
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.blocks.check()?;
        check_fact(&fact)?;
        let bytes = wire::encode_fact(fact).map_err(|error| error.rejection())?;
        if bytes.len() > MAX_FACT_BYTES {
            let found = format!("a fact of {} bytes", bytes.len());
            return Err(refusal(found, format!("at most {MAX_FACT_BYTES} bytes")));
        }
        self.flush_records();
        self.pending.facts.extend(bytes);
        self.pending.fact_count += 1;
        if self.pending.facts.len() >= FACTS_BYTES || self.pending.fact_count == frame::MAX_RECORDS {
            self.flush_facts();
        }
        Ok(())
    }
}

impl TraceWriter for NmtWriter {
    fn finish(mut self: Box<Self>) -> Result<(), DataError> {
        self.flush_records();
        self.flush_facts();
        self.blocks.finish()
    }
}

impl NmtWriter {
    fn record(&mut self, event: Event, kind: BlockKind) -> Result<(), Rejection> {
        self.blocks.check()?;
        if let Some((found, expected)) = flaw(event.start, event.end, event.count, largest_count(kind)) {
            return Err(refusal(found, expected));
        }
        if event.channel.0 as usize >= self.channels.names.len()
            || event.regions.0 as usize > self.region_sets.names.len()
        {
            return Err(refusal("a channel or region set of another writer", "one of this writer's"));
        }
        self.flush_facts();
        let windows = kind == BlockKind::Windows;
        if self.pending.windows != windows {
            self.flush_records();
            self.pending.windows = windows;
        }
        let pending = &mut self.pending;
        let (channel, is_new) = pending.channels.position(event.channel.0);
        if is_new {
            let (component, action) = &self.channels.names[event.channel.0 as usize];
            pending.dictionary_bytes += name_bytes(component) + name_bytes(action);
        }
        let mut region = 0;
        if let Some(id) = event.regions.0.checked_sub(1) {
            let (position, is_new) = pending.region_sets.position(id);
            if is_new {
                pending.dictionary_bytes += name_bytes(&self.region_sets.names[id as usize]);
            }
            region = position + 1;
        }
        pending.push(channel, region, event);
        if pending.columns.len() >= BLOCK_RECORDS || pending.dictionary_bytes >= DICTIONARY_BYTES {
            self.flush_records();
        }
        Ok(())
    }

    fn flush_records(&mut self) {
        let pending = &mut self.pending;
        if pending.columns.len() == 0 {
            return;
        }
        let channel_names = pending.channels.members.iter().map(|&id| &self.channels.names[id as usize]);
        let region_names = pending.region_sets.members.iter().map(|&id| &self.region_sets.names[id as usize]);
        let dictionary = Dictionary {
            channels: channel_names
                .map(|(component, action)| (component.as_str(), action.as_str()))
                .collect(),
            region_sets: region_names.map(String::as_str).collect(),
        };
        let kind = if pending.windows { BlockKind::Windows } else { BlockKind::Events };
        let columns = std::mem::replace(&mut pending.columns, Columns::with_capacity(BLOCK_RECORDS));
        match wire::encode(&dictionary) {
            Ok(names) => self.blocks.write(Block::Records { kind, names, columns }),
            Err(error) => self.blocks.fail(error),
        }
        pending.channels.clear();
        pending.region_sets.clear();
        pending.dictionary_bytes = 0;
    }

    fn flush_facts(&mut self) {
        if self.pending.fact_count > 0 {
            let payload = std::mem::take(&mut self.pending.facts);
            self.blocks.write(Block::Facts { facts: self.pending.fact_count, payload });
            self.pending.fact_count = 0;
        }
    }
}

impl Pending {
    fn push(&mut self, channel: i64, region: i64, event: Event) {
        self.columns.channels.push(channel);
        self.columns.regions.push(region);
        self.columns.starts.push(event.start);
        self.columns.durations.push(event.end - event.start);
        self.columns.counts.push(event.count as i64);
    }
}

fn next_id(known: usize) -> Result<u32, Rejection> {
    u32::try_from(known)
        .map_err(|_| refusal("more than 2³² names", "names that repeat, not one for every event"))
}

fn check_name(name: &str) -> Result<(), Rejection> {
    if name.len() <= MAX_NAME_BYTES {
        return Ok(());
    }
    let expected = format!("at most {MAX_NAME_BYTES} bytes");
    Err(refusal(format!("a name of {} bytes", name.len()), expected))
}

fn check_fact(fact: &Fact) -> Result<(), Rejection> {
    let span = match fact {
        Fact::Region(region) => Span { start: region.start, end: region.end },
        Fact::Span(span) => *span,
        _ => return Ok(()),
    };
    check_span(span, "a fact").map_err(|error| refusal(error.to_string(), "cycles in order and within range"))
}

/// What the format cannot hold, it refuses to take: what is written can be read.
fn refusal(found: impl Into<String>, expected: impl Into<String>) -> Rejection {
    Rejection {
        reason: "not_writable",
        found: found.into(),
        expected: expected.into(),
        cure: "correct the trace that is converted".to_owned(),
    }
}
