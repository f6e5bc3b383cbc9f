//! Figures by the part of the circuit that they belong to.

use serde::ser::{Serialize, Serializer};

/// The parts of a figure with their names, in the circuit's order; in JSON an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts(pub Vec<(&'static str, f64)>);

impl Parts {
    /// Parts from a circuit's own, each in the unit that `figure` gives.
    pub(super) fn of<T>(parts: impl IntoIterator<Item = (&'static str, T)>, figure: fn(T) -> f64) -> Parts {
        Parts(parts.into_iter().map(|(name, part)| (name, figure(part))).collect())
    }
}

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, figure)| (name, figure)))
    }
}
