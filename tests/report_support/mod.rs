//! Reports built by hand, for the tests of what prints them.

use nm_trace::power::*;
use serde_json::json;

/// Two layers on a chip with three components and a DRAM beside it; a prefetch before cycle 0.
pub fn typical() -> PowerReport {
    let components = vec![
        component("tensor_unit", Placement::Chip, [6.1e-3, 0.9e-3, 0.7e-3], 0.312),
        component("unified_buffer", Placement::Chip, [2.2e-3, 0.3e-3, 1.1e-3], 0.125),
        component("host_interface", Placement::Chip, [0.0, 0.05e-3, 0.25e-3], 0.0),
        component("dram", Placement::System, [4.5e-3, 0.0, 0.4e-3], 0.0871),
    ];
    PowerReport {
        schema_version: SCHEMA_VERSION,
        provenance: json!({ "inputs": [{ "name": "runs/resnet18_ws" }] }),
        chip: chip("tpu-v1", "TPU v1: 28 nm, 700 MHz, one 256 × 256 weight-stationary tensor unit"),
        duration_s: 617.3e-6,
        cycles: 432_110,
        first_cycle: -58,
        clock_hz: 700e6,
        window_s: 1_000.0 / 700e6,
        window_cycles: 1_000,
        includes_system: false,
        energy_j: 11.6e-3,
        energy_by_kind_j: EnergyByKind { dynamic: 8.3e-3, clock: 1.25e-3, leakage: 2.05e-3 },
        system_energy_j: 4.9e-3,
        average_power_w: 18.79,
        peak_power: peaks(),
        largest_step: Some(PowerStep { step_w: 12.34, at_s: 200e-6, at_cycle: 140_000 }),
        power_distribution: PowerDistribution {
            minimum_w: 3.3,
            p50_w: 17.1,
            p90_w: 29.4,
            p95_w: 31.0,
            p99_w: 38.2,
            p99_9_w: 44.9,
        },
        tdp_w: 75.0,
        tdp_headroom_w: 29.77,
        time_above_tdp_s: 0.0,
        inferences: Some(1),
        energy_per_inference_j: Some(11.6e-3),
        macs: Some(1_814_073_344.0),
        energy_per_mac_j: Some(11.6e-3 / 1_814_073_344.0),
        tops: Some(5.877),
        tops_per_w: Some(0.3128),
        components,
        regions: vec![
            region("layer", 0, "conv1", 0.0, 210e-6, 5.2e-3),
            region("layer", 1, "conv2_x", 210e-6, 407.2e-6, 6.399e-3),
            remainder("layer", 83e-9, 0.001e-3),
        ],
        power_over_time: waves(200),
        coverage: coverage(),
        warnings: vec![
            "unified_buffer/read: more actions than its capacity in 3 windows, at worst 1.07 \
                        times, first in window 141 (cycle 141000); check the binding's factor"
                .to_string(),
        ],
        assumptions: vec![
            "layers follow each other (back-to-back)".to_string(),
            "the trace names no clock: the chip's, 700 MHz".to_string(),
        ],
    }
}

/// A run of which nobody knows much: nulls wherever there can be one, and zeros.
pub fn unknowns() -> PowerReport {
    PowerReport {
        provenance: serde_json::Value::Null,
        chip: chip("bare", ""),
        duration_s: 0.0,
        cycles: 0,
        first_cycle: 0,
        energy_j: 0.0,
        energy_by_kind_j: EnergyByKind::default(),
        system_energy_j: 0.0,
        average_power_w: 0.0,
        peak_power: Vec::new(),
        largest_step: None,
        power_distribution: PowerDistribution::default(),
        tdp_w: 0.0,
        tdp_headroom_w: 0.0,
        inferences: None,
        energy_per_inference_j: None,
        macs: None,
        energy_per_mac_j: None,
        tops: None,
        tops_per_w: None,
        components: vec![component("core", Placement::Chip, [0.0, 0.0, 0.0], 0.0)],
        regions: vec![RegionPower { average_power_w: None, ..region("op", 0, "empty", -83e-9, -83e-9, 0.0) }],
        power_over_time: Vec::new(),
        coverage: CoverageReport::default(),
        warnings: Vec::new(),
        assumptions: Vec::new(),
        ..typical()
    }
}

