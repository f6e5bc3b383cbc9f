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
    pub energy: TreeEnergy,
    /// Layers, ranks of registers between them, and cycles.
    pub count: u32,
    pub ranks: u32,
    pub cycles: u32,
}

/// Energy by what the products are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TreeEnergy {
    pub random: Joules,
    /// Of operands of a trained network.
    pub trained: Joules,
    pub zeros: Joules,
}

impl TreeEnergy {
    fn add(&mut self, other: TreeEnergy, times: f64) {
        self.random += other.random * times;
        self.trained += other.trained * times;
        self.zeros += other.zeros * times;
    }
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
    /// Changes of its inputs with a trained network's operands, over those with random ones.
    input_toggle: f64,
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
        let (mut parts, mut energy) = (Vec::new(), TreeEnergy::default());
        let (mut ranks, mut cycles) = (0, 0);
        let mut longest: f64 = 0.0;
        let mut own_cycle = multiplier.minimum_cycle;
        // Behind a multiplier of several stages the last one is left to it alone.
        let mut depth = if multiplier.stages > 1 { f64::INFINITY } else { multiplier.logic_depth };
        let mut bits_before = shape.kept_bits(multiplier.operation.output_bits());
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
                let random = rank.use_energy.total();
                let rank = TreeEnergy { random, trained: random * layer.input_toggle, zeros: Joules(0.0) };
                energy.add(rank, f64::from(numbers));
                ranks += 1;
                cycles += layer.adder.stages;
            }
            let before = if register { layer.depth } else { depth + layer.behind(at) };
            depth = if layer.adder.stages > 1 { f64::INFINITY } else { before };
            if depth.is_finite() {
                longest = longest.max(depth);
            }
            own_cycle = Seconds(own_cycle.0.max(layer.adder.minimum_cycle.0));
            energy.add(layer.energy(), f64::from(layer.adders));
            (numbers, bits_before) = (layer.outputs, layer.bits);
            parts.push(Part::group(format!("adders of layer {}", at + 1), group));
        }
        let paths = vec![
            TimingPath { name: "adder tree between registers".to_owned(), cycle: budget.cycle_of(longest) },
            TimingPath { name: "multiplier or adder".to_owned(), cycle: own_cycle },
        ];
        let count = layers.len() as u32;
        Ok(Layers { parts, paths, energy, count, ranks, cycles })
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

/// Bits of a sum of so many integers, each adder of which joins `arity` of them.
pub(super) fn sum_bits(bits: u32, inputs: u32, arity: u32) -> u32 {
    let (mut numbers, mut bits) = (inputs, bits);
    while numbers > 1 {
        let joined = arity.clamp(2, numbers);
        bits = bits.saturating_add(bits_to_count(joined));
        numbers = numbers.div_ceil(joined);
    }
    bits
}

impl Shape {
    /// Bits that are kept of a number: an integer accumulator that does not hold the whole sum has the width of all adders.
    fn kept_bits(&self, bits: u32) -> u32 {
        match self.accumulator {
            NumberFormat::Integer { bits: accumulator } => bits.min(accumulator),
            NumberFormat::Floating(_) => bits,
        }
    }
}

fn layers(
    shape: &Shape,
    multiplier: &ArithmeticUnit,
    input_area: SquareMicrometres,
    context: &Context,
) -> Result<Vec<Layer>, ComponentError> {
    let mut layers: Vec<Layer> = Vec::new();
    let (mut numbers, mut area) = (shape.inputs, input_area);
    let mut bits = shape.kept_bits(multiplier.operation.output_bits());
    while numbers > 1 {
        area = area * f64::from(shape.arity);
        let layer = Layer::new(shape, numbers, bits, area, context)?;
        (numbers, bits) = (layer.outputs, layer.bits);
        layers.push(layer);
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
        let grown = shape.kept_bits(bits + bits_to_count(arity));
        let (format, bits) = match shape.accumulator {
            // An adder's carry is a bit of its sum, unless the sum has the bits of its operands.
            NumberFormat::Integer { .. } => (NumberFormat::Integer { bits: bits.max(grown - 1) }, grown),
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
        let input_toggle = adder.activity_factors.trained.moving.operand / values.toggle;
        Ok(Layer { adder, adders, compressor, wires, outputs, bits, input_toggle, depth, added_depth })
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

    /// Of one adder with what is before it.
    fn energy(&self) -> TreeEnergy {
        let adder = self.adder.energy();
        let words = (self.compressor.use_energy + self.wires.word).total();
        let zeros = OperandActivity { zero_fraction: 1.0, ..OperandActivity::default() };
        let trained = self.adder.activity_factors.trained.moving;
        TreeEnergy {
            random: adder + words,
            trained: adder * trained.energy + words * self.input_toggle,
            zeros: self.adder.energy_at(&zeros),
        }
    }
}
