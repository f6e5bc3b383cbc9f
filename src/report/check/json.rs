//! JSON: the whole of what was found, with every digit.

use super::CheckFormat;
use crate::report::json;

/// For programs.
pub const FORMAT: CheckFormat = CheckFormat {
    name: "json",
    endings: &[".json"],
    summary: "everything, with every digit",
    write: |report, writer| json::write(report, writer),
};
