//! Events that start in one window and have one region set, added up by channel.

use std::hint::select_unpredictable;
use std::ops::Range;

use trace_formats::Event;
use trace_formats::event::EventColumns;

use super::EventOrder;

/// The most events of a run. So many counts below `LARGE_COUNT` add up to less than 2⁶³.
const MAX_EVENTS: usize = 256;
const LARGE_COUNT: u64 = 1 << 55;

/// Events as they come from a decoder.
pub trait Batch: Copy {
    /// How many.
    fn len(self) -> usize;
    /// Some of them.
    fn range(self, range: Range<usize>) -> Self;
    /// One of them.
    fn event(self, at: usize) -> Event;
    /// What is needed of each to add them up.
    fn records(self) -> impl Iterator<Item = Record>;
    /// How many rows they may use, if they say so.
    fn rows(self) -> Option<usize>;
    /// The channel of a row.
    fn channel(self, row: usize) -> usize;
}

/// An event as it is added up.
pub struct Record {
    /// A number for each channel.
    row: usize,
    /// A number for each region set.
    regions: i64,
    start: i64,
    end: i64,
    count: u64,
}

impl Batch for &[Event] {
    fn len(self) -> usize {
        <[Event]>::len(self)
    }

    fn range(self, range: Range<usize>) -> Self {
        &self[range]
    }

    #[inline]
    fn event(self, at: usize) -> Event {
        self[at]
    }

    #[inline]
    fn records(self) -> impl Iterator<Item = Record> {
        self.iter().map(|&Event { channel, regions, start, end, count }| Record {
            row: channel.0 as usize,
            regions: i64::from(regions.0),
            start,
            end,
            count,
        })
    }

    fn rows(self) -> Option<usize> {
        None
    }

    #[inline]
    fn channel(self, row: usize) -> usize {
        row
    }
}

impl Batch for EventColumns<'_> {
    fn len(self) -> usize {
        self.starts.len()
    }

    fn range(self, range: Range<usize>) -> Self {
        EventColumns::range(&self, range)
    }

    #[inline]
    fn event(self, at: usize) -> Event {
        EventColumns::event(&self, at)
    }

    #[inline]
    fn records(self) -> impl Iterator<Item = Record> {
        let names = self.channels.iter().zip(self.regions);
        let times = self.starts.iter().zip(self.durations);
        names.zip(times).zip(self.counts).map(|(((&channel, &regions), (&start, &duration)), &count)| {
            Record { row: channel as usize, regions, start, end: start + duration, count: count as u64 }
        })
    }

    fn rows(self) -> Option<usize> {
        Some(self.channel_ids.len())
    }

    #[inline]
    fn channel(self, row: usize) -> usize {
        self.channel_ids[row].0 as usize
    }
}

/// The sums of the run that was gathered last, by row.
pub struct Run {
    rows: Vec<Row>,
    /// How many rows events use that do not say so: as many as channels are known.
    channels: usize,
    /// Places in the run of the events that reach into further windows.
    further: [u8; MAX_EVENTS],
}

/// What a channel has of a run.
#[derive(Clone, Copy, Default)]
pub struct Row {
    /// Counts of events that end in the window.
    pub count: u64,
    /// Events, wherever they end. Not of the other's type, or both are added to as one vector, which takes longer.
    pub events: u32,
}

/// What was gathered: the events, and in which order they are.
pub struct Gathered<B> {
    /// The events of the run.
    pub events: B,
    /// When they were.
    pub order: EventOrder,
    /// The sum of all counts is surely less than 2⁶³.
    pub has_small_counts: bool,
    /// How many of the events reach into further windows.
    further: usize,
}

impl Run {
    /// Nothing yet.
    pub fn new() -> Run {
        Run { rows: Vec::new(), channels: 0, further: [0; MAX_EVENTS] }
    }

    /// Makes room for a channel.
    pub fn know(&mut self, channel: u32) {
        self.channels = self.channels.max(channel as usize + 1);
        self.make_room(self.channels);
    }

    fn make_room(&mut self, rows: usize) {
        if self.rows.len() < rows {
            self.rows.resize(rows, Row::default());
        }
    }

    /// Adds up events, of which there is at least one, as far as they start in a window, in which the first does, and
    /// have its region set.
    ///
    /// Whether an event ends in the window cannot be foretold, so that no step of the loop depends on it: those that do
    /// not are noted, at a count of 0.
    pub fn gather<B: Batch>(&mut self, events: B, window: &Range<i64>) -> Gathered<B> {
        self.make_room(events.rows().unwrap_or(0));
        let events = events.range(0..events.len().min(MAX_EVENTS));
        let first = events.records().next();
        let (first_start, regions) = first.map_or((0, 0), |first| (first.start, first.regions));
        let length = window.end.abs_diff(window.start);
        let rows = &mut self.rows[..];
        let (mut before, mut last_end, mut steps) = (first_start, i64::MIN, 0);
        let (mut run, mut further, mut counts) = (0, 0, 0);
        for event in events.records() {
            // What is before the window is so far behind it when the sign is dropped.
            let is_outside = event.start.wrapping_sub(window.start) as u64 >= length;
            if is_outside || event.regions != regions {
                break;
            }
            steps |= event.start.wrapping_sub(before);
            before = event.start;
            last_end = last_end.max(event.end);
            counts |= event.count;
            let is_within = event.end <= window.end;
            let row = &mut rows[event.row];
            row.count = row.count.wrapping_add(select_unpredictable(is_within, event.count, 0));
            row.events += 1;
            self.further[further] = run as u8;
            further += usize::from(!is_within);
            run += 1;
        }
        let events = events.range(0..run);
        // The sign bit says that one starts before the one ahead of it.
        let order = if steps < 0 {
            EventOrder::of_all(events.records().map(|event| (event.start, event.end)))
        } else {
            EventOrder { last_start: before, ..EventOrder::of(first_start, last_end) }
        };
        Gathered { events, order, has_small_counts: counts < LARGE_COUNT, further }
    }

    /// Calls `take` with the channels and what is in their rows. A row may come more than once, and a channel may
    /// have several.
    #[inline]
    pub fn each<B: Batch>(&mut self, gathered: &Gathered<B>, mut take: impl FnMut(usize, &mut Row)) {
        let events = gathered.events;
        let rows = events.rows().unwrap_or(self.channels);
        if rows <= events.len() {
            self.rows[..rows].iter_mut().enumerate().for_each(|(row, sums)| take(events.channel(row), sums));
        } else {
            events.records().for_each(|event| take(events.channel(event.row), &mut self.rows[event.row]));
        }
    }

    /// The events that reach into further windows, and their places in the run.
    pub fn further<B: Batch>(&self, gathered: &Gathered<B>) -> impl Iterator<Item = (usize, Event)> {
        self.further[..gathered.further]
            .iter()
            .map(|&at| (usize::from(at), gathered.events.event(usize::from(at))))
    }
}
