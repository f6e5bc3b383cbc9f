//! What people read: snapshots of the text outputs, and that they fit 80 columns.
#![allow(clippy::unwrap_used)]

mod report_support;

use nm_trace::chip::pat::Pat;
use nm_trace::power::PowerReport;
use nm_trace::report::chip;
use nm_trace::report::comparison::{self, ComparedPoint};
use nm_trace::report::inspect::{
    self, ChannelTotal, Count, CycleSpan, InspectedChannel, InspectedRegion, Inspection, SkippedEntries,
};
use nm_trace::report::text;
use nm_trace::units::Volts;
use report_support as reports;

fn fits(text: String) -> String {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "longer than 80 characters: {line}");
        assert_eq!(line.trim_end(), line, "spaces at the end: {line:?}");
        assert!(!line.chars().any(char::is_control), "control characters: {line:?}");
        assert!(!line.contains("NaN") && !line.contains("inf "), "not a number: {line}");
    }
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    text
}

fn rendered(report: &PowerReport) -> String {
    fits(text::render(report))
}

#[test]
fn a_typical_report_reads_well() {
    insta::assert_snapshot!(rendered(&reports::typical()));
}

#[test]
fn what_is_unknown_is_said_with_the_reason() {
    insta::assert_snapshot!(rendered(&reports::unknowns()));
}

#[test]
fn a_report_that_includes_the_system_says_so() {
    let mut report = reports::typical();
    report.includes_system = true;
    report.energy_j += report.system_energy_j;
    let text = rendered(&report);
    assert!(text.contains("\n  chip and system "), "{text}");
    assert!(text.contains("(in every total, power and peak above)"), "{text}");
    // Once in the table whose sum it is in, once off the chip.
    assert_eq!(text.matches("\n  dram ").count(), 2, "{text}");
}

#[test]
fn a_partial_window_above_all_whole_ones_is_called_one() {
    let mut report = reports::typical();
    report.power_over_time[0].peak_power_w = 80.0;
    report.time_above_tdp_s = 83e-9;
    let text = rendered(&report);
    assert!(text.contains("highest 80 W (partial window)"), "{text}");
    assert!(text.contains("a partial one is above it for 83 ns"), "{text}");
    assert!(!rendered(&reports::typical()).contains("partial"));
}

/// The typical report at supplies that make it cheaper and slower.
fn compared(points: usize) -> Vec<ComparedPoint> {
    let point = |at: usize| {
        let scale = 1.0 - at as f64 / points as f64 / 2.0;
        let mut report = reports::typical();
        report.energy_per_inference_j = report.energy_per_inference_j.map(|energy| energy * scale * scale);
        report.average_power_w *= scale * scale;
        report.peak_power[0].power_w *= scale * scale;
        report.tdp_headroom_w = report.tdp_w - report.peak_power[0].power_w;
        report.duration_s /= scale;
        report.clock_hz *= scale;
        if at == 1 {
            report.warnings.push("a clock that is not met".to_owned());
            report.tdp_headroom_w = -1.5;
        }
        ComparedPoint {
            label: format!("tpu-v1@{}V", 0.86 * scale),
            chip: "tpu-v1".to_owned(),
            voltage: Some(Volts(0.86 * scale)),
            temperature: None,
            report,
        }
    };
    (0..points).map(point).collect()
}

#[test]
fn several_points_are_compared_in_two_tables() {
    insta::assert_snapshot!(fits(comparison::render(&compared(4))));
}

#[test]
fn of_many_points_those_of_least_energy_delay_are_shown() {
    let text = fits(comparison::render(&compared(1000)));
    assert!(text.contains("on 1000 operating points"), "{text}");
    assert!(text.contains("the 40 points of least energy-delay; --json has all"), "{text}");
    assert!(text.lines().count() < 120, "{text}");
}

