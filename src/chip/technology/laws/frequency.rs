//! The law of frequency: what switches takes power in proportion to how often it switches.

use crate::units::{Hertz, Joules, Watts};

/// Power of something that takes `energy` each time and happens at a rate: a clock pin every cycle, a gate as often
/// as its activity says. Leakage and the energy of one event do not depend on frequency; a higher clock that needs
/// a higher voltage or larger gates costs through those.
pub fn switching_power(energy: Joules, rate: Hertz) -> Watts {
    energy * rate
}
