//! Baselines as files: TOML that people comment, or a JSON report.

use thiserror::Error;
use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::baseline::{BASELINE_SCHEMA_VERSION, Baseline};
use super::saved_report::{SavedReportError, read_report};

/// A baseline without numbers.
const TEMPLATE: &str = include_str!("baseline_template.toml");
/// The table that is the user's alone.
const TOLERANCES: &str = "tolerances";
/// Tables nested deeper than this stand on a line.
const DEEPEST_TABLE: usize = 2;

/// Why a file is no baseline.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// It is no TOML, or a key of it is wrong.
    #[error(
        "the baseline {file} is damaged: {place}{problem}; mend it, take the file from version control, or delete it and \
         write it anew with --update"
    )]
    Damaged {
        /// The file.
        file: String,
        /// `line 7: `, where it is known.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It is of another schema.
    #[error(
        "the baseline {file} has the schema version {found}, expected {BASELINE_SCHEMA_VERSION}: it was written by another \
         version of nm-trace; write its numbers anew with --update, which keeps tolerances and comments"
    )]
    OtherSchema {
        /// The file.
        file: String,
        /// The version that it states.
        found: String,
    },
    /// It is a JSON file, and no report.
    #[error("the baseline")]
    Report(#[from] SavedReportError),
    /// A number cannot be written.
    #[error("the baseline {file} cannot be written: {problem}")]
    NotWritable {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
}

/// Whether a baseline of this name is a JSON report, which is never updated.
pub fn is_report(file: &str) -> bool {
    file.ends_with(".json")
}

/// Reads a baseline: TOML, or a JSON report if its name says so. `file` names it in messages.
///
/// # Errors
/// [`BaselineError`]: what is wrong with it.
pub fn read_baseline(file: &str, text: &str) -> Result<Baseline, BaselineError> {
    if is_report(file) {
        return Ok(Baseline::of(&read_report(file, text)?));
    }
    let damaged = |error: toml::de::Error| BaselineError::Damaged {
        file: file.to_owned(),
        place: error.span().map_or_else(String::new, |span| place(text, span.start)),
        problem: error.message().trim_end().replace('\n', ", "),
    };
    check_version(file, &text.parse().map_err(damaged)?)?;
    toml::from_str(text).map_err(damaged)
}

fn place(text: &str, at: usize) -> String {
    let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    format!("line {line}: ")
}

fn check_version(file: &str, table: &toml::Table) -> Result<(), BaselineError> {
    let damaged =
        |problem: String| BaselineError::Damaged { file: file.to_owned(), place: String::new(), problem };
    match table.get("schema_version") {
        Some(version) if version.as_integer() == Some(i64::from(BASELINE_SCHEMA_VERSION)) => {}
        Some(found) => {
            return Err(BaselineError::OtherSchema { file: file.to_owned(), found: found.to_string() });
        }
        None => return Err(damaged("it has no `schema_version`, so it is no baseline".to_owned())),
    }
    match table.iter().find_map(|(key, number)| not_finite(key, number)) {
        Some(key) => Err(damaged(format!("found a number at `{key}` that is not finite"))),
        None => Ok(()),
    }
}

/// The key of the first number that is infinite or none.
fn not_finite(key: &str, value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::Float(number) => (!number.is_finite()).then(|| key.to_owned()),
        toml::Value::Table(table) => {
            table.iter().find_map(|(name, value)| not_finite(&format!("{key}.{name}"), value))
        }
        toml::Value::Array(values) => values.iter().find_map(|value| not_finite(key, value)),
        _ => None,
    }
}

/// The text of a baseline file with these numbers. What stands in the file already keeps its comments, its tolerances and
/// its order.
///
/// # Errors
/// [`BaselineError`]: the file is no TOML, or a number is not finite.
pub fn renewed(file: &str, existing: Option<&str>, baseline: &Baseline) -> Result<String, BaselineError> {
    let text = existing.unwrap_or(TEMPLATE);
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| BaselineError::Damaged {
            file: file.to_owned(),
            place: error.span().map_or_else(String::new, |span| place(text, span.start)),
            problem: error.message().to_owned(),
        })?;
    let not_writable = |problem: String| BaselineError::NotWritable { file: file.to_owned(), problem };
    let numbers = toml::Table::try_from(baseline).map_err(|error| not_writable(error.to_string()))?;
    if let Some(key) = numbers.iter().find_map(|(key, number)| not_finite(key, number)) {
        return Err(not_writable(format!("{key} is not a finite number")));
    }
    renew(document.as_table_mut(), &numbers, 0);
    Ok(document.to_string())
}

fn renew(table: &mut Table, numbers: &toml::Table, depth: usize) {
    table.retain(|key, _| numbers.contains_key(key) || depth == 0 && key == TOLERANCES);
    for (key, number) in numbers {
        match number {
            toml::Value::Table(numbers) if depth < DEEPEST_TABLE => {
                if table.get(key).is_none_or(|item| !item.is_table()) {
                    let mut inner = Table::new();
                    // A heading of its own where nothing else says that the table is there.
                    let has_only_tables = !numbers.is_empty() && numbers.values().all(toml::Value::is_table);
                    inner.set_implicit(has_only_tables && depth + 1 < DEEPEST_TABLE);
                    table.insert(key, Item::Table(inner));
                }
                if let Some(inner) = table.get_mut(key).and_then(Item::as_table_mut) {
                    renew(inner, numbers, depth + 1);
                }
            }
            number => {
                let mut new = value(number);
                match table.get_mut(key).and_then(Item::as_value_mut) {
                    Some(old) => {
                        *new.decor_mut() = old.decor().clone();
                        *old = new;
                    }
                    None => {
                        table.insert(key, Item::Value(new));
                    }
                }
            }
        }
    }
    let places: std::collections::HashMap<&str, usize> =
        numbers.keys().enumerate().map(|(at, key)| (key.as_str(), at)).collect();
    table.sort_values_by(|one, _, other, _| places.get(one.get()).cmp(&places.get(other.get())));
}

fn value(number: &toml::Value) -> Value {
    match number {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(integer) => (*integer).into(),
        toml::Value::Boolean(boolean) => (*boolean).into(),
        // The shortest text that reads back as the same number: 1.5e-9 rather than 0.0000000015.
        toml::Value::Float(float) => format!("{float:?}").parse().unwrap_or_else(|_| (*float).into()),
        toml::Value::Array(values) => Value::Array(values.iter().map(value).collect::<Array>()),
        toml::Value::Table(table) => {
            Value::InlineTable(table.iter().map(|(key, number)| (key.as_str(), value(number))).collect())
        }
        toml::Value::Datetime(time) => time.to_string().into(),
    }
}
