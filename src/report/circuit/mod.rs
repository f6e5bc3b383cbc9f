//! What the calculators of `nm-trace chip` print for people: one file a calculator, from the numbers of
//! [`crate::chip::circuit_report`].

pub mod arithmetic;
pub mod array;
pub mod wire;

use super::quantity::{bar, percent, si, si3};
use super::table::{Column, Table};
use crate::chip::circuit_report::Parts;

const BAR: usize = 24;

/// The parts of one figure with their shares, and their sum.
fn parts_table(heading: &str, parts: &Parts, whole: f64, shown: impl Fn(f64) -> String) -> Table {
    let mut table = Table::new(vec![
        Column::words("part"),
        Column::number(heading),
        Column::number("share"),
        Column::bar(),
    ]);
    for (name, part) in &parts.0 {
        table.row(vec![(*name).to_owned(), shown(*part), percent(*part, whole), bar(*part, whole, BAR)]);
    }
    table.rule();
    table.row(vec!["total".to_owned(), shown(whole), percent(whole, whole), String::new()]);
    table
}

/// `at 0.9 V`, or whose own supply it is.
fn at_supply(supply_v: Option<f64>, own: &str) -> String {
    supply_v.map_or_else(|| own.to_owned(), |volts| format!("at {}", si(volts, "V")))
}

/// A temperature in both scales.
fn temperature(kelvin: f64) -> String {
    format!("{kelvin} K ({:.0} °C)", kelvin - 273.15)
}

/// A leakage of both kinds.
fn leakage(subthreshold_w: f64, gate_w: f64) -> String {
    format!("{} subthreshold, {} gate", si(subthreshold_w, "W"), si(gate_w, "W"))
}

/// An energy in a table.
fn joules(energy_j: f64) -> String {
    si3(energy_j, "J")
}

/// An area of cells, always in µm² so that parts can be compared.
fn cell_area(mm2: f64) -> String {
    let um2 = mm2 * 1e6;
    let decimals = match um2 {
        small if small < 1.0 => 3,
        medium if medium < 100.0 => 2,
        _ => 1,
    };
    if um2 == 0.0 { "0 µm²".to_owned() } else { format!("{um2:.decimals$} µm²") }
}
