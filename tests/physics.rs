//! Cases whose every joule is worked out on paper, in the comments.

#![allow(clippy::unwrap_used, clippy::float_cmp)]

mod power_driver;

use nm_trace::activity::WindowSink;
use nm_trace::power::{Binding, PeakLength, Pricing, PricingOptions, RegionPower};
use nm_trace::units::{Joules, Seconds};
use power_driver::{Event, Run, event, paper_chip, region};

const NJ: f64 = 1e-9;
const NS: f64 = 1e-9;

fn close(found: f64, expected: f64) {
    let error = (found - expected).abs();
    assert!(error <= 1e-12 * expected.abs().max(1e-30), "{found:e} is not {expected:e}");
}

fn peaks(lengths: &[(&str, f64)]) -> PricingOptions {
    let length =
        |(label, ns): &(&str, f64)| PeakLength { label: (*label).to_owned(), length: Seconds(ns * NS) };
    PricingOptions { peak_lengths: lengths.iter().map(length).collect(), ..PricingOptions::default() }
}

/// Four events in 20 cycles; nothing happens in 6..10, in 13..14 and in 19..20.
fn four_events() -> Run {
    let events = vec![
        event("alpha/mac", 0, 4, 8),
        event("beta/read", 2, 6, 4),
        event("alpha/mac", 10, 13, 6),
        event("beta/write", 14, 19, 5),
    ];
    Run::new(0, 20, 1e9, events)
}

#[test]
fn two_components_and_four_events_cost_what_they_cost_on_paper() {
    let (report, rows) = four_events().price(&paper_chip(), 5, PricingOptions::default());
    // alpha: 14 macs. Dynamic 14 × 2 = 28 nJ; clock 1 W × 20 ns + 14 × 1.5 = 41 nJ; leakage 1 W × 20 ns = 20 nJ.
    let alpha = &report.components[0];
    close(alpha.energy_by_kind_j.dynamic, 28.0 * NJ);
    close(alpha.energy_by_kind_j.clock, 41.0 * NJ);
    close(alpha.energy_by_kind_j.leakage, 20.0 * NJ);
    close(alpha.energy_j, 89.0 * NJ);
    // beta: 4 reads, 5 writes. Dynamic 40 + 100 = 140 nJ; clock 20 + 9 = 29 nJ; leakage 0.5 W × 20 ns = 10 nJ.
    let beta = &report.components[1];
    close(beta.energy_by_kind_j.dynamic, 140.0 * NJ);
    close(beta.energy_by_kind_j.clock, 29.0 * NJ);
    close(beta.energy_by_kind_j.leakage, 10.0 * NJ);
    // Chip: 89 + 179 = 268 nJ in 20 ns = 13.4 W. DRAM, which no event names, leaks 0.25 W × 20 ns = 5 nJ beside it.
    close(report.energy_j, 268.0 * NJ);
    close(report.average_power_w, 13.4);
    close(report.system_energy_j, 5.0 * NJ);
    close(report.energy_per_inference_j.unwrap(), 268.0 * NJ);
    // 14 macs: 28 operations in 20 ns = 1.4·10⁹ / s = 0.0014 TOPS.
    close(report.macs.unwrap(), 14.0);
    close(report.tops.unwrap(), 0.0014);
    close(report.energy_per_mac_j.unwrap(), 268.0 / 14.0 * NJ);
    // Windows: 0..5 has 8 macs (28 nJ) and 3 reads (33 nJ), 5..10 one read (11 nJ),
    // 10..15 6 macs (21 nJ) and 1 write (21 nJ), 15..20 4 writes (84 nJ); each over 5 ns and 3.5 W of base.
    let windows: Vec<f64> = rows.iter().map(|row| row.total_w).collect();
    for (found, nj) in windows.iter().zip([61.0, 11.0, 42.0, 84.0]) {
        close(*found, nj / 5.0 + 3.5);
    }
    // The step to the last window: (84 − 42) / 5 = 8.4 W; the one after the first: (11 − 61) / 5 = −10 W.
    let step = report.largest_step.unwrap();
    close(step.step_w, -10.0);
    assert_eq!(step.at_cycle, 5);
    // Busiest window of alpha: 8 of 2 × 5; of the run: 14 of 2 × 20.
    close(alpha.activity_factor.peak, 0.8);
    close(alpha.activity_factor.mean, 0.35);
    assert_eq!(report.coverage.components_without_activity, ["dram"]);
    assert_eq!(report.warnings, Vec::<String>::new());
}

