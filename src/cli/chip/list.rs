//! `nm-trace chip list`: the built-in chips.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::print;
use crate::chip::{self, BUILT_IN, ChipListing};
use crate::report::chip::render_list;

/// List the built-in chips: area, TDP, clock, and whether they are designs or given numbers.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct List {
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace chip list
  nm-trace chip list --json";

impl List {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<ExitCode> {
        let listings: Result<Vec<ChipListing>, _> = BUILT_IN
            .iter()
            .map(|built_in| chip::open(built_in.name).map(|chip| ChipListing::new(&chip)))
            .collect();
        print(self.json, &listings?, |listings| render_list(listings))
    }
}
