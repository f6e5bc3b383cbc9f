//! What a memory's search finds, what grows with what, and what is refused.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::trial::Trial;
use super::super::{Cost, Part, TensorShape, VectorShape};
use super::*;
use crate::chip::circuit::arithmetic::NumberFormat;

fn built(text: &str, at: &Trial) -> Result<Block, ComponentError> {
    at.build::<Memory>(text)
}

fn at_28_nm() -> Trial {
    Trial::at(28.0)
}

fn core_of(tensor: usize, vector: usize) -> Trial {
    let mut at = at_28_nm();
    let bf16: NumberFormat = "bf16".parse().unwrap();
    let shape = TensorShape { rows: 128, columns: 128, operand: bf16, accumulator: bf16 };
    at.siblings.tensor_units = vec![shape; tensor];
    at.siblings.vector_units = vec![VectorShape { lanes: 128, format: bf16 }; vector];
    at
}

fn choice<'a>(block: &'a Block, key: &str) -> &'a str {
    &block.choices.iter().find(|choice| choice.key == key).unwrap().value
}

fn area_and_leakage(text: &str, at: &Trial) -> (f64, f64) {
    let cost = built(text, at).unwrap().cost();
    (cost.area().0, cost.leakage.0)
}

#[test]
fn a_matrix_and_a_vector_unit_that_read_and_results_that_return_need_two_read_ports_and_one_write_port() {
    let block = built("capacity = '8 MiB'", &core_of(1, 1)).unwrap();
    assert_eq!(choice(&block, "ports"), "2 read + 1 write");
    // 128 rows of two bytes.
    assert_eq!(choice(&block, "block"), "256 B");
    assert_eq!(block.actions[0].bits, Some(2048));
    assert_eq!((block.actions[0].capacity.0, block.actions[1].capacity.0), (2.0, 1.0));
}

#[test]
fn one_unit_that_reads_needs_one_read_and_one_write_port() {
    let block = built("capacity = '2 MiB'", &core_of(1, 0)).unwrap();
    assert_eq!(choice(&block, "ports"), "1 read + 1 write");
    assert_eq!(choice(&block, "banks"), "1");
}

#[test]
fn streams_that_fill_a_port_only_together_share_it() {
    let text = "capacity = '64 KiB'\nblock = '32 B'\nread_streams = 0.5\nwrite_streams = '5.6 GB/s'";
    // 5.6 GB/s are a quarter of a block in each cycle of 700 MHz.
    let block = built(text, &at_28_nm()).unwrap();
    assert_eq!(choice(&block, "ports"), "1 shared");
    assert!((block.actions[1].tdp_activity.0 - 0.25).abs() < 1e-9);
    assert_eq!(block.actions[1].capacity.0, 1.0);
}

#[test]
fn operands_add_up_in_bytes_and_memories_share_them() {
    // 256 B of a matrix unit and 4 KiB of a vector unit: 1.0625 blocks of 4 KiB.
    let mut one = core_of(1, 1);
    one.siblings.vector_units[0].lanes = 2048;
    let block = built("capacity = '16 MiB'\nslices = 128", &one).unwrap();
    assert_eq!((choice(&block, "read_streams"), choice(&block, "ports")), ("1.0625", "2 read + 1 write"));
    let reads = block.actions[0].capacity.0 * block.actions[0].tdp_activity.0;
    assert!((reads - 1.0625).abs() < 1e-12);
    // Two equal units, but three memories beside them: each feeds one at a time.
    let mut three = core_of(1, 1);
    for _ in 0..2 {
        three.announce::<Memory>("capacity = '64 KiB'");
    }
    let block = built("capacity = '64 KiB'", &three).unwrap();
    assert_eq!((choice(&block, "read_streams"), choice(&block, "ports")), ("1", "1 read + 1 write"));
    // A block of half the bytes is not for the widest unit.
    let block = built("capacity = '64 KiB'\nblock = '128 B'", &core_of(4, 1)).unwrap();
    assert_eq!(choice(&block, "read_streams"), "1");
    // And one of four times as many is read in a quarter of the cycles.
    let mut core = core_of(1, 0);
    let block = built("capacity = '64 KiB'\nblock = '1 KiB'", &core).unwrap();
    assert_eq!(choice(&block, "ports"), "1 shared");
    // Unless it is a row of the unit's sums, which come and go in each cycle.
    core.siblings.tensor_units[0].accumulator = "int64".parse().unwrap();
    let block = built("capacity = '64 KiB'\nblock = '1 KiB'", &core).unwrap();
    assert_eq!(choice(&block, "ports"), "1 read + 1 write");
}

