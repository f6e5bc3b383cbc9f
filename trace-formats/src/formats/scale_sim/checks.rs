//! Where SCALE-Sim's reports and its traces disagree, both are said.

use super::config::{Dataflow, Interface};
use super::layers::SurveyedLayer;
use super::reports::Reports;
use super::streams::Stream;
use crate::metadata::{Note, NoteKind};

/// How many layers a note lists.
const LISTED: usize = 3;

/// At most ten names, and how many more there are.
pub fn listing(names: impl IntoIterator<Item = String>) -> String {
    const SHOWN: usize = 10;
    let names: Vec<String> = names.into_iter().collect();
    let listed = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

/// What is known of the run beside its traces.
pub struct Context<'a> {
    /// The reports.
    pub reports: &'a Reports,
    /// Which operand stays.
    pub dataflow: Option<Dataflow>,
    /// How the interface to DRAM is modelled.
    pub interface: Option<Interface>,
}

/// A disagreement of one layer: its name, the trace's number, the report's.
type Disagreement<'a> = (&'a str, f64, f64);

/// Compares every stream's words with `DETAILED_ACCESS_REPORT.csv`: one note a kind of disagreement.
pub fn words(layers: &[(String, SurveyedLayer)], context: &Context<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    for stream in Stream::ALL {
        let mut known = Vec::new();
        let mut unknown = Vec::new();
        for (name, layer) in layers {
            let trace = layer.survey(stream).map(|survey| survey.words as f64);
            let (Some(trace), Some(report)) = (trace, context.reports.words(layer.id, stream)) else {
                continue;
            };
            if trace != report {
                let is_known = known_cause(stream, trace, report, layer, context).is_some();
                if is_known { &mut known } else { &mut unknown }.push((name.as_str(), trace, report));
            }
        }
        let channel = stream.channel_name();
        let cause = cause(stream, context);
        notes.extend(note(NoteKind::Assumption, &channel, cause, &known));
        notes.extend(note(NoteKind::Warning, &channel, "the trace is what is counted", &unknown));
    }
    notes
}

/// Why SCALE-Sim's report of a stream may differ from its trace.
fn cause(stream: Stream, context: &Context<'_>) -> &'static str {
    match stream {
        Stream::IfmapSram if context.reports.is_sparse => {
            "in a sparse run the report counts a word once for each weight of its block, zero or not"
        }
        Stream::IfmapSram | Stream::FilterSram => {
            "the report also counts window elements outside of the input, which no word is read for"
        }
        Stream::OfmapSram => "in os the report adds the array's sides to every fold's writes",
        Stream::OfmapDram => "the report also counts ports that a drain's rows leave idle",
        Stream::IfmapDram | Stream::FilterDram if context.interface == Some(Interface::User) => {
            "in USER mode the report counts rows times bandwidth, idle ports too"
        }
        Stream::IfmapDram | Stream::FilterDram => "",
    }
}

fn known_cause(
    stream: Stream,
    trace: f64,
    report: f64,
    layer: &SurveyedLayer,
    context: &Context<'_>,
) -> Option<()> {
    let slots = |stream| {
        layer.survey(stream).map_or(0.0, |found| (found.rows * found.ports.unwrap_or(0) as u64) as f64)
    };
    let is_known = match stream {
        Stream::IfmapSram => true,
        Stream::FilterSram => false,
        Stream::OfmapSram => context.dataflow == Some(Dataflow::OutputStationary),
        Stream::OfmapDram => report <= slots(stream),
        Stream::IfmapDram | Stream::FilterDram => {
            context.interface == Some(Interface::User) && report <= slots(stream)
        }
    };
    // Every known cause makes the report the larger one; a trace that was cut short is none.
    let is_cut = layer.survey(stream).is_some_and(|survey| survey.is_cut);
    (is_known && report > trace && !is_cut).then_some(())
}

fn note(kind: NoteKind, channel: &str, cause: &str, found: &[Disagreement<'_>]) -> Option<Note> {
    if found.is_empty() {
        return None;
    }
    let text = format!(
        "{channel}: SCALE-Sim's report and trace disagree in {}{}; {cause}",
        count_of_layers(found.len()),
        list(found)
    );
    Some(Note { kind, text })
}

fn count_of_layers(layers: usize) -> String {
    if layers == 1 { "1 layer".to_owned() } else { format!("{layers} layers") }
}

fn list(found: &[Disagreement<'_>]) -> String {
    let each = found.iter().take(LISTED);
    let listed: Vec<String> =
        each.map(|(name, trace, report)| format!("{name}: trace {trace:.0}, report {report:.0}")).collect();
    let more = if found.len() > LISTED { ", …" } else { "" };
    format!(" ({}{more})", listed.join("; "))
}

/// Compares each layer's multiply-accumulates with the utilisation of `COMPUTE_REPORT.csv`.
pub fn macs(layers: &[(String, SurveyedLayer)], context: &Context<'_>) -> Vec<Note> {
    let Some(dataflow) = context.dataflow else { return Vec::new() };
    let mut known = Vec::new();
    let mut unexplained = Vec::new();
    for (name, layer) in layers {
        let (Some(derived), Some(reported)) = (layer.macs(dataflow), reported_macs(layer, context)) else {
            continue;
        };
        let derived = derived as f64;
        // The report prints all digits of a 64-bit float.
        if (derived - reported).abs() <= 0.5 + reported * 1e-12 {
            continue;
        }
        let is_dense = context.reports.is_sparse && reported > derived;
        let is_known = is_dense
            || missing_by_window(layer, dataflow, context)
                .is_some_and(|(least, most)| (least - 0.5..=most + 0.5).contains(&(reported - derived)));
        if is_known { &mut known } else { &mut unexplained }.push((name.as_str(), derived, reported));
    }
    let channel = "tensor_unit/mac";
    let cause = match context.reports.is_sparse {
        true => "in a sparse run the report also counts weights that are zero, which are not loaded",
        false => "the report also counts window elements outside of the input, which are not computed",
    };
    let kept = "the trace is what is counted";
    let mut notes = Vec::new();
    notes.extend(note(NoteKind::Assumption, channel, cause, &known));
    notes.extend(note(NoteKind::Warning, channel, kept, &unexplained));
    notes
}

/// `Overall Util %` of all that the array could have done, as a number of multiply-accumulates.
fn reported_macs(layer: &SurveyedLayer, context: &Context<'_>) -> Option<f64> {
    let report = context.reports.layers.get(&layer.id)?;
    let array = layer.array?;
    let elements = (array.rows * array.columns) as f64;
    let macs = report.overall_utilisation_percent? * report.total_cycles? * elements / 100.0;
    macs.is_finite().then(|| macs.round())
}

/// The fewest and the most multiply-accumulates that window elements outside of the input would make.
fn missing_by_window(layer: &SurveyedLayer, dataflow: Dataflow, context: &Context<'_>) -> Option<(f64, f64)> {
    let folds = layer.folds.as_ref().ok()?;
    let read = layer.survey(Stream::IfmapSram)?.words as f64;
    let outside = context.reports.words(layer.id, Stream::IfmapSram)? - read;
    if outside <= 0.0 {
        return None;
    }
    let (least, most) = match dataflow {
        // A stationary word outside would have met every word streamed past it.
        Dataflow::InputStationary => (folds.streamed_words as f64, folds.streamed_words as f64),
        _ => {
            let (least, most) = folds.columns_used();
            (f64::from(least), f64::from(most))
        }
    };
    Some((outside * least, outside * most))
}