#[test]
fn tdp_headroom_and_time_above_follow_from_the_definition() {
    let (report, _) = four_events().price(&paper_chip(), 5, PricingOptions::default());
    // alpha: 1 + 4 + 2 nJ × 2 × 0.5 × 1 GHz = 7 W; beta: 0.5 + 3 + 10 × 0.5 + 20 × 0.5 = 18.5 W. Not the DRAM.
    close(report.tdp_w, 25.5);
    // The highest window: 84 / 5 + 3.5 = 20.3 W.
    close(report.tdp_headroom_w, 5.2);
    close(report.time_above_tdp_s, 0.0);
    let included = PricingOptions { include_system: true, ..PricingOptions::default() };
    let (report, _) = four_events().price(&paper_chip(), 5, included);
    // With the DRAM: 0.25 + 100 × 0.5 = 50.25 W more, and 5 nJ more energy.
    close(report.tdp_w, 75.75);
    close(report.energy_j, 273.0 * NJ);
}

#[test]
fn a_gap_costs_leakage_and_the_gated_clock() {
    let run = Run::new(0, 1000, 1e9, vec![event("alpha/mac", 0, 1, 1)]);
    let (report, rows) = run.price(&paper_chip(), 100, PricingOptions::default());
    // One mac: 2 + 1.5 nJ; 3.5 W of base for 1000 ns.
    close(report.energy_j, 3503.5 * NJ);
    assert!(rows[1..].iter().all(|row| row.total_w == 3.5));
    close(report.power_distribution.minimum_w, 3.5);
    // A histogram of three significant digits.
    assert!((report.power_distribution.p50_w / 3.5 - 1.0).abs() < 1e-3);
}

#[test]
fn a_component_at_full_capacity_runs_its_whole_clock() {
    let run = Run::new(0, 10, 1e9, vec![event("alpha/mac", 0, 10, 20), event("beta/read", 0, 10, 10)]);
    let (report, _) = run.price(&paper_chip(), 10, PricingOptions::default());
    // alpha at 2 macs a cycle: 4 W × 10 ns. beta reads at capacity but never writes: 1 W + ½ × 2 W.
    close(report.components[0].energy_by_kind_j.clock, 40.0 * NJ);
    close(report.components[1].energy_by_kind_j.clock, 20.0 * NJ);
}

#[test]
fn a_peak_may_straddle_windows() {
    // Reads in 8..12, where windows of 5 cycles end at 10: 2 of them in each of two windows.
    let run = Run::new(0, 40, 1e9, vec![event("beta/read", 8, 12, 4), event("beta/read", 30, 33, 3)]);
    let (report, _) = run.price(&paper_chip(), 5, peaks(&[("10 ns", 10.0), ("7 ns", 7.0)]));
    let found: Vec<_> =
        report.peak_power.iter().map(|peak| (peak.label.as_str(), peak.start_cycle)).collect();
    // One window holds at most the 3 reads at 30. Over 10 ns the 4 reads count; 7 ns are rounded up to them.
    assert_eq!(found, [("one window", 30), ("10 ns, 7 ns", 5), ("whole run", 0)]);
    close(report.peak_power[0].power_w, 3.0 * 11.0 / 5.0 + 3.5);
    close(report.peak_power[1].power_w, 4.0 * 11.0 / 10.0 + 3.5);
    close(report.peak_power[1].window_s, 10.0 * NS);
    // beta: 0.5 + 1 + 4.4 W, alpha: 2 W; together 7.9 W.
    assert_eq!(report.peak_power[1].components[0].name, "beta");
    close(report.peak_power[1].components[0].power_w, 5.9);
    close(report.peak_power[1].components[1].share, 2.0 / 7.9);
}

