//! What is gathered of a run for one chip at one operating point.

use std::ops::Range;

use crate::activity::WindowTiming;
use crate::chip::pat::{Pat, Placement};
use crate::units::{Hertz, Watts};

use super::activity_factor::{ActivityFactors, BatchActivity};
use super::batch::Batch;
use super::binding::Binding;
use super::columns::{ActionCounts, Columns};
use super::distribution::Distribution;
use super::options::PricingOptions;
use super::over_time::{Bins, PowerObserver, PowerRow};
use super::peaks::Peaks;
use super::pricing::Point;
use super::rates::Rates;
use super::result::PowerReport;

/// A chip, frozen, and what it made of the windows so far.
pub(super) struct PricedPoint<'a> {
    pub pat: &'a Pat,
    pub binding: &'a Binding,
    /// Which columns are bound as its binding has it.
    pub columns: usize,
    pub timing: WindowTiming,
    pub rates: Rates,
    pub peaks: Peaks,
    pub factors: ActivityFactors,
    pub distribution: Distribution,
    pub bins: Bins,
    /// Of the windows of the latest batch.
    powers: Vec<f64>,
    /// Once the run is finished.
    pub report: Option<anyhow::Result<PowerReport>>,
}

impl<'a> PricedPoint<'a> {
    pub(super) fn new(
        point: &Point<'a>,
        columns: usize,
        timing: WindowTiming,
        options: &PricingOptions,
    ) -> anyhow::Result<PricedPoint<'a>> {
        anyhow::ensure!(timing.cycles > 0, "a profile window must have at least one cycle");
        anyhow::ensure!(
            timing.clock_hz.is_finite() && timing.clock_hz > 0.0,
            "the trace's clock must be above 0 Hz"
        );
        let rates = Rates::new(point.pat, Hertz(timing.clock_hz), options.include_system);
        let actions = rates.actions.len();
        Ok(PricedPoint {
            pat: point.pat,
            binding: point.binding,
            columns,
            timing,
            peaks: Peaks::new(&options.peak_lengths, timing),
            factors: ActivityFactors::new(actions),
            distribution: Distribution::new(rates.tdp)?,
            bins: Bins::new(),
            rates,
            powers: Vec::new(),
            report: None,
        })
    }

    fn clock(&self) -> Hertz {
        Hertz(self.timing.clock_hz)
    }

    /// Looks for the peak over one length, which ends with window `last` and each after it. Gives the powers over it.
    pub(super) fn look(
        &mut self,
        length: usize,
        windows: u64,
        last: i64,
        counts: &ActionCounts,
        columns: &Columns<'_>,
        powers: &mut Vec<f64>,
    ) {
        let time = self.clock().time_of(windows as f64 * self.timing.cycles as f64);
        self.rates.powers(counts, columns.active(), time, powers);
        self.peaks.look(length, last, powers, counts, columns, self.rates.actions.len());
    }

    /// Takes a batch's windows one by one, with their powers over their whole lengths.
    pub(super) fn take(
        &mut self,
        batch: &Batch<'_>,
        powers: &[f64],
        counts: &ActionCounts,
        columns: &Columns<'_>,
        activity: &BatchActivity,
    ) {
        self.powers.clear();
        self.powers.extend_from_slice(powers);
        let full = batch.full();
        self.take_partial(batch, 0..full.start, counts, columns);
        if !full.is_empty() {
            let start = batch.covered[full.start].start;
            self.factors.push_batch(start, batch.cycles, activity, &self.rates);
            let clock = self.clock();
            for window in full.clone() {
                let (start, power) = (batch.covered[window].start, Watts(self.powers[window]));
                self.distribution.push(start, batch.cycles, true, power);
                self.bins.push(start, batch.cycles, power, clock);
            }
        }
        self.take_partial(batch, full.end..batch.covered.len(), counts, columns);
    }

    /// Windows that the run does not cover fully have the power of what it covers.
    fn take_partial(
        &mut self,
        batch: &Batch<'_>,
        windows: Range<usize>,
        counts: &ActionCounts,
        columns: &Columns<'_>,
    ) {
        let mut actions = vec![0.0; if windows.is_empty() { 0 } else { self.rates.actions.len() }];
        for window in windows.filter(|window| batch.covered[*window].cycles() > 0) {
            let (start, cycles) = (batch.covered[window].start, batch.covered[window].cycles());
            columns.actions(counts, window, &mut actions);
            let power = self.rates.power(&actions, self.clock().time_of(cycles as f64));
            self.powers[window] = power.0;
            self.factors.push(start, cycles, &actions, &self.rates);
            self.distribution.push(start, cycles, false, power);
            self.bins.push(start, cycles, power, self.clock());
        }
    }

    /// Tells an observer of one of the batch's windows.
    pub(super) fn observe(
        &self,
        point: usize,
        (start, end): (i64, i64),
        window: usize,
        actions: &[f64],
        observer: &mut dyn PowerObserver,
    ) -> anyhow::Result<()> {
        let clock = self.clock();
        let time = clock.time_of(start.abs_diff(end) as f64);
        let energies = self.rates.energies(actions, time);
        let components: Vec<Watts> = energies.iter().map(|energy| Watts(energy.total() / time.0)).collect();
        let beside = self.rates.components.iter().zip(&components);
        let beside = beside.filter(|(component, _)| component.placement == Placement::System);
        observer.row(&PowerRow {
            point,
            start_cycle: start,
            end_cycle: end,
            start: clock.time_of(start as f64),
            end: clock.time_of(end as f64),
            total: Watts(self.powers[window]),
            system: beside.map(|(_, power)| *power).sum(),
            components: &components,
        })
    }
}
