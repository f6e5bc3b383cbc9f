use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::frame::{self, BlockKind};
use super::*;
use crate::decoder::{Chunk, Cut};
use crate::event::{ChannelId, Event, EventSink, Fact, RegionSetId, Rejection};
use crate::metadata::{Metadata, Note, RegionDeclaration, Skipped, Span};

/// What goes into a trace and comes out of it, with names instead of ids.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    Event { channel: (String, String), regions: String, start: i64, end: i64, count: u64 },
    Window { channel: (String, String), regions: String, start: i64, end: i64, count: u64 },
    Fact(Fact),
}

/// A sink that remembers. Refuses the component that it is told to.
#[derive(Default)]
struct Memory {
    channels: Vec<(String, String)>,
    region_sets: Vec<String>,
    items: Vec<Item>,
    skipped: Option<Vec<DataError>>,
    unknown: Option<&'static str>,
}

impl Memory {
    fn skipping() -> Memory {
        Memory { skipped: Some(Vec::new()), ..Memory::default() }
    }

    fn named(&self, event: Event) -> ((String, String), String) {
        let regions = event.regions.0.checked_sub(1).map(|set| self.region_sets[set as usize].clone());
        (self.channels[event.channel.0 as usize].clone(), regions.unwrap_or_default())
    }
}

impl EventSink for Memory {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        if self.unknown == Some(component) {
            let (found, expected) = (component.to_owned(), "a known component".to_owned());
            return Err(Rejection { reason: "unknown_channel", found, expected, cure: String::new() });
        }
        self.channels.push((component.to_owned(), action.to_owned()));
        Ok(ChannelId(self.channels.len() as u32 - 1))
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        self.region_sets.push(tags.to_owned());
        Ok(RegionSetId(self.region_sets.len() as u32))
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        let (channel, regions) = self.named(event);
        let Event { start, end, count, .. } = event;
        self.items.push(Item::Event { channel, regions, start, end, count });
        Ok(())
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        let (channel, regions) = self.named(event);
        let Event { start, end, count, .. } = event;
        self.items.push(Item::Window { channel, regions, start, end, count });
        Ok(())
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.items.push(Item::Fact(fact));
        Ok(())
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        match &mut self.skipped {
            Some(skipped) => skipped.push(error),
            None => return Err(error),
        }
        Ok(())
    }
}

#[derive(Clone, Default)]
struct SharedBytes(Arc<Mutex<Vec<u8>>>);

impl Write for SharedBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(metadata: &Metadata, items: &[Item]) -> Vec<u8> {
    let bytes = SharedBytes::default();
    let mut writer = create_writer(Box::new(bytes.clone()), metadata).unwrap();
    for item in items {
        match item {
            Item::Event { channel, regions, start, end, count }
            | Item::Window { channel, regions, start, end, count } => {
                let (start, end, count) = (*start, *end, *count);
                let channel = writer.channel(&channel.0, &channel.1).unwrap();
                let regions = writer.regions(regions).unwrap();
                let event = Event { channel, regions, start, end, count };
                match item {
                    Item::Event { .. } => writer.event(event).unwrap(),
                    _ => writer.window_count(event).unwrap(),
                }
            }
            Item::Fact(fact) => writer.fact(fact.clone()).unwrap(),
        }
    }
    writer.finish().unwrap();
    bytes.0.lock().unwrap().clone()
}

/// Feeds the part as a pipeline does: `step` bytes at a time, until the decoder can cut.
fn feed(bytes: &[u8], step: usize, sink: &mut Memory) -> Result<Metadata, DataError> {
    let input = Input::from_reader("test", Box::new(Cursor::new(bytes.to_vec())))?;
    let mut opened = Nmt.open(input, &OpenOptions::default())?;
    let part = opened.parts.pop().unwrap();
    let mut at = part.header_bytes as usize;
    let mut available = at;
    loop {
        available = (available + step).min(bytes.len());
        let is_last = available == bytes.len();
        let cut = if is_last { Cut::At(available - at) } else { part.decoder.cut(&bytes[at..available])? };
        if let Cut::At(length) = cut {
            assert!(length > 0);
            let chunk = Chunk { bytes: &bytes[at..at + length], offset: at as u64, lines_before: 0, is_last };
            part.decoder.decode(&chunk, sink)?;
            at += length;
        }
        if is_last {
            return Ok(opened.metadata);
        }
    }
}

