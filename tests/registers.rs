//! Register files: what follows on paper, and what must hold for every size, port and node.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::paper_cells as cells;
use nm_trace::chip::circuit::Layout;
use nm_trace::chip::circuit::array::{ArrayRequest, CellKind, Limits, Objective, Ports};
use nm_trace::chip::circuit::registers::{
    Advantage, Part, PartKind, RegisterFile, RegisterFileRequest, Use, WritePorts, smallest_better_array,
};
use nm_trace::chip::technology::{DeviceClass, Node, StandardCells};
use nm_trace::units::{Kelvin, Micrometres, Ratio};
use proptest::prelude::*;

fn node_cells(nanometres: f64) -> StandardCells {
    let node = Node::at(Micrometres(nanometres / 1000.0)).unwrap();
    node.standard_cells(None, Kelvin(298.15)).unwrap()
}

fn placed(words: u32, bits: u32, read_ports: u32, write_ports: u32) -> RegisterFileRequest {
    RegisterFileRequest::placed(words, bits, read_ports, write_ports).unwrap()
}

fn build(words: u32, bits: u32, read_ports: u32, write_ports: u32) -> RegisterFile {
    placed(words, bits, read_ports, write_ports).build(&cells()).unwrap()
}

fn with_write(write: WritePorts, request: RegisterFileRequest) -> RegisterFile {
    RegisterFileRequest { write: Some(write), ..request }.build(&cells()).unwrap()
}

fn part(file: &RegisterFile, kind: PartKind) -> Part {
    *file.parts.iter().find(|part| part.kind == kind).unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found / expected - 1.0).abs() <= tolerance, "{found:e} is not {expected:e} within {tolerance}");
}

/// A rounding of binary fractions.
const EXACT: f64 = 1e-12;

#[test]
fn two_words_of_one_bit_are_what_paper_makes_them() {
    let request = RegisterFileRequest::cells_only(2, 1, 1, 1).unwrap();
    let file = with_write(WritePorts::Broadcast, request);
    assert_eq!(file.flip_flops, 2);
    let storage = part(&file, PartKind::Storage);
    close(storage.area.0, 2.0 * 4.5, EXACT);
    close(storage.leakage.0, 2.0 * 50e-9, EXACT);
    // One word of one bit is clocked. Half of the writes change the bit: 0.43 of 4 fJ at both inputs, the rest at
    // one flip-flop.
    close(storage.write.standing.0, 3e-15, EXACT);
    close(storage.write.data.0, 0.5 * 4e-15 * (2.0 * 0.43 + 0.57), EXACT);
    close(part(&file, PartKind::ClockGates).area.0, 2.0 * 0.765 * 4.5, EXACT);
    close(file.clock_energy().0, 2.0 * 0.7 * 3e-15, EXACT);
    close(file.running_clock_energy().0, 2.0 * 0.7 * 3e-15 + 2.0 * 3e-15, EXACT);
    // Reading is (a & !s) | (b & s): three NAND2 and an inverter, 3.67 NAND2; writing two AND2 or NOR2, an
    // inverter and a buffer: 4 to 4.7. Fits over all sizes come within a seventh of that.
    close(part(&file, PartKind::ReadPorts).area.0, 3.67 * 0.8, 0.14);
    close(part(&file, PartKind::WritePorts).area.0, 4.33 * 0.8, 0.14);
    assert!(part(&file, PartKind::Whitespace).area.0.abs() < EXACT);
    // Some gates in a row: an inverter, the gate of a bit, an OR.
    assert!((1.0..8.0).contains(&(file.read_delay.0 / 20e-12)), "{}", file.read_delay);
}

#[test]
fn a_single_word_is_a_register_with_a_clock_gate() {
    let file = RegisterFileRequest::cells_only(1, 16, 1, 1).unwrap().build(&cells()).unwrap();
    assert_eq!(file.read_energy().0, 0.0);
    assert_eq!(file.read_delay.0, 0.0);
    close(file.write_energy().0, 16.0 * (3e-15 + 0.5 * 4e-15), EXACT);
    assert_eq!(file.gates, 0.0);
    close(part(&file, PartKind::ClockGates).area.0, 0.765 * 4.5, EXACT);
}

