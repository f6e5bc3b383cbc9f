use proptest::prelude::*;

use super::create_writer;
use crate::event::{Fact, MAX_EVENT_COUNT};
use crate::formats::activity_text::test_support::{
    Read, Reading, Said, read, read_as, refusal, said, trace, write,
};
use crate::metadata::{Metadata, Note, RegionDeclaration, Skipped, Span};

const HEADER: &str = "start,end,component,action,count\n";

fn events(trace: &str) -> Vec<Said> {
    read(trace).unwrap().said
}

/// The reason, the line and the column (from 0) of the error that a row after [`HEADER`] gets.
fn row_refusal(row: &str) -> (&'static str, u64, u64) {
    let (reason, line, byte) = refusal(format!("{HEADER}0,1,pe,mac,1\n{row}\n").as_bytes());
    (reason, line.unwrap(), byte.unwrap() - HEADER.len() as u64 - 13)
}

fn header_refusal(header: &str) -> &'static str {
    refusal(format!("{header}\n0,1,pe,mac,1\n").as_bytes()).0
}

fn message(trace: &str) -> String {
    read(trace).unwrap_err().to_string()
}

#[test]
fn a_row_is_an_event_whatever_the_order_of_the_columns() {
    let expected = vec![said("unified_buffer", "read", -3, 5, 256)];
    assert_eq!(events("start,end,component,action,count\n-3,5,unified_buffer,read,256\n"), expected);
    assert_eq!(
        events("count,action,end_cycle,component,start_cycle\n256,read,5,unified_buffer,-3\n"),
        expected
    );
}

#[test]
fn a_byte_order_mark_windows_line_ends_spaces_and_blank_lines_change_nothing() {
    let plain = read("# clock_hz: 7e8\nstart,end,component,action,count\n0,1,pe,mac,1\n1,2,pe,mac,2\n");
    let marked = "\u{feff}# clock_hz: 7e8\r\n\r\n start, end ,component,action,count\r\n 0 ,1,\tpe , mac,1\r\n\r\n1,2,pe,mac,2";
    assert_eq!(read(marked).unwrap(), plain.unwrap());
    assert_eq!(
        events("\u{feff}start,end,component,action,count\n0,1,a,b,1\n"),
        vec![said("a", "b", 0, 1, 1)]
    );
}

#[test]
fn quoted_names_may_hold_commas_and_quotes() {
    let trace = format!("{HEADER}0,1,\"pe[0,1]\",\"m\"\"ac\",1\n1,2,pe,mac,1\n");
    assert_eq!(events(&trace), vec![said("pe[0,1]", "m\"ac", 0, 1, 1), said("pe", "mac", 1, 2, 1)]);
}

#[test]
fn a_region_column_tags_events() {
    let trace = "cycle,component,action,count,region\n0,pe,mac,1,layer:conv1;inference:0\n1,pe,mac,1,\n";
    let tags = "layer:conv1;inference:0".to_owned();
    let first = Said::Event("pe".to_owned(), "mac".to_owned(), tags, 0, 1, 1, false);
    assert_eq!(events(trace), vec![first, said("pe", "mac", 1, 2, 1)]);
}

/// A header with all columns that describe data.
const DATA_HEADER: &str = "start,end,component,action,count,zero,gated,toggle\n";

#[test]
fn columns_about_data_split_a_count_into_variants_of_its_action() {
    let trace = format!(
        "{DATA_HEADER}0,9,pe,mac,100,0.2,0.3,0.1\n9,10,spad,read,8,,,0\n10,11,pe,mac,7,,,\n11,12,pe,mac,0,1,,\n"
    );
    let first = |action, count| said("pe", action, 0, 9, count);
    let expected = vec![
        first("mac", 10),
        first("mac_zero", 20),
        first("mac_gated", 30),
        first("mac_still", 40),
        said("spad", "read_still", 9, 10, 8),
        said("pe", "mac", 10, 11, 7),
        said("pe", "mac", 11, 12, 0),
    ];
    assert_eq!(events(&trace), expected);
    // One of them is enough, wherever it stands.
    let alone = "gated,count,action,component,cycle\n0.25,8,mac,pe,0\n";
    assert_eq!(events(alone), vec![said("pe", "mac", 0, 1, 6), said("pe", "mac_gated", 0, 1, 2)]);
}

