//! What holds for every chip, whatever its components and their sizes: more costs more, twice is twice, parts add up,
//! conditions at replay move no area, and a design is the same however often and beside whatever it is built.
#![allow(clippy::unwrap_used, clippy::panic)]

mod designs;

use std::sync::LazyLock;

use designs::{Sketch, sketch};
use nm_trace::chip::component::{Cost, Part};
use nm_trace::chip::design::{Builder, Design, Placed};
use nm_trace::chip::pat::Pat;
use nm_trace::chip::{Conditions, Problem};
use nm_trace::units::{Celsius, Hertz, Kelvin, Ratio, Volts};
use proptest::prelude::*;

/// Keeps what it has found: that this changes nothing is one of the properties.
static BUILDER: LazyLock<Builder> = LazyLock::new(Builder::default);

/// What sums in another order may differ by.
const ROUNDING: f64 = 1e-9;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING * a.abs().max(b.abs())
}

fn no_less(more: f64, less: f64) -> bool {
    more >= less * (1.0 - ROUNDING)
}

/// The design, unless the clock is too fast for what was drawn, the node has no embedded DRAM, or the network's tiles are
/// not the cores.
fn built(sketch: &Sketch) -> Option<Design> {
    match BUILDER.build(&sketch.spec()) {
        Ok(design) => Some(design),
        Err(problems) if problems.iter().all(cannot_be) => None,
        Err(problems) => panic!("{}\n{problems:?}", sketch.text()),
    }
}

fn cannot_be(problem: &Problem) -> bool {
    problem.key == "target.clock"
        || problem.what.contains("no embedded-DRAM transistors")
        || problem.what.contains("cores, one a tile")
}

/// The component with what comes with it.
fn of<'a>(design: &'a Design, sketch: &Sketch, at: usize) -> Vec<&'a Placed> {
    let name = &sketch.components[at].name;
    let named = |placed: &&Placed| placed.name == *name || placed.comes_with.as_ref() == Some(name);
    design.components.iter().filter(named).collect()
}

fn area(placed: &[&Placed], design: &Design) -> f64 {
    placed.iter().map(|placed| placed.area(design.area_means).0).sum()
}

fn leakage(placed: &[&Placed]) -> f64 {
    placed.iter().map(|placed| placed.block.cost().leakage.0 * placed.instances as f64).sum()
}

fn everything(design: &Design) -> Vec<&Placed> {
    design.components.iter().collect()
}

/// Area, whitespace, leakage, running and gated clock.
fn figures(cost: Cost) -> [f64; 5] {
    [cost.cells.0, cost.whitespace.0, cost.leakage.0, cost.clock_running.0, cost.clock_gated.0]
}

/// The sum over all that is not divided any further, counted one by one.
fn of_leaves(part: &Part, times: f64) -> [f64; 5] {
    let times = times * part.count as f64;
    let own = figures(part.own).map(|figure| figure * times);
    part.parts.iter().fold(own, |sum, inner| {
        let inner = of_leaves(inner, times);
        std::array::from_fn(|at| sum[at] + inner[at])
    })
}

