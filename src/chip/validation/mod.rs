//! Chips beside what was published of them: the rows of the files beside this one, evaluated.
//!
//! What a row compares is a `Figure`, of the chip itself or of an activity that is replayed on it. Replaying is not the
//! chip model's: whoever asks for the comparison hands in how.

mod activity;
mod figure;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Deserialize;

use self::figure::Figure;
use super::design_report::{ValidationReport, ValidationRow};
use super::library::open;
use super::pat::Pat;
use super::report::ChipReport;

pub use activity::{ReplayedLayer, ReplayedRun};

/// The published figures that come with the program.
const PUBLISHED: [&str; 4] = [
    include_str!("tpu.toml"),
    include_str!("eyeriss.toml"),
    include_str!("nvdla.toml"),
    include_str!("others.toml"),
];

/// Version of the report's schema.
const SCHEMA_VERSION: u32 = 2;

/// A file of published figures.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    /// What several rows say: `"$NAME"` in one stands for the text of that name.
    #[serde(default)]
    texts: BTreeMap<String, String>,
    #[serde(default)]
    row: Vec<Row>,
}

impl Published {
    /// The rows of a file, texts put in.
    fn rows(text: &str) -> Result<Vec<Row>, toml::de::Error> {
        let Published { texts, mut row } = toml::from_str(text)?;
        for row in &mut row {
            let told = [Some(&mut row.source), row.meaning.as_mut(), row.missing.as_mut()];
            for text in told.into_iter().flatten() {
                let Some(name) = text.strip_prefix('$') else { continue };
                let unknown = || serde::de::Error::custom(format!("no text is called {name}"));
                *text = texts.get(name).ok_or_else(unknown)?.clone();
            }
        }
        Ok(row)
    }
}

/// A published figure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// A built-in chip, or one with values that stand over its own.
    chip: String,
    /// An activity that is replayed on the chip, for figures of one.
    activity: Option<String>,
    quantity: Figure,
    /// Words for the quantity, where those that it has are long.
    name: Option<String>,
    /// Not given: the quantity is an error itself.
    published: Option<f64>,
    unit: String,
    #[serde(default)]
    bound: Bound,
    /// A part of one, with its sign.
    neurometer_error: Option<f64>,
    /// A part of one. Not given: a bound that is only to be kept, or a figure that is shown and not judged.
    tolerance: Option<f64>,
    /// How the published figure means something else than ours.
    meaning: Option<String>,
    /// Which physical effect is missing when the error is beyond the tolerance.
    missing: Option<String>,
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
    /// No less than that.
    Lower,
}

impl Bound {
    fn name(self) -> &'static str {
        match self {
            Bound::Exact => "exact",
            Bound::Upper => "upper",
            Bound::Lower => "lower",
        }
    }

    /// Whether an error is within a tolerance, on the side of the bound; not judged where nothing says what would do.
    fn passes(self, error: f64, tolerance: Option<f64>) -> Option<bool> {
        let close = |error: f64| tolerance.is_none_or(|tolerance| error.abs() <= tolerance);
        match self {
            Bound::Exact => tolerance.map(|_| close(error)),
            Bound::Upper => Some(error <= 0.0 && close(error)),
            Bound::Lower => Some(error >= 0.0 && close(error)),
        }
    }
}

/// How an activity is replayed on a chip: given the frozen chip and the activity's name.
pub type Replay<'a> = dyn Fn(&Pat, &str) -> Result<ReplayedRun, String> + 'a;

/// The comparison of all built-in chips with what was published of them.
///
/// # Errors
/// What is wrong with the file of published figures.
pub fn validate(replay: &Replay<'_>) -> Result<ValidationReport, toml::de::Error> {
    let rows = PUBLISHED.into_iter().map(Published::rows).collect::<Result<Vec<_>, _>>()?;
    Ok(compare(&rows.concat(), replay))
}

/// A chip that a row names, and the activities that were replayed on it.
struct Subject {
    pat: Pat,
    report: ChipReport,
    runs: BTreeMap<String, Result<ReplayedRun, String>>,
}

