//! `.nmt`: our binary format, small and fast to read. `docs/formats/nmt.md` specifies it.
//!
//! A file is a header, blocks and an end:
//!
//! 1. `header`: magic, version, and the trace's metadata.
//! 2. `frame`: what surrounds every block: kind, length, checksums.
//! 3. `block`: the payload of events: a dictionary and columns (`column`, `column_writer`, `packed`, `varint`). `pieces`
//!    reads the same a few events at a time.
//! 4. `wire`: how names, facts, metadata and the footer become bytes (bincode).
//! 5. `index`: the index, the footer and the trailer.
//!
//! `reader` decodes blocks; `writer` gathers the records of the next, and `block_writer` encodes and writes it.

mod block;
mod block_writer;
mod column;
mod column_writer;
mod frame;
mod header;
mod index;
mod packed;
mod pieces;
mod reader;
#[cfg(test)]
mod tests;
mod varint;
mod wire;
mod writer;

use std::sync::Arc;

use crate::error::DataError;
use crate::format::{Format, OpenOptions, OpenedTrace, Part, PartOrder};
use crate::input::Input;

pub use index::{TraceIndex, read_index};
pub use wire::{Footer, IndexEntry};
pub use writer::create_writer;

/// The binary format.
pub struct Nmt;

impl Format for Nmt {
    fn name(&self) -> &'static str {
        "nmt"
    }

    fn summary(&self) -> &'static str {
        "nm-trace's binary format: small, checked, fast to read"
    }

    fn owns_content(&self, prefix: &[u8], name: Option<&str>) -> bool {
        // The name counts too: a file whose first bytes are damaged should be told so.
        prefix.starts_with(&header::MAGIC) || name.is_some_and(|name| name.ends_with(".nmt"))
    }

    fn open(&self, input: Input, _options: &OpenOptions) -> Result<OpenedTrace, DataError> {
        let name = input.name().to_owned();
        let Some(mut content) = input.into_content() else {
            let error = DataError::new("directory", "a directory", "an .nmt file", "name the file");
            return Err(error.in_file(&name));
        };
        let (metadata, header_bytes) = header::read(&mut content).map_err(|error| error.in_file(&name))?;
        let order = PartOrder::Lateness(metadata.lateness_cycles);
        let decoder = Arc::new(reader::BlockDecoder);
        let part = Part { name, content, header_bytes, header_lines: 0, decoder, order };
        Ok(OpenedTrace { format: self.name(), metadata, parts: vec![part] })
    }
}

/// The error for a file that ends too early; `inside` is what was to come.
fn cut_file(inside: &str) -> DataError {
    DataError::new(
        "cut",
        format!("a cut file, which ends where {inside} should be"),
        "an .nmt file with its footer",
        "let its writer finish, or copy it again",
    )
}

/// The error for a file that goes on behind its end.
fn trailing_bytes() -> DataError {
    DataError::new(
        "trailing_bytes",
        "bytes behind the end of the trace",
        "the end of the file",
        "give each .nmt file on its own; joined files are not one trace",
    )
}
