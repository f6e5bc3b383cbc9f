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

/// What `nm-trace chip validate --json` prints; its exit code is its verdict.
fn validated() -> Value {
    let output = program().args(["chip", "validate", "--json"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(value: &Value, unit: &str) -> String {
    let Some(number) = value.as_f64() else { return "–".to_owned() };
    match unit {
        "1" if number < 1.0 => format!("{:.1} %", number * 100.0),
        "1" => format!("{number:.2}"),
        unit if number < 10.0 => format!("{number:.2} {}", unit.replace("mm2", "mm²")),
        unit => format!("{number:.1} {}", unit.replace("mm2", "mm²")),
    }
}

fn percent(value: &Value) -> String {
    value.as_f64().map_or_else(|| "–".to_owned(), |part| format!("{:+.1} %", part * 100.0))
}

/// The rows as Markdown.
fn table(report: &Value) -> String {
    let mut text = String::from(
        "| chip | quantity | published | ours | error | NeuroMeter | aim | source |\n|---|---|---|---|---|---|---|---|\n",
    );
    for row in report["rows"].as_array().unwrap() {
        let cell = |key: &str| row[key].as_str().unwrap_or_default();
        let bound = if cell("bound") == "upper" { "< " } else { "" };
        let aim = format!(
            "{}{:.0} %",
            if bound.is_empty() { "±" } else { "-" },
            row["tolerance"].as_f64().unwrap() * 100.0
        );
        let met = if row["passed"].as_bool().unwrap() { "" } else { " **missed**" };
        let (published, ours) = (number(&row["published"], cell("unit")), number(&row["ours"], cell("unit")));
        let (error, neurometer) = (percent(&row["error"]), percent(&row["neurometer_error"]));
        writeln!(
            text,
            "| {} | {} | {bound}{published} | {ours} | {error} | {neurometer} | {aim}{met} | {} |",
            cell("chip"),
            cell("quantity"),
            cell("source"),
        )
        .unwrap();
    }
    text
}

#[test]
fn the_readme_shows_what_chip_validate_finds() {
    let today = table(&validated());
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

/// Power in milliwatts of AlexNet's layers, batch of 4 at 1 V and 200 MHz: Chen et al., JSSC 2017.
const ALEXNET: [(&str, f64); 5] =
    [("CONV1", 332.0), ("CONV2", 288.0), ("CONV3", 266.0), ("CONV4", 235.0), ("CONV5", 236.0)];

#[test]
fn the_page_of_layers_is_true() {
    let output = program()
        .args(["replay", "fixtures/eyeriss/alexnet.csv", "--chip", "eyeriss", "--quiet", "--json", "-"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut page = String::from(LAYERS);
    let mut sum = 0.0;
    for (name, published) in ALEXNET {
        let layer =
            report["regions"].as_array().unwrap().iter().find(|region| region["name"] == name).unwrap();
        let ours = layer["average_power_w"].as_f64().unwrap() * 1e3;
        sum += (ours / published - 1.0).abs();
        let error = (ours / published - 1.0) * 100.0;
        writeln!(page, "| {name} | {published:.0} | {ours:.1} | {error:+.1} % |").unwrap();
    }
    writeln!(page, "\nMean of the absolute errors: {:.1} %.", sum / ALEXNET.len() as f64 * 100.0).unwrap();
    assert_page_is_true("layers.md", &page);
}

const LAYERS: &str = "# Layers of a network against measured power

This page is written by `tests/validation_chips.rs`, which fails when it is no longer true. The built-in `eyeriss` is built from
high-level choices; the activity is made from the published processing times, active cells, zero fractions and buffer accesses
(`fixtures/eyeriss/make.py`, which says what is assumed beside them). No energy was fitted to these figures. But where the
publications are silent (depth of queues, ports of buffers, what a zero stops, that waiting cells are clocked, how accesses divide)
choices were made with them in view: read it as consistent, not as predicted.

## AlexNet on Eyeriss, batch of 4, 1 V, 200 MHz

| layer | measured, mW | ours, mW | error |
|---|---|---|---|
";
