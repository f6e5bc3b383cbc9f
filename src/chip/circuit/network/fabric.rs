//! What all circuits of a network are made of: placed standard cells and repeated wires of one process.

use super::cost::Cost;
use super::rules::Rules;
use crate::chip::circuit::repeated_wire::{RepeatedWire, Track};
use crate::chip::circuit::transistor::Transistors;
use crate::chip::circuit::{CircuitError, Layout, Process};
use crate::chip::technology::{DeviceClass, StandardCells, WireClass, WireProjection};
use crate::units::{Joules, Micrometres, Ratio, Seconds, SquareMicrometres, Watts};

/// Cells before they are placed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Netlist {
    /// Gates in NAND2-equivalents, clock gates included.
    pub gates: f64,
    /// Flip-flops.
    pub flip_flops: f64,
    /// Clock pins, each with what it switches inside of a flip-flop, that see every edge of a running clock:
    /// flip-flops that are not behind a clock gate of their own, and those clock gates.
    pub clocked: f64,
}

/// The cells and wires of a process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fabric {
    pub cells: StandardCells,
    pub layout: Layout,
    pub rules: Rules,
    /// Wires of minimum pitch on the intermediate layers, with repeaters.
    pub line: RepeatedWire,
    /// Width plus spacing of such a wire in µm.
    pub pitch_um: f64,
}

impl Fabric {
    /// Gathers the parts from the node's data.
    ///
    /// # Errors
    /// [`CircuitError::Technology`] outside of the tables and laws.
    pub fn new(process: &Process) -> Result<Fabric, CircuitError> {
        let node = process.node()?;
        let rules = Rules::built_in()?;
        let layout = Layout::placed()?;
        let layer = node.wire(WireProjection::Conservative, WireClass::SemiGlobal);
        let local = node.wire(WireProjection::Conservative, WireClass::Local);
        let class = DeviceClass::HighPerformance;
        let repeaters = Transistors::new(&node, class, process.temperature, process.supply, &local)?;
        let line = RepeatedWire::design(&repeaters, Track::alone(&layer), Ratio(rules.wire_delay_budget));
        Ok(Fabric { cells: process.cells()?, layout, rules, line, pitch_um: layer.pitch_um })
    }

    /// Cost of cells in rows.
    pub fn place(&self, netlist: Netlist) -> Cost {
        let Netlist { gates, flip_flops, clocked } = netlist;
        let (cells, layout) = (&self.cells, &self.layout);
        let clock_buffers = flip_flops * layout.clock_buffers;
        let in_rows = cells.nand2_area * gates
            + cells.flip_flop.area * flip_flops
            + cells.flip_flop.area * clock_buffers;
        let leakage = cells.nand2_leakage * gates + cells.flip_flop.leakage * (flip_flops + clock_buffers);
        let clock_energy = self.clock_pulse(clocked);
        Cost {
            area: in_rows / layout.row_utilisation,
            clock_energy,
            gated_clock_energy: clock_energy * layout.gated_clock,
            leakage,
        }
    }

    /// One clock cycle at so many flip-flops, with their share of the distribution.
    pub fn clock_pulse(&self, flip_flops: f64) -> Joules {
        self.cells.flip_flop.clock_energy * (flip_flops * (1.0 + self.layout.clock_distribution))
    }

    /// So many flip-flops take a new bit each.
    pub fn store(&self, changes: f64) -> Joules {
        self.cells.flip_flop.data_energy * changes
    }

    /// So many transitions of NAND2-equivalents.
    pub fn transitions(&self, count: f64) -> Joules {
        self.cells.nand2_energy * (count * (1.0 + self.layout.wiring_energy))
    }

    /// One transition of so many pins, and of the buffers that drive them.
    pub fn pins(&self, count: f64) -> Joules {
        let buffers = 1.0 / (self.rules.stage_effort - 1.0);
        self.transitions(count * self.rules.pin_share * (1.0 + buffers))
    }

    /// One transition of a line.
    pub fn line_transition(&self, length: Micrometres) -> Joules {
        self.line.energy(length) * 0.5
    }

    /// Repeaters of a length of line.
    pub fn repeaters(&self, length: Micrometres) -> Cost {
        let leakage = self.line.leakage(length);
        Cost {
            area: self.line.repeater_area(length) / self.layout.row_utilisation,
            leakage: Watts(leakage.subthreshold.0 + leakage.gate.0),
            ..Cost::default()
        }
    }

    /// Delay of so many loaded gates in a row.
    pub fn gate_delay(&self, levels: f64) -> Seconds {
        let depth = levels * self.rules.gate_delay * (1.0 + self.layout.wiring_delay);
        self.cells.fanout_of_four_delay * depth
    }

    /// Delay of a tree of buffers that drives so many pins.
    pub fn fan_out_delay(&self, pins: f64) -> Seconds {
        let levels = libm::log(pins.max(1.0)) / libm::log(self.rules.stage_effort);
        self.cells.fanout_of_four_delay * (levels * (1.0 + self.layout.wiring_delay))
    }

    /// What a cycle holds beside logic: the flip-flop's overhead, skew and jitter of the clock.
    pub fn cycle_overhead(&self) -> Seconds {
        self.cells.flip_flop.overhead_delay + self.cells.fanout_of_four_delay * self.layout.skew_and_jitter
    }

    /// Clock gates of so many words of so many flip-flops.
    pub fn clock_gates(&self, words: f64, bits: f64) -> f64 {
        words * (bits / self.rules.gated_flip_flops).ceil()
    }
}

/// Levels of a tree of two-input gates over so many inputs.
pub(super) fn levels(inputs: f64) -> f64 {
    (libm::log2(inputs.max(1.0)) - 1e-9).ceil().max(0.0)
}

/// Side of a square of an area.
pub(super) fn side(area: SquareMicrometres) -> Micrometres {
    Micrometres(area.0.sqrt())
}
