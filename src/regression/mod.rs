//! What a change costs: results that were kept, and how others differ from them.

mod saved_report;

pub use saved_report::{SavedReportError, read_report};
