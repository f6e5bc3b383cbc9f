//! Where events may lie in time: how far out of order, how far apart, and which windows can still receive one.

use trace_formats::event::Fact;
use trace_formats::{ChannelId, DataError, Event, EventSink, PartOrder, RegionSetId, Rejection, Span};

/// What the parts of a run say of their order, to know which windows can still receive counts.
pub struct Orders {
    orders: Vec<PartOrder>,
    /// The trace of each part.
    traces: Vec<usize>,
    /// The earliest cycle of any part after the n-th; `i64::MIN` if nothing is known of one.
    after: Vec<i64>,
    /// What the parts of a trace told last, by trace.
    told: Vec<i64>,
    default_lateness: u64,
}

impl Orders {
    /// Of parts and their traces. `forced_lateness` is the user's; it wins over what a part says of itself.
    pub fn new(
        parts: Vec<(PartOrder, usize)>,
        forced_lateness: Option<u64>,
        default_lateness: u64,
    ) -> Orders {
        let (orders, traces): (Vec<PartOrder>, Vec<usize>) = parts
            .into_iter()
            .map(|(order, trace)| match order {
                PartOrder::Lateness(own) => (PartOrder::Lateness(forced_lateness.or(own)), trace),
                PartOrder::NotBefore(_) | PartOrder::AsTold => (order, trace),
            })
            .unzip();
        let mut after = vec![i64::MAX; orders.len()];
        for part in (1..orders.len()).rev() {
            after[part - 1] = match orders[part] {
                PartOrder::Lateness(_) => i64::MIN,
                PartOrder::NotBefore(cycle) => after[part].min(cycle),
                // What the trace tells, it tells of all of its parts.
                PartOrder::AsTold if traces[part - 1] == traces[part] => after[part],
                PartOrder::AsTold => i64::MIN,
            };
        }
        let told = vec![i64::MIN; traces.last().map_or(0, |last| last + 1)];
        Orders { orders, traces, after, told, default_lateness }
    }

    /// Takes what a part has told: no event of its trace to come starts before this cycle.
    pub fn tell(&mut self, part: usize, cycle: i64) {
        let told = &mut self.told[self.traces[part]];
        *told = cycle.max(*told);
    }

    /// By how many cycles an event of a part may start before the latest start ahead of it.
    pub fn lateness(&self, part: usize) -> Option<u64> {
        match self.orders[part] {
            PartOrder::Lateness(lateness) => Some(lateness.unwrap_or(self.default_lateness)),
            PartOrder::NotBefore(_) | PartOrder::AsTold => None,
        }
    }

    /// No event to come starts before this cycle, once the part has come to the start `latest`.
    pub fn watermark(&self, part: usize, latest: i64) -> i64 {
        let within = match self.orders[part] {
            PartOrder::NotBefore(cycle) => cycle,
            PartOrder::AsTold => self.told[self.traces[part]],
            PartOrder::Lateness(_) if latest == i64::MIN => i64::MIN,
            PartOrder::Lateness(own) => latest.saturating_sub_unsigned(own.unwrap_or(self.default_lateness)),
        };
        within.min(self.after[part])
    }
}

/// The most windows a run may have. Windows without events are closed one by one, so a cycle that is wrong
/// by many orders of magnitude must end here and not after days.
const MAX_WINDOWS: i64 = 1 << 27;

/// Why a span cannot be cut into windows, if it cannot.
pub fn windows_beyond_limit(span: Span, window_cycles: u64) -> Option<Rejection> {
    let windows = span.end.saturating_sub(span.start) / window_cycles as i64;
    (windows > MAX_WINDOWS).then(|| Rejection {
        reason: "too_many_windows",
        found: format!(
            "events from cycle {} to cycle {}, which are {windows} windows of {window_cycles} cycles",
            span.start, span.end
        ),
        expected: format!("at most {MAX_WINDOWS} windows"),
        cure: "choose a longer --window, or check the trace for a cycle that is wrong".to_owned(),
    })
}

/// Decodes a chunk again to find the first event that comes too late or is too far away, for its position.
pub struct PlacementProbe {
    latest_start: i64,
    lateness: u64,
    span: Option<Span>,
    window_cycles: u64,
}

impl PlacementProbe {
    /// `latest_start` and `span` are those of the events ahead of the chunk; without a lateness any order will do.
    pub fn new(
        latest_start: i64,
        lateness: Option<u64>,
        span: Option<Span>,
        window_cycles: u64,
    ) -> PlacementProbe {
        PlacementProbe { latest_start, lateness: lateness.unwrap_or(u64::MAX), span, window_cycles }
    }

    /// Whether events from `first_start` on, which step back by so much at most and cover `counted`, can hold one.
    pub fn suspects(&self, first_start: i64, largest_step_back: u64, counted: Span) -> bool {
        let is_late = first_start < self.earliest() || largest_step_back > self.lateness;
        let is_far = counted.start < counted.end && self.beyond(counted).is_some();
        is_late || is_far
    }

    fn earliest(&self) -> i64 {
        self.latest_start.saturating_sub_unsigned(self.lateness)
    }

    fn beyond(&self, event: Span) -> Option<Rejection> {
        windows_beyond_limit(self.span.map_or(event, |span| span.join(event)), self.window_cycles)
    }
}

impl EventSink for PlacementProbe {
    fn channel(&mut self, _component: &str, _action: &str) -> Result<ChannelId, Rejection> {
        Ok(ChannelId(0))
    }

    fn regions(&mut self, _tags: &str) -> Result<RegionSetId, Rejection> {
        Ok(RegionSetId::NONE)
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        if event.start < self.earliest() {
            return Err(Rejection {
                reason: "late_event",
                found: format!("an event at cycle {} after one at cycle {}", event.start, self.latest_start),
                expected: format!("events at most {} cycles out of order", self.lateness),
                cure: "sort the trace by time, or allow more with --lateness CYCLES".to_owned(),
            });
        }
        let span = Span { start: event.start, end: event.end };
        if let Some(refusal) = self.beyond(span) {
            return Err(refusal);
        }
        self.latest_start = self.latest_start.max(event.start);
        self.span = Some(self.span.map_or(span, |all| all.join(span)));
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.event(event)
    }

    fn fact(&mut self, _fact: Fact) -> Result<(), Rejection> {
        Ok(())
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        if ["late_event", "too_many_windows"].contains(&error.reason()) { Err(error) } else { Ok(()) }
    }
}