#[test]
fn what_nothing_writes_or_reads_has_one_port_for_both() {
    for text in ["read_streams = 1\nwrite_streams = 0", "read_streams = 0\nwrite_streams = 1"] {
        let block = built(&format!("capacity = '64 KiB'\nblock = '32 B'\n{text}"), &at_28_nm()).unwrap();
        assert_eq!(choice(&block, "ports"), "1 shared");
        let busy: f64 = block.actions.iter().map(|action| action.capacity.0 * action.tdp_activity.0).sum();
        assert_eq!(busy, 1.0);
    }
}

#[test]
fn streams_that_may_wait_need_banks_of_one_port_and_are_smaller_than_what_never_waits() {
    let text = "capacity = '4 MiB'\nblock = '64 B'\nread_streams = 1\nwrite_streams = 1";
    let never = built(text, &at_28_nm()).unwrap();
    let arbitrated = built(&format!("{text}\nconflicts = 'arbitrated'"), &at_28_nm()).unwrap();
    assert_eq!((choice(&arbitrated, "ports"), choice(&arbitrated, "banks")), ("1 shared", "8"));
    assert!(arbitrated.cost().area() < never.cost().area());
    // One of two waits in an eighth of the cycles.
    let busy: f64 = arbitrated.actions.iter().map(|action| action.capacity.0 * action.tdp_activity.0).sum();
    assert!((busy - 1.875).abs() < 1e-9);
    // Beside cores nobody counts on a cycle.
    let mut beside = at_28_nm();
    beside.siblings.beside_cores = true;
    assert_eq!(built(text, &beside).unwrap().parts, arbitrated.parts);
    assert_eq!(choice(&never, "conflicts"), "never");
    let dynamic = "capacity = '4 MiB'\nblock = '64 B'\ncell = 'edram'\nconflicts = 'arbitrated'";
    assert_eq!(choice(&built(dynamic, &Trial::at(32.0).clocked(200.0)).unwrap(), "ports"), "1 shared");
}

#[test]
fn banks_of_functions_serve_one_stream_each_and_any_number_of_them_works() {
    let text = "capacity = '108 KiB'\nblock = '8 B'\nfunctions = { data = 25, weights = 2 }";
    let block = built(text, &at_28_nm()).unwrap();
    assert_eq!(choice(&block, "ports"), "1 shared");
    let bank = block.parts.iter().find(|part| part.name == "bank").unwrap();
    assert_eq!(bank.count, 27);
}

#[test]
fn every_access_of_slices_takes_its_part_of_each_and_no_tree_joins_them() {
    let at = at_28_nm();
    let rest = "block = '128 B'\nread_streams = 1\nwrite_streams = 1";
    let whole = built(&format!("capacity = '64 KiB'\n{rest}\nslices = 32"), &at).unwrap();
    let lane = "capacity = '2 KiB'\nblock = '4 B'\nread_streams = 1\nwrite_streams = 1";
    let lane = built(lane, &at).unwrap();
    let energy = |block: &Block| block.actions[0].energy().0;
    assert!((energy(&whole) / (32.0 * energy(&lane)) - 1.0).abs() < 1e-9);
    assert!((whole.cost().area().0 / (32.0 * lane.cost().area().0) - 1.0).abs() < 1e-9);
}

