//! A chip that was built from high-level choices: where its power and area go as trees, timing, what was chosen and
//! why, and the search.

use super::tree::{Branch, Cut, Row, rows};
use super::{actions, leakiest};
use crate::chip::design_report::{
    CandidateReport, DesignReport, PartReport, PlacedReport, SearchReport, UNMODELLED,
};
use crate::chip::pat::{Pat, Placement};
use crate::report::page::Page;
use crate::report::quantity::{area, bar, counted, grouped, percent, si, si3};
use crate::report::table::{Column, Table};

const BAR: usize = 6;
const AREA_BAR: usize = 12;
/// Candidates of a search that a page has room for.
const CANDIDATES: usize = 8;

/// The chip as text; `all`: every part, path and candidate. It ends in a newline.
pub fn render_design(chip: &Pat, design: &DesignReport, all: bool) -> String {
    let mut page = Page::titled(&chip.name);
    if !chip.description.is_empty() {
        page.paragraph(&chip.description);
        page.line("");
    }
    facts(&mut page, chip, design);
    page.heading("Thermal design power");
    page.table(&power(chip, design, Cut::new(all)));
    if let Some(note) = leakiest(chip) {
        page.paragraph(&note);
    }
    page.heading("Area");
    page.table(&areas(chip, design, Cut::new(all)));
    if !all {
        page.paragraph("Parts below 1 % of the chip are summed up; --all shows every part.");
    }
    page.heading("Timing");
    page.table(&timing(chip, design, all));
    page.list("What was chosen, and why", &choices(design));
    if let Some(found) = &design.search {
        search(&mut page, found, all);
    }
    page.heading("Actions");
    page.table(&actions(chip));
    page.paragraph("capacity: the most in a cycle; TDP activity: the part of it that TDP assumes.");
    page.finish()
}

fn facts(page: &mut Page, chip: &Pat, design: &DesignReport) {
    let voltage = chip.voltage.as_ref().map_or_else(String::new, |v| format!(", {}", v.value));
    let heat = chip.junction_temperature.as_ref().map_or_else(String::new, |t| format!(", {}", t.value));
    let tdp_w = chip.tdp().0;
    page.fact("Technology", &format!("{} nm{voltage}{heat}", design.node_nm));
    page.fact("Clock", &format!("{} ({})", si(chip.clock.value.0, "Hz"), design.clock_reason));
    if let Some(path) = &design.critical_path {
        let cycle = si(path.cycle_time_s, "s");
        page.fact("Critical path", &format!("{}: {}, {cycle}", path.component, path.name));
    }
    let macs = grouped(design.peak_macs_per_cycle.round() as u64);
    if design.peak_tops > 0.0 {
        let rate = format!("{:.4} TOPS ({macs} multiply-accumulates a cycle)", design.peak_tops);
        page.fact("Peak", &rate);
        page.fact("Efficiency", &format!("{:.4} TOPS/W at TDP", design.peak_tops / tdp_w));
    }
    page.fact("Cores", &design.cores.to_string());
    let total = chip.area.as_ref().map_or(design.modelled_area_mm2, |area| area.value.0);
    page.fact("Area", &format!("{} ({} of components)", area(total), area(design.modelled_area_mm2)));
    page.fact("TDP", &si(tdp_w, "W"));
    page.fact("Idle power", &si(chip.idle_power().0, "W"));
}

fn on_chip(design: &DesignReport) -> impl Iterator<Item = &PlacedReport> {
    design.components.iter().filter(|component| component.placement == Placement::Chip)
}

/// A component's name with how many there are.
fn named(component: &PlacedReport) -> String {
    match component.instances {
        1 => component.name.clone(),
        many => format!("{} x{}", component.name, grouped(many)),
    }
}

fn power(chip: &Pat, design: &DesignReport, cut: Cut) -> Table {
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
    let row = |name: String, figures: [f64; 4], shown: bool| {
        let blank = |watts: f64| if watts == 0.0 { String::new() } else { si3(watts, "W") };
        let mut cells = vec![name];
        cells.extend(figures.map(blank));
        cells.push(percent(figures[3], tdp_w));
        cells.push(if shown { bar(figures[3], tdp_w, BAR) } else { String::new() });
        cells
    };
    for component in on_chip(design) {
        for Row { name, figures, level, .. } in rows(&power_tree(component, chip.leakiest().0), tdp_w, cut) {
            table.row(row(name, figures, level == 0));
        }
    }
    let sum = |figure: fn(&PlacedReport) -> f64| on_chip(design).map(figure).sum::<f64>();
    let sums = [sum(|of| of.tdp_dynamic_w), sum(|of| of.tdp_clock_w), sum(|of| of.tdp_leakage_w), tdp_w];
    table.rule();
    table.row(row("chip".to_owned(), sums, false));
    table
}

/// Actions with where their energy goes, and parts with their clock and leakage: together, the component.
fn power_tree(component: &PlacedReport, leakiest: f64) -> Branch<4> {
    let actions = component.actions.iter().map(|action| {
        let energy: f64 = action.energy_parts_j.0.iter().map(|(_, energy)| energy).sum();
        let dynamic = |watts: f64| [watts, 0.0, 0.0, watts];
        let parts = action.energy_parts_j.0.iter().map(|(name, part)| Branch {
            name: (*name).to_owned(),
            count: None,
            figures: dynamic(if energy > 0.0 { action.tdp_w * part / energy } else { 0.0 }),
            branches: Vec::new(),
        });
        // One part says no more than the action.
        let parts: Vec<Branch<4>> =
            if action.energy_parts_j.0.len() > 1 { parts.collect() } else { Vec::new() };
        Branch { name: action.name.clone(), count: None, figures: dynamic(action.tdp_w), branches: parts }
    });
    let figures = [component.tdp_dynamic_w, component.tdp_clock_w, component.tdp_leakage_w, component.tdp_w];
    Branch {
        name: named(component),
        count: Some(component.instances),
        figures,
        branches: actions.chain(component.parts.iter().map(|part| standing_power(part, leakiest))).collect(),
    }
}

