//! Bad SCALE-Sim input in `fixtures/bad/scale-sim` gets the error that stands beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what went wrong")]

mod scale_sim_support;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scale_sim_support::{Recording, copy, fixtures, record_into, try_open};
use trace_formats::{DataError, OpenOptions};

fn bad() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/bad/scale-sim")
}

/// Input and messages of each case; the values are written as JSON would be.
fn cases() -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(bad().join("expected.toml")).expect("expected.toml");
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        line.unwrap_or_default().to_owned()
    };
    let case = |block: &str| {
        let input = serde_json::from_str(&value(block, "input")).expect("input");
        (input, serde_json::from_str(&value(block, "message")).expect("message"))
    };
    text.split("[[case]]").skip(1).map(case).collect()
}

fn read(path: &Path, recording: &mut Recording) -> Result<(), DataError> {
    record_into(recording, try_open(path, &OpenOptions::default())?, 1)
}

#[test]
fn each_bad_input_gets_its_one_error() {
    let cases = cases();
    assert!(cases.len() >= 20);
    for (input, messages) in cases {
        let error = read(&bad().join(&input), &mut Recording::default()).expect_err(&input).to_string();
        for message in messages {
            assert!(error.contains(&message), "{input}: {message:?} is not in: {error}");
        }
    }
}

#[test]
fn bad_rows_can_be_skipped_and_the_others_are_counted() {
    let directory = tempfile::tempdir().expect("directory");
    let run = directory.path().join("run");
    std::fs::create_dir_all(run.join("layer0")).expect("create");
    std::fs::write(run.join("layer0/IFMAP_SRAM_TRACE.csv"), "1,0,1\n2,x\n3,2,-1\n4,-2,0\n5,1,1,1\n6,5,5\n")
        .expect("write");
    let mut recording = Recording { skips_bad_rows: true, ..Recording::default() };
    read(&run, &mut recording).expect("bad rows are skipped");
    let cycles: Vec<_> = recording.by_cycle("layer:layer0", "ifmap_sram/read").into_iter().collect();
    assert_eq!(cycles, [(1, 2), (3, 1), (6, 2)]);
    let lines: Vec<_> = recording.bad.iter().map(|error| (error.line(), error.reason())).collect();
    let reasons = ["not_a_number", "negative_address", "wrong_column_count"];
    assert_eq!(lines, [(Some(2), reasons[0]), (Some(4), reasons[1]), (Some(5), reasons[2])]);
}

/// Replaces one byte of a run's traces and configuration.
fn damaged(file: &str, at: usize, byte: u8) -> Result<(), DataError> {
    let directory = tempfile::tempdir().expect("directory");
    let run = directory.path().join("run");
    copy(&fixtures().join("twelve/layer0"), &run.join("layer0"));
    std::fs::copy(fixtures().join("twelve.cfg"), run.join("run.cfg")).expect("copy");
    let path = run.join(file);
    let mut bytes = std::fs::read(&path).expect("read");
    let length = bytes.len();
    bytes[at % length] = byte;
    std::fs::write(&path, bytes).expect("write");
    let mut recording = Recording { skips_bad_rows: byte.is_multiple_of(2), ..Recording::default() };
    read(&run, &mut recording)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damaged_byte_makes_a_run_panic(file in 0_usize..7, at in any::<usize>(), byte in any::<u8>()) {
        let files = [
            "layer0/IFMAP_SRAM_TRACE.csv",
            "layer0/FILTER_SRAM_TRACE.csv",
            "layer0/OFMAP_SRAM_TRACE.csv",
            "layer0/IFMAP_DRAM_TRACE.csv",
            "layer0/FILTER_DRAM_TRACE.csv",
            "layer0/OFMAP_DRAM_TRACE.csv",
            "run.cfg",
        ];
        let _ = damaged(files[file], at, byte);
    }
}
