//! How far a metric may go: `0.1%`, `+2 nJ`, `±10 cycles`, by patterns over the metrics' names.

use glob::Pattern;
use indexmap::IndexMap;
use serde::Deserialize;
use thiserror::Error;

use super::metric::{Metric, Quantity};
use crate::units::{Joules, Quantity as _, Ratio, Watts};

/// What holds where no pattern fits: counts are exact, so what differs by more is no noise.
const DEFAULT: &str = "0.1%";
/// What the rounding of a difference of two doubles may add to a limit that is met exactly.
const ROUNDING: f64 = 1e-12;
/// How tolerances are written, for messages.
const EXPECTED: &str = "expected such as \"0.1%\", \"2 nJ\", \"1 mW\" or \"10 cycles\", with + before it for growth only, - \
                        for fall only, ± for both; a list of them; or \"ignore\"";

/// A tolerance that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ToleranceError {
    /// It is written in a way that is not understood.
    #[error("found the tolerance {found:?}, {EXPECTED}")]
    Written {
        /// What was found.
        found: String,
    },
    /// Its pattern is none.
    #[error(
        "found the pattern {pattern:?}, expected a glob over metrics' names such as \"layer.*.energy\": {problem}"
    )]
    Pattern {
        /// What was found.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It is of another quantity than a metric that it is for.
    #[error("the tolerance {pattern:?} = {written:?} is {of}, but {metric} is {is}: {cure}")]
    Quantity {
        /// The pattern that fits the metric.
        pattern: String,
        /// The tolerance.
        written: String,
        /// What the tolerance measures.
        of: Quantity,
        /// The metric.
        metric: String,
        /// What the metric measures.
        is: Quantity,
        /// What to do.
        cure: &'static str,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Worse,
    Growth,
    Fall,
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Size {
    /// Of the baseline's value.
    Relative(f64),
    Absolute(f64, Quantity),
}

/// How far a change may go on one side, or on both.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound {
    side: Side,
    size: Size,
}

/// How far a metric may go. Without any bound: wherever it likes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Tolerance {
    written: String,
    bounds: Vec<Bound>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a tolerance in quotes such as \"0.1%\", or a list of them")]
enum Written {
    One(String),
    Several(Vec<String>),
}

impl TryFrom<Written> for Tolerance {
    type Error = ToleranceError;

    fn try_from(written: Written) -> Result<Tolerance, ToleranceError> {
        let parts = match written {
            Written::One(one) => vec![one],
            Written::Several(several) => several,
        };
        Tolerance::parse(&parts)
    }
}

impl Tolerance {
    fn parse(parts: &[String]) -> Result<Tolerance, ToleranceError> {
        let written = parts.join(", ");
        let bounds = match parts {
            [one] if one.trim() == "ignore" => Vec::new(),
            [] => return Err(ToleranceError::Written { found: written }),
            parts => parts.iter().map(|part| bound(part)).collect::<Result<_, _>>()?,
        };
        Ok(Tolerance { written, bounds })
    }

    /// As it was written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether nothing of the metric is judged: it may appear and vanish, too.
    pub fn is_ignore(&self) -> bool {
        self.bounds.is_empty()
    }

    /// Whether a bound is a part of the baseline's value.
    pub fn is_relative(&self) -> bool {
        self.bounds.iter().any(|bound| matches!(bound.size, Size::Relative(_)))
    }

    /// Whether a change from the baseline's value is within all bounds.
    pub fn allows(&self, metric: &Metric, baseline: f64, change: f64) -> bool {
        let concerns = |bound: &&Bound| match bound.side {
            Side::Worse => metric.is_worse(change),
            Side::Growth => change > 0.0,
            Side::Fall => change < 0.0,
            Side::Both => true,
        };
        self.bounds.iter().filter(concerns).all(|bound| bound.size.reaches(baseline, change))
    }

    /// Whether a change is smaller than each bound, on whatever side.
    pub fn is_small(&self, baseline: f64, change: f64) -> bool {
        self.bounds.iter().all(|bound| bound.size.reaches(baseline, change))
    }
}

impl Size {
    fn reaches(self, baseline: f64, change: f64) -> bool {
        let limit = match self {
            Size::Relative(part) => part * baseline.abs(),
            Size::Absolute(limit, _) => limit,
        };
        change.abs() <= limit * (1.0 + ROUNDING)
    }
}

