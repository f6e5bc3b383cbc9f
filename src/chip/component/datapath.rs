//! Pieces that compute units have in common: registers, control, queues, short and long wires.

use super::{ComponentError, Context, Cost};
use crate::chip::circuit::arithmetic::NumberFormat;
use crate::chip::circuit::registers::RegisterFileRequest;
use crate::chip::circuit::wire::{Drive, Wire, WireRequest};
use crate::chip::circuit::{CircuitError, DataEnergy, Netlist, parameter_file};
use crate::chip::technology::{WireClass, WireProjection};
use crate::units::{Joules, Micrometres, Ratio, Seconds, SquareMicrometres};

parameter_file! {
    /// The values of `datapath.toml`; ranges and sources stand there.
    pub(super) Datapath from "datapath.toml" {
        multiplexer: "A two-way multiplexer of one bit in NAND2-equivalents.",
        counter_gates: "Gates beside each flip-flop of a counter.",
        comparator_gates: "Gates that compare one bit of a tag.",
        gate_delay: "A loaded gate in fan-out-of-four delays.",
        buffer: "A buffer of drive zero in NAND2-equivalents: what does not grow with its drive.",
        buffer_a_drive: "What each unit of drive adds to it.",
        pin_share: "A pin over all that a NAND2 switches.",
        toggle: "Part of the bits that change from one random word to the next.",
        control_switching: "Transitions of a gate of control in a cycle in which it works.",
        wire_delay_budget: "By how much a repeated wire may be slower than the fastest, to save power.",
    }
}

/// ln 2: half of the swing, over the time constant.
const HALF_SWING: f64 = std::f64::consts::LN_2;

/// Widest word of a register file that was synthesised; wider ones stand side by side.
const WIDEST_WORD: u32 = 64;

/// Standing cost, and energy of one use.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Piece {
    pub cost: Cost,
    pub use_energy: DataEnergy,
}

impl Piece {
    /// Flip-flops that take a word whenever their clock runs; the use is a random word after a random word.
    pub fn registers(bits: u32, context: &Context) -> Result<Piece, CircuitError> {
        let toggle = Datapath::built_in()?.toggle;
        let placed = Netlist::of_flip_flops(f64::from(bits)).placed(context.cells)?;
        let use_energy = DataEnergy::changing(placed.store(f64::from(bits), Ratio(toggle)));
        Ok(Piece { cost: Cost::of_logic(&placed), use_energy })
    }

    /// Gates and state that decide; the use is a cycle of work.
    pub fn control(gates: f64, flip_flops: f64, context: &Context) -> Result<Piece, CircuitError> {
        let switching = Datapath::built_in()?.control_switching;
        let placed = Netlist { gates, flip_flops }.placed(context.cells)?;
        let use_energy = placed.transitions(gates * switching) + placed.store(flip_flops, Ratio(switching));
        Ok(Piece { cost: Cost::of_logic(&placed), use_energy: DataEnergy::standing(use_energy) })
    }

    /// Gates through which random data go.
    pub fn gates(gates: f64, context: &Context) -> Result<Piece, CircuitError> {
        let toggle = Datapath::built_in()?.toggle;
        let placed = Netlist::of_gates(gates).placed(context.cells)?;
        Ok(Piece {
            cost: Cost::of_logic(&placed),
            use_energy: DataEnergy::changing(placed.transitions(gates * toggle)),
        })
    }
}

/// Words that are written one by one behind clock gates, and read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Words {
    pub cost: Cost,
    pub read: DataEnergy,
    pub write: DataEnergy,
    pub minimum_cycle: Seconds,
}

impl Words {
    /// An addressed register file of any width; nothing without words.
    pub fn file(
        words: u32,
        bits: u32,
        read: u32,
        write: u32,
        context: &Context,
    ) -> Result<Words, CircuitError> {
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
            read: file.read() * pieces,
            write: file.write() * pieces,
            minimum_cycle: file.minimum_cycle,
        })
    }

    /// One word in and one out.
    pub fn pass(&self) -> DataEnergy {
        self.read + self.write
    }
}

/// Parallel wires of one length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wires {
    pub cost: Cost,
    /// Of one random word after another on all of them.
    pub word: DataEnergy,
    pub delay: Seconds,
}

impl Wires {
    /// To a neighbour: a buffer of the standard cells each, so large that the wire loads it as four of its like do.
    pub fn hop(length: Micrometres, bits: u32, context: &Context) -> Result<Wires, CircuitError> {
        let values = Datapath::built_in()?;
        let track = Wires::request(length, Drive::Single, context)?.track;
        let (cells, supply) = (context.cells, context.cells.supply);
        let farad = track.capacitance_f_per_um * length.0;
        let ohm = track.resistance_ohm_per_um * length.0;
        // A transition takes C V² / 2.
        let gate_f = 2.0 * cells.nand2_energy.0 / (supply.0 * supply.0);
        let pin_f = values.pin_share * gate_f;
        let drive = (farad / (4.0 * pin_f)).max(1.0);
        let buffer = Netlist::of_gates(values.buffer + values.buffer_a_drive * drive).placed(cells)?;
        // Its own pins, and what they load inside, are those of so many gates' inputs and outputs.
        let inside = Joules(drive * 2.0 * pin_f * supply.0 * supply.0 / 2.0);
        let transition = Joules(farad * supply.0 * supply.0 / 2.0) + inside;
        let bits = f64::from(bits);
        Ok(Wires {
            cost: Cost::of_logic(&buffer) * bits,
            word: DataEnergy::changing(transition * (bits * values.toggle)),
            // The buffer's first inverter and its second, then Elmore's delay of the wire behind it.
            delay: cells.fanout_of_four_delay * 2.0 + Seconds(HALF_SWING * ohm * farad / 2.0),
        })
    }

