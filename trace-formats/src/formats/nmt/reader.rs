//! Blocks to events. Every block is decoded alone; nothing is kept from one to the next.

use crate::decoder::{Chunk, Cut, Decoder};
use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, Fact, RefusedEvent, RegionSetId, Rejection};
use crate::formats::nmt::block::Columns;
use crate::formats::nmt::frame::{BlockKind, FLAG_OPTIONAL, FrameHeader, HEADER_BYTES, bad_block};
use crate::formats::nmt::header::check_span;
use crate::formats::nmt::index::{TRAILER_BYTES, check_end};
use crate::formats::nmt::pieces::Pieces;
use crate::formats::nmt::wire::{self, Dictionary};
use crate::formats::nmt::{cut_file, trailing_bytes};
use crate::metadata::Span;

/// The decoder of the blocks between the file's header and its end.
pub struct BlockDecoder;

impl Decoder for BlockDecoder {
    /// A block is handed over once the byte behind it is there, and the footer never. So the last chunk
    /// of a part always holds something, and holds the footer unless the tail was cut: which is how
    /// `decode`, which knows only its chunk, tells a whole file from a cut one.
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        let mut at = 0;
        let at_least = loop {
            let rest = &bytes[at..];
            let header = match FrameHeader::parse(rest) {
                // Let the blocks before it be decoded first: their errors come first.
                Err(_) if at > 0 => return Ok(Cut::At(at)),
                Err(error) => return Err(error.at_byte(0)),
                Ok(None) => break at + HEADER_BYTES,
                Ok(Some(header)) => header,
            };
            let is_footer = header.kind == BlockKind::Footer as u16;
            let whole = header.block_bytes() + if is_footer { TRAILER_BYTES } else { 0 };
            if is_footer && rest.len() > whole && at == 0 {
                return Err(trailing_bytes().at_byte(whole as u64));
            }
            if is_footer || rest.len() <= whole {
                break at + whole + 1;
            }
            at += whole;
        };
        Ok(if at > 0 { Cut::At(at) } else { Cut::Incomplete { at_least } })
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        decode_blocks(chunk, sink).map(|()| 0)
    }
}

fn decode_blocks(chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<(), DataError> {
    let mut buffers = Buffers::default();
    let mut at = 0;
    while at < chunk.bytes.len() {
        let rest = &chunk.bytes[at..];
        let offset = chunk.offset + at as u64;
        // After a damaged header the next block's start is not known, and whether more of the file can be read must
        // not depend on how it was cut: that is no record to skip.
        let Some(header) = FrameHeader::parse(rest).map_err(|error| error.at_byte(offset))? else {
            return sink.bad_record(cut_file("a block header").at_byte(offset));
        };
        if header.kind == BlockKind::Footer as u16 {
            let whole = header.block_bytes() + TRAILER_BYTES;
            if rest.len() > whole || !chunk.is_last {
                return Err(trailing_bytes().at_byte(offset + whole.min(rest.len()) as u64));
            }
            return check_end(rest, &header, offset).map(drop).or_else(|error| sink.bad_record(error));
        }
        Block { header, offset, buffers: &mut buffers }.decode(rest, sink)?;
        at += header.block_bytes();
    }
    if chunk.is_last {
        return sink.bad_record(cut_file("the footer").at_byte(chunk.offset + chunk.bytes.len() as u64));
    }
    Ok(())
}

/// What is decoded, the fast way or record by record. Kept from block to block.
#[derive(Default)]
struct Buffers {
    pieces: Pieces,
    columns: Columns,
}

/// One block but the footer, and where it stands.
struct Block<'a> {
    header: FrameHeader,
    offset: u64,
    buffers: &'a mut Buffers,
}