fn read(bytes: &[u8]) -> Result<(Metadata, Vec<Item>), DataError> {
    let mut memory = Memory::default();
    Ok((feed(bytes, usize::MAX / 2, &mut memory)?, memory.items))
}

fn event(component: &str, start: i64, count: u64) -> Item {
    let channel = (component.to_owned(), "read".to_owned());
    Item::Event { channel, regions: "layer:conv1".into(), start, end: start + 1, count }
}

fn sample() -> (Metadata, Vec<Item>) {
    let metadata = Metadata { producer: Some("test".into()), window_cycles: Some(10), ..Metadata::default() };
    let channel = ("tensor_unit".to_owned(), "mac".to_owned());
    let window = Item::Window { channel, regions: String::new(), start: 0, end: 10, count: u64::MAX };
    let items = vec![
        event("unified_buffer", -5, 3),
        event("tensor_unit", 7, 1 << 53),
        Item::Fact(Fact::EventsTaken(2)),
        Item::Fact(Fact::Note(Note::warning("careful"))),
        window,
        event("unified_buffer", 8, 0),
    ];
    (metadata, items)
}

/// The frames of a file's body: offset, kind, whole block.
fn blocks(bytes: &[u8]) -> Vec<(usize, u16, Vec<u8>)> {
    let mut at = header::PREAMBLE_BYTES;
    let mut blocks = Vec::new();
    while at < bytes.len() - index::TRAILER_BYTES {
        let header = frame::FrameHeader::parse(&bytes[at..]).unwrap().unwrap();
        blocks.push((at, header.kind, bytes[at..at + header.block_bytes()].to_vec()));
        at += header.block_bytes();
    }
    blocks
}

#[test]
fn a_trace_comes_back_in_order() {
    let (metadata, items) = sample();
    assert_eq!(read(&write(&metadata, &items)).unwrap(), (metadata, items));
}

#[test]
fn a_trace_without_events_comes_back() {
    assert_eq!(read(&write(&Metadata::default(), &[])).unwrap(), (Metadata::default(), vec![]));
}

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
    let payload = wire::encode_fact(Fact::EventsTaken(1)).unwrap();
    assert_eq!(read(&with_block(4, 0, 1, &payload)).unwrap().1.len(), 1);
    assert_eq!(read(&with_block(4, 2, 1, &payload)).unwrap_err().reason(), "unknown_block");
}

#[test]
fn an_index_leads_to_every_block_and_each_block_can_be_read_alone() {
    let (metadata, items) = sample();
    let bytes = write(&metadata, &items);
    let index = read_index(&mut Cursor::new(&bytes)).unwrap();
    assert_eq!((index.footer.events, index.footer.windows, index.footer.facts), (3, 1, 2));
    assert_eq!(index.blocks[0].cycles, Some(Span { start: -5, end: 8 }));
    let mut memory = Memory::default();
    for entry in &index.blocks {
        let at = entry.offset as usize;
        let header = frame::FrameHeader::parse(&bytes[at..]).unwrap().unwrap();
        assert_eq!((header.kind, header.records), (entry.kind, entry.records));
        let chunk = Chunk {
            bytes: &bytes[at..at + header.block_bytes()],
            offset: entry.offset,
            lines_before: 0,
            is_last: false,
        };
        crate::Decoder::decode(&reader::BlockDecoder, &chunk, &mut memory).unwrap();
    }
    assert_eq!(memory.items, items);
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

#[test]
fn what_cannot_be_read_back_is_not_written() {
    let mut writer = create_writer(Box::new(io::sink()), &Metadata::default()).unwrap();
    let channel = writer.channel("a", "b").unwrap();
    let good = Event { channel, regions: RegionSetId::NONE, start: 0, end: 1, count: 1 };
    let bad = [
        Event { end: 0, ..good },
        Event { start: i64::MIN, ..good },
        Event { end: i64::MAX, ..good },
        Event { count: u64::MAX, ..good },
        Event { channel: ChannelId(1), ..good },
        Event { regions: RegionSetId(1), ..good },
    ];
    for event in bad {
        assert!(writer.event(event).is_err(), "{event:?}");
    }
    assert!(writer.event(good).is_ok());
    assert!(writer.channel(&"x".repeat(1 << 20), "b").is_err());
    assert!(writer.fact(Fact::Note(Note::warning("x".repeat(1 << 20)))).is_err());
    assert!(writer.fact(Fact::Span(Span { start: 1, end: 0 })).is_err());
}

#[test]
fn an_error_of_the_disk_is_told_at_the_end() {
    struct FullDisk(usize);
    impl Write for FullDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::Error::from(io::ErrorKind::StorageFull))?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = create_writer(Box::new(FullDisk(200)), &Metadata::default()).unwrap();
    for record in 0..100 {
        writer.fact(Fact::EventsTaken(record)).unwrap();
    }
    assert_eq!(writer.finish().unwrap_err().reason(), "io");
}

