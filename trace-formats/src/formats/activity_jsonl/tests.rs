use proptest::prelude::*;

use super::create_writer;
use crate::event::Fact;
use crate::formats::activity_text::test_support::{
    Read, Reading, Said, read, read_as, refusal, said, trace, write,
};
use crate::metadata::{ChannelEvents, Metadata, Note, RegionDeclaration, Skipped, Span};

const GOOD: &str = r#"{"start":0,"end":1,"component":"pe","action":"mac","count":1}"#;

fn events(trace: &str) -> Vec<Said> {
    read(trace).unwrap().said
}

/// The reason, the line and the column (from 0) of the error that a line after a good one gets.
fn line_refusal(line: &str) -> (&'static str, u64, u64) {
    let (reason, number, byte) = refusal(format!("{GOOD}\n{line}\n").as_bytes());
    (reason, number.unwrap(), byte.unwrap() - GOOD.len() as u64 - 1)
}

#[test]
fn keys_come_in_any_order_with_spaces_and_escapes() {
    let expected = vec![said("pe \"0\"", "mac", -2, 1, 4)];
    let plain = r#"{"start":-2,"end":1,"component":"pe \"0\"","action":"mac","count":4}"#;
    let other = r#"  { "count" : 4.0 , "action":"m\u0061c", "\u0065nd":1, "region":null,
        "component":"pe \u00220\"","start_cycle":-2 } "#
        .replace('\n', " ");
    assert_eq!(events(plain), expected);
    assert_eq!(events(&format!("\u{feff}\r\n{other}\r\n\r\n")), expected);
}

#[test]
fn one_cycle_and_region_tags_need_no_more_than_a_word() {
    let line = r#"{"cycle":7,"component":"pe","action":"mac","count":4,"region":"layer:conv1;op:x"}"#;
    let tags = "layer:conv1;op:x".to_owned();
    let expected = Said::Event("pe".to_owned(), "mac".to_owned(), tags, 7, 8, 4, false);
    assert_eq!(events(line), vec![expected]);
}

