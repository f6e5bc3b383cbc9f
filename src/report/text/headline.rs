//! The few numbers that most people came for.

use crate::power::PowerReport;
use crate::report::page::{Page, WIDTH, fit, inputs};
use crate::report::quantity::{count, counted, percent, si};

/// Characters of a chip's and of a region's name.
const CHIP: usize = 36;
const REGION: usize = 24;

/// What ran on what.
pub(super) fn title(report: &PowerReport) -> String {
    let chip = fit(&report.chip.name, CHIP);
    let room = WIDTH.saturating_sub(chip.chars().count() + " on ".len());
    format!("{} on {chip}", fit(&inputs(&report.provenance), room))
}

/// The chip's own line and the headline numbers, each with what makes it meaningful.
pub(super) fn facts(page: &mut Page, report: &PowerReport) {
    if !report.chip.description.is_empty() {
        page.paragraph(&report.chip.description);
        page.line("");
    }
    page.fact("Duration", &duration(report));
    page.fact("Energy", &energy(report));
    let share = share_of(report.average_power_w, report.tdp_w, " of TDP");
    page.fact("Average power", &format!("{}{share}", si(report.average_power_w, "W")));
    page.fact("Peak power", &peak(report));
    page.fact("TDP", &tdp(report));
    page.fact("Per inference", &per_inference(report));
    page.fact("Per MAC", &per_mac(report));
    page.fact("Throughput", &throughput(report));
}

/// ` (25.1 % of TDP)`; nothing where there is no whole.
fn share_of(part: f64, whole: f64, name: &str) -> String {
    if whole > 0.0 { format!(" ({}{name})", percent(part, whole)) } else { String::new() }
}

fn duration(report: &PowerReport) -> String {
    let cycles = counted(report.cycles, "cycle");
    let mut text = format!("{} ({cycles} at {})", si(report.duration_s, "s"), si(report.clock_hz, "Hz"));
    if report.first_cycle < 0 {
        text += &format!(", from {}", si(report.first_cycle as f64 / report.clock_hz, "s"));
    }
    text
}

fn energy(report: &PowerReport) -> String {
    let energy = si(report.energy_j, "J");
    if report.energy_j == 0.0 {
        return energy;
    }
    let kinds = report.energy_by_kind_j;
    let share = |part| percent(part, report.energy_j);
    let (dynamic, clock, leakage) = (share(kinds.dynamic), share(kinds.clock), share(kinds.leakage));
    format!("{energy}: dynamic {dynamic}, clock {clock}, leakage {leakage}")
}

/// Over the shortest length of time, which is the highest.
fn peak(report: &PowerReport) -> String {
    let Some(peak) = report.peak_power.first() else { return "unknown: no time passed".to_string() };
    let (power, window, start) = (si(peak.power_w, "W"), si(peak.window_s, "s"), si(peak.start_s, "s"));
    let region =
        peak.region.as_ref().map_or_else(String::new, |region| format!(" in {}", fit(region, REGION)));
    format!("{power} over {window}, at {start}{region}")
}

fn tdp(report: &PowerReport) -> String {
    let tdp = si(report.tdp_w, "W");
    let headroom = report.tdp_headroom_w;
    let share = share_of(headroom.abs(), report.tdp_w, "");
    let above = time_above(report);
    match headroom {
        excess if excess < 0.0 => {
            format!("{tdp}, EXCEEDED by {}{share}; above it for {above}", si(-excess, "W"))
        }
        room if report.time_above_tdp_s > 0.0 => {
            let room = si(room, "W");
            let rest = format!("a partial one is above it for {above}");
            format!("{tdp}, headroom {room}{share} above the highest whole window; {rest}")
        }
        room => format!("{tdp}, headroom {}{share} above the highest window", si(room, "W")),
    }
}

fn time_above(report: &PowerReport) -> String {
    let share = share_of(report.time_above_tdp_s, report.duration_s, "");
    format!("{}{share}", si(report.time_above_tdp_s, "s"))
}

fn per_inference(report: &PowerReport) -> String {
    match (report.energy_per_inference_j, report.inferences) {
        (Some(energy), Some(inferences)) => {
            format!("{} ({})", si(energy, "J"), counted(inferences, "inference"))
        }
        (Some(energy), None) => si(energy, "J"),
        (None, Some(inferences)) => format!("unknown: the run has {}", counted(inferences, "inference")),
        (None, None) => "unknown: nobody said how many inferences the run has".to_string(),
    }
}

fn per_mac(report: &PowerReport) -> String {
    match (report.energy_per_mac_j, report.macs) {
        (Some(energy), Some(macs)) => {
            format!("{} ({} multiply-accumulates)", si(energy, "J"), count(macs))
        }
        (Some(energy), None) => si(energy, "J"),
        (None, Some(macs)) => format!("unknown: the run has {} multiply-accumulates", count(macs)),
        (None, None) => "unknown: the trace has no multiply-accumulates".to_string(),
    }
}

/// In operations, of which the prefix makes the TOPS that people speak of.
fn throughput(report: &PowerReport) -> String {
    let operations = |tera: f64, unit: &str| si(tera * 1e12, unit);
    match (report.tops, report.tops_per_w) {
        (Some(tops), Some(per_w)) => {
            format!("{}, {}", operations(tops, "OPS"), operations(per_w, "OPS/W"))
        }
        (Some(tops), None) => format!("{}; per watt unknown: no power", operations(tops, "OPS")),
        (None, _) if report.macs.is_some() => "unknown: no time passed".to_string(),
        (None, _) => "unknown: the trace has no multiply-accumulates".to_string(),
    }
}
