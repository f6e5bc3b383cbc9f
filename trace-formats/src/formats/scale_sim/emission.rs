//! The events of a trace that is digested.

use super::decoder::Names;
use super::digested::DigestedTrace;
use super::folds::FoldTable;
use super::layers::SurveyedTrace;
use super::placement::Placed;
use super::run::clamp;
use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, Rejection};

/// Hands on the events of a trace whose layer is surveyed and placed: those that its rows would give, one after the
/// other. `folds` are those that it streams through.
///
/// # Errors
/// A channel that is refused, or a sum that overflows.
pub fn emit(
    trace: &SurveyedTrace,
    digested: &DigestedTrace<'_>,
    region: &str,
    placed: &Placed,
    folds: Option<&FoldTable>,
    sink: &mut dyn EventSink,
) -> Result<(), DataError> {
    let has_partial_sums = trace.survey.partial_sums.are_any();
    let names = Names::intern(trace.stream.channel(), Some(region), folds.is_some(), has_partial_sums, sink);
    // As for the first of a trace's rows, which asks for the names where it is decoded.
    let names = names.map_err(|rejection| DataError::from(rejection).at(1, 0))?;
    let mut emitter = Emitter { names, offset: placed.offset, clamp: clamp(trace.stream, placed), sink };
    let mut macs = folds.map(FoldTable::macs);
    let (mut are_read, mut sums_end, mut folds_end) = (false, 0, 0);
    let mut row = 0;
    let mut idle_rows = 0;
    for run in digested.runs() {
        let run_end = row + run.rows;
        while row < run_end {
            let (padded, padding_end) = trace.survey.padding.of_shape(row, run.shape);
            if row >= sums_end {
                (are_read, sums_end) = trace.survey.partial_sums.from(row);
            }
            if row >= folds_end {
                folds_end = macs.as_mut().map_or(u64::MAX, |macs| macs.fold_end(row));
            }
            let end = run_end.min(padding_end).min(sums_end).min(folds_end);
            let words = u64::from(run.shape.valid - padded);
            let rows = Rows { cycle: run.cycle + (row + run.rows - run_end) as i64, rows: end - row };
            if words == 0 {
                idle_rows += rows.rows;
            } else {
                emitter.rows(emitter.names.words, rows, words)?;
                let made = macs.as_mut().and_then(|macs| macs.of_shape(row, run.shape)).unwrap_or(0);
                if let Some(channel) = emitter.names.macs.filter(|_| made > 0) {
                    emitter.rows(channel, rows, made)?;
                }
                if let Some(channel) = emitter.names.partial_sums.filter(|_| are_read) {
                    emitter.rows(channel, rows, words)?;
                }
            }
            row = end;
        }
    }
    if idle_rows > 0 {
        let Names { words, regions, .. } = emitter.names;
        emitter.sink.idle_rows(words, regions, idle_rows);
    }
    Ok(())
}

/// So many rows from a cycle of the layer's own count on.
#[derive(Clone, Copy)]
struct Rows {
    cycle: i64,
    rows: u64,
}

/// Where rows go.
struct Emitter<'a> {
    names: Names,
    offset: i64,
    clamp: Option<(i64, i64)>,
    sink: &'a mut dyn EventSink,
}

impl Emitter<'_> {
    fn rows(&mut self, channel: ChannelId, rows: Rows, count: u64) -> Result<(), Rejection> {
        let Rows { cycle, rows } = rows;
        let event = |cycle| {
            let start = cycle + self.offset;
            Event { channel, regions: self.names.regions, start, end: start + 1, count }
        };
        let last = cycle + rows as i64 - 1;
        match self.clamp {
            Some((first_kept, last_kept)) if cycle < first_kept || last > last_kept => (cycle..=last)
                .try_for_each(|cycle| self.sink.event(event(cycle.clamp(first_kept, last_kept)))),
            _ => self.sink.repeated(event(cycle), rows),
        }
    }
}
