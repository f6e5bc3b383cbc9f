//! How figures change with voltage, frequency and temperature: one law each.

mod frequency;
mod temperature;
mod voltage;

pub use frequency::switching_power;
pub use temperature::{HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE};
pub use voltage::{VoltageFactors, VoltageLaw};

pub(super) use temperature::leakage_at;
pub(super) use voltage::LawRow;
