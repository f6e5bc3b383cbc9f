//! The summary as a table: a row a number, with what it is of.

use anyhow::Result;

use super::{Cell, Column, Kind, Layout, column};
use crate::report::formats::FinishedRun;
use crate::report::metrics::FAMILIES;

/// Columns that say what of a metric is meant; missing where all of it is.
const LABELS: [&str; 5] = ["component", "action", "kind", "window", "percentile"];

pub(super) fn columns() -> Vec<Column> {
    let texts = ["point", "chip", "metric", "unit"].into_iter().chain(LABELS);
    let texts = texts.map(|name| column(name, Kind::Text, ""));
    // Its unit is the row's.
    texts.chain([column("value", Kind::Number, "")]).collect()
}

pub(super) fn rows(
    _: &Layout,
    run: &FinishedRun<'_>,
    write: &mut dyn FnMut(&[Cell<'_>]) -> Result<()>,
) -> Result<()> {
    for point in run.points {
        // Regions are a table of their own.
        for family in FAMILIES.iter().filter(|family| !family.is_of_regions()) {
            let key = family.key();
            let whose = [&point.label, &point.report.chip.name, &key].map(|text| Cell::Text(text));
            family.each(&point.report, &mut |labels, value| {
                let label = |name| labels.iter().find(|(label, _)| *label == name);
                let labels =
                    LABELS.map(|name| label(name).map_or(Cell::Missing, |(_, value)| Cell::Text(value)));
                let texts = whose.into_iter().chain([Cell::Text(family.unit.symbol())]).chain(labels);
                write(&texts.chain([Cell::Number(value)]).collect::<Vec<_>>())
            })?;
        }
    }
    Ok(())
}
