//! Opening a run's directory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::checks::{self, Context, listing};
use super::config::{Config, Dataflow};
use super::decoder::TraceDecoder;
use super::folds::FoldTable;
use super::layers::{SurveyedLayer, SurveyedTrace, streamed, survey_layers};
use super::layout::{LayerFiles, find_config, find_layers, note_on_config};
use super::one_pass;
use super::placement::{self, LayerCycles, Placed};
use super::reports::Reports;
use super::rows::Style;
use super::streams::{MAC_CHANNEL, Stream};
use super::topology::read_layer_names;
use crate::error::DataError;
use crate::format::{LayerJoin, OpenOptions, OpenedTrace, Part, PartOrder};
use crate::input::Content;
use crate::metadata::{Metadata, Note, RegionDeclaration, Skipped};

/// What is known of a run beside its traces.
pub struct Run {
    /// Its directory.
    pub name: String,
    /// Its `.cfg`.
    pub config: Option<Config>,
    /// Its reports.
    pub reports: Reports,
    /// How its layers become one timeline.
    pub join: LayerJoin,
    /// Threads to survey files with.
    pub threads: Option<usize>,
}

/// A layer that has a row, with its name.
pub struct NamedLayer {
    /// Unique in the run.
    pub name: String,
    /// Its traces.
    pub files: LayerFiles,
    /// The traces without a whole row, and whether they have a part of one.
    pub rowless: Vec<(Stream, bool)>,
}

/// Opens a run: finds its files, names its layers; surveys and places them now, if asked to, else while they are read.
///
/// # Errors
/// A directory without traces; a configuration, topology or report that cannot be understood; a trace
/// that cannot be read at all.
pub fn open(directory: &Path, options: &OpenOptions) -> Result<OpenedTrace, DataError> {
    let config = find_config(directory, options.scale_sim_config.as_deref())?;
    let names = options.scale_sim_topology.as_deref().map(read_layer_names).transpose()?;
    let reports = Reports::read(directory)?;
    let mut notes: Vec<Note> =
        note_on_config(directory, options.scale_sim_config.as_deref(), config.as_ref()).into_iter().collect();
    let layers = layers_of_run(find_layers(directory)?, &reports, &mut notes);
    if layers.is_empty() {
        return Err(no_traces());
    }
    let layers = name_layers(layers, names.as_deref(), &mut notes)?;
    if layers.is_empty() {
        return Err(empty_traces());
    }
    let (name, join, threads) = (directory.display().to_string(), options.join, options.threads);
    notes.extend((layers.len() > 1 || join == LayerJoin::ComputeOnly).then(|| placement::note(join)));
    let run = Run { name, config, reports, join, threads };
    let mut metadata = Metadata {
        producer: Some("SCALE-Sim".to_owned()),
        inferences: Some(1),
        binding: Some("scale-sim".to_owned()),
        notes,
        ..Metadata::default()
    };
    let parts = match options.survey_first {
        true if layers.iter().any(|layer| layer.files.are_pipes()) => return Err(one_pass::rows_of_pipes()),
        true => surveyed_parts(&run, layers, &mut metadata)?,
        false => one_pass::parts(run, layers)?,
    };
    Ok(OpenedTrace { format: "scale-sim", metadata, parts })
}

/// Surveys and places all layers.
fn surveyed_parts(
    run: &Run,
    layers: Vec<NamedLayer>,
    metadata: &mut Metadata,
) -> Result<Vec<Part>, DataError> {
    let (names, files): (Vec<String>, Vec<LayerFiles>) =
        layers.into_iter().map(|layer| (layer.name, layer.files)).unzip();
    let surveyed = survey_layers(&files, run.config.as_ref(), run.threads)?;
    let layers: Vec<(String, SurveyedLayer)> = names.into_iter().zip(surveyed).collect();
    let cycles: Vec<_> =
        layers.iter().map(|(_, layer)| layer.cycles().unwrap_or(LayerCycles::NONE)).collect();
    let placed = placement::place(&cycles, run.join)?;
    metadata.span = placement::whole(&placed);
    metadata.notes.extend(run.notes_on(&layers));
    let mut parts = Vec::new();
    for ((name, layer), placed) in layers.iter().zip(placed) {
        metadata.regions.push(region(name, layer, &placed));
        metadata.skipped.extend(skipped(name, layer));
        for trace in layer.traces.iter().filter(|trace| trace.survey.rows > 0) {
            let folds = run.streamed_folds(layer, trace.stream);
            let decoder = run.decoder(trace, &format!("layer:{name}"), &placed, folds);
            parts.push(part(trace, &placed, decoder)?);
        }
    }
    Ok(parts)
}

impl Run {
    /// What is to be said when all layers are surveyed.
    pub fn notes_on(&self, layers: &[(String, SurveyedLayer)]) -> Vec<Note> {
        let context = Context {
            reports: &self.reports,
            dataflow: self.dataflow(),
            interface: self.config.as_ref().and_then(|config| config.interface),
        };
        let mut notes = notes_on_compute(layers, self.config.as_ref());
        notes.extend(checks::macs(layers, &context));
        notes.extend(checks::words(layers, &context));
        notes.extend(notes_on_cut_rows(layers));
        notes
    }

