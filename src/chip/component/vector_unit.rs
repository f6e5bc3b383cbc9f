//! Vector units: lanes of ALUs with units for special functions.

use schemars::JsonSchema;
use serde::Deserialize;

use super::datapath::{Datapath, Piece, within};
use super::tdp_activity::tdp_activity;
use super::{
    Action, Block, Choice, Component, ComponentError, Context, Cost, Part, Siblings, Stage, TimingPath,
    VectorShape, Written,
};
use crate::chip::circuit::arithmetic::{ArithmeticUnit, NumberFormat, Operation, UnitRequest};
use crate::chip::circuit::{DataEnergy, Netlist, parameter_file};
use crate::units::{Joules, PerCycle, Ratio, Seconds};

parameter_file! {
    /// The values of `vector_unit.toml`; ranges and sources stand there.
    pub(super) Parameters from "vector_unit.toml" {
        logic_gates: "Gates a bit of an ALU beside its adder and multiplier.",
        operand_multiplexers: "Two-way multiplexers before each bit of an operand.",
        logic_switching: "Part of these gates that change in an operation.",
        control_gates: "Gates of control of a lane.",
        control_bits: "Flip-flops of control of a lane.",
        multiplies: "Part of the operations that use the multiplier.",
        lanes_a_special_unit: "Lanes that share one unit for special functions.",
        segments: "Segments of the table of a function.",
        functions: "Functions in the tables.",
        table_gates: "Gates for each bit of a table.",
        table_switching: "Part of these gates that change in a look-up.",
    }
}

/// Lanes that do the same to the elements of a vector.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VectorUnit {
    /// Lanes: elements in a cycle. Default: the columns of the widest tensor unit of its core.
    #[serde(default)]
    pub lanes: Option<u32>,
    /// Format of an element. Default: the accumulator's of the first tensor unit of its core.
    #[serde(default)]
    pub format: Option<Written<NumberFormat>>,
    /// ALUs of each lane: operations that a lane issues in a cycle. Default: 1.
    #[serde(default)]
    pub alus: Option<u32>,
    /// Whether each ALU has a multiplier. Default: true.
    #[serde(default = "yes")]
    pub multiply: bool,
    /// Whether there are units for special functions (exponential, reciprocal, …), one for every four lanes. Default: true.
    #[serde(default = "yes")]
    pub special_functions: bool,
}

fn yes() -> bool {
    true
}

impl VectorUnit {
    /// Lanes and format, as far as those around it are known.
    fn sized(&self, siblings: &Siblings) -> Option<VectorShape> {
        let lanes = self.lanes.or_else(|| siblings.tensor_units.iter().map(|unit| unit.columns).max());
        let of_tensor_unit = || siblings.tensor_units.first().map(|unit| unit.accumulator);
        let format = self.format.map(|format| format.0).or_else(of_tensor_unit);
        Some(VectorShape { lanes: lanes?, format: format? })
    }

    fn shape(&self, context: &Context) -> Result<VectorShape, ComponentError> {
        let Some(shape) = self.sized(context.siblings) else {
            let (key, example) = if self.lanes.is_none() { ("lanes", "128") } else { ("format", "\"fp32\"") };
            return Err(ComponentError::value(
                key,
                "not given",
                "there is no tensor unit beside it from which it would follow",
                format!("give {key}, such as {key} = {example}"),
            ));
        };
        within("lanes", shape.lanes, 1, 65_536)?;
        within("alus", self.alus.unwrap_or(1), 1, 16)?;
        Ok(shape)
    }

    fn choices(&self, shape: &VectorShape) -> Vec<Choice> {
        let open = [
            (
                self.lanes.is_none(),
                Choice::new("lanes", shape.lanes, "the columns of the widest tensor unit"),
            ),
            (
                self.format.is_none(),
                Choice::new("format", shape.format, "the accumulator's of the tensor unit"),
            ),
        ];
        open.into_iter().filter(|(open, _)| *open).map(|(_, choice)| choice).collect()
    }
}

