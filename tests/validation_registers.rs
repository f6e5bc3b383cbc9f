//! Register files against published figures, and the fits against what was measured. The errors stand on
//! docs/validation/registers.md, which this test recomputes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;

use common::validation::{Spread, assert_page_is_true};
use nm_trace::chip::circuit::arithmetic::{NumberFormat, Operation, UnitRequest};
use nm_trace::chip::circuit::array::{ArrayRequest, CellKind, Limits, Objective, Ports, find};
use nm_trace::chip::circuit::registers::{
    Advantage, PartKind, RegisterFile, RegisterFileRequest, WritePorts, smallest_better_array,
};
use nm_trace::chip::technology::{DeviceClass, Node, StandardCells};
use nm_trace::units::{Kelvin, Micrometres, Ratio, Volts};
use serde::Deserialize;

const ROOM: Kelvin = Kelvin(298.15);

#[derive(Deserialize)]
struct Published {
    aladdin: Register,
    eyeriss: Spads,
    hierarchy: Hierarchy,
}

#[derive(Deserialize)]
struct Register {
    node_nm: f64,
    supply_v: f64,
    energy_pj: f64,
    area_um2: f64,
    leakage_mw: f64,
}

#[derive(Deserialize)]
struct Spads {
    node_nm: f64,
    supply_v: f64,
    core_mm2: f64,
    gates_nand2_k: f64,
    processing_elements: f64,
    storage_share: f64,
    spads_over_buffer: f64,
    word_bits: u32,
    register_words: Vec<u32>,
    static_words: u32,
}

#[derive(Deserialize)]
struct Hierarchy {
    register_file_bytes: u32,
    over_multiply_accumulate: f64,
}

fn cells(node_nm: f64, supply_v: f64) -> StandardCells {
    Node::at(Micrometres(node_nm / 1000.0)).unwrap().standard_cells(Some(Volts(supply_v)), ROOM).unwrap()
}

fn error(published: f64, model: f64) -> String {
    format!("{:+.0} %", 100.0 * (model / published - 1.0))
}

/// A register of 32 bits that takes a word each cycle in which all bits change.
fn register(page: &mut String, published: &Register) {
    let cells = cells(published.node_nm, published.supply_v);
    let bits = 32;
    let of = |request: RegisterFileRequest| request.build(&cells).unwrap();
    let bare = of(RegisterFileRequest::cells_only(1, bits, 1, 1).unwrap());
    let placed = of(RegisterFileRequest::placed(1, bits, 1, 1).unwrap());
    let storage = bare.parts.iter().find(|part| part.kind == PartKind::Storage).unwrap();
    let bits = f64::from(bits);
    let energy = |file: &RegisterFile| (file.write().at(Ratio(1.0)) + file.clock_energy()).0 * 1e15 / bits;
    let flip_flop = (storage.write.at(Ratio(1.0))).0 * 1e15 / bits;
    page.push_str("## Aladdin, ISCA 2014: a register, 40 nm, 0.90 V, for each bit\n\n");
    page.push_str("| | published | flip-flop | error | with clock gate | error | placed | error |\n");
    page.push_str("|---|---|---|---|---|---|---|---|\n");
    let rows = [
        ("energy a cycle, fJ", published.energy_pj * 1e3, flip_flop, energy(&bare), energy(&placed)),
        (
            "area, µm²",
            published.area_um2,
            storage.area.0 / bits,
            bare.area().0 / bits,
            placed.area().0 / bits,
        ),
        (
            "leakage, nW",
            published.leakage_mw * 1e6,
            storage.leakage.0 * 1e9 / bits,
            bare.leakage().0 * 1e9 / bits,
            placed.leakage().0 * 1e9 / bits,
        ),
    ];
    for (name, published, alone, bare, placed) in rows {
        let of = |value| format!("{value:.2} | {}", error(published, value));
        writeln!(page, "| {name} | {published:.2} | {} | {} | {} |", of(alone), of(bare), of(placed))
            .unwrap();
    }
    page.push('\n');
}

