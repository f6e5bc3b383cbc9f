//! Where a circuit is made and how it is run.

use super::CircuitError;
use crate::chip::technology::{Node, StandardCells};
use crate::units::{Kelvin, Micrometres, Volts};

/// A node, a supply and a temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Process {
    /// Feature size of the process.
    pub node: Micrometres,
    /// Supply of the logic; without it, that of the node's high-performance transistors.
    pub supply: Option<Volts>,
    /// Temperature at which it leaks.
    pub temperature: Kelvin,
}

impl Process {
    pub(super) fn node(&self) -> Result<Node, CircuitError> {
        Ok(Node::at(self.node)?)
    }

    pub(super) fn cells(&self) -> Result<StandardCells, CircuitError> {
        Ok(self.node()?.standard_cells(self.supply, self.temperature)?)
    }
}
