//! A memory array, for `nm-trace chip array`.

use super::{at_supply, joules, leakage, parts_table, temperature};
use crate::chip::circuit_report::{ArrayReport, ArrayRequestReport};
use crate::report::page::Page;
use crate::report::quantity::{area, bar, counted, grouped, percent, si, si3};
use crate::report::table::{Column, Table};
use crate::units::Bytes;

const BAR: usize = 6;

/// The array as text. It ends in a newline.
pub fn render(array: &ArrayReport) -> String {
    let request = &array.request;
    let size = Bytes(request.capacity_bytes);
    let mut page = Page::titled(&format!(
        "{size} array in words of {} at {} nm",
        Bytes(u64::from(request.word_bytes)),
        request.node_nm
    ));
    page.paragraph(&asked(request));
    page.line("");
    totals(&mut page, array);
    page.heading("Access time");
    page.table(&parts_table("time", &array.access_parts_s, array.access_s, |part| si3(part, "s")));
    page.heading("Energy of an access");
    page.table(&energies(array));
    page.paragraph(
        "read, write: as CACTI 7 counts them: address and data wires of all ports, and a write's bit lines times \
         the mats that work, without the columns that it leaves alone. 1 port: what a chip pays for an access \
         through one port while the others rest.",
    );
    page.heading("Leakage");
    page.table(&leakages(array));
    page.paragraph(
        "inside_banks: repeaters and nodes of the address and data trees, which CACTI 7 leaves out.",
    );
    page.heading("Area");
    page.table(&parts_table("area", &array.area_parts_mm2, array.area_mm2, area));
    page.heading("Organisation");
    organisation(&mut page, array);
    page.list("Sources", &sources(request));
    page.finish()
}

/// The request in words.
fn asked(request: &ArrayRequestReport) -> String {
    let ports = [
        (request.ports.read_write, "read-write port"),
        (request.ports.read, "read port"),
        (request.ports.write, "write port"),
    ];
    let ports: Vec<String> = ports
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(u64::from(count), noun))
        .collect();
    format!(
        "{} with {}{}; {} cells, {} periphery {}; {}",
        counted(u64::from(request.banks), "bank"),
        ports.join(", "),
        if request.banks > 1 { " each" } else { "" },
        request.cell,
        request.periphery,
        at_supply(request.supply_v, "at nominal supply"),
        temperature(request.temperature_k),
    )
}

fn totals(page: &mut Page, array: &ArrayReport) {
    let energy = |cacti_j: f64, one_port_j: f64| {
        if si(cacti_j, "J") == si(one_port_j, "J") {
            si(cacti_j, "J")
        } else {
            format!("{} ({} through one port)", si(cacti_j, "J"), si(one_port_j, "J"))
        }
    };
    page.fact("Access", &si(array.access_s, "s"));
    page.fact("Cycle", &format!("{} ({})", si(array.cycle_s, "s"), si(1.0 / array.cycle_s, "Hz")));
    page.fact("Read", &energy(array.read_j, array.read_one_port_j));
    page.fact("Write", &energy(array.write_j, array.write_one_port_j));
    page.fact("Leakage", &leakage(array.leakage_w, array.gate_leakage_w));
    if array.request.is_dynamic() {
        page.fact("Refresh", &si(array.refresh_w, "W"));
    }
    let cells = array.area_parts_mm2.0.iter().find(|(name, _)| *name == "cells").map_or(0.0, |(_, mm2)| *mm2);
    page.fact(
        "Area",
        &format!(
            "{} ({} x {}), {} of it cells",
            area(array.area_mm2),
            si3(array.width_mm * 1e-3, "m"),
            si3(array.height_mm * 1e-3, "m"),
            percent(cells, array.area_mm2)
        ),
    );
}

