//! A difference as one HTML file that needs nothing else: the charting library is inside.

use std::io::Write;

use anyhow::Result;
use plotly::Plot;
use serde_json::json;

use super::contents::{actions, axis, changed, components, facts, kinds, regions, steps};
use super::words::signed;
use super::{Curve, DifferenceFormat, DrawnDifference};
use crate::regression::{Difference, Waterfall};
use crate::report::output::Output;
use crate::report::quantity::si;
use crate::report::table::Table;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Rows of a table, at most.
const ROWS: usize = 200;

/// Both power curves, the waterfall, and tables.
pub const FORMAT: DifferenceFormat = DifferenceFormat {
    name: "html",
    endings: &[".html"],
    summary: "a page with the waterfall and both power curves, aligned by layer",
    draws: true,
    write: |drawn, output| write(drawn, output),
};

fn write(drawn: &DrawnDifference<'_>, output: &mut Output) -> Result<()> {
    let difference = drawn.difference;
    let title = format!("{} → {}", difference.a.name, difference.b.name);
    let data = data(drawn);
    let has_kind = data["kind"].is_string();
    let parts = [
        ("title", escaped(&title)),
        ("style", STYLE.to_owned()),
        ("facts", facts_list(difference)),
        ("align", if has_kind { String::new() } else { "hidden".to_owned() }),
        ("kind", escaped(data["kind"].as_str().unwrap_or("layer"))),
        ("components", components_table(difference)),
        ("actions", actions_table(&difference.energy)),
        ("regions", regions_tables(difference)),
        ("remarks", remarks(difference)),
        ("tool", escaped(difference.provenance["tool"].as_str().unwrap_or("nm-trace"))),
        // No `<` may end the script element early.
        ("data", serde_json::to_string(&data)?.replace('<', "\\u003c")),
        ("plotly", charting_library()),
        ("script", SCRIPT.to_owned()),
    ];
    output.write_all(filled(PAGE, &parts).as_bytes())?;
    Ok(())
}

/// plotly.js, without the library for formulas that comes with it.
fn charting_library() -> String {
    let mut sources = Plot::offline_js_sources();
    let end = sources.find("</script>").map_or(sources.len(), |at| at + "</script>".len());
    sources.truncate(end);
    sources
}

/// What is drawn.
fn data(drawn: &DrawnDifference<'_>) -> serde_json::Value {
    let [a, b] = &drawn.curves;
    let difference = drawn.difference;
    let kind = b.common_kind(a);
    let waterfall = &difference.energy;
    let steps = steps(waterfall);
    let mut labels = vec![si(waterfall.energy_a_j, "J")];
    labels.extend(steps.iter().map(|step| signed(waterfall.resolved(step.energy_j), "J")));
    labels.push(si(waterfall.energy_b_j, "J"));
    let bands = |curve: &Curve| kind.map(|kind| curve.bands(kind));
    json!({
        "kind": kind,
        "names": [difference.a.name, difference.b.name],
        "waterfall": {
            "energy_a_j": waterfall.energy_a_j,
            "energy_b_j": waterfall.energy_b_j,
            "axis_j": axis(&steps),
            "terms": steps.iter().map(|step| step.name).collect::<Vec<_>>(),
            "terms_j": steps.iter().map(|step| waterfall.resolved(step.energy_j)).collect::<Vec<_>>(),
            "labels": labels,
        },
        "a": a.drawn(),
        "a_on_b": kind.map(|kind| a.drawn_on(b, kind)),
        "b": b.drawn(),
        "bands_b": bands(b),
        "tdp_w": [difference.a.tdp_w, difference.b.tdp_w],
    })
}

fn facts_list(difference: &Difference) -> String {
    let fact =
        |(label, value): (&str, String)| format!("<dt>{}</dt><dd>{}</dd>\n", escaped(label), escaped(&value));
    facts(difference).into_iter().map(fact).collect()
}

fn components_table(difference: &Difference) -> String {
    let waterfall = &difference.energy;
    if changed(waterfall).is_empty() {
        return paragraph("Every term is 0 J.");
    }
    table("Difference of energy by component and cause", &components(waterfall, "total"))
}

fn actions_table(waterfall: &Waterfall) -> String {
    let Some((rows, more)) = actions(waterfall, ROWS) else { return String::new() };
    let more = if more > 0 { paragraph(&format!("{more} more.")) } else { String::new() };
    table("Actions: counts and energy of one", &rows) + &more
}

fn regions_tables(difference: &Difference) -> String {
    let of_kind = |kind: &str| {
        let (rows, said) = regions(difference, kind, ROWS);
        let rows = rows.map(|rows| table(&format!("Energy by {kind}"), &rows)).unwrap_or_default();
        rows + &said.map(|said| paragraph(&said)).unwrap_or_default()
    };
    kinds(difference).into_iter().map(of_kind).collect()
}

fn remarks(difference: &Difference) -> String {
    let remark = |remark: &String| format!("<li>{}</li>\n", escaped(remark));
    match difference.remarks.len() {
        0 => paragraph("None."),
        _ => format!("<ul>\n{}</ul>\n", difference.remarks.iter().map(remark).collect::<String>()),
    }
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escaped(text))
}

fn table(caption: &str, table: &Table) -> String {
    let kinds: Vec<&str> =
        table.headings().map(|(_, is_number)| if is_number { " class=\"number\"" } else { "" }).collect();
    let headings = table.headings().zip(&kinds);
    let head: String = headings
        .map(|((heading, _), kind)| format!("<th scope=\"col\"{kind}>{}</th>", escaped(heading)))
        .collect();
    let mut is_total = false;
    let mut body = String::new();
    for row in table.rows() {
        // What stands below a rule is the sum of what stands above.
        if row.is_empty() {
            is_total = true;
            continue;
        }
        let cells = row.iter().zip(&kinds).map(|(cell, kind)| format!("<td{kind}>{}</td>", escaped(cell)));
        let total = if is_total { " class=\"total\"" } else { "" };
        body += &format!("<tr{total}>{}</tr>\n", cells.collect::<String>());
    }
    format!(
        "<div class=\"wide\"><table><caption>{}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n",
        escaped(caption)
    )
}

/// The text as text: names come from traces and chip files.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The template with each `{{name}}` replaced, in one pass: what is put in is not looked through.
fn filled(template: &str, parts: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut pieces = template.split("{{");
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        if let Some((_, part)) = parts.iter().find(|(known, _)| *known == name) {
            text.push_str(part);
        }
        text.push_str(rest);
    }
    text
}
