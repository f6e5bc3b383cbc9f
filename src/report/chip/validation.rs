//! Built-in chips beside what was published of them.

use crate::chip::design_report::{ValidationReport, ValidationRow};
use crate::report::page::Page;
use crate::report::quantity::{UNKNOWN, area, counted, si3};
use crate::report::table::{Column, Table};

/// The comparison as text: a group of rows a chip, then what its marks and numbers mean. It ends in a newline.
pub fn render_validation(report: &ValidationReport) -> String {
    let sources = sources(&report.rows);
    let mut page = Page::titled("Chips as modelled and as published");
    page.table(&table(&report.rows, &sources));
    page.heading("What it says");
    let of = |passed: Option<bool>| report.rows.iter().filter(|row| row.passed == passed).count();
    page.paragraph(&format!(
        "{}: {} within the aim (✓), {} beyond it (✗), {} not judged.",
        counted(report.rows.len() as u64, "figure"),
        of(Some(true)),
        of(Some(false)),
        of(None)
    ));
    page.paragraph(
        "error %: ours over the published figure, less 1. NM %: the error of NeuroMeter's model, where its paper gives \
         it. aim %: the errors that pass. < and >: bounds, to be met from below and from above.",
    );
    let told = |text: fn(&ValidationRow) -> &Option<String>| notes(&report.rows, text);
    page.list("Not compared", &told(|row| &row.problem));
    page.list("What is missing where an aim is not met", &told(|row| &row.missing));
    page.list("What does not mean the same", &told(|row| &row.meaning));
    page.heading("Sources");
    for (number, source) in sources.iter().enumerate() {
        page.paragraph(&format!("[{}] {source}", number + 1));
    }
    page.finish()
}

/// The rows under the name of their chip, and of the activity that runs on it.
fn table(rows: &[ValidationRow], sources: &[&str]) -> Table {
    let mut table = Table::new(vec![
        Column::whole_words("  quantity"),
        Column::number("published"),
        Column::number("ours"),
        Column::number("error %"),
        Column::number("NM %"),
        Column::number("aim %"),
        Column::number("from"),
    ]);
    let mut group = String::new();
    for row in rows {
        let of_row = heading(row);
        if of_row != group {
            table.row(vec![String::new()]);
            table.row(vec![of_row.clone()]);
            group = of_row;
        }
        table.row(cells(row, sources));
    }
    table
}

fn heading(row: &ValidationRow) -> String {
    let activity = row.activity.as_ref().map(|activity| format!(", {activity}"));
    format!("{}{}", row.title, activity.unwrap_or_default())
}

fn cells(row: &ValidationRow, sources: &[&str]) -> Vec<String> {
    let mark = match row.passed {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "·",
    };
    let sign = match row.bound {
        "upper" => "< ",
        "lower" => "> ",
        _ => "",
    };
    let shown =
        |value: Option<f64>| value.map_or_else(|| UNKNOWN.to_owned(), |value| figure(value, row.unit));
    let signed =
        |error: Option<f64>| error.map_or_else(String::new, |error| format!("{:+.1}", 100.0 * error));
    let as_published = |value: f64| if row.unit == "mm2" { area(value) } else { figure(value, row.unit) };
    let published = row.published.map(|value| format!("{sign}{}", as_published(value)));
    // A quantity that is an error itself stands in the column of errors.
    let ours = if row.published.is_none() && row.ours.is_some() { String::new() } else { shown(row.ours) };
    let source = sources.iter().position(|source| *source == row.source).unwrap_or_default() + 1;
    vec![
        format!("{mark} {}", row.quantity),
        published.unwrap_or_default(),
        ours,
        row.error.map_or_else(|| UNKNOWN.to_owned(), |_| signed(row.error)),
        signed(row.neurometer_error),
        aim(row),
        format!("[{source}]"),
    ]
}

/// The errors that pass, in percent: `±5`, `-10/0`, `≤0`.
fn aim(row: &ValidationRow) -> String {
    let percent = |tolerance: f64| format!("{:.3}", 100.0 * tolerance);
    let short = |tolerance: f64| percent(tolerance).trim_end_matches('0').trim_end_matches('.').to_owned();
    match (row.bound, row.tolerance) {
        ("upper", Some(tolerance)) => format!("-{}/0", short(tolerance)),
        ("lower", Some(tolerance)) => format!("0/+{}", short(tolerance)),
        ("upper", None) => "≤0".to_owned(),
        ("lower", None) => "≥0".to_owned(),
        (_, Some(tolerance)) => format!("±{}", short(tolerance)),
        (_, None) => String::new(),
    }
}

/// A value with its unit and about three digits.
fn figure(value: f64, unit: &str) -> String {
    let short = |value: f64| {
        let decimals = match value.abs() {
            large if large >= 100.0 => 0,
            medium if medium >= 10.0 => 1,
            small if small >= 1.0 => 2,
            _ => 3,
        };
        format!("{value:.decimals$}")
    };
    match unit {
        "%" => format!("{:.1} %", 100.0 * value),
        "1" => format!("{value:.2}"),
        "mm2" => format!("{} mm²", short(value)),
        "TOPS" => format!("{} TOPS", short(value)),
        unit => si3(value, unit),
    }
}

/// Each source once, in the order in which the rows name them.
fn sources(rows: &[ValidationRow]) -> Vec<&str> {
    let mut sources: Vec<&str> = Vec::new();
    for row in rows {
        if !sources.contains(&row.source.as_str()) {
            sources.push(&row.source);
        }
    }
    sources
}

/// A text and the figures that it is about.
struct Note<'a> {
    text: &'a str,
    about: String,
    /// The group of the figure named last.
    group: String,
}

/// Each text once, after the figures that it is about.
fn notes(rows: &[ValidationRow], text: fn(&ValidationRow) -> &Option<String>) -> Vec<String> {
    let mut notes: Vec<Note<'_>> = Vec::new();
    for row in rows {
        let (Some(text), group) = (text(row), heading(row)) else { continue };
        match notes.iter_mut().find(|note| note.text == text) {
            None => notes.push(Note { text, about: format!("{group}: {}", row.quantity), group }),
            Some(note) if note.group == group => note.about += &format!("; {}", row.quantity),
            Some(note) => {
                note.about += &format!(". {group}: {}", row.quantity);
                note.group = group;
            }
        }
    }
    notes.into_iter().map(|note| format!("{} – {}", note.about, note.text)).collect()
}
