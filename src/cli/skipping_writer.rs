//! `convert --on-error skip`: a trace writer that leaves out what cannot be read, and says so at the end.

use std::collections::BTreeMap;

use trace_formats::event::{EventColumns, Fact, RefusedEvent};
use trace_formats::writer::TraceWriter;
use trace_formats::{ChannelId, DataError, Event, EventSink, RegionSetId, Rejection};

use super::sinks::left_out;

/// A writer that counts bad records by reason if it is asked to, where a plain one stops at the first.
pub struct SkippingWriter {
    writer: Box<dyn TraceWriter>,
    skips: bool,
    bad_records: BTreeMap<&'static str, u64>,
}

impl SkippingWriter {
    /// Stops at bad records unless it `skips` them.
    pub fn new(writer: Box<dyn TraceWriter>, skips: bool) -> SkippingWriter {
        SkippingWriter { writer, skips, bad_records: BTreeMap::new() }
    }

    /// Writes what was left out, and what remains.
    ///
    /// # Errors
    /// What writing reports.
    pub fn finish(mut self) -> Result<(), DataError> {
        let bad_records = self.bad_records.iter().map(|(&reason, &records)| (reason, records));
        if let Some((skipped, note)) = left_out(bad_records) {
            for skipped in skipped {
                self.writer.fact(Fact::Skipped(skipped))?;
            }
            self.writer.fact(Fact::Note(note))?;
        }
        self.writer.finish()
    }
}

impl EventSink for SkippingWriter {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        self.writer.channel(component, action)
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        self.writer.regions(tags)
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.writer.event(event)
    }

    fn events(&mut self, events: &[Event]) -> Result<(), RefusedEvent> {
        self.writer.events(events)
    }

    fn columns(&mut self, events: EventColumns<'_>) -> Result<(), RefusedEvent> {
        self.writer.columns(events)
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.writer.window_count(event)
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.writer.fact(fact)
    }

    fn idle_rows(&mut self, channel: ChannelId, regions: RegionSetId, rows: u64) {
        self.writer.idle_rows(channel, regions, rows);
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        if !self.skips || !error.is_of_a_record() {
            return Err(error);
        }
        *self.bad_records.entry(error.reason()).or_default() += 1;
        Ok(())
    }
}
