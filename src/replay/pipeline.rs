//! The threads of a run.
//!
//! # How it starts, runs and stops
//!
//! One reader cuts chunks, `threads` workers decode them, and the calling thread merges. At most
//! `2 × threads + 2` chunks exist at a time: the reader takes a token for each, and the merger gives it back
//! when the chunk is merged. So memory is bounded by the tokens, whatever the speed of each stage, and no
//! stage can wait for another in a circle: the oldest chunk always has a token, a worker and the merger's ear.
//!
//! *End*: the reader returns and drops its sender; the workers drain the channel, return, and drop theirs; the
//! merger's loop ends when the last sender is gone. *Error*: a chunk that cannot be read or decoded travels as
//! an error under its own number, so the first error *in the file* is reported, however threads raced. The
//! merger stops at it and drops its receivers and the tokens; then the reader finds no token and the workers
//! nobody to send to, and both return. *Closed pipe or failing sink*: an error of the merger, as before.
//! *Panic*: `std::thread::scope` joins all and passes it on. *Interrupt*: the process ends; outputs are written
//! to temporary files that are renamed at the end, so nothing half-written is left under its final name.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use crossbeam::channel::{Receiver, Sender, bounded, unbounded};
use trace_formats::event::Fact;
use trace_formats::{DataError, Decoder, Metadata, OpenedTrace, Part};

use super::accumulator::{Accumulator, PartialSums};
use super::dictionary::{Dictionary, NameSet};
use super::lateness::Orders;
use super::merger::Merger;
use super::source::{Chunks, OwnedChunk};
use crate::activity::{ActivitySummary, WindowSink, WindowTiming};

/// How many bytes a chunk has, about: small enough for a core's cache, large enough to forget its overhead.
pub const DEFAULT_CHUNK_BYTES: usize = 256 * 1024;

/// How many cycles an event may start before the latest one ahead of it, unless the trace or the user says.
pub const DEFAULT_LATENESS_CYCLES: u64 = 1_000_000;

/// How regular files are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Io {
    /// Mapped into memory, piece by piece.
    #[default]
    Map,
    /// Read into buffers; for files that may still change.
    Read,
}

/// How a run is read.
#[derive(Clone, Debug)]
pub struct ReplayOptions {
    /// Worker threads, at least 1.
    pub threads: usize,
    /// About how many bytes a chunk has. Does not change any result.
    pub chunk_bytes: usize,
    /// How regular files are read. Does not change any result.
    pub io: Io,
    /// Skip records that cannot be decoded, and count them by reason.
    pub skip_bad_records: bool,
    /// Lateness in cycles that wins over the trace's own.
    pub lateness_cycles: Option<u64>,
}

impl Default for ReplayOptions {
    fn default() -> ReplayOptions {
        ReplayOptions {
            threads: 1,
            chunk_bytes: DEFAULT_CHUNK_BYTES,
            io: Io::Map,
            skip_bad_records: false,
            lateness_cycles: None,
        }
    }
}

/// Size and checksum of what was read of one trace: its records, decompressed, without headers.
#[derive(Clone, Debug, Default)]
pub struct InputDigest {
    /// Bytes of records.
    pub bytes: u64,
    /// CRC-32 of them, one part after another.
    pub crc32: u32,
}

/// What a chunk has become, under its number.
struct Decoded {
    number: u64,
    part: usize,
    outcome: Result<(PartialSums, crc32fast::Hasher, OwnedChunk), DataError>,
}

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
    let mut digests = vec![crc32fast::Hasher::new(); traces.len()];
    let mut sizes = vec![0; traces.len()];
    let (parts, infos) = list_parts(traces);
    let orders = parts.iter().map(|part| part.order).collect();
    let dictionary = Dictionary::new(names);
    let orders = Orders::new(orders, options.lateness_cycles, DEFAULT_LATENESS_CYCLES);
    let mut merger = Merger::new(&dictionary, timing, orders, sink);
    for fact in header_facts(&metadata) {
        merger.fact(fact);
    }
    let threads = options.threads.max(1);
    let in_flight = 2 * threads + 2;
    let (work_sender, work) = bounded::<Work>(in_flight);
    let (done_sender, done) = unbounded::<Decoded>();
    let (token_sender, tokens) = bounded::<()>(in_flight);
    std::thread::scope(|scope| {
        scope.spawn(move || read_parts(parts, options, &tokens, &work_sender));
        for _ in 0..threads {
            let (work, done_sender, infos) = (work.clone(), done_sender.clone(), &infos);
            let accumulator = Accumulator::new(&dictionary, timing.cycles, options.skip_bad_records);
            scope.spawn(move || decode_chunks(accumulator, infos, &work, &done_sender));
        }
        drop((work, done_sender));
        // Owned by this closure, so that returning early lets go of the reader and the workers.
        let (token_sender, done) = (token_sender, done);
        for _ in 0..in_flight {
            let _ = token_sender.send(());
        }
        in_order(&done, |part, sums, digest, chunk| {
            let info = &infos[part];
            let view = chunk.view();
            merger.merge(part, sums, &*info.decoder, &view).map_err(|error| {
                match error.downcast::<DataError>() {
                    Ok(error) => error.in_file(&info.name).into(),
                    Err(error) => error.context(info.name.clone()),
                }
            })?;
            digests[info.trace].combine(&digest);
            sizes[info.trace] += view.bytes.len() as u64;
            bytes_done.fetch_add(view.bytes.len() as u64, Ordering::Relaxed);
            let _ = token_sender.send(());
            Ok(())
        })
    })?;
    let summary = merger.finish(metadata)?;
    let inputs = digests
        .into_iter()
        .zip(sizes)
        .map(|(digest, bytes)| InputDigest { bytes, crc32: digest.finalize() })
        .collect();
    Ok((summary, inputs))
}

