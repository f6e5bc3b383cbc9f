//! A unit with its parts.

use super::activity::{ActivityFactors, OperandActivity};
use super::operation::Operation;
use crate::units::{Joules, Seconds, SquareMicrometres, Watts};

/// What a part of a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Gates, and their transitions of values that settle.
    Logic,
    /// Transitions of gates on the way to their values.
    Glitches,
    /// Wires beyond the local ones.
    Wiring,
    /// Registers between the stages.
    PipelineRegisters,
    /// Buffers and wires of those registers' clock.
    ClockDistribution,
    /// Placed rows that no cell fills.
    Whitespace,
}

/// One part of a unit's cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Area.
    pub area: SquareMicrometres,
    /// Energy of an operation on random operands, without clock.
    pub energy: Joules,
    /// Energy of the clock in a cycle.
    pub clock_energy: Joules,
    /// The same while the unit's clock is gated.
    pub gated_clock_energy: Joules,
    /// Leakage.
    pub leakage: Watts,
}

/// An arithmetic unit at one node, voltage and temperature. It holds the registers between its stages, not those at
/// its inputs and outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct ArithmeticUnit {
    /// What it does.
    pub operation: Operation,
    /// Stages; there are registers between them.
    pub stages: u32,
    /// Flip-flops of these registers.
    pub register_bits: u32,
    /// Gates in NAND2-equivalents, registers left out.
    pub gates: f64,
    /// Logic from input to output in fan-out-of-four delays.
    pub logic_depth: f64,
    /// Shortest cycle, a flip-flop's overhead included.
    pub minimum_cycle: Seconds,
    /// Cycle of the clock that was asked for, else the shortest.
    pub cycle: Seconds,
    /// What it is made of; totals are sums over these.
    pub parts: Vec<Part>,
    /// How other operands than random ones change the energy.
    pub activity_factors: ActivityFactors,
}

impl ArithmeticUnit {
    /// Area.
    pub fn area(&self) -> SquareMicrometres {
        self.parts.iter().map(|part| part.area).sum()
    }

    /// Energy of an operation on random operands, without clock: settled values, glitches, wires, register data.
    pub fn energy(&self) -> Joules {
        self.parts.iter().map(|part| part.energy).sum()
    }

    /// Area times energy of a cycle with an operation on random operands: what designs are chosen by.
    pub(super) fn cost(&self) -> f64 {
        self.area().0 * (self.energy() + self.clock_energy()).0
    }

    /// Energy of an operation on such operands, without clock.
    pub fn energy_at(&self, activity: &OperandActivity) -> Joules {
        self.energy() * self.activity_factors.factor(activity)
    }

    /// Energy of the clock in a cycle, with an operation or without.
    pub fn clock_energy(&self) -> Joules {
        self.parts.iter().map(|part| part.clock_energy).sum()
    }

    /// Energy of the clock in a cycle while it is gated.
    pub fn gated_clock_energy(&self) -> Joules {
        self.parts.iter().map(|part| part.gated_clock_energy).sum()
    }

    /// Leakage.
    pub fn leakage(&self) -> Watts {
        self.parts.iter().map(|part| part.leakage).sum()
    }

    /// Cycles from operands to result.
    pub fn latency_cycles(&self) -> u32 {
        self.stages
    }

    /// Time from operands to result at [`ArithmeticUnit::cycle`].
    pub fn latency(&self) -> Seconds {
        self.cycle * f64::from(self.stages)
    }
}
