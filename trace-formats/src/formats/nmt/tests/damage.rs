//! What is damaged is told, and nothing panics.

use proptest::prelude::*;

use super::round_trip::any_item;
use super::*;

#[test]
fn every_flipped_bit_is_an_error() {
    let (metadata, items) = sample();
    let bytes = write(&metadata, &items);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(read(&flipped).is_err(), "bit {bit}");
        assert!(feed(&flipped, 1, &mut Memory::default()).is_err(), "bit {bit}, byte by byte");
    }
}

#[test]
fn every_cut_tail_is_told_as_one_however_it_is_fed() {
    let (metadata, items) = sample();
    let bytes = write(&metadata, &items);
    for length in 0..bytes.len() {
        for step in [1, 50, usize::MAX / 2] {
            let error = feed(&bytes[..length], step, &mut Memory::default()).unwrap_err();
            assert_eq!(error.reason(), "cut", "{length} bytes: {error}");
        }
    }
}

#[test]
fn bytes_behind_the_end_are_an_error() {
    let (metadata, items) = sample();
    let bytes = write(&metadata, &items);
    for rest in [&b"x"[..], &bytes] {
        for step in [1, 50, usize::MAX / 2] {
            let error = feed(&[&bytes, rest].concat(), step, &mut Memory::default()).unwrap_err();
            assert_eq!(error.reason(), "trailing_bytes", "{error}");
        }
    }
}

#[test]
fn a_missing_or_doubled_block_is_an_error() {
    let (metadata, items) = sample();
    let bytes = write(&metadata, &items);
    for (at, kind, block) in &blocks(&bytes)[1..] {
        let missing = [&bytes[..*at], &bytes[at + block.len()..]].concat();
        let doubled = [&bytes[..*at], block, &bytes[*at..]].concat();
        let is_footer = *kind == BlockKind::Footer as u16;
        assert_eq!(read(&missing).unwrap_err().reason() == "missing_block", !is_footer);
        assert_eq!(read(&doubled).unwrap_err().reason() == "missing_block", !is_footer);
    }
}

#[test]
fn a_damaged_block_can_be_skipped_as_a_whole() {
    let (metadata, items) = sample();
    let mut bytes = write(&metadata, &items);
    let (at, _, block) = &blocks(&bytes)[1];
    bytes[at + block.len() - 1] ^= 1;
    for step in [1, usize::MAX / 2] {
        let mut memory = Memory::skipping();
        feed(&bytes, step, &mut memory).unwrap();
        assert_eq!(memory.items, items[2..]);
        let skipped = memory.skipped.unwrap();
        assert_eq!((skipped[0].reason(), skipped[0].byte()), ("bad_checksum", Some(*at as u64)));
        assert_eq!(skipped.len(), 1);
    }
}

#[test]
fn records_of_a_refused_channel_are_skipped_one_by_one() {
    let (metadata, items) = sample();
    let mut memory = Memory { unknown: Some("tensor_unit"), ..Memory::skipping() };
    feed(&write(&metadata, &items), 9, &mut memory).unwrap();
    assert_eq!(memory.items, [&items[..1], &items[2..4], &items[5..]].concat());
    let skipped = memory.skipped.unwrap();
    assert_eq!(skipped.len(), 2);
    assert!(skipped[0].to_string().contains("tensor_unit in record 1 of the block"), "{}", skipped[0]);
}

#[test]
fn events_that_the_sink_refuses_are_skipped_one_by_one_and_those_after_them_taken() {
    let items: Vec<Item> = (0..1000).map(|at| event("a", at, at as u64 % 300)).collect();
    let mut memory = Memory { largest: Some(297), ..Memory::skipping() };
    feed(&write(&Metadata::default(), &items), usize::MAX / 2, &mut memory).unwrap();
    let refused = |record: usize| record % 300 > 297;
    let taken: Vec<Item> = (0..1000).filter(|&at| !refused(at)).map(|at| items[at].clone()).collect();
    assert_eq!(memory.items, taken);
    let skipped: Vec<String> = memory.skipped.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(skipped.len(), 6);
    assert!(skipped[2].contains("a count of 298 in record 598 of the block"), "{}", skipped[2]);
}

