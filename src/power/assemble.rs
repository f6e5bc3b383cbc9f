//! The report of a finished run, from its summary and what was gathered window by window.

use trace_formats::Span;

use crate::activity::ActivitySummary;
use crate::chip::pat::Pat;
use crate::units::{Hertz, Joules, Seconds, Watts};

use super::columns::{Columns, KnownTargets};
use super::coverage::coverage;
use super::macs::Macs;
use super::options::PricingOptions;
use super::peaks::{FoundPeak, Peaks};
use super::priced_point::PricedPoint;
use super::rates::Rates;
use super::regions::{self, RegionPricing, open_longest};
use super::remarks::{Remarks, inferences};
use super::result::{
    ActionPower, ChipSummary, ComponentPower, ComponentShare, EnergyByKind, PeakPower, PowerReport,
    SCHEMA_VERSION,
};

/// The whole run in numbers.
struct Run {
    clock: Hertz,
    cycles: u64,
    duration: Seconds,
    span: Span,
    /// Counts of the chip's actions.
    actions: Vec<f64>,
    /// Energy of each component.
    energies: Vec<EnergyByKind>,
    /// Of all counted components.
    energy: EnergyByKind,
    system: Joules,
    power: Watts,
}

impl Run {
    fn new(
        point: &PricedPoint<'_>,
        columns: &Columns<'_>,
        targets: &KnownTargets,
        summary: &ActivitySummary,
    ) -> Run {
        let clock = Hertz(point.timing.clock_hz);
        let cycles = summary.span.end.saturating_sub(summary.span.start).max(0).unsigned_abs();
        let duration = clock.time_of(cycles as f64);
        let actions = columns.actions_by_name(&summary.totals, targets);
        let energies = point.rates.energies(&actions, duration);
        let energy = point.rates.counted(&energies);
        let system = point.rates.system(&energies);
        let power = mean(energy.total(), duration);
        Run { clock, cycles, duration, span: summary.span, actions, energies, energy, system, power }
    }
}

/// An energy over a length of time; 0 if no time passed.
fn mean(energy_j: f64, time: Seconds) -> Watts {
    if time.0 > 0.0 { Joules(energy_j) / time } else { Watts(0.0) }
}

/// Puts the report of a chip together, from its own part and from columns that are bound as its own.
pub(super) fn assemble(
    point: &PricedPoint<'_>,
    columns: &Columns<'_>,
    options: &PricingOptions,
    summary: &ActivitySummary,
) -> anyhow::Result<PowerReport> {
    let PricedPoint { pat, binding, timing, rates, distribution, .. } = point;
    let targets = KnownTargets::new(binding, summary.totals.keys());
    let run = Run::new(point, columns, &targets, summary);
    let macs = Macs::new(binding.chip_channels(), &targets);
    let components = components(point, &run);
    let pricing = RegionPricing { pat, rates, columns, targets: &targets, macs: &macs, clock: run.clock };
    let (regions, of_regions) = regions::rows(summary, &pricing);
    let (peak_power, of_peaks) = peak_power(&point.peaks, &run, rates, pat, summary);
    let above_capacity = point.factors.warnings(rates, binding.chip_channels());
    let mut remarks = Remarks::new(summary, pat, binding, run.clock, options);
    remarks.warnings.extend(above_capacity.into_iter().chain(of_regions).chain(of_peaks));
    let inferences = inferences(summary, options, &mut remarks);
    let macs = macs.of(&run.actions);
    let tops = macs.filter(|_| run.cycles > 0).map(|macs| 2.0 * macs / run.duration.0 / 1e12);
    let per_window = peak_power.first().map_or(run.power, |peak| Watts(peak.power_w));
    Ok(PowerReport {
        schema_version: SCHEMA_VERSION,
        provenance: serde_json::Value::Null,
        chip: chip_summary(pat)?,
        duration_s: run.duration.0,
        cycles: run.cycles,
        first_cycle: run.span.start,
        clock_hz: run.clock.0,
        window_s: timing.seconds(timing.cycles as f64),
        window_cycles: timing.cycles,
        includes_system: options.include_system,
        energy_j: run.energy.total(),
        energy_by_kind_j: run.energy,
        system_energy_j: run.system.0,
        average_power_w: run.power.0,
        peak_power,
        largest_step: distribution.largest_step(run.clock),
        power_distribution: distribution.percentiles(),
        tdp_w: rates.tdp.0,
        tdp_headroom_w: (rates.tdp - per_window).0,
        time_above_tdp_s: distribution.time_above_tdp(run.clock).0,
        inferences,
        energy_per_inference_j: inferences.filter(|n| *n > 0).map(|n| run.energy.total() / n as f64),
        macs,
        energy_per_mac_j: macs.filter(|macs| *macs > 0.0).map(|macs| run.energy.total() / macs),
        tops,
        tops_per_w: tops.filter(|_| run.power.0 > 0.0).map(|tops| tops / run.power.0),
        components,
        regions,
        power_over_time: point.bins.finish(run.clock),
        coverage: coverage(summary, binding, columns, pat, &run.actions),
        warnings: remarks.warnings,
        assumptions: remarks.assumptions,
    })
}

