//! Power over time as a picture for papers: stacked by component, under the run's layers, beside the numbers that the
//! report gives.
//!
//! What is drawn, and where, is decided once, in `layout`; [`svg`] writes it, and `png` is that drawn in pixels.

mod axis;
mod bands;
mod key;
mod layout;
mod markup;
mod plot;
#[cfg(feature = "png")]
pub mod png;
mod stack;
pub mod svg;
mod words;
