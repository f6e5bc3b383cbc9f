//! `nm-trace replay`: a trace and a chip become a power report.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde_json::json;
use trace_formats::format::LayerJoin;
use trace_formats::{Metadata, OpenedTrace, Rejection};

use super::is_closed_pipe;
use super::outputs::TraceOutput;
use super::progress::{Progress, total_bytes};
use super::sinks::{CsvObserver, ProfileSink, Sinks};
use super::trace_input::TraceInput;
use super::window_length::WindowLength;
use crate::activity::{ChannelName, ProfileWriter, WindowTiming, profile_metadata};
use crate::chip::{self, Conditions, OperatingPoint, pat::Pat};
use crate::power::{Binding, PowerObserver, PowerReport, Pricing, PricingOptions, Resolution};
use crate::replay::{Admission, InputDigest, NameSet, replay};
use crate::report::output::{Output, check_distinct, check_not_inputs, is_standard};
use crate::report::{json as json_report, text};
use crate::units::{Hertz, Kelvin, Volts, parse_temperature};

/// Price a trace with a chip: power over time, average and peak power, TDP headroom, energy by component, layer and
/// inference.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Replay {
    #[command(flatten)]
    input: TraceInput,

    /// How many cycles an event may start before the latest one ahead of it [default: the trace's, else 1000000]
    #[arg(long, value_name = "CYCLES")]
    lateness: Option<u64>,

    /// A built-in chip's name (`nm-trace chip list`), or a chip file (TOML or JSON); of a design with values that stand
    /// over the file's: NAME:KEY=VALUE,KEY=VALUE
    #[arg(long, value_name = "NAME|FILE")]
    chip: String,

    /// Supply of the chip's core during the run (0.8V). Power follows by the laws; the design stays. Default: the
    /// chip's own. `--clock` does the same for its clock, where no trace names one
    #[arg(long, value_name = "V", value_parser = parse_voltage)]
    voltage: Option<Volts>,

    /// Junction temperature during the run (60C, 333K). Default: the chip's own
    #[arg(long, value_name = "T", value_parser = parse_temperature, allow_hyphen_values = true)]
    temperature: Option<Kelvin>,

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
  nm-trace replay fixtures/activity/data.csv --chip tpu-v1 --json report.json
  nm-trace replay fixtures/activity/wide.csv --chip tpu-v1 --csv power.csv
  cat fixtures/activity/events.jsonl | nm-trace replay - --chip tpu-v1 --window 1us
  nm-trace replay fixtures/scale-sim/conv_os_calc --chip eyeriss --save-profile p.nmt
  nm-trace replay p.nmt --chip tpu-v1 --window 5000";

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

