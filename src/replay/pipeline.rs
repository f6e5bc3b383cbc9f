//! The threads of a run.
//!
//! # How it starts, runs and stops
//!
//! One reader cuts chunks, `threads` workers decode them, and the calling thread merges. For each chunk that it cuts the
//! reader takes two things that there is a bounded number of:
//!
//! * a *token*, `2 × threads + 2` of them: the right to have a chunk's bytes in memory. It goes back as soon as nobody
//!   asks for the bytes any more: from the worker, if it has found no event in them that the merger may have to point
//!   at (a trace of which only the whole is counted), else from the merger. One more chunk may be half cut;
//! * a *turn*, [`TURNS_AHEAD`] more of them: the right to be ahead of the merger. It goes back when the chunk is merged.
//!   What a chunk without its bytes has come to is small (what its decoder keeps of it is the decoder's to bound), so
//!   that there may be many: while the merger lets a part of such a trace tell what it came to, the workers go on with
//!   the next.
//!
//! So memory is bounded by tokens and turns, whatever the speed of each stage, and no stage can wait for another in a
//! circle: when all chunks but those from number n on are merged, all tokens and turns but theirs are back, and the
//! reader takes them in the order of the numbers; so chunk n has both, or gets them, and has a worker and the merger's
//! ear.
//!
//! *End*: the reader returns and drops its sender; the workers drain the channel, return, and drop theirs; the
//! merger's loop ends when the last sender is gone. *Error*: a chunk that cannot be read or decoded travels as
//! an error under its own number, so the first error *in the file* is reported, however threads raced. The
//! merger stops at it and drops its receivers, the turns and the stop channel, on which nothing is ever sent; then
//! the reader finds no turn, the workers see the stop channel closed, and they return; the tokens' last sender goes
//! with them, should the reader wait for one. *Closed pipe or failing sink*: an error of the merger, as before. Only the
//! workers are joined then: the reader may sit in a read of a pipe that says nothing for hours, and ends with the
//! process. *Panic*: a worker's becomes the error of its chunk; the reader's ends its channel, and is found when it
//! is joined. *Interrupt*: the process ends; outputs are written
//! to temporary files that are renamed at the end, so nothing half-written is left under its final name.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::anyhow;
use crossbeam::channel::{Receiver, Sender, bounded, select, unbounded};
use trace_formats::{DataError, Decoder, OpenedTrace, Part};

use super::accumulator::{Accumulator, PartialSums};
use super::dictionary::{Dictionary, NameSet};
use super::digest::InputDigest;
use super::merger::Merger;
use super::options::{DEFAULT_LATENESS_CYCLES, ReplayOptions};
use super::placement::Orders;
use super::run_metadata::{combine_metadata, header_facts};
use super::source::{Chunks, LineCount, OwnedChunk};
use crate::activity::{ActivitySummary, WindowSink, WindowTiming};

/// How many more chunks may be decoded than have a token: as many as workers decode while the merger is about the end of a
/// large part.
const TURNS_AHEAD: usize = 128;

/// How many chunks' bytes may be in memory.
fn token_count(threads: usize) -> usize {
    2 * threads + 2
}

/// What a chunk has become, under its number.
struct Decoded {
    number: u64,
    part: usize,
    outcome: Result<DecodedChunk, DataError>,
}

/// A chunk and what it holds.
struct DecodedChunk {
    sums: PartialSums,
    lines: u64,
    digest: InputDigest,
    /// Without its bytes if its token is back already.
    chunk: OwnedChunk,
    has_token: bool,
}

/// The right to have one more chunk's bytes, with a buffer for them if there is one.
type Token = Option<Vec<u8>>;

type Work = (u64, usize, Result<OwnedChunk, DataError>);

/// What the merger needs to know of a part once the reader has its bytes.
struct PartInfo {
    name: String,
    trace: usize,
    decoder: Arc<dyn Decoder>,
}

