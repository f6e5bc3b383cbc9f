//! Rows of one trace into events.

use std::sync::Arc;

use super::digest::Digest;
use super::folds::{FoldTable, MacCounter};
use super::padding::Padding;
use super::partial_sums::PartialSums;
use super::rows::{Row, Style, each_row};
use super::runs::Kind;
use super::streams::{MAC_CHANNEL, PARTIAL_SUM_CHANNEL, Stream};
use crate::decoder::{Chunk, Cut, Decoder, MAX_RECORD_BYTES, cut_lines, long_row};
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
    /// What a digest of a chunk looks for, where it tells all of its events.
    pub digested_as: Option<Kind>,
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
            digested_as: Some(Kind { keeps_first_words: false, ..Kind::of(stream) }),
        }
    }
}

impl Decoder for TraceDecoder {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        cut_lines(bytes)
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        let mut pass = Pass::start(self, sink).map_err(|error| chunk.locate(error.into(), 0))?;
        if let Some(digest) = self.digested_as.and_then(|kind| Digest::of(chunk.bytes, kind)) {
            pass.digest(&digest, chunk, sink)?;
            let end = || memchr::memrchr(b'\n', chunk.bytes).map_or(0, |end| end + 1);
            pass.finish(digest.is_cut, sink).map_err(|error| chunk.locate(error.into(), end()))?;
            return Ok(digest.rows);
        }
        let (at, rows) = each_row(chunk, self.style, sink, |index, row, sink| pass.row(index, row, sink))?;
        let rest = chunk.bytes.len() - at;
        if rest > MAX_RECORD_BYTES {
            sink.bad_record(chunk.locate(long_row(rest), at))?;
        }
        pass.finish(rest > 0, sink).map_err(|error| chunk.locate(error.into(), at))?;
        Ok(rows)
    }

    fn numbers_lines(&self) -> bool {
        self.is_surveyed
    }
}

/// The names of a trace's channels and region, as a sink numbers them.
pub struct Names {
    /// Of the words.
    pub words: ChannelId,
    /// Of the layer.
    pub regions: RegionSetId,
    /// Of the multiply-accumulates.
    pub macs: Option<ChannelId>,
    /// Of the partial sums that are read back.
    pub partial_sums: Option<ChannelId>,
}

impl Names {
    /// Asks the sink for them.
    ///
    /// # Errors
    /// A channel that the sink refuses.
    pub fn intern(
        (component, action): (&str, &str),
        region: Option<&str>,
        has_macs: bool,
        has_partial_sums: bool,
        sink: &mut dyn EventSink,
    ) -> Result<Names, Rejection> {
        let words = sink.channel(component, action)?;
        let regions = region.map_or(Ok(RegionSetId::NONE), |tag| sink.regions(tag))?;
        let mut derived = |(component, action), is_derived| match is_derived {
            true => sink.channel(component, action).map(Some),
            false => Ok(None),
        };
        let macs = derived(MAC_CHANNEL, has_macs)?;
        let partial_sums = derived(PARTIAL_SUM_CHANNEL, has_partial_sums)?;
        Ok(Names { words, regions, macs, partial_sums })
    }
}

/// One decoding of one chunk: the sink's names, and where the tables are.
struct Pass<'a> {
    decoder: &'a TraceDecoder,
    names: Names,
    macs: Option<MacCounter<'a>>,
    idle_rows: u64,
    padded_words: u64,
}

impl<'a> Pass<'a> {
    fn start(decoder: &'a TraceDecoder, sink: &mut dyn EventSink) -> Result<Pass<'a>, Rejection> {
        let (region, has_sums) = (decoder.region.as_deref(), decoder.partial_sums.are_any());
        let names = Names::intern(decoder.channel, region, decoder.folds.is_some(), has_sums, sink)?;
        let macs = decoder.folds.as_ref().map(|folds| folds.macs());
        Ok(Pass { decoder, names, macs, idle_rows: 0, padded_words: 0 })
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
        let regions = self.names.regions;
        let event = |channel, count| Event { channel, regions, start, end: start + 1, count };
        sink.event(event(self.names.words, count))?;
        if let (Some(channel), Some(counter)) = (self.names.macs, &mut self.macs) {
            let macs = counter.of_row(index, &row.words);
            if macs > 0 {
                sink.event(event(channel, macs))?;
            }
        }
        match self.names.partial_sums {
            Some(channel) if self.decoder.partial_sums.are_read_in(index) => {
                sink.event(event(channel, count))
            }
            _ => Ok(()),
        }
    }

    /// Takes the rows of a chunk that is digested, of a trace from which nothing is derived.
    fn digest(
        &mut self,
        digest: &Digest,
        chunk: &Chunk<'_>,
        sink: &mut dyn EventSink,
    ) -> Result<(), DataError> {
        let mut row = 0;
        for run in digest.runs() {
            let (padded, _) = self.decoder.padding.of_shape(row, run.shape);
            self.padded_words += u64::from(padded) * run.rows;
            let (channel, regions, count) =
                (self.names.words, self.names.regions, u64::from(run.shape.valid - padded));
            if count == 0 {
                self.idle_rows += run.rows;
            } else {
                let event = Event { channel, regions, start: run.cycle, end: run.cycle + 1, count };
                repeat(event, run.rows, row, chunk, sink)?;
            }
            row += run.rows;
        }
        Ok(())
    }

    /// Reports what made no event. `is_cut`: the chunk ends in a row without a line end.
    fn finish(self, is_cut: bool, sink: &mut dyn EventSink) -> Result<(), Rejection> {
        if self.idle_rows > 0 {
            sink.idle_rows(self.names.words, self.names.regions, self.idle_rows);
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

/// Hands on the events of `rows` rows in consecutive cycles, from the chunk's row numbered `row` on. A row whose event is
/// refused is the sink's to skip.
fn repeat(
    first: Event,
    rows: u64,
    row: u64,
    chunk: &Chunk<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), DataError> {
    let event = |at: u64| Event { start: first.start + at as i64, end: first.end + at as i64, ..first };
    let mut done = 0;
    while done < rows {
        let Err(mut rejection) = sink.repeated(event(done), rows - done) else { break };
        // Which of them it was is found by trying one by one.
        let mut refused = done;
        for at in done..rows {
            if let Err(again) = sink.event(event(at)) {
                (refused, rejection) = (at, again);
                break;
            }
        }
        let line_ends = memchr::memchr_iter(b'\n', chunk.bytes);
        let start = (row + refused).checked_sub(1).and_then(|before| line_ends.clone().nth(before as usize));
        sink.bad_record(chunk.locate(rejection.into(), start.map_or(0, |end| end + 1)))?;
        done = refused + 1;
    }
    Ok(())
}

/// What is said of a trace whose last row has no line end.
const CUT_LAST_ROW: &str =
    "the trace's last row has no line end, so its writer was stopped; the row may be cut and is left out";
