#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::TensorUnit;
use crate::chip::circuit::Netlist;
use crate::chip::component::trial::{Trial, action, costs_no_less, energy, part};
use crate::chip::component::{Block, ComponentError};

const BARE: &str = "skew = \"none\"\ninput_fifo_depth = 0\noutput_fifo_depth = 0\n";

fn unit(rows: u32, columns: u32, more: &str) -> Block {
    try_unit(rows, columns, more).unwrap()
}

fn try_unit(rows: u32, columns: u32, more: &str) -> Result<Block, ComponentError> {
    Trial::at(28.0).build::<TensorUnit>(&format!("rows = {rows}\ncolumns = {columns}\n{more}"))
}

fn share(block: &Block, name: &str) -> f64 {
    action(block, name).clock_share.unwrap().0
}

fn close(a: f64, b: f64) {
    assert!((a / b - 1.0).abs() < 1e-9, "{a} is not {b}");
}

#[test]
fn a_cell_of_int8_has_the_flip_flops_that_one_counts_on_paper() {
    let unit = unit(4, 4, "");
    let cells = Trial::at(28.0).cells;
    let placed = |count| Netlist::of_flip_flops(count).placed(&cells).unwrap();
    let area = |name: &str| part(&unit.parts, name).unwrap().total().area().0;
    close(area("operand registers"), (placed(8.0).cells + placed(8.0).whitespace).0);
    close(area("partial sum registers"), (placed(32.0).cells + placed(32.0).whitespace).0);
    // Rows wait 0, 1, 2 and 3 cycles: six words of eight bits.
    close(area("skew registers"), (placed(48.0).cells + placed(48.0).whitespace).0);
}

#[test]
fn cells_and_edge_add_up_and_twice_the_cells_are_exactly_two_times_one() {
    let (one, two) = (unit(8, 8, BARE), unit(8, 16, BARE));
    close(two.cost().area().0, 2.0 * one.cost().area().0);
    close(two.cost().leakage.0, 2.0 * one.cost().leakage.0);
    close(two.cost().clock_running.0, 2.0 * one.cost().clock_running.0);
    assert_eq!(energy(&one, "mac"), energy(&two, "mac"));
    let with_edge = unit(8, 8, "");
    let edge = ["input queues", "skew registers", "output queues"];
    let edge: f64 = edge.iter().map(|name| part(&with_edge.parts, name).unwrap().total().area().0).sum();
    close(with_edge.cost().area().0, one.cost().area().0 + edge);
}

#[test]
fn a_zero_saves_energy_and_a_gated_zero_saves_more() {
    for more in ["", "dataflow = \"output_stationary\"", "interconnect = \"multicast\""] {
        let unit = unit(8, 8, more);
        assert!(energy(&unit, "mac_zero") < energy(&unit, "mac"), "{more}");
        assert!(energy(&unit, "mac_gated") < energy(&unit, "mac_zero"), "{more}");
        assert_eq!(action(&unit, "mac_zero").tdp_activity.0, 0.0);
        assert_eq!((share(&unit, "mac"), share(&unit, "mac_zero")), (1.0, 1.0));
    }
}

#[test]
fn sums_that_stay_go_on_changing_where_no_operand_does() {
    let still = |more: &str| {
        let unit = unit(8, 8, &format!("{BARE}{more}"));
        action(&unit, "mac").still().unwrap().energy() / energy(&unit, "mac")
    };
    // Where sums pass only control is left.
    let (passing, staying) = (still(""), still("dataflow = \"output_stationary\""));
    assert!(passing < 0.1 && staying > 0.5, "{passing} {staying}");
}

#[test]
fn operands_of_a_trained_network_take_less_than_random_ones_and_more_than_zeros() {
    for dataflow in ["weight_stationary", "output_stationary"] {
        let unit = unit(8, 8, &format!("{BARE}operand = \"int16\"\ndataflow = \"{dataflow}\""));
        assert!(energy(&unit, "mac_trained") < energy(&unit, "mac"), "{dataflow}");
        assert!(energy(&unit, "mac_zero") < energy(&unit, "mac_trained"), "{dataflow}");
        assert_eq!(action(&unit, "mac_trained").tdp_activity.0, 0.0);
        assert!(action(&unit, "mac_trained").still().is_none());
    }
}

