//! The first pass over a whole run: every trace of every layer, in parallel.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::config::{Config, Dataflow, Interface};
use super::folds::{Array, FoldFinder, FoldTable};
use super::layout::LayerFiles;
use super::partial_sums::{FoldStarts, PartialSumFinder};
use super::placement::LayerCycles;
use super::rows::Style;
use super::streams::Stream;
use super::survey::{PaddingRule, Role, StreamSurvey, first_row_ports, streamed_words, survey};
use crate::error::DataError;

/// A trace with what the first pass found in it.
#[derive(Debug)]
pub struct SurveyedTrace {
    /// What it holds.
    pub stream: Stream,
    /// Where it is.
    pub path: PathBuf,
    /// What was found.
    pub survey: StreamSurvey,
}

/// A layer with what the first pass found in it.
#[derive(Debug)]
pub struct SurveyedLayer {
    /// SCALE-Sim's number of the layer.
    pub id: u64,
    /// Its traces, in the order of [`Stream::ALL`].
    pub traces: Vec<SurveyedTrace>,
    /// The array, as its SRAM traces' port counts show it.
    pub array: Option<Array>,
    /// Its folds, or why there are none.
    pub folds: Result<Arc<FoldTable>, &'static str>,
}

impl SurveyedLayer {
    /// The survey of a stream, if its trace exists.
    pub fn survey(&self, stream: Stream) -> Option<&StreamSurvey> {
        self.traces.iter().find(|trace| trace.stream == stream).map(|trace| &trace.survey)
    }

    /// The layer's cycles; `None` if it has no readable row.
    pub fn cycles(&self) -> Option<LayerCycles> {
        let over = |keep: fn(Stream) -> bool| {
            let traces = self.traces.iter().filter(|trace| keep(trace.stream));
            let cycles = traces.filter_map(|trace| trace.survey.cycles);
            cycles.reduce(|(first, last), (low, high)| (first.min(low), last.max(high)))
        };
        let all = over(|_| true)?;
        let compute = over(Stream::is_sram).unwrap_or(all);
        let outputs = self.survey(Stream::OfmapSram).and_then(|survey| survey.cycles);
        Some(LayerCycles { all, compute, last_output: outputs.unwrap_or(compute).1 })
    }

    /// The layer's multiply-accumulates, if they can be told.
    pub fn macs(&self, dataflow: Dataflow) -> Option<u64> {
        self.folds.as_ref().ok()?;
        self.survey(streamed(dataflow)).map(|survey| survey.macs)
    }
}

/// The trace that shows the folds.
pub fn stationary(dataflow: Dataflow) -> Stream {
    match dataflow {
        Dataflow::InputStationary => Stream::IfmapSram,
        Dataflow::WeightStationary | Dataflow::OutputStationary => Stream::FilterSram,
    }
}

/// The trace whose words are counted into multiply-accumulates.
pub fn streamed(dataflow: Dataflow) -> Stream {
    match dataflow {
        Dataflow::InputStationary => Stream::FilterSram,
        Dataflow::WeightStationary | Dataflow::OutputStationary => Stream::IfmapSram,
    }
}

/// Reads every trace once: those that show the folds first, the others with the folds at hand.
///
/// # Errors
/// The first trace, in the run's order, that cannot be read at all.
pub fn survey_layers(
    layers: Vec<LayerFiles>,
    config: Option<&Config>,
    threads: Option<usize>,
) -> Result<Vec<SurveyedLayer>, DataError> {
    let mut surveyed = in_parallel(&layers, threads, |layer| survey_folds(layer, config))?;
    let mut open: Vec<(usize, Stream, PathBuf)> = Vec::new();
    for (index, layer) in layers.into_iter().enumerate() {
        let known: Vec<Stream> = surveyed[index].traces.iter().map(|trace| trace.stream).collect();
        let rest = layer.files.into_iter().filter(|(stream, _)| !known.contains(stream));
        open.extend(rest.map(|(stream, path)| (index, stream, path)));
    }
    let surveys = in_parallel(&open, threads, |(index, stream, path)| {
        let role = role(&surveyed[*index], *stream, config.and_then(|config| config.dataflow));
        survey(path, Style::Rectangular(None), padding_rule(*stream, config), role)
    })?;
    for ((index, stream, path), survey) in open.into_iter().zip(surveys) {
        surveyed[index].traces.push(SurveyedTrace { stream, path, survey });
    }
    for layer in &mut surveyed {
        layer.traces.sort_by_key(|trace| trace.stream);
        check_streamed_rows(layer, config.and_then(|config| config.dataflow));
    }
    Ok(surveyed)
}

