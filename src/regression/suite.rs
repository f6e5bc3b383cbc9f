//! A suite: runs to be checked in one call, each with the options that the command line would give it.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde::Deserialize;
use thiserror::Error;

/// The key of the trace, which has no option's name.
const RUN: &str = "run";
/// The key of the name.
const NAME: &str = "name";

/// Why a file is no suite.
#[derive(Debug, Error)]
pub enum SuiteError {
    /// It is no TOML, or not of a suite's form.
    #[error(
        "the suite {file} is damaged: {place}{problem}; expected [[check]] tables with run = \"...\" and options"
    )]
    Damaged {
        /// The file.
        file: String,
        /// `line 7: `, where it is known.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A table cannot be a run.
    #[error("the suite {file}: {run}: {problem}")]
    Entry {
        /// The file.
        file: String,
        /// The run's name or number.
        run: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// Runs in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Suite {
    /// The runs.
    pub entries: Vec<SuiteEntry>,
}

/// A run of a suite.
#[derive(Clone, Debug, PartialEq)]
pub struct SuiteEntry {
    /// Its name: no other run of the suite has it.
    pub name: String,
    /// Its arguments on the command line, the traces last.
    pub arguments: Vec<String>,
}

type Options = IndexMap<String, Setting>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteFile {
    #[serde(default)]
    defaults: Options,
    check: Vec<Options>,
}

/// The value of an option: given, given several times, or a switch.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a text, a number, true, false, or a list of texts")]
enum Setting {
    Switch(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Vec<String>),
}

impl Suite {
    /// Reads a suite. `file` names it in messages.
    ///
    /// # Errors
    /// [`SuiteError`]: what is wrong with the file.
    pub fn read(file: &str, text: &str) -> Result<Suite, SuiteError> {
        let written: SuiteFile = toml::from_str(text).map_err(|error| SuiteError::Damaged {
            file: file.to_owned(),
            place: error.span().map_or_else(String::new, |span| {
                let line = text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1;
                format!("line {line}: ")
            }),
            problem: error.message().trim_end().replace('\n', ", "),
        })?;
        let mut names = HashSet::new();
        let mut entries = Vec::new();
        for (at, options) in written.check.into_iter().enumerate() {
            let wrong = |run: &str, problem: &str| SuiteError::Entry {
                file: file.to_owned(),
                run: run.to_owned(),
                problem: problem.to_owned(),
            };
            let place = format!("the {} of its [[check]] tables", ordinal(at + 1));
            let entry = entry(&written.defaults, options).map_err(|problem| wrong(&place, &problem))?;
            if !names.insert(entry.name.clone()) {
                return Err(wrong(
                    &entry.name,
                    "two runs have this name; give each its own with name = \"...\"",
                ));
            }
            entries.push(entry);
        }
        Ok(Suite { entries })
    }
}

fn entry(defaults: &Options, options: Options) -> Result<SuiteEntry, String> {
    let mut all = defaults.clone();
    all.extend(options);
    let traces = match all.shift_remove(RUN) {
        Some(Setting::Text(trace)) => vec![trace],
        Some(Setting::List(traces)) => traces,
        Some(_) => return Err("found a `run` that is no text, expected a trace's path".to_owned()),
        None => return Err("it has no `run`, expected a trace's path".to_owned()),
    };
    let name = match all.shift_remove(NAME) {
        Some(Setting::Text(name)) => name,
        Some(_) => return Err("found a `name` that is no text".to_owned()),
        None => traces.join(" "),
    };
    let mut arguments: Vec<String> = all.iter().flat_map(|(key, setting)| setting.arguments(key)).collect();
    arguments.push("--".to_owned());
    arguments.extend(traces);
    Ok(SuiteEntry { name, arguments })
}

impl Setting {
    fn arguments(&self, key: &str) -> Vec<String> {
        match self {
            Setting::Switch(true) => vec![format!("--{key}")],
            Setting::Switch(false) => Vec::new(),
            Setting::Whole(number) => vec![format!("--{key}={number}")],
            Setting::Number(number) => vec![format!("--{key}={number}")],
            Setting::Text(text) => vec![format!("--{key}={text}")],
            Setting::List(texts) => texts.iter().map(|text| format!("--{key}={text}")).collect(),
        }
    }
}

fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn message(text: &str) -> String {
        Suite::read("suite.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn a_run_has_the_defaults_unless_it_says_otherwise() {
        let text = "[defaults]\nchip = \"a\"\nwindow = 5\ninclude-system = true\n\
                    [[check]]\nrun = \"-t\"\n\
                    [[check]]\nname = \"n\"\nrun = [\"x\", \"y\"]\nchip = [\"b\", \"c\"]\ninclude-system = false\n";
        let suite = Suite::read("suite.toml", text).unwrap();
        let arguments: Vec<String> = suite.entries.iter().map(|entry| entry.arguments.join(" ")).collect();
        assert_eq!(suite.entries[0].name, "-t");
        assert_eq!(arguments[0], "--chip=a --window=5 --include-system -- -t");
        assert_eq!(suite.entries[1].name, "n");
        assert_eq!(arguments[1], "--chip=b --chip=c --window=5 -- x y");
    }

    #[test]
    fn what_is_no_suite_is_refused_with_its_place() {
        assert!(message("[[check]]\nrun = \n").contains("line 2: "));
        assert!(message("[[run]]\n").contains("line 1: unknown field `run`"), "{}", message("[[run]]\n"));
        assert!(message("").contains("missing field `check`"), "{}", message(""));
        assert!(
            message("[[check]]\nchip = 1\n").contains("the 1st of its [[check]] tables: it has no `run`")
        );
        let twice = "[[check]]\nrun = \"a\"\n[[check]]\nrun = \"a\"\n";
        assert!(message(twice).contains("suite.toml: a: two runs have this name"));
        assert!(message("[[check]]\nrun = \"a\"\nx = { y = 1 }\n").contains("a text, a number"));
    }
}
