//! Tensor units: a matrix of cells that multiply and accumulate, with its wires, queues and buffers in the cells.

mod actions;
mod bus;
mod cell;
mod edge;
mod local_buffer;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use super::datapath::{usual_accumulator, within};
use super::{Block, Choice, Component, ComponentError, Context, Part, Siblings, Stage, TensorShape, Written};
use crate::chip::circuit::arithmetic::NumberFormat;
use crate::chip::circuit::parameter_file;
use bus::Bus;
use cell::Cell;
use edge::Edge;
use local_buffer::LocalBuffer;

parameter_file! {
    /// The values of `tensor_unit.toml`; ranges and sources stand there.
    pub(super) Parameters from "tensor_unit.toml" {
        systolic_control_bits: "Flip-flops of control that travel with the operands, in each cell.",
        systolic_control_gates: "Gates of control of a cell.",
        zero_detector_gates: "Gates a bit of an operand to detect a zero.",
        controller_flip_flops: "Flip-flops of a cell's controller beside its address counters.",
        controller_gates: "Gates of a cell's controller beside those of its counters.",
        multicast_gates: "Gates of a multicast controller beside its comparator.",
    }
}

/// Most rows or columns: past what any product has.
const MOST_CELLS_A_SIDE: u32 = 4096;

/// Widest accumulator that was synthesised.
const WIDEST_SUM: u32 = 80;

/// What stays in the cells while operands pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dataflow {
    /// A weight stays in each cell; partial sums move down the columns.
    #[default]
    WeightStationary,
    /// A sum stays in each cell; both operands move.
    OutputStationary,
}

/// How operands reach the cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interconnect {
    /// From neighbour to neighbour.
    #[default]
    Systolic,
    /// Over buses: one down the side feeds one along each row.
    Multicast,
}

/// How operands arrive at a systolic array one cycle later in each row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Skew {
    /// Row n passes n registers.
    #[default]
    Registers,
    /// The memory before the array delays its rows.
    None,
}

/// What a cell that skips a zero stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ZeroGating {
    /// The clock of what only the operation needs.
    #[default]
    Clock,
    /// Its operands alone: registers hold what they have, and their clock runs.
    Data,
}

/// A matrix of cells, each with a multiply-accumulator.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TensorUnit {
    /// Rows of cells: operands that enter in a cycle.
    pub rows: u32,
    /// Columns of cells: results that leave in a cycle.
    pub columns: u32,
    /// Format of the operands that move through the rows. Default: int8.
    #[serde(default)]
    pub operand: Option<Written<NumberFormat>>,
    /// Format of the other operands, the weights. Default: that of the operands.
    #[serde(default)]
    pub weight: Option<Written<NumberFormat>>,
    /// Format in which products are added up. Integers with fewer bits than a product add up its upper bits. Default:
    /// int32 for integers (more bits for products of more than 16), fp32 for floating point; with several passes as many
    /// bits as no sum loses any.
    #[serde(default)]
    pub accumulator: Option<Written<NumberFormat>>,
    /// Bits of a partial sum outside of the adder: in registers and on wires. Default: those of the accumulator; with
    /// several passes, as many as the sums need.
    #[serde(default)]
    pub partial_sum_bits: Option<u32>,
    /// What stays in the cells: weight_stationary or output_stationary. Default: weight_stationary.
    #[serde(default)]
    pub dataflow: Dataflow,
    /// How operands reach the cells: systolic (from neighbour to neighbour) or multicast (buses). Default: systolic.
    #[serde(default)]
    pub interconnect: Interconnect,
    /// Weights that each cell holds in registers. Default: 2 (one is loaded while the other is used) with stationary
    /// weights, none with stationary sums or with buffers in the cells.
    #[serde(default)]
    pub weight_buffers: Option<u32>,
    /// Widest operands in bits, taken in several passes: 16 for 8-bit cells that also take 16 bits at half rate with one
    /// such operand and a quarter with two. Integers only. Default: one pass.
    #[serde(default)]
    pub multi_pass_bits: Option<u32>,
    /// Stages of the multiply-accumulator. Default: as many as make area times energy least at the clock.
    #[serde(default)]
    pub stages: Option<u32>,
    /// How the rows of a systolic array are delayed against each other: registers or none. Default: registers.
    #[serde(default)]
    pub skew: Skew,
    /// What a cell that skips a zero (action mac_gated) stops: clock, or data alone. Default: clock.
    #[serde(default)]
    pub zero_gating: ZeroGating,
    /// Words of the queue at each input of the array; 0: none. Default: 2.
    #[serde(default)]
    pub input_fifo_depth: Option<u32>,
    /// Words of the queue at each output of the array; 0: none. Default: 2.
    #[serde(default)]
    pub output_fifo_depth: Option<u32>,
    /// Words of the queues at each cell's inputs and outputs; 0: none. Default: 4 with multicast, else 0.
    #[serde(default)]
    pub cell_fifo_depth: Option<u32>,
    /// Bits of the wires from each cell to the one below, with multicast. Default: the bits of a partial sum.
    #[serde(default)]
    pub neighbour_bits: Option<u32>,
    /// Buses of a multicast array. Default: one for each operand, one for partial sums in and one for results out.
    #[serde(default)]
    pub buses: Option<Vec<Bus>>,
    /// Buffers in each cell; each becomes a component of its own with actions read and write. Default: none.
    #[serde(default)]
    pub local_buffers: Vec<LocalBuffer>,
}

