//! One cell: multiply-accumulator, registers, control, and the wires to its neighbours.

use super::bus::Bus;
use super::local_buffer::BuiltBuffer;
use super::{Dataflow, Parameters, Shape};
use crate::chip::circuit::arithmetic::{ArithmeticUnit, OperandActivity, Operation, UnitRequest};
use crate::chip::circuit::{CircuitError, DataEnergy};
use crate::chip::component::datapath::{Datapath, Piece, Wires, Words, bits_to_count, cycle_of, side};
use crate::chip::component::{ComponentError, Context, Cost, Part, TimingPath};
use crate::units::{Hertz, Joules, Micrometres, Seconds, SquareMicrometres};

/// By how much a cell's side may grow when its adder is sped up for the wire to the next; kept free in the cycle.
const WIRE_MARGIN: f64 = 1.25;

/// Levels of multiplexers that shift a product of a part of a wide operand.
const SHIFT_LEVELS: f64 = 2.0;

/// A word that moves: its register in the cell, and the wire to the next cell if it goes there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moving {
    pub register: Piece,
    /// Energy of a word on the wire.
    pub wire: DataEnergy,
}

impl Moving {
    fn energy(&self) -> (DataEnergy, DataEnergy) {
        (self.register.use_energy, self.wire)
    }
}

/// Where the energy of an operation goes in a cell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CellEnergy {
    pub mac: DataEnergy,
    pub registers: DataEnergy,
    pub wires: DataEnergy,
    pub control: DataEnergy,
    pub queues: DataEnergy,
}

/// A cell with what its actions take.
pub(super) struct Cell {
    pub mac: ArithmeticUnit,
    /// Its parts, buffers that are components of their own left out.
    pub parts: Vec<Part>,
    pub paths: Vec<TimingPath>,
    /// Its side, with its buffers.
    pub pitch: Micrometres,
    /// A word into the queue from the neighbour and out of it.
    pub neighbour_queue: DataEnergy,
    /// A word written into a weight register, and the wire to the next.
    pub weight_write: DataEnergy,
    pub weight_hop: DataEnergy,
    /// A sum that is handed on.
    pub sum: Moving,
    /// The clock that runs on while a zero stops the multiply-accumulator.
    pub kept_clock: Cost,
    activity: OperandActivity,
    operand: Moving,
    weight: Moving,
    merge: Piece,
    control: Piece,
    sums_move: bool,
    systolic: bool,
    queues: DataEnergy,
}

