//! Wires that join pieces of storage, in rows above one another, with the port in the middle of an edge.

use crate::chip::circuit::wire::{Drive, Wire, WireRequest};
use crate::chip::component::{ComponentError, Context, Cost};
use crate::chip::technology::{WireClass, WireProjection};
use crate::units::{Joules, Micrometres, Ratio, Seconds};

/// Delay that these wires may lose to save power, over the least (CACTI's choice "Global_30").
const DELAY_BUDGET: Ratio = Ratio(0.3);

/// Wires over an area: they run in layers above the macros, which leaves only repeaters on the ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distribution {
    /// A millimetre of one wire.
    millimetre: Wire,
    width: Micrometres,
    height: Micrometres,
}

const MILLIMETRE: Micrometres = Micrometres(1000.0);

impl Distribution {
    /// Wires over so wide and high an area.
    ///
    /// # Errors
    /// [`ComponentError`] when the node has no such wires.
    pub fn over(
        width: Micrometres,
        height: Micrometres,
        context: &Context,
    ) -> Result<Distribution, ComponentError> {
        let millimetre = Wire::new(&WireRequest {
            node: context.process.node,
            class: WireClass::SemiGlobal,
            projection: WireProjection::Conservative,
            length: MILLIMETRE,
            drive: Drive::Repeated { delay_budget: DELAY_BUDGET },
            transistors: context.transistors,
            temperature: context.process.temperature,
            supply: context.process.supply,
        })?;
        Ok(Distribution { millimetre, width, height })
    }

    /// From the port to a piece, the mean of all: a quarter of the width and half of the height.
    fn mean(&self) -> Micrometres {
        self.width / 4.0 + self.height / 2.0
    }

    /// All of one wire that reaches each of so many columns of pieces: along the edge, and down each column.
    fn whole(&self, columns: f64) -> Micrometres {
        self.width / 2.0 + self.height * columns
    }

    /// Repeaters of so many wires that each reach so many columns of pieces.
    pub fn cost(&self, wires: f64, columns: f64) -> Cost {
        let millimetres = wires * (self.whole(columns) / MILLIMETRE);
        Cost::of_area(self.millimetre.driver_area * millimetres).leaking(self.millimetre.leakage * millimetres)
    }

    /// Energy of an access that moves random bits over so many wires; the branches to other pieces are gated.
    pub fn energy(&self, wires: f64) -> Joules {
        self.millimetre.energy * (wires * super::RANDOM_WIRE.0 * (self.mean() / MILLIMETRE))
    }

    /// From the port to the furthest piece.
    pub fn delay(&self) -> Seconds {
        self.millimetre.delay * ((self.width / 2.0 + self.height) / MILLIMETRE)
    }
}