/// Replays traces that share one time axis into a sink. `bytes_done` counts decompressed bytes for a painter.
///
/// # Errors
/// The first error in the order of the traces: a record, an unknown channel, a late event, or the sink's own.
pub fn replay(
    traces: Vec<OpenedTrace>,
    names: &dyn NameSet,
    timing: WindowTiming,
    options: &ReplayOptions,
    sink: &mut dyn WindowSink,
    bytes_done: &AtomicU64,
) -> anyhow::Result<(ActivitySummary, Vec<InputDigest>)> {
    let metadata = combine_metadata(&traces, timing.cycles)?;
    let mut digests = vec![InputDigest::default(); traces.len()];
    let (parts, infos) = list_parts(traces);
    let orders = parts.iter().zip(&infos).map(|(part, info)| (part.order, info.trace)).collect();
    let orders = Orders::new(orders, options.lateness_cycles, DEFAULT_LATENESS_CYCLES);
    let mut lines: Vec<LineCount> = parts.iter().map(LineCount::of).collect();
    let dictionary = Dictionary::new(names);
    let mut merger = Merger::new(&dictionary, timing, orders, sink);
    for fact in header_facts(&metadata) {
        merger.fact(fact);
    }
    let mut finisher = Accumulator::new(&dictionary, timing, options.skip_bad_records);
    let workers = Workers { dictionary: &dictionary, infos: &infos, timing };
    workers.run(parts, options, |part, outcome| {
        let (info, lines) = (&infos[part], &mut lines[part]);
        let in_part = |error: DataError| lines.place(error).in_file(&info.name);
        let DecodedChunk { sums, lines: chunk_lines, digest, mut chunk, has_token } =
            outcome.map_err(in_part)?;
        let view = chunk.view();
        merger
            .merge(part, sums, &*info.decoder, &view)
            .map_err(|error| in_file(error, &info.name, in_part))?;
        lines.add(chunk_lines);
        if view.is_last {
            let told = info.decoder.finish(&mut finisher).map_err(|error| error.in_file(&info.name))?;
            merger
                .finish_part(part, finisher.take(), told)
                .map_err(|error| in_file(error, &info.name, |error| error.in_file(&info.name)))?;
        }
        digests[info.trace] += digest;
        bytes_done.fetch_add(digest.bytes, Ordering::Relaxed);
        Ok(has_token.then(|| chunk.let_go()))
    })?;
    Ok((merger.finish(metadata)?, digests))
}

/// An error of the merger with the part's name: in the error of a record, else before the error.
fn in_file(error: anyhow::Error, name: &str, place: impl Fn(DataError) -> DataError) -> anyhow::Error {
    match error.downcast::<DataError>() {
        Ok(error) => place(error).into(),
        Err(error) => error.context(name.to_owned()),
    }
}

/// What the threads of a run share.
struct Workers<'a> {
    dictionary: &'a Dictionary<'a>,
    infos: &'a [PartInfo],
    timing: WindowTiming,
}

impl Workers<'_> {
    /// Starts the reader and the workers, and calls `merge` here with what each chunk has become, in order.
    fn run(
        &self,
        parts: Vec<Part>,
        options: &ReplayOptions,
        mut merge: impl FnMut(usize, Result<DecodedChunk, DataError>) -> anyhow::Result<Option<Token>>,
    ) -> anyhow::Result<()> {
        let threads = options.threads.max(1);
        let in_flight = token_count(threads);
        let (work_sender, work) = bounded::<Work>(in_flight);
        let (done_sender, done) = unbounded::<Decoded>();
        let (token_sender, tokens) = filled::<Token>(in_flight);
        let (turn_sender, turns) = filled::<()>(in_flight + TURNS_AHEAD);
        let (stop_sender, stop) = bounded::<()>(0);
        let reader = {
            let options = options.clone();
            std::thread::spawn(move || read_parts(parts, &options, (&tokens, &turns), &work_sender))
        };
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let (work, stop) = (work.clone(), stop.clone());
                let (done_sender, token_sender) = (done_sender.clone(), token_sender.clone());
                let accumulator = Accumulator::new(self.dictionary, self.timing, options.skip_bad_records);
                scope.spawn(move || {
                    decode_chunks(accumulator, self.infos, (&work, &stop), (&done_sender, &token_sender));
                });
            }
            // Owned by this closure, so that whichever way it returns lets go of the reader and the workers.
            drop(done_sender);
            let (_work, _stop_sender, done) = (work, stop_sender, done);
            let (token_sender, turn_sender) = (token_sender, turn_sender);
            in_order(&done, |part, outcome| {
                if let Some(token) = merge(part, outcome)? {
                    let _ = token_sender.send(token);
                }
                let _ = turn_sender.send(());
                Ok(())
            })
        })?;
        reader.join().map_err(|_| anyhow!("the thread that reads the trace panicked: please report this"))
    }
}

/// A channel that holds as much as it ever will.
fn filled<T: Default>(count: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = bounded(count);
    for _ in 0..count {
        let _ = sender.send(T::default());
    }
    (sender, receiver)
}

