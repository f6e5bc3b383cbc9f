//! `nm-trace diff`: why one run takes more energy than another.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::pricing::PricingArguments;
use super::report_outputs::unless_closed;
use crate::power::{PowerObserver, PowerRecord, PowerReport, PowerRow};
use crate::regression::{ComparedRun, Difference, read_report};
use crate::report::comparison::ComparedPoint;
use crate::report::diff::{Curve, DIFFERENCE_FORMATS, DifferenceFormat, DrawnDifference, JSON, text};
use crate::report::formats::format_among;
use crate::report::output::{Output, check_distinct, check_not_inputs, is_standard};

/// Explain how the energy of one run became that of another, as a waterfall of causes: activity, energy per action, clock,
/// leakage and time, by component, action and layer. Or of one run on two chips.
#[derive(Debug, Args)]
#[command(
    after_help = after_help(),
    mut_arg("traces", |argument| {
        argument.value_name("A [B]").num_args(1..=2).help(
            "Two runs: each a JSON report that `replay` wrote, a profile (.nmt), or any other trace that `replay` takes. \
             Without B, one trace on two chips",
        )
    }),
    mut_arg("chip", |argument| {
        argument.required(false).help(
            "The chip that prices runs which are no reports, as `replay` has it. A second one is that of B, or, \
             without B, the second of the two chips",
        )
    })
)]
pub struct Diff {
    #[command(flatten)]
    pricing: PricingArguments,

    /// Write the difference to a file; its name's ending says the format, or FORMAT before it (`json=-`: `-` is standard
    /// output). Give it again for more outputs. The formats are listed below
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    output: Vec<String>,

    /// Write the difference as JSON: `-o json=FILE`
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace diff fixtures/scale-sim/conv_ws_calc fixtures/scale-sim/conv_os_calc --chip tpu-v1
  nm-trace diff fixtures/scale-sim/conv_ws_calc --chip tpu-v1 --chip eyeriss
  nm-trace diff fixtures/scale-sim/conv_ws_calc --chip tpu-v1 --clock 500MHz,700MHz -o diff.json";

fn after_help() -> String {
    let format = |format: &&DifferenceFormat| {
        format!("\n  {:12} {:24} {}", format.name, format.endings.join(" "), format.summary)
    };
    let formats: String = DIFFERENCE_FORMATS.iter().map(format).collect();
    format!("{EXAMPLES}\n\nFormats of -o:{formats}\n\nWhat each term means: docs/diff.md")
}

/// Where the difference goes.
struct Outputs {
    /// The summary, unless another output takes standard output.
    text: Option<Output>,
    files: Vec<(&'static DifferenceFormat, Output)>,
}

/// A run whose energy is known.
struct Side {
    name: String,
    report: PowerReport,
    /// Power over time, if it was priced here and is drawn.
    record: Option<PowerRecord>,
}

impl Diff {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        let chips = self.pricing.chips()?;
        let outputs = self.prepare(&chips)?;
        let draws = outputs.files.iter().any(|(format, _)| format.draws);
        let [a, b] = match &self.pricing.input.traces[..] {
            [a, b] => self.two_runs(a, b, chips, draws)?,
            _ => self.one_run(chips, draws)?,
        };
        let difference = Difference::between(&a.compared(), &b.compared())?;
        let curves = [a.curve(), b.curve()];
        outputs.write(&DrawnDifference { difference: &difference, curves })?;
        Ok(ExitCode::SUCCESS)
    }

    fn prepare(&self, chips: &[String]) -> Result<Outputs> {
        let mut files = Vec::new();
        for argument in &self.output {
            match format_among(DIFFERENCE_FORMATS, argument) {
                Ok((format, path)) => files.push((format, path.to_owned())),
                Err(expected) => bail!("found the output {argument:?}, {expected}"),
            }
        }
        files.extend(self.json.iter().map(|path| (&JSON, path.clone())));
        let paths: Vec<&PathBuf> = files.iter().map(|(_, path)| path).collect();
        check_distinct(&paths)?;
        check_not_inputs(&paths, &self.pricing.files(chips))?;
        let text = !paths.iter().any(|path| is_standard(path));
        let prepare = |(format, path): (_, PathBuf)| -> Result<_> { Ok((format, Output::prepare(path)?)) };
        Ok(Outputs {
            text: text.then(|| Output::prepare("-")).transpose()?,
            files: files.into_iter().map(prepare).collect::<Result<_>>()?,
        })
    }

