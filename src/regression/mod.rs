//! What a change costs: results that were kept, and how others differ from them.
//!
//! A [`Baseline`] is what is kept of a report: numbers, and [`Tolerances`] that the user gives. A [`Verdict`] judges the
//! metrics of a run by them; its [`Explanation`] says which components, actions and regions make the difference. A
//! [`Suite`] is a list of runs to be judged in one call. A [`Difference`] of two reports explains one energy by another:
//! its [`Waterfall`] is what an explanation gives as causes too.

mod baseline;
mod baseline_file;
mod explanation;
mod metric;
mod saved_report;
mod suite;
mod tolerance;
mod verdict;
mod waterfall;

pub use baseline::{
    BASELINE_SCHEMA_VERSION, Baseline, KeptAction, KeptChip, KeptComponent, KeptInput, KeptRegion, KeptRun,
};
pub use baseline_file::{BaselineError, is_report, read_baseline, renewed};
pub use explanation::{
    ActionChange, ComponentChange, Explanation, RegionChange, RegionComponentChange, Renamed,
};
pub use metric::{Metric, Quantity};
pub use saved_report::{SavedReportError, read_report};
pub use suite::{Suite, SuiteEntry, SuiteError};
pub use tolerance::{Tolerance, ToleranceError, Tolerances};
pub use verdict::{
    CHECK_SCHEMA_VERSION, CheckReport, CheckedRun, Identity, JudgeError, JudgedMetric, Outcome, RunOutcome,
    SettingChange, Verdict,
};
pub use waterfall::*;