    /// Past many cells: repeaters, on the intermediate layers.
    pub fn bus(length: Micrometres, bits: u32, context: &Context) -> Result<Wires, CircuitError> {
        let values = Datapath::built_in()?;
        let delay_budget = Ratio(values.wire_delay_budget);
        let wire = Wires::request(length, Drive::Repeated { delay_budget }, context)?;
        let leakage = context.leakage_of_drawn(wire.driver_area, wire.leakage);
        let bits = f64::from(bits);
        Ok(Wires {
            cost: Cost { leakage, ..Cost::of_area(wire.driver_area) } * bits,
            // A wire's energy is that of a rise and a fall: two changes.
            word: DataEnergy::changing(wire.energy * (bits * values.toggle / 2.0)),
            delay: wire.delay,
        })
    }

    fn request(length: Micrometres, drive: Drive, context: &Context) -> Result<Wire, CircuitError> {
        Wire::new(&WireRequest {
            node: context.process.node,
            class: WireClass::SemiGlobal,
            projection: WireProjection::Conservative,
            length,
            drive,
            transistors: context.transistors,
            temperature: context.process.temperature,
            supply: context.process.supply,
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

/// The accumulator that goes with the formats of two factors: for floating point fp32, for integers 32 bits, or a product
/// with room for 2¹⁶ of them if that is more.
pub(super) fn usual_accumulator(operand: NumberFormat, weight: NumberFormat) -> NumberFormat {
    match operand {
        NumberFormat::Integer { bits } => {
            NumberFormat::Integer { bits: (bits.saturating_add(weight.bits()).saturating_add(16)).max(32) }
        }
        NumberFormat::Floating(_) => NumberFormat::FP32,
    }
}

/// Shortest cycle of so many loaded gates in a row between flip-flops, and of a wire.
pub(super) fn cycle_of(gates: f64, wire: Seconds, context: &Context) -> Result<Seconds, CircuitError> {
    let layout = crate::chip::circuit::Layout::placed()?;
    let depth =
        gates * Datapath::built_in()?.gate_delay * (1.0 + layout.wiring_delay) + layout.skew_and_jitter;
    Ok(context.cells.flip_flop.overhead_delay + context.cells.fanout_of_four_delay * depth + wire)
}

/// Refuses a count outside of a range, with the nearest that works.
pub(super) fn within(key: &'static str, count: u32, least: u32, most: u32) -> Result<(), ComponentError> {
    if (least..=most).contains(&count) {
        return Ok(());
    }
    let nearest = count.clamp(least, most);
    let reason = format!("it must be from {least} to {most}");
    Err(ComponentError::value(key, count, reason, format!("the nearest is {nearest}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chip::component::trial::Trial;

    #[test]
    fn half_of_the_flip_flops_of_a_register_change_with_a_random_word() {
        let around = Trial::at(28.0);
        let register = Piece::registers(10, &around.context()).unwrap();
        let one_change = around.cells.flip_flop.data_energy.0;
        assert!((register.use_energy.data.0 / (5.0 * one_change) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_random_word_charges_half_of_its_wires_and_their_buffers() {
        let around = Trial::at(28.0);
        let context = around.context();
        let wires = |length| Wires::hop(Micrometres(length), 2, &context).unwrap();
        let farad_um =
            Wires::request(Micrometres(1.0), Drive::Single, &context).unwrap().track.capacitance_f_per_um;
        let volts = around.cells.supply.0;
        // One of two wires changes: C V² / 2 of the wire, and half of that again for the buffer's pins, since two pins
        // of its drive are half of the four that load it.
        let on_paper = 1.5 * farad_um * 1000.0 * volts * volts / 2.0;
        assert!((wires(1000.0).word.data.0 / on_paper - 1.0).abs() < 1e-9);
        // Far wires scale; near ones still need a buffer of one drive.
        assert!((wires(2000.0).word.data.0 / wires(1000.0).word.data.0 - 2.0).abs() < 1e-9);
        assert!(wires(0.1).word.data.0 > 0.0 && wires(0.1).cost.area().0 > 0.0);
    }

    #[test]
    fn words_wider_than_a_file_are_files_side_by_side() {
        let around = Trial::at(28.0);
        let context = around.context();
        let area = |bits| Words::file(8, bits, 1, 1, &context).unwrap().cost.area().0;
        assert!((area(128) / area(64) - 2.0).abs() < 1e-12);
        assert_eq!(Words::queue(0, 8, &context).unwrap().cost, Cost::default());
    }

    #[test]
    fn so_many_bits_count_so_many_things() {
        assert_eq!([1, 2, 3, 4, 5, 224].map(bits_to_count), [0, 1, 2, 2, 3, 8]);
    }
}
