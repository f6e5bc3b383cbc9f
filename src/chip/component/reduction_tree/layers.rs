//! The layers of adders between the products and the root of a tree.

use super::{LayerRegisters, Parameters, Shape};
use crate::chip::circuit::Layout;
use crate::chip::circuit::arithmetic::{
    ArithmeticUnit, NumberFormat, OperandActivity, Operation, UnitRequest,
};
use crate::chip::component::datapath::{Datapath, Piece, Wires, bits_to_count, side};
use crate::chip::component::{ComponentError, Context, Cost, Part, TimingPath};
use crate::units::{Hertz, Joules, Seconds, SquareMicrometres};

/// All layers of one tree.
pub(super) struct Layers {
    pub parts: Vec<Part>,
    pub paths: Vec<TimingPath>,
    /// Of a sum of random products, and of products that are zero.
    pub energy: Joules,
    pub zero_energy: Joules,
    /// Layers, ranks of registers between them, and cycles.
    pub count: u32,
    pub ranks: u32,
    pub cycles: u32,
}

/// One layer: adders side by side.
struct Layer {
    adder: ArithmeticUnit,
    adders: u32,
    compressor: Piece,
    wires: Wires,
    /// Numbers that leave it, those without a partner included, and their width.
    outputs: u32,
    bits: u32,
    /// Logic from its inputs to its outputs in fan-out-of-four delays, its wires included.
    depth: f64,
    /// What it adds to the depth behind another layer: low bits come first, and carries of both layers ripple side by
    /// side. All of it where the adder is faster than a ripple.
    added_depth: f64,
}

impl Layers {
    /// The layers behind so many multipliers, each of which takes an area.
    pub fn new(
        shape: &Shape,
        multiplier: &ArithmeticUnit,
        input_area: SquareMicrometres,
        context: &Context,
    ) -> Result<Layers, ComponentError> {
        let layers = layers(shape, multiplier, input_area, context)?;
        let budget = Budget::new(context)?;
        let (mut parts, mut energy, mut zero_energy) = (Vec::new(), Joules(0.0), Joules(0.0));
        let (mut ranks, mut cycles) = (0, 0);
        let mut longest: f64 = 0.0;
        let mut own_cycle = multiplier.minimum_cycle;
        // Behind a multiplier of several stages the last one is left to it alone.
        let mut depth = if multiplier.stages > 1 { f64::INFINITY } else { multiplier.logic_depth };
        let mut bits_before = multiplier.operation.output_bits();
        let mut numbers = shape.inputs;
        for (at, layer) in layers.iter().enumerate() {
            let register = match shape.registers {
                LayerRegisters::None => false,
                LayerRegisters::EveryLayer => true,
                LayerRegisters::Auto => layer.adder.stages > 1 || depth + layer.behind(at) > budget.depth,
            };
            let mut group = layer.parts();
            if register {
                let rank = Piece::registers(bits_before, context)?;
                group.push(Part::leaf("registers", rank.cost).times(u64::from(numbers)));
                energy += rank.use_energy.total() * f64::from(numbers);
                ranks += 1;
                cycles += layer.adder.stages;
            }
            let before = if register { layer.depth } else { depth + layer.behind(at) };
            depth = if layer.adder.stages > 1 { f64::INFINITY } else { before };
            if depth.is_finite() {
                longest = longest.max(depth);
            }
            own_cycle = Seconds(own_cycle.0.max(layer.adder.minimum_cycle.0));
            let (random, zeros) = layer.energy();
            energy += random;
            zero_energy += zeros;
            (numbers, bits_before) = (layer.outputs, layer.bits);
            parts.push(Part::group(format!("adders of layer {}", at + 1), group));
        }
        let paths = vec![
            TimingPath { name: "adder tree between registers".to_owned(), cycle: budget.cycle_of(longest) },
            TimingPath { name: "multiplier or adder".to_owned(), cycle: own_cycle },
        ];
        let count = layers.len() as u32;
        Ok(Layers { parts, paths, energy, zero_energy, count, ranks, cycles })
    }
}

/// How much logic a cycle holds.
struct Budget {
    depth: f64,
    wiring: f64,
    overhead: Seconds,
    gate: Seconds,
}

impl Budget {
    fn new(context: &Context) -> Result<Budget, ComponentError> {
        let layout = Layout::placed()?;
        let gate = context.cells.fanout_of_four_delay;
        let overhead = context.cells.flip_flop.overhead_delay + gate * layout.skew_and_jitter;
        let wiring = 1.0 + layout.wiring_delay;
        let depth = (context.clock.time_of(1.0) - overhead) / gate / wiring;
        Ok(Budget { depth, wiring, overhead, gate })
    }

