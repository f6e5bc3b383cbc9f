//! The calculators of `nm-trace chip`: through the program, as people and scripts use them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::process::Output;

use common::{program, root, succeed};
use nm_trace::chip::circuit::arithmetic::{NumberFormat, Operation};
use nm_trace::chip::circuit::array::{ArrayRequest, CellKind, Limits, Objective, Ports, find};
use nm_trace::chip::circuit::wire::{Drive, Wire, WireRequest};
use nm_trace::chip::circuit_report::{ArithmeticReport, ArithmeticRequest, ArrayReport, View, WireReport};
use nm_trace::chip::technology::{DeviceClass, WireClass, WireProjection};
use nm_trace::units::{Hertz, Kelvin, Micrometres, Ratio, Seconds, SquareMicrometres, Volts};
use serde_json::Value;

/// The array of most of these tests.
const ARRAY: &str = "array --node 45nm --capacity 48KiB --word 24B";

fn run(arguments: &str) -> Output {
    program().arg("chip").args(arguments.split_whitespace()).output().unwrap()
}

fn text(arguments: &str) -> String {
    let output = succeed(program().arg("chip").args(arguments.split_whitespace()));
    let text = String::from_utf8(output.stdout).unwrap();
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "longer than 80 characters: {line}");
        assert_eq!(line.trim_end(), line, "spaces at the end: {line:?}");
        assert!(!line.contains("NaN") && !line.contains("inf "), "not a number: {line}");
    }
    text
}

fn json(arguments: &str) -> Value {
    let output = succeed(program().arg("chip").args(arguments.split_whitespace()).arg("--json"));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The message of a request that must be refused with exit code 2 and print nothing else.
fn refused(arguments: &str) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments}: {output:?}");
    assert!(output.stdout.is_empty(), "{arguments}");
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.matches("error:").count(), 1, "{message}");
    message
}

fn number(report: &Value, key: &str) -> f64 {
    report[key].as_f64().unwrap_or_else(|| panic!("{key} is no number in {report:#}"))
}

/// The JSON of a struct, through the same text as the program's.
fn as_json(report: &impl serde::Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(report).unwrap()).unwrap()
}

#[test]
fn an_array_reads_well() {
    insta::assert_snapshot!("array", text(ARRAY));
    insta::assert_snapshot!(
        "array_of_many_ports_and_banks",
        text(
            "array --node 32nm --capacity 4MiB --word 64B --cell lstp --periphery lop --read-ports 1 --banks 4 \
             --temperature 77C --optimise area --max-access 20ns"
        )
    );
}

#[test]
fn only_cells_that_forget_are_refreshed() {
    let edram = "array --node 32nm --capacity 1MiB --word 32B --cell edram";
    assert!(text(edram).contains("\n  Refresh   "));
    assert!(number(&json(edram), "refresh_w") > 0.0);
    assert!(!text(ARRAY).contains("Refresh"));
    assert_eq!(number(&json(ARRAY), "refresh_w"), 0.0);
}

#[test]
fn a_wire_reads_well() {
    insta::assert_snapshot!("wire", text("wire --node 28nm --length 2mm --delay-budget 30% --bits 64"));
    insta::assert_snapshot!(
        "wire_with_a_single_driver",
        text("wire --node 7nm --length 50um --class local --drive single --supply 0.6V")
    );
}

#[test]
fn an_arithmetic_unit_reads_well() {
    insta::assert_snapshot!(
        "mac",
        text("mac --node 7nm --multiply int8 --accumulate int32 --clock 5GHz --supply 0.75V")
    );
    insta::assert_snapshot!("adder_of_cells", text("mac --node 45nm --add fp32 --view cells"));
}

#[test]
fn every_option_of_an_array_arrives_in_the_model() {
    let request = ArrayRequest {
        node: Micrometres(0.028),
        capacity_bytes: 1 << 20,
        word_bytes: 32,
        ports: Ports { read_write: 0, read: 2, write: 1 },
        cell: CellKind::Static(DeviceClass::LowStandbyPower),
        periphery: DeviceClass::LowOperatingPower,
        temperature: Kelvin(320.0),
        supply: Some(Volts(0.75)),
        banks: 2,
        organisation: None,
        objective: Objective::ReadEnergy,
        limits: Limits {
            access: Some(Seconds(5e-9)),
            cycle: Some(Seconds(4e-9)),
            area: Some(SquareMicrometres(10e6)),
        },
    };
    let expected = as_json(&ArrayReport::new(&request, &find(&request).unwrap()));
    let printed = json(
        "array --node 28nm --capacity 1MiB --word 256bit --rw-ports 0 --read-ports 2 --write-ports 1 --cell lstp \
         --periphery lop --temperature 320K --supply 0.75V --banks 2 --optimise read-energy --max-access 5ns \
         --max-cycle 4000ps --max-area 10mm2",
    );
    assert_eq!(printed, expected);
}