impl Block<'_> {
    /// Decodes the block at the start of `rest`. A bad one is skipped as a whole, if the sink will.
    fn decode(&mut self, rest: &[u8], sink: &mut dyn EventSink) -> Result<(), DataError> {
        let offset = self.offset;
        let payload =
            match self.header.payload(rest).and_then(|payload| payload.ok_or_else(|| cut_file("a block"))) {
                Ok(payload) => payload,
                Err(error) => return sink.bad_record(error.at_byte(offset)),
            };
        let is_optional = self.header.flags & FLAG_OPTIONAL != 0;
        match BlockKind::from_number(self.header.kind) {
            None if is_optional => Ok(()),
            _ if self.header.flags & !FLAG_OPTIONAL != 0 => {
                let found = format!("a block with flags {:#x}", self.header.flags);
                sink.bad_record(later_version(found).at_byte(offset))
            }
            Some(kind @ (BlockKind::Events | BlockKind::Windows)) => self.decode_counts(payload, kind, sink),
            Some(BlockKind::Facts) => self.decode_facts(payload, sink),
            Some(BlockKind::Index) => Ok(()),
            Some(BlockKind::Metadata | BlockKind::Footer) => {
                let found = "a second metadata block";
                sink.bad_record(bad_block(found, "events, facts or the footer").at_byte(offset))
            }
            None => {
                let found = format!("a block of unknown kind {}", self.header.kind);
                sink.bad_record(later_version(found).at_byte(offset))
            }
        }
    }

    fn decode_facts(&self, payload: &[u8], sink: &mut dyn EventSink) -> Result<(), DataError> {
        let facts = wire::decode_facts(payload, self.header.records)
            .and_then(|facts| facts.iter().try_for_each(check_fact).map(|()| facts));
        let facts = match facts {
            Ok(facts) => facts,
            Err(error) => return sink.bad_record(error.at_byte(self.offset)),
        };
        for (record, fact) in facts.into_iter().enumerate() {
            if let Err(rejection) = sink.fact(fact) {
                sink.bad_record(locate(rejection, record, self.offset))?;
            }
        }
        Ok(())
    }

    fn decode_counts(
        &mut self,
        payload: &[u8],
        kind: BlockKind,
        sink: &mut dyn EventSink,
    ) -> Result<(), DataError> {
        if kind == BlockKind::Events
            && let Some(dictionary) = self.buffers.pieces.open(payload, self.header.records)
        {
            let names = Names::intern(&dictionary, sink);
            if names.refused_channels.is_empty() && names.refused_regions.is_empty() {
                return self.hand_over_pieces(payload, &names, sink);
            }
        }
        match self.buffers.columns.decode(payload, self.header.records, kind) {
            Ok(dictionary) => self.hand_over(&Names::intern(&dictionary, sink), kind, sink),
            Err(error) => sink.bad_record(error.at_byte(self.offset)),
        }
    }

    fn hand_over_pieces(
        &mut self,
        payload: &[u8],
        names: &Names,
        sink: &mut dyn EventSink,
    ) -> Result<(), DataError> {
        let offset = self.offset;
        self.buffers.pieces.each(payload, &names.channels, &names.region_sets, |first, events| {
            let mut taken = 0;
            while taken < events.len() {
                taken += match sink.columns(events.range(taken..events.len())) {
                    Ok(()) => events.len(),
                    Err(RefusedEvent { at, rejection }) => {
                        sink.bad_record(locate(rejection, first + taken + at, offset))?;
                        at + 1
                    }
                };
            }
            Ok(())
        })
    }

    /// Hands over records one by one, and each only if the sink knows its names.
    fn hand_over(&self, names: &Names, kind: BlockKind, sink: &mut dyn EventSink) -> Result<(), DataError> {
        let columns = &self.buffers.columns;
        for record in 0..columns.len() {
            let taken = names.event(columns, record).and_then(|event| match kind {
                BlockKind::Windows => sink.window_count(event),
                _ => sink.event(event),
            });
            if let Err(rejection) = taken {
                sink.bad_record(locate(rejection, record, self.offset))?;
            }
        }
        Ok(())
    }
}

/// The error for a record that the sink refuses, in the block at an offset.
fn locate(rejection: Rejection, record: usize, offset: u64) -> DataError {
    let found = format!("{} in record {record} of the block", rejection.found);
    DataError::new(rejection.reason, found, rejection.expected, rejection.cure).at_byte(offset)
}

fn later_version(found: String) -> DataError {
    DataError::new("unknown_block", found, "what version 2 of the .nmt format defines", "update nm-trace")
}

fn check_fact(fact: &Fact) -> Result<(), DataError> {
    match fact {
        Fact::Region(region) => {
            check_span(Span { start: region.start, end: region.end }, &format!("region {:?}", region.name))
        }
        Fact::Span(span) => check_span(*span, "a span"),
        _ => Ok(()),
    }
}

/// A block's names as the sink knows them.
struct Names {
    channels: Vec<ChannelId>,
    region_sets: Vec<RegionSetId>,
    /// Names that the sink refuses. Their records are refused one by one, as in a text format.
    refused_channels: Vec<(usize, Rejection)>,
    refused_regions: Vec<(usize, Rejection)>,
}

impl Names {
    fn intern(dictionary: &Dictionary<'_>, sink: &mut dyn EventSink) -> Names {
        let mut refused_channels = Vec::new();
        let mut refused_regions = Vec::new();
        let channels = dictionary.channels.iter().enumerate().map(|(at, (component, action))| {
            sink.channel(component, action).unwrap_or_else(|rejection| {
                refused_channels.push((at, rejection));
                ChannelId(u32::MAX)
            })
        });
        let channels = channels.collect();
        let mut region_sets = vec![RegionSetId::NONE];
        for (at, tags) in dictionary.region_sets.iter().enumerate() {
            region_sets.push(sink.regions(tags).unwrap_or_else(|rejection| {
                refused_regions.push((at + 1, rejection));
                RegionSetId::NONE
            }));
        }
        Names { channels, region_sets, refused_channels, refused_regions }
    }

    /// A record, whose positions were checked, unless the sink refuses its names.
    fn event(&self, columns: &Columns, record: usize) -> Result<Event, Rejection> {
        let (channel, region) = (columns.channels[record], columns.regions[record]);
        if let Some(rejection) = self.refusal(channel, region) {
            return Err(rejection.clone());
        }
        let start = columns.starts[record];
        Ok(Event {
            channel: self.channels[channel as usize],
            regions: self.region_sets[region as usize],
            start,
            end: start + columns.durations[record],
            count: columns.counts[record] as u64,
        })
    }

    fn refusal(&self, channel: i64, region: i64) -> Option<&Rejection> {
        let in_channels = self.refused_channels.iter().find(|(at, _)| *at == channel as usize);
        let refused =
            in_channels.or_else(|| self.refused_regions.iter().find(|(at, _)| *at == region as usize));
        refused.map(|(_, rejection)| rejection)
    }
}
