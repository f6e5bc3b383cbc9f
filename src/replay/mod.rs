//! The pipeline: bytes of a trace in, closed windows and a summary out.
//!
//! ```text
//!        tokens, turns (bounded) ◀──────────────┬────────────────┐
//!                 │                             │                │
//!   source ── chunks of whole records ─▶ workers ─ partial sums ─▶ merger ─▶ closed windows ─▶ sink
//!  (reader)      (crossbeam, bounded)   (--threads)              (this thread, in chunk order)
//! ```
//!
//! * `source` cuts each part of a trace into chunks of whole records, from a memory map or a stream.
//! * `digest` is the size and checksum of what was read.
//! * `accumulator` is what a worker decodes into: exact integer counts by window, channel and region.
//! * `merger` adds the partial sums in the order of the chunks and closes windows behind a watermark.
//! * `pipeline` runs the threads. Its documentation is the shutdown protocol.
//! * `sequential` feeds the same decoders one after another to any sink, for `inspect` and `convert`.
//!
//! Nothing here knows a chip. A set of admitted names is handed in so that an unknown channel fails where
//! it stands in the file, and closed windows go to a [`WindowSink`](crate::activity::WindowSink).

mod accumulator;
mod dictionary;
mod digest;
pub mod inspect;
#[allow(unsafe_code)] // The one audited place: see its comments.
mod map;
mod merger;
mod options;
mod pipeline;
mod placement;
mod regions;
mod run_metadata;
mod sequential;
mod sliding;
mod source;
mod window_counts;

pub use dictionary::{Admission, AdmitAll, NameSet};
pub use digest::InputDigest;
pub use options::{DEFAULT_CHUNK_BYTES, DEFAULT_LATENESS_CYCLES, Io, ReplayOptions};
pub use pipeline::replay;
pub use sequential::decode_in_order;
