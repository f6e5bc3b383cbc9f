//! `nm-trace convert`: any trace as one of our own formats.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use anyhow::{Result, bail};
use clap::Args;
use trace_formats::format::LayerJoin;
use trace_formats::{Metadata, OpenedTrace, PartOrder};

use super::outputs::TraceOutput;
use super::progress::{Progress, total_bytes};
use super::sinks::ProfileSink;
use super::skipping_writer::SkippingWriter;
use super::trace_input::{TraceClock, TraceInput};
use super::window_length::WindowLength;
use crate::activity::{ProfileWriter, WindowTiming, profile_metadata};
use crate::replay::{AdmitAll, decode_in_order, replay};
use crate::report::output::check_not_inputs;
use crate::units::Hertz;

/// Write a trace in one of our own formats, event by event or summed over windows.
///
/// The result keeps regions, clock, inferences, where it came from, and the binding of the source's channels:
/// replaying it needs nothing more and says the same. Events are written in their order, with the --lateness that is
/// given or the trace's own; with --window they are summed by --threads workers.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Convert {
    #[command(flatten)]
    input: TraceInput,

    #[command(flatten)]
    timing: TraceClock,

    /// How many cycles an event may start before the latest one ahead of it [default: the trace's, else 1000000]
    #[arg(long, value_name = "CYCLES")]
    lateness: Option<u64>,

    /// Where to write; `.csv`, `.jsonl` or `.nmt` says the format, `.gz` or `.zst` on top compresses
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// The format, where the output's name does not say it (`-o - --to csv`)
    #[arg(long, value_name = "FORMAT")]
    to: Option<String>,

    /// Write exact sums over windows of so many cycles, or of a duration, instead of events
    #[arg(long, value_name = "WINDOW")]
    window: Option<WindowLength>,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace convert fixtures/scale-sim/conv_ws_calc -o run.csv
  nm-trace convert fixtures/scale-sim/conv_ws_calc -o run.jsonl.zst
  nm-trace convert fixtures/scale-sim/conv_ws_calc -o windows.nmt --window 1000";

impl Convert {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        check_not_inputs(&[&self.output], &self.input.traces)?;
        let output = TraceOutput::prepare(&self.output, self.to.as_deref())?;
        // The header of a trace of events says how far out of order they are.
        let survey_first = self.window.is_none();
        let mut traces = self.input.open_with(self.timing.clock, None, LayerJoin::default(), survey_first)?;
        if traces.len() != 1 {
            bail!(
                "found {} traces, expected one; convert them one by one, and replay them together",
                traces.len()
            );
        }
        let trace = traces.remove(0);
        let progress = Progress::start(total_bytes(std::slice::from_ref(&trace)), self.input.quiet);
        let mut metadata = self.metadata_of(&trace);
        if let Some(window) = self.window {
            self.write_windows(trace, window, &metadata, &output, &progress)?;
        } else {
            let lateness = self.lateness.or(metadata.lateness_cycles);
            metadata.lateness_cycles = lateness.or_else(|| lateness_bound(&trace));
            self.write_events(trace, &metadata, &output, &progress).map_err(|error| output.cause(error))?;
        }
        output.commit()?;
        Ok(ExitCode::SUCCESS)
    }

    fn write_events(
        &self,
        trace: OpenedTrace,
        metadata: &Metadata,
        output: &TraceOutput,
        progress: &Progress,
    ) -> Result<()> {
        let mut writer = SkippingWriter::new(output.writer(metadata)?, self.input.skips_bad_records());
        decode_in_order(trace, self.input.chunk_bytes, self.input.io(), &mut writer, |bytes| {
            progress.counter().fetch_add(bytes, Ordering::Relaxed);
        })?;
        Ok(writer.finish()?)
    }

    fn metadata_of(&self, trace: &OpenedTrace) -> Metadata {
        let mut metadata = trace.metadata.clone();
        metadata.clock_hz = metadata.clock_hz.or(self.timing.clock.map(|clock| clock.0));
        metadata.origin = metadata.origin.or_else(|| Some(self.input.names().join(" ")));
        metadata
    }

    fn write_windows(
        &self,
        mut trace: OpenedTrace,
        window: WindowLength,
        metadata: &Metadata,
        output: &TraceOutput,
        progress: &Progress,
    ) -> Result<()> {
        // Only a window given as a duration needs to know how long a cycle is.
        let clock = metadata.clock_hz.map(Hertz);
        let cycles = window.cycles(clock)?;
        let timing = WindowTiming {
            cycles,
            clock_hz: clock.map_or(1.0, |clock| clock.0),
            count_fraction_bits: metadata.count_fraction_bits,
        };
        trace.metadata.origin.clone_from(&metadata.origin);
        let writer = output.writer(&profile_metadata(metadata, cycles))?;
        let mut sink = ProfileSink(ProfileWriter::new(writer, cycles));
        let options = self.input.replay_options(self.lateness);
        replay(vec![trace], &AdmitAll, timing, &options, &mut sink, progress.counter())
            .map_err(|error| output.cause(error))?;
        Ok(())
    }
}

/// How far out of order the events of a trace can be whose parts follow one another in the file, not in time.
fn lateness_bound(trace: &OpenedTrace) -> Option<u64> {
    if trace.parts.iter().all(|part| matches!(part.order, PartOrder::Lateness(_))) {
        return None;
    }
    trace.metadata.span.map(|span| span.start.abs_diff(span.end))
}
