//! What a tensor unit can be counted for.

use super::cell::{Cell, CellEnergy};
use super::edge::Edge;
use super::{Dataflow, Shape, ZeroGating};
use crate::chip::circuit::DataEnergy;
use crate::chip::component::tdp_activity::tdp_activity;
use crate::chip::component::{Action, ComponentError, Cost};
use crate::units::{PerCycle, Ratio};

/// The actions of a unit whose clock costs `total`.
pub(super) fn of(
    shape: &Shape,
    cell: &Cell,
    edge: &Edge,
    total: &Cost,
) -> Result<Vec<Action>, ComponentError> {
    let cells = shape.cells() as f64;
    let kept = cell.kept_clock * cells + edge.parts.iter().map(|part| part.total()).sum();
    let gateable = |cost: &Cost| cost.clock_running - cost.clock_gated;
    let kept_share = match shape.zero_gating {
        ZeroGating::Clock if gateable(total).0 > 0.0 => gateable(&kept) / gateable(total),
        ZeroGating::Clock => 0.0,
        ZeroGating::Data => 1.0,
    };
    let activity = tdp_activity(|values| values.matrix_mac)?;
    let mac = |name: &str, description: &str, energy: CellEnergy, tdp_activity, share: f64| Action {
        name: name.to_owned(),
        description: description.to_owned(),
        bits: None,
        energy: split(energy, edge.per_mac),
        capacity: PerCycle(cells),
        tdp_activity,
        clock_share: Some(Ratio(share)),
    };
    let none = Ratio(0.0);
    let mut actions = vec![
        mac("mac", "one multiply-accumulate of random operands", cell.multiply(), activity, 1.0),
        mac(
            "mac_trained",
            "one on operands of a trained network that are not zero",
            cell.trained()?,
            none,
            1.0,
        ),
        mac("mac_zero", "one with an operand that is zero, computed like any other", cell.zero(), none, 1.0),
        mac(
            "mac_gated",
            "one left out for a zero: the multiply-accumulator stands still",
            cell.gated(),
            none,
            kept_share,
        ),
    ];
    actions.push(Action {
        name: "wait".to_owned(),
        description:
            "a cycle in which the clock of a cell runs and no operation starts: it waits for operands"
                .to_owned(),
        bits: None,
        energy: Vec::new(),
        capacity: PerCycle(cells),
        tdp_activity: none,
        clock_share: Some(Ratio(1.0)),
    });
    actions.extend(weight_load(shape, cell, edge)?);
    actions.extend(result_unload(shape, cell)?);
    actions.extend(neighbour_transfer(shape, cell)?);
    Ok(actions)
}

fn split(energy: CellEnergy, queues: DataEnergy) -> Vec<(&'static str, DataEnergy)> {
    vec![
        ("multiply-accumulator", energy.mac),
        ("registers", energy.registers),
        ("wires", energy.wires),
        ("control", energy.control),
        ("queues and skew", energy.queues + queues),
    ]
}

/// Cells that a word passes on its way down a column to a cell, that cell included, in the mean.
fn mean_way(shape: &Shape) -> f64 {
    f64::from(shape.rows + 1) / 2.0
}

fn weight_load(shape: &Shape, cell: &Cell, edge: &Edge) -> Result<Option<Action>, ComponentError> {
    if shape.weight_buffers == 0 {
        return Ok(None);
    }
    let way = if shape.systolic() { mean_way(shape) } else { 1.0 };
    let wires = if shape.systolic() { cell.weight_hop * way } else { DataEnergy::default() };
    Ok(Some(Action {
        name: "weight_load".to_owned(),
        description: "one weight into one cell, past the cells above it".to_owned(),
        bits: Some(u64::from(shape.weight.bits())),
        energy: vec![
            ("registers", cell.weight_write * way),
            ("wires", wires),
            ("queues and skew", edge.per_weight),
        ],
        capacity: PerCycle(f64::from(shape.columns)),
        tdp_activity: tdp_activity(|values| values.weight_load)?,
        clock_share: Some(Ratio(0.0)),
    }))
}

fn result_unload(shape: &Shape, cell: &Cell) -> Result<Option<Action>, ComponentError> {
    if !shape.systolic() || shape.dataflow == Dataflow::WeightStationary {
        return Ok(None);
    }
    let way = mean_way(shape);
    Ok(Some(Action {
        name: "result_unload".to_owned(),
        description: "one sum out of one cell, past the cells below it".to_owned(),
        bits: Some(u64::from(shape.sum_bits)),
        energy: vec![("registers", cell.sum.register.use_energy * way), ("wires", cell.sum.wire * way)],
        capacity: PerCycle(f64::from(shape.columns)),
        tdp_activity: tdp_activity(|values| values.weight_load)?,
        clock_share: Some(Ratio(0.0)),
    }))
}

fn neighbour_transfer(shape: &Shape, cell: &Cell) -> Result<Option<Action>, ComponentError> {
    if shape.systolic() || shape.rows == 1 {
        return Ok(None);
    }
    Ok(Some(Action {
        name: "neighbour_transfer".to_owned(),
        description: "one word over the wires from a cell to the next".to_owned(),
        bits: Some(u64::from(shape.neighbour_bits)),
        energy: vec![("wires", cell.sum.wire), ("queues", cell.neighbour_queue)],
        capacity: PerCycle(f64::from(shape.rows - 1) * f64::from(shape.columns)),
        tdp_activity: tdp_activity(|values| values.network)?,
        clock_share: Some(Ratio(0.0)),
    }))
}
