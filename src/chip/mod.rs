//! What the hardware costs: power, area and timing, frozen before a replay.

mod check;
pub mod circuit;
pub mod circuit_report;
pub mod component;
pub mod design;
pub mod design_report;
mod error;
mod file;
mod library;
mod nearest;
mod operating_point;
pub mod pat;
mod report;
mod sources;
pub mod spec;
pub mod technology;
mod validation;

pub use design_report::ChipListing;
pub use error::{ChipError, Problem};
pub use library::{BUILT_IN, BuiltIn, Loaded, expand, load, open};
pub use operating_point::{Conditions, OperatingPoint, OperatingPointError};
pub use report::{ActionReport, ChipReport, ComponentReport, TimingReport};
pub use sources::Sources;
pub use validation::{Replay, ReplayedLayer, ReplayedRun, validate};
