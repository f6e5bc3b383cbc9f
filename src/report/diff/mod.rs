//! How two runs differ: text, JSON and HTML of a [`Difference`].

mod contents;
// Without pages, nothing draws a curve.
#[cfg_attr(not(feature = "html"), allow(dead_code))]
mod curve;
#[cfg(feature = "html")]
mod html;
pub mod text;
mod words;

use anyhow::Result;

pub use self::curve::Curve;
use super::formats::NamedFormat;
use super::json;
use super::output::Output;
use crate::regression::Difference;

/// A difference and what pictures of it are made from.
pub struct DrawnDifference<'a> {
    /// The difference.
    pub difference: &'a Difference,
    /// Power over time of both runs.
    pub curves: [Curve; 2],
}

/// A format in which a difference is written to a file.
pub struct DifferenceFormat {
    /// Its name, as in `-o NAME=FILE`.
    pub name: &'static str,
    /// How names of its files end.
    pub endings: &'static [&'static str],
    /// One line about it.
    pub summary: &'static str,
    /// Whether it draws power over time.
    pub draws: bool,
    /// Writes it.
    pub write: fn(&DrawnDifference<'_>, &mut Output) -> Result<()>,
}

/// Every number of a difference.
pub const JSON: DifferenceFormat = DifferenceFormat {
    name: "json",
    endings: &[".json"],
    summary: "every term by component, action and region",
    draws: false,
    write: |drawn, output| Ok(json::write(drawn.difference, output)?),
};

/// All formats.
pub const DIFFERENCE_FORMATS: &[&DifferenceFormat] = &[
    &JSON,
    #[cfg(feature = "html")]
    &html::FORMAT,
];

impl NamedFormat for DifferenceFormat {
    fn name(&self) -> &'static str {
        self.name
    }

    fn endings(&self) -> &'static [&'static str] {
        self.endings
    }
}
