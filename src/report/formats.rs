//! The formats in which the result of a replay is written: one file a format, listed here. Help texts, the command
//! line and tests walk the list.

use std::path::Path;

use anyhow::Result;

use crate::chip::pat::{Pat, Placement};
use crate::power::{PowerRecord, PowerRow};
use crate::units::Hertz;

use super::comparison::ComparedPoint;
#[cfg(feature = "html")]
use super::html;
use super::output::Output;
use super::{hotspot, json, openmetrics, perfetto, picture, tables};

/// All formats. Of two endings of a file's name that fit, the longer one says the format.
pub const REPORT_FORMATS: &[&ReportFormat] = &[
    &json::FORMAT,
    &tables::csv::POWER,
    &picture::svg::FORMAT,
    #[cfg(feature = "png")]
    &picture::png::FORMAT,
    &tables::csv::REGIONS,
    &tables::csv::SUMMARY,
    #[cfg(feature = "parquet")]
    &tables::columnar::POWER_PARQUET,
    #[cfg(feature = "parquet")]
    &tables::columnar::REGIONS_PARQUET,
    #[cfg(feature = "parquet")]
    &tables::columnar::SUMMARY_PARQUET,
    #[cfg(feature = "parquet")]
    &tables::columnar::POWER_ARROW,
    #[cfg(feature = "parquet")]
    &tables::columnar::REGIONS_ARROW,
    #[cfg(feature = "parquet")]
    &tables::columnar::SUMMARY_ARROW,
    &perfetto::FORMAT,
    &perfetto::COMPRESSED,
    &hotspot::PTRACE,
    &hotspot::FLP,
    &openmetrics::FORMAT,
    #[cfg(feature = "html")]
    &html::FORMAT,
];

/// A format of the result.
pub struct ReportFormat {
    /// Its name, as in `-o NAME=FILE`.
    pub name: &'static str,
    /// How names of its files end.
    pub endings: &'static [&'static str],
    /// One line about it.
    pub summary: &'static str,
    /// What it is made from.
    pub takes: Takes,
    /// Whether it can hold the results of several operating points.
    pub is_for_several: bool,
    /// Starts to write it; the output was found writable before.
    pub start: fn(Output, &RunHeading<'_>) -> Result<Box<dyn ReportWriter>>,
}

/// What a format is made from, besides the reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Reports,
    /// Power over time in bounded memory, at the end.
    Record,
    /// Every window, while the run lasts.
    Windows,
}

/// One output of a run, from its first window to its end.
pub trait ReportWriter {
    /// Takes the next window of the next operating point: of those that take windows.
    ///
    /// # Errors
    /// What writing reports.
    fn row(&mut self, _row: &PowerRow<'_>) -> Result<()> {
        Ok(())
    }

    /// Writes what is left, and gives the output back to be committed.
    ///
    /// # Errors
    /// What writing reports.
    fn finish(self: Box<Self>, run: &FinishedRun<'_>) -> Result<Output>;
}

/// What is known of a run ahead of its first window.
pub struct RunHeading<'a> {
    /// The operating points, in the order of rows and reports.
    pub points: Vec<PointHeading<'a>>,
    /// Length of a profile window.
    pub window_cycles: u64,
    /// Whether total powers hold what stands beside the chip.
    pub include_system: bool,
}

/// An operating point.
pub struct PointHeading<'a> {
    /// What tells it from the others.
    pub label: String,
    /// The chip at it.
    pub pat: &'a Pat,
    /// Clock of the run's cycles.
    pub clock: Hertz,
}

impl RunHeading<'_> {
    /// Whether each component of a chip is part of the total, in the chip file's order.
    pub fn is_counted(&self, pat: &Pat) -> Vec<bool> {
        let placements = pat.components.iter().map(|component| component.placement);
        placements.map(|placement| self.include_system || placement == Placement::Chip).collect()
    }
}

/// A run that has ended.
pub struct FinishedRun<'a> {
    /// Its reports, each with its operating point.
    pub points: &'a [ComparedPoint],
    /// Power over time of the first point, where a format takes it.
    pub record: Option<&'a PowerRecord>,
}

