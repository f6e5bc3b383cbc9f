//! A number of a data file, with the range in which it is plausible and where it comes from.

use serde::Deserialize;

/// One entry of a data file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::chip) struct Parameter {
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

/// A struct of numbers that a data file gives, each a [`Parameter`], with the function that reads it once:
/// `parameter_file! { /// Doc. pub(super) Rules from "rules.toml" as FILE { name: "What it is.", … } }`.
macro_rules! parameter_file {
    ($(#[$about:meta])* $visibility:vis $name_of:ident from $path:literal { $($name:ident: $doc:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        $visibility struct $name_of { $(#[doc = $doc] pub $name: f64),* }

        impl $name_of {
            /// The built-in values; ranges and sources stand in the file.
            ///
            /// # Errors
            /// [`crate::chip::circuit::CircuitError::Data`] if the built-in file cannot be read.
            $visibility fn built_in() -> Result<$name_of, $crate::chip::circuit::CircuitError> {
                use $crate::chip::circuit::{CircuitError, Parameter};

                #[derive(serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                struct File { $($name: Parameter),* }

                fn read() -> Result<$name_of, CircuitError> {
                    let broken = |message: String| CircuitError::Data { file: $path, message };
                    let file: File = toml::from_str(include_str!($path)).map_err(|error| broken(error.to_string()))?;
                    Ok($name_of { $($name: file.$name.checked(stringify!($name)).map_err(broken)?),* })
                }

                static VALUES: std::sync::OnceLock<Result<$name_of, CircuitError>> = std::sync::OnceLock::new();
                VALUES.get_or_init(read).clone()
            }
        }
    };
}
pub(in crate::chip) use parameter_file;
