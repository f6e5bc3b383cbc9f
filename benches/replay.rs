//! Speed of each stage of a replay: decoding alone, by format; adding up and merging alone; all of them with one worker and
//! with two; pricing alone.
//!
//! `cargo bench --bench replay` runs it, `-- decode` one stage of it. The traces are made in a temporary directory and have some tens
//! of megabytes; the run is the fixture `conv_ws_calc`. Whole programs, gigabytes and other tools: `benches/compare.py`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nm_trace::activity::{ActivitySummary, ChannelName, WindowSink, WindowTiming};
use nm_trace::chip;
use nm_trace::power::{Binding, Pricing, PricingOptions};
use nm_trace::replay::{AdmitAll, DEFAULT_CHUNK_BYTES, Io, ReplayOptions, decode_in_order, replay};
use trace_formats::decoder::{Chunk, Cut};
use trace_formats::event::Fact;
use trace_formats::input::{Content, Input};
use trace_formats::writer::WRITABLE_FORMATS;
use trace_formats::{
    ChannelId, DataError, Decoder, Event, EventSink, Metadata, OpenOptions, OpenedTrace, Part, PartOrder,
    RegionSetId, Rejection, format,
};

/// Cycles of the made-up run: four channels act in each.
const CYCLES: i64 = 250_000;
/// How many events are handed on at a time.
const BATCH: usize = 256;
const NAMES: [(&str, &str); 4] =
    [("unified_buffer", "read"), ("tensor_unit", "mac"), ("accumulators", "write"), ("dram", "read")];
const TIMING: WindowTiming = WindowTiming { cycles: 1000, clock_hz: 700e6, count_fraction_bits: 0 };

/// Drops windows.
struct Dropped;

impl WindowSink for Dropped {
    fn window(&mut self, index: i64, _: &[ChannelName], counts: &[u64]) -> anyhow::Result<()> {
        black_box((index, counts));
        Ok(())
    }

    fn finish(&mut self, summary: &ActivitySummary) -> anyhow::Result<()> {
        black_box(summary);
        Ok(())
    }
}

/// Counts events and drops them.
#[derive(Default)]
struct Counted {
    channels: u32,
    events: u64,
    sum: u64,
}

impl EventSink for Counted {
    fn channel(&mut self, _: &str, _: &str) -> Result<ChannelId, Rejection> {
        self.channels += 1;
        Ok(ChannelId(self.channels))
    }

    fn regions(&mut self, _: &str) -> Result<RegionSetId, Rejection> {
        Ok(RegionSetId::NONE)
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.events += 1;
        self.sum = self.sum.wrapping_add(event.start as u64 ^ event.end as u64 ^ event.count);
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.event(event)
    }

    fn fact(&mut self, _: Fact) -> Result<(), Rejection> {
        Ok(())
    }
}

/// Takes each byte for an event of a given length, so that next to nothing is decoded.
struct Free {
    length: i64,
}

impl Decoder for Free {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        Ok(Cut::At(bytes.len()))
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        let channels = NAMES.map(|(component, action)| sink.channel(component, action).unwrap());
        let mut batch = Vec::with_capacity(BATCH);
        for first in (0..chunk.bytes.len()).step_by(BATCH) {
            batch.clear();
            batch.extend((first..chunk.bytes.len().min(first + BATCH)).map(|at| {
                let (channel, regions) = (channels[at % channels.len()], RegionSetId::NONE);
                let start = (chunk.offset as i64 + at as i64) / channels.len() as i64;
                Event { channel, regions, start, end: start + self.length, count: at as u64 % 64 }
            }));
            sink.events(&batch).unwrap();
        }
        Ok(0)
    }
}

fn write_events(sink: &mut dyn EventSink) {
    let regions = sink.regions("layer:conv1").unwrap();
    let channels = NAMES.map(|(component, action)| sink.channel(component, action).unwrap());
    for start in 0..CYCLES {
        for (number, channel) in channels.into_iter().enumerate() {
            let count = (start as u64 * 7919 + number as u64) % 65_536;
            sink.event(Event { channel, regions, start, end: start + 1, count }).unwrap();
        }
    }
}

/// An SRAM trace as an output-stationary array of 32 x 32 writes it: skewed, -1 where a port is idle.
fn sram_rows() -> String {
    let (ports, length) = (32, 1200);
    let row = |cycle: i64| {
        let step = cycle % (length + ports);
        let word = |port| if (port..port + length).contains(&step) { 96 * port + step } else { -1 };
        let words: Vec<String> = (0..ports).map(|port| word(port).to_string()).collect();
        format!("{},{}\n", cycle + 1, words.join(","))
    };
    (0..CYCLES / 2).map(row).collect()
}

