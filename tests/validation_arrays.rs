//! Memory arrays and repeated wires against CACTI 7, on its grid of the project and beside it. The errors stand on
//! docs/validation/arrays.md, which this test recomputes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;

use common::validation::{Spread, assert_page_is_true};
use nm_trace::chip::circuit::array::{
    ArrayRequest, CellKind, Limits, MemoryArray, Objective, Organisation, Ports, find,
};
use nm_trace::chip::circuit::wire::{Drive, Wire, WireRequest};
use nm_trace::chip::technology::{DeviceClass, WireClass, WireProjection};
use nm_trace::units::{Kelvin, Micrometres, Ratio, Volts};
use serde::Deserialize;

/// What is compared, and whether its error is bounded when the model searches the organisation itself: a cycle
/// time belongs to an organisation, and two that are equally good elsewhere may differ in it.
const FIGURES: [(&str, bool); 7] = [
    ("access time", true),
    ("cycle time", false),
    ("read energy", true),
    ("write energy", true),
    ("leakage", true),
    ("gate leakage", false),
    ("area", true),
];

/// A row of a fixture: what CACTI was asked and what it answered.
#[derive(Clone, Debug, Deserialize)]
struct Row {
    capacity_bytes: u64,
    word_bytes: u32,
    rw_ports: u32,
    r_ports: u32,
    w_ports: u32,
    #[serde(default = "one_bank")]
    banks: u32,
    node_um: f64,
    cell: String,
    periphery: String,
    temperature_k: f64,
    access_ns: f64,
    cycle_ns: f64,
    read_nj: f64,
    write_nj: f64,
    leakage_mw: f64,
    gate_leakage_mw: f64,
    height_mm: f64,
    width_mm: f64,
    ndwl: f64,
    ndbl: f64,
    nspd: f64,
    ndcm: f64,
    ndsam1: f64,
    ndsam2: f64,
}

fn one_bank() -> u32 {
    1
}