fn bound(text: &str) -> Result<Bound, ToleranceError> {
    let trimmed = text.trim();
    let sides = [("+-", Side::Both), ("±", Side::Both), ("+", Side::Growth), ("-", Side::Fall)];
    let sided = sides.iter().find_map(|(sign, side)| Some((trimmed.strip_prefix(sign)?, *side)));
    let (size, side) = sided.unwrap_or((trimmed, Side::Worse));
    let size = size_of(size.trim()).ok_or_else(|| ToleranceError::Written { found: text.to_owned() })?;
    Ok(Bound { side, size })
}

fn size_of(text: &str) -> Option<Size> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let cycles = text.strip_suffix("cycles").or_else(|| text.strip_suffix("cycle"));
    let absolute = |value: f64, quantity| value.is_finite().then_some(Size::Absolute(value, quantity));
    if let Some(number) = cycles {
        return absolute(number.trim().parse().ok()?, Quantity::Cycles);
    }
    if text.ends_with('%') {
        return Some(Size::Relative(Ratio::parse(text).ok()?.0));
    }
    let energy = Joules::parse(text).ok().and_then(|energy| absolute(energy.0, Quantity::Energy));
    energy.or_else(|| absolute(Watts::parse(text).ok()?.0, Quantity::Power))
}

/// Tolerances by pattern. Of those that fit a name, the last one counts; where none fits, 0.1 % for the worse.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "IndexMap<String, Tolerance>")]
pub struct Tolerances {
    rules: Vec<(Pattern, Tolerance)>,
    default: Tolerance,
}

impl Default for Tolerances {
    fn default() -> Tolerances {
        let bounds = bound(DEFAULT).into_iter().collect();
        Tolerances { rules: Vec::new(), default: Tolerance { written: DEFAULT.to_owned(), bounds } }
    }
}

impl TryFrom<IndexMap<String, Tolerance>> for Tolerances {
    type Error = ToleranceError;

    fn try_from(rules: IndexMap<String, Tolerance>) -> Result<Tolerances, ToleranceError> {
        let mut tolerances = Tolerances::default();
        for (pattern, tolerance) in rules {
            tolerances.add(&pattern, tolerance)?;
        }
        Ok(tolerances)
    }
}

impl Tolerances {
    /// Adds what is written `PATTERN=TOLERANCE`; it wins over those before it.
    ///
    /// # Errors
    /// [`ToleranceError`]: a text that is no such thing.
    pub fn add_written(&mut self, text: &str) -> Result<(), ToleranceError> {
        let no_tolerance = || ToleranceError::Written { found: text.to_owned() };
        let (pattern, tolerance) = text.rsplit_once('=').ok_or_else(no_tolerance)?;
        let parts: Vec<String> = tolerance.split(',').map(str::to_owned).collect();
        self.add(pattern.trim(), Tolerance::parse(&parts)?)
    }

    fn add(&mut self, pattern: &str, tolerance: Tolerance) -> Result<(), ToleranceError> {
        let compiled = Pattern::new(pattern).map_err(|problem| ToleranceError::Pattern {
            pattern: pattern.to_owned(),
            problem: problem.to_string(),
        })?;
        self.rules.push((compiled, tolerance));
        Ok(())
    }

    /// The tolerance of a metric.
    ///
    /// # Errors
    /// [`ToleranceError::Quantity`]: it is absolute, and of another quantity.
    pub fn of(&self, metric: &Metric) -> Result<&Tolerance, ToleranceError> {
        let Some((pattern, tolerance)) = self.rules.iter().rev().find(|(rule, _)| fits(rule, &metric.name))
        else {
            return Ok(&self.default);
        };
        let other = tolerance.bounds.iter().find_map(|bound| match bound.size {
            Size::Absolute(_, quantity) if quantity != metric.quantity => Some(quantity),
            _ => None,
        });
        match other {
            None => Ok(tolerance),
            Some(of) => Err(ToleranceError::Quantity {
                pattern: pattern.as_str().to_owned(),
                written: tolerance.written.clone(),
                of,
                metric: metric.name.clone(),
                is: metric.quantity,
                cure: "make it relative, or its pattern narrower",
            }),
        }
    }