#[test]
fn keys_about_data_split_a_count_into_variants_of_its_action() {
    let line =
        |members: &str| format!(r#"{{{members},"cycle":7,"component":"p\"e","action":"mac","count":100}}"#);
    let part = |action, count| said("p\"e", action, 7, 8, count);
    assert_eq!(
        events(&line(r#""zero":0.2,"gated":3e-1,"toggle":0.1"#)),
        vec![part("mac", 10), part("mac_zero", 20), part("mac_gated", 30), part("mac_still", 40)]
    );
    assert_eq!(events(&line(r#""zero":null,"gated":null,"toggle":null"#)), vec![part("mac", 100)]);
    assert_eq!(events(&line(r#""zero":null,"gated":1"#)), vec![part("mac_gated", 100)]);
}

#[test]
fn the_first_line_may_be_metadata_and_any_other_a_fact() {
    let trace = r#"
{"metadata":{"clock_hz":7e8,"count_fraction_bits":1,"regions":[{"kind":"layer","name":"a","start":0,"end":9}]}}
{"start_us":1,"end_us":2,"component":"pe","action":"mac","count":1.5}
{"region":{"kind":"layer","id":1,"name":"b","start":9,"end":12}}
{"span":{"start":-1,"end":12}}
{"note":{"kind":"warning","text":"w"}}
{"skipped":{"reason":"padding","count":3}}
{"region_count":{"region":"layer:a","component":"pe","action":"mac","count":340282366920938463463374607431768211.5}}
{"events_taken":{"component":"pe","action":"mac","events":7}}
"#;
    let read = read(trace).unwrap();
    let region = |id, name: &str, start, end| RegionDeclaration {
        kind: "layer".to_owned(),
        id,
        name: name.to_owned(),
        start,
        end,
    };
    assert_eq!((read.format, read.metadata.clock_hz), ("activity-jsonl", Some(7e8)));
    assert_eq!(read.metadata.regions, vec![region(None, "a", 0, 9)]);
    let (regions, component, action) = ("layer:a".to_owned(), "pe".to_owned(), "mac".to_owned());
    let count = 680564733841876926926749214863536423;
    let expected = vec![
        said("pe", "mac", 700, 1400, 3),
        Said::Fact(Fact::Region(region(Some(1), "b", 9, 12))),
        Said::Fact(Fact::Span(Span { start: -1, end: 12 })),
        Said::Fact(Fact::Note(Note::warning("w"))),
        Said::Fact(Fact::Skipped(Skipped {
            reason: "padding".to_owned(),
            region: None,
            channel: None,
            count: 3,
        })),
        Said::Fact(Fact::RegionCount { regions, component, action, count }),
        Said::Fact(Fact::EventsTaken(ChannelEvents {
            component: "pe".into(),
            action: "mac".into(),
            events: 7,
        })),
    ];
    assert_eq!(read.said, expected);
}

#[test]
fn bad_lines_are_refused_with_the_place_of_the_value() {
    let event =
        |count: &str| format!(r#"{{"start":0,"end":1,"component":"pe","action":"mac","count":{count}}}"#);
    for (count, reason) in [
        ("-4", "negative_count"),
        ("NaN", "not_finite"),
        ("Infinity", "not_finite"),
        ("0.5", "fractional_count"),
        ("\"4\"", "not_a_number"),
        ("true", "not_a_number"),
        ("1e17", "count_overflow"),
        ("18446744073709551612", "wrapped_count"),
    ] {
        assert_eq!(line_refusal(&event(count)), (reason, 2, 59), "{count}");
    }
    let line =
        |members: &str| line_refusal(&format!(r#"{{{members},"component":"pe","action":"mac","count":1}}"#));
    assert_eq!(line(r#""cycle":1,"zero":1.5"#), ("fraction_out_of_range", 2, 18));
    assert_eq!(line(r#""cycle":1,"gated":-1"#), ("fraction_out_of_range", 2, 19));
    assert_eq!(line(r#""cycle":1,"toggle":0.6"#), ("fraction_out_of_range", 2, 20));
    assert_eq!(line(r#""cycle":1,"gated":0.6,"zero":0.5"#), ("fractions_above_one", 2, 19));
    assert_eq!(line(r#""cycle":1,"zero":NaN"#), ("not_finite", 2, 18));
    assert_eq!(line(r#""cycle":1,"zero":"""#), ("not_a_number", 2, 18));
    assert_eq!(line(r#""zero":0,"zero":null"#), ("duplicate_key", 2, 10));
    assert_eq!(line(r#""cycle":1,"togle":0"#), ("unknown_key", 2, 11));
    assert_eq!(line(r#""start":5,"end":5"#), ("end_before_start", 2, 17));
    assert_eq!(line(r#""start":5,"end":2e18"#), ("cycle_out_of_range", 2, 17));
    assert_eq!(line(r#""start":5"#), ("missing_key", 2, 0));
    assert_eq!(line(r#""end":5"#), ("missing_key", 2, 0));
    assert_eq!(line(r#""start":5,"end_s":6"#), ("ambiguous_time", 2, 0));
    assert_eq!(line(r#""start_s":5,"end_s":6"#), ("missing_clock", 2, 11));
    assert_eq!(line(r#""start":5,"strat":6"#), ("unknown_key", 2, 11));
    assert_eq!(line(r#""start":5,"start":6"#), ("duplicate_key", 2, 11));
    assert_eq!(line(r#""cycle":1,"region":7"#), ("not_a_string", 2, 20));
    assert_eq!(line_refusal(r#"{"cycle":1,"component":"","action":"mac","count":1}"#), ("empty_name", 2, 23));
    assert_eq!(line_refusal(r#"{"cycle":1,"component":"pe","action":"mac"}"#), ("missing_key", 2, 0));
    assert_eq!(line_refusal("[1]"), ("bad_json", 2, 0));
    assert_eq!(line_refusal(r#"{"cycle":1,"#), ("unfinished_json", 2, 11));
    assert_eq!(line_refusal(r#"{"metadata":{}}"#), ("late_metadata", 2, 1));
    assert_eq!(line_refusal(r#"{"span":{"start":0,"ned":1}}"#).0, "bad_metadata");
    assert_eq!(line_refusal(r#"{"span":{"start":0,"end":-1}}"#), ("bad_metadata", 2, 8));
    assert_eq!(line_refusal(r#"{"events_taken":7,"x":1}"#), ("bad_json", 2, 18));
    assert_eq!(line_refusal(&"x".repeat(300_000)), ("row_too_long", 2, 0));
    let bytes = b"{\"cycle\":1,\"component\":\"p\xff\",\"action\":\"mac\",\"count\":1}\n";
    assert_eq!(refusal(bytes), ("not_utf8", Some(1), Some(25)));
}

#[test]
fn messages_name_what_was_meant() {
    let message = |line: &str| read(&format!("{GOOD}\n{line}\n")).unwrap_err().to_string();
    assert!(message(r#"{"strat":1}"#).contains("perhaps `start`"));
    let half = r#"{"cycle":1,"component":"pe","action":"mac","count":0.5}"#;
    assert!(message(half).contains(r#"`{"metadata":{"count_fraction_bits":16}}`"#));
    let metadata = read("{\"metadata\":{\"clok_hz\":1}}\n").unwrap_err();
    assert_eq!(metadata.reason(), "bad_metadata");
    assert!(metadata.to_string().contains("unknown field `clok_hz`, expected one of"), "{metadata}");
}

#[test]
fn a_trace_of_metadata_alone_has_no_rows() {
    assert_eq!(refusal(b"{\"metadata\":{}}\n"), ("header_only", Some(2), Some(16)));
    assert_eq!(refusal(b"{\"metadata\":{\"clock_hz\":0}}\n").0, "bad_metadata");
    assert_eq!(refusal(b"{\"metadata\":{\"clo").0, "unfinished_json");
}

#[test]
fn a_last_line_without_a_line_end_is_taken_if_it_is_whole_and_cut_if_not() {
    assert_eq!(events(GOOD).len(), 1);
    for cut in [1, 9, 20, GOOD.len() - 1] {
        assert_eq!(refusal(format!("{GOOD}\n{}", &GOOD[..cut]).as_bytes()).0, "cut_last_row", "{cut}");
    }
}

#[test]
fn the_same_trace_in_three_forms_says_the_same() {
    let long =
        "# clock_hz: 7e8\ncycle,component,action,count,region\n0,pe,mac,4,a\n0,dram,read,1,a\n1,pe,mac,5,\n";
    let wide = "# clock_hz: 7e8\ncycle,pe/mac,dram/read,region\n0,4,1,a\n1,5,,\n";
    let lines = r#"{"metadata":{"clock_hz":700000000}}
{"cycle":0,"component":"pe","action":"mac","count":4,"region":"a"}
{"cycle":0,"component":"dram","action":"read","count":1,"region":"a"}
{"cycle":1,"component":"pe","action":"mac","count":5}
"#;
    let long = read(long).unwrap();
    for other in [wide, lines] {
        let other = read(other).unwrap();
        assert_eq!((&other.metadata, &other.said), (&long.metadata, &long.said));
    }
}

#[test]
fn names_with_line_breaks_are_escaped() {
    let said = vec![said("a\nb", "c\r", 0, 1, 1)];
    let metadata = Metadata { producer: Some("x\ny".to_owned()), ..Metadata::default() };
    let written = write(create_writer, &metadata, &said).unwrap();
    let read = read_as(&written, &Reading::default()).unwrap();
    assert_eq!((read.metadata, read.said), (metadata, said));
}

/// What can be of any length is written as facts ahead of all else.
fn with_lists_as_facts(mut metadata: Metadata, said: Vec<Said>) -> (Metadata, Vec<Said>) {
    let regions = std::mem::take(&mut metadata.regions).into_iter().map(Fact::Region);
    let skipped = std::mem::take(&mut metadata.skipped).into_iter().map(Fact::Skipped);
    let notes = std::mem::take(&mut metadata.notes).into_iter().map(Fact::Note);
    let facts = regions.chain(skipped).chain(notes).map(Said::Fact);
    (metadata, facts.chain(said).collect())
}

#[test]
fn no_line_gets_longer_with_the_number_of_regions() {
    let region = |number: i64| RegionDeclaration {
        kind: "layer".to_owned(),
        id: Some(number as u64),
        name: format!("a_layer_with_a_name_of_some_length_{number}"),
        start: number,
        end: number + 1,
    };
    let metadata = Metadata { regions: (0..5000).map(region).collect(), ..Metadata::default() };
    let events = vec![said("pe", "mac", 0, 1, 1)];
    let written = write(create_writer, &metadata, &events).unwrap();
    assert!(written.split(|&byte| byte == b'\n').all(|line| line.len() < 200));
    let read = read_as(&written, &Reading::default()).unwrap();
    assert_eq!((read.metadata, read.said), with_lists_as_facts(metadata, events));
}

#[test]
fn the_first_event_says_whether_a_clock_is_needed() {
    let with_clock = Reading { clock_hz: Some(1e9), ..Reading::default() };
    let region = r#"{"region":{"kind":"layer","name":"a","start":0,"end":9}}"#;
    let in_times = r#"{"start_us":1,"end_us":2,"component":"pe","action":"mac","count":1}"#;
    let read = |lines: [&str; 3]| read_as(lines.join("\n").as_bytes(), &with_clock);
    let times = read([region, in_times, GOOD]).unwrap().metadata;
    assert_eq!((times.clock_hz, times.notes.len()), (Some(1e9), 1));
    assert_eq!(read([region, GOOD, GOOD]).unwrap().metadata, Metadata::default());
    assert_eq!(read([region, GOOD, in_times]).unwrap_err().reason(), "missing_clock");
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_exactly((metadata, said) in trace()) {
        let written = write(create_writer, &metadata, &said).unwrap();
        let read = read_as(&written, &Reading::default()).unwrap();
        let (metadata, said) = with_lists_as_facts(metadata, said);
        prop_assert_eq!(read, Read { format: "activity-jsonl", metadata, said, skipped: Vec::new() });
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
