//! Power over time: the picture, its distribution, and the peaks.

use crate::power::{ComponentShare, PeakPower, PowerDistribution, PowerReport};
use crate::report::page::Page;
use crate::report::quantity::{UNKNOWN, counted, grouped, si, si3};
use crate::report::sparkline;
use crate::report::table::{Column, Table};

/// Components named beside a peak.
const NAMED: usize = 3;

/// The picture of power over time and the numbers that belong to it.
pub(super) fn over_time(page: &mut Page, report: &PowerReport) {
    page.heading("Power over time");
    let picture = sparkline::draw(&report.power_over_time, report.tdp_w);
    if picture.is_empty() {
        page.paragraph("No picture: no time passed, or no power was drawn.");
        return;
    }
    for line in &picture {
        page.line(line);
    }
    page.line("");
    let window = format!("{} ({})", si(report.window_s, "s"), counted(report.window_cycles, "cycle"));
    page.fact("Key", &format!("█ average, ░ highest window of {window}"));
    let highest = report.power_over_time.iter().map(|bin| bin.peak_power_w).fold(f64::MIN, f64::max);
    let which = if is_partial(highest, report) { " (partial window)" } else { "" };
    let (lowest, highest) = (si(report.power_distribution.minimum_w, "W"), si(highest, "W"));
    page.fact(
        "Windows",
        &format!("lowest {lowest}, highest {highest}{which}, TDP {}", si(report.tdp_w, "W")),
    );
    page.fact("Percentiles", &percentiles(&report.power_distribution));
    page.fact("Largest step", &largest_step(report));
}

/// Whether the highest window is the first or last of the run, which it covers in part only. The peak does not mean
/// such a one: it is an average over the whole length, idle outside of the run.
fn is_partial(highest_w: f64, report: &PowerReport) -> bool {
    // What differs by rounding is the same window.
    report.peak_power.first().is_some_and(|peak| highest_w > peak.power_w * (1.0 + 1e-9))
}

fn percentiles(of: &PowerDistribution) -> String {
    let levels = [("50 %", of.p50_w), ("90 %", of.p90_w), ("99 %", of.p99_w), ("99.9 %", of.p99_9_w)];
    levels.map(|(part, power)| format!("{part} ≤ {}", si3(power, "W"))).join(", ")
}

fn largest_step(report: &PowerReport) -> String {
    match &report.largest_step {
        Some(step) => {
            let sign = if step.step_w > 0.0 { "+" } else { "" };
            let (height, at) = (si(step.step_w, "W"), si(step.at_s, "s"));
            format!("{sign}{height} between windows, at {at} (cycle {})", grouped(step.at_cycle))
        }
        None => "unknown: the run has fewer than two windows".to_string(),
    }
}

/// The highest average over each length of time.
pub(super) fn table(page: &mut Page, report: &PowerReport) {
    page.heading("Peak power");
    if report.peak_power.is_empty() {
        page.paragraph("Unknown: no time passed.");
        return;
    }
    let mut table = Table::new(vec![
        Column::number("over"),
        Column::number("power"),
        Column::number("start"),
        Column::words("region"),
        Column::words("largest components"),
    ]);
    // Several lengths asked for may be rounded to the same whole windows.
    let mut peaks: Vec<&PeakPower> = report.peak_power.iter().collect();
    peaks.dedup_by_key(|peak| peak.window_cycles);
    for peak in peaks {
        table.row(row(peak));
    }
    page.table(&table);
    if report.peak_power.iter().any(|peak| peak.region.is_none()) {
        page.paragraph(&format!("{UNKNOWN}: no region was open at that time."));
    }
}

fn row(peak: &PeakPower) -> Vec<String> {
    vec![
        si3(peak.window_s, "s"),
        si3(peak.power_w, "W"),
        si3(peak.start_s, "s"),
        peak.region.clone().unwrap_or_else(|| UNKNOWN.to_string()),
        shares(&peak.components),
    ]
}

/// `tensor_unit 61 %, noc 20 %`: whole percents, of components that have one.
fn shares(components: &[ComponentShare]) -> String {
    let named = components.iter().take(NAMED).filter(|component| component.share >= 0.005);
    named.map(|part| format!("{} {:.0} %", part.name, 100.0 * part.share)).collect::<Vec<_>>().join(", ")
}
