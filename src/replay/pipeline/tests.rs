//! Threads race, and neither the sums nor the bounds see it.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use trace_formats::decoder::{Chunk, Cut, cut_lines};
use trace_formats::input::Content;
use trace_formats::{EventSink, Metadata, PartOrder};

use super::*;
use crate::activity::ChannelName;
use crate::replay::AdmitAll;

/// Panics at a line that says so, else counts lines as events, one a cycle.
struct Lines;

impl Decoder for Lines {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        cut_lines(bytes)
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        let channel = sink.channel("unit", "act")?;
        for (line, text) in
            chunk.bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).enumerate()
        {
            assert!(text != b"panic", "as asked for");
            let start = (chunk.lines_before + line as u64) as i64;
            let regions = trace_formats::RegionSetId::NONE;
            sink.event(trace_formats::Event { channel, regions, start, end: start + 1, count: 1 })?;
        }
        Ok(memchr::memchr_iter(b'\n', chunk.bytes).count() as u64)
    }

    fn numbers_lines(&self) -> bool {
        true
    }
}

struct Dropped;

impl WindowSink for Dropped {
    fn window(&mut self, _: i64, _: &[ChannelName], _: &[u64]) -> anyhow::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _: &ActivitySummary) -> anyhow::Result<()> {
        Ok(())
    }
}

const THREADS: usize = 3;

const CHUNK_BYTES: usize = 8;

/// Replays parts of one trace, and counts the bytes that are merged.
fn replay_parts(
    contents: impl IntoIterator<Item = Content>,
    decoder: Arc<dyn Decoder>,
    merged: &AtomicU64,
) -> anyhow::Result<ActivitySummary> {
    let order = PartOrder::Lateness(None);
    let part = |content| {
        let (name, decoder) = ("lines".to_owned(), decoder.clone());
        Part { name, content, header_bytes: 0, header_lines: 0, decoder, order }
    };
    let parts = contents.into_iter().map(part).collect();
    let trace = OpenedTrace { format: "lines", metadata: Metadata::default(), parts };
    let timing = WindowTiming { cycles: 10, clock_hz: 1e9, count_fraction_bits: 0 };
    let options = ReplayOptions { threads: THREADS, chunk_bytes: CHUNK_BYTES, ..ReplayOptions::default() };
    Ok(replay(vec![trace], &AdmitAll, timing, &options, &mut Dropped, merged)?.0)
}

fn run(content: Content) -> anyhow::Result<ActivitySummary> {
    replay_parts([content], Arc::new(Lines), &AtomicU64::new(0))
}

#[test]
fn every_line_is_counted_however_chunks_overtake_each_other() {
    let summary = run(Content::from_bytes(b"a\n".repeat(10_000))).unwrap();
    assert_eq!(summary.totals.values().copied().sum::<u128>(), 10_000);
    assert_eq!(summary.coverage.events, 10_000);
}

#[test]
fn a_decoder_that_panics_ends_the_run_with_its_place_and_not_with_a_hang() {
    let mut bytes = b"a\n".repeat(1000);
    bytes.extend(b"panic\n");
    bytes.extend(b"a\n".repeat(1000));
    let message = run(Content::from_bytes(bytes)).unwrap_err().to_string();
    assert!(message.contains("lines: line ") && message.contains("please report"), "{message}");
}

/// A pipe whose writer has said something and now says nothing.
struct Silent(&'static [u8]);

impl std::io::Read for Silent {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            std::thread::sleep(Duration::from_secs(3600));
        }
        let length = self.0.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

#[test]
fn an_error_is_reported_while_the_reader_waits_for_a_silent_pipe() {
    let silent = Silent(b"a\na\na\na\npanic\na\na\na\na\na\n");
    let input = trace_formats::input::Input::from_reader("pipe", Box::new(silent)).unwrap();
    assert!(run(input.into_content().unwrap()).is_err());
}

/// Notes how far workers get ahead of the merger, which the end of the first part holds up until they have come so far.
struct Ahead {
    /// Lines become events; else they are but seen, and the end of a part says an event.
    says_events: bool,
    held_until: u64,
    merged: Arc<AtomicU64>,
    progress: Mutex<Progress>,
    moved: Condvar,
}

#[derive(Default)]
struct Progress {
    decoded: u64,
    furthest_ahead: u64,
    has_been_held: bool,
    has_come_so_far: bool,
}

impl Decoder for Ahead {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        cut_lines(bytes)
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        {
            let mut progress = self.progress.lock().unwrap();
            progress.decoded += chunk.bytes.len() as u64;
            let ahead = progress.decoded - self.merged.load(Ordering::Relaxed);
            progress.furthest_ahead = progress.furthest_ahead.max(ahead);
        }
        self.moved.notify_all();
        if self.says_events { Lines.decode(chunk, sink) } else { Ok(chunk.bytes.len() as u64 / 2) }
    }

    fn finish(&self, sink: &mut dyn EventSink) -> Result<Option<i64>, DataError> {
        let mut progress = self.progress.lock().unwrap();
        if !progress.has_been_held {
            progress.has_been_held = true;
            let is_short = |progress: &mut Progress| progress.decoded < self.held_until;
            let patience = Duration::from_secs(60);
            let held = self.moved.wait_timeout_while(progress, patience, is_short).unwrap();
            (progress, _) = held;
            progress.has_come_so_far = progress.decoded >= self.held_until;
        }
        let (channel, regions) = (sink.channel("unit", "act")?, trace_formats::RegionSetId::NONE);
        sink.event(trace_formats::Event { channel, regions, start: 0, end: 1, count: 1 })?;
        Ok(None)
    }
}

/// Whether workers come so many chunks far while the end of the first part holds up the merger, and how many chunks they
/// are ahead of it at most.
fn run_ahead(says_events: bool, chunks: usize) -> (bool, u64) {
    let merged = Arc::new(AtomicU64::new(0));
    let decoder = Arc::new(Ahead {
        says_events,
        held_until: (CHUNK_BYTES * chunks) as u64,
        merged: merged.clone(),
        progress: Mutex::default(),
        moved: Condvar::new(),
    });
    let content = |chunks: usize| Content::from_bytes(b"a\n".repeat(chunks * CHUNK_BYTES / 2));
    replay_parts([content(1), content(10_000)], decoder.clone(), &merged).unwrap();
    let progress = decoder.progress.lock().unwrap();
    (progress.has_come_so_far, progress.furthest_ahead / CHUNK_BYTES as u64)
}

#[test]
fn workers_go_on_without_events_while_a_part_ends_but_no_further_than_their_turns() {
    let turns = token_count(THREADS) + TURNS_AHEAD;
    // The first part's last chunk, an empty one, has a turn too; the chunk before it is merged.
    let (has_come_so_far, furthest) = run_ahead(false, 1 + turns - 1);
    assert!(has_come_so_far);
    assert!(furthest <= turns as u64, "{furthest}");
}

#[test]
fn no_more_chunks_with_events_are_in_memory_than_there_are_tokens() {
    let (has_come_so_far, furthest) = run_ahead(true, 1 + token_count(THREADS));
    assert!(has_come_so_far);
    assert!(furthest <= token_count(THREADS) as u64, "{furthest}");
}
