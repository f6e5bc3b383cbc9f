//! What a worker decodes into: exact integer sums of one chunk.

mod run;
mod tally;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use trace_formats::event::{EventColumns, Fact, RefusedEvent};
use trace_formats::{ChannelId, DataError, Event, EventSink, RegionSetId, Rejection, Span};

use self::run::{Batch, Gathered, Row, Run};
use self::tally::{Recent, Tally};
use super::dictionary::Dictionary;
use super::window_counts::{CountOverflow, WindowCounts};
use crate::activity::WindowTiming;

/// Refusals that concern more than their record: skipping those would hide a channel, or make the outcome depend on
/// how the bytes were cut.
const NEVER_SKIPPED: [&str; 3] = ["unbound_channel", "count_overflow", "too_many_names"];

/// The sums of one chunk. Adding two is order-free, but for `facts`, which the merger takes in order.
pub struct PartialSums {
    /// Counts by window and channel.
    pub windows: WindowCounts,
    /// Counts by region set and channel.
    pub tally: Tally,
    /// When the events were, in the order of the file.
    pub order: EventOrder,
    /// First cycle and end of the events; sums over windows, which may stick out of the run, do not count.
    pub events_span: Option<Span>,
    /// Records that could not be decoded and were skipped, by reason.
    pub bad_records: BTreeMap<&'static str, u64>,
    /// Rare facts, in the order of the file.
    pub facts: Vec<Fact>,
    /// How many of them stand before the first count.
    pub leading_facts: usize,
}

impl PartialSums {
    /// Nothing yet, in windows of so many cycles.
    fn new(window_cycles: i64) -> PartialSums {
        PartialSums {
            windows: WindowCounts::new(window_cycles),
            tally: Tally::default(),
            order: EventOrder::default(),
            events_span: None,
            bad_records: BTreeMap::new(),
            facts: Vec::new(),
            leading_facts: 0,
        }
    }

    /// Whether there is nothing in them whose place in the chunk may still be asked for, and no more than a handful of
    /// bytes.
    pub fn is_without_events(&self) -> bool {
        self.order == EventOrder::default() && self.facts.is_empty()
    }
}

/// When the events of a run of records were: enough to tell whether one came too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventOrder {
    /// The earliest start.
    pub first_start: i64,
    /// The latest start.
    pub last_start: i64,
    /// The latest end.
    pub last_end: i64,
    /// The most cycles by which an event started before the latest start ahead of it in the file.
    pub largest_step_back: u64,
}

impl Default for EventOrder {
    fn default() -> EventOrder {
        EventOrder { first_start: i64::MAX, last_start: i64::MIN, last_end: i64::MIN, largest_step_back: 0 }
    }
}

impl EventOrder {
    /// Of one event.
    #[inline]
    fn of(start: i64, end: i64) -> EventOrder {
        EventOrder { first_start: start, last_start: start, last_end: end, largest_step_back: 0 }
    }

    /// Of the starts and ends of events that follow one another in the file.
    fn of_all(times: impl Iterator<Item = (i64, i64)>) -> EventOrder {
        times.map(|(start, end)| EventOrder::of(start, end)).fold(EventOrder::default(), EventOrder::then)
    }

    /// The order of these events and the next.
    #[inline]
    fn then(self, next: EventOrder) -> EventOrder {
        let is_back = next.first_start < self.last_start;
        let step_back = if is_back { self.last_start.abs_diff(next.first_start) } else { 0 };
        EventOrder {
            first_start: self.first_start.min(next.first_start),
            last_start: self.last_start.max(next.last_start),
            last_end: self.last_end.max(next.last_end),
            largest_step_back: step_back.max(self.largest_step_back).max(next.largest_step_back),
        }
    }
}

/// A worker's sink. It lives as long as the worker, for its cache of names; `take` ends a chunk.
pub struct Accumulator<'a> {
    dictionary: &'a Dictionary<'a>,
    window_cycles: i64,
    skip_bad_records: bool,
    channels: NameCache,
    region_sets: NameCache,
    run: Run,
    recent: Recent,
    sums: PartialSums,
}

/// Names a worker has met, so that it asks the shared dictionary once a name.
#[derive(Default)]
struct NameCache {
    numbers: FxHashMap<Box<[u8]>, u32>,
    key: Vec<u8>,
}

impl NameCache {
    fn find(&mut self, first: &str, second: &str) -> Option<u32> {
        self.key.clear();
        self.key.extend_from_slice(first.as_bytes());
        self.key.push(0);
        self.key.extend_from_slice(second.as_bytes());
        self.numbers.get(self.key.as_slice()).copied()
    }

    /// Remembers the number of the name that the latest `find` looked for.
    fn keep(&mut self, number: u32) {
        self.numbers.insert(self.key.as_slice().into(), number);
    }
}

