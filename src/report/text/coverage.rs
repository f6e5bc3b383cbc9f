//! What was taken of the trace and what was not.

use crate::power::CoverageReport;
use crate::report::page::{Page, enumerate};
use crate::report::quantity::{counted, grouped, percent};

/// Names of one sort that are written out.
const NAMED: usize = 8;

/// One line a question: what was taken, what was not and why, what of the chip was never used.
pub(super) fn facts(page: &mut Page, coverage: &CoverageReport) {
    page.heading("Coverage");
    page.fact("Events", &events(coverage));
    page.fact("Channels", &channels(coverage));
    if !coverage.bad_records.is_empty() {
        let reasons = coverage.bad_records.iter();
        let reasons: Vec<String> =
            reasons.map(|(reason, &count)| format!("{} ({reason})", grouped(count))).collect();
        page.fact("Bad records", &format!("{} left out", reasons.join(", ")));
    }
    if !coverage.skipped.is_empty() {
        page.fact("Skipped", &skipped(coverage));
    }
    let idle = &coverage.components_without_activity;
    if !idle.is_empty() {
        let names = enumerate(idle.iter().map(String::as_str), NAMED);
        page.fact("No activity", &format!("{names}; charged clock and leakage only"));
    }
}

fn events(coverage: &CoverageReport) -> String {
    let taken = format!("{} taken", grouped(coverage.events));
    if coverage.unbound_events == 0 {
        return format!("{taken}, none left out");
    }
    // In floating point, since the sum of two counts may not fit one.
    let all = coverage.events as f64 + coverage.unbound_events as f64;
    let share = percent(coverage.unbound_events as f64, all);
    format!("{taken}, {} ({share}) left out for want of a binding", grouped(coverage.unbound_events))
}

fn channels(coverage: &CoverageReport) -> String {
    let bound = format!("{} bound", counted(coverage.bound_channels.len() as u64, "channel"));
    if coverage.unbound_channels.is_empty() {
        return format!("{bound}, none unbound");
    }
    let names =
        enumerate(coverage.unbound_channels.iter().map(|channel| channel.trace_channel.as_str()), NAMED);
    format!("{bound}, {} unbound: {names}", grouped(coverage.unbound_channels.len()))
}

/// Sums by reason: a run of fifty layers skips the same things fifty times.
fn skipped(coverage: &CoverageReport) -> String {
    let mut reasons: Vec<(&str, u64)> = Vec::new();
    for entry in &coverage.skipped {
        match reasons.iter_mut().find(|(reason, _)| *reason == entry.reason) {
            Some((_, count)) => *count = count.saturating_add(entry.count),
            None => reasons.push((&entry.reason, entry.count)),
        }
    }
    let reasons: Vec<String> =
        reasons.iter().map(|(reason, count)| format!("{reason} {}", grouped(count))).collect();
    reasons.join(", ")
}
