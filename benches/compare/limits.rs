//! What the machine can do at best, and what other Rust readers do: the yardsticks of `benches/compare.py`.
//!
//!     limits JOB THREADS FILE...
//!
//! Each job reads the files whole, one after another, and prints what it found as one JSON object. Bytes and rows are shared
//! out among the threads in pieces; a stream is read by one.
#![allow(missing_docs)]

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use memmap2::Mmap;
use serde_json::json;

/// What a thread takes at a time: what the second-level cache holds beside its own tables.
const PIECE_BYTES: u64 = 256 * 1024;

/// What one thread has found.
#[derive(Default)]
struct Found {
    rows: u64,
    sum: u64,
    counts: HashMap<String, u64>,
}

impl Found {
    fn add(&mut self, other: Found) {
        self.rows += other.rows;
        self.sum = self.sum.wrapping_add(other.sum);
        for (name, count) in other.counts {
            *self.counts.entry(name).or_default() += count;
        }
    }

    fn count(&mut self, component: &str, action: &str, count: u64, name: &mut String) {
        name.clear();
        name.push_str(component);
        name.push('/');
        name.push_str(action);
        match self.counts.get_mut(name.as_str()) {
            Some(sum) => *sum += count,
            None => {
                self.counts.insert(name.clone(), count);
            }
        }
    }
}

/// What is done with the bytes from an offset of the file on.
type Job = fn(&[u8], u64, &mut Found) -> Result<()>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [job, threads, paths @ ..] = arguments.as_slice() else {
        bail!("usage: limits JOB THREADS FILE...");
    };
    let threads = threads.parse().context("THREADS is a number")?;
    if let ("pack.gz" | "pack.zst", [path]) = (job.as_str(), paths) {
        return pack(job, Path::new(path));
    }
    let mut found = Found::default();
    for path in paths {
        found.add(run(job, Path::new(path), threads).with_context(|| format!("{job} {path}"))?);
    }
    println!("{}", json!({ "rows": found.rows, "sum": found.sum, "counts": found.counts }));
    Ok(())
}

fn run(job: &str, path: &Path, threads: usize) -> Result<Found> {
    match job {
        "newlines-map" => over_map(path, threads, newlines),
        "newlines-read" => over_reads(path, threads, newlines),
        "visit-map" => over_map(path, threads, visit),
        "visit-read" => over_reads(path, threads, visit),
        "records-map" => over_map(path, threads, records),
        "records-read" => over_reads(path, threads, records),
        "csv-events" => over_lines(path, threads, csv_events),
        "csv-words" => over_lines(path, threads, csv_words),
        "serde-json" => over_lines(path, threads, json_events),
        "stream" => to_the_end(File::open(path)?),
        "gzip" => to_the_end(flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(
            1 << 17,
            File::open(path)?,
        ))),
        "zstd" => to_the_end(zstd::stream::read::Decoder::new(File::open(path)?)?),
        _ => bail!("unknown job {job}"),
    }
}

/// Writes a compressed copy to standard output, at the levels that are usual.
fn pack(job: &str, path: &Path) -> Result<()> {
    let (mut plain, packed) = (File::open(path)?, io::stdout().lock());
    if job == "pack.gz" {
        let mut encoder = flate2::write::GzEncoder::new(packed, flate2::Compression::default());
        io::copy(&mut plain, &mut encoder)?;
        encoder.finish()?.flush()?;
    } else {
        zstd::stream::copy_encode(plain, packed, 0)?;
    }
    Ok(())
}

fn newlines(bytes: &[u8], _: u64, found: &mut Found) -> Result<()> {
    found.rows += memchr::memchr_iter(b'\n', bytes).count() as u64;
    Ok(())
}

/// Touches the place of each line end, as whoever cuts rows must.
fn visit(bytes: &[u8], offset: u64, found: &mut Found) -> Result<()> {
    for at in memchr::memchr_iter(b'\n', bytes) {
        found.rows += 1;
        found.sum = found.sum.wrapping_add(offset + at as u64);
    }
    Ok(())
}

/// Adds up the words of records of 32 bytes.
fn records(bytes: &[u8], _: u64, found: &mut Found) -> Result<()> {
    let (words, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        bail!("the file does not hold whole records");
    }
    found.rows += words.len() as u64 / 4;
    found.sum = words.iter().map(|word| u64::from_le_bytes(*word)).fold(found.sum, u64::wrapping_add);
    Ok(())
}

