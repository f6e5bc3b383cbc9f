//! What holds for every pair of runs: each term of a waterfall is what its definition says, and together they are the
//! difference of the two reports' energies.
#![allow(clippy::unwrap_used)]

mod power_driver;
#[allow(dead_code)]
mod report_support;

use nm_trace::chip::pat::Pat;
use nm_trace::power::{
    ActionPower, ComponentPower, EnergyByKind, Placement, PowerReport, PricingOptions, RegionPower,
};
use nm_trace::regression::{ComparedRun, Difference, Waterfall};
use nm_trace::units::{Hertz, Joules, Watts};
use power_driver::{Event, Run, paper_chip, region};
use proptest::prelude::*;

const CHANNELS: [&str; 4] = ["alpha/mac", "beta/read", "beta/write", "dram/read"];

/// Runs on chips, as the program prices them: figures over many orders of magnitude, some chips without `beta`.
fn priced() -> impl Strategy<Value = PowerReport> {
    let event = (0..CHANNELS.len(), 0..200i64, 1..100i64, 0..1_000_000_000u64, any::<bool>());
    let figures = prop::collection::vec(-15.0..3.0f64, 8);
    let run = (prop::collection::vec(event, 0..12), 1..300i64, -30..30i64, 6.0..10.0f64, 1..5u64);
    (run, figures, any::<bool>()).prop_map(
        |((events, length, start, clock, inferences), figures, has_beta)| {
            let event = |(channel, from, length_of, count, is_tagged): (usize, i64, i64, u64, bool)| Event {
                channel: CHANNELS[channel],
                start: start + from % length,
                end: (start + from % length + length_of).min(start + length),
                count,
                regions: if is_tagged { vec![0] } else { Vec::new() },
            };
            let events =
                events.into_iter().map(event).filter(|event| has_beta || !event.channel.starts_with("beta"));
            let mut run = Run::new(start, start + length, 10f64.powf(clock), events.collect());
            run.regions = vec![region("layer", 0, start, start + length)];
            let chip = chip(&figures, has_beta);
            let options = PricingOptions { inferences: Some(inferences), ..PricingOptions::default() };
            run.price(&chip, 100, options).0
        },
    )
}

/// The paper chip with other figures, each a power of ten.
fn chip(figures: &[f64], has_beta: bool) -> Pat {
    let mut chip = paper_chip();
    chip.clock.value = Hertz(1e9);
    let mut figures = figures.iter().cycle().map(|power| 10f64.powf(*power));
    let mut next = || figures.next().unwrap();
    for component in &mut chip.components {
        component.leakage.value = Watts(next());
        component.clock_gated.value = Watts(next());
        component.clock_running.value = Watts(component.clock_gated.value.0 * 3.0);
        for action in &mut component.actions {
            action.energy.value = Joules(next() * 1e-9);
        }
    }
    if !has_beta {
        chip.components.remove(1);
    }
    chip
}

fn between(a: &PowerReport, b: &PowerReport) -> Difference {
    let run = |name: &str, report| ComparedRun { name: name.to_owned(), report };
    Difference::between(&run("a", a), &run("b", b)).unwrap()
}

fn ulp(number: f64) -> f64 {
    number.abs().next_up() - number.abs()
}

/// A sum that loses nothing to speak of (Neumaier's).
fn sum(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0f64);
    for number in numbers {
        let next = sum + number;
        lost += if sum.abs() >= number.abs() { (sum - next) + number } else { (number - next) + sum };
        sum = next;
    }
    sum + lost
}

fn terms(waterfall: &Waterfall) -> Vec<f64> {
    waterfall.components.iter().flat_map(|component| component.terms_j()).collect()
}

/// One ulp a term: of the larger of the two energies, or of the term where it is larger than both.
fn tolerance(waterfall: &Waterfall) -> f64 {
    let largest = waterfall.energy_a_j.abs().max(waterfall.energy_b_j.abs());
    terms(waterfall).iter().map(|term| ulp(largest.max(term.abs()))).sum()
}

