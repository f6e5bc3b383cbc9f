//! `nm-trace chip`: a chip's area, TDP and energy per action.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::chip::{self, ChipReport};
use crate::report::chip::render;
use crate::report::json;
use crate::report::output::Output;

/// Show a chip's area, TDP and energy per action, with the source of each number.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Chip {
    /// A built-in chip's name, or a chip file (TOML or JSON)
    #[arg(value_name = "NAME|FILE")]
    chip: String,

    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace chip tpu-v1
  nm-trace chip eyeriss --json";

impl Chip {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        let pat = chip::load(&self.chip)?;
        let mut output = Output::prepare("-")?;
        if self.json {
            json::write(&ChipReport::new(&pat), output.writer())?;
        } else {
            output.writer().write_all(render(&pat).as_bytes())?;
        }
        output.commit()?;
        Ok(ExitCode::SUCCESS)
    }
}