fn static_array(spads: &Spads, words: u32) -> ArrayRequest {
    let word_bytes = spads.word_bits / 8;
    ArrayRequest {
        node: Micrometres(spads.node_nm / 1000.0),
        capacity_bytes: u64::from(words * word_bytes),
        word_bytes,
        ports: Ports { read_write: 1, read: 0, write: 0 },
        cell: CellKind::Static(DeviceClass::HighPerformance),
        periphery: DeviceClass::HighPerformance,
        temperature: Kelvin(300.0),
        supply: Some(Volts(spads.supply_v)),
        banks: 1,
        organisation: None,
        objective: Objective::Area,
        limits: Limits::default(),
    }
}

fn spads(page: &mut String, published: &Spads) {
    let cells = cells(published.node_nm, published.supply_v);
    let share = published.storage_share * published.spads_over_buffer / (1.0 + published.spads_over_buffer);
    let whole = published.core_mm2 * 1e6 * share / published.processing_elements;
    page.push_str("## Eyeriss, JSSC 2017: spads of a processing element, 65 nm, 1.00 V\n\n");
    page.push_str("| | cells, µm² | placed, µm² |\n|---|---|---|\n");
    let (mut bare_sum, mut placed_sum) = (0.0, 0.0);
    for &words in &published.register_words {
        let bits = published.word_bits;
        let bare = RegisterFileRequest::cells_only(words, bits, 1, 1).unwrap().build(&cells).unwrap();
        let placed = RegisterFileRequest::placed(words, bits, 1, 1).unwrap().build(&cells).unwrap();
        let (bare, placed) = (bare.area().0, placed.area().0);
        writeln!(page, "| registers, {words} x {bits} bits | {bare:.0} | {placed:.0} |").unwrap();
        bare_sum += bare;
        placed_sum += placed;
    }
    let array = find(&static_array(published, published.static_words)).unwrap().area.total().0;
    writeln!(
        page,
        "| SRAM, {} x {} bits, bare | {array:.0} | {array:.0} |",
        published.static_words, published.word_bits
    )
    .unwrap();
    let (bare, placed) = (bare_sum + array, placed_sum + array);
    writeln!(page, "| all | {bare:.0} | {placed:.0} |").unwrap();
    writeln!(page, "| published, derived | {whole:.0} | {whole:.0} |").unwrap();
    writeln!(page, "| error | {} | {} |\n", error(whole, bare), error(whole, placed)).unwrap();
}

/// NAND2-equivalents of the register spads, flip-flops and clock gates included, among all published gates.
fn gates(page: &mut String, published: &Spads) {
    let cells = cells(published.node_nm, published.supply_v);
    let of = |words: &u32| {
        let request = RegisterFileRequest::cells_only(*words, published.word_bits, 1, 1).unwrap();
        request.build(&cells).unwrap().area() / cells.nand2_area
    };
    let spads = published.register_words.iter().map(of).sum::<f64>();
    let operation = Operation::multiply_accumulate(
        NumberFormat::Integer { bits: 16 },
        NumberFormat::Integer { bits: 32 },
    );
    let unit = UnitRequest { stages: Some(2), ..UnitRequest::cells_only(operation, None).unwrap() };
    let unit = unit.build(&cells).unwrap().area() / cells.nand2_area;
    let all = published.gates_nand2_k * 1e3 / published.processing_elements;
    page.push_str("| gates of a processing element, NAND2-equivalents | |\n|---|---|\n");
    writeln!(page, "| model: register spads, cells | {spads:.0} |").unwrap();
    writeln!(page, "| model: 16-bit multiply-accumulate of two stages, cells | {unit:.0} |").unwrap();
    writeln!(page, "| published: all gates of the chip but SRAM, by its processing elements | {all:.0} |")
        .unwrap();
    writeln!(page, "| model over published | {:.0} % |\n", 100.0 * (spads + unit) / all).unwrap();
}

