//! A chip at other conditions: power moves by the laws, and the design never does.
#![allow(clippy::unwrap_used, clippy::panic)]

use nm_trace::chip::pat::{Component, Pat};
use nm_trace::chip::{Conditions, load};
use nm_trace::units::{Celsius, Hertz, Kelvin, Volts};
use proptest::prelude::*;

fn chip() -> Pat {
    load(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/chips/small-design.toml:X=16,search.X=[16]")).unwrap()
}

fn conditions(voltage: f64, clock: f64, celsius: f64) -> Conditions {
    Conditions {
        voltage: Some(Volts(voltage)),
        clock: Some(Hertz(clock)),
        temperature: Some(Kelvin::from(Celsius(celsius))),
    }
}

fn at(chip: &Pat, voltage: f64, clock: f64, celsius: f64) -> Pat {
    chip.at(&conditions(voltage, clock, celsius)).unwrap().pat
}

fn matrix_unit(chip: &Pat) -> &Component {
    chip.component("tensor_unit").unwrap()
}

#[test]
fn the_chips_own_conditions_change_nothing() {
    let chip = chip();
    let voltage = chip.voltage.as_ref().unwrap().value.0;
    let own = chip.at(&conditions(voltage, 700e6, 85.0)).unwrap();
    assert_eq!((own.pat, own.notes.len(), own.warnings.len()), (chip.clone(), 0, 0));
    assert_eq!(chip.at(&Conditions::default()).unwrap().pat, chip);
}

/// On paper: energy by (0.75 / 0.86)² = 0.7606; clock power by that times 500 / 700 = 0.5433.
#[test]
fn energy_goes_with_the_square_of_the_voltage_and_clock_power_with_the_clock() {
    let chip = chip();
    let moved = at(&chip, 0.75, 500e6, 85.0);
    let (was, now) = (matrix_unit(&chip), matrix_unit(&moved));
    let own = chip.voltage.as_ref().unwrap().value.0;
    let energy = (0.75 / own) * (0.75 / own);
    let ratio = now.actions[0].energy.value / was.actions[0].energy.value;
    assert!((ratio / energy - 1.0).abs() < 1e-9, "{ratio}");
    let ratio = now.clock_running.value / was.clock_running.value;
    assert!((ratio / (energy * 5.0 / 7.0) - 1.0).abs() < 1e-9, "{ratio}");
}

#[test]
fn what_has_a_supply_of_its_own_keeps_energy_and_clock_power() {
    let chip = chip();
    let mut fixed = chip.clone();
    fixed.components.iter_mut().for_each(|component| component.own_supply = true);
    let moved = at(&fixed, 0.75, 500e6, 85.0);
    for (was, now) in fixed.components.iter().zip(&moved.components) {
        assert_eq!(was.actions, now.actions);
        assert_eq!((&was.leakage, &was.clock_running), (&now.leakage, &now.clock_running));
    }
    assert!(at(&fixed, 0.75, 500e6, 25.0).components[0].leakage.value < fixed.components[0].leakage.value);
}

#[test]
fn a_chip_without_a_technology_takes_another_clock_and_nothing_else() {
    let chip = Pat { technology: None, ..chip() };
    let clock = Conditions { clock: Some(Hertz(350e6)), ..Conditions::default() };
    let half = chip.at(&clock).unwrap().pat;
    let ratio = matrix_unit(&half).clock_running.value / matrix_unit(&chip).clock_running.value;
    assert!((ratio - 0.5).abs() < 1e-12);
    assert_eq!(matrix_unit(&half).leakage, matrix_unit(&chip).leakage);
    let voltage = Conditions { voltage: Some(Volts(0.7)), ..Conditions::default() };
    let error = chip.at(&voltage).unwrap_err().to_string();
    assert!(
        error.contains("the supply voltage cannot be changed") && error.contains("`technology`"),
        "{error}"
    );
}

#[test]
fn voltages_beyond_the_law_are_refused_with_the_nearest() {
    let error = chip().at(&conditions(0.3, 700e6, 85.0)).unwrap_err().to_string();
    assert!(error.contains("the nearest is"), "{error}");
}

proptest! {
    #[test]
    fn the_design_never_moves(voltage in 0.7..1.1_f64, clock in 1e8..2e9_f64, celsius in 0.0..120.0_f64) {
        let chip = chip();
        let moved = at(&chip, voltage, clock, celsius);
        prop_assert_eq!(&moved.area, &chip.area);
        prop_assert_eq!(&moved.white_space, &chip.white_space);
        for (was, now) in chip.components.iter().zip(&moved.components) {
            prop_assert_eq!(&was.area, &now.area);
            prop_assert_eq!(was.instances, now.instances);
            for (was, now) in was.actions.iter().zip(&now.actions) {
                prop_assert_eq!(&was.capacity, &now.capacity);
                prop_assert_eq!(&was.tdp_activity, &now.tdp_activity);
            }
        }
    }

    #[test]
    fn power_rises_with_voltage_clock_and_temperature(
        voltage in 0.7..1.0_f64, clock in 1e8..2e9_f64, celsius in 0.0..100.0_f64,
        volts in 0.001..0.1_f64, hertz in 1e6..1e9_f64, kelvins in 0.1..20.0_f64,
    ) {
        let chip = chip();
        let least = at(&chip, voltage, clock, celsius);
        let higher = [
            at(&chip, voltage + volts, clock, celsius),
            at(&chip, voltage, clock + hertz, celsius),
            at(&chip, voltage, clock, celsius + kelvins),
        ];
        for higher in &higher {
            prop_assert!(higher.tdp().0 > least.tdp().0);
            prop_assert!(higher.idle_power().0 > least.idle_power().0);
        }
        // A higher voltage makes paths faster, and nothing else does.
        let cycle = |chip: &Pat| matrix_unit(chip).cycle_time.as_ref().unwrap().value.0;
        prop_assert!(cycle(&higher[0]) < cycle(&least));
        prop_assert_eq!(cycle(&higher[1]), cycle(&least));
        prop_assert_eq!(cycle(&higher[2]), cycle(&least));
    }
}
