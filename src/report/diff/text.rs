//! A difference for people: plain text, at most 80 characters a line.

use crate::regression::{Difference, Waterfall};
use crate::report::page::{Page, WIDTH, fit};
use crate::report::quantity::{si, si3};
use crate::report::table::{Column, Table};

use super::contents::{Step, actions, axis, changed, components, facts, kinds, regions, steps};
use super::words::{signed, signed_percent};

/// Actions, and regions of a kind, at most.
const ACTIONS: usize = 8;
const REGIONS: usize = 12;
/// Remarks, at most.
const REMARKS: usize = 8;
/// Characters of the drawn waterfall.
const COLUMNS: usize = 36;

/// The page. It ends in a newline.
pub fn render(difference: &Difference) -> String {
    let mut page = Page::titled(&title(difference));
    for (label, value) in facts(difference) {
        page.fact(label, &value);
    }
    explanation(&mut page, &difference.energy, difference.a.includes_system);
    if let Some(waterfall) = &difference.energy_per_inference
        && difference.a.inferences != difference.b.inferences
    {
        draw(&mut page, waterfall, "Why the energy of an inference differs");
    }
    for kind in kinds(difference) {
        page.heading(&format!("Energy by {kind}"));
        let (table, said) = regions(difference, kind, REGIONS);
        if let Some(table) = table {
            page.table(&table);
        }
        if let Some(said) = said {
            page.paragraph(&said);
        }
    }
    let mut remarks: Vec<String> = difference.remarks.iter().take(REMARKS).cloned().collect();
    let more = difference.remarks.len() - remarks.len();
    if more > 0 {
        remarks.push(format!("{more} more, which --json has"));
    }
    page.list("Remarks", &remarks);
    page.finish()
}

/// The ends of the names, where they differ.
fn title(difference: &Difference) -> String {
    let arrow = " → ";
    let room = (WIDTH - arrow.chars().count()) / 2;
    let short = |name: &str| fit(name.rsplit('/').next().unwrap_or(name), room);
    format!("{}{arrow}{}", short(&difference.a.name), short(&difference.b.name))
}

fn explanation(page: &mut Page, waterfall: &Waterfall, includes_system: bool) {
    let heading = "Why the energy differs";
    if changed(waterfall).is_empty() {
        page.heading(heading);
        page.paragraph("It does not: every term is 0 J.");
        return;
    }
    draw(page, waterfall, heading);
    page.heading("By component");
    page.table(&components(waterfall, if includes_system { "chip and system" } else { "chip" }));
    if let Some((table, more)) = actions(waterfall, ACTIONS) {
        page.heading("By action");
        page.table(&table);
        if more > 0 {
            page.paragraph(&format!("{more} more, which --json has."));
        }
    }
}

/// The waterfall: each term begins where the one before ended.
fn draw(page: &mut Page, waterfall: &Waterfall, heading: &str) {
    page.heading(heading);
    let steps = steps(waterfall);
    let (low_j, high_j) = axis(&steps);
    let axis = Axis { low_j, high_j };
    let mut table =
        Table::new(vec![Column::words(""), Column::number("energy"), Column::number("of A"), Column::bar()]);
    let of_a = |energy_j: f64| match 100.0 * energy_j / waterfall.energy_a_j {
        share if share.is_finite() => signed_percent(share),
        _ => String::new(),
    };
    let total = |name: &str, energy_j: f64| {
        vec![name.to_owned(), si(energy_j, "J"), String::new(), axis.total(energy_j)]
    };
    table.row(total("A", waterfall.energy_a_j));
    for step in &steps {
        let energy_j = waterfall.resolved(step.energy_j);
        let bar = if energy_j == 0.0 { String::new() } else { axis.step(step) };
        let share = if energy_j == 0.0 { String::new() } else { of_a(energy_j) };
        table.row(vec![step.name.to_owned(), signed(energy_j, "J"), share, bar]);
    }
    table.row(total("B", waterfall.energy_b_j));
    page.table(&table);
    let from = match axis.low_j {
        0.0 => String::new(),
        low_j => format!("; the bars begin at {}", si3(low_j, "J")),
    };
    page.line("");
    page.fact("Key", &format!("█ more, ░ less{from}"));
}

/// Which energies the columns of the picture are.
struct Axis {
    low_j: f64,
    high_j: f64,
}

impl Axis {
    fn column(&self, energy_j: f64) -> usize {
        let part = (energy_j - self.low_j) / (self.high_j - self.low_j);
        (part.clamp(0.0, 1.0) * COLUMNS as f64).round() as usize
    }

    fn step(&self, step: &Step) -> String {
        let (low, high) = (step.from_j.min(step.to_j), step.from_j.max(step.to_j));
        let first = self.column(low).min(COLUMNS - 1);
        let width = self.column(high).saturating_sub(first).max(1);
        let fill = if step.energy_j > 0.0 { "█" } else { "░" };
        format!("{}{}", " ".repeat(first), fill.repeat(width))
    }

    /// From 0 J, or from where the axis begins, which is told by a ragged end.
    fn total(&self, energy_j: f64) -> String {
        if self.low_j > 0.0 {
            return format!("╌╌{}", "▒".repeat(self.column(energy_j).saturating_sub(2)));
        }
        let zero = self.column(0.0);
        format!("{}{}", " ".repeat(zero), "▒".repeat(self.column(energy_j).saturating_sub(zero).max(1)))
    }
}
