//! From the text of a design file to a [`ChipSpec`]: overrides, parameters, checks, components.

use std::str::FromStr;

use serde::Deserialize;
use toml::{Table, Value};

use super::contradictions::contradictions;
use super::keys::{self, Key};
use super::parameters::substitute;
use super::{ChipSpec, ComponentSpec, Header, Scope};
use crate::chip::component::KINDS;
use crate::chip::error::Problem;
use crate::chip::nearest::nearest;

/// Keys of every component, beside those of its kind.
const COMMON: [&str; 3] = ["kind", "instances", "description"];

/// `KEY=VALUE` that stands over what the file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// A parameter's name or a dotted key.
    pub key: String,
    /// Its value. An empty text leaves the key out, as if the file had not named it.
    pub value: Value,
}

impl FromStr for Override {
    type Err = String;
    fn from_str(text: &str) -> Result<Override, String> {
        let (key, written) = text.split_once('=').ok_or_else(|| format!("{text:?} is not KEY=VALUE"))?;
        let written = written.trim();
        // What is no TOML value by itself is a text without its quotes: 700MHz.
        let value = format!("v = {written}").parse::<Table>().ok().and_then(|mut table| table.remove("v"));
        let value = value.unwrap_or_else(|| Value::String(written.to_owned()));
        Ok(Override { key: key.trim().to_owned(), value })
    }
}

/// All that is wrong with a design file.
#[derive(Clone, Debug, PartialEq)]
pub struct SpecError(pub Vec<Problem>);

/// The table of a design file, before parameters are put in: what a search varies.
#[derive(Clone, Debug, PartialEq)]
pub struct SpecFile(Table);

fn problem(key: impl Into<String>, what: impl Into<String>) -> Problem {
    Problem { key: key.into(), what: what.into() }
}

fn one_problem<T>(key: impl Into<String>, what: impl Into<String>) -> Result<T, SpecError> {
    Err(SpecError(vec![problem(key, what)]))
}

impl SpecFile {
    /// A table that was read from TOML or JSON.
    pub fn new(table: Table) -> SpecFile {
        SpecFile(table)
    }

    /// Whether a table is a design and not a chip file of given numbers, which lists its components.
    pub fn is_design(table: &Table) -> bool {
        let has = |key: &str| table.contains_key(key);
        let of_designs = ["technology", "core", "chip", "cores", "target", "limits", "parameters", "search"];
        !has("components") && (!has("clock") || of_designs.into_iter().any(has))
    }

    /// The same with other values, which are no longer searched for. A bare name is a parameter if there is one of that
    /// name, else a key.
    ///
    /// # Errors
    /// A key within something that is no table, and one to leave out that is not there.
    pub fn with(&self, overrides: &[Override]) -> Result<SpecFile, SpecError> {
        let mut table = self.0.clone();
        for Override { key, value } in overrides {
            let is_parameter = table
                .get("parameters")
                .and_then(Value::as_table)
                .is_some_and(|known| known.contains_key(key));
            let path = if is_parameter { format!("parameters.{key}") } else { key.clone() };
            // A value that is given is not searched for any more.
            if let Some(search) = table.get_mut("search").and_then(Value::as_table_mut) {
                search.remove(key);
                search.remove(&path);
            }
            match value {
                Value::String(text) if text.is_empty() => unset(&mut table, &path)?,
                value => set(&mut table, &path, value.clone())?,
            }
        }
        Ok(SpecFile(table))
    }

    /// The keys to search over with their candidates.
    ///
    /// # Errors
    /// Candidates that are no list.
    fn search(&self) -> Result<std::collections::BTreeMap<String, Vec<Value>>, SpecError> {
        let Some(search) = self.0.get("search") else { return Ok(Default::default()) };
        let Some(search) = search.as_table() else {
            return one_problem("search", "must be a table of keys, each with a list of candidates");
        };
        let mut found = std::collections::BTreeMap::new();
        for (key, candidates) in search {
            match candidates.as_array() {
                Some(list) if !list.is_empty() => found.insert(key.clone(), list.clone()),
                _ => {
                    return one_problem(
                        format!("search.{key}"),
                        "must be a list of at least one candidate, its key in quotes if it has a dot; e.g. \"core.memory.banks\" = [1, 2, 4]",
                    );
                }
            };
        }
        Ok(found)
    }

    /// The design, every key checked.
    ///
    /// # Errors
    /// [`SpecError`]: each wrong key with its path, what is wrong and what would do.
    pub fn read(&self) -> Result<ChipSpec, SpecError> {
        let mut table = self.0.clone();
        let search = self.search()?;
        table.remove("search");
        let parameters = match table.remove("parameters") {
            Some(Value::Table(parameters)) => parameters,
            Some(_) => return one_problem("parameters", "must be a table of names and values"),
            None => Table::new(),
        };
        let mut problems = Vec::new();
        for (key, value) in table.iter_mut() {
            substitute(key, value, &parameters, &mut problems);
        }
        if !problems.is_empty() {
            return Err(SpecError(problems));
        }
        let mut components = Vec::new();
        for scope in [Scope::Core, Scope::Chip] {
            match table.remove(scope.key()) {
                None => {}
                Some(Value::Table(tables)) => {
                    for (name, value) in tables {
                        match component(scope, &name, value) {
                            Ok(component) => components.push(component),
                            Err(found) => problems.extend(found),
                        }
                    }
                }
                Some(_) => problems
                    .push(problem(scope.key(), "must be a table of components; e.g. [core.tensor_unit]")),
            }
        }
        let of_header = keys::check_header(&table);
        let header = if of_header.is_empty() { header(table) } else { Err(of_header) };
        let header = header.map_err(|found| problems.splice(0..0, found).count());
        let Some(header) = header.ok().filter(|_| problems.is_empty()) else {
            return Err(SpecError(problems));
        };
        let spec = ChipSpec { header, components, search };
        let problems = contradictions(&spec);
        if problems.is_empty() { Ok(spec) } else { Err(SpecError(problems)) }
    }
}

