//! What people and programs read of a run: one file an output, listed here.
//!
//! [`text`] and [`json`] are written when the run has ended, and [`comparison`] where it ran on several chips. [`power_csv`] is written while it lasts. [`inspect`] and [`chip`]
//! print what the commands of these names found, [`circuit`] what the calculators did. [`output`] is where any of them goes.

pub mod chip;
pub mod circuit;
pub mod comparison;
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
