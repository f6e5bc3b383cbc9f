//! What the tests of both formats read and write with.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use crate::decoder::{Chunk, Cut};
use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, Fact, MAX_CYCLE, MAX_EVENT_COUNT, RegionSetId, Rejection};
use crate::format::{OpenOptions, open};
use crate::input::Input;
use crate::metadata::{ChannelEvents, Metadata, Note, RegionDeclaration, Skipped, Span};
use crate::writer::TraceWriter;

/// An event with its names, or a fact.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    /// Component, action, region tags, start, end, count, and whether it is the sum of a window.
    Event(String, String, String, i64, i64, u64, bool),
    /// A fact.
    Fact(Fact),
}

/// An event of one channel without regions.
pub(crate) fn said(component: &str, action: &str, start: i64, end: i64, count: u64) -> Said {
    Said::Event(component.to_owned(), action.to_owned(), String::new(), start, end, count, false)
}

/// A trace, read.
#[derive(Debug, PartialEq)]
pub(crate) struct Read {
    /// Name of the format that took it.
    pub(crate) format: &'static str,
    /// Its metadata.
    pub(crate) metadata: Metadata,
    /// What it says, in order.
    pub(crate) said: Vec<Said>,
    /// Records that were skipped.
    pub(crate) skipped: Vec<DataError>,
}

/// How to read.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// Bytes to feed at once, over and over.
    pub(crate) chunks: Vec<usize>,
    /// Go on after bad records.
    pub(crate) skip: bool,
    /// Clock for traces that have none.
    pub(crate) clock_hz: Option<f64>,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading { chunks: vec![usize::MAX], skip: false, clock_hz: None }
    }
}

#[derive(Default)]
struct Recorder {
    channels: HashMap<(String, String), u32>,
    channel_names: Vec<(String, String)>,
    regions: Vec<String>,
    said: Vec<Said>,
    skipped: Option<Vec<DataError>>,
    /// Lines before the chunk that is being decoded.
    lines_before: u64,
}

impl Recorder {
    fn record(&mut self, event: Event, windowed: bool) {
        let (component, action) = self.channel_names[event.channel.0 as usize].clone();
        let tags = self.regions[event.regions.0 as usize].clone();
        self.said.push(Said::Event(component, action, tags, event.start, event.end, event.count, windowed));
    }
}

impl EventSink for Recorder {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        let name = (component.to_owned(), action.to_owned());
        let next = self.channel_names.len() as u32;
        let id = *self.channels.entry(name.clone()).or_insert(next);
        if id == next {
            self.channel_names.push(name);
        }
        Ok(ChannelId(id))
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        let known = self.regions.iter().position(|known| known == tags);
        let id = known.unwrap_or_else(|| {
            self.regions.push(tags.to_owned());
            self.regions.len() - 1
        });
        Ok(RegionSetId(id as u32))
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.record(event, false);
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.record(event, true);
        Ok(())
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.said.push(Said::Fact(fact));
        Ok(())
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        match &mut self.skipped {
            Some(skipped) => {
                skipped.push(error.after_lines(self.lines_before));
                Ok(())
            }
            None => Err(error),
        }
    }
}

/// Reads a trace as the pipeline does: sniffed, opened, cut and decoded.
pub(crate) fn read_as(trace: &[u8], reading: &Reading) -> Result<Read, DataError> {
    let input = Input::from_reader("trace", Box::new(io::Cursor::new(trace.to_vec())))?;
    let options = OpenOptions { default_clock_hz: reading.clock_hz, ..OpenOptions::default() };
    let mut opened = open(input, &options)?;
    let mut part = opened.parts.remove(0);
    let content = part.content.peek(usize::MAX)?.to_vec();
    let mut sink = Recorder { regions: vec![String::new()], ..Recorder::default() };
    sink.skipped = reading.skip.then(Vec::new);
    let (mut start, mut lines_before) = (part.header_bytes as usize, part.header_lines);
    let (mut end, mut sizes) = (start, reading.chunks.iter().cycle());
    while start < content.len() {
        end = end.saturating_add(*sizes.next().unwrap()).min(content.len());
        let is_last = end == content.len();
        let length = match part.decoder.cut(&content[start..end])? {
            _ if is_last => end - start,
            Cut::At(length) => length,
            Cut::Incomplete { .. } => continue,
        };
        let bytes = &content[start..start + length];
        let chunk = Chunk { bytes, offset: start as u64, lines_before: 0, is_last };
        sink.lines_before = lines_before;
        let decoded = part.decoder.decode(&chunk, &mut sink);
        let line_ends = decoded.map_err(|error| error.after_lines(lines_before))?;
        assert_eq!(line_ends, bytes.iter().filter(|&&byte| byte == b'\n').count() as u64);
        lines_before += line_ends;
        start += length;
    }
    let skipped = sink.skipped.unwrap_or_default();
    Ok(Read { format: opened.format, metadata: opened.metadata, said: sink.said, skipped })
}

/// Reads a trace in one piece.
pub(crate) fn read(trace: &str) -> Result<Read, DataError> {
    read_as(trace.as_bytes(), &Reading::default())
}

