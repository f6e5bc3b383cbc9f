//! Chips beside what was published of them: the rows of `library/validation.toml`, evaluated.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::design_report::{PartReport, ValidationReport, ValidationRow};
use super::library::{Loaded, open};
use super::report::ChipReport;
use crate::units::{Hertz, Quantity as Unit, Ratio, Seconds, SquareMillimetres, UnitError, Watts};

/// The published figures that come with the program.
const PUBLISHED: &str = include_str!("library/validation.toml");

/// Version of the report's schema.
const SCHEMA_VERSION: u32 = 1;

/// A file of published figures.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    #[serde(default)]
    row: Vec<Row>,
}

/// A published figure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// A built-in chip, or one with values that stand over its own.
    chip: String,
    quantity: Figure,
    published: f64,
    unit: String,
    #[serde(default)]
    bound: Bound,
    /// A part of one, with its sign.
    neurometer_error: Option<f64>,
    /// A part of one.
    tolerance: f64,
    source: String,
}

/// What a published figure is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    /// The figure itself.
    #[default]
    Exact,
    /// No more than that.
    Upper,
}

/// What is compared. Components are given by name, and parts within them by `COMPONENT/PART`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Figure {
    /// Area of the chip.
    Area,
    /// Thermal design power.
    Tdp,
    /// Power when nothing happens.
    IdlePower,
    /// Clock.
    Clock,
    /// Peak performance in 10^12 operations a second.
    PeakTops,
    /// Shortest cycle of a component.
    CycleTime(String),
    /// Area of components or parts.
    AreaOf(Vec<String>),
    /// Part of the chip's area that components or parts take.
    AreaShare(Vec<String>),
    /// Part of the chip's TDP that components take.
    PowerShare(Vec<String>),
    /// Area of some over that of others.
    AreaRatio { of: Vec<String>, over: Vec<String> },
    /// A number that was chosen for a component; of `2 read + 1 write` that before the word.
    Chosen { component: String, key: String, word: Option<String> },
}

/// The comparison of all built-in chips with what was published of them.
///
/// # Errors
/// What is wrong with the file of published figures.
pub fn validate() -> Result<ValidationReport, toml::de::Error> {
    compare(PUBLISHED)
}

fn compare(published: &str) -> Result<ValidationReport, toml::de::Error> {
    let published: Published = toml::from_str(published)?;
    let mut chips: BTreeMap<String, Result<ChipReport, String>> = BTreeMap::new();
    let report = |chip: &str| {
        open(chip).map(|loaded: Loaded| ChipReport::of(&loaded)).map_err(|error| error.to_string())
    };
    let rows = published.row.iter().map(|row| {
        let chip = chips.entry(row.chip.clone()).or_insert_with(|| report(&row.chip));
        row.compared(chip.as_ref().map_err(String::as_str))
    });
    let rows: Vec<ValidationRow> = rows.collect();
    Ok(ValidationReport { schema_version: SCHEMA_VERSION, passed: rows.iter().all(|row| row.passed), rows })
}

impl Row {
    fn compared(&self, chip: Result<&ChipReport, &str>) -> ValidationRow {
        let published = self.quantity.in_unit(self.published, &self.unit).map_err(|error| error.to_string());
        let ours = chip.map_err(str::to_owned).and_then(|chip| self.quantity.of(chip));
        let both = published.clone().and_then(|published| Ok((published, ours?)));
        let error = both.as_ref().ok().map(|(published, ours)| ours / published - 1.0);
        let passed = error.is_some_and(|error| match self.bound {
            Bound::Exact => error.abs() <= self.tolerance,
            Bound::Upper => (-self.tolerance..=0.0).contains(&error),
        });
        ValidationRow {
            chip: self.chip.clone(),
            quantity: self.quantity.words(),
            unit: self.quantity.unit(),
            published: published.unwrap_or(self.published),
            bound: if self.bound == Bound::Upper { "upper" } else { "exact" },
            ours: both.as_ref().ok().map(|(_, ours)| *ours),
            error,
            neurometer_error: self.neurometer_error,
            tolerance: self.tolerance,
            passed,
            problem: both.err(),
            source: self.source.clone(),
        }
    }
}

