//! `nm-trace chip wire`: what a length of wire costs.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::print;
use super::values::{Surroundings, choice, parse_delay_budget, parse_length};
use crate::chip::circuit::wire::{Drive, Wire as Built, WireRequest};
use crate::chip::circuit_report::{TRANSISTORS, WIRE_CLASSES, WIRE_PROJECTIONS, WireReport};
use crate::chip::technology::{DeviceClass, WireClass, WireProjection};
use crate::report::circuit::wire::render;
use crate::units::{Micrometres, Ratio};

/// Estimate a wire: delay, energy, leakage, and the repeaters or the driver that it needs.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Wire {
    #[command(flatten)]
    surroundings: Surroundings,

    /// Length, such as 2mm or 500um
    #[arg(long, value_name = "LENGTH", value_parser = parse_length)]
    length: Micrometres,

    /// Class of metal layers, from the thinnest to the thickest
    #[arg(long, value_name = "CLASS", default_value = "semi-global", value_parser = choice(&WIRE_CLASSES))]
    class: WireClass,

    /// What the layers are made of: what foundries were expected to make, or what could become possible
    #[arg(
        long,
        value_name = "PROJECTION",
        default_value = "conservative",
        value_parser = choice(&WIRE_PROJECTIONS)
    )]
    projection: WireProjection,

    /// How it is driven
    #[arg(long, value_name = "DRIVE", default_value = "repeated")]
    drive: DriveChoice,

    /// By how much the delay may exceed that of the fastest repeaters, to save power
    #[arg(long, value_name = "PART", default_value = "0%", value_parser = parse_delay_budget)]
    delay_budget: Ratio,

    /// Transistors of repeaters or driver
    #[arg(long, value_name = "TRANSISTORS", default_value = "hp", value_parser = choice(&TRANSISTORS))]
    transistors: DeviceClass,

    /// Wires side by side
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    bits: u32,

    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

/// How a wire is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DriveChoice {
    /// By repeaters along it
    Repeated,
    /// By one driver at its head
    Single,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace chip wire --node 28nm --length 2mm
  nm-trace chip wire --node 28nm --length 2mm --class global --delay-budget 30% --bits 64
  nm-trace chip wire --node 7nm --length 50um --class local --drive single --json";

impl Wire {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<ExitCode> {
        let request = WireRequest {
            node: self.surroundings.node,
            class: self.class,
            projection: self.projection,
            length: self.length,
            drive: match self.drive {
                DriveChoice::Repeated => Drive::Repeated { delay_budget: self.delay_budget },
                DriveChoice::Single => Drive::Single,
            },
            transistors: self.transistors,
            temperature: self.surroundings.temperature,
            supply: self.surroundings.supply,
        };
        let report = WireReport::new(&request, self.bits, &Built::new(&request)?);
        print(self.json, &report, render)
    }
}
