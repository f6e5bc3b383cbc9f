//! Many runs in one call.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;

use super::one_run::RunArguments;
use crate::cli::pricing::in_threads;
use crate::regression::{CheckedRun, Suite, SuiteEntry};
use crate::report::output::check_distinct;

/// The options of a run of a suite: those of the command line.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true, mut_arg("chip", |argument| argument.required(false)))]
struct Entry {
    #[command(flatten)]
    run: RunArguments,
}

/// Checks the runs of a suite, several at a time. A run that cannot be judged keeps no other from it.
///
/// # Errors
/// What the suite's file has wrong.
pub fn check(file: &Path, threads: usize, update: bool) -> Result<Vec<CheckedRun>> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the suite {name}"))?;
    let suite = Suite::read(&name, &text)?;
    if suite.entries.is_empty() {
        bail!("the suite {name} has no [[check]], expected at least one");
    }
    // All paths of a suite are relative to its file, whichever options they stand in.
    let directory = file.parent().unwrap_or(Path::new(""));
    if !directory.as_os_str().is_empty() {
        std::env::set_current_dir(directory)
            .with_context(|| format!("cannot enter {}", directory.display()))?;
    }
    let workers = threads.clamp(1, suite.entries.len());
    let own_threads = (threads / workers).max(1);
    let entries: Vec<(SuiteEntry, Result<RunArguments>)> =
        suite.entries.into_iter().map(|entry| parsed(entry, own_threads)).collect();
    if update {
        let runs = entries.iter().filter_map(|(_, run)| run.as_ref().ok());
        let baselines: Vec<PathBuf> = runs.filter_map(|run| run.baseline.clone()).collect();
        check_distinct(&baselines).with_context(|| format!("the suite {name}"))?;
    }
    let mut runs = in_threads(&entries, workers, |(entry, run)| Ok(checked(entry, run, update)))?;
    // Where the call was made, the files are found by these names.
    for run in runs.iter_mut().filter(|run| !run.baseline.is_empty()) {
        run.baseline = directory.join(&run.baseline).display().to_string();
    }
    Ok(runs)
}

fn parsed(entry: SuiteEntry, threads: usize) -> (SuiteEntry, Result<RunArguments>) {
    let run = Entry::try_parse_from(&entry.arguments).map(|entry| entry.run);
    let run = run.map_err(|error| anyhow::anyhow!(in_a_line(&error)));
    let run = run.map(|mut run| {
        let input = &mut run.pricing.input;
        input.quiet = true;
        input.threads = input.threads.or(u16::try_from(threads).ok());
        run
    });
    (entry, run)
}

/// What clap found, without how the command line would be used.
fn in_a_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let found = text.split("\n\nUsage").next().unwrap_or(&text).trim_start_matches("error: ");
    let lines = found.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("; ")
}

fn checked(entry: &SuiteEntry, run: &Result<RunArguments>, update: bool) -> CheckedRun {
    let problem = match run {
        Ok(run) => match run.check(entry.name.clone(), update) {
            Ok(checked) => return checked,
            Err(error) => format!("{error:#}"),
        },
        Err(error) => format!("{error:#}"),
    };
    let baseline = run.as_ref().ok().and_then(|run| run.baseline.as_ref());
    CheckedRun {
        name: entry.name.clone(),
        baseline: baseline.map_or_else(String::new, |path| path.display().to_string()),
        updated: false,
        problem: Some(problem),
        verdict: None,
    }
}
