//! What is said of a run that was compared with its baseline. All outputs of `check` walk these structs.

use std::collections::HashMap;

use serde::Serialize;
use thiserror::Error;

use super::baseline::{Baseline, KeptInput};
use super::explanation::Explanation;
use super::metric::{Metric, Quantity};
use super::tolerance::{Tolerance, ToleranceError, Tolerances};
use crate::units::{Hertz, Watts};

/// Version of the schema of the JSON that `check` writes. It grows when a key is removed, renamed or changes its meaning.
pub const CHECK_SCHEMA_VERSION: u32 = 1;

/// Why a run cannot be judged by a baseline.
#[derive(Debug, Error)]
pub enum JudgeError {
    /// A tolerance cannot be used.
    #[error(transparent)]
    Tolerance(#[from] ToleranceError),
    /// One counts what stands beside the chip, the other does not.
    #[error(
        "the baseline {} what stands beside the chip (DRAM devices) and the run {}: their energies mean different things; {}, \
         or write the baseline anew with --update",
        if *.0 { "includes" } else { "does not include" },
        if *.0 { "does not" } else { "does" },
        if *.0 { "add --include-system" } else { "leave out --include-system" }
    )]
    System(
        /// The baseline does.
        bool,
    ),
}

/// All runs of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckReport {
    /// [`CHECK_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Every run could be read and is within its tolerances.
    pub passed: bool,
    /// The runs, in the order in which they were named.
    pub runs: Vec<CheckedRun>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckedRun {
    /// Its name.
    pub name: String,
    /// The baseline's file.
    pub baseline: String,
    /// The baseline was written: what is judged below is the run against what it said before.
    pub updated: bool,
    /// Why it could not be judged.
    pub problem: Option<String>,
    /// What is said of it; null if it could not be judged, or if there was no baseline before.
    pub verdict: Option<Verdict>,
}

/// What came of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Within all tolerances.
    Passed,
    /// Its baseline was written.
    Updated,
    /// Beyond a tolerance.
    Failed,
    /// It could not be judged.
    Unreadable,
}

/// A run beside its baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// No metric is beyond its tolerance, new or gone.
    pub passed: bool,
    /// What was kept.
    pub baseline: Identity,
    /// What is judged.
    pub run: Identity,
    /// Settings in which they differ.
    pub settings: Vec<SettingChange>,
    /// All metrics, in the baseline's order, then those that are new.
    pub metrics: Vec<JudgedMetric>,
    /// Where the difference lies.
    pub explanation: Explanation,
    /// What may surprise: patterns that fit nothing, baselines of zero.
    pub remarks: Vec<String>,
}

/// What numbers were made from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Identity {
    /// Program and version.
    pub tool: String,
    /// The chip.
    pub chip: String,
    /// CRC-32 of its figures.
    pub chip_fingerprint: String,
    /// The traces.
    pub inputs: Vec<KeptInput>,
}

/// A setting that is not the baseline's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingChange {
    /// Which.
    pub setting: String,
    /// As it was.
    pub baseline: String,
    /// As it is.
    pub run: String,
}

/// A metric beside the baseline's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgedMetric {
    /// Its name.
    pub name: String,
    /// The unit of its values.
    pub unit: Quantity,
    /// The baseline's value; null if it is new.
    pub baseline: Option<f64>,
    /// The run's value; null if it is gone.
    pub run: Option<f64>,
    /// The run's less the baseline's; null if either is.
    pub change: Option<f64>,
    /// `change` over the baseline's value, as a part of one; null without `change` or from zero.
    pub relative_change: Option<f64>,
    /// The tolerance that holds, as it was written.
    pub tolerance: String,
    /// What is said of it.
    pub outcome: Outcome,
}

/// What is said of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The same number.
    Unchanged,
    /// Another number, within the tolerance.
    Within,
    /// Better by more than the tolerance.
    Improved,
    /// Beyond the tolerance.
    Exceeded,
    /// Not in the baseline.
    New,
    /// Not in the run.
    Gone,
    /// Its tolerance says that nothing is judged.
    Ignored,
}