/// A trace whose only block has this kind, these flags and this payload, with all checksums right.
fn with_block(kind: u16, flags: u16, records: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header::encode(&Metadata::default()).unwrap();
    let mut block = frame::frame(BlockKind::Facts, records, payload).unwrap();
    block[..2].copy_from_slice(&kind.to_le_bytes());
    block[2..4].copy_from_slice(&flags.to_le_bytes());
    let checksum = crc32fast::hash(&block[..16]);
    block[16..20].copy_from_slice(&checksum.to_le_bytes());
    bytes.extend(block);
    let footer = Footer { offset: bytes.len() as u64, ..Footer::default() };
    bytes.extend(index::encode_end(&footer).unwrap());
    bytes
}

#[test]
fn an_unknown_block_is_skipped_if_it_says_that_it_may_be() {
    assert_eq!(read(&with_block(77, 1, 5, b"whatever")).unwrap().1, vec![]);
    assert_eq!(read(&with_block(77, 3, 5, b"whatever")).unwrap().1, vec![]);
    assert_eq!(read(&with_block(77, 0, 5, b"whatever")).unwrap_err().reason(), "unknown_block");
}

#[test]
fn a_known_block_with_unknown_flags_is_refused() {
    let payload = wire::encode_fact(Fact::Note(Note::warning("one"))).unwrap();
    assert_eq!(read(&with_block(4, 0, 1, &payload)).unwrap().1.len(), 1);
    assert_eq!(read(&with_block(4, 2, 1, &payload)).unwrap_err().reason(), "unknown_block");
}

#[test]
fn an_index_of_a_cut_or_damaged_file_is_an_error() {
    let (metadata, items) = sample();
    let bytes = write(&metadata, &items);
    for length in 0..bytes.len() {
        assert!(read_index(&mut Cursor::new(&bytes[..length])).is_err(), "{length} bytes");
    }
    let first_index = blocks(&bytes).iter().find(|(_, kind, _)| *kind == BlockKind::Index as u16).unwrap().0;
    for bit in first_index * 8..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(read_index(&mut Cursor::new(&flipped)).is_err(), "bit {bit}");
    }
}

proptest! {
    #[test]
    fn any_flipped_byte_is_an_error_and_any_way_of_feeding_says_the_same(
        items in proptest::collection::vec(any_item(), 1..30),
        at: prop::sample::Index,
        flip in 1_u8..,
        step in 1_usize..500,
    ) {
        let mut bytes = write(&Metadata::default(), &items);
        *at.get_mut(&mut bytes[8..]) ^= flip;
        let at_once = read(&bytes).map(drop).unwrap_err();
        let piecewise = feed(&bytes, step, &mut Memory::default()).unwrap_err();
        prop_assert_eq!(at_once.reason(), piecewise.reason());
    }

    #[test]
    fn random_bytes_never_panic(tail in proptest::collection::vec(any::<u8>(), 0..300), step in 1_usize..500) {
        let mut bytes = header::encode(&Metadata::default()).unwrap();
        bytes.extend(&tail);
        let _ = feed(&bytes, step, &mut Memory::skipping());
        let _ = feed(&tail, step, &mut Memory::skipping());
        let _ = read_index(&mut Cursor::new(&tail));
    }

    #[test]
    fn random_payloads_with_right_checksums_never_panic(
        kind in 1_u16..8,
        records in 0_u32..70_000,
        names in 0_u64..2,
        tail in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut payload = names.to_le_bytes().to_vec();
        payload.extend([0; 8]);
        payload.extend(tail);
        if kind != BlockKind::Footer as u16 && records <= frame::MAX_RECORDS {
            let _ = feed(&with_block(kind, 0, records, &payload), 64, &mut Memory::skipping());
        }
    }
}
