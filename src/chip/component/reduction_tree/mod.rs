//! Reduction trees: an array of multipliers whose products a tree of adders sums up.

mod layers;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use super::datapath::{Datapath, Piece, Wires, Words, side, usual_accumulator, within};
use super::tdp_activity::tdp_activity;
use super::{
    Action, Block, Choice, Component, ComponentError, Context, Cost, Part, Siblings, Stage, TensorShape,
    TimingPath, Written,
};
use crate::chip::circuit::arithmetic::{
    ArithmeticUnit, NumberFormat, OperandActivity, Operation, UnitRequest,
};
use crate::chip::circuit::{DataEnergy, parameter_file};
use crate::units::{Joules, PerCycle, Ratio, SquareMicrometres};
use layers::Layers;

parameter_file! {
    /// The values of `reduction_tree.toml`; ranges and sources stand there.
    pub(super) Parameters from "reduction_tree.toml" {
        full_adder: "A full adder in NAND2-equivalents.",
        full_adder_delay: "Its delay in loaded gates.",
        control_gates: "Gates of control of one input.",
        control_bits: "Flip-flops of control of one input.",
    }
}

/// Widest adder that was synthesised.
const WIDEST_ADDER: u32 = 64;

/// Where registers stand between the layers of adders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LayerRegisters {
    /// Where the clock needs them.
    #[default]
    Auto,
    /// Nowhere: multipliers and all layers in one cycle.
    None,
    /// Behind every layer.
    EveryLayer,
}

/// Multipliers whose products are added up in a tree.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReductionTree {
    /// Inputs of each tree: products that it adds up in a cycle.
    pub inputs: u32,
    /// Trees that share the inputs, each with weights of its own. Default: 1.
    #[serde(default)]
    pub trees: Option<u32>,
    /// Format of the operands. Default: int8.
    #[serde(default)]
    pub operand: Option<Written<NumberFormat>>,
    /// Format of the weights. Default: that of the operands.
    #[serde(default)]
    pub weight: Option<Written<NumberFormat>>,
    /// Narrower multiply-accumulates that a multiplier does in a cycle in the place of a wide one: 2 for 16-bit
    /// multipliers that split into two of 8 bits. A mac is then one of these. Default: 1.
    #[serde(default)]
    pub narrow_operations: Option<u32>,
    /// Format of the accumulator at the root, and of the adders for floating point. Integers with fewer bits than the sum
    /// of all products needs add up the upper bits of the products, in all layers. Default: int32 for integers (what
    /// the sum needs if that is more, up to 64), fp32 for floating point.
    #[serde(default)]
    pub accumulator: Option<Written<NumberFormat>>,
    /// Numbers that an adder of the tree takes: 2, or 3 or 4 (compressors; integers only). Default: 2.
    #[serde(default)]
    pub arity: Option<u32>,
    /// Registers between the layers: auto (as the clock needs them), none or every_layer. Default: auto.
    #[serde(default)]
    pub registers: LayerRegisters,
    /// Weights that each multiplier holds. Default: 2 (one is loaded while the other is used).
    #[serde(default)]
    pub weight_buffers: Option<u32>,
    /// Sums that the accumulator of each tree holds, up to 128. Default: 1.
    #[serde(default)]
    pub accumulator_words: Option<u32>,
}

/// What the keys come to.
struct Shape {
    inputs: u32,
    trees: u32,
    operand: NumberFormat,
    weight: NumberFormat,
    /// Multiply-accumulates of a multiplier in a cycle.
    operations: u32,
    accumulator: NumberFormat,
    arity: u32,
    registers: LayerRegisters,
    weight_buffers: u32,
    accumulator_words: u32,
}

impl ReductionTree {
    fn operand_format(&self) -> NumberFormat {
        self.operand.map_or(NumberFormat::INT8, |format| format.0)
    }

    fn weight_format(&self) -> NumberFormat {
        self.weight.map_or(self.operand_format(), |format| format.0)
    }

    fn accumulator_format(&self) -> NumberFormat {
        self.accumulator.map_or_else(|| self.usual_accumulator(), |format| format.0)
    }

    /// The usual one, or what a sum needs if that is more, as far as adders were synthesised.
    fn usual_accumulator(&self) -> NumberFormat {
        match usual_accumulator(self.operand_format(), self.weight_format()) {
            NumberFormat::Integer { bits } => {
                let product = self.operand_format().bits().saturating_add(self.weight_format().bits());
                let sum = layers::sum_bits(product, self.inputs, self.arity.unwrap_or(2));
                NumberFormat::Integer { bits: bits.max(sum).min(WIDEST_ADDER) }
            }
            floating => floating,
        }
    }

