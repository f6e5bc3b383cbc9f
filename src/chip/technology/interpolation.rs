//! Between two tabulated nodes: a straight line, or a power of the feature size.

use serde::Deserialize;

/// How transistors are built: whether the node's name is still a length of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Transistor {
    /// In the plane of the wafer. Pitches follow the feature size.
    Planar,
    /// Fins. The node's name is a name, and pitches stand for themselves.
    Finfet,
}

/// A table and the node that it belongs to.
#[derive(Debug)]
pub(super) struct At<T> {
    /// The size after which the node is named.
    pub name_um: f64,
    /// F: the length of which the layout is made.
    pub feature_size_um: f64,
    pub transistor: Transistor,
    pub table: T,
}

/// The two tabulated nodes around a feature size. At a tabulated node both are that node.
#[derive(Debug)]
pub(super) struct Ends<T: 'static> {
    pub smaller: &'static At<T>,
    pub larger: &'static At<T>,
    wanted_um: f64,
}

// Not derived: a derive would ask for `T: Copy`.
impl<T> Clone for Ends<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Ends<T> {}

impl<T> Ends<T> {
    /// `None` outside the tables, which stand from the largest node to the smallest.
    pub fn around(wanted_um: f64, tables: &'static [At<T>]) -> Option<Ends<T>> {
        let larger = tables.iter().rfind(|end| end.name_um >= wanted_um)?;
        let smaller = tables.iter().find(|end| end.name_um <= wanted_um)?;
        Some(Ends { smaller, larger, wanted_um })
    }

    /// Whether both ends are drawn in lengths after which nodes are named.
    pub fn planar(&self) -> bool {
        self.smaller.transistor == Transistor::Planar
    }

    /// A straight line over the feature size, as CACTI 7 draws it.
    pub fn linear(&self, smaller: f64, larger: f64) -> f64 {
        let (low, high) = (self.smaller.name_um, self.larger.name_um);
        let share = if low == high { 1.0 } else { (self.wanted_um - low) / (high - low) };
        share * larger + (1.0 - share) * smaller
    }

    /// A power of the feature size: a straight line in the logarithms of both. For positive values.
    pub fn power_law(&self, smaller: f64, larger: f64) -> f64 {
        let (low, high) = (self.smaller.name_um, self.larger.name_um);
        if low == high {
            return larger;
        }
        smaller * libm::pow(larger / smaller, libm::log(self.wanted_um / low) / libm::log(high / low))
    }
}
