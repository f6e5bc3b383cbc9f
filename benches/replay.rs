//! Bytes a second by format: the whole pipeline into a sink that drops the windows, with one worker and with two.
//!
//! `cargo bench` runs it. The traces are made in a temporary directory; the run is the fixture `conv_ws_calc`,
//! repeated as events until a file has some tens of megabytes.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nm_trace::activity::{ActivitySummary, ChannelName, WindowSink, WindowTiming};
use nm_trace::replay::{AdmitAll, ReplayOptions, replay};
use trace_formats::input::Input;
use trace_formats::writer::WRITABLE_FORMATS;
use trace_formats::{Event, EventSink, Metadata, OpenOptions, format};

/// Cycles of the made-up run: four channels act in each.
const CYCLES: i64 = 250_000;

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

fn write_events(sink: &mut dyn EventSink) {
    let regions = sink.regions("layer:conv1").unwrap();
    let names =
        [("unified_buffer", "read"), ("tensor_unit", "mac"), ("accumulators", "write"), ("dram", "read")];
    let channels = names.map(|(component, action)| sink.channel(component, action).unwrap());
    for start in 0..CYCLES {
        for (number, channel) in channels.into_iter().enumerate() {
            let count = (start as u64 * 7919 + number as u64) % 65_536;
            sink.event(Event { channel, regions, start, end: start + 1, count }).unwrap();
        }
    }
}

fn traces(directory: &Path) -> Vec<(&'static str, PathBuf)> {
    WRITABLE_FORMATS
        .iter()
        .map(|format| {
            let path = directory.join(format!("events.{}", format.extension));
            let file = std::fs::File::create(&path).unwrap();
            let mut writer = (format.create)(Box::new(file), &Metadata::default()).unwrap();
            write_events(&mut *writer);
            writer.finish().unwrap();
            (format.extension, path)
        })
        .collect()
}

fn replay_once(path: &Path, threads: usize) {
    let trace = format::open(Input::open(path).unwrap(), &OpenOptions::default()).unwrap();
    let timing = WindowTiming { cycles: 1000, clock_hz: 700e6, count_fraction_bits: 0 };
    let options = ReplayOptions { threads, ..ReplayOptions::default() };
    replay(vec![trace], &AdmitAll, timing, &options, &mut Dropped, &AtomicU64::new(0)).unwrap();
}

fn benchmark(criterion: &mut Criterion) {
    let scratch = tempfile::tempdir().unwrap();
    let mut traces = traces(scratch.path());
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scale-sim/conv_ws_calc");
    traces.push(("scale-sim", run));
    for (format, path) in &traces {
        let mut group = criterion.benchmark_group(*format);
        group.sample_size(10);
        group.throughput(Throughput::Bytes(bytes_below(path)));
        for threads in [1, 2] {
            group.bench_with_input(BenchmarkId::new("threads", threads), &threads, |bencher, &threads| {
                bencher.iter(|| replay_once(path, threads));
            });
        }
        group.finish();
    }
}

fn bytes_below(path: &Path) -> u64 {
    if !path.is_dir() {
        return path.metadata().unwrap().len();
    }
    std::fs::read_dir(path).unwrap().map(|entry| bytes_below(&entry.unwrap().path())).sum()
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