/// What the keys come to.
#[derive(Clone, Debug)]
struct Shape {
    rows: u32,
    columns: u32,
    operand: NumberFormat,
    weight: NumberFormat,
    /// Of the adder: as wide as several passes need.
    sum: NumberFormat,
    /// Width of partial sums in registers and on wires.
    sum_bits: u32,
    /// Passes of a wide operand.
    passes: u32,
    dataflow: Dataflow,
    interconnect: Interconnect,
    weight_buffers: u32,
    stages: Option<u32>,
    skew: Skew,
    zero_gating: ZeroGating,
    input_depth: u32,
    output_depth: u32,
    cell_depth: u32,
    neighbour_bits: u32,
}

impl Shape {
    fn cells(&self) -> u64 {
        u64::from(self.rows) * u64::from(self.columns)
    }

    fn systolic(&self) -> bool {
        self.interconnect == Interconnect::Systolic
    }

    /// Whether a cell hands its sum to the next in each cycle.
    fn sums_move(&self) -> bool {
        self.systolic() && self.dataflow == Dataflow::WeightStationary
    }
}

impl TensorUnit {
    fn operand_format(&self) -> NumberFormat {
        self.operand.map_or(NumberFormat::INT8, |format| format.0)
    }

    fn weight_format(&self) -> NumberFormat {
        self.weight.map_or(self.operand_format(), |format| format.0)
    }

    fn accumulator_format(&self) -> NumberFormat {
        let usual = || usual_accumulator(self.operand_format(), self.weight_format());
        self.accumulator.map_or_else(usual, |format| format.0)
    }

    fn shape(&self) -> Result<Shape, ComponentError> {
        for (key, count) in [("rows", self.rows), ("columns", self.columns)] {
            within(key, count, 1, MOST_CELLS_A_SIDE)?;
        }
        let depths = [
            ("input_fifo_depth", self.input_fifo_depth),
            ("output_fifo_depth", self.output_fifo_depth),
            ("cell_fifo_depth", self.cell_fifo_depth),
        ];
        for (key, depth) in depths {
            within(key, depth.unwrap_or(0), 0, 128)?;
        }
        let multicast = self.interconnect == Interconnect::Multicast;
        if self.buses.is_some() && !multicast {
            return Err(ComponentError::value(
                "buses",
                "given",
                "a systolic array has wires between neighbours and no buses",
                "leave them out, or give interconnect = \"multicast\"",
            ));
        }
        if self.neighbour_bits.is_some() && !multicast {
            return Err(ComponentError::value(
                "neighbour_bits",
                "given",
                "the wires between the cells of a systolic array are as wide as operands and sums",
                "leave it out, or give interconnect = \"multicast\"",
            ));
        }
        let (sum, sum_bits, passes) = self.sums()?;
        let holds_weights = self.dataflow == Dataflow::WeightStationary && self.local_buffers.is_empty();
        let weight_buffers = self.weight_buffers.unwrap_or(if holds_weights { 2 } else { 0 });
        within("weight_buffers", weight_buffers, 0, 128)?;
        if weight_buffers == 0 && self.dataflow == Dataflow::WeightStationary && self.local_buffers.is_empty()
        {
            return Err(ComponentError::value(
                "weight_buffers",
                0,
                "with stationary weights each cell holds at least the one that it uses",
                "give 1 or more, buffers in the cells, or dataflow = \"output_stationary\"",
            ));
        }
        Ok(Shape {
            rows: self.rows,
            columns: self.columns,
            operand: self.operand_format(),
            weight: self.weight_format(),
            sum,
            sum_bits,
            passes,
            dataflow: self.dataflow,
            interconnect: self.interconnect,
            weight_buffers,
            stages: self.stages,
            skew: self.skew,
            zero_gating: self.zero_gating,
            input_depth: self.input_fifo_depth.unwrap_or(2),
            output_depth: self.output_fifo_depth.unwrap_or(2),
            cell_depth: self.cell_fifo_depth.unwrap_or(if multicast { 4 } else { 0 }),
            neighbour_bits: self.neighbour_bits.unwrap_or(sum_bits),
        })
    }