    fn shape(&self) -> Result<Shape, ComponentError> {
        within("inputs", self.inputs, 2, 65_536)?;
        let counts = [
            ("trees", self.trees, 1, 65_536),
            ("arity", self.arity, 2, 4),
            ("narrow_operations", self.narrow_operations, 1, 8),
            ("weight_buffers", self.weight_buffers, 1, 128),
            ("accumulator_words", self.accumulator_words, 1, 128),
        ];
        for (key, count, least, most) in counts {
            within(key, count.unwrap_or(least), least, most)?;
        }
        let shape = Shape {
            inputs: self.inputs,
            trees: self.trees.unwrap_or(1),
            operand: self.operand_format(),
            weight: self.weight_format(),
            operations: self.narrow_operations.unwrap_or(1),
            accumulator: self.accumulator_format(),
            arity: self.arity.unwrap_or(2),
            registers: self.registers,
            weight_buffers: self.weight_buffers.unwrap_or(2),
            accumulator_words: self.accumulator_words.unwrap_or(1),
        };
        let operand_bits = shape.operand.bits().max(shape.weight.bits());
        if matches!(shape.accumulator, NumberFormat::Integer { bits } if bits < operand_bits) {
            return Err(ComponentError::value(
                "accumulator",
                shape.accumulator,
                "it is narrower than an operand",
                format!("the nearest is int{operand_bits}"),
            ));
        }
        if shape.arity > 2 && matches!(shape.accumulator, NumberFormat::Floating(_)) {
            return Err(ComponentError::value(
                "arity",
                shape.arity,
                "there are no data of floating-point adders of more than two numbers",
                "the nearest is 2",
            ));
        }
        Ok(shape)
    }
}

/// One multiplier with what is at its inputs.
struct Input {
    multiplier: ArithmeticUnit,
    operand: Piece,
    weights: Words,
    control: Piece,
    /// Gates that cut the multiplier apart: each operand bit meets a part of the other operand or all of it.
    split: Piece,
}

impl Input {
    fn new(shape: &Shape, context: &Context) -> Result<Input, ComponentError> {
        let parameters = Parameters::built_in()?;
        let operation = Operation::Multiply { left: shape.operand, right: shape.weight };
        let request = UnitRequest::placed(operation, Some(context.clock))?;
        let stages = (shape.registers == LayerRegisters::None).then_some(1);
        let bits = f64::from(shape.operand.bits() + shape.weight.bits());
        let choices = bits * f64::from(shape.operations - 1) * Datapath::built_in()?.multiplexer;
        Ok(Input {
            split: Piece::gates(choices, context)?,
            multiplier: UnitRequest { stages, ..request }.build(context.cells)?,
            operand: Piece::registers(shape.operand.bits(), context)?,
            weights: Words::file(shape.weight_buffers, shape.weight.bits(), 1, 1, context)?,
            control: Piece::control(parameters.control_gates, parameters.control_bits, context)?,
        })
    }

    fn parts(&self) -> Vec<Part> {
        let mut parts = vec![
            Part::leaf("multiplier", Cost::of_unit(&self.multiplier)),
            Part::leaf("input register", self.operand.cost),
            Part::leaf("weight registers", self.weights.cost),
            Part::leaf("control", self.control.cost),
        ];
        if self.split.cost.area().0 > 0.0 {
            parts.push(Part::leaf("split logic", self.split.cost));
        }
        parts
    }

    fn area(&self) -> SquareMicrometres {
        self.parts().iter().map(|part| part.total().area()).sum()
    }
}

/// What a tree keeps at its root.
struct Root {
    adder: ArithmeticUnit,
    register: Piece,
    sums: Words,
}

impl Root {
    fn new(shape: &Shape, context: &Context) -> Result<Root, ComponentError> {
        let bits = shape.accumulator.bits();
        let request = UnitRequest::placed(Operation::add(shape.accumulator), Some(context.clock))?;
        let sums = if shape.accumulator_words > 1 { shape.accumulator_words } else { 0 };
        Ok(Root {
            adder: request.build(context.cells)?,
            register: Piece::registers(bits, context)?,
            sums: Words::file(sums, bits, 1, 1, context)?,
        })
    }

    fn part(&self) -> Part {
        let parts = vec![
            Part::leaf("adder", Cost::of_unit(&self.adder)),
            Part::leaf("register", self.register.cost),
            Part::leaf("sums", self.sums.cost),
        ];
        Part::group("accumulator", parts)
    }

    fn energy(&self) -> Joules {
        let activity = OperandActivity { accumulates_in_place: true, ..OperandActivity::default() };
        self.adder.energy_at(&activity) + (self.register.use_energy + self.sums.pass()).total()
    }
}

impl Component for ReductionTree {
    fn stage(&self) -> Stage {
        Stage::Compute
    }