#[test]
fn a_multiplexer_a_bit_lets_the_clock_run_and_needs_no_clock_gates() {
    let gated = with_write(WritePorts::Isolated, placed(8, 16, 1, 1));
    let running = with_write(WritePorts::Multiplexer, placed(8, 16, 1, 1));
    assert_eq!(part(&running, PartKind::ClockGates).area.0, 0.0);
    assert_eq!(running.clock_energy(), running.running_clock_energy());
    assert!(gated.clock_energy().0 < 0.1 * running.clock_energy().0);
    assert!(running.area().0 > gated.area().0);
    // A write and its cycle together.
    assert!(
        (running.write_energy() + running.clock_energy()).0 > (gated.write_energy() + gated.clock_energy()).0
    );
}

#[test]
fn one_write_port_isolates_data_when_that_saves_energy() {
    let of = |words, write| with_write(write, placed(words, 16, 1, 1)).write_energy().0;
    for words in [1, 2, 4, 8, 16, 32, 64, 128] {
        let (broadcast, isolated) = (of(words, WritePorts::Broadcast), of(words, WritePorts::Isolated));
        let chosen = build(words, 16, 1, 1);
        assert_eq!(chosen.write_energy().0, broadcast.min(isolated), "{words} words");
    }
    assert_eq!(build(1, 16, 1, 1).write_ports, WritePorts::Broadcast);
    assert_eq!(build(64, 16, 1, 1).write_ports, WritePorts::Isolated);
}

#[test]
fn parts_add_up_exactly_to_the_totals() {
    for request in [placed(16, 16, 2, 1), placed(32, 32, 4, 2), RegisterFileRequest::queue(8, 24).unwrap()] {
        let file = request.build(&cells()).unwrap();
        let sum = |value: fn(&Part) -> f64| file.parts.iter().fold(0.0, |sum, part| sum + value(part));
        assert_eq!(file.area().0, sum(|part| part.area.0));
        assert_eq!(file.leakage().0, sum(|part| part.leakage.0));
        assert_eq!(file.read().standing.0, sum(|part| part.read.standing.0));
        assert_eq!(file.read().data.0, sum(|part| part.read.data.0));
        assert_eq!(file.write().standing.0, sum(|part| part.write.standing.0));
        assert_eq!(file.write().data.0, sum(|part| part.write.data.0));
        assert_eq!(file.clock_energy().0, sum(|part| part.clock_energy.0));
        assert_eq!(file.running_clock_energy().0, sum(|part| part.running_clock_energy.0));
        assert_eq!(file.gated_clock_energy().0, sum(|part| part.gated_clock_energy.0));
        let gates = file.gates * 0.8;
        let flip_flops = f64::from(file.flip_flops) * 4.5;
        let layout = &file.request.layout;
        let gates_of_clock = part(&file, PartKind::ClockGates).area.0;
        let buffers = (flip_flops + gates_of_clock) * layout.clock_buffers;
        close(file.area().0, (gates + flip_flops + gates_of_clock + buffers) / layout.row_utilisation, EXACT);
    }
}

#[test]
fn energy_follows_the_part_of_the_bits_that_change() {
    let file = build(16, 16, 1, 1);
    assert_eq!(file.read().at(Ratio(0.5)), file.read_energy());
    assert_eq!(file.write().at(Ratio(0.0)), file.write().standing);
    assert_eq!(file.read().at(Ratio(7.0)), file.read().at(Ratio(1.0)));
    let (none, all) = (file.read().at(Ratio(0.0)), file.read().at(Ratio(1.0)));
    close(file.read().at(Ratio(0.25)).0, none.0 + 0.25 * (all.0 - none.0), EXACT);
    assert!(none.0 > 0.0);
}

#[test]
fn gating_saves_clock_energy_step_by_step() {
    for write in [WritePorts::Broadcast, WritePorts::Isolated, WritePorts::Multiplexer] {
        let file = with_write(write, placed(16, 16, 1, 1));
        assert!(file.gated_clock_energy().0 <= 0.1 * file.clock_energy().0);
        assert!(file.clock_energy().0 <= file.running_clock_energy().0);
    }
}

