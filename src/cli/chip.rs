//! `nm-trace chip`: a chip's area, TDP and energy per action.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::chip::pat::{Component, Pat, Placement};
use crate::chip::{self, ChipReport};
use crate::report::chip::{ChipRow, ChipTable, render};
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
            serde_json::to_writer_pretty(output.writer(), &ChipReport::new(&pat))?;
            writeln!(output.writer())?;
        } else {
            output.writer().write_all(render(&table(&pat)).as_bytes())?;
        }
        output.commit()?;
        Ok(ExitCode::SUCCESS)
    }
}

fn table(pat: &Pat) -> ChipTable {
    let tdp_w = pat.tdp().0;
    let on_chip = pat.components.iter().filter(|component| component.placement == Placement::Chip);
    ChipTable {
        name: pat.name.clone(),
        description: pat.description.clone(),
        clock_hz: pat.clock.value.0,
        area_mm2: pat.area.as_ref().map(|area| area.value.0),
        die_area_mm2: pat.die_area.as_ref().map(|area| area.value.0),
        tdp_w,
        components: on_chip.map(|component| row(component, pat, tdp_w)).collect(),
    }
}

fn row(component: &Component, pat: &Pat, chip_tdp_w: f64) -> ChipRow {
    let tdp_w = component.tdp(pat.clock.value).0;
    let leakage_w = component.leakage.value.0;
    let clock_w = component.clock_running.value.0;
    ChipRow {
        name: component.name.clone(),
        area_mm2: component.area.as_ref().map(|area| area.value.0),
        leakage_w,
        clock_w,
        dynamic_tdp_w: tdp_w - leakage_w - clock_w,
        tdp_w,
        share: if chip_tdp_w > 0.0 { tdp_w / chip_tdp_w } else { 0.0 },
    }
}
