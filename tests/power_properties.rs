//! What holds for every run: energy is the integral of power, cutting a run changes nothing, peaks are exact.

#![allow(clippy::unwrap_used)]

mod power_driver;

use nm_trace::chip::pat::Pat;
use nm_trace::power::{Binding, PeakLength, Point, PowerReport, Pricing, PricingOptions};
use nm_trace::units::{Hertz, Joules, Seconds};
use power_driver::{Event, Run, paper_chip, region};
use proptest::prelude::*;

const CHANNELS: [&str; 4] = ["alpha/mac", "beta/read", "beta/write", "dram/read"];

/// Energy of one action of each of the chip's own channels with what it keeps running of the clock, in nJ.
const COSTS_NJ: [(&str, f64); 3] = [("alpha/mac", 3.5), ("beta/read", 11.0), ("beta/write", 21.0)];

/// Runs of up to 300 cycles around cycle 0 with layers and inferences, some overlapping, some events untagged.
fn runs() -> impl Strategy<Value = Run> {
    let event = (0..CHANNELS.len(), 0.0..1.0f64, 0.0..1.0f64, 0..60u64, 0..5usize, 0..3usize);
    let span = (0.0..1.0f64, 0.0..1.0f64);
    (-50..50i64, 1..300i64, prop::collection::vec(event, 1..10), prop::collection::vec(span, 4)).prop_map(
        |(start, length, events, spans)| {
            let cycle = |part: f64| start + (part * length as f64) as i64;
            let interval = |from: f64, to: f64| (cycle(from.min(to)), cycle(from.max(to)) + 1);
            let events = events.into_iter().map(|(channel, from, to, count, layer, inference)| {
                let (first, end) = interval(from, to);
                // Layers are the regions 2 and 3, inferences 0 and 1, as the summary sorts them.
                let tags = [(layer < 2).then_some(2 + layer), (inference < 2).then_some(inference)];
                Event {
                    channel: CHANNELS[channel],
                    start: first,
                    end: end.min(start + length),
                    count,
                    regions: tags.into_iter().flatten().collect(),
                }
            });
            let mut run = Run::new(start, start + length, 1e9, events.collect());
            let kinds = [("inference", 0), ("inference", 1), ("layer", 0), ("layer", 1)];
            run.regions = kinds
                .iter()
                .zip(spans)
                .map(|((kind, id), (from, to))| {
                    let (first, end) = interval(from, to);
                    region(kind, *id, first, end)
                })
                .collect();
            run
        },
    )
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-11 * expected.abs().max(1e-9)
}

fn price(run: &Run, window: u64, lengths: &[u64]) -> (PowerReport, Vec<power_driver::Row>) {
    let peak_lengths = lengths.iter().map(|cycles| PeakLength {
        label: format!("{cycles} cycles"),
        length: Seconds(*cycles as f64 * 1e-9),
    });
    let options = PricingOptions { peak_lengths: peak_lengths.collect(), ..PricingOptions::default() };
    run.price(&paper_chip(), window, options)
}

/// The paper chip with other energies; every third has no `beta`.
fn chips(energies: &[f64]) -> Vec<Pat> {
    let chip = |(at, energy): (usize, &f64)| {
        let mut pat = paper_chip();
        pat.components[0].actions[0].energy.value = Joules(energy * 1e-9);
        if at % 3 == 2 {
            pat.components.remove(1);
        }
        pat
    };
    energies.iter().enumerate().map(chip).collect()
}

