//! Sentences and figures that all formats for people share.

use crate::regression::{
    ActionChange, CheckedRun, ComponentChange, JudgedMetric, Outcome, Quantity, RegionChange, RunOutcome,
    Verdict,
};
use crate::report::quantity::{UNKNOWN, count, counted, grouped, si, si3};

/// Components, actions or regions that are named at most; the others are counted.
const MOST_NAMED: usize = 4;

/// A difference with its sign: `+12.3 nJ`.
pub fn signed(value: f64, unit: &str) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    format!("{sign}{}", si3(value, unit))
}

/// A relative difference: `+2.00 %`.
pub fn relative(part: f64) -> String {
    let percent = 100.0 * part;
    match percent.abs() {
        0.0 => "0 %".to_owned(),
        size if size < 0.005 => format!("{}0.01 %", if percent > 0.0 { "+<" } else { "->" }),
        size if size < 1000.0 => format!("{percent:+.2} %"),
        _ => format!("{}{} %", if percent > 0.0 { "+" } else { "-" }, count(percent.abs().round())),
    }
}

/// A metric's value.
pub fn value(value: Option<f64>, unit: Quantity) -> String {
    match (value, unit) {
        (None, _) => UNKNOWN.to_owned(),
        (Some(cycles), Quantity::Cycles) => count(cycles),
        (Some(value), unit) => si(value, unit.unit()),
    }
}

/// What became of a metric's value: `+12.3 nJ`, `new`, `gone`.
pub fn change(metric: &JudgedMetric) -> String {
    match (metric.change, metric.unit) {
        (None, _) if metric.baseline.is_none() => "new".to_owned(),
        (None, _) => "gone".to_owned(),
        (Some(cycles), Quantity::Cycles) => signed_count(cycles),
        (Some(change), unit) => signed(change, unit.unit()),
    }
}

/// The same as a part of the baseline's value.
pub fn relative_change(metric: &JudgedMetric) -> String {
    match metric.relative_change {
        Some(part) => relative(part),
        None if metric.change.is_some() => "from 0".to_owned(),
        None => String::new(),
    }
}

/// `layer.conv3.energy: +12.3 nJ (+2.00 %), tolerated 0.1%`.
pub fn metric(metric: &JudgedMetric) -> String {
    let relative = relative_change(metric);
    let relative = if relative.is_empty() { relative } else { format!(" ({relative})") };
    let unit = if metric.unit == Quantity::Cycles && metric.change.is_some() { " cycles" } else { "" };
    let tolerated = match metric.outcome {
        Outcome::New | Outcome::Gone => format!("{}, tolerated only by \"ignore\"", of_value(metric)),
        _ => format!(", tolerated {}", metric.tolerance),
    };
    format!("{}: {}{unit}{relative}{tolerated}", metric.name, change(metric))
}

fn of_value(metric: &JudgedMetric) -> String {
    format!(" with {}", value(metric.run.or(metric.baseline), metric.unit))
}

/// What came of a run, in a sentence.
pub fn result(run: &CheckedRun) -> String {
    let Some(verdict) = &run.verdict else {
        return match &run.problem {
            Some(problem) => format!("cannot be judged: {problem}"),
            None => "the baseline is new".to_owned(),
        };
    };
    let (all, failures) = (verdict.metrics.len(), verdict.failures());
    let moved = verdict.moved().len();
    match run.outcome() {
        RunOutcome::Updated if moved == 0 => "the baseline is renewed; no metric moved".to_owned(),
        RunOutcome::Updated => format!("the baseline is renewed; {moved} of {all} metrics moved"),
        RunOutcome::Failed => {
            format!("FAILED: {failures} of {} beyond tolerance", counted(all as u64, "metric"))
        }
        _ if moved == 0 => format!("passed: all {} are what they were", counted(all as u64, "metric")),
        _ => format!("passed: {moved} of {} moved, none beyond tolerance", counted(all as u64, "metric")),
    }
}

/// Whether chip or activity changed, and what each makes of the energy's difference.
pub fn cause(verdict: &Verdict) -> String {
    let explanation = &verdict.explanation;
    let (before, after) = (&verdict.baseline, &verdict.run);
    let who = match (explanation.chip_changed, explanation.activity_changed) {
        (false, true) => format!("the activity changed; the chip did not ({})", after.chip_fingerprint),
        (true, false) => format!(
            "the chip changed ({} → {}); the activity did not: every action happened as often, in as many cycles",
            before.chip_fingerprint, after.chip_fingerprint
        ),
        (true, true) => format!(
            "both the chip ({} → {}) and the activity changed",
            before.chip_fingerprint, after.chip_fingerprint
        ),
        (false, false) => "neither the chip nor the counts of actions changed".to_owned(),
    };
    let parts = explanation.causes.named().into_iter().filter(|(_, change)| *change != 0.0);
    let parts: Vec<String> = parts.map(|(part, change)| format!("{part} {}", signed(change, "J"))).collect();
    if parts.is_empty() { who } else { format!("{who}. Energy of the run: {}", parts.join(", ")) }
}

/// Settings that differ, each in a sentence; the chip is in the cause.
pub fn settings(verdict: &Verdict) -> Vec<String> {
    let others = verdict.settings.iter().filter(|change| change.setting != "chip fingerprint");
    others.map(|change| format!("{}: {} → {}", change.setting, change.baseline, change.run)).collect()
}

