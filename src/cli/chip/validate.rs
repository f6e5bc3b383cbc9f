//! `nm-trace chip validate`: built-in chips beside what was published of them.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use super::print;
use crate::chip::validate;
use crate::report::chip::render_validation;

/// Compare the built-in chips with what was published of them: quantity, published, ours, error, source, verdict.
///
/// The exit code is 1 if a figure is outside of its tolerance.
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
        let report = validate().context("the built-in file of published figures cannot be read")?;
        let printed = print(self.json, &report, render_validation)?;
        Ok(if report.passed { printed } else { ExitCode::from(BEYOND_TOLERANCE) })
    }
}
