//! Crossbars: any input to any output, a flit a cycle each.

use super::cost::Cost;
use super::fabric::{Fabric, Netlist, levels};
use super::limits::{check_flit, check_ports};
use crate::chip::circuit::{CircuitError, DataEnergy, Process};
use crate::units::{Joules, Micrometres, PerCycle, Seconds, SquareMicrometres};

/// How inputs meet outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrossbarKind {
    /// Output lines that any input may drive through a tri-state buffer.
    TriStateMatrix,
    /// A tree of multiplexers for each bit of each output, AND-OR gates with one-hot selects.
    MultiplexerTree,
}

/// A crossbar that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossbarRequest {
    /// How it is built.
    pub kind: CrossbarKind,
    /// Inputs.
    pub inputs: u32,
    /// Outputs.
    pub outputs: u32,
    /// Bits that pass together.
    pub flit_bits: u32,
    /// Where it is made.
    pub process: Process,
}

/// A crossbar and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossbar {
    /// Gates at the crossing points.
    pub gates: Cost,
    /// Repeaters and drivers of the lines.
    pub repeaters: Cost,
    /// Area that lines need beyond the gates and repeaters under them.
    pub lines: Cost,
    /// Length of an input line.
    pub width: Micrometres,
    /// Length of an output line.
    pub height: Micrometres,
    /// Of one flit.
    pub energy: CrossbarEnergy,
    /// From select and data at the inputs to the output, without registers.
    pub delay: Seconds,
    /// Most flits in a cycle.
    pub capacity: PerCycle,
}

/// The parts of the energy of one flit of random data.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CrossbarEnergy {
    /// Lines from the input past all outputs, with the pins on them.
    pub input_lines: Joules,
    /// Gates on the way.
    pub gates: Joules,
    /// Lines to the output.
    pub output_lines: Joules,
    /// One select that is taken away, and one that is given.
    pub selects: Joules,
}

impl CrossbarEnergy {
    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, Joules); 4] {
        [
            ("input_lines", self.input_lines),
            ("gates", self.gates),
            ("output_lines", self.output_lines),
            ("selects", self.selects),
        ]
    }

    /// As far as the bits of a flit matter: selects do not see them.
    pub fn by_data(&self) -> DataEnergy {
        DataEnergy { standing: self.selects, data: self.input_lines + self.gates + self.output_lines }
    }

    /// All of it.
    pub fn total(&self) -> Joules {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }
}

impl Crossbar {
    /// Builds a crossbar.
    ///
    /// # Errors
    /// [`CircuitError`] without an input, an output or a bit, with more than the model's, and outside of the
    /// technology's tables.
    pub fn new(request: &CrossbarRequest) -> Result<Crossbar, CircuitError> {
        check_ports("a crossbar", "input", request.inputs)?;
        check_ports("a crossbar", "output", request.outputs)?;
        check_flit("a crossbar", request.flit_bits)?;
        let fabric = Fabric::new(&request.process)?;
        Ok(Crossbar::build(&fabric, request.kind, request.inputs, request.outputs, request.flit_bits))
    }

    pub(super) fn build(
        fabric: &Fabric,
        kind: CrossbarKind,
        inputs: u32,
        outputs: u32,
        flit_bits: u32,
    ) -> Crossbar {
        let size = Size { kind, i: f64::from(inputs), o: f64::from(outputs), bits: f64::from(flit_bits) };
        let gates = fabric.place(Netlist { gates: size.gates(fabric), ..Netlist::default() });
        let repeaters = size.repeaters(fabric, gates.area);
        let under_lines = gates.area + repeaters.area;
        let missing = size.lines_area(fabric).0 - under_lines.0;
        let lines = Cost { area: SquareMicrometres(missing.max(0.0)), ..Cost::default() };
        let (width, height) = size.extents(gates.area + lines.area);
        Crossbar {
            gates,
            repeaters,
            lines,
            width,
            height,
            energy: size.energy(fabric, width, height),
            delay: size.delay(fabric, width, height),
            capacity: PerCycle(size.i.min(size.o)),
        }
    }

    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, Cost); 3] {
        [("gates", self.gates), ("repeaters", self.repeaters), ("lines", self.lines)]
    }

    /// All of it.
    pub fn cost(&self) -> Cost {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }
}

struct Size {
    kind: CrossbarKind,
    i: f64,
    o: f64,
    bits: f64,
}

impl Size {
    /// Gates between all inputs and outputs, in NAND2-equivalents.
    fn gates(&self, fabric: &Fabric) -> f64 {
        let rules = &fabric.rules;
        match self.kind {
            CrossbarKind::TriStateMatrix => self.i * self.o * self.bits * rules.tri_state,
            // One input needs no multiplexer, but a gate still lets it through or not.
            CrossbarKind::MultiplexerTree => {
                self.o * self.bits * (rules.and2 + (self.i - 1.0) * rules.multiplexer)
            }
        }
    }

    /// All input lines side by side, across all output lines side by side, on the layers that there are.
    fn lines_area(&self, fabric: &Fabric) -> SquareMicrometres {
        let layers = match self.kind {
            CrossbarKind::TriStateMatrix => fabric.rules.matrix_layers,
            CrossbarKind::MultiplexerTree => fabric.rules.multiplexer_layers,
        };
        let extent = |lines: f64| Micrometres(lines * self.bits * fabric.pitch_um / layers);
        extent(self.i) * extent(self.o)
    }

    /// Width and height of an area, which are as output to input lines.
    fn extents(&self, area: SquareMicrometres) -> (Micrometres, Micrometres) {
        (Micrometres((area.0 * self.o / self.i).sqrt()), Micrometres((area.0 * self.i / self.o).sqrt()))
    }

    /// Repeaters of all lines over the gates, or over the lines where these need more.
    fn repeaters(&self, fabric: &Fabric, gates: SquareMicrometres) -> Cost {
        let area = SquareMicrometres(gates.0.max(self.lines_area(fabric).0));
        let (width, height) = self.extents(area);
        fabric.repeaters(width * (self.i * self.bits)) + fabric.repeaters(height * (self.o * self.bits))
    }

    /// Gates from an input to an output: the tree's first gate joins data and select.
    fn depth(&self) -> f64 {
        match self.kind {
            CrossbarKind::TriStateMatrix => 1.0,
            CrossbarKind::MultiplexerTree => 1.0 + levels(self.i),
        }
    }

    fn energy(&self, fabric: &Fabric, width: Micrometres, height: Micrometres) -> CrossbarEnergy {
        let changed = self.bits * fabric.rules.toggle;
        let output_line = match self.kind {
            // All tri-states of an output line hang on it: each drain about as much as a pin.
            CrossbarKind::TriStateMatrix => fabric.line_transition(height) + fabric.pins(self.i),
            // A tree stands anywhere along its output: half of the way on average.
            CrossbarKind::MultiplexerTree => fabric.line_transition(height * 0.5),
        };
        CrossbarEnergy {
            input_lines: (fabric.line_transition(width) + fabric.pins(self.o)) * changed,
            gates: fabric.transitions(self.depth()) * changed,
            output_lines: output_line * changed,
            selects: fabric.pins(self.bits) * 2.0,
        }
    }

    fn delay(&self, fabric: &Fabric, width: Micrometres, height: Micrometres) -> Seconds {
        let wires = fabric.line.delay(width) + fabric.line.delay(height);
        // Selects fan out to all bits before data can pass.
        fabric.fan_out_delay(self.bits) + fabric.gate_delay(self.depth()) + wires
    }
}