#[test]
fn a_cache_looks_up_its_tags_with_each_access() {
    let at = at_28_nm();
    let text = "capacity = '32 KiB'\nblock = '8 B'\nread_streams = 1\nwrite_streams = 1";
    let scratchpad = built(text, &at).unwrap();
    let cache = built(&format!("{text}\nline = '64 B'\nstyle = 'cache'\nways = 4"), &at).unwrap();
    assert!(cache.cost().area() > scratchpad.cost().area());
    assert!(cache.actions[0].energy().0 > scratchpad.actions[0].energy().0);
    assert!(cache.latency_cycles > scratchpad.latency_cycles);
}

#[test]
fn accesses_that_share_a_port_do_not_exceed_it_in_the_thermal_design_power() {
    let block = built("capacity = '64 KiB'\nblock = '8 B'\nshared_ports = 1", &at_28_nm()).unwrap();
    let busy: f64 = block.actions.iter().map(|action| action.capacity.0 * action.tdp_activity.0).sum();
    assert!((busy - 1.0).abs() < 1e-9, "{busy}");
}

fn adds_up(part: &Part) {
    let parts: Cost = part.parts.iter().map(Part::total).sum();
    let total = (part.own + parts) * part.count as f64;
    assert!((total.area().0 - part.total().area().0).abs() <= 1e-9 * total.area().0);
    part.parts.iter().for_each(adds_up);
}

#[test]
fn parts_add_up_and_each_has_an_area() {
    let block = built("capacity = '1 MiB'\nbanks = 4", &core_of(1, 1)).unwrap();
    block.parts.iter().for_each(adds_up);
    assert!(block.parts.iter().all(|part| part.total().area().0 > 0.0 && part.total().leakage.0 > 0.0));
}

