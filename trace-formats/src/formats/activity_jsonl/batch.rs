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