fn any_part_is_negative(part: &Part) -> bool {
    figures(part.own).iter().any(|figure| *figure < 0.0 || !figure.is_finite())
        || part.parts.iter().any(any_part_is_negative)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_of_anything_never_shrinks_area_or_leakage(sketch in sketch(), which in 0_u64..1 << 40) {
        let Some(small) = built(&sketch) else { return Ok(()) };
        for (at, _) in sketch.components.iter().enumerate() {
            let Some((key, grown)) = sketch.grown(at, which) else { continue };
            let Some(large) = built(&grown) else { continue };
            let (before, after) = (of(&small, &sketch, at), of(&large, &grown, at));
            let told = || format!("{key}: {:?} to {:?}\n{}", sketch.components[at], grown.components[at], sketch.text());
            let (was, is) = (area(&before, &small), area(&after, &large));
            prop_assert!(no_less(is, was), "area from {was} to {is} um2: {}", told());
            let (was, is) = (leakage(&before), leakage(&after));
            prop_assert!(no_less(is, was), "leakage from {was} to {is} W: {}", told());
            prop_assert!(no_less(large.area().0, small.area().0), "the chip's area: {}", told());
            let (was, is) = (leakage(&everything(&small)), leakage(&everything(&large)));
            prop_assert!(no_less(is, was), "the chip's leakage: {}", told());
        }
    }

    #[test]
    fn twice_the_instances_is_exactly_twice(sketch in sketch()) {
        let Some(one) = built(&sketch) else { return Ok(()) };
        for at in 0..sketch.components.len() {
            let twice = sketch.with(at, "instances", "2");
            let two = built(&twice).unwrap();
            for (one_of, two_of) in of(&one, &sketch, at).into_iter().zip(of(&two, &twice, at)) {
                prop_assert_eq!(one_of.instances * 2, two_of.instances);
                prop_assert_eq!(one_of.area(one.area_means) * 2.0, two_of.area(two.area_means));
                prop_assert_eq!(one_of.block.cost(), two_of.block.cost());
                prop_assert_eq!(&one_of.block.actions, &two_of.block.actions);
            }
        }
    }

    #[test]
    fn parts_add_up_to_components_and_components_to_the_chip(sketch in sketch()) {
        let Some(design) = built(&sketch) else { return Ok(()) };
        for placed in &design.components {
            prop_assert!(!placed.block.parts.iter().any(any_part_is_negative), "{}", placed.name);
            let whole = figures(placed.block.cost());
            let leaves = placed.block.parts.iter().map(|part| of_leaves(part, 1.0));
            let sum = leaves.fold([0.0; 5], |sum, part| std::array::from_fn(|at| sum[at] + part[at]));
            for (whole, sum) in whole.into_iter().zip(sum) {
                prop_assert!(close(whole, sum), "{}: {whole} for {sum}", placed.name);
            }
            for action in &placed.block.actions {
                let parts: f64 = action.energy.iter().map(|(_, energy)| energy.total().0).sum();
                prop_assert!(close(action.energy().0, parts));
                prop_assert!(action.energy.iter().all(|(_, energy)| energy.standing.0 >= 0.0 && energy.data.0 >= 0.0), "{}", action.name);
            }
        }
        let pat = design.pat();
        let on_chip = pat.components.iter().filter(|component| component.area.is_some());
        let parts: f64 = design.on_chip().map(|placed| placed.area(design.area_means).0 * 1e-6).sum();
        prop_assert!(close(parts, design.modelled_area().0));
        let beside = design.components.len() - design.on_chip().count();
        let of_pat: f64 = on_chip.map(|component| component.area.as_ref().unwrap().value.0).sum();
        prop_assert!(beside > 0 || close(of_pat, parts));
        let rest = pat.white_space.as_ref().unwrap().value.0 + pat.unmodelled_area.as_ref().unwrap().value.0;
        prop_assert!(close(parts + rest, pat.area.as_ref().unwrap().value.0));
        let tdp: f64 = design.on_chip().map(|placed| design.tdp_of(placed).0).sum();
        prop_assert!(close(tdp, design.tdp().0));
    }

    #[test]
    fn tdp_holds_for_the_leakiest_parts_and_all_else_is_told_of_typical_ones(sketch in sketch()) {
        let Some(design) = built(&sketch) else { return Ok(()) };
        let typical = Design { fast_leakage: Ratio(1.0), ..design.clone() };
        let leakage: f64 = design.on_chip().map(|placed| placed.block.cost().leakage.0 * placed.instances as f64).sum();
        prop_assert!(design.fast_leakage.0 > 1.0);
        prop_assert!(close(design.tdp().0, typical.tdp().0 + (design.fast_leakage.0 - 1.0) * leakage));
        let (pat, of_typical) = (design.pat(), typical.pat());
        prop_assert_eq!(pat.idle_power(), of_typical.idle_power());
        prop_assert_eq!(&pat.components, &of_typical.components);
        prop_assert!(of_typical.fast_leakage.is_none());
    }

    #[test]
    fn the_exported_chip_prices_as_the_design(sketch in sketch()) {
        let Some(design) = built(&sketch) else { return Ok(()) };
        let pat = design.pat();
        prop_assert!(close(pat.tdp().0, design.tdp().0), "{} for {}", pat.tdp(), design.tdp());
        prop_assert!(close(pat.area.as_ref().unwrap().value.0, design.area().0));
        for (component, placed) in pat.components.iter().zip(&design.components) {
            let instances = placed.instances as f64;
            let cost = placed.block.cost();
            prop_assert!(close(component.leakage.value.0, cost.leakage.0 * instances));
            prop_assert!(close(component.clock_gated.value.0, cost.clock_gated.0 * instances * design.clock.0));
            for action in &placed.block.actions {
                let exported = component.actions.iter().find(|exported| exported.name == action.name).unwrap();
                prop_assert_eq!(exported.energy.value, action.energy());
                prop_assert_eq!(exported.capacity.value.0, action.capacity.0 * instances);
            }
        }
        let read = Pat::parse("exported", &pat.to_toml().unwrap());
        prop_assert_eq!(&read.unwrap(), &pat);
    }

    #[test]
    fn conditions_at_replay_move_no_area_and_no_capacity(
        sketch in sketch(), volts in 0.9..1.1_f64, clock in 0.5..1.0_f64, celsius in 25.0..105.0_f64,
    ) {
        let Some(design) = built(&sketch) else { return Ok(()) };
        let pat = design.pat();
        let conditions = Conditions {
            voltage: Some(Volts(design.voltage.0 * volts)),
            clock: Some(Hertz(design.clock.0 * clock)),
            temperature: Some(Kelvin::from(Celsius(celsius))),
        };
        let Ok(moved) = pat.at(&conditions) else { return Ok(()) };
        let areas = |pat: &Pat| pat.components.iter().map(|component| component.area.clone()).collect::<Vec<_>>();
        prop_assert_eq!(areas(&pat), areas(&moved.pat));
        prop_assert_eq!((&pat.area, &pat.white_space), (&moved.pat.area, &moved.pat.white_space));
        for ((_, was), (_, is)) in pat.channels().zip(moved.pat.channels()) {
            prop_assert_eq!(&was.capacity, &is.capacity);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// With what was found before, without it, and with several at once.
    #[test]
    fn a_design_is_the_same_however_it_is_built(sketch in sketch()) {
        let alone = Builder::default().build(&sketch.spec());
        prop_assert_eq!(&alone, &BUILDER.build(&sketch.spec()));
        let shared = Builder::default();
        let build = || shared.build(&sketch.spec());
        let all = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(build)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        prop_assert!(all.iter().all(|one| *one == alone));
        if let Ok(design) = alone {
            prop_assert_eq!(design.pat(), all[0].clone().unwrap().pat());
        }
    }
}
