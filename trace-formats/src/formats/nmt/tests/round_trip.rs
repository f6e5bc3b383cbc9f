//! What is written comes back.

use proptest::prelude::*;

use super::*;

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
        Decoder::decode(&reader::BlockDecoder, &chunk, &mut memory).unwrap();
    }
    assert_eq!(memory.items, items);
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
        writer.fact(Fact::Note(Note::warning(format!("{record}")))).unwrap();
    }
    assert_eq!(writer.finish().unwrap_err().reason(), "write");
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
        .map(|at| if at % 2 == 0 { event("a", at, 1) } else { Item::Fact(Fact::Note(Note::warning("1"))) })
        .collect();
    let bytes = write(&Metadata::default(), &items);
    let index = read_index(&mut Cursor::new(&bytes)).unwrap();
    assert_eq!(index.blocks.len(), 20_000);
    assert_eq!(index.footer.index_blocks.len(), 2);
    assert_eq!(read(&bytes).unwrap().1, items);
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
        ("[a-z]{1,5}", "[a-z]{1,5}", any::<u64>()).prop_map(|(component, action, events)| {
            Fact::EventsTaken(ChannelEvents { component, action, events })
        }),
    ]
}

pub fn any_item() -> impl Strategy<Value = Item> {
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
}
