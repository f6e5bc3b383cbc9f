//! `nm-trace chip schema`: the JSON schema of a design.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::print;
use crate::chip::spec::json_schema;

/// Print the JSON schema of a chip file: every key with unit, default and meaning.
///
/// It is of designs, which name high-level choices; docs/chip-files.md has the keys of a file of given numbers.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Schema {}

const EXAMPLES: &str = "\
Examples:
  nm-trace chip schema
  nm-trace chip schema > chip.schema.json";

impl Schema {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<ExitCode> {
        print(true, &json_schema(), |_| String::new())
    }
}
