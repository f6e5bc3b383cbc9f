//! Standard cells: what synthesised logic is made of, at one node, voltage and temperature.

use crate::units::{Joules, Seconds, SquareMicrometres, Volts, Watts};

/// The standard cells of a node, told as the two-input NAND gate in which logic is counted and the flip-flop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardCells {
    /// Supply voltage at which the figures hold.
    pub supply: Volts,
    /// Area of a NAND2 of unit drive.
    pub nand2_area: SquareMicrometres,
    /// Mean energy of one output transition of a NAND2-equivalent with a mean fan-out and its local wire.
    pub nand2_energy: Joules,
    /// Leakage of a NAND2 of unit drive, mean over its states.
    pub nand2_leakage: Watts,
    /// Delay of an inverter that drives four of its like.
    pub fanout_of_four_delay: Seconds,
    /// The flip-flop.
    pub flip_flop: FlipFlop,
}

/// An edge-triggered D flip-flop of unit drive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlipFlop {
    /// Area.
    pub area: SquareMicrometres,
    /// Energy of one clock cycle (both edges) while the data stand still, its pin of the clock included.
    pub clock_energy: Joules,
    /// Energy added by one change of the stored bit.
    pub data_energy: Joules,
    /// Leakage.
    pub leakage: Watts,
    /// Setup time plus clock-to-output delay.
    pub overhead_delay: Seconds,
}