#[test]
fn every_option_of_a_wire_arrives_in_the_model() {
    let request = WireRequest {
        node: Micrometres(0.016),
        class: WireClass::Global,
        projection: WireProjection::Aggressive,
        length: Micrometres(1500.0),
        drive: Drive::Repeated { delay_budget: Ratio(0.2) },
        transistors: DeviceClass::LowOperatingPower,
        temperature: Kelvin(300.0),
        supply: Some(Volts(0.6)),
    };
    let expected = as_json(&WireReport::new(&request, 16, &Wire::new(&request).unwrap()));
    let arguments = "wire --node 16nm --class global --projection aggressive --length 1500um --drive repeated \
                     --delay-budget 20% --transistors lop --temperature 300K --supply 600mV --bits 16";
    assert_eq!(json(arguments), expected);
}

#[test]
fn every_option_of_an_arithmetic_unit_arrives_in_the_model() {
    let (left, right) = (NumberFormat::INT8, NumberFormat::INT4);
    let request = ArithmeticRequest {
        node: Micrometres(0.016),
        operation: Operation::MultiplyAccumulate { left, right, accumulator: NumberFormat::INT32 },
        clock: Some(Hertz(800e6)),
        stages: Some(2),
        view: View::Cells,
        temperature: Kelvin(300.0),
        supply: Some(Volts(0.7)),
    };
    let expected = as_json(&ArithmeticReport::new(&request).unwrap());
    let arguments = "mac --node 16nm --multiply int8 --by int4 --accumulate int32 --clock 800MHz --stages 2 \
                     --view cells --temperature 300K --supply 0.7V";
    assert_eq!(json(arguments), expected);
    assert_eq!(json("mac --node 45nm --add fp32")["operation"], "fp32 add");
    assert_eq!(json("mac --node 45nm --multiply bf16")["operation"], "bf16 multiply");
}

#[test]
fn what_is_not_asked_for_has_a_default() {
    let plain = json(ARRAY);
    let said = format!(
        "{ARRAY} --rw-ports 1 --read-ports 0 --write-ports 0 --cell hp --periphery hp --temperature 350K --banks 1 \
         --optimise energy-delay-squared"
    );
    assert_eq!(json(&said), plain);
    assert_eq!(
        json("wire --node 45nm --length 1mm"),
        json(
            "wire --node 45nm --length 1000um --class semi-global --projection conservative --drive repeated \
             --delay-budget 0% --transistors hp --temperature 350K --bits 1"
        )
    );
}

#[test]
fn the_organisation_of_a_report_can_be_given_back() {
    let mut searched = json(ARRAY);
    let six: Vec<String> =
        searched["organisation"].as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(six.len(), 6);
    let names = ["ndwl", "ndbl", "nspd", "ndcm", "ndsam1", "ndsam2"];
    let named: Vec<String> =
        names.iter().map(|name| searched["organisation_named"][name].to_string()).collect();
    assert_eq!(named, six);
    let mut given = json(&format!("{ARRAY} --organisation {}", six.join(",")));
    assert_eq!(given["request"]["organisation"], given["organisation"]);
    assert_eq!(given["request"]["objective"], Value::Null);
    for report in [&mut searched, &mut given] {
        report.as_object_mut().unwrap().remove("request").unwrap();
    }
    assert_eq!(searched, given);
}

/// Rounding of a sum of up to nine parts, and of their change of unit.
const ROUNDING: f64 = 1e-12;

fn assert_parts_add_up(report: &Value, total: &str, parts: &str) {
    let sum: f64 = report[parts].as_object().unwrap().values().map(|part| part.as_f64().unwrap()).sum();
    let total_figure = number(report, total);
    assert!((sum - total_figure).abs() <= ROUNDING * total_figure.abs(), "{parts}: {sum} of {total_figure}");
}

#[test]
fn parts_add_up_to_totals() {
    let edram = "array --node 32nm --capacity 1MiB --word 32B --cell edram --banks 4";
    for report in [json(ARRAY), json(edram)] {
        for (total, parts) in [
            ("access_s", "access_parts_s"),
            ("read_j", "read_parts_j"),
            ("write_j", "write_parts_j"),
            ("read_one_port_j", "read_one_port_parts_j"),
            ("write_one_port_j", "write_one_port_parts_j"),
            ("leakage_w", "leakage_parts_w"),
            ("gate_leakage_w", "gate_leakage_parts_w"),
            ("area_mm2", "area_parts_mm2"),
        ] {
            assert_parts_add_up(&report, total, parts);
        }
        let box_mm2 = number(&report, "width_mm") * number(&report, "height_mm");
        assert!((box_mm2 / number(&report, "area_mm2") - 1.0).abs() < ROUNDING);
    }
    let mac = json("mac --node 7nm --multiply int8 --accumulate int32 --clock 5GHz");
    for (total, parts) in [
        ("area_mm2", "area_parts_mm2"),
        ("energy_j", "energy_parts_j"),
        ("clock_j", "clock_parts_j"),
        ("gated_clock_j", "gated_clock_parts_j"),
        ("leakage_w", "leakage_parts_w"),
    ] {
        assert_parts_add_up(&mac, total, parts);
    }
}

