//! Events on their way to the sink, several at a time.

use crate::decoder::Chunk;
use crate::error::DataError;
use crate::event::{Event, EventSink, RefusedEvent};

/// How many events are handed on together: few enough that they stay in the fastest cache.
const ENOUGH: usize = 256;

/// Events that wait for others, each with the position of its record in the chunk.
pub(crate) struct EventBatch {
    events: Vec<Event>,
    records: Vec<usize>,
    /// They are sums of windows.
    windowed: bool,
}

impl EventBatch {
    /// An empty batch; `windowed` if each event is the sum of a window.
    pub(crate) fn new(windowed: bool) -> EventBatch {
        EventBatch { events: Vec::with_capacity(ENOUGH), records: Vec::with_capacity(ENOUGH), windowed }
    }

    /// Adds an event of the record at `record`. Events of one record follow one another.
    #[inline(always)]
    pub(crate) fn push(&mut self, event: Event, record: usize) {
        self.events.push(event);
        self.records.push(record);
    }

    /// Whether it is time to hand them on.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.events.len() >= ENOUGH
    }

    /// Hands all events on. One that is refused makes its record a bad one, of which nothing more is handed on.
    ///
    /// To be called ahead of whatever else a sink is told, so that it hears everything in the order of the trace.
    pub(crate) fn flush(&mut self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<(), DataError> {
        let mut from = 0;
        while from < self.events.len() {
            let Err(RefusedEvent { at, rejection }) = self.hand_on(from, sink) else { break };
            let refused = self.records[from + at];
            sink.bad_record(chunk.locate(rejection.into(), refused))?;
            from += at + 1;
            from += self.records[from..].iter().take_while(|&&record| record == refused).count();
        }
        self.events.clear();
        self.records.clear();
        Ok(())
    }

    fn hand_on(&self, from: usize, sink: &mut dyn EventSink) -> Result<(), RefusedEvent> {
        let events = &self.events[from..];
        if !self.windowed {
            return sink.events(events);
        }
        let mut numbered = events.iter().enumerate();
        numbered.try_for_each(|(at, event)| {
            sink.window_count(*event).map_err(|rejection| RefusedEvent { at, rejection })
        })
    }
}
