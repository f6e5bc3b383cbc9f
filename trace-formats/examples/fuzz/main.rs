//! Feeds decoders with mutated traces for as long as one likes, and stops at what must never happen.
//!
//! ```text
//! cargo run --release -p trace-formats --example fuzz -- activity-csv 600 [SEED]
//! ```
//!
//! Formats: `activity-csv`, `activity-jsonl`, `nmt`, `scale-sim` (single traces), `scale-sim-run` and `scale-sim-v1-run` (a
//! file of a run's directory is mutated). The seeds are the fixtures, the bad ones too. What must never happen: a panic; and
//! an outcome (events, facts, errors with their positions, skipped records) that depends on where the bytes are cut,
//! which also tells the fast path, whose blocks then begin elsewhere, from itself.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod mutate;
mod outcome;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutate::{Random, mutated};
use outcome::{of_directory, of_stream};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [format, seconds, seed @ ..] = arguments.as_slice() else {
        panic!("expected FORMAT SECONDS [SEED]");
    };
    let seed: u64 = seed.first().map_or(1, |seed| seed.parse().unwrap());
    let until = Instant::now() + Duration::from_secs(seconds.parse().unwrap());
    let is_run = format.ends_with("-run");
    let seeds = if is_run { runs(format) } else { files(format) };
    assert!(!seeds.is_empty(), "no fixtures of {format}");
    let mut tries = 0;
    while Instant::now() < until {
        let number = seed.wrapping_mul(1 << 40) + tries;
        let mut random = Random::new(number);
        let path = &seeds[random.below(seeds.len())];
        if is_run {
            try_run(path, number, &mut random)
        } else {
            try_file(path, number, &mut random)
        }
        tries += 1;
    }
    println!("{format}: {tries} mutated traces, nothing found");
}

fn try_file(path: &Path, number: u64, random: &mut Random) {
    let bytes = mutated(std::fs::read(path).unwrap(), random);
    let skips = random.below(2) == 0;
    let cuts = random.next();
    let found = std::panic::catch_unwind(|| {
        let whole = of_stream(&bytes, skips, None);
        let pieces = of_stream(&bytes, skips, Some(cuts));
        assert!(whole == pieces, "cuts change the outcome:\n{whole:?}\n{pieces:?}");
    });
    if found.is_err() {
        let kept = std::env::temp_dir().join(format!("fuzz-{number}"));
        std::fs::write(&kept, &bytes).unwrap();
        panic!("try {number}, from {}: the trace is in {}", path.display(), kept.display());
    }
}

fn try_run(path: &Path, number: u64, random: &mut Random) {
    let scratch = std::env::temp_dir().join(format!("fuzz-run-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&scratch);
    let run = scratch.join("run");
    copy(path, &run);
    let config = path.with_extension("cfg");
    if config.is_file() {
        std::fs::copy(config, scratch.join("run.cfg")).unwrap();
    }
    for _ in 0..=random.below(2) {
        let files = files_below(&run);
        let file = &files[random.below(files.len())];
        std::fs::write(file, mutated(std::fs::read(file).unwrap(), random)).unwrap();
    }
    let (skips, join, cuts) = (random.below(2) == 0, random.below(4), random.next());
    let found = std::panic::catch_unwind(|| {
        let whole = of_directory(&run, skips, join, None);
        let pieces = of_directory(&run, skips, join, Some(cuts));
        assert!(whole == pieces, "cuts change the outcome:\n{whole:?}\n{pieces:?}");
    });
    if found.is_err() {
        panic!("try {number}, from {}: the run is in {}", path.display(), run.display());
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

fn files(format: &str) -> Vec<PathBuf> {
    let (folders, extension): (&[&str], _) = match format {
        "activity-csv" => (&["activity", "bad/activity-csv"], "csv"),
        "activity-jsonl" => (&["activity", "bad/activity-jsonl"], "jsonl"),
        "nmt" => (&["nmt", "bad/nmt"], "nmt"),
        "scale-sim" => (&["scale-sim"], "csv"),
        _ => panic!("no format {format}"),
    };
    let all = folders.iter().flat_map(|folder| files_below(&fixtures().join(folder)));
    let is_trace = |path: &PathBuf| format != "scale-sim" || path.to_string_lossy().ends_with("_TRACE.csv");
    all.filter(|path| path.extension().is_some_and(|found| found == extension)).filter(is_trace).collect()
}

fn runs(format: &str) -> Vec<PathBuf> {
    let is_v1 = format == "scale-sim-v1-run";
    let entries = std::fs::read_dir(fixtures().join("scale-sim")).unwrap().map(|entry| entry.unwrap().path());
    let mut runs: Vec<PathBuf> = entries
        .filter(|path| path.is_dir() && path.file_name().is_some_and(|name| name != "topologies"))
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("v1") == is_v1)
        .collect();
    runs.sort();
    runs
}

fn files_below(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut entries: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.iter().flat_map(|entry| files_below(entry)).collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            std::fs::copy(&entry, target).unwrap();
        }
    }
}
