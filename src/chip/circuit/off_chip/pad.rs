//! Pads: an I/O cell by itself, driving a load.

use super::cost::InterfaceCost;
use super::data::{IoCellRow, data};
use super::electrical::{Farads, Ohms};
use crate::chip::circuit::CircuitError;
use crate::units::{Joules, SquareMicrometres, Volts, Watts};

/// I/O voltages between which cells are made, in V.
const LEAST_SUPPLY: f64 = 0.4;
const HIGHEST_SUPPLY: f64 = 3.6;

/// Resistances between which drivers are made, in Ω.
const LEAST_DRIVER: f64 = 10.0;
const HIGHEST_DRIVER: f64 = 1000.0;

/// A pad that is wanted. It belongs to no node: its transistors are made for the I/O voltage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PadRequest {
    /// I/O voltage.
    pub supply: Volts,
    /// Resistance of the driver.
    pub driver: Ohms,
    /// What it drives beyond its own pad.
    pub load: Farads,
}

/// A pad and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pad {
    /// Area and leakage.
    pub cost: InterfaceCost,
    /// Of one transition into the load: half of C V² of the load, of the pad, and inside of the cell.
    pub energy: Joules,
}

impl Pad {
    /// Builds a pad.
    ///
    /// # Errors
    /// [`CircuitError`] for a voltage, driver or load that no pad has.
    pub fn new(request: &PadRequest) -> Result<Pad, CircuitError> {
        request.check()?;
        let data = data()?;
        let Some(row) = data.io_cell.get("ddr3") else {
            return Err(super::data::broken("no I/O cell ddr3".to_owned()));
        };
        let supply = request.supply.0;
        let farads = request.load.0 + (data.pad.own_pf + data.pad.internal_pf) * 1e-12;
        let area = row.standing_area(request.driver);
        let leakage = Watts(data.pad.leakage_ua * 1e-6 * supply);
        Ok(Pad {
            cost: InterfaceCost { area, leakage, ..InterfaceCost::default() },
            energy: Joules(0.5 * farads * supply * supply),
        })
    }
}

impl PadRequest {
    fn check(&self) -> Result<(), CircuitError> {
        let outside = |what: &str, value: f64, low: f64, high: f64, unit: &str| {
            let nearest = if value < low { low } else { high };
            Err(CircuitError::impossible(
                format!("a pad with {what} {value} {unit}"),
                format!("pads are made for {low} to {high} {unit}"),
                format!("ask for {nearest} {unit}"),
            ))
        };
        if !(LEAST_SUPPLY..=HIGHEST_SUPPLY).contains(&self.supply.0) {
            return outside("an I/O voltage of", self.supply.0, LEAST_SUPPLY, HIGHEST_SUPPLY, "V");
        }
        if !(LEAST_DRIVER..=HIGHEST_DRIVER).contains(&self.driver.0) {
            return outside("a driver of", self.driver.0, LEAST_DRIVER, HIGHEST_DRIVER, "Ω");
        }
        if self.load.0.is_nan() || self.load.0 < 0.0 || self.load.0.is_infinite() {
            return Err(CircuitError::impossible(
                format!("a pad with a load of {} F", self.load.0),
                "a capacitance is a number from zero up",
                "ask for 0 F for the pad alone",
            ));
        }
        Ok(())
    }
}

impl IoCellRow {
    /// Pad, protection and driver: the same at every node.
    pub(super) fn standing_area(&self, driver: Ohms) -> SquareMicrometres {
        SquareMicrometres((self.fixed + self.per_ohm / driver.0) * 1e6)
    }

    /// What speed takes, at the node of the constants. Beyond the fastest clock that they were made for it grows in
    /// proportion.
    pub(super) fn speed_area(&self, driver: Ohms, clock_mhz: f64) -> SquareMicrometres {
        const FASTEST_MHZ: f64 = 1600.0;
        let beyond = (clock_mhz / FASTEST_MHZ).max(1.0);
        let clock = clock_mhz.min(FASTEST_MHZ);
        let terms = clock * (self.speed1 + clock * (self.speed2 + clock * self.speed3)) * beyond;
        SquareMicrometres(terms / driver.0 * 1e6)
    }
}
