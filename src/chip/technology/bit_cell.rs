//! Bit cells: six transistors (SRAM), or one transistor and a capacitor (DRAM).

use crate::units::Volts;

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
    /// Current of the access transistor in A/µm.
    pub on_current_a_per_um: f64,
    /// Leakage of the access transistor at the worst temperature in A/µm.
    pub worst_off_current_a_per_um: f64,
}
