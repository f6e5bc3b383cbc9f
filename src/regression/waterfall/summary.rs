//! The runs that are compared, and what to know before comparing them.

use serde::Serialize;
use serde_json::Value;

use super::ComparedRun;
use crate::power::{ChipSummary, PowerReport};
use crate::units::with_prefix;

/// A run in few numbers, each as its report has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunSummary {
    /// What it is called.
    pub name: String,
    /// The traces, as the report's provenance has them.
    pub inputs: Value,
    /// Its chip.
    pub chip: ChipSummary,
    /// Length of the run.
    pub duration_s: f64,
    /// Length in cycles of `clock_hz`.
    pub cycles: u64,
    /// Clock at which cycles were turned into time.
    pub clock_hz: f64,
    /// Length of a profile window.
    pub window_s: f64,
    /// Energy and powers hold what stands beside the chip.
    pub includes_system: bool,
    /// Energy.
    pub energy_j: f64,
    /// Energy beside the chip.
    pub system_energy_j: f64,
    /// Inferences; none if nobody said.
    pub inferences: Option<u64>,
    /// Energy of one.
    pub energy_per_inference_j: Option<f64>,
    /// Average power.
    pub average_power_w: f64,
    /// The highest power over one profile window; none if no time passed.
    pub peak: Option<PeakSummary>,
    /// Thermal design power.
    pub tdp_w: f64,
    /// What the peak leaves of it.
    pub tdp_headroom_w: f64,
}

/// The highest power over one profile window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PeakSummary {
    /// The power.
    pub power_w: f64,
    /// Over this length of time.
    pub window_s: f64,
    /// From here, counted from cycle 0.
    pub start_s: f64,
    /// The region open for most of it, as `kind:name`.
    pub region: Option<String>,
}

impl RunSummary {
    pub(super) fn of(run: &ComparedRun<'_>) -> RunSummary {
        let report = run.report;
        RunSummary {
            name: run.name.clone(),
            inputs: report.provenance.get("inputs").cloned().unwrap_or_default(),
            chip: report.chip.clone(),
            duration_s: report.duration_s,
            cycles: report.cycles,
            clock_hz: report.clock_hz,
            window_s: report.window_s,
            includes_system: report.includes_system,
            energy_j: report.energy_j,
            system_energy_j: report.system_energy_j,
            inferences: report.inferences,
            energy_per_inference_j: report.energy_per_inference_j,
            average_power_w: report.average_power_w,
            peak: report.peak_power.first().map(|peak| PeakSummary {
                power_w: peak.power_w,
                window_s: peak.window_s,
                start_s: peak.start_s,
                region: peak.region.clone(),
            }),
            tdp_w: report.tdp_w,
            tdp_headroom_w: report.tdp_headroom_w,
        }
    }
}

/// What makes the numbers of two reports mean different things, and what one of them warns of.
pub(super) fn remarks(a: &PowerReport, b: &PowerReport) -> Vec<String> {
    let mut remarks = Vec::new();
    let (window_a, window_b) = (peak_window(a), peak_window(b));
    if window_a != window_b {
        let shown = |window: f64| with_prefix(window, "s", 4);
        remarks.push(format!(
            "the peaks are averages over windows of different lengths, {} in A and {} in B: price both with one --window, given as a time",
            shown(window_a),
            shown(window_b)
        ));
    }
    for (name, report) in [("A", a), ("B", b)] {
        let left_out = report.coverage.unbound_events;
        if left_out > 0 {
            remarks.push(format!(
                "{name} leaves out {left_out} event(s) of channels that nothing is bound to: their energy is in no term"
            ));
        }
        let bad: u64 = report.coverage.bad_records.values().sum();
        if bad > 0 {
            remarks.push(format!("{name} leaves out {bad} record(s) that could not be read"));
        }
    }
    let only = |name: &str, of: &PowerReport, other: &PowerReport| -> Vec<String> {
        let own = of.warnings.iter().filter(|warning| !other.warnings.contains(warning));
        own.map(|warning| format!("{name} alone warns: {warning}")).collect()
    };
    remarks.extend(only("A", a, b));
    remarks.extend(only("B", b, a));
    remarks
}

/// Of what length the windows are over which the peak is told.
fn peak_window(report: &PowerReport) -> f64 {
    report.peak_power.first().map_or(report.window_s, |peak| peak.window_s)
}
