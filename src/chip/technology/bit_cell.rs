//! Bit cells: six transistors (SRAM), or one transistor and a capacitor (DRAM).

use serde::Deserialize;

use super::device::Device;
use super::error::TechnologyError;
use super::interpolation::Ends;
use super::laws::leakage_at;
use crate::units::{Kelvin, Volts};

/// A six-transistor SRAM cell with one read-write port.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StaticCell {
    /// Gate width of an access transistor in µm.
    pub access_width_um: f64,
    /// Gate width of a pull-up transistor in µm.
    pub pull_up_width_um: f64,
    /// Gate width of a pull-down transistor in µm.
    pub pull_down_width_um: f64,
    /// Extent along the word line in µm.
    pub width_um: f64,
    /// Extent along the bit lines in µm.
    pub height_um: f64,
}

/// A DRAM cell of one transistor and one capacitor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DynamicCell {
    /// Gate width of the access transistor in µm.
    pub access_width_um: f64,
    /// Threshold voltage of the access transistor.
    pub access_threshold: Volts,
    /// Extent along the word line in µm.
    pub width_um: f64,
    /// Extent along the bit line in µm.
    pub height_um: f64,
    /// Voltage of a stored one.
    pub supply: Volts,
    /// Voltage of an active word line.
    pub word_line: Volts,
    /// Storage capacitance in F.
    pub capacitance_f: f64,
    /// Current of the access transistor in A, for its width: CACTI's tables label it A/µm and use it so.
    pub on_current_a: f64,
    /// Leakage of the access transistor at the worst temperature in A, likewise.
    pub worst_off_current_a: f64,
}

/// The static cell of a node's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StaticCellRow {
    #[serde(rename = "source")]
    _source: String,
    access_width_feature_sizes: f64,
    pull_up_width_feature_sizes: f64,
    pull_down_width_feature_sizes: f64,
    pub area_um2: f64,
    height_over_width: f64,
}

/// The static cell of foundries, in a node's file: the smallest that one has told, and what such cells leak.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FoundryCellRow {
    #[serde(rename = "source")]
    _source: String,
    pub area_um2: f64,
    #[serde(rename = "leakage_source")]
    _leakage_source: String,
    leakage_supply_v: f64,
    /// At temperatures evenly spaced from 300 K to 400 K.
    leakage_a: Vec<f64>,
}

impl FoundryCellRow {
    /// Leakage in A of a cell with one port at a supply; the node's transistors, at the same temperature, say how much
    /// a supply lowers the barrier.
    pub fn leakage_a(
        &self,
        supply: Volts,
        temperature: Kelvin,
        transistors: &Device,
    ) -> Result<f64, TechnologyError> {
        let law = transistors.voltage.of(Volts(self.leakage_supply_v), transistors.threshold);
        Ok(leakage_at(&self.leakage_a, temperature)? * law.factors(supply)?.off_current)
    }
}

impl StaticCell {
    /// Between two nodes each figure is a power of the feature size, so that 146 F² stay 146 F².
    pub(super) fn between<T>(ends: &Ends<T>, smaller: &StaticCellRow, larger: &StaticCellRow) -> StaticCell {
        let (low, high) = (ends.smaller.feature_size_um, ends.larger.feature_size_um);
        let gate_width =
            |width: fn(&StaticCellRow) -> f64| ends.power_law(width(smaller) * low, width(larger) * high);
        let area_um2 = ends.power_law(smaller.area_um2, larger.area_um2);
        let height_over_width = ends.power_law(smaller.height_over_width, larger.height_over_width);
        let width_um = (area_um2 / height_over_width).sqrt();
        StaticCell {
            access_width_um: gate_width(|row| row.access_width_feature_sizes),
            pull_up_width_um: gate_width(|row| row.pull_up_width_feature_sizes),
            pull_down_width_um: gate_width(|row| row.pull_down_width_feature_sizes),
            width_um,
            height_um: height_over_width * width_um,
        }
    }
}

/// A dynamic cell of a node's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DynamicCellRow {
    #[serde(rename = "source")]
    _source: String,
    access_width_um: f64,
    access_threshold_v: f64,
    area_um2: f64,
    height_over_width: f64,
    supply_v: f64,
    word_line_v: f64,
    capacitance_f: f64,
    on_current_a: f64,
    worst_off_current_a: f64,
}

impl DynamicCell {
    /// Between two nodes each figure is on a straight line, as in CACTI 7.
    pub(super) fn between<T>(
        ends: &Ends<T>,
        smaller: &DynamicCellRow,
        larger: &DynamicCellRow,
    ) -> DynamicCell {
        let line = |figure: fn(&DynamicCellRow) -> f64| ends.linear(figure(smaller), figure(larger));
        let height_over_width = line(|row| row.height_over_width);
        let width_um = (line(|row| row.area_um2) / height_over_width).sqrt();
        DynamicCell {
            access_width_um: line(|row| row.access_width_um),
            access_threshold: Volts(line(|row| row.access_threshold_v)),
            width_um,
            height_um: height_over_width * width_um,
            supply: Volts(line(|row| row.supply_v)),
            word_line: Volts(line(|row| row.word_line_v)),
            capacitance_f: line(|row| row.capacitance_f),
            on_current_a: line(|row| row.on_current_a),
            worst_off_current_a: line(|row| row.worst_off_current_a),
        }
    }
}
