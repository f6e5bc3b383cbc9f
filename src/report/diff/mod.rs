//! How two runs differ: text, JSON and HTML of a [`Difference`].

mod contents;
// Without pages, nothing draws a curve.
#[cfg_attr(not(feature = "html"), allow(dead_code))]
mod curve;
#[cfg(feature = "html")]
mod html;
pub mod text;
mod words;

use std::path::Path;

use anyhow::Result;

pub use self::curve::Curve;
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
    pub ending: &'static str,
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
    ending: ".json",
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

/// The format of an output that is asked for as `FILE` or `FORMAT=FILE`, and its file.
///
/// # Errors
/// A sentence for the command line: a name that tells no format.
pub fn difference_format_of(argument: &str) -> Result<(&'static DifferenceFormat, &Path), String> {
    let named = argument.split_once('=').and_then(|(name, file)| {
        let format = DIFFERENCE_FORMATS.iter().find(|format| format.name == name)?;
        Some((*format, Path::new(file)))
    });
    let by_ending = || {
        let format = DIFFERENCE_FORMATS.iter().find(|format| argument.ends_with(format.ending))?;
        Some((*format, Path::new(argument)))
    };
    named.or_else(by_ending).ok_or_else(|| {
        let words = |word: fn(&DifferenceFormat) -> &'static str| {
            DIFFERENCE_FORMATS.iter().map(|format| word(format)).collect::<Vec<_>>().join(", ")
        };
        format!(
            "expected a name that ends in one of {}, or FORMAT=FILE with one of the formats {}",
            words(|format| format.ending),
            words(|format| format.name)
        )
    })
}
