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
    assert!(bytes_per_event(&items) < 1.4);
}

#[test]
fn a_sparse_trace_takes_less_than_2_bytes_an_event() {
    let every_other = (0..200_000_u64).filter(|&record| scrambled(record) % 16 < 7);
    let items: Vec<Item> =
        every_other.map(|record| per_cycle_event(record, record / 8, record % 8)).collect();
    assert!(bytes_per_event(&items) < 2.0);
}

/// Starts that rise by 0 to 2 cycles, channels at random, lengths that are mostly 1 and some of them thousands, and
/// counts up to 256 or, on one channel, up to 65,536.
fn irregular_events(records: u64) -> Vec<Item> {
    let mut start = 0;
    let irregular = |record: u64| {
        let draw = |of: u64, below: u64| scrambled(8 * record + of) % below;
        start += draw(0, 3) as i64;
        let longest = match draw(1, 100) {
            0..60 => 1,
            60..85 => 64,
            85..97 => 2_000,
            _ => 20_000,
        };
        let channel = draw(3, 10);
        let count = 1 + draw(4, if channel == 0 { 65_536 } else { 256 });
        let end = start + 1 + draw(2, longest) as i64;
        let channel = (format!("component{channel}"), "read".to_owned());
        Item::Event { channel, regions: String::new(), start, end, count }
    };
    (0..records).map(irregular).collect()
}

#[test]
fn an_irregular_trace_takes_little_more_than_3_bytes_an_event() {
    assert!(bytes_per_event(&irregular_events(100_000)) < 3.3);
}
