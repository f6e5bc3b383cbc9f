//! An arithmetic unit, for `nm-trace chip mac`.

use super::{cell_area, joules, temperature};
use crate::chip::circuit_report::{ArithmeticReport, ArithmeticRequestReport, OperandFactors};
use crate::report::page::Page;
use crate::report::quantity::{bar, counted, grouped, percent, si, si3};
use crate::report::table::{Column, Table};

const BAR: usize = 8;

/// The unit as text. It ends in a newline.
pub fn render(unit: &ArithmeticReport) -> String {
    let request = &unit.request;
    let mut page = Page::titled(&format!("{} at {} nm", unit.operation, request.node_nm));
    page.paragraph(&asked(unit));
    page.line("");
    totals(&mut page, unit);
    page.heading("Parts");
    page.table(&parts(unit));
    page.paragraph(
        "energy: of an operation, with its share; clock: of a cycle while the clock runs. Logic is values that \
         settle; glitches are transitions on the way to them.",
    );
    page.heading("Design");
    design(&mut page, unit);
    page.heading("Energy with other operands");
    operands(&mut page, &unit.operand_factors);
    page.list("Sources", &sources());
    page.finish()
}

fn asked(unit: &ArithmeticReport) -> String {
    let view = if unit.request.view == "cells" { "cells alone, not placed" } else { "placed and routed" };
    let supply = si(unit.cells.supply_v, "V");
    format!("{view}; at {supply}; {}", temperature(unit.request.temperature_k))
}

fn totals(page: &mut Page, unit: &ArithmeticReport) {
    let rate = si(1.0 / unit.cycle_s, "Hz");
    page.fact("Area", &cell_area(unit.area_mm2));
    page.fact(
        "Energy",
        &format!("{} an operation on random operands, without clock", si(unit.energy_j, "J")),
    );
    let clock = if unit.register_bits == 0 {
        "none: one stage has no registers inside".to_owned()
    } else {
        format!("{} a cycle, {} while gated", si(unit.clock_j, "J"), si(unit.gated_clock_j, "J"))
    };
    page.fact("Clock", &clock);
    page.fact("Leakage", &si(unit.leakage_w, "W"));
    page.fact(
        "Power",
        &format!(
            "{} with an operation a cycle at {rate}, {} idle",
            si(unit.busy_power_w, "W"),
            si(unit.idle_power_w, "W")
        ),
    );
    let cycles = counted(u64::from(unit.stages), "cycle");
    page.fact("Latency", &format!("{} ({cycles} of {})", si(unit.latency_s, "s"), si(unit.cycle_s, "s")));
    page.fact(
        "Shortest cycle",
        &format!("{} ({})", si(unit.minimum_cycle_s, "s"), si(1.0 / unit.minimum_cycle_s, "Hz")),
    );
}

fn parts(unit: &ArithmeticReport) -> Table {
    let mut table = Table::new(vec![
        Column::words("part"),
        Column::number("area"),
        Column::number("energy"),
        Column::number("share"),
        Column::bar(),
        Column::number("clock"),
        Column::number("leakage"),
    ]);
    let row = |name: &str, [mm2, energy, clock, leakage]: [f64; 4], bar: String| {
        let share = percent(energy, unit.energy_j);
        vec![name.to_owned(), cell_area(mm2), joules(energy), share, bar, joules(clock), si3(leakage, "W")]
    };
    let figures = [&unit.area_parts_mm2, &unit.energy_parts_j, &unit.clock_parts_j, &unit.leakage_parts_w];
    for (index, (name, energy)) in unit.energy_parts_j.0.iter().enumerate() {
        let part = figures.map(|parts| parts.0.get(index).map_or(0.0, |(_, figure)| *figure));
        // Cells alone have no wires, and a single stage no registers.
        if part.iter().any(|figure| *figure != 0.0) {
            table.row(row(name, part, bar(*energy, unit.energy_j, BAR)));
        }
    }
    table.rule();
    table.row(row("total", [unit.area_mm2, unit.energy_j, unit.clock_j, unit.leakage_w], String::new()));
    table
}

fn design(page: &mut Page, unit: &ArithmeticReport) {
    let gates = grouped(unit.gates.round() as u64);
    page.fact(
        "Logic",
        &format!("{gates} NAND2-equivalents, {:.1} fan-out-of-four delays deep", unit.logic_depth_fo4),
    );
    page.fact(
        "Stages",
        &match unit.register_bits {
            0 => unit.stages.to_string(),
            bits => format!("{} with {} between them", unit.stages, counted(u64::from(bits), "flip-flop")),
        },
    );
    page.fact("Chosen", &chosen(&unit.request));
    let cells = &unit.cells;
    page.fact(
        "Cells",
        &format!(
            "NAND2 of {} and {} a transition; fan-out-of-four delay {}",
            cell_area(cells.nand2_area_mm2),
            si3(cells.nand2_j, "J"),
            si3(cells.fanout_of_four_s, "s")
        ),
    );
}

/// Why it has these stages and this speed.
fn chosen(request: &ArithmeticRequestReport) -> String {
    let speed = match request.clock_hz {
        Some(hertz) => format!("fast enough for {}", si(hertz, "Hz")),
        None => "as small and slow as it was synthesised".to_owned(),
    };
    let stages = match (request.stages, request.clock_hz) {
        (Some(_), _) => "stages as given",
        (None, _) if request.view == "cells" => "one stage, as cells alone are compared",
        (None, Some(_)) => "the stages of least area x energy that meet it",
        (None, None) => "one stage, since no clock asks for more",
    };
    format!("{speed}; {stages}")
}

fn operands(page: &mut Page, factors: &OperandFactors) {
    let of_random = |factor: f64| format!("{} of that with random ones", percent(factor, 1.0));
    page.fact("One stays", &of_random(factors.stationary));
    if let Some(factor) = factors.accumulate_in_place {
        page.fact("Sum in place", &of_random(factor));
    }
    page.fact("Half zeros", &of_random(factors.half_zero));
    page.fact("All zeros", &of_random(factors.zero));
}

fn sources() -> Vec<String> {
    vec![
        "gates, depth and switching: synthesis and simulation of plain RTL, with what layout adds \
         (docs/arithmetic.md)"
            .to_owned(),
        "cells: published libraries and tables, by rules between their nodes (docs/technology.md)".to_owned(),
    ]
}
