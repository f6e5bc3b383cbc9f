//! The arguments that say which trace is read, and how; shared by the subcommands that read one.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use trace_formats::format::LayerJoin;
use trace_formats::input::Input;
use trace_formats::{Note, OpenOptions, OpenedTrace, format};

use super::progress::Progress;
use crate::replay::{DEFAULT_CHUNK_BYTES, Io, ReplayOptions};
use crate::units::{Hertz, Seconds};

/// Which trace, and how it is read: what every subcommand offers that reads one.
#[derive(Clone, Debug, Args)]
pub struct TraceInput {
    /// A trace file, a SCALE-Sim run directory, or `-` for standard input; plain, gzip or zstd.
    /// Several files of one run share its time axis
    #[arg(value_name = "TRACE", required = true)]
    pub traces: Vec<PathBuf>,

    /// SCALE-Sim's configuration (.cfg): array, dataflow, buffers. Default: the one beside the run
    #[arg(long, value_name = "FILE")]
    pub scalesim_config: Option<PathBuf>,

    /// SCALE-Sim's topology CSV: the names and shapes of the layers
    #[arg(long, value_name = "FILE")]
    pub topology: Option<PathBuf>,

    /// How the layers of a SCALE-Sim run, which each restart at cycle 0, become one timeline [default: back-to-back]
    #[arg(long, value_enum, value_name = "HOW")]
    pub join: Option<Join>,

    /// What to do with a record that cannot be read
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub on_error: OnError,

    /// Threads to work with [default: the machine's cores]. Changes no result
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// How regular files are read: mapped unless they were written to in the last seconds, mapped, or read
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    pub io: IoChoice,

    /// Read a file that is still written as it grows, until nothing more came for so long (10s unless given)
    #[arg(long, value_name = "IDLE", num_args = 0..=1, require_equals = true, default_missing_value = "10s",
          value_parser = parse_patience)]
    pub follow: Option<Duration>,

    /// Do not draw a progress bar
    #[arg(long)]
    pub quiet: bool,

    /// About how many bytes a worker takes at a time. Changes no result; for tests
    #[arg(long, value_name = "BYTES", hide = true, default_value_t = DEFAULT_CHUNK_BYTES)]
    pub chunk_bytes: usize,
}

/// The clock of subcommands that take one.
#[derive(Debug, Args)]
pub struct TraceClock {
    /// Clock of the trace's cycles (700MHz), where it names none; also turns seconds into cycles
    #[arg(long, value_name = "CLOCK", value_parser = parse_clock)]
    pub clock: Option<Hertz>,
}

/// How layers become one timeline.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Join {
    /// A layer's first prefetch follows the last cycle of the layer before
    BackToBack,
    /// A layer's compute follows that of the layer before; prefetch and drain overlap
    Overlap,
    /// As overlap, with DRAM traffic outside of compute moved to its edge
    ComputeOnly,
}

/// What to do with a record that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OnError {
    /// Stop, and say where it is and what to do
    #[default]
    Fail,
    /// Leave it out, and count it by reason in what is written
    Skip,
}

/// How regular files are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum IoChoice {
    /// Mapped, unless written to in the last seconds
    #[default]
    Auto,
    /// Mapped into memory, piece by piece
    Map,
    /// Read into buffers
    Read,
}

impl TraceInput {
    /// Opens all traces. `default_join` applies where the user names none; `chip_clock` turns seconds into cycles where
    /// neither trace nor user (`clock`) names a clock.
    ///
    /// # Errors
    /// What opening reports, and standard input or run directories named beside other traces.
    pub fn open(
        &self,
        clock: Option<Hertz>,
        chip_clock: Option<Hertz>,
        default_join: LayerJoin,
    ) -> Result<Vec<OpenedTrace>> {
        self.open_with(clock, chip_clock, default_join, false)
    }

