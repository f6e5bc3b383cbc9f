//! Counts by region set and channel.

use rustc_hash::FxHashMap;
use trace_formats::{RegionSetId, Span};

/// What the events of a chunk come to, whenever they were.
#[derive(Debug, Default, PartialEq)]
pub struct Tally {
    /// Counts by region set and channel.
    pub totals: FxHashMap<(u32, u32), u128>,
    /// First and last cycle by region set.
    pub region_spans: FxHashMap<u32, (i64, i64)>,
    /// Events by channel.
    pub events: Vec<u64>,
}

/// What came last, before it is added to a tally: most events have the region set of the one before on their channel.
pub struct Recent {
    channels: Vec<RecentChannel>,
    /// The region set that came last, and its cycles since.
    region: (u32, Span),
}

/// The latest events of a channel, all of one region set.
#[derive(Clone, Copy, Default)]
struct RecentChannel {
    sum: u64,
    events: u64,
    regions: u32,
}

/// The cycles of a region set before its first event.
const NO_CYCLES: Span = Span { start: i64::MAX, end: i64::MIN };

impl Recent {
    /// Nothing yet.
    pub fn new() -> Recent {
        Recent { channels: Vec::new(), region: (0, NO_CYCLES) }
    }

    /// Makes room for a channel.
    pub fn know(&mut self, channel: u32) {
        let known = self.channels.len().max(channel as usize + 1);
        self.channels.resize(known, RecentChannel::default());
    }

    /// Adds so many events of a channel, none for a sum over a window, that come to a count.
    #[inline]
    pub fn add(&mut self, channel: usize, regions: RegionSetId, count: u64, events: u64, tally: &mut Tally) {
        let recent = &mut self.channels[channel];
        let (sum, has_overflowed) = recent.sum.overflowing_add(count);
        if has_overflowed || recent.regions != regions.0 {
            recent.settle(channel, tally);
            *recent = RecentChannel { sum: count, events, regions: regions.0 };
            return;
        }
        recent.sum = sum;
        recent.events += events;
    }

    /// Widens the cycles of a region set.
    #[inline]
    pub fn see_region(&mut self, regions: RegionSetId, span: Span, tally: &mut Tally) {
        if self.region.0 != regions.0 {
            self.settle_region(tally);
            self.region.0 = regions.0;
        }
        let cycles = &mut self.region.1;
        *cycles = Span { start: cycles.start.min(span.start), end: cycles.end.max(span.end) };
    }

    /// Adds all that is left.
    pub fn settle(&mut self, tally: &mut Tally) {
        for (number, channel) in self.channels.iter_mut().enumerate() {
            channel.settle(number, tally);
        }
        self.settle_region(tally);
    }

    fn settle_region(&mut self, tally: &mut Tally) {
        let (set, cycles) = std::mem::replace(&mut self.region, (0, NO_CYCLES));
        if cycles.start < cycles.end && RegionSetId(set) != RegionSetId::NONE {
            let span = tally.region_spans.entry(set).or_insert((cycles.start, cycles.end));
            *span = (span.0.min(cycles.start), span.1.max(cycles.end));
        }
    }
}

impl RecentChannel {
    #[inline(never)]
    fn settle(&mut self, channel: usize, tally: &mut Tally) {
        let RecentChannel { sum, events, regions } = std::mem::take(self);
        if sum > 0 {
            *tally.totals.entry((regions, channel as u32)).or_default() += u128::from(sum);
        }
        if events > 0 {
            if tally.events.len() <= channel {
                tally.events.resize(channel + 1, 0);
            }
            tally.events[channel] += events;
        }
    }
}