#[test]
fn points_of_which_nobody_knows_much_are_compared_without_broken_numbers() {
    let mut points = compared(2);
    for point in &mut points {
        point.report = reports::unknowns();
        point.chip = "a chip with a name that goes on and on and on and on".to_owned();
        point.temperature = Some(nm_trace::units::Kelvin(333.15));
    }
    assert!(fits(comparison::render(&points)).contains("60 °C"));
}

#[test]
fn many_layers_are_summarised() {
    insta::assert_snapshot!(rendered(&reports::many_layers()));
}

#[test]
fn long_names_are_cut_and_numbers_are_not() {
    insta::assert_snapshot!(rendered(&reports::long_names()));
}

#[test]
fn a_tiny_trace_has_a_whole_report() {
    insta::assert_snapshot!(rendered(&reports::tiny()));
}

#[test]
fn a_broken_number_is_never_printed() {
    let mut report = reports::typical();
    report.energy_j = f64::NAN;
    report.tdp_w = f64::INFINITY;
    report.power_over_time[3].average_power_w = f64::NAN;
    report.power_over_time[4].peak_power_w = f64::INFINITY;
    rendered(&report);
}

fn channel(name: &str, dropped_padding: u64, first_cycle: i64) -> InspectedChannel {
    InspectedChannel {
        channel: name.to_string(),
        rows: 1_024_311,
        count: Count::Whole(32_777_952),
        dropped_padding,
        first_cycle: Some(first_cycle),
        last_cycle: Some(1_050_623),
        max_in_one_cycle: Some(Count::Whole(32)),
        max_in_window: Some(Count::Whole(32_000)),
        backward_cycles: dropped_padding / 500,
        repeated_cycles: 0,
    }
}

fn idle(name: &str) -> InspectedChannel {
    InspectedChannel {
        rows: 0,
        count: Count::Whole(0),
        first_cycle: None,
        last_cycle: None,
        max_in_one_cycle: None,
        max_in_window: None,
        ..channel(name, 0, 0)
    }
}

fn inspection(regions: u64) -> Inspection {
    let region = |id: u64| InspectedRegion {
        id,
        kind: "layer".to_string(),
        name: format!("conv{id}"),
        start_cycle: -58 + id as i64 * 1_050_700,
        end_cycle: (id as i64 + 1) * 1_050_700,
        channels: vec![
            channel("ifmap_sram/read", 0, 0),
            channel("ifmap_dram/read", 1_024, -58),
            idle("ofmap_dram/write"),
        ],
    };
    Inspection {
        schema_version: inspect::SCHEMA_VERSION,
        provenance: serde_json::json!({ "inputs": ["runs/resnet18_ws"] }),
        format: "scale-sim".to_string(),
        producer: Some("SCALE-Sim 3".to_string()),
        origin: None,
        binding: Some("scale-sim".to_string()),
        clock_hz: None,
        inferences: Some(1),
        window_cycles: 1_000,
        span: Some(CycleSpan { start: -58, end: regions as i64 * 1_050_700 }),
        events: 2_048_622 * regions,
        channels: vec![ChannelTotal {
            channel: "ifmap_sram/read".to_string(),
            rows: 1_024_311 * regions,
            count: Count::Whole(32_777_952 * u128::from(regions)),
            first_cycle: Some(0),
            last_cycle: Some(regions as i64 * 1_050_700 - 77),
        }],
        regions: (0..regions).map(region).collect(),
        skipped: vec![SkippedEntries {
            reason: "phantom_padding".to_string(),
            region: Some("layer:conv0".to_string()),
            channel: Some("ifmap_dram/read".to_string()),
            count: 1_024,
        }],
        warnings: vec!["no topology was found: layers have numbers for names".to_string()],
        assumptions: vec!["layers follow each other (back-to-back)".to_string()],
        problems: vec!["layer 0, ifmap_dram/read: 2 cycles go backward, first in line 511".to_string()],
    }
}