    /// The same with `survey_first`: all that traces say of themselves stands in their metadata, for whoever has to know
    /// it ahead of the first event.
    ///
    /// # Errors
    /// As [`TraceInput::open`].
    pub fn open_with(
        &self,
        clock: Option<Hertz>,
        chip_clock: Option<Hertz>,
        default_join: LayerJoin,
        survey_first: bool,
    ) -> Result<Vec<OpenedTrace>> {
        let standard_inputs = self.traces.iter().filter(|path| path.as_os_str() == "-").count();
        if standard_inputs > 1 {
            bail!(
                "found `-` {standard_inputs} times, expected it once; standard input can be read only once"
            );
        }
        let directories = self.traces.iter().filter(|path| path.is_dir()).count();
        if directories > 0 && self.traces.len() > 1 {
            bail!(
                "found a run directory beside other traces, expected it alone: each run has a time axis of its own; \
                 replay one run at a time"
            );
        }
        let options = OpenOptions {
            default_clock_hz: clock.or(chip_clock).map(|clock| clock.0),
            scale_sim_config: self.scalesim_config.clone(),
            scale_sim_topology: self.topology.clone(),
            join: match self.join {
                Some(Join::BackToBack) => LayerJoin::BackToBack,
                Some(Join::Overlap) => LayerJoin::Overlap,
                Some(Join::ComputeOnly) => LayerJoin::ComputeOnly,
                None => default_join,
            },
            survey_first,
            threads: self.threads.map(usize::from),
        };
        let _spinner = Progress::spin("looking through the trace", self.quiet);
        let open = |path: &PathBuf| -> Result<OpenedTrace> {
            let mut trace = format::open(self.input(path)?, &options)?;
            trace.metadata.notes.extend(unused_clock(&trace, clock));
            Ok(trace)
        };
        self.traces.iter().map(open).collect()
    }

    fn input(&self, path: &Path) -> Result<Input> {
        match self.follow {
            Some(_) if path.is_dir() => bail!(
                "found the run directory {} to follow, expected a file; replay the run when it has ended, or let its \
                 simulator write into named pipes (docs/formats/scale-sim.md)",
                path.display()
            ),
            Some(patience) if path.is_file() => Ok(Input::follow(path, patience)?),
            // A pipe is followed anyway.
            _ => Ok(Input::open(path)?),
        }
    }

    /// Whether records that cannot be read are left out and counted.
    pub fn skips_bad_records(&self) -> bool {
        self.on_error == OnError::Skip
    }

    /// How regular files are read.
    pub fn io(&self) -> Io {
        match self.io {
            IoChoice::Auto => Io::Auto,
            IoChoice::Map => Io::Map,
            IoChoice::Read => Io::Read,
        }
    }

    /// Threads to work with.
    pub fn thread_count(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from)
    }

    /// How the pipeline runs. A lateness wins over the trace's own.
    pub fn replay_options(&self, lateness_cycles: Option<u64>) -> ReplayOptions {
        ReplayOptions {
            threads: self.thread_count(),
            chunk_bytes: self.chunk_bytes,
            io: self.io(),
            skip_bad_records: self.skips_bad_records(),
            lateness_cycles,
        }
    }

    /// Names of the traces, as messages and reports print them.
    pub fn names(&self) -> Vec<String> {
        let name = |path: &PathBuf| match path.as_os_str() == "-" {
            true => "standard input".to_owned(),
            false => path.display().to_string(),
        };
        self.traces.iter().map(name).collect()
    }
}

fn parse_patience(text: &str) -> Result<Duration, String> {
    let seconds: Seconds = text.parse().map_err(|error| format!("{error}; write 30s"))?;
    Duration::try_from_secs_f64(seconds.0).map_err(|error| format!("{error}; write 30s"))
}

/// Cycles are of the clock that counted them, whatever the user would like it to have been.
fn unused_clock(trace: &OpenedTrace, asked: Option<Hertz>) -> Option<Note> {
    let (own, asked) = (trace.metadata.clock_hz?, asked?.0);
    (own != asked).then(|| {
        Note::warning(format!(
            "--clock {asked} Hz is not used: the trace's cycles are those of its own clock of {own} Hz"
        ))
    })
}

/// Parses `700MHz`, `1.5 GHz` or a plain number of hertz.
///
/// # Errors
/// A sentence for clap.
pub fn parse_clock(text: &str) -> Result<Hertz, String> {
    let clock =
        text.parse::<f64>().map(Hertz).or_else(|_| text.parse::<Hertz>().map_err(|e| e.to_string()))?;
    if clock.0.is_finite() && clock.0 > 0.0 {
        Ok(clock)
    } else {
        Err("a clock above 0 is expected".to_owned())
    }
}