/// The reason, line and byte of the error that a trace gets.
pub(crate) fn refusal(trace: &[u8]) -> (&'static str, Option<u64>, Option<u64>) {
    let error = read_as(trace, &Reading::default()).expect_err("a bad trace was taken");
    (error.reason(), error.line(), error.byte())
}

/// Memory that a writer writes to.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `create_writer` of a format.
pub(crate) type CreateWriter =
    fn(Box<dyn Write + Send>, &Metadata) -> Result<Box<dyn TraceWriter>, DataError>;

/// Writes a trace.
pub(crate) fn write(create: CreateWriter, metadata: &Metadata, said: &[Said]) -> Result<Vec<u8>, DataError> {
    let memory = Memory::default();
    let mut writer = create(Box::new(memory.clone()), metadata)?;
    for said in said {
        match said {
            Said::Fact(fact) => writer.fact(fact.clone())?,
            Said::Event(component, action, tags, start, end, count, windowed) => {
                let channel = writer.channel(component, action)?;
                let regions = writer.regions(tags)?;
                let event = Event { channel, regions, start: *start, end: *end, count: *count };
                if *windowed { writer.window_count(event)? } else { writer.event(event)? }
            }
        }
    }
    writer.finish()?;
    let written = memory.0.lock().unwrap().clone();
    Ok(written)
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,6}", "[ ,\"#/;:\\\\a-zé中\t]{1,8}", "[^\r\n]{1,6}"]
}

fn span() -> impl Strategy<Value = Span> {
    (-MAX_CYCLE..MAX_CYCLE, 0..1_000_000_i64)
        .prop_map(|(start, length)| Span { start, end: (start + length).min(MAX_CYCLE) })
}

fn region() -> impl Strategy<Value = RegionDeclaration> {
    (name(), any::<Option<u64>>(), name(), span()).prop_map(|(kind, id, name, span)| RegionDeclaration {
        kind,
        id,
        name,
        start: span.start,
        end: span.end,
    })
}

fn optional<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::of(strategy)
}

fn skipped() -> impl Strategy<Value = Skipped> {
    let text = || optional("[^\r\n]{0,6}");
    (name(), text(), text(), any::<u64>()).prop_map(|(reason, region, channel, count)| Skipped {
        reason,
        region,
        channel,
        count,
    })
}

fn note() -> impl Strategy<Value = Note> {
    ("[^\r\n]{0,8}", any::<bool>())
        .prop_map(|(text, warns)| if warns { Note::warning(text) } else { Note::assumption(text) })
}

/// Any metadata that can be written.
pub(crate) fn metadata() -> impl Strategy<Value = Metadata> {
    let text = || optional("[^\r\n]{0,8}");
    let clock = optional(f64::MIN_POSITIVE..f64::MAX);
    let counts = (optional(any::<u64>()), 0..=20_u32, optional(any::<u64>()), optional(1..=u64::MAX));
    let lists = (
        prop::collection::vec(region(), 0..3),
        prop::collection::vec(skipped(), 0..3),
        prop::collection::vec(note(), 0..3),
    );
    ((text(), text(), text(), clock), counts, optional(span()), lists).prop_map(
        |((producer, origin, binding, clock_hz), counts, span, (regions, skipped, notes))| Metadata {
            producer,
            origin,
            clock_hz,
            inferences: counts.0,
            binding,
            count_fraction_bits: counts.1,
            lateness_cycles: counts.2,
            window_cycles: counts.3,
            span,
            regions,
            skipped,
            notes,
        },
    )
}

fn fact() -> impl Strategy<Value = Fact> {
    let count = 0..u128::MAX >> 20;
    prop_oneof![
        region().prop_map(Fact::Region),
        span().prop_map(Fact::Span),
        note().prop_map(Fact::Note),
        skipped().prop_map(Fact::Skipped),
        (name(), name(), any::<u64>()).prop_map(|(component, action, events)| {
            Fact::EventsTaken(ChannelEvents { component, action, events })
        }),
        ("[^\r\n]{0,8}", name(), name(), count).prop_map(|(regions, component, action, count)| {
            Fact::RegionCount { regions, component, action, count }
        }),
    ]
}

fn event() -> impl Strategy<Value = Said> {
    let interval = (-MAX_CYCLE..MAX_CYCLE, 1..1_000_000_i64);
    let count = prop_oneof![0..100_u64, 0..=MAX_EVENT_COUNT];
    (name(), name(), "[^\r\n]{0,6}", interval, count).prop_map(
        |(component, action, tags, (start, length), count)| {
            let end = (start + length).min(MAX_CYCLE);
            Said::Event(component, action, tags, start, end, count, false)
        },
    )
}

/// A trace's metadata and what it says: events or windows, and facts.
pub(crate) fn trace() -> impl Strategy<Value = (Metadata, Vec<Said>)> {
    let said = prop_oneof![3 => event(), 1 => fact().prop_map(Said::Fact)];
    (metadata(), prop::collection::vec(said, 1..8)).prop_map(|(metadata, mut said)| {
        for said in &mut said {
            if let Said::Event(.., windowed) = said {
                *windowed = metadata.window_cycles.is_some();
            }
        }
        (metadata, said)
    })
}