/// The header of a table whose keys have been checked.
fn header(table: Table) -> Result<Header, Vec<Problem>> {
    let kept = table.clone();
    serde_path_to_error::deserialize::<_, Header>(table).map_err(|error| {
        let path = error.path().to_string();
        vec![unreadable("", &path, error.into_inner().message(), &kept, Key::header())]
    })
}

/// The complaint about a value that is of the right type and cannot be read: with the value and an example.
fn unreadable(before: &str, path: &str, message: &str, table: &Table, keys: Key) -> Problem {
    let path = if path == "." { "" } else { path };
    let full = if path.is_empty() || before.is_empty() {
        format!("{before}{path}")
    } else {
        format!("{before}.{path}")
    };
    let message = message.trim().replace('\n', " ");
    let Some(value) = value_at(table, path) else { return problem(full, message) };
    let value = keys::shown(value);
    let example = keys.at(path).map(|key| key.for_example(path)).unwrap_or_default();
    let what = if message.contains(&value) { message } else { format!("{value}: {message}") };
    problem(full, format!("{what}{example}"))
}

/// The value at a path as errors name it: `target.clock`.
fn value_at<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    let mut steps = path.split('.');
    let first = table.get(steps.next()?)?;
    steps.try_fold(first, |value, step| value.get(step))
}

/// Puts a value at a dotted path.
fn set(table: &mut Table, path: &str, value: Value) -> Result<(), SpecError> {
    let mut parts = path.split('.').peekable();
    let mut table = table;
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            table.insert(part.to_owned(), value);
            return Ok(());
        }
        let inner = table.entry(part.to_owned()).or_insert_with(|| Value::Table(Table::new()));
        table = match inner {
            Value::Table(inner) => inner,
            _ => return one_problem(path, format!("{part:?} is a value, and has no keys of its own")),
        };
    }
    Ok(())
}

/// Takes what stands at a dotted path away.
fn unset(table: &mut Table, path: &str) -> Result<(), SpecError> {
    let (within, key) = path.rsplit_once('.').map_or((None, path), |(within, key)| (Some(within), key));
    let mut parts = within.into_iter().flat_map(|within| within.split('.'));
    let holder = parts.try_fold(table, |table, part| table.get_mut(part)?.as_table_mut());
    match holder.and_then(|table| table.remove(key)) {
        Some(_) => Ok(()),
        None => {
            one_problem(path, "is not in the file, so it cannot be left out; a value is written KEY=VALUE")
        }
    }
}

/// What every component has.
#[derive(Deserialize)]
struct Common {
    kind: String,
    #[serde(default = "super::one")]
    instances: u32,
    #[serde(default)]
    description: String,
}

fn component(scope: Scope, name: &str, value: Value) -> Result<ComponentSpec, Vec<Problem>> {
    let path = format!("{}.{name}", scope.key());
    let complain = |key: String, what: String| vec![problem(key, what)];
    let Value::Table(mut own) = value else {
        let what = format!("{}: must be a table that begins with kind = \"...\"", keys::shown(&value));
        return Err(complain(path, what));
    };
    let common: Table = COMMON.iter().filter_map(|key| own.remove_entry(*key)).collect();
    let kinds = || KINDS.iter().map(|kind| kind.name);
    let list = || kinds().collect::<Vec<_>>().join(", ");
    if !common.contains_key("kind") {
        return Err(complain(format!("{path}.kind"), format!("is missing; one of {}", list())));
    }
    let kept = common.clone();
    let common: Common = serde_path_to_error::deserialize(common).map_err(|error| {
        let key = error.path().to_string();
        let (expected, example) = match key.as_str() {
            "instances" => ("a whole number of at least 1", "instances = 1"),
            "kind" => ("the name of a kind in quotes", "kind = \"...\""),
            _ => ("a text in quotes", "description = \"...\""),
        };
        let value = kept.get(&key).map(keys::shown).unwrap_or_default();
        complain(format!("{path}.{key}"), format!("{value}: must be {expected}; e.g. {example}"))
    })?;
    let Some(kind) = KINDS.iter().find(|kind| kind.name == common.kind) else {
        let meant = nearest(&common.kind, kinds());
        let meant = meant.map(|kind| format!(", did you mean {kind:?}?")).unwrap_or_default();
        let what = format!("{:?} is no kind of component{meant}; the kinds: {}", common.kind, list());
        return Err(complain(format!("{path}.kind"), what));
    };
    let problems = keys::check_component(&path, kind, &own);
    if !problems.is_empty() {
        return Err(problems);
    }
    let kept = own.clone();
    let built = (kind.read)(own)
        .map_err(|error| vec![unreadable(&path, &error.key, &error.what, &kept, Key::of_kind(kind))])?;
    let (instances, description) = (common.instances, common.description);
    Ok(ComponentSpec {
        name: name.to_owned(),
        description,
        kind: kind.name,
        scope,
        instances,
        component: built,
    })
}
