//! A wire in numbers.

use serde::Serialize;

use super::names::{TRANSISTORS, WIRE_CLASSES, WIRE_PROJECTIONS, name_of};
use super::{SCHEMA_VERSION, nanometres, square_millimetres};
use crate::chip::circuit::wire::{Drive, Wire, WireRequest};
use crate::units::Micrometres;

/// A length of wire and what was asked for. Figures are of one wire; those of all are in `bus`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WireReport {
    /// Version of this report's schema.
    pub schema_version: u32,
    /// From end to end.
    pub delay_s: f64,
    /// Drawn from the supply for one rise and fall.
    pub energy_j: f64,
    /// Subthreshold leakage of repeaters or driver.
    pub leakage_w: f64,
    /// Gate leakage of the same.
    pub gate_leakage_w: f64,
    /// Area of repeaters or driver.
    pub driver_area_mm2: f64,
    /// Width of the wire.
    pub width_um: f64,
    /// Space to its neighbours.
    pub spacing_um: f64,
    /// Resistance by length.
    pub resistance_ohm_per_mm: f64,
    /// Capacitance by length.
    pub capacitance_f_per_mm: f64,
    /// Distance between repeaters; none with a single driver.
    pub repeater_spacing_mm: Option<f64>,
    /// Width of a repeater in minimum inverters; none with a single driver.
    pub repeater_size: Option<f64>,
    /// All wires side by side.
    pub bus: BusReport,
    /// What was asked for.
    pub request: WireRequestReport,
}

/// Wires side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BusReport {
    /// How many.
    pub bits: u32,
    /// Energy when all of them rise and fall.
    pub energy_j: f64,
    /// Subthreshold leakage.
    pub leakage_w: f64,
    /// Gate leakage.
    pub gate_leakage_w: f64,
    /// Area of repeaters or drivers.
    pub driver_area_mm2: f64,
    /// Area of the tracks, on their metal layer.
    pub track_area_mm2: f64,
}

/// A wire that was asked for, in the words of the command line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WireRequestReport {
    /// The process node.
    pub node_nm: f64,
    /// Length.
    pub length_mm: f64,
    /// Class of metal layers.
    pub class: &'static str,
    /// How optimistic the layers are.
    pub projection: &'static str,
    /// `repeated` or `single`.
    pub drive: &'static str,
    /// By what part the delay may exceed the least possible; none with a single driver.
    pub delay_budget: Option<f64>,
    /// Transistors of repeaters or driver.
    pub transistors: &'static str,
    /// Temperature at which they leak.
    pub temperature_k: f64,
    /// Supply; without one, the flavour's own.
    pub supply_v: Option<f64>,
}

impl WireReport {
    /// The report of so many wires that were built for a request.
    pub fn new(request: &WireRequest, bits: u32, wire: &Wire) -> WireReport {
        let driver_area_mm2 = square_millimetres(wire.driver_area);
        let pitch = wire.track.width + wire.track.spacing;
        let all = f64::from(bits);
        WireReport {
            schema_version: SCHEMA_VERSION,
            delay_s: wire.delay.0,
            energy_j: wire.energy.0,
            leakage_w: wire.leakage.subthreshold.0,
            gate_leakage_w: wire.leakage.gate.0,
            driver_area_mm2,
            width_um: wire.track.width.0,
            spacing_um: wire.track.spacing.0,
            resistance_ohm_per_mm: wire.track.resistance_ohm_per_um * 1e3,
            capacitance_f_per_mm: wire.track.capacitance_f_per_um * 1e3,
            repeater_spacing_mm: wire.repeaters.map(|(spacing, _)| millimetres(spacing)),
            repeater_size: wire.repeaters.map(|(_, size)| size),
            bus: BusReport {
                bits,
                energy_j: wire.energy.0 * all,
                leakage_w: wire.leakage.subthreshold.0 * all,
                gate_leakage_w: wire.leakage.gate.0 * all,
                driver_area_mm2: driver_area_mm2 * all,
                track_area_mm2: square_millimetres(pitch * request.length) * all,
            },
            request: WireRequestReport::of(request),
        }
    }
}

impl WireRequestReport {
    fn of(request: &WireRequest) -> WireRequestReport {
        let (drive, delay_budget) = match request.drive {
            Drive::Repeated { delay_budget } => ("repeated", Some(delay_budget.0)),
            Drive::Single => ("single", None),
        };
        WireRequestReport {
            node_nm: nanometres(request.node),
            length_mm: millimetres(request.length),
            class: name_of(&WIRE_CLASSES, &request.class),
            projection: name_of(&WIRE_PROJECTIONS, &request.projection),
            drive,
            delay_budget,
            transistors: name_of(&TRANSISTORS, &request.transistors),
            temperature_k: request.temperature.0,
            supply_v: request.supply.map(|supply| supply.0),
        }
    }
}

fn millimetres(length: Micrometres) -> f64 {
    length.0 / 1e3
}
