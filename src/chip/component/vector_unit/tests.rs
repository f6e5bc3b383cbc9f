#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::VectorUnit;
use crate::chip::component::Block;
use crate::chip::component::tensor_unit::TensorUnit;
use crate::chip::component::trial::{Trial, action, costs_no_less, energy, part};

fn unit(lanes: u32, more: &str) -> Block {
    Trial::at(28.0).build::<VectorUnit>(&format!("lanes = {lanes}\nformat = \"fp32\"\n{more}")).unwrap()
}

#[test]
fn lanes_and_format_follow_the_tensor_unit() {
    let mut around = Trial::at(28.0);
    around.announce::<TensorUnit>("rows = 4\ncolumns = 16\noperand = \"bf16\"");
    let unit = around.block::<VectorUnit>("");
    around.announce::<VectorUnit>("");
    assert_eq!(action(&unit, "op").capacity.0, 16.0);
    assert_eq!(around.siblings.vector_units[0].format.to_string(), "fp32");
    let keys: Vec<&str> = unit.choices.iter().map(|choice| choice.key).collect();
    assert_eq!(keys, ["lanes", "format"]);
}

#[test]
fn alone_it_asks_for_lanes_and_format() {
    assert_eq!(Trial::at(28.0).build::<VectorUnit>("").unwrap_err().key(), Some("lanes"));
    assert_eq!(Trial::at(28.0).build::<VectorUnit>("lanes = 8").unwrap_err().key(), Some("format"));
    assert_eq!(
        Trial::at(28.0).build::<VectorUnit>("lanes = 0\nformat = \"fp32\"").unwrap_err().key(),
        Some("lanes")
    );
}

#[test]
fn four_lanes_share_a_unit_for_special_functions() {
    assert_eq!(action(&unit(32, ""), "special").capacity.0, 8.0);
    assert_eq!(action(&unit(3, ""), "special").capacity.0, 1.0);
    assert!(unit(32, "special_functions = false").actions.iter().all(|action| action.name == "op"));
}

#[test]
fn a_lane_without_a_multiplier_is_smaller_and_its_operations_are_additions() {
    let (with, without) =
        (unit(8, "special_functions = false"), unit(8, "special_functions = false\nmultiply = false"));
    assert!(costs_no_less(&with, &without));
    assert!(part(&without.parts, "multiplier").is_none());
    assert!(energy(&without, "op") < energy(&with, "op"));
}

#[test]
fn the_clock_is_divided_between_lanes_and_special_units() {
    let unit = unit(32, "");
    let shares: f64 = unit.actions.iter().filter_map(|action| action.clock_share).map(|share| share.0).sum();
    assert!((shares - 1.0).abs() < 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn more_lanes_or_alus_never_cost_less_and_twice_the_lanes_are_two_times_one(
        lanes in 1_u32..256, alus in 1_u32..4,
    ) {
        let build = |lanes, alus| unit(lanes, &format!("alus = {alus}"));
        let one = build(lanes, alus);
        prop_assert!(costs_no_less(&build(lanes + 1, alus), &one));
        prop_assert!(costs_no_less(&build(lanes, alus + 1), &one));
        let lane = |block: &Block| block.parts[0].total().area().0;
        prop_assert!((lane(&build(2 * lanes, alus)) / lane(&one) - 2.0).abs() < 1e-9);
    }
}
