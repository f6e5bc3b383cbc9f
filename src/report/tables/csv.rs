//! Tables as CSV: one line of column names; numbers read back as they were; what nobody knows is empty.

use std::io;

use anyhow::Result;
use serde::{Serialize, Serializer};

use super::{Cell, Layout, TableWriter};
use crate::report::formats::{ReportFormat, Takes};
use crate::report::output::Output;

/// A row a window.
pub const POWER: ReportFormat = ReportFormat {
    name: "csv",
    endings: &[".csv"],
    summary: "power over time: a row a window, a column a component, or a column a chip of several",
    takes: Takes::Windows,
    is_for_several: true,
    start: |output, heading| super::power::power(output, heading, open),
};

/// A row a region.
pub const REGIONS: ReportFormat = ReportFormat {
    name: "regions-csv",
    endings: &[".regions.csv"],
    summary: "layers, ops, inferences: a row a region, a column a component",
    takes: Takes::Reports,
    is_for_several: true,
    start: |output, heading| super::regions(output, heading, open),
};

/// A row a number of the summary.
pub const SUMMARY: ReportFormat = ReportFormat {
    name: "summary-csv",
    endings: &[".summary.csv"],
    summary: "the summary: a row a number, with its unit",
    takes: Takes::Reports,
    is_for_several: true,
    start: |output, heading| super::summary(output, heading, open),
};

struct Csv(csv::Writer<Output>);

fn open(output: Output, layout: &Layout) -> Result<Box<dyn TableWriter>> {
    let mut csv = csv::Writer::from_writer(output);
    csv.write_record(layout.columns.iter().map(|column| &column.name)).map_err(io_error)?;
    Ok(Box::new(Csv(csv)))
}

impl TableWriter for Csv {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        Ok(self.0.serialize(cells).map_err(io_error)?)
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        Ok(self.0.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Cell::Missing => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Flag(flag) => serializer.serialize_bool(flag),
            Cell::Cycle(cycle) => serializer.serialize_i64(cycle),
            Cell::Count(count) => serializer.serialize_u64(count),
            Cell::Number(number) => serializer.serialize_f64(number),
        }
    }
}

/// The writer's own error where there is one, so that a closed pipe can still be told from a full disk.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidInput, format!("{other:?}")),
    }
}
