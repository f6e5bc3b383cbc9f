//! Events on their way to the sink, several at a time.

use crate::decoder::Chunk;
use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, RefusedEvent, RegionSetId};

/// How many events are handed on together: few enough that they stay in the fastest cache.
const ENOUGH: usize = 256;

/// Events that wait for others, each with the position of its record in the chunk.
pub(crate) struct EventBatch {
    /// As many as wait, and room for more.
    events: Vec<Event>,
    records: Vec<usize>,
    length: usize,
    /// They are sums of windows.
    windowed: bool,
}

/// What stands where no event is.
const NO_EVENT: Event =
    Event { channel: ChannelId(0), regions: RegionSetId::NONE, start: 0, end: 0, count: 0 };

impl EventBatch {
    /// An empty batch; `windowed` if each event is the sum of a window.
    pub(crate) fn new(windowed: bool) -> EventBatch {
        EventBatch { events: vec![NO_EVENT; ENOUGH], records: vec![0; ENOUGH], length: 0, windowed }
    }

    /// Adds an event of the record at `record`. Events of one record follow one another.
    #[inline(always)]
    pub(crate) fn push(&mut self, event: Event, record: usize) {
        if self.length == self.events.len() {
            self.grow();
        }
        self.events[self.length] = event;
        self.records[self.length] = record;
        self.length += 1;
    }

    #[cold]
    fn grow(&mut self) {
        let room = 2 * self.length;
        self.events.resize(room, NO_EVENT);
        self.records.resize(room, 0);
    }

    /// Where events can be put, each with the position of its record, until the batch is full.
    #[inline(always)]
    pub(crate) fn places(&mut self) -> impl Iterator<Item = (&mut Event, &mut usize)> {
        let from = self.length.min(ENOUGH);
        self.events[from..ENOUGH].iter_mut().zip(&mut self.records[from..ENOUGH])
    }

    /// Adds the events that were put in so many places.
    #[inline(always)]
    pub(crate) fn add(&mut self, events: usize) {
        self.length = (self.length + events).min(self.events.len());
    }

    /// Whether it is time to hand them on.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.length >= ENOUGH
    }

    /// Hands all events on. One that is refused makes its record a bad one, of which nothing more is handed on.
    ///
    /// To be called ahead of whatever else a sink is told, so that it hears everything in the order of the trace.
    pub(crate) fn flush(&mut self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<(), DataError> {
        let mut from = 0;
        while from < self.length {
            let Err(RefusedEvent { at, rejection }) = self.hand_on(from, sink) else { break };
            let refused = self.records[from + at];
            sink.bad_record(chunk.locate(rejection.into(), refused))?;
            from += at + 1;
            from += self.records[from..self.length].iter().take_while(|&&record| record == refused).count();
        }
        self.length = 0;
        Ok(())
    }

    fn hand_on(&self, from: usize, sink: &mut dyn EventSink) -> Result<(), RefusedEvent> {
        let events = &self.events[from..self.length];
        if !self.windowed {
            return sink.events(events);
        }
        let mut numbered = events.iter().enumerate();
        numbered.try_for_each(|(at, event)| {
            sink.window_count(*event).map_err(|rejection| RefusedEvent { at, rejection })
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{Fact, Rejection};

    /// Refuses events of 13 actions, and notes all else.
    #[derive(Default)]
    struct Superstitious {
        taken: Vec<(u64, bool)>,
        bad: Vec<(Option<u64>, Option<u64>)>,
    }

    impl Superstitious {
        fn take(&mut self, event: Event, windowed: bool) -> Result<(), Rejection> {
            if event.count == 13 {
                let text = String::new();
                return Err(Rejection {
                    reason: "unlucky",
                    found: text.clone(),
                    expected: text.clone(),
                    cure: text,
                });
            }
            self.taken.push((event.count, windowed));
            Ok(())
        }
    }

    impl EventSink for Superstitious {
        fn channel(&mut self, _: &str, _: &str) -> Result<ChannelId, Rejection> {
            Ok(ChannelId(0))
        }

        fn regions(&mut self, _: &str) -> Result<RegionSetId, Rejection> {
            Ok(RegionSetId::NONE)
        }

        fn event(&mut self, event: Event) -> Result<(), Rejection> {
            self.take(event, false)
        }

        fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
            self.take(event, true)
        }

        fn fact(&mut self, _: Fact) -> Result<(), Rejection> {
            Ok(())
        }

        fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
            self.bad.push((error.line(), error.byte()));
            Ok(())
        }
    }

    #[test]
    fn a_refused_event_costs_the_rest_of_its_record_and_nothing_else() {
        let chunk = Chunk { bytes: b"0\n23\n56\n8\n", offset: 100, lines_before: 0, is_last: true };
        for windowed in [false, true] {
            let (mut sink, mut batch) = (Superstitious::default(), EventBatch::new(windowed));
            for (count, place) in [(1, 0), (2, 2), (13, 2), (3, 2), (13, 5), (4, 8)] {
                let (channel, regions) = (ChannelId(0), RegionSetId::NONE);
                batch.push(Event { channel, regions, start: 0, end: 1, count }, place);
            }
            batch.flush(&chunk, &mut sink).unwrap();
            assert_eq!(sink.taken, [1, 2, 4].map(|count| (count, windowed)));
            assert_eq!(sink.bad, [(Some(2), Some(102)), (Some(3), Some(105))]);
            batch.flush(&chunk, &mut sink).unwrap();
            assert_eq!(sink.taken.len(), 3);
        }
    }
}
