//! The pages say what the program does: every key of every JSON report stands on docs/reports.md.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::io::Write;

use common::{keys, program, root, succeed};
use serde_json::{Map, Value};

fn json(arguments: &[&str]) -> Value {
    serde_json::from_slice(&succeed(program().args(arguments)).stdout).unwrap()
}

/// The report of a chip that exceeds limits of its own file: it is there all the same.
fn beyond_its_limits(chip: &str) -> Value {
    let output = program().args(["chip", chip, "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The part of docs/reports.md below a heading, up to the next one of that level.
fn section(heading: &str) -> String {
    let page = std::fs::read_to_string(root().join("docs/reports.md")).unwrap();
    let found = page.split("\n## ").find(|section| section.lines().next() == Some(heading));
    found.unwrap_or_else(|| panic!("docs/reports.md has no section {heading:?}")).to_owned()
}

/// The words in backticks in the first cell of every row of the section's tables.
fn rows(section: &str) -> BTreeSet<String> {
    let cells = section.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// Tables say `regions` or `regions[]` for what holds others, and name the entries of a map by `<...>`.
fn check(heading: &str, keys: &BTreeSet<String>, maps: &[(&str, &str)]) {
    let rows = rows(&section(heading));
    let written = |key: &String| {
        let mut key = key.clone();
        for (map, entry) in maps {
            if key.starts_with(map) && key.len() > map.len() {
                key = format!("{map}{entry}");
            }
        }
        key
    };
    let keys: BTreeSet<String> = keys.iter().map(written).collect();
    let on_page: BTreeSet<String> = rows.iter().map(|row| row.trim_end_matches("[]").to_owned()).collect();
    let missing: Vec<&String> = keys.difference(&on_page).collect();
    assert!(missing.is_empty(), "not in the tables of docs/reports.md, {heading}: {missing:?}");
    let unknown: Vec<&String> = on_page.difference(&keys).collect();
    assert!(unknown.is_empty(), "no report has what docs/reports.md, {heading}, lists: {unknown:?}");
}

/// A trace with everything that the fixtures do not show: a bad row, an unbound channel, skipped entries.
fn odd_trace() -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
    let text = "# nm-trace activity 1\n# skipped: padding, layer:a, dram/read, 3\nstart,end,component,action,count,region\n\
                0,1,tensor_unit,mac,4,layer:a\n1,2,unknown,thing,1,layer:a\n2,3,tensor_unit,mac,oops,layer:a\n";
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[test]
fn every_key_of_a_comparison_is_on_the_page() {
    let trace = "fixtures/scale-sim/conv_ws_user";
    let mut document = json(&["replay", trace, "--chip", "tpu-v1", "--chip", "eyeriss", "--json", "-"]);
    let reports = document["reports"].as_array_mut().unwrap();
    assert_eq!(reports.len(), 2);
    reports.clear();
    check("Several chips, supplies, clocks, temperatures", &keys(&[document]), &[]);
}

#[test]
fn every_key_of_the_replay_report_is_on_the_page_and_no_other() {
    let odd = odd_trace();
    let odd = odd.path().to_str().unwrap();
    let reports = [
        json(&[
            "replay",
            "fixtures/scale-sim/conv_ws_user",
            "--chip",
            "eyeriss",
            "--window",
            "100",
            "--json",
            "-",
        ]),
        json(&["replay", "fixtures/activity/long.csv", "--chip", "tpu-v1", "--window", "4", "--json", "-"]),
        json(&["replay", odd, "--chip", "tpu-v1", "--on-error", "skip", "--unbound", "warn", "--json", "-"]),
    ];
    check("The keys of replay", &keys(&reports), &[("coverage.bad_records", ".<reason>")]);
}

#[test]
fn every_key_of_the_inspection_is_on_the_page_and_no_other() {
    let odd = odd_trace();
    let reports = [
        json(&["inspect", "fixtures/scale-sim/conv_ws_calc", "--json"]),
        json(&["inspect", odd.path().to_str().unwrap(), "--on-error", "skip", "--json"]),
    ];
    check("The keys of inspect", &keys(&reports), &[]);
}

#[test]
fn every_key_of_the_chip_report_is_on_the_page_and_no_other() {
    let small = "fixtures/chips/small-design.toml";
    let reports = [
        json(&["chip", "tpu-v1", "--json"]),
        json(&["chip", "eyeriss", "--json"]),
        json(&["chip", "tests/chips/given.toml", "--json"]),
        json(&["chip", &format!("{small}:limits.area=6mm2"), "--json"]),
        beyond_its_limits(&format!("{small}:limits.area=1um2")),
    ];
    let maps = [
        ("design.components[].parts", "[].<figure>"),
        ("design.components[].actions[].energy_parts_j", ".<part>"),
        ("design.search.candidates[].values", ".<key>"),
        ("timing.cycle_time_s", ".<component>"),
        ("sources", ".<figure>"),
        ("components[].sources", ".<figure>"),
        ("components[].actions[].sources", ".<figure>"),
    ];
    check("The keys of chip", &keys(&reports), &maps);
}

/// What `chip validate` prints; its exit code is its verdict.
fn validation() -> Value {
    let output = program().args(["chip", "validate", "--json"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_key_of_the_validation_is_on_the_page_and_no_other() {
    check("The keys of chip validate", &keys(&[validation()]), &[]);
}

/// Arrays that were searched and given, wires with and without repeaters, units with and without an accumulator.
fn calculators() -> [(&'static str, Value); 6] {
    let words = |text: &str| json(&text.split_whitespace().collect::<Vec<_>>());
    let array = "chip array --node 45nm --capacity 48KiB --word 24B --json";
    let limits = "--max-access 1ns --max-cycle 1ns --max-area 1mm2 --supply 1V";
    [
        ("The keys of chip array", words(&format!("{array} {limits}"))),
        ("The keys of chip array", words(&format!("{array} --organisation 2,2,4,8,1,1"))),
        ("The keys of chip wire", words("chip wire --node 28nm --length 1mm --json")),
        ("The keys of chip wire", words("chip wire --node 28nm --length 1mm --drive single --json")),
        ("The keys of chip mac", words("chip mac --node 7nm --multiply int8 --accumulate int32 --json")),
        ("The keys of chip mac", words("chip mac --node 7nm --add int8 --json")),
    ]
}

#[test]
fn every_key_of_the_calculators_is_on_the_page_and_no_other() {
    let reports = calculators();
    let parts = |keys: &[&'static str]| keys.iter().map(|key| (*key, ".<part>")).collect::<Vec<_>>();
    let array = parts(&[
        "access_parts_s",
        "read_parts_j",
        "write_parts_j",
        "read_one_port_parts_j",
        "write_one_port_parts_j",
        "leakage_parts_w",
        "gate_leakage_parts_w",
        "area_parts_mm2",
    ]);
    let mac = parts(&[
        "area_parts_mm2",
        "energy_parts_j",
        "clock_parts_j",
        "gated_clock_parts_j",
        "leakage_parts_w",
    ]);
    for (heading, maps) in
        [("The keys of chip array", array), ("The keys of chip wire", vec![]), ("The keys of chip mac", mac)]
    {
        let of_it = reports.iter().filter(|(of, _)| *of == heading).map(|(_, report)| report.clone());
        check(heading, &keys(&of_it.collect::<Vec<_>>()), &maps);
    }
}

/// What is null in a report has a row that says so.
#[test]
fn what_is_null_in_a_report_is_said_to_be_so() {
    let odd = odd_trace();
    let odd = odd.path().to_str().unwrap();
    let reports = [
        (
            "The keys of replay",
            json(&[
                "replay",
                odd,
                "--chip",
                "tpu-v1",
                "--on-error",
                "skip",
                "--unbound",
                "warn",
                "--json",
                "-",
            ]),
        ),
        (
            "The keys of replay",
            json(&[
                "replay",
                "fixtures/activity/long.csv",
                "--chip",
                "eyeriss",
                "--unbound",
                "ignore",
                "--json",
                "-",
            ]),
        ),
        ("The keys of inspect", json(&["inspect", odd, "--on-error", "skip", "--json"])),
        ("The keys of inspect", json(&["inspect", "fixtures/scale-sim/conv_ws_calc", "--json"])),
        ("The keys of chip validate", validation()),
        ("The keys of chip", json(&["chip", "tpu-v1", "--json"])),
        ("The keys of chip", json(&["chip", "eyeriss", "--json"])),
        ("The keys of chip", json(&["chip", "tests/chips/given.toml", "--json"])),
        (
            "The keys of chip",
            json(&["chip", "fixtures/chips/small-design.toml:X=16,search.X=[16]", "--json"]),
        ),
    ];
    for (heading, report) in reports.iter().chain(&calculators()) {
        let section = section(heading);
        let mut nulls = BTreeSet::new();
        null_keys(report, "", &mut nulls);
        for key in nulls {
            let row =
                section.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{key}`")));
            let row = row.unwrap_or_else(|| panic!("{heading}: no row for {key}"));
            assert!(row.contains("null"), "{key} can be null, and its row does not say so: {row}");
        }
    }
}

fn null_keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Null => {
            found.insert(path.to_owned());
        }
        Value::Array(elements) => {
            elements.iter().for_each(|value| null_keys(value, &format!("{path}[]"), found))
        }
        Value::Object(entries) => {
            let entries: &Map<String, Value> = entries;
            entries.iter().for_each(|(key, value)| null_keys(value, &join(key), found));
        }
        _ => {}
    }
}

/// The long options of all commands below a command.
fn options_of(command: &clap::Command, known: &mut BTreeSet<String>) {
    for command in command.get_subcommands() {
        known.extend(
            command.get_arguments().filter_map(|argument| Some(format!("--{}", argument.get_long()?))),
        );
        options_of(command, known);
    }
}

/// The long options that a page names, `--window`, without those of other programs.
#[test]
fn every_option_that_a_page_names_exists() {
    let mut known: BTreeSet<String> = ["--help", "--version"].map(str::to_owned).into();
    options_of(&nm_trace::cli::command(), &mut known);
    for page in [
        "binding.md",
        "calculator.md",
        "chip-designs.md",
        "chip-files.md",
        "diff.md",
        "power.md",
        "reading-traces.md",
        "reports.md",
    ] {
        let text = std::fs::read_to_string(root().join("docs").join(page)).unwrap();
        for (at, _) in text.match_indices("--") {
            let option: String =
                text[at..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            let starts_a_word = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-' || c == '|');
            if starts_a_word && option.len() > 3 && option.chars().any(|c| c != '-') {
                assert!(known.contains(&option), "docs/{page} names {option}, which no command has");
            }
        }
    }
}
