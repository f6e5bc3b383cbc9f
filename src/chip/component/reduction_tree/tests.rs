#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::ReductionTree;
use crate::chip::component::Block;
use crate::chip::component::trial::{Trial, costs_no_less, energy, part};

fn tree(inputs: u32, more: &str) -> Block {
    Trial::at(28.0).build::<ReductionTree>(&format!("inputs = {inputs}\n{more}")).unwrap()
}

fn layers(block: &Block) -> usize {
    block.parts[0].parts.iter().filter(|part| part.name.starts_with("adders of layer")).count()
}

#[test]
fn layers_are_the_logarithm_of_the_inputs_to_the_arity() {
    assert_eq!(layers(&tree(64, "")), 6);
    assert_eq!(layers(&tree(64, "arity = 4")), 3);
    assert_eq!(layers(&tree(27, "arity = 3")), 3);
    // Seven: three pairs and one alone, then two pairs, then one.
    assert_eq!(layers(&tree(7, "")), 3);
}

#[test]
fn a_binary_tree_has_one_adder_less_than_inputs() {
    let tree = tree(37, "");
    let layers = tree.parts[0].parts.iter().filter(|part| part.name.starts_with("adders of layer"));
    let adders: u64 = layers.map(|layer| part(&layer.parts, "adder").unwrap().count).sum();
    assert_eq!(adders, 36);
}

#[test]
fn two_numbers_that_are_left_over_get_an_adder_and_one_waits() {
    let first = |inputs| part(&tree(inputs, "arity = 3").parts[0].parts, "adder").map(|adder| adder.count);
    assert_eq!([9, 10, 11, 12].map(first), [Some(3), Some(3), Some(4), Some(4)]);
}

#[test]
fn registers_stand_everywhere_or_nowhere_or_as_the_clock_needs_them() {
    let ranks = |more| {
        let tree = tree(64, more);
        tree.parts[0]
            .parts
            .iter()
            .filter(|layer| layer.name.starts_with("adders") && part(&layer.parts, "registers").is_some())
            .count()
    };
    assert_eq!(ranks("registers = \"every_layer\""), 6);
    assert_eq!(ranks("registers = \"none\""), 0);
    assert!((1..6).contains(&ranks("")));
}

#[test]
fn with_registers_as_needed_the_clock_is_met() {
    for more in ["", "arity = 3", "arity = 4", "operand = \"bf16\"", "trees = 16"] {
        let tree = tree(64, more);
        let slowest = tree.critical_path().unwrap();
        assert!(slowest.cycle.0 <= (1.0 + 1e-9) / 700e6, "{more}: {slowest:?}");
    }
}

#[test]
fn without_registers_the_path_through_all_layers_is_longer_than_with() {
    let cycle = |more| tree(64, more).critical_path().unwrap().cycle;
    assert!(cycle("registers = \"none\"") > cycle("registers = \"every_layer\""));
}

#[test]
fn without_an_accumulator_every_integer_tree_builds() {
    for formats in ["int4", "int8", "int16", "int24", "int32", "int8\"\nweight = \"int16"] {
        for arity in [2, 3, 4] {
            for inputs in [2, 64, 1000] {
                tree(inputs, &format!("operand = \"{formats}\"\narity = {arity}"));
            }
        }
    }
}

#[test]
fn an_accumulator_of_the_operands_width_has_narrower_adders_and_the_same_multipliers() {
    let exact = tree(16, "operand = \"int16\"");
    let narrow = tree(16, "operand = \"int16\"\naccumulator = \"int16\"");
    let area = |block: &Block, name| part(&block.parts[0].parts, name).unwrap().total().area().0;
    assert_eq!(area(&narrow, "inputs"), area(&exact, "inputs"));
    // Sixteen bits instead of 35 in the last layer, instead of 48 at the root.
    assert!(area(&narrow, "adders of layer 4") < 0.5 * area(&exact, "adders of layer 4"));
    assert!(area(&narrow, "accumulator") < 0.4 * area(&exact, "accumulator"));
    assert!(energy(&narrow, "mac") < energy(&exact, "mac"));
}

#[test]
fn operands_of_a_trained_network_take_less_than_random_ones_and_more_than_zeros() {
    let tree = tree(64, "operand = \"int16\"");
    assert!(energy(&tree, "mac_trained") < energy(&tree, "mac"));
    assert!(energy(&tree, "mac_zero") < energy(&tree, "mac_trained"));
}

#[test]
fn a_zero_saves_energy_and_a_gated_zero_saves_more() {
    let tree = tree(64, "");
    assert!(energy(&tree, "mac_zero") < energy(&tree, "mac"));
    assert!(energy(&tree, "mac_gated") < energy(&tree, "mac_zero"));
}

#[test]
fn what_cannot_be_is_refused_with_the_key_and_the_nearest_that_works() {
    let cases = [
        ("inputs = 1", "inputs", "the nearest is 2"),
        ("inputs = 8\narity = 5", "arity", "the nearest is 4"),
        ("inputs = 8\narity = 3\noperand = \"bf16\"", "arity", "the nearest is 2"),
        ("inputs = 64\naccumulator = \"int6\"", "accumulator", "the nearest is int8"),
        ("inputs = 8\nweight_buffers = 0", "weight_buffers", "the nearest is 1"),
    ];
    for (text, key, cure) in cases {
        let error = Trial::at(28.0).build::<ReductionTree>(text).unwrap_err();
        assert_eq!(error.key(), Some(key), "{text}");
        assert!(error.to_string().contains(cure), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn more_inputs_trees_weights_or_sums_never_cost_less(
        inputs in 2_u32..100, trees in 1_u32..20, weights in 1_u32..4, words in 1_u32..32, arity in 2_u32..5,
    ) {
        let build = |inputs, trees, weights, words| tree(inputs, &format!(
            "trees = {trees}\nweight_buffers = {weights}\naccumulator_words = {words}\narity = {arity}"
        ));
        let one = build(inputs, trees, weights, words);
        prop_assert!(costs_no_less(&build(inputs + 1, trees, weights, words), &one));
        prop_assert!(costs_no_less(&build(inputs, trees + 1, weights, words), &one));
        prop_assert!(costs_no_less(&build(inputs, trees, weights + 1, words), &one));
        prop_assert!(costs_no_less(&build(inputs, trees, weights, words + 1), &one));
    }
}

#[test]
fn narrow_operations_share_the_energy_of_a_wide_one_and_double_what_a_cycle_does() {
    let wide = tree(16, "operand = \"int16\"\naccumulator = \"int48\"");
    let split = tree(16, "operand = \"int16\"\naccumulator = \"int48\"\nnarrow_operations = 2");
    assert_eq!((wide.peak_macs, split.peak_macs), (16.0, 32.0));
    let capacity =
        |block: &Block| block.actions.iter().find(|action| action.name == "mac").unwrap().capacity.0;
    assert_eq!(capacity(&split), 2.0 * capacity(&wide));
    // Half of a wide one, and half of what the 32 bits of choices take.
    let half = energy(&wide, "mac").0 / 2.0;
    assert!(energy(&split, "mac").0 > half && energy(&split, "mac").0 < 1.1 * half);
    assert!(costs_no_less(&split, &wide));
    assert!(part(&wide.parts, "split logic").is_none() && part(&split.parts, "split logic").is_some());
}
