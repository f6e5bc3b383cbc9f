//! What `check` writes: one file a format, listed here. All of them walk the same [`CheckReport`].

mod github;
mod json;
mod junit;
mod markdown;
mod text;
mod words;

use std::io::{self, Write};

use super::formats::NamedFormat;
use crate::regression::CheckReport;

pub use text::Mark;

/// All formats. The first is what people read on a terminal.
pub const CHECK_FORMATS: &[&CheckFormat] =
    &[&text::FORMAT, &markdown::FORMAT, &junit::FORMAT, &github::FORMAT, &json::FORMAT];

/// A format of what `check` found.
pub struct CheckFormat {
    /// Its name, as in `--format NAME` and `-o NAME=FILE`.
    pub name: &'static str,
    /// How names of its files end; none for what is only printed.
    pub endings: &'static [&'static str],
    /// One line about it.
    pub summary: &'static str,
    /// Writes it.
    pub write: fn(&CheckReport, &mut dyn Write) -> io::Result<()>,
}

impl NamedFormat for CheckFormat {
    fn name(&self) -> &'static str {
        self.name
    }

    fn endings(&self) -> &'static [&'static str] {
        self.endings
    }
}
