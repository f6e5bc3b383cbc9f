//! Fast rows say what the reader that explains says, and take the rows that they are for.

use std::path::PathBuf;

use proptest::prelude::*;

use super::fast_rows::FastRows;
use super::rows::{RowDecoder, RowReader};
use super::{FRACTION_CURE, is_passed_over, read_opening};
use crate::decoder::{Chunk, Cut, cut_lines};
use crate::error::DataError;
use crate::event::{ChannelId, Event, EventSink, Fact, RegionSetId, Rejection};
use crate::format::OpenOptions;
use crate::formats::activity_text::count::CountReader;
use crate::formats::activity_text::opening::peek_opening;
use crate::input::Content;

/// Writes down what it is told in order, and apart from that the names that it is asked for, in the order of the first
/// time. Refuses some names and some events.
#[derive(Debug, Default, PartialEq)]
struct Recorder {
    told: Vec<String>,
    asked: Vec<String>,
}

impl Recorder {
    fn number(&mut self, name: String) -> Result<u32, Rejection> {
        let known = self.asked.iter().position(|asked| *asked == name);
        let at = known.unwrap_or(self.asked.len());
        let refused = name.contains("refused");
        if known.is_none() {
            self.asked.push(name);
        }
        if refused { Err(rejection("refused_name")) } else { Ok(at as u32) }
    }

    fn take(&mut self, what: &str, event: Event) -> Result<(), Rejection> {
        self.told.push(format!("{what} {event:?}"));
        if event.count % 10 == 3 { Err(rejection("refused_event")) } else { Ok(()) }
    }
}

fn rejection(reason: &'static str) -> Rejection {
    Rejection { reason, found: String::new(), expected: String::new(), cure: String::new() }
}

impl EventSink for Recorder {
    fn channel(&mut self, component: &str, action: &str) -> Result<ChannelId, Rejection> {
        self.number(format!("{component:?} {action:?}")).map(ChannelId)
    }

    fn regions(&mut self, tags: &str) -> Result<RegionSetId, Rejection> {
        self.number(format!("{tags:?}")).map(RegionSetId)
    }

    fn event(&mut self, event: Event) -> Result<(), Rejection> {
        self.take("event", event)
    }

    fn window_count(&mut self, event: Event) -> Result<(), Rejection> {
        self.take("window", event)
    }

    fn fact(&mut self, fact: Fact) -> Result<(), Rejection> {
        self.told.push(format!("{fact:?}"));
        Ok(())
    }

    fn bad_record(&mut self, error: DataError) -> Result<(), DataError> {
        self.told.push(format!("error {error:?}"));
        if error.reason() == "fractional_cycle" { Err(error) } else { Ok(()) }
    }
}

/// The decoder of a trace and where its rows start, if its header is good.
fn open(trace: &[u8]) -> Option<(RowDecoder, usize)> {
    let mut content = Content::from_bytes(trace.to_vec());
    let opening = peek_opening(&mut content, is_passed_over).ok()?;
    let options = OpenOptions { default_clock_hz: Some(7e8), ..OpenOptions::default() };
    let (metadata, columns) = read_opening(&opening, &options).ok()?;
    let counts = CountReader::new(&metadata, FRACTION_CURE);
    Some((RowDecoder { columns, counts, windowed: metadata.window_cycles.is_some() }, opening.bytes.len()))
}

/// What a sink is told by way of chunks of about these sizes, over and over, and the number of lines or the error.
fn decode(trace: &[u8], sizes: &[usize], is_fast: bool) -> Option<(Recorder, Result<u64, String>)> {
    let (decoder, mut start) = open(trace)?;
    let mut sink = Recorder::default();
    let (mut end, mut line_ends, mut sizes) = (start, 0, sizes.iter().cycle());
    while start < trace.len() {
        end = end.saturating_add(*sizes.next().unwrap()).min(trace.len());
        let is_last = end == trace.len();
        let length = match cut_lines(&trace[start..end]) {
            _ if is_last => end - start,
            Ok(Cut::At(length)) => length,
            _ => continue,
        };
        let chunk =
            Chunk { bytes: &trace[start..start + length], offset: start as u64, lines_before: 0, is_last };
        let fast = is_fast.then(|| FastRows::new(&decoder));
        match decoder.decode_with(fast, &chunk, &mut sink) {
            Ok(lines) => line_ends += lines,
            Err(error) => return Some((sink, Err(format!("{error:?}")))),
        }
        start += length;
    }
    Some((sink, Ok(line_ends)))
}

fn assert_fast_is_slow(trace: &[u8], sizes: &[usize]) {
    let slow = decode(trace, sizes, false);
    assert!(decode(trace, sizes, true) == slow, "{}\n{slow:?}", String::from_utf8_lossy(trace));
}

