//! What both writers write through.

use std::io::Write;

use rustc_hash::FxHashMap;

use crate::error::DataError;
use crate::event::{Event, Rejection};
use crate::metadata::Metadata;

use super::limits::{Misfit, check_metadata};

/// How much text is gathered before it is written.
const BUFFER_BYTES: usize = 64 * 1024;

/// Buffered text that keeps the first error of its output, for the sink to say at its next event.
pub(crate) struct TextOutput {
    output: Box<dyn Write + Send>,
    buffer: Vec<u8>,
    failure: Option<DataError>,
}

impl TextOutput {
    /// Text that goes to `output`.
    pub(crate) fn new(output: Box<dyn Write + Send>) -> TextOutput {
        TextOutput { output, buffer: Vec::with_capacity(BUFFER_BYTES), failure: None }
    }

    /// The text that is not written yet, to append to.
    pub(crate) fn text(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Ends a line, and writes if there is enough to write.
    pub(crate) fn end_line(&mut self) {
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush_buffer();
        }
    }

    /// Refuses to go on once a write has failed.
    pub(crate) fn check(&self) -> Result<(), Rejection> {
        self.failure.as_ref().map_or(Ok(()), |failure| Err(failure.rejection()))
    }

    fn flush_buffer(&mut self) {
        if self.failure.is_none() {
            self.failure = self.output.write_all(&self.buffer).err().map(|error| DataError::write(&error));
        }
        self.buffer.clear();
    }

    /// Writes what remains, and reports the first error there was.
    pub(crate) fn finish(mut self) -> Result<(), DataError> {
        self.flush_buffer();
        match self.failure {
            Some(failure) => Err(failure),
            None => self.output.flush().map_err(|error| DataError::write(&error)),
        }
    }
}

/// Names by number, each with the text that stands for it in the file.
#[derive(Default)]
pub(crate) struct NameTable {
    numbers: FxHashMap<Vec<u8>, u32>,
    texts: Vec<Vec<u8>>,
}

impl NameTable {
    /// The number of a name's text. Different names must have different texts.
    pub(crate) fn number(&mut self, text: Vec<u8>) -> Result<u32, Rejection> {
        if let Some(&number) = self.numbers.get(&text) {
            return Ok(number);
        }
        let number = u32::try_from(self.texts.len()).map_err(|_| Rejection {
            reason: "too_many_names",
            found: "more than 2^32 names".to_owned(),
            expected: "channels and regions that repeat".to_owned(),
            cure: String::new(),
        })?;
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        Ok(number)
    }

    /// The text of a number; empty for one that this table never gave.
    pub(crate) fn text(&self, number: u32) -> &[u8] {
        self.texts.get(number as usize).map_or(&[], Vec::as_slice)
    }
}

/// What a writer must know of its metadata to take events.
pub(crate) struct WrittenCounts {
    /// k.
    pub(crate) fraction_bits: u32,
    windowed: bool,
}

impl WrittenCounts {
    /// Refuses metadata that could not be read back.
    pub(crate) fn new(metadata: &Metadata) -> Result<WrittenCounts, DataError> {
        check_metadata(metadata).map_err(|Misfit { found, expected }| {
            DataError::new("bad_metadata", found, expected, "this trace's metadata cannot be written")
        })?;
        let windowed = metadata.window_cycles.is_some();
        Ok(WrittenCounts { fraction_bits: metadata.count_fraction_bits, windowed })
    }

    /// Refuses what would be read back as something else: a trace holds events or windows, never both.
    pub(crate) fn check(&self, event: &Event, is_window: bool) -> Result<(), Rejection> {
        let refuse = |reason, found: &str, expected: &str| {
            Err(Rejection {
                reason,
                found: found.to_owned(),
                expected: expected.to_owned(),
                cure: "set window_cycles in the metadata if, and only if, the trace holds windows".to_owned(),
            })
        };
        match (is_window, self.windowed) {
            (true, false) => refuse("not_windowed", "the sum of a window", "an event"),
            (false, true) => refuse("windowed", "an event", "the sum of a window"),
            _ if event.end <= event.start => {
                refuse("end_before_start", "an event that ends before its start", "an end after the start")
            }
            _ => Ok(()),
        }
    }
}

/// Refuses a name that is empty.
pub(crate) fn check_names(component: &str, action: &str) -> Result<(), Rejection> {
    if !component.is_empty() && !action.is_empty() {
        return Ok(());
    }
    Err(Rejection {
        reason: "empty_name",
        found: format!("the channel \"{component}/{action}\""),
        expected: "a component and an action".to_owned(),
        cure: String::new(),
    })
}