/// Surveys the trace that shows a layer's folds, where the dataflow and the array are known.
fn survey_folds(layer: &LayerFiles, config: Option<&Config>) -> Result<SurveyedLayer, DataError> {
    let style = Style::Rectangular(None);
    let unknown =
        |array, reason| SurveyedLayer { id: layer.id, traces: Vec::new(), array, folds: Err(reason) };
    let Some(dataflow) = config.and_then(|config| config.dataflow) else {
        return Ok(unknown(None, "the dataflow is not known"));
    };
    let (held, passing) = (stationary(dataflow), streamed(dataflow));
    let ports = |stream| layer.path(stream).and_then(|path| first_row_ports(path, style));
    let (Some(rows), Some(columns), Some(path)) = (ports(passing), ports(held), layer.path(held)) else {
        return Ok(unknown(None, "IFMAP_SRAM or FILTER_SRAM is missing or empty"));
    };
    let array = Array { rows, columns };
    if rows == 0 || columns == 0 || !agrees(array, config) {
        return Ok(unknown(Some(array), "the .cfg and the traces' port counts name different arrays"));
    }
    let words = layer.path(passing).filter(|_| dataflow == Dataflow::InputStationary);
    let words = words.and_then(|path| streamed_words(path, style));
    let role = Role::Stationary(FoldFinder::new(dataflow, array, words));
    let mut survey = survey(path, style, PaddingRule::None, role)?;
    let folds = survey.folds.take().unwrap_or(Err("the folds were not looked for")).map(Arc::new);
    let trace = SurveyedTrace { stream: held, path: path.to_owned(), survey };
    Ok(SurveyedLayer { id: layer.id, traces: vec![trace], array: Some(array), folds })
}

fn agrees(array: Array, config: Option<&Config>) -> bool {
    config.is_none_or(|config| {
        config.array_rows.is_none_or(|rows| rows == array.rows)
            && config.array_columns.is_none_or(|columns| columns == array.columns)
    })
}

fn role<'a>(layer: &'a SurveyedLayer, stream: Stream, dataflow: Option<Dataflow>) -> Role<'a> {
    match (&layer.folds, dataflow) {
        (Ok(folds), Some(dataflow)) if stream == streamed(dataflow) => Role::Streamed(folds),
        (Ok(_), Some(Dataflow::OutputStationary)) => Role::Traffic,
        (Ok(folds), Some(_)) if stream == Stream::OfmapSram => {
            Role::Outputs(PartialSumFinder::new(FoldStarts::Rows(folds.rows_per_fold)))
        }
        _ => Role::Traffic,
    }
}

/// Rows of the three SRAM traces stand side by side; a streamed operand with more rows contradicts that.
fn check_streamed_rows(layer: &mut SurveyedLayer, dataflow: Option<Dataflow>) {
    let Some(dataflow) = dataflow else { return };
    let rows = |stream| layer.survey(stream).map(|survey| survey.rows);
    match (rows(stationary(dataflow)), rows(streamed(dataflow))) {
        (Some(folded), Some(rows)) if rows <= folded => {}
        _ => layer.folds = layer.folds.clone().and(Err("IFMAP_SRAM and FILTER_SRAM differ in their rows")),
    }
}

/// How a stream's phantom words are to be found.
pub fn padding_rule(stream: Stream, config: Option<&Config>) -> PaddingRule {
    let is_user = config.is_some_and(|config| config.interface == Some(Interface::User));
    let default = Config::default();
    let first_address = config.unwrap_or(&default).offset(stream.operand());
    match (stream.is_sram() || is_user, first_address > 1) {
        (true, _) => PaddingRule::None,
        (false, true) => PaddingRule::ByValue,
        (false, false) => PaddingRule::ByWidth,
    }
}

/// Does the work on every item with so many threads, or as many as there are processors; results in order.
///
/// # Errors
/// The error of the first item, in order, that has one.
pub fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    threads: Option<usize>,
    work: impl Fn(&T) -> Result<R, DataError> + Sync,
) -> Result<Vec<R>, DataError> {
    let processors = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.unwrap_or_else(processors).min(items.len());
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((index, item)) = take(&next, items) {
                    let result = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn take<'a, T>(next: &AtomicUsize, items: &'a [T]) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}
