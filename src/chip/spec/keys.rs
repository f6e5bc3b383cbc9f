//! Checks of keys: unknown ones with the nearest known one, and values that contradict each other.

use schemars::SchemaGenerator;
use serde_json::Value as Json;
use toml::{Table, Value};

use super::schema::header_schema;
use super::{ChipSpec, Scope};
use crate::chip::component::Kind;
use crate::chip::error::Problem;
use crate::chip::nearest::nearest;

/// Keys of the header that are read apart from it.
const APART: [&str; 4] = ["core", "chip", "search", "parameters"];

/// The first key of a component that its kind does not have.
pub(super) fn unknown_in_component(kind: &Kind, table: &Table) -> Option<Problem> {
    let mut generator = SchemaGenerator::default();
    let schema = (kind.schema)(&mut generator);
    let schema = resolved(schema.to_value(), &generator);
    let known = properties(&schema);
    let unknown = table.keys().find(|key| !known.iter().any(|name| name == *key))?;
    let mut all: Vec<&str> = known.iter().map(String::as_str).collect();
    all.extend(["instances", "description"]);
    Some(unknown_key(unknown, &format!("a {}", kind.name), &all))
}

/// Unknown keys of the header and of its tables.
pub(super) fn unknown_in_header(table: &Table) -> Vec<Problem> {
    let mut generator = SchemaGenerator::default();
    let schema = header_schema(&mut generator);
    let schema = resolved(schema, &generator);
    let known = properties(&schema);
    let mut all: Vec<&str> = known.iter().map(String::as_str).collect();
    all.extend(APART);
    let mut problems = Vec::new();
    for (key, value) in table {
        if !known.contains(key) {
            problems.push(unknown_key(key, "a chip", &all));
            continue;
        }
        let Value::Table(inner) = value else { continue };
        let of_key = resolved(schema["properties"][key].clone(), &generator);
        let known = properties(&of_key);
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        for name in inner.keys().filter(|name| !known.contains(name)) {
            let Problem { key: name, what } = unknown_key(name, &format!("[{key}]"), &names);
            problems.push(Problem { key: format!("{key}.{name}"), what });
        }
    }
    problems
}

fn unknown_key(key: &str, of: &str, known: &[&str]) -> Problem {
    let meant = nearest(key, known.iter().copied()).map(|name| format!(", did you mean {name:?}?"));
    let list = known.join(", ");
    let what = format!("is no key of {of}{}; its keys: {list}", meant.unwrap_or_default());
    Problem { key: key.to_owned(), what }
}

/// A schema or what it refers to.
fn resolved(schema: Json, generator: &SchemaGenerator) -> Json {
    let direct = schema
        .get("$ref")
        .or_else(|| schema.pointer("/allOf/0/$ref"))
        .or_else(|| schema.pointer("/anyOf/0/$ref"));
    let name = direct.and_then(Json::as_str).and_then(|path| path.rsplit('/').next());
    match name.and_then(|name| generator.definitions().get(name)) {
        Some(definition) => definition.clone(),
        None => schema,
    }
}

fn properties(schema: &Json) -> Vec<String> {
    let properties = schema.get("properties").and_then(Json::as_object);
    properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}

/// What cannot be together, or is out of range.
pub(super) fn contradictions(spec: &ChipSpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut complain = |key: &str, what: String| problems.push(Problem { key: key.to_owned(), what });
    let header = &spec.header;
    if header.name.trim().is_empty() {
        complain("name", "is empty: give the chip a name".to_owned());
    }
    if header.cores == 0 {
        complain("cores", "0: a chip has at least 1 core".to_owned());
    }
    if spec.components.is_empty() {
        complain("core", "the chip has no component: add [core.NAME] with its kind".to_owned());
    }
    let area = &header.area;
    for (key, part) in [("area.white_space", area.white_space), ("area.unmodelled", area.unmodelled)] {
        if !(0.0..1.0).contains(&part) {
            complain(key, format!("{part}: a part of the chip's area, from 0 to below 1"));
        }
    }
    if area.white_space + area.unmodelled >= 1.0 {
        let sum = area.white_space + area.unmodelled;
        complain(
            "area",
            format!("white_space and unmodelled make {sum} of the chip: nothing is left for components"),
        );
    }
    if header.target.tops.is_some_and(|tops| !(tops.is_finite() && tops > 0.0)) {
        complain("target.tops", "must be a number above 0".to_owned());
    }
    if header.target.clock.is_some_and(|clock| clock.0.0 <= 0.0) {
        complain("target.clock", "must be above 0 Hz".to_owned());
    }
    let mut seen: Vec<(&str, Scope)> = Vec::new();
    for component in &spec.components {
        let key = format!("{}.{}", component.scope.key(), component.name);
        if component.instances == 0 {
            complain(&format!("{key}.instances"), "0: leave the component out instead".to_owned());
        }
        if component.name.contains('/') || component.name.trim().is_empty() {
            complain(
                &key,
                "a name is not empty and has no \"/\", which stands between component and action".to_owned(),
            );
        }
        if let Some((_, scope)) = seen.iter().find(|(name, _)| *name == component.name) {
            complain(
                &key,
                format!(
                    "the name is taken by [{}.{}]: names are unique on a chip",
                    scope.key(),
                    component.name
                ),
            );
        }
        seen.push((&component.name, component.scope));
    }
    problems
}