#[test]
fn an_inspection_has_a_table_for_every_region() {
    insta::assert_snapshot!(fits(inspect::render(&inspection(2))));
}

#[test]
fn an_inspection_of_many_regions_has_a_line_for_each() {
    insta::assert_snapshot!(fits(inspect::render(&inspection(53))));
}

#[test]
fn an_inspection_of_an_empty_trace_says_what_is_not_there() {
    let empty = Inspection {
        producer: None,
        binding: None,
        inferences: None,
        span: None,
        events: 0,
        channels: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
        problems: Vec::new(),
        ..inspection(0)
    };
    insta::assert_snapshot!(fits(inspect::render(&empty)));
}

#[test]
fn the_widest_numbers_of_an_inspection_still_fit() {
    let mut widest = inspection(1);
    widest.window_cycles = u64::MAX;
    widest.channels[0].rows = u64::MAX;
    widest.span = Some(CycleSpan { start: i64::MIN, end: i64::MAX });
    for channel in &mut widest.regions[0].channels {
        channel.rows = 9_999_999;
        channel.count = Count::Whole(u128::MAX);
        channel.first_cycle = Some(i64::MIN);
        channel.last_cycle = Some(9_999_999);
        channel.max_in_one_cycle = Some(Count::Fractional(0.123_456));
        channel.max_in_window = Some(Count::Whole(9_999_999));
    }
    fits(inspect::render(&widest));
}

/// A chip with every kind of gap: no die area, a component without area, an action that moves no data, a DRAM beside
/// it.
fn a_chip() -> Pat {
    let text = r#"
name = "tpu-v1"
description = "TPU v1: 28 nm, 700 MHz, one 256 × 256 weight-stationary tensor unit"
clock = { value = 700, unit = "MHz", source = "published" }
area = { value = 331, unit = "mm2", source = "published" }

[[components]]
name = "tensor_unit"
area = { value = 79.4, unit = "mm2", source = "derived: 24 % of 331 mm2" }
leakage = { value = 5, unit = "W", source = "assumed" }
clock = { running = { value = 6.5, unit = "W", source = "assumed" }, gated = { value = 1, unit = "W", source = "assumed" } }

[[components.actions]]
name = "mac"
energy = { value = 0.61, unit = "pJ", source = "derived: 28 W at 700 MHz" }
capacity = { value = 65536, unit = "1/cycle", source = "published: 256 × 256" }
tdp_activity = { value = 1, unit = "1", source = "assumed for every tensor unit" }

[[components]]
name = "a_component_with_a_name_that_is_longer_than_its_column"
leakage = { value = 2.75, unit = "W", source = "assumed" }
clock = { running = { value = 0.75, unit = "W", source = "assumed" }, gated = { value = 0.75, unit = "W", source = "assumed" } }

[[components.actions]]
name = "read"
bits = 2048
energy = { value = 50, unit = "pJ", source = "a paper" }
capacity = { value = 0.5, unit = "1/cycle", source = "published" }
tdp_activity = { value = 0.25, unit = "1", source = "assumed" }
clock_share = { value = 0.5, unit = "1", source = "assumed" }

[[components]]
name = "dram"
placement = "system"
leakage = { value = 0.25, unit = "W", source = "a data sheet" }
clock = { running = { value = 0, unit = "W", source = "none" }, gated = { value = 0, unit = "W", source = "none" } }

[[components.actions]]
name = "read"
bits = 512
energy = { value = 10, unit = "nJ", source = "a data sheet" }
capacity = { value = 0.1, unit = "1/cycle", source = "a data sheet" }
tdp_activity = { value = 0.5, unit = "1", source = "assumed" }
"#;
    Pat::parse("chip.toml", text).unwrap()
}

#[test]
fn a_chip_has_tables_of_power_area_and_actions_and_all_sources() {
    insta::assert_snapshot!(fits(chip::render(&a_chip())));
}
