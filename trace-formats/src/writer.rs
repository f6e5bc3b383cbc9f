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
    /// What writing reports. An error of an earlier write that the sink could not report is kept until here.
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
