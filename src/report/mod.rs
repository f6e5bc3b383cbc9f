//! What people and programs read of a run: one file an output, listed here.
//!
//! [`REPORTS`] are written when the run has ended. [`power_csv`] is written while it lasts. [`inspect`] and [`chip`]
//! print what the commands of these names found. [`output`] is where any of them goes.

pub mod chip;
mod finite;
pub mod inspect;
pub mod json;
pub mod output;
mod page;
pub mod power_csv;
mod quantity;
mod sparkline;
mod table;
pub mod text;

use std::io::{self, Write};

use crate::power::PowerReport;

/// Every way to write a [`PowerReport`].
pub const REPORTS: &[Report] = &[text::REPORT, json::REPORT];

/// One way to write a [`PowerReport`].
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// What it is called.
    pub name: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    /// Writes it.
    pub write: fn(&PowerReport, &mut dyn Write) -> io::Result<()>,
}
