//! A saved activity profile: the windows of a run, its regions' exact counts and its coverage, in a file.
//!
//! It is a trace of window sums (`Metadata::window_cycles`) in one of our own formats, usually `.nmt`: what reads a
//! trace reads a profile, and prices it under another chip without the trace that it came from.

use anyhow::Result;
use rustc_hash::FxHashMap;
use trace_formats::event::Fact;
use trace_formats::writer::TraceWriter;
use trace_formats::{
    ChannelEvents, ChannelId, Event, Metadata, RegionDeclaration, RegionSetId, Rejection, Span,
};

use super::{ActivitySummary, ChannelName, WindowSink};

/// Writes closed windows through a trace writer.
pub struct ProfileWriter {
    writer: Option<Box<dyn TraceWriter>>,
    window_cycles: i64,
    ids: FxHashMap<ChannelName, ChannelId>,
}

/// The metadata of a profile: that of its trace, and the length of its windows. Regions, skipped entries and notes
/// follow the windows, since some of them are only known then.
pub fn profile_metadata(trace: &Metadata, window_cycles: u64) -> Metadata {
    Metadata {
        window_cycles: Some(window_cycles),
        lateness_cycles: Some(0),
        regions: Vec::new(),
        skipped: Vec::new(),
        notes: Vec::new(),
        ..trace.clone()
    }
}

impl ProfileWriter {
    /// `writer` was made with [`profile_metadata`].
    pub fn new(writer: Box<dyn TraceWriter>, window_cycles: u64) -> ProfileWriter {
        ProfileWriter {
            writer: Some(writer),
            window_cycles: i64::try_from(window_cycles).unwrap_or(i64::MAX),
            ids: FxHashMap::default(),
        }
    }

    fn facts(&mut self, summary: &ActivitySummary) -> Result<(), Rejection> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.fact(Fact::Span(summary.span))?;
        // Of the unbound channels too: another chip may have them.
        for (channel, &events) in &summary.coverage.events_by_channel {
            let ChannelName { component, action } = channel.clone();
            writer.fact(Fact::EventsTaken(ChannelEvents { component, action, events }))?;
        }
        for region in &summary.regions {
            let (start, end) = (region.span.start, region.span.end);
            let (kind, name) = (region.kind.clone(), region.name.clone());
            writer.fact(Fact::Region(RegionDeclaration { kind, id: Some(region.id), name, start, end }))?;
            for (channel, &count) in &region.counts {
                writer.fact(Fact::RegionCount {
                    regions: format!("{}:{}", region.kind, region.name),
                    component: channel.component.clone(),
                    action: channel.action.clone(),
                    count,
                })?;
            }
        }
        for skipped in &summary.coverage.skipped {
            writer.fact(Fact::Skipped(skipped.clone()))?;
        }
        for note in &summary.notes {
            writer.fact(Fact::Note(note.clone()))?;
        }
        Ok(())
    }
}

impl WindowSink for ProfileWriter {
    fn begin(&mut self, first_cycle: i64) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        // Ahead of the windows, so that whoever reads them as a stream knows where in the first one the run starts.
        writer.fact(Fact::Span(Span { start: first_cycle, end: first_cycle + 1 })).map_err(refused)
    }

    fn window(&mut self, index: i64, channels: &[ChannelName], counts: &[u64]) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let start = index * self.window_cycles;
        let mut present: Vec<usize> = (0..counts.len()).filter(|&column| counts[column] > 0).collect();
        present.sort_by(|&a, &b| channels[a].cmp(&channels[b]));
        for column in present {
            let name = &channels[column];
            let channel = match self.ids.get(name) {
                Some(&id) => id,
                None => {
                    let id = writer.channel(&name.component, &name.action).map_err(refused)?;
                    self.ids.insert(name.clone(), id);
                    id
                }
            };
            let (end, count) = (start + self.window_cycles, counts[column]);
            let event = Event { channel, regions: RegionSetId::NONE, start, end, count };
            writer.window_count(event).map_err(refused)?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &ActivitySummary) -> Result<()> {
        self.facts(summary).map_err(refused)?;
        if let Some(writer) = self.writer.take() {
            writer.finish()?;
        }
        Ok(())
    }
}

fn refused(rejection: Rejection) -> anyhow::Error {
    trace_formats::DataError::from(rejection).into()
}