#[test]
fn counts_with_fractions_are_split_in_their_unit_and_sums_of_windows_stay_sums() {
    let header = "# count_fraction_bits: 2\n# window_cycles: 10\ncycle,component,action,count,zero\n";
    let window = |action: &str, count| {
        Said::Event("pe".to_owned(), action.to_owned(), String::new(), 0, 1, count, true)
    };
    // 0.3 of 4 quarters are 1.2 quarters.
    assert_eq!(events(&format!("{header}0,pe,mac,1,0.3\n")), vec![window("mac", 3), window("mac_zero", 1)]);
}

#[test]
fn a_row_with_a_bad_fraction_is_refused_whole_with_the_place_of_the_field() {
    let row_refusal = |row: &str| {
        let (reason, line, byte) = refusal(format!("{DATA_HEADER}{row}\n").as_bytes());
        (reason, line.unwrap(), byte.unwrap() - DATA_HEADER.len() as u64)
    };
    assert_eq!(row_refusal("0,1,pe,mac,1,1.5,,"), ("fraction_out_of_range", 2, 13));
    assert_eq!(row_refusal("0,1,pe,mac,1,-0.1,,"), ("fraction_out_of_range", 2, 13));
    assert_eq!(row_refusal("0,1,pe,mac,1,,, 0.6"), ("fraction_out_of_range", 2, 16));
    assert_eq!(row_refusal("0,1,pe,mac,1,0.6,0.5,"), ("fractions_above_one", 2, 17));
    assert_eq!(row_refusal("0,1,pe,mac,1,,nan,"), ("not_finite", 2, 14));
    assert_eq!(row_refusal("0,1,pe,mac,1,,half,"), ("not_a_number", 2, 14));
    assert_eq!(row_refusal("0,1,pe,mac_zero,1,,1,"), ("described_twice", 2, 7));
    assert_eq!(row_refusal("0,1,pe,,4,0.5,,"), ("empty_name", 2, 7));
    assert_eq!(row_refusal("0,1,pe,mac,1,1"), ("wrong_column_count", 2, 14));
}

#[test]
fn columns_about_data_need_one_channel_a_row() {
    assert_eq!(header_refusal("cycle,pe/mac,zero"), "unknown_column");
    assert!(message("cycle,pe/mac,zero\n0,1,1\n").contains("component/action_zero"));
    assert_eq!(events("cycle,pe/mac_zero\n0,4\n"), vec![said("pe", "mac_zero", 0, 1, 4)]);
    assert!(message("cycle,component,action,count,togle\n0,a,b,1,0\n").contains("perhaps `toggle`"));
}

#[test]
fn wide_rows_are_the_events_of_their_cells_and_empty_or_zero_cells_are_none() {
    let trace = "cycle,core0/unified_buffer/read,pe/mac\n0,4,\n1,0,7\n2, 0.0 ,\n3,1,2\n";
    let buffer = |cycle, count| said("core0/unified_buffer", "read", cycle, cycle + 1, count);
    let expected = vec![buffer(0, 4), said("pe", "mac", 1, 2, 7), buffer(3, 1), said("pe", "mac", 3, 4, 2)];
    assert_eq!(events(trace), expected);
}

#[test]
fn wide_rows_last_as_long_as_the_metadata_says() {
    let trace = "# interval_cycles: 100\ncycle,pe/mac\n0,4\n100,5\n";
    assert_eq!(events(trace), vec![said("pe", "mac", 0, 100, 4), said("pe", "mac", 100, 200, 5)]);
}

