//! Pricing: takes the windows of a run as they close and gives its power report, of one chip or of many.
//!
//! Windows are priced in batches, so that chips share what does not depend on them: sums of the trace's counts over
//! each length, and those sums as actions of all chips with equal bindings. What is left of a chip is a sum of products
//! a window. Threads share the operating points; each does with its own what one thread would do with all.

use trace_formats::Span;

use crate::activity::{ActivitySummary, ChannelName, WindowSink, WindowTiming};
use crate::chip::pat::Pat;
use crate::units::Hertz;

use super::activity_factor::BatchActivity;
use super::assemble::assemble;
use super::batch::{Batch, Covered, MOST_WINDOWS};
use super::binding::Binding;
use super::columns::{ActionCounts, Columns, Sums};
use super::history::History;
use super::options::PricingOptions;
use super::over_time::PowerObserver;
use super::priced_point::PricedPoint;
use super::result::PowerReport;

/// Points times windows of a batch from which threads are worth starting.
const LEAST_SHARED_WORK: usize = 16 * MOST_WINDOWS;

/// A chip at one operating point, and what a trace's channels are to it.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    /// The chip, frozen, at its conditions.
    pub pat: &'a Pat,
    /// Made for the same chip.
    pub binding: &'a Binding,
    /// Clock of the trace's cycles.
    pub clock: Hertz,
}

/// A [`WindowSink`] that prices every window and keeps only what the reports need, whatever the run's length.
pub struct Pricing<'a> {
    options: PricingOptions,
    timing: WindowTiming,
    pub(super) points: Vec<PricedPoint<'a>>,
    /// Of each binding that is not like another.
    columns: Vec<Columns<'a>>,
    shares: Vec<Share>,
    history: History,
    /// Windows that wait to be priced, the first of which has this number. How much of the latest the run covers is known
    /// when the next comes, or at the end.
    waiting: usize,
    first_waiting: i64,
    seen_windows: u64,
    most_waiting: usize,
    observer: Option<&'a mut dyn PowerObserver>,
    /// The run's first cycle: as told, else where the first window starts.
    first_cycle: Option<i64>,
    /// Where the windows priced so far end.
    priced_to: Option<i64>,
    is_finished: bool,
}

/// What one thread does with its points.
struct Share {
    /// By length, so that each sum is made once; then by binding.
    lookups: Vec<Lookup>,
    sums: Sums,
    counts: ActionCounts,
    activity: BatchActivity,
    powers: Vec<f64>,
}