    /// Patterns that fit none of the names: written wrong, or left over.
    pub fn idle<'a>(&self, names: impl Iterator<Item = &'a str> + Clone) -> Vec<&str> {
        let idle = |rule: &&(Pattern, Tolerance)| !names.clone().any(|name| fits(&rule.0, name));
        self.rules.iter().filter(idle).map(|(pattern, _)| pattern.as_str()).collect()
    }
}

/// A name with brackets fits itself, whatever it would mean as a pattern.
fn fits(pattern: &Pattern, name: &str) -> bool {
    pattern.matches(name) || pattern.as_str() == name
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tolerance(written: &str) -> Result<Tolerance, ToleranceError> {
        Tolerance::parse(&written.split(';').map(str::to_owned).collect::<Vec<_>>())
    }

    fn allowed(written: &str, metric: &Metric, changes: &[f64]) -> Vec<bool> {
        let tolerance = tolerance(written).unwrap();
        changes.iter().map(|&change| tolerance.allows(metric, metric.value, change)).collect()
    }

    #[test]
    fn a_sign_says_on_which_side_a_metric_is_bounded() {
        let energy = Metric::new("energy", Quantity::Energy, 100.0);
        let headroom = Metric { more_is_better: true, ..Metric::new("tdp_headroom", Quantity::Power, 100.0) };
        let changes = [2.0, 1.0, -1.0, -2.0];
        assert_eq!(allowed("1%", &energy, &changes), [false, true, true, true]);
        assert_eq!(allowed("1 %", &headroom, &changes), [true, true, true, false]);
        assert_eq!(allowed("+1 W", &headroom, &changes), [false, true, true, true]);
        assert_eq!(allowed("-1%", &energy, &changes), [true, true, true, false]);
        assert_eq!(allowed("±1000 mJ", &energy, &changes), [false, true, true, false]);
        assert_eq!(allowed("+-1.5 J", &energy, &changes), [false, true, true, false]);
        assert_eq!(allowed("+1%;-2%", &energy, &changes), [false, true, true, true]);
        assert_eq!(allowed("ignore", &energy, &changes), [true; 4]);
        assert_eq!(allowed("0%", &energy, &[0.0, 1e-300]), [true, false]);
    }

    #[test]
    fn nothing_is_a_part_of_zero() {
        let zero = Metric::new("energy", Quantity::Energy, 0.0);
        assert_eq!(allowed("50%", &zero, &[0.0, 1e-30]), [true, false]);
        assert_eq!(allowed("1 pJ", &zero, &[1e-12, 2e-12]), [true, false]);
    }

    #[test]
    fn what_is_no_tolerance_is_refused_with_what_would_be() {
        for wrong in ["", "1", "x%", "--1%", "1 V", "nan%", "inf J", "0.1 percent", "ignore;1%", "-", "%"] {
            let message = tolerance(wrong).unwrap_err().to_string();
            assert!(message.contains("expected such as \"0.1%\""), "{wrong}: {message}");
        }
    }

    #[test]
    fn the_last_pattern_that_fits_counts() {
        let mut tolerances = Tolerances::default();
        let layer = |name: &str| Metric::new(format!("layer.{name}.energy"), Quantity::Energy, 1.0);
        assert_eq!(tolerances.of(&layer("a")).unwrap().written(), "0.1%");
        for written in ["*=1%", "layer.conv*.energy=2 nJ", "layer.conv[1].energy=3%", "typo*=1%"] {
            tolerances.add_written(written).unwrap();
        }
        assert_eq!(tolerances.of(&layer("a")).unwrap().written(), "1%");
        assert_eq!(tolerances.of(&layer("conv2")).unwrap().written(), "2 nJ");
        assert_eq!(tolerances.of(&layer("conv[1]")).unwrap().written(), "3%");
        assert_eq!(tolerances.idle(["layer.conv1.energy"].into_iter()), ["typo*"]);
        let cycles = Metric::new("layer.conv.energy", Quantity::Cycles, 1.0);
        let message = tolerances.of(&cycles).unwrap_err().to_string();
        assert!(message.contains("is an energy, but layer.conv.energy is a number of cycles"), "{message}");
        assert!(tolerances.add_written("[=1%").unwrap_err().to_string().contains("expected a glob"));
    }
}
