//! The survey of whole layers: of all of a run in parallel from its files, or of one from its digests.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::config::{Config, Dataflow, Interface};
use super::folds::{Array, FoldFinder, FoldTable};
use super::layout::LayerFiles;
use super::padding::Padding;
use super::partial_sums::{FoldStarts, PartialSumFinder, PartialSums};
use super::placement::LayerCycles;
use super::rows::Style;
use super::streams::Stream;
use super::survey::{PaddingRule, Role, StreamSurvey, first_row_ports, streamed_words, survey};
use crate::error::DataError;

/// A trace with what the first pass found in it.
#[derive(Debug, PartialEq)]
pub struct SurveyedTrace {
    /// What it holds.
    pub stream: Stream,
    /// Where it is.
    pub path: PathBuf,
    /// What was found.
    pub survey: StreamSurvey,
}

/// A layer with what the first pass found in it.
#[derive(Debug, PartialEq)]
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

    /// The same without what only its rows ask for: padding by row, and which sums are read back.
    #[must_use]
    pub fn without_tables(mut self) -> SurveyedLayer {
        for SurveyedTrace { survey, .. } in &mut self.traces {
            survey.padding = Padding::None;
            survey.partial_sums = PartialSums::default();
        }
        self
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

/// What a layer is surveyed from: its files, or their digests.
pub trait TraceSource {
    /// Why a survey fails.
    type Error;

    /// The number of ports of a trace's first row, if it has one that can be read.
    fn first_row_ports(&self, stream: Stream) -> Option<usize>;

    /// T of the streamed operand of `is`, if its first rows show it.
    fn streamed_words(&self, stream: Stream) -> Option<u64>;

    /// Surveys one trace.
    ///
    /// # Errors
    /// A trace that cannot be read at all, or not well enough.
    fn survey(&self, stream: Stream, rule: PaddingRule, role: Role<'_>) -> Result<StreamSurvey, Self::Error>;
}

impl TraceSource for LayerFiles {
    type Error = DataError;

    fn first_row_ports(&self, stream: Stream) -> Option<usize> {
        self.path(stream).and_then(|path| first_row_ports(path, STYLE))
    }

    fn streamed_words(&self, stream: Stream) -> Option<u64> {
        self.path(stream).and_then(|path| streamed_words(path, STYLE))
    }

    fn survey(&self, stream: Stream, rule: PaddingRule, role: Role<'_>) -> Result<StreamSurvey, DataError> {
        let path = self.path(stream).ok_or_else(|| DataError::io(&std::io::ErrorKind::NotFound.into()))?;
        survey(path, STYLE, rule, role)
    }
}

/// Rows as v2 and v3 write them.
const STYLE: Style = Style::Rectangular(None);

/// Reads every trace once: those that show the folds first, the others with the folds at hand.
///
/// # Errors
/// The first trace, in the run's order, that cannot be read at all.
pub fn survey_layers(
    layers: &[LayerFiles],
    config: Option<&Config>,
    threads: Option<usize>,
) -> Result<Vec<SurveyedLayer>, DataError> {
    let mut surveyed = in_parallel(layers, threads, |layer| survey_folds(layer, layer, config))?;
    let mut open: Vec<(usize, Stream)> = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        open.extend(layer.streams_beside(&surveyed[index]).map(|stream| (index, stream)));
    }
    let surveys = in_parallel(&open, threads, |&(index, stream)| {
        survey_other(&layers[index], &surveyed[index], stream, config)
    })?;
    for ((index, stream), survey) in open.into_iter().zip(surveys) {
        surveyed[index].push(&layers[index], stream, survey);
    }
    surveyed.iter_mut().for_each(|layer| finish_layer(layer, config));
    Ok(surveyed)
}

/// Surveys one layer from a source of its traces.
///
/// # Errors
/// What the source reports.
pub fn survey_layer<S: TraceSource>(
    source: &S,
    files: &LayerFiles,
    config: Option<&Config>,
) -> Result<SurveyedLayer, S::Error> {
    let mut layer = survey_folds(source, files, config)?;
    let others: Vec<Stream> = files.streams_beside(&layer).collect();
    for stream in others {
        let survey = survey_other(source, &layer, stream, config)?;
        layer.push(files, stream, survey);
    }
    finish_layer(&mut layer, config);
    Ok(layer)
}

impl LayerFiles {
    /// The streams that have a trace and are not surveyed yet.
    fn streams_beside(&self, surveyed: &SurveyedLayer) -> impl Iterator<Item = Stream> + use<> {
        let known: Vec<Stream> = surveyed.traces.iter().map(|trace| trace.stream).collect();
        let streams: Vec<Stream> = self.files.iter().map(|(stream, _)| *stream).collect();
        streams.into_iter().filter(move |stream| !known.contains(stream))
    }
}

impl SurveyedLayer {
    fn push(&mut self, files: &LayerFiles, stream: Stream, survey: StreamSurvey) {
        let path = files.path(stream).map(Path::to_owned).unwrap_or_default();
        self.traces.push(SurveyedTrace { stream, path, survey });
    }
}

fn survey_other<S: TraceSource>(
    source: &S,
    layer: &SurveyedLayer,
    stream: Stream,
    config: Option<&Config>,
) -> Result<StreamSurvey, S::Error> {
    let role = role(layer, stream, config.and_then(|config| config.dataflow));
    source.survey(stream, padding_rule(stream, config), role)
}

fn finish_layer(layer: &mut SurveyedLayer, config: Option<&Config>) {
    layer.traces.sort_by_key(|trace| trace.stream);
    check_streamed_rows(layer, config.and_then(|config| config.dataflow));
}

/// Surveys the trace that shows a layer's folds, where the dataflow and the array are known.
fn survey_folds<S: TraceSource>(
    source: &S,
    layer: &LayerFiles,
    config: Option<&Config>,
) -> Result<SurveyedLayer, S::Error> {
    let unknown =
        |array, reason| SurveyedLayer { id: layer.id, traces: Vec::new(), array, folds: Err(reason) };
    let Some(dataflow) = config.and_then(|config| config.dataflow) else {
        return Ok(unknown(None, "the dataflow is not known"));
    };
    let (held, passing) = (stationary(dataflow), streamed(dataflow));
    let (Some(rows), Some(columns)) = (source.first_row_ports(passing), source.first_row_ports(held)) else {
        return Ok(unknown(None, "IFMAP_SRAM or FILTER_SRAM is missing or empty"));
    };
    let array = Array { rows, columns };
    if rows == 0 || columns == 0 || !agrees(array, config) {
        return Ok(unknown(Some(array), "the .cfg and the traces' port counts name different arrays"));
    }
    let is_held = dataflow == Dataflow::InputStationary;
    let words = if is_held { source.streamed_words(passing) } else { None };
    let role = Role::Stationary(FoldFinder::new(dataflow, array, words));
    let mut survey = source.survey(held, PaddingRule::None, role)?;
    let folds = survey.folds.take().unwrap_or(Err("the folds were not looked for")).map(Arc::new);
    let mut surveyed = SurveyedLayer { id: layer.id, traces: Vec::new(), array: Some(array), folds };
    surveyed.push(layer, held, survey);
    Ok(surveyed)
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