#[test]
fn times_become_cycles_of_the_traces_clock_or_else_of_the_readers() {
    for (unit, start, end) in [
        ("s", "1e-6", "2e-6"),
        ("ms", "1e-3", "2e-3"),
        ("us", "1", "2"),
        ("ns", "1000", "2000"),
        ("ps", "1e6", "2e6"),
    ] {
        let body = format!("start_{unit},end_{unit},component,action,count\n{start},{end},pe,mac,1\n");
        let expected = vec![said("pe", "mac", 700, 1400, 1)];
        assert_eq!(events(&format!("# clock_hz: 700e6\n{body}")), expected, "{unit}");
        let reading = Reading { clock_hz: Some(700e6), ..Reading::default() };
        let read = read_as(body.as_bytes(), &reading).unwrap();
        assert_eq!(read.said, expected, "{unit}");
        // The cycles mean nothing without the clock that made them.
        assert_eq!((read.metadata.clock_hz, read.metadata.notes.len()), (Some(700e6), 1));
        assert_eq!(refusal(body.as_bytes()).0, "missing_clock");
    }
}

#[test]
fn comments_before_the_header_are_metadata() {
    let trace = "# nm-trace activity 1\n# producer: my, simulator\n# origin: run: 7\n# clock_hz: 7e8\n\
        # inferences: 2\n# binding: scale-sim\n# count_fraction_bits: 4\n# lateness_cycles: 10\n\
        # span_cycles: -58..1409\n# region: layer, 3, \"conv, 1\", 0, 100\n# region: op,,relu,100,110\n\
        # skipped: phantom_padding,,ifmap_dram/read,12\n# note: cycles are the core's\n# warning: no DRAM\n\
        # a remark\n# see: this\nstart,end,component,action,count\n0,1,pe,mac,1.5\n";
    let region = |kind: &str, id, name: &str, start, end| RegionDeclaration {
        kind: kind.to_owned(),
        id,
        name: name.to_owned(),
        start,
        end,
    };
    let text = |text: &str| Some(text.to_owned());
    let (reason, channel) = ("phantom_padding".to_owned(), text("ifmap_dram/read"));
    let expected = Metadata {
        producer: text("my, simulator"),
        origin: text("run: 7"),
        clock_hz: Some(7e8),
        inferences: Some(2),
        binding: text("scale-sim"),
        count_fraction_bits: 4,
        lateness_cycles: Some(10),
        window_cycles: None,
        span: Some(Span { start: -58, end: 1409 }),
        regions: vec![region("layer", Some(3), "conv, 1", 0, 100), region("op", None, "relu", 100, 110)],
        skipped: vec![Skipped { reason, region: None, channel, count: 12 }],
        notes: vec![Note::assumption("cycles are the core's"), Note::warning("no DRAM")],
    };
    let read = read(trace).unwrap();
    assert_eq!((read.format, read.metadata), ("activity-csv", expected));
    assert_eq!(read.said, vec![said("pe", "mac", 0, 1, 24)]);
}

#[test]
fn comments_after_the_header_are_facts() {
    let trace = "# count_fraction_bits: 1\nstart,end,component,action,count\n# done at noon\n0,1,pe,mac,1\n\
        # region_count: layer:a, pe, mac, 1.5\n# events: pe, mac, 7\n# span_cycles: 0..9\n# warning: w\n";
    let (regions, component, action) = ("layer:a".to_owned(), "pe".to_owned(), "mac".to_owned());
    let expected = vec![
        said("pe", "mac", 0, 1, 2),
        Said::Fact(Fact::RegionCount { regions, component, action, count: 3 }),
        Said::Fact(Fact::EventsTaken(crate::metadata::ChannelEvents {
            component: "pe".into(),
            action: "mac".into(),
            events: 7,
        })),
        Said::Fact(Fact::Span(Span { start: 0, end: 9 })),
        Said::Fact(Fact::Note(Note::warning("w"))),
    ];
    assert_eq!(events(trace), expected);
}