fn chip_summary(pat: &Pat) -> anyhow::Result<ChipSummary> {
    Ok(ChipSummary {
        name: pat.name.clone(),
        description: pat.description.clone(),
        clock_hz: pat.clock.value.0,
        area_mm2: pat.area.as_ref().map(|area| area.value.0),
        fingerprint: pat.fingerprint()?,
    })
}

fn components(point: &PricedPoint<'_>, run: &Run) -> Vec<ComponentPower> {
    let all = point.pat.components.iter().zip(&point.rates.components).zip(&run.energies);
    all.map(|((component, rate), energy)| {
        let actions: Vec<ActionPower> = component
            .actions
            .iter()
            .zip(rate.actions.clone())
            .map(|(action, at)| ActionPower {
                name: action.name.clone(),
                count: run.actions[at],
                energy_per_action_j: action.energy.value.0,
                energy_j: (point.rates.actions[at].dynamic * run.actions[at]).0,
                activity_factor: point.factors.of(&point.rates, at, run.actions[at], run.cycles),
            })
            .collect();
        ComponentPower {
            name: component.name.clone(),
            placement: component.placement,
            energy_j: energy.total(),
            energy_by_kind_j: *energy,
            average_power_w: mean(energy.total(), run.duration).0,
            activity_factor: point.factors.busiest(
                &point.rates,
                rate.actions.clone(),
                &run.actions,
                run.cycles,
            ),
            actions,
        }
    })
    .collect()
}

/// All peaks, shortest first; the last one is the whole run.
fn peak_power(
    peaks: &Peaks,
    run: &Run,
    rates: &Rates,
    pat: &Pat,
    summary: &ActivitySummary,
) -> (Vec<PeakPower>, Vec<String>) {
    let found = peaks.finish(run.cycles);
    let mut labels = found.whole_run;
    labels.push("whole run".to_owned());
    let whole = FoundPeak {
        labels,
        cycles: run.cycles,
        start_cycle: run.span.start,
        power: run.power,
        actions: run.actions.clone(),
    };
    let rows = found.peaks.iter().chain(std::iter::once(&whole)).map(|peak| {
        let time = run.clock.time_of(peak.cycles as f64);
        let span =
            Span { start: peak.start_cycle, end: peak.start_cycle.saturating_add_unsigned(peak.cycles) };
        PeakPower {
            label: peak.labels.join(", "),
            window_s: time.0,
            window_cycles: peak.cycles,
            power_w: peak.power.0,
            start_s: run.clock.time_of(peak.start_cycle as f64).0,
            start_cycle: peak.start_cycle,
            region: open_longest(&summary.regions, span),
            components: shares(rates, pat, peak, time),
        }
    });
    (rows.collect(), found.warnings)
}

/// Each counted component's part of a peak, largest first; equals stay in the chip file's order.
fn shares(rates: &Rates, pat: &Pat, peak: &FoundPeak, time: Seconds) -> Vec<ComponentShare> {
    let all = pat.components.iter().zip(&rates.components).filter(|(_, rate)| rate.is_counted);
    let mut shares: Vec<ComponentShare> = all
        .map(|(component, rate)| {
            let energy = rates.component_energy(rate, &peak.actions, time);
            let power = mean(energy.total(), time);
            let share = if peak.power.0 > 0.0 { power / peak.power } else { 0.0 };
            ComponentShare { name: component.name.clone(), power_w: power.0, share }
        })
        .collect();
    shares.sort_by(|a, b| b.power_w.total_cmp(&a.power_w));
    shares
}