/// A length over which a point's peak is looked for.
struct Lookup {
    windows: u64,
    columns: usize,
    /// Its place in the share.
    point: usize,
    /// Its place among the point's lengths: the first is one window.
    length: usize,
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
        Pricing::of_points(
            &[Point { pat, binding, clock: Hertz(timing.clock_hz) }],
            timing,
            options,
            observer,
        )
    }

    /// Prices the same windows with several chips, each with its own clock; the clock of `timing` is not used.
    ///
    /// # Errors
    /// As [`Pricing::new`].
    pub fn of_points(
        points: &[Point<'a>],
        timing: WindowTiming,
        options: PricingOptions,
        observer: Option<&'a mut dyn PowerObserver>,
    ) -> anyhow::Result<Pricing<'a>> {
        let mut columns: Vec<Columns<'a>> = Vec::new();
        let mut priced = Vec::new();
        for point in points {
            // Points of one chip come one after another: the latest is likely the one.
            let found = columns.iter().rposition(|columns| columns.binding().binds_as(point.binding));
            let at = found.unwrap_or_else(|| {
                columns.push(Columns::new(point.binding, timing.count_fraction_bits));
                columns.len() - 1
            });
            let timing = WindowTiming { clock_hz: point.clock.0, ..timing };
            priced.push(PricedPoint::new(point, at, timing, &options)?);
        }
        let share = priced.len().div_ceil(options.threads.max(1)).max(1);
        Ok(Pricing {
            shares: priced.chunks(share).map(Share::new).collect(),
            points: priced,
            columns,
            timing,
            options,
            history: History::new(),
            waiting: 0,
            first_waiting: 0,
            seen_windows: 0,
            most_waiting: if observer.as_ref().is_some_and(|it| it.is_live()) { 1 } else { MOST_WINDOWS },
            observer,
            first_cycle: None,
            priced_to: None,
            is_finished: false,
        })
    }

    /// The report of the only chip, once the run is finished.
    pub fn into_report(self) -> Option<PowerReport> {
        self.into_reports().pop()
    }

    /// The reports of all points, in their order; none before the run is finished.
    pub fn into_reports(self) -> Vec<PowerReport> {
        self.points.into_iter().filter_map(|point| point.report?.ok()).collect()
    }

    fn start_of(&self, index: i64) -> i64 {
        index.saturating_mul(i64::try_from(self.timing.cycles).unwrap_or(i64::MAX))
    }

    /// Prices the waiting windows, which the run covers up to `end` at most.
    pub(super) fn price_waiting(&mut self, end: i64) -> anyhow::Result<()> {
        if self.waiting == 0 {
            return Ok(());
        }
        let covered = self.cover(end);
        let batch = Batch {
            first: self.first_waiting,
            seen: self.seen_windows - self.waiting as u64,
            covered: &covered,
            cycles: self.timing.cycles,
            history: &self.history,
        };
        let columns = &self.columns;
        in_shares(&mut self.points, &mut self.shares, covered.len(), |points, share| {
            share.price(&batch, points, columns);
        });
        self.observe(&covered)?;
        for point in &mut self.points {
            point.peaks.refuse(self.seen_windows, self.history.columns());
        }
        self.history.keep(self.points.iter().map(|point| point.peaks.kept_windows()).max().unwrap_or(0));
        self.waiting = 0;
        Ok(())
    }

    /// What the run covers of each waiting window.
    fn cover(&mut self, run_end: i64) -> Vec<Covered> {
        let windows = self.first_waiting..self.first_waiting + self.waiting as i64;
        let last = windows.end - 1;
        windows
            .map(|index| {
                let (window_start, window_end) = (self.start_of(index), self.start_of(index + 1));
                let start = self.priced_to.unwrap_or(window_start).max(window_start);
                let end = if index == last { run_end.min(window_end) } else { window_end };
                let covered = Covered { start, end };
                if covered.cycles() > 0 {
                    self.priced_to = Some(end);
                }
                covered
            })
            .collect()
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

    /// Tells the observer of the batch, window by window.
    fn observe(&mut self, covered: &[Covered]) -> anyhow::Result<()> {
        let Some(observer) = &mut self.observer else { return Ok(()) };
        let mut sums = Sums::default();
        sums.fill(&self.history, covered.len(), 0, 1);
        let counts = self.columns.iter().map(|columns| {
            let mut counts = ActionCounts::default();
            columns.count(&sums, &mut counts);
            counts
        });
        let counts: Vec<ActionCounts> = counts.collect();
        let mut actions = Vec::new();
        for (window, part) in covered.iter().enumerate().filter(|(_, part)| part.cycles() > 0) {
            for (at, point) in self.points.iter().enumerate() {
                actions.resize(point.rates.actions.len(), 0.0);
                self.columns[point.columns].actions(&counts[point.columns], window, &mut actions);
                point.observe(at, (part.start, part.end), window, &actions, *observer)?;
            }
        }
        Ok(())
    }
}

