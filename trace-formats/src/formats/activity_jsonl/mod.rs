//! Activity JSON Lines: one object a line, the same words as Activity CSV.
//!
//! The format is specified in `docs/formats/activity-jsonl.md`. The first line may hold metadata; every
//! other line is an event or a fact.

mod events;
mod facts;
mod members;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod writer;

use std::sync::Arc;

use self::events::{LineDecoder, is_known};
use self::facts::metadata_line;
use self::members::Members;
use super::activity_text::count::CountReader;
use super::activity_text::opening::{BYTE_ORDER_MARK, mark_length, peek_opening, require_body};
use super::activity_text::text::Text;
use crate::error::DataError;
use crate::format::{Format, OpenOptions, OpenedTrace, Part, PartOrder};
use crate::input::{Content, Input};
use crate::metadata::Metadata;

pub use self::writer::create_writer;

/// Activity JSON Lines.
pub struct ActivityJsonLines;

const NAME: &str = "activity-jsonl";

/// How a trace asks for counts with a fraction.
const FRACTION_CURE: &str = r#"{"metadata":{"count_fraction_bits":16}}"#;

impl Format for ActivityJsonLines {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "one JSON object a line, with the keys start, end, component, action, count and region"
    }

    fn owns_content(&self, prefix: &[u8], _name: Option<&str>) -> bool {
        let text = prefix.strip_prefix(BYTE_ORDER_MARK).unwrap_or(prefix).trim_ascii_start();
        let line = text.split(|&byte| byte == b'\n').next().unwrap_or(text);
        has_known_key(Text { bytes: line, at: 0 })
    }

    fn open(&self, input: Input, options: &OpenOptions) -> Result<OpenedTrace, DataError> {
        let name = input.name().to_owned();
        let Some(mut content) = input.into_content() else {
            return Err(DataError::new("not_a_file", "a directory", "a file", "name the file itself"));
        };
        let Header { metadata, bytes, lines } = read_header(&mut content)?;
        require_body(&mut content, bytes)?;
        let decoder = LineDecoder {
            counts: CountReader::new(&metadata, FRACTION_CURE),
            clock_hz: metadata.clock_hz.or(options.default_clock_hz),
            windowed: metadata.window_cycles.is_some(),
        };
        let part = Part {
            name,
            content,
            header_bytes: bytes as u64,
            header_lines: lines,
            decoder: Arc::new(decoder),
            order: PartOrder::Lateness(metadata.lateness_cycles),
        };
        Ok(OpenedTrace { format: NAME, metadata, parts: vec![part] })
    }
}

struct Header {
    metadata: Metadata,
    bytes: usize,
    lines: u64,
}

/// Whether a line, which may be cut, is an object with one of our keys.
fn has_known_key(line: Text<'_>) -> bool {
    let Ok(mut members) = Members::of(line) else { return false };
    // A metadata line longer than the prefix has its value cut, but not its key.
    if is_about_metadata(line) {
        return true;
    }
    while let Ok(Some(member)) = members.next() {
        if is_known(&member.key) {
            return true;
        }
    }
    false
}

/// Reads the metadata line, if the first line that is not blank is one.
fn read_header(content: &mut Content) -> Result<Header, DataError> {
    let opening = peek_opening(content, |line| line.trim_ascii().is_empty())?;
    let chunk = opening.as_chunk();
    let line = Text { bytes: &opening.bytes[opening.line_start..], at: opening.line_start }.trimmed();
    match metadata_line(line) {
        Ok(Some(metadata)) => {
            let lines = memchr::memchr_iter(b'\n', opening.bytes).count() as u64;
            Ok(Header { metadata, bytes: opening.bytes.len(), lines })
        }
        Err(bad) if is_about_metadata(line) => Err(bad.located(&chunk)),
        // An event, good or bad, is for the decoder.
        Ok(None) | Err(_) => {
            Ok(Header { metadata: Metadata::default(), bytes: mark_length(opening.bytes), lines: 0 })
        }
    }
}

fn is_about_metadata(line: Text<'_>) -> bool {
    let rest = line.bytes.strip_prefix(b"{").unwrap_or(&[]);
    rest.trim_ascii_start().starts_with(b"\"metadata\"")
}
