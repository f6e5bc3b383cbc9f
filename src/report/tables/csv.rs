//! Tables as CSV: one line of column names; numbers read back as they were; what nobody knows is empty.

use std::io;

use anyhow::Result;

use super::{Cell, Layout, TableWriter};
use crate::report::formats::{ReportFormat, Takes};
use crate::report::output::Output;

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
        for cell in cells {
            let field = match cell {
                Cell::Missing => self.0.write_field(""),
                Cell::Text(text) => self.0.write_field(text),
                Cell::Flag(flag) => self.0.write_field(flag.to_string()),
                Cell::Cycle(cycle) => self.0.write_field(cycle.to_string()),
                Cell::Count(count) => self.0.write_field(count.to_string()),
                // As JSON and the CSV of power write it: the shortest that reads back as the same.
                Cell::Number(number) => self.0.write_field(serde_json::to_string(number)?),
            };
            field.map_err(io_error)?;
        }
        Ok(self.0.write_record(None::<&[u8]>).map_err(io_error)?)
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        Ok(self.0.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }
}

/// The writer's own error where there is one, so that a closed pipe can still be told from a full disk.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidInput, format!("{other:?}")),
    }
}