#[test]
fn power_of_an_arithmetic_unit_is_its_energy_over_the_cycle_and_its_leakage() {
    let mac = json("mac --node 7nm --multiply int8 --accumulate int32 --clock 5GHz");
    let figure = |key: &str| number(&mac, key);
    let busy = (figure("energy_j") + figure("clock_j")) * 5e9 + figure("leakage_w");
    let idle = figure("gated_clock_j") * 5e9 + figure("leakage_w");
    assert!((figure("busy_power_w") / busy - 1.0).abs() < ROUNDING);
    assert!((figure("idle_power_w") / idle - 1.0).abs() < ROUNDING);
    assert!(figure("stages") > 1.0, "without stages there is no clock to count");
}

#[test]
fn a_bus_costs_its_wires() {
    let bus = json("wire --node 28nm --length 2mm --bits 64");
    let one = json("wire --node 28nm --length 2mm");
    for key in ["energy_j", "leakage_w", "gate_leakage_w", "driver_area_mm2"] {
        assert_eq!(number(&bus, key), number(&one, key));
        assert!((number(&bus["bus"], key) / (64.0 * number(&one, key)) - 1.0).abs() < ROUNDING, "{key}");
    }
}

#[test]
fn a_temperature_and_a_size_may_be_in_either_scale() {
    let kelvin = json(&format!("{ARRAY} --temperature 350.15K"));
    assert_eq!(json(&format!("{ARRAY} --temperature 77C")), kelvin);
    assert_eq!(json("array --node 45nm --capacity 49.152kB --word 192bit"), json(ARRAY));
}

#[test]
fn what_cannot_be_is_refused_with_what_and_why_and_the_nearest_that_works() {
    for (arguments, words) in [
        ("--rw-ports 0", ["without a port", "nothing could reach", "at least one read-write port"]),
        ("--read-ports 64", ["65 ports", "no cell has room", "at most 64 in all"]),
        ("--banks 3", ["3 banks", "binary tree", "ask for 4"]),
        ("--temperature 500K", ["(500 K)", "151.85 °C (425 K)", "nearest temperature is 151.85 °C"]),
        ("--temperature 80F", ["\"F\"", "does not measure temperature", "K, C"]),
        ("--supply 5V", ["5.000 V", "the law of voltage holds", "the nearest is 1.300 V"]),
        ("--cell hpx", ["'hpx'", "hp, lstp, lop, foundry, edram", "similar value exists: 'hp'"]),
        ("--optimise energy", ["'energy'", "energy-delay-squared, energy-delay, access", "'energy-delay'"]),
        ("--max-access 1ps", ["at most 1 ps of access time", "no organisation", "the least by itself is"]),
        ("--organisation 1,1,1,1,1,1", ["1,1,1,1,1,1", "at least two cuts", "works"]),
        ("--organisation 3,2,4,8,1,1", ["3,2,4,8,1,1", "is a power of two", "works"]),
        (
            "--banks 65536",
            ["bank of 0 bytes", "wider than the capacity", "at least 50331648 bytes, or for fewer banks"],
        ),
        ("--organisation 2,2,1", ["\"2,2,1\"", "six whole numbers", "such as 2,2,4,8,1,1"]),
        (
            "--max-area 1mm2 --organisation 2,2,4,8,1,1",
            ["--max-area", "cannot be used with", "--organisation"],
        ),
    ] {
        let message = refused(&format!("{ARRAY} {arguments}"));
        for word in words {
            assert!(message.contains(word), "{arguments}: no {word:?} in {message}");
        }
    }
    for (arguments, words) in [
        (
            "array --node 130nm --capacity 1KiB --word 4B",
            ["130 nm", "from 5 nm to 90 nm", "nearest node is 90 nm"],
        ),
        ("array --node 45 --capacity 1KiB --word 4B", ["'45'", "length", "such as 45nm"]),
        (
            "array --node 45nm --capacity 48KB --word 4B",
            ["\"KB\"", "two ways", "write kB (1,000 bytes) or KiB"],
        ),
        ("array --node 45nm --capacity 1KiB --word 20bit", ["20bit", "whole bytes", "2 B and 3 B"]),
        (
            "array --node 45nm --capacity 24B --word 48B",
            ["48 bytes", "wider than the capacity", "at least 1536 bytes"],
        ),
        (
            "array --node 32nm --capacity 7KiB --word 7B --organisation 16,2,1,1,1,1",
            ["16,2,1,1,1,1", "give less than a word", "works"],
        ),
        (
            "array --node 32nm --capacity 1MiB --word 32B --cell edram --supply 0.9V",
            ["0.900 V", "DRAM are made for one voltage", "the nearest is 1.000 V"],
        ),
        ("array --node 22nm --capacity 1MiB --word 32B --cell edram", ["22 nm", "from 32 nm", "is 32 nm"]),
        (
            "array --node 32nm --capacity 1MiB --word 32B --cell edram --read-ports 1",
            ["2 ports of embedded DRAM", "one word line and one bit line", "one read-write port"],
        ),
        ("wire --node 28nm --length 0mm", ["without length", "nothing to drive", "above zero"]),
        ("wire --node 28nm --length 3km", ["\"km\"", "does not measure length", "such as 2mm"]),
        (
            "wire --node 28nm --length 2mm --class globl",
            ["'globl'", "local, semi-global, global", "'global'"],
        ),
        (
            "wire --node 28nm --length 2mm --delay-budget=-3%",
            ["a delay budget of -3.0 %", "faster than the fastest", "from 0 % to 300 %"],
        ),
        (
            "wire --node 28nm --length 2mm --delay-budget 400%",
            ["400.0 %", "without end", "from 0 % to 300 %"],
        ),
        ("mac --node 7nm --multiply bf61", ["bf61", "not a number format", "did you mean bf16?"]),
        (
            "mac --node 7nm --multiply int4294967295",
            ["4294967295 bits", "outside of what was synthesised", "is 32"],
        ),
        ("mac --node 7nm --multiply int8 --clock 90GHz", ["90 GHz", "cannot run", "the fastest is"]),
        (
            "mac --node 7nm --multiply int8 --stages 99",
            ["99 stages", "at least 6 fan-out-of-four", "from 1 to"],
        ),
        ("mac --node 7nm --add int8 --accumulate int32", ["--accumulate", "cannot be used with", "--add"]),
        ("mac --node 7nm", ["required", "--multiply <FORMAT>", "--add <FORMAT>"]),
        (
            "arry",
            [
                "unknown chip \"arry\"",
                "built-in chips: tpu-v1",
                "commands: list, schema, export, validate, array, wire, mac",
            ],
        ),
    ] {
        let message = refused(arguments);
        for word in words {
            assert!(message.contains(word), "{arguments}: no {word:?} in {message}");
        }
    }
}

