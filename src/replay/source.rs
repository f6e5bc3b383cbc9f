//! Cuts the parts of a trace into chunks of whole records, from a memory map or a stream.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use trace_formats::decoder::{Chunk, Cut};
use trace_formats::input::Content;
use trace_formats::{DataError, Decoder, Part};

use super::map::{MappableFile, Segment};
use super::options::Io;

/// How many bytes are mapped at a time, at least.
const SEGMENT_BYTES: u64 = 4 << 20;

/// A stream that brings bytes no faster is decoded as they come, in chunks that are not full.
const PATIENCE: Duration = Duration::from_millis(100);

/// The bytes of a chunk: owned, or a piece of a map that lives as long as the bytes of a chunk of it.
pub enum ChunkBytes {
    /// Read from a stream: so many bytes of a buffer that is used again and again.
    Owned(Vec<u8>, usize),
    /// A range of a mapped segment, in bytes of the file.
    Mapped(Arc<Segment>, Range<u64>),
}

/// A chunk on its way to a worker.
pub struct OwnedChunk {
    bytes: ChunkBytes,
    /// Where it starts in the part's content.
    pub offset: u64,
    lines_before: u64,
    is_last: bool,
}

impl OwnedChunk {
    /// The chunk as a decoder takes it.
    pub fn view(&self) -> Chunk<'_> {
        let bytes = match &self.bytes {
            ChunkBytes::Owned(buffer, length) => &buffer[..*length],
            ChunkBytes::Mapped(segment, range) => segment.bytes(range.clone()),
        };
        Chunk { bytes, offset: self.offset, lines_before: self.lines_before, is_last: self.is_last }
    }

    /// Lets go of the bytes: the chunk is empty from now on, where it was. Returns the buffer, for the next chunk of a
    /// stream; a map has none.
    pub fn let_go(&mut self) -> Option<Vec<u8>> {
        match std::mem::replace(&mut self.bytes, ChunkBytes::Owned(Vec::new(), 0)) {
            ChunkBytes::Owned(buffer, _) => Some(buffer),
            ChunkBytes::Mapped(..) => None,
        }
    }
}

/// The lines of a part that were decoded: where the lines start that the next chunk counts from its first.
pub struct LineCount {
    /// `None`: the chunks say themselves which lines they hold.
    before: Option<u64>,
}

impl LineCount {
    /// Before the first chunk of a part.
    pub fn of(part: &Part) -> LineCount {
        LineCount { before: (!part.decoder.numbers_lines()).then_some(part.header_lines) }
    }

    /// Takes what the decoder says of the next chunk.
    pub fn add(&mut self, lines: u64) {
        self.before = self.before.map(|before| before + lines);
    }

    /// Turns the line of an error in the next chunk into one of the part.
    pub fn place(&self, error: DataError) -> DataError {
        error.after_lines(self.before.unwrap_or(0))
    }
}

/// Cuts one part into chunks, one after another.
pub struct Chunks {
    decoder: Arc<dyn Decoder>,
    feed: Feed,
    chunk_bytes: usize,
    offset: u64,
    /// Line ends so far, for a decoder that asks for them.
    lines: Option<u64>,
    ended: bool,
}

enum Feed {
    Map { file: MappableFile, segment: Option<Arc<Segment>> },
    Stream { content: Content, carried: Vec<u8>, drained: bool },
}

impl Chunks {
    /// Starts a part. `io` says whether a plain regular file is mapped.
    ///
    /// # Errors
    /// A file that cannot be opened, or a header that is no longer there.
    pub fn new(part: Part, chunk_bytes: usize, io: Io) -> Result<Chunks, DataError> {
        let Part { mut content, header_bytes, header_lines, decoder, .. } = part;
        let mapped = match content.plain_file().filter(|_| io != Io::Read) {
            Some(path) => MappableFile::open(path).map_err(|error| DataError::io(&error))?,
            None => None,
        };
        let mapped = mapped.filter(|file| io == Io::Map || !file.was_written_lately());
        let feed = match mapped {
            Some(file) => Feed::Map { file, segment: None },
            None => {
                let mut header = vec![0; header_bytes as usize];
                content.read(&mut header)?;
                Feed::Stream { content, carried: Vec::new(), drained: false }
            }
        };
        let lines = decoder.numbers_lines().then_some(header_lines);
        Ok(Chunks {
            decoder,
            feed,
            chunk_bytes: chunk_bytes.max(1),
            offset: header_bytes,
            lines,
            ended: false,
        })
    }

