//! Placed gates and flip-flops that are counted and not synthesised: control, pipeline registers, state.

use super::{CircuitError, Layout};
use crate::chip::technology::StandardCells;
use crate::units::{Joules, Ratio, SquareMicrometres, Watts};

/// Cells of a block in NAND2-equivalents and flip-flops.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Netlist {
    /// Gates in NAND2-equivalents.
    pub gates: f64,
    /// Flip-flops.
    pub flip_flops: f64,
}

/// The cells of a netlist, placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedLogic {
    /// Area of cells, clock buffers included.
    pub cells: SquareMicrometres,
    /// Placed rows that no cell fills.
    pub whitespace: SquareMicrometres,
    /// Leakage.
    pub leakage: Watts,
    /// Energy of the clock of all flip-flops in a cycle, distribution included.
    pub clock_energy: Joules,
    /// The same while it is gated.
    pub gated_clock_energy: Joules,
    transition: Joules,
    store: Joules,
}

impl Netlist {
    /// So many gates.
    pub fn of_gates(gates: f64) -> Netlist {
        Netlist { gates, flip_flops: 0.0 }
    }

    /// So many flip-flops.
    pub fn of_flip_flops(flip_flops: f64) -> Netlist {
        Netlist { gates: 0.0, flip_flops }
    }

    /// The cells in rows, with what layout adds.
    ///
    /// # Errors
    /// [`CircuitError::Data`] if the built-in data cannot be read.
    pub fn placed(&self, cells: &StandardCells) -> Result<PlacedLogic, CircuitError> {
        let layout = Layout::placed()?;
        let flip_flop = &cells.flip_flop;
        let with_buffers = self.flip_flops * (1.0 + layout.clock_buffers);
        let area = cells.nand2_area * self.gates + flip_flop.area * with_buffers;
        let clock_energy = flip_flop.clock_energy * (self.flip_flops * (1.0 + layout.clock_distribution));
        Ok(PlacedLogic {
            cells: area,
            whitespace: area * (1.0 / layout.row_utilisation - 1.0),
            leakage: cells.nand2_leakage * self.gates + flip_flop.leakage * with_buffers,
            clock_energy,
            gated_clock_energy: clock_energy * layout.gated_clock,
            transition: cells.nand2_energy * (1.0 + layout.wiring_energy),
            store: flip_flop.data_energy,
        })
    }
}

impl PlacedLogic {
    /// Energy of so many output transitions of NAND2-equivalents, local wires included.
    pub fn transitions(&self, count: f64) -> Joules {
        self.transition * count
    }

    /// Energy of new data in so many flip-flops of which a part changes (random data: one half); clock left out.
    pub fn store(&self, flip_flops: f64, toggle: Ratio) -> Joules {
        self.store * (flip_flops * toggle.0)
    }
}
