//! Adds partial sums in the order of the chunks, and closes windows behind a watermark.

use std::collections::BTreeMap;

use anyhow::bail;
use rustc_hash::FxHashMap;
use trace_formats::decoder::Chunk;
use trace_formats::event::Fact;
use trace_formats::{ChannelEvents, DataError, Decoder, Note, Rejection, Skipped, Span};

use super::accumulator::{EventOrder, PartialSums};
use super::dictionary::Dictionary;
use super::placement::{Orders, PlacementProbe, windows_beyond_limit};
use super::regions::RegionTable;
use super::window_counts::{CountOverflow, Running, WindowCounts};
use crate::activity::{ActivitySummary, ChannelName, Coverage, WindowSink, WindowTiming};

/// The most bytes of open windows. What is held grows with the lateness over the length of a window, and with the
/// number of channels.
const MAX_OPEN_BYTES: usize = 1 << 30;

/// The state of a run: open windows, totals, regions, and everything that is said once at the end.
pub struct Merger<'a> {
    dictionary: &'a Dictionary<'a>,
    timing: WindowTiming,
    orders: Orders,
    sink: &'a mut dyn WindowSink,
    channels: Vec<ChannelName>,
    counts: Vec<u64>,
    running: Vec<Running>,
    open: WindowCounts,
    next_window: Option<i64>,
    part: usize,
    latest_start: i64,
    /// Cycles that events or sums over windows reach, the latter perhaps beyond the run.
    counted_span: Option<Span>,
    events_span: Option<Span>,
    /// What the header, and facts ahead of the first event, say of the run's cycles.
    declared_span: Option<Span>,
    /// The latest end that a fact after the first event names. Its start comes too late to count: windows may be
    /// closed, and whether they are must not depend on how the bytes were cut.
    declared_end: Option<i64>,
    first_cycle: Option<i64>,
    totals: FxHashMap<(u32, u32), u128>,
    region_spans: FxHashMap<u32, (i64, i64)>,
    summed_regions: BTreeMap<(String, ChannelName), u128>,
    regions: RegionTable,
    events: Vec<u64>,
    summed_events: BTreeMap<ChannelName, u64>,
    coverage: Coverage,
    notes: Vec<Note>,
}

