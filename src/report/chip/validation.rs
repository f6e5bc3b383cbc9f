//! Built-in chips beside what was published of them.

use crate::chip::design_report::{ValidationReport, ValidationRow};
use crate::report::page::Page;
use crate::report::quantity::{UNKNOWN, area, counted, percent, si};
use crate::report::table::{Column, Table};

/// The comparison as text. It ends in a newline.
pub fn render_validation(report: &ValidationReport) -> String {
    let mut page = Page::titled("Chips as modelled and as published");
    let mut table = Table::new(vec![
        Column::words("chip"),
        Column::words("quantity"),
        Column::number("published"),
        Column::number("ours"),
        Column::number("error"),
        Column::number("NeuroM."),
        Column::words("verdict"),
    ]);
    report.rows.iter().for_each(|row| table.row(cells(row)));
    page.table(&table);
    let failed = report.rows.iter().filter(|row| !row.passed).count();
    let rows = counted(report.rows.len() as u64, "figure");
    page.paragraph(&format!(
        "{rows}, {failed} outside of the tolerance. NeuroM.: the error of NeuroMeter's model."
    ));
    let problems = report.rows.iter().filter_map(|row| {
        row.problem.as_ref().map(|problem| format!("{}, {}: {problem}", row.chip, row.quantity))
    });
    page.list("Not compared", &problems.collect::<Vec<_>>());
    page.list("Sources", &sources(report));
    page.finish()
}

fn cells(row: &ValidationRow) -> Vec<String> {
    let shown = |value: f64| match row.unit {
        "mm2" => area(value),
        "1" if row.quantity.starts_with("part of") => percent(value, 1.0),
        "1" => format!("{value:.2}"),
        unit => si(value, unit),
    };
    let signed = |error: Option<f64>| {
        error.map_or_else(|| UNKNOWN.to_owned(), |error| format!("{:+.1} %", 100.0 * error))
    };
    let bound = if row.bound == "upper" { "< " } else { "" };
    let verdict = match (row.passed, row.bound) {
        (true, _) => format!("within {}", percent(row.tolerance, 1.0)),
        (false, "upper") => format!("BEYOND -{} to 0", percent(row.tolerance, 1.0)),
        (false, _) => format!("BEYOND {}", percent(row.tolerance, 1.0)),
    };
    vec![
        row.chip.clone(),
        row.quantity.clone(),
        format!("{bound}{}", shown(row.published)),
        row.ours.map_or_else(|| UNKNOWN.to_owned(), shown),
        signed(row.error),
        signed(row.neurometer_error),
        verdict,
    ]
}

/// Each source with the figures that come from it.
fn sources(report: &ValidationReport) -> Vec<String> {
    let mut by_source: Vec<(&str, Vec<String>)> = Vec::new();
    for row in &report.rows {
        let name = format!("{} {}", row.chip, row.quantity);
        match by_source.iter_mut().find(|(known, _)| *known == row.source) {
            Some((_, names)) => names.push(name),
            None => by_source.push((&row.source, vec![name])),
        }
    }
    by_source.into_iter().map(|(source, names)| format!("{}: {source}", names.join(", "))).collect()
}
