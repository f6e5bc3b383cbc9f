//! The edge of a systolic array: queues at its inputs and outputs, and the registers that delay its rows.

use super::{Dataflow, Shape, Skew};
use crate::chip::circuit::DataEnergy;
use crate::chip::component::datapath::{Piece, Words};
use crate::chip::component::{ComponentError, Context, Cost, Part, TimingPath};

/// The edge with what it takes.
#[derive(Default)]
pub(super) struct Edge {
    pub parts: Vec<Part>,
    pub path: Option<TimingPath>,
    /// What a multiply-accumulate takes there, at full rate.
    pub per_mac: DataEnergy,
    /// What a weight that is loaded takes there.
    pub per_weight: DataEnergy,
}

impl Edge {
    pub fn new(shape: &Shape, context: &Context) -> Result<Edge, ComponentError> {
        if !shape.systolic() {
            // The queues of a multicast array are those of its buses.
            return Ok(Edge::default());
        }
        let (rows, columns) = (shape.rows, shape.columns);
        let streams_weights = shape.dataflow == Dataflow::OutputStationary;
        let operands = Words::queue(shape.input_depth, shape.operand.bits(), context)?;
        let weights = Words::queue(shape.input_depth, shape.weight.bits(), context)?;
        let results = Words::queue(shape.output_depth, shape.sum_bits, context)?;
        let operand_skew = skew(shape, rows, shape.operand.bits(), context)?;
        let weight_skew = if streams_weights {
            skew(shape, columns, shape.weight.bits(), context)?
        } else {
            Piece::default()
        };
        let (per_row, per_column) = (f64::from(rows), f64::from(columns));
        let mut per_cycle = operands.pass() * per_row + operand_skew.use_energy + weight_skew.use_energy;
        let mut per_weight = DataEnergy::default();
        if streams_weights {
            per_cycle += weights.pass() * per_column;
        } else {
            per_cycle += results.pass() * per_column;
            per_weight = weights.pass();
        }
        let parts = [
            ("input queues", operands.cost * per_row + weights.cost * per_column),
            ("skew registers", operand_skew.cost + weight_skew.cost),
            ("output queues", results.cost * per_column),
        ];
        let parts = parts.into_iter().filter(|(_, cost): &(_, Cost)| cost.area().0 > 0.0);
        let slowest = [operands, weights, results].into_iter().map(|queue| queue.minimum_cycle);
        let slowest = slowest.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|cycle| cycle.0 > 0.0);
        Ok(Edge {
            parts: parts.map(|(name, cost)| Part::leaf(name, cost)).collect(),
            path: slowest.map(|cycle| TimingPath { name: "queue at the edge".to_owned(), cycle }),
            per_mac: per_cycle / shape.cells() as f64,
            per_weight,
        })
    }
}

/// A triangle of registers: the first row passes none, the last one less than there are rows.
fn skew(shape: &Shape, rows: u32, bits: u32, context: &Context) -> Result<Piece, ComponentError> {
    if shape.skew == Skew::None {
        return Ok(Piece::default());
    }
    let words = f64::from(rows) * f64::from(rows - 1) / 2.0;
    let word = Piece::registers(bits, context)?;
    Ok(Piece { cost: word.cost * words, use_energy: word.use_energy * words })
}
