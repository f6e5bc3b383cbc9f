//! Adders, multipliers and multiply-accumulators: gates, depth and switching as synthesis and simulation of plain RTL
//! measured them (`synthesis/`), in the cells of a technology.
//!
//! A [`UnitRequest`] names an [`Operation`], a clock or stages, and a [`Layout`](super::Layout); [`UnitRequest::build`] gives the
//! [`ArithmeticUnit`] with its parts. `docs/arithmetic.md` says how the data were made and what they leave out.

mod activity;
mod curve;
mod data;
mod design;
mod error;
mod lookup;
mod number_format;
mod operation;
mod unit;

pub use activity::{ActivityFactors, OperandActivity, TrainedActivities, TrainedActivity};
pub use design::UnitRequest;
pub use error::ArithmeticError;
pub use number_format::{FloatingFormat, NumberFormat};
pub use operation::Operation;
pub use unit::{ArithmeticUnit, Part, PartKind};
