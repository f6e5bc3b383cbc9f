//! What people and programs read of a run: one file an output.
//!
//! [`formats`] lists those that a replay writes to files; [`text`] is what it prints, and [`comparison`] where it ran
//! on several chips. [`inspect`] and [`chip`] print what the commands of these names found, [`circuit`] what the
//! calculators did, [`check`] what became of baselines, and [`diff`] how two runs differ. [`output`] is where any of
//! them goes.

pub mod check;
pub mod chip;
pub mod circuit;
pub mod comparison;
pub mod diff;
mod finite;
pub mod formats;
pub mod hotspot;
#[cfg(feature = "html")]
mod html;
pub mod inspect;
pub mod json;
mod metrics;
pub mod openmetrics;
pub mod output;
mod page;
pub mod perfetto;
pub mod picture;
mod quantity;
mod sparkline;
mod table;
pub mod tables;
pub mod text;
#[cfg(feature = "html")]
mod web_page;
