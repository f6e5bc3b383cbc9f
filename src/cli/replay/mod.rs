//! `nm-trace replay`: a trace and chips become power reports.

mod admitted;
mod points;
mod report_outputs;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::json;
use trace_formats::format::LayerJoin;
use trace_formats::{Metadata, OpenedTrace};

use self::admitted::Admitted;
use self::points::Asked;
use self::report_outputs::Outputs;
use super::outputs::TraceOutput;
use super::progress::{Progress, total_bytes};
use super::sinks::{CsvObserver, Observers, ProfileSink, Sinks};
use super::trace_input::{TraceInput, parse_clock};
use super::window_length::WindowLength;
use crate::activity::{ProfileWriter, WindowTiming, profile_metadata};
use crate::chip::{OperatingPoint, pat::Pat};
use crate::power::{Binding, Point, PowerReport, Pricing, PricingOptions};
use crate::replay::{InputDigest, replay};
use crate::report::comparison::ComparedPoint;
use crate::units::{Hertz, Kelvin, Volts, parse_temperature};

/// Price a trace with a chip: power over time, average and peak power, TDP headroom, energy by component, layer and
/// inference. With several chips, supplies, clocks or temperatures: the trace is read once, and every combination is
/// compared.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Replay {
    #[command(flatten)]
    input: TraceInput,

    /// How many cycles an event may start before the latest one ahead of it [default: the trace's, else 1000000]
    #[arg(long, value_name = "CYCLES")]
    lateness: Option<u64>,

    /// A built-in chip's name (`nm-trace chip list`), or a chip file (TOML or JSON); of a design with values that stand
    /// over the file's: NAME:KEY=VALUE,KEY=VALUE. Several are compared: give the option again, or a pattern
    /// ('chips/*.toml', 'tpu-*')
    #[arg(long, value_name = "NAME|FILE|PATTERN", required = true)]
    chip: Vec<String>,

    /// Supply of the chip's core during the run (0.8V). Power follows by the laws; the design stays. Default: the
    /// chip's own. Several (0.7V,0.8V) are compared
    #[arg(long, value_name = "V", value_parser = parse_voltage, value_delimiter = ',')]
    voltage: Vec<Volts>,

    /// Clock of the trace's cycles (700MHz), where it names none, and then of the chip; also turns seconds into cycles.
    /// Several (500MHz,700MHz) are compared
    #[arg(long, value_name = "CLOCK", value_parser = parse_clock, value_delimiter = ',')]
    clock: Vec<Hertz>,

    /// Junction temperature during the run (60C, 333K). Default: the chip's own. Several (25C,85C) are compared
    #[arg(
        long,
        value_name = "T",
        value_parser = parse_temperature,
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    temperature: Vec<Kelvin>,

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

    /// Write the report as JSON, or the reports of several chips as one document; `-` is standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write power over time as CSV: a row a window, and a column a component, or a column a chip of several; `-` is
    /// standard output
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
  nm-trace replay p.nmt --chip tpu-v1 --window 5000
  nm-trace replay p.nmt --chip tpu-v1 --chip 'fixtures/chips/*-published.toml' --json reports.json
  nm-trace replay p.nmt --chip tpu-v1 --voltage 0.75V,0.8V,0.86V --clock 500MHz,600MHz,700MHz";

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

/// What is priced: chips as designed, and what is asked for of each operating point.
struct Comparands {
    /// What each chip was asked for by.
    arguments: Vec<String>,
    designed: Vec<Pat>,
    bindings: Vec<Binding>,
    asked: Vec<Asked>,
    points: Vec<OperatingPoint>,
}