impl Replay {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        let started = Instant::now();
        let mut outputs = Outputs::prepare(&self)?;
        let designed = chip::load(&self.chip)?;
        let traces = self.input.open(Some(designed.clock.value), LayerJoin::default())?;
        let conditions = self.conditions(&traces);
        let OperatingPoint { pat, notes, warnings } = designed.at(&conditions)?;
        let binding = self.binding(&pat, &traces)?;
        let timing = self.timing(&pat, &traces)?;
        let formats: Vec<&str> = traces.iter().map(|trace| trace.format).collect();
        let origins: Vec<Option<String>> = traces.iter().map(|trace| trace.metadata.origin.clone()).collect();
        let (mut report, digests) = self.price(&pat, &binding, timing, traces, &mut outputs)?;
        report.warnings.extend(warnings);
        report.assumptions.extend(notes);
        report.provenance = self.provenance(&formats, &origins, &digests, started);
        outputs.write(&report)?;
        Ok(ExitCode::SUCCESS)
    }

    /// The chip's conditions. A clock that no trace's cycles are of is not the chip's either.
    fn conditions(&self, traces: &[OpenedTrace]) -> Conditions {
        let own = traces.iter().find_map(|trace| trace.metadata.clock_hz).map(Hertz);
        let clock = self.input.clock.filter(|clock| own.is_none_or(|own| own == *clock));
        Conditions { voltage: self.voltage, clock, temperature: self.temperature }
    }

    fn binding(&self, pat: &Pat, traces: &[OpenedTrace]) -> Result<Binding> {
        let file = self.bind.as_ref().map(|path| -> Result<_> {
            let name = path.display().to_string();
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read the binding {name}"))?;
            Ok((name, text))
        });
        let file = file.transpose()?;
        let built_in = traces.iter().find_map(|trace| trace.metadata.binding.as_deref());
        Ok(Binding::new(pat, file.as_ref().map(|(name, text)| (name.as_str(), text.as_str())), built_in)?)
    }

    fn timing(&self, pat: &Pat, traces: &[OpenedTrace]) -> Result<WindowTiming> {
        let own = traces.iter().find_map(|trace| trace.metadata.clock_hz).map(Hertz);
        let clock = own.or(self.input.clock).unwrap_or(pat.clock.value);
        Ok(WindowTiming {
            cycles: self.window.cycles(Some(clock))?,
            clock_hz: clock.0,
            count_fraction_bits: traces.first().map_or(0, |trace| trace.metadata.count_fraction_bits),
        })
    }

    fn price(
        &self,
        pat: &Pat,
        binding: &Binding,
        timing: WindowTiming,
        traces: Vec<OpenedTrace>,
        outputs: &mut Outputs,
    ) -> Result<(PowerReport, Vec<InputDigest>)> {
        let options = PricingOptions {
            inferences: self.inferences,
            include_system: self.include_system,
            warn_of_unbound: self.unbound != Unbound::Ignore,
            ..PricingOptions::default()
        };
        let csv = outputs.csv.take().map(|output| CsvObserver::new(output, pat, self.include_system));
        let mut csv = csv.transpose()?;
        let observer = csv.as_mut().map(|csv| csv as &mut dyn PowerObserver);
        let mut pricing = Pricing::new(pat, binding, timing, options, observer)?;
        let profile = outputs.profile.as_ref();
        let profile = profile.map(|output| self.profile_sink(output, &traces, timing)).transpose()?;
        let names = Admitted { binding, unbound: self.unbound };
        let progress = Progress::start(total_bytes(&traces), self.input.quiet);
        let mut sinks = Sinks { pricing: &mut pricing, profile };
        let options = self.input.replay_options(self.lateness);
        let (_, digests) = replay(traces, &names, timing, &options, &mut sinks, progress.counter())
            .map_err(|error| outputs.cause(error))?;
        drop(progress);
        let report = pricing.into_report().context("the run ended without a report")?;
        outputs.csv = csv.map(CsvObserver::finish).transpose()?.flatten();
        Ok((report, digests))
    }

    fn profile_sink(
        &self,
        output: &TraceOutput,
        traces: &[OpenedTrace],
        timing: WindowTiming,
    ) -> Result<ProfileSink> {
        let metadata = || traces.iter().map(|trace| &trace.metadata);
        let first = metadata().next().cloned().unwrap_or_default();
        // Of several traces, the first that says something.
        let metadata = Metadata {
            // The chip's clock is not the trace's: the profile, too, takes that of the chip that prices it.
            clock_hz: metadata().find_map(|one| one.clock_hz).or(self.input.clock.map(|clock| clock.0)),
            inferences: self.inferences.or(metadata().find_map(|one| one.inferences)),
            producer: metadata().find_map(|one| one.producer.clone()),
            binding: metadata().find_map(|one| one.binding.clone()),
            origin: metadata()
                .find_map(|one| one.origin.clone())
                .or_else(|| Some(self.input.names().join(" "))),
            ..first
        };
        let writer = output.writer(&profile_metadata(&metadata, timing.cycles))?;
        Ok(ProfileSink(ProfileWriter::new(writer, timing.cycles)))
    }

    /// Everything that may differ between runs that are otherwise equal.
    fn provenance(
        &self,
        formats: &[&str],
        origins: &[Option<String>],
        digests: &[InputDigest],
        started: Instant,
    ) -> serde_json::Value {
        let names = self.input.names();
        let inputs =
            names.iter().zip(formats).zip(origins).zip(digests).map(|(((name, format), origin), digest)| {
                json!({
                    "name": name,
                    "format": format,
                    "origin": origin,
                    "record_bytes": digest.bytes,
                    "record_crc32": format!("{:08x}", digest.crc32),
                })
            });
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        json!({
            "tool": format!("nm-trace {}", env!("CARGO_PKG_VERSION")),
            "inputs": inputs.collect::<Vec<_>>(),
            "chip_argument": self.chip,
            "voltage_v": self.voltage.map(|voltage| voltage.0),
            "temperature_k": self.temperature.map(|temperature| temperature.0),
            "binding_file": self.bind.as_ref().map(|path| path.display().to_string()),
            "finished_unix_s": now,
            "run_time_s": started.elapsed().as_secs_f64(),
        })
    }
}