impl Figure {
    fn unit(&self) -> &'static str {
        match self {
            Figure::Area | Figure::AreaOf(_) => "mm2",
            Figure::Tdp | Figure::IdlePower => "W",
            Figure::Clock => "Hz",
            Figure::CycleTime(_) => "s",
            Figure::PeakTops => "TOPS",
            Figure::AreaShare(_)
            | Figure::PowerShare(_)
            | Figure::AreaRatio { .. }
            | Figure::Chosen { .. } => "1",
        }
    }

    /// A published value in the unit of the comparison.
    fn in_unit(&self, value: f64, unit: &str) -> Result<f64, UnitError> {
        match self.unit() {
            "mm2" => SquareMillimetres::with_unit(value, unit).map(Unit::value),
            "W" => Watts::with_unit(value, unit).map(Unit::value),
            "Hz" => Hertz::with_unit(value, unit).map(Unit::value),
            "s" => Seconds::with_unit(value, unit).map(Unit::value),
            "TOPS" if unit == "TOPS" => Ok(value),
            _ => Ratio::with_unit(value, unit).map(Unit::value),
        }
    }

    fn words(&self) -> String {
        match self {
            Figure::Area => "area".to_owned(),
            Figure::Tdp => "TDP".to_owned(),
            Figure::IdlePower => "idle power".to_owned(),
            Figure::Clock => "clock".to_owned(),
            Figure::PeakTops => "peak performance".to_owned(),
            Figure::CycleTime(component) => format!("cycle time of {component}"),
            Figure::AreaOf(names) => format!("area of {}", names.join(" + ")),
            Figure::AreaShare(names) => format!("part of area: {}", names.join(" + ")),
            Figure::PowerShare(names) => format!("part of TDP: {}", names.join(" + ")),
            Figure::AreaRatio { of, over } => {
                format!("area of {} over {}", of.join(" + "), over.join(" + "))
            }
            Figure::Chosen { component, key, word } => {
                let word = word.as_ref().map(|word| format!("{word} ")).unwrap_or_default();
                format!("{component}: {word}{key} found")
            }
        }
    }

    /// Our figure, or why there is none.
    fn of(&self, chip: &ChipReport) -> Result<f64, String> {
        let area = || chip.area_mm2.ok_or_else(|| "the chip has no area".to_owned());
        let design = || chip.design.as_ref().ok_or_else(|| "the chip is no design".to_owned());
        match self {
            Figure::Area => area(),
            Figure::Tdp => Ok(chip.tdp_w),
            Figure::IdlePower => Ok(chip.idle_power_w),
            Figure::Clock => Ok(chip.clock_hz),
            Figure::PeakTops => Ok(design()?.peak_tops),
            Figure::CycleTime(name) => {
                chip.timing.cycle_time_s.get(name).copied().ok_or_else(|| format!("{name} has no cycle time"))
            }
            Figure::AreaOf(names) => areas_of(chip, names),
            Figure::AreaShare(names) => Ok(areas_of(chip, names)? / area()?),
            Figure::PowerShare(names) => {
                let tdp = |name: &String| component(chip, name).map(|component| component.tdp_w);
                Ok(names.iter().map(tdp).sum::<Result<f64, String>>()? / chip.tdp_w)
            }
            Figure::AreaRatio { of, over } => Ok(areas_of(chip, of)? / areas_of(chip, over)?),
            Figure::Chosen { component, key, word } => {
                let placed = design()?.components.iter().find(|placed| placed.name == *component);
                let choices = placed.map(|placed| placed.choices.as_slice()).unwrap_or_default();
                let choice = choices.iter().find(|choice| choice.key == key);
                let value = choice.and_then(|choice| number_of(&choice.value, word.as_deref()));
                value.ok_or_else(|| format!("no number {key} was chosen for {component}"))
            }
        }
    }
}

/// The number that a choice begins with, or that stands before a word.
fn number_of(choice: &str, word: Option<&str>) -> Option<f64> {
    let words: Vec<&str> = choice.split(' ').collect();
    let at = word.map_or(Some(1), |word| words.iter().position(|other| *other == word))?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

fn component<'a>(chip: &'a ChipReport, name: &str) -> Result<&'a super::ComponentReport, String> {
    let found = chip.components.iter().find(|component| component.name == name);
    found.ok_or_else(|| format!("the chip has no component {name}"))
}

fn areas_of(chip: &ChipReport, names: &[String]) -> Result<f64, String> {
    names.iter().map(|name| area_of(chip, name)).sum()
}

