//! `sram_read`: its survey and its decoder.

use std::path::Path;

use super::super::scale_sim::config::Dataflow;
use super::super::scale_sim::rows::{Row, Style, each_row};
use super::super::scale_sim::streams::{MAC_CHANNEL, Stream};
use super::super::scale_sim::survey::while_lines;
use super::operands::{FoldFinder, MacTable, Operands, PortCounter};
use crate::decoder::{Chunk, Cut, Decoder, cut_lines};
use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, RegionSetId, Rejection};
use crate::input::Content;

/// What a trace of `sram_read` holds.
#[derive(Debug)]
pub struct ReadSurvey {
    /// Lowest and highest cycle of any row.
    pub cycles: Option<(i64, i64)>,
    /// The last row has no line end.
    pub is_cut: bool,
    /// How multiply-accumulates are told, or why they cannot be.
    pub macs: Result<MacTable, &'static str>,
    /// `ws` and `is`: the cycles at which folds begin.
    pub fold_starts: Option<Vec<i64>>,
}

/// Reads a trace of `sram_read` once, and a second time if `os` asks for it.
///
/// # Errors
/// A file that cannot be read or decompressed, or a row longer than any row may be.
pub fn survey(path: &Path, operands: Operands, dataflow: Option<Dataflow>) -> Result<ReadSurvey, DataError> {
    let mut folds = dataflow.map(|dataflow| FoldFinder::new(operands, dataflow));
    let mut ports = PortCounter::new(operands);
    let mut cycles: Option<(i64, i64)> = None;
    let is_output = dataflow == Some(Dataflow::OutputStationary);
    let is_cut = for_each_row(path, |index, row| {
        match (&mut folds, is_output) {
            (Some(folds), false) => folds.row(index, row),
            (_, true) => ports.row(row),
            (None, false) => {}
        }
        if let Some(cycle) = row.map(|row| row.cycle) {
            let (lowest, highest) = cycles.unwrap_or((cycle, cycle));
            cycles = Some((lowest.min(cycle), highest.max(cycle)));
        }
    })?;
    let mut found = ReadSurvey { cycles, is_cut, macs: Err("the dataflow is not known"), fold_starts: None };
    if is_output {
        found.macs = match ports.finish() {
            Err(reason) => Err(reason),
            Ok(mut finder) => {
                for_each_row(path, |index, row| row.into_iter().for_each(|row| finder.row(index, row)))?;
                Ok(finder.finish())
            }
        };
    } else if let Some(folds) = folds {
        let (macs, starts) =
            folds.finish().map_or_else(|e| (Err(e), None), |(table, s)| (Ok(table), Some(s)));
        (found.macs, found.fold_starts) = (macs, starts);
    }
    Ok(found)
}

fn for_each_row(path: &Path, mut each: impl FnMut(u64, Option<&Row>)) -> Result<bool, DataError> {
    let name = path.display().to_string();
    let mut row = Row::default();
    let mut index = 0;
    let mut content = Content::open(path).map_err(|error| error.in_file(&name))?;
    let is_cut = while_lines(&mut content, |line| {
        let is_readable = row.read(line, Style::Ragged).is_ok();
        each(index, is_readable.then_some(&row));
        index += 1;
        true
    });
    is_cut.map_err(|error| error.in_file(&name))
}

/// Decodes `sram_read`: up to three events a row.
#[derive(Debug)]
pub struct ReadDecoder {
    /// How ifmap and filter are told apart.
    pub operands: Operands,
    /// The dataflow and how multiply-accumulates are told, where they can be.
    pub macs: Option<(Dataflow, MacTable)>,
    /// The tag of the layer.
    pub region: String,
    /// What to add to the trace's cycles.
    pub offset: i64,
}

impl Decoder for ReadDecoder {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        cut_lines(bytes)
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        let mut pass = Pass::start(self, sink).map_err(|error| chunk.locate(error.into(), 0))?;
        let (_, rows) = each_row(chunk, Style::Ragged, sink, |index, row, sink| pass.row(index, row, sink))?;
        pass.finish(sink);
        Ok(rows)
    }

    fn numbers_lines(&self) -> bool {
        true
    }
}

/// One decoding of one chunk.
struct Pass<'a> {
    decoder: &'a ReadDecoder,
    /// Ifmap and filter, and how many rows hold no word of theirs.
    reads: [(ChannelId, u64); 2],
    macs: Option<ChannelId>,
    regions: RegionSetId,
}

impl<'a> Pass<'a> {
    fn start(decoder: &'a ReadDecoder, sink: &mut dyn EventSink) -> Result<Pass<'a>, Rejection> {
        let mut channel = |(component, action): (&str, &str)| sink.channel(component, action);
        let ifmap = channel(Stream::IfmapSram.channel())?;
        let filter = channel(Stream::FilterSram.channel())?;
        let macs = decoder.macs.as_ref().map(|_| channel(MAC_CHANNEL)).transpose()?;
        let regions = sink.regions(&decoder.region)?;
        Ok(Pass { decoder, reads: [(ifmap, 0), (filter, 0)], macs, regions })
    }

    fn row(&mut self, index: u64, row: &Row, sink: &mut dyn EventSink) -> Result<(), Rejection> {
        let ReadDecoder { operands, macs, offset, .. } = self.decoder;
        let (ifmap, filter) = operands.count(row);
        let start = row.cycle + offset;
        let regions = self.regions;
        let mut emit = |channel, count| sink.event(Event { channel, regions, start, end: start + 1, count });
        for ((channel, idle_rows), count) in self.reads.iter_mut().zip([ifmap, filter]) {
            if count == 0 {
                *idle_rows += 1;
            } else {
                emit(*channel, count)?;
            }
        }
        if let (Some(channel), Some((dataflow, table))) = (self.macs, macs) {
            let count = table.of_row(index, row, *operands, *dataflow);
            if count > 0 {
                emit(channel, count)?;
            }
        }
        Ok(())
    }

    fn finish(self, sink: &mut dyn EventSink) {
        for (channel, rows) in self.reads.into_iter().filter(|(_, rows)| *rows > 0) {
            sink.idle_rows(channel, self.regions, rows);
        }
    }
}
