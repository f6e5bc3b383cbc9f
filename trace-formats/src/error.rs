//! Errors for people: where, what was found, what was expected, what to do.

use std::fmt;

use crate::event::Rejection;

/// The reason of an error of writing to a pipe whose reader has gone: nothing to complain of.
pub const CLOSED_PIPE: &str = "closed_pipe";
/// The reason of any other error of writing.
const WRITE_FAILED: &str = "write";
/// The reason of a record longer than any may be.
pub(crate) const ROW_TOO_LONG: &str = "row_too_long";

/// A record, header or file that cannot be taken.
///
/// The content is boxed so that a `Result` stays one word wide in the decoders' loops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataError(Box<Content>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    reason: &'static str,
    file: Option<String>,
    line: Option<u64>,
    byte: Option<u64>,
    found: String,
    expected: String,
    cure: String,
}

impl DataError {
    /// A new error without a position. `reason` is a short name (`not_a_number`) by which skipped
    /// records are counted; `found`, `expected` and `cure` are sentence fragments.
    pub fn new(
        reason: &'static str,
        found: impl Into<String>,
        expected: impl Into<String>,
        cure: impl Into<String>,
    ) -> DataError {
        DataError(Box::new(Content {
            reason,
            file: None,
            line: None,
            byte: None,
            found: found.into(),
            expected: expected.into(),
            cure: cure.into(),
        }))
    }

    /// An error of the operating system while reading.
    pub fn io(error: &std::io::Error) -> DataError {
        let (found, cure) = match error.kind() {
            std::io::ErrorKind::NotFound => {
                ("no file or directory of this name".to_owned(), "check the path")
            }
            std::io::ErrorKind::PermissionDenied => {
                ("a file that may not be read".to_owned(), "check who may read it")
            }
            _ => (error.to_string(), "check the disk or the pipe"),
        };
        DataError::new("io", found, "readable input", cure)
    }

    /// An error of the operating system while writing. A sink says it at its next event ([`DataError::rejection`]);
    /// it is no fault of the record that stands there.
    pub fn write(error: &std::io::Error) -> DataError {
        let reason = if error.kind() == std::io::ErrorKind::BrokenPipe { CLOSED_PIPE } else { WRITE_FAILED };
        DataError::new(reason, error.to_string(), "room to write the trace", "check the disk or the pipe")
    }

    /// Whether it is a fault of one record, which may be skipped. It is not where writing failed, nor where a record is
    /// longer than any may be: whether all of that one is ever seen depends on how the bytes are cut.
    pub fn is_of_a_record(&self) -> bool {
        !self.is_of_writing() && self.reason() != ROW_TOO_LONG
    }

    /// Whether this is [`DataError::write`]'s: then no record is bad, and none may be skipped for it.
    pub fn is_of_writing(&self) -> bool {
        [WRITE_FAILED, CLOSED_PIPE].contains(&self.reason())
    }

    /// The same as a sink says it.
    pub fn rejection(&self) -> Rejection {
        let Content { reason, found, expected, cure, .. } = &*self.0;
        Rejection { reason, found: found.clone(), expected: expected.clone(), cure: cure.clone() }
    }

    /// Adds the position: `line` counts from 1, `byte` from 0, both in the decompressed content.
    #[must_use]
    pub fn at(mut self, line: u64, byte: u64) -> DataError {
        self.0.line = Some(line);
        self.0.byte = Some(byte);
        self
    }

    /// Moves the line by what is before the lines that it was counted from.
    #[must_use]
    pub fn after_lines(mut self, lines: u64) -> DataError {
        self.0.line = self.0.line.map(|line| line + lines);
        self
    }

    /// Adds the byte for formats without lines.
    #[must_use]
    pub fn at_byte(mut self, byte: u64) -> DataError {
        self.0.byte = Some(byte);
        self
    }

    /// Adds the file's name, unless the error has one.
    #[must_use]
    pub fn in_file(mut self, name: &str) -> DataError {
        self.0.file.get_or_insert_with(|| name.to_owned());
        self
    }

    /// The short name of the reason.
    pub fn reason(&self) -> &'static str {
        self.0.reason
    }

    /// The line, counted from 1, where known.
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }

    /// The byte, counted from 0, where known.
    pub fn byte(&self) -> Option<u64> {
        self.0.byte
    }
}

impl From<Rejection> for DataError {
    fn from(rejection: Rejection) -> DataError {
        DataError::new(rejection.reason, rejection.found, rejection.expected, rejection.cure)
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Content { file, line, byte, found, expected, cure, .. } = &*self.0;
        if let Some(file) = file {
            write!(f, "{file}: ")?;
        }
        match (line, byte) {
            (Some(line), Some(byte)) => write!(f, "line {line}, byte {byte}: ")?,
            (None, Some(byte)) => write!(f, "byte {byte}: ")?,
            (Some(line), None) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        write!(f, "found {found}, expected {expected}")?;
        if !cure.is_empty() {
            write!(f, "; {cure}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DataError {}

/// At most 60 characters of some bytes, for a message: text where it is text, quoted.
pub fn excerpt(bytes: &[u8]) -> String {
    const SHOWN: usize = 60;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * SHOWN)]);
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < bytes.len() && text.chars().count() > SHOWN {
        shown.push('…');
    }
    format!("{shown:?}")
}
