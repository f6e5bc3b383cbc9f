//! What people and programs read of a run: one file an output.
//!
//! [`formats`] lists those that a replay writes to files; [`text`] is what it prints, and [`comparison`] where it ran
//! on several chips. [`inspect`] and [`chip`] print what the commands of these names found, [`circuit`] what the
//! calculators did. [`output`] is where any of them goes.

pub mod chip;
pub mod circuit;
pub mod comparison;
mod finite;
pub mod formats;
#[cfg(feature = "html")]
mod html;
pub mod inspect;
pub mod json;
pub mod output;
mod page;
pub mod power_csv;
mod quantity;
mod sparkline;
mod table;
pub mod text;