fn traces(directory: &Path) -> Vec<(&'static str, PathBuf)> {
    let mut traces: Vec<_> = WRITABLE_FORMATS
        .iter()
        .map(|format| {
            let path = directory.join(format!("events.{}", format.extension));
            let file = std::fs::File::create(&path).unwrap();
            let mut writer = (format.create)(Box::new(file), &Metadata::default()).unwrap();
            write_events(&mut *writer);
            writer.finish().unwrap();
            (format.extension, path)
        })
        .collect();
    let sram = directory.join("IFMAP_SRAM_TRACE.csv");
    std::fs::write(&sram, sram_rows()).unwrap();
    traces.push(("scale-sim-sram", sram));
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scale-sim/conv_ws_calc");
    traces.push(("scale-sim-run", run));
    traces
}

fn open(path: &Path) -> OpenedTrace {
    format::open(Input::open(path).unwrap(), &OpenOptions::default()).unwrap()
}

fn replayed(trace: OpenedTrace, threads: usize, chunk_bytes: usize, sink: &mut dyn WindowSink) {
    let options = ReplayOptions { threads, chunk_bytes, ..ReplayOptions::default() };
    replay(vec![trace], &AdmitAll, TIMING, &options, sink, &AtomicU64::new(0)).unwrap();
}

fn by_format(criterion: &mut Criterion) {
    let scratch = tempfile::tempdir().unwrap();
    for (name, path) in traces(scratch.path()) {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        group.throughput(Throughput::Bytes(bytes_below(&path)));
        group.bench_function("decode", |bencher| {
            bencher.iter(|| {
                let mut sink = Counted::default();
                decode_in_order(open(&path), DEFAULT_CHUNK_BYTES, Io::Map, &mut sink, |_| ()).unwrap();
                black_box((sink.events, sink.sum));
            });
        });
        for threads in [1, 2] {
            group.bench_with_input(BenchmarkId::new("threads", threads), &threads, |bencher, &threads| {
                bencher.iter(|| replayed(open(&path), threads, DEFAULT_CHUNK_BYTES, &mut Dropped));
            });
        }
        group.finish();
    }
}

/// Events that cost nothing to decode: in chunks of the usual size for adding up, in small ones for merging.
fn sums(criterion: &mut Criterion) {
    const EVENTS: usize = 4_000_000;
    let mut group = criterion.benchmark_group("sums");
    group.sample_size(10);
    group.throughput(Throughput::Elements(EVENTS as u64));
    let cases = [
        ("events of 1 cycle", 1, DEFAULT_CHUNK_BYTES),
        ("events of 100 windows", 100_000, DEFAULT_CHUNK_BYTES),
        ("events of 4000 windows", 4_000_000, DEFAULT_CHUNK_BYTES),
        ("merge every 4096 events", 1, 4096),
    ];
    for (name, length, chunk_bytes) in cases {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let part = Part {
                    name: name.to_owned(),
                    content: Content::from_bytes(vec![0; EVENTS]),
                    header_bytes: 0,
                    header_lines: 0,
                    decoder: Arc::new(Free { length }),
                    order: PartOrder::Lateness(None),
                };
                let trace = OpenedTrace { format: "free", metadata: Metadata::default(), parts: vec![part] };
                replayed(trace, 1, chunk_bytes, &mut Dropped);
            });
        });
    }
    group.finish();
}

/// Keeps the windows of a run.
#[derive(Default)]
struct Kept {
    channels: Vec<ChannelName>,
    windows: Vec<(i64, Vec<u64>)>,
    summary: Option<ActivitySummary>,
}

impl WindowSink for Kept {
    fn window(&mut self, index: i64, channels: &[ChannelName], counts: &[u64]) -> anyhow::Result<()> {
        self.channels = channels.to_vec();
        self.windows.push((index, counts.to_vec()));
        Ok(())
    }

    fn finish(&mut self, summary: &ActivitySummary) -> anyhow::Result<()> {
        self.summary = Some(summary.clone());
        Ok(())
    }
}

fn pricing(criterion: &mut Criterion) {
    let scratch = tempfile::tempdir().unwrap();
    let (_, path) = traces(scratch.path()).swap_remove(0);
    let mut kept = Kept::default();
    replayed(open(&path), 2, DEFAULT_CHUNK_BYTES, &mut kept);
    let pat = chip::load("tpu-v1").unwrap();
    let binding = Binding::new(&pat, None, None).unwrap();
    let mut group = criterion.benchmark_group("price");
    group.throughput(Throughput::Elements(kept.windows.len() as u64));
    group.bench_function("windows", |bencher| {
        bencher.iter(|| {
            let mut pricing = Pricing::new(&pat, &binding, TIMING, PricingOptions::default(), None).unwrap();
            for (index, counts) in &kept.windows {
                pricing.window(*index, &kept.channels[..counts.len()], counts).unwrap();
            }
            pricing.finish(kept.summary.as_ref().unwrap()).unwrap();
            black_box(pricing.into_report());
        });
    });
    group.finish();
}

fn bytes_below(path: &Path) -> u64 {
    if !path.is_dir() {
        return path.metadata().unwrap().len();
    }
    std::fs::read_dir(path).unwrap().map(|entry| bytes_below(&entry.unwrap().path())).sum()
}

criterion_group!(benches, by_format, sums, pricing);
criterion_main!(benches);
