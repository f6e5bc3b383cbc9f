//! A JSON report that was kept, read back.

use serde_json::Value;
use thiserror::Error;

use crate::power::{PowerReport, SCHEMA_VERSION};

/// Why a file is no report of a run.
#[derive(Debug, Error)]
pub enum SavedReportError {
    /// It is no JSON, or ends early.
    #[error("{file} is no JSON: {problem}; expected a report that `nm-trace replay ... --json FILE` wrote")]
    NotJson {
        /// The file.
        file: String,
        /// The reader's own words, with line and column.
        problem: serde_json::Error,
    },
    /// It is JSON of something else.
    #[error(
        "{file} is no report: found {found}, expected a report that `nm-trace replay ... --json FILE` wrote of one \
         operating point"
    )]
    NotAReport {
        /// The file.
        file: String,
        /// What it holds instead.
        found: String,
    },
    /// It is a report of another schema.
    #[error(
        "{file} has the schema version {found}, expected {SCHEMA_VERSION}: it was written by another version of \
         nm-trace; write it again with this one"
    )]
    OtherSchema {
        /// The file.
        file: String,
        /// The version that it states.
        found: u64,
    },
}

/// Reads a JSON report of one operating point. `file` names it in messages.
///
/// # Errors
/// [`SavedReportError`]: what the text is instead.
pub fn read_report(file: &str, text: &str) -> Result<PowerReport, SavedReportError> {
    let file = || file.to_owned();
    let document: Value =
        serde_json::from_str(text).map_err(|problem| SavedReportError::NotJson { file: file(), problem })?;
    let not_a_report = |found: String| SavedReportError::NotAReport { file: file(), found };
    if let Some(reports) = document.get("reports").and_then(Value::as_array) {
        return Err(not_a_report(format!("a comparison of {} reports", reports.len())));
    }
    let Some(version) = document.get("schema_version").and_then(Value::as_u64) else {
        return Err(not_a_report("no `schema_version`".to_owned()));
    };
    if version != u64::from(SCHEMA_VERSION) {
        return Err(SavedReportError::OtherSchema { file: file(), found: version });
    }
    serde_json::from_value(document).map_err(|problem| not_a_report(problem.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        read_report("r.json", text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_report_of_this_schema_is_refused_with_what_it_is() {
        assert!(message("{").contains("r.json is no JSON"), "{}", message("{"));
        assert!(message("[1]").contains("no `schema_version`"));
        assert!(
            message(r#"{"schema_version": 1, "reports": [{}, {}]}"#).contains("a comparison of 2 reports")
        );
        assert!(message(r#"{"schema_version": 99}"#).contains("schema version 99, expected 1"));
        assert!(message(r#"{"schema_version": 1}"#).contains("missing field"));
    }
}
