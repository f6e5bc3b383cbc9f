//! `nm-trace chip mac`: what a multiply-accumulator, a multiplier or an adder costs.

use std::process::ExitCode;

use anyhow::Result;
use clap::{ArgGroup, Args};

use super::print;
use super::values::{Surroundings, choice, positive};
use crate::chip::circuit::arithmetic::{NumberFormat, Operation};
use crate::chip::circuit_report::{ArithmeticReport, ArithmeticRequest, VIEWS, View};
use crate::report::circuit::arithmetic::render;
use crate::units::Hertz;

/// Estimate a multiply-accumulator, multiplier or adder: area, energy, clock, leakage, latency, in parts.
///
/// Formats: int of any width that was synthesised, fp8_e4m3, fp8_e5m2, fp16, bf16, fp32.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("operation").required(true))]
pub(super) struct Mac {
    #[command(flatten)]
    surroundings: Surroundings,

    /// Multiply numbers of a format, such as int8 or bf16
    #[arg(long, value_name = "FORMAT", group = "operation")]
    multiply: Option<NumberFormat>,

    /// Format of the other factor, if it is another: --multiply int8 --by int4
    #[arg(long, value_name = "FORMAT", requires = "multiply", conflicts_with = "add")]
    by: Option<NumberFormat>,

    /// Add the product to an accumulator of a format; without it, the unit is a multiplier
    #[arg(long, value_name = "FORMAT", requires = "multiply", conflicts_with = "add")]
    accumulate: Option<NumberFormat>,

    /// Add two numbers of a format
    #[arg(long, value_name = "FORMAT", group = "operation")]
    add: Option<NumberFormat>,

    /// Clock that it must meet, such as 700MHz; without it, the cheapest unit at its own speed
    #[arg(long, value_name = "CLOCK", value_parser = positive::<Hertz>)]
    clock: Option<Hertz>,

    /// Stages, with registers between them; without it, as many as the clock makes worthwhile
    #[arg(long, value_name = "N")]
    stages: Option<u32>,

    /// A placed and routed unit, or its cells alone as tables of synthesis results have them
    #[arg(long, value_name = "VIEW", default_value = "placed", value_parser = choice(&VIEWS))]
    view: View,

    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace chip mac --node 7nm --multiply int8 --accumulate int32 --clock 700MHz
  nm-trace chip mac --node 28nm --multiply bf16 --accumulate fp32 --stages 3 --supply 0.8V
  nm-trace chip mac --node 45nm --multiply int8 --by int4 --view cells
  nm-trace chip mac --node 45nm --add fp32 --json";

impl Mac {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<ExitCode> {
        let report = ArithmeticReport::new(&ArithmeticRequest {
            node: self.surroundings.node,
            operation: self.operation(),
            clock: self.clock,
            stages: self.stages,
            view: self.view,
            temperature: self.surroundings.temperature,
            supply: self.surroundings.supply,
        })?;
        print(self.json, &report, render)
    }

    fn operation(&self) -> Operation {
        // The group asks for one of the two formats; without either, clap has ended the program.
        let format = self.multiply.or(self.add).unwrap_or(NumberFormat::INT8);
        let right = self.by.unwrap_or(format);
        match (self.multiply, self.accumulate) {
            (Some(left), Some(accumulator)) => Operation::MultiplyAccumulate { left, right, accumulator },
            (Some(left), None) => Operation::Multiply { left, right },
            (None, _) => Operation::add(format),
        }
    }
}
