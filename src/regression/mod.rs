//! What a change costs: results that were kept, and how others differ from them.

mod saved_report;
mod waterfall;

pub use saved_report::{SavedReportError, read_report};
pub use waterfall::*;
