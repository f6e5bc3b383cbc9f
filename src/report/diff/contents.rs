//! Facts and tables that the text and the HTML of a difference share.

use crate::regression::{
    ActionDifference, ComponentDifference, Difference, Presence, RegionDifference, Waterfall,
};
use crate::report::quantity::{counted, grouped, si, si3};
use crate::report::table::{Column, Table};

use super::words::{change, signed, went};

/// The headline: what changed, and by how much.
pub(super) fn facts(difference: &Difference) -> Vec<(&'static str, String)> {
    let (a, b) = (&difference.a, &difference.b);
    let energy = |one: f64| si(one, "J");
    let power = |one: f64| si(one, "W");
    let mut facts = vec![
        ("A", a.name.clone()),
        ("B", b.name.clone()),
        ("Chip", chip(difference)),
        ("Energy", run_energy(&difference.energy)),
        ("Per inference", per_inference(difference)),
        ("Duration", duration(difference)),
        ("Average power", went(a.average_power_w, b.average_power_w, power)),
        ("Peak power", peak(difference)),
        ("TDP headroom", went(a.tdp_headroom_w, b.tdp_headroom_w, power)),
    ];
    if !a.includes_system && (a.system_energy_j != 0.0 || b.system_energy_j != 0.0) {
        let beside = went(a.system_energy_j, b.system_energy_j, energy);
        facts.push(("Off the chip", format!("{beside}; in no other number")));
    }
    facts
}

fn run_energy(waterfall: &Waterfall) -> String {
    let (a, b) = (waterfall.energy_a_j, waterfall.energy_b_j);
    if a == b {
        return format!("{} in both", si(a, "J"));
    }
    let by = signed(waterfall.difference_j, "J");
    format!("{} → {} ({by}, {})", si(a, "J"), si(b, "J"), change(a, b))
}

fn chip(difference: &Difference) -> String {
    let (a, b) = (&difference.a.chip, &difference.b.chip);
    match (a.name == b.name, a.fingerprint == b.fingerprint) {
        (true, true) => format!("{}, the same figures", a.name),
        (true, false) => format!("{}, with other figures ({} → {})", a.name, a.fingerprint, b.fingerprint),
        (false, _) => format!("{} → {}", a.name, b.name),
    }
}

fn per_inference(difference: &Difference) -> String {
    let (a, b) = (&difference.a, &difference.b);
    let (Some(energy_a), Some(energy_b)) = (a.energy_per_inference_j, b.energy_per_inference_j) else {
        let known = |one: Option<u64>| one.map_or("unknown".to_owned(), grouped);
        return format!(
            "not compared: the number of inferences is {} in A, {} in B",
            known(a.inferences),
            known(b.inferences)
        );
    };
    let energy = went(energy_a, energy_b, |one| si(one, "J"));
    match (a.inferences, b.inferences) {
        (Some(of_a), Some(of_b)) if of_a != of_b => {
            format!("{energy}; {} → {}", grouped(of_a), counted(of_b, "inference"))
        }
        (Some(of_a), _) => format!("{energy}; {}", counted(of_a, "inference")),
        _ => energy,
    }
}

/// The time is cycles over the clock: it changes with either.
fn duration(difference: &Difference) -> String {
    let (a, b) = (&difference.a, &difference.b);
    let time = went(a.duration_s, b.duration_s, |one| si(one, "s"));
    let cycles = if a.cycles == b.cycles {
        counted(a.cycles, "cycle")
    } else {
        let change = change(a.cycles as f64, b.cycles as f64);
        format!("{} → {} ({change})", grouped(a.cycles), counted(b.cycles, "cycle"))
    };
    let clock = if a.clock_hz == b.clock_hz {
        si(a.clock_hz, "Hz")
    } else {
        went(a.clock_hz, b.clock_hz, |one| si(one, "Hz"))
    };
    format!("{time}: {cycles} at {clock}")
}