fn compare(rows: &[Row], replay: &Replay<'_>) -> ValidationReport {
    let mut subjects: BTreeMap<&str, Result<Subject, String>> = BTreeMap::new();
    for row in rows {
        let subject = subjects.entry(&row.chip).or_insert_with(|| {
            let loaded = open(&row.chip).map_err(|error| error.to_string())?;
            let report = ChipReport::of(&loaded);
            Ok(Subject { pat: loaded.pat, report, runs: BTreeMap::new() })
        });
        if let (Ok(subject), Some(activity)) = (subject, &row.activity) {
            let pat = &subject.pat;
            subject.runs.entry(activity.clone()).or_insert_with(|| replay(pat, activity));
        }
    }
    let mut errors: BTreeMap<(&str, Option<&str>), Vec<f64>> = BTreeMap::new();
    let compared = rows.iter().map(|row| {
        let of_layers = errors.entry((&row.chip, row.activity.as_deref())).or_default();
        let compared = row.compared(subjects.get(row.chip.as_str()), of_layers);
        of_layers.extend(compared.error.filter(|_| matches!(row.quantity, Figure::LayerPower(_))));
        compared
    });
    let compared: Vec<ValidationRow> = compared.collect();
    let passed = compared.iter().all(|row| row.passed != Some(false));
    ValidationReport { schema_version: SCHEMA_VERSION, passed, rows: compared }
}

impl Row {
    fn compared(&self, subject: Option<&Result<Subject, String>>, errors: &[f64]) -> ValidationRow {
        let subject = match subject {
            Some(Ok(subject)) => Ok(subject),
            Some(Err(problem)) => Err(problem.clone()),
            None => Err("no such chip was built".to_owned()),
        };
        let in_unit =
            |value: f64| self.quantity.in_unit(value, &self.unit).map_err(|error| error.to_string());
        let published = self.published.map(in_unit).transpose();
        let title = subject.as_ref().map_or_else(|_| self.chip.clone(), |subject| title(&subject.report));
        let ours = published.clone().and(subject).and_then(|subject| self.ours(subject, errors));
        let published = published.unwrap_or(self.published);
        let error =
            ours.as_ref().ok().map(|ours| published.map_or(*ours, |published| ours / published - 1.0));
        let passed = match error {
            Some(error) => self.bound.passes(error, self.tolerance),
            None => Some(false),
        };
        ValidationRow {
            chip: self.chip.clone(),
            title,
            activity: self.activity.clone(),
            quantity: self.name.clone().unwrap_or_else(|| self.quantity.words()),
            unit: self.quantity.unit(),
            published,
            bound: self.bound.name(),
            ours: ours.as_ref().ok().copied(),
            error,
            neurometer_error: self.neurometer_error,
            tolerance: self.tolerance,
            passed,
            problem: ours.err(),
            meaning: self.meaning.clone(),
            missing: self.missing.clone().filter(|_| passed == Some(false)),
            source: self.source.clone(),
        }
    }

    /// Our figure; `errors` are those of the layers of the same activity.
    fn ours(&self, subject: &Subject, errors: &[f64]) -> Result<f64, String> {
        if self.quantity == Figure::MeanLayerError && !errors.is_empty() {
            return Ok(errors.iter().map(|error| error.abs()).sum::<f64>() / errors.len() as f64);
        }
        let run = self.activity.as_ref().and_then(|activity| subject.runs.get(activity));
        let run = run
            .map_or(Err("the row names no activity".to_owned()), |run| run.as_ref().map_err(String::clone));
        self.quantity.of(subject, run)
    }
}

/// A chip's name with its node, which may have been moved: `nvdla-512, 16 nm`.
fn title(chip: &ChipReport) -> String {
    let node = chip.design.as_ref().map(|design| format!(", {} nm", design.node_nm));
    format!("{}{}", chip.name, node.unwrap_or_default())
}
