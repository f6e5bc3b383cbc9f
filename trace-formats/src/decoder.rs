//! The contract between a format and whoever feeds it bytes.

use crate::error::{DataError, ROW_TOO_LONG};
use crate::event::EventSink;

/// The longest text record (a row, a line of JSON) that a reader takes, in bytes.
///
/// A SCALE-Sim row of an array 4,096 wide has 40 KB. What is longer is a file without line ends.
pub const MAX_RECORD_BYTES: usize = 256 * 1024;

/// A run of whole records, cut from one part of a trace.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The records.
    pub bytes: &'a [u8],
    /// Where `bytes` starts in the part's decompressed content.
    pub offset: u64,
    /// The number of line ends before `bytes` in the part's content, for a decoder that asks for it
    /// ([`Decoder::numbers_lines`]); else 0, and lines are counted from the chunk's first.
    pub lines_before: u64,
    /// These are the part's last bytes: a text record may end without a line end.
    pub is_last: bool,
}

impl Chunk<'_> {
    /// Adds the position of the byte `at` within the chunk to an error.
    ///
    /// Lines are counted here, on the way to an error, and nowhere else.
    pub fn locate(&self, error: DataError, at: usize) -> DataError {
        let at = at.min(self.bytes.len());
        let lines = memchr::memchr_iter(b'\n', &self.bytes[..at]).count() as u64;
        error.at(self.lines_before + lines + 1, self.offset + at as u64)
    }
}

/// Where a buffer can be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The first `n` bytes (at least one) are whole records.
    At(usize),
    /// Not even one record is whole yet. `at_least` bytes are needed to look again.
    Incomplete {
        /// How many bytes in all to look again with.
        at_least: usize,
    },
}

/// Turns records into events. Made by a format for one part of a trace, shared by all workers.
///
/// Implementing this gives parallel decoding, pipes, maps and compressed input for nothing, as long as:
///
/// * what a record means depends on the part and on its own bytes and offset only, since chunks are decoded in any
///   order by any thread. What only the whole part tells is gathered by offset and said in [`Decoder::finish`];
/// * the cut depends on the bytes alone, so that any way of cutting gives the same events in the
///   same order;
/// * each error carries the position of its record ([`Chunk::locate`]) and goes through
///   [`EventSink::bad_record`] where the rest of the chunk can still be read.
pub trait Decoder: Send + Sync {
    /// Finds the end of the last whole record in `bytes`, which starts at a record.
    ///
    /// # Errors
    /// A record that can never become whole (too long, a length that lies). Its byte, and its line in formats with
    /// lines, are relative to `bytes`; the caller adds where they start.
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError>;

    /// Decodes the whole records of a chunk in order. Returns how many line ends it holds (0 in formats without
    /// lines), from which whoever feeds the chunks knows on which lines the next ones start.
    ///
    /// # Errors
    /// The first bad record that the sink does not skip. Its line counts from the first after
    /// [`Chunk::lines_before`].
    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError>;

    /// Whether the meaning of a record depends on the number of its line. Chunks then say how many lines are before
    /// them, which costs the reader a pass over the bytes.
    fn numbers_lines(&self) -> bool {
        false
    }

    /// Called once, when all chunks of this part and of the parts before it are decoded, and before anything of a
    /// later part is counted: says what only the whole part tells. Returns, in a part of [`PartOrder::AsTold`], the
    /// cycle before which no event of this trace starts any more.
    ///
    /// # Errors
    /// The first bad record that the sink does not skip, with its file and its line in it.
    ///
    /// [`PartOrder::AsTold`]: crate::PartOrder::AsTold
    fn finish(&self, sink: &mut dyn EventSink) -> Result<Option<i64>, DataError> {
        let _ = sink;
        Ok(None)
    }
}

/// The cut of every format whose records are lines.
///
/// # Errors
/// A line longer than [`MAX_RECORD_BYTES`].
pub fn cut_lines(bytes: &[u8]) -> Result<Cut, DataError> {
    if let Some(end) = memchr::memrchr(b'\n', bytes) {
        return Ok(Cut::At(end + 1));
    }
    if bytes.len() > MAX_RECORD_BYTES {
        return Err(long_row(bytes.len()).at(1, 0));
    }
    Ok(Cut::Incomplete { at_least: bytes.len() + 1 })
}

/// The error for a row longer than [`MAX_RECORD_BYTES`]. Every decoder of lines checks each line with it,
/// since a chunk larger than the limit may hold a row that is longer.
pub fn long_row(found_bytes: usize) -> DataError {
    DataError::new(
        ROW_TOO_LONG,
        format!("a row of at least {} bytes", found_bytes.min(MAX_RECORD_BYTES + 1)),
        format!("rows of at most {MAX_RECORD_BYTES} bytes"),
        "check that the file has line ends and is the text that its format says",
    )
}