#[test]
fn names_that_never_repeat_do_not_overflow_a_block() {
    let name = |record: i64| format!("{record:05}{}", "x".repeat(10_000));
    let items: Vec<Item> = (0..100).map(|record| event(&name(record), record, 1)).collect();
    let bytes = write(&Metadata::default(), &items);
    assert!(blocks(&bytes).len() > 10);
    assert_eq!(read(&bytes).unwrap().1, items);
}

#[test]
fn more_blocks_than_one_index_block_lists_are_all_found() {
    let items: Vec<Item> = (0..20_000)
        .map(|at| if at % 2 == 0 { event("a", at, 1) } else { Item::Fact(Fact::EventsTaken(1)) })
        .collect();
    let bytes = write(&Metadata::default(), &items);
    let index = read_index(&mut Cursor::new(&bytes)).unwrap();
    assert_eq!(index.blocks.len(), 20_000);
    assert_eq!(index.footer.index_blocks.len(), 2);
    assert_eq!(read(&bytes).unwrap().1, items);
}

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

prop_compose! {
    fn any_span()(start in -1_000_000_i64..1_000_000, length in 0_i64..1000) -> Span {
        Span { start, end: start + length }
    }
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let name = "[a-zé:/;]{0,8}";
    prop_oneof![
        (name, any::<Option<u64>>(), name, any_span()).prop_map(|(kind, id, name, Span { start, end })| {
            Fact::Region(RegionDeclaration { kind, id, name, start, end })
        }),
        any_span().prop_map(Fact::Span),
        name.prop_map(|text| Fact::Note(Note::warning(text))),
        (name, proptest::option::of(name), any::<u64>()).prop_map(|(reason, region, count)| {
            Fact::Skipped(Skipped { reason, region, channel: None, count })
        }),
        (name, name, name, any::<u128>()).prop_map(|(regions, component, action, count)| {
            Fact::RegionCount { regions, component, action, count }
        }),
        any::<u64>().prop_map(Fact::EventsTaken),
    ]
}

fn any_item() -> impl Strategy<Value = Item> {
    let record = ("[ab]", "[rw]", "(|layer:[xyz])", any::<i64>(), 0_u32..63, 1_i64..1000, any::<u64>());
    prop_oneof![
        8 => record.prop_map(|(component, action, regions, start, bits, length, count)| {
            let start = (start >> bits).clamp(-(1 << 60), (1 << 60) - 1000);
            let (end, count) = (start + length, (count >> bits) % ((1 << 53) + 1));
            Item::Event { channel: (component, action), regions, start, end, count }
        }),
        2 => ("[ab]", 0_i64..1000, any::<u64>()).prop_map(|(component, start, count)| {
            let channel = (component, "sum".to_owned());
            Item::Window { channel, regions: String::new(), start, end: start + 10, count }
        }),
        1 => any_fact().prop_map(Item::Fact),
    ]
}

fn any_metadata() -> impl Strategy<Value = Metadata> {
    let names = (any::<Option<String>>(), any::<Option<String>>(), proptest::option::of(1.0..1e12));
    let numbers = (any::<Option<u64>>(), 0_u32..=20, proptest::option::of(any_span()));
    (names, numbers, proptest::collection::vec("[a-z]{1,5}", 0..3)).prop_map(|(names, numbers, notes)| {
        Metadata {
            producer: names.0,
            origin: names.1,
            clock_hz: names.2,
            inferences: numbers.0,
            count_fraction_bits: numbers.1,
            span: numbers.2,
            notes: notes.into_iter().map(Note::assumption).collect(),
            ..Metadata::default()
        }
    })
}

proptest! {
    #[test]
    fn any_trace_comes_back_from_any_cut_of_its_bytes(
        metadata in any_metadata(),
        items in proptest::collection::vec(any_item(), 0..100),
        step in 1_usize..500,
    ) {
        let bytes = write(&metadata, &items);
        let mut memory = Memory::default();
        prop_assert_eq!(feed(&bytes, step, &mut memory).unwrap(), metadata);
        prop_assert_eq!(memory.items, items);
    }

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
