//! Energy by region: a table a kind, since every kind is a view of the whole run.

use crate::power::{PowerReport, RegionPower};
use crate::report::page::Page;
use crate::report::quantity::{UNKNOWN, bar, grouped, percent, si3};
use crate::report::table::{Column, Table};

/// More regions of a kind than this are not all shown.
const MOST: usize = 12;
const BAR: usize = 8;

/// A table for each kind of region, in the order in which the kinds come.
pub(super) fn tables(page: &mut Page, report: &PowerReport) {
    let mut kinds: Vec<&str> = Vec::new();
    for region in &report.regions {
        if !kinds.contains(&region.kind.as_str()) {
            kinds.push(&region.kind);
        }
    }
    for kind in kinds {
        table(page, report, kind);
    }
}

fn table(page: &mut Page, report: &PowerReport, kind: &str) {
    let of_kind = || report.regions.iter().filter(|region| region.kind == kind);
    let all: Vec<&RegionPower> = of_kind().filter(|region| !region.is_remainder).collect();
    let (shown, rest) = if all.len() > MOST { largest(all) } else { (all, Vec::new()) };
    let which = match rest.len() {
        0 => String::new(),
        more => format!(": the {} largest of {}", shown.len(), grouped(shown.len() + more)),
    };
    page.heading(&format!("Energy by {kind}{which}"));
    let mut table = Table::new(vec![
        Column::words(kind),
        Column::number("start"),
        Column::number("duration"),
        Column::number("power"),
        Column::number("energy"),
        Column::number("share"),
        Column::bar(),
    ]);
    for region in &shown {
        table.row(row(region, report.energy_j));
    }
    if !rest.is_empty() {
        table.row(row(&together(&rest), report.energy_j));
    }
    for remainder in of_kind().filter(|region| region.is_remainder) {
        table.row(row(remainder, report.energy_j));
    }
    page.table(&table);
    if of_kind().any(|region| region.average_power_w.is_none()) {
        page.paragraph(&format!("{UNKNOWN}: no time passed."));
    }
}

/// The regions that matter most, largest first, and the others. Equal ones stay in the order of time.
fn largest(mut regions: Vec<&RegionPower>) -> (Vec<&RegionPower>, Vec<&RegionPower>) {
    regions.sort_by(|a, b| b.energy_j.total_cmp(&a.energy_j));
    let rest = regions.split_off(MOST - 1);
    (regions, rest)
}

/// One row for several regions.
fn together(regions: &[&RegionPower]) -> RegionPower {
    let energy_j = regions.iter().map(|region| region.energy_j).sum::<f64>();
    let duration_s = regions.iter().map(|region| region.duration_s).sum::<f64>();
    RegionPower {
        kind: String::new(),
        id: None,
        name: format!("({} more)", grouped(regions.len())),
        is_remainder: false,
        start_s: None,
        start_cycle: None,
        duration_s,
        cycles: 0,
        energy_j,
        energy_by_kind_j: Default::default(),
        system_energy_j: 0.0,
        average_power_w: (duration_s > 0.0).then(|| energy_j / duration_s),
        macs: None,
        components: Vec::new(),
    }
}

fn row(region: &RegionPower, whole_j: f64) -> Vec<String> {
    // Several regions, and what is outside of all, have no one start; where no time passed there is no power.
    let start = region.start_s.map_or_else(String::new, |start| si3(start, "s"));
    let power = region.average_power_w.map_or_else(|| UNKNOWN.to_string(), |power| si3(power, "W"));
    vec![
        region.name.clone(),
        start,
        si3(region.duration_s, "s"),
        power,
        si3(region.energy_j, "J"),
        percent(region.energy_j, whole_j),
        bar(region.energy_j, whole_j, BAR),
    ]
}