#[test]
fn an_accumulator_of_the_operands_width_keeps_the_multiplier_and_narrows_the_sums() {
    let sums = |accumulator| {
        let unit = unit(8, 8, &format!("operand = \"int16\"\naccumulator = \"{accumulator}\""));
        part(&unit.parts, "partial sum registers").unwrap().total().area().0
    };
    close(sums("int16"), sums("int32") / 2.0);
}

#[test]
fn a_gated_zero_stops_sums_that_stay_and_not_sums_that_pass() {
    let passing = share(&unit(8, 8, BARE), "mac_gated");
    let staying = share(&unit(8, 8, &format!("{BARE}dataflow = \"output_stationary\"")), "mac_gated");
    // With one stage only the sum's 32 flip-flops can be stopped, of 32 + 8 + 8 and 4 of control.
    assert!(passing > 0.9, "{passing}");
    close(staying, 20.0 / 52.0);
}

#[test]
fn a_weight_passes_the_cells_above_its_own() {
    let registers = |rows| action(&unit(rows, 4, BARE), "weight_load").energy[0].1.total().0;
    // In the mean of one row a weight is written once, of three rows (1 + 2 + 3) / 3 times, of seven rows 4 times.
    close(registers(3), 2.0 * registers(1));
    close(registers(7), 4.0 * registers(1));
}

#[test]
fn wide_operands_in_several_passes_take_a_shifter_and_wider_sums() {
    let plain = unit(16, 16, "");
    let passes = unit(16, 16, "multi_pass_bits = 16");
    assert!(part(&plain.parts, "multi-pass logic").is_none());
    assert!(part(&passes.parts, "multi-pass logic").is_some());
    let sums = |unit: &Block| part(&unit.parts, "partial sum registers").unwrap().total().area().0;
    // Products of 32 bits, sixteen of them: 36 bits instead of 32.
    close(sums(&passes), sums(&plain) * 36.0 / 32.0);
    assert!(costs_no_less(&passes, &plain));
}

#[test]
fn a_multicast_array_has_a_bus_for_each_operand_and_each_direction_of_sums() {
    let unit = unit(8, 8, "interconnect = \"multicast\"");
    let names: Vec<&str> = unit.attached.iter().map(|attached| attached.name.as_str()).collect();
    assert_eq!(names, ["operand_bus", "weight_bus", "partial_sum_bus", "result_bus"]);
    assert!(unit.actions.iter().any(|action| action.name == "neighbour_transfer"));
    assert!(part(&unit.parts, "skew registers").is_none());
}

#[test]
fn a_word_for_more_cells_takes_more_energy_on_its_bus() {
    let bus = |reach: &str| {
        let text = format!("interconnect = \"multicast\"\nbuses = [{{ name = \"b\", bits = 16{reach} }}]");
        energy(&unit(8, 8, &text).attached[0].block, "transfer")
    };
    assert!(bus(", cells = 1") < bus(""));
    assert!(bus("") < bus(", rows = 8"));
}

#[test]
fn buffers_in_the_cells_are_components_of_their_own_and_move_the_cells_apart() {
    let buffers = "local_buffers = [{ name = \"spad\", words = 32, bits = 16 }]";
    let with = unit(4, 6, &format!("interconnect = \"multicast\"\n{buffers}"));
    let without = unit(4, 6, "interconnect = \"multicast\"");
    let spad = with.attached.iter().find(|attached| attached.name == "spad").unwrap();
    assert_eq!(spad.instances, 24);
    assert_eq!(action(&spad.block, "read").bits, Some(16));
    let wires = |unit: &Block| {
        energy(&unit.attached.iter().find(|a| a.name == "result_bus").unwrap().block, "transfer")
    };
    assert!(wires(&with) > wires(&without));
}

