//! A sink that keeps every event, and a feeder that cuts parts into chunks of any size.

#![allow(dead_code, reason = "each test crate uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use trace_formats::decoder::{Chunk, Cut};
use trace_formats::event::{ChannelId, Event, EventSink, Fact, RegionSetId, Rejection};
use trace_formats::format::{self, LayerJoin};
use trace_formats::input::Input;
use trace_formats::{DataError, Metadata, OpenOptions, OpenedTrace, Part, PartOrder, Span};

/// Where the runs are.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scale-sim")
}

/// Opens a run of the fixtures, whose `.cfg` lies beside it.
pub fn open_run(name: &str) -> OpenedTrace {
    open_joined(name, LayerJoin::default())
}

/// Opens a run of the fixtures with its layers joined as asked.
pub fn open_joined(name: &str, join: LayerJoin) -> OpenedTrace {
    open_path(&fixtures().join(name), &OpenOptions { join, ..OpenOptions::default() })
}

/// Opens any path.
pub fn open_path(path: &Path, options: &OpenOptions) -> OpenedTrace {
    try_open(path, options).unwrap_or_else(|error| panic!("{error}"))
}

/// Opens any path, or says why not.
pub fn try_open(path: &Path, options: &OpenOptions) -> Result<OpenedTrace, DataError> {
    format::open(Input::open(path)?, options)
}

/// An event with names instead of ids, and what its part promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub region: String,
    pub channel: String,
    pub start: i64,
    pub end: i64,
    pub count: u64,
    pub not_before: i64,
}

/// Everything that a trace hands to a sink.
#[derive(Default)]
pub struct Recording {
    pub metadata: Metadata,
    pub events: Vec<Recorded>,
    pub idle_rows: BTreeMap<(String, String), u64>,
    pub facts: Vec<Fact>,
    pub bad: Vec<DataError>,
    pub skips_bad_rows: bool,
    pub names: Vec<String>,
    pub not_before: i64,
}

impl Recording {
    fn intern(&mut self, name: String) -> u32 {
        let known = self.names.iter().position(|known| *known == name);
        known.unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        }) as u32
    }

    /// Counts of a channel by cycle.
    pub fn by_cycle(&self, region: &str, channel: &str) -> BTreeMap<i64, u64> {
        let mut counts = BTreeMap::new();
        for event in self.events.iter().filter(|event| event.region == region && event.channel == channel) {
            *counts.entry(event.start).or_default() += event.count;
        }
        counts
    }

    /// Total by region and channel.
    pub fn totals(&self) -> BTreeMap<(String, String), u64> {
        let mut totals = BTreeMap::new();
        for event in &self.events {
            *totals.entry((event.region.clone(), event.channel.clone())).or_default() += event.count;
        }
        totals
    }

    /// Rows with and without words.
    pub fn rows(&self, region: &str, channel: &str) -> u64 {
        let busy = self.events.iter().filter(|event| event.region == region && event.channel == channel);
        let key = (region.to_owned(), channel.to_owned());
        busy.count() as u64 + self.idle_rows.get(&key).copied().unwrap_or(0)
    }

    /// What the metadata says was left out.
    pub fn skipped(&self, reason: &str, region: &str, channel: &str) -> u64 {
        let all = self.metadata.skipped.iter();
        let matching = all.filter(|skipped| {
            skipped.reason == reason
                && skipped.region.as_deref() == Some(region)
                && skipped.channel.as_deref() == Some(channel)
        });
        matching.map(|skipped| skipped.count).sum()
    }

    /// All notes, one a line.
    pub fn notes(&self) -> String {
        self.metadata.notes.iter().map(|note| format!("{note:?}\n")).collect()
    }
}

impl Recording {
    /// Adds to the metadata what was told as facts.
    fn tell(&mut self) {
        let Metadata { span, regions, skipped, notes, .. } = &mut self.metadata;
        for fact in self.facts.iter().cloned() {
            match fact {
                Fact::Region(region) => {
                    let own = Span { start: region.start, end: region.end };
                    *span = Span::join_all([Some(own), *span].into_iter().flatten());
                    regions.push(region);
                }
                Fact::Skipped(entry) => skipped.push(entry),
                Fact::Note(note) => notes.push(note),
                _ => panic!("{fact:?}"),
            }
        }
    }
}

impl EventSink for Recording {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        Ok(ChannelId(self.intern(format!("{component}/{action}"))))
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        Ok(RegionSetId(self.intern(tags.to_owned())))
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.events.push(Recorded {
            region: self.names[event.regions.0 as usize].clone(),
            channel: self.names[event.channel.0 as usize].clone(),
            start: event.start,
            end: event.end,
            count: event.count,
            not_before: self.not_before,
        });
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.event(event)
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.facts.push(fact);
        Ok(())
    }

    fn idle_rows(&mut self, channel: ChannelId, regions: RegionSetId, rows: u64) {
        let name = |id: u32| self.names[id as usize].clone();
        *self.idle_rows.entry((name(regions.0), name(channel.0))).or_default() += rows;
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        if !self.skips_bad_rows {
            return Err(error);
        }
        self.bad.push(error);
        Ok(())
    }
}

/// Where chunks of at least so many bytes end.
pub fn chunk_ends(bytes: &[u8], at_least: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let from = (at + at_least - 1).min(bytes.len());
        at = memchr_line(&bytes[from..]).map_or(bytes.len(), |length| from + length + 1);
        ends.push(at);
    }
    ends
}

fn memchr_line(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| byte == b'\n')
}

/// Feeds all parts, each in chunks of at least so many bytes.
pub fn record(opened: OpenedTrace, at_least: usize) -> Recording {
    let mut recording = Recording::default();
    record_into(&mut recording, opened, at_least).unwrap_or_else(|error| panic!("{error}"));
    recording
}

/// Feeds all parts into a recording that is set up already.
pub fn record_into(recording: &mut Recording, opened: OpenedTrace, at_least: usize) -> Result<(), DataError> {
    recording.metadata = opened.metadata;
    recording.intern(String::new());
    for part in opened.parts {
        feed(recording, part, at_least)?;
    }
    recording.tell();
    Ok(())
}

fn feed(recording: &mut Recording, mut part: Part, at_least: usize) -> Result<(), DataError> {
    recording.not_before = match part.order {
        PartOrder::NotBefore(cycle) => cycle,
        PartOrder::Lateness(_) | PartOrder::AsTold => i64::MIN,
    };
    let mut bytes = vec![0; 1 << 24];
    let length = part.content.read(&mut bytes)?;
    bytes.truncate(length);
    let (mut at, mut lines) = (0, 0);
    for end in chunk_ends(&bytes, at_least) {
        let is_last = end == bytes.len();
        if !is_last {
            assert_eq!(part.decoder.cut(&bytes[at..end]), Ok(Cut::At(end - at)));
        }
        let lines_before = if part.decoder.numbers_lines() { lines } else { 0 };
        let chunk = Chunk { bytes: &bytes[at..end], offset: at as u64, lines_before, is_last };
        let decoded = part.decoder.decode(&chunk, recording);
        let uncounted = lines - lines_before;
        lines += decoded.map_err(|error| error.after_lines(uncounted).in_file(&part.name))?;
        at = end;
    }
    part.decoder.finish(recording).map(drop)
}

/// Copies a directory.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("create directory");
    for entry in std::fs::read_dir(from).expect("list directory").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copy file");
        }
    }
}
