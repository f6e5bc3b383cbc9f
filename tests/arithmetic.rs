//! Arithmetic units: what must hold for every width, format, clock and number of stages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::paper_cells as cells;
use nm_trace::chip::circuit::Layout;
use nm_trace::chip::circuit::arithmetic::{
    ArithmeticError, ArithmeticUnit, NumberFormat, OperandActivity, Operation, PartKind, UnitRequest,
};
use nm_trace::units::{Hertz, Seconds};
use proptest::prelude::*;

fn int(bits: u32) -> NumberFormat {
    NumberFormat::Integer { bits }
}

fn build(
    operation: Operation,
    clock: Option<f64>,
    stages: Option<u32>,
) -> Result<ArithmeticUnit, ArithmeticError> {
    let clock = clock.map(Hertz);
    UnitRequest { operation, clock, stages, layout: Layout::placed().unwrap() }.build(&cells())
}

fn cheapest(operation: Operation) -> ArithmeticUnit {
    build(operation, None, Some(1)).unwrap()
}

/// The unit of one stage at the fastest clock that it meets, to a part in a million.
fn fastest(operation: Operation) -> ArithmeticUnit {
    let error = build(operation, Some(1e15), Some(1)).unwrap_err();
    let ArithmeticError::Clock { fastest, .. } = error else { panic!("{error}") };
    build(operation, Some(fastest.0 * (1.0 - 1e-6)), Some(1)).unwrap()
}

fn message(operation: Operation, clock: Option<f64>, stages: Option<u32>) -> String {
    build(operation, clock, stages).unwrap_err().to_string()
}

/// Every operation that was synthesised on named formats.
fn named_operations() -> Vec<Operation> {
    use NumberFormat as F;
    let formats = [F::INT4, F::INT8, F::INT16, F::INT32, F::FP8_E4M3, F::FP8_E5M2, F::FP16, F::BF16, F::FP32];
    let mut operations: Vec<Operation> = formats.map(Operation::add).to_vec();
    operations.extend(formats.map(Operation::multiply));
    let accumulating = [
        (F::INT4, F::INT16),
        (F::INT4, F::INT32),
        (F::INT8, F::INT32),
        (F::INT16, F::INT32),
        (F::INT16, int(48)),
        (F::INT32, int(64)),
        (F::FP8_E4M3, F::FP16),
        (F::FP8_E4M3, F::BF16),
        (F::FP8_E4M3, F::FP32),
        (F::FP8_E5M2, F::FP16),
        (F::FP8_E5M2, F::FP32),
        (F::FP16, F::FP16),
        (F::FP16, F::FP32),
        (F::BF16, F::BF16),
        (F::BF16, F::FP32),
        (F::FP32, F::FP32),
    ];
    operations.extend(accumulating.map(|(format, wide)| Operation::multiply_accumulate(format, wide)));
    operations
}

/// A wider unit is larger, leaks more, takes more energy and is no faster, built cheaply and built fast.
fn assert_not_smaller(wide: Operation, narrow: Operation) {
    // `fastest` stays a millionth below the fastest clock, where curves may be steep; data have four digits.
    let at_least = |wide: f64, narrow: f64| wide >= narrow * (1.0 - 1e-4);
    for design in [cheapest as fn(Operation) -> ArithmeticUnit, fastest] {
        let (w, n) = (design(wide), design(narrow));
        assert!(at_least(w.area().0, n.area().0), "{wide}: {:?} against {narrow}: {:?}", w.area(), n.area());
        assert!(at_least(w.leakage().0, n.leakage().0), "{wide} leaks less than {narrow}");
        assert!(
            at_least(w.energy().0, n.energy().0),
            "{wide}: {:?} against {narrow}: {:?}",
            w.energy(),
            n.energy()
        );
        assert!(at_least(w.minimum_cycle.0, n.minimum_cycle.0), "{wide} is faster than {narrow}");
    }
}

#[test]
fn wider_integers_are_never_smaller_cheaper_or_faster() {
    for bits in 4..64 {
        assert_not_smaller(Operation::add(int(bits + 1)), Operation::add(int(bits)));
    }
    for bits in 4..32 {
        assert_not_smaller(Operation::multiply(int(bits + 1)), Operation::multiply(int(bits)));
        let accumulate = |bits| Operation::multiply_accumulate(int(bits), int(72));
        assert_not_smaller(accumulate(bits + 1), accumulate(bits));
    }
    for bits in 16..80 {
        let accumulate = |bits| Operation::multiply_accumulate(NumberFormat::INT8, int(bits));
        assert_not_smaller(accumulate(bits + 1), accumulate(bits));
    }
}