#[test]
fn a_queue_is_a_register_file_with_pointers() {
    for words in [1, 2, 5, 16, 128] {
        let queue = RegisterFileRequest::queue(words, 16).unwrap().build(&cells()).unwrap();
        let file = build(words, 16, 1, 1);
        assert!(queue.area().0 > file.area().0 && queue.leakage().0 > file.leakage().0);
        assert!(
            queue.read_energy().0 > file.read_energy().0 && queue.clock_energy().0 > file.clock_energy().0
        );
        assert!(queue.write_energy().0 > file.write_energy().0 && queue.flip_flops > file.flip_flops);
    }
}

/// What must not shrink, with a name.
fn costs(file: &RegisterFile) -> [(&'static str, f64); 11] {
    [
        ("area", file.area().0),
        ("leakage", file.leakage().0),
        ("read", file.read_energy().0),
        ("read of equal words", file.read().standing.0),
        ("write", file.write_energy().0),
        ("write of equal words", file.write().standing.0),
        ("clock", file.clock_energy().0),
        ("running clock", file.running_clock_energy().0),
        ("gated clock", file.gated_clock_energy().0),
        ("read delay", file.read_delay.0),
        ("write delay", file.write_delay.0),
    ]
}

fn assert_no_less(larger: &RegisterFile, smaller: &RegisterFile) {
    for ((name, more), (_, less)) in costs(larger).into_iter().zip(costs(smaller)) {
        // The writing style changes with the size: only what a user pays in total is then compared.
        let restyled = larger.write_ports != smaller.write_ports;
        if restyled && (name.contains("equal") || name == "write delay") {
            continue;
        }
        let names = (&larger.request, &smaller.request);
        assert!(more >= less * (1.0 - EXACT), "{name}: {more:e} < {less:e} for {} and {}", names.0, names.1);
    }
}

#[test]
fn more_words_or_bits_never_cost_less() {
    for words in 1..=128 {
        for bits in [1, 2, 3, 5, 8, 13, 16, 31, 32, 64] {
            let file = build(words, bits, 2, 1);
            if words < 128 {
                assert_no_less(&build(words + 1, bits, 2, 1), &file);
            }
            if bits < 64 {
                assert_no_less(&build(words, bits + 1, 2, 1), &file);
            }
        }
    }
}

proptest! {
    #[test]
    fn more_words_bits_or_ports_never_cost_less(
        words in 1u32..=128, bits in 1u32..=64, reads in 1u32..=16, writes in 1u32..=8,
        more in (0u32..40, 0u32..20, 0u32..4, 0u32..4), nanometres in prop::sample::select(vec![90.0, 45.0, 28.0, 7.0]),
        style in prop::sample::select(vec![None, Some(WritePorts::Isolated), Some(WritePorts::Multiplexer)]),
    ) {
        let cells = node_cells(nanometres);
        let larger = (
            (words + more.0).min(128), (bits + more.1).min(64), (reads + more.2).min(16), (writes + more.3).min(8)
        );
        let of = |(words, bits, reads, writes)| {
            RegisterFileRequest { write: style, ..placed(words, bits, reads, writes) }.build(&cells).unwrap()
        };
        assert_no_less(&of(larger), &of((words, bits, reads, writes)));
    }

    #[test]
    fn a_placed_file_costs_no_less_than_its_cells(words in 1u32..=128, bits in 1u32..=64, ports in 1u32..=4) {
        let bare = RegisterFileRequest::cells_only(words, bits, ports, ports).unwrap();
        let bare = RegisterFileRequest { write: Some(WritePorts::Isolated), ..bare }.build(&cells()).unwrap();
        assert_no_less(&with_write(WritePorts::Isolated, placed(words, bits, ports, ports)), &bare);
        prop_assert!(bare.parts.iter().all(|part| part.area.0 >= 0.0 && part.leakage.0 >= 0.0));
    }

    #[test]
    fn equal_requests_give_equal_files(words in 1u32..=128, bits in 1u32..=64) {
        prop_assert_eq!(build(words, bits, 2, 2), build(words, bits, 2, 2));
    }
}

#[test]
fn a_smaller_node_never_takes_more_energy_or_area() {
    let sizes = [90.0, 65.0, 45.0, 40.0, 32.0, 28.0, 22.0, 16.0, 14.0, 12.0, 10.0, 7.0, 5.0];
    let nodes = sizes.map(node_cells);
    for (words, bits, reads, writes) in
        [(1, 8, 1, 1), (12, 16, 1, 1), (24, 16, 1, 1), (32, 32, 4, 2), (128, 64, 2, 1)]
    {
        let files = nodes.map(|cells| placed(words, bits, reads, writes).build(&cells).unwrap());
        for pair in files.windows(2) {
            let energies = |file: &RegisterFile| {
                [
                    file.read_energy().0,
                    file.write_energy().0,
                    file.clock_energy().0,
                    file.running_clock_energy().0,
                ]
            };
            for (smaller, larger) in energies(&pair[1]).into_iter().zip(energies(&pair[0])) {
                assert!(smaller <= larger, "{words} x {bits}: {smaller:e} J after {larger:e} J");
            }
        }
        // The flip-flop at 40 nm is a published one, larger than that of the open library at 45 nm.
        let areas =
            sizes.iter().zip(&files).filter(|(size, _)| **size != 40.0).map(|(_, file)| file.area().0);
        assert!(areas.collect::<Vec<_>>().is_sorted_by(|larger, smaller| larger >= smaller));
    }
}

#[test]
fn impossible_requests_say_what_is_nearest() {
    let message = |request: RegisterFileRequest| request.build(&cells()).unwrap_err().to_string();
    let empty = message(placed(0, 8, 1, 1));
    assert!(empty.contains("needs words") && empty.contains("nearest is 1"), "{empty}");
    assert!(message(placed(4, 0, 1, 1)).contains("needs bits"));
    let silent = message(placed(4, 8, 0, 1));
    assert!(silent.contains("needs read ports") && silent.contains("nearest is 1"), "{silent}");
    assert!(message(placed(4, 8, 1, 0)).contains("needs write ports"));
    let large = message(placed(200, 8, 1, 1));
    assert!(large.contains("up to 128 words") && large.contains("SRAM array"), "{large}");
    assert!(message(placed(4, 65, 1, 1)).contains("nearest is 64; place several side by side"));
    assert!(message(placed(4, 8, 17, 1)).contains("nearest is 16"));
    assert!(message(placed(4, 8, 1, 9)).contains("nearest is 8"));
    let queue = message(RegisterFileRequest { used_as: Use::Queue, ..placed(4, 8, 2, 1) });
    assert!(queue.contains("a queue of 4 x 8 bits") && queue.contains("1 read port"), "{queue}");
    let broadcast = message(RegisterFileRequest { write: Some(WritePorts::Broadcast), ..placed(4, 8, 1, 2) });
    assert!(broadcast.contains("isolated"), "{broadcast}");
}

fn array() -> ArrayRequest {
    ArrayRequest {
        node: Micrometres(0.065),
        capacity_bytes: 1024,
        word_bytes: 2,
        ports: Ports { read_write: 1, read: 0, write: 0 },
        cell: CellKind::Static(DeviceClass::HighPerformance),
        periphery: DeviceClass::HighPerformance,
        temperature: Kelvin(300.0),
        supply: None,
        banks: 1,
        organisation: None,
        objective: Objective::Area,
        limits: Limits::default(),
    }
}

#[test]
fn an_array_becomes_smaller_than_flip_flops_within_the_range_of_register_files() {
    let file = placed(16, 16, 1, 1);
    let words = smallest_better_array(&file, &node_cells(65.0), &array(), Advantage::Area).unwrap().unwrap();
    assert!((16..=128).contains(&words), "{words}");
    // Without whitespace flip-flops are smaller, so the array pays no earlier.
    let bare = RegisterFileRequest { layout: Layout::cells_only().unwrap(), ..file };
    let later = smallest_better_array(&bare, &node_cells(65.0), &array(), Advantage::Area).unwrap();
    assert!(later.is_none_or(|later| later >= words));
    // One word more or less of the template is of no effect.
    let other = ArrayRequest { capacity_bytes: 2048, word_bytes: 8, ..array() };
    let same = smallest_better_array(&file, &node_cells(65.0), &other, Advantage::Area).unwrap();
    assert_eq!(same, Some(words));
}