fn energies(array: &ArrayReport) -> Table {
    let mut table = Table::new(vec![
        Column::words("part"),
        Column::number("read"),
        Column::number("share"),
        Column::bar(),
        Column::number("write"),
        Column::number("read 1 port"),
        Column::number("write 1 port"),
    ]);
    let row = |name: &str, [read, write, read_one, write_one]: [f64; 4], shown_bar: bool| {
        vec![
            name.to_owned(),
            joules(read),
            percent(read, array.read_j),
            if shown_bar { bar(read, array.read_j, BAR) } else { String::new() },
            joules(write),
            joules(read_one),
            joules(write_one),
        ]
    };
    let parts = [
        &array.read_parts_j,
        &array.write_parts_j,
        &array.read_one_port_parts_j,
        &array.write_one_port_parts_j,
    ];
    for (index, (name, _)) in array.read_parts_j.0.iter().enumerate() {
        let energies = parts.map(|parts| parts.0.get(index).map_or(0.0, |(_, energy)| *energy));
        table.row(row(name, energies, true));
    }
    table.rule();
    let totals = [array.read_j, array.write_j, array.read_one_port_j, array.write_one_port_j];
    table.row(row("total", totals, false));
    table
}

fn leakages(array: &ArrayReport) -> Table {
    let mut table = Table::new(vec![
        Column::words("part"),
        Column::number("subthreshold"),
        Column::number("gate"),
        Column::number("share"),
        Column::bar(),
    ]);
    let whole = array.leakage_w + array.gate_leakage_w;
    let powers = |name: &str, subthreshold: f64, gate: f64| {
        vec![name.to_owned(), si3(subthreshold, "W"), si3(gate, "W")]
    };
    let shared = |name: &str, subthreshold: f64, gate: f64, bar: String| {
        let mut cells = powers(name, subthreshold, gate);
        cells.extend([percent(subthreshold + gate, whole), bar]);
        cells
    };
    let parts = array.leakage_parts_w.0.iter().zip(&array.gate_leakage_parts_w.0);
    for ((name, subthreshold), (_, gate)) in parts {
        table.row(shared(name, *subthreshold, *gate, bar(subthreshold + gate, whole, 2 * BAR)));
    }
    table.rule();
    table.row(shared("total", array.leakage_w, array.gate_leakage_w, String::new()));
    let mut trees = powers("inside_banks", array.tree_leakage_w, array.tree_gate_leakage_w);
    trees.extend(["on top".to_owned(), String::new()]);
    table.row(trees);
    table
}

fn organisation(page: &mut Page, array: &ArrayReport) {
    let named = &array.organisation_named;
    let subarrays = u64::from(named.ndwl) * u64::from(named.ndbl);
    page.fact(
        "Subarrays",
        &format!("{} ({} across, {} down) a bank", grouped(subarrays), named.ndwl, named.ndbl),
    );
    page.fact(
        "Sharing",
        &format!(
            "{} in a row of the bank; {} a sense amplifier; {} x {} sense amplifiers an output",
            counted(u64::from(named.nspd), "word"),
            counted(u64::from(named.ndcm), "bit line"),
            named.ndsam1,
            named.ndsam2
        ),
    );
    page.fact("Chosen", &chosen(&array.request));
    let numbers: Vec<String> = array.organisation.iter().map(u32::to_string).collect();
    page.fact("Again", &format!("--organisation {}", numbers.join(",")));
}

/// Why it is this organisation.
fn chosen(request: &ArrayRequestReport) -> String {
    let Some(objective) = request.objective else { return "as given".to_owned() };
    let least = match objective {
        "energy-delay-squared" => "energy of a read x access time²",
        "energy-delay" => "energy of a read x access time",
        "access" => "access time",
        "cycle" => "cycle time",
        "read-energy" => "energy of a read",
        other => other,
    };
    let limits = [
        request.max_access_s.map(|limit| format!("access up to {}", si(limit, "s"))),
        request.max_cycle_s.map(|limit| format!("cycle up to {}", si(limit, "s"))),
        request.max_area_mm2.map(|limit| format!("area up to {}", area(limit))),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    let within = if limits.is_empty() { String::new() } else { format!(" with {}", limits.join(", ")) };
    format!("the least {least} of all organisations{within}")
}

fn sources(request: &ArrayRequestReport) -> Vec<String> {
    let data = if request.node_nm < 22.0 {
        "devices and wires below 22 nm: own tables from published figures, of low trust (docs/technology.md)"
    } else {
        "devices and wires: CACTI 7's technology tables, between two nodes by its rule (docs/technology.md)"
    };
    vec![
        "equations: the model of CACTI (CACTI 5.1, HPL-2008-20; CACTI 6.0, HPL-2009-85), in code of our own \
         (docs/arrays.md)"
            .to_owned(),
        data.to_owned(),
    ]
}
