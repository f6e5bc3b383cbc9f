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
    /// The chip, as `nm-trace chip` takes it.
    pub chip: String,
    /// The chip's name and node.
    pub title: String,
    /// The activity that was replayed on it; null for figures of the chip itself.
    pub activity: Option<String>,
    /// What is compared, in words.
    pub quantity: String,
    /// Unit of `published` and `ours`: `W`, `mm2`, `Hz`, `s`, `TOPS`; `%` for shares, which are parts of one here; `1`
    /// for ratios and counts.
    pub unit: &'static str,
    /// The published figure; null where the quantity is an error itself.
    pub published: Option<f64>,
    /// `exact`; `upper` or `lower`: ours must come from below or from above.
    pub bound: &'static str,
    /// Our figure; null if there is none.
    pub ours: Option<f64>,
    /// Ours over the published one, less 1; null without ours.
    pub error: Option<f64>,
    /// The error that NeuroMeter's paper gives; null if it gives none.
    pub neurometer_error: Option<f64>,
    /// Largest error that passes; null for a bound that is only to be kept, and for what is not judged.
    pub tolerance: Option<f64>,
    /// Whether the error is within the tolerance, on the side of the bound; null: shown, not judged.
    pub passed: Option<bool>,
    /// Why there is no figure of ours; null if there is one.
    pub problem: Option<String>,
    /// How the published figure means something else than ours; null if it means the same.
    pub meaning: Option<String>,
    /// Which physical effect is missing; null where the aim is met.
    pub missing: Option<String>,
    /// Where the figure was published.
    pub source: String,
}
