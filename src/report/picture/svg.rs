//! The picture as SVG: one file, words as words, nothing that has to be loaded.

use std::io::{self, Write};

use anyhow::{Context, Result};

use crate::power::{PowerRecord, PowerReport};
use crate::report::finite;
use crate::report::formats::{FinishedRun, ReportFormat, Takes, at_end};

use super::layout::Picture;
use super::plot;

/// Power over time as vectors.
pub const FORMAT: ReportFormat = ReportFormat {
    name: "svg",
    endings: &[".svg"],
    summary: "a picture of power over time, by component and layer, for papers",
    takes: Takes::Record,
    is_for_several: false,
    start: |output, _| Ok(at_end(output, |run, output| Ok(output.write_all(&of_run(run)?)?))),
};

/// The picture of a run's first operating point.
pub(super) fn of_run(run: &FinishedRun<'_>) -> Result<Vec<u8>> {
    let point = run.points.first().context("the run ended without a report")?;
    let record = run.record.context("the run ended without power over time")?;
    let mut svg = Vec::new();
    write(&point.report, record, &mut svg)?;
    Ok(svg)
}

/// Writes the picture of a run.
///
/// # Errors
/// What the writer reports, and a number that is not finite.
pub fn write(report: &PowerReport, record: &PowerRecord, writer: impl Write) -> io::Result<()> {
    let broken =
        |problem: &dyn std::fmt::Display| io::Error::new(io::ErrorKind::InvalidData, problem.to_string());
    finite::check(report).map_err(|problem| broken(&problem))?;
    if let Some(bin) = record.bins().iter().find(|bin| !(bin.average_w + bin.highest_w).is_finite()) {
        return Err(broken(&format!("the power at cycle {} is not a finite number", bin.start_cycle)));
    }
    plot::write(&Picture::new(report, record), writer)
}
