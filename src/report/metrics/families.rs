//! Which numbers of a report are metrics.

use anyhow::Result;

use super::Numbers::{Action, Component, Labelled, Peak, Region, Run};
use super::{Family, Numbers, Take, Unit, lengths};
use crate::power::{EnergyByKind, PowerReport};

const fn family(name: &'static str, unit: Unit, help: &'static str, numbers: Numbers) -> Family {
    Family { name, unit, help, numbers }
}

/// All families, in the order in which they are written.
pub(in crate::report) const FAMILIES: &[Family] = &[
    family("duration", Unit::Seconds, "Length of the run.", Run(|report| Some(report.duration_s))),
    family("cycles", Unit::One, "Length of the run in cycles.", Run(|report| Some(report.cycles as f64))),
    family(
        "clock",
        Unit::Hertz,
        "Clock at which cycles were turned into time.",
        Run(|report| Some(report.clock_hz)),
    ),
    family("window", Unit::Seconds, "Length of a profile window.", Run(|report| Some(report.window_s))),
    family("chip_area", Unit::SquareMillimetres, "Area of the chip.", Run(|report| report.chip.area_mm2)),
    family(
        "energy",
        Unit::Joules,
        "Energy of the chip, and of the system if it is included.",
        Run(|report| Some(report.energy_j)),
    ),
    family(
        "energy_by_kind",
        Unit::Joules,
        "Energy by cause: dynamic, clock, leakage.",
        Labelled(energy_by_kind),
    ),
    family(
        "system_energy",
        Unit::Joules,
        "Energy of what stands beside the chip.",
        Run(|report| Some(report.system_energy_j)),
    ),
    family(
        "average_power",
        Unit::Watts,
        "Energy over the length of the run.",
        Run(|report| Some(report.average_power_w)),
    ),
    family(
        "peak_power",
        Unit::Watts,
        "Highest average power over a window of this length.",
        Peak(|peak| peak.power_w),
    ),
    family(
        "peak_power_start",
        Unit::Seconds,
        "Start of the window with the highest average power, from cycle 0.",
        Peak(|peak| peak.start_s),
    ),
    family(
        "peak_power_window",
        Unit::Seconds,
        "Length that was used, in whole profile windows.",
        Peak(|peak| peak.window_s),
    ),
    family(
        "peak_power_by_component",
        Unit::Watts,
        "Part of a component in the highest average power.",
        Labelled(peak_power_by_component),
    ),
    family(
        "largest_step",
        Unit::Watts,
        "Largest change of power from one profile window to the next.",
        Run(|report| report.largest_step.as_ref().map(|step| step.step_w)),
    ),
    family(
        "power_minimum",
        Unit::Watts,
        "Power of the lowest profile window.",
        Run(|report| Some(report.power_distribution.minimum_w)),
    ),
    family(
        "power_percentile",
        Unit::Watts,
        "Power that so many percent of the time stay below.",
        Labelled(power_percentile),
    ),
    family("tdp", Unit::Watts, "Thermal design power.", Run(|report| Some(report.tdp_w))),
    family(
        "tdp_headroom",
        Unit::Watts,
        "Thermal design power less the highest profile window.",
        Run(|report| Some(report.tdp_headroom_w)),
    ),
    family(
        "time_above_tdp",
        Unit::Seconds,
        "Time of the profile windows above the thermal design power.",
        Run(|report| Some(report.time_above_tdp_s)),
    ),
    family(
        "inferences",
        Unit::One,
        "Inferences in the run.",
        Run(|report| report.inferences.map(|count| count as f64)),
    ),
    family(
        "energy_per_inference",
        Unit::Joules,
        "Energy of an inference.",
        Run(|report| report.energy_per_inference_j),
    ),
    family("macs", Unit::One, "Multiply-accumulates of the run.", Run(|report| report.macs)),
    family(
        "energy_per_mac",
        Unit::Joules,
        "Energy of a multiply-accumulate, all included.",
        Run(|report| report.energy_per_mac_j),
    ),
    family(
        "tops",
        Unit::One,
        "Achieved 10^12 operations a second; a multiply-accumulate is two.",
        Run(|report| report.tops),
    ),
    family(
        "tops_per_w",
        Unit::One,
        "Achieved 10^12 operations a second, over the average power.",
        Run(|report| report.tops_per_w),
    ),
    family(
        "component_energy",
        Unit::Joules,
        "Energy of a component.",
        Component(|component| component.energy_j),
    ),
    family(
        "component_energy_by_kind",
        Unit::Joules,
        "Energy of a component by cause: dynamic, clock, leakage.",
        Labelled(component_energy_by_kind),
    ),
    family(
        "component_average_power",
        Unit::Watts,
        "Energy of a component over the length of the run.",
        Component(|component| component.average_power_w),
    ),
    family(
        "component_activity_factor",
        Unit::Ratio,
        "How busy a component was: count over capacity, of its busiest action.",
        Component(|component| component.activity_factor.mean),
    ),
    family(
        "component_peak_activity_factor",
        Unit::Ratio,
        "How busy a component was in its busiest profile window.",
        Component(|component| component.activity_factor.peak),
    ),
    family("action_count", Unit::One, "How often an action happened.", Action(|action| action.count)),
    family(
        "energy_per_action",
        Unit::Joules,
        "Energy of one action.",
        Action(|action| action.energy_per_action_j),
    ),
    family(
        "action_energy",
        Unit::Joules,
        "Energy of all actions of this name.",
        Action(|action| action.energy_j),
    ),
    family(
        "action_activity_factor",
        Unit::Ratio,
        "How busy an action was: count over capacity.",
        Action(|action| action.activity_factor.mean),
    ),
    family(
        "action_peak_activity_factor",
        Unit::Ratio,
        "How busy an action was in its busiest profile window.",
        Action(|action| action.activity_factor.peak),
    ),
    family(
        "events",
        Unit::One,
        "Events of the trace that were taken.",
        Run(|report| Some(report.coverage.events as f64)),
    ),
    family(
        "unbound_events",
        Unit::One,
        "Events that were left out because nothing is bound to their channel.",
        Run(|report| Some(report.coverage.unbound_events as f64)),
    ),
    family(
        "warnings",
        Unit::One,
        "Warnings of the report.",
        Run(|report| Some(report.warnings.len() as f64)),
    ),
    family("region_energy", Unit::Joules, "Energy in a region.", Region(|region| Some(region.energy_j))),
    family(
        "region_system_energy",
        Unit::Joules,
        "Energy beside the chip in a region.",
        Region(|region| Some(region.system_energy_j)),
    ),
    family(
        "region_start",
        Unit::Seconds,
        "Start of a region, from cycle 0.",
        Region(|region| region.start_s),
    ),
    family(
        "region_duration",
        Unit::Seconds,
        "Time for which a region is charged leakage and clock.",
        Region(|region| Some(region.duration_s)),
    ),
    family(
        "region_average_power",
        Unit::Watts,
        "Energy in a region over the time for which it is charged.",
        Region(|region| region.average_power_w),
    ),
    family("region_macs", Unit::One, "Multiply-accumulates in a region.", Region(|region| region.macs)),
];

