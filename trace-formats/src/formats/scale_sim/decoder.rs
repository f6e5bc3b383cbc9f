//! Rows of one trace into events.

use std::sync::Arc;

use super::folds::{FoldTable, MacCounter};
use super::padding::Padding;
use super::partial_sums::PartialSums;
use super::rows::{Row, Style, each_row};
use super::streams::{MAC_CHANNEL, PARTIAL_SUM_CHANNEL, Stream};
use crate::decoder::{Chunk, Cut, Decoder, cut_lines};
use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, Fact, RegionSetId, Rejection};
use crate::metadata::{Note, Skipped};

/// Decodes one trace: one event a row that moves words, plus what is derived from it.
#[derive(Debug)]
pub struct TraceDecoder {
    /// The component and the action that words are counted as.
    pub channel: (&'static str, &'static str),
    /// What a row may look like.
    pub style: Style,
    /// The tag of the layer, where known.
    pub region: Option<String>,
    /// What to add to the trace's cycles.
    pub offset: i64,
    /// First and last cycle of the trace that events are moved into.
    pub clamp: Option<(i64, i64)>,
    /// How phantom words are told.
    pub padding: Padding,
    /// The layer's folds, if the trace is its streamed operand.
    pub folds: Option<Arc<FoldTable>>,
    /// Which writes continue sums, if the trace holds outputs.
    pub partial_sums: PartialSums,
    /// Whether a survey has already told of what is left out.
    pub is_surveyed: bool,
}

impl TraceDecoder {
    /// A decoder of a trace of which nothing is known but its stream.
    pub fn plain(stream: Stream, padding: Padding) -> TraceDecoder {
        TraceDecoder {
            channel: stream.channel(),
            style: Style::Rectangular(None),
            region: None,
            offset: 0,
            clamp: None,
            padding,
            folds: None,
            partial_sums: PartialSums::default(),
            is_surveyed: false,
        }
    }
}

impl Decoder for TraceDecoder {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        cut_lines(bytes)
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        let mut pass = Pass::start(self, sink).map_err(|error| chunk.locate(error.into(), 0))?;
        let (at, rows) = each_row(chunk, self.style, sink, |index, row, sink| pass.row(index, row, sink))?;
        let rest = chunk.bytes.len() - at;
        pass.finish(rest > 0, sink).map_err(|error| chunk.locate(error.into(), at))?;
        Ok(rows)
    }

    fn numbers_lines(&self) -> bool {
        true
    }
}

/// One decoding of one chunk: the sink's names, and where the tables are.
struct Pass<'a> {
    decoder: &'a TraceDecoder,
    channel: ChannelId,
    regions: RegionSetId,
    macs: Option<(ChannelId, MacCounter<'a>)>,
    partial_sums: Option<ChannelId>,
    idle_rows: u64,
    padded_words: u64,
}

impl<'a> Pass<'a> {
    fn start(decoder: &'a TraceDecoder, sink: &mut dyn EventSink) -> Result<Pass<'a>, Rejection> {
        let (component, action) = decoder.channel;
        let channel = sink.channel(component, action)?;
        let regions = match &decoder.region {
            Some(tag) => sink.regions(tag)?,
            None => RegionSetId::NONE,
        };
        let macs = match &decoder.folds {
            Some(folds) => Some((sink.channel(MAC_CHANNEL.0, MAC_CHANNEL.1)?, folds.macs())),
            None => None,
        };
        let partial_sums = match decoder.partial_sums.are_any() {
            true => Some(sink.channel(PARTIAL_SUM_CHANNEL.0, PARTIAL_SUM_CHANNEL.1)?),
            false => None,
        };
        Ok(Pass { decoder, channel, regions, macs, partial_sums, idle_rows: 0, padded_words: 0 })
    }

    fn row(&mut self, index: u64, row: &mut Row, sink: &mut dyn EventSink) -> Result<(), Rejection> {
        self.padded_words += self.decoder.padding.remove(index, &mut row.words);
        let count = row.valid();
        if count == 0 {
            self.idle_rows += 1;
            return Ok(());
        }
        let cycle = self.decoder.clamp.map_or(row.cycle, |(first, last)| row.cycle.clamp(first, last));
        let start = cycle + self.decoder.offset;
        let regions = self.regions;
        let event = |channel, count| Event { channel, regions, start, end: start + 1, count };
        sink.event(event(self.channel, count))?;
        if let Some((channel, counter)) = &mut self.macs {
            let macs = counter.of_row(index, &row.words);
            if macs > 0 {
                sink.event(event(*channel, macs))?;
            }
        }
        match self.partial_sums {
            Some(channel) if self.decoder.partial_sums.are_read_in(index) => {
                sink.event(event(channel, count))
            }
            _ => Ok(()),
        }
    }

    /// Reports what made no event. `is_cut`: the chunk ends in a row without a line end.
    fn finish(self, is_cut: bool, sink: &mut dyn EventSink) -> Result<(), Rejection> {
        if self.idle_rows > 0 {
            sink.idle_rows(self.channel, self.regions, self.idle_rows);
        }
        if self.decoder.is_surveyed {
            return Ok(());
        }
        let (component, action) = self.decoder.channel;
        let skipped = |reason: &str, count| {
            let channel = Some(format!("{component}/{action}"));
            Fact::Skipped(Skipped { reason: reason.to_owned(), region: None, channel, count })
        };
        if self.padded_words > 0 {
            sink.fact(skipped("phantom_padding", self.padded_words))?;
        }
        if is_cut {
            sink.fact(skipped("cut_last_row", 1))?;
            sink.fact(Fact::Note(Note::warning(CUT_LAST_ROW)))?;
        }
        Ok(())
    }
}

/// What is said of a trace whose last row has no line end.
const CUT_LAST_ROW: &str =
    "the trace's last row has no line end, so its writer was stopped; the row may be cut and is left out";