fn standing_power(part: &PartReport, leakiest: f64) -> Branch<4> {
    let (clock, leakage) = (part.clock_running_w, part.leakage_w * leakiest);
    Branch {
        name: part.name.clone(),
        count: Some(part.count),
        figures: [0.0, clock, leakage, clock + leakage],
        branches: part.parts.iter().map(|inner| standing_power(inner, leakiest)).collect(),
    }
}

fn areas(chip: &Pat, design: &DesignReport, cut: Cut) -> Table {
    let mut table = Table::new(vec![
        Column::words("component"),
        Column::number("count"),
        Column::number("area"),
        Column::number("share"),
        Column::bar(),
    ]);
    let total = chip.area.as_ref().map_or(design.modelled_area_mm2, |area| area.value.0);
    let row = |name: String, count: Option<u64>, mm2: f64, shown: bool| {
        let bar = if shown { bar(mm2, total, AREA_BAR) } else { String::new() };
        vec![name, count.map_or_else(String::new, grouped), area(mm2), percent(mm2, total), bar]
    };
    // What is not modelled has its own line below.
    for component in on_chip(design).filter(|component| component.kind != UNMODELLED) {
        for Row { name, count, figures: [mm2], level } in rows(&area_tree(component), total, cut) {
            table.row(row(name, count, mm2, level == 0));
        }
    }
    for (name, part) in [("white space", &chip.white_space), ("unmodelled", &chip.unmodelled_area)] {
        let mm2 = part.as_ref().map_or(0.0, |part| part.value.0);
        table.row(row(format!("({name})"), None, mm2, true));
    }
    table.rule();
    table.row(row("chip".to_owned(), None, total, false));
    table
}

fn area_tree(component: &PlacedReport) -> Branch<1> {
    fn of_part(part: &PartReport) -> Branch<1> {
        let branches = part.parts.iter().map(of_part).collect();
        Branch { name: part.name.clone(), count: Some(part.count), figures: [part.area_mm2], branches }
    }
    let branches = component.parts.iter().map(of_part).collect();
    let figures = [component.area_mm2];
    Branch { name: component.name.clone(), count: Some(component.instances), figures, branches }
}

/// The longest path of each component, the chip's longest first; with `all`, every path.
fn timing(chip: &Pat, design: &DesignReport, all: bool) -> Table {
    let mut table = Table::new(vec![
        Column::words("component"),
        Column::words("path"),
        Column::number("cycle"),
        Column::number("of the clock's"),
    ]);
    let mut paths = Vec::new();
    for component in &design.components {
        let mut own: Vec<_> = component.paths.iter().collect();
        own.sort_by(|a, b| b.cycle_time_s.total_cmp(&a.cycle_time_s));
        paths.extend(own.into_iter().take(if all { usize::MAX } else { 1 }));
    }
    paths.sort_by(|a, b| b.cycle_time_s.total_cmp(&a.cycle_time_s));
    let period_s = chip.clock.value.time_of(1.0).0;
    for path in paths {
        let part = percent(path.cycle_time_s, period_s);
        table.row(vec![path.component.clone(), path.name.clone(), si3(path.cycle_time_s, "s"), part]);
    }
    table
}

fn choices(design: &DesignReport) -> Vec<String> {
    let clock = format!("clock: {}", design.clock_reason);
    let of_components = design.components.iter().flat_map(|component| {
        component
            .choices
            .iter()
            .map(|choice| format!("{} {} = {}: {}", component.name, choice.key, choice.value, choice.reason))
    });
    std::iter::once(clock).chain(of_components).collect()
}

fn search(page: &mut Page, search: &SearchReport, all: bool) {
    page.heading("Search");
    let wanted = match search.objective.name() {
        "tops_per_watt" => "most TOPS/W",
        "tops_per_tco" => "most TOPS/TCO, TCO being area squared times TDP",
        _ => "most TOPS",
    };
    page.fact("Wanted", wanted);
    let counts = format!(
        "{} ({} cannot be built, {} beyond a limit)",
        counted(search.tried as u64, "combination"),
        search.unbuildable,
        search.beyond_limits
    );
    page.fact("Tried", &counts);
    let mut table = Table::new(vec![
        Column::words("values"),
        Column::number("TOPS"),
        Column::number("area"),
        Column::number("TDP"),
        Column::number("score"),
        Column::words("beyond"),
    ]);
    let shown = if all { usize::MAX } else { CANDIDATES };
    search.candidates.iter().take(shown).for_each(|candidate| table.row(candidate_row(candidate)));
    page.table(&table);
}

fn candidate_row(candidate: &CandidateReport) -> Vec<String> {
    let values: Vec<String> =
        candidate.values.iter().map(|(key, value)| format!("{}={value}", short(key))).collect();
    let beyond: Vec<String> = candidate
        .exceeded
        .iter()
        .map(|exceeded| format!("{} x{:.2}", short(exceeded.limit), exceeded.times))
        .collect();
    vec![
        values.join(" "),
        format!("{:.4}", candidate.peak_tops),
        area(candidate.area_mm2),
        si3(candidate.tdp_w, "W"),
        si3(candidate.score, ""),
        beyond.join(" "),
    ]
}

/// The last word of a dotted key.
fn short(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}