/// Fifty layers and two kinds of region.
pub fn many_layers() -> PowerReport {
    let energy = |id: u64| 11.599e-3 * (1 + id * 7 % 50) as f64 / 1_275.0;
    let layers = (0..50).map(|id| {
        let start = id as f64 * 12.344e-6;
        region("layer", id, &format!("block{}_conv{}", id / 3, id % 3), start, start + 12.344e-6, energy(id))
    });
    let mut regions: Vec<RegionPower> = layers.collect();
    regions.push(remainder("layer", 83e-9, 0.001e-3));
    regions.push(region("inference", 0, "first", -83e-9, 617.2e-6, 11.6e-3));
    regions.push(remainder("inference", 0.0, 0.0));
    PowerReport { regions, ..typical() }
}

/// Names longer than any column, from the trace and from the chip, and one with control characters.
pub fn long_names() -> PowerReport {
    let long = "transformer/encoder/layer_11/attention/output/dense/MatMul_with_a_suffix_that_never_ends";
    let mut report = typical();
    report.provenance = json!({ "inputs": [format!("/scratch/{long}.csv"), "b.csv", "c.csv"] });
    report.chip = chip(&format!("chip-{long}"), &format!("{long} {long}"));
    report.components[0].name = format!("tensor_unit_{long}");
    report.components[1].name = "名前の長い部品".to_string();
    report.components[3].name = long.to_string();
    report.peak_power[0].components[0].name = format!("tensor_unit_{long}");
    report.peak_power[0].region = Some(format!("layer:{long}"));
    report.regions[0].name = format!("evil\u{1b}[31m\n{long}");
    report.coverage.unbound_events = 3;
    report.coverage.unbound_channels =
        vec![UnboundChannel { trace_channel: format!("{long}{long}/read"), events: 3 }];
    report.warnings.push(format!("{long}{long}: an endless word"));
    report.tdp_w = 40.0;
    report.tdp_headroom_w = -5.23;
    report.time_above_tdp_s = 4.3e-6;
    report
}

/// A trace of four cycles, shorter than a window.
pub fn tiny() -> PowerReport {
    let energy = EnergyByKind { dynamic: 3.2e-12, clock: 0.0, leakage: 8e-13 };
    PowerReport {
        duration_s: 4e-9,
        cycles: 4,
        first_cycle: 0,
        clock_hz: 1e9,
        window_s: 1e-6,
        energy_j: 4e-12,
        energy_by_kind_j: energy,
        system_energy_j: 0.0,
        average_power_w: 1e-3,
        peak_power: vec![PeakPower {
            window_s: 4e-9,
            window_cycles: 4,
            power_w: 1e-3,
            start_s: 0.0,
            start_cycle: 0,
            region: None,
            ..peaks().remove(3)
        }],
        largest_step: None,
        power_distribution: PowerDistribution {
            minimum_w: 1e-3,
            p50_w: 1e-3,
            p90_w: 1e-3,
            p95_w: 1e-3,
            p99_w: 1e-3,
            p99_9_w: 1e-3,
        },
        tdp_w: 2e-3,
        tdp_headroom_w: 1e-3,
        macs: Some(4.0),
        energy_per_mac_j: Some(1e-12),
        tops: Some(0.002),
        tops_per_w: Some(2.0),
        components: vec![component("mac", Placement::Chip, [3.2e-12, 0.0, 8e-13], 1.0)],
        regions: Vec::new(),
        power_over_time: vec![PowerBin {
            start_s: 0.0,
            duration_s: 4e-9,
            average_power_w: 1e-3,
            peak_power_w: 1e-3,
        }],
        coverage: CoverageReport { events: 4, ..CoverageReport::default() },
        warnings: Vec::new(),
        ..typical()
    }
}

fn chip(name: &str, description: &str) -> ChipSummary {
    ChipSummary {
        name: name.to_string(),
        description: description.to_string(),
        clock_hz: 700e6,
        area_mm2: Some(331.0),
        fingerprint: "1a2b3c4d".to_string(),
    }
}

fn component(
    name: &str,
    placement: Placement,
    [dynamic, clock, leakage]: [f64; 3],
    mean: f64,
) -> ComponentPower {
    let kinds = EnergyByKind { dynamic, clock, leakage };
    let activity_factor = ActivityFactor { mean, peak: mean.sqrt() };
    ComponentPower {
        name: name.to_string(),
        placement,
        energy_j: kinds.total(),
        energy_by_kind_j: kinds,
        average_power_w: kinds.total() / 617.3e-6,
        activity_factor,
        actions: vec![ActionPower {
            name: "read".to_string(),
            count: 1e6,
            energy_per_action_j: dynamic / 1e6,
            energy_j: dynamic,
            activity_factor,
        }],
    }
}

