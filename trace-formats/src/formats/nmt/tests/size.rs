//! How small traces become. The numbers are repeated in docs/formats/nmt.md.

use super::*;

/// A small generator of numbers that look arbitrary, for sizes that do not change from run to run.
fn scrambled(number: u64) -> u64 {
    let mixed = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

fn bytes_per_event(items: &[Item]) -> f64 {
    let bytes = write(&Metadata::default(), items);
    assert_eq!(read(&bytes).unwrap().1, items);
    let bytes_per_event = bytes.len() as f64 / items.len() as f64;
    println!("{bytes_per_event:.2} bytes an event");
    bytes_per_event
}

fn per_cycle_event(record: u64, cycle: u64, channel: u64) -> Item {
    let channel = (format!("component{channel}"), "read".to_owned());
    let regions = format!("layer:conv{};inference:0", cycle / 5_000);
    let (start, count) = (cycle as i64, scrambled(record) % 1024);
    Item::Event { channel, regions, start, end: start + 1, count }
}

#[test]
fn a_rectangular_trace_takes_little_more_than_its_counts() {
    let items: Vec<Item> =
        (0..100_000).map(|record| per_cycle_event(record, record / 8, record % 8)).collect();
    assert!(bytes_per_event(&items) < 2.2);
}

#[test]
fn a_sparse_trace_takes_less_than_5_bytes_an_event() {
    let every_other = (0..200_000_u64).filter(|&record| scrambled(record) % 16 < 7);
    let items: Vec<Item> =
        every_other.map(|record| per_cycle_event(record, record / 8, record % 8)).collect();
    assert!(bytes_per_event(&items) < 5.0);
}