/// Sums of an event CSV (`start,end,component,action,count`) by channel.
fn csv_events(bytes: &[u8], offset: u64, found: &mut Found) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new().has_headers(offset == 0).from_reader(bytes);
    let mut row = csv::ByteRecord::new();
    let mut name = String::new();
    while reader.read_byte_record(&mut row)? {
        let count = std::str::from_utf8(&row[4])?.parse()?;
        found.rows += 1;
        found.count(std::str::from_utf8(&row[2])?, std::str::from_utf8(&row[3])?, count, &mut name);
    }
    Ok(())
}

/// The addresses of a SCALE-Sim trace that are not -1.
fn csv_words(bytes: &[u8], _: u64, found: &mut Found) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut row = csv::ByteRecord::new();
    while reader.read_byte_record(&mut row)? {
        found.rows += 1;
        found.sum += row.iter().skip(1).filter(|field| *field != b"-1" && *field != b"-1.0").count() as u64;
    }
    Ok(())
}

#[derive(serde::Deserialize)]
struct JsonEvent<'a> {
    component: std::borrow::Cow<'a, str>,
    action: std::borrow::Cow<'a, str>,
    count: u64,
}

/// Sums of JSON Lines by channel.
fn json_events(bytes: &[u8], _: u64, found: &mut Found) -> Result<()> {
    let mut name = String::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let event: JsonEvent<'_> = serde_json::from_slice(line)?;
        found.rows += 1;
        found.count(&event.component, &event.action, event.count, &mut name);
    }
    Ok(())
}

fn over_map(path: &Path, threads: usize, job: Job) -> Result<Found> {
    let map = map(path)?;
    share(map.len() as u64, threads, || {
        let map = &map;
        move |start: u64, end: u64, found: &mut Found| job(&map[start as usize..end as usize], start, found)
    })
}

fn over_reads(path: &Path, threads: usize, job: Job) -> Result<Found> {
    let file = File::open(path)?;
    share(file.metadata()?.len(), threads, || {
        let file = &file;
        let mut buffer = vec![0; PIECE_BYTES as usize];
        move |start: u64, end: u64, found: &mut Found| {
            let piece = &mut buffer[..(end - start) as usize];
            file.read_exact_at(piece, start)?;
            job(piece, start, found)
        }
    })
}

/// As [`over_map`], for the lines that start in a piece.
fn over_lines(path: &Path, threads: usize, job: Job) -> Result<Found> {
    let map = map(path)?;
    share(map.len() as u64, threads, || {
        let bytes = &map[..];
        move |start: u64, end: u64, found: &mut Found| {
            let (start, end) = (line_start(bytes, start), line_start(bytes, end));
            if start == end { Ok(()) } else { job(&bytes[start..end], start as u64, found) }
        }
    })
}

/// The first byte at or after `at` that starts a line.
fn line_start(bytes: &[u8], at: u64) -> usize {
    let at = at as usize;
    if at == 0 {
        return 0;
    }
    memchr::memchr(b'\n', &bytes[at - 1..]).map_or(bytes.len(), |found| at + found)
}

/// Lets threads take piece after piece of a file and adds up what they find.
fn share<W>(length: u64, threads: usize, worker: impl Fn() -> W) -> Result<Found>
where
    W: FnMut(u64, u64, &mut Found) -> Result<()> + Send,
{
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|_| {
                let (next, mut work) = (&next, worker());
                scope.spawn(move || {
                    let mut found = Found::default();
                    loop {
                        let start = next.fetch_add(PIECE_BYTES, Ordering::Relaxed);
                        if start >= length {
                            return Ok(found);
                        }
                        work(start, length.min(start + PIECE_BYTES), &mut found)?;
                    }
                })
            })
            .collect();
        let mut found = Found::default();
        for thread in started {
            let part: Result<Found> = thread.join().map_err(|_| anyhow!("a thread panicked"))?;
            found.add(part?);
        }
        Ok(found)
    })
}

fn to_the_end(mut reader: impl Read) -> Result<Found> {
    let mut buffer = vec![0; PIECE_BYTES as usize];
    let mut found = Found::default();
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(found),
            read => found.sum += read as u64,
        }
    }
}

#[allow(unsafe_code)]
fn map(path: &Path) -> Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: the traces of the benchmark are written before it measures, and nothing changes them while it does.
    Ok(unsafe { Mmap::map(&file)? })
}