fn peaks() -> Vec<PeakPower> {
    let share = |name: &str, power_w: f64, of: f64| ComponentShare {
        name: name.to_string(),
        power_w,
        share: power_w / of,
    };
    let peak = |label: &str, window_cycles: u64, power_w: f64, start_cycle: i64| PeakPower {
        label: label.to_string(),
        window_s: window_cycles as f64 / 700e6,
        window_cycles,
        power_w,
        start_s: start_cycle as f64 / 700e6,
        start_cycle,
        region: Some("layer:conv2_x".to_string()),
        components: vec![
            share("tensor_unit", 0.61 * power_w, power_w),
            share("unified_buffer", 0.33 * power_w, power_w),
            share("host_interface", 0.06 * power_w, power_w),
        ],
    };
    vec![
        peak("one window", 1_000, 45.23, 281_000),
        peak("10 us", 7_000, 41.7, 280_000),
        peak("100 us", 70_000, 30.02, 240_000),
        peak("whole run", 432_110, 18.79, -58),
    ]
}

fn region(kind: &str, id: u64, name: &str, start_s: f64, end_s: f64, energy_j: f64) -> RegionPower {
    RegionPower {
        kind: kind.to_string(),
        id: Some(id),
        name: name.to_string(),
        is_remainder: false,
        start_s: Some(start_s),
        start_cycle: Some((start_s * 700e6) as i64),
        duration_s: end_s - start_s,
        cycles: ((end_s - start_s) * 700e6) as u64,
        energy_j,
        energy_by_kind_j: EnergyByKind { dynamic: energy_j, clock: 0.0, leakage: 0.0 },
        system_energy_j: 0.0,
        average_power_w: Some(energy_j / (end_s - start_s)),
        macs: None,
        components: vec![RegionComponent { name: "tensor_unit".to_string(), energy_j }],
    }
}

fn remainder(kind: &str, duration_s: f64, energy_j: f64) -> RegionPower {
    let average_power_w = (duration_s > 0.0).then(|| energy_j / duration_s);
    RegionPower {
        id: None,
        is_remainder: true,
        start_s: None,
        start_cycle: None,
        duration_s,
        average_power_w,
        ..region(kind, 0, "(outside)", 0.0, 1.0, energy_j)
    }
}

/// Two layers' worth of power that goes up and down.
fn waves(bins: usize) -> Vec<PowerBin> {
    let duration_s = 617.3e-6 / bins as f64;
    let bin = |index: usize| {
        let part = index as f64 / bins as f64;
        let level = if part < 0.34 { 9.0 + 8.0 * (part * 60.0).sin() } else { 36.0 * (1.0 - part) + 4.0 };
        PowerBin {
            start_s: -83e-9 + index as f64 * duration_s,
            duration_s,
            average_power_w: level,
            // The highest window is the highest peak.
            peak_power_w: if index == 130 { 45.23 } else { level * 1.1 },
        }
    };
    (0..bins).map(bin).collect()
}

fn coverage() -> CoverageReport {
    let bound = |trace_channel: &str, chip_channel: &str| BoundChannel {
        trace_channel: trace_channel.to_string(),
        count: 1_234.0,
        chip_channel: chip_channel.to_string(),
        factor: 1.0,
    };
    let skipped = |region: &str, count| trace_formats::Skipped {
        reason: "phantom_padding".to_string(),
        region: Some(region.to_string()),
        channel: Some("ofmap_dram/write".to_string()),
        count,
    };
    CoverageReport {
        events: 1_204_311,
        unbound_events: 0,
        bound_channels: vec![
            bound("ifmap_sram/read", "unified_buffer/read"),
            bound("array/mac", "tensor_unit/mac"),
        ],
        unbound_channels: Vec::new(),
        bad_records: [("cut_last_row".to_string(), 1)].into(),
        skipped: vec![skipped("layer:conv1", 1_024), skipped("layer:conv2_x", 512)],
        components_without_activity: vec!["host_interface".to_string()],
    }
}
