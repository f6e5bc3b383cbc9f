//! Makes the `.nmt` fixtures: a good file, and bad files that each lie in one way.
//!
//! ```sh
//! cargo run -p trace-formats --example make_bad_nmt
//! python3 fixtures/nmt/read_nmt.py fixtures/nmt/packed.nmt > fixtures/nmt/packed.csv
//! ```
//!
//! `small.nmt`, from which most bad files are made, is of version 1: what wrote it is gone, and it is kept as it is.
//!
//! Lies are told with right checksums, by the specification in `docs/formats/nmt.md` alone, since the
//! writer refuses to write them.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;

use trace_formats::formats::nmt::create_writer;
use trace_formats::{Event, Metadata, Note, Rejection, event::Fact};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Bytes before the metadata block, and before a block's payload.
const PREAMBLE: usize = 16;
const FRAME: usize = 20;
const EVENTS: u16 = 2;

fn main() -> Result<()> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let packed_path = fixtures.join("nmt/packed.nmt");
    write_good(&packed_path)?;
    let small = fs::read(fixtures.join("nmt/small.nmt"))?;
    let packed = fs::read(&packed_path)?;
    for (name, bytes) in bad_files(&small)?.into_iter().chain(badly_packed_files(&packed)?) {
        fs::write(fixtures.join("bad/nmt").join(name), bytes)?;
    }
    Ok(())
}

/// A rectangular stretch, irregular ones, facts, and a window's sum: every kind of block, and of column that is written.
fn write_good(path: &Path) -> Result<()> {
    let metadata = Metadata {
        producer: Some("make_bad_nmt".to_owned()),
        clock_hz: Some(700e6),
        inferences: Some(1),
        ..Metadata::default()
    };
    let mut writer = create_writer(Box::new(File::create(path)?), &metadata)?;
    let read = writer.channel("unified_buffer", "read").map_err(explain)?;
    let mac = writer.channel("tensor_unit", "mac").map_err(explain)?;
    let layer = writer.regions("layer:conv1;inference:0").map_err(explain)?;
    let none = writer.regions("").map_err(explain)?;
    for cycle in -2..40 {
        let count = ((cycle * cycle * 31 + 7) % 251) as u64;
        for (channel, count) in [(read, count), (mac, 256 * count)] {
            let event = Event { channel, regions: layer, start: cycle, end: cycle + 1, count };
            writer.event(event).map_err(explain)?;
        }
    }
    writer.fact(Fact::Note(Note::assumption("the rest is irregular"))).map_err(explain)?;
    let mut start = 40;
    for step in 1..40_i64 {
        let (channel, regions) = if step % 3 == 0 { (mac, none) } else { (read, layer) };
        start += step * step + if step % 7 == 0 { 1_000_000 } else { 0 };
        let count = if step % 11 == 0 { 100_000 } else { step as u64 };
        writer.event(Event { channel, regions, start, end: start + step % 5 + 1, count }).map_err(explain)?;
    }
    writer.fact(Fact::Note(Note::assumption("the rest has steps back and outliers"))).map_err(explain)?;
    for step in 0..200_i64 {
        let channel = if step * step % 7 < 3 { read } else { mac };
        start += step * step % 4 - if step % 50 == 49 { 900 } else { 0 };
        let duration = if step % 20 == 11 { 10_000 + step } else { 1 + step * 5 % 8 };
        let count = if step % 23 == 5 { 1 << 40 } else { (step * step * 31 % 200) as u64 };
        let event = Event { channel, regions: layer, start, end: start + duration, count };
        writer.event(event).map_err(explain)?;
    }
    let window = Event { channel: mac, regions: none, start: 50_000_000, end: 50_001_000, count: 5_000_000 };
    writer.window_count(window).map_err(explain)?;
    Ok(writer.finish()?)
}

fn explain(rejection: Rejection) -> String {
    format!("{rejection:?}")
}