/// One ALU with the registers at its inputs and behind it.
struct Alu {
    parts: Vec<Part>,
    energy: Vec<(&'static str, DataEnergy)>,
    cycle: Seconds,
    stages: u32,
}

impl Alu {
    fn new(multiply: bool, format: NumberFormat, context: &Context) -> Result<Alu, ComponentError> {
        let parameters = Parameters::built_in()?;
        let bits = f64::from(format.bits());
        let build = |operation| -> Result<ArithmeticUnit, ComponentError> {
            Ok(UnitRequest::placed(operation, Some(context.clock))?.build(context.cells)?)
        };
        let adder = build(Operation::add(format))?;
        let multiplier = multiply.then(|| build(Operation::multiply(format))).transpose()?;
        let units = || std::iter::once(&adder).chain(&multiplier);
        let stages = units().map(|unit| unit.stages).max().unwrap_or(1);
        // Results of the faster operations wait for the slowest.
        let registers = Piece::registers(format.bits() * (2 + stages), context)?;
        let operands = 2.0 * parameters.operand_multiplexers * Datapath::built_in()?.multiplexer;
        let gates = (parameters.logic_gates + operands) * bits;
        let logic = Netlist::of_gates(gates).placed(context.cells)?;
        let multiplies = if multiply { parameters.multiplies } else { 0.0 };
        let mut parts = vec![Part::leaf("adder", Cost::of_unit(&adder))];
        parts.extend(multiplier.iter().map(|unit| Part::leaf("multiplier", Cost::of_unit(unit))));
        parts.push(Part::leaf("shifter, logic and operand choice", Cost::of_logic(&logic)));
        parts.push(Part::leaf("operand and result registers", registers.cost));
        let product = multiplier.as_ref().map_or(Joules(0.0), ArithmeticUnit::energy);
        let cycle = units().map(|unit| unit.minimum_cycle.0).fold(0.0, f64::max);
        Ok(Alu {
            parts,
            energy: vec![
                ("adder", DataEnergy::changing(adder.energy() * (1.0 - multiplies))),
                ("multiplier", DataEnergy::changing(product * multiplies)),
                (
                    "shifter, logic and operand choice",
                    DataEnergy::changing(logic.transitions(gates * parameters.logic_switching)),
                ),
                ("registers", registers.use_energy),
            ],
            cycle: Seconds(cycle),
            stages,
        })
    }
}

/// A unit that looks a segment up and interpolates.
struct Special {
    parts: Vec<Part>,
    energy: Vec<(&'static str, DataEnergy)>,
    cycle: Seconds,
}

impl Special {
    fn new(format: NumberFormat, context: &Context) -> Result<Special, ComponentError> {
        let parameters = Parameters::built_in()?;
        let build = |operation| -> Result<ArithmeticUnit, ComponentError> {
            Ok(UnitRequest::placed(operation, Some(context.clock))?.build(context.cells)?)
        };
        let (multiplier, adder) = (build(Operation::multiply(format))?, build(Operation::add(format))?);
        // A slope and an offset a segment.
        let table_bits = 2.0 * f64::from(format.bits()) * parameters.segments * parameters.functions;
        let gates = table_bits * parameters.table_gates;
        let table = Netlist::of_gates(gates).placed(context.cells)?;
        let registers = Piece::registers(3 * format.bits(), context)?;
        Ok(Special {
            parts: vec![
                Part::leaf("table", Cost::of_logic(&table)),
                Part::leaf("multiplier", Cost::of_unit(&multiplier)),
                Part::leaf("adder", Cost::of_unit(&adder)),
                Part::leaf("registers", registers.cost),
            ],
            energy: vec![
                ("table", DataEnergy::changing(table.transitions(gates * parameters.table_switching))),
                ("multiplier", DataEnergy::changing(multiplier.energy())),
                ("adder", DataEnergy::changing(adder.energy())),
                ("registers", registers.use_energy),
            ],
            cycle: Seconds(multiplier.minimum_cycle.0.max(adder.minimum_cycle.0)),
        })
    }
}

impl Component for VectorUnit {
    fn stage(&self) -> Stage {
        Stage::Vector
    }

    fn announce(&self, siblings: &mut Siblings) {
        siblings.vector_units.extend(self.sized(siblings));
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let shape = self.shape(context)?;
        let parameters = Parameters::built_in()?;
        let (lanes, alus) = (shape.lanes, self.alus.unwrap_or(1));
        let alu = Alu::new(self.multiply, shape.format, context)?;
        let control = Piece::control(parameters.control_gates, parameters.control_bits, context)?;
        let lane = vec![
            Part::group("ALUs", alu.parts.clone()).times(u64::from(alus)),
            Part::leaf("control", control.cost),
        ];
        let mut parts = vec![Part::group("lanes", lane).times(u64::from(lanes))];
        let mut paths = vec![TimingPath { name: "ALU".to_owned(), cycle: alu.cycle }];
        let mut energy = alu.energy;
        energy.push(("control", control.use_energy / f64::from(alus)));
        let capacity = f64::from(lanes) * f64::from(alus);
        let mut actions = vec![Action {
            name: "op".to_owned(),
            description: "one random element through one ALU".to_owned(),
            bits: None,
            energy,
            capacity: PerCycle(capacity),
            tdp_activity: tdp_activity(|values| values.vector_op)?,
            clock_share: None,
        }];
        if self.special_functions {
            let special = Special::new(shape.format, context)?;
            // A positive number of at most as many as there are lanes.
            let units = (f64::from(lanes) / parameters.lanes_a_special_unit).ceil() as u64;
            parts.push(Part::group("special function units", special.parts).times(units));
            paths.push(TimingPath { name: "special function unit".to_owned(), cycle: special.cycle });
            actions.push(Action {
                name: "special".to_owned(),
                description: "one random element through a unit for special functions".to_owned(),
                bits: None,
                energy: special.energy,
                capacity: PerCycle(units as f64),
                tdp_activity: tdp_activity(|values| values.vector_op)?,
                clock_share: None,
            });
        }
        share_clock(&parts, &mut actions);
        Ok(Block {
            parts,
            actions,
            paths,
            choices: self.choices(&shape),
            latency_cycles: alu.stages + 2,
            ..Block::default()
        })
    }
}

/// Gives each action the clock of its own part: lanes to the first, special units to the second.
fn share_clock(parts: &[Part], actions: &mut [Action]) {
    let gateable = |cost: Cost| cost.clock_running.0 - cost.clock_gated.0;
    let total = gateable(parts.iter().map(Part::total).sum());
    for (part, action) in parts.iter().zip(actions) {
        action.clock_share = Some(Ratio(if total > 0.0 { gateable(part.total()) / total } else { 0.0 }));
    }
}

#[cfg(test)]
mod tests;
