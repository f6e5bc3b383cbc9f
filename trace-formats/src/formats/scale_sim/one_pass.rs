//! A run in one pass over its traces.
//!
//! Where a layer lies, what is padding and what the array held is only known when all of the layer is read. So the
//! chunks are digested in any order, and the last part of a layer says the layer's events; that of the last layer what
//! takes all of them.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::decoder::TraceDecoder;
use super::digest::Digest;
use super::digested::{DigestedLayer, LayerDigests, digest};
use super::emission::emit;
use super::layers::{SurveyedLayer, survey_layer, survey_layers};
use super::placement::{LayerCycles, Placed, place_next};
use super::run::{NamedLayer, Run, region, skipped};
use super::streams::Stream;
use crate::decoder::{Chunk, Cut, Decoder, MAX_RECORD_BYTES, cut_lines};
use crate::error::DataError;
use crate::event::{EventSink, Fact};
use crate::format::{LayerJoin, Part, PartOrder};
use crate::input::Content;

/// The parts of a run: the traces of each layer that have a row.
///
/// # Errors
/// A file that cannot be opened.
pub fn parts(run: Run, layers: Vec<NamedLayer>) -> Result<Vec<Part>, DataError> {
    let progress = Arc::new(Progress { run, done: Mutex::default() });
    let count = layers.len();
    let mut parts = Vec::new();
    for (index, named) in layers.into_iter().enumerate() {
        let rowless = |stream| named.rowless.iter().any(|&(other, _)| other == stream);
        let mut files: Vec<_> =
            named.files.files.iter().filter(|(stream, _)| !rowless(*stream)).cloned().collect();
        if named.files.are_pipes() {
            files.sort_by_key(|(stream, _)| Stream::AS_WRITTEN.iter().position(|written| written == stream));
        }
        let last = files.last().map(|(stream, _)| *stream);
        let progress = progress.clone();
        let layer = Arc::new(Layer::new(progress, index, index + 1 == count, named));
        for (stream, path) in files {
            let is_last = Some(stream) == last;
            parts.push(part(&path, LayerPart { layer: layer.clone(), stream, is_last })?);
        }
    }
    Ok(parts)
}

fn part(path: &Path, decoder: LayerPart) -> Result<Part, DataError> {
    let name = path.display().to_string();
    let content = Content::on_demand(path).map_err(|error| error.in_file(&name))?;
    let (decoder, order) = (Arc::new(decoder), PartOrder::AsTold);
    Ok(Part { name, content, header_bytes: 0, header_lines: 0, decoder, order })
}

/// How far a run has come.
struct Progress {
    run: Run,
    done: Mutex<Done>,
}

/// The layers that are said.
#[derive(Default)]
struct Done {
    layers: Vec<(String, SurveyedLayer)>,
    latest: Option<(LayerCycles, Placed)>,
}

/// A layer that is being read.
struct Layer {
    progress: Arc<Progress>,
    index: usize,
    is_last: bool,
    named: NamedLayer,
    digests: Mutex<LayerDigests>,
}

impl Layer {
    fn new(progress: Arc<Progress>, index: usize, is_last: bool, named: NamedLayer) -> Layer {
        let mut digests = LayerDigests::default();
        for &(stream, is_cut) in &named.rowless {
            let empty = Chunk { bytes: &[], offset: 0, lines_before: 0, is_last: true };
            digests.add(stream, &empty, Some(Digest::without_rows(is_cut)));
        }
        Layer { progress, index, is_last, named, digests: Mutex::new(digests) }
    }

    fn digests(&self) -> MutexGuard<'_, LayerDigests> {
        self.digests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says the layer, and after the last one what takes all of them. Returns before which cycle no later layer starts.
    fn finish(&self, sink: &mut dyn EventSink) -> Result<Option<i64>, DataError> {
        let run = &self.progress.run;
        let digests = std::mem::take(&mut *self.digests());
        let mut done = self.progress.done.lock().unwrap_or_else(PoisonError::into_inner);
        let files = &self.named.files;
        let digested = digests.traces().and_then(|digested| {
            let layer = survey_layer(&digested, files, run.config.as_ref()).ok()?;
            Some((layer, digested))
        });
        let (layer, digested) = match digested {
            Some((layer, digested)) => (layer, Some(digested)),
            None => (self.survey_files()?, None),
        };
        let cycles = layer.cycles().unwrap_or(LayerCycles::NONE);
        let placed = place_next(done.latest, &cycles, self.index, run.join);
        let placed = placed.map_err(|error| error.in_file(&run.name))?;
        let name = &self.named.name;
        sink.fact(Fact::Region(region(name, &layer, &placed)))?;
        for skipped in skipped(name, &layer) {
            sink.fact(Fact::Skipped(skipped))?;
        }
        self.say_events(&layer, digested.as_ref(), &placed, sink)?;
        done.latest = Some((cycles, placed));
        done.layers.push((name.clone(), layer.without_tables()));
        if self.is_last {
            for note in run.notes_on(&done.layers) {
                sink.fact(Fact::Note(note))?;
            }
        }
        // With another join, where a layer starts is only known when it is read.
        Ok((run.join == LayerJoin::BackToBack).then_some(placed.span.end))
    }