#[test]
fn a_port_that_reads_and_writes_can_do_either_each_cycle_and_does_each_half_of_the_time() {
    let text = "interconnect = \"multicast\"\nlocal_buffers = [{ name = \"spad\", words = 64, cell = \"sram\", read_write_ports = 1 }]";
    let unit = unit(4, 4, text);
    let spad = &unit.attached.iter().find(|attached| attached.name == "spad").unwrap().block;
    for name in ["read", "write"] {
        assert_eq!((action(spad, name).capacity.0, action(spad, name).tdp_activity.0), (1.0, 0.5));
    }
}

#[test]
fn neighbours_learn_shape_and_formats() {
    let mut around = Trial::at(28.0);
    around.announce::<TensorUnit>("rows = 4\ncolumns = 8\noperand = \"bf16\"");
    let shape = around.siblings.tensor_units[0];
    assert_eq!((shape.rows, shape.columns), (4, 8));
    assert_eq!((shape.operand.to_string(), shape.accumulator.to_string()), ("bf16".into(), "fp32".into()));
}

#[test]
fn what_cannot_be_is_refused_with_the_key_and_the_nearest_that_works() {
    let cases = [
        (0, "", "rows", "the nearest is 1"),
        (4, "weight_buffers = 0", "weight_buffers", "give 1 or more"),
        (4, "partial_sum_bits = 65", "partial_sum_bits", "the nearest is 32"),
        (4, "multi_pass_bits = 8", "multi_pass_bits", "the nearest is 9"),
        (4, "operand = \"bf16\"\nmulti_pass_bits = 16", "multi_pass_bits", "integer operands"),
        (4, "buses = []", "buses", "leave them out"),
        (4, "neighbour_bits = 8", "neighbour_bits", "multicast"),
        (4, "input_fifo_depth = 129", "input_fifo_depth", "the nearest is 128"),
        (4, "local_buffers = [{ name = \"a\", words = 0 }]", "local_buffers", "the least is 1 word"),
        (
            4,
            "local_buffers = [{ name = \"a\", words = 4 }, { name = \"a\", words = 4 }]",
            "local_buffers",
            "a name of its own",
        ),
    ];
    for (rows, more, key, cure) in cases {
        let error = try_unit(rows, 4, more).unwrap_err();
        assert_eq!(error.key(), Some(key), "{more}");
        assert!(error.to_string().contains(cure), "{error}");
    }
}

#[test]
fn a_clock_that_the_units_meet_is_met_by_the_paths_through_their_wires() {
    for text in ["", "multi_pass_bits = 16", "operand = \"bf16\"", "interconnect = \"multicast\""] {
        let unit = unit(64, 64, text);
        let slowest = unit.critical_path().unwrap();
        assert!(slowest.cycle.0 <= (1.0 + 1e-9) / 700e6, "{text}: {slowest:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn more_rows_columns_weights_or_places_in_queues_never_cost_less(
        rows in 1_u32..64, columns in 1_u32..64, weights in 1_u32..4, depth in 1_u32..8, multicast in any::<bool>(),
    ) {
        let interconnect = if multicast { "multicast" } else { "systolic" };
        let build = |rows, columns, weights, depth| unit(rows, columns, &format!(
            "interconnect = \"{interconnect}\"\nweight_buffers = {weights}\ninput_fifo_depth = {depth}\ncell_fifo_depth = {depth}"
        ));
        let one = build(rows, columns, weights, depth);
        prop_assert!(costs_no_less(&build(rows + 1, columns, weights, depth), &one));
        prop_assert!(costs_no_less(&build(rows, columns + 1, weights, depth), &one));
        prop_assert!(costs_no_less(&build(rows, columns, weights + 1, depth), &one));
        prop_assert!(costs_no_less(&build(rows, columns, weights, depth + 1), &one));
    }
}
