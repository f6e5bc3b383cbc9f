//! Power over time as CSV, written window by window while the run lasts.

use std::io::{self, Write};

use anyhow::Result;

use crate::power::PowerRow;

use super::formats::{FinishedRun, ReportFormat, ReportWriter, RunHeading, Takes};
use super::output::Output;

/// Power over time.
pub const FORMAT: ReportFormat = ReportFormat {
    name: "csv",
    endings: &[".csv"],
    summary: "power over time: a row a window, a column a component, or a column a chip of several",
    takes: Takes::Windows,
    is_for_several: true,
    start,
};

fn start(output: Output, heading: &RunHeading<'_>) -> Result<Box<dyn ReportWriter>> {
    if let [alone] = &heading.points[..] {
        let is_counted = heading.is_counted(alone.pat);
        let counted = alone.pat.components.iter().zip(&is_counted).filter(|(_, is_counted)| **is_counted);
        let names: Vec<String> = counted.map(|(component, _)| component.name.clone()).collect();
        return Ok(Box::new(OfComponents { csv: PowerCsv::new(output, &names)?, is_counted }));
    }
    let labels: Vec<String> = heading.points.iter().map(|point| point.label.clone()).collect();
    Ok(Box::new(OfPoints {
        csv: ComparisonCsv::new(output, &labels)?,
        powers_w: Vec::with_capacity(labels.len()),
        points: labels.len(),
        is_timed: heading.points.windows(2).all(|pair| pair[0].clock == pair[1].clock),
    }))
}

struct OfComponents {
    csv: PowerCsv<Output>,
    is_counted: Vec<bool>,
}

impl ReportWriter for OfComponents {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        let powers = row.components.iter().zip(&self.is_counted).filter(|(_, is_counted)| **is_counted);
        let powers_w: Vec<f64> = powers.map(|(power, _)| power.0).collect();
        let (total, system) = (row.total.0, row.system.0);
        Ok(self.csv.row(row.start_cycle, row.end_cycle, row.start.0, row.end.0, total, &powers_w, system)?)
    }

    fn finish(self: Box<Self>, _: &FinishedRun<'_>) -> Result<Output> {
        Ok(self.csv.finish()?)
    }
}

struct OfPoints {
    csv: ComparisonCsv<Output>,
    /// Of the points that have told of the window.
    powers_w: Vec<f64>,
    points: usize,
    /// Whether windows have times: if the points' clocks are one.
    is_timed: bool,
}

impl ReportWriter for OfPoints {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        self.powers_w.push(row.total.0);
        if self.powers_w.len() < self.points {
            return Ok(());
        }
        let time = self.is_timed.then_some((row.start.0, row.end.0));
        self.csv.row(row.start_cycle, row.end_cycle, time, &self.powers_w)?;
        self.powers_w.clear();
        Ok(())
    }

    fn finish(self: Box<Self>, _: &FinishedRun<'_>) -> Result<Output> {
        Ok(self.csv.finish()?)
    }
}

/// Writes a row a window: when, the power that the report means, that of every component in it, and that of the system
/// beside the chip.
///
/// Plain CSV with one line of column names; numbers read back as they were.
pub struct PowerCsv<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> PowerCsv<W> {
    /// Writes the column names: the components' stand in the order of `component_names`, the chip file's. They are
    /// those that `power_w` is the sum of.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn new(writer: W, component_names: &[String]) -> io::Result<PowerCsv<W>> {
        let mut csv = csv::Writer::from_writer(writer);
        let time = ["start_cycle", "end_cycle", "start_s", "end_s", "power_w"].map(String::from);
        let components = component_names.iter().map(|name| format!("{name}_w"));
        let names = time.into_iter().chain(components).chain(["system_power_w".to_string()]);
        csv.write_record(names).map_err(io_error)?;
        Ok(PowerCsv { csv })
    }

    /// Writes one window; `component_powers_w` are those of the components named at the start.
    ///
    /// # Errors
    /// What the writer reports; another number of components than were named; a number that is not finite.
    #[allow(clippy::too_many_arguments)] // One a column: a struct would only name them a second time.
    pub fn row(
        &mut self,
        start_cycle: i64,
        end_cycle: i64,
        start_s: f64,
        end_s: f64,
        power_w: f64,
        component_powers_w: &[f64],
        system_power_w: f64,
    ) -> io::Result<()> {
        let numbers = [start_s, end_s, power_w, system_power_w];
        if !numbers.iter().chain(component_powers_w).all(|number| number.is_finite()) {
            let problem = format!("the power from cycle {start_cycle} to {end_cycle} is not a finite number");
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        let row = (start_cycle, end_cycle, start_s, end_s, power_w, component_powers_w, system_power_w);
        self.csv.serialize(row).map_err(io_error)
    }

    /// Writes what is still buffered and gives the writer back.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn finish(self) -> io::Result<W> {
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Writes a row a window: when, and the power of each of several operating points.
pub struct ComparisonCsv<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> ComparisonCsv<W> {
    /// Writes the column names.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn new(writer: W, point_names: &[String]) -> io::Result<ComparisonCsv<W>> {
        let mut csv = csv::Writer::from_writer(writer);
        let time = ["start_cycle", "end_cycle", "start_s", "end_s"].map(String::from);
        let points = point_names.iter().map(|name| format!("{name}_w"));
        csv.write_record(time.into_iter().chain(points)).map_err(io_error)?;
        Ok(ComparisonCsv { csv })
    }

    /// Writes one window; `powers_w` are those of the points named at the start. `time_s` is left empty where clocks differ.
    ///
    /// # Errors
    /// What the writer reports; another number of points than were named; a number that is not finite.
    pub fn row(
        &mut self,
        start_cycle: i64,
        end_cycle: i64,
        time_s: Option<(f64, f64)>,
        powers_w: &[f64],
    ) -> io::Result<()> {
        if !powers_w.iter().all(|number| number.is_finite()) {
            let problem = format!("the power from cycle {start_cycle} to {end_cycle} is not a finite number");
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        let (start_s, end_s) = time_s.unzip();
        self.csv.serialize((start_cycle, end_cycle, start_s, end_s, powers_w)).map_err(io_error)
    }

    /// Writes what is still buffered and gives the writer back.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn finish(self) -> io::Result<W> {
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// The writer's own error where there is one, so that a closed pipe can still be told from a full disk.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let problem = format!("a row of {len} columns where {expected_len} were named");
            io::Error::new(io::ErrorKind::InvalidInput, problem)
        }
        other => io::Error::new(io::ErrorKind::InvalidInput, format!("{other:?}")),
    }
}