fn hierarchy(page: &mut String, published: &Hierarchy, spads: &Spads) {
    let cells = cells(spads.node_nm, spads.supply_v);
    let format = NumberFormat::Integer { bits: 16 };
    let accumulator = NumberFormat::Integer { bits: 32 };
    let operation = Operation::multiply_accumulate(format, accumulator);
    let unit = UnitRequest::placed(operation, None).unwrap().build(&cells).unwrap();
    page.push_str("## Eyeriss, ISCA 2016: an access over a 16-bit multiply-accumulate, 65 nm\n\n");
    page.push_str("| register file, placed | read | write |\n|---|---|---|\n");
    for words in [12, 24, 64, 128] {
        let file = RegisterFileRequest::placed(words, 16, 1, 1).unwrap().build(&cells).unwrap();
        let over = |energy: f64| energy / unit.energy().0;
        let (read, write) = (over(file.read_energy().0), over(file.write_energy().0));
        writeln!(page, "| {words} x 16 bits, {} B | {read:.2} | {write:.2} |", words * 2).unwrap();
    }
    let (bytes, factor) = (published.register_file_bytes, published.over_multiply_accumulate);
    writeln!(page, "| published, {bytes} B | {factor:.2} | {factor:.2} |\n").unwrap();
}

fn write_styles(page: &mut String, published: &Spads) {
    page.push_str(
        "## Data to all words or to one: energy of a cycle that writes 16 bits, 65 nm, 1.00 V, placed\n\n",
    );
    let cells = cells(published.node_nm, published.supply_v);
    page.push_str("| words | broadcast, pJ | isolated, pJ | multiplexer and its clock, pJ | isolated over broadcast, area |\n");
    page.push_str("|---|---|---|---|---|\n");
    for words in [2, 4, 6, 8, 12, 16, 24, 32, 64] {
        let of = |style| {
            let request = RegisterFileRequest::placed(words, 16, 1, 1).unwrap();
            RegisterFileRequest { write: Some(style), ..request }.build(&cells).unwrap()
        };
        let [broadcast, isolated, multiplexer] =
            [WritePorts::Broadcast, WritePorts::Isolated, WritePorts::Multiplexer].map(of);
        let energy = |file: &RegisterFile| (file.write_energy() + file.clock_energy()).0 * 1e12;
        writeln!(
            page,
            "| {words} | {:.3} | {:.3} | {:.3} | {} |",
            energy(&broadcast),
            energy(&isolated),
            energy(&multiplexer),
            error(broadcast.area().0, isolated.area().0)
        )
        .unwrap();
    }
    page.push('\n');
}

fn arrays(page: &mut String, published: &Spads) {
    let cells = cells(published.node_nm, published.supply_v);
    page.push_str("## From where an SRAM array is better, 65 nm, 1.00 V\n\n");
    page.push_str("| word, ports | smaller from | reads for less from |\n|---|---|---|\n");
    for (bits, reads, writes) in [(8, 1, 1), (16, 1, 1), (32, 1, 1), (64, 1, 1), (32, 2, 1), (32, 4, 2)] {
        let file = RegisterFileRequest::placed(16, bits, reads, writes).unwrap();
        let from = |advantage| {
            let words =
                smallest_better_array(&file, &cells, &static_array(published, 64), advantage).unwrap();
            words.map_or("beyond 128 words".to_owned(), |words| format!("{words} words"))
        };
        writeln!(
            page,
            "| {bits} bits, {reads} read, {writes} write | {} | {} |",
            from(Advantage::Area),
            from(Advantage::ReadEnergy)
        )
        .unwrap();
    }
    page.push('\n');
}

/// One measured circuit of `synthesis/results/registers_*.csv`: the smallest of its architecture.
#[derive(Deserialize)]
struct Measured {
    words: u32,
    bits: u32,
    ports: u32,
    architecture: String,
    area_nand2: f64,
    random: f64,
}

