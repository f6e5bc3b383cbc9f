//! `nm-trace chip`: a chip's area, TDP and energy per action, what else is to be done with chips, and calculators of
//! what they are made of, one file each.

mod activities;
mod array;
mod export;
mod list;
mod mac;
mod schema;
mod validate;
mod values;
mod wire;

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use clap::{Args, Command, Subcommand};
use serde::Serialize;

use crate::chip::{self, ChipError, ChipReport, Loaded};
use crate::report::chip::{render, render_design};
use crate::report::json;
use crate::report::output::Output;

/// Show a chip's area, TDP, timing and energy per action; list, export or validate chips; or estimate a circuit.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "Commands and calculators",
    subcommand_value_name = "COMMAND"
)]
pub struct Chip {
    /// A built-in chip's name, or a chip file (TOML or JSON); one called like a command: ./array. Of a design, values
    /// may stand over the file's: NAME:KEY=VALUE,KEY=VALUE, such as my.toml:target.clock=500MHz; KEY= leaves a key out
    #[arg(value_name = "NAME|FILE", required = true)]
    chip: Option<String>,

    /// Print JSON instead of text
    #[arg(long)]
    json: bool,

    /// Show every part of a design, every path and every candidate of its search; by default the largest
    #[arg(long)]
    all: bool,

    #[command(subcommand)]
    below: Option<Below>,
}

/// What else is to be done with chips, and what circuits cost.
#[derive(Debug, Subcommand)]
enum Below {
    /// List the built-in chips
    List(list::List),
    /// Print the JSON schema of a chip file: every key with unit, default and meaning
    Schema(schema::Schema),
    /// Write a chip's frozen numbers as a chip file
    Export(export::Export),
    /// Compare the built-in chips with what was published of them
    Validate(validate::Validate),
    /// Estimate a memory array: access and cycle time, energy, leakage, area, in parts
    Array(array::Array),
    /// Estimate a wire: delay, energy, leakage, and the repeaters or the driver that it needs
    Wire(wire::Wire),
    /// Estimate a multiply-accumulator, multiplier or adder: area, energy, clock, leakage, latency, in parts
    Mac(mac::Mac),
}

const EXAMPLES: &str = "\
Examples:
  nm-trace chip tpu-v1
  nm-trace chip eyeriss --json
  nm-trace chip list
  nm-trace chip array --node 45nm --capacity 48KiB --word 24B
  nm-trace chip wire --node 28nm --length 2mm
  nm-trace chip mac --node 7nm --multiply int8 --accumulate int32 --clock 700MHz";

impl Chip {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        match (self.below, self.chip) {
            (Some(Below::List(list)), _) => list.run(),
            (Some(Below::Schema(schema)), _) => schema.run(),
            (Some(Below::Export(export)), _) => export.run(),
            (Some(Below::Validate(validate)), _) => validate.run(),
            (Some(Below::Array(array)), _) => array.run(),
            (Some(Below::Wire(wire)), _) => wire.run(),
            (Some(Below::Mac(mac)), _) => mac.run(),
            (None, Some(name)) => {
                let chip = load(&name)?;
                print(self.json, &ChipReport::of(&chip), |report| match &report.design {
                    Some(design) => render_design(&chip.pat, design, self.all),
                    None => render(&chip.pat),
                })?;
                // The page of a design beyond its limits is what tells why; the limits still decide how it ends.
                chip.within_limits()?;
                Ok(ExitCode::SUCCESS)
            }
            (None, None) => bail!("name a chip, a chip file or a command"),
        }
    }
}

/// Loads a chip; a name that none has may have been meant for a command.
fn load(name: &str) -> Result<Loaded> {
    chip::open(name).map_err(|error| match error {
        ChipError::Unknown { .. } => {
            let commands = Below::augment_subcommands(Command::new("chip"));
            let names: Vec<&str> = commands.get_subcommands().map(Command::get_name).collect();
            anyhow!("{error}; commands: {}", names.join(", "))
        }
        other => other.into(),
    })
}

/// Prints a report as JSON or as text.
fn print<T: Serialize>(as_json: bool, report: &T, text: impl FnOnce(&T) -> String) -> Result<ExitCode> {
    let mut output = Output::prepare("-")?;
    if as_json {
        json::write(report, output.writer())?;
    } else {
        output.writer().write_all(text(report).as_bytes())?;
    }
    output.commit()?;
    Ok(ExitCode::SUCCESS)
}
