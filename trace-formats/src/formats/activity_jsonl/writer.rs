//! Events and facts to objects.

use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::facts::METADATA;
use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, Fact, RegionSetId, Rejection};
use crate::formats::activity_text::count::{write_count, write_cycle};
use crate::formats::activity_text::output::{NameTable, TextOutput, WrittenCounts, check_names};
use crate::metadata::Metadata;
use crate::writer::TraceWriter;

/// Keys of the metadata that can be of any length. A line cannot: they are written as facts after the first line,
/// ahead of every event, where they say the same.
const WRITTEN_AS_FACTS: &[&str] = &["regions", "skipped", "notes"];

/// Makes a writer of Activity JSON Lines, and writes the metadata line and the facts that belong to it.
///
/// # Errors
/// Metadata that could not be read back: a clock that is no number, a region that ends before its start.
pub fn create_writer(
    output: Box<dyn Write + Send>,
    metadata: &Metadata,
) -> Result<Box<dyn TraceWriter>, DataError> {
    let counts = WrittenCounts::new(metadata)?;
    let mut regions = NameTable::default();
    // The empty set is number 0 in every sink.
    regions.number(Vec::new())?;
    let mut writer =
        JsonWriter { output: TextOutput::new(output), counts, channels: NameTable::default(), regions };
    let mut object = serde_json::to_value(metadata).map_err(|error| unwritable(&error))?;
    if let Value::Object(fields) = &mut object {
        fields.retain(|key, value| !says_nothing(key, value));
    }
    writer.line(METADATA, &object)?;
    metadata.regions.iter().try_for_each(|region| writer.line("region", region))?;
    metadata.skipped.iter().try_for_each(|skipped| writer.line("skipped", skipped))?;
    metadata.notes.iter().try_for_each(|note| writer.line("note", note))?;
    Ok(Box::new(writer))
}

/// Whether leaving the field out of the metadata line says the same.
fn says_nothing(key: &str, value: &Value) -> bool {
    value.is_null() || WRITTEN_AS_FACTS.contains(&key) || (key == "count_fraction_bits" && *value == 0)
}

struct JsonWriter {
    output: TextOutput,
    counts: WrittenCounts,
    /// Each as `"component":"x","action":"read"`.
    channels: NameTable,
    /// Each as `,"region":"layer:conv1"`.
    regions: NameTable,
}

impl JsonWriter {
    fn line(&mut self, key: &str, value: &impl Serialize) -> Result<(), Rejection> {
        let text = serde_json::to_vec(&json!({ key: value })).map_err(|error| unwritable(&error))?;
        self.output.text().extend_from_slice(&text);
        self.output.end_line();
        Ok(())
    }

    fn event_line(&mut self, event: Event) {
        let output = self.output.text();
        output.extend_from_slice(b"{\"start\":");
        write_cycle(output, event.start);
        output.extend_from_slice(b",\"end\":");
        write_cycle(output, event.end);
        output.push(b',');
        output.extend_from_slice(self.channels.text(event.channel.0));
        output.extend_from_slice(b",\"count\":");
        write_count(output, u128::from(event.count), self.counts.fraction_bits);
        output.extend_from_slice(self.regions.text(event.regions.0));
        output.push(b'}');
        self.output.end_line();
    }

    /// Written by hand, since its count may have more digits than a JSON number of serde's.
    fn region_count(&mut self, regions: &str, channel: &[u8], count: u128) {
        let output = self.output.text();
        output.extend_from_slice(format!("{{\"region_count\":{{\"region\":{},", json!(regions)).as_bytes());
        output.extend_from_slice(channel);
        output.extend_from_slice(b",\"count\":");
        write_count(output, count, self.counts.fraction_bits);
        output.extend_from_slice(b"}}");
        self.output.end_line();
    }
}

fn channel_text(component: &str, action: &str) -> Vec<u8> {
    format!("\"component\":{},\"action\":{}", json!(component), json!(action)).into_bytes()
}

fn unwritable(error: &serde_json::Error) -> Rejection {
    Rejection {
        reason: "bad_metadata",
        found: error.to_string(),
        expected: "what JSON can hold".to_owned(),
        cure: String::new(),
    }
}

impl EventSink for JsonWriter {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        check_names(component, action)?;
        self.channels.number(channel_text(component, action)).map(ChannelId)
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        let text = if tags.is_empty() { String::new() } else { format!(",\"region\":{}", json!(tags)) };
        self.regions.number(text.into_bytes()).map(RegionSetId)
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.output.check()?;
        self.counts.check(&event, false)?;
        self.event_line(event);
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.output.check()?;
        self.counts.check(&event, true)?;
        self.event_line(event);
        Ok(())
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.output.check()?;
        match fact {
            Fact::Region(region) => self.line("region", &region),
            Fact::Span(span) => self.line("span", &span),
            Fact::Note(note) => self.line("note", &note),
            Fact::Skipped(skipped) => self.line("skipped", &skipped),
            Fact::EventsTaken(events) => self.line("events_taken", &events),
            Fact::RegionCount { regions, component, action, count } => {
                self.region_count(&regions, &channel_text(&component, &action), count);
                Ok(())
            }
        }
    }
}

impl TraceWriter for JsonWriter {
    fn finish(self: Box<Self>) -> Result<(), DataError> {
        self.output.finish()
    }
}
