//! A piece of a chunk that knows where it stands.

use crate::decoder::{Chunk, MAX_RECORD_BYTES, long_row};
use crate::error::{DataError, excerpt};
use crate::event::Rejection;

/// Some bytes, and the position of the first within the chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    /// The bytes.
    pub(crate) bytes: &'a [u8],
    /// Where they start in the chunk.
    pub(crate) at: usize,
}

/// An error and the position of its cause within the chunk.
#[derive(Debug)]
pub(crate) struct BadText {
    /// Where in the chunk.
    pub(crate) at: usize,
    /// What is wrong there.
    pub(crate) error: DataError,
}

/// One line of a chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// The line without its end.
    pub(crate) text: Text<'a>,
    /// The trace ends here and the line has no line end: its writer may have been stopped in the middle.
    pub(crate) may_be_cut: bool,
    /// It has a line end.
    pub(crate) is_ended: bool,
}

impl<'a> Text<'a> {
    /// The same piece without spaces, tabs and line ends around it.
    pub(crate) fn trimmed(self) -> Text<'a> {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let start = self.bytes.iter().position(|byte| !is_space(byte)).unwrap_or(self.bytes.len());
        let end = self.bytes.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
        self.slice(start, end)
    }

    /// The bytes `start..end`.
    pub(crate) fn slice(self, start: usize, end: usize) -> Text<'a> {
        Text { bytes: &self.bytes[start..end], at: self.at + start }
    }

    /// The piece as UTF-8.
    pub(crate) fn as_str(self) -> Result<&'a str, BadText> {
        std::str::from_utf8(self.bytes).map_err(|error| BadText {
            at: self.at + error.valid_up_to(),
            error: DataError::new(
                "not_utf8",
                format!("bytes that are not UTF-8 in {}", excerpt(self.bytes)),
                "UTF-8 text",
                "write the trace as UTF-8; compressed or binary data needs its own format",
            ),
        })
    }

    /// An error that stands at the start of the piece.
    pub(crate) fn bad(
        self,
        reason: &'static str,
        found: impl Into<String>,
        expected: impl Into<String>,
        cure: impl Into<String>,
    ) -> BadText {
        BadText { at: self.at, error: DataError::new(reason, found, expected, cure) }
    }

    /// A sink's refusal of what this piece says.
    pub(crate) fn rejected(self, rejection: Rejection) -> BadText {
        BadText { at: self.at, error: rejection.into() }
    }
}

impl BadText {
    /// The error with its position in the part.
    pub(crate) fn located(self, chunk: &Chunk<'_>) -> DataError {
        chunk.locate(self.error, self.at)
    }
}

/// The line that starts at `start`; `None` at the chunk's end.
pub(crate) fn line_at<'a>(chunk: &Chunk<'a>, start: usize) -> Option<Line<'a>> {
    let rest = chunk.bytes.get(start..).filter(|rest| !rest.is_empty())?;
    let line_end = memchr::memchr(b'\n', rest);
    let text = Text { bytes: &rest[..line_end.unwrap_or(rest.len())], at: start };
    let is_ended = line_end.is_some();
    Some(Line { text, may_be_cut: !is_ended && chunk.is_last, is_ended })
}

/// The lines of a chunk, in order.
pub(crate) fn lines<'a>(chunk: &Chunk<'a>) -> impl Iterator<Item = Line<'a>> + use<'a> {
    let chunk = *chunk;
    let mut start = 0;
    std::iter::from_fn(move || {
        let line = line_at(&chunk, start)?;
        start += line.text.bytes.len() + usize::from(line.is_ended);
        Some(line)
    })
}

impl Line<'_> {
    /// Refuses a line that no reader takes.
    pub(crate) fn check_length(&self) -> Result<(), BadText> {
        if self.text.bytes.len() > MAX_RECORD_BYTES {
            return Err(BadText { at: self.text.at, error: long_row(self.text.bytes.len()) });
        }
        Ok(())
    }
}
