//! Wires by themselves: a length of one, repeated or not, on a layer of a node.

use super::CircuitError;
use super::gate_chain::{GateChain, Load};
use super::repeated_wire::{RepeatedWire, Track};
use super::transistor::{Leakage, Transistors};
use crate::chip::technology::{DeviceClass, Node, WireClass, WireProjection};
use crate::units::{Joules, Kelvin, Micrometres, Ratio, Seconds, SquareMicrometres, Volts};

/// Largest delay beyond the least that repeaters are chosen for, over the least.
const MOST_DELAY_BUDGET: f64 = 3.0;

/// How a wire is driven.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drive {
    /// By repeaters; its delay may exceed the least possible by a part, to save power.
    Repeated {
        /// The part.
        delay_budget: Ratio,
    },
    /// By one driver at its head: an inverter chain sized for the wire.
    Single,
}

/// A wire that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WireRequest {
    /// Feature size of the process.
    pub node: Micrometres,
    /// Class of metal layers.
    pub class: WireClass,
    /// How optimistic the layers are.
    pub projection: WireProjection,
    /// Its length.
    pub length: Micrometres,
    /// How it is driven.
    pub drive: Drive,
    /// Transistors of repeaters and drivers.
    pub transistors: DeviceClass,
    /// Temperature at which they leak.
    pub temperature: Kelvin,
    /// Supply; without it, the flavour's own.
    pub supply: Option<Volts>,
}

/// What a length of one wire costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wire {
    /// The wire itself.
    pub track: Track,
    /// From end to end.
    pub delay: Seconds,
    /// Drawn from the supply for one rise and fall.
    pub energy: Joules,
    /// Of repeaters or drivers.
    pub leakage: Leakage,
    /// Of repeaters or drivers; the wire's own track apart.
    pub driver_area: SquareMicrometres,
    /// Distance between repeaters, and their size in minimum inverters; nothing for a single driver.
    pub repeaters: Option<(Micrometres, f64)>,
}

impl Wire {
    /// Costs a wire.
    ///
    /// # Errors
    /// [`CircuitError`] when the node has no such transistors, or the length is not positive.
    pub fn new(request: &WireRequest) -> Result<Wire, CircuitError> {
        if request.length.0.is_nan() || request.length.0 <= 0.0 {
            return Err(CircuitError::impossible(
                "a wire without length",
                "there is nothing to drive",
                "give a length above zero, such as 1mm",
            ));
        }
        if let Drive::Repeated { delay_budget } = request.drive
            && !(0.0..=MOST_DELAY_BUDGET).contains(&delay_budget.0)
        {
            return Err(CircuitError::impossible(
                format!("a delay budget of {delay_budget}"),
                "no wire is faster than the fastest, and one that may be slower without end needs no repeaters",
                "give a part from 0 % to 300 %, or a single driver",
            ));
        }
        let node = Node::at(request.node)?;
        let layer = node.wire(request.projection, request.class);
        let local = node.wire(request.projection, WireClass::Local);
        let transistors =
            Transistors::new(&node, request.transistors, request.temperature, request.supply, &local)?;
        Ok(match request.drive {
            Drive::Repeated { delay_budget } => {
                let wire = RepeatedWire::design(&transistors, Track::in_bus(&layer), delay_budget);
                Wire::repeated(&wire, request.length)
            }
            Drive::Single => Wire::single(&transistors, Track::alone(&layer), request.length),
        })
    }

    fn repeated(wire: &RepeatedWire, length: Micrometres) -> Wire {
        Wire {
            track: wire.track,
            delay: wire.delay(length),
            energy: wire.energy(length),
            leakage: wire.leakage(length),
            driver_area: wire.repeater_area(length),
            repeaters: Some((wire.repeater_spacing, wire.repeater_size)),
        }
    }

    /// Elmore delay of the wire as a π of its resistance and capacitance behind a chain sized for it.
    fn single(transistors: &Transistors, track: Track, length: Micrometres) -> Wire {
        let farad = track.capacitance_f_per_um * length.0;
        let ohm = track.resistance_ohm_per_um * length.0;
        let row_um = transistors.rules.layout.logic_gate_height;
        let chain = GateChain::sized(transistors, 1, farad, row_um);
        let transition = chain.drive(0.0, Load::behind_wire(farad, ohm));
        Wire {
            track,
            delay: Seconds(transition.delay_s),
            energy: Joules(transition.energy_j),
            leakage: chain.leakage().at_supply(transistors.device.supply),
            driver_area: SquareMicrometres(chain.area_um2()),
            repeaters: None,
        }
    }
}