    /// Each of the runs on its chip: the only one, or one for each.
    fn two_runs(&self, a: &Path, b: &Path, chips: Vec<String>, draws: bool) -> Result<[Side; 2]> {
        let is_report = [is_report(a)?, is_report(b)?];
        let priced = is_report.iter().filter(|is_report| !**is_report).count();
        let mut chips = chips.into_iter();
        let first = chips.next();
        let second = if priced == 2 { chips.next() } else { None };
        if chips.next().is_some() || (priced == 0 && first.is_some()) {
            bail!(
                "found more chips than runs to price: {}; give one --chip for each at most",
                match priced {
                    0 => "both are reports, which have been priced",
                    1 => "one is a report, which has been priced",
                    _ => "two",
                }
            );
        }
        let side = |path: &Path, is_report: bool, chip: &Option<String>| match is_report {
            true => saved(path),
            false => self.priced(path, chip.as_deref(), draws),
        };
        let second = second.or_else(|| first.clone());
        let (a, b) = (side(a, is_report[0], &first)?, side(b, is_report[1], &second)?);
        Ok([a, b])
    }

    fn priced(&self, trace: &Path, chip: Option<&str>, draws: bool) -> Result<Side> {
        let Some(chip) = chip else {
            bail!("{} is no report: name the chip that prices it with --chip", trace.display())
        };
        let pricing = self.pricing.for_trace(trace);
        match <[Side; 1]>::try_from(sides(&pricing, vec![chip.to_owned()], draws)?) {
            Ok([side]) => Ok(side),
            Err(sides) => bail!(
                "found {} operating points of {}, expected one; leave B out to compare two of one run",
                sides.len(),
                trace.display()
            ),
        }
    }

    /// One run at two operating points.
    fn one_run(&self, chips: Vec<String>, draws: bool) -> Result<[Side; 2]> {
        let run = self.pricing.input.names().join(" ");
        if let Some(path) = self.pricing.input.traces.first()
            && is_report(path)?
        {
            bail!("found one report, {run}, and nothing to compare it with; name B");
        }
        if chips.is_empty() {
            bail!("found one run, {run}, and no chip; name B, or two chips that price it (--chip)");
        }
        <[Side; 2]>::try_from(sides(&self.pricing, chips, draws)?).map_err(|sides| {
            anyhow::anyhow!(
                "found {} operating point(s) of {run}, expected two: give --chip twice, or two values of --voltage, --clock \
                 or --temperature; or name B",
                sides.len()
            )
        })
    }
}

/// A report that was kept.
fn saved(path: &Path) -> Result<Side> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the report {file}"))?;
    let report = read_report(&file, &text)?;
    let name = format!("{file} ({})", report.chip.name);
    Ok(Side { name, report, record: None })
}

/// A report is told by its name, or by a document that goes on after the line of its first brace: no trace begins so.
fn is_report(path: &Path) -> Result<bool> {
    if path.extension().is_some_and(|extension| extension == "json") {
        return Ok(true);
    }
    if !path.is_file() {
        return Ok(false);
    }
    let mut start = Vec::new();
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    file.take(3).read_to_end(&mut start)?;
    Ok(start.starts_with(b"{\n") || start.starts_with(b"{\r\n"))
}

/// What pricing gives, with the power over time of each point if it is drawn.
fn sides(pricing: &PricingArguments, chips: Vec<String>, draws: bool) -> Result<Vec<Side>> {
    let run = pricing.prepare(chips)?;
    let points = run.heading().points.len();
    let mut records = Records(if draws { vec![PowerRecord::new(0); points] } else { Vec::new() });
    let observer: Option<&mut dyn PowerObserver> = if draws { Some(&mut records) } else { None };
    let points = run.price(observer, None)?;
    let mut records = records.0.into_iter();
    let trace = pricing.input.names().join(" ");
    let side = |point: ComparedPoint| Side {
        name: format!("{trace} on {}", point.label),
        report: point.report,
        record: records.next(),
    };
    Ok(points.into_iter().map(side).collect())
}

/// Total power over time of each operating point.
struct Records(Vec<PowerRecord>);

impl PowerObserver for Records {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        match self.0.get_mut(row.point) {
            Some(record) => record.row(&PowerRow { point: 0, components: &[], ..*row }),
            None => Ok(()),
        }
    }
}

impl Side {
    fn compared(&self) -> ComparedRun<'_> {
        ComparedRun { name: self.name.clone(), report: &self.report }
    }

    fn curve(&self) -> Curve {
        match &self.record {
            Some(record) => Curve::of_record(record, &self.report),
            None => Curve::of_report(&self.report),
        }
    }
}

impl Outputs {
    fn write(self, drawn: &DrawnDifference<'_>) -> Result<()> {
        let mut whole = Vec::new();
        for (format, mut output) in self.files {
            if unless_closed((format.write)(drawn, &mut output))?.is_some() {
                whole.push(output);
            }
        }
        if let Some(mut output) = self.text {
            let text = text::render(drawn.difference);
            unless_closed(output.writer().write_all(text.as_bytes()).map_err(Into::into))?;
            whole.push(output);
        }
        for output in whole {
            unless_closed(output.commit())?;
        }
        Ok(())
    }
}
