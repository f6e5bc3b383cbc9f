//! What the calculators of `nm-trace chip` print for people: one file a calculator, from the numbers of
//! [`crate::chip::circuit_report`].

pub mod array;
pub mod wire;

use super::quantity::{UNKNOWN, bar, percent, si, si3};
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

/// Parts of a whole for a table; nothing of nothing has no share.
fn share(part: f64, whole: f64) -> String {
    if whole == 0.0 { UNKNOWN.to_owned() } else { percent(part, whole) }
}

/// An energy in a table.
fn joules(energy_j: f64) -> String {
    si3(energy_j, "J")
}