    /// The folds of a layer, if the stream's words meet what they hold.
    pub fn streamed_folds(&self, layer: &SurveyedLayer, stream: Stream) -> Option<Arc<FoldTable>> {
        let is_streamed = self.dataflow().is_some_and(|dataflow| streamed(dataflow) == stream);
        layer.folds.as_ref().ok().filter(|_| is_streamed).cloned()
    }

    /// The decoder of the rows of a trace that is surveyed and placed.
    pub fn decoder(
        &self,
        trace: &SurveyedTrace,
        region: &str,
        placed: &Placed,
        folds: Option<Arc<FoldTable>>,
    ) -> TraceDecoder {
        TraceDecoder {
            channel: trace.stream.channel(),
            style: Style::Rectangular(trace.survey.ports),
            region: Some(region.to_owned()),
            offset: placed.offset,
            clamp: clamp(trace.stream, placed),
            padding: trace.survey.padding.clone(),
            folds,
            partial_sums: trace.survey.partial_sums.clone(),
            is_surveyed: true,
            digested_as: None,
        }
    }

    fn dataflow(&self) -> Option<Dataflow> {
        self.config.as_ref().and_then(|config| config.dataflow)
    }
}

/// The cycles that a stream's traffic is moved into.
pub fn clamp(stream: Stream, placed: &Placed) -> Option<(i64, i64)> {
    placed.clamp.filter(|_| !stream.is_sram())
}

/// The layers with traces, without those of an older, longer run in the same directory.
fn layers_of_run(found: Vec<LayerFiles>, reports: &Reports, notes: &mut Vec<Note>) -> Vec<LayerFiles> {
    let is_current = |id| !reports.are_written || reports.layers.contains_key(&id);
    let (mut layers, stale): (Vec<_>, Vec<_>) = found.into_iter().partition(|layer| is_current(layer.id));
    if !stale.is_empty() {
        notes.push(Note::warning(format!(
            "left out as stale, since COMPUTE_REPORT.csv does not list them: {}",
            directories(stale.iter().map(|layer| layer.id))
        )));
    }
    let absent: Vec<u64> =
        reports.layers.keys().copied().filter(|id| !layers.iter().any(|layer| layer.id == *id)).collect();
    if !absent.is_empty() && !layers.is_empty() {
        notes.push(Note::warning(format!(
            "COMPUTE_REPORT.csv lists layers whose traces are missing: {}",
            directories(absent.into_iter())
        )));
    }
    if !reports.are_written && !layers.is_empty() {
        notes.push(Note::warning(
            "the run has no COMPUTE_REPORT.csv, which SCALE-Sim writes when it ends: it was stopped or still \
             runs, and layers may be missing",
        ));
    }
    note_missing_traces(&layers, notes);
    layers.retain(|layer| !layer.files.is_empty());
    layers
}

fn note_missing_traces(layers: &[LayerFiles], notes: &mut Vec<Note>) {
    for stream in Stream::ALL {
        let without = layers.iter().filter(|layer| layer.path(stream).is_none() && !layer.files.is_empty());
        let without = directories(without.map(|layer| layer.id));
        if !without.is_empty() {
            notes.push(Note::warning(format!("no {} in {without}", stream.file_name())));
        }
    }
    let bare = directories(layers.iter().filter(|layer| layer.files.is_empty()).map(|layer| layer.id));
    if !bare.is_empty() {
        notes.push(Note::warning(format!("left out, since they have no traces: {bare}")));
    }
}

fn directories(ids: impl Iterator<Item = u64>) -> String {
    listing(ids.map(|id| format!("layer{id}")))
}

/// Gives layers their names from the topology, and leaves out those without a single row.
fn name_layers(
    layers: Vec<LayerFiles>,
    names: Option<&[String]>,
    notes: &mut Vec<Note>,
) -> Result<Vec<NamedLayer>, DataError> {
    let mut uses: HashMap<String, usize> = HashMap::new();
    let mut named = Vec::with_capacity(layers.len());
    let mut unnamed = Vec::new();
    for files in layers {
        let given = names.and_then(|names| names.get(usize::try_from(files.id).ok()?));
        if names.is_some() && given.is_none() {
            unnamed.push(files.id);
        }
        let name =
            given.filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| format!("layer{}", files.id));
        let name = unique(name, &mut uses);
        let rowless = files.rowless()?;
        // Rows that cannot be read are left to the decoder, which says where they are.
        if rowless.len() == files.files.len() {
            notes.push(Note::warning(format!("layer{} has no whole row and is left out", files.id)));
        } else {
            named.push(NamedLayer { name, files, rowless });
        }
    }
    if let Some(names) = names
        && names.len() > named.len() + unnamed.len()
    {
        notes.push(Note::warning(format!(
            "the topology has {} layers and the run {}: check that it is the run's own",
            names.len(),
            named.len()
        )));
    }
    if !unnamed.is_empty() {
        notes.push(Note::warning(format!(
            "the topology has no name for {}",
            directories(unnamed.into_iter())
        )));
    }
    Ok(named)
}

