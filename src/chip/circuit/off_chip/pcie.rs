//! PCI Express: lanes of a generation with the controller behind them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::cost::InterfaceCost;
use super::data::{Pcies, broken, data};
use super::electrical::BitsPerSecond;
use super::scaling::Scaling;
use super::serial::{Reach, SerialLink, SerialRequest};
use crate::chip::circuit::{CircuitError, Process};
use crate::units::{Joules, Watts};

/// Lanes that the standard knows.
const LANES: [u32; 6] = [1, 2, 4, 8, 16, 32];

/// A generation of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // Each is the name of its standard.
pub enum PcieGeneration {
    Gen1,
    Gen2,
    Gen3,
    Gen4,
    Gen5,
    Gen6,
}

impl PcieGeneration {
    /// All of them.
    pub const ALL: [PcieGeneration; 6] = [
        PcieGeneration::Gen1,
        PcieGeneration::Gen2,
        PcieGeneration::Gen3,
        PcieGeneration::Gen4,
        PcieGeneration::Gen5,
        PcieGeneration::Gen6,
    ];
}

impl fmt::Display for PcieGeneration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PCIe {}", *self as u32 + 1)
    }
}

/// A port that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PcieRequest {
    /// Generation.
    pub generation: PcieGeneration,
    /// Lanes: 1, 2, 4, 8, 16 or 32.
    pub lanes: u32,
    /// Where the chip is made.
    pub process: Process,
}

/// A port and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PciePort {
    /// Most bits a second in each direction, after coding and before packet headers.
    pub bandwidth: BitsPerSecond,
    /// The serial lanes.
    pub lanes: InterfaceCost,
    /// Link and transaction layer.
    pub controller: InterfaceCost,
    /// Energy that a bit of traffic adds, either way: the controller's. The lanes run anyway.
    pub energy_per_bit: Joules,
}

impl PciePort {
    /// Builds a port.
    ///
    /// # Errors
    /// [`CircuitError`] for a number of lanes that the standard has not, a generation that is too fast for the node,
    /// and outside of the technology's tables.
    pub fn new(request: &PcieRequest) -> Result<PciePort, CircuitError> {
        check_lanes(request)?;
        let pcie = &data()?.pcie;
        let Some(row) = pcie.generation.get(&request.generation) else {
            return Err(broken(format!("no generation {}", request.generation)));
        };
        let rate = BitsPerSecond::from_giga(row.gbps);
        let scaling = Scaling::of(&request.process)?;
        let link = link(request, rate).map_err(|error| too_fast(request, rate).unwrap_or(error))?;
        let cells = &scaling.cells;
        let changed = cells.flip_flop.clock_energy + cells.flip_flop.data_energy * 0.5;
        Ok(PciePort {
            bandwidth: link.bandwidth * row.coding,
            lanes: link.cost(),
            controller: controller(pcie, &scaling, rate) * f64::from(request.lanes),
            energy_per_bit: changed * pcie.registers_per_bit + cells.nand2_energy * pcie.gates_per_bit,
        })
    }

    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, InterfaceCost); 2] {
        [("lanes", self.lanes), ("controller", self.controller)]
    }

    /// All of it.
    pub fn cost(&self) -> InterfaceCost {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }
}

fn link(request: &PcieRequest, rate: BitsPerSecond) -> Result<SerialLink, CircuitError> {
    let (lanes, process) = (request.lanes, request.process);
    SerialLink::new(&SerialRequest { reach: Reach::Backplane, lanes, rate, process })
}

/// The error of a generation whose lanes the node cannot make, with the fastest that it can.
fn too_fast(request: &PcieRequest, rate: BitsPerSecond) -> Option<CircuitError> {
    let generations = &data().ok()?.pcie.generation;
    let slower = generations.iter().rev().filter(|(generation, _)| **generation < request.generation);
    let works = slower.map(|(generation, row)| (generation, BitsPerSecond::from_giga(row.gbps)));
    let (nearest, _) = works.into_iter().find(|(_, rate)| link(request, *rate).is_ok())?;
    Some(CircuitError::impossible(
        format!("{} at this node and supply", request.generation),
        format!("its transistors are too slow for {rate} a lane"),
        format!("ask for {nearest}, or for a smaller node"),
    ))
}

/// A lane's part of the controller.
fn controller(pcie: &Pcies, scaling: &Scaling, rate: BitsPerSecond) -> InterfaceCost {
    let (cells, gates) = (&scaling.cells, pcie.controller_gates);
    let flip_flops = gates * pcie.flip_flop_share * (cells.nand2_area / cells.flip_flop.area);
    let clock_hz = rate.0 / pcie.bits_per_cycle;
    let area = scaling.placed(gates);
    InterfaceCost {
        area,
        running: Watts(cells.flip_flop.clock_energy.0 * flip_flops * pcie.ungated_share * clock_hz),
        standby: Watts(0.0),
        leakage: scaling.leakage(area),
    }
}

fn check_lanes(request: &PcieRequest) -> Result<(), CircuitError> {
    if LANES.contains(&request.lanes) {
        return Ok(());
    }
    let nearest = LANES.into_iter().find(|lanes| *lanes >= request.lanes).unwrap_or(32);
    Err(CircuitError::impossible(
        format!("{} with {} lanes", request.generation, request.lanes),
        "the standard has 1, 2, 4, 8, 16 or 32",
        format!("ask for {nearest}"),
    ))
}
