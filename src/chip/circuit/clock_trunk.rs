//! The clock's way from its source over the chip to where placed logic has its own clock buffers: an H-tree of repeated
//! wires whose clock never stops.

use super::wire::{Drive, Wire, WireRequest};
use super::{CircuitError, Leakage, Process, parameter_file};
use crate::chip::technology::{DeviceClass, WireClass, WireProjection};
use crate::units::{Joules, Micrometres, Ratio, SquareMicrometres};

parameter_file! {
    /// The values of `clock_trunk.toml`; ranges and sources stand there.
    Rules from "clock_trunk.toml" {
        region_area_mm2: "Area that one end of the trunk serves, in mm2.",
        delay_budget: "Delay that its wires may lose to save power.",
    }
}

/// Wires of an H-tree of one level over the side of its square: a bar across half of it, and two of half of it down.
const WIRES_OF_AN_H: f64 = 1.5;

/// The trunk of a chip's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockTrunk {
    /// All of its wire.
    pub length: Micrometres,
    /// Area of its repeaters; the wires lie above other circuits.
    pub area: SquareMicrometres,
    /// Of a cycle: every wire rises and falls.
    pub energy: Joules,
    /// Of its repeaters.
    pub leakage: Leakage,
}

impl ClockTrunk {
    /// Over a square of so much area, from the middle of one side; nothing over none.
    ///
    /// # Errors
    /// [`CircuitError`] where the node has no such transistors.
    pub fn over(
        area: SquareMicrometres,
        process: &Process,
        transistors: DeviceClass,
    ) -> Result<Option<ClockTrunk>, CircuitError> {
        let rules = Rules::built_in()?;
        let length = length(area, SquareMicrometres(rules.region_area_mm2 * 1e6));
        if length.0 <= 0.0 {
            return Ok(None);
        }
        let wire = Wire::new(&WireRequest {
            node: process.node,
            class: WireClass::Global,
            projection: WireProjection::Conservative,
            length,
            drive: Drive::Repeated { delay_budget: Ratio(rules.delay_budget) },
            transistors,
            temperature: process.temperature,
            supply: process.supply,
        })?;
        let (area, energy, leakage) = (wire.driver_area, wire.energy, wire.leakage);
        Ok(Some(ClockTrunk { length, area, energy, leakage }))
    }
}

/// Wire from the middle of a side to the centre, and of the H-tree from there. Each level of a tree halves the distance
/// between its ends and has twice the wire of the level before: with sides of L and n ends along each, 3/2 L (n - 1).
fn length(area: SquareMicrometres, region: SquareMicrometres) -> Micrometres {
    let side = area.0.sqrt();
    let ends_along = (area / region).sqrt().max(1.0);
    Micrometres(side / 2.0 + WIRES_OF_AN_H * side * (ends_along - 1.0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chip::circuit::SignOff;
    use crate::units::Kelvin;

    const MM2: SquareMicrometres = SquareMicrometres(1e6);

    #[test]
    fn the_tree_has_the_wires_that_one_draws() {
        // One end: half a side. 4 x 4 ends on 4 mm: one H of 2 mm bars, four of 1 mm bars, 3 bars each.
        assert_eq!(length(MM2, MM2), Micrometres(500.0));
        let drawn = 2000.0 + 3.0 * 2000.0 + 4.0 * 3.0 * 1000.0;
        assert!((length(MM2 * 16.0, MM2).0 / drawn - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_larger_chip_never_has_a_smaller_trunk_and_no_chip_has_none() {
        let process = Process {
            node: Micrometres(0.028),
            supply: None,
            temperature: Kelvin(358.15),
            sign_off: SignOff::NONE,
        };
        let trunk =
            |area: SquareMicrometres| ClockTrunk::over(area, &process, DeviceClass::HighPerformance).unwrap();
        assert_eq!(trunk(SquareMicrometres(0.0)), None);
        let mut before = trunk(MM2 * 0.001).unwrap();
        for power in 0..12 {
            let larger = trunk(MM2 * (0.01 * f64::from(1 << power))).unwrap();
            assert!(larger.length > before.length && larger.energy > before.energy);
            assert!(larger.area > before.area && larger.leakage.subthreshold > before.leakage.subthreshold);
            before = larger;
        }
    }
}
