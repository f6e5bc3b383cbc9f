//! `nm-trace chip array`: what a memory array costs.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::print;
use super::values::{Surroundings, choice, parse_organisation, parse_word, positive};
use crate::chip::circuit::array::{ArrayRequest, CellKind, Limits, Objective, Organisation, Ports, find};
use crate::chip::circuit_report::{ArrayReport, CELLS, OBJECTIVES, TRANSISTORS};
use crate::chip::technology::DeviceClass;
use crate::report::circuit::array::render;
use crate::units::{Bytes, Seconds, SquareMicrometres, SquareMillimetres};

/// Estimate a memory array: access and cycle time, energy, leakage, area, in parts.
///
/// In the way of CACTI 7: without an organisation, the best one is searched. docs/calculator.md says how to read it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Array {
    #[command(flatten)]
    surroundings: Surroundings,

    /// Capacity of all banks together, such as 48KiB, 64kB or 2MiB
    #[arg(long, value_name = "SIZE")]
    capacity: Bytes,

    /// Word: what one access reads or writes, in whole bytes, such as 24B or 192bit
    #[arg(long, value_name = "SIZE", value_parser = parse_word)]
    word: u32,

    /// Ports of each bank that read or write
    #[arg(long, value_name = "N", default_value_t = 1)]
    rw_ports: u32,

    /// Ports of each bank that only read
    #[arg(long, value_name = "N", default_value_t = 0)]
    read_ports: u32,

    /// Ports of each bank that only write
    #[arg(long, value_name = "N", default_value_t = 0)]
    write_ports: u32,

    /// Cells: static ones of fast (hp), low-standby-power or low-operating-power transistors, as leaky as those of
    /// foundries, or embedded DRAM
    #[arg(long, value_name = "CELL", default_value = "hp", value_parser = choice(&CELLS))]
    cell: CellKind,

    /// Transistors of decoders, sense amplifiers and drivers
    #[arg(long, value_name = "TRANSISTORS", default_value = "hp", value_parser = choice(&TRANSISTORS))]
    periphery: DeviceClass,

    /// Banks, a power of two: parts of the capacity with their own address and data wires
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=MOST_BANKS))]
    banks: u32,

    /// How to divide it, instead of a search: CACTI's Ndwl, Ndbl, Nspd, Ndcm, Ndsam1 and Ndsam2
    #[arg(
        long,
        value_name = "NDWL,NDBL,NSPD,NDCM,NDSAM1,NDSAM2",
        value_parser = parse_organisation,
        conflicts_with_all = ["optimise", "max_access", "max_cycle", "max_area"]
    )]
    organisation: Option<Organisation>,

    /// What the search wants least of
    #[arg(
        long,
        visible_alias = "optimize",
        value_name = "WHAT",
        default_value = "energy-delay-squared",
        value_parser = choice(&OBJECTIVES)
    )]
    optimise: Objective,

    /// Longest access time that the search may take, such as 1ns
    #[arg(long, value_name = "TIME", value_parser = positive::<Seconds>)]
    max_access: Option<Seconds>,

    /// Longest cycle time that the search may take, such as 1ns
    #[arg(long, value_name = "TIME", value_parser = positive::<Seconds>)]
    max_cycle: Option<Seconds>,

    /// Largest area of all banks that the search may take, such as 0.5mm2
    #[arg(long, value_name = "AREA", value_parser = positive::<SquareMillimetres>)]
    max_area: Option<SquareMillimetres>,

    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

/// More than any floor plan has edges for.
const MOST_BANKS: i64 = 65_536;

const EXAMPLES: &str = "\
Examples:
  nm-trace chip array --node 45nm --capacity 48KiB --word 24B
  nm-trace chip array --node 28nm --capacity 1MiB --word 32B --max-access 2ns --optimise area
  nm-trace chip array --node 32nm --capacity 4MiB --word 64B --cell edram --temperature 77C
  nm-trace chip array --node 45nm --capacity 48KiB --word 24B --organisation 2,2,4,8,1,1 --json";

impl Array {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<ExitCode> {
        let request = self.request();
        let report = ArrayReport::new(&request, &find(&request)?);
        print(self.json, &report, render)
    }

    fn request(&self) -> ArrayRequest {
        ArrayRequest {
            node: self.surroundings.node,
            capacity_bytes: self.capacity.0,
            word_bytes: self.word,
            ports: Ports { read_write: self.rw_ports, read: self.read_ports, write: self.write_ports },
            cell: self.cell,
            periphery: self.periphery,
            temperature: self.surroundings.temperature,
            supply: self.surroundings.supply,
            banks: self.banks,
            organisation: self.organisation,
            objective: self.optimise,
            limits: Limits {
                access: self.max_access,
                cycle: self.max_cycle,
                area: self.max_area.map(|area| SquareMicrometres(area.0 * 1e6)),
            },
        }
    }
}
