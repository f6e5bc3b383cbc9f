//! What a worker decodes into: exact integer sums of one chunk.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use trace_formats::event::Fact;
use trace_formats::{ChannelId, DataError, Event, EventSink, RegionSetId, Rejection, Span};

use super::dictionary::Dictionary;
use super::window_counts::WindowCounts;

/// Refusals that concern more than their record: skipping those would hide a channel, or make the outcome depend on
/// how the bytes were cut.
const NEVER_SKIPPED: [&str; 3] = ["unbound_channel", "count_overflow", "too_many_names"];

/// The sums of one chunk. Adding two is order-free, but for `facts`, which the merger takes in order.
#[derive(Default)]
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

/// A worker's sink. It lives as long as the worker, for its cache of names; `start` begins a chunk.
pub struct Accumulator<'a> {
    dictionary: &'a Dictionary<'a>,
    window_cycles: i64,
    skip_bad_records: bool,
    channels: NameCache,
    region_sets: NameCache,
    /// Per channel, the region set and the running sum of the latest events: most follow one like it.
    recent: Vec<(u32, u128)>,
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
        window_cycles: u64,
        skip_bad_records: bool,
    ) -> Accumulator<'a> {
        Accumulator {
            dictionary,
            window_cycles: i64::try_from(window_cycles).unwrap_or(i64::MAX),
            skip_bad_records,
            channels: NameCache::default(),
            region_sets: NameCache::default(),
            recent: Vec::new(),
            sums: PartialSums::default(),
        }
    }

    /// Hands over the sums since the latest call.
    pub fn take(&mut self) -> PartialSums {
        for (channel, (regions, sum)) in self.recent.iter_mut().enumerate() {
            if *sum > 0 {
                *self.sums.totals.entry((*regions, channel as u32)).or_default() += *sum;
                *sum = 0;
            }
        }
        std::mem::take(&mut self.sums)
    }

    fn add(&mut self, event: Event) -> Result<(), Rejection> {
        let Event { channel, regions, start, end, count } = event;
        self.sums.order.take(start, end);
        self.sums.windows.spread(channel.0 as usize, start, end, count, self.window_cycles)?;
        let recent = &mut self.recent[channel.0 as usize];
        if recent.0 != regions.0 {
            if recent.1 > 0 {
                *self.sums.totals.entry((recent.0, channel.0)).or_default() += recent.1;
            }
            *recent = (regions.0, 0);
        }
        recent.1 += u128::from(count);
        if regions != RegionSetId::NONE {
            let span = self.sums.region_spans.entry(regions.0).or_insert((start, end));
            *span = (span.0.min(start), span.1.max(end));
        }
        Ok(())
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
        self.recent.resize(known, (0, 0));
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
        let span = Span { start: event.start, end: event.end };
        self.sums.events_span = Some(self.sums.events_span.map_or(span, |all| all.join(span)));
        let channel = event.channel.0 as usize;
        if self.sums.events.len() <= channel {
            self.sums.events.resize(self.recent.len(), 0);
        }
        self.sums.events[channel] += 1;
        self.add(event)
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.add(event)
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.sums.facts.push(fact);
        if self.sums.order == EventOrder::default() {
            self.sums.leading_facts = self.sums.facts.len();
        }
        Ok(())
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        if !self.skip_bad_records || NEVER_SKIPPED.contains(&error.reason()) {
            return Err(error);
        }
        *self.sums.bad_records.entry(error.reason()).or_default() += 1;
        Ok(())
    }
}