    /// Format of the adder, bits of a partial sum outside of it, and passes of a wide operand.
    fn sums(&self) -> Result<(NumberFormat, u32, u32), ComponentError> {
        let (operand, accumulator) = (self.operand_format(), self.accumulator_format());
        let (sum, passes) = match (self.multi_pass_bits, operand, self.weight_format(), accumulator) {
            (None, ..) => (accumulator, 1),
            (
                Some(wide),
                NumberFormat::Integer { bits },
                NumberFormat::Integer { .. },
                NumberFormat::Integer { bits: sum },
            ) => {
                within("multi_pass_bits", wide, bits + 1, 4 * bits)?;
                // Products of wide operands, one a row, none of their sum lost; what is written wraps.
                let needed = 2 * wide + self.rows.next_power_of_two().ilog2();
                let open = self.accumulator.is_none();
                let bits_of_sum = if open { sum.max(needed).min(WIDEST_SUM) } else { sum };
                (NumberFormat::Integer { bits: bits_of_sum }, wide.div_ceil(bits))
            }
            (Some(wide), ..) => {
                return Err(ComponentError::value(
                    "multi_pass_bits",
                    wide,
                    "only integers can be taken apart into narrower ones",
                    "leave it out, or give integer operands, weights and accumulator",
                ));
            }
        };
        let sum_bits = self.partial_sum_bits.unwrap_or(sum.bits());
        within("partial_sum_bits", sum_bits, operand.bits().min(sum.bits()), sum.bits())?;
        Ok((sum, sum_bits, passes))
    }

    fn choices(&self, shape: &Shape, cell: &Cell) -> Vec<Choice> {
        let mut choices = Vec::new();
        let mut choose = |open: bool, key, value: String, reason: &str| {
            if open {
                choices.push(Choice::new(key, value, reason));
            }
        };
        choose(
            self.accumulator.is_none(),
            "accumulator",
            self.accumulator_format().to_string(),
            "usual for the operands",
        );
        choose(
            self.weight_buffers.is_none(),
            "weight_buffers",
            shape.weight_buffers.to_string(),
            match shape.weight_buffers {
                0 => "weights come with each operation",
                _ => "one is loaded while the other is used",
            },
        );
        choose(
            self.stages.is_none(),
            "stages",
            cell.mac.stages.to_string(),
            "least area times energy at the clock",
        );
        choices
    }
}

impl Component for TensorUnit {
    fn stage(&self) -> Stage {
        Stage::Compute
    }

    fn announce(&self, siblings: &mut Siblings) {
        siblings.tensor_units.push(TensorShape {
            rows: self.rows,
            columns: self.columns,
            operand: self.operand_format(),
            accumulator: self.accumulator_format(),
        });
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let shape = self.shape()?;
        let parameters = Parameters::built_in()?;
        let buffers = local_buffer::build(&self.local_buffers, shape.operand, context)?;
        let buses = match (&self.buses, shape.interconnect) {
            (_, Interconnect::Systolic) => Vec::new(),
            (Some(buses), Interconnect::Multicast) => buses.clone(),
            (None, Interconnect::Multicast) => bus::usual(&shape),
        };
        let cell = Cell::new(&shape, &parameters, &buffers, &buses, context)?;
        let edge = Edge::new(&shape, context)?;
        let mut parts = vec![Part::group("cells", cell.parts.clone()).times(shape.cells())];
        parts.extend(edge.parts.clone());
        let total = parts.iter().map(Part::total).sum();
        let mut attached = local_buffer::attached(buffers, &shape)?;
        attached.extend(bus::attached(&buses, &shape, &parameters, &cell, context)?);
        Ok(Block {
            actions: actions::of(&shape, &cell, &edge, &total)?,
            parts,
            paths: cell.paths.iter().chain(&edge.path).cloned().collect(),
            choices: self.choices(&shape, &cell),
            latency_cycles: shape.rows + shape.columns + cell.mac.stages,
            peak_macs: shape.cells() as f64,
            attached,
            ..Block::default()
        })
    }
}