fn rows<T: for<'de> Deserialize<'de>>(name: &str) -> Vec<T> {
    let mut reader = csv::Reader::from_path(common::fixture("circuits").join(name)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn flavour(name: &str) -> DeviceClass {
    match name {
        "itrs-hp" => DeviceClass::HighPerformance,
        "itrs-lstp" => DeviceClass::LowStandbyPower,
        "itrs-lop" => DeviceClass::LowOperatingPower,
        other => panic!("{other}"),
    }
}

impl Row {
    fn request(&self, with_organisation: bool) -> ArrayRequest {
        let organisation = Organisation {
            word_line_cuts: self.ndwl as u32,
            bit_line_cuts: self.ndbl as u32,
            words_in_row: self.nspd as u32,
            bit_line_multiplexing: self.ndcm as u32,
            sense_multiplexing_1: self.ndsam1 as u32,
            sense_multiplexing_2: self.ndsam2 as u32,
        };
        ArrayRequest {
            node: Micrometres(self.node_um),
            capacity_bytes: self.capacity_bytes,
            word_bytes: self.word_bytes,
            ports: Ports { read_write: self.rw_ports, read: self.r_ports, write: self.w_ports },
            cell: match self.cell.as_str() {
                "lp-dram" => CellKind::EmbeddedDram,
                class => CellKind::Static(flavour(class)),
            },
            periphery: flavour(&self.periphery),
            temperature: Kelvin(self.temperature_k),
            supply: None,
            banks: self.banks,
            organisation: with_organisation.then_some(organisation),
            objective: Objective::default(),
            limits: Limits::default(),
        }
    }

    /// Errors of our array in the order of [`FIGURES`], in percent.
    fn errors(&self, array: &MemoryArray) -> [f64; 7] {
        let leakage = array.leakage.total();
        // CACTI prints the leakage of one bank.
        let banks = f64::from(self.banks);
        let pairs = [
            (array.access.total().0 * 1e9, self.access_ns),
            (array.cycle.0 * 1e9, self.cycle_ns),
            (array.all_ports.read.total().0 * 1e9, self.read_nj),
            (array.all_ports.write.total().0 * 1e9, self.write_nj),
            (leakage.subthreshold.0 * 1e3, self.leakage_mw * banks),
            (leakage.gate.0 * 1e3, self.gate_leakage_mw * banks),
            (array.area.total().0 * 1e-6, self.height_mm * self.width_mm),
        ];
        pairs.map(|(model, published)| 100.0 * (model / published - 1.0))
    }
}

/// Errors of all rows, in their order, computed by all cores.
fn errors_of(rows: &[Row], with_organisation: bool) -> Vec<[f64; 7]> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let of = |row: &Row| {
        let array = find(&row.request(with_organisation)).unwrap_or_else(|error| panic!("{row:?}: {error}"));
        row.errors(&array)
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = rows
            .chunks(rows.len().div_ceil(cores))
            .map(|part| scope.spawn(move || part.iter().map(of).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

/// A table of spreads, one line a figure, and the assertion that those which are bounded stay within the bounds.
fn table(errors: &[[f64; 7]], median: f64, ninetieth: f64, bounded: impl Fn(&str, bool) -> bool) -> String {
    let mut text = "| | median | 90th percentile | largest | mean |\n|---|---:|---:|---:|---:|\n".to_owned();
    for (index, (figure, searched)) in FIGURES.iter().enumerate() {
        let column: Vec<f64> = errors.iter().map(|row| row[index]).collect();
        let spread = Spread::of(&column);
        let mean = column.iter().sum::<f64>() / column.len() as f64;
        writeln!(
            text,
            "| {figure} | {:.1} % | {:.1} % | {:.0} % | {mean:+.1} % |",
            spread.median, spread.ninetieth, spread.largest
        )
        .unwrap();
        if bounded(figure, *searched) {
            assert!(spread.median <= median, "{figure}: median error of {} %", spread.median);
            assert!(spread.ninetieth <= ninetieth, "{figure}: 90th percentile of {} %", spread.ninetieth);
        }
    }
    text
}

/// Medians by group, and the assertion that each group is within the bounds with the organisation given.
fn by_group(rows: &[Row], errors: &[[f64; 7]], name: &str, group: impl Fn(&Row) -> String) -> String {
    let mut groups: BTreeMap<String, Vec<[f64; 7]>> = BTreeMap::new();
    for (row, error) in rows.iter().zip(errors) {
        groups.entry(group(row)).or_default().push(*error);
    }
    let figures = FIGURES.map(|(figure, _)| figure).join(" | ");
    let mut text = format!("| {name} | rows | {figures} |\n|---|---:|{}\n", "---:|".repeat(FIGURES.len()));
    for (key, errors) in groups {
        write!(text, "| {key} | {} |", errors.len()).unwrap();
        for index in 0..FIGURES.len() {
            let spread = Spread::of(&errors.iter().map(|row| row[index]).collect::<Vec<_>>());
            write!(text, " {:.1} / {:.0} % |", spread.median, spread.ninetieth).unwrap();
            if FIGURES[index].0 != "gate leakage" {
                assert!(
                    spread.median <= 10.0 && spread.ninetieth <= 25.0,
                    "{name} {key}: {}: {} and {} %",
                    FIGURES[index].0,
                    spread.median,
                    spread.ninetieth
                );
            }
        }
        text.push('\n');
    }
    text
}

fn ports(row: &Row) -> String {
    let named = [(row.rw_ports, "RW"), (row.r_ports, "R"), (row.w_ports, "W")];
    named.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count}{name}")).collect()
}

#[derive(Deserialize)]
struct WireRow {
    node_um: f64,
    wire: String,
    delay_budget: String,
    delay_ns_per_mm: f64,
    energy_nj_per_mm_per_transition: f64,
    leakage_mw_per_mm: f64,
    repeater_size: f64,
    repeater_spacing_mm: f64,
}

/// Errors of delay, energy, leakage, size and spacing of one repeated wire, in percent.
fn wire_errors(row: &WireRow) -> [f64; 5] {
    let percent = row.delay_budget.split('%').next().unwrap().parse::<f64>().unwrap_or(0.0);
    let request = WireRequest {
        node: Micrometres(row.node_um),
        class: if row.wire == "global" { WireClass::Global } else { WireClass::SemiGlobal },
        projection: WireProjection::Conservative,
        length: Micrometres(1000.0),
        drive: Drive::Repeated { delay_budget: Ratio(percent / 100.0) },
        transistors: DeviceClass::HighPerformance,
        temperature: Kelvin(350.0),
        supply: None,
    };
    let wire = Wire::new(&request).unwrap();
    let (spacing, size) = wire.repeaters.unwrap();
    let pairs = [
        (wire.delay.0 * 1e9, row.delay_ns_per_mm),
        (wire.energy.0 * 1e9, row.energy_nj_per_mm_per_transition),
        (wire.leakage.subthreshold.0 * 1e3, row.leakage_mw_per_mm),
        (size, row.repeater_size),
        (spacing.0 * 1e-3, row.repeater_spacing_mm),
    ];
    pairs.map(|(model, published)| 100.0 * (model / published - 1.0))
}

fn wires() -> String {
    let errors: Vec<[f64; 5]> =
        rows::<WireRow>("cacti7-repeated-wires.csv").iter().map(wire_errors).collect();
    let mut text = "| | rows | median | largest |\n|---|---:|---:|---:|\n".to_owned();
    for (index, figure) in
        ["delay", "energy", "leakage", "repeater size", "repeater spacing"].iter().enumerate()
    {
        let spread = Spread::of(&errors.iter().map(|row| row[index]).collect::<Vec<_>>());
        let Spread { median, largest, .. } = spread;
        writeln!(text, "| {figure} | {} | {median:.1} % | {largest:.1} % |", errors.len()).unwrap();
        assert!(spread.largest <= 10.0, "{figure}: {largest} %");
    }
    text
}

/// A macro that was published: what a compiler, or a table of them, says of one read.
#[derive(Deserialize)]
struct Macro {
    source: String,
    node_um: f64,
    supply_v: f64,
    temperature_k: f64,
    capacity_bytes: u64,
    word_bytes: u32,
    read_pj: f64,
    access_ns: Option<f64>,
    area_mm2: Option<f64>,
}

impl Macro {
    fn array(&self) -> MemoryArray {
        let request = ArrayRequest {
            node: Micrometres(self.node_um),
            capacity_bytes: self.capacity_bytes,
            word_bytes: self.word_bytes,
            ports: Ports { read_write: 1, read: 0, write: 0 },
            cell: CellKind::Static(DeviceClass::HighPerformance),
            periphery: DeviceClass::HighPerformance,
            temperature: Kelvin(self.temperature_k),
            supply: Some(Volts(self.supply_v)),
            banks: 1,
            organisation: None,
            objective: Objective::default(),
            limits: Limits::default(),
        };
        find(&request).unwrap()
    }
}

/// Published macros beside our bare arrays, which must stay a floor: a macro has all that an array has, and more.
fn macros() -> String {
    let mut text = "| source | node | read | published | ours | of it | access | area |\n\
                    |---|---|---|---:|---:|---:|---|---|\n"
        .to_owned();
    for published in rows::<Macro>("published-macros.csv") {
        let array = published.array();
        let read_pj = array.one_port.read.total().0 * 1e12;
        let share = read_pj / published.read_pj;
        assert!(share < 1.0, "{}: {read_pj} pJ of {} pJ", published.source, published.read_pj);
        let beside = |published: Option<f64>, ours: f64, unit: &str| match published {
            Some(published) => format!("{published} {unit}, ours {ours:.3}"),
            None => String::new(),
        };
        writeln!(
            text,
            "| {} | {} nm, {} V | {} bits of {} KiB | {} pJ | {read_pj:.2} pJ | {:.0} % | {} | {} |",
            published.source,
            published.node_um * 1e3,
            published.supply_v,
            8 * published.word_bytes,
            published.capacity_bytes >> 10,
            published.read_pj,
            100.0 * share,
            beside(published.access_ns, array.access.total().0 * 1e9, "ns"),
            beside(published.area_mm2.map(|area| area * 1e6), array.area.total().0, "µm²"),
        )
        .unwrap();
    }
    text
}

#[test]
fn arrays_and_wires_are_within_their_bounds_of_cacti_and_the_page_says_by_how_much() {
    let grid: Vec<Row> = rows("cacti7-arrays.csv");
    let elsewhere: Vec<Row> = rows("cacti7-elsewhere.csv");
    let dram: Vec<Row> = rows("cacti7-embedded-dram.csv");
    let given = errors_of(&grid, true);
    let page = include_str!("validation_arrays/page.md")
        .replace("{grid_rows}", &grid.len().to_string())
        .replace("{elsewhere_rows}", &elsewhere.len().to_string())
        .replace("{given}", &table(&given, 10.0, 25.0, |figure, _| figure != "gate leakage"))
        .replace("{by_node}", &by_group(&grid, &given, "node", |row| format!("{} nm", row.node_um * 1000.0)))
        .replace("{by_ports}", &by_group(&grid, &given, "ports", ports))
        .replace(
            "{by_cell}",
            &by_group(&grid, &given, "cells, periphery", |row| {
                format!("{}, {}", &row.cell[5..], &row.periphery[5..])
            }),
        )
        .replace("{found}", &table(&errors_of(&grid, false), 15.0, 40.0, |_, searched| searched))
        .replace(
            "{elsewhere_given}",
            &table(&errors_of(&elsewhere, true), 10.0, 25.0, |figure, _| figure != "gate leakage"),
        )
        .replace(
            "{elsewhere_found}",
            &table(&errors_of(&elsewhere, false), 15.0, 40.0, |_, searched| searched),
        )
        .replace(
            "{dram}",
            // What else CACTI counts of embedded DRAM, the page says.
            &table(&errors_of(&dram, true), 10.0, 25.0, |figure, _| {
                matches!(figure, "access time" | "cycle time" | "read energy" | "area")
            }),
        )
        .replace("{macros}", &macros())
        .replace("{wires}", &wires());
    assert_page_is_true("arrays.md", &page);
}
