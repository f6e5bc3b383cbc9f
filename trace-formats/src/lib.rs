//! Activity traces of accelerator simulators: bytes in, activity events out.
//!
//! A tour in the order in which data flows:
//!
//! 1. [`input`] opens a file, a directory or standard input and undoes gzip and zstd.
//! 2. [`mod@format`] sniffs which of the listed formats the bytes are, and opens the trace: its
//!    [`metadata`] and its parts, each with a decoder.
//! 3. [`decoder`] turns a run of whole records into events; it does not care where the bytes were cut.
//! 4. [`event`] is what comes out: counts of a component's action over cycles, handed to a sink; [`variant`] names
//!    actions by what their data were like.
//! 5. [`writer`] is the way back: a sink that writes events in one of our own formats.
//!
//! The crate knows no chip, no watt and no command line.

pub mod decoder;
pub mod error;
pub mod event;
pub mod format;
pub mod formats;
pub mod input;
mod masks;
pub mod metadata;
pub mod variant;
pub mod writer;

pub use decoder::{Chunk, Decoder};
pub use error::DataError;
pub use event::{ChannelId, Event, EventSink, RegionSetId, Rejection};
pub use format::{FORMATS, Format, OpenOptions, OpenedTrace, Part, PartOrder};
pub use metadata::{ChannelEvents, Metadata, Note, NoteKind, RegionDeclaration, Skipped, Span};
pub use variant::DataVariant;
