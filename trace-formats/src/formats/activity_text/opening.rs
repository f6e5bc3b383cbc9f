//! Where the header ends and the body starts.

use crate::decoder::{Chunk, MAX_RECORD_BYTES, long_row};
use crate::error::DataError;
use crate::input::Content;

/// The most bytes that may stand before the body: some hundred thousand regions.
pub(crate) const MAX_HEADER_BYTES: usize = 64 * 1024 * 1024;

/// How many blank bytes are looked through for a first row.
const MAX_BLANK_BYTES: usize = 1024;

/// The byte order mark that some editors put before UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The start of a trace up to and with its first line of interest.
pub(crate) struct Opening<'a> {
    /// All bytes to the end of the line (with its line end), from the start of the trace.
    pub(crate) bytes: &'a [u8],
    /// Where that line starts; the length of `bytes` if there is none.
    pub(crate) line_start: usize,
}

impl Opening<'_> {
    /// The opening as a chunk, to locate errors with.
    pub(crate) fn as_chunk(&self) -> Chunk<'_> {
        Chunk { bytes: self.bytes, offset: 0, lines_before: 0, is_last: false }
    }
}

/// How many bytes of a byte order mark some content starts with.
pub(crate) fn mark_length(bytes: &[u8]) -> usize {
    if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 }
}

/// Peeks to the end of the first line that `passes_over` does not pass over.
pub(crate) fn peek_opening(
    content: &mut Content,
    passes_over: fn(&[u8]) -> bool,
) -> Result<Opening<'_>, DataError> {
    let mut wanted = 8 * 1024;
    let (line_start, end) = loop {
        let bytes = content.peek(wanted)?;
        let is_all = bytes.len() < wanted;
        if let Some(found) = find_line(bytes, is_all, passes_over)? {
            break found;
        }
        if bytes.len() > MAX_HEADER_BYTES {
            return Err(DataError::new(
                "header_too_long",
                format!("more than {MAX_HEADER_BYTES} bytes before the first row"),
                "a header and rows",
                "write regions as facts between the rows",
            ));
        }
        wanted = 2 * bytes.len().max(wanted);
    };
    let bytes = content.peek(end)?;
    Ok(Opening { bytes: &bytes[..end], line_start })
}

/// The start and end of the line, or `None` if it lies beyond `bytes`.
fn find_line(
    bytes: &[u8],
    is_all: bool,
    passes_over: fn(&[u8]) -> bool,
) -> Result<Option<(usize, usize)>, DataError> {
    let mut start = mark_length(bytes);
    while start < bytes.len() {
        let length = memchr::memchr(b'\n', &bytes[start..]);
        if length.unwrap_or(bytes.len() - start) > MAX_RECORD_BYTES {
            let chunk = Chunk { bytes, offset: 0, lines_before: 0, is_last: false };
            return Err(chunk.locate(long_row(length.unwrap_or(bytes.len() - start)), start));
        }
        let end = match length {
            Some(length) => start + length + 1,
            None if is_all => bytes.len(),
            None => return Ok(None),
        };
        if !passes_over(&bytes[start..end]) {
            return Ok(Some((start, end)));
        }
        start = end;
    }
    Ok(is_all.then_some((bytes.len(), bytes.len())))
}

/// Refuses a trace that has nothing, or nothing but blank lines, after its header.
pub(crate) fn require_body(content: &mut Content, header_bytes: usize) -> Result<(), DataError> {
    let mut wanted = header_bytes + 1;
    loop {
        let body = &content.peek(wanted)?[header_bytes..];
        if body.iter().any(|byte| !byte.is_ascii_whitespace()) || body.len() > MAX_BLANK_BYTES {
            return Ok(());
        }
        if header_bytes + body.len() < wanted {
            break;
        }
        wanted = header_bytes + body.len() + 1;
    }
    let lines = memchr::memchr_iter(b'\n', &content.peek(header_bytes)?[..header_bytes]).count() as u64;
    Err(DataError::new(
        "header_only",
        "a header without rows (header only)",
        "at least one event",
        "check that what wrote the trace ran to its end",
    )
    .at(lines + 1, header_bytes as u64))
}