#[test]
fn what_cannot_be_is_refused_with_what_works() {
    let at = at_28_nm();
    for (text, key, told) in [
        ("capacity = '1 MiB'", "block", "give the bytes of one access"),
        ("capacity = '32 B'\nblock = '32 B'", "capacity", "64B"),
        ("capacity = '1 MiB'\nblock = '1 MiB'", "block", "16384B"),
        ("capacity = '1 MiB'\nblock = '8 B'\nbanks = 0", "banks", "the least is 1"),
        (
            "capacity = '1 KiB'\nblock = '8 B'\nbanks = 500",
            "banks",
            "the most is 4; or a capacity of 128000B",
        ),
        ("capacity = '128 B'\nblock = '8 B'", "capacity", "the nearest is 256B"),
        ("capacity = '1 KiB'\nblock = '8 B'\nread_streams = 0\nwrite_streams = 0", "read_streams", "= 1"),
        ("capacity = '1 KiB'\nblock = '8 B'\nslices = 65", "slices", "the most is 64"),
        ("capacity = '1 KiB'\nblock = '8 B'\nread_streams = 17", "read_streams", "16"),
        ("capacity = '1 KiB'\nblock = '8 B'\nread_ports = 1", "read_ports", "add write_ports = 1"),
        (
            "capacity = '1 MiB'\nblock = '8 B'\nread_ports = 1\nwrite_ports = 1\nread_streams = 2",
            "read_ports",
            "read_ports = 2",
        ),
        ("capacity = '1 MiB'\nblock = '8 B'\ncell = 'edram'", "cell", "use sram"),
        (
            "capacity = '1 MiB'\nblock = '8 B'\nshared_ports = 1\nread_streams = 1",
            "shared_ports",
            "give conflicts = \"arbitrated\"",
        ),
        (
            "capacity = '1 MiB'\nblock = '8 B'\nshared_ports = 1\nread_streams = 1\nbanks = 2\nconflicts = 'arbitrated'",
            "banks",
            "the fewest are 8",
        ),
        ("capacity = '1 MiB'\nblock = '8 B'\nfunctions = { a = 0 }", "functions", "at least one"),
        ("capacity = '1 MiB'\nblock = '8 B'\nbanks = 3\nfunctions = { a = 2 }", "banks", "2"),
        ("capacity = '16 MiB'\nblock = '64 B'\nlatency_cycles = 1", "latency_cycles", "the nearest is"),
        ("capacity = '16 MiB'\nblock = '64 B'\nlatency = '1 ns'", "latency", "the nearest is"),
        ("capacity = '1 KiB'\nblock = '8 B'\nstyle = 'cache'\nways = 1000", "ways", "from 1 to 128"),
    ] {
        let error = built(text, &at).unwrap_err();
        assert_eq!(error.key(), Some(key), "{text}: {error}");
        assert!(error.to_string().contains(told), "{text}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    // Less than one percent of leakage may go where a row of a macro begins to hold twice as many words: half as many
    // word line drivers.
    #[test]
    fn more_capacity_never_shrinks_area_or_leakage(
        kibibytes in 8_u64..2000, more in 1_u64..2000, block in prop::sample::select(vec![4, 32, 256]),
    ) {
        let at = at_28_nm();
        let of = |size: u64| area_and_leakage(
            &format!("capacity = '{size} KiB'\nblock = '{block} B'\nread_streams = 1\nwrite_streams = 1"), &at);
        let (small, large) = (of(kibibytes), of(kibibytes + more));
        prop_assert!(large.0 >= small.0 && large.1 >= 0.99 * small.1, "{small:?} {large:?}");
    }

    #[test]
    fn more_ports_never_shrink_area_or_leakage(
        kibibytes in 16_u64..2000, reads in 1_u32..4, writes in 1_u32..3,
    ) {
        let at = at_28_nm();
        let of = |reads: u32, writes: u32| area_and_leakage(
            &format!("capacity = '{kibibytes} KiB'\nblock = '32 B'\nread_streams = {reads}\nwrite_streams = {writes}"), &at);
        let (few, read, write) = (of(reads, writes), of(reads + 1, writes), of(reads, writes + 1));
        prop_assert!(read.0 >= few.0 && read.1 >= few.1, "{few:?} {read:?}");
        prop_assert!(write.0 >= few.0 && write.1 >= few.1, "{few:?} {write:?}");
    }

    // Less than one percent of leakage may go where there are more banks and so smaller macros.
    #[test]
    fn more_streams_that_wait_never_shrink_area_or_leakage(
        kibibytes in 64_u64..2000, reads in 0.1_f64..5.0, writes in 0.1_f64..3.0, more in 0.1_f64..2.0,
    ) {
        let at = at_28_nm();
        let of = |reads: f64, writes: f64| area_and_leakage(
            &format!("capacity = '{kibibytes} KiB'\nblock = '32 B'\nread_streams = {reads}\nwrite_streams = {writes}\nconflicts = 'arbitrated'"), &at);
        let (few, read, write) = (of(reads, writes), of(reads + more, writes), of(reads, writes + more));
        prop_assert!(read.0 >= few.0 && read.1 >= 0.99 * few.1, "{few:?} {read:?}");
        prop_assert!(write.0 >= few.0 && write.1 >= 0.99 * few.1, "{few:?} {write:?}");
    }
}

#[test]
fn embedded_dram_is_denser_than_static_memory_and_its_refresh_counts_as_leakage() {
    let at = Trial::at(32.0).clocked(200.0);
    let of = |cell: &str| {
        let text = format!("capacity = '1 MiB'\nblock = '32 B'\nshared_ports = 1\ncell = '{cell}'");
        built(&text, &at).unwrap().cost()
    };
    let (dynamic, fixed) = (of("edram"), of("sram"));
    assert!(dynamic.area() < fixed.area() && dynamic.leakage.0 > 0.0);
}