#[test]
fn a_run_shorter_than_a_window_is_its_own_peak() {
    let run = Run::new(3, 7, 1e9, vec![event("alpha/mac", 3, 7, 4)]);
    let (report, rows) = run.price(&paper_chip(), 1000, PricingOptions::default());
    // 4 × 3.5 nJ in 4 ns and 3.5 W of base.
    assert_eq!(report.peak_power.len(), 1);
    let peak = &report.peak_power[0];
    assert_eq!(peak.label, "one window, 1 us, 10 us, 100 us, 1 ms, whole run");
    assert_eq!((peak.window_cycles, peak.start_cycle, rows.len()), (4, 3, 1));
    close(peak.power_w, 7.0);
    close(rows[0].total_w, 7.0);
    assert_eq!((rows[0].start_cycle, rows[0].end_cycle), (3, 7));
}

#[test]
fn a_peak_that_sticks_out_of_the_run_is_averaged_over_its_full_length() {
    // The run starts at −2 with prefetch in two cycles of the window −10..0.
    let run = Run::new(-2, 30, 1e9, vec![event("beta/write", -2, 0, 2)]);
    let (report, rows) = run.price(&paper_chip(), 10, PricingOptions::default());
    // Over the 10 cycles of the window: 42 nJ / 10 ns + 3.5 W; the plotted row over the 2 ns inside: 42 / 2 + 3.5.
    close(report.peak_power[0].power_w, 7.7);
    assert_eq!((report.peak_power[0].start_cycle, report.first_cycle), (-10, -2));
    close(rows[0].total_w, 24.5);
    close(report.energy_j, (42.0 + 3.5 * 32.0) * NJ);
}

#[test]
fn regions_take_their_counts_and_share_time_that_they_have_in_common() {
    let mut run = four_events();
    // Layers 0..8 and 4..16 of 20 cycles; the third event carries no tag, the fourth that of the second layer.
    run.regions = vec![region("layer", 1, 0, 8), region("layer", 2, 4, 16)];
    run.events[0].regions = vec![0];
    run.events[1].regions = vec![0];
    run.events[3].regions = vec![1];
    let (report, _) = run.price(&paper_chip(), 5, PricingOptions::default());
    let row = |at: usize| -> &RegionPower { &report.regions[at] };
    // Layer 1: 4 cycles alone, half of 4: 6 ns × 3.5 W + 8 × 3.5 + 4 × 11 = 93 nJ.
    close(row(0).duration_s, 6.0 * NS);
    close(row(0).energy_j, 93.0 * NJ);
    // Layer 2: half of 4, 8 alone: 10 ns × 3.5 W + 5 × 21 = 140 nJ.
    close(row(1).duration_s, 10.0 * NS);
    close(row(1).energy_j, 140.0 * NJ);
    // Outside: 4 ns × 3.5 W + 6 × 3.5 = 35 nJ. Together 268 nJ.
    assert!(row(2).is_remainder);
    close(row(2).energy_j, 35.0 * NJ);
    assert_eq!((row(0).cycles, row(2).cycles, report.regions.len()), (8, 4, 3));
    assert_eq!((row(0).macs, row(1).macs, row(2).macs), (Some(8.0), Some(0.0), Some(6.0)));
    // The highest window, 15..20, overlaps layer 2 by one cycle.
    assert_eq!(report.peak_power[0].region.as_deref(), Some("layer:layer2"));
}

