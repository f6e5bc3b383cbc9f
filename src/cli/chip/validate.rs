//! `nm-trace chip validate`: built-in chips beside what was published of them.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use super::activities::replayed;
use super::print;
use crate::chip::validate;
use crate::report::chip::render_validation;

/// Compare the built-in chips with what was published of them: quantity, published, ours, error, aim, source.
///
/// Each figure that misses its aim is told with the physical effect that is missing, and the exit code is 1.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Validate {
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace chip validate
  nm-trace chip validate --json";

/// Exit code of a comparison that fails.
const BEYOND_TOLERANCE: u8 = 1;

impl Validate {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<ExitCode> {
        let replay = |pat: &_, activity: &_| replayed(pat, activity).map_err(|error| format!("{error:#}"));
        let report = validate(&replay).context("the built-in file of published figures cannot be read")?;
        let printed = print(self.json, &report, render_validation)?;
        Ok(if report.passed { printed } else { ExitCode::from(BEYOND_TOLERANCE) })
    }
}
