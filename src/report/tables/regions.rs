//! Regions as a table: a row a region of an operating point, with the energy of every component in it.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{Cell, Column, Kind, Layout, column};
use crate::power::RegionPower;
use crate::report::formats::{FinishedRun, RunHeading};

/// What stands in columns whose names end in it is a component's.
const ENERGY: &str = "_energy_j";

/// Columns ahead of those of components.
const FIXED: [(&str, Kind, &str); 16] = [
    ("point", Kind::Text, ""),
    ("kind", Kind::Text, ""),
    ("id", Kind::Count, "1"),
    ("name", Kind::Text, ""),
    ("is_remainder", Kind::Flag, ""),
    ("start_cycle", Kind::Cycle, "cycle"),
    ("cycles", Kind::Count, "cycle"),
    ("start_s", Kind::Number, "s"),
    ("duration_s", Kind::Number, "s"),
    ("energy_j", Kind::Number, "J"),
    ("dynamic_j", Kind::Number, "J"),
    ("clock_j", Kind::Number, "J"),
    ("leakage_j", Kind::Number, "J"),
    ("system_energy_j", Kind::Number, "J"),
    ("average_power_w", Kind::Number, "W"),
    ("macs", Kind::Number, "1"),
];

/// Of several chips, every component of any of them has a column.
pub(super) fn columns(heading: &RunHeading<'_>) -> Vec<Column> {
    let mut columns: Vec<Column> = FIXED.map(|(name, kind, unit)| column(name, kind, unit)).into();
    let mut known = std::collections::BTreeSet::new();
    for component in heading.points.iter().flat_map(|point| &point.pat.components) {
        if known.insert(&component.name) {
            columns.push(column(format!("{}{ENERGY}", component.name), Kind::Number, "J"));
        }
    }
    columns
}

pub(super) fn rows(
    layout: &Layout,
    run: &FinishedRun<'_>,
    write: &mut dyn FnMut(&[Cell<'_>]) -> Result<()>,
) -> Result<()> {
    let components = layout.columns[FIXED.len()..].iter().enumerate();
    let components: BTreeMap<&str, usize> = components
        .filter_map(|(at, column)| Some((column.name.strip_suffix(ENERGY)?, FIXED.len() + at)))
        .collect();
    let mut cells = Vec::new();
    for point in run.points {
        for region in &point.report.regions {
            cells.clear();
            cells.extend(of_region(&point.label, region));
            cells.resize(layout.columns.len(), Cell::Missing);
            for component in &region.components {
                if let Some(&at) = components.get(component.name.as_str()) {
                    cells[at] = Cell::Number(component.energy_j);
                }
            }
            write(&cells)?;
        }
    }
    Ok(())
}

fn of_region<'a>(point: &'a str, region: &'a RegionPower) -> [Cell<'a>; FIXED.len()] {
    let by_kind = &region.energy_by_kind_j;
    [
        Cell::Text(point),
        Cell::Text(&region.kind),
        region.id.map_or(Cell::Missing, Cell::Count),
        Cell::Text(&region.name),
        Cell::Flag(region.is_remainder),
        region.start_cycle.map_or(Cell::Missing, Cell::Cycle),
        Cell::Count(region.cycles),
        Cell::number(region.start_s),
        Cell::Number(region.duration_s),
        Cell::Number(region.energy_j),
        Cell::Number(by_kind.dynamic),
        Cell::Number(by_kind.clock),
        Cell::Number(by_kind.leakage),
        Cell::Number(region.system_energy_j),
        Cell::number(region.average_power_w),
        Cell::number(region.macs),
    ]
}