impl Cell {
    pub fn new(
        shape: &Shape,
        parameters: &Parameters,
        buffers: &[BuiltBuffer],
        buses: &[Bus],
        context: &Context,
    ) -> Result<Cell, ComponentError> {
        let stored = Stored::new(shape, parameters, buffers, buses, context)?;
        let area_with = |mac: &ArithmeticUnit| {
            let buffers: SquareMicrometres = buffers.iter().map(|buffer| buffer.cost.area()).sum();
            let parts: Cost = stored.parts.iter().map(Part::total).sum();
            mac.area() + parts.area() + buffers
        };
        let first = mac(shape, Seconds(0.0), context)?;
        let shift = shift_delay(shape, context)?;
        let mut hop = Wires::hop(side(area_with(&first)), 1, context)?;
        // A sum goes through the adder and to the next cell in one cycle.
        let beside = |hop: &Wires| shift + if shape.sums_move() { hop.delay } else { Seconds(0.0) };
        let beside_mac = beside(&hop);
        let mac = if beside_mac.0 > 0.0 { mac(shape, beside_mac * WIRE_MARGIN, context)? } else { first };
        let pitch = side(area_with(&mac));
        hop = Wires::hop(pitch, 1, context)?;

        let hops = Hops::new(shape, pitch, context)?;
        let mut parts = vec![Part::leaf("multiply-accumulator", Cost::of_unit(&mac))];
        parts.extend(stored.parts);
        parts.push(Part::leaf("wires to neighbours", hops.cost));
        let queue = stored.queue_cycle;
        let mut paths = vec![
            path("multiply-accumulator", mac.minimum_cycle + beside(&hop)),
            path("wire between cells", cycle_of(0.0, hop.delay, context)?),
        ];
        if queue.0 > 0.0 {
            paths.push(path("queue in a cell", queue));
        }
        let systolic = shape.systolic();
        let moves = |register: Piece, wire: DataEnergy| Moving { register, wire };
        let mut kept_clock = stored.control.cost + stored.queues;
        if systolic {
            kept_clock = kept_clock + stored.operand.cost + stored.weight.cost;
        }
        if shape.sums_move() {
            kept_clock = kept_clock + stored.sum.cost;
        }
        Ok(Cell {
            activity: OperandActivity {
                stationary_operand: shape.dataflow == Dataflow::WeightStationary && shape.weight_buffers > 0,
                accumulates_in_place: shape.dataflow == Dataflow::OutputStationary,
                zero_fraction: 0.0,
            },
            mac,
            parts,
            paths,
            pitch,
            neighbour_queue: stored.neighbour_queue,
            weight_write: stored.weight_write,
            weight_hop: hops.weight,
            sum: moves(stored.sum, hops.sum),
            kept_clock,
            operand: moves(stored.operand, hops.operand),
            weight: moves(
                stored.weight,
                if stored.weight.use_energy.total().0 > 0.0 { hops.weight } else { DataEnergy::default() },
            ),
            merge: stored.merge,
            control: stored.control,
            sums_move: shape.sums_move(),
            systolic,
            queues: stored.passes,
        })
    }

    /// An operation. A sum that stays in the cell goes on changing, whatever the operands.
    pub fn multiply(&self) -> CellEnergy {
        let (sum, sum_wire) = self.sum_energy();
        let (operand, operand_wire) = self.operand.energy();
        let (weight, weight_wire) = self.weight.energy();
        let by_data = |energy: Joules| {
            if self.sums_move { DataEnergy::changing(energy) } else { DataEnergy::standing(energy) }
        };
        let mac = by_data(self.mac.energy_at(&self.activity));
        let sum = by_data(sum.total());
        CellEnergy {
            mac: mac + self.merge.use_energy,
            registers: operand + weight + sum,
            wires: operand_wire + weight_wire + sum_wire,
            control: self.control.use_energy,
            queues: self.queues,
        }
    }

    /// An operation on operands of a trained network: fewer or other bits of the words that move change.
    pub fn trained(&self) -> Result<CellEnergy, CircuitError> {
        let random = Datapath::built_in()?.toggle;
        let data = self.mac.activity_factors.trained.of(&self.activity);
        let (sum, sum_wire) = self.sum_energy();
        let (operand, operand_wire) = self.operand.energy();
        let (weight, weight_wire) = self.weight.energy();
        let words = |operand: DataEnergy, weight: DataEnergy, sum: DataEnergy| {
            operand * (data.operand / random) + weight * (data.weight / random) + sum * (data.result / random)
        };
        Ok(CellEnergy {
            mac: DataEnergy::changing(self.mac.energy() * data.energy) + self.merge.use_energy,
            registers: words(operand, weight, sum),
            wires: words(operand_wire, weight_wire, sum_wire),
            ..self.multiply()
        })
    }

    /// An operation on zeros that follow zeros, while the clock runs: their register and wire stand still.
    pub fn zero(&self) -> CellEnergy {
        let all = self.multiply();
        let (operand, operand_wire) = self.operand.energy();
        let zeros = OperandActivity { zero_fraction: 1.0, ..self.activity };
        CellEnergy {
            mac: DataEnergy::standing(self.mac.energy_at(&zeros)),
            registers: DataEnergy::standing(all.registers.total() - operand.total()),
            wires: DataEnergy::standing(all.wires.total() - operand_wire.total()),
            ..all
        }
    }

