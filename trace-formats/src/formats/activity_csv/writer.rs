//! Events and facts to rows and comments.

use std::io::Write;

use super::comments::{SIGNATURE, VERSION};
use super::quoting::{breaks_line, write_field};
use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, Fact, RegionSetId, Rejection};
use crate::formats::activity_text::count::{write_count, write_cycle};
use crate::formats::activity_text::output::{NameTable, TextOutput, WrittenCounts, check_names};
use crate::metadata::{ChannelEvents, Metadata, Note, NoteKind, RegionDeclaration, Skipped, Span};
use crate::writer::TraceWriter;

/// The columns that are written.
const HEADER: &[u8] = b"start,end,component,action,count,region";

/// Makes a writer of Activity CSV in its long form, and writes metadata and header.
///
/// # Errors
/// Metadata that a comment line cannot hold: a text with a line break, a clock that is no number.
pub fn create_writer(
    output: Box<dyn Write + Send>,
    metadata: &Metadata,
) -> Result<Box<dyn TraceWriter>, DataError> {
    let counts = WrittenCounts::new(metadata)?;
    let mut regions = NameTable::default();
    // The empty set is number 0 in every sink.
    regions.number(Vec::new())?;
    let mut writer =
        CsvWriter { output: TextOutput::new(output), counts, channels: NameTable::default(), regions };
    writer.header(metadata)?;
    Ok(Box::new(writer))
}

struct CsvWriter {
    output: TextOutput,
    counts: WrittenCounts,
    /// Each as `component,action`.
    channels: NameTable,
    /// Each as the field of its tags.
    regions: NameTable,
}

impl CsvWriter {
    fn header(&mut self, metadata: &Metadata) -> Result<(), Rejection> {
        self.output.text().extend_from_slice(format!("# {SIGNATURE} {VERSION}").as_bytes());
        self.output.end_line();
        let number = |number: Option<u64>| number.map(|number| number.to_string());
        let texts =
            [("producer", &metadata.producer), ("origin", &metadata.origin), ("binding", &metadata.binding)];
        for (key, text) in texts {
            text.as_ref().map_or(Ok(()), |text| self.text_comment(key, text))?;
        }
        let bits = Some(u64::from(metadata.count_fraction_bits)).filter(|&bits| bits > 0);
        let numbers = [
            ("clock_hz", metadata.clock_hz.map(|clock_hz| clock_hz.to_string())),
            ("inferences", number(metadata.inferences)),
            ("count_fraction_bits", number(bits)),
            ("lateness_cycles", number(metadata.lateness_cycles)),
            ("window_cycles", number(metadata.window_cycles)),
        ];
        for (key, number) in numbers {
            number.map_or(Ok(()), |number| self.comment(key, &number))?;
        }
        metadata.span.as_ref().map_or(Ok(()), |span| self.span(span))?;
        metadata.regions.iter().try_for_each(|region| self.region(region))?;
        metadata.skipped.iter().try_for_each(|skipped| self.skipped(skipped))?;
        metadata.notes.iter().try_for_each(|note| self.note(note))?;
        self.output.text().extend_from_slice(HEADER);
        self.output.end_line();
        Ok(())
    }

    fn comment(&mut self, key: &str, value: &str) -> Result<(), Rejection> {
        check_one_line(value)?;
        self.output.text().extend_from_slice(format!("# {key}: {value}").as_bytes());
        self.output.end_line();
        Ok(())
    }

    /// A text that is the rest of its line needs quotes less often than a field does.
    fn text_comment(&mut self, key: &str, text: &str) -> Result<(), Rejection> {
        let is_edge_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
        let bytes = text.as_bytes();
        if bytes.first() == Some(&b'"') || is_edge_space(bytes.first()) || is_edge_space(bytes.last()) {
            let quoted = format!("\"{}\"", text.replace('"', "\"\""));
            return self.comment(key, &quoted);
        }
        self.comment(key, text)
    }

