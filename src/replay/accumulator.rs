//! What a worker decodes into: exact integer sums of one chunk.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use trace_formats::event::{Fact, RefusedEvent};
use trace_formats::{ChannelId, DataError, Event, EventSink, RegionSetId, Rejection, Span};

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
    pub totals: FxHashMap<(u32, u32), u128>,
    /// First and last cycle by region set.
    pub region_spans: FxHashMap<u32, (i64, i64)>,
    /// When the events were, in the order of the file.
    pub order: EventOrder,
    /// First cycle and end of the events; sums over windows, which may stick out of the run, do not count.
    pub events_span: Option<Span>,
    /// Events by channel.
    pub events: Vec<u64>,
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
            totals: FxHashMap::default(),
            region_spans: FxHashMap::default(),
            order: EventOrder::default(),
            events_span: None,
            events: Vec::new(),
            bad_records: BTreeMap::new(),
            facts: Vec::new(),
            leading_facts: 0,
        }
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
    #[inline]
    fn take(&mut self, start: i64, end: i64) {
        self.first_start = self.first_start.min(start);
        if start >= self.last_start {
            self.last_start = start;
        } else {
            self.largest_step_back = self.largest_step_back.max(self.last_start.abs_diff(start));
        }
        self.last_end = self.last_end.max(end);
    }
}

/// A worker's sink. It lives as long as the worker, for its cache of names; `take` ends a chunk.
pub struct Accumulator<'a> {
    dictionary: &'a Dictionary<'a>,
    window_cycles: i64,
    skip_bad_records: bool,
    channels: NameCache,
    region_sets: NameCache,
    /// By channel: what was added since it last came with another region set. Most events follow one like it.
    recent: Vec<Recent>,
    /// The region set that came last, and its cycles since.
    recent_region: (u32, Span),
    sums: PartialSums,
}

/// The latest events of a channel, all of one region set.
#[derive(Clone, Copy, Default)]
struct Recent {
    regions: u32,
    events: u64,
    sum: u128,
}

/// The cycles of a region set before its first event.
const NO_CYCLES: Span = Span { start: i64::MAX, end: i64::MIN };

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
            recent: Vec::new(),
            recent_region: (0, NO_CYCLES),
            sums: PartialSums::new(window_cycles),
        }
    }

    /// Hands over the sums since the latest call.
    pub fn take(&mut self) -> PartialSums {
        for channel in 0..self.recent.len() {
            self.settle(channel);
        }
        self.settle_region();
        std::mem::replace(&mut self.sums, PartialSums::new(self.window_cycles))
    }

    /// Adds what is recent of a channel to the sums.
    #[inline(never)]
    fn settle(&mut self, channel: usize) {
        let Recent { regions, events, sum } = std::mem::take(&mut self.recent[channel]);
        if sum > 0 {
            *self.sums.totals.entry((regions, channel as u32)).or_default() += sum;
        }
        if events > 0 {
            if self.sums.events.len() <= channel {
                self.sums.events.resize(self.recent.len(), 0);
            }
            self.sums.events[channel] += events;
        }
    }

    /// Adds the cycles of the latest region set to the sums.
    fn settle_region(&mut self) {
        let (set, cycles) = std::mem::replace(&mut self.recent_region, (0, NO_CYCLES));
        if cycles.start < cycles.end && RegionSetId(set) != RegionSetId::NONE {
            let span = self.sums.region_spans.entry(set).or_insert((cycles.start, cycles.end));
            *span = (span.0.min(cycles.start), span.1.max(cycles.end));
        }
    }

    /// Adds an event, or as many as `events` says (none for a sum over a window) that count together, to all but the
    /// windows.
    #[inline]
    fn count(&mut self, event: Event, events: u64) {
        let Event { channel, regions, start, end, count } = event;
        let channel = channel.0 as usize;
        if self.recent[channel].regions != regions.0 {
            self.settle(channel);
            self.recent[channel].regions = regions.0;
        }
        let recent = &mut self.recent[channel];
        recent.sum += u128::from(count);
        recent.events += events;
        self.see_region(regions, Span { start, end });
    }

    #[inline]
    fn add(&mut self, event: Event, events: u64) -> Result<(), Rejection> {
        self.sums.order.take(event.start, event.end);
        self.sums.windows.spread(event.channel.0 as usize, event.start, event.end, event.count)?;
        self.count(event, events);
        Ok(())
    }

    /// Adds events to the windows.
    fn spread(&mut self, events: &[Event]) -> Result<(), RefusedEvent> {
        let windows = &mut self.sums.windows;
        let refused = |at| move |error: CountOverflow| RefusedEvent { at, rejection: error.into() };
        let mut at = 0;
        while at < events.len() {
            at += windows.add_current(&events[at..]).map_err(|more| refused(at + more)(CountOverflow))?;
            if let Some(event) = events.get(at) {
                let channel = event.channel.0 as usize;
                windows.spread(channel, event.start, event.end, event.count).map_err(refused(at))?;
                at += 1;
            }
        }
        Ok(())
    }

    /// Adds events to all but the windows.
    fn count_all(&mut self, events: &[Event]) {
        let mut rest = events;
        while let Some(first) = rest.first() {
            let run = rest.iter().position(|event| event.regions != first.regions).unwrap_or(rest.len());
            let mut span = NO_CYCLES;
            for event in &rest[..run] {
                span = Span { start: span.start.min(event.start), end: span.end.max(event.end) };
                let channel = event.channel.0 as usize;
                if self.recent[channel].regions != event.regions.0 {
                    self.settle(channel);
                    self.recent[channel].regions = event.regions.0;
                }
                let recent = &mut self.recent[channel];
                recent.sum += u128::from(event.count);
                recent.events += 1;
            }
            self.see_region(first.regions, span);
            rest = &rest[run..];
        }
    }

    /// Widens the cycles of a region set.
    fn see_region(&mut self, regions: RegionSetId, span: Span) {
        if self.recent_region.0 != regions.0 {
            self.settle_region();
            self.recent_region.0 = regions.0;
        }
        let cycles = &mut self.recent_region.1;
        *cycles = Span { start: cycles.start.min(span.start), end: cycles.end.max(span.end) };
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
        let known = self.recent.len().max(number as usize + 1);
        self.recent.resize(known, Recent::default());
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
        self.add(event, 1)
    }

    fn events(&mut self, events: &[Event]) -> Result<(), RefusedEvent> {
        if events.is_empty() {
            return Ok(());
        }
        // Several short loops keep what each needs in registers. A sum that does not fit ends the run, so it does not
        // matter what else was added before.
        let mut order = self.sums.order;
        let mut span = NO_CYCLES;
        for event in events {
            order.take(event.start, event.end);
            span = Span { start: span.start.min(event.start), end: span.end.max(event.end) };
        }
        self.sums.order = order;
        self.join_events_span(span);
        self.spread(events)?;
        self.count_all(events);
        Ok(())
    }

    fn repeated(&mut self, first: Event, events: u64) -> Result<(), Rejection> {
        let Event { channel, start, count, .. } = first;
        let end = start.saturating_add_unsigned(events);
        if events == 0 {
            return Ok(());
        }
        self.join_events_span(Span { start, end });
        self.sums.order.take(start, start + 1);
        self.sums.order.take(end - 1, end);
        self.sums.windows.steady(channel.0 as usize, start, end, count)?;
        let sum = count.checked_mul(events).ok_or(CountOverflow)?;
        self.count(Event { end, count: sum, ..first }, events);
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.add(event, 0)
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