    /// Says the events of all traces, from their digests or else from their files.
    fn say_events(
        &self,
        layer: &SurveyedLayer,
        digested: Option<&DigestedLayer<'_>>,
        placed: &Placed,
        sink: &mut dyn EventSink,
    ) -> Result<(), DataError> {
        let run = &self.progress.run;
        let tag = format!("layer:{}", self.named.name);
        for trace in layer.traces.iter().filter(|trace| trace.survey.rows > 0) {
            let folds = run.streamed_folds(layer, trace.stream);
            let said = match digested {
                Some(digested) => {
                    emit(trace, digested.trace(trace.stream), &tag, placed, folds.as_deref(), sink)
                }
                None => decode(&trace.path, &run.decoder(trace, &tag, placed, folds), sink),
            };
            said.map_err(|error| error.in_file(&trace.path.display().to_string()))?;
        }
        Ok(())
    }

    fn survey_files(&self) -> Result<SurveyedLayer, DataError> {
        if self.named.files.are_pipes() {
            return Err(rows_of_pipes().in_file(&self.progress.run.name));
        }
        let Run { config, threads, .. } = &self.progress.run;
        let surveyed = survey_layers(std::slice::from_ref(&self.named.files), config.as_ref(), *threads)?;
        surveyed.into_iter().next().ok_or_else(|| DataError::io(&std::io::ErrorKind::NotFound.into()))
    }
}

/// What is not plainly written has to be read twice.
pub fn rows_of_pipes() -> DataError {
    DataError::new(
        "read_twice",
        "traces in named pipes that have to be read twice",
        "rows as SCALE-Sim writes them, and a use that reads them once",
        "let SCALE-Sim write files, and name their directory",
    )
}

/// Decodes a file from its start, chunk after chunk.
fn decode(path: &Path, decoder: &TraceDecoder, sink: &mut dyn EventSink) -> Result<(), DataError> {
    let mut content = Content::open(path)?;
    let mut buffer = vec![0; 4 * MAX_RECORD_BYTES];
    let (mut filled, mut offset, mut lines_before) = (0, 0, 0);
    loop {
        let read = content.read(&mut buffer[filled..])?;
        filled += read;
        let is_last = filled < buffer.len();
        let end = match decoder.cut(&buffer[..filled]) {
            _ if is_last => filled,
            Ok(Cut::At(end)) => end,
            Ok(Cut::Incomplete { .. }) => filled,
            Err(error) => return Err(error.at(lines_before + 1, offset)),
        };
        let chunk = Chunk { bytes: &buffer[..end], offset, lines_before, is_last };
        lines_before += decoder.decode(&chunk, sink)?;
        if is_last {
            return Ok(());
        }
        buffer.copy_within(end..filled, 0);
        filled -= end;
        offset += end as u64;
    }
}

/// Digests the chunks of one trace.
struct LayerPart {
    layer: Arc<Layer>,
    stream: Stream,
    /// The layer's last.
    is_last: bool,
}

impl Decoder for LayerPart {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        // A row that is too long may be cut anywhere: the layer is read again by who explains, errors before it first.
        cut_lines(bytes).or(Ok(Cut::At(bytes.len())))
    }

    fn decode(&self, chunk: &Chunk<'_>, _sink: &mut dyn EventSink) -> Result<u64, DataError> {
        let is_open = self.layer.digests().is_open();
        let digest = if is_open { digest(self.stream, chunk) } else { None };
        let rows = digest.as_ref().map(|digest| digest.rows);
        if is_open {
            self.layer.digests().add(self.stream, chunk, digest);
        }
        Ok(rows.unwrap_or_else(|| memchr::memchr_iter(b'\n', chunk.bytes).count() as u64))
    }

    fn finish(&self, sink: &mut dyn EventSink) -> Result<Option<i64>, DataError> {
        if self.is_last { self.layer.finish(sink) } else { Ok(None) }
    }
}
