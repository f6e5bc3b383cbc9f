//! How the parts of an interface change between nodes.

use crate::chip::circuit::{CircuitError, Layout, Process, SignOff};
use crate::chip::technology::{Node, StandardCells};
use crate::units::{Kelvin, Micrometres, Seconds, SquareMicrometres, Watts};

/// Temperature at which figures of a reference node were told; no energy or area depends on it.
const ROOM: Kelvin = Kelvin(298.15);

/// A process and how far it is from others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scaling {
    pub cells: StandardCells,
    length_um: f64,
    row_utilisation: f64,
    sign_off: SignOff,
}

impl Scaling {
    pub fn of(process: &Process) -> Result<Scaling, CircuitError> {
        let layout = Layout::placed()?;
        let length_um = process.node()?.feature_size_um;
        let (row_utilisation, sign_off) = (layout.row_utilisation, process.sign_off);
        Ok(Scaling { cells: process.cells()?, length_um, row_utilisation, sign_off })
    }

    /// Factors from a node at its own supply to this process.
    pub fn from(&self, nanometres: f64) -> Result<Factors, CircuitError> {
        let node = Node::at(Micrometres(nanometres / 1000.0))?;
        // Published figures are of products: what sign-off adds is in both, and cancels.
        let cells = self.sign_off.applied_to(node.standard_cells(None, ROOM)?);
        Ok(Factors {
            length: self.length_um / node.feature_size_um,
            logic_area: self.cells.nand2_area / cells.nand2_area,
            switching: self.cells.nand2_energy / cells.nand2_energy,
            supply: self.cells.supply / cells.supply,
        })
    }

    /// Delay of an inverter that drives four, as circuits that were made have it: rates of lanes are told of those, and no
    /// slow corner is on top.
    pub fn typical_fanout_of_four(&self) -> Seconds {
        self.cells.fanout_of_four_delay * (1.0 / self.sign_off.slow_corner)
    }

    /// Leakage of logic of an area.
    pub fn leakage(&self, logic: SquareMicrometres) -> Watts {
        self.cells.nand2_leakage * (logic / self.cells.nand2_area * self.row_utilisation)
    }

    /// Placed area of so many NAND2-equivalents.
    pub fn placed(&self, gates: f64) -> SquareMicrometres {
        self.cells.nand2_area * (gates / self.row_utilisation)
    }
}

/// What becomes of a figure of another node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factors {
    /// Of an analog circuit's area: linear in the length of layouts, since transistors get narrower but matching,
    /// inductors and wires do not shrink in both directions (McPAT 1.3 scales PHYs so).
    pub length: f64,
    /// Of logic's area.
    pub logic_area: f64,
    /// Of the energy of a gate.
    pub switching: f64,
    /// Of power that a constant current takes.
    pub supply: f64,
}
