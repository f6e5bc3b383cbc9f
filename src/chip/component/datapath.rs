//! Pieces that compute units have in common: registers, control, queues, short and long wires.

use super::{Context, Cost};
use crate::chip::circuit::arithmetic::NumberFormat;
use crate::chip::circuit::registers::RegisterFileRequest;
use crate::chip::circuit::wire::{Drive, Wire, WireRequest};
use crate::chip::circuit::{CircuitError, Netlist, parameter_file};
use crate::chip::technology::{WireClass, WireProjection};
use crate::units::{Joules, Micrometres, Ratio, Seconds, SquareMicrometres};

parameter_file! {
    /// The values of `datapath.toml`; ranges and sources stand there.
    pub(super) Datapath from "datapath.toml" {
        multiplexer: "A two-way multiplexer of one bit in NAND2-equivalents.",
        counter_gates: "Gates beside each flip-flop of a counter.",
        comparator_gates: "Gates that compare one bit of a tag.",
        gate_delay: "A loaded gate in fan-out-of-four delays.",
        toggle: "Part of the bits that change from one random word to the next.",
        control_switching: "Transitions of a gate of control in a cycle in which it works.",
        wire_delay_budget: "By how much a repeated wire may be slower than the fastest, to save power.",
    }
}

/// Widest word of a register file that was synthesised; wider ones stand side by side.
const WIDEST_WORD: u32 = 64;

/// Standing cost, and energy of one use with random data.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Piece {
    pub cost: Cost,
    pub use_energy: Joules,
}

impl Piece {
    /// Flip-flops that take a word whenever their clock runs; the use is a random word after a random word.
    pub fn registers(bits: u32, context: &Context) -> Result<Piece, CircuitError> {
        let toggle = Datapath::built_in()?.toggle;
        let placed = Netlist::of_flip_flops(f64::from(bits)).placed(context.cells)?;
        let use_energy = placed.store(f64::from(bits), Ratio(toggle));
        Ok(Piece { cost: Cost::of_logic(&placed), use_energy })
    }

    /// Gates and state that decide; the use is a cycle of work.
    pub fn control(gates: f64, flip_flops: f64, context: &Context) -> Result<Piece, CircuitError> {
        let switching = Datapath::built_in()?.control_switching;
        let placed = Netlist { gates, flip_flops }.placed(context.cells)?;
        let use_energy = placed.transitions(gates * switching) + placed.store(flip_flops, Ratio(switching));
        Ok(Piece { cost: Cost::of_logic(&placed), use_energy })
    }

    /// Gates through which random data go.
    pub fn gates(gates: f64, context: &Context) -> Result<Piece, CircuitError> {
        let toggle = Datapath::built_in()?.toggle;
        let placed = Netlist::of_gates(gates).placed(context.cells)?;
        Ok(Piece { cost: Cost::of_logic(&placed), use_energy: placed.transitions(gates * toggle) })
    }
}

/// Words that are written one by one behind clock gates, and read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Words {
    pub cost: Cost,
    pub read: Joules,
    pub write: Joules,
    pub minimum_cycle: Seconds,
}

impl Words {
    /// An addressed register file of any width; nothing without words.
    pub fn file(words: u32, bits: u32, read: u32, write: u32, context: &Context) -> Result<Words, CircuitError> {
        Words::beside(words, bits, context, |bits| RegisterFileRequest::placed(words, bits, read, write))
    }

    /// A queue of any width; nothing without words.
    pub fn queue(words: u32, bits: u32, context: &Context) -> Result<Words, CircuitError> {
        Words::beside(words, bits, context, |bits| RegisterFileRequest::queue(words, bits))
    }

    fn beside(
        words: u32,
        bits: u32,
        context: &Context,
        request: impl Fn(u32) -> Result<RegisterFileRequest, CircuitError>,
    ) -> Result<Words, CircuitError> {
        if words == 0 || bits == 0 {
            return Ok(Words::default());
        }
        let pieces = bits.div_ceil(WIDEST_WORD);
        let file = request(bits.div_ceil(pieces))?.build(context.cells)?;
        // The last piece is narrower where the width does not divide: a part of a piece.
        let pieces = f64::from(bits) / f64::from(bits.div_ceil(pieces));
        Ok(Words {
            cost: Cost::of_registers(&file) * pieces,
            read: file.read_energy() * pieces,
            write: file.write_energy() * pieces,
            minimum_cycle: file.minimum_cycle,
        })
    }

    /// One word in and one out.
    pub fn pass(&self) -> Joules {
        self.read + self.write
    }
}

/// Parallel wires of one length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wires {
    pub cost: Cost,
    /// Of one random word after another on all of them.
    pub word: Joules,
    pub delay: Seconds,
}

impl Wires {
    /// To a neighbour: one driver each, on the intermediate layers.
    pub fn hop(length: Micrometres, bits: u32, context: &Context) -> Result<Wires, CircuitError> {
        Wires::of(length, bits, Drive::Single, context)
    }

    /// Past many cells: repeaters, on the intermediate layers.
    pub fn bus(length: Micrometres, bits: u32, context: &Context) -> Result<Wires, CircuitError> {
        let delay_budget = Ratio(Datapath::built_in()?.wire_delay_budget);
        Wires::of(length, bits, Drive::Repeated { delay_budget }, context)
    }

    fn of(length: Micrometres, bits: u32, drive: Drive, context: &Context) -> Result<Wires, CircuitError> {
        let wire = Wire::new(&WireRequest {
            node: context.process.node,
            class: WireClass::SemiGlobal,
            projection: WireProjection::Conservative,
            length,
            drive,
            transistors: context.transistors,
            temperature: context.process.temperature,
            supply: context.process.supply,
        })?;
        let bits = f64::from(bits);
        let toggle = Datapath::built_in()?.toggle;
        Ok(Wires {
            cost: (Cost::of_area(wire.driver_area).leaking(wire.leakage)) * bits,
            // A wire's energy is that of a rise and a fall: two changes.
            word: wire.energy * (bits * toggle / 2.0),
            delay: wire.delay,
        })
    }
}

/// Side of a square of that area.
pub(super) fn side(area: SquareMicrometres) -> Micrometres {
    Micrometres(area.0.sqrt())
}

/// Bits that count so many things.
pub(super) fn bits_to_count(things: u32) -> u32 {
    things.max(1).next_power_of_two().ilog2()
}

/// The accumulator that goes with a format: 32 bits of the same sort of number.
pub(super) fn usual_accumulator(operand: NumberFormat) -> NumberFormat {
    match operand {
        NumberFormat::Integer { .. } => NumberFormat::INT32,
        NumberFormat::Floating(_) => NumberFormat::FP32,
    }
}

/// Shortest cycle of so many loaded gates in a row between flip-flops, and of a wire.
pub(super) fn cycle_of(gates: f64, wire: Seconds, context: &Context) -> Result<Seconds, CircuitError> {
    let layout = crate::chip::circuit::Layout::placed()?;
    let depth = gates * Datapath::built_in()?.gate_delay * (1.0 + layout.wiring_delay) + layout.skew_and_jitter;
    Ok(context.cells.flip_flop.overhead_delay + context.cells.fanout_of_four_delay * depth + wire)
}