fn unique(name: String, uses: &mut HashMap<String, usize>) -> String {
    let mut candidate = name.clone();
    while uses.contains_key(&candidate) {
        let used = uses.entry(name.clone()).or_insert(1);
        *used += 1;
        candidate = format!("{name}#{used}");
    }
    uses.insert(candidate.clone(), 1);
    candidate
}

/// The layer as a region.
pub fn region(name: &str, layer: &SurveyedLayer, placed: &Placed) -> RegionDeclaration {
    let (kind, name) = ("layer".to_owned(), name.to_owned());
    RegionDeclaration { kind, id: Some(layer.id), name, start: placed.span.start, end: placed.span.end }
}

/// What is left out of a layer.
pub fn skipped(name: &str, layer: &SurveyedLayer) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    for SurveyedTrace { stream, survey, .. } in &layer.traces {
        let mut add = |reason: &str, count| {
            let (region, channel) = (Some(format!("layer:{name}")), Some(stream.channel_name()));
            skipped.push(Skipped { reason: reason.to_owned(), region, channel, count });
        };
        if survey.padded_words > 0 {
            add("phantom_padding", survey.padded_words);
        }
        if survey.is_cut {
            add("cut_last_row", 1);
        }
    }
    skipped
}

/// Says why there are no multiply-accumulates, or what is assumed of partial sums.
fn notes_on_compute(layers: &[(String, SurveyedLayer)], config: Option<&Config>) -> Vec<Note> {
    let mac = format!("{}/{}", MAC_CHANNEL.0, MAC_CHANNEL.1);
    if config.and_then(|config| config.dataflow).is_none() {
        let found = if config.is_some() { "the .cfg names no Dataflow" } else { "no .cfg was found" };
        return vec![Note::warning(format!(
            "no {mac} and no partial sums read back, since {found} and the dataflow is not known; give the run's \
             .cfg with --scalesim-config"
        ))];
    }
    let mut notes = Vec::new();
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, layer) in layers {
        if let Err(reason) = layer.folds {
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, names)) => names.push(name.clone()),
                None => reasons.push((reason, vec![name.clone()])),
            }
        }
    }
    for (reason, names) in reasons {
        notes.push(Note::warning(format!(
            "no {mac} and no partial sums read back in {}: {reason}",
            listing(names)
        )));
    }
    let surveys = layers.iter().filter_map(|(_, layer)| layer.survey(Stream::OfmapSram));
    let read: u64 = surveys.map(|survey| survey.partial_sums_read).sum();
    if read > 0 {
        notes.push(Note::assumption(format!(
            "{read} partial sums that later folds add to are read back (ofmap_sram/read) in the cycle of their \
             next write; SCALE-Sim does not trace them"
        )));
    }
    notes
}

fn notes_on_cut_rows(layers: &[(String, SurveyedLayer)]) -> Option<Note> {
    let mut cut = Vec::new();
    for (_, layer) in layers {
        let traces = layer.traces.iter().filter(|trace| trace.survey.is_cut);
        cut.extend(traces.map(|trace| format!("layer{}/{}", layer.id, trace.stream.file_name())));
    }
    (!cut.is_empty()).then(|| {
        Note::warning(format!(
            "the last row has no line end, so its writer was stopped; the row may be cut and is left out: {}",
            listing(cut)
        ))
    })
}

/// The part of a trace that is surveyed and placed.
fn part(trace: &SurveyedTrace, placed: &Placed, decoder: TraceDecoder) -> Result<Part, DataError> {
    let lowest = trace.survey.cycles.map_or(placed.span.start - placed.offset, |(lowest, _)| lowest);
    let lowest = decoder.clamp.map_or(lowest, |(first, last)| lowest.clamp(first, last));
    let name = trace.path.display().to_string();
    Ok(Part {
        content: Content::on_demand(&trace.path).map_err(|error| error.in_file(&name))?,
        name,
        header_bytes: 0,
        header_lines: 0,
        decoder: Arc::new(decoder),
        order: PartOrder::NotBefore(placed.offset + lowest),
    })
}

fn no_traces() -> DataError {
    DataError::new(
        "no_traces",
        "a SCALE-Sim run without traces",
        "layer0/IFMAP_SRAM_TRACE.csv and the others",
        "v2 writes traces only with save_disk_space=False (through its Python API, or edited in scale.py); \
         v3 always writes them: run it again",
    )
}

fn empty_traces() -> DataError {
    DataError::new(
        "empty",
        "a SCALE-Sim run whose traces have no whole row",
        "rows of a cycle and one address a port",
        "check that SCALE-Sim ended and that the disk was not full, then run it again",
    )
}
