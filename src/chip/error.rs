//! What can be wrong with a chip file.

use std::fmt;

/// One thing that is wrong in a chip file, with the key where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path of the key: `components.tensor_unit.actions.mac.energy`.
    pub key: String,
    /// What is wrong and what would be right.
    pub what: String,
}

impl Problem {
    /// It as all that is wrong.
    pub(crate) fn alone(key: impl Into<String>, what: impl Into<String>) -> Vec<Problem> {
        vec![Problem { key: key.into(), what: what.into() }]
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.key, self.what)
    }
}

/// Why a chip cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ChipError {
    /// Neither a built-in name nor a file.
    #[error(
        "unknown chip {name:?}{}; built-in chips: {known}; or give the path of a chip file",
        meant(nearest)
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// The built-in name that was likely meant.
        nearest: Option<&'static str>,
        /// All built-in names.
        known: String,
    },
    /// A pattern of names that names nothing.
    #[error(
        "{pattern}: {message}; a pattern is such as 'chips/*.toml' or 'nvdla-*', in quotes; `nm-trace chip list` lists the \
         built-in chips"
    )]
    Pattern {
        /// What was asked for.
        pattern: String,
        /// What is wrong.
        message: String,
    },
    /// The file cannot be read.
    #[error("{file}: cannot read the chip file: {error}")]
    Read {
        /// Its path.
        file: String,
        /// Why.
        error: std::io::Error,
    },
    /// The file is not TOML or JSON, or has a key that is unknown, missing or of the wrong type.
    #[error("{file}: {}\ncure: docs/chip-designs.md and docs/chip-files.md list the keys, with an example each", message.trim_end())]
    Syntax {
        /// Its path.
        file: String,
        /// The parser's message with line and column.
        message: String,
    },
    /// A value that is to stand over the file's is not written as one.
    #[error(
        "{chip}: {message}; values are written NAME:KEY=VALUE,KEY=VALUE, such as my.toml:target.clock=500MHz"
    )]
    Override {
        /// What was asked for.
        chip: String,
        /// What is wrong.
        message: String,
    },
    /// Values were given for a chip file of given numbers.
    #[error(
        "{file}: values can stand over those of a design only, and this is a chip file of given numbers; edit the \
         file instead"
    )]
    Overrides {
        /// Its path.
        file: String,
    },
    /// The file's values cannot be.
    #[error("{file}: the chip file has {} problem(s):\n{}", problems.len(), lines(problems))]
    Invalid {
        /// Its path.
        file: String,
        /// All of them.
        problems: Vec<Problem>,
    },
}

fn meant(nearest: &Option<&'static str>) -> String {
    nearest.map(|name| format!(", did you mean {name:?}?")).unwrap_or_default()
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}
