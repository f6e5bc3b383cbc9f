//! Activity JSON Lines: one object a line, the same words as Activity CSV.
//!
//! The format is specified in `docs/formats/activity-jsonl.md`. The first line may hold metadata; every
//! other line is an event or a fact.

mod events;
mod facts;
mod keys;
mod line_window;
mod members;
mod name_table;
mod plain_lines;
mod shape;
mod template;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod template_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod usual_line;
mod words;
mod writer;

use std::sync::Arc;

use self::events::{LineDecoder, is_in_times};
use self::facts::metadata_line;
use self::keys::{Keys, is_known};
use self::members::Members;
use super::activity_text::count::CountReader;
use super::activity_text::opening::{
    BYTE_ORDER_MARK, MAX_HEADER_BYTES, mark_length, peek_opening, require_body,
};
use super::activity_text::text::Text;
use super::activity_text::time::count_times_by;
use crate::error::DataError;
use crate::format::{Format, OpenOptions, OpenedTrace, Part, PartOrder};
use crate::input::{Content, Input};
use crate::metadata::Metadata;

pub use self::writer::create_writer;

/// Activity JSON Lines.
pub struct ActivityJsonLines;

const NAME: &str = "activity-jsonl";

/// How many bytes are looked through at first for an event.
const FIRST_LOOK: usize = 8 * 1024;

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
        let Header { mut metadata, bytes, lines } = read_header(&mut content)?;
        require_body(&mut content, bytes)?;
        if let (None, Some(clock_hz)) = (metadata.clock_hz, options.default_clock_hz)
            && first_event_is_in_times(&mut content, bytes)?
        {
            count_times_by(&mut metadata, clock_hz);
        }
        let decoder = LineDecoder {
            counts: CountReader::new(&metadata, FRACTION_CURE),
            clock_hz: metadata.clock_hz,
            windowed: metadata.window_cycles.is_some(),
            keys: Keys::new(),
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

/// Whether the first event counts in units of time. Without a clock of its own, a trace is of one sort: the first event
/// says which, since the clock that is used must be known, and stored, ahead of all events.
fn first_event_is_in_times(content: &mut Content, header_bytes: usize) -> Result<bool, DataError> {
    let mut wanted = header_bytes + FIRST_LOOK;
    loop {
        let bytes = content.peek(wanted)?;
        let is_all = bytes.len() < wanted;
        let body = &bytes[header_bytes..];
        // A line that is still cut says nothing yet.
        let whole = if is_all { body.len() } else { memchr::memrchr(b'\n', body).map_or(0, |end| end + 1) };
        let found = body[..whole].split(|&byte| byte == b'\n').find_map(is_in_times);
        if found.is_some() || is_all || bytes.len() >= MAX_HEADER_BYTES {
            return Ok(found.unwrap_or(false));
        }
        wanted *= 2;
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
