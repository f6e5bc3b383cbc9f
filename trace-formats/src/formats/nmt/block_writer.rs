//! Blocks to bytes: encoded and written by a thread of their own while the records of the next are gathered.

use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};

use crate::error::DataError;
use crate::event::Rejection;
use crate::formats::nmt::block::Columns;
use crate::formats::nmt::column_writer::ColumnWriter;
use crate::formats::nmt::frame::{self, BlockKind, bad_block};
use crate::formats::nmt::index::encode_end;
use crate::formats::nmt::wire::{self, Footer, IndexEntry};
use crate::metadata::Span;

/// Blocks that wait for the thread. So few bound the memory, and how late a failed write is told.
const WAITING_BLOCKS: usize = 2;
/// Entries of an index block, of at most 31 bytes each.
const INDEX_ENTRIES: usize = 1 << 14;
/// The most index blocks, and so 2³⁰ blocks in all: what one footer can list.
const MAX_INDEX_BLOCKS: usize = 1 << 16;

/// What becomes a block.
pub enum Block {
    /// Events or window sums, behind their encoded names.
    Records { kind: BlockKind, names: Vec<u8>, columns: Columns },
    /// Facts, encoded.
    Facts { facts: u32, payload: Vec<u8> },
}

/// The gatherer's end. When it is dropped unfinished the thread ends, and lets go of the output, before anything else
/// happens: whoever removes what was written does so behind it.
pub struct BlockWriter {
    /// Until it is finished.
    running: Option<(SyncSender<Block>, JoinHandle<Encoder>)>,
    failure: Arc<OnceLock<DataError>>,
}

impl BlockWriter {
    /// Goes on behind the `offset` bytes that were written.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub fn start(output: Box<dyn Write + Send>, offset: u64) -> Result<BlockWriter, DataError> {
        let (blocks, received) = sync_channel(WAITING_BLOCKS);
        let failure = Arc::new(OnceLock::new());
        let encoder = Encoder {
            output,
            offset,
            index: Vec::new(),
            footer: Footer::default(),
            column_writer: ColumnWriter::default(),
            failure: failure.clone(),
        };
        let thread = thread::Builder::new().spawn(move || encoder.run(&received));
        let thread = thread.map_err(|error| DataError::io(&error))?;
        Ok(BlockWriter { running: Some((blocks, thread)), failure })
    }

    /// Writes a block some time later. After a failure it writes nothing, and [`BlockWriter::check`] says so.
    pub fn write(&self, block: Block) {
        let sent = self.running.as_ref().is_some_and(|(blocks, _)| blocks.send(block).is_ok());
        if !sent {
            self.fail(lost_thread());
        }
    }

    /// Writes nothing more, for this reason.
    pub fn fail(&self, error: DataError) {
        let _ = self.failure.set(error);
    }

    /// Refuses to go on once a write has failed.
    pub fn check(&self) -> Result<(), Rejection> {
        self.failure.get().map_or(Ok(()), |failure| Err(failure.rejection()))
    }

    /// Writes what remains and the end of the file.
    ///
    /// # Errors
    /// The first failure.
    pub fn finish(mut self) -> Result<(), DataError> {
        self.end().ok_or_else(lost_thread)?.finish()
    }

    /// Lets the thread write what waits, and ends it. `None` if it panicked or has ended before.
    fn end(&mut self) -> Option<Encoder> {
        let (blocks, thread) = self.running.take()?;
        drop(blocks);
        thread.join().ok()
    }
}

impl Drop for BlockWriter {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.fail(DataError::new("unfinished", "a trace that was given up", "nothing more to write", ""));
            drop(self.end());
        }
    }
}

fn lost_thread() -> DataError {
    DataError::new(
        "internal",
        "a block that made the writer panic",
        "blocks that can be written",
        "this is a fault of nm-trace: please report it with the trace",
    )
}

/// The thread's end: encodes blocks, writes them and remembers where they are.
struct Encoder {
    output: Box<dyn Write + Send>,
    offset: u64,
    index: Vec<IndexEntry>,
    footer: Footer,
    column_writer: ColumnWriter,
    failure: Arc<OnceLock<DataError>>,
}

impl Encoder {
    fn run(mut self, blocks: &Receiver<Block>) -> Encoder {
        for block in blocks {
            match block {
                Block::Facts { facts, payload } => self.write(BlockKind::Facts, facts, None, &payload),
                Block::Records { kind, mut names, columns } => {
                    columns.encode(&mut self.column_writer, &mut names);
                    self.write(kind, columns.len() as u32, columns.cycles(), &names);
                }
            }
        }
        self
    }

    fn write(&mut self, kind: BlockKind, records: u32, cycles: Option<Span>, payload: &[u8]) {
        self.index.push(IndexEntry { offset: self.offset, kind: kind as u16, records, cycles });
        let total = match kind {
            BlockKind::Events => &mut self.footer.events,
            BlockKind::Windows => &mut self.footer.windows,
            _ => &mut self.footer.facts,
        };
        *total += u64::from(records);
        self.write_block(kind, records, payload);
        if self.index.len() == INDEX_ENTRIES {
            self.write_index();
        }
    }

    fn write_index(&mut self) {
        if self.footer.index_blocks.len() == MAX_INDEX_BLOCKS {
            self.fail(bad_block("more blocks than one file can index", "a shorter trace"));
        }
        self.footer.index_blocks.push(self.offset);
        match wire::encode(&self.index) {
            Ok(payload) => self.write_block(BlockKind::Index, self.index.len() as u32, &payload),
            Err(error) => self.fail(error),
        }
        self.index.clear();
    }

    fn write_block(&mut self, kind: BlockKind, records: u32, payload: &[u8]) {
        match frame::frame(kind, records, payload) {
            Ok(block) => self.write_bytes(&block),
            Err(error) => self.fail(error),
        }
    }

    fn write_bytes(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        if self.failure.get().is_none()
            && let Err(error) = self.output.write_all(bytes)
        {
            self.fail(DataError::write(&error));
        }
    }

    fn fail(&mut self, error: DataError) {
        let _ = self.failure.set(error);
    }

    fn finish(mut self) -> Result<(), DataError> {
        if !self.index.is_empty() {
            self.write_index();
        }
        self.footer.offset = self.offset;
        let end = encode_end(&self.footer)?;
        self.write_bytes(&end);
        match self.failure.get() {
            Some(error) => Err(error.clone()),
            None => self.output.flush().map_err(|error| DataError::write(&error)),
        }
    }
}
