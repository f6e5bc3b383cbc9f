use proptest::prelude::*;

use super::super::rows::{IDLE, Row, Style};
use super::super::runs::Run;
use super::*;

const SRAM: Kind = Kind { is_dram: false, keeps_first_words: true };
const DRAM: Kind = Kind { is_dram: true, keeps_first_words: false };

/// Cycles and shapes of rows, first words after idle rows, and ports.
type Told = (Vec<(i64, Shape)>, Vec<(u64, i64)>, usize);

/// The rows of a text read word by word; `None` if one cannot be read.
fn slow(text: &[u8], kind: Kind) -> Option<Told> {
    let whole = memchr::memrchr(b'\n', text).map_or(&text[..0], |end| &text[..end]);
    let (mut rows, mut first_words, mut ports) = (Vec::new(), Vec::new(), None);
    let mut was_idle = true;
    let lines = whole.split(|&byte| byte == b'\n').filter(|_| text.contains(&b'\n'));
    for line in lines {
        let mut row = Row::default();
        row.read(line, Style::Rectangular(ports)).ok()?;
        ports = Some(row.words.len());
        let first = row.words.iter().find(|&&word| word != IDLE);
        if let Some(&word) = first.filter(|_| was_idle && kind.keeps_first_words) {
            first_words.push((rows.len() as u64, word));
        }
        was_idle = first.is_none();
        rows.push((row.cycle, Shape::of(&row.words, kind)));
    }
    Some((rows, first_words, ports.unwrap_or(0)))
}

fn rows_of(digest: &Digest) -> Vec<(i64, Shape)> {
    let rows = |run: Run| (0..run.rows as i64).map(move |row| (run.cycle + row, run.shape));
    digest.runs().flat_map(rows).collect()
}

/// What is digested is what is read; what cannot be read is not digested. Says whether it was.
fn compare(text: &[u8], kind: Kind) -> bool {
    let Some(digest) = Digest::of(text, kind) else { return false };
    let digested = (rows_of(&digest), digest.first_words.clone(), digest.ports);
    assert_eq!(slow(text, kind), Some(digested), "{:?}", String::from_utf8_lossy(text));
    assert_eq!(digest.rows as usize, memchr::memchr_iter(b'\n', text).count());
    assert_eq!(digest.is_cut, !text.is_empty() && !text.ends_with(b"\n"));
    true
}

/// A trace as SCALE-Sim writes one.
fn text_of(rows: &[(i64, Vec<i64>)], suffix: &str) -> String {
    let mut text = String::new();
    for (cycle, words) in rows {
        text += &format!("{cycle}{suffix}");
        words.iter().for_each(|word| text += &format!(",{word}{suffix}"));
        text.push('\n');
    }
    text
}

fn word() -> impl Strategy<Value = i64> {
    prop_oneof![4 => Just(-1_i64), 2 => 0_i64..3, 2 => 0_i64..30_000_000, 1 => 0_i64..1_000_000_000_000_000]
}

/// Of a port that moves one in each row.
fn busy_word() -> impl Strategy<Value = i64> {
    prop_oneof![2 => 0_i64..3, 9 => 10_i64..30_000_000, 1 => 0_i64..1_000_000_000_000_000]
}

