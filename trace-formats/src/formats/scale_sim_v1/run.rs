//! Opening a v1 run's directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::scale_sim::checks::listing;
use super::super::scale_sim::config::{Config, Dataflow};
use super::super::scale_sim::decoder::TraceDecoder;
use super::super::scale_sim::layers::in_parallel;
use super::super::scale_sim::layout::{find_config, note_on_config};
use super::super::scale_sim::padding::Padding;
use super::super::scale_sim::partial_sums::{FoldStarts, PartialSumFinder};
use super::super::scale_sim::placement::{self, LayerCycles, Placed};
use super::super::scale_sim::rows::Style;
use super::super::scale_sim::streams::Stream;
use super::super::scale_sim::survey::{PaddingRule, Role, StreamSurvey, survey};
use super::super::scale_sim::topology::plain_name;
use super::layout::{Kind, LayerFiles, TRACE_FOLDER, find_layers};
use super::operands::Operands;
use super::reads::{self, ReadDecoder, ReadSurvey};
use crate::decoder::Decoder;
use crate::error::DataError;
use crate::format::{LayerJoin, OpenOptions, OpenedTrace, Part, PartOrder};
use crate::input::Content;
use crate::metadata::{Metadata, Note, RegionDeclaration, Skipped};

/// A layer with what the first pass found in its traces.
struct Layer {
    name: String,
    reads: Option<(PathBuf, ReadSurvey)>,
    others: Vec<(Stream, PathBuf, StreamSurvey)>,
}

/// Opens a run: finds its files, surveys them, places its layers.
///
/// # Errors
/// A directory without traces, a configuration that cannot be understood, a trace that cannot be read.
pub fn open(directory: &Path, options: &OpenOptions) -> Result<OpenedTrace, DataError> {
    let config = find_config(directory, options.scale_sim_config.as_deref())?;
    let dataflow = config.as_ref().and_then(|config| config.dataflow);
    let filter_offset = config.clone().unwrap_or_default().offset(Stream::FilterSram.operand());
    let operands = Operands { filter_offset };
    let mut notes: Vec<Note> =
        note_on_config(directory, options.scale_sim_config.as_deref(), config.as_ref()).into_iter().collect();
    let files = find_layers(directory, &mut notes)?;
    if files.is_empty() {
        return Err(no_traces());
    }
    let layers = in_parallel(&files, options.threads, |files| survey_layer(files, operands, dataflow))?;
    let cycles: Vec<LayerCycles> = layers.iter().map(Layer::cycles).collect();
    let placed = placement::place(&cycles, options.join)?;
    notes.extend(
        (layers.len() > 1 || options.join == LayerJoin::ComputeOnly).then(|| placement::note(options.join)),
    );
    notes.extend(notes_on_compute(&layers, config.as_ref()));
    let regions = layers.iter().zip(&placed).enumerate().map(|(id, (layer, placed))| RegionDeclaration {
        kind: "layer".to_owned(),
        id: Some(id as u64),
        name: layer.name.clone(),
        start: placed.span.start,
        end: placed.span.end,
    });
    let metadata = Metadata {
        producer: Some("SCALE-Sim 1".to_owned()),
        inferences: Some(1),
        binding: Some("scale-sim".to_owned()),
        span: placement::whole(&placed),
        regions: regions.collect(),
        skipped: layers.iter().flat_map(Layer::cut_rows).collect(),
        notes,
        ..Metadata::default()
    };
    let mut parts = Vec::new();
    for (layer, placed) in layers.into_iter().zip(placed) {
        parts.extend(layer.parts(placed, operands, dataflow)?);
    }
    Ok(OpenedTrace { format: "scale-sim-v1", metadata, parts })
}

fn survey_layer(
    files: &LayerFiles,
    operands: Operands,
    dataflow: Option<Dataflow>,
) -> Result<Layer, DataError> {
    let mut layer = Layer { name: plain_name(&files.name), reads: None, others: Vec::new() };
    for (kind, path) in &files.files {
        let stream = match kind {
            Kind::SramRead => {
                layer.reads = Some((path.clone(), reads::survey(path, operands, dataflow)?));
                continue;
            }
            Kind::SramWrite => Stream::OfmapSram,
            Kind::DramIfmap => Stream::IfmapDram,
            Kind::DramFilter => Stream::FilterDram,
            Kind::DramOfmap => Stream::OfmapDram,
        };
        let starts = layer.reads.as_ref().and_then(|(_, reads)| reads.fold_starts.clone());
        let role = match starts.filter(|_| *kind == Kind::SramWrite) {
            Some(starts) => Role::Outputs(PartialSumFinder::new(FoldStarts::Cycles(starts))),
            None => Role::Traffic,
        };
        let found = survey(path, Style::Ragged, PaddingRule::None, role)?;
        layer.others.push((stream, path.clone(), found));
    }
    Ok(layer)
}

