//! Chips as modelled against what was published of them: the README's table and a page, kept true.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fmt::Write;
use std::fs;

use common::validation::assert_page_is_true;
use common::{program, root};
use serde_json::Value;

const BEGIN: &str = "<!-- nm-trace chip validate: written by tests/validation_chips.rs -->\n";
const END: &str = "<!-- end -->\n";

/// What `nm-trace chip validate` prints; its exit code is its verdict.
fn validated(arguments: &[&str]) -> String {
    let output = program().args(["chip", "validate"]).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The command's table and sources; what is missing and what means something else stays with the command.
fn for_the_readme() -> String {
    let page = validated(&[]);
    let (table, rest) = page.split_once("\nWhat it says\n").unwrap();
    let (_, sources) = rest.split_once("\nSources\n").unwrap();
    format!("```text\n{table}…\nSources\n{sources}```\n")
}

#[test]
fn the_readme_shows_what_chip_validate_finds() {
    let today = for_the_readme();
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README has the place");
    let (kept, after) = rest.split_once(END).expect("the place ends");
    if std::env::var_os("NM_TRACE_BLESS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{today}{END}{after}")).unwrap();
        return;
    }
    assert!(
        kept == today,
        "the README's table of chips is old: renew it with NM_TRACE_BLESS=1 and read the difference"
    );
}

/// The activities with published powers of their layers, and what was measured.
const ACTIVITIES: [(&str, &str); 2] = [
    ("AlexNet", "AlexNet on Eyeriss, batch of 4, 1 V, 200 MHz"),
    ("VGG-16", "VGG-16 on Eyeriss, batch of 3, 1 V, 200 MHz"),
];

#[test]
fn the_page_of_layers_is_true() {
    let report: Value = serde_json::from_str(&validated(&["--json"])).unwrap();
    let mut page = String::from(LAYERS);
    for (activity, heading) in ACTIVITIES {
        writeln!(page, "\n## {heading}\n\n| | measured | ours | error | aim |\n|---|---|---|---|---|")
            .unwrap();
        let rows = report["rows"].as_array().unwrap().iter().filter(|row| row["activity"] == activity);
        let rows: Vec<&Value> = rows.collect();
        assert!(rows.len() > 5 && rows.iter().all(|row| row["problem"].is_null()), "{activity}: {rows:?}");
        rows.iter().for_each(|row| page.push_str(&line(row)));
    }
    assert_page_is_true("layers.md", &page);
}

/// A row of the page: powers in milliwatts, shares in percent, ratios as they are.
fn line(row: &Value) -> String {
    let shown = |key: &str| match (row[key].as_f64(), row["unit"].as_str().unwrap()) {
        (None, _) => String::new(),
        (Some(power), "W") => format!("{:.1} mW", power * 1e3),
        (Some(share), "%") => format!("{:.1} %", share * 100.0),
        (Some(ratio), _) => format!("{ratio:.2}"),
    };
    let sign = match row["bound"].as_str().unwrap() {
        "upper" => "< ",
        "lower" => "> ",
        _ => "",
    };
    let aim = row["tolerance"]
        .as_f64()
        .map_or_else(String::new, |tolerance| format!("±{:.0} %", tolerance * 100.0));
    let missed = if row["passed"] == false { " **missed**" } else { "" };
    let error = row["error"].as_f64().unwrap() * 100.0;
    let ours = if row["published"].is_null() { String::new() } else { shown("ours") };
    let quantity = row["quantity"].as_str().unwrap();
    format!("| {quantity} | {sign}{} | {ours} | {error:+.1} % | {aim}{missed} |\n", shown("published"))
}

const LAYERS: &str = "# Layers of a network against measured power

This page is written by `tests/validation_chips.rs` from the rows of `nm-trace chip validate`, which says what is missing where an
aim is missed. The built-in `eyeriss` is built from high-level choices; the activity is made from the published processing times,
active cells, zero fractions and buffer accesses (`fixtures/eyeriss/make.py`, which says what is assumed beside them). No energy
was fitted to these figures. But where the publications are silent (depth of queues, ports of buffers, what a zero stops, that
waiting cells are clocked) choices were made with AlexNet's figures in view: read those as consistent, not as predicted. VGG-16
was looked at after they were made.
";