impl Outcome {
    /// Whether the run fails for it.
    pub fn fails(self) -> bool {
        matches!(self, Outcome::Exceeded | Outcome::New | Outcome::Gone)
    }
}

impl CheckReport {
    /// A report of runs.
    pub fn new(runs: Vec<CheckedRun>) -> CheckReport {
        let good = |run: &CheckedRun| matches!(run.outcome(), RunOutcome::Passed | RunOutcome::Updated);
        CheckReport { schema_version: CHECK_SCHEMA_VERSION, passed: runs.iter().all(good), runs }
    }

    /// How many runs came out like this.
    pub fn count(&self, outcome: RunOutcome) -> usize {
        self.runs.iter().filter(|run| run.outcome() == outcome).count()
    }
}

impl CheckedRun {
    /// What came of it.
    pub fn outcome(&self) -> RunOutcome {
        match &self.verdict {
            _ if self.problem.is_some() => RunOutcome::Unreadable,
            _ if self.updated => RunOutcome::Updated,
            Some(verdict) if !verdict.passed => RunOutcome::Failed,
            _ => RunOutcome::Passed,
        }
    }
}

impl Verdict {
    /// Judges a run by a baseline. `tolerances` are the baseline's, or stand over them.
    ///
    /// # Errors
    /// [`JudgeError`]: why the two cannot be compared.
    pub fn new(baseline: &Baseline, run: &Baseline, tolerances: &Tolerances) -> Result<Verdict, JudgeError> {
        if baseline.run.includes_system != run.run.includes_system {
            return Err(JudgeError::System(baseline.run.includes_system));
        }
        let metrics = judged(&baseline.metrics(run), &run.metrics(baseline), tolerances)?;
        let idle = tolerances.idle(metrics.iter().map(|metric| metric.name.as_str()));
        let idle = idle.into_iter().filter(|pattern| *pattern != "*");
        let mut remarks: Vec<String> =
            idle.map(|pattern| format!("the tolerance of {pattern:?} fits no metric")).collect();
        remarks.extend(metrics.iter().filter_map(of_zero));
        Ok(Verdict {
            passed: !metrics.iter().any(|metric| metric.outcome.fails()),
            baseline: Identity::of(baseline),
            run: Identity::of(run),
            settings: settings(baseline, run),
            metrics,
            explanation: Explanation::new(baseline, run),
            remarks,
        })
    }

    /// Metrics that are not what they were: those that fail first, then the largest change for its size.
    pub fn moved(&self) -> Vec<&JudgedMetric> {
        let mut moved: Vec<&JudgedMetric> = self
            .metrics
            .iter()
            .filter(|metric| metric.outcome != Outcome::Unchanged && !metric.is_same())
            .collect();
        let size = |metric: &JudgedMetric| metric.relative_change.map_or(f64::INFINITY, f64::abs);
        moved.sort_by(|one, other| {
            let fails = other.outcome.fails().cmp(&one.outcome.fails());
            fails.then(size(other).total_cmp(&size(one)))
        });
        moved
    }

    /// How many metrics fail.
    pub fn failures(&self) -> usize {
        self.metrics.iter().filter(|metric| metric.outcome.fails()).count()
    }

    /// Whether a metric is better by more than its tolerance.
    pub fn has_improved(&self) -> bool {
        self.metrics.iter().any(|metric| metric.outcome == Outcome::Improved)
    }
}

impl JudgedMetric {
    fn is_same(&self) -> bool {
        self.baseline == self.run
    }
}

impl Identity {
    fn of(kept: &Baseline) -> Identity {
        Identity {
            tool: kept.tool.clone(),
            chip: kept.chip.name.clone(),
            chip_fingerprint: kept.chip.fingerprint.clone(),
            inputs: kept.inputs.clone(),
        }
    }
}

