//! Address decoders: buffers, two blocks of predecoding, and one gate with its driver for each line.

use super::fabric::Fabric;
use crate::chip::circuit::gate_chain::{GateChain, Load, Transition};
use crate::chip::circuit::transistor::{LeakageCurrent, Transistors};

/// Address bits from which a decoder has a gate of its own for each line; below, the predecoder drives the lines.
const BITS_WITH_LINE_GATES: u32 = 4;

/// An address bit changes from one access to the next in half of the cases.
const ADDRESS_ACTIVITY: f64 = 0.5;

/// What the lines of a decoder are and where they run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines {
    /// How many there are.
    pub count: f64,
    /// What one of them drives.
    pub load: Load,
    /// Line gates that hang on each output of the predecoder for each line: one for each subarray that shares it.
    pub gates_per_output: f64,
    /// Wire from the predecoder along the line gates.
    pub predecoder_wire: Wire,
}

/// A piece of wire.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wire {
    pub capacitance_f: f64,
    pub resistance_ohm: f64,
}

/// A decoder: predecoder blocks and, for four address bits or more, a NAND with its driver for each line.
#[derive(Clone, Debug)]
pub(super) struct Decoder<'a> {
    blocks: [Option<Block<'a>>; 2],
    line: Option<GateChain<'a>>,
    load: Load,
}

/// A transition through a decoder in its two parts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decoding {
    pub predecoder: Transition,
    pub line: Transition,
}

impl<'a> Decoder<'a> {
    /// Sizes a decoder. `line_transistors` drive the lines, in a row of `line_row_um`. One line needs none.
    pub fn new(
        fabric: &'a Fabric,
        line_transistors: &'a Transistors,
        line_row_um: f64,
        lines: Lines,
    ) -> Decoder<'a> {
        let bits = (lines.count as u64).max(1).ilog2();
        let periphery = &fabric.periphery;
        if bits < BITS_WITH_LINE_GATES {
            let block = (bits > 0).then(|| Block::new(periphery, bits, lines.load));
            return Decoder { blocks: [block, None], line: None, load: lines.load };
        }
        let line = GateChain::sized(line_transistors, 2, lines.load.capacitance_f, line_row_um);
        let (first, second) = (bits.div_ceil(2), bits / 2);
        let block = |own: u32, other: u32| {
            let gates_f = f64::from(1u32 << other) * lines.gates_per_output * line.input_f();
            let wire = lines.predecoder_wire;
            let load = Load::behind_wire(gates_f + wire.capacitance_f, wire.resistance_ohm);
            Some(Block::new(periphery, own, load))
        };
        Decoder { blocks: [block(first, second), block(second, first)], line: Some(line), load: lines.load }
    }

    /// One address decoded, from a step at its inputs.
    pub fn decode(&self) -> Decoding {
        let mut predecoder = Transition::default();
        for block in self.blocks.iter().flatten() {
            let transition = block.predecode();
            predecoder.energy_j += transition.energy_j;
            if transition.delay_s > predecoder.delay_s {
                predecoder = Transition { energy_j: predecoder.energy_j, ..transition };
            }
        }
        let line =
            self.line.as_ref().map(|line| line.drive(predecoder.ramp_s, self.load)).unwrap_or_default();
        Decoding { predecoder, line }
    }

    /// Time constant with which a line falls back when it is deselected.
    pub fn reset_time_constant_s(&self) -> f64 {
        self.line.as_ref().map(|line| line.last_stage_time_constant_s(self.load)).unwrap_or_default()
    }

    /// Leakage of the predecoder.
    pub fn predecoder_leakage(&self) -> LeakageCurrent {
        self.blocks
            .iter()
            .flatten()
            .map(Block::leakage)
            .fold(LeakageCurrent::default(), |sum, block| sum + block)
    }

    /// Leakage of one line's gate and driver.
    pub fn line_leakage(&self) -> LeakageCurrent {
        self.line.as_ref().map(GateChain::leakage).unwrap_or_default()
    }

    /// Area of the predecoder.
    pub fn predecoder_area_um2(&self) -> f64 {
        self.blocks.iter().flatten().map(Block::area_um2).sum()
    }

    /// Area of one line's gate and driver.
    pub fn line_area_um2(&self) -> f64 {
        self.line.as_ref().map(GateChain::area_um2).unwrap_or_default()
    }

    /// Wires from the predecoder to the line gates.
    pub fn predecoder_outputs(&self) -> f64 {
        match &self.blocks {
            [Some(first), Some(second)] => f64::from(1u32 << first.bits) + f64::from(1u32 << second.bits),
            _ => 0.0,
        }
    }
}

