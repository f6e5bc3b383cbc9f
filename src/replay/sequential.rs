//! Feeds the decoders one after another to any sink: the plain twin of the pipeline.

use trace_formats::{DataError, EventSink, OpenedTrace};

use super::options::Io;
use super::source::{Chunks, LineCount};

/// Decodes a trace in its own order. `progress` is told how many bytes were done.
///
/// # Errors
/// The first record that cannot be taken, with its file, line and byte.
pub fn decode_in_order(
    trace: OpenedTrace,
    chunk_bytes: usize,
    io: Io,
    sink: &mut dyn EventSink,
    mut progress: impl FnMut(u64),
) -> Result<(), DataError> {
    for part in trace.parts {
        let name = part.name.clone();
        let decoder = part.decoder.clone();
        let mut lines = LineCount::of(&part);
        let decode_part = || -> Result<(), DataError> {
            let mut chunks = Chunks::new(part, chunk_bytes, io)?;
            let mut spare = None;
            while let Some(mut chunk) = chunks.next_chunk(|| spare.take())? {
                let view = chunk.view();
                lines.add(decoder.decode(&view, sink)?);
                progress(view.bytes.len() as u64);
                spare = chunk.let_go();
            }
            Ok(())
        };
        let decoded = decode_part();
        decoded.map_err(|error| lines.place(error).in_file(&name))?;
        decoder.finish(sink).map_err(|error| error.in_file(&name))?;
    }
    Ok(())
}
