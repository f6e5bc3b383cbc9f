//! `nm-trace replay`: a trace and chips become power reports.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::limits::{LimitArguments, verdict};
use super::pricing::PricingArguments;
use super::report_outputs::OutputArguments;
use crate::report::formats::REPORT_FORMATS;

/// Price a trace with a chip: power over time, average and peak power, TDP headroom, energy by component, layer and
/// inference. With several chips, supplies, clocks or temperatures: the trace is read once, and every combination is
/// compared.
#[derive(Debug, Args)]
#[command(after_help = after_help())]
pub struct Replay {
    #[command(flatten)]
    pricing: PricingArguments,

    #[command(flatten)]
    outputs: OutputArguments,

    #[command(flatten)]
    limits: LimitArguments,
}

const EXAMPLES: &str = "\
Examples:
  nm-trace replay fixtures/scale-sim/conv_ws_calc --chip tpu-v1
  nm-trace replay fixtures/activity/data.csv --chip tpu-v1 --json report.json
  nm-trace replay fixtures/activity/wide.csv --chip tpu-v1 --csv power.csv -o power.svg
  nm-trace replay fixtures/activity/data.csv --chip tpu-v1 --fail-over-tdp --max-peak 90W@10us
  cat fixtures/activity/events.jsonl | nm-trace replay - --chip tpu-v1 --window 1us
  nm-trace replay fixtures/scale-sim/conv_os_calc --chip eyeriss --save-profile p.nmt
  nm-trace replay p.nmt --chip tpu-v1 --window 5000
  nm-trace replay p.nmt --chip tpu-v1 --chip 'fixtures/chips/*-published.toml' --json reports.json
  nm-trace replay p.nmt --chip tpu-v1 --voltage 0.75V,0.8V,0.86V --clock 500MHz,600MHz,700MHz";

/// Examples, and the formats that are written, from their list.
fn after_help() -> String {
    let formats = REPORT_FORMATS
        .iter()
        .map(|format| format!("\n  {:12} {:24} {}", format.name, format.endings.join(" "), format.summary));
    format!("{EXAMPLES}\n\nFormats of -o:{}", formats.collect::<String>())
}

impl Replay {
    /// Runs the subcommand.
    pub fn run(self) -> Result<ExitCode> {
        let chips = self.pricing.chips()?;
        let mut outputs = self.outputs.prepare(&self.pricing.files(&chips))?;
        let run = self.pricing.prepare(chips)?.with_peak_lengths(self.limits.peak_lengths());
        let mut running = outputs.start(&run.heading())?;
        let points = run.price(running.observer(), outputs.profile())?;
        let exceeded = self.limits.exceeded(&points)?;
        outputs.write(running, &points)?;
        Ok(verdict(&exceeded))
    }
}