    /// The clock for logic that has such a depth beside it in its cycle. Where next to nothing is left, half of the cycle:
    /// the paths show by how much the clock is missed.
    fn clock_beside(&self, depth: f64, clock: Hertz) -> Hertz {
        let period = clock.time_of(1.0);
        let free = period - self.gate * (depth * self.wiring);
        Hertz(1.0 / free.0.max(period.0 / 2.0))
    }

    fn cycle_of(&self, depth: f64) -> Seconds {
        self.overhead + self.gate * (depth * self.wiring)
    }
}

fn layers(
    shape: &Shape,
    multiplier: &ArithmeticUnit,
    input_area: SquareMicrometres,
    context: &Context,
) -> Result<Vec<Layer>, ComponentError> {
    let mut layers: Vec<Layer> = Vec::new();
    let (mut numbers, mut bits, mut area) = (shape.inputs, multiplier.operation.output_bits(), input_area);
    while numbers > 1 {
        area = area * f64::from(shape.arity);
        let layer = Layer::new(shape, numbers, bits, area, context)?;
        (numbers, bits) = (layer.outputs, layer.bits);
        layers.push(layer);
    }
    if let NumberFormat::Integer { bits: accumulator } = shape.accumulator
        && accumulator < bits
    {
        return Err(ComponentError::value(
            "accumulator",
            shape.accumulator,
            format!("a sum of {} products has {bits} bits", shape.inputs),
            format!("the nearest is int{bits}"),
        ));
    }
    Ok(layers)
}

impl Layer {
    /// A layer that takes so many numbers; what one of its adders joins takes an area.
    fn new(
        shape: &Shape,
        numbers: u32,
        bits: u32,
        area: SquareMicrometres,
        context: &Context,
    ) -> Result<Layer, ComponentError> {
        let arity = shape.arity.min(numbers);
        // A number without a partner waits for the next layer; an adder that is not full costs as the others do.
        let outputs = numbers.div_ceil(arity);
        let adders = if numbers % arity == 1 { outputs - 1 } else { outputs };
        let grown = bits + bits_to_count(arity);
        let (format, bits) = match shape.accumulator {
            NumberFormat::Integer { .. } => (NumberFormat::Integer { bits: grown - 1 }, grown),
            floating => (floating, floating.bits()),
        };
        let (parameters, values) = (Parameters::built_in()?, Datapath::built_in()?);
        let rows = f64::from(arity - 2);
        let compressor = Piece::gates(rows * parameters.full_adder * f64::from(bits), context)?;
        // To the middle of what the adder joins.
        let wires = Wires::hop(side(area) / 2.0, bits * arity, context)?;
        let full_adder = parameters.full_adder_delay * values.gate_delay;
        let beside = rows * full_adder + wires.delay / context.cells.fanout_of_four_delay;
        let clock = Budget::new(context)?.clock_beside(beside, context.clock);
        let request = UnitRequest::placed(Operation::add(format), Some(clock))?;
        let stages = (shape.registers == LayerRegisters::None).then_some(1);
        let adder = UnitRequest { stages, ..request }.build(context.cells)?;
        let cheapest = UnitRequest::placed(Operation::add(format), None)?.build(context.cells)?;
        let ripples =
            matches!(format, NumberFormat::Integer { .. }) && adder.logic_depth >= cheapest.logic_depth;
        let added = if ripples { full_adder } else { adder.logic_depth };
        let (depth, added_depth) = (adder.logic_depth + beside, added + beside);
        Ok(Layer { adder, adders, compressor, wires, outputs, bits, depth, added_depth })
    }

    /// What it adds to the depth behind the layer before it; the first stands behind a multiplier.
    fn behind(&self, at: usize) -> f64 {
        if at == 0 { self.depth } else { self.added_depth }
    }

    fn parts(&self) -> Vec<Part> {
        let parts = [
            ("adder", Cost::of_unit(&self.adder)),
            ("compressor", self.compressor.cost),
            ("wires", self.wires.cost),
        ];
        let parts = parts.into_iter().filter(|(_, cost)| cost.area().0 > 0.0);
        parts.map(|(name, cost)| Part::leaf(name, cost).times(u64::from(self.adders))).collect()
    }

    /// With random numbers, and with numbers that are zero.
    fn energy(&self) -> (Joules, Joules) {
        let random = self.adder.energy() + (self.compressor.use_energy + self.wires.word).total();
        let zeros = OperandActivity { zero_fraction: 1.0, ..OperandActivity::default() };
        (random * f64::from(self.adders), self.adder.energy_at(&zeros) * f64::from(self.adders))
    }
}
