//! HotSpot's power trace: a line of names, then a line of watts for each interval.
//!
//! All intervals are as long as a profile window. A first or last window that the run covers in part has what it costs
//! spread over its whole length, so that power times interval stays the energy.

use std::io::Write;

use anyhow::{Result, bail};

use super::Die;
use crate::power::PowerRow;
use crate::report::formats::{FinishedRun, ReportWriter, RunHeading};
use crate::report::output::Output;
use crate::units::Watts;

struct PowerTrace {
    output: Output,
    die: Die,
    /// Part of the die's area, by unit.
    shares: Vec<f64>,
    window_cycles: u64,
    line: String,
}

pub(super) fn start(mut output: Output, heading: &RunHeading<'_>) -> Result<Box<dyn ReportWriter>> {
    let die = Die::of(heading)?;
    let names: Vec<&str> = die.units.iter().map(|unit| unit.name.as_str()).collect();
    writeln!(output, "{}", names.join("\t"))?;
    let area = die.area_mm2();
    let shares = die.units.iter().map(|unit| unit.area_mm2 / area).collect();
    let window_cycles = heading.window_cycles;
    Ok(Box::new(PowerTrace { output, die, shares, window_cycles, line: String::new() }))
}

impl ReportWriter for PowerTrace {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        let everywhere: Watts = self.die.everywhere.iter().map(|&at| row.components[at]).sum();
        let covered = row.start_cycle.abs_diff(row.end_cycle) as f64 / self.window_cycles as f64;
        self.line.clear();
        for (unit, share) in self.die.units.iter().zip(&self.shares) {
            let own = unit.component.map_or(Watts(0.0), |at| row.components[at]);
            let power_w = (own.0 + everywhere.0 * share) * covered;
            if !power_w.is_finite() {
                bail!("the power of {} from cycle {} is not a finite number", unit.name, row.start_cycle);
            }
            let separator = if self.line.is_empty() { "" } else { "\t" };
            self.line += &format!("{separator}{power_w:?}");
        }
        Ok(writeln!(self.output, "{}", self.line)?)
    }

    fn finish(self: Box<Self>, _: &FinishedRun<'_>) -> Result<Output> {
        Ok(self.output)
    }
}
