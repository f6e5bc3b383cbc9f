//! Pricing: takes the windows of a run as they close and gives its power report.

use trace_formats::Span;

use crate::activity::{ActivitySummary, ChannelName, WindowSink, WindowTiming};
use crate::chip::pat::{Pat, Placement};
use crate::units::{Hertz, Watts};

use super::activity_factor::ActivityFactors;
use super::assemble::{Gathered, assemble};
use super::binding::Binding;
use super::columns::Columns;
use super::distribution::Distribution;
use super::options::PricingOptions;
use super::over_time::{Bins, PowerObserver, PowerRow};
use super::peaks::Peaks;
use super::rates::Rates;
use super::result::PowerReport;

/// A [`WindowSink`] that prices every window and keeps only what the report needs, whatever the run's length.
pub struct Pricing<'a> {
    pat: &'a Pat,
    binding: &'a Binding,
    options: PricingOptions,
    timing: WindowTiming,
    rates: Rates,
    columns: Columns<'a>,
    peaks: Option<Peaks>,
    factors: ActivityFactors,
    distribution: Distribution,
    bins: Bins,
    observer: Option<&'a mut dyn PowerObserver>,
    /// The run's first cycle: as told, else where the first window starts.
    first_cycle: Option<i64>,
    /// Where the windows priced so far end.
    priced_to: Option<i64>,
    /// The latest window: how much of it the run covers is known when the next comes, or at the end.
    pending: Option<Pending>,
    report: Option<PowerReport>,
}

struct Pending {
    index: i64,
    actions: Vec<f64>,
}

impl<'a> Pricing<'a> {
    /// Prices windows of that timing with a chip. `binding` must have been made for the same chip.
    ///
    /// # Errors
    /// If the timing cannot be: windows of no cycles, a clock that is not positive.
    pub fn new(
        pat: &'a Pat,
        binding: &'a Binding,
        timing: WindowTiming,
        options: PricingOptions,
        observer: Option<&'a mut dyn PowerObserver>,
    ) -> anyhow::Result<Pricing<'a>> {
        anyhow::ensure!(timing.cycles > 0, "a profile window must have at least one cycle");
        anyhow::ensure!(
            timing.clock_hz.is_finite() && timing.clock_hz > 0.0,
            "the trace's clock must be above 0 Hz"
        );
        let rates = Rates::new(pat, Hertz(timing.clock_hz), options.include_system);
        let actions = rates.actions.len();
        Ok(Pricing {
            pat,
            binding,
            timing,
            columns: Columns::new(binding, timing.count_fraction_bits),
            peaks: Some(Peaks::new(&options.peak_lengths, timing, actions)),
            factors: ActivityFactors::new(actions),
            distribution: Distribution::new(rates.tdp)?,
            bins: Bins::new(),
            options,
            rates,
            observer,
            first_cycle: None,
            priced_to: None,
            pending: None,
            report: None,
        })
    }

    /// The report, once the run is finished.
    pub fn into_report(self) -> Option<PowerReport> {
        self.report
    }

    fn start_of(&self, index: i64) -> i64 {
        index.saturating_mul(i64::try_from(self.timing.cycles).unwrap_or(i64::MAX))
    }

    /// Prices the pending window, which the run covers up to `end` at most.
    fn price_pending(&mut self, end: i64) -> anyhow::Result<()> {
        let Some(pending) = self.pending.take() else { return Ok(()) };
        let (window_start, window_end) = (self.start_of(pending.index), self.start_of(pending.index + 1));
        let start = self.priced_to.unwrap_or(window_start).max(window_start);
        let end = end.min(window_end);
        if end <= start {
            return Ok(());
        }
        let cycles = start.abs_diff(end);
        let clock = Hertz(self.timing.clock_hz);
        let power = self.rates.power(&pending.actions, clock.time_of(cycles as f64));
        self.factors.push(start, cycles, &pending.actions, &self.rates);
        self.distribution.push(start, cycles, cycles == self.timing.cycles, power)?;
        self.bins.push(start, cycles, power, clock);
        self.priced_to = Some(end);
        self.observe(start, end, power, &pending.actions)
    }

    /// The windows given are those of the run, from its first cycle to its last.
    fn check_covered(&self, span: Span) -> anyhow::Result<()> {
        if span.start >= span.end {
            return Ok(());
        }
        let (start, end) = (self.first_cycle, self.priced_to);
        anyhow::ensure!(
            start == Some(span.start) && end == Some(span.end),
            "the run covers the cycles {} to {}, but the windows {start:?} to {end:?}",
            span.start,
            span.end,
        );
        Ok(())
    }

    fn observe(&mut self, start: i64, end: i64, total: Watts, actions: &[f64]) -> anyhow::Result<()> {
        let Some(observer) = &mut self.observer else { return Ok(()) };
        let clock = Hertz(self.timing.clock_hz);
        let time = clock.time_of(start.abs_diff(end) as f64);
        let energies = self.rates.energies(actions, time);
        let components: Vec<Watts> = energies.iter().map(|energy| Watts(energy.total() / time.0)).collect();
        let beside = self.rates.components.iter().zip(&components);
        let beside = beside.filter(|(component, _)| component.placement == Placement::System);
        observer.row(&PowerRow {
            start_cycle: start,
            end_cycle: end,
            start: clock.time_of(start as f64),
            end: clock.time_of(end as f64),
            total,
            system: beside.map(|(_, power)| *power).sum(),
            components: &components,
        })
    }
}

impl WindowSink for Pricing<'_> {
    fn begin(&mut self, first_cycle: i64) -> anyhow::Result<()> {
        (self.first_cycle, self.priced_to) = (Some(first_cycle), Some(first_cycle));
        Ok(())
    }

    fn window(&mut self, index: i64, channels: &[ChannelName], counts: &[u64]) -> anyhow::Result<()> {
        if let Some(pending) = &self.pending {
            let expected = pending.index + 1;
            anyhow::ensure!(index == expected, "window {index} came where window {expected} was due");
        }
        self.price_pending(i64::MAX)?;
        self.columns.grow(channels);
        let mut actions = vec![0.0; self.rates.actions.len()];
        let count = |column: usize| u128::from(counts.get(column).copied().unwrap_or(0));
        self.columns.actions(count, &mut actions);
        if let Some(peaks) = &mut self.peaks {
            peaks.push(index, counts, &self.columns, &self.rates);
        }
        self.first_cycle = self.first_cycle.or(Some(self.start_of(index)));
        self.pending = Some(Pending { index, actions });
        Ok(())
    }

    fn finish(&mut self, summary: &ActivitySummary) -> anyhow::Result<()> {
        self.price_pending(summary.span.end)?;
        self.check_covered(summary.span)?;
        let Some(peaks) = self.peaks.take() else { anyhow::bail!("the run was finished twice") };
        let gathered = Gathered {
            pat: self.pat,
            binding: self.binding,
            options: &self.options,
            timing: self.timing,
            rates: &self.rates,
            columns: &self.columns,
            factors: &self.factors,
            distribution: &self.distribution,
            bins: std::mem::replace(&mut self.bins, Bins::new()),
            peaks,
        };
        self.report = Some(assemble(gathered, summary)?);
        Ok(())
    }
}