fn bad_files(good: &[u8]) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let first_block = PREAMBLE + FRAME + u32_at(good, PREAMBLE + 8)? as usize;
    let second_block = first_block + FRAME + u32_at(good, first_block + 8)? as usize;
    let edited = |at: usize, bytes: &[u8]| replaced(good, at, bytes);
    let header_edited =
        |at: usize, bytes: &[u8]| with_header_checksum(edited(first_block + at, bytes), first_block);
    let around = |records, payload: &[u8]| {
        [&good[..first_block], &block(EVENTS, records, payload), &good[second_block..]].concat()
    };
    let one = |start, duration, count| around(1, &payload(&[1, 0, start, duration, count]));
    let future = with_checksum(edited(8, &3_u16.to_le_bytes()), 0, 12);
    let mut text_transfer = good.to_vec();
    text_transfer.retain(|&byte| byte != b'\r');
    Ok(vec![
        ("bit_flipped.nmt", edited(first_block + FRAME + 9, &[good[first_block + FRAME + 9] ^ 4])),
        ("header_bit_flipped.nmt", edited(9, &[good[9] ^ 1])),
        ("block_header_bit_flipped.nmt", edited(first_block + 9, &[good[first_block + 9] ^ 1])),
        ("text_transfer.nmt", text_transfer),
        ("cut_tail.nmt", good[..good.len() - 7].to_vec()),
        ("cut_in_block.nmt", good[..second_block - 7].to_vec()),
        ("cut_between_blocks.nmt", good[..second_block].to_vec()),
        ("cut_in_header.nmt", good[..PREAMBLE + FRAME + 3].to_vec()),
        ("header_only.nmt", good[..first_block].to_vec()),
        ("future_version.nmt", future),
        ("lying_length.nmt", header_edited(8, &0x7fff_ffff_u32.to_le_bytes())),
        ("length_past_end.nmt", header_edited(8, &100_000_u32.to_le_bytes())),
        ("lying_count.nmt", header_edited(4, &60_000_u32.to_le_bytes())),
        ("count_over_limit.nmt", header_edited(4, &u32::MAX.to_le_bytes())),
        ("unknown_kind.nmt", header_edited(0, &77_u16.to_le_bytes())),
        ("empty_block.nmt", around(0, &payload(&[]))),
        (
            "lying_dictionary.nmt",
            around(1, &replaced(&payload(&[0, 0, 0, 1, 1]), 0, &(1_u64 << 60).to_le_bytes())),
        ),
        ("lying_name.nmt", around(1, &replaced(&payload(&[0, 0, 0, 1, 1]), 8, &u64::MAX.to_le_bytes()))),
        ("channel_out_of_range.nmt", around(1, &payload(&[9, 0, 0, 1, 1]))),
        ("end_before_start.nmt", one(100, -3, 1)),
        ("cycle_out_of_range.nmt", one(i64::MAX, 1, 1)),
        ("count_too_large.nmt", one(0, 1, -1)),
        ("missing_block.nmt", [&good[..first_block], &good[second_block..]].concat()),
        ("joined.nmt", [good, good].concat()),
    ])
}

/// Files whose first block has one record of which a packed column lies.
fn badly_packed_files(good: &[u8]) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let first_block = PREAMBLE + FRAME + u32_at(good, PREAMBLE + 8)? as usize;
    let second_block = first_block + FRAME + u32_at(good, first_block + 8)? as usize;
    // Behind the names and four columns of a run each; lag 0, encoding 3, base 0 and what follows.
    let names = payload(&[]);
    let with_counts = |rest: &[u8]| {
        let runs = [0, 1, 0, 1].repeat(3);
        let payload = [&names[..], &runs, &[0, 1, 2, 1], &[0, 3, 0], rest].concat();
        [&good[..first_block], &block(EVENTS, 1, &payload), &good[second_block..]].concat()
    };
    Ok(vec![
        ("packed_width.nmt", with_counts(&[0, 57, 0, 0, 0, 0, 0, 0, 0, 0])),
        ("packed_cut.nmt", with_counts(&[0, 40, 1, 2, 3, 4])),
        ("packed_too_many_exceptions.nmt", with_counts(&[2, 8, 1])),
        ("packed_exception_outside.nmt", with_counts(&[1, 8, 1, 4, 9, 1, 1])),
        ("packed_exception_from_64_bits.nmt", with_counts(&[1, 64, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1])),
        ("packed_count_too_large.nmt", with_counts(&[1, 8, 1, 0, 56, 0, 0, 0, 0, 0, 0, 1])),
        ("packed_left_over.nmt", with_counts(&[0, 8, 1, 1])),
    ])
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32> {
    Ok(u32::from_le_bytes(bytes[at..at + 4].try_into()?))
}

fn replaced(bytes: &[u8], at: usize, by: &[u8]) -> Vec<u8> {
    [&bytes[..at], by, &bytes[at + by.len()..]].concat()
}

/// Puts the right checksum of `length` bytes from `start` behind them.
fn with_checksum(bytes: Vec<u8>, start: usize, length: usize) -> Vec<u8> {
    let checksum = crc32fast::hash(&bytes[start..start + length]);
    replaced(&bytes, start + length, &checksum.to_le_bytes())
}

fn with_header_checksum(bytes: Vec<u8>, block: usize) -> Vec<u8> {
    with_checksum(bytes, block, FRAME - 4)
}

fn block(kind: u16, records: u32, payload: &[u8]) -> Vec<u8> {
    let mut header = [kind.to_le_bytes(), 0_u16.to_le_bytes()].concat();
    header.extend(records.to_le_bytes());
    header.extend((payload.len() as u32).to_le_bytes());
    header.extend(crc32fast::hash(payload).to_le_bytes());
    header.extend([0; 4]);
    [with_header_checksum(header, 0), payload.to_vec()].concat()
}

/// A payload of one record with these columns, or of none.
fn payload(columns: &[i64]) -> Vec<u8> {
    let mut payload = 2_u64.to_le_bytes().to_vec();
    for name in ["unified_buffer", "read", "tensor_unit", "mac"] {
        payload.extend((name.len() as u64).to_le_bytes());
        payload.extend(name.as_bytes());
    }
    payload.extend(0_u64.to_le_bytes());
    for &value in columns {
        // Lag 0, fixed width of 8 bytes, zig-zag.
        payload.extend([0, 2, 8]);
        payload.extend((((value << 1) ^ (value >> 63)) as u64).to_le_bytes());
    }
    payload
}