fn peak(difference: &Difference) -> String {
    let (Some(a), Some(b)) = (&difference.a.peak, &difference.b.peak) else {
        return "unknown: no time passed".to_owned();
    };
    let power = went(a.power_w, b.power_w, |one| si(one, "W"));
    let over = match a.window_s == b.window_s {
        true => format!(" over {}", si(a.window_s, "s")),
        false => String::new(),
    };
    let region = |region: &Option<String>| region.clone().unwrap_or_else(|| "no region".to_owned());
    match (&a.region, &b.region) {
        (None, None) => format!("{power}{over}"),
        (of_a, of_b) if of_a == of_b => format!("{power}{over}, in {}", region(of_a)),
        (of_a, of_b) => format!("{power}{over}, in {} → {}", region(of_a), region(of_b)),
    }
}

/// What terms come to, largest difference first; nothing of what did not change.
pub(super) fn components(waterfall: &Waterfall, whole: &str) -> Table {
    let changed = changed(waterfall);
    // Which chip alone has a component is a column only where there is such a one.
    let has_only = changed.iter().any(|component| component.presence != Presence::Both);
    let only = |of: &str| has_only.then(|| of.to_owned());
    let terms = ["activity", "per action", "clock", "leakage", "time", "difference"];
    let columns = std::iter::once(Column::words("component"))
        .chain(has_only.then(|| Column::whole_words("only")))
        .chain(terms.map(Column::number));
    let mut table = Table::new(columns.collect());
    let row = |name: &str, of: &str, causes: [(&str, f64); 5], difference_j: f64| {
        let terms = causes.iter().map(|(_, term)| *term).chain([difference_j]);
        let terms = terms.map(|term| signed(waterfall.resolved(term), "J"));
        std::iter::once(name.to_owned()).chain(only(of)).chain(terms).collect::<Vec<_>>()
    };
    for component in &changed {
        let of = match component.presence {
            Presence::Both => "",
            Presence::A => "A",
            Presence::B => "B",
        };
        table.row(row(&component.name, of, component.causes.named(), component.difference_j));
    }
    table.rule();
    table.row(row(whole, "", waterfall.causes.named(), waterfall.difference_j));
    table
}

/// The components of which any term is more than rounding, largest difference first.
pub(super) fn changed(waterfall: &Waterfall) -> Vec<&ComponentDifference> {
    let is_changed =
        |component: &&ComponentDifference| component.terms_j().any(|term| waterfall.resolved(term) != 0.0);
    let mut changed: Vec<&ComponentDifference> = waterfall.components.iter().filter(is_changed).collect();
    changed.sort_by(|one, other| other.difference_j.abs().total_cmp(&one.difference_j.abs()));
    changed
}

/// The actions that differ most, and how many more do.
pub(super) fn actions(waterfall: &Waterfall, most: usize) -> Option<(Table, usize)> {
    let terms = |action: &ActionDifference| {
        waterfall.resolved(action.activity_j).abs() + waterfall.resolved(action.energy_per_action_j).abs()
    };
    let all = waterfall.components.iter();
    let all = all.flat_map(|component| component.actions.iter().map(move |action| (component, action)));
    let mut changed: Vec<_> = all.filter(|(_, action)| terms(action) > 0.0).collect();
    changed.sort_by(|one, other| terms(other.1).total_cmp(&terms(one.1)));
    if changed.is_empty() {
        return None;
    }
    let mut table = Table::new(vec![
        Column::words("action"),
        Column::number("count"),
        Column::number("each"),
        Column::number("activity"),
        Column::number("per action"),
    ]);
    for (component, action) in changed.iter().take(most) {
        let went = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => change(a, b),
            (None, _) => "B only".to_owned(),
            (_, None) => "A only".to_owned(),
        };
        table.row(vec![
            format!("{}/{}", component.name, action.name),
            went(action.count_a, action.count_b),
            went(action.energy_per_action_a_j, action.energy_per_action_b_j),
            signed(waterfall.resolved(action.activity_j), "J"),
            signed(waterfall.resolved(action.energy_per_action_j), "J"),
        ]);
    }
    Some((table, changed.len().saturating_sub(most)))
}

/// The kinds of regions in the order of the difference.
pub(super) fn kinds(difference: &Difference) -> Vec<&str> {
    let mut kinds: Vec<&str> = difference.regions.iter().map(|region| region.kind.as_str()).collect();
    kinds.dedup();
    kinds
}