    fn announce(&self, siblings: &mut Siblings) {
        siblings.tensor_units.push(TensorShape {
            rows: self.inputs,
            columns: self.trees.unwrap_or(1),
            operand: self.operand_format(),
            accumulator: self.accumulator_format(),
        });
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let shape = self.shape()?;
        let input = Input::new(&shape, context)?;
        let layers = Layers::new(&shape, &input.multiplier, input.area(), context)?;
        let root = Root::new(&shape, context)?;
        let tree = |with: Vec<Part>| Part::group("trees", with).times(u64::from(shape.trees));
        let inputs = Part::group("inputs", input.parts()).times(u64::from(shape.inputs));
        let mut tree_parts = vec![inputs];
        tree_parts.extend(layers.parts.clone());
        tree_parts.push(root.part());
        let trees = tree(tree_parts);
        // An operand goes past all trees.
        let length = side(trees.total().area());
        let broadcast = Wires::bus(length, shape.operand.bits(), context)?;
        let parts = vec![trees, Part::leaf("input wires", broadcast.cost).times(u64::from(shape.inputs))];
        let total: Cost = parts.iter().map(Part::total).sum();
        let mut paths = layers.paths.clone();
        paths.push(TimingPath { name: "accumulator".to_owned(), cycle: root.adder.minimum_cycle });
        let mut choices = Vec::new();
        if self.registers == LayerRegisters::Auto {
            let reason = format!("as {} needs them", context.clock);
            choices.push(Choice::new(
                "registers",
                format!("{} ranks in {} layers", layers.ranks, layers.count),
                reason,
            ));
        }
        Ok(Block {
            actions: shape.actions(&input, &layers, &root, broadcast.word, &total)?,
            parts,
            paths,
            choices,
            latency_cycles: input.multiplier.stages + layers.cycles + root.adder.stages,
            peak_macs: f64::from(shape.inputs) * f64::from(shape.trees) * f64::from(shape.operations),
            ..Block::default()
        })
    }
}

impl Shape {
    fn actions(
        &self,
        input: &Input,
        layers: &Layers,
        root: &Root,
        broadcast: DataEnergy,
        total: &Cost,
    ) -> Result<Vec<Action>, ComponentError> {
        let (inputs, trees) = (f64::from(self.inputs), f64::from(self.trees));
        // Narrow operations share what a wide one takes.
        let operations = f64::from(self.operations);
        let stationary = OperandActivity { stationary_operand: true, ..OperandActivity::default() };
        let zeros = OperandActivity { zero_fraction: 1.0, ..stationary };
        let wire = broadcast / trees;
        let control = input.control.use_energy;
        let mac = |name: &str,
                   description: &str,
                   multiplier: DataEnergy,
                   operand: DataEnergy,
                   wire,
                   tree: Joules,
                   tdp_activity,
                   share| Action {
            name: name.to_owned(),
            description: description.to_owned(),
            bits: None,
            energy: vec![
                ("multiplier", multiplier / operations),
                ("registers", operand / operations),
                ("adder tree", DataEnergy::changing(tree / inputs / operations)),
                // The sum goes on changing, whatever the operands.
                ("accumulator", DataEnergy::standing(root.energy() / inputs / operations)),
                ("wires", wire / operations),
                ("control", control / operations),
            ],
            capacity: PerCycle(inputs * trees * operations),
            tdp_activity,
            clock_share: Some(Ratio(share)),
        };
        let gateable = |cost: &Cost| cost.clock_running - cost.clock_gated;
        let stopped = (Cost::of_unit(&input.multiplier) + input.operand.cost) * (inputs * trees);
        let kept = if gateable(total).0 > 0.0 { 1.0 - gateable(&stopped) / gateable(total) } else { 0.0 };
        let activity = tdp_activity(|values| values.matrix_mac)?;
        let multiplier = &input.multiplier;
        let trained = multiplier.activity_factors.trained.of(&stationary);
        let words = trained.operand / Datapath::built_in()?.toggle;
        let product = |energy: Joules| DataEnergy::changing(energy) + input.split.use_energy;
        Ok(vec![
            mac(
                "mac",
                "one product of random operands and its part of the tree",
                product(multiplier.energy_at(&stationary)),
                input.operand.use_energy,
                wire,
                layers.energy.random,
                activity,
                1.0,
            ),
            mac(
                "mac_trained",
                "one product of operands of a trained network that are not zero, and its part of the tree",
                product(multiplier.energy() * trained.energy),
                input.operand.use_energy * words,
                wire * words,
                layers.energy.trained,
                Ratio(0.0),
                1.0,
            ),
            mac(
                "mac_zero",
                "one with an operand that is zero, computed like any other",
                product(multiplier.energy_at(&zeros)),
                DataEnergy::default(),
                DataEnergy::default(),
                layers.energy.zeros,
                Ratio(0.0),
                1.0,
            ),
            mac(
                "mac_gated",
                "one left out for a zero: its multiplier stands still",
                DataEnergy::default(),
                DataEnergy::default(),
                DataEnergy::default(),
                layers.energy.zeros,
                Ratio(0.0),
                kept,
            ),
            Action {
                name: "weight_load".to_owned(),
                description: "one weight into one multiplier".to_owned(),
                bits: Some(u64::from(self.weight.bits())),
                energy: vec![("registers", input.weights.write), ("wires", broadcast)],
                capacity: PerCycle(inputs),
                tdp_activity: tdp_activity(|values| values.weight_load)?,
                clock_share: Some(Ratio(0.0)),
            },
        ])
    }
}
