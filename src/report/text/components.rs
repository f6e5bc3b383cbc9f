//! Energy by component, on the chip and beside it.

use crate::power::{ComponentPower, EnergyByKind, Placement, PowerReport};
use crate::report::page::Page;
use crate::report::quantity::{UNKNOWN, bar, percent, si, si3};
use crate::report::table::{Column, Table};

const BAR: usize = 8;
/// Characters of the bar of kinds.
const KINDS: usize = 62;

/// The components that count in the chip's own order, with the total that they sum to.
pub(super) fn table(page: &mut Page, report: &PowerReport) {
    page.heading("Energy by component");
    let mut table = Table::new(vec![
        Column::words("component"),
        Column::number("dynamic"),
        Column::number("clock"),
        Column::number("leakage"),
        Column::number("total"),
        Column::number("share"),
        Column::bar(),
        Column::number("active"),
    ]);
    for component in report.components.iter().filter(|component| is_counted(report, component)) {
        table.row(row(component, report.energy_j));
    }
    let kinds = report.energy_by_kind_j;
    table.rule();
    table.row(vec![
        if report.includes_system { "chip and system" } else { "chip" }.to_string(),
        si3(kinds.dynamic, "J"),
        si3(kinds.clock, "J"),
        si3(kinds.leakage, "J"),
        si3(report.energy_j, "J"),
        percent(report.energy_j, report.energy_j),
        String::new(),
        String::new(),
    ]);
    page.table(&table);
    page.paragraph("active: the busiest action's count ÷ (capacity × cycles), over the run.");
    by_kind(page, &kinds);
    if report.energy_j == 0.0 {
        page.paragraph(&format!("{UNKNOWN}: no energy was used."));
    }
}

/// Dynamic energy, clock and leakage as parts of one bar; nothing where there is no energy.
fn by_kind(page: &mut Page, kinds: &EnergyByKind) {
    let whole = kinds.total();
    if !(whole.is_finite() && whole > 0.0) {
        return;
    }
    let parts =
        [('█', "dynamic", kinds.dynamic), ('▓', "clock", kinds.clock), ('░', "leakage", kinds.leakage)];
    let widths = widths(parts.map(|(_, _, energy)| energy / whole));
    let bar = parts.iter().zip(widths).map(|((fill, _, _), width)| fill.to_string().repeat(width));
    let key = parts.map(|(fill, name, energy)| format!("{fill} {name} {}", percent(energy, whole)));
    page.line("");
    page.fact("By kind", &bar.collect::<String>());
    page.fact("", &key.join(", "));
}

/// Characters for parts of a bar, which they fill. A part is never invisible: what it takes for that is the widest's.
fn widths(shares: [f64; 3]) -> [usize; 3] {
    let least = |share: f64| usize::from(share > 0.0);
    let mut widths = shares.map(|share| ((share * KINDS as f64).round() as usize).max(least(share)));
    let surplus = widths.iter().sum::<usize>() as i64 - KINDS as i64;
    if let Some(widest) = widths.iter_mut().max() {
        *widest = widest.saturating_add_signed(-surplus as isize);
    }
    widths
}

fn row(component: &ComponentPower, whole_j: f64) -> Vec<String> {
    let kinds = component.energy_by_kind_j;
    vec![
        component.name.clone(),
        si3(kinds.dynamic, "J"),
        si3(kinds.clock, "J"),
        si3(kinds.leakage, "J"),
        si3(component.energy_j, "J"),
        percent(component.energy_j, whole_j),
        bar(component.energy_j, whole_j, BAR),
        percent(component.activity_factor.mean, 1.0),
    ]
}

/// What stands beside the chip, where the chip file has anything there.
pub(super) fn off_chip(page: &mut Page, report: &PowerReport) {
    if report.system_energy_j == 0.0 && placed(report, Placement::System).next().is_none() {
        return;
    }
    page.heading(if report.includes_system {
        "Off the chip (in every total, power and peak above)"
    } else {
        "Off the chip (in no total, power or peak above)"
    });
    let mut table = Table::new(vec![
        Column::words("component"),
        Column::number("energy"),
        Column::number("average"),
        Column::number("active"),
    ]);
    for component in placed(report, Placement::System) {
        table.row(vec![
            component.name.clone(),
            si(component.energy_j, "J"),
            si(component.average_power_w, "W"),
            percent(component.activity_factor.mean, 1.0),
        ]);
    }
    let average = if report.duration_s > 0.0 { report.system_energy_j / report.duration_s } else { f64::NAN };
    table.rule();
    table.row(vec!["system".to_string(), si(report.system_energy_j, "J"), si(average, "W"), String::new()]);
    page.table(&table);
}

fn is_counted(report: &PowerReport, component: &ComponentPower) -> bool {
    report.includes_system || component.placement == Placement::Chip
}

fn placed(report: &PowerReport, placement: Placement) -> impl Iterator<Item = &ComponentPower> {
    report.components.iter().filter(move |component| component.placement == placement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_bar_fill_it_and_none_is_invisible() {
        for shares in
            [[0.26, 0.376, 0.364], [1.0, 0.0, 0.0], [1e-9, 1e-9, 1.0], [1.0 / 3.0; 3], [0.5, 0.5, 0.0]]
        {
            let widths = widths(shares);
            assert_eq!(widths.iter().sum::<usize>(), KINDS, "{shares:?}: {widths:?}");
            assert!(
                widths.iter().zip(shares).all(|(width, share)| (*width > 0) == (share > 0.0)),
                "{widths:?}"
            );
        }
    }
}