#[test]
fn a_chip_file_may_be_called_like_a_calculator() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["array", "wire", "mac", "help"] {
        std::fs::copy(root().join("src/chip/library/eyeriss.toml"), directory.path().join(name)).unwrap();
        let path = format!("./{name}");
        let output = succeed(program().current_dir(directory.path()).args(["chip", &path, "--json"]));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["name"], "eyeriss");
    }
    let output = succeed(program().current_dir(directory.path()).args(["chip", "help"]));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("eyeriss\n"), "help is no calculator");
}

/// The page with what each command prints today in the block below it. A block that ends in `…` shows the beginning.
fn with_outputs_of_today(page: &str) -> (String, usize) {
    let (mut today, mut shown) = (String::new(), 0);
    let mut command = None;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        today.push_str(line);
        today.push('\n');
        if let Some(arguments) = line.strip_prefix("    nm-trace chip ") {
            command = Some(arguments);
        } else if let ("```text", Some(arguments)) = (line, command) {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let output = run(arguments);
            let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            let beginning = block.last() == Some(&"…");
            let length = if beginning { block.len() - 1 } else { usize::MAX };
            printed.lines().take(length).for_each(|line| today.extend([line, "\n"]));
            today.push_str(if beginning { "…\n```\n" } else { "```\n" });
            shown += 1;
        }
        if !line.trim().is_empty() && !line.starts_with("    ") {
            command = None;
        }
    }
    (today, shown)
}

#[test]
fn pages_show_what_the_calculators_print() {
    for (page, least) in [("docs/calculator.md", 4), ("README.md", 1)] {
        let path = root().join(page);
        let kept = std::fs::read_to_string(&path).unwrap();
        let (today, shown) = with_outputs_of_today(&kept);
        assert!(shown >= least, "{page} shows {shown} outputs");
        if std::env::var_os("NM_TRACE_BLESS").is_some() {
            std::fs::write(&path, today).unwrap();
            continue;
        }
        let differing = kept.lines().zip(today.lines()).position(|(kept, today)| kept != today);
        assert!(
            kept == today,
            "{page} is not what the calculators print today (first at line {:?}); if the change is meant, renew it \
             with NM_TRACE_BLESS=1 and read the difference",
            differing.map(|line| line + 1)
        );
    }
}
