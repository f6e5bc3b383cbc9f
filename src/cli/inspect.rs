//! `nm-trace inspect`: what a trace holds, without a chip.

use std::process::ExitCode;
use std::sync::atomic::Ordering;

use anyhow::Result;
use clap::Args;
use trace_formats::format::LayerJoin;
use trace_formats::{Metadata, NoteKind};

use super::progress::{Progress, total_bytes};
use super::trace_input::{TraceClock, TraceInput};
use super::window_length::MAX_WINDOW_CYCLES;
use crate::replay::decode_in_order;
use crate::replay::inspect::{ChannelStatistics, RegionStatistics, TraceContents, TraceSurvey};
use crate::report::inspect::{
    self, ChannelTotal, Count, CycleSpan, InspectedChannel, InspectedRegion, Inspection, SkippedEntries,
};
use crate::report::json;
use crate::report::output::Output;

/// Say what a trace holds, without a chip: format, span, regions, channels, and what is odd about it.
///
/// The layers of a SCALE-Sim run keep their own cycles here (each restarts at 0), unless --join is given.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Inspect {
    #[command(flatten)]
    input: TraceInput,

    #[command(flatten)]
    timing: TraceClock,

    /// Length in cycles of the window that slides over each channel to find the most actions in it
    #[arg(long, value_name = "CYCLES", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=MAX_WINDOW_CYCLES))]
    window: u64,

    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace inspect fixtures/scale-sim/conv_ws_calc
  nm-trace inspect fixtures/activity/long.csv --window 100 --json
  cat fixtures/activity/long.csv | nm-trace inspect -";

impl Inspect {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        let mut output = Output::prepare("-")?;
        let mut inspections = Vec::new();
        for (trace, path) in
            self.input.open(self.timing.clock, None, LayerJoin::Separate)?.into_iter().zip(self.input.names())
        {
            let progress = Progress::start(total_bytes(std::slice::from_ref(&trace)), self.input.quiet);
            let (format, metadata) = (trace.format, trace.metadata.clone());
            let mut survey = TraceSurvey::new(&metadata, self.input.skips_bad_records());
            decode_in_order(trace, self.input.chunk_bytes, self.input.io(), &mut survey, |bytes| {
                progress.counter().fetch_add(bytes, Ordering::Relaxed);
            })?;
            inspections.push(self.inspection(&path, format, &metadata, survey.finish(self.window)));
        }
        for inspection in &inspections {
            if self.json {
                json::write(inspection, output.writer())?;
            } else {
                output.writer().write_all(inspect::render(inspection).as_bytes())?;
            }
        }
        output.commit()?;
        Ok(ExitCode::SUCCESS)
    }

    fn inspection(
        &self,
        path: &str,
        format: &str,
        metadata: &Metadata,
        contents: TraceContents,
    ) -> Inspection {
        let bits = metadata.count_fraction_bits;
        let notes =
            |kind| contents.notes.iter().filter(move |note| note.kind == kind).map(|note| note.text.clone());
        let regions = contents.regions.iter().enumerate();
        Inspection {
            schema_version: inspect::SCHEMA_VERSION,
            provenance: serde_json::json!({ "tool": format!("nm-trace {}", env!("CARGO_PKG_VERSION")), "inputs": [path] }),
            format: format.to_owned(),
            producer: metadata.producer.clone(),
            origin: metadata.origin.clone(),
            binding: metadata.binding.clone(),
            clock_hz: metadata.clock_hz.or(self.timing.clock.map(|clock| clock.0)),
            inferences: metadata.inferences,
            window_cycles: self.window,
            span: contents.span.map(|span| CycleSpan { start: span.start, end: span.end }),
            events: contents.events,
            channels: contents.channels.iter().map(|channel| channel_total(channel, bits)).collect(),
            regions: regions
                .map(|(at, region)| inspected_region(at as u64, region, metadata, &contents))
                .collect(),
            skipped: contents.skipped.iter().map(skipped_entries).collect(),
            warnings: notes(NoteKind::Warning).collect(),
            assumptions: notes(NoteKind::Assumption).collect(),
            problems: contents
                .bad_records
                .iter()
                .map(|(reason, records)| format!("{records} records could not be read: {reason}"))
                .collect(),
        }
    }
}

fn channel_total(channel: &ChannelStatistics, fraction_bits: u32) -> ChannelTotal {
    ChannelTotal {
        channel: channel.channel.to_string(),
        rows: channel.rows,
        count: Count::from_units(channel.count, fraction_bits),
        first_cycle: channel.active_cycles.map(|(first, _)| first),
        last_cycle: channel.active_cycles.map(|(_, last)| last),
    }
}

fn inspected_region(
    position: u64,
    region: &RegionStatistics,
    metadata: &Metadata,
    contents: &TraceContents,
) -> InspectedRegion {
    let bits = metadata.count_fraction_bits;
    let tag = format!("{}:{}", region.kind, region.name);
    let padding = |channel: &str| {
        let skipped = contents.skipped.iter().filter(|skipped| skipped.reason == "phantom_padding");
        let here = skipped.filter(|skipped| skipped.region.as_deref() == Some(&tag));
        here.filter(|skipped| skipped.channel.as_deref() == Some(channel)).map(|skipped| skipped.count).sum()
    };
    let exact = metadata.window_cycles.is_none();
    let channels = region.channels.iter().map(|channel| {
        let total = channel_total(channel, bits);
        InspectedChannel {
            dropped_padding: padding(&total.channel),
            channel: total.channel,
            rows: total.rows,
            count: total.count,
            first_cycle: total.first_cycle,
            last_cycle: total.last_cycle,
            max_in_one_cycle: exact.then(|| Count::from_units(channel.max_in_one_cycle, bits)),
            max_in_window: exact.then(|| Count::from_units(channel.max_in_window, bits)),
            backward_cycles: channel.backward_cycles,
            repeated_cycles: channel.repeated_cycles,
        }
    });
    InspectedRegion {
        id: region.id.unwrap_or(position),
        kind: region.kind.clone(),
        name: region.name.clone(),
        start_cycle: region.span.map_or(0, |span| span.start),
        end_cycle: region.span.map_or(0, |span| span.end),
        channels: channels.collect(),
    }
}

fn skipped_entries(skipped: &trace_formats::Skipped) -> SkippedEntries {
    let trace_formats::Skipped { reason, region, channel, count } = skipped.clone();
    SkippedEntries { reason, region, channel, count }
}
