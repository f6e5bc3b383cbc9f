//! Tests of the format as a whole; those of its pieces stand beside them.

mod damage;
mod fixtures;
mod round_trip;
mod size;

use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex};

use super::frame::{self, BlockKind};
use super::*;
use crate::decoder::{Chunk, Cut, Decoder};
use crate::event::{ChannelId, Event, EventSink, Fact, RegionSetId, Rejection};
use crate::metadata::{ChannelEvents, Metadata, Note, RegionDeclaration, Skipped, Span};

/// What goes into a trace and comes out of it, with names instead of ids.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    Event { channel: (String, String), regions: String, start: i64, end: i64, count: u64 },
    Window { channel: (String, String), regions: String, start: i64, end: i64, count: u64 },
    Fact(Fact),
}

/// A sink that remembers. Refuses the component that it is told to.
#[derive(Default)]
struct Memory {
    channels: Vec<(String, String)>,
    region_sets: Vec<String>,
    items: Vec<Item>,
    skipped: Option<Vec<DataError>>,
    unknown: Option<&'static str>,
    /// Counts above this are refused, as a sum that overflows would be.
    largest: Option<u64>,
}

impl Memory {
    fn skipping() -> Memory {
        Memory { skipped: Some(Vec::new()), ..Memory::default() }
    }

    fn named(&self, event: Event) -> ((String, String), String) {
        let regions = event.regions.0.checked_sub(1).map(|set| self.region_sets[set as usize].clone());
        (self.channels[event.channel.0 as usize].clone(), regions.unwrap_or_default())
    }
}

impl EventSink for Memory {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        if self.unknown == Some(component) {
            let (found, expected) = (component.to_owned(), "a known component".to_owned());
            return Err(Rejection { reason: "unknown_channel", found, expected, cure: String::new() });
        }
        self.channels.push((component.to_owned(), action.to_owned()));
        Ok(ChannelId(self.channels.len() as u32 - 1))
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        self.region_sets.push(tags.to_owned());
        Ok(RegionSetId(self.region_sets.len() as u32))
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        let (channel, regions) = self.named(event);
        let Event { start, end, count, .. } = event;
        if self.largest.is_some_and(|largest| count > largest) {
            let (found, expected) = (format!("a count of {count}"), "less".to_owned());
            return Err(Rejection { reason: "too_large", found, expected, cure: String::new() });
        }
        self.items.push(Item::Event { channel, regions, start, end, count });
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        let (channel, regions) = self.named(event);
        let Event { start, end, count, .. } = event;
        self.items.push(Item::Window { channel, regions, start, end, count });
        Ok(())
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.items.push(Item::Fact(fact));
        Ok(())
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        match &mut self.skipped {
            Some(skipped) => skipped.push(error),
            None => return Err(error),
        }
        Ok(())
    }
}

#[derive(Clone, Default)]
struct SharedBytes(Arc<Mutex<Vec<u8>>>);

impl Write for SharedBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(metadata: &Metadata, items: &[Item]) -> Vec<u8> {
    let bytes = SharedBytes::default();
    let mut writer = create_writer(Box::new(bytes.clone()), metadata).unwrap();
    for item in items {
        match item {
            Item::Event { channel, regions, start, end, count }
            | Item::Window { channel, regions, start, end, count } => {
                let (start, end, count) = (*start, *end, *count);
                let channel = writer.channel(&channel.0, &channel.1).unwrap();
                let regions = writer.regions(regions).unwrap();
                let event = Event { channel, regions, start, end, count };
                match item {
                    Item::Event { .. } => writer.event(event).unwrap(),
                    _ => writer.window_count(event).unwrap(),
                }
            }
            Item::Fact(fact) => writer.fact(fact.clone()).unwrap(),
        }
    }
    writer.finish().unwrap();
    bytes.0.lock().unwrap().clone()
}

/// Feeds the part as a pipeline does: `step` bytes at a time, until the decoder can cut.
fn feed(bytes: &[u8], step: usize, sink: &mut Memory) -> Result<Metadata, DataError> {
    let input = Input::from_reader("test", Box::new(Cursor::new(bytes.to_vec())))?;
    let mut opened = Nmt.open(input, &OpenOptions::default())?;
    let part = opened.parts.pop().unwrap();
    let mut at = part.header_bytes as usize;
    let mut available = at;
    loop {
        available = (available + step).min(bytes.len());
        let is_last = available == bytes.len();
        let cut = if is_last { Cut::At(available - at) } else { cut(&*part.decoder, bytes, at, available)? };
        if let Cut::At(length) = cut {
            assert!(length > 0);
            let chunk = Chunk { bytes: &bytes[at..at + length], offset: at as u64, lines_before: 0, is_last };
            part.decoder.decode(&chunk, sink)?;
            at += length;
        }
        if is_last {
            return Ok(opened.metadata);
        }
    }
}

/// Positions of the decoder's cut are relative to the bytes it is given.
fn cut(decoder: &dyn Decoder, bytes: &[u8], at: usize, available: usize) -> Result<Cut, DataError> {
    decoder.cut(&bytes[at..available]).map_err(|error| {
        let position = at as u64 + error.byte().unwrap();
        error.at_byte(position)
    })
}

fn read(bytes: &[u8]) -> Result<(Metadata, Vec<Item>), DataError> {
    let mut memory = Memory::default();
    Ok((feed(bytes, usize::MAX / 2, &mut memory)?, memory.items))
}

fn event(component: &str, start: i64, count: u64) -> Item {
    let channel = (component.to_owned(), "read".to_owned());
    Item::Event { channel, regions: "layer:conv1".into(), start, end: start + 1, count }
}

fn sample() -> (Metadata, Vec<Item>) {
    let metadata = Metadata { producer: Some("test".into()), window_cycles: Some(10), ..Metadata::default() };
    let channel = ("tensor_unit".to_owned(), "mac".to_owned());
    let window = Item::Window { channel, regions: String::new(), start: 0, end: 10, count: u64::MAX };
    let items = vec![
        event("unified_buffer", -5, 3),
        event("tensor_unit", 7, 1 << 53),
        Item::Fact(Fact::EventsTaken(ChannelEvents { component: "a".into(), action: "b".into(), events: 2 })),
        Item::Fact(Fact::Note(Note::warning("careful"))),
        window,
        event("unified_buffer", 8, 0),
    ];
    (metadata, items)
}

/// The frames of a file's body: offset, kind, whole block.
fn blocks(bytes: &[u8]) -> Vec<(usize, u16, Vec<u8>)> {
    let mut at = header::PREAMBLE_BYTES;
    let mut blocks = Vec::new();
    while at < bytes.len() - index::TRAILER_BYTES {
        let header = frame::FrameHeader::parse(&bytes[at..]).unwrap().unwrap();
        blocks.push((at, header.kind, bytes[at..at + header.block_bytes()].to_vec()));
        at += header.block_bytes();
    }
    blocks
}
