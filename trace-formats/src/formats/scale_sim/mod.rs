//! stub
use crate::error::DataError;
use crate::format::{Format, OpenOptions, OpenedTrace};
use crate::input::Input;

/// stub
pub struct ScaleSim;

impl Format for ScaleSim {
    fn name(&self) -> &'static str {
        "scale-sim"
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
