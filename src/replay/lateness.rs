//! How far out of order events may come, and which windows can still receive one.

use trace_formats::event::Fact;
use trace_formats::{ChannelId, DataError, Event, EventSink, PartOrder, RegionSetId, Rejection};

/// What the parts of a run say of their order, to know which windows can still receive counts.
pub struct Orders {
    orders: Vec<PartOrder>,
    /// The earliest cycle of any part after the n-th; `i64::MIN` if nothing is known of one.
    after: Vec<i64>,
    default_lateness: u64,
}

impl Orders {
    /// `forced_lateness` is the user's; it wins over what a part says of itself.
    pub fn new(orders: Vec<PartOrder>, forced_lateness: Option<u64>, default_lateness: u64) -> Orders {
        let orders: Vec<PartOrder> = orders
            .into_iter()
            .map(|order| match order {
                PartOrder::Lateness(own) => PartOrder::Lateness(forced_lateness.or(own)),
                PartOrder::NotBefore(_) => order,
            })
            .collect();
        let mut after = vec![i64::MAX; orders.len()];
        for part in (1..orders.len()).rev() {
            let earliest = match orders[part] {
                PartOrder::Lateness(_) => i64::MIN,
                PartOrder::NotBefore(cycle) => cycle,
            };
            after[part - 1] = after[part].min(earliest);
        }
        Orders { orders, after, default_lateness }
    }

    /// By how many cycles an event of a part may start before the latest start ahead of it.
    pub fn lateness(&self, part: usize) -> Option<u64> {
        match self.orders[part] {
            PartOrder::Lateness(lateness) => Some(lateness.unwrap_or(self.default_lateness)),
            PartOrder::NotBefore(_) => None,
        }
    }

    /// No event to come starts before this cycle, once the part has come to the start `latest`.
    pub fn watermark(&self, part: usize, latest: i64) -> i64 {
        let within = match self.orders[part] {
            PartOrder::NotBefore(cycle) => cycle,
            PartOrder::Lateness(_) if latest == i64::MIN => i64::MIN,
            PartOrder::Lateness(own) => latest.saturating_sub_unsigned(own.unwrap_or(self.default_lateness)),
        };
        within.min(self.after[part])
    }
}

/// Decodes a chunk again to find the event that came too late, for its position.
pub struct LatenessProbe {
    latest_start: i64,
    lateness: u64,
}

impl LatenessProbe {
    /// `latest_start` is that of the events ahead of the chunk.
    pub fn new(latest_start: i64, lateness: u64) -> LatenessProbe {
        LatenessProbe { latest_start, lateness }
    }
}

impl EventSink for LatenessProbe {
    fn channel(&mut self, _component: &str, _action: &str) -> Result<ChannelId, Rejection> {
        Ok(ChannelId(0))
    }

    fn regions(&mut self, _tags: &str) -> Result<RegionSetId, Rejection> {
        Ok(RegionSetId::NONE)
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        if event.start < self.latest_start.saturating_sub_unsigned(self.lateness) {
            return Err(Rejection {
                reason: "late_event",
                found: format!("an event at cycle {} after one at cycle {}", event.start, self.latest_start),
                expected: format!("events at most {} cycles out of order", self.lateness),
                cure: "sort the trace by time, or allow more with --lateness CYCLES".to_owned(),
            });
        }
        self.latest_start = self.latest_start.max(event.start);
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.event(event)
    }

    fn fact(&mut self, _fact: Fact) -> Result<(), Rejection> {
        Ok(())
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        if error.reason() == "late_event" { Err(error) } else { Ok(()) }
    }
}
