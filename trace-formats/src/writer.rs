//! The way back: sinks that write events in one of our own formats.

use std::io::Write;

use crate::error::DataError;
use crate::event::EventSink;
use crate::formats;
use crate::metadata::Metadata;

/// Writes a trace: metadata first, then events as they come, then what is only known at the end.
pub trait TraceWriter: EventSink {
    /// Writes what remains, and flushes.
    ///
    /// # Errors
    /// What writing reports. A write that fails earlier is said at the next event or fact, as a rejection whose
    /// reason [`DataError::is_of_writing`] knows.
    fn finish(self: Box<Self>) -> Result<(), DataError>;
}

/// Makes a writer on an output, and writes the header.
pub type CreateWriter = fn(Box<dyn Write + Send>, &Metadata) -> Result<Box<dyn TraceWriter>, DataError>;

/// A format that can be written.
pub struct WritableFormat {
    /// The file name extension that chooses it, without the dot.
    pub extension: &'static str,
    /// Makes the writer and writes the header.
    pub create: CreateWriter,
}

/// Every format that is written.
pub static WRITABLE_FORMATS: &[WritableFormat] = &[
    WritableFormat { extension: "csv", create: formats::activity_csv::create_writer },
    WritableFormat { extension: "jsonl", create: formats::activity_jsonl::create_writer },
    WritableFormat { extension: "nmt", create: formats::nmt::create_writer },
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io;

    use super::*;
    use crate::event::{Event, RegionSetId};

    /// Takes some bytes, then none.
    struct Full {
        room: usize,
        kind: io::ErrorKind,
    }

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.room = self.room.checked_sub(bytes.len()).ok_or(self.kind)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The number of the first of many events that a writer refuses, and the reason.
    fn first_refused(format: &WritableFormat, kind: io::ErrorKind) -> (i64, DataError) {
        let output = Full { room: 100_000, kind };
        let mut writer = (format.create)(Box::new(output), &Metadata::default()).unwrap();
        let channel = writer.channel("pe", "mac").unwrap();
        for number in 0..1_000_000 {
            // Counts that no format can write in few bytes.
            let count = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12;
            let (start, end) = (number, number + 1);
            let event = Event { channel, regions: RegionSetId::NONE, start, end, count };
            if let Err(rejection) = writer.event(event) {
                return (number, rejection.into());
            }
        }
        (i64::MAX, writer.finish().unwrap_err())
    }

    #[test]
    fn a_failed_write_is_said_at_the_next_event() {
        for format in WRITABLE_FORMATS {
            let (number, error) = first_refused(format, io::ErrorKind::StorageFull);
            assert!(number < 60_000, "{}: {number}", format.extension);
            assert!(error.is_of_writing());
            assert_eq!(error.reason(), "write");
            assert!(error.to_string().contains("expected room to write the trace"), "{error}");
            let (_, error) = first_refused(format, io::ErrorKind::BrokenPipe);
            assert_eq!(error.reason(), crate::error::CLOSED_PIPE);
        }
    }
}
