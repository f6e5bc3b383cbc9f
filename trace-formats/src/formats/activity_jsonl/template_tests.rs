//! Reading by templates gives what reading member by member gives.
//!
//! A chunk of one line has no line before it to learn a template from: read so, every line goes member by member.

use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use crate::formats::activity_text::test_support::{Reading, read_as};

/// A line that follows, so that what is loaded ahead of a line is there, and what a bad line leaves behind is seen.
const AFTER: &str = concat!(r#"{"cycle":1,"component":"after","action":"a","count":1}"#, "\n");

/// So many that a window is in them.
fn lines_after() -> Vec<u8> {
    AFTER.repeat(8).into_bytes()
}

fn assert_read_alike(trace: &[u8], chunks: &[usize]) {
    let reading = |chunks: &[usize]| Reading { chunks: chunks.to_vec(), skip: true, ..Reading::default() };
    let member_by_member = read_as(trace, &reading(&[1]));
    for chunks in [&[usize::MAX], chunks].into_iter().filter(|chunks| !chunks.is_empty()) {
        assert_eq!(read_as(trace, &reading(chunks)), member_by_member, "{}", trace.escape_ascii());
    }
    // The first error is the same where it stops the reading, too.
    let stopped =
        |chunks: &[usize]| read_as(trace, &Reading { chunks: chunks.to_vec(), ..Reading::default() });
    assert_eq!(stopped(&[usize::MAX]), stopped(&[1]), "{}", trace.escape_ascii());
}

#[test]
fn every_fixture_is_read_alike_in_one_piece_and_line_by_line() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut files = 0;
    for folder in ["activity", "bad/activity-jsonl"] {
        for file in std::fs::read_dir(fixtures.join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                let trace = std::fs::read(&path).unwrap();
                assert_read_alike(&trace, &[500]);
                // Every line again, where templates for it are known.
                let body = trace.split_inclusive(|&byte| byte == b'\n').skip(1).collect::<Vec<_>>().concat();
                assert_read_alike(&[&trace[..], &body, b"\n", &lines_after()[..], &body].concat(), &[700]);
                files += 1;
            }
        }
    }
    assert!(files > 20);
}

#[test]
fn any_change_of_one_byte_of_a_plain_line_is_read_alike() {
    let line = |start: u32| {
        format!("{{\"start\":{start},\"end\":9,\"component\":\"a\",\"action\":\"b\",\"count\":12}}\n")
    };
    let (before, plain, after) = (line(1), line(2), line(3));
    for at in 0..plain.len() {
        for byte in *b"0-\"\\,:}x \n\x00\xff" {
            for end in [at, at + 1] {
                let changed = [&plain.as_bytes()[..at], &[byte], &plain.as_bytes()[end..]].concat();
                assert_read_alike(
                    &[before.as_bytes(), &changed, after.as_bytes(), &lines_after()[..]].concat(),
                    &[],
                );
            }
        }
        let shorter = [&plain.as_bytes()[..at], &plain.as_bytes()[at + 1..]].concat();
        assert_read_alike(&[before.as_bytes(), &shorter, after.as_bytes(), &lines_after()[..]].concat(), &[]);
    }
}

