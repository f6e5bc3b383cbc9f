//! Electrical quantities of interfaces.

use std::fmt;
use std::ops::Mul;

use crate::units::{Seconds, with_prefix};

/// A capacitance in farads.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Farads(pub f64);

/// A resistance in ohms.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Ohms(pub f64);

/// A rate of data in bits a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct BitsPerSecond(pub f64);

impl BitsPerSecond {
    /// From Gb/s.
    pub fn from_giga(gbps: f64) -> BitsPerSecond {
        BitsPerSecond(gbps * 1e9)
    }

    /// The time of a bit.
    pub fn bit_time(self) -> Seconds {
        Seconds(1.0 / self.0)
    }
}

impl Mul<f64> for BitsPerSecond {
    type Output = BitsPerSecond;
    fn mul(self, factor: f64) -> BitsPerSecond {
        BitsPerSecond(self.0 * factor)
    }
}

impl fmt::Display for BitsPerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_prefix(self.0, "b/s", 3))
    }
}

impl fmt::Display for Ohms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_prefix(self.0, "Ω", 3))
    }
}
