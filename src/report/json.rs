//! JSON: keys in the order of the struct, numbers that read back as they were, a newline at the end.

use std::io::{self, Write};

use serde::Serialize;

use super::finite;

/// Writes any of this module's structs as JSON.
///
/// # Errors
/// What the writer reports, and a number that is not finite: JSON has none, and `null` would mean unknown.
/// Nothing is written in that case.
pub fn write(value: &impl Serialize, mut writer: impl Write) -> io::Result<()> {
    finite::check(value).map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem))?;
    serde_json::to_writer_pretty(&mut writer, value)?;
    writer.write_all(b"\n")
}