impl Replay {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        let started = Instant::now();
        let arguments = points::expand(&self.chip)?;
        let mut outputs = Outputs::prepare(&self, &arguments)?;
        let designed = points::load(&arguments, self.input.thread_count())?;
        let traces = self.open(&designed)?;
        let of = self.comparands(arguments, designed, &traces)?;
        let formats: Vec<&str> = traces.iter().map(|trace| trace.format).collect();
        let origins: Vec<Option<String>> = traces.iter().map(|trace| trace.metadata.origin.clone()).collect();
        let (reports, digests) = self.price(&of, traces, &mut outputs)?;
        let inputs = self.inputs(&formats, &origins, &digests);
        let chips = points::chip_labels(&of.arguments, &of.designed);
        let labels = points::labels(&chips, &of.asked);
        let all = reports.into_iter().zip(of.points).zip(of.asked).zip(labels);
        let all = all.map(|(((mut report, OperatingPoint { notes, warnings, .. }), asked), label)| {
            report.warnings.extend(warnings);
            report.assumptions.extend(notes);
            report.provenance = self.provenance(&inputs, &of.arguments[asked.chip], &asked, started);
            let (voltage, temperature) = (asked.voltage, asked.temperature);
            ComparedPoint { label, chip: chips[asked.chip].clone(), voltage, temperature, report }
        });
        outputs.write(&all.collect::<Vec<_>>())?;
        Ok(ExitCode::SUCCESS)
    }

    /// Opens the traces. Seconds become cycles by the one clock that there is.
    fn open(&self, chips: &[Pat]) -> Result<Vec<OpenedTrace>> {
        let asked = if let [clock] = self.clock[..] { Some(clock) } else { None };
        let mut own = chips.iter().map(|chip| chip.clock.value);
        let first = own.next().filter(|_| self.clock.len() <= 1);
        let chip_clock = first.filter(|first| own.all(|clock| clock == *first));
        let opened = self.input.open(asked, chip_clock, LayerJoin::default());
        if asked.or(chip_clock).is_none() {
            return opened.context("the operating points differ in their clocks");
        }
        opened
    }

    fn comparands(
        &self,
        arguments: Vec<String>,
        designed: Vec<Pat>,
        traces: &[OpenedTrace],
    ) -> Result<Comparands> {
        let own_clock = own_clock(traces);
        if let (Some(own), [_, _, ..]) = (own_clock, &self.clock[..]) {
            bail!(
                "found {} values of --clock, expected none: the trace's cycles are those of its own clock of {own}",
                self.clock.len()
            );
        }
        let asked = points::combinations(designed.len(), &self.voltage, &self.clock, &self.temperature);
        let threads = self.input.thread_count();
        let points = points::operating_points(&designed, &asked, own_clock, threads)?;
        let bindings = self.bindings(&designed, traces)?;
        Ok(Comparands { arguments, designed, bindings, asked, points })
    }

    /// A binding for each chip: supply, clock and temperature change no name.
    fn bindings(&self, chips: &[Pat], traces: &[OpenedTrace]) -> Result<Vec<Binding>> {
        let file = self.bind.as_ref().map(|path| -> Result<_> {
            let name = path.display().to_string();
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read the binding {name}"))?;
            Ok((name, text))
        });
        let file = file.transpose()?;
        let file = file.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
        let built_in = traces.iter().find_map(|trace| trace.metadata.binding.as_deref());
        chips.iter().map(|chip| Ok(Binding::new(chip, file, built_in)?)).collect()
    }

    /// The clocks of the points, and how windows lie for all of them.
    fn timing(&self, of: &Comparands, traces: &[OpenedTrace]) -> Result<(Vec<Hertz>, WindowTiming)> {
        let own = own_clock(traces);
        let clocks = of.points.iter().zip(&of.asked);
        let clocks: Vec<Hertz> =
            clocks.map(|(point, asked)| own.or(asked.clock).unwrap_or(point.pat.clock.value)).collect();
        let lengths = clocks.iter().map(|&clock| Ok((self.window.cycles(Some(clock))?, clock)));
        let timing = WindowTiming {
            cycles: points::window_cycles(lengths)?,
            clock_hz: clocks.first().map_or(0.0, |clock| clock.0),
            count_fraction_bits: traces.first().map_or(0, |trace| trace.metadata.count_fraction_bits),
        };
        Ok((clocks, timing))
    }

    fn price(
        &self,
        of: &Comparands,
        traces: Vec<OpenedTrace>,
        outputs: &mut Outputs,
    ) -> Result<(Vec<PowerReport>, Vec<InputDigest>)> {
        let replay_options = self.input.replay_options(self.lateness);
        let options = PricingOptions {
            inferences: self.inferences,
            include_system: self.include_system,
            warn_of_unbound: self.unbound != Unbound::Ignore,
            threads: replay_options.threads,
            ..PricingOptions::default()
        };
        let (clocks, timing) = self.timing(of, &traces)?;
        let points = of.points.iter().zip(&of.asked).zip(&clocks);
        let points: Vec<Point<'_>> = points
            .map(|((point, asked), &clock)| Point {
                pat: &point.pat,
                binding: &of.bindings[asked.chip],
                clock,
            })
            .collect();
        let csv = outputs.csv.take().map(|output| self.observer(output, of, &clocks)).transpose()?;
        let latest = self.input.follow.map(|_| Arc::default());
        let mut observers = Observers { csv, latest: latest.clone() };
        let mut pricing = Pricing::of_points(&points, timing, options, observers.any())?;
        let profile = outputs.profile.as_ref();
        let profile = profile.map(|output| self.profile_sink(output, &traces, timing)).transpose()?;
        let names = Admitted::new(&points, self.unbound);
        let progress = match latest {
            Some(latest) => Progress::follow(latest, self.input.quiet),
            None => Progress::start(total_bytes(&traces), self.input.quiet),
        };
        let mut sinks = Sinks { pricing: &mut pricing, profile };
        let (_, digests) = replay(traces, &names, timing, &replay_options, &mut sinks, progress.counter())
            .map_err(|error| outputs.cause(error))?;
        drop(progress);
        let reports = pricing.into_reports();
        if reports.is_empty() {
            bail!("the run ended without a report");
        }
        outputs.csv = observers.csv.map(CsvObserver::finish).transpose()?.flatten();
        Ok((reports, digests))
    }

    fn observer(
        &self,
        output: crate::report::output::Output,
        of: &Comparands,
        clocks: &[Hertz],
    ) -> Result<CsvObserver> {
        match &of.points[..] {
            [alone] => CsvObserver::of_components(output, &alone.pat, self.include_system),
            _ => {
                let chips = points::chip_labels(&of.arguments, &of.designed);
                let is_timed = clocks.windows(2).all(|pair| pair[0] == pair[1]);
                CsvObserver::of_points(output, &points::labels(&chips, &of.asked), is_timed)
            }
        }
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
            clock_hz: metadata().find_map(|one| one.clock_hz).or(match self.clock[..] {
                [clock] => Some(clock.0),
                _ => None,
            }),
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

    /// The traces, as provenance names them.
    fn inputs(
        &self,
        formats: &[&str],
        origins: &[Option<String>],
        digests: &[InputDigest],
    ) -> serde_json::Value {
        let names = self.input.names();
        let inputs =
            names.iter().zip(formats).zip(origins).zip(digests).map(|(((name, format), origin), digest)| {
                json!({
                    "name": name,
                    "format": format,
                    "origin": origin,
                    "record_bytes": digest.bytes,
                    "record_adler32": format!("{:08x}", digest.adler32),
                })
            });
        inputs.collect()
    }

    /// Everything that may differ between runs that are otherwise equal.
    fn provenance(
        &self,
        inputs: &serde_json::Value,
        chip: &str,
        asked: &Asked,
        started: Instant,
    ) -> serde_json::Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        json!({
            "tool": format!("nm-trace {}", env!("CARGO_PKG_VERSION")),
            "inputs": inputs,
            "chip_argument": chip,
            "voltage_v": asked.voltage.map(|voltage| voltage.0),
            "temperature_k": asked.temperature.map(|temperature| temperature.0),
            "binding_file": self.bind.as_ref().map(|path| path.display().to_string()),
            "finished_unix_s": now,
            "run_time_s": started.elapsed().as_secs_f64(),
        })
    }
}

/// The clock of the trace's cycles, if it names one.
fn own_clock(traces: &[OpenedTrace]) -> Option<Hertz> {
    traces.iter().find_map(|trace| trace.metadata.clock_hz).map(Hertz)
}

fn parse_voltage(text: &str) -> Result<Volts, String> {
    let voltage: Volts = text.parse().map_err(|error| format!("{error}; a voltage is such as 0.8V"))?;
    if voltage.0 > 0.0 { Ok(voltage) } else { Err("a voltage above 0 is expected".to_owned()) }
}