fn judged(
    baseline: &[Metric],
    run: &[Metric],
    tolerances: &Tolerances,
) -> Result<Vec<JudgedMetric>, ToleranceError> {
    let by_name = |metrics: &'_ [Metric]| -> HashMap<String, usize> {
        metrics.iter().enumerate().map(|(at, metric)| (metric.name.clone(), at)).collect()
    };
    let (before, after) = (by_name(baseline), by_name(run));
    let kept = baseline.iter().map(|metric| (Some(metric), after.get(&metric.name).map(|&at| &run[at])));
    let new =
        run.iter().filter(|metric| !before.contains_key(&metric.name)).map(|metric| (None, Some(metric)));
    let pairs = kept.chain(new);
    pairs
        .filter_map(|(before, after)| Some((before.or(after)?, before, after)))
        .map(|(metric, before, after)| {
            let tolerance = tolerances.of(metric)?;
            let (baseline, run) = (before.map(|metric| metric.value), after.map(|metric| metric.value));
            let change = baseline.zip(run).map(|(before, after)| after - before);
            let relative = baseline.zip(change).map(|(before, change)| change / before.abs());
            Ok(JudgedMetric {
                name: metric.name.clone(),
                unit: metric.quantity,
                baseline,
                run,
                change,
                relative_change: relative.filter(|relative| relative.is_finite()),
                tolerance: tolerance.written().to_owned(),
                outcome: outcome(metric, tolerance, baseline, run),
            })
        })
        .collect()
}

fn outcome(metric: &Metric, tolerance: &Tolerance, baseline: Option<f64>, run: Option<f64>) -> Outcome {
    if tolerance.is_ignore() {
        return Outcome::Ignored;
    }
    let (before, after) = match (baseline, run) {
        (Some(before), Some(after)) => (before, after),
        (None, _) => return Outcome::New,
        (_, None) => return Outcome::Gone,
    };
    let change = after - before;
    if change == 0.0 {
        Outcome::Unchanged
    } else if !tolerance.allows(metric, before, change) {
        Outcome::Exceeded
    } else if !metric.is_worse(change) && !tolerance.is_small(before, change) {
        Outcome::Improved
    } else {
        Outcome::Within
    }
}

/// That a relative tolerance has no meaning where the baseline is 0, if that is why a metric fails.
fn of_zero(metric: &JudgedMetric) -> Option<String> {
    let from_zero = metric.outcome == Outcome::Exceeded && metric.baseline == Some(0.0);
    let is_relative = metric.tolerance.contains('%');
    (from_zero && is_relative).then(|| {
        let unit = metric.unit.unit();
        let example = if unit == "cycles" { "10 cycles".to_owned() } else { format!("1 p{unit}") };
        format!(
            "{} is 0 in the baseline, and of 0 no part can be tolerated ({}); an absolute tolerance can be: {:?} = {example:?}",
            metric.name, metric.tolerance, metric.name
        )
    })
}

fn settings(baseline: &Baseline, run: &Baseline) -> Vec<SettingChange> {
    let setting = |name: &str, words: &dyn Fn(&Baseline) -> String| SettingChange {
        setting: name.to_owned(),
        baseline: words(baseline),
        run: words(run),
    };
    let inferences =
        |kept: &Baseline| kept.run.inferences.map_or("unknown".to_owned(), |many| many.to_string());
    let all = [
        (baseline.chip.name != run.chip.name, setting("chip", &|kept| kept.chip.name.clone())),
        (
            baseline.chip.fingerprint != run.chip.fingerprint,
            setting("chip fingerprint", &|kept| kept.chip.fingerprint.clone()),
        ),
        (
            baseline.run.clock_hz != run.run.clock_hz,
            setting("clock", &|kept| Hertz(kept.run.clock_hz).to_string()),
        ),
        (
            baseline.run.window_cycles != run.run.window_cycles,
            setting("window", &|kept| format!("{} cycles", kept.run.window_cycles)),
        ),
        (baseline.run.inferences != run.run.inferences, setting("inferences", &inferences)),
        (baseline.run.tdp_w != run.run.tdp_w, setting("TDP", &|kept| Watts(kept.run.tdp_w).to_string())),
        (baseline.tool != run.tool, setting("tool", &|kept| kept.tool.clone())),
    ];
    all.into_iter().filter(|(differs, _)| *differs).map(|(_, setting)| setting).collect()
}
