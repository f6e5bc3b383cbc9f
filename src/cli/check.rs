//! `nm-trace check`: a run beside its baseline, or many runs beside theirs.

mod one_run;
mod outputs;
mod suite;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::parser::ValueSource;
use clap::{Args, CommandFactory};

use self::one_run::RunArguments;
use self::outputs::CheckOutputArguments;
use crate::regression::{CheckReport, RunOutcome};
use crate::report::check::CHECK_FORMATS;

/// Compare a run with a baseline: energy per inference, by component and by layer, average and peak power, TDP headroom and
/// cycles, each within its tolerance. Says what moved and what explains it; the exit code is 1 if a tolerance is
/// exceeded.
#[derive(Debug, Args)]
#[command(
    after_help = after_help(),
    mut_arg("traces", |argument| argument.value_name("RUN").help(
        "A trace, as `replay` takes it; or a report that `replay` wrote (.json); or a suite of runs (.toml), see \
         docs/checking.md"
    )),
    mut_arg("chip", |argument| argument.required(false))
)]
pub struct Check {
    #[command(flatten)]
    run: RunArguments,

    /// Write the baseline instead of judging by it: creates it, or renews its numbers and keeps its tolerances and comments
    #[arg(long)]
    update: bool,

    #[command(flatten)]
    outputs: CheckOutputArguments,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace check fixtures/activity/wide.csv --chip tpu-v1 --baseline energy.toml --update
  nm-trace check fixtures/activity/wide.csv --chip tpu-v1 --baseline energy.toml
  nm-trace check fixtures/activity/wide.csv --chip tpu-v1 --baseline energy.toml --tolerance '*=1%'
  nm-trace check fixtures/activity/wide.csv --chip tpu-v1 --baseline energy.toml -o c.md -o c.xml
  nm-trace replay fixtures/activity/wide.csv --chip tpu-v1 --json report.json
  nm-trace check report.json --baseline energy.toml --format github
  nm-trace check fixtures/baselines/suite.toml";

/// Examples, and the formats that are written, from their list.
fn after_help() -> String {
    let formats = CHECK_FORMATS
        .iter()
        .map(|format| format!("\n  {:12} {:24} {}", format.name, format.endings.join(" "), format.summary));
    format!(
        "{EXAMPLES}\n\nFormats of --format and -o:{}\n\nExit codes: 0 within all tolerances; 1 beyond one; 2 usage or data.",
        formats.collect::<String>()
    )
}

/// Options that hold for all that is checked.
const OF_ALL: [&str; 6] = ["traces", "update", "output", "format", "threads", "quiet"];
/// Options that a report can be checked with: how it was priced is done.
const OF_REPORTS: [&str; 2] = ["baseline", "tolerance"];

impl Check {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        let inputs = self.run.files();
        let written = self.run.baseline.as_deref().filter(|_| self.update);
        let outputs = self.outputs.prepare(&inputs, written)?;
        let runs = match self.suite() {
            Some(file) => {
                refuse_options_but(
                    &OF_ALL,
                    "is of one run, and here is a suite: put it into the suite's file",
                )?;
                let threads = self.run.pricing.input.thread_count();
                suite::check(file, threads, self.update)?
            }
            None => {
                if self.run.report().is_some() {
                    let allowed = [&OF_ALL[..], &OF_REPORTS].concat();
                    refuse_options_but(
                        &allowed,
                        "is of pricing, and a report is priced already: leave it out",
                    )?;
                }
                let name = self.run.pricing.input.names().join(" ");
                vec![self.run.check(name, self.update)?]
            }
        };
        let report = CheckReport::new(runs);
        outputs.write(&report)?;
        Ok(match report {
            report if report.count(RunOutcome::Unreadable) > 0 => ExitCode::from(2),
            report if report.passed => ExitCode::SUCCESS,
            _ => ExitCode::from(1),
        })
    }

    /// The file of the suite, if one is to be checked.
    fn suite(&self) -> Option<&Path> {
        alone_with_ending(&self.run.pricing.input.traces, "toml")
    }
}

/// The one file, if its name ends so.
fn alone_with_ending<'a>(files: &'a [PathBuf], ending: &str) -> Option<&'a Path> {
    match files {
        [alone] if alone.extension().is_some_and(|extension| extension == ending) => Some(alone),
        _ => None,
    }
}

/// Refuses options of the command line that would be of no effect.
fn refuse_options_but(allowed: &[&str], why: &str) -> Result<()> {
    let command = super::Arguments::command();
    let matches = command.clone().get_matches();
    let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
    let arguments = command.find_subcommand(name).into_iter().flat_map(clap::Command::get_arguments);
    for argument in arguments {
        let id = argument.get_id().as_str();
        let is_known = matches.try_contains_id(id).unwrap_or(false);
        let is_given = is_known && matches.value_source(id) == Some(ValueSource::CommandLine);
        if is_given && !allowed.contains(&id) {
            bail!("found --{}, which {why}", argument.get_long().unwrap_or(id));
        }
    }
    Ok(())
}