#[test]
fn more_than_the_hardware_can_do_is_priced_and_warned_of() {
    let run = Run::new(0, 20, 1e9, vec![event("beta/read", 0, 20, 20), event("beta/read", 6, 9, 5)]);
    let (report, _) = run.price(&paper_chip(), 5, PricingOptions::default());
    close(report.components[1].energy_by_kind_j.dynamic, 250.0 * NJ);
    let warning = "beta/read: counted above its capacity of 1 a cycle in 1 window(s), at worst 2.000 times, first \
                   in the window at cycle 5; priced as counted";
    assert_eq!(report.warnings, [warning]);
}

#[test]
fn variants_of_an_action_share_its_ports_and_have_its_clock() {
    let mut chip = paper_chip();
    let beta = &mut chip.components[1];
    let mut still = beta.actions[0].clone();
    still.name = "read_still".to_owned();
    still.energy.value = Joules(4.0 * NJ);
    beta.actions.push(still);
    let run = Run::new(0, 20, 1e9, vec![event("beta/read", 0, 5, 3), event("beta/read_still", 0, 5, 4)]);
    let (report, _) = run.price(&chip, 5, PricingOptions::default());
    let beta = &report.components[1];
    // 3 × 10 + 4 × 4 nJ; each keeps half of the gateable clock running, as if there were reads and writes alone:
    // 1 W × 20 ns + 7 × 1 nJ.
    close(beta.energy_by_kind_j.dynamic, 46.0 * NJ);
    close(beta.energy_by_kind_j.clock, 27.0 * NJ);
    // 7 accesses through one port in 5 cycles, of 20; by themselves 3 and 4.
    close(beta.activity_factor.peak, 1.4);
    close(beta.activity_factor.mean, 0.35);
    close(beta.actions[0].activity_factor.peak, 0.6);
    close(beta.actions[2].activity_factor.peak, 0.8);
    let warning = "beta/read with its variants: counted above its capacity of 1 a cycle in 1 window(s), at worst \
                   1.400 times, first in the window at cycle 0; priced as counted";
    assert_eq!(report.warnings, [warning]);
}

#[test]
fn another_clock_scales_clock_power_and_nothing_else() {
    let mut run = four_events();
    run.clock_hz = 5e8;
    let (report, _) = run.price(&paper_chip(), 5, PricingOptions::default());
    // At half the clock the run takes 40 ns: leakage 1.5 W × 40 ns; gated clock (2 W ÷ 2) × 40 ns + 21 + 9 nJ.
    close(report.energy_by_kind_j.dynamic, 168.0 * NJ);
    close(report.energy_by_kind_j.clock, 70.0 * NJ);
    close(report.energy_by_kind_j.leakage, 60.0 * NJ);
    assert!(report.warnings[0].contains("500000000 Hz") && report.warnings[0].contains("1000000000 Hz"));
}

#[test]
fn a_binding_file_turns_the_traces_units_into_the_chips() {
    let pat = paper_chip();
    let file = r#"
        [[bind]]
        from = "PE[0..3]/fire"
        to = ["tensor_unit/mac", "alpha/mac"]
        scale = "1/2"
        [[bind]]
        from = "PE[*]/fire"
        to = "beta/read"
        from_bits = 8
        [[bind]]
        from = "debug-port/*"
        ignore = true
        [[bind]]
        from = "never/seen"
        to = "beta/write"
    "#;
    let binding = Binding::new(&pat, Some(("mine.toml", file)), None).unwrap();
    let events =
        vec![event("PE[2]/fire", 0, 8, 8), event("PE[9]/fire", 0, 8, 8), event("debug-port/x y", 0, 1, 1)];
    let (report, _) = Run::new(0, 8, 1e9, events).price_bound(&pat, &binding, 8, PricingOptions::default());
    // PE[2]: 8 × ½ macs and 8 × 8/32 reads; PE[9]: 2 reads.
    close(report.components[0].actions[0].count, 4.0);
    close(report.components[1].actions[0].count, 4.0);
    assert_eq!(report.coverage.bound_channels.len(), 3);
    assert!(report.assumptions.iter().any(|text| text.contains("debug-port/x y costs nothing")));
    assert!(report.warnings[0].contains("from = \"never/seen\" matched no channel"), "{:?}", report.warnings);
}

