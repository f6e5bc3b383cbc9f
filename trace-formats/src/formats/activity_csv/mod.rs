//! Activity CSV: one event a row (long form), or one column a channel (wide form).
//!
//! The format is specified in `docs/formats/activity-csv.md`. Comments before the header are metadata,
//! those after it are facts; the header says which column means what.

mod columns;
mod comments;
mod fast_fields;
mod fast_long;
mod fast_rows;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod fast_rows_tests;
mod fast_split;
mod fast_wide;
mod quoting;
mod rows;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod writer;

use std::sync::Arc;

use self::columns::{Columns, TimeColumns, TimeOptions, looks_like_header, read_header};
use self::comments::{LeadingComments, is_comment};
use self::rows::RowDecoder;
use super::activity_text::count::CountReader;
use super::activity_text::opening::{BYTE_ORDER_MARK, Opening, mark_length, peek_opening, require_body};
use super::activity_text::text::{BadText, Text, lines};
use super::activity_text::time::{TimeScale, count_times_by};
use crate::decoder::Chunk;
use crate::error::DataError;
use crate::format::{Format, OpenOptions, OpenedTrace, Part, PartOrder};
use crate::input::Input;
use crate::metadata::Metadata;

pub use self::writer::create_writer;

/// Activity CSV.
pub struct ActivityCsv;

const NAME: &str = "activity-csv";

/// How a trace asks for counts with a fraction.
const FRACTION_CURE: &str = "# count_fraction_bits: 16";

impl Format for ActivityCsv {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "one event a row (start,end,component,action,count[,region]) or one column a channel"
    }

    fn owns_content(&self, prefix: &[u8], _name: Option<&str>) -> bool {
        let text = prefix.strip_prefix(BYTE_ORDER_MARK).unwrap_or(prefix);
        for line in text.split(|&byte| byte == b'\n') {
            if comments::is_ours(line) {
                return true;
            }
            if !is_passed_over(line) {
                return looks_like_header(line);
            }
        }
        false
    }

    fn open(&self, input: Input, options: &OpenOptions) -> Result<OpenedTrace, DataError> {
        let name = input.name().to_owned();
        let Some(mut content) = input.into_content() else {
            return Err(DataError::new("not_a_file", "a directory", "a file", "name the CSV file itself"));
        };
        let opening = peek_opening(&mut content, is_passed_over)?;
        let (metadata, columns) = read_opening(&opening, options)?;
        let header_bytes = opening.bytes.len();
        let header_lines = memchr::memchr_iter(b'\n', opening.bytes).count() as u64;
        require_body(&mut content, header_bytes)?;
        let decoder = RowDecoder {
            columns,
            counts: CountReader::new(&metadata, FRACTION_CURE),
            windowed: metadata.window_cycles.is_some(),
        };
        let part = Part {
            name,
            content,
            header_bytes: header_bytes as u64,
            header_lines,
            decoder: Arc::new(decoder),
            order: PartOrder::Lateness(metadata.lateness_cycles),
        };
        Ok(OpenedTrace { format: NAME, metadata, parts: vec![part] })
    }
}

/// Whether a line before the header is not the header.
fn is_passed_over(line: &[u8]) -> bool {
    is_comment(line) || line.trim_ascii().is_empty()
}

fn read_opening(opening: &Opening<'_>, options: &OpenOptions) -> Result<(Metadata, Columns), DataError> {
    let chunk = opening.as_chunk();
    read_comments_and_header(opening, &chunk, options).map_err(|bad| bad.located(&chunk))
}

fn read_comments_and_header(
    opening: &Opening<'_>,
    chunk: &Chunk<'_>,
    options: &OpenOptions,
) -> Result<(Metadata, Columns), BadText> {
    let mut leading = LeadingComments::default();
    for line in lines(chunk).take_while(|line| line.text.at < opening.line_start) {
        let mark = if line.text.at == 0 { mark_length(line.text.bytes) } else { 0 };
        let text = line.text.slice(mark, line.text.bytes.len());
        if !is_comment(text.bytes) {
            continue;
        }
        if let Some(comment) = comments::parse(text)? {
            leading.take(comment)?;
        }
    }
    let header = Text { bytes: &opening.bytes[opening.line_start..], at: opening.line_start };
    let header = header.slice(0, header.bytes.strip_suffix(b"\n").unwrap_or(header.bytes).len());
    let mut metadata = leading.metadata;
    let clock_hz = metadata.clock_hz.or(options.default_clock_hz);
    let times = TimeOptions { clock_hz, interval_cycles: leading.interval_cycles };
    let columns = read_header(header, times)?;
    if let TimeColumns::StartEnd { scale: TimeScale::Times { clock_hz, .. }, .. } = columns.time {
        count_times_by(&mut metadata, clock_hz);
    }
    Ok((metadata, columns))
}
