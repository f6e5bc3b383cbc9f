//! Which trace is priced, with which chips, and how: what the subcommands share that price one.

mod admitted;
mod points;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::json;
use trace_formats::format::LayerJoin;
use trace_formats::{Metadata, OpenedTrace};

use self::admitted::Admitted;
use self::points::Asked;
pub(super) use self::points::in_threads;
use super::outputs::TraceOutput;
use super::progress::{Progress, total_bytes};
use super::sinks::{Observers, ProfileSink, Sinks};
use super::trace_input::{TraceInput, parse_clock};
use super::window_length::WindowLength;
use crate::activity::{ProfileWriter, WindowTiming, profile_metadata};
use crate::chip::{OperatingPoint, pat::Pat};
use crate::power::{Binding, PeakLength, Point, PowerObserver, PowerReport, Pricing, PricingOptions};
use crate::replay::{InputDigest, replay};
use crate::report::comparison::ComparedPoint;
use crate::report::formats::{PointHeading, RunHeading};
use crate::units::{Hertz, Kelvin, Volts, parse_temperature};

/// Which trace is priced, with which chips, and how.
#[derive(Clone, Debug, Args)]
pub struct PricingArguments {
    #[command(flatten)]
    pub input: TraceInput,

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
}

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

/// Traces that are open and chips that are built: what is left is to read the ones with the others.
pub struct PreparedRun<'a> {
    arguments: &'a PricingArguments,
    started: Instant,
    traces: Vec<OpenedTrace>,
    of: Comparands,
    clocks: Vec<Hertz>,
    timing: WindowTiming,
    peak_lengths: Vec<PeakLength>,
}

impl PricingArguments {
    /// The chips that are asked for, patterns spelled out.
    ///
    /// # Errors
    /// A pattern that no chip fits.
    pub fn chips(&self) -> Result<Vec<String>> {
        points::expand(&self.chip)
    }

    /// The files that are read, which no output may replace.
    pub fn files(&self, chips: &[String]) -> Vec<PathBuf> {
        let traces = self.input.traces.iter().chain(&self.bind).cloned();
        traces.chain(chips.iter().map(PathBuf::from)).collect()
    }

    /// The same for another trace.
    pub fn for_trace(&self, trace: &Path) -> PricingArguments {
        let mut other = self.clone();
        other.input.traces = vec![trace.to_owned()];
        other
    }

    /// Builds the chips and opens the traces.
    ///
    /// # Errors
    /// What a chip, a binding or a trace has wrong.
    pub fn prepare(&self, chips: Vec<String>) -> Result<PreparedRun<'_>> {
        let started = Instant::now();
        let designed = points::load(&chips, self.input.thread_count())?;
        let traces = self.open(&designed)?;
        let of = self.comparands(chips, designed, &traces)?;
        let (clocks, timing) = self.timing(&of, &traces)?;
        let peak_lengths = PeakLength::defaults();
        Ok(PreparedRun { arguments: self, started, traces, of, clocks, timing, peak_lengths })
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

impl PreparedRun<'_> {
    /// Looks for peaks over these lengths of time, beside one window and the whole run.
    pub fn with_peak_lengths(self, peak_lengths: Vec<PeakLength>) -> Self {
        PreparedRun { peak_lengths, ..self }
    }

    /// What outputs have to know ahead of the first window.
    pub fn heading(&self) -> RunHeading<'_> {
        let points = self.labels().into_iter().zip(&self.of.points).zip(&self.clocks);
        let points = points.map(|((label, point), &clock)| PointHeading { label, pat: &point.pat, clock });
        RunHeading {
            points: points.collect(),
            window_cycles: self.timing.cycles,
            include_system: self.arguments.include_system,
        }
    }

    fn labels(&self) -> Vec<String> {
        points::labels(&points::chip_labels(&self.of.arguments, &self.of.designed), &self.of.asked)
    }

    /// Reads the traces and prices them. Tells `observer` every window, and saves the activity by window in `profile`.
    ///
    /// # Errors
    /// What reading, pricing or writing reports.
    pub fn price(
        mut self,
        observer: Option<&mut dyn PowerObserver>,
        profile: Option<&TraceOutput>,
    ) -> Result<Vec<ComparedPoint>> {
        let traces = std::mem::take(&mut self.traces);
        let formats: Vec<&str> = traces.iter().map(|trace| trace.format).collect();
        let origins: Vec<Option<String>> = traces.iter().map(|trace| trace.metadata.origin.clone()).collect();
        let (reports, digests) = self.replay(traces, observer, profile)?;
        let inputs = self.arguments.inputs(&formats, &origins, &digests);
        let labels = self.labels();
        let PreparedRun { arguments, started, of, .. } = self;
        let chips = points::chip_labels(&of.arguments, &of.designed);
        let all = reports.into_iter().zip(of.points).zip(of.asked).zip(labels);
        let all = all.map(|(((mut report, OperatingPoint { notes, warnings, .. }), asked), label)| {
            report.warnings.extend(warnings);
            report.assumptions.extend(notes);
            report.provenance = arguments.provenance(&inputs, &of.arguments[asked.chip], &asked, started);
            let (voltage, temperature) = (asked.voltage, asked.temperature);
            ComparedPoint { label, chip: chips[asked.chip].clone(), voltage, temperature, report }
        });
        Ok(all.collect())
    }

    fn replay(
        &self,
        traces: Vec<OpenedTrace>,
        observer: Option<&mut dyn PowerObserver>,
        profile: Option<&TraceOutput>,
    ) -> Result<(Vec<PowerReport>, Vec<InputDigest>)> {
        let PreparedRun { arguments, of, timing, .. } = self;
        let replay_options = arguments.input.replay_options(arguments.lateness);
        let options = PricingOptions {
            peak_lengths: self.peak_lengths.clone(),
            inferences: arguments.inferences,
            include_system: arguments.include_system,
            warn_of_unbound: arguments.unbound != Unbound::Ignore,
            threads: replay_options.threads,
        };
        let points = of.points.iter().zip(&of.asked).zip(&self.clocks);
        let points: Vec<Point<'_>> = points
            .map(|((point, asked), &clock)| Point {
                pat: &point.pat,
                binding: &of.bindings[asked.chip],
                clock,
            })
            .collect();
        let latest = arguments.input.follow.map(|_| Arc::default());
        let mut observers = Observers { outputs: observer, latest: latest.clone() };
        let mut pricing = Pricing::of_points(&points, *timing, options, observers.any())?;
        let sink = profile.map(|output| arguments.profile_sink(output, &traces, *timing)).transpose()?;
        let names = Admitted::new(&points, arguments.unbound);
        let progress = match latest {
            Some(latest) => Progress::follow(latest, arguments.input.quiet),
            None => Progress::start(total_bytes(&traces), arguments.input.quiet),
        };
        let mut sinks = Sinks { pricing: &mut pricing, profile: sink };
        // Writing the profile may be what ended the run.
        let cause = |error| match profile {
            Some(profile) => profile.cause(error),
            None => error,
        };
        let (_, digests) = replay(traces, &names, *timing, &replay_options, &mut sinks, progress.counter())
            .map_err(cause)?;
        drop(progress);
        let reports = pricing.into_reports();
        if reports.is_empty() {
            bail!("the run ended without a report");
        }
        Ok((reports, digests))
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