impl<'a> Accumulator<'a> {
    /// A sink for one worker.
    pub fn new(
        dictionary: &'a Dictionary<'a>,
        timing: WindowTiming,
        skip_bad_records: bool,
    ) -> Accumulator<'a> {
        let window_cycles = timing.window();
        Accumulator {
            dictionary,
            window_cycles,
            skip_bad_records,
            channels: NameCache::default(),
            region_sets: NameCache::default(),
            run: Run::new(),
            recent: Recent::new(),
            sums: PartialSums::new(window_cycles),
        }
    }

    /// Hands over the sums since the latest call.
    pub fn take(&mut self) -> PartialSums {
        self.recent.settle(&mut self.sums.tally);
        std::mem::replace(&mut self.sums, PartialSums::new(self.window_cycles))
    }

    /// Adds an event, or as many as `events` says (none for a sum over a window) that count together.
    fn add(&mut self, event: &Event, events: u64) -> Result<(), CountOverflow> {
        let Event { channel, start, end, count, .. } = *event;
        self.sums.order = self.sums.order.then(EventOrder::of(start, end));
        self.sums.windows.spread(channel.0 as usize, start, end, count)?;
        self.tally(event, count, events);
        Ok(())
    }

    /// Adds events that count together to all but the windows.
    fn tally(&mut self, event: &Event, count: u64, events: u64) {
        let Event { channel, regions, start, end, .. } = *event;
        self.recent.add(channel.0 as usize, regions, count, events, &mut self.sums.tally);
        self.recent.see_region(regions, Span { start, end }, &mut self.sums.tally);
    }

    /// Adds events run by run.
    fn add_all(&mut self, events: impl Batch) -> Result<(), RefusedEvent> {
        let mut at = 0;
        while at < events.len() {
            let window = self.sums.windows.go_to(events.event(at).start);
            let gathered = self.run.gather(events.range(at..events.len()), &window);
            let refused = |more| RefusedEvent { at: at + more, rejection: CountOverflow.into() };
            self.add_run(&gathered).map_err(refused)?;
            at += gathered.events.len();
        }
        Ok(())
    }

    /// Adds a run that starts in the current window. Returns the place of the first event whose sum does not fit.
    fn add_run<B: Batch>(&mut self, gathered: &Gathered<B>) -> Result<(), usize> {
        let Accumulator { run, recent, sums, .. } = self;
        let PartialSums { windows, tally, .. } = sums;
        let mut fits = gathered.has_small_counts;
        run.each(gathered, |channel, row| fits &= row.count == 0 || windows.has_room(channel));
        if !fits {
            run.each(gathered, |_, row| *row = Row::default());
            return self.add_each(gathered.events);
        }
        let regions = gathered.events.event(0).regions;
        run.each(gathered, |channel, row| {
            if row.events > 0 {
                let Row { count, events } = std::mem::take(row);
                windows.add(channel, count);
                recent.add(channel, regions, count, u64::from(events), tally);
            }
        });
        for (at, event) in run.further(gathered) {
            let channel = event.channel.0 as usize;
            windows.spread_on(channel, event.start, event.end, event.count).map_err(|_| at)?;
            recent.add(channel, regions, event.count, 0, tally);
        }
        let span = Span { start: gathered.order.first_start, end: gathered.order.last_end };
        recent.see_region(regions, span, tally);
        sums.order = sums.order.then(gathered.order);
        self.join_events_span(span);
        Ok(())
    }

    /// Adds events one by one, to find the first whose sum does not fit.
    fn add_each(&mut self, events: impl Batch) -> Result<(), usize> {
        for at in 0..events.len() {
            let event = events.event(at);
            self.join_events_span(Span { start: event.start, end: event.end });
            self.add(&event, 1).map_err(|_| at)?;
        }
        Ok(())
    }

    fn join_events_span(&mut self, span: Span) {
        self.sums.events_span = Some(self.sums.events_span.map_or(span, |all| all.join(span)));
    }
}

impl EventSink for Accumulator<'_> {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        if let Some(number) = self.channels.find(component, action) {
            return Ok(ChannelId(number));
        }
        let number = self.dictionary.channel(component, action)?;
        self.channels.keep(number);
        self.run.know(number);
        self.recent.know(number);
        Ok(ChannelId(number))
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        if let Some(number) = self.region_sets.find(tags, "") {
            return Ok(RegionSetId(number));
        }
        super::regions::parse_tags(tags)?;
        let number = self.dictionary.region_set(tags)?;
        self.region_sets.keep(number);
        Ok(RegionSetId(number))
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.join_events_span(Span { start: event.start, end: event.end });
        Ok(self.add(&event, 1)?)
    }

    fn events(&mut self, events: &[Event]) -> Result<(), RefusedEvent> {
        self.add_all(events)
    }

    fn columns(&mut self, events: EventColumns<'_>) -> Result<(), RefusedEvent> {
        self.add_all(events)
    }

    fn repeated(&mut self, first: Event, events: u64) -> Result<(), Rejection> {
        let Event { channel, start, count, .. } = first;
        let end = start.saturating_add_unsigned(events);
        if events == 0 {
            return Ok(());
        }
        self.join_events_span(Span { start, end });
        let order = EventOrder { last_start: end - 1, ..EventOrder::of(start, end) };
        self.sums.order = self.sums.order.then(order);
        self.sums.windows.steady(channel.0 as usize, start, end, count)?;
        let sum = count.checked_mul(events).ok_or(CountOverflow)?;
        self.tally(&Event { end, ..first }, sum, events);
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        Ok(self.add(&event, 0)?)
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.sums.facts.push(fact);
        if self.sums.order == EventOrder::default() {
            self.sums.leading_facts = self.sums.facts.len();
        }
        Ok(())
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        let is_skipped =
            self.skip_bad_records && error.is_of_a_record() && !NEVER_SKIPPED.contains(&error.reason());
        if !is_skipped {
            return Err(error);
        }
        *self.sums.bad_records.entry(error.reason()).or_default() += 1;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