#[test]
fn wider_floating_point_formats_are_never_smaller_cheaper_or_faster() {
    use NumberFormat as F;
    // Both parts of the format, exponent and mantissa, are at least as wide.
    for (wide, narrow) in
        [(F::FP32, F::BF16), (F::FP32, F::FP16), (F::FP16, F::FP8_E5M2), (F::FP16, F::FP8_E4M3)]
    {
        assert_not_smaller(Operation::add(wide), Operation::add(narrow));
        assert_not_smaller(Operation::multiply(wide), Operation::multiply(narrow));
        let accumulate = |format| Operation::multiply_accumulate(format, F::FP32);
        assert_not_smaller(accumulate(wide), accumulate(narrow));
    }
    for format in [F::FP16, F::FP8_E4M3, F::FP8_E5M2] {
        let accumulate = |wide| Operation::multiply_accumulate(format, wide);
        assert_not_smaller(accumulate(F::FP32), accumulate(F::FP16));
    }
}

#[test]
fn a_multiply_accumulator_costs_more_than_its_multiplier() {
    for format in [NumberFormat::INT8, NumberFormat::INT16, NumberFormat::INT32] {
        let accumulator = int(2 * format.bits().max(16));
        assert_not_smaller(Operation::multiply_accumulate(format, accumulator), Operation::multiply(format));
    }
}

#[test]
fn parts_add_up_exactly_to_the_totals() {
    for operation in named_operations() {
        let unit = build(operation, None, Some(3)).unwrap_or_else(|_| cheapest(operation));
        assert_eq!(unit.area().0, unit.parts.iter().fold(0.0, |sum, part| sum + part.area.0));
        assert_eq!(unit.energy().0, unit.parts.iter().fold(0.0, |sum, part| sum + part.energy.0));
        assert_eq!(unit.clock_energy().0, unit.parts.iter().fold(0.0, |sum, part| sum + part.clock_energy.0));
        assert_eq!(unit.leakage().0, unit.parts.iter().fold(0.0, |sum, part| sum + part.leakage.0));
        assert!(unit.gated_clock_energy().0 < unit.clock_energy().0 || unit.stages == 1, "{operation}");
        assert!(
            unit.parts.iter().all(|part| part.area.0 >= 0.0 && part.energy.0 >= 0.0 && part.leakage.0 >= 0.0)
        );
    }
}

#[test]
fn a_pipelined_multiplier_is_what_its_gates_and_flip_flops_make_it() {
    let operation = Operation::multiply(NumberFormat::INT16);
    let layout = Layout::placed().unwrap();
    let unit = build(operation, None, Some(2)).unwrap();
    let bits = f64::from(unit.register_bits);
    let filled = unit.gates * 0.8 + bits * 4.5 * (1.0 + layout.clock_buffers);
    assert!((unit.area().0 / (filled / layout.row_utilisation) - 1.0).abs() < 1e-12);
    assert!(
        (unit.leakage().0 / (unit.gates * 10e-9 + bits * 50e-9 * (1.0 + layout.clock_buffers)) - 1.0).abs()
            < 1e-12
    );
    assert!((unit.clock_energy().0 / (bits * 3e-15 * (1.0 + layout.clock_distribution)) - 1.0).abs() < 1e-12);
    let logic = (unit.logic_depth / 2.0 + layout.cut_granularity) * (1.0 + layout.wiring_delay);
    let cycle = (logic + layout.skew_and_jitter) * 20e-12 + 60e-12;
    assert!((unit.minimum_cycle.0 / cycle - 1.0).abs() < 1e-12);
    assert!((unit.latency().0 / (2.0 * cycle) - 1.0).abs() < 1e-12);
}

#[test]
fn more_stages_make_a_shorter_cycle_and_more_registers() {
    for operation in named_operations() {
        let mut before = cheapest(operation);
        assert_eq!(before.register_bits, 0);
        for stages in 2..=8 {
            let Ok(unit) = build(operation, None, Some(stages)) else { break };
            assert!(unit.minimum_cycle.0 < before.minimum_cycle.0, "{operation} with {stages} stages");
            assert!(unit.register_bits > before.register_bits, "{operation} with {stages} stages");
            let glitches = |unit: &ArithmeticUnit| {
                unit.parts.iter().find(|part| part.kind == PartKind::Glitches).unwrap().energy
            };
            assert!(glitches(&unit).0 <= glitches(&before).0, "{operation} with {stages} stages");
            before = unit;
        }
    }
}

#[test]
fn a_unit_meets_the_clock_that_it_was_built_for() {
    for operation in named_operations() {
        for clock in [50e6, 200e6, 500e6, 800e6, 1e9] {
            let unit = build(operation, Some(clock), None).unwrap();
            assert!(unit.minimum_cycle.0 <= 1.0 / clock * (1.0 + 1e-9), "{operation} at {clock}");
            assert_eq!(unit.cycle, Seconds(1.0 / clock));
        }
    }
}

