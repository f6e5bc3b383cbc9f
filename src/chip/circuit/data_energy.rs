//! The energy of an action as far as it depends on the bits that change.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul};

use crate::units::{Joules, Ratio};

/// Part of the bits that differ between random words.
pub(in crate::chip) const RANDOM_TOGGLE: Ratio = Ratio(0.5);

/// What an action takes whatever its data, and what random data add: linear in the bits that change.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DataEnergy {
    /// What it takes when no bit of the data changes from the action before: decoding, selecting, the clock of a word
    /// that is written, bit lines that are precharged with every access.
    pub standing: Joules,
    /// What random data add: half of the bits change.
    pub data: Joules,
}

impl DataEnergy {
    /// An energy that the data do not change.
    pub fn standing(energy: Joules) -> DataEnergy {
        DataEnergy { standing: energy, ..DataEnergy::default() }
    }

    /// An energy that only bits which change take, for random data.
    pub fn changing(energy: Joules) -> DataEnergy {
        DataEnergy { data: energy, ..DataEnergy::default() }
    }

    /// With random data.
    pub fn total(self) -> Joules {
        self.standing + self.data
    }

    /// When a part of the bits changes from one word to the next (random data: one half). A fraction outside of 0 to
    /// 1 counts as the nearer of them.
    pub fn at(self, toggle: Ratio) -> Joules {
        self.standing + self.data * (toggle.0.clamp(0.0, 1.0) / RANDOM_TOGGLE.0)
    }
}

impl Add for DataEnergy {
    type Output = DataEnergy;
    fn add(self, other: DataEnergy) -> DataEnergy {
        DataEnergy { standing: self.standing + other.standing, data: self.data + other.data }
    }
}

impl AddAssign for DataEnergy {
    fn add_assign(&mut self, other: DataEnergy) {
        *self = *self + other;
    }
}

impl Mul<f64> for DataEnergy {
    type Output = DataEnergy;
    fn mul(self, factor: f64) -> DataEnergy {
        DataEnergy { standing: self.standing * factor, data: self.data * factor }
    }
}

impl Div<f64> for DataEnergy {
    type Output = DataEnergy;
    fn div(self, divisor: f64) -> DataEnergy {
        DataEnergy { standing: self.standing / divisor, data: self.data / divisor }
    }
}

impl Sum for DataEnergy {
    fn sum<I: Iterator<Item = DataEnergy>>(energies: I) -> DataEnergy {
        energies.fold(DataEnergy::default(), |sum, energy| sum + energy)
    }
}
