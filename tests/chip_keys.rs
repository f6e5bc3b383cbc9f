//! `docs/chip-keys.md`: every key of a design, from the schema that reads it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fmt::Write;

use nm_trace::chip::spec::json_schema;
use serde_json::Value;

const INTRODUCTION: &str = "\
# The keys of a chip design

Made from `nm-trace chip schema` by a test; `NM_TRACE_BLESS=1 cargo test --test chip_keys` renews it.
[chip-designs.md](chip-designs.md) says how a file hangs together.

Any kind may stand in `[core.NAME]`, which is in every core, or in `[chip.NAME]`, which is there once. What is left open follows
from the units of one core and of the chip together, wherever the component stands. Usual places are in the table.
";

/// Kinds that usually stand once on a chip.
const ONCE: [&str; 7] = ["noc", "memory_interface", "dma", "pcie", "chip_link", "host_interface", "control"];

/// A schema or what it refers to, of an optional value what it is if it is there.
fn resolved<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    if let Some(name) = schema.get("$ref").and_then(|path| path.as_str()?.rsplit('/').next()) {
        return resolved(&root["$defs"][name], root);
    }
    let not_null = |choice: &&Value| choice["type"] != "null";
    let choices = ["anyOf", "allOf"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
    let choices: Vec<&Value> = choices.filter(not_null).collect();
    match choices.as_slice() {
        [only] => resolved(only, root),
        _ => schema,
    }
}

/// What a value may be where there are several ways to write it.
fn either(schema: &Value, root: &Value) -> Option<String> {
    let ways = schema.get("anyOf")?.as_array()?.iter().filter(|way| way["type"] != "null");
    let ways: Vec<String> = ways.map(|way| value(way, root)).collect();
    (ways.len() > 1).then(|| ways.join(", or "))
}

/// The values that it may have, in words.
fn value(schema: &Value, root: &Value) -> String {
    if schema["$ref"] == "#/$defs/component" {
        return "a component, see its kind".to_owned();
    }
    let schema = resolved(schema, root);
    if let Some(ways) = either(schema, root) {
        return ways;
    }
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let apart = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<String> = listed
        .chain(apart.filter_map(|choice| choice.get("const")))
        .map(|name| format!("`{}`", name.as_str().unwrap_or_default()))
        .collect();
    if !names.is_empty() {
        return names.join(", ");
    }
    if let Some(example) = schema.get("examples").and_then(|examples| examples.get(0)) {
        return format!("{}: `{example}`", one_line(&schema["description"]));
    }
    let mut types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(name) => vec![name],
        _ => Vec::new(),
    };
    types.retain(|name| *name != "null");
    match types.first().copied() {
        Some("integer") => "a whole number".to_owned(),
        Some("number") => "a number".to_owned(),
        Some("string") => "a text".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("array") if schema["items"].is_null() => "a list of values".to_owned(),
        Some("array") => format!("a list; each: {}", value(&schema["items"], root)),
        Some("object") => match schema.get("additionalProperties").filter(|inner| inner.is_object()) {
            Some(inner) => format!("a table by name; each: {}", value(inner, root)),
            None => "a table of the keys below".to_owned(),
        },
        _ => "see the schema".to_owned(),
    }
}

fn one_line(text: &Value) -> String {
    text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// Rows of an object's keys, and of those within.
fn rows(page: &mut String, before: &str, schema: &Value, root: &Value) {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        if key == "kind" {
            continue;
        }
        let needed = if required.contains(&key.as_str()) { "needed" } else { "" };
        let meaning = one_line(property.get("description").unwrap_or(&Value::Null));
        let named = format!("{before}{key}");
        writeln!(page, "| `{named}` | {needed} | {meaning} | {} |", value(property, root)).unwrap();
        let inner = resolved(property, root);
        let item = resolved(inner.get("items").unwrap_or(&Value::Null), root);
        let entry = resolved(inner.get("additionalProperties").unwrap_or(&Value::Null), root);
        if inner.get("properties").is_some() {
            rows(page, &format!("{named}."), inner, root);
        } else if item.get("properties").is_some() {
            rows(page, &format!("{named}[]."), item, root);
        } else if entry.get("properties").is_some() && !["core", "chip"].contains(&key.as_str()) {
            rows(page, &format!("{named}.NAME."), entry, root);
        }
    }
}

fn page() -> String {
    let root = json_schema();
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n## Kinds\n\n| kind | usually in | what it is |\n|---|---|---|\n");
    for kind in root["$defs"]["component"]["oneOf"].as_array().unwrap() {
        let name = kind["title"].as_str().unwrap();
        let about = one_line(&kind["description"]);
        let sentence = about.split_inclusive(". ").next().unwrap_or_default().trim_end();
        let place = if ONCE.contains(&name) { "`[chip]`" } else { "`[core]`" };
        let place = if name == "table" { "either" } else { place };
        writeln!(page, "| [`{name}`](#kind--{name}) | {place} | {sentence} |").unwrap();
    }
    let table = "| key | | meaning | value |\n|---|---|---|---|\n";
    write!(page, "\n## The chip\n\n{table}").unwrap();
    rows(&mut page, "", &root, &root);
    for kind in root["$defs"]["component"]["oneOf"].as_array().unwrap() {
        let name = kind["title"].as_str().unwrap();
        write!(page, "\n## kind = \"{name}\"\n\n").unwrap();
        // Paragraphs stay apart, lines of one are joined.
        let about = kind["description"].as_str().unwrap_or_default();
        for paragraph in about.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            writeln!(page, "{}\n", one_line(&Value::from(paragraph)).replace("\\|", "|")).unwrap();
        }
        page.push_str(table);
        rows(&mut page, "", kind, &root);
    }
    page
}

#[test]
fn the_reference_of_keys_is_what_the_schema_says() {
    let today = page();
    let path = common::root().join("docs/chip-keys.md");
    if std::env::var_os("NM_TRACE_BLESS").is_some() {
        std::fs::write(&path, today).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == today,
        "docs/chip-keys.md is not what the schema says today; renew it with NM_TRACE_BLESS=1 cargo test --test chip_keys"
    );
}

#[test]
fn every_key_says_what_it_means() {
    for line in page().lines().filter(|line| line.starts_with("| `")) {
        let meaning = line.split(" | ").nth(2).unwrap_or_default();
        assert!(!meaning.trim().is_empty(), "no meaning: {line}");
    }
}