/// Why energies differ, a sentence a region and a component, largest first; of each kind so many.
pub fn explanation(verdict: &Verdict, most: usize) -> Vec<String> {
    let explanation = &verdict.explanation;
    let mut sentences = Vec::new();
    for regions in explanation.regions.chunk_by(|one, other| one.kind == other.kind) {
        let sentence = |change: &RegionChange| region(change, verdict);
        sentences.extend(first(regions, most, sentence, &regions[0].kind));
    }
    sentences.extend(first(&explanation.components, most, component, "component"));
    sentences
}

/// Regions that may have a new name.
pub fn renamed(verdict: &Verdict) -> Vec<String> {
    let renamed = verdict.explanation.renamed.iter().map(|renamed| {
        format!(
            "{kind} {} is gone and {kind} {} is new with the same energy in every component: renamed? Then rename it in \
             the baseline, or renew that with --update",
            renamed.from,
            renamed.to,
            kind = renamed.kind
        )
    });
    renamed.collect()
}

fn first<T>(all: &[T], most: usize, sentence: impl Fn(&T) -> String, noun: &str) -> Vec<String> {
    let mut sentences: Vec<String> = all.iter().take(most).map(sentence).collect();
    if all.len() > most {
        sentences.push(format!("and {}", counted((all.len() - most) as u64, &format!("more {noun}"))));
    }
    sentences
}

fn region(change: &RegionChange, verdict: &Verdict) -> String {
    let head = format!("{} {}", change.kind, change.name);
    if let (None, Some(energy)) | (Some(energy), None) = (change.baseline_j, change.run_j) {
        let what = if change.run_j.is_some() { "is new" } else { "is gone" };
        return format!("{head} {what}: {}", signed_energy(change.run_j.is_some(), energy));
    }
    let actions = |component: &str| {
        let components = &verdict.explanation.components;
        components.iter().find(|change| change.name == component).map_or(&[][..], |change| &change.actions)
    };
    let part = |part: &crate::regression::RegionComponentChange| {
        let counts: Vec<String> = match part.is_only_here {
            true => actions(&part.name).iter().filter_map(counts).collect(),
            false => Vec::new(),
        };
        let counts = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
        format!("{} {}{}{counts}", part.name, signed(part.change_j, "J"), beside(part.in_total))
    };
    let mut parts: Vec<String> = change.components.iter().take(MOST_NAMED).map(part).collect();
    let more = change.components.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    if change.change_cycles != 0 {
        parts.push(format!("{} cycles", signed_count(change.change_cycles as f64)));
    }
    let relative = change.baseline_j.filter(|before| *before != 0.0);
    let relative = relative.map(|before| format!(" ({})", relative_of(change.change_j, before)));
    format!("{head} {}{}: {}", signed(change.change_j, "J"), relative.unwrap_or_default(), parts.join(", "))
}

fn beside(in_total: bool) -> &'static str {
    if in_total { "" } else { " beside the chip" }
}

fn relative_of(change: f64, before: f64) -> String {
    relative(change / before.abs())
}

fn signed_energy(is_new: bool, energy: f64) -> String {
    signed(if is_new { energy } else { -energy }, "J")
}

fn signed_count(change: f64) -> String {
    let sign = if change > 0.0 { "+" } else { "" };
    format!("{sign}{}", count(change))
}

/// `read +20`: how much more often an action happened.
fn counts(action: &ActionChange) -> Option<String> {
    let change = action.count - action.baseline_count;
    let relative = (action.baseline_count > 0.0).then(|| relative(change / action.baseline_count));
    let of_run = relative.map_or_else(String::new, |relative| format!(", which is {relative} over the run"));
    (change != 0.0).then(|| format!("{} {}{of_run}", action.name, signed_count(change)))
}

fn component(change: &ComponentChange) -> String {
    let mut parts: Vec<String> = change.actions.iter().take(MOST_NAMED).map(action).collect();
    let more = change.actions.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        parts.push(format!("{} more", counted(more as u64, "action")));
    }
    for (part, change) in [("clock", change.clock_j), ("leakage", change.leakage_j)] {
        if change != 0.0 {
            parts.push(format!("{part} {}", signed(change, "J")));
        }
    }
    let change_of_all = signed(change.change_j, "J");
    format!("component {} {change_of_all}{}: {}", change.name, beside(change.in_total), parts.join(", "))
}

fn action(change: &ActionChange) -> String {
    let mut notes = Vec::new();
    if change.count != change.baseline_count {
        notes.push(format!(
            "{} → {} times",
            counted_exactly(change.baseline_count),
            counted_exactly(change.count)
        ));
    }
    if let (Some(before), Some(after)) = (change.baseline_energy_per_action_j, change.energy_per_action_j)
        && before != after
    {
        notes.push(format!("{} → {} each", si(before, "J"), si(after, "J")));
    }
    format!("{} {} ({})", change.name, signed(change.change_j, "J"), notes.join(", "))
}

/// Both counts with all digits, so that they differ as they are shown.
fn counted_exactly(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { grouped(value as i64) } else { value.to_string() }
}
