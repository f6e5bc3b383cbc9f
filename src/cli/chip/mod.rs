//! `nm-trace chip`: a chip's area, TDP and energy per action; and calculators of what it is made of, one file each.

mod array;
mod mac;
mod values;
mod wire;

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use clap::{Args, Command, Subcommand};
use serde::Serialize;

use crate::chip::pat::Pat;
use crate::chip::{self, ChipError, ChipReport};
use crate::report::chip::render;
use crate::report::json;
use crate::report::output::Output;

/// Show a chip's area, TDP and energy per action, with the source of each number; or estimate a circuit.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "Calculators",
    subcommand_value_name = "CALCULATOR"
)]
pub struct Chip {
    /// A built-in chip's name, or a chip file (TOML or JSON); one called like a calculator: ./array
    #[arg(value_name = "NAME|FILE", required = true)]
    chip: Option<String>,

    /// Print JSON instead of text
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    calculator: Option<Calculator>,
}

/// What a circuit costs.
#[derive(Debug, Subcommand)]
enum Calculator {
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
  nm-trace chip array --node 45nm --capacity 48KiB --word 24B
  nm-trace chip wire --node 28nm --length 2mm
  nm-trace chip mac --node 7nm --multiply int8 --accumulate int32 --clock 700MHz";

impl Chip {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        match (self.calculator, self.chip) {
            (Some(Calculator::Array(array)), _) => array.run(),
            (Some(Calculator::Wire(wire)), _) => wire.run(),
            (Some(Calculator::Mac(mac)), _) => mac.run(),
            (None, Some(name)) => {
                let pat = load(&name)?;
                print(self.json, &ChipReport::new(&pat), |_| render(&pat))
            }
            (None, None) => bail!("name a chip, a chip file or a calculator"),
        }
    }
}

/// Loads a chip; a name that none has may have been meant for a calculator.
fn load(name: &str) -> Result<Pat> {
    chip::load(name).map_err(|error| match error {
        ChipError::Unknown { .. } => {
            let calculators = Calculator::augment_subcommands(Command::new("chip"));
            let names: Vec<&str> = calculators.get_subcommands().map(Command::get_name).collect();
            anyhow!("{error}; calculators: {}", names.join(", "))
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