/// A predecoder of one to nine address bits: groups of two and three bits, and NANDs that combine the groups.
#[derive(Clone, Debug)]
struct Block<'a> {
    bits: u32,
    /// Of two bits (or the one bit there is), and of three.
    groups: [Option<Group<'a>>; 2],
    combining: Option<GateChain<'a>>,
    load: Load,
}

/// Groups of equal size: 2 to 4 or 3 to 8, with the buffers of their address bits.
#[derive(Clone, Debug)]
struct Group<'a> {
    count: f64,
    outputs: f64,
    buffers: f64,
    buffer: GateChain<'a>,
    buffer_load: Load,
    gate: GateChain<'a>,
    gate_load: Load,
}

impl<'a> Block<'a> {
    fn new(transistors: &'a Transistors, bits: u32, load: Load) -> Block<'a> {
        let row_um = transistors.rules.layout.logic_gate_height;
        // As few groups of three bits as the bits need, the rest in groups of two; 1 bit is a group of its own.
        let threes = match bits % 3 {
            _ if bits < 3 => 0,
            0 => bits / 3,
            1 => bits / 3 - 1,
            _ => bits / 3,
        };
        let twos = if bits == 1 { 1 } else { (bits - 3 * threes) / 2 };
        let combined = twos + threes;
        let combining =
            (combined > 1).then(|| GateChain::sized(transistors, combined, load.capacitance_f, row_um));
        let group = |count: u32, inputs: u32| {
            let outputs = f64::from(1u32 << inputs.min(bits));
            let gate_load = match &combining {
                Some(chain) => {
                    let fanout = f64::from(1u32 << bits) / outputs;
                    Load { capacitance_f: fanout * chain.input_f(), wire_delay_s: 0.0 }
                }
                None => load,
            };
            let gate = GateChain::sized(transistors, inputs, gate_load.capacitance_f, row_um);
            let buffer_load = Load { capacitance_f: outputs * gate.input_f(), wire_delay_s: 0.0 };
            let buffer = GateChain::sized(transistors, 1, buffer_load.capacitance_f, row_um);
            let buffers = f64::from(count * inputs.min(bits));
            Group { count: f64::from(count), outputs, buffers, buffer, buffer_load, gate, gate_load }
        };
        let groups =
            [(twos, 2), (threes, 3)].map(|(count, inputs)| (count > 0).then(|| group(count, inputs)));
        Block { bits, groups, combining, load }
    }

    fn predecode(&self) -> Transition {
        let mut slowest = Transition::default();
        let mut energy_j = 0.0;
        let mut combining_j = 0.0;
        for group in self.groups.iter().flatten() {
            let buffer = group.buffer.drive(0.0, group.buffer_load);
            let gate = group.gate.drive(buffer.ramp_s, group.gate_load);
            energy_j += ADDRESS_ACTIVITY * group.buffers * buffer.energy_j + group.count * gate.energy_j;
            let mut path =
                Transition { delay_s: buffer.delay_s + gate.delay_s, ramp_s: gate.ramp_s, energy_j: 0.0 };
            if let Some(combining) = &self.combining {
                let combined = combining.drive(gate.ramp_s, self.load);
                combining_j = combined.energy_j;
                path.delay_s += combined.delay_s;
                path.ramp_s = combined.ramp_s;
            }
            if path.delay_s > slowest.delay_s {
                slowest = path;
            }
        }
        Transition { energy_j: energy_j + combining_j, ..slowest }
    }

    fn leakage(&self) -> LeakageCurrent {
        let combining = self.combining.as_ref().map(GateChain::leakage).unwrap_or_default();
        let outputs = f64::from(1u32 << self.bits);
        self.groups.iter().flatten().fold(combining * outputs, |sum, group| {
            sum + group.buffer.leakage() * group.buffers
                + group.gate.leakage() * (group.count * group.outputs)
        })
    }

    fn area_um2(&self) -> f64 {
        let combining = self.combining.as_ref().map(GateChain::area_um2).unwrap_or_default();
        let outputs = f64::from(1u32 << self.bits);
        let groups = self.groups.iter().flatten().map(|group| {
            group.buffer.area_um2() * group.buffers + group.gate.area_um2() * (group.count * group.outputs)
        });
        combining * outputs + groups.sum::<f64>()
    }
}