#[test]
fn rows_of_a_windowed_trace_are_sums_of_windows_and_may_be_larger_than_any_event() {
    let count = MAX_EVENT_COUNT + 1;
    let trace = format!("# window_cycles: 1000\n{HEADER}0,1000,pe,mac,{count}\n");
    let expected = Said::Event("pe".to_owned(), "mac".to_owned(), String::new(), 0, 1000, count, true);
    assert_eq!(events(&trace), vec![expected]);
}

#[test]
fn bad_values_are_refused_with_the_place_of_the_field() {
    assert_eq!(row_refusal("0,1,pe,mac"), ("wrong_column_count", 3, 10));
    assert_eq!(row_refusal("0,1,pe,mac,1,2"), ("wrong_column_count", 3, 13));
    assert_eq!(row_refusal("0,1,pe,mac, four"), ("not_a_number", 3, 12));
    assert_eq!(row_refusal("x,1,pe,mac,1"), ("not_a_number", 3, 0));
    assert_eq!(row_refusal("0,1,pe,mac,-4"), ("negative_count", 3, 11));
    assert_eq!(row_refusal("0,1,pe,mac,nan"), ("not_finite", 3, 11));
    assert_eq!(row_refusal("0,1,pe,mac,inf"), ("not_finite", 3, 11));
    assert_eq!(row_refusal("0,1,pe,mac,0.5"), ("fractional_count", 3, 11));
    assert_eq!(row_refusal("0,1,pe,mac,9007199254740993"), ("count_overflow", 3, 11));
    assert_eq!(row_refusal("0,1,pe,mac,18446744073709551612"), ("wrapped_count", 3, 11));
    assert_eq!(row_refusal("5,5,pe,mac,1"), ("end_before_start", 3, 2));
    assert_eq!(row_refusal("0,2e18,pe,mac,1"), ("cycle_out_of_range", 3, 2));
    assert_eq!(row_refusal("0,1,,mac,1"), ("empty_name", 3, 4));
    assert_eq!(row_refusal("0,1,pe,,1"), ("empty_name", 3, 7));
    assert_eq!(row_refusal("0,1,\"pe,mac,1"), ("unclosed_quote", 3, 4));
    assert_eq!(row_refusal("0,1,\"pe\"x,mac,1"), ("bad_quoting", 3, 8));
    assert_eq!(row_refusal("# clok_hz: 1"), ("misspelt_key", 3, 2));
    assert_eq!(row_refusal("# clock_hz: 1"), ("misplaced_key", 3, 2));
    assert_eq!(row_refusal(&"x".repeat(300_000)), ("row_too_long", 3, 0));
}

#[test]
fn names_that_are_not_utf8_are_refused_at_the_bad_byte() {
    let row = [HEADER.as_bytes(), b"0,1,p\xffe,mac,1\n"].concat();
    assert_eq!(refusal(&row), ("not_utf8", Some(2), Some(HEADER.len() as u64 + 5)));
    let number = [HEADER.as_bytes(), b"0,1,pe,mac,\xff\n"].concat();
    assert_eq!(refusal(&number).0, "not_utf8");
}

