//! What a chip is made of, for `nm-trace chip NAME`: tables of power and area with bars.

use serde::Serialize;

use super::page::Page;
use super::quantity::{UNKNOWN, area, bar, percent, si, si3};
use super::table::{Column, Table};

const BAR: usize = 12;

/// A chip and its components, ready to be printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChipTable {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Its clock.
    pub clock_hz: f64,
    /// Area that the published figure means.
    pub area_mm2: Option<f64>,
    /// Area of the die, with pads.
    pub die_area_mm2: Option<f64>,
    /// Its thermal design power.
    pub tdp_w: f64,
    /// Its components, in the chip file's order.
    pub components: Vec<ChipRow>,
}

/// One component of a chip.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChipRow {
    /// Its name.
    pub name: String,
    /// Its area; null where the chip file does not say.
    pub area_mm2: Option<f64>,
    /// Leakage at the chip's reference.
    pub leakage_w: f64,
    /// Clock power when running.
    pub clock_w: f64,
    /// Power of its actions at the activity that TDP assumes.
    pub dynamic_tdp_w: f64,
    /// Its part of TDP: the sum of the three.
    pub tdp_w: f64,
    /// `tdp_w` over the chip's, 0 to 1.
    pub share: f64,
}

/// The chip as text. It ends in a newline.
pub fn render(chip: &ChipTable) -> String {
    let mut page = Page::titled(&chip.name);
    if !chip.description.is_empty() {
        page.paragraph(&chip.description);
        page.line("");
    }
    let known = |area_mm2: Option<f64>| match area_mm2 {
        Some(mm2) => area(mm2),
        None => "unknown: the chip file does not say".to_string(),
    };
    page.fact("Clock", &si(chip.clock_hz, "Hz"));
    page.fact("Area", &known(chip.area_mm2));
    page.fact("Die area", &known(chip.die_area_mm2));
    page.fact("TDP", &si(chip.tdp_w, "W"));
    page.heading("Thermal design power");
    page.table(&power(chip));
    if chip.components.iter().any(|component| component.area_mm2.is_some()) {
        page.heading("Area");
        page.table(&areas(chip));
    }
    page.finish()
}

fn power(chip: &ChipTable) -> Table {
    let mut table = Table::new(vec![
        Column::words("component"),
        Column::number("dynamic"),
        Column::number("clock"),
        Column::number("leakage"),
        Column::number("TDP"),
        Column::number("share"),
        Column::bar(),
    ]);
    for row in &chip.components {
        let powers = [row.dynamic_tdp_w, row.clock_w, row.leakage_w, row.tdp_w];
        table.row(power_row(&row.name, powers, row.share, bar(row.share, 1.0, BAR)));
    }
    let sum = |power: fn(&ChipRow) -> f64| chip.components.iter().map(power).sum();
    let sums = [sum(|row| row.dynamic_tdp_w), sum(|row| row.clock_w), sum(|row| row.leakage_w), chip.tdp_w];
    table.rule();
    table.row(power_row("chip", sums, 1.0, String::new()));
    table
}

fn power_row(name: &str, powers: [f64; 4], share: f64, bar: String) -> Vec<String> {
    let powers = powers.map(|power| si3(power, "W"));
    let mut cells = vec![name.to_string()];
    cells.extend(powers);
    cells.extend([percent(share, 1.0), bar]);
    cells
}

/// Areas are shares of the chip where its own is known and holds them, else of their sum.
fn areas(chip: &ChipTable) -> Table {
    let mut table = Table::new(vec![
        Column::words("component"),
        Column::number("area"),
        Column::number("share"),
        Column::bar(),
    ]);
    let sum: f64 = chip.components.iter().filter_map(|component| component.area_mm2).sum();
    let whole = chip.area_mm2.filter(|&area_mm2| area_mm2 >= sum).unwrap_or(sum);
    let row = |name: &str, mm2: f64, bar: String| vec![name.to_string(), area(mm2), percent(mm2, whole), bar];
    for component in &chip.components {
        table.row(match component.area_mm2 {
            Some(mm2) => row(&component.name, mm2, bar(mm2, whole, BAR)),
            None => vec![
                component.name.clone(),
                UNKNOWN.to_string(),
                String::new(),
                "not in the chip file".into(),
            ],
        });
    }
    // A rounding error is not whitespace.
    if whole - sum > 1e-9 * whole {
        table.row(row("(not itemised)", whole - sum, bar(whole - sum, whole, BAR)));
    }
    table.rule();
    table.row(row("total", whole, String::new()));
    table
}