    /// The next chunk, or `None` after the last. The last one may be empty. `spare` gives a stream a buffer that is no
    /// longer used.
    ///
    /// # Errors
    /// What reading reports, and records that can never be whole.
    pub fn next_chunk(
        &mut self,
        spare: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Result<Option<OwnedChunk>, DataError> {
        if self.ended {
            return Ok(None);
        }
        let (bytes, is_last) = match &mut self.feed {
            Feed::Map { file, segment } => {
                next_mapped(file, segment, &*self.decoder, self.offset, self.chunk_bytes)
            }
            Feed::Stream { content, carried, drained } => {
                let buffer = spare().unwrap_or_default();
                next_streamed(content, (carried, buffer), drained, &*self.decoder, self.chunk_bytes)
            }
        }
        .map_err(|error| self.place(error))?;
        let lines_before = self.lines.unwrap_or(0);
        let chunk = OwnedChunk { bytes, offset: self.offset, lines_before, is_last };
        let view = chunk.view();
        self.ended = is_last;
        self.offset += view.bytes.len() as u64;
        if let Some(lines) = &mut self.lines {
            *lines += memchr::memchr_iter(b'\n', view.bytes).count() as u64;
        }
        Ok(Some(chunk))
    }

    /// Turns a position relative to the uncut bytes into one of the content; its line counts as a chunk's does.
    fn place(&self, error: DataError) -> DataError {
        let byte = self.offset + error.byte().unwrap_or(0);
        error.at_byte(byte).after_lines(self.lines.unwrap_or(0))
    }
}

fn next_mapped(
    file: &MappableFile,
    segment: &mut Option<Arc<Segment>>,
    decoder: &dyn Decoder,
    offset: u64,
    chunk_bytes: usize,
) -> Result<(ChunkBytes, bool), DataError> {
    let mut wanted = chunk_bytes as u64;
    loop {
        let end = (offset + wanted).min(file.length());
        let current = match segment {
            Some(current) if current.end() >= end => {
                file.check_holds(end).map_err(|error| DataError::io(&error))?;
                current.clone()
            }
            _ => {
                let map_to = (offset + wanted.max(SEGMENT_BYTES)).min(file.length());
                let fresh =
                    file.segment(offset..map_to.max(offset)).map_err(|error| DataError::io(&error))?;
                segment.insert(Arc::new(fresh)).clone()
            }
        };
        if end == file.length() {
            return Ok((ChunkBytes::Mapped(current, offset..end), true));
        }
        match decoder.cut(current.bytes(offset..end))? {
            Cut::At(length) => {
                return Ok((ChunkBytes::Mapped(current, offset..offset + length as u64), false));
            }
            Cut::Incomplete { at_least } => wanted = (at_least as u64).max(wanted + 1),
        }
    }
}

fn next_streamed(
    content: &mut Content,
    (carried, mut buffer): (&mut Vec<u8>, Vec<u8>),
    drained: &mut bool,
    decoder: &dyn Decoder,
    chunk_bytes: usize,
) -> Result<(ChunkBytes, bool), DataError> {
    let mut filled = carried.len();
    let mut wanted = chunk_bytes.max(filled + 1);
    // A buffer only ever grows: what is in it from before is read over.
    buffer.resize(buffer.len().max(wanted), 0);
    buffer[..filled].copy_from_slice(carried);
    loop {
        buffer.resize(buffer.len().max(wanted), 0);
        let reading = Instant::now();
        while filled < wanted && !*drained {
            match content.read_some(&mut buffer[filled..wanted])? {
                0 => *drained = true,
                read => filled += read,
            }
            if reading.elapsed() >= PATIENCE {
                break;
            }
        }
        if *drained {
            return Ok((ChunkBytes::Owned(buffer, filled), true));
        }
        match decoder.cut(&buffer[..filled])? {
            Cut::At(length) => {
                carried.clear();
                carried.extend_from_slice(&buffer[length..filled]);
                return Ok((ChunkBytes::Owned(buffer, length), false));
            }
            Cut::Incomplete { at_least } => wanted = at_least.max(wanted).max(filled + 1),
        }
    }
}
