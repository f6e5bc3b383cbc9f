//! The files under `fixtures/`, read without a chip: what the pipeline refuses is not refused here.

use std::path::PathBuf;

use super::test_support::{Read, Reading, read_as};

fn fixtures(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(folder)
}

fn example(name: &str) -> Read {
    read_as(&std::fs::read(fixtures("activity").join(name)).unwrap(), &Reading::default()).unwrap()
}

/// The input and the message's parts of each case. These values are written alike in TOML and JSON.
fn expected(folder: &str) -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(fixtures(folder).join("expected.toml")).unwrap();
    let value = |line: &str, key: &str| line.strip_prefix(key).map(str::to_owned);
    let inputs = text.lines().filter_map(|line| value(line, "input = "));
    let messages = text.lines().filter_map(|line| value(line, "message = "));
    let parsed = inputs.zip(messages).map(|(input, message)| {
        (serde_json::from_str(&input).unwrap(), serde_json::from_str(&message).unwrap())
    });
    parsed.collect()
}

fn check_bad_inputs(folder: &str) {
    let cases = expected(folder);
    let files = std::fs::read_dir(fixtures(folder)).unwrap().count();
    assert_eq!(files, cases.len() + 1, "each file of {folder} has its case");
    for (input, parts) in cases {
        let is_about_the_chip = input.starts_with("unknown_component") || input.starts_with("unknown_action");
        if is_about_the_chip {
            continue;
        }
        let bytes = std::fs::read(fixtures(folder).join(&input)).unwrap();
        let message = read_as(&bytes, &Reading::default()).unwrap_err().to_string();
        for part in parts {
            assert!(message.contains(&part), "{input}: {message:?} lacks {part:?}");
        }
    }
}

#[test]
fn the_examples_say_the_same_in_every_form() {
    let long = example("long.csv");
    assert_eq!(long.said.len(), 45);
    for other in ["wide.csv", "seconds.csv", "events.jsonl"] {
        let other = example(other);
        assert_eq!((other.metadata, other.said), (long.metadata.clone(), long.said.clone()));
    }
}

#[test]
fn described_data_say_the_same_as_the_variants_that_counts_are_split_into() {
    let variants = example("data_variants.csv");
    assert_eq!(variants.said.len(), 11);
    for described in ["data.csv", "data.jsonl"] {
        assert_eq!(example(described).said, variants.said, "{described}");
    }
}

#[test]
fn bad_csv_gets_the_error_that_its_fixture_expects() {
    check_bad_inputs("bad/activity-csv");
}

#[test]
fn bad_json_lines_get_the_error_that_their_fixture_expects() {
    check_bad_inputs("bad/activity-jsonl");
}

#[test]
fn the_examples_of_the_format_pages_are_read() {
    for (page, fence, format, examples) in
        [("csv", "```csv\n", "activity-csv", 2), ("jsonl", "```json\n", "activity-jsonl", 1)]
    {
        let path = fixtures("../docs/formats").join(format!("activity-{page}.md"));
        let text = std::fs::read_to_string(path).unwrap();
        let blocks: Vec<&str> =
            text.split(fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        assert_eq!(blocks.len(), examples, "{page}");
        for block in blocks {
            let read = read_as(block.as_bytes(), &Reading::default()).unwrap();
            assert_eq!((read.format, read.said.len()), (format, 3), "{block}");
        }
    }
}
