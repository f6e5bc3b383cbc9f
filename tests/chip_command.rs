//! `nm-trace chip` on chips: what it prints of designs and of given numbers, and what becomes of them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::process::Output;

use common::{close, fixture, program, succeed, without_provenance};
use serde_json::Value;

const SMALL: &str = "fixtures/chips/small-design.toml";
const TRACE: &str = "fixtures/chips/small.csv";

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

fn text(arguments: &[&str]) -> String {
    String::from_utf8(succeed(program().args(arguments)).stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_slice(&succeed(program().args(arguments)).stdout).unwrap()
}

fn failure(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

fn sum(values: &Value, key: &str) -> f64 {
    values.as_array().unwrap().iter().map(|value| value[key].as_f64().unwrap()).sum()
}

fn near(a: f64, b: f64) {
    // Sums of a few dozen rounded terms.
    assert!((a - b).abs() <= 1e-9 * b.abs(), "{a} is not {b}");
}

#[test]
fn a_design_is_shown_as_trees_with_timing_choices_and_search() {
    let page = text(&["chip", SMALL]);
    for part in [
        "Technology      28 nm",
        "Critical path   tensor_unit: ",
        "Thermal design power",
        "  tensor_unit x2 ",
        "    mac ",
        "(white space)",
        "(unmodelled)",
        "Timing",
        "tensor_unit accumulator = int32: ",
        "clock: given",
        "Wanted          most TOPS/TCO",
        "3 combinations",
        "X=32",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let all = text(&["chip", SMALL, "--all"]);
    assert!(all.lines().count() > page.lines().count() && !all.contains("smaller)"), "{all}");
    assert!(page.contains("smaller)"), "small parts are summed up:\n{page}");
}

#[test]
fn parts_add_up_to_components_and_components_to_the_chip() {
    let report = json(&["chip", SMALL, "--json"]);
    let design = &report["design"];
    let whole = report["area_mm2"].as_f64().unwrap();
    near(sum(&design["components"], "area_mm2"), design["modelled_area_mm2"].as_f64().unwrap());
    close(&report["white_space_mm2"], 0.15 * whole);
    close(&report["unmodelled_area_mm2"], 0.05 * whole);
    near(design["modelled_area_mm2"].as_f64().unwrap(), 0.80 * whole);
    near(sum(&design["components"], "tdp_w"), report["tdp_w"].as_f64().unwrap());
    for (component, frozen) in
        design["components"].as_array().unwrap().iter().zip(report["components"].as_array().unwrap())
    {
        assert_eq!(component["name"], frozen["name"]);
        near(component["area_mm2"].as_f64().unwrap(), frozen["area_mm2"].as_f64().unwrap());
        near(component["tdp_w"].as_f64().unwrap(), frozen["tdp_w"].as_f64().unwrap());
        near(sum(&component["actions"], "tdp_w"), component["tdp_dynamic_w"].as_f64().unwrap());
        let kinds = ["tdp_dynamic_w", "tdp_clock_w", "tdp_leakage_w"];
        let kinds: f64 = kinds.iter().map(|kind| component[*kind].as_f64().unwrap()).sum();
        near(kinds, component["tdp_w"].as_f64().unwrap());
        parts_add_up(component);
    }
}

/// The parts of a component, and of each part, add up to it.
fn parts_add_up(whole: &Value) {
    let parts = &whole["parts"];
    if parts.as_array().unwrap().is_empty() {
        return;
    }
    near(sum(parts, "area_mm2"), whole["area_mm2"].as_f64().unwrap());
    if whole.get("leakage_w").is_some() {
        near(sum(parts, "leakage_w"), whole["leakage_w"].as_f64().unwrap());
        near(sum(parts, "clock_running_w"), whole["clock_running_w"].as_f64().unwrap());
    }
    parts.as_array().unwrap().iter().for_each(parts_add_up);
}

#[test]
fn a_search_tells_all_that_it_tried_the_best_first() {
    let search = &json(&["chip", SMALL, "--json"])["design"]["search"];
    let scores: Vec<f64> =
        search["candidates"].as_array().unwrap().iter().map(|one| one["score"].as_f64().unwrap()).collect();
    assert_eq!(
        (scores.len(), &search["tried"], &search["objective"]),
        (3, &3.into(), &"tops_per_tco".into())
    );
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    // A limit that leaves one candidate out says so.
    let limited = json(&["chip", &format!("{SMALL}:limits.area=6mm2"), "--json"]);
    let search = &limited["design"]["search"];
    assert_eq!(search["beyond_limits"], 1, "{search}");
    assert_eq!(search["candidates"][2]["exceeded"][0]["limit"], "limits.area");
}

#[test]
fn a_chip_of_given_numbers_has_no_design_and_the_page_that_it_had() {
    assert!(json(&["chip", "tests/chips/given.toml", "--json"])["design"].is_null());
    assert_eq!(text(&["chip", "tests/chips/given.toml"]), text(&["chip", "tests/chips/given.toml", "--all"]));
}

#[test]
fn the_list_has_every_built_in_chip() {
    let names: BTreeSet<String> = json(&["chip", "list", "--json"])
        .as_array()
        .unwrap()
        .iter()
        .map(|chip| chip["name"].as_str().unwrap().to_owned())
        .collect();
    let page = text(&["chip", "list"]);
    for chip in nm_trace::chip::BUILT_IN {
        assert!(names.contains(chip.name) && page.contains(chip.name), "{} is not listed", chip.name);
    }
}

#[test]
fn the_schema_has_every_kind_and_says_what_each_key_means() {
    let schema = json(&["chip", "schema"]);
    let kinds = schema["$defs"]["component"]["oneOf"].as_array().unwrap();
    assert_eq!(kinds.len(), nm_trace::chip::component::KINDS.len());
    for kind in kinds {
        for (key, value) in kind["properties"].as_object().unwrap() {
            let known = key == "kind" || value.get("description").is_some();
            assert!(known, "{}: {key} has no description", kind["title"]);
        }
    }
}

#[test]
fn an_exported_chip_gives_the_same_report() {
    let scratch = tempfile::tempdir().unwrap();
    let replayed = |chip: &str| {
        let arguments = ["replay", TRACE, "--chip", chip, "--json", "-"];
        without_provenance(&succeed(program().args(arguments)).stdout)
    };
    let report = replayed(SMALL);
    for name in ["chip.toml", "chip.json"] {
        let path = scratch.path().join(name);
        let path = path.to_str().unwrap();
        succeed(program().args(["chip", "export", SMALL, "-o", path]));
        assert_eq!(replayed(path), report, "{name}");
    }
    let toml = text(&["chip", "export", SMALL]);
    assert_eq!(toml, std::fs::read_to_string(scratch.path().join("chip.toml")).unwrap());
    assert!(failure(&["chip", "export", SMALL, "-o", "chip.yaml"]).contains("--format toml"));
}

#[test]
fn values_stand_over_those_of_the_file_wherever_a_chip_is_named() {
    let slow = format!("{SMALL}:X=16,target.clock=500MHz");
    let report = json(&["chip", &slow, "--json"]);
    close(&report["clock_hz"], 5e8);
    let replayed = json(&["replay", TRACE, "--chip", &slow, "--json", "-"]);
    close(&replayed["chip"]["clock_hz"], 5e8);
    for (values, message) in [
        ("X", "\"X\" is not KEY=VALUE; values are written"),
        ("Y=3", "`Y`: is no key of a chip"),
        ("target.clok=3GHz", "`target.clok`: is no key of [target], did you mean \"clock\"?"),
        ("target.clock=3", "`target.clock`: 3: must be a frequency with its unit"),
        ("core.tensor_unit.rows=many", "`core.tensor_unit.rows`: \"many\": must be a whole number"),
        ("name.x=3", "`name.x`: \"name\" is a value"),
        ("core.tensor_unit.depth=", "`core.tensor_unit.depth`: is not in the file, so it cannot be left out"),
        ("core.tensor_unit.rows=", "`core.tensor_unit.rows`: is missing"),
    ] {
        let message_found = failure(&["chip", &format!("{SMALL}:{values}")]);
        assert!(message_found.contains(message), "{values}: {message_found}");
    }
    // Without an operand and a target, the defaults: int8, and the fastest clock.
    let unset = json(&["chip", &format!("{SMALL}:target.clock=,core.tensor_unit.operand="), "--json"]);
    assert!(unset["clock_hz"].as_f64() > Some(7e8) && unset["design"]["clock_reason"] != "given", "{unset}");
    let given = failure(&["chip", "tests/chips/given.toml:clock=3GHz"]);
    assert!(given.contains("values can stand over those of a design only"), "{given}");
}

#[test]
fn conditions_at_replay_move_power_and_nothing_of_the_design() {
    let replay = |more: &[&str]| {
        let mut arguments = vec!["replay", TRACE, "--chip", SMALL, "--json", "-"];
        arguments.extend(more);
        without_provenance(&succeed(program().args(arguments)).stdout)
    };
    let own = replay(&[]);
    let same = replay(&["--voltage", "0.86V", "--temperature", "85C", "--clock", "700MHz"]);
    assert!(same == own, "the chip's own conditions change the report");
    let cool = replay(&["--voltage", "0.75V", "--temperature", "60C", "--clock", "500MHz"]);
    assert_eq!(cool["chip"]["area_mm2"], own["chip"]["area_mm2"]);
    assert_eq!(cool["cycles"], own["cycles"]);
    close(&cool["chip"]["clock_hz"], 5e8);
    for kind in ["dynamic", "leakage"] {
        let of = |report: &Value| report["components"][0]["energy_by_kind_j"][kind].as_f64().unwrap();
        assert!(of(&cool) < of(&own), "{kind}: {} and {}", of(&cool), of(&own));
    }
    assert!(cool["tdp_w"].as_f64() < own["tdp_w"].as_f64());
    let assumptions = cool["assumptions"].to_string();
    assert!(assumptions.contains("runs at 500 MHz, 750 mV, 60 °C"), "{assumptions}");
}

#[test]
fn a_clock_that_no_path_meets_is_warned_of_and_a_voltage_beyond_the_law_is_refused() {
    let fast = ["replay", TRACE, "--chip", SMALL, "--json", "-", "--clock", "2GHz"];
    let warnings = json(&fast)["warnings"].to_string();
    assert!(warnings.contains("leaves 500 ps for a cycle, but tensor_unit needs 1.42 ns"), "{warnings}");
    let slow_silicon = ["replay", TRACE, "--chip", SMALL, "--json", "-", "--voltage", "0.7V"];
    let warnings = json(&slow_silicon)["warnings"].to_string();
    assert!(warnings.contains("at 700 mV: the chip would not work"), "{warnings}");
    let error = failure(&["replay", TRACE, "--chip", SMALL, "--voltage", "2V"]);
    assert!(error.contains("the law of voltage holds from"), "{error}");
    let error = failure(&["replay", TRACE, "--chip", SMALL, "--temperature", "300C"]);
    assert!(
        error.contains("at 300 °C (573.15 K): the law holds from -23.15 °C (250 K) to 151.85 °C (425 K)"),
        "{error}"
    );
    let error = failure(&["replay", TRACE, "--chip", "tests/chips/given.toml", "--voltage", "0.7V"]);
    assert!(error.contains("does not say its technology"), "{error}");
}

#[test]
fn the_validation_is_a_table_and_its_exit_code_is_the_verdict() {
    let output = run(&["chip", "validate", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let passed = report["passed"].as_bool().unwrap();
    assert_eq!(output.status.code(), Some(if passed { 0 } else { 1 }));
    let page = String::from_utf8(run(&["chip", "validate"]).stdout).unwrap();
    assert!(page.lines().all(|line| line.chars().count() <= 80 && !line.contains('…')), "{page}");
    let rows = report["rows"].as_array().unwrap();
    let marked = |mark: &str| page.lines().filter(|line| line.trim_start().starts_with(mark)).count();
    let of = |passed: Value| rows.iter().filter(|row| row["passed"] == passed).count();
    assert_eq!((marked("✓ "), marked("✗ ")), (of(true.into()), of(false.into())), "{page}");
    for row in rows {
        assert!(row["problem"].is_null(), "nothing to compare: {row}");
        assert!(row["passed"] != false || row["missing"].is_string(), "no reason for a missed aim: {row}");
        assert!(
            page.contains(row["quantity"].as_str().unwrap()) && page.contains(row["title"].as_str().unwrap())
        );
    }
}

#[test]
fn the_fixture_is_the_example_of_the_documentation() {
    let page = std::fs::read_to_string(common::root().join("docs/chip-designs.md")).unwrap();
    let example = page.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let kept = std::fs::read_to_string(fixture("chips/small-design.toml")).unwrap();
    let kept = kept.split_once('\n').unwrap().1;
    assert_eq!(example.trim(), kept.trim(), "docs/chip-designs.md shows another example");
}