/// Calls `work` with the points of each share, in threads if it is worth that.
fn in_shares<'a>(
    points: &mut [PricedPoint<'a>],
    shares: &mut [Share],
    windows: usize,
    work: impl Fn(&mut [PricedPoint<'a>], &mut Share) + Sync,
) {
    let share = points.len().div_ceil(shares.len().max(1)).max(1);
    let is_worth_it = points.len() * windows >= LEAST_SHARED_WORK;
    let pairs = points.chunks_mut(share).zip(shares);
    if is_worth_it {
        std::thread::scope(|scope| {
            for (points, share) in pairs {
                scope.spawn(|| work(points, share));
            }
        });
    } else {
        pairs.for_each(|(points, share)| work(points, share));
    }
}

impl Share {
    fn new(points: &[PricedPoint<'_>]) -> Share {
        let lookups = points.iter().enumerate().flat_map(|(at, point)| {
            let lengths = point.peaks.lengths().enumerate();
            lengths.map(move |(length, windows)| Lookup {
                windows,
                columns: point.columns,
                point: at,
                length,
            })
        });
        let mut lookups: Vec<Lookup> = lookups.collect();
        lookups.sort_by_key(|lookup| (lookup.windows, lookup.columns));
        Share {
            lookups,
            sums: Sums::default(),
            counts: ActionCounts::default(),
            activity: BatchActivity::default(),
            powers: Vec::new(),
        }
    }

    fn price(&mut self, batch: &Batch<'_>, points: &mut [PricedPoint<'_>], all_columns: &[Columns<'_>]) {
        let (mut summed, mut counted) = (None, None);
        for lookup in &self.lookups {
            let Lookup { windows, columns: of, length, .. } = *lookup;
            let point = &mut points[lookup.point];
            let first = batch.first_end_of(windows);
            if first == batch.covered.len() || !point.peaks.is_wanted(length) {
                continue;
            }
            let columns = &all_columns[of];
            if summed != Some(windows) {
                // As long as there are so many windows, they fit.
                let length = usize::try_from(windows).unwrap_or(usize::MAX);
                self.sums.fill(batch.history, batch.covered.len(), first, length);
                (summed, counted) = (Some(windows), None);
            }
            if counted != Some(of) {
                columns.count(&self.sums, &mut self.counts);
                counted = Some(of);
                if windows == 1 {
                    self.activity.fill(&self.counts, columns, &point.rates, &batch.full());
                }
            }
            let last = batch.first + first as i64;
            point.look(length, windows, last, &self.counts, columns, &mut self.powers);
            if windows == 1 {
                point.take(batch, &self.powers, &self.counts, columns, &self.activity);
            }
        }
    }
}

impl WindowSink for Pricing<'_> {
    fn begin(&mut self, first_cycle: i64) -> anyhow::Result<()> {
        (self.first_cycle, self.priced_to) = (Some(first_cycle), Some(first_cycle));
        Ok(())
    }

    fn window(&mut self, index: i64, channels: &[ChannelName], counts: &[u64]) -> anyhow::Result<()> {
        if self.seen_windows > 0 {
            let expected = self.first_waiting + self.waiting as i64;
            anyhow::ensure!(index == expected, "window {index} came where window {expected} was due");
        }
        if self.waiting == self.most_waiting {
            self.price_waiting(i64::MAX)?;
        }
        if self.waiting == 0 {
            self.first_waiting = index;
        }
        self.columns.iter_mut().for_each(|columns| columns.grow(channels));
        self.history.push(channels.len(), counts);
        self.first_cycle = self.first_cycle.or(Some(self.start_of(index)));
        self.waiting += 1;
        self.seen_windows += 1;
        Ok(())
    }

    fn finish(&mut self, summary: &ActivitySummary) -> anyhow::Result<()> {
        self.price_waiting(summary.span.end)?;
        self.check_covered(summary.span)?;
        anyhow::ensure!(!std::mem::replace(&mut self.is_finished, true), "the run was finished twice");
        let (columns, options) = (&self.columns, &self.options);
        in_shares(&mut self.points, &mut self.shares, MOST_WINDOWS, |points, _| {
            for point in points {
                point.report = Some(assemble(point, &columns[point.columns], options, summary));
            }
        });
        match self.points.iter_mut().find(|point| matches!(point.report, Some(Err(_)))) {
            Some(failed) => failed.report.take().map_or(Ok(()), |report| report.map(drop)),
            None => Ok(()),
        }
    }
}
