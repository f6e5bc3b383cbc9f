//! `nm-trace replay`: a trace and a chip become a power report.

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use serde_json::json;
use trace_formats::OpenedTrace;
use trace_formats::format::LayerJoin;

use super::outputs::TraceOutput;
use super::progress::{Progress, total_bytes};
use super::trace_input::TraceInput;
use crate::activity::{ActivitySummary, ChannelName, ProfileWriter, WindowSink, WindowTiming, profile_metadata};
use crate::chip::{self, pat::Pat};
use crate::power::{PowerReport};
use crate::replay::{InputDigest, replay};
use crate::report::output::{Output, check_distinct};
use crate::report::{json as json_report, text};
use crate::units::{Hertz, Seconds};

/// Price a trace with a chip: power over time, average and peak power, TDP headroom, energy by component, layer and
/// inference.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Replay {
    #[command(flatten)]
    input: TraceInput,

    /// A built-in chip's name (`nm-trace chip` shows one), or a chip file (TOML or JSON)
    #[arg(long, value_name = "NAME|FILE")]
    chip: String,

    /// Binding of the trace's names to the chip's channels (TOML). Default: equal names, then the trace's built-in one
    #[arg(long, value_name = "FILE")]
    bind: Option<PathBuf>,

    /// What to do with a channel of the trace that nothing is bound to
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    unbound: Unbound,

    /// Length of a profile window: cycles (1000) or a duration (1us)
    #[arg(long, value_name = "LENGTH", default_value = "1000")]
    window: WindowLength,

    /// Inferences in the run, where the trace does not say or says wrong
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    inferences: Option<u64>,

    /// Count what stands beside the chip (DRAM devices) in energy, power and peaks too
    #[arg(long)]
    include_system: bool,

    /// Write the report as JSON; `-` is standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write power over time as CSV; `-` is standard output
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Save the activity by window (`.nmt`), to be priced again without the trace
    #[arg(long, value_name = "FILE")]
    save_profile: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace replay fixtures/scale-sim/conv_ws_calc --chip tpu-v1
  nm-trace replay fixtures/activity/long.csv --chip tpu-v1 --window 100 --json report.json --csv power.csv
  cat fixtures/activity/events.jsonl | nm-trace replay - --chip tpu-v1 --json - | head -c 100
  nm-trace replay fixtures/scale-sim/conv_os_calc --chip eyeriss --save-profile profile.nmt
  nm-trace replay profile.nmt --chip tpu-v1 --window 5us";

/// What to do with a channel that nothing is bound to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Unbound {
    /// Stop at its first event
    #[default]
    Error,
    /// Leave its energy out, and warn
    Warn,
    /// Leave its energy out; the report's coverage says how many events
    Ignore,
}

/// A window's length as the user writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WindowLength {
    /// A number of cycles.
    Cycles(u64),
    /// A duration.
    Duration(Seconds),
}

impl FromStr for WindowLength {
    type Err = String;

    fn from_str(text: &str) -> Result<WindowLength, String> {
        if let Ok(cycles) = text.parse::<u64>() {
            return if cycles > 0 { Ok(WindowLength::Cycles(cycles)) } else { Err("at least 1 cycle".to_owned()) };
        }
        let duration: Seconds = text.parse().map_err(|error| format!("{error}; write 1000 (cycles) or 1us"))?;
        if duration.0 > 0.0 { Ok(WindowLength::Duration(duration)) } else { Err("a duration above 0".to_owned()) }
    }
}

impl WindowLength {
    /// The length in whole cycles, at least one.
    ///
    /// # Errors
    /// A duration without a clock.
    pub fn cycles(self, clock: Option<Hertz>) -> Result<u64> {
        match (self, clock) {
            (WindowLength::Cycles(cycles), _) => Ok(cycles),
            (WindowLength::Duration(duration), Some(clock)) => Ok((duration.0 * clock.0).round().max(1.0) as u64),
            (WindowLength::Duration(_), None) => {
                bail!("found a window given as a duration and no clock, expected a clock; add --clock 700MHz")
            }
        }
    }
}
