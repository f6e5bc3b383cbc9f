//! Power over time as a table: a row a window; a column a component, or a column an operating point of several.

use anyhow::Result;

use super::{Cell, Column, Kind, Layout, OpenTable, TableWriter, column, write_row};
use crate::power::PowerRow;
use crate::report::formats::{FinishedRun, ReportWriter, RunHeading};
use crate::report::output::Output;

/// Makes rows of windows.
enum PowerRows {
    /// Of one operating point: whose components are counted, in the chip file's order, with their names.
    Components { names: Vec<String>, is_counted: Vec<bool> },
    /// Of several.
    Points {
        labels: Vec<String>,
        /// Of the points that have told of the window.
        powers_w: Vec<f64>,
        /// Whether windows have times: if the points' clocks are one.
        is_timed: bool,
    },
}

impl PowerRows {
    fn new(heading: &RunHeading<'_>) -> PowerRows {
        if let [alone] = &heading.points[..] {
            let is_counted = heading.is_counted(alone.pat);
            let counted = alone.pat.components.iter().zip(&is_counted).filter(|(_, is_counted)| **is_counted);
            let names = counted.map(|(component, _)| component.name.clone()).collect();
            return PowerRows::Components { names, is_counted };
        }
        PowerRows::Points {
            labels: heading.points.iter().map(|point| point.label.clone()).collect(),
            powers_w: Vec::with_capacity(heading.points.len()),
            is_timed: heading.points.windows(2).all(|pair| pair[0].clock == pair[1].clock),
        }
    }

    /// The columns: when, the power that the report means, of what it is the sum, and of what stands beside the chip.
    fn columns(&self) -> Vec<Column> {
        let cycles = ["start_cycle", "end_cycle"].map(|name| column(name, Kind::Cycle, "cycle"));
        let times = ["start_s", "end_s"].map(|name| column(name, Kind::Number, "s"));
        let watts = |name: &String| column(format!("{name}_w"), Kind::Number, "W");
        let powers: Vec<Column> = match self {
            PowerRows::Components { names, .. } => {
                let total = ["power".to_owned()];
                let system = ["system_power".to_owned()];
                total.iter().chain(names).chain(&system).map(watts).collect()
            }
            PowerRows::Points { labels, .. } => labels.iter().map(watts).collect(),
        };
        cycles.into_iter().chain(times).chain(powers).collect()
    }

    /// The row of a window, once all operating points have told of it.
    fn take(&mut self, row: &PowerRow<'_>) -> Option<Vec<Cell<'static>>> {
        let cycles = [Cell::Cycle(row.start_cycle), Cell::Cycle(row.end_cycle)];
        let times = [row.start, row.end].map(|time| Cell::Number(time.0));
        match self {
            PowerRows::Components { is_counted, .. } => {
                let counted = row.components.iter().zip(is_counted).filter(|(_, is_counted)| **is_counted);
                let powers = counted.map(|(power, _)| *power);
                let powers = std::iter::once(row.total).chain(powers).chain(std::iter::once(row.system));
                let powers = powers.map(|power| Cell::Number(power.0));
                Some(cycles.into_iter().chain(times).chain(powers).collect())
            }
            PowerRows::Points { labels, powers_w, is_timed } => {
                powers_w.push(row.total.0);
                if powers_w.len() < labels.len() {
                    return None;
                }
                let times = if *is_timed { times } else { [Cell::Missing; 2] };
                let powers = powers_w.drain(..).map(Cell::Number);
                Some(cycles.into_iter().chain(times).chain(powers).collect())
            }
        }
    }
}

/// A table whose rows are the windows.
struct OfWindows {
    layout: Layout,
    rows: PowerRows,
    writer: Box<dyn TableWriter>,
}

impl ReportWriter for OfWindows {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        match self.rows.take(row) {
            Some(cells) => write_row(self.writer.as_mut(), &self.layout, &cells),
            None => Ok(()),
        }
    }

    fn finish(self: Box<Self>, _: &FinishedRun<'_>) -> Result<Output> {
        self.writer.finish()
    }
}

/// Writes power over time.
pub(super) fn power(
    output: Output,
    heading: &RunHeading<'_>,
    open: OpenTable,
) -> Result<Box<dyn ReportWriter>> {
    let rows = PowerRows::new(heading);
    let layout = Layout::new("power", rows.columns(), heading)?;
    let writer = open(output, &layout)?;
    Ok(Box::new(OfWindows { layout, rows, writer }))
}
