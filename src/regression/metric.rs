//! What is compared: numbers with a name, a quantity and a side that is worse.

use std::fmt;

use serde::Serialize;

/// What a number measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// In joules.
    Energy,
    /// In watts.
    Power,
    /// In cycles of the run's clock.
    Cycles,
}

impl Quantity {
    /// The unit of a metric's values.
    pub fn unit(self) -> &'static str {
        match self {
            Quantity::Energy => "J",
            Quantity::Power => "W",
            Quantity::Cycles => "cycles",
        }
    }
}

impl Serialize for Quantity {
    /// As its unit.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.unit())
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Quantity::Energy => "an energy",
            Quantity::Power => "a power",
            Quantity::Cycles => "a number of cycles",
        })
    }
}

/// A number that is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// `energy_per_inference`, `component.alpha.energy`, `layer.conv1.energy`, ...
    pub name: String,
    /// What it measures.
    pub quantity: Quantity,
    /// Whether more of it is better: of headroom. Of anything else it is worse.
    pub more_is_better: bool,
    /// Its value, in the quantity's unit.
    pub value: f64,
}

impl Metric {
    /// A metric of which more is worse.
    pub fn new(name: impl Into<String>, quantity: Quantity, value: f64) -> Metric {
        Metric { name: name.into(), quantity, more_is_better: false, value }
    }

    /// Whether a change of its value is one for the worse.
    pub fn is_worse(&self, change: f64) -> bool {
        if self.more_is_better { change < 0.0 } else { change > 0.0 }
    }
}