impl<'a> Merger<'a> {
    /// Starts a run.
    pub fn new(
        dictionary: &'a Dictionary<'a>,
        timing: WindowTiming,
        orders: Orders,
        sink: &'a mut dyn WindowSink,
    ) -> Merger<'a> {
        Merger {
            dictionary,
            timing,
            orders,
            sink,
            channels: Vec::new(),
            counts: Vec::new(),
            running: Vec::new(),
            open: WindowCounts::new(timing.window()),
            next_window: None,
            part: 0,
            latest_start: i64::MIN,
            counted_span: None,
            events_span: None,
            declared_span: None,
            declared_end: None,
            first_cycle: None,
            totals: FxHashMap::default(),
            region_spans: FxHashMap::default(),
            summed_regions: BTreeMap::new(),
            regions: RegionTable::default(),
            events: Vec::new(),
            summed_events: BTreeMap::new(),
            coverage: Coverage::default(),
            notes: Vec::new(),
        }
    }

    /// Takes a fact of a trace's header or from between its events.
    pub fn fact(&mut self, fact: Fact) {
        match fact {
            Fact::Region(region) => {
                self.declare_span(Span { start: region.start, end: region.end });
                self.regions.declare(&region);
            }
            Fact::Span(span) => self.declare_span(span),
            Fact::Note(note) if self.notes.contains(&note) => {}
            Fact::Note(note) => self.notes.push(note),
            Fact::Skipped(skipped) => self.skipped(skipped),
            Fact::RegionCount { regions, component, action, count } => {
                let key = (regions, ChannelName { component, action });
                *self.summed_regions.entry(key).or_default() += count;
            }
            Fact::EventsTaken(ChannelEvents { component, action, events }) => {
                *self.summed_events.entry(ChannelName { component, action }).or_default() += events;
            }
        }
    }

    fn declare_span(&mut self, span: Span) {
        if self.counted_span.is_none() {
            self.declared_span = Some(self.declared_span.map_or(span, |all| all.join(span)));
        } else {
            self.declared_end = self.declared_end.max(Some(span.end));
        }
    }

    fn skipped(&mut self, new: Skipped) {
        let same = |old: &&mut Skipped| {
            old.reason == new.reason && old.region == new.region && old.channel == new.channel
        };
        match self.coverage.skipped.iter_mut().find(same) {
            Some(old) => old.count += new.count,
            None => self.coverage.skipped.push(new),
        }
    }

    /// Adds the sums of the next chunk of `part`, and closes the windows that can receive nothing more.
    ///
    /// # Errors
    /// An event that comes too late, a sum that overflows, a span of too many windows, or what the sink reports.
    pub fn merge(
        &mut self,
        part: usize,
        sums: PartialSums,
        decoder: &dyn Decoder,
        chunk: &Chunk<'_>,
    ) -> anyhow::Result<()> {
        if part != self.part {
            self.part = part;
            self.latest_start = i64::MIN;
        }
        self.refuse_misplaced_events(&sums.order, decoder, chunk)?;
        self.add(sums).map_err(|error| chunk.locate(error, 0))?;
        self.close_behind(part)
    }

    /// Adds the sums that a part says at its end, and takes the cycle that no event of its trace starts before.
    ///
    /// # Errors
    /// A sum that overflows, a span of too many windows, or what the sink reports.
    pub fn finish_part(&mut self, part: usize, sums: PartialSums, told: Option<i64>) -> anyhow::Result<()> {
        // While no window is closed, a region that was open ahead of all events still starts the run in time.
        if self.next_window.is_none() && self.declared_span.is_some() {
            let spans = sums.facts.iter().filter_map(|fact| match fact {
                Fact::Region(region) => Some(Span { start: region.start, end: region.end }),
                _ => None,
            });
            self.declared_span = Span::join_all(self.declared_span.into_iter().chain(spans));
        }
        self.add(sums)?;
        if let Some(cycle) = told {
            self.orders.tell(part, cycle);
        }
        self.close_behind(part)
    }

    fn add(&mut self, mut sums: PartialSums) -> Result<(), DataError> {
        for fact in sums.facts.drain(..sums.leading_facts) {
            self.fact(fact);
        }
        let order = sums.order;
        if order.first_start <= order.last_start {
            self.latest_start = self.latest_start.max(order.last_start);
            let span = Span { start: order.first_start, end: order.last_end };
            self.counted_span = Some(self.counted_span.map_or(span, |all| all.join(span)));
            if let Some(span) = sums.events_span {
                self.events_span = Some(self.events_span.map_or(span, |all| all.join(span)));
            }
            self.open.merge(&mut sums.windows).map_err(overflow)?;
        }
        self.take_counters(sums);
        Ok(())
    }

    fn close_behind(&mut self, part: usize) -> anyhow::Result<()> {
        self.refuse_too_many_windows()?;
        let watermark = self.orders.watermark(part, self.latest_start);
        self.close_before(watermark.div_euclid(self.timing.cycles as i64))?;
        self.refuse_too_much_open()
    }

    fn take_counters(&mut self, mut sums: PartialSums) {
        for (key, count) in sums.tally.totals.drain() {
            *self.totals.entry(key).or_default() += count;
        }
        for (set, (start, end)) in sums.tally.region_spans.drain() {
            let span = self.region_spans.entry(set).or_insert((start, end));
            *span = (span.0.min(start), span.1.max(end));
        }
        self.events.resize(self.events.len().max(sums.tally.events.len()), 0);
        for (all, events) in self.events.iter_mut().zip(&sums.tally.events) {
            *all += events;
        }
        for (reason, records) in sums.bad_records {
            *self.coverage.bad_records.entry(reason.to_owned()).or_default() += records;
        }
        for fact in sums.facts.drain(..) {
            self.fact(fact);
        }
    }

    /// Looks for the first event of a chunk that comes too late or is too far away, if there is one.
    fn refuse_misplaced_events(
        &self,
        order: &EventOrder,
        decoder: &dyn Decoder,
        chunk: &Chunk<'_>,
    ) -> anyhow::Result<()> {
        let counted = Span { start: order.first_start, end: order.last_end };
        let lateness = self.orders.lateness(self.part);
        let probe = PlacementProbe::new(self.latest_start, lateness, self.open_span(), self.timing.cycles);
        if !probe.suspects(order.first_start, order.largest_step_back, counted) {
            return Ok(());
        }
        decoder.decode(chunk, &mut { probe })?;
        let closed = self.next_window.map_or(i64::MIN, |next| next.saturating_mul(self.timing.cycles as i64));
        if order.first_start < closed {
            bail!(
                "found an event at cycle {} after the windows before cycle {closed} were closed, expected a file \
                 that does not change while it is read; run again when its writer has finished",
                order.first_start
            );
        }
        Ok(())
    }

    fn refuse_too_many_windows(&self) -> anyhow::Result<()> {
        let Some(span) = self.open_span() else { return Ok(()) };
        match windows_beyond_limit(span, self.timing.cycles) {
            Some(refusal) => Err(DataError::from(refusal).into()),
            None => Ok(()),
        }
    }

    fn refuse_too_much_open(&self) -> anyhow::Result<()> {
        let bytes = self.open.bytes();
        if bytes > MAX_OPEN_BYTES {
            bail!(
                "found {} channels in so many windows that can still receive events that they take {bytes} bytes, \
                 expected at most {MAX_OPEN_BYTES}; choose a longer --window, or a smaller --lateness if the trace is \
                 in the order of time",
                self.dictionary.channels_from(0).len()
            );
        }
        Ok(())
    }

    /// The cycles of the run: declared ones and events together. Where sums over windows say more, they reach at
    /// least one cycle into their windows; where nothing is declared, they stand for themselves.
    fn run_span(&self) -> Option<Span> {
        let counted = self.counted_span;
        let Some(declared) = self.declared_span else {
            let end = |span: Span| self.declared_end.map_or(span.end, |end| end.max(span.end));
            return counted.map(|span| Span { end: end(span), ..span });
        };
        let span = Span::join_all([self.events_span, Some(declared)].into_iter().flatten())?;
        let window = self.timing.cycles as i64;
        let reached = counted.map_or(span, |counted| Span {
            start: span.start.min(counted.start.saturating_add(window - 1)),
            end: span.end.max(counted.end.saturating_sub(window - 1)),
        });
        Some(Span { end: self.declared_end.map_or(reached.end, |end| end.max(reached.end)), ..reached })
    }

    /// The cycles whose windows are to be closed: the run's, and those of sums that reach beyond it.
    fn open_span(&self) -> Option<Span> {
        Span::join_all([self.run_span(), self.counted_span].into_iter().flatten())
    }

    /// Closes all windows before number `bound`.
    fn close_before(&mut self, bound: i64) -> anyhow::Result<()> {
        let first = match self.next_window {
            Some(next) => next,
            None => {
                let Some(span) = self.open_span() else { return Ok(()) };
                span.start.div_euclid(self.timing.cycles as i64)
            }
        };
        if first >= bound {
            return Ok(());
        }
        if self.first_cycle.is_none()
            && let Some(span) = self.run_span()
        {
            self.first_cycle = Some(span.start);
            self.sink.begin(span.start)?;
        }
        self.channels.extend(self.dictionary.channels_from(self.channels.len()));
        self.counts.resize(self.channels.len(), 0);
        self.running.resize(self.channels.len(), Running::default());
        // Nothing is open past the last event: what the bound asks for beyond it is left for later.
        let last = self.open_span().map_or(first, |span| last_window(span, self.timing.cycles));
        let bound = bound.min(last + 1);
        for window in first..bound {
            self.open.take(window, &mut self.counts, &mut self.running).map_err(overflow)?;
            self.sink.window(window, &self.channels, &self.counts)?;
        }
        if bound > first {
            self.next_window = Some(bound);
            self.open.forget_before(bound);
        }
        Ok(())
    }

    /// Closes what is open and tells the sink the rest.
    ///
    /// # Errors
    /// A trace without events, or what the sink reports.
    pub fn finish(mut self, metadata: trace_formats::Metadata) -> anyhow::Result<ActivitySummary> {
        let Some(span) = self.run_span() else {
            bail!(
                "found no events, expected at least one; check that the simulator wrote its trace and that the \
                 right file or directory is named"
            );
        };
        self.refuse_too_many_windows()?;
        self.close_before(last_window(span, self.timing.cycles) + 1)?;
        let summary = self.summary(span, metadata);
        self.sink.finish(&summary)?;
        Ok(summary)
    }

    fn coverage(&mut self, channels: &[ChannelName]) -> Coverage {
        let mut coverage = std::mem::take(&mut self.coverage);
        let mut by_channel = std::mem::take(&mut self.summed_events);
        for (name, &events) in channels.iter().zip(&self.events).filter(|(_, events)| **events > 0) {
            *by_channel.entry(name.clone()).or_default() += events;
        }
        for (name, &events) in &by_channel {
            if self.dictionary.is_unbound(name) {
                coverage.unbound.insert(name.clone(), events);
            } else {
                coverage.events += events;
            }
        }
        coverage.events_by_channel = by_channel;
        coverage
    }

    fn summary(&mut self, span: Span, metadata: trace_formats::Metadata) -> ActivitySummary {
        let channels = self.dictionary.channels_from(0);
        let sets = self.dictionary.region_sets();
        let mut totals: BTreeMap<ChannelName, u128> = BTreeMap::new();
        let mut by_set: BTreeMap<u32, Vec<(&ChannelName, u128)>> = BTreeMap::new();
        for (&(set, channel), &count) in &self.totals {
            let name = &channels[channel as usize];
            *totals.entry(name.clone()).or_default() += count;
            by_set.entry(set).or_default().push((name, count));
        }
        for (set, tags) in sets.iter().enumerate().skip(1) {
            let span = self.region_spans.get(&(set as u32)).map(|&(start, end)| Span { start, end });
            let counts = by_set.get(&(set as u32)).map_or(&[][..], Vec::as_slice);
            self.regions.add(tags, span, counts);
        }
        for ((tags, channel), count) in &self.summed_regions {
            self.regions.add(tags, None, &[(channel, *count)]);
        }
        let coverage = self.coverage(&channels);
        ActivitySummary {
            timing: self.timing,
            span,
            totals,
            regions: std::mem::take(&mut self.regions).finish(),
            coverage,
            notes: std::mem::take(&mut self.notes),
            inferences: metadata.inferences,
            trace_clock_hz: metadata.clock_hz,
            metadata,
        }
    }
}

fn overflow(error: CountOverflow) -> DataError {
    DataError::from(Rejection::from(error))
}

fn last_window(span: Span, cycles: u64) -> i64 {
    (span.end - 1).max(span.start).div_euclid(cycles as i64)
}
