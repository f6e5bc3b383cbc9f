//! stub
use crate::error::DataError;
use crate::format::{Format, OpenOptions, OpenedTrace};
use crate::input::Input;

/// stub
pub struct ActivityJsonLines;

impl Format for ActivityJsonLines {
    fn name(&self) -> &'static str {
        "activity-jsonl"
    }
    fn summary(&self) -> &'static str {
        ""
    }
    fn owns_content(&self, _prefix: &[u8], _name: Option<&str>) -> bool {
        false
    }
    fn open(&self, _input: Input, _options: &OpenOptions) -> Result<OpenedTrace, DataError> {
        Err(DataError::new("stub", "", "", ""))
    }
}

/// stub
pub fn create_writer(
    _output: Box<dyn std::io::Write + Send>,
    _metadata: &crate::metadata::Metadata,
) -> Result<Box<dyn crate::writer::TraceWriter>, DataError> {
    Err(DataError::new("stub", "", "", ""))
}
