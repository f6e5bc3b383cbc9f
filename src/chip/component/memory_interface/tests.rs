#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::super::trial::{Trial, chosen, costs_no_less};
use super::*;
use crate::chip::pat::Placement;
use crate::units::PerCycle;

#[test]
fn a_bandwidth_gives_the_rate_of_the_pins_and_the_capacity() {
    let port = Trial::at(28.0)
        .block::<MemoryInterface>("interface = \"ddr3\"\nchannels = 2\nbandwidth = \"34 GB/s\"");
    // 272 Gb/s over 128 pins; 34 GB/s over 64 bytes and 700 MHz. A choice is told to three digits.
    assert_eq!((chosen(&port, "data_bits"), chosen(&port, "rate")), ("64", "2.12 Gb/s"));
    let PerCycle(capacity) = port.actions[0].capacity;
    assert!((capacity - 34.0 / 64.0 / 0.7).abs() < 1e-12, "{capacity}");
    assert!(port.own_supply);
}

#[test]
fn the_memory_stands_beside_the_chip_with_the_energy_of_its_bits() {
    let trial = Trial::at(28.0);
    let port = trial.block::<MemoryInterface>("interface = \"ddr3\"");
    let [dram] = &port.attached[..] else { panic!("one memory") };
    assert_eq!((dram.name.as_str(), dram.placement), ("dram", Placement::System));
    // 512 bits of 20.3 pJ, and 64 check bits.
    assert!((dram.block.actions[0].energy().0 / (576.0 * 20.3e-12) - 1.0).abs() < 1e-12);
    assert_eq!(dram.block.cost(), Cost::default());
    assert_eq!(dram.block.actions[1].name, "write");
    assert!(trial.block::<MemoryInterface>("interface = \"ddr3\"\ndram = \"\"").attached.is_empty());
    let unknown = trial.block::<MemoryInterface>("interface = \"gddr5\"");
    assert!(unknown.attached.is_empty() && chosen(&unknown, "dram") == "none");
    let given = trial.block::<MemoryInterface>("interface = \"gddr5\"\ndram_picojoules_per_bit = 10");
    assert!((given.attached[0].block.actions[0].energy().0 / 5.12e-9 - 1.0).abs() < 1e-12);
}

