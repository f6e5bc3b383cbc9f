//! Activity × Pat → power: pure functions over closed windows.
//!
//! [`Binding`] says which of the chip's channels a trace's channel is; [`Pricing`] takes the windows of a run and
//! gives its [`PowerReport`].

mod activity_factor;
mod assemble;
mod batch;
mod binding;
mod binding_file;
mod columns;
mod coverage;
mod distribution;
mod history;
mod macs;
mod options;
mod over_time;
mod pattern;
mod peaks;
mod priced_point;
mod pricing;
mod rates;
mod record;
mod regions;
mod remarks;
mod result;
mod rules;
mod shared_time;
mod unbound;

pub use binding::{BUILT_IN_BINDINGS, Binding, Resolution};
pub use options::PricingOptions;
pub use over_time::{PowerObserver, PowerRow};
pub use peaks::PeakLength;
pub use pricing::{Point, Pricing};
pub use record::{PowerRecord, RecordedBin};
pub use result::*;
pub use rules::{BindingError, Target};
pub use unbound::Unbound;