fn measured(kind: &str, architecture: &str) -> Vec<Measured> {
    let path = common::root().join(format!("synthesis/results/registers_{kind}.csv"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let mut smallest: BTreeMap<_, Measured> = BTreeMap::new();
    for row in reader.deserialize::<Measured>().map(Result::unwrap) {
        let kept = smallest.get(&(row.words, row.bits, row.ports));
        if row.architecture == architecture && kept.is_none_or(|kept| row.area_nand2 < kept.area_nand2) {
            smallest.insert((row.words, row.bits, row.ports), row);
        }
    }
    smallest.into_values().collect()
}

/// Errors in percent of area and switching of the part that the model makes of a circuit.
fn fit_errors(kind: &str, architecture: &str, style: WritePorts, part: PartKind) -> [Vec<f64>; 2] {
    let cells = cells(45.0, 1.1);
    let rows = measured(kind, architecture);
    let rows = rows.iter().filter(|row| style != WritePorts::Broadcast || row.ports == 1);
    let pairs = rows.map(|row| {
        let ports = if kind == "write" { row.ports } else { 1 };
        let request = RegisterFileRequest::cells_only(row.words, row.bits, 1, ports).unwrap();
        let file = RegisterFileRequest { write: Some(style), ..request }.build(&cells).unwrap();
        let part = file.parts.iter().find(|found| found.kind == part).unwrap();
        let energy = if kind == "write" { part.write } else { part.read }.total();
        let error = |model: f64, measured: f64| 100.0 * (model / measured - 1.0);
        (error(part.area / cells.nand2_area, row.area_nand2), error(energy / cells.nand2_energy, row.random))
    });
    let (area, energy) = pairs.unzip();
    [area, energy]
}

fn fits(page: &mut String) {
    page.push_str("## The fits against what was measured\n\n");
    page.push_str(
        "| circuit | points | area, median | 90 % | largest | switching, median | 90 % | largest |\n",
    );
    page.push_str("|---|---|---|---|---|---|---|---|\n");
    let circuits = [
        ("read port", "read", "and_or", WritePorts::Isolated, PartKind::ReadPorts),
        ("write, broadcast", "write", "broadcast", WritePorts::Broadcast, PartKind::WritePorts),
        ("write, isolated", "write", "isolated", WritePorts::Isolated, PartKind::WritePorts),
        ("write, multiplexer", "write", "multiplexer", WritePorts::Multiplexer, PartKind::WritePorts),
    ];
    for (name, kind, architecture, style, part) in circuits {
        let errors = fit_errors(kind, architecture, style, part);
        write!(page, "| {name} | {} ", errors[0].len()).unwrap();
        for errors in &errors {
            let spread = Spread::of(errors);
            write!(page, "| {:.0} % | {:.0} % | {:.0} % ", spread.median, spread.ninetieth, spread.largest)
                .unwrap();
        }
        page.push_str("|\n");
    }
    page.push('\n');
}

const INTRODUCTION: &str = include_str!("validation_registers/introduction.md");
const REASONS: &str = include_str!("validation_registers/reasons.md");

#[test]
fn the_page_of_register_files_is_true() {
    let text = std::fs::read_to_string(common::fixture("registers/published.toml")).unwrap();
    let published: Published = toml::from_str(&text).unwrap();
    let mut page = INTRODUCTION.to_owned();
    register(&mut page, &published.aladdin);
    spads(&mut page, &published.eyeriss);
    gates(&mut page, &published.eyeriss);
    hierarchy(&mut page, &published.hierarchy, &published.eyeriss);
    write_styles(&mut page, &published.eyeriss);
    arrays(&mut page, &published.eyeriss);
    fits(&mut page);
    page.push_str(REASONS);
    assert_page_is_true("registers.md", &page);
}