#[test]
fn bad_headers_are_refused_with_a_cure() {
    assert_eq!(header_refusal("# nm-trace activity 1"), "missing_header");
    assert_eq!(header_refusal("start,end,component,action,cuont"), "unknown_column");
    assert_eq!(header_refusal("start,end,component,action"), "missing_column");
    assert_eq!(header_refusal("start,component,action,count"), "missing_column");
    assert_eq!(header_refusal("component,action,count"), "missing_column");
    assert_eq!(header_refusal("start,end"), "missing_column");
    assert_eq!(header_refusal("start,end,component,action,count,count"), "duplicate_column");
    assert_eq!(header_refusal("start,end_s,component,action,count"), "ambiguous_time");
    assert_eq!(header_refusal("start,end,cycle,component,action,count"), "ambiguous_time");
    assert_eq!(header_refusal("start;end;component;action;count"), "wrong_delimiter");
    assert_eq!(header_refusal("start\tend\tcomponent\taction\tcount"), "wrong_delimiter");
    assert_eq!(header_refusal("cycle,pe/"), "unknown_column");
    assert_eq!(header_refusal("Start,End,Component,Action,Count"), "unknown_column");
    assert_eq!(header_refusal("# nm-trace activity 2"), "unknown_version");
    assert_eq!(refusal(HEADER.as_bytes()), ("header_only", Some(2), Some(HEADER.len() as u64)));
    assert_eq!(refusal(format!("{HEADER}\r\n \n").as_bytes()).0, "header_only");
    assert_eq!(header_refusal(&format!("# interval_cycles: 5\n{HEADER}")), "ambiguous_time");
    assert_eq!(refusal(b"# nm-trace activity 1\n"), ("missing_header", Some(2), Some(22)));
}

#[test]
fn bad_metadata_is_refused_and_remarks_are_not() {
    for bad in [
        "clock_hz: 0",
        "clock_hz: fast",
        "clock_hz: inf",
        "inferences: -1",
        "count_fraction_bits: 21",
        "window_cycles: 0",
        "span_cycles: 9",
        "span_cycles: 9..3",
        "region: layer, 1, a, 0",
        "region: layer, x, a, 0, 1",
        "region: layer,, a, 5, 1",
        "skipped: a, b, 3",
    ] {
        assert_eq!(refusal(format!("# {bad}\n{HEADER}0,1,pe,mac,1\n").as_bytes()).0, "bad_metadata", "{bad}");
    }
    for misspelt in ["clok_hz: 1", "Clock-Hz: 1", "regions: a", "warnings: a", "lateness_cycle: 3"] {
        assert_eq!(header_refusal(&format!("# {misspelt}\n{HEADER}")), "misspelt_key", "{misspelt}");
    }
    assert_eq!(header_refusal("# clock_hz: 1\n# clock_hz: 1\nstart,end"), "duplicate_key");
    assert_eq!(header_refusal("# events: 4\nstart,end"), "misplaced_key");
    assert_eq!(header_refusal("# region_count: a,b,c,1\nstart,end"), "misplaced_key");
    for remark in ["date: today", "see https://example.org/a", "version: 3", "no colon", ""] {
        assert!(read(&format!("# {remark}\n{HEADER}0,1,pe,mac,1\n")).is_ok(), "{remark}");
    }
}

#[test]
fn messages_name_the_cure() {
    let row = |row: &str| message(&format!("{HEADER}{row}\n"));
    assert!(row("0,1,pe,mac,0.5").contains("`# count_fraction_bits: 16`"));
    assert!(
        row("0,1,pe,mac,18446744073709551615")
            .contains("looks like a negative number or a counter that wrapped")
    );
    assert!(message("start,end,component,action,cuont\n0,1,a,b,1\n").contains("perhaps `count`"));
    assert!(message("# clok_hz: 1\nstart,end,a/b\n0,1,1\n").contains("`clock_hz`"));
}

#[test]
fn a_last_row_without_a_line_end_is_taken_if_it_is_whole_and_cut_if_not() {
    assert_eq!(events(&format!("{HEADER}0,1,pe,mac,12")), vec![said("pe", "mac", 0, 1, 12)]);
    for cut in [
        "0",
        "0,1,pe,m",
        "0,1,pe,mac",
        "0,1,pe,mac,",
        "0,1,pe,mac,1e",
        "0,1,\"pe",
        "0,1,\"a,b,c,d,e\"",
        "0,1,\"a,b,c,d",
        "# region: layer,,a,0",
    ] {
        let trace = format!("{HEADER}0,1,pe,mac,1\n{cut}");
        assert_eq!(refusal(trace.as_bytes()).0, "cut_last_row", "{cut}");
        assert!(message(&trace).contains("the file seems cut"));
    }
    assert_eq!(refusal(format!("{HEADER}x,1,pe,mac,12").as_bytes()).0, "not_a_number");
    assert_eq!(refusal(format!("{HEADER}0,1,pe,mac,12,").as_bytes()).0, "wrong_column_count");
}