fn kinds(energy: &EnergyByKind) -> [(&'static str, f64); 3] {
    [("dynamic", energy.dynamic), ("clock", energy.clock), ("leakage", energy.leakage)]
}

fn energy_by_kind(report: &PowerReport, take: &mut Take<'_>) -> Result<()> {
    kinds(&report.energy_by_kind_j).into_iter().try_for_each(|(kind, energy)| take(&[("kind", kind)], energy))
}

fn component_energy_by_kind(report: &PowerReport, take: &mut Take<'_>) -> Result<()> {
    report.components.iter().try_for_each(|component| {
        let labels = |kind| [("component", component.name.as_str()), ("kind", kind)];
        kinds(&component.energy_by_kind_j)
            .into_iter()
            .try_for_each(|(kind, energy)| take(&labels(kind), energy))
    })
}

fn peak_power_by_component(report: &PowerReport, take: &mut Take<'_>) -> Result<()> {
    lengths(report).try_for_each(|(length, peak)| {
        let labels = |component| [("component", component), ("window", length)];
        peak.components.iter().try_for_each(|part| take(&labels(part.name.as_str()), part.power_w))
    })
}

fn power_percentile(report: &PowerReport, take: &mut Take<'_>) -> Result<()> {
    let powers = &report.power_distribution;
    let percentiles = [
        ("50", powers.p50_w),
        ("90", powers.p90_w),
        ("95", powers.p95_w),
        ("99", powers.p99_w),
        ("99.9", powers.p99_9_w),
    ];
    percentiles.into_iter().try_for_each(|(percent, power)| take(&[("percentile", percent)], power))
}
