//! What a part of a network costs whether or not a flit passes.

use std::iter::Sum;
use std::ops::{Add, Mul};

use crate::units::{Joules, SquareMicrometres, Watts};

/// Area, clock and leakage of a circuit or of a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Area.
    pub area: SquareMicrometres,
    /// Energy of the clock in a cycle in which it runs and nothing passes.
    pub clock_energy: Joules,
    /// The same while the clock of the whole circuit is gated.
    pub gated_clock_energy: Joules,
    /// Leakage.
    pub leakage: Watts,
}

impl Add for Cost {
    type Output = Cost;
    fn add(self, other: Cost) -> Cost {
        Cost {
            area: self.area + other.area,
            clock_energy: self.clock_energy + other.clock_energy,
            gated_clock_energy: self.gated_clock_energy + other.gated_clock_energy,
            leakage: self.leakage + other.leakage,
        }
    }
}

impl Mul<f64> for Cost {
    type Output = Cost;
    fn mul(self, factor: f64) -> Cost {
        Cost {
            area: self.area * factor,
            clock_energy: self.clock_energy * factor,
            gated_clock_energy: self.gated_clock_energy * factor,
            leakage: self.leakage * factor,
        }
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        costs.fold(Cost::default(), |sum, cost| sum + cost)
    }
}
