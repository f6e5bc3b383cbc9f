//! Events that start in one window and have one region set, added up by channel.

use std::hint::select_unpredictable;
use std::ops::Range;

use trace_formats::Event;

use super::EventOrder;

/// The most events of a run. So many counts below `LARGE_COUNT` add up to less than 2⁶⁴.
const MAX_EVENTS: usize = 256;
const LARGE_COUNT: u64 = 1 << 56;

/// The sums of the run that was gathered last, by channel.
pub struct Run {
    rows: Vec<Row>,
    /// Places in the run of the events that reach into further windows.
    further: [u8; MAX_EVENTS],
}

/// What a channel has of a run.
#[derive(Clone, Copy, Default)]
pub struct Row {
    /// Counts of events that end in the window.
    pub count: u64,
    /// Events, wherever they end.
    pub events: u64,
}

/// What was gathered: the events, and in which order they are.
pub struct Gathered<'a> {
    /// The events of the run.
    pub events: &'a [Event],
    /// When they were.
    pub order: EventOrder,
    /// Counts are so small that the sums are sure to be right.
    pub has_small_counts: bool,
    /// How many of the events reach into further windows.
    further: usize,
}

impl Run {
    /// Nothing yet.
    pub fn new() -> Run {
        Run { rows: Vec::new(), further: [0; MAX_EVENTS] }
    }

    /// Makes room for a channel.
    pub fn know(&mut self, channel: u32) {
        let known = self.rows.len().max(channel as usize + 1);
        self.rows.resize(known, Row::default());
    }

    /// Adds up events from the first on, as far as they start in a window, in which the first does, and have its region set.
    ///
    /// Whether an event ends in the window cannot be foretold, so that no step of the loop depends on it: those that do
    /// not are noted, at a count of 0.
    pub fn gather<'a>(&mut self, events: &'a [Event], window: &Range<i64>) -> Gathered<'a> {
        let first = &events[0];
        let events = &events[..events.len().min(MAX_EVENTS)];
        let rows = &mut self.rows[..];
        let (mut before, mut last_end, mut steps) = (first.start, i64::MIN, 0);
        let (mut run, mut further, mut counts) = (0, 0, 0);
        for event in events {
            if !window.contains(&event.start) || event.regions != first.regions {
                break;
            }
            steps |= event.start.wrapping_sub(before);
            before = event.start;
            last_end = last_end.max(event.end);
            counts |= event.count;
            let is_within = event.end <= window.end;
            let row = &mut rows[event.channel.0 as usize];
            row.count = row.count.wrapping_add(select_unpredictable(is_within, event.count, 0));
            row.events += 1;
            self.further[further] = run as u8;
            further += usize::from(!is_within);
            run += 1;
        }
        let events = &events[..run];
        // The sign bit says that one starts before the one ahead of it.
        let order = if steps < 0 {
            EventOrder::of_all(events)
        } else {
            EventOrder { last_start: before, ..EventOrder::of(first.start, last_end) }
        };
        Gathered { events, order, has_small_counts: counts < LARGE_COUNT, further }
    }

    /// Calls `take` with each channel's sums. A channel may come more than once.
    #[inline]
    pub fn each(&mut self, gathered: &Gathered<'_>, mut take: impl FnMut(usize, &mut Row)) {
        if self.rows.len() <= gathered.events.len() {
            self.rows.iter_mut().enumerate().for_each(|(channel, row)| take(channel, row));
        } else {
            for event in gathered.events {
                let channel = event.channel.0 as usize;
                take(channel, &mut self.rows[channel]);
            }
        }
    }

    /// The events that reach into further windows, and their places in the run.
    pub fn further<'a>(&self, gathered: &Gathered<'a>) -> impl Iterator<Item = (usize, &'a Event)> {
        self.further[..gathered.further]
            .iter()
            .map(|&at| (usize::from(at), &gathered.events[usize::from(at)]))
    }
}
