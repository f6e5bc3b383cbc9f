//! What a trace says happened: counts of a component's action over an interval of cycles.

use std::ops::Range;

use crate::error::DataError;
use crate::metadata::{ChannelEvents, Note, RegionDeclaration, Skipped, Span};

/// The largest count one event may carry, in units of 2⁻ᵏ of an action: 2⁵³.
///
/// No hardware does 9·10¹⁵ of anything in one event; what is larger is a counter that wrapped, a
/// cumulative counter taken for an interval's, or a text that is not a count.
pub const MAX_EVENT_COUNT: u64 = 1 << 53;

/// The largest absolute cycle an event may name: 2⁶⁰, some 36 years at 1 GHz.
pub const MAX_CYCLE: i64 = 1 << 60;

/// A channel (component × action) as interned by an [`EventSink`]. Means nothing to another sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelId(pub u32);

/// A set of region tags (`layer:conv1;inference:0`) as interned by an [`EventSink`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionSetId(pub u32);

impl RegionSetId {
    /// The empty set: the event carries no region tag.
    pub const NONE: RegionSetId = RegionSetId(0);
}

/// `count` actions on a channel during the cycles `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What acted.
    pub channel: ChannelId,
    /// The regions that the event belongs to.
    pub regions: RegionSetId,
    /// First cycle of the interval; negative before the start of compute (prefetch).
    pub start: i64,
    /// First cycle after the interval, larger than `start`.
    pub end: i64,
    /// Number of actions in units of 2⁻ᵏ, k being the trace's `count_fraction_bits`.
    pub count: u64,
}

/// Events as columns of one length: what a format that stores them so hands on without making each event.
#[derive(Clone, Copy, Debug)]
pub struct EventColumns<'a> {
    /// What the positions in `channels` stand for.
    pub channel_ids: &'a [ChannelId],
    /// What the positions in `regions` stand for.
    pub region_ids: &'a [RegionSetId],
    /// Positions in `channel_ids`, all of them within it.
    pub channels: &'a [i64],
    /// Positions in `region_ids`, all of them within it.
    pub regions: &'a [i64],
    /// First cycles.
    pub starts: &'a [i64],
    /// Numbers of cycles.
    pub durations: &'a [i64],
    /// Counts, none of them negative.
    pub counts: &'a [i64],
}

impl<'a> EventColumns<'a> {
    /// The number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The event at a position below the number of events.
    #[inline]
    #[must_use]
    pub fn event(&self, at: usize) -> Event {
        let start = self.starts[at];
        Event {
            channel: self.channel_ids[self.channels[at] as usize],
            regions: self.region_ids[self.regions[at] as usize],
            start,
            end: start + self.durations[at],
            count: self.counts[at] as u64,
        }
    }

    /// Some of the events.
    #[inline]
    #[must_use]
    pub fn range(&self, range: Range<usize>) -> EventColumns<'a> {
        EventColumns {
            channels: &self.channels[range.clone()],
            regions: &self.regions[range.clone()],
            starts: &self.starts[range.clone()],
            durations: &self.durations[range.clone()],
            counts: &self.counts[range],
            ..*self
        }
    }
}

/// Why a sink refuses what a decoder hands it. The decoder adds the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// A short name of the reason, by which skipped records are counted (`unbound_channel`).
    pub reason: &'static str,
    /// What was found.
    pub found: String,
    /// What was expected instead.
    pub expected: String,
    /// What the user can do.
    pub cure: String,
}

/// The refusal of one of several events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedEvent {
    /// Its position among them. Those before it were taken, those after it were not looked at.
    pub at: usize,
    /// Why.
    pub rejection: Rejection,
}

/// Where decoded events go: the accumulator of `replay`, the survey of `inspect`, a writer.
pub trait EventSink {
    /// Interns a channel. A sink that knows the chip refuses a name that nothing is bound to.
    ///
    /// # Errors
    /// A [`Rejection`] that explains why the channel is not taken.
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection>;

    /// Interns a set of region tags, `kind:name` joined by `;`. A tag without a kind is a layer.
    ///
    /// # Errors
    /// A [`Rejection`] if there are more sets than the sink can hold.
    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection>;

    /// Takes one event.
    ///
    /// # Errors
    /// A [`Rejection`] if the event overflows a sum, or the sink can take no more.
    fn event(&mut self, event: Event) -> Result<(), Rejection>;

    /// Takes events in their order, as [`EventSink::event`] takes each, at the price of one call.
    ///
    /// # Errors
    /// The first event that is refused.
    fn events(&mut self, events: &[Event]) -> Result<(), RefusedEvent> {
        for (at, event) in events.iter().enumerate() {
            self.event(*event).map_err(|rejection| RefusedEvent { at, rejection })?;
        }
        Ok(())
    }

    /// Takes events in their order, as [`EventSink::events`] does.
    ///
    /// # Errors
    /// The first event that is refused.
    fn columns(&mut self, events: EventColumns<'_>) -> Result<(), RefusedEvent> {
        for at in 0..events.len() {
            self.event(events.event(at)).map_err(|rejection| RefusedEvent { at, rejection })?;
        }
        Ok(())
    }

    /// Takes so many events of one cycle each, alike but for their cycles, which follow one another from the first
    /// event's on.
    ///
    /// # Errors
    /// As [`EventSink::event`].
    fn repeated(&mut self, first: Event, events: u64) -> Result<(), Rejection> {
        for cycle in 0..events as i64 {
            self.event(Event { start: first.start + cycle, end: first.end + cycle, ..first })?;
        }
        Ok(())
    }

    /// Takes the count of a whole window that an earlier pass has already summed: it adds to windows
    /// and totals as an event does, but is not counted as one in the coverage.
    ///
    /// # Errors
    /// As [`EventSink::event`].
    fn window_count(&mut self, event: Event) -> Result<(), Rejection>;

    /// Takes a rare fact that stands between the events.
    ///
    /// # Errors
    /// A [`Rejection`] if the fact cannot be held.
    fn fact(&mut self, fact: Fact) -> Result<(), Rejection>;

    /// Told of `rows` records of a channel that hold no action (idle rows of a rectangular trace).
    fn idle_rows(&mut self, channel: ChannelId, regions: RegionSetId, rows: u64) {
        let _ = (channel, regions, rows);
    }

    /// Told of a record that cannot be decoded. Returns the error to stop, or nothing to skip the
    /// record and go on (the sink counts it by reason).
    ///
    /// # Errors
    /// The error itself, unless the user asked to skip bad records.
    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        Err(error)
    }
}

/// A rare fact between the events of a trace.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A region and when it was open.
    Region(RegionDeclaration),
    /// The run covers at least these cycles, whether or not anything happened in them.
    Span(Span),
    /// A warning or an assumption to repeat in every report.
    Note(Note),
    /// Entries of the source that were left out, and why.
    Skipped(Skipped),
    /// A region's exact count of a channel, summed by an earlier pass. In 2⁻ᵏ of an action.
    RegionCount {
        /// The set of region tags, as [`EventSink::regions`] takes it.
        regions: String,
        /// The component.
        component: String,
        /// Its action.
        action: String,
        /// The exact count.
        count: u128,
    },
    /// How many events of a channel an earlier pass took, for sources that hold sums of events.
    EventsTaken(ChannelEvents),
}
