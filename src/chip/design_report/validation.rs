//! What the model says of chips beside what was published of them, as plain numbers.

use serde::Serialize;

/// All comparisons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValidationReport {
    /// Version of this report's schema.
    pub schema_version: u32,
    /// Whether every row is within its tolerance.
    pub passed: bool,
    /// One a published figure.
    pub rows: Vec<ValidationRow>,
}

/// A published figure and ours.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValidationRow {
    /// The chip.
    pub chip: String,
    /// What is compared, in words.
    pub quantity: String,
    /// Unit of `published` and `ours`: `W`, `mm2`; `1` for parts, ratios and counts.
    pub unit: &'static str,
    /// The published figure.
    pub published: f64,
    /// `exact`, or `upper`: what was published is a bound from above, and ours must come from below.
    pub bound: &'static str,
    /// Our figure; null if the chip has none.
    pub ours: Option<f64>,
    /// Ours over the published one, less 1; null without ours.
    pub error: Option<f64>,
    /// The error that NeuroMeter's paper gives; null if it gives none.
    pub neurometer_error: Option<f64>,
    /// Largest error that passes.
    pub tolerance: f64,
    /// Whether the error is within the tolerance, on the side of the bound.
    pub passed: bool,
    /// Why there is no figure of ours; null if there is one.
    pub problem: Option<String>,
    /// Where the figure was published.
    pub source: String,
}