/// How far fast rows get from `start` on, and how many rows that are.
fn read_fast(header: &str, bytes: &[u8], start: usize) -> (usize, u64) {
    let (decoder, _) = open(format!("{header}\n").as_bytes()).unwrap();
    let chunk = Chunk { bytes, offset: 0, lines_before: 0, is_last: true };
    let mut sink = Recorder::default();
    let mut reader = RowReader::new(&decoder, &chunk, &mut sink);
    // What the sink calls the channels of the wide form is learnt from rows that are not fast.
    reader.wide_channels.fill(Some(ChannelId(0)));
    FastRows::new(&decoder).read(start, &mut reader).unwrap()
}

const LONG: &str = "start,end,component,action,count";
const LONG_WITH_REGION: &str = "start,end,component,action,count,region";

#[test]
fn rows_of_plain_numbers_and_names_are_fast() {
    let name = "a_name_longer_than_thirty_two_bytes".repeat(4);
    let last = "999999999999999999";
    for (header, row) in [
        (LONG, "0,1,pe,mac,1\n".to_owned()),
        (LONG, "-12,1234567890,unified_buffer,read,9007199254740992\r\n".to_owned()),
        (LONG, format!("-{last},{last},pe,mac,00001\n")),
        (LONG, format!("0,1,{name},mac,1\n")),
        (LONG_WITH_REGION, "0,1,pe,mac,1,layer:a;inference:0\n".to_owned()),
        (LONG_WITH_REGION, "0,1,pe,mac,1,\r\n".to_owned()),
        ("count,action,end,component,start", "4,mac,7,pe,-3\n".to_owned()),
        ("cycle,action,component,count,zero,gated,toggle", "4,mac,pe,1,,,\n".to_owned()),
        ("start_ns,end_ns,component,action,count", "10,20,pe,mac,1\n".to_owned()),
        ("# count_fraction_bits: 4\ncycle,component,action,count", "1,pe,mac,562949953421312\n".to_owned()),
        ("cycle,pe/mac,pe/idle,region", "1,,0,layer:a\n".to_owned()),
        ("cycle,pe/mac,pe/idle,region", format!("1,5,{last},{name}\n").replace(last, "12345678")),
    ] {
        for rows in [1, 20] {
            let bytes = row.repeat(rows).into_bytes();
            assert_eq!(read_fast(header, &bytes, 0), (bytes.len(), rows as u64), "{header} {row}");
        }
    }
}

#[test]
fn all_other_rows_are_left_to_the_reader_that_explains() {
    for row in [
        "0,1,pe,mac",
        "0,1,pe,mac,1,",
        "0,1,pe,mac,+1",
        "0,1,pe,mac,1.0",
        "0,1,pe,mac, 1",
        "0,1,pe,mac,1\r\r",
        "0,1,\"pe\",mac,1",
        "0,1,pe ,mac,1",
        "0,1,pe,,1",
        "0,1,pe,mac,",
        "0,1,pe,mac,-1",
        "0,0,pe,mac,1",
        "-,1,pe,mac,1",
        "0,1,pe,mac,9007199254740993",
        "0,1000000000000000000,pe,mac,1",
        "# 0,1,pe,mac,1",
        "",
        "0,1,refused,mac,1",
    ] {
        let bytes = format!("{row}\n{}", "1,2,pe,mac,1\n".repeat(10));
        assert_eq!(read_fast(LONG, bytes.as_bytes(), 0), (0, 0), "{row}");
    }
    // The last row, which may be cut.
    assert_eq!(read_fast(LONG, b"0,1,pe,mac,1\n0,1,pe,mac,1", 0), (13, 1));
    // Five separators, but of two rows.
    assert_fast_is_slow(
        format!("{LONG}\n0,1,pe,mac,1\n0,1\npe,mac,1\n0,1,pe,mac,1\n").as_bytes(),
        &[usize::MAX],
    );
    // The first field of a row that is a comment.
    assert_fast_is_slow(
        b"component,action,cycle,count\n#pe,mac,1,1\npe,mac,1,1\n#pe,mac,1,1\n",
        &[usize::MAX],
    );
}

#[test]
fn rows_of_any_length_are_fast_wherever_they_stand_in_a_chunk() {
    for (header, row) in
        [(LONG, "0,1,NAME,mac,1\n"), (LONG, "0,1,pe,NAME,1\r\n"), (LONG_WITH_REGION, "0,1,pe,mac,1,NAME\n")]
    {
        for letters in 0..150 {
            let rows = ["10,20,pe,mac,5\n", row, row, "11,300,pe,mac,12\n"];
            let rows = rows.map(|row| match header {
                LONG_WITH_REGION if !row.contains("NAME") => row.replace('\n', ",\n"),
                _ => row.replace("NAME", &"a".repeat(letters + 1)),
            });
            let body = rows.concat().repeat(3);
            let mut start = 0;
            for (before, row) in rows.iter().cycle().take(12).enumerate() {
                let left = 12 - before as u64;
                assert_eq!(read_fast(header, body.as_bytes(), start), (body.len(), left), "{row}");
                start += row.len();
            }
            let trace = format!("{header}\n{body}");
            for sizes in [&[usize::MAX][..], &[row.len() + letters], &[100, 300]] {
                assert_fast_is_slow(trace.as_bytes(), sizes);
            }
        }
    }
}

