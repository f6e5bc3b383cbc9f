//! A difference as one HTML file that needs nothing else: the charting library is inside.

use std::io::Write;

use anyhow::{Result, bail};

use super::contents::{actions, axis, changed, components, facts, kinds, regions, steps};
use super::words::signed;
use super::{Curve, DifferenceFormat, DrawnDifference};
use crate::regression::{Difference, Waterfall};
use crate::report::output::Output;
use crate::report::quantity::si;
use crate::report::table::Table;
use crate::report::web_page::{charting_library, escaped, fill, json};

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
    fill(PAGE, output, |name, output| {
        let part = match name {
            "title" => escaped(&title),
            "style" => STYLE.into(),
            "facts" => facts_list(difference).into(),
            "align" => if has_kind { "" } else { "hidden" }.into(),
            "kind" => escaped(data["kind"].as_str().unwrap_or("layer")),
            "components" => components_table(difference).into(),
            "actions" => actions_table(&difference.energy).into(),
            "regions" => regions_tables(difference).into(),
            "remarks" => remarks(difference).into(),
            "tool" => escaped(difference.provenance["tool"].as_str().unwrap_or("nm-trace")),
            "data" => json(&data)?.into(),
            "charting_library" => charting_library()?.into(),
            "script" => SCRIPT.into(),
            unknown => bail!("the page has no part {unknown:?}"),
        };
        Ok(output.write_all(part.as_bytes())?)
    })
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
    serde_json::json!({
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