fn parse_voltage(text: &str) -> Result<Volts, String> {
    let voltage: Volts = text.parse().map_err(|error| format!("{error}; a voltage is such as 0.8V"))?;
    if voltage.0 > 0.0 { Ok(voltage) } else { Err("a voltage above 0 is expected".to_owned()) }
}

/// The channels that the binding knows, and what to do about the others.
struct Admitted<'a> {
    binding: &'a Binding,
    unbound: Unbound,
}

impl NameSet for Admitted<'_> {
    fn admit(&self, name: &ChannelName) -> Admission {
        match self.binding.resolve(name) {
            Resolution::Bound(_) | Resolution::Ignored => Admission::Take,
            Resolution::Unbound(_) if self.unbound != Unbound::Error => Admission::LeaveUnbound,
            Resolution::Unbound(why) => Admission::Refuse(Rejection {
                reason: "unbound_channel",
                found: why.to_string(),
                expected: why.expected(),
                cure: why.cure(),
            }),
        }
    }
}

/// All outputs, found writable before the run.
struct Outputs {
    /// The summary, unless another output takes standard output.
    text: Option<Output>,
    json: Option<Output>,
    csv: Option<Output>,
    profile: Option<TraceOutput>,
}

impl Outputs {
    fn prepare(arguments: &Replay) -> Result<Outputs> {
        let paths = [&arguments.json, &arguments.csv, &arguments.save_profile];
        let paths: Vec<&PathBuf> = paths.into_iter().flatten().collect();
        check_distinct(&paths)?;
        let chip = PathBuf::from(&arguments.chip);
        let inputs: Vec<&PathBuf> =
            arguments.input.traces.iter().chain(&arguments.bind).chain(std::iter::once(&chip)).collect();
        check_not_inputs(&paths, &inputs)?;
        let takes_standard_output = paths.iter().any(|path| is_standard(path));
        let prepare = |path: &Option<PathBuf>| path.as_ref().map(Output::prepare).transpose();
        let profile =
            arguments.save_profile.as_ref().map(|path| TraceOutput::prepare(path, None)).transpose()?;
        Ok(Outputs {
            text: (!takes_standard_output).then(|| Output::prepare("-")).transpose()?,
            json: prepare(&arguments.json)?,
            csv: prepare(&arguments.csv)?,
            profile,
        })
    }

    /// Why a replay ended early: the profile could not be written, if that was it.
    fn cause(&self, error: anyhow::Error) -> anyhow::Error {
        match &self.profile {
            Some(profile) => profile.cause(error),
            None => error,
        }
    }

    /// Writes what is written at the end; power over time and the profile were written while the run lasted. An
    /// output whose reader has gone (`| head`) keeps no other from being whole.
    fn write(mut self, report: &PowerReport) -> Result<()> {
        if let Some(output) = &mut self.json {
            unless_closed(json_report::write(report, output.writer()).map_err(Into::into))?;
        }
        if let Some(output) = &mut self.text {
            unless_closed(output.writer().write_all(text::render(report).as_bytes()).map_err(Into::into))?;
        }
        if let Some(profile) = self.profile {
            unless_closed(profile.commit())?;
        }
        for output in [self.csv, self.json, self.text].into_iter().flatten() {
            unless_closed(output.commit())?;
        }
        Ok(())
    }
}

/// A closed pipe is nothing to stop for.
fn unless_closed(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if is_closed_pipe(&error) => Ok(()),
        result => result,
    }
}