    /// An operation that is left out because of a zero: what passes through the cell still does.
    pub fn gated(&self) -> CellEnergy {
        let control = self.control.use_energy;
        if !self.systolic {
            return CellEnergy { control, ..CellEnergy::default() };
        }
        let (weight, weight_wire) = self.weight.energy();
        let (sum, sum_wire) = if self.sums_move { self.sum_energy() } else { Default::default() };
        CellEnergy {
            mac: DataEnergy::default(),
            registers: weight + sum,
            wires: weight_wire + sum_wire,
            control,
            queues: self.queues,
        }
    }

    fn sum_energy(&self) -> (DataEnergy, DataEnergy) {
        let (register, wire) = self.sum.energy();
        (register, if self.sums_move { wire } else { DataEnergy::default() })
    }
}

fn path(name: &str, cycle: Seconds) -> TimingPath {
    TimingPath { name: name.to_owned(), cycle }
}

/// The multiply-accumulator, so fast that something else fits into its cycle.
fn mac(shape: &Shape, beside: Seconds, context: &Context) -> Result<ArithmeticUnit, ComponentError> {
    let period = context.clock.time_of(1.0);
    // Where nothing is left the fastest unit is what shows by how much the clock is missed.
    let free = Seconds((period - beside).0.max(period.0 / 2.0));
    let operation =
        Operation::MultiplyAccumulate { left: shape.operand, right: shape.weight, accumulator: shape.sum };
    let request = UnitRequest::placed(operation, Some(Hertz(1.0 / free.0)))?;
    Ok(UnitRequest { stages: shape.stages, ..request }.build(context.cells)?)
}

impl Shape {
    /// Gates that let a multiplier take the low part of a wide operand, which has no sign: a choice of sign for each
    /// product bit of the two sign bits (the modified Baugh-Wooley multiplier inverts just these).
    fn sign_gates(&self, choice: f64) -> f64 {
        let bits = self.operand.bits() + self.weight.bits() - 1;
        if self.passes > 1 { f64::from(bits) * choice } else { 0.0 }
    }

    /// Places to which the product of two parts of wide operands may be shifted.
    fn shifts(&self) -> u32 {
        2 * self.passes - 1
    }
}

fn shift_delay(shape: &Shape, context: &Context) -> Result<Seconds, ComponentError> {
    let levels = if shape.passes > 1 { SHIFT_LEVELS } else { 0.0 };
    Ok(cycle_of(levels, Seconds(0.0), context)? - cycle_of(0.0, Seconds(0.0), context)?)
}

/// What a cell holds beside its multiply-accumulator.
struct Stored {
    parts: Vec<Part>,
    operand: Piece,
    weight: Piece,
    sum: Piece,
    merge: Piece,
    control: Piece,
    queues: Cost,
    passes: DataEnergy,
    neighbour_queue: DataEnergy,
    queue_cycle: Seconds,
    weight_write: DataEnergy,
}