#[test]
fn check_bits_are_an_eighth_more_of_everything_but_commands() {
    let trial = Trial::at(28.0);
    let port = |keys: &str| trial.block::<MemoryInterface>(&format!("interface = \"ddr3\"\n{keys}"));
    let (server, plain) = (port(""), port("error_correction = false"));
    assert_eq!(chosen(&server, "error_correction"), "true");
    // Bumps decide: 120 signals of 64 bits and 11 more (8 data, 2 strobes, a mask), each with one of power, 150 um apart.
    let bumps = (server.cost().area() - plain.cost().area()).0;
    assert!((bumps / (11.0 * 2.0 * 150.0 * 150.0) - 1.0).abs() < 1e-9, "{bumps}");
    let phy = |block: &Block| {
        let of_phy = |(part, _): &&(&'static str, DataEnergy)| part.starts_with("phy");
        block.actions[0].energy.iter().filter(of_phy).map(|(_, energy)| energy.total().0).sum::<f64>()
    };
    assert!((phy(&server) / phy(&plain) - 72.0 / 64.0).abs() < 1e-12);
    assert_eq!(server.actions[0].capacity, plain.actions[0].capacity);
}

#[test]
fn stacks_are_in_the_package_and_count_as_power_of_the_chip_but_not_as_area() {
    let trial = Trial::at(16.0);
    let port = trial.block::<MemoryInterface>("interface = \"hbm2\"\nchannels = 2");
    assert!(port.attached.is_empty() && chosen(&port, "dram_placement") == "package");
    let keys = "interface = \"hbm2\"\nchannels = 2\ndram_placement = \"outside\"";
    let outside = trial.block::<MemoryInterface>(keys);
    let [dram] = &outside.attached[..] else { panic!("the stacks") };
    assert_eq!(dram.placement, Placement::System);
    // 512 bits of 3.92 pJ; two stacks of eight channels at 81.6 mW, whether or not data move.
    let of_devices = port.actions[0].energy() - outside.actions[0].energy();
    assert!((of_devices.0 / (512.0 * 3.92e-12) - 1.0).abs() < 1e-12);
    let background = port.cost().clock_running - outside.cost().clock_running;
    assert!((background.0 / (16.0 * 81.6e-3 / trial.clock.0) - 1.0).abs() < 1e-9);
    let gated = port.cost().clock_gated - outside.cost().clock_gated;
    assert!((gated / background - 1.0).abs() < 1e-9);
    assert_eq!(port.cost().area(), outside.cost().area());
    assert!((dram.block.actions[0].energy() / of_devices - 1.0).abs() < 1e-12);
    assert!((dram.block.cost().clock_running / background - 1.0).abs() < 1e-9);
    let inside = trial.block::<MemoryInterface>("interface = \"ddr4\"\ndram_placement = \"package\"");
    assert!(inside.attached.is_empty());
}

#[test]
fn an_interface_is_up_all_the_time_unless_it_has_low_power_states() {
    let trial = Trial::at(16.0);
    let phy = |keys: &str| {
        let port = trial.block::<MemoryInterface>(&format!("interface = \"ddr4\"\n{keys}"));
        let part = port.parts[0].parts[1].clone();
        assert_eq!(part.name, "phy");
        part.total()
    };
    let awake = phy("");
    assert!(awake.clock_running.0 > 0.0 && awake.clock_gated == awake.clock_running);
    let sleeps = phy("low_power_states = true");
    assert!(sleeps.clock_running == awake.clock_running && sleeps.clock_gated < awake.clock_gated);
}

#[test]
fn its_bandwidth_is_told_to_its_neighbours() {
    let mut siblings = Siblings::default();
    let port: MemoryInterface = toml::from_str("interface = \"hbm2\"\nbandwidth = \"300 GB/s\"").unwrap();
    port.announce(&mut siblings);
    port.announce(&mut siblings);
    assert!((siblings.off_chip_bytes_per_second / 600e9 - 1.0).abs() < 1e-12);
}

#[test]
fn the_parts_of_two_channels_are_twice_those_of_one_at_the_same_energy() {
    let trial = Trial::at(16.0);
    let one = trial.block::<MemoryInterface>("interface = \"hbm2\"");
    let two = trial.block::<MemoryInterface>("interface = \"hbm2\"\nchannels = 2");
    assert_eq!(two.cost().area(), one.cost().area() * 2.0);
    assert_eq!(two.actions[0].energy(), one.actions[0].energy());
    assert_eq!(two.actions[0].capacity, PerCycle(one.actions[0].capacity.0 * 2.0));
}

#[test]
fn what_no_interface_can_be_is_refused_with_what_works() {
    let trial = Trial::at(28.0);
    for (keys, message) in [
        (
            "interface = \"ddr3\"\nchannels = 0",
            "channels: 0: an interface has from 1 to 256 channels; give 1",
        ),
        ("interface = \"ddr3\"\ndata_bits = 12", "data_bits: 12: data pins come in whole bytes"),
        ("interface = \"ddr3\"\nburst = 48", "burst: 48: a burst is a power of two"),
        (
            "interface = \"ddr3\"\nbandwidth = \"34 GB/s\"",
            "bandwidth: 34 GB/s: 64 data pins would run at 4.25 Gb/s",
        ),
        (
            "interface = \"ddr3\"\nrate = \"2 Gb/s\"\nbandwidth = \"10 GB/s\"",
            "rate: 2 Gb/s: 64 pins of this rate give 16 GB/s, and bandwidth is another; leave one",
        ),
        (
            "interface = \"ddr3\"\nrate = \"3 Gb/s\"",
            "rate: DDR3 at 3 Gb/s: it ends at 2.13 Gb/s; ask for 2.13 Gb/s",
        ),
        (
            "interface = \"ddr3\"\ndram_picojoules_per_bit = -1.0",
            "dram_picojoules_per_bit: -1: an energy is not negative",
        ),
    ] {
        let refusal = trial.refusal::<MemoryInterface>(keys);
        assert!(refusal.starts_with(message), "{refusal}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn more_pins_or_channels_never_cost_less(bytes in 1_u32..16, more in 0_u32..16, channels in 1_u32..8) {
        let trial = Trial::at(28.0);
        let port = |bytes: u32, channels: u32| {
            let bits = bytes * 8;
            trial.block::<MemoryInterface>(&format!(
                "interface = \"ddr4\"\ndata_bits = {bits}\nchannels = {channels}\nrate = \"2.4 Gb/s\""
            ))
        };
        let small = port(bytes, channels);
        prop_assert!(costs_no_less(&port(bytes + more, channels), &small));
        prop_assert!(costs_no_less(&port(bytes, channels + 1), &small));
    }
}
