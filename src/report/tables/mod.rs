//! Tables that other programs read: power over time, regions, the summary. Each can be written as CSV, Parquet and
//! Arrow IPC, by whichever writer: a table is its columns, and rows of cells.

#[cfg(feature = "parquet")]
pub mod columnar;
pub mod csv;
mod power;
mod regions;
mod summary;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::formats::{FinishedRun, ReportWriter, RunHeading};
use super::output::Output;

/// Version of the tables' columns. It grows when a column is removed, renamed or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Flag,
    /// A cycle: may be negative.
    Cycle,
    Count,
    Number,
}

/// A column.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "CSV says no kinds and no units"))]
struct Column {
    name: String,
    kind: Kind,
    /// Unit of a number, `1` if it has none; empty for what is no number.
    unit: &'static str,
}

/// What stands in a row of a column. Nobody knows what is missing.
#[derive(Clone, Copy, Debug)]
enum Cell<'a> {
    Missing,
    Text(&'a str),
    Flag(bool),
    Cycle(i64),
    Count(u64),
    Number(f64),
}

impl Cell<'_> {
    fn number(value: Option<f64>) -> Cell<'static> {
        value.map_or(Cell::Missing, Cell::Number)
    }
}

/// Columns of a table, and what is said of the whole of it.
#[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "CSV says nothing about itself"))]
struct Layout {
    columns: Vec<Column>,
    /// Keys and values: which table, of which chip, written by which program. Of several operating points, a line each.
    about: Vec<(&'static str, String)>,
}

impl Layout {
    fn new(table: &str, columns: Vec<Column>, heading: &RunHeading<'_>) -> Result<Layout> {
        let mut seen = BTreeSet::new();
        if let Some(twice) = columns.iter().find(|column| !seen.insert(column.name.as_str())) {
            bail!(
                "the table {table} would have two columns {:?}, expected one; give the chip's component of that name another",
                twice.name
            );
        }
        let list = |one: &dyn Fn(&super::formats::PointHeading<'_>) -> String| -> String {
            heading.points.iter().map(one).collect::<Vec<_>>().join("\n")
        };
        let fingerprints = heading.points.iter().map(|point| point.pat.fingerprint());
        let fingerprints = fingerprints.collect::<Result<Vec<String>, _>>()?;
        let about = vec![
            ("nm_trace.tool", format!("nm-trace {}", env!("CARGO_PKG_VERSION"))),
            ("nm_trace.table", table.to_owned()),
            ("nm_trace.schema_version", SCHEMA_VERSION.to_string()),
            ("nm_trace.points", list(&|point| point.label.clone())),
            ("nm_trace.chips", list(&|point| point.pat.name.clone())),
            ("nm_trace.chip_fingerprints", fingerprints.join("\n")),
            ("nm_trace.clocks_hz", list(&|point| point.clock.0.to_string())),
            ("nm_trace.window_cycles", heading.window_cycles.to_string()),
            ("nm_trace.includes_system", heading.include_system.to_string()),
        ];
        Ok(Layout { columns, about })
    }
}

fn column(name: impl Into<String>, kind: Kind, unit: &'static str) -> Column {
    Column { name: name.into(), kind, unit }
}

/// Writes a table to an output.
trait TableWriter {
    /// Writes the next row, a cell a column.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()>;

    /// Writes what is left, and gives the output back.
    fn finish(self: Box<Self>) -> Result<Output>;
}

/// Starts to write a table.
type OpenTable = fn(Output, &Layout) -> Result<Box<dyn TableWriter>>;

/// Writes a row, whose numbers are finite: what is unknown is missing.
fn write_row(writer: &mut dyn TableWriter, layout: &Layout, cells: &[Cell<'_>]) -> Result<()> {
    if cells.len() != layout.columns.len() {
        bail!("a row of {} cells where {} columns were named", cells.len(), layout.columns.len());
    }
    for (column, cell) in layout.columns.iter().zip(cells) {
        if let Cell::Number(number) = cell
            && !number.is_finite()
        {
            bail!("{} is {number}, expected a finite number", column.name);
        }
    }
    writer.row(cells)
}

/// Tells of the rows of a run that has ended, one after another.
type Rows = fn(&Layout, &FinishedRun<'_>, &mut dyn FnMut(&[Cell<'_>]) -> Result<()>) -> Result<()>;

/// A table whose rows are known at the end.
struct AtEnd {
    layout: Layout,
    rows: Rows,
    writer: Box<dyn TableWriter>,
}

impl ReportWriter for AtEnd {
    fn finish(self: Box<Self>, run: &FinishedRun<'_>) -> Result<Output> {
        let AtEnd { layout, rows, mut writer } = *self;
        rows(&layout, run, &mut |cells| write_row(writer.as_mut(), &layout, cells))?;
        writer.finish()
    }
}

/// Writes a row a region.
fn regions(output: Output, heading: &RunHeading<'_>, open: OpenTable) -> Result<Box<dyn ReportWriter>> {
    let layout = Layout::new("regions", regions::columns(heading), heading)?;
    let writer = open(output, &layout)?;
    Ok(Box::new(AtEnd { layout, rows: regions::rows, writer }))
}

/// Writes a row a number of the summary.
fn summary(output: Output, heading: &RunHeading<'_>, open: OpenTable) -> Result<Box<dyn ReportWriter>> {
    let layout = Layout::new("summary", summary::columns(), heading)?;
    let writer = open(output, &layout)?;
    Ok(Box::new(AtEnd { layout, rows: summary::rows, writer }))
}