/// The reader: chunk after chunk, a turn and a token for each.
fn read_parts(
    parts: Vec<Part>,
    options: &ReplayOptions,
    (tokens, turns): (&Receiver<Token>, &Receiver<()>),
    work: &Sender<Work>,
) {
    let mut parts = parts.into_iter().enumerate();
    let mut current = None;
    for number in 0.. {
        let Ok(()) = turns.recv() else { return };
        let Ok(buffer) = tokens.recv() else { return };
        let Some((index, chunk)) = next_chunk(&mut parts, &mut current, options, buffer) else { return };
        let failed = chunk.is_err();
        if work.send((number, index, chunk)).is_err() || failed {
            return;
        }
    }
}

/// The next chunk of the current part, or of the next one that has any.
fn next_chunk(
    parts: &mut impl Iterator<Item = (usize, Part)>,
    current: &mut Option<(usize, Chunks)>,
    options: &ReplayOptions,
    mut buffer: Option<Vec<u8>>,
) -> Option<(usize, Result<OwnedChunk, DataError>)> {
    loop {
        if let Some((index, chunks)) = current
            && let Some(chunk) = chunks.next_chunk(|| buffer.take()).transpose()
        {
            return Some((*index, chunk));
        }
        let (index, part) = parts.next()?;
        match Chunks::new(part, options.chunk_bytes, options.io) {
            Ok(chunks) => *current = Some((index, chunks)),
            Err(error) => return Some((index, Err(error))),
        }
    }
}

/// A worker: decodes until there is no more work or nobody to tell.
fn decode_chunks(
    mut accumulator: Accumulator<'_>,
    infos: &[PartInfo],
    (work, stop): (&Receiver<Work>, &Receiver<()>),
    (done, tokens): (&Sender<Decoded>, &Sender<Token>),
) {
    loop {
        let (number, part, chunk) = select! {
            recv(work) -> work => match work {
                Ok(work) => work,
                Err(_) => return,
            },
            recv(stop) -> _ => return,
        };
        let outcome = chunk.and_then(|mut chunk| {
            let info = &infos[part];
            let decode = AssertUnwindSafe(|| decode_chunk(&*info.decoder, &chunk, &mut accumulator));
            // A chunk that is lost would be waited for forever. After a panic this worker takes no further chunk
            // that could see a half-filled accumulator: the error ends the run.
            let decoded = catch_unwind(decode).unwrap_or_else(|_| Err(panicked(&chunk)));
            let (sums, lines, digest) = decoded?;
            let has_token = !sums.is_without_events();
            if !has_token {
                let _ = tokens.send(chunk.let_go());
            }
            Ok(DecodedChunk { sums, lines, digest, chunk, has_token })
        });
        if done.send(Decoded { number, part, outcome }).is_err() {
            return;
        }
    }
}

fn decode_chunk(
    decoder: &dyn Decoder,
    chunk: &OwnedChunk,
    accumulator: &mut Accumulator<'_>,
) -> Result<(PartialSums, u64, InputDigest), DataError> {
    let view = chunk.view();
    let decoded = decoder.decode(&view, accumulator);
    let sums = accumulator.take();
    Ok((sums, decoded?, InputDigest::of(view.bytes)))
}

fn panicked(chunk: &OwnedChunk) -> DataError {
    let error = DataError::new(
        "internal",
        "records that made the decoder panic",
        "a decoder that explains what it cannot read",
        "this is a fault of nm-trace: please report it with the records from here on",
    );
    chunk.view().locate(error, 0)
}

/// Calls `merge` with what the chunks have become in the order of their numbers. Those that overtake wait here; there are
/// never more than turns.
fn in_order(
    done: &Receiver<Decoded>,
    mut merge: impl FnMut(usize, Result<DecodedChunk, DataError>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for decoded in done {
        waiting.insert(decoded.number, decoded);
        while let Some(decoded) = waiting.remove(&next) {
            merge(decoded.part, decoded.outcome)?;
            next += 1;
        }
    }
    Ok(())
}

fn list_parts(traces: Vec<OpenedTrace>) -> (Vec<Part>, Vec<PartInfo>) {
    let mut parts = Vec::new();
    let mut infos = Vec::new();
    for (trace, opened) in traces.into_iter().enumerate() {
        for part in opened.parts {
            infos.push(PartInfo { name: part.name.clone(), trace, decoder: part.decoder.clone() });
            parts.push(part);
        }
    }
    (parts, infos)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