/// The reader: chunk after chunk, part after part, a token for each.
fn read_parts(parts: Vec<Part>, options: &ReplayOptions, tokens: &Receiver<()>, work: &Sender<Work>) {
    let mut number = 0;
    for (index, part) in parts.into_iter().enumerate() {
        let name = part.name.clone();
        let chunks = Chunks::new(part, options.chunk_bytes, options.io == Io::Map);
        let (mut chunks, mut failure) = match chunks {
            Ok(chunks) => (Some(chunks), None),
            Err(error) => (None, Some(error)),
        };
        while let Some(chunk) = failure.take().map(Err).or_else(|| chunks.as_mut()?.next_chunk().transpose())
        {
            let failed = chunk.is_err();
            let chunk = chunk.map_err(|error| error.in_file(&name));
            if tokens.recv().is_err() || work.send((number, index, chunk)).is_err() || failed {
                return;
            }
            number += 1;
        }
    }
}

/// A worker: decodes until there is no more work or nobody to tell.
fn decode_chunks(
    mut accumulator: Accumulator<'_>,
    infos: &[PartInfo],
    work: &Receiver<Work>,
    done: &Sender<Decoded>,
) {
    for (number, part, chunk) in work {
        let outcome = chunk.and_then(|chunk| {
            let info = &infos[part];
            let view = chunk.view();
            let decoded = info.decoder.decode(&view, &mut accumulator);
            let sums = accumulator.take();
            decoded.map_err(|error| error.in_file(&info.name))?;
            let mut digest = crc32fast::Hasher::new();
            digest.update(view.bytes);
            Ok((sums, digest, chunk))
        });
        if done.send(Decoded { number, part, outcome }).is_err() {
            return;
        }
    }
}

/// Calls `merge` with the decoded chunks in the order of their numbers. Those that overtake wait here; there are
/// never more than tokens.
fn in_order(
    done: &Receiver<Decoded>,
    mut merge: impl FnMut(usize, PartialSums, crc32fast::Hasher, OwnedChunk) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for decoded in done {
        waiting.insert(decoded.number, decoded);
        while let Some(decoded) = waiting.remove(&next) {
            let (sums, digest, chunk) = decoded.outcome?;
            merge(decoded.part, sums, digest, chunk)?;
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

/// What several traces of one run say of themselves together.
fn combine_metadata(traces: &[OpenedTrace], window_cycles: u64) -> anyhow::Result<Metadata> {
    let mut traces = traces.iter();
    let mut all = traces.next().context("no trace was given")?.metadata.clone();
    for OpenedTrace { metadata, .. } in traces {
        if metadata.count_fraction_bits != all.count_fraction_bits {
            bail!(
                "found traces with count_fraction_bits {} and {}, expected the same in all traces of one run; convert \
                 one of them",
                all.count_fraction_bits,
                metadata.count_fraction_bits
            );
        }
        if let (Some(one), Some(other)) = (all.clock_hz, metadata.clock_hz)
            && one != other
        {
            bail!(
                "found traces with clocks of {one} Hz and {other} Hz, expected one clock in all traces of a run"
            );
        }
        all.clock_hz = all.clock_hz.or(metadata.clock_hz);
        all.inferences = all.inferences.or(metadata.inferences);
        all.binding = all.binding.or_else(|| metadata.binding.clone());
        all.window_cycles = all.window_cycles.max(metadata.window_cycles);
        if let Some(span) = metadata.span {
            let start = all.span.map_or(span.start, |all| all.start.min(span.start));
            let end = all.span.map_or(span.end, |all| all.end.max(span.end));
            all.span = Some(trace_formats::Span { start, end });
        }
        all.regions.extend(metadata.regions.iter().cloned());
        all.skipped.extend(metadata.skipped.iter().cloned());
        all.notes.extend(metadata.notes.iter().cloned());
    }
    if let Some(source) = all.window_cycles
        && (source == 0 || !window_cycles.is_multiple_of(source))
    {
        bail!(
            "found a trace of sums over windows of {source} cycles, expected a --window that is a multiple of it, not \
             {window_cycles} cycles; choose --window {}",
            window_cycles.div_ceil(source.max(1)) * source
        );
    }
    Ok(all)
}

/// What a header says, as the facts that it would be between the events.
fn header_facts(metadata: &Metadata) -> impl Iterator<Item = Fact> + '_ {
    let span = metadata.span.into_iter().map(Fact::Span);
    let regions = metadata.regions.iter().cloned().map(Fact::Region);
    let skipped = metadata.skipped.iter().cloned().map(Fact::Skipped);
    span.chain(regions).chain(skipped).chain(metadata.notes.iter().cloned().map(Fact::Note))
}
