//! Where a circuit is made and how it is run.

use super::{CircuitError, SignOff};
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
    /// What sign-off adds to the library's cells: [`SignOff::NONE`] for cells as tables have them.
    pub sign_off: SignOff,
}

impl Process {
    pub(super) fn node(&self) -> Result<Node, CircuitError> {
        Ok(Node::at(self.node)?)
    }

    /// The standard cells, with what sign-off adds.
    ///
    /// # Errors
    /// [`CircuitError::Technology`] outside of the tables and laws.
    pub fn cells(&self) -> Result<StandardCells, CircuitError> {
        Ok(self.sign_off.applied_to(self.node()?.standard_cells(self.supply, self.temperature)?))
    }
}