#[test]
fn numbers_of_any_length_are_read_the_same_in_both_ways() {
    for digits in 1..20 {
        for start in ["", "0", "-", "-0"] {
            let number = "123456789".repeat(3)[..digits].to_owned();
            let rows = [
                format!("{start}{number},{number}9,pe,mac,1\n"),
                format!("{start}1,{number}0,pe,mac,{number}\n"),
                format!("{start}{number},9{number},pe,mac,00{number}\r\n"),
            ];
            let trace = format!("{LONG}\n{}", rows.concat().repeat(10));
            assert_fast_is_slow(trace.as_bytes(), &[usize::MAX]);
        }
    }
}

#[test]
fn an_event_that_is_refused_makes_its_row_a_bad_one_of_which_nothing_more_is_told() {
    let trace = b"cycle,pe/mac,pe/idle,pe/read\n0,1,1,1\n1,1,3,1\n2,1,1,1\nx,1,1,1\n3,3,1,\n";
    let (sink, lines) = decode(trace, &[usize::MAX], true).unwrap();
    let starts: Vec<&str> = sink.told.iter().map(|told| told.split(' ').next().unwrap()).collect();
    let [event, error] = ["event", "error"];
    let row = [event; 3];
    let expected = [&row[..], &[event, event, error], &row, &[error], &[event, error]].concat();
    assert_eq!((starts, lines), (expected, Ok(5)));
    assert!(sink.told[5].contains("refused_event"));
}

#[test]
fn every_fixture_says_the_same_in_both_ways() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut opened = 0;
    for folder in ["activity", "bad/activity-csv"] {
        for entry in std::fs::read_dir(fixtures.join(folder)).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            opened += usize::from(open(&bytes).is_some());
            for size in [usize::MAX, 1, 100] {
                assert_fast_is_slow(&bytes, &[size]);
            }
        }
    }
    assert!(opened > 20, "{opened}");
}

const HEADERS: &[&str] = &[
    LONG,
    LONG,
    LONG_WITH_REGION,
    "# count_fraction_bits: 3\nstart,end,component,action,count",
    "# window_cycles: 10\nstart,end,component,action,count",
    "component,start,action,end,count",
    "region,action,component,count,start,end",
    "cycle,component,action,count,zero,toggle",
    "start_ns,end_ns,component,action,count",
    "start_s,end_s,component,action,count",
    "cycle,pe/mac,core0/pe/mac,pe/read",
    "# interval_cycles: 9223372036854775807\ncycle,region,pe/mac",
    "start,end,a/b,region,c/d,e/f,g/h,i/j,k/l,m/n,o/p,q/r,s/t,u/v,w/x,y/z",
];

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => "[0-9]{1,3}",
        4 => "-?[0-9]{1,18}",
        2 => "-?[0-9]{17,21}",
        1 => "[ 0-9+.e\"-]{0,5}",
        1 => Just(String::new()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => "pe|mac|unified_buffer|layer:a",
        5 => "a_name_of_thirty_one_characters|a_name_of_more_characters_than_a_slot_of_the_table_has",
        2 => "[ab]{30,40}",
        2 => "[ a\"#/\té]{0,4}",
        1 => "\"pe\"|\"p,e\"|refused",
    ]
}

/// Rows that fit a header, mostly.
fn rows(header: &'static str) -> impl Strategy<Value = String> {
    let line = header.rsplit('\n').next().unwrap();
    let field = |column: &str| match column {
        "component" | "action" | "region" => name().boxed(),
        "zero" | "toggle" => prop_oneof![9 => "", 1 => "0|0.25|0.5|x"].boxed(),
        "end" | "end_ns" | "end_s" => prop_oneof![9 => "[0-9]{4,9}", 1 => number()].boxed(),
        _ => number().boxed(),
    };
    let fields: Vec<_> = line.split(',').map(field).collect();
    let end = prop_oneof![20 => Just("\n"), 5 => Just("\r\n"), 1 => Just("\n\n"), 1 => Just("\r\r\n"), 1 => Just(",\n"),
        1 => Just("\n# note: n\n"), 1 => Just("\n# a remark\n"), 1 => Just("\"\n")];
    let row = (fields, end).prop_map(|(fields, end)| fields.join(",") + end);
    prop::collection::vec(row, 1..40).prop_map(|rows| rows.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_rows_in_any_chunks_say_the_same_in_both_ways(
        (header, rows) in prop::sample::select(HEADERS).prop_flat_map(|header| (Just(header), rows(header))),
        sizes in prop::collection::vec(1..400_usize, 1..4),
        noise in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b",\n\r\"# -+.e5\xff\0"[..])), 0..4),
        kept in 0.9..1.1_f64,
    ) {
        let mut trace = format!("{header}\n{rows}").into_bytes();
        let body = header.len() + 1;
        for (index, byte) in noise {
            let at = body + index.index(rows.len());
            trace[at] = byte;
        }
        trace.truncate((trace.len() as f64 * kept) as usize);
        for sizes in [&sizes[..], &[usize::MAX]] {
            assert_fast_is_slow(&trace, sizes);
        }
    }
}