/// What a run's report says, whatever it was priced beside.
fn json(report: &PowerReport) -> String {
    serde_json::to_string(report).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn each_of_several_points_is_priced_as_alone_by_any_number_of_threads(
        run in runs(),
        window in 1..4u64,
        energies in prop::collection::vec(0.1..9.0f64, 20),
        clocks in prop::collection::vec(1e8..3e9f64, 20),
        threads in 1..5usize,
    ) {
        let chips = chips(&energies);
        let bindings: Vec<Binding> = chips.iter().map(|pat| Binding::new(pat, None, None).unwrap()).collect();
        let points: Vec<Point<'_>> = chips
            .iter()
            .zip(&bindings)
            .zip(&clocks)
            .map(|((pat, binding), clock)| Point { pat, binding, clock: Hertz(*clock) })
            .collect();
        let options = PricingOptions { threads, ..PricingOptions::default() };
        let mut pricing = Pricing::of_points(&points, run.timing(window), options.clone(), None).unwrap();
        run.feed(window, &mut pricing).unwrap();
        let together = pricing.into_reports();
        prop_assert_eq!(together.len(), points.len());
        for (point, report) in points.iter().zip(&together) {
            let timing = nm_trace::activity::WindowTiming { clock_hz: point.clock.0, ..run.timing(window) };
            let mut rows = power_driver::Rows::default();
            // Watched, it goes window by window.
            let mut alone =
                Pricing::new(point.pat, point.binding, timing, options.clone(), Some(&mut rows)).unwrap();
            run.feed(window, &mut alone).unwrap();
            prop_assert_eq!(json(report), json(&alone.into_report().unwrap()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn energy_is_the_integral_of_power(run in runs(), window in 1..70u64) {
        let (report, rows) = price(&run, window, &[]);
        let time = |row: &power_driver::Row| (row.end_cycle - row.start_cycle) as f64 * 1e-9;
        prop_assert!(close(rows.iter().map(|row| row.total_w * time(row)).sum(), report.energy_j));
        prop_assert!(close(rows.iter().map(|row| row.system_w * time(row)).sum(), report.system_energy_j));
        for (at, component) in report.components.iter().enumerate() {
            let integral: f64 = rows.iter().map(|row| row.components_w[at] * time(row)).sum();
            prop_assert!(close(integral, component.energy_j));
        }
        let bins = report.power_over_time.iter().map(|bin| bin.average_power_w * bin.duration_s);
        prop_assert!(close(bins.sum(), report.energy_j));
    }

    #[test]
    fn rows_cover_the_run_without_a_gap(run in runs(), window in 1..70u64) {
        let (_, rows) = price(&run, window, &[]);
        prop_assert_eq!((rows[0].start_cycle, rows[rows.len() - 1].end_cycle), (run.start, run.end));
        prop_assert!(rows.windows(2).all(|pair| pair[0].end_cycle == pair[1].start_cycle));
    }

    #[test]
    fn window_size_never_changes_energies(run in runs(), window in 1..70u64, other in 1..400u64) {
        let (one, _) = price(&run, window, &[]);
        let (two, _) = price(&run, other, &[]);
        prop_assert_eq!(one.energy_by_kind_j, two.energy_by_kind_j);
        prop_assert_eq!(one.system_energy_j, two.system_energy_j);
        prop_assert_eq!(one.regions, two.regions);
        for (one, two) in one.components.iter().zip(&two.components) {
            prop_assert_eq!(one.energy_by_kind_j, two.energy_by_kind_j);
            prop_assert_eq!(one.activity_factor.mean, two.activity_factor.mean);
        }
    }

    #[test]
    fn regions_of_a_kind_and_the_remainder_are_the_whole(run in runs(), window in 1..70u64) {
        let (report, _) = price(&run, window, &[]);
        for kind in ["inference", "layer"] {
            let rows = || report.regions.iter().filter(|row| row.kind == kind);
            prop_assert!(close(rows().map(|row| row.energy_j).sum(), report.energy_j));
            prop_assert!(close(rows().map(|row| row.system_energy_j).sum(), report.system_energy_j));
            prop_assert!(close(rows().map(|row| row.duration_s).sum(), report.duration_s));
            let macs: Option<f64> = rows().map(|row| row.macs).sum();
            prop_assert_eq!(macs, report.macs.or(Some(0.0)).filter(|_| macs.is_some()));
            prop_assert!(rows().all(|row| row.energy_j >= 0.0));
        }
    }

    #[test]
    fn peaks_equal_those_of_every_position_tried(run in runs(), window in 1..40u64, lengths in prop::collection::vec(1..200u64, 1..4)) {
        let (report, _) = price(&run, window, &lengths);
        for peak in &report.peak_power[..report.peak_power.len() - 1] {
            let (length, window) = (peak.window_cycles as i64, window as i64);
            prop_assert_eq!(length % window, 0);
            let power = |start: i64| {
                let nj = COSTS_NJ.iter().map(|(channel, nj)| run.count(channel, start, start + length) as f64 * nj);
                nj.sum::<f64>() / length as f64 + 3.5
            };
            let (first, last) = (run.start.div_euclid(window), (run.end - 1).div_euclid(window));
            let positions = (first..=last - length / window + 1).map(|index| power(index * window));
            let highest = positions.fold(0.0, f64::max);
            prop_assert!(close(peak.power_w, highest), "{} {}", peak.power_w, highest);
            prop_assert!(close(power(peak.start_cycle), highest));
            let shares: f64 = peak.components.iter().map(|component| component.power_w).sum();
            prop_assert!(close(shares, peak.power_w));
        }
        let whole = report.peak_power.last().unwrap();
        prop_assert_eq!((whole.window_cycles, whole.start_cycle), (report.cycles, run.start));
        prop_assert_eq!(whole.power_w, report.average_power_w);
    }

    #[test]
    fn the_distribution_is_that_of_the_sorted_windows(run in runs(), window in 1..70u64) {
        let (report, rows) = price(&run, window, &[]);
        let mut sorted: Vec<(f64, i64)> =
            rows.iter().map(|row| (row.total_w, row.end_cycle - row.start_cycle)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        prop_assert_eq!(report.power_distribution.minimum_w, sorted[0].0);
        let distribution = &report.power_distribution;
        for (part, found) in [(0.5, distribution.p50_w), (0.9, distribution.p90_w), (0.99, distribution.p99_w)] {
            // The power that is not exceeded for that part of the cycles.
            let needed = (part * report.cycles as f64).ceil() as i64;
            let mut below = 0;
            let reached = sorted.iter().find(|(_, cycles)| { below += cycles; below >= needed }).unwrap();
            prop_assert!((found / reached.0 - 1.0).abs() < 2e-3, "{} {}", found, reached.0);
        }
        let above = sorted.iter().filter(|(power, _)| *power > report.tdp_w).map(|(_, cycles)| *cycles);
        prop_assert!(close(report.time_above_tdp_s, above.sum::<i64>() as f64 * 1e-9));
        let full = |row: &power_driver::Row| row.end_cycle - row.start_cycle == window as i64;
        let steps = rows.windows(2).filter(|pair| full(&pair[0]) && full(&pair[1]));
        let largest = steps.map(|pair| (pair[1].total_w - pair[0].total_w).abs()).reduce(f64::max);
        prop_assert_eq!(report.largest_step.map(|step| step.step_w.abs()), largest);
    }

    #[test]
    fn the_order_of_columns_changes_no_bit(run in runs(), window in 1..70u64, turn in 0..8usize, at_once: bool) {
        let pat = paper_chip();
        // Odd factors onto one channel: a sum in another order would round otherwise.
        let binding = r#"
            [[bind]]
            from = "*/*"
            to = "alpha/mac"
            scale = "1/3"
            [[bind]]
            from = "*/read"
            to = "alpha/mac"
            scale = "5/7"
            [[bind]]
            from = "alpha/*"
            to = "beta/read"
            scale = 0.1
        "#;
        let binding = Binding::new(&pat, Some(("odd.toml", binding)), None).unwrap();
        let mut other = run.clone();
        other.has_all_columns_at_once = at_once;
        let columns = other.columns.len();
        other.columns.rotate_left(turn % columns);
        if turn % 2 == 1 {
            other.columns.reverse();
        }
        let json = |run: &Run| {
            let (report, rows) = run.price_bound(&pat, &binding, window, PricingOptions::default());
            let rows: Vec<_> = rows.iter().map(|row| (row.total_w, row.components_w.clone())).collect();
            (serde_json::to_string(&report).unwrap(), rows)
        };
        prop_assert_eq!(json(&run), json(&other));
    }
}