#[test]
fn bad_records_can_be_skipped_whole() {
    let trace = "cycle,pe/mac,pe/idle\n0,1,x\n1,2,3\nx,1,1\n2,4,5\n";
    let reading = Reading { skip: true, ..Reading::default() };
    let Read { said: taken, skipped, .. } = read_as(trace.as_bytes(), &reading).unwrap();
    assert_eq!(taken.len(), 4);
    assert_eq!(skipped.iter().map(|error| error.line().unwrap()).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn texts_with_line_breaks_cannot_be_written() {
    let metadata = Metadata { producer: Some("a\nb".to_owned()), ..Metadata::default() };
    assert!(write(create_writer, &metadata, &[]).is_err());
    assert!(write(create_writer, &Metadata::default(), &[said("a\nb", "c", 0, 1, 1)]).is_err());
    assert!(write(create_writer, &Metadata::default(), &[said("", "c", 0, 1, 1)]).is_err());
}

#[test]
fn an_output_that_fails_is_reported_at_the_end() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("disk full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let writer = create_writer(Box::new(Full), &Metadata::default()).unwrap();
    assert!(writer.finish().unwrap_err().to_string().contains("disk full"));
}

proptest! {
    #[test]
    fn the_parts_of_a_split_count_sum_to_it_and_are_written_and_read_back(
        rows in prop::collection::vec((0..=MAX_EVENT_COUNT, 0..=100_u32, 0..=100_u32, 0..=50_u32), 1..20),
    ) {
        let row = |(cycle, (count, zero, share, toggle)): (usize, &(u64, u32, u32, u32))| {
            let gated = (100 - zero) * share / 100;
            format!("{cycle},pe,mac,{count},{}e-2,{}e-2,{}e-2\n", zero, gated, toggle)
        };
        let rows_text: String = rows.iter().enumerate().map(row).collect();
        let trace = format!("cycle,component,action,count,zero,gated,toggle\n{rows_text}");
        let split = read(&trace).unwrap();
        let mut sums = vec![0_u64; rows.len()];
        for said in &split.said {
            let Said::Event(_, action, _, start, _, count, _) = said else { panic!("a fact") };
            prop_assert!(["mac", "mac_zero", "mac_gated", "mac_still"].contains(&action.as_str()));
            sums[*start as usize] += count;
        }
        prop_assert_eq!(sums, rows.iter().map(|row| row.0).collect::<Vec<_>>());
        let written = write(create_writer, &split.metadata, &split.said).unwrap();
        prop_assert_eq!(read_as(&written, &Reading::default()).unwrap().said, split.said);
    }

    #[test]
    fn what_is_written_is_read_back_exactly((metadata, said) in trace()) {
        let written = write(create_writer, &metadata, &said).unwrap();
        let read = read_as(&written, &Reading::default()).unwrap();
        prop_assert_eq!(read, Read { format: "activity-csv", metadata, said, skipped: Vec::new() });
    }

    #[test]
    fn any_cut_of_the_bytes_gives_the_same_events(
        (metadata, said) in trace(),
        chunks in prop::collection::vec(1..60_usize, 1..6),
        noise in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut written = write(create_writer, &metadata, &said).unwrap();
        for (index, byte) in noise {
            let index = index.index(written.len());
            written[index] = byte;
        }
        let whole = Reading { skip: true, ..Reading::default() };
        let cut = Reading { chunks, ..whole.clone() };
        prop_assert_eq!(read_as(&written, &whole), read_as(&written, &cut));
    }
}
