//! One HTML file to look at: power over time to zoom into, tables to sort, and all that the report says. It holds its
//! charting library and loads nothing.

mod data;
mod numbers;

use std::io::Write;

use anyhow::{Result, bail};

use self::data::{AreasOfChip, PageData};
use super::finite;
use super::formats::{FinishedRun, ReportFormat, ReportWriter, RunHeading, Takes, at_end};
use super::output::Output;
use super::page::inputs;
use super::web_page::{charting_library, escaped, fill, json};

/// The page.
pub const FORMAT: ReportFormat = ReportFormat {
    name: "html",
    endings: &[".html"],
    summary: "a page to look at: charts to zoom into, tables to sort; one file, no network",
    takes: Takes::Record,
    is_for_several: false,
    start,
};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// In the order in which one uses the other.
const SCRIPTS: [&str; 7] = [
    include_str!("format.js"),
    include_str!("read.js"),
    include_str!("tables.js"),
    include_str!("power.js"),
    include_str!("charts.js"),
    include_str!("view.js"),
    include_str!("page.js"),
];

fn start(output: Output, heading: &RunHeading<'_>) -> Result<Box<dyn ReportWriter>> {
    let areas = heading.points.first().map(|point| AreasOfChip::of(point.pat));
    let is_counted = heading.points.first().map(|point| heading.is_counted(point.pat));
    let (areas, is_counted) = (areas.unwrap_or_default(), is_counted.unwrap_or_default());
    Ok(at_end(output, move |run, output| write(run, &areas, &is_counted, output)))
}

fn write(run: &FinishedRun<'_>, areas: &AreasOfChip, is_counted: &[bool], output: &mut Output) -> Result<()> {
    let ([point], Some(record)) = (run.points, run.record) else {
        bail!("found {} operating points, expected one for an HTML report", run.points.len());
    };
    finite::check(&point.report).map_err(anyhow::Error::msg)?;
    let (report, data) = PageData::new(&point.report, record, areas, is_counted);
    let title = format!("{} on {}", inputs(&report.provenance), report.chip.name);
    fill(PAGE, output, |name, output| {
        match name {
            "title" => output.write_all(escaped(&title).as_bytes())?,
            "style" => output.write_all(STYLE.as_bytes())?,
            "scripts" => SCRIPTS.iter().try_for_each(|script| output.write_all(script.as_bytes()))?,
            "charting_library" => output.write_all(charting_library()?.as_bytes())?,
            "report" => output.write_all(json(&report)?.as_bytes())?,
            "data" => output.write_all(json(&data)?.as_bytes())?,
            "powers" => numbers::write(&data.power, record, output)?,
            unknown => bail!("the page has no part {unknown:?}"),
        }
        Ok(())
    })
}
