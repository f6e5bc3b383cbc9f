//! JSON: keys in the order of the struct, numbers that read back as they were, a newline at the end.

use std::io::{self, Write};

use serde::Serialize;

use super::comparison::Comparison;
use super::finite;
use super::formats::{ReportFormat, Takes, at_end};

/// The whole report; of several operating points, a document of all.
pub const FORMAT: ReportFormat = ReportFormat {
    name: "json",
    endings: &[".json"],
    summary: "the whole report, or the reports of several chips as one document",
    takes: Takes::Reports,
    is_for_several: true,
    start: |output, _| {
        Ok(at_end(output, |run, output| match run.points {
            [alone] => Ok(write(&alone.report, output)?),
            several => Ok(write(&Comparison::new(several), output)?),
        }))
    },
};

/// Writes any of this module's structs as JSON.
///
/// # Errors
/// What the writer reports, and a number that is not finite: JSON has none, and `null` would mean unknown.
/// Nothing is written in that case.
pub fn write(value: &impl Serialize, mut writer: impl Write) -> io::Result<()> {
    finite::check(value).map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem))?;
    serde_json::to_writer_pretty(&mut writer, value)?;
    writer.write_all(b"\n")
}
