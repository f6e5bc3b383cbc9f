//! What an interface costs whether or not data move.

use std::iter::Sum;
use std::ops::{Add, Mul};

use crate::units::{SquareMicrometres, Watts};

/// Area and standing power of an interface or of a part of it, on the chip.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InterfaceCost {
    /// Area.
    pub area: SquareMicrometres,
    /// Power while the interface is up and no data move; leakage apart. Bias, clocks, and of a serial link all of
    /// its lane: it sends idle symbols.
    pub running: Watts,
    /// The same while it sleeps.
    pub standby: Watts,
    /// Leakage.
    pub leakage: Watts,
}

impl InterfaceCost {
    /// The same of an interface that never sleeps: no data, but clocks and idle symbols.
    pub fn awake(self) -> InterfaceCost {
        InterfaceCost { standby: self.running, ..self }
    }
}

impl Add for InterfaceCost {
    type Output = InterfaceCost;
    fn add(self, other: InterfaceCost) -> InterfaceCost {
        InterfaceCost {
            area: self.area + other.area,
            running: self.running + other.running,
            standby: self.standby + other.standby,
            leakage: self.leakage + other.leakage,
        }
    }
}

impl Mul<f64> for InterfaceCost {
    type Output = InterfaceCost;
    fn mul(self, factor: f64) -> InterfaceCost {
        InterfaceCost {
            area: self.area * factor,
            running: self.running * factor,
            standby: self.standby * factor,
            leakage: self.leakage * factor,
        }
    }
}

impl Sum for InterfaceCost {
    fn sum<I: Iterator<Item = InterfaceCost>>(costs: I) -> InterfaceCost {
        costs.fold(InterfaceCost::default(), |sum, cost| sum + cost)
    }
}