#[test]
fn counts_in_parts_of_an_action_are_priced_as_parts() {
    let mut run = Run::new(0, 10, 1e9, vec![Event { count: 6, ..event("alpha/mac", 0, 2, 0) }]);
    run.fraction_bits = 2;
    let (report, _) = run.price(&paper_chip(), 5, PricingOptions::default());
    close(report.components[0].actions[0].count, 1.5);
    close(report.energy_j, (1.5 * 3.5 + 35.0) * NJ);
}

#[test]
fn a_run_without_cycles_has_no_power_and_no_nonsense() {
    let (pat, run) = (paper_chip(), Run::new(0, 0, 1e9, Vec::new()));
    let binding = Binding::new(&pat, None, None).unwrap();
    let mut pricing = Pricing::new(&pat, &binding, run.timing(10), PricingOptions::default(), None).unwrap();
    pricing.finish(&run.summary(run.timing(10))).unwrap();
    let report = pricing.into_report().unwrap();
    assert_eq!((report.energy_j, report.average_power_w, report.peak_power[0].power_w), (0.0, 0.0, 0.0));
    assert_eq!((report.tops, report.power_over_time.len(), report.largest_step), (None, 0, None));
    assert!(report.warnings[0].contains("covers no cycle"));
}

#[test]
fn windows_that_are_missing_or_out_of_order_are_refused() {
    let (pat, run) = (paper_chip(), four_events());
    let binding = Binding::new(&pat, None, None).unwrap();
    let pricing = || Pricing::new(&pat, &binding, run.timing(5), PricingOptions::default(), None).unwrap();
    let mut skipping = pricing();
    skipping.window(0, &[], &[]).unwrap();
    assert!(
        skipping
            .window(2, &[], &[])
            .unwrap_err()
            .to_string()
            .contains("window 2 came where window 1 was due")
    );
    let mut short = pricing();
    short.window(0, &[], &[]).unwrap();
    assert!(
        short
            .finish(&run.summary(run.timing(5)))
            .unwrap_err()
            .to_string()
            .contains("covers the cycles 0 to 20")
    );
    let mut cut = run.timing(5);
    cut.cycles = 0;
    assert!(Pricing::new(&pat, &binding, cut, PricingOptions::default(), None).is_err());
}

#[test]
fn inferences_are_those_asked_for_else_those_stated_else_those_marked() {
    let mut run = four_events();
    run.regions = vec![region("inference", 0, 0, 10), region("inference", 1, 10, 20)];
    let pat = paper_chip();
    let binding = Binding::new(&pat, None, None).unwrap();
    let inferences = |asked: Option<u64>, stated: Option<u64>, is_marked: bool| {
        let options = PricingOptions { inferences: asked, ..PricingOptions::default() };
        let mut pricing = Pricing::new(&pat, &binding, run.timing(20), options, None).unwrap();
        pricing.begin(0).unwrap();
        pricing.window(0, &[], &[]).unwrap();
        let mut summary = run.summary(run.timing(20));
        summary.inferences = stated;
        summary.regions.retain(|_| is_marked);
        pricing.finish(&summary).unwrap();
        let report = pricing.into_report().unwrap();
        (report.inferences, report.energy_per_inference_j.is_some(), report.warnings.len())
    };
    assert_eq!(inferences(Some(4), Some(3), true), (Some(4), true, 0));
    assert_eq!(inferences(None, Some(3), true), (Some(3), true, 0));
    assert_eq!(inferences(None, None, true), (Some(2), true, 0));
    assert_eq!(inferences(None, None, false), (None, false, 1));
}
