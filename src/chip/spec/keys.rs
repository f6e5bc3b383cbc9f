//! Every key of a design file held against the schema, before anything is read: unknown and missing keys, and values
//! of another type, each with what would do. The schema is made once and kept.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json};
use toml::{Table, Value};

use super::schema::header_schema;
use crate::chip::component::{KINDS, Kind};
use crate::chip::error::Problem;
use crate::chip::nearest::nearest;

/// Keys of the header that are read apart from it.
const APART: [&str; 4] = ["core", "chip", "search", "parameters"];

/// Keys of every component.
const OF_COMPONENTS: [&str; 2] = ["instances", "description"];

/// The schemas of all that a file may hold.
struct Schemas {
    header: Json,
    kinds: BTreeMap<&'static str, Json>,
    definitions: Map<String, Json>,
}

fn schemas() -> &'static Schemas {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    SCHEMAS.get_or_init(|| {
        let mut generator: SchemaGenerator = SchemaSettings::draft2020_12().into_generator();
        let header = header_schema(&mut generator);
        let kinds = KINDS.iter().map(|kind| (kind.name, (kind.schema)(&mut generator).to_value()));
        let kinds = kinds.collect();
        Schemas { header, kinds, definitions: generator.take_definitions(true) }
    })
}

/// What a value is checked against.
#[derive(Clone, Copy)]
pub(super) struct Key {
    schema: &'static Json,
    definitions: &'static Map<String, Json>,
}

impl Key {
    /// The header of a file.
    pub(super) fn header() -> Key {
        let schemas = schemas();
        Key { schema: &schemas.header, definitions: &schemas.definitions }.resolved()
    }

    /// The keys of a kind.
    pub(super) fn of_kind(kind: &Kind) -> Key {
        let schemas = schemas();
        let schema = schemas.kinds.get(kind.name).unwrap_or(&Json::Null);
        Key { schema, definitions: &schemas.definitions }.resolved()
    }

    fn with(self, schema: &'static Json) -> Key {
        Key { schema, ..self }
    }

    /// What a reference refers to, and what an optional value is if it is there.
    fn resolved(self) -> Key {
        let named = self.schema.get("$ref").and_then(Json::as_str).and_then(|path| path.rsplit('/').next());
        if let Some(definition) = named.and_then(|name| self.definitions.get(name)) {
            return self.with(definition).resolved();
        }
        let not_null = |schema: &&Json| schema.get("type").and_then(Json::as_str) != Some("null");
        let others = self.choices().filter(not_null).collect::<Vec<_>>();
        match others.as_slice() {
            [only] => self.with(only).resolved(),
            _ => self,
        }
    }