proptest! {
    #[test]
    fn a_tighter_clock_never_costs_less(
        index in 0usize..34, stages in 1u32..6, slow in 50e6f64..2e9, factor in 1.0f64..3.0,
    ) {
        let operation = named_operations()[index];
        // Area times energy, by which designs are chosen: more gates may be worth fewer registers.
        for stages in [Some(stages), None] {
            if let (Ok(slower), Ok(faster)) =
                (build(operation, Some(slow), stages), build(operation, Some(slow * factor), stages))
            {
                let cost = |unit: &ArithmeticUnit| unit.area().0 * (unit.energy() + unit.clock_energy()).0;
                prop_assert!(cost(&faster) >= cost(&slower) * (1.0 - 1e-12));
            }
        }
    }
}

#[test]
fn a_placed_unit_costs_more_than_its_cells() {
    for operation in named_operations() {
        let placed = UnitRequest { stages: Some(1), ..UnitRequest::placed(operation, None).unwrap() };
        let placed = placed.build(&cells()).unwrap();
        let bare = UnitRequest::cells_only(operation, None).unwrap().build(&cells()).unwrap();
        assert!(placed.area().0 > bare.area().0 && placed.energy().0 > bare.energy().0);
        assert!(placed.minimum_cycle.0 > bare.minimum_cycle.0);
        assert_eq!(placed.gates, bare.gates);
    }
}

#[test]
fn the_order_of_operands_does_not_matter() {
    let product = |left, right| cheapest(Operation::Multiply { left: int(left), right: int(right) });
    assert_eq!(product(8, 4).parts, product(4, 8).parts);
    assert_eq!(product(13, 7).parts, product(7, 13).parts);
}

#[test]
fn zeros_and_stationary_weights_save_energy() {
    for format in [NumberFormat::INT8, NumberFormat::INT16] {
        let unit = cheapest(Operation::multiply_accumulate(format, NumberFormat::INT32));
        let at = |stationary_operand, zero_fraction| {
            unit.energy_at(&OperandActivity {
                stationary_operand,
                zero_fraction,
                ..OperandActivity::default()
            })
        };
        assert_eq!(at(false, 0.0), unit.energy());
        assert!(at(true, 0.0) < at(false, 0.0));
        assert!(at(false, 1.0) < at(false, 0.5) && at(false, 0.5) < at(false, 0.0));
    }
}

#[test]
fn equal_requests_give_equal_units() {
    for operation in named_operations() {
        assert_eq!(build(operation, Some(400e6), None), build(operation, Some(400e6), None));
    }
}

#[test]
fn a_clock_that_is_too_fast_is_told_the_fastest_and_its_stages() {
    let operation = Operation::multiply(NumberFormat::INT32);
    let free = message(operation, Some(50e9), None);
    assert!(free.contains("int32 multiply cannot run at 50 GHz (20 ps a cycle) with up to"), "{free}");
    let one = message(operation, Some(5e9), Some(1));
    assert!(one.contains("with 1 stage: the fastest is"), "{one}");
    let ArithmeticError::Clock { fastest, stages, .. } = build(operation, Some(50e9), None).unwrap_err()
    else {
        panic!("not a matter of the clock")
    };
    let unit = build(operation, Some(fastest.0 * (1.0 - 1e-9)), None).unwrap();
    assert_eq!(unit.stages, stages);
}

#[test]
fn impossible_requests_say_what_is_nearest() {
    let narrow = message(Operation::multiply_accumulate(NumberFormat::INT16, int(12)), None, None);
    assert!(narrow.contains("12 bits is narrower") && narrow.contains("the narrowest is int16"), "{narrow}");
    let wide = message(Operation::multiply(int(40)), None, None);
    assert!(wide.contains("40 bits") && wide.contains("nearest is 32"), "{wide}");
    let many = message(Operation::add(NumberFormat::INT8), None, Some(40));
    assert!(many.contains("40 stages") && many.contains("from 1 to"), "{many}");
    assert!(message(Operation::add(NumberFormat::INT8), None, Some(0)).contains("0 stages"));
    let mixed = Operation::Multiply { left: NumberFormat::INT8, right: NumberFormat::FP16 };
    assert!(message(mixed, None, None).contains("convert both to fp16"), "{}", message(mixed, None, None));
    let low = message(Operation::multiply_accumulate(NumberFormat::FP32, NumberFormat::BF16), None, None);
    assert!(low.contains("fp32 products accumulate in fp32"), "{low}");
    let floats = Operation::Multiply { left: NumberFormat::FP8_E4M3, right: NumberFormat::FP8_E5M2 };
    assert!(message(floats, None, None).contains("one floating-point format"));
    let into_float =
        message(Operation::multiply_accumulate(NumberFormat::INT8, NumberFormat::FP32), None, None);
    assert!(into_float.contains("accumulate in integers: int32"), "{into_float}");
}