fn trace(ports: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(i64, Vec<i64>)>> {
    let cycle = prop_oneof![4 => Just(None), 1 => (-200_000_000_i64..2_000_000_000_000).prop_map(Some)];
    ports.prop_flat_map(move |ports| {
        let words = prop_oneof![
            Just(vec![-1; ports]),
            prop::collection::vec(word(), ports),
            prop::collection::vec(10_i64..30_000_000, ports),
            prop::collection::vec(busy_word(), ports),
        ];
        prop::collection::vec((cycle.clone(), words), 0..20).prop_map(|rows| {
            let mut next = 0;
            let place = |(cycle, words): (Option<i64>, _)| {
                next = cycle.unwrap_or(next + 1);
                (next, words)
            };
            rows.into_iter().map(place).collect()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_as_scale_sim_writes_them_are_digested_as_they_are_read(rows in trace(0..40)) {
        prop_assert!(compare(text_of(&rows, "").as_bytes(), SRAM));
        prop_assert!(compare(text_of(&rows, ".0").as_bytes(), DRAM));
        prop_assert!(compare(text_of(&rows, "").as_bytes(), DRAM));
    }

    #[test]
    fn damaged_rows_are_left_to_the_reader_or_digested_as_it_reads_them(
        rows in trace(1..40),
        changes in prop::collection::vec((any::<usize>(), 0_usize..16, any::<bool>()), 1..3),
        is_float: bool,
    ) {
        let mut text = text_of(&rows, if is_float { ".0" } else { "" }).into_bytes();
        for (at, byte, inserts) in changes {
            let byte = b"-1,.0\n\r 7e+x9,\xff\0"[byte];
            let at = at % (text.len() + 1);
            if inserts || at == text.len() { text.insert(at, byte) } else { text[at] = byte }
        }
        compare(&text, SRAM);
        compare(&text, DRAM);
    }

    #[test]
    fn a_cut_between_rows_changes_no_row(rows in trace(1..20), at in any::<usize>()) {
        let text = text_of(&rows, ".0").into_bytes();
        let near = at % (text.len() + 1);
        let cut = memchr::memrchr(b'\n', &text[..near]).map_or(0, |end| end + 1);
        let halves = [&text[..cut], &text[cut..]].map(|half| Digest::of(half, DRAM).map(|half| rows_of(&half)));
        let [Some(first), Some(second)] = halves else { return Err(TestCaseError::fail("not digested")) };
        let whole = Digest::of(&text, DRAM).map(|whole| rows_of(&whole));
        prop_assert_eq!(Some([first, second].concat()), whole);
    }
}

#[test]
fn odd_spellings_are_left_to_the_reader() {
    for text in [
        "1,2\r\n",
        "1, 2\n",
        "1,\n",
        "\n",
        "1,,2\n",
        ",1\n",
        "1,-2\n",
        "1,-10\n",
        "1,--1\n",
        "1,5-\n",
        "-,1\n",
        "1,1e3\n",
        "1,1234567890123456\n",
        "1234567890123456,1\n",
        "1,2\n1,2,3\n",
        "1,-\n",
        "1,nan\n",
        "1,+1\n",
        "-1-,2\n",
    ] {
        for kind in [SRAM, DRAM] {
            assert!(Digest::of(text.as_bytes(), kind).is_none(), "{text:?}");
        }
    }
    for text in [
        "1,.0\n",
        "1,1.\n",
        "1,1.00\n",
        "1,1.5\n",
        "1,01.0\n",
        "1,-1.5\n",
        "1,1..0\n",
        "1,1.0.0\n",
        "1.5,1\n",
    ] {
        assert!(Digest::of(text.as_bytes(), DRAM).is_none(), "{text:?}");
    }
    assert!(Digest::of(b"1,1.0\n", SRAM).is_none());
    let long = format!("1{}\n", ",7".repeat(MAX_RECORD_BYTES / 2));
    assert!(Digest::of(long.as_bytes(), SRAM).is_none());
}

#[test]
fn numbers_across_blocks_are_read_as_elsewhere() {
    for shift in 0..130 {
        let filler = ",7".repeat(shift / 2) + if shift % 2 == 1 { ",77" } else { "" };
        for tail in ["-1", "1", "-1.0", "1.0", "123456789012345", "1,-1,1,1", "10.0,1.0,-1.0,1.0"] {
            let text = format!("5{filler},{tail}\n");
            assert!(compare(text.as_bytes(), DRAM), "{text:?}");
        }
        for tail in ["-2", "1234567890123456", "-1.5", "--1", "01"] {
            assert!(Digest::of(format!("5{filler},{tail}\n").as_bytes(), DRAM).is_none(), "{shift} {tail}");
        }
    }
}

#[test]
fn rows_after_an_idle_one_are_read_as_elsewhere() {
    for next in [
        "8",
        "9",
        "10",
        "-9",
        "-1",
        "x",
        "1x",
        ":",
        "/",
        "",
        "99999999",
        "100000000",
        "07",
        " 7",
        "7.0",
        "7,-1",
    ] {
        for (first, ports) in
            [("7", ",-1,-1"), ("07", ",-1,-1"), ("7.0", ",-1.0,-1.0"), ("99999999", ",-1,-1"), ("-7", ",-1")]
        {
            for more in [ports, ",-1,5", ",-1", ",5,-1", ",-1,-1,-1", ",-1,-2", ",-1,-1.5"] {
                let text = format!("{first}{ports}\n{next}{more}\n{next}{more}\n12345678{ports}\n");
                compare(text.as_bytes(), SRAM);
                compare(text.as_bytes(), DRAM);
            }
        }
    }
}

#[test]
fn the_next_cycle_is_told_as_it_is_read() {
    for (first, next) in [
        ("8", "9"),
        ("9", "10"),
        ("9", ":"),
        ("-0", "-1"),
        ("-2", "-1"),
        ("-1", "0"),
        ("07", "08"),
        ("0", "1"),
    ] {
        for suffix in ["", ".0"] {
            for ports in [",55,66", ",-1,66", ",55,1", ""] {
                let rows = [first, next, next, first].map(|cycle| {
                    let words = ports.replace(',', &format!("{suffix},"));
                    format!("{cycle}{words}{suffix}\n")
                });
                let text = rows.concat() + &rows.concat();
                compare(text.as_bytes(), SRAM);
                compare(text.as_bytes(), DRAM);
            }
        }
    }
    assert!(compare(b"-0,5\n-1,5\n0,5\n1,5\n-1,5\n0,5\n", SRAM));
}

#[test]
fn consecutive_rows_of_one_shape_are_one_run() {
    let digest = Digest::of(b"-2,7,-1\n-1,8,-1\n0,9,-1\n1,-1,9\n3,-1,9\n", SRAM).unwrap_or_default();
    let runs: Vec<_> =
        digest.runs().map(|run| (run.cycle, run.rows, run.shape.first, run.shape.end)).collect();
    assert_eq!(runs, [(-2, 3, 0, 1), (1, 1, 1, 2), (3, 1, 1, 2)]);
    assert_eq!(digest.first_words, [(0, 7)]);
}
