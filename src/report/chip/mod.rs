//! What a chip is made of, for `nm-trace chip NAME`: tables of power, area and actions, and where all numbers come
//! from. Of a design, trees of its parts.

mod design;
mod list;
mod tree;
mod validation;

use crate::chip::pat::{Action, Component, Pat, Placement, Sourced};
use crate::units::SquareMillimetres;

use super::page::Page;
use super::quantity::{UNKNOWN, area, bar, percent, si, si3};
use super::table::{Column, Table};

pub use design::render_design;
pub use list::render_list;
pub use validation::render_validation;

const BAR: usize = 12;

/// The chip as text. It ends in a newline.
pub fn render(chip: &Pat) -> String {
    let mut page = Page::titled(&chip.name);
    if !chip.description.is_empty() {
        page.paragraph(&chip.description);
        page.line("");
    }
    let known = |sourced: &Option<Sourced<SquareMillimetres>>| match sourced {
        Some(sourced) => area(sourced.value.0),
        None => "unknown: the chip file does not say".to_string(),
    };
    page.fact("Clock", &si(chip.clock.value.0, "Hz"));
    page.fact("Area", &known(&chip.area));
    page.fact("Die area", &known(&chip.die_area));
    page.fact("TDP", &si(chip.tdp().0, "W"));
    page.heading("Thermal design power");
    page.table(&power(chip));
    if let Some(note) = leakiest(chip) {
        page.paragraph(&note);
    }
    if on_chip(chip).any(|component| component.area.is_some()) {
        page.heading("Area");
        page.table(&areas(chip));
    }
    page.heading("Actions");
    page.table(&actions(chip));
    page.paragraph("capacity: the most in a cycle; TDP activity: the part of it that TDP assumes.");
    page.list("Sources", &sources(chip));
    page.finish()
}

/// What leakage in TDP is, where it is not that of all other figures.
fn leakiest(chip: &Pat) -> Option<String> {
    let factor = chip.fast_leakage.as_ref()?.value.0;
    Some(format!(
        "leakage: of the leakiest parts that TDP holds for, {factor} times that of typical ones, of which idle power and \
         replay tell."
    ))
}

fn power(chip: &Pat) -> Table {
    let mut table = Table::new(vec![
        Column::words("component"),
        Column::number("dynamic"),
        Column::number("clock"),
        Column::number("leakage"),
        Column::number("TDP"),
        Column::number("share"),
        Column::bar(),
    ]);
    let tdp_w = chip.tdp().0;
    for component in on_chip(chip) {
        let powers = powers(chip, component);
        let share = if tdp_w > 0.0 { powers[3] / tdp_w } else { 0.0 };
        table.row(power_row(&component.name, powers, share, bar(share, 1.0, BAR)));
    }
    let sum = |column: usize| on_chip(chip).map(|component| powers(chip, component)[column]).sum();
    let sums = [sum(0), sum(1), sum(2), tdp_w];
    table.rule();
    table.row(power_row("chip", sums, 1.0, String::new()));
    table
}

fn on_chip(chip: &Pat) -> impl Iterator<Item = &Component> {
    chip.components.iter().filter(|component| component.placement == Placement::Chip)
}

fn area_of(component: &Component) -> Option<f64> {
    component.area.as_ref().map(|area| area.value.0)
}

/// Its part of TDP: dynamic, clock, leakage, and the sum of the three.
fn powers(chip: &Pat, component: &Component) -> [f64; 4] {
    let (clock, leakage) = (component.clock_running.value.0, chip.tdp_leakage_of(component).0);
    let tdp = chip.tdp_of(component).0;
    // What is left of the sum may be a rounding error below nothing.
    [(tdp - leakage - clock).max(0.0), clock, leakage, tdp]
}

fn power_row(name: &str, powers: [f64; 4], share: f64, bar: String) -> Vec<String> {
    let powers = powers.map(|power| si3(power, "W"));
    let mut cells = vec![name.to_string()];
    cells.extend(powers);
    cells.extend([percent(share, 1.0), bar]);
    cells
}

/// Areas are shares of the chip where its own is known and holds them, else of their sum.
fn areas(chip: &Pat) -> Table {
    let mut table = Table::new(vec![
        Column::words("component"),
        Column::number("area"),
        Column::number("share"),
        Column::bar(),
    ]);
    let sum: f64 = on_chip(chip).filter_map(area_of).sum();
    let whole = chip.area.as_ref().map(|area| area.value.0).filter(|&mm2| mm2 >= sum).unwrap_or(sum);
    let row = |name: &str, mm2: f64, bar: String| vec![name.to_string(), area(mm2), percent(mm2, whole), bar];
    for component in on_chip(chip) {
        table.row(match area_of(component) {
            Some(mm2) => row(&component.name, mm2, bar(mm2, whole, BAR)),
            None => vec![
                component.name.clone(),
                UNKNOWN.to_string(),
                String::new(),
                "not in the chip file".into(),
            ],
        });
    }
    // A rounding error is not whitespace.
    if whole - sum > 1e-9 * whole {
        table.row(row("(not itemised)", whole - sum, bar(whole - sum, whole, BAR)));
    }
    table.rule();
    table.row(row("total", whole, String::new()));
    table
}

fn actions(chip: &Pat) -> Table {
    let mut table = Table::new(vec![
        Column::words("action"),
        Column::number("energy"),
        Column::number("bits"),
        Column::number("capacity"),
        Column::number("TDP activity"),
    ]);
    for component in &chip.components {
        for action in &component.actions {
            table.row(action_row(component, action));
        }
    }
    table
}

fn action_row(component: &Component, action: &Action) -> Vec<String> {
    vec![
        format!("{}/{}", component.name, action.name),
        si(action.energy.value.0, "J"),
        action.bits.map_or_else(|| UNKNOWN.to_string(), |bits| bits.to_string()),
        capacity(action.capacity.value.0),
        percent(action.tdp_activity.value.0, 1.0),
    ]
}

/// All digits of a number that has few, else four after the point.
fn capacity(per_cycle: f64) -> String {
    let exact = per_cycle.to_string();
    if exact.len() <= 8 { exact } else { format!("{per_cycle:.4}") }
}

/// Each source with all that comes from it, in the order in which they come first.
fn sources(chip: &Pat) -> Vec<String> {
    let mut by_owner = vec![(String::new(), chip.sources())];
    for component in &chip.components {
        by_owner.push((format!("{} ", component.name), component.sources()));
        let owner = |action: &Action| format!("{}/{} ", component.name, action.name);
        by_owner.extend(component.actions.iter().map(|action| (owner(action), action.sources())));
    }
    let mut by_source: Vec<(String, Vec<String>)> = Vec::new();
    for (owner, sources) in by_owner {
        for (key, source) in sources {
            let name = format!("{owner}{}", spoken(key));
            match by_source.iter_mut().find(|(known, _)| *known == source) {
                Some((_, names)) => names.push(name),
                None => by_source.push((source, vec![name])),
            }
        }
    }
    by_source.into_iter().map(|(source, names)| format!("{}: {source}", names.join(", "))).collect()
}

/// The key of a number in the words of the tables.
fn spoken(key: &str) -> String {
    let units = ["_mm2", "_per_cycle", "_hz", "_w", "_v", "_c", "_s", "_j"];
    let bare = units.iter().find_map(|unit| key.strip_suffix(unit)).unwrap_or(key);
    bare.replace('_', " ").replace("tdp", "TDP")
}
