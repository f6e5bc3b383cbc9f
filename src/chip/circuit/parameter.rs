//! A number of a data file, with the range in which it is plausible and where it comes from.

use serde::Deserialize;

/// One entry of a data file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameter {
    value: f64,
    range: [f64; 2],
    source: String,
}

impl Parameter {
    /// The value.
    ///
    /// # Errors
    /// What is wrong with the entry: a value outside of its own range, or no source.
    pub fn checked(&self, name: &str) -> Result<f64, String> {
        let [least, most] = self.range;
        if (least..=most).contains(&self.value) && !self.source.is_empty() {
            return Ok(self.value);
        }
        Err(format!("{name} is outside of its range or has no source"))
    }
}