/// Starts to write an output that is made at the end, from the reports and the record alone.
pub(super) fn at_end(
    output: Output,
    write: impl Fn(&FinishedRun<'_>, &mut Output) -> Result<()> + 'static,
) -> Box<dyn ReportWriter> {
    Box::new(AtEnd { output, write })
}

struct AtEnd<F> {
    output: Output,
    write: F,
}

impl<F: Fn(&FinishedRun<'_>, &mut Output) -> Result<()>> ReportWriter for AtEnd<F> {
    fn finish(mut self: Box<Self>, run: &FinishedRun<'_>) -> Result<Output> {
        (self.write)(run, &mut self.output)?;
        Ok(self.output)
    }
}

/// A format with a name, told by the ending of a file's name too.
pub trait NamedFormat: 'static {
    /// Its name, as in `-o NAME=FILE`.
    fn name(&self) -> &'static str;
    /// How names of its files end.
    fn endings(&self) -> &'static [&'static str];
}

impl NamedFormat for ReportFormat {
    fn name(&self) -> &'static str {
        self.name
    }

    fn endings(&self) -> &'static [&'static str] {
        self.endings
    }
}

/// The format of an output that is asked for as `FILE` or `FORMAT=FILE`, and its file.
///
/// # Errors
/// A sentence for the command line: a name that tells no format.
pub fn format_of(argument: &str) -> Result<(&'static ReportFormat, &Path), String> {
    format_among(REPORT_FORMATS, argument).map_err(|expected| {
        let left_out = LEFT_OUT.iter().find(|(ending, _)| argument.ends_with(ending));
        left_out.map_or(expected, |(ending, feature)| {
            format!("expected another: {ending} comes with `cargo build --release --features {feature}`")
        })
    })
}

/// Endings of formats that this build leaves out, and the features that bring them.
const LEFT_OUT: &[(&str, &str)] = &[
    #[cfg(not(feature = "html"))]
    (".html", "html"),
    #[cfg(not(feature = "png"))]
    (".png", "png"),
    #[cfg(not(feature = "parquet"))]
    (".parquet", "parquet"),
    #[cfg(not(feature = "parquet"))]
    (".arrow", "parquet"),
];

/// As [`format_of`], of other formats.
///
/// # Errors
/// As [`format_of`].
pub fn format_among<'a, F: NamedFormat>(
    formats: &'static [&'static F],
    argument: &'a str,
) -> Result<(&'static F, &'a Path), String> {
    let named = argument.split_once('=').and_then(|(name, file)| {
        let format = formats.iter().find(|format| format.name() == name)?;
        Some((*format, Path::new(file)))
    });
    let by_ending = || {
        let endings =
            formats.iter().flat_map(|format| format.endings().iter().map(move |ending| (ending, format)));
        let fitting = endings.filter(|(ending, _)| argument.ends_with(**ending));
        fitting.max_by_key(|(ending, _)| ending.len()).map(|(_, format)| (*format, Path::new(argument)))
    };
    named.or_else(by_ending).ok_or_else(|| {
        let endings: Vec<&str> = formats.iter().flat_map(|format| format.endings()).copied().collect();
        let names: Vec<&str> = formats.iter().map(|format| format.name()).collect();
        format!(
            "expected a name that ends in one of {}, or FORMAT=FILE with one of the formats {}",
            endings.join(", "),
            names.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_or_a_name_before_the_file_says_the_format() {
        let name = |argument: &str| format_of(argument).map(|(format, path)| (format.name, path.to_owned()));
        assert_eq!(name("a.json"), Ok(("json", "a.json".into())));
        assert_eq!(name("json=-"), Ok(("json", "-".into())));
        assert_eq!(name("csv=a.json"), Ok(("csv", "a.json".into())));
        assert_eq!(name("x=a.json"), Ok(("json", "x=a.json".into())));
        let message = name("report.doc").unwrap_err();
        assert!(message.contains(".json") && message.contains("csv"), "{message}");
    }

    #[test]
    #[cfg(not(feature = "parquet"))]
    fn a_format_that_the_build_leaves_out_is_told_with_its_feature() {
        let message = format_of("power.regions.parquet").map(|_| ()).unwrap_err();
        assert!(message.contains("--features parquet"), "{message}");
    }

    #[test]
    fn no_two_formats_share_a_name_or_an_ending() {
        let mut known = std::collections::BTreeSet::new();
        for format in REPORT_FORMATS {
            assert!(known.insert(format.name.to_owned()), "{}", format.name);
            for ending in format.endings {
                assert!(ending.starts_with('.') && known.insert((*ending).to_owned()), "{ending}");
            }
        }
    }
}