/// The regions of a kind whose energy differs, largest difference first, of which `most` have a row of their own; and
/// what is to say of the others.
pub(super) fn regions(difference: &Difference, kind: &str, most: usize) -> (Option<Table>, Option<String>) {
    let of_kind: Vec<&RegionDifference> =
        difference.regions.iter().filter(|region| region.kind == kind).collect();
    let is_changed = |region: &&&RegionDifference| {
        region.presence != Presence::Both || difference.energy.resolved(region.difference_j) != 0.0
    };
    let changed: Vec<&RegionDifference> = of_kind.iter().filter(is_changed).copied().collect();
    let same = of_kind.len() - changed.len();
    let said = (same > 0).then(|| match changed.is_empty() {
        true => format!("No {kind} takes another energy."),
        false => format!("Without difference: {}.", counted(same as u64, kind)),
    });
    if changed.is_empty() {
        return (None, said);
    }
    let has_only = changed.iter().any(|region| region.presence != Presence::Both);
    let columns = [
        Column::words(kind),
        Column::number("A"),
        Column::number("B"),
        Column::number("difference"),
        Column::number("change"),
        Column::words("mostly"),
    ];
    let mut table =
        Table::new(columns.into_iter().chain(has_only.then(|| Column::whole_words(""))).collect());
    let shown = if changed.len() > most { most - 1 } else { changed.len() };
    for region in &changed[..shown] {
        table.row(region_row(region));
    }
    let rest = &changed[shown..];
    if !rest.is_empty() {
        let sum = |of: fn(&RegionDifference) -> f64| rest.iter().map(|region| of(region)).sum::<f64>();
        let (a, b) = (sum(|region| region.energy_a_j), sum(|region| region.energy_b_j));
        let name = format!("({} more)", grouped(rest.len()));
        table.row(energies(&name, a, b, sum(|region| region.difference_j), String::new()));
    }
    (Some(table), said)
}

/// Where the change stands in a region's row.
const CHANGE: usize = 4;

fn region_row(region: &RegionDifference) -> Vec<String> {
    let presence = match region.presence {
        Presence::Both => "",
        Presence::A => "vanished",
        Presence::B => "new",
    };
    let mostly = region.components.first().map_or_else(String::new, |component| {
        format!("{} {}", component.name, signed(component.difference_j, "J"))
    });
    let mut row = energies(&region.name, region.energy_a_j, region.energy_b_j, region.difference_j, mostly);
    if region.presence != Presence::Both {
        row[CHANGE].clear();
    }
    row.push(presence.to_owned());
    row
}

fn energies(name: &str, a: f64, b: f64, difference_j: f64, mostly: String) -> Vec<String> {
    vec![name.to_owned(), si3(a, "J"), si3(b, "J"), signed(difference_j, "J"), change(a, b), mostly]
}

/// A term in the picture: it begins where the one before ended.
pub(super) struct Step {
    pub name: &'static str,
    pub energy_j: f64,
    pub from_j: f64,
    pub to_j: f64,
}

/// The terms of the waterfall, from the first run's energy to the second's.
pub(super) fn steps(waterfall: &Waterfall) -> Vec<Step> {
    let mut level_j = waterfall.energy_a_j;
    let step = |(name, energy_j): (&'static str, f64)| {
        let from_j = level_j;
        level_j += energy_j;
        Step { name, energy_j, from_j, to_j: level_j }
    };
    waterfall.causes.named().into_iter().map(step).collect()
}

/// The axis begins at 0 J if what changes takes at least this part of it then.
const LEAST_PART: f64 = 0.2;

/// The lowest and the highest energy of the picture.
pub(super) fn axis(steps: &[Step]) -> (f64, f64) {
    let levels = || steps.iter().flat_map(|step| [step.from_j, step.to_j]);
    let (lowest, highest) = (levels().fold(f64::INFINITY, f64::min), levels().fold(0.0, f64::max));
    let range = highest - lowest;
    let starts_above = lowest > 0.0 && range < LEAST_PART * highest;
    (if starts_above { lowest - 0.3 * range } else { lowest.min(0.0) }, highest)
}