/// Area of a component, or of all parts of a name in it.
fn area_of(chip: &ChipReport, name: &str) -> Result<f64, String> {
    let Some((of, part)) = name.split_once('/') else {
        return component(chip, name)?.area_mm2.ok_or_else(|| format!("{name} has no area"));
    };
    let design = chip.design.as_ref().ok_or_else(|| "the chip is no design".to_owned())?;
    let placed = design.components.iter().find(|placed| placed.name == of);
    let placed = placed.ok_or_else(|| format!("the chip has no component {of}"))?;
    let found: Vec<f64> = placed.parts.iter().flat_map(|inner| areas_named(inner, part)).collect();
    if found.is_empty() { Err(format!("{of} has no part {part}")) } else { Ok(found.iter().sum()) }
}

/// Areas of the topmost parts of a name.
fn areas_named(part: &PartReport, name: &str) -> Vec<f64> {
    if part.name == name {
        return vec![part.area_mm2];
    }
    part.parts.iter().flat_map(|inner| areas_named(inner, name)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn row(text: &str) -> ValidationRow {
        compare(&format!("[[row]]\n{text}\nsource = \"a paper\"")).unwrap().rows.remove(0)
    }

    #[test]
    fn a_figure_within_its_tolerance_passes_and_one_beyond_does_not() {
        let passing =
            row("chip = \"tpu-v1\"\nquantity = \"tdp\"\npublished = 75\nunit = \"W\"\ntolerance = 0.05");
        assert!(passing.passed && passing.problem.is_none(), "{passing:?}");
        let failing =
            row("chip = \"tpu-v1\"\nquantity = \"tdp\"\npublished = 40e3\nunit = \"mW\"\ntolerance = 0.5");
        assert!(!failing.passed && (failing.published - 40.0).abs() < 1e-9, "{failing:?}");
        assert!((failing.error.unwrap() - (failing.ours.unwrap() / 40.0 - 1.0)).abs() < 1e-12);
    }

    #[test]
    fn a_bound_from_above_is_met_from_below_only() {
        let upper = |published: f64| {
            let area = open("tpu-v1").unwrap().pat.area.unwrap().value.0 * published;
            row(&format!(
                "chip = \"tpu-v1\"\nquantity = \"area\"\npublished = {area}\nunit = \"mm2\"\nbound = \"upper\"\ntolerance = 0.1"
            ))
        };
        assert!(upper(1.05).passed);
        assert!(!upper(0.95).passed, "above the bound");
        assert!(!upper(1.2).passed, "too far below the bound");
    }

    #[test]
    fn shares_and_ratios_are_of_named_components() {
        let pat = open("tpu-v1").unwrap().pat;
        let area = |name: &str| {
            let named = pat.components.iter().find(|component| component.name == name).unwrap();
            named.area.as_ref().unwrap().value.0
        };
        let (unit, sums) = (area("tensor_unit"), area("accumulators"));
        let share = 100.0 * (unit + sums) / pat.area.as_ref().unwrap().value.0;
        let share = row(&format!(
            "chip = \"tpu-v1\"\nquantity = {{ area_share = [\"tensor_unit\", \"accumulators\"] }}\npublished = {share}\nunit = \"%\"\ntolerance = 1e-9",
        ));
        assert!(share.passed && share.quantity == "part of area: tensor_unit + accumulators", "{share:?}");
        let ratio = row(&format!(
            "chip = \"tpu-v1\"\nquantity = {{ area_ratio = {{ of = [\"tensor_unit\"], over = [\"accumulators\"] }} }}\npublished = {}\nunit = \"1\"\ntolerance = 1e-9",
            unit / sums
        ));
        assert!(ratio.passed, "{ratio:?}");
    }

    #[test]
    fn a_chosen_number_is_the_first_or_that_before_a_word() {
        assert_eq!(number_of("512 B", None), Some(512.0));
        assert_eq!(number_of("2 read + 1 write", Some("write")), Some(1.0));
        assert_eq!(number_of("2 read + 1 write", Some("shared")), None);
        assert_eq!(number_of("fp32", None), None);
    }

    #[test]
    fn what_cannot_be_compared_fails_with_the_reason() {
        for (quantity, unit, reason) in [
            ("{ power_share = [\"warp_core\"] }", "1", "no component warp_core"),
            (
                "{ chosen = { component = \"tensor_unit\", key = \"read_ports\" } }",
                "1",
                "no number read_ports was chosen",
            ),
            ("\"tdp\"", "mm2", "does not measure power"),
        ] {
            let row = row(&format!(
                "chip = \"tpu-v1\"\nquantity = {quantity}\npublished = 1\nunit = \"{unit}\"\ntolerance = 9"
            ));
            assert!(!row.passed && row.problem.as_ref().unwrap().contains(reason), "{row:?}");
        }
    }
}