    fn fields_comment(&mut self, key: &str, fields: &[Option<&str>]) -> Result<(), Rejection> {
        fields.iter().flatten().try_for_each(|field| check_one_line(field))?;
        let output = self.output.text();
        output.extend_from_slice(format!("# {key}: ").as_bytes());
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                output.extend_from_slice(b", ");
            }
            match field {
                // An empty text is not the same as none.
                Some("") => output.extend_from_slice(b"\"\""),
                Some(field) => write_field(output, field),
                None => {}
            }
        }
        self.output.end_line();
        Ok(())
    }

    fn span(&mut self, span: &Span) -> Result<(), Rejection> {
        self.comment("span_cycles", &format!("{}..{}", span.start, span.end))
    }

    fn region(&mut self, region: &RegionDeclaration) -> Result<(), Rejection> {
        let id = region.id.map(|id| id.to_string());
        let (start, end) = (region.start.to_string(), region.end.to_string());
        let fields = [Some(&*region.kind), id.as_deref(), Some(&region.name), Some(&start), Some(&end)];
        self.fields_comment("region", &fields)
    }

    fn skipped(&mut self, skipped: &Skipped) -> Result<(), Rejection> {
        let (region, channel) = (skipped.region.as_deref(), skipped.channel.as_deref());
        let count = skipped.count.to_string();
        self.fields_comment("skipped", &[Some(&*skipped.reason), region, channel, Some(&count)])
    }

    fn note(&mut self, note: &Note) -> Result<(), Rejection> {
        let key = match note.kind {
            NoteKind::Assumption => "note",
            NoteKind::Warning => "warning",
        };
        self.text_comment(key, &note.text)
    }

    fn row(&mut self, event: Event) {
        let output = self.output.text();
        write_cycle(output, event.start);
        output.push(b',');
        write_cycle(output, event.end);
        output.push(b',');
        output.extend_from_slice(self.channels.text(event.channel.0));
        output.push(b',');
        write_count(output, u128::from(event.count), self.counts.fraction_bits);
        output.push(b',');
        output.extend_from_slice(self.regions.text(event.regions.0));
        self.output.end_line();
    }
}

impl EventSink for CsvWriter {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        check_names(component, action)?;
        check_one_line(component)?;
        check_one_line(action)?;
        let mut text = Vec::new();
        write_field(&mut text, component);
        text.push(b',');
        write_field(&mut text, action);
        self.channels.number(text).map(ChannelId)
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        check_one_line(tags)?;
        let mut text = Vec::new();
        write_field(&mut text, tags);
        self.regions.number(text).map(RegionSetId)
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.output.check()?;
        self.counts.check(&event, false)?;
        self.row(event);
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.output.check()?;
        self.counts.check(&event, true)?;
        self.row(event);
        Ok(())
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.output.check()?;
        match fact {
            Fact::Region(region) => self.region(&region),
            Fact::Span(span) => self.span(&span),
            Fact::Note(note) => self.note(&note),
            Fact::Skipped(skipped) => self.skipped(&skipped),
            Fact::EventsTaken(ChannelEvents { component, action, events }) => {
                self.fields_comment("events", &[&*component, &action, &events.to_string()].map(Some))
            }
            Fact::RegionCount { regions, component, action, count } => {
                let mut decimal = Vec::new();
                write_count(&mut decimal, count, self.counts.fraction_bits);
                let decimal = String::from_utf8_lossy(&decimal);
                self.fields_comment("region_count", &[&*regions, &component, &action, &decimal].map(Some))
            }
        }
    }
}

impl TraceWriter for CsvWriter {
    fn finish(self: Box<Self>) -> Result<(), DataError> {
        self.output.finish()
    }
}

fn check_one_line(text: &str) -> Result<(), Rejection> {
    if !breaks_line(text) {
        return Ok(());
    }
    Err(Rejection {
        reason: "line_break",
        found: format!("the text {text:?}, which has a line break"),
        expected: "a text on one line".to_owned(),
        cure: "write JSON Lines or .nmt instead".to_owned(),
    })
}