impl Layer {
    fn cycles(&self) -> LayerCycles {
        let reads = self.reads.iter().filter_map(|(_, reads)| Some((true, reads.cycles?)));
        let others =
            self.others.iter().filter_map(|(stream, _, found)| Some((stream.is_sram(), found.cycles?)));
        let each: Vec<(bool, (i64, i64))> = reads.chain(others).collect();
        let over = |only_sram: bool| {
            let kept = each.iter().filter(|(is_sram, _)| *is_sram || !only_sram).map(|(_, cycles)| *cycles);
            kept.reduce(|(first, last), (low, high)| (first.min(low), last.max(high)))
        };
        let Some(all) = over(false) else { return LayerCycles::NONE };
        let compute = over(true).unwrap_or(all);
        let outputs = self.others.iter().find(|(stream, ..)| *stream == Stream::OfmapSram);
        let last_output = outputs.and_then(|(_, _, found)| found.cycles).unwrap_or(compute).1;
        LayerCycles { all, compute, last_output }
    }

    /// Rows without a line end: one count a trace.
    fn cut_rows(&self) -> Vec<Skipped> {
        let reads = self.reads.iter().map(|(_, reads)| (None, reads.is_cut));
        let others = self.others.iter().map(|(stream, _, found)| (Some(stream.channel_name()), found.is_cut));
        let region = Some(format!("layer:{}", self.name));
        let skipped = |channel| Skipped {
            reason: "cut_last_row".to_owned(),
            region: region.clone(),
            channel,
            count: 1,
        };
        reads.chain(others).filter(|(_, is_cut)| *is_cut).map(|(channel, _)| skipped(channel)).collect()
    }

    fn parts(
        self,
        placed: Placed,
        operands: Operands,
        dataflow: Option<Dataflow>,
    ) -> Result<Vec<Part>, DataError> {
        let mut parts = Vec::new();
        let region = format!("layer:{}", self.name);
        let mut add = |path: PathBuf, cycles: Option<(i64, i64)>, clamp: Option<(i64, i64)>, decoder| {
            let lowest = cycles.map_or(0, |(lowest, _)| lowest);
            let lowest = clamp.map_or(lowest, |(first, last)| lowest.clamp(first, last));
            part(&path, decoder, placed.offset + lowest).map(|part| parts.push(part))
        };
        if let Some((path, found)) = self.reads {
            let macs = dataflow.zip(found.macs.ok());
            let decoder = ReadDecoder { operands, macs, region: region.clone(), offset: placed.offset };
            add(path, found.cycles, None, Arc::new(decoder) as Arc<dyn Decoder>)?;
        }
        for (stream, path, found) in self.others {
            let clamp = placed.clamp.filter(|_| !stream.is_sram());
            let decoder = TraceDecoder {
                style: Style::Ragged,
                region: Some(region.clone()),
                offset: placed.offset,
                clamp,
                partial_sums: found.partial_sums,
                is_surveyed: true,
                digested_as: None,
                ..TraceDecoder::plain(stream, Padding::None)
            };
            add(path, found.cycles, clamp, Arc::new(decoder))?;
        }
        Ok(parts)
    }
}

fn part(path: &Path, decoder: Arc<dyn Decoder>, not_before: i64) -> Result<Part, DataError> {
    let name = path.display().to_string();
    let content = Content::on_demand(path).map_err(|error| error.in_file(&name))?;
    Ok(Part {
        name,
        content,
        header_bytes: 0,
        header_lines: 0,
        decoder,
        order: PartOrder::NotBefore(not_before),
    })
}

fn notes_on_compute(layers: &[Layer], config: Option<&Config>) -> Vec<Note> {
    let mut notes = Vec::new();
    if config.and_then(|config| config.dataflow).is_none() {
        notes.push(Note::warning(
            "no tensor_unit/mac and no partial sums read back, since the dataflow is not known; give the run's .cfg \
             with --scalesim-config",
        ));
    }
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for layer in layers.iter().filter(|_| notes.is_empty()) {
        let reason = match &layer.reads {
            None => Some("sram_read is missing"),
            Some((_, reads)) => reads.macs.as_ref().err().copied(),
        };
        reason.into_iter().for_each(|reason| reasons.entry(reason).or_default().push(layer.name.clone()));
    }
    for (reason, names) in reasons {
        notes.push(Note::warning(format!("no tensor_unit/mac in {}: {reason}", listing(names))));
    }
    let read: u64 =
        layers.iter().flat_map(|layer| &layer.others).map(|(.., found)| found.partial_sums_read).sum();
    if read > 0 {
        notes.push(Note::assumption(format!(
            "{read} partial sums that later folds add to are read back (ofmap_sram/read) in the cycle of their \
             next write; SCALE-Sim does not trace them"
        )));
    }
    let cut: Vec<String> =
        layers.iter().filter(|layer| !layer.cut_rows().is_empty()).map(|l| l.name.clone()).collect();
    if !cut.is_empty() {
        notes.push(Note::warning(format!(
            "a last row has no line end, so its writer was stopped; the row may be cut and is left out: {}",
            listing(cut)
        )));
    }
    notes
}

fn no_traces() -> DataError {
    DataError::new(
        "no_traces",
        format!("a SCALE-Sim v1 run without traces in {TRACE_FOLDER}"),
        "<net>_<layer>_sram_read.csv and the others",
        "name the run's own directory below outputs/",
    )
}