    /// The schemas of which a value must fit one.
    fn choices(self) -> impl Iterator<Item = &'static Json> {
        let list = |key| self.schema.get(key).and_then(Json::as_array).into_iter().flatten();
        list("anyOf").chain(list("oneOf")).chain(list("allOf"))
    }

    fn properties(self) -> Option<&'static Map<String, Json>> {
        self.schema.get("properties")?.as_object()
    }

    fn property(self, name: &str) -> Option<Key> {
        Some(self.with(self.properties()?.get(name)?))
    }

    /// The key at a path below this one: `target.clock`, `layers[0].kernel`.
    pub(super) fn at(self, path: &str) -> Option<Key> {
        let mut key = self.resolved();
        for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
            key = match step.strip_suffix(']') {
                Some(_) => key.with(key.schema.get("items")?),
                None => key.property(step)?,
            }
            .resolved();
        }
        Some(key)
    }

    /// The names that a value may have, if it is one of some.
    fn names(self) -> Vec<&'static str> {
        let listed = self.schema.get("enum").and_then(Json::as_array).into_iter().flatten();
        let apart = self.choices().filter_map(|choice| choice.get("const"));
        listed.chain(apart).filter_map(Json::as_str).collect()
    }

    fn types(self) -> Vec<&'static str> {
        match self.schema.get("type") {
            Some(Json::String(name)) => vec![name],
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a value is of the type, and a number within its range. What the schema does not say fits.
    fn fits(self, value: &Value) -> bool {
        if let (Some(name), Some(text)) = (self.schema.get("const").and_then(Json::as_str), value.as_str()) {
            return name == text;
        }
        let names = self.names();
        if let Some(text) = value.as_str().filter(|_| !names.is_empty() && self.types_of_choices().is_empty())
        {
            return names.contains(&text);
        }
        let choices: Vec<&'static Json> = self.choices().collect();
        if !choices.is_empty() {
            return choices.into_iter().any(|choice| self.with(choice).resolved().fits(value));
        }
        let types = self.types();
        types.is_empty()
            || types.iter().any(|name| match (*name, value) {
                ("integer", Value::Integer(number)) => self.holds(*number as f64),
                ("number", Value::Integer(number)) => self.holds(*number as f64),
                ("number", Value::Float(number)) => self.holds(*number),
                ("string", Value::String(_)) => true,
                ("boolean", Value::Boolean(_)) => true,
                ("array", Value::Array(_)) => true,
                ("object", Value::Table(_)) => true,
                _ => false,
            })
    }

    /// Types of choices that are no names.
    fn types_of_choices(self) -> Vec<&'static Json> {
        self.choices()
            .filter(|choice| choice.get("const").is_none() && choice.get("enum").is_none())
            .collect()
    }

    fn limit(self, key: &str) -> Option<f64> {
        self.schema.get(key).and_then(Json::as_f64)
    }

    fn holds(self, number: f64) -> bool {
        self.limit("minimum").is_none_or(|least| number >= least)
            && self.limit("maximum").is_none_or(|most| number <= most)
    }

    /// What the value is to be, in words.
    pub(super) fn expected(self) -> String {
        let key = self.resolved();
        let names = key.names();
        let types = key.types();
        let is = |name: &str| types.contains(&name);
        if !names.is_empty() {
            format!("one of {}", names.join(", "))
        } else if is("string") && key.schema.get("examples").is_some() {
            let how = key.schema.get("description").and_then(Json::as_str).unwrap_or("a text");
            format!("{how}; in quotes")
        } else if is("string") {
            "a text in quotes".to_owned()
        } else if is("integer") || is("number") {
            let what = if is("integer") { "a whole number" } else { "a number" };
            match (key.limit("minimum"), key.limit("maximum")) {
                (Some(least), Some(most)) => format!("{what} from {least} to {most}"),
                (Some(least), None) => format!("{what} of at least {least}"),
                (None, Some(most)) => format!("{what} of at most {most}"),
                (None, None) => what.to_owned(),
            }
        } else if is("boolean") {
            "true or false".to_owned()
        } else if is("array") {
            match key.schema.get("items") {
                Some(items) => format!("a list, each of its values {}", key.with(items).expected()),
                None => "a list".to_owned(),
            }
        } else if is("object") {
            "a table of keys".to_owned()
        } else {
            "another value".to_owned()
        }
    }

    /// A value that can be read, as it would be written; of a table none.
    pub(super) fn example(self) -> Option<String> {
        let default = self.schema.get("default").filter(|default| !default.is_null()).cloned();
        let key = self.resolved();
        let listed = key.schema.get("examples").and_then(|examples| examples.get(0)).cloned();
        let types = key.types();
        let by_type = || match types.first().copied()? {
            "integer" => Some(Json::from(key.limit("minimum").unwrap_or(0.0).max(1.0) as i64)),
            "number" => Some(Json::from(key.limit("minimum").unwrap_or(0.0).max(1.0))),
            "boolean" => Some(Json::Bool(true)),
            "string" => Some(Json::from("...")),
            _ => None,
        };
        let name = || key.names().first().map(|name| Json::from(*name));
        let example = listed.or(default).or_else(name).or_else(by_type)?;
        (!example.is_object() && !example.is_array()).then(|| example.to_string())
    }

    /// `; e.g. node = "28 nm"`.
    pub(super) fn for_example(self, name: &str) -> String {
        let name = name.rsplit('.').next().unwrap_or(name);
        self.example().map(|example| format!("; e.g. {name} = {example}")).unwrap_or_default()
    }

    /// All that is wrong with the keys of a table, and below. `of` says in messages what has the keys, `also` are
    /// keys that are read elsewhere, `path` stands before the keys.
    pub(super) fn check(self, path: &str, of: &str, also: &[&str], table: &Table) -> Vec<Problem> {
        let key = self.resolved();
        let Some(properties) = key.properties() else { return Vec::new() };
        let mut problems = Vec::new();
        let full = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for (name, value) in table {
            match key.property(name) {
                Some(known) => problems.extend(known.check_value(&full(name), value)),
                None if also.contains(&name.as_str()) => {}
                None => {
                    let known: Vec<&str> =
                        properties.keys().map(String::as_str).chain(also.iter().copied()).collect();
                    problems.push(unknown(full(name), name, of, &known));
                }
            }
        }
        let required = key.schema.get("required").and_then(Json::as_array).into_iter().flatten();
        for name in required.filter_map(Json::as_str).filter(|name| !table.contains_key(*name)) {
            let needed = key.property(name).map(|missing| missing.needed(name)).unwrap_or_default();
            problems.push(Problem { key: full(name), what: format!("is missing:{needed}") });
        }
        problems
    }

    /// What is to be there, and an example of it.
    fn needed(self, name: &str) -> String {
        let needed = self.resolved();
        let within =
            needed.schema.get("required").and_then(|required| required.get(0)).and_then(Json::as_str);
        match within.and_then(|inner| Some((inner, needed.property(inner)?))) {
            // A table is shown with its first needed key.
            Some((inner, key)) => {
                let example = key.example().unwrap_or_else(|| "...".to_owned());
                format!(" {}; e.g. {name} = {{ {inner} = {example} }}", self.expected())
            }
            None => format!(" {}{}", self.expected(), self.for_example(name)),
        }
    }

    fn check_value(self, path: &str, value: &Value) -> Vec<Problem> {
        let key = self.resolved();
        if !key.fits(value) {
            return vec![self.wrong(path, value)];
        }
        match (value, key.schema.get("items")) {
            (Value::Table(table), _) => key.check(path, &format!("[{path}]"), &[], table),
            (Value::Array(values), Some(items)) => {
                let each = values.iter().enumerate();
                each.flat_map(|(at, value)| key.with(items).check_value(&format!("{path}[{at}]"), value))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The complaint about a value that does not fit.
    fn wrong(self, path: &str, value: &Value) -> Problem {
        let names = self.resolved().names();
        let meant = value.as_str().and_then(|text| nearest(text, names.iter().copied()));
        let meant = meant.map(|name| format!("; did you mean {name:?}?"));
        let name = path.rsplit('.').next().unwrap_or(path);
        let cure = meant.map(|meant| format!(" {}{meant}", self.expected()));
        let cure = cure.unwrap_or_else(|| self.needed(name));
        Problem { key: path.to_owned(), what: format!("{}: must be{cure}", shown(value)) }
    }
}

/// A value as a message shows it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Table(_) => "a table".to_owned(),
        other => other.to_string(),
    }
}

/// The header's keys.
pub(super) fn check_header(table: &Table) -> Vec<Problem> {
    Key::header().check("", "a chip", &APART, table)
}

/// A component's keys, those that every component has left out.
pub(super) fn check_component(path: &str, kind: &Kind, table: &Table) -> Vec<Problem> {
    let of = format!("a component of kind {:?}", kind.name);
    Key::of_kind(kind).check(path, &of, &OF_COMPONENTS, table)
}

fn unknown(path: String, key: &str, of: &str, known: &[&str]) -> Problem {
    let meant = nearest(key, known.iter().copied()).map(|name| format!(", did you mean {name:?}?"));
    let list = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let what = format!("is no key of {of}{}; its keys: {list}", meant.unwrap_or_default());
    Problem { key: path, what }
}
