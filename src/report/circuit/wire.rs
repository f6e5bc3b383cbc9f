//! A wire, for `nm-trace chip wire`.

use super::{at_supply, cell_area, leakage, temperature};
use crate::chip::circuit_report::{WireReport, WireRequestReport};
use crate::report::page::Page;
use crate::report::quantity::{area, grouped, percent, si, si3};
use crate::report::table::{Column, Table};

/// The wire as text. It ends in a newline.
pub fn render(wire: &WireReport) -> String {
    let request = &wire.request;
    let mut page = Page::titled(&format!(
        "{} of {} wire at {} nm",
        si(request.length_mm * 1e-3, "m"),
        request.class,
        request.node_nm
    ));
    page.paragraph(&format!(
        "{} layers; {} transistors {}; {}",
        request.projection,
        request.transistors,
        at_supply(request.supply_v, "at nominal supply"),
        temperature(request.temperature_k)
    ));
    page.line("");
    page.fact("Delay", &si(wire.delay_s, "s"));
    page.fact("Energy", &format!("{} for one rise and one fall of one wire", si(wire.energy_j, "J")));
    page.fact("Leakage", &leakage(wire.leakage_w, wire.gate_leakage_w));
    page.heading("Costs");
    page.table(&costs(wire));
    page.heading("Track");
    track(&mut page, wire);
    page.heading(if wire.repeater_size.is_some() { "Repeaters" } else { "Driver" });
    drivers(&mut page, wire);
    page.list("Sources", &sources(request));
    page.finish()
}

/// One wire, a millimetre of it, and all wires.
fn costs(wire: &WireReport) -> Table {
    let mut table = Table::new(vec![
        Column::words("of"),
        Column::number("delay"),
        Column::number("energy"),
        Column::number("subthreshold"),
        Column::number("gate"),
        Column::number("drivers"),
    ]);
    let row = |name: String, delay_s: f64, figures: [f64; 4]| {
        let [energy_j, leakage_w, gate_w, area_mm2] = figures;
        vec![
            name,
            si3(delay_s, "s"),
            si3(energy_j, "J"),
            si3(leakage_w, "W"),
            si3(gate_w, "W"),
            cell_area(area_mm2),
        ]
    };
    let one = [wire.energy_j, wire.leakage_w, wire.gate_leakage_w, wire.driver_area_mm2];
    // With a single driver nothing but the wire itself grows with the length.
    if wire.repeater_size.is_some() {
        let per_mm = one.map(|figure| figure / wire.request.length_mm);
        table.row(row("1 mm of it".to_owned(), wire.delay_s / wire.request.length_mm, per_mm));
    }
    table.row(row("the wire".to_owned(), wire.delay_s, one));
    if wire.bus.bits > 1 {
        let bus = &wire.bus;
        let all = [bus.energy_j, bus.leakage_w, bus.gate_leakage_w, bus.driver_area_mm2];
        table.row(row(format!("{} wires", grouped(bus.bits)), wire.delay_s, all));
    }
    table
}

fn track(page: &mut Page, wire: &WireReport) {
    page.fact(
        "Width",
        &format!(
            "{}, {} to its neighbours",
            si3(wire.width_um * 1e-6, "m"),
            si3(wire.spacing_um * 1e-6, "m")
        ),
    );
    page.fact("Resistance", &format!("{} a mm", si(wire.resistance_ohm_per_mm, "Ω")));
    page.fact("Capacitance", &format!("{} a mm", si(wire.capacitance_f_per_mm, "F")));
    let wires = if wire.bus.bits == 1 { "its track".to_owned() } else { "all tracks".to_owned() };
    page.fact("Area", &format!("{} for {wires}, on the metal layer", area(wire.bus.track_area_mm2)));
}

fn drivers(page: &mut Page, wire: &WireReport) {
    let (Some(spacing_mm), Some(size)) = (wire.repeater_spacing_mm, wire.repeater_size) else {
        page.fact("Chosen", "an inverter chain at its head, sized for the wire");
        return;
    };
    page.fact("Spacing", &si(spacing_mm * 1e-3, "m"));
    page.fact("Size", &format!("{size:.1} minimum inverters"));
    page.fact(
        "Chosen",
        &match wire.request.delay_budget {
            Some(budget) if budget > 0.0 => format!(
                "the least energy and leakage of all with at most {} more delay than the fastest",
                percent(budget, 1.0)
            ),
            _ => "the fastest".to_owned(),
        },
    );
}

fn sources(request: &WireRequestReport) -> Vec<String> {
    let data = if request.node_nm < 22.0 {
        "layers and transistors below 22 nm: own tables from published figures (docs/technology.md)"
    } else {
        "layers and transistors: CACTI 7's technology tables, between two nodes by its rule (docs/technology.md)"
    };
    vec![
        "equations: repeaters by Bakoglu (1990) and Banerjee and Mehrotra (2002) as in CACTI 6.0 (HPL-2009-85); a \
         single driver by Elmore delay (docs/arrays.md)"
            .to_owned(),
        data.to_owned(),
    ]
}