impl Stored {
    fn new(
        shape: &Shape,
        parameters: &Parameters,
        buffers: &[BuiltBuffer],
        buses: &[Bus],
        context: &Context,
    ) -> Result<Stored, ComponentError> {
        let multiplexer = Datapath::built_in()?.multiplexer;
        let (operand_bits, weight_bits) = (shape.operand.bits(), shape.weight.bits());
        let operand = Piece::registers(operand_bits, context)?;
        let streams = shape.weight_buffers == 0;
        let weight = if streams { Piece::registers(weight_bits, context)? } else { Piece::default() };
        let held = Words::file(shape.weight_buffers, weight_bits, 1, 1, context)?;
        // A cell with buffers reads a sum into a register, adds, and writes it back from another.
        let sum_registers = if buffers.is_empty() { 1 } else { 2 };
        let sum = Piece::registers(shape.sum_bits * sum_registers, context)?;
        let product = f64::from(operand_bits + weight_bits);
        let shifter = f64::from(shape.shifts() - 1) * product * multiplexer;
        let merge = Piece::gates(shifter + shape.sign_gates(multiplexer), context)?;
        // Sums that stay in the cells leave by the way of their neighbours.
        let in_place = shape.systolic() && shape.dataflow == Dataflow::OutputStationary;
        let unload = if in_place { f64::from(shape.sum_bits) * multiplexer } else { 0.0 };
        let unload = Piece::gates(unload, context)?;
        let control = control(shape, parameters, buffers, context)?;
        let queues = queues(shape, buses, context)?;
        let neighbour_queue = queues.last().map_or(DataEnergy::default(), Words::pass);
        // Over buses a word passes a queue with its transfer, else with each operation.
        let passes =
            if shape.systolic() { queues.iter().map(Words::pass).sum() } else { DataEnergy::default() };
        let queue_cycle = queues.iter().map(|queue| queue.minimum_cycle.0).fold(0.0, f64::max);
        let queues: Cost = queues.iter().map(|queue| queue.cost).sum();
        let parts = [
            ("operand registers", operand.cost + weight.cost),
            ("weight registers", held.cost),
            ("partial sum registers", sum.cost + unload.cost),
            ("multi-pass logic", merge.cost),
            ("control", control.cost),
            ("queues", queues),
        ];
        let parts = parts.into_iter().filter(|(_, cost)| cost.area().0 > 0.0);
        Ok(Stored {
            parts: parts.map(|(name, cost)| Part::leaf(name, cost)).collect(),
            operand,
            weight,
            sum,
            merge,
            control,
            queues,
            passes,
            neighbour_queue,
            queue_cycle: Seconds(queue_cycle),
            weight_write: held.write,
        })
    }
}

/// The control of a cell: bits that travel with the operands, or a controller with address counters.
fn control(
    shape: &Shape,
    parameters: &Parameters,
    buffers: &[BuiltBuffer],
    context: &Context,
) -> Result<Piece, ComponentError> {
    let detector = parameters.zero_detector_gates * f64::from(shape.operand.bits());
    let (mut gates, mut flip_flops) = (detector + parameters.systolic_control_gates, 0.0);
    if shape.systolic() {
        flip_flops += parameters.systolic_control_bits;
    }
    if !buffers.is_empty() {
        let addresses: u32 =
            buffers.iter().map(|buffer| bits_to_count(buffer.words) * buffer.ports.total()).sum();
        flip_flops += parameters.controller_flip_flops + f64::from(addresses);
        gates += parameters.controller_gates + Datapath::built_in()?.counter_gates * f64::from(addresses);
    }
    Ok(Piece::control(gates, flip_flops, context)?)
}

/// The queues at a cell's inputs and outputs: one for each bus and one for the neighbour.
fn queues(shape: &Shape, buses: &[Bus], context: &Context) -> Result<Vec<Words>, ComponentError> {
    let queue = |bits| Ok(Words::queue(shape.cell_depth, bits, context)?);
    if shape.systolic() {
        return [shape.operand.bits(), shape.sum_bits].into_iter().map(queue).collect();
    }
    let of_buses = buses.iter().map(|bus| bus.cell_queue(shape, context));
    of_buses.chain([queue(shape.neighbour_bits)]).collect()
}

/// Wires from a cell to its neighbours.
struct Hops {
    cost: Cost,
    operand: DataEnergy,
    weight: DataEnergy,
    sum: DataEnergy,
}

impl Hops {
    fn new(shape: &Shape, pitch: Micrometres, context: &Context) -> Result<Hops, ComponentError> {
        if !shape.systolic() {
            let sum = Wires::hop(pitch, shape.neighbour_bits, context)?;
            return Ok(Hops {
                cost: sum.cost,
                operand: DataEnergy::default(),
                weight: DataEnergy::default(),
                sum: sum.word,
            });
        }
        let operand = Wires::hop(pitch, shape.operand.bits(), context)?;
        let weight = Wires::hop(pitch, shape.weight.bits(), context)?;
        let sum = Wires::hop(pitch, shape.sum_bits, context)?;
        Ok(Hops {
            cost: operand.cost + weight.cost + sum.cost,
            operand: operand.word,
            weight: weight.word,
            sum: sum.word,
        })
    }
}
