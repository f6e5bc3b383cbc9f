//! Buses of a multicast array: one down the side that feeds one along each row, with a controller at each row and at
//! each cell that takes what is tagged for it (X and Y buses: Chen et al., JSSC 2017, section IV).

use schemars::JsonSchema;
use serde::Deserialize;

use super::cell::Cell;
use super::{Parameters, Shape};
use crate::chip::circuit::{CircuitError, DataEnergy};
use crate::chip::component::datapath::{Datapath, Piece, Wires, Words, bits_to_count, cycle_of, within};
use crate::chip::component::tdp_activity::tdp_activity;
use crate::chip::component::{Action, Attached, Block, ComponentError, Context, Part, TimingPath};
use crate::chip::pat::Placement;
use crate::units::{Joules, Micrometres, PerCycle, Seconds};

/// A bus between the array's edge and its cells.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bus {
    /// Its name as a component: filter_bus.
    pub name: String,
    /// Bits of data in a cycle; tags come in addition.
    pub bits: u32,
    /// Rows that one word goes to, in the mean: their buses switch. Default: 1.
    #[serde(default)]
    pub rows: Option<u32>,
    /// Cells that take one word, in the mean. Default: all cells of the rows that it goes to.
    #[serde(default)]
    pub cells: Option<u32>,
    /// Words of its queue in each cell; 0: none. Default: the unit's cell_fifo_depth.
    #[serde(default)]
    pub cell_fifo_depth: Option<u32>,
}

/// One bus for each operand, one for sums in and one for results out; a sum goes from or to one cell.
pub(super) fn usual(shape: &Shape) -> Vec<Bus> {
    let bus = |name: &str, bits, cells| Bus {
        name: name.to_owned(),
        bits,
        rows: None,
        cells,
        cell_fifo_depth: None,
    };
    vec![
        bus("operand_bus", shape.operand.bits(), None),
        bus("weight_bus", shape.weight.bits(), None),
        bus("partial_sum_bus", shape.sum_bits, Some(1)),
        bus("result_bus", shape.sum_bits, Some(1)),
    ]
}

/// All buses, as components of their own.
pub(super) fn attached(
    buses: &[Bus],
    shape: &Shape,
    parameters: &Parameters,
    cell: &Cell,
    context: &Context,
) -> Result<Vec<Attached>, ComponentError> {
    buses.iter().map(|bus| bus.build(shape, parameters, cell, context)).collect()
}

impl Bus {
    /// Its queue in one cell.
    pub(super) fn cell_queue(&self, shape: &Shape, context: &Context) -> Result<Words, ComponentError> {
        let depth = self.cell_fifo_depth.unwrap_or(shape.cell_depth);
        within("buses", depth, 0, 128)?;
        Ok(Words::queue(depth, self.bits, context)?)
    }