/// A key and its value.
type Member = (&'static str, String);

fn number(plain: bool) -> impl Strategy<Value = String> {
    let odd = select(vec![
        "-1",
        "-0",
        "007",
        "1.5",
        "1e3",
        "+4",
        "",
        "null",
        "\"4\"",
        "4x",
        "123456789012345",
        "1234567890123456",
        "-123456789012345678",
        "999999999999999999",
        "1000000000000000000",
        "9007199254740992",
        "9007199254740993",
        "18446744073709551615",
    ]);
    let odd_weight = if plain { 1 } else { 4 };
    prop_oneof![8 => (0..200_000_u32).prop_map(|number| number.to_string()), odd_weight => odd.prop_map(str::to_owned)]
}

fn name() -> impl Strategy<Value = String> {
    select(vec![
        r#""pe""#,
        r#""a""#,
        r#""unified_buffer""#,
        r#""a_name_of_exactly_31_bytes_12345""#,
        r#""a_name_of_thirty_two_bytes_123456""#,
        r#""a_name_that_is_longer_than_any_of_the_others_and_than_64_bytes_is_here""#,
        // With another and `","action":"` between them, they fill a block, or do not fit.
        r#""a_name_of_50_bytes_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx""#,
        r#""a_name_of_51_bytes_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx""#,
        r#""p\"e""#,
        r#""p\\""#,
        r#""\u0070e""#,
        r#""é""#,
        r#""""#,
        "null",
        "7",
    ])
    .prop_map(str::to_owned)
}

/// The values of a line: start, end, cycle, component, action, count, region, toggle.
fn values() -> impl Strategy<Value = [String; 8]> {
    let good_end = (200_001..300_000_u32).prop_map(|end| end.to_string());
    let end = prop_oneof![8 => good_end, 1 => number(false)];
    let toggle = select(vec!["null", "0.25", "0"]).prop_map(str::to_owned);
    (number(true), end, number(true), name(), name(), number(false), name(), toggle).prop_map(
        |(start, end, cycle, component, action, count, region, toggle)| {
            [start, end, cycle, component, action, count, region, toggle]
        },
    )
}

/// Which keys a line has, in which order, and what stands around them.
#[derive(Clone, Debug)]
struct Shape {
    keys: Vec<&'static str>,
    spaces: &'static str,
    line_end: &'static str,
}

const KEYS: [&str; 8] = ["start", "end", "cycle", "component", "action", "count", "region", "toggle"];

fn shape() -> impl Strategy<Value = Shape> {
    let interval = prop_oneof![4 => Just(vec!["start", "end"]), 2 => Just(vec!["cycle"]), 1 => Just(vec!["start", "cycle"])];
    let others = subsequence(vec!["region", "toggle"], 0..=2);
    let keys = (interval, others)
        .prop_map(|(interval, others)| [interval, vec!["component", "action", "count"], others].concat());
    let around = (select(vec!["", "", " ", "\t "]), select(vec!["\n", "\n", "\r\n", " \n"]));
    (keys, any::<bool>(), around).prop_flat_map(|(keys, ordered, (spaces, line_end))| {
        let keys = if ordered { Just(keys).boxed() } else { Just(keys).prop_shuffle().boxed() };
        keys.prop_map(move |keys| Shape { keys, spaces, line_end })
    })
}

impl Shape {
    fn line(&self, values: &[String; 8]) -> String {
        let Shape { keys, spaces, line_end } = self;
        let place = |key: &str| KEYS.iter().position(|known| *known == key).unwrap();
        let members: Vec<Member> = keys.iter().map(|&key| (key, values[place(key)].clone())).collect();
        let members: Vec<String> =
            members.iter().map(|(key, value)| format!("{spaces}\"{key}\":{spaces}{value}")).collect();
        format!("{spaces}{{{}{spaces}}}{line_end}", members.join(","))
    }
}

/// Lines of a few shapes, with facts between some of them.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let fact = select(vec![
        "{\"note\":{\"kind\":\"warning\",\"text\":\"w\"}}\n",
        "\n",
        "{\"span\":{\"start\":0,\"end\":9}}\n",
    ]);
    prop::collection::vec(shape(), 1..6).prop_flat_map(move |shapes| {
        let event =
            (any::<Index>(), values()).prop_map(move |(shape, values)| shape.get(&shapes).line(&values));
        prop::collection::vec(prop_oneof![12 => event, 1 => fact.clone().prop_map(str::to_owned)], 1..40)
    })
}

/// A change of some bytes: what is taken out, and what is put in instead.
fn change() -> impl Strategy<Value = (Index, usize, Vec<u8>)> {
    let piece = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        select(vec![
            "\"",
            "\\",
            "\n",
            "\r",
            " ",
            ",",
            "0",
            "-",
            "\"count\":1,",
            "{",
            "}",
            "\0",
            "\u{1}",
            "é"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        Just(Vec::new()),
    ];
    (any::<Index>(), 0..3_usize, piece)
}

proptest! {
    #[test]
    fn lines_of_any_shape_are_read_alike_by_templates_and_member_by_member(
        lines in lines(),
        changes in prop::collection::vec(change(), 0..4),
        chunks in prop::collection::vec(1..900_usize, 1..4),
        ended: bool,
    ) {
        let mut trace = lines.concat().into_bytes();
        for (at, length, piece) in changes {
            let at = at.index(trace.len());
            let end = (at + length).min(trace.len());
            trace.splice(at..end, piece);
            if trace.is_empty() {
                trace.push(b'\n');
            }
        }
        // Known to be a trace of this format, whatever became of it.
        let mut trace = [&lines_after()[..], &trace, &lines_after()[..]].concat();
        if !ended {
            trace.pop();
        }
        assert_read_alike(&trace, &chunks);
    }
}
