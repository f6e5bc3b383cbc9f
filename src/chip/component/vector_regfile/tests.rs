#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::VectorRegfile;
use crate::chip::component::Block;
use crate::chip::component::tensor_unit::TensorUnit;
use crate::chip::component::trial::{Trial, action, costs_no_less, energy};
use crate::chip::component::vector_unit::VectorUnit;

fn beside(tensor_units: usize) -> Trial {
    let mut around = Trial::at(28.0);
    for _ in 0..tensor_units {
        around.announce::<TensorUnit>("rows = 8\ncolumns = 8");
    }
    around.announce::<VectorUnit>("");
    around
}

fn file(more: &str) -> Block {
    Trial::at(28.0).build::<VectorRegfile>(&format!("lanes = 16\nbits = 32\n{more}")).unwrap()
}

fn ports(block: &Block) -> (f64, f64) {
    (action(block, "read").capacity.0, action(block, "write").capacity.0)
}

#[test]
fn one_tensor_unit_and_one_vector_unit_need_four_read_and_two_write_ports() {
    let file = beside(1).build::<VectorRegfile>("").unwrap();
    assert_eq!(ports(&file), (4.0, 2.0));
    assert_eq!(action(&file, "read").bits, Some(8 * 32));
}

#[test]
fn units_may_share_ports() {
    let file = beside(3).build::<VectorRegfile>("units_sharing_ports = 2").unwrap();
    assert_eq!(ports(&file), (4.0, 2.0));
    let file = beside(3).build::<VectorRegfile>("").unwrap();
    assert_eq!(ports(&file), (8.0, 4.0));
}

#[test]
fn more_units_than_a_file_can_have_ports_for_are_told_to_share() {
    let error = beside(8).build::<VectorRegfile>("").unwrap_err();
    assert_eq!(error.key(), Some("units_sharing_ports"));
    assert!(error.to_string().contains("the nearest is 2"), "{error}");
    assert!(beside(8).build::<VectorRegfile>("units_sharing_ports = 2").is_ok());
}

#[test]
fn twice_the_lanes_are_two_times_one() {
    let of = |lanes| Trial::at(28.0).build::<VectorRegfile>(&format!("lanes = {lanes}\nbits = 32")).unwrap();
    assert!((of(32).cost().area().0 / of(16).cost().area().0 - 2.0).abs() < 1e-9);
    assert!((energy(&of(32), "read").0 / energy(&of(16), "read").0 - 2.0).abs() < 1e-9);
}

#[test]
fn what_cannot_be_is_refused_with_the_key() {
    let cases = [
        ("", "lanes"),
        ("lanes = 8", "bits"),
        ("lanes = 8\nbits = 32\nwords = 0", "words"),
        ("lanes = 8\nbits = 32\nread_ports = 0", "read_ports"),
        ("lanes = 8\nbits = 32\nwrite_ports = 9", "write_ports"),
        ("lanes = 8\nbits = 32\ncell = \"edram\"", "cell"),
    ];
    for (text, key) in cases {
        assert_eq!(Trial::at(28.0).build::<VectorRegfile>(text).unwrap_err().key(), Some(key), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn more_words_or_ports_never_cost_less(words in 1_u32..100, read in 1_u32..8, write in 1_u32..6) {
        let build = |words, read, write| {
            file(&format!("words = {words}\nread_ports = {read}\nwrite_ports = {write}"))
        };
        let one = build(words, read, write);
        prop_assert!(costs_no_less(&build(words + 1, read, write), &one));
        prop_assert!(costs_no_less(&build(words, read + 1, write), &one));
        prop_assert!(costs_no_less(&build(words, read, write + 1), &one));
    }
}
