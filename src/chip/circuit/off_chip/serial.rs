//! Serial links: lanes of a transmitter and a receiver each.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::cost::InterfaceCost;
use super::data::{ReachRow, Serials, broken, data};
use super::electrical::BitsPerSecond;
use super::limits::check_rate;
use super::scaling::Scaling;
use crate::chip::circuit::{CircuitError, Process};
use crate::units::{Joules, SquareMicrometres, Watts};

/// How far a lane reaches, and so how much it must equalise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Millimetres inside a package: no equaliser, clock forwarded.
    Package,
    /// Centimetres of board, 10 to 15 dB of loss: a linear equaliser, clock forwarded or recovered.
    Board,
    /// Boards and connectors, 20 to 35 dB: feed-forward and decision-feedback equalisers, adapted; clock recovered.
    Backplane,
}

impl Reach {
    /// All of them.
    pub const ALL: [Reach; 3] = [Reach::Package, Reach::Board, Reach::Backplane];

    fn row(self, serial: &'static Serials) -> Result<&'static ReachRow, CircuitError> {
        serial.reach.get(&self).ok_or_else(|| broken(format!("no reach {self}")))
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reach::Package => "package",
            Reach::Board => "board",
            Reach::Backplane => "backplane",
        })
    }
}

/// A link that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SerialRequest {
    /// How far it reaches.
    pub reach: Reach,
    /// Lanes, each of both directions.
    pub lanes: u32,
    /// Rate of a lane in each direction.
    pub rate: BitsPerSecond,
    /// Where the chip is made.
    pub process: Process,
}

/// A link and what its end on this chip costs. A lane takes its power whether it carries data or idle symbols:
/// [`InterfaceCost::running`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SerialLink {
    /// Lanes.
    pub lanes: u32,
    /// Most bits a second in each direction.
    pub bandwidth: BitsPerSecond,
    /// Current of the drivers into the line.
    pub drivers: InterfaceCost,
    /// Serialisers, clocks, equalisers, receivers; and all of the circuits' area.
    pub transceivers: InterfaceCost,
    /// Area that bumps need beyond the circuits under them.
    pub bumps: InterfaceCost,
}

impl SerialLink {
    /// Builds a link.
    ///
    /// # Errors
    /// [`CircuitError`] without a lane, for a rate that the reach or the node has not, and outside of the
    /// technology's tables.
    pub fn new(request: &SerialRequest) -> Result<SerialLink, CircuitError> {
        let serial = &data()?.serial;
        let row = request.reach.row(serial)?;
        check_lanes(request.lanes)?;
        let scaling = Scaling::of(&request.process)?;
        let highest = BitsPerSecond::from_giga(row.highest_gbps);
        let what = format!("a {} link", request.reach);
        let bits_a_symbol = if request.rate.0 > serial.amplitude_modulation_gbps * 1e9 { 2.0 } else { 1.0 };
        check_rate(&what, request.rate, highest, bits_a_symbol, &scaling, serial)?;
        let lanes = f64::from(request.lanes);
        let supply = scaling.cells.supply.0;
        let driver = if row.draws_driver_current { supply * supply / serial.driver_ohm } else { 0.0 };
        let standing = |running: Watts| InterfaceCost {
            running,
            standby: running * serial.standby_share,
            ..InterfaceCost::default()
        };
        let symbols = request.rate * (1.0 / bits_a_symbol);
        let area = row.area(&scaling, symbols)?;
        let transceiver = InterfaceCost {
            area,
            leakage: scaling.leakage(area * serial.logic_share),
            ..standing(Watts(row.symbol(&scaling, serial, symbols)?.0 * symbols.0))
        };
        let missing = (data()?.bumps.area(row.signal_bumps, None) - area).0.max(0.0);
        let bumps = InterfaceCost { area: SquareMicrometres(missing), ..InterfaceCost::default() };
        Ok(SerialLink {
            lanes: request.lanes,
            bandwidth: request.rate * lanes,
            drivers: standing(Watts(driver)) * lanes,
            transceivers: transceiver * lanes,
            bumps: bumps * lanes,
        })
    }

    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, InterfaceCost); 3] {
        [("drivers", self.drivers), ("transceivers", self.transceivers), ("bumps", self.bumps)]
    }

    /// All of it.
    pub fn cost(&self) -> InterfaceCost {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }

    /// Running power over the bits of one direction: what papers tell as energy a bit of a transceiver.
    pub fn energy_per_bit(&self) -> Joules {
        Joules(self.cost().running.0 / self.bandwidth.0)
    }
}

impl ReachRow {
    /// Energy of a symbol, drivers apart: a part scales as gates do, the rest as constant currents.
    fn symbol(
        &self,
        scaling: &Scaling,
        serial: &Serials,
        symbols: BitsPerSecond,
    ) -> Result<Joules, CircuitError> {
        let (factors, share) = (scaling.from(self.energy_nm)?, serial.switching_share);
        let scale = share * factors.switching + (1.0 - share) * factors.supply;
        let at_its_node = self.symbol_pj + self.symbol_pj_per_gbaud * symbols.0 * 1e-9;
        Ok(Joules(at_its_node * 1e-12 * scale))
    }

    /// Area of a lane's circuits.
    fn area(&self, scaling: &Scaling, symbols: BitsPerSecond) -> Result<SquareMicrometres, CircuitError> {
        let growth = if self.area_scales { scaling.from(self.area_nm)?.length } else { 1.0 };
        let at_its_node = self.area_mm2 + self.area_mm2_per_gbaud * symbols.0 * 1e-9;
        Ok(SquareMicrometres(at_its_node * 1e6 * growth))
    }
}

fn check_lanes(lanes: u32) -> Result<(), CircuitError> {
    const MOST_LANES: u32 = 4096;
    if (1..=MOST_LANES).contains(&lanes) {
        return Ok(());
    }
    Err(CircuitError::impossible(
        format!("a link of {lanes} lanes"),
        format!("a link has from 1 to {MOST_LANES}"),
        format!("ask for {}", lanes.clamp(1, MOST_LANES)),
    ))
}
