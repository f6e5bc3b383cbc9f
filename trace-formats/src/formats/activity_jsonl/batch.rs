//! Events on their way to the sink, several at once.

use crate::decoder::Chunk;
use crate::error::DataError;
use crate::event::{Event, EventSink, RefusedEvent};

/// How many events wait for each other: few enough to stay in the nearest cache.
const BATCH: usize = 256;

/// Events in their order, each with the position of its record in the chunk.
pub(super) struct Batch {
    events: Vec<Event>,
    places: Vec<usize>,
}

impl Batch {
    pub(super) fn new() -> Batch {
        // One record may say a few events.
        Batch { events: Vec::with_capacity(BATCH + 8), places: Vec::with_capacity(BATCH + 8) }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, event: Event, place: usize) {
        self.events.push(event);
        self.places.push(place);
    }

    #[inline(always)]
    pub(super) fn is_full(&self) -> bool {
        self.events.len() >= BATCH
    }

    /// Hands all events on, as sums of windows or as events. One that is refused makes its record a bad one, of which
    /// nothing more is taken.
    pub(super) fn hand_on(
        &mut self,
        sink: &mut dyn EventSink,
        windowed: bool,
        chunk: &Chunk<'_>,
    ) -> Result<(), DataError> {
        let mut from = 0;
        while let Err(RefusedEvent { at, rejection }) = take(sink, windowed, &self.events[from..]) {
            from += at;
            let place = self.places[from];
            sink.bad_record(chunk.locate(rejection.into(), place))?;
            from += self.places[from..].iter().take_while(|&&other| other == place).count();
        }
        self.events.clear();
        self.places.clear();
        Ok(())
    }
}

fn take(sink: &mut dyn EventSink, windowed: bool, events: &[Event]) -> Result<(), RefusedEvent> {
    if !windowed {
        return sink.events(events);
    }
    events.iter().enumerate().try_for_each(|(at, event)| {
        sink.window_count(*event).map_err(|rejection| RefusedEvent { at, rejection })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::{ChannelId, Fact, RegionSetId, Rejection};

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
            let (mut sink, mut batch) = (Superstitious::default(), Batch::new());
            for (count, place) in [(1, 0), (2, 2), (13, 2), (3, 2), (13, 5), (4, 8)] {
                let (channel, regions) = (ChannelId(0), RegionSetId::NONE);
                batch.push(Event { channel, regions, start: 0, end: 1, count }, place);
            }
            batch.hand_on(&mut sink, windowed, &chunk).unwrap();
            assert_eq!(sink.taken, [1, 2, 4].map(|count| (count, windowed)));
            assert_eq!(sink.bad, [(Some(2), Some(102)), (Some(3), Some(105))]);
            batch.hand_on(&mut sink, windowed, &chunk).unwrap();
            assert_eq!(sink.taken.len(), 3);
        }
    }
}