    fn build(
        &self,
        shape: &Shape,
        parameters: &Parameters,
        cell: &Cell,
        context: &Context,
    ) -> Result<Attached, ComponentError> {
        let (rows, columns) = (shape.rows, shape.columns);
        within("buses", self.bits, 1, 4096)?;
        let row_count = self.rows.unwrap_or(1);
        within("buses", row_count, 1, rows)?;
        let cell_count = self.cells.unwrap_or(row_count * columns);
        within("buses", cell_count, 1, row_count * columns)?;
        let (row_tag, column_tag) = (bits_to_count(rows), bits_to_count(columns));
        let down = Segments::new(cell.pitch, rows, self.bits + row_tag + column_tag, context)?;
        let along = Segments::new(cell.pitch, columns, self.bits + column_tag, context)?;
        let at_row = controller(parameters, row_tag, context)?;
        let at_cell = controller(parameters, column_tag, context)?;
        let queue = Words::queue(shape.input_depth, self.bits, context)?;
        let cell_queue = self.cell_queue(shape, context)?;
        let (reached_rows, reached_cells) = (f64::from(row_count), f64::from(cell_count));
        let per_row = f64::from(columns);
        let action = Action {
            name: "transfer".to_owned(),
            description: format!(
                "one random word past all rows, into {row_count} of them, and into {cell_count} cells"
            ),
            bits: Some(u64::from(self.bits)),
            energy: vec![
                ("wires", down.word + along.word * reached_rows),
                (
                    "multicast controllers",
                    at_row.use_energy * f64::from(rows) + at_cell.use_energy * (per_row * reached_rows),
                ),
                ("queues", queue.pass() + cell_queue.pass() * reached_cells),
            ],
            capacity: PerCycle(1.0),
            tdp_activity: tdp_activity(|values| values.network)?,
            clock_share: None,
        };
        let parts = vec![
            Part::leaf("bus down the side", down.cost),
            Part::leaf("bus along a row", along.cost).times(u64::from(rows)),
            Part::leaf("row controllers", at_row.cost).times(u64::from(rows)),
            Part::leaf("cell controllers", at_cell.cost).times(shape.cells()),
            Part::leaf("queue", queue.cost),
        ];
        let mut paths = vec![
            path("bus down the side", down.cycle(context)?),
            path("bus along a row", along.cycle(context)?),
        ];
        if queue.minimum_cycle.0 > 0.0 {
            paths.push(path("queue of a bus", queue.minimum_cycle));
        }
        Ok(Attached {
            name: self.name.clone(),
            description: format!("{} bits: a bus down the side and one along each of {rows} rows", self.bits),
            placement: Placement::Chip,
            instances: 1,
            block: Block {
                parts,
                actions: vec![action],
                paths,
                latency_cycles: down.registers + along.registers,
                ..Block::default()
            },
        })
    }
}

fn path(name: &str, cycle: Seconds) -> TimingPath {
    TimingPath { name: name.to_owned(), cycle }
}

/// A controller that compares a tag with its own, and lets the word pass.
fn controller(parameters: &Parameters, tag: u32, context: &Context) -> Result<Piece, CircuitError> {
    let gates = parameters.multicast_gates + Datapath::built_in()?.comparator_gates * f64::from(tag);
    // Its own tag is state that seldom changes: its flip-flops are behind a clock gate, which is not clocked then.
    let compare = Piece::control(gates, 0.0, context)?;
    let own_tag = Piece::control(0.0, f64::from(tag), context)?;
    let still =
        crate::chip::component::Cost { clock_running: Joules(0.0), clock_gated: Joules(0.0), ..own_tag.cost };
    Ok(Piece { cost: compare.cost + still, use_energy: compare.use_energy })
}

/// Wires past cells, with registers where they are too long for a cycle.
struct Segments {
    cost: crate::chip::component::Cost,
    word: DataEnergy,
    segment_delay: Seconds,
    registers: u32,
}

impl Segments {
    fn new(pitch: Micrometres, cells: u32, bits: u32, context: &Context) -> Result<Segments, CircuitError> {
        let wires = Wires::bus(pitch * f64::from(cells), bits, context)?;
        let overhead = cycle_of(0.0, Seconds(0.0), context)?;
        let free = (context.clock.time_of(1.0) - overhead).0;
        // Where even registers leave no time, one segment shows by how much the clock is missed.
        let segments =
            if free > 0.0 { (wires.delay.0 / free).ceil().clamp(1.0, f64::from(cells)) } else { 1.0 };
        let registers = Piece::registers(bits, context)?;
        let ranks = segments - 1.0;
        Ok(Segments {
            cost: wires.cost + registers.cost * ranks,
            word: wires.word + registers.use_energy * ranks,
            segment_delay: wires.delay / segments,
            registers: ranks as u32,
        })
    }

    fn cycle(&self, context: &Context) -> Result<Seconds, CircuitError> {
        cycle_of(0.0, self.segment_delay, context)
    }
}