fn adds_up(waterfall: &Waterfall) -> Result<(), TestCaseError> {
    let tolerance = tolerance(waterfall);
    prop_assert_eq!(terms(waterfall).len() as u64, waterfall.terms);
    prop_assert_eq!(tolerance, waterfall.resolution_j);
    let difference = waterfall.energy_b_j - waterfall.energy_a_j;
    prop_assert_eq!(waterfall.difference_j, difference);
    let off = sum(terms(waterfall).into_iter().chain([-waterfall.energy_b_j, waterfall.energy_a_j]));
    prop_assert!(
        off.abs() <= tolerance,
        "the terms miss the difference {difference:e} by {off:e} > {tolerance:e}"
    );
    let causes = sum(waterfall.causes.named().map(|(_, term)| term));
    prop_assert!((causes - difference).abs() <= tolerance, "{causes:e} is not {difference:e}");
    for component in &waterfall.components {
        let sum = sum(component.causes.named().map(|(_, term)| term));
        prop_assert!((sum - component.difference_j).abs() <= tolerance, "{}", component.name);
        let activity: f64 = component.actions.iter().map(|action| action.activity_j).sum();
        prop_assert!((activity - component.causes.activity_j).abs() <= tolerance);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_terms_of_two_runs_are_the_difference_of_their_energies(a in priced(), b in priced()) {
        let difference = between(&a, &b);
        prop_assert_eq!((difference.energy.energy_a_j, difference.energy.energy_b_j), (a.energy_j, b.energy_j));
        adds_up(&difference.energy)?;
        let inference = difference.energy_per_inference.as_ref().unwrap();
        prop_assert_eq!(Some(inference.energy_a_j), a.energy_per_inference_j);
        prop_assert_eq!(Some(inference.energy_b_j), b.energy_per_inference_j);
        adds_up(inference)?;
        for region in &difference.regions {
            let causes = region.causes;
            let terms = [causes.dynamic_j, causes.clock_j, causes.leakage_j, causes.time_j];
            let tolerance = terms.map(ulp).iter().sum::<f64>() + difference.energy.resolution_j;
            prop_assert!((sum(terms) - region.difference_j).abs() <= tolerance, "{}", region.name);
        }
    }

    #[test]
    fn swapping_the_runs_turns_every_sign(a in priced(), b in priced()) {
        let (there, back) = (between(&a, &b), between(&b, &a));
        for component in &there.energy.components {
            let other = back.energy.components.iter().find(|other| other.name == component.name).unwrap();
            for ((name, term), (_, other)) in component.causes.named().iter().zip(other.causes.named()) {
                prop_assert_eq!(*term, -other, "{} of {}", name, component.name);
            }
        }
    }

    #[test]
    fn a_run_does_not_differ_from_itself(a in priced()) {
        let difference = between(&a, &a);
        prop_assert!(terms(&difference.energy).iter().all(|term| *term == 0.0));
    }
}

/// What a component did and costs, in integers.
#[derive(Clone, Copy, Debug)]
struct Figures {
    count: i128,
    energy: i128,
    clock: i128,
    leakage: i128,
    time: i128,
}

const ENERGY: i32 = -60;
const CLOCK: i32 = -40;
const TIME: i32 = -30;

fn scaled(number: i128, exponent: i32) -> f64 {
    number as f64 * 2f64.powi(exponent)
}

fn figures() -> impl Strategy<Value = Figures> {
    (0..1i128 << 32, 0..1i128 << 20, 0..1i128 << 20, 0..1i128 << 20, 1..1i128 << 20)
        .prop_map(|(count, energy, clock, leakage, time)| Figures { count, energy, clock, leakage, time })
}

/// A report of one component with one action.
fn report(figures: Figures) -> PowerReport {
    let dynamic = scaled(figures.count * figures.energy, ENERGY);
    let kinds = EnergyByKind {
        dynamic,
        clock: scaled(figures.clock, CLOCK),
        leakage: scaled(figures.leakage, CLOCK),
    };
    let activity_factor = Default::default();
    PowerReport {
        duration_s: scaled(figures.time, TIME),
        energy_j: kinds.total(),
        energy_by_kind_j: kinds,
        components: vec![ComponentPower {
            name: "unit".to_owned(),
            placement: Placement::Chip,
            energy_j: kinds.total(),
            energy_by_kind_j: kinds,
            average_power_w: 0.0,
            activity_factor,
            actions: vec![ActionPower {
                name: "act".to_owned(),
                count: figures.count as f64,
                energy_per_action_j: scaled(figures.energy, ENERGY),
                energy_j: dynamic,
                activity_factor,
            }],
        }],
        regions: Vec::<RegionPower>::new(),
        ..report_support::typical()
    }
}

/// A fraction as the nearest number or the one beside it.
fn fraction(numerator: i128, denominator: i128, exponent: i32) -> f64 {
    let shift = numerator.unsigned_abs().leading_zeros().min(100);
    let quotient = (numerator.unsigned_abs() << shift) / denominator.unsigned_abs();
    let value = quotient as f64 * 2f64.powi(exponent - shift as i32);
    if numerator < 0 { -value } else { value }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn each_term_is_what_its_definition_says(a in figures(), b in figures()) {
        let difference = between(&report(a), &report(b));
        let component = &difference.energy.components[0];
        let action = &component.actions[0];
        // The change of one factor times the mean of the other.
        prop_assert_eq!(action.activity_j, scaled((b.count - a.count) * (a.energy + b.energy), ENERGY - 1));
        prop_assert_eq!(action.energy_per_action_j, scaled((b.energy - a.energy) * (a.count + b.count), ENERGY - 1));
        // Powers are energies over times: all over both times.
        let both = 2 * a.time * b.time;
        let power = |of_a: i128, of_b: i128| {
            fraction((of_b * a.time - of_a * b.time) * (a.time + b.time), both, CLOCK)
        };
        let time = |of_a: i128, of_b: i128| (b.time - a.time) * (of_a * b.time + of_b * a.time);
        let expected = [
            (component.causes.clock_j, power(a.clock, b.clock)),
            (component.causes.leakage_j, power(a.leakage, b.leakage)),
            (component.causes.time_j, fraction(time(a.clock + a.leakage, b.clock + b.leakage), both, CLOCK)),
        ];
        for (found, expected) in expected {
            prop_assert!((found - expected).abs() <= ulp(expected), "{found:e} is not {expected:e}");
        }
        adds_up(&difference.energy)?;
    }
}

/// A component of which only leakage is another has no other term, and none takes what another missed.
#[test]
fn a_term_is_no_rest_of_the_others() {
    let one = Figures { count: 1000, energy: 77, clock: 5000, leakage: 9000, time: 12345 };
    let alone = |other: Figures| {
        let difference = between(&report(one), &report(other));
        let terms = difference.energy.causes.named();
        let names: Vec<&str> = terms.iter().filter(|(_, term)| *term != 0.0).map(|(name, _)| *name).collect();
        names.join(", ")
    };
    assert_eq!(alone(Figures { count: 1001, ..one }), "activity");
    assert_eq!(alone(Figures { energy: 78, ..one }), "energy per action");
    assert_eq!(alone(Figures { clock: 5001, ..one }), "clock");
    assert_eq!(alone(Figures { leakage: 9001, ..one }), "leakage");
    assert_eq!(alone(Figures { clock: 10_000, leakage: 18_000, time: 24_690, ..one }), "time");
}

/// No power is known of a run without time: what the other takes over time comes with the time.
#[test]
fn from_a_run_without_cycles_clock_and_leakage_are_time() {
    let none = Figures { count: 0, energy: 77, clock: 0, leakage: 0, time: 0 };
    let one = Figures { count: 1000, energy: 77, clock: 5000, leakage: 9000, time: 12345 };
    for (a, b, sign) in [(none, one, 1.0), (one, none, -1.0)] {
        let causes = between(&report(a), &report(b)).energy.causes;
        assert_eq!(causes.time_j, sign * scaled(14_000, CLOCK));
        assert_eq!(causes.activity_j, sign * scaled(77_000, ENERGY));
        assert_eq!((causes.clock_j, causes.leakage_j, causes.energy_per_action_j), (0.0, 0.0, 0.0));
    }
}
