//! An arithmetic unit in numbers.

use serde::Serialize;

use super::names::name_of;
use super::parts::Parts;
use super::{SCHEMA_VERSION, nanometres, square_millimetres};
use crate::chip::circuit::Layout;
use crate::chip::circuit::arithmetic::{
    ActivityFactors, ArithmeticError, ArithmeticUnit, Operation, Part, PartKind, UnitRequest,
};
use crate::chip::technology::{Node, StandardCells, TechnologyError};
use crate::units::{Hertz, Kelvin, Micrometres, Volts};

/// How much of a unit is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// A placed and routed unit: what a chip gets.
    Placed,
    /// Cells alone, as tables of synthesis results have them.
    Cells,
}

/// The views of an arithmetic unit.
pub const VIEWS: [(&str, View); 2] = [("placed", View::Placed), ("cells", View::Cells)];

/// An arithmetic unit that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArithmeticRequest {
    /// Feature size of the process.
    pub node: Micrometres,
    /// What it does.
    pub operation: Operation,
    /// The clock that it must meet; without one it is built as cheaply as can be.
    pub clock: Option<Hertz>,
    /// Stages; without them, as many as the clock makes worthwhile, and one of cells alone.
    pub stages: Option<u32>,
    /// How much of it is looked at.
    pub view: View,
    /// Temperature at which it leaks.
    pub temperature: Kelvin,
    /// Supply; without it, that of the node's high-performance transistors.
    pub supply: Option<Volts>,
}

/// Why there is no such unit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ArithmeticReportError {
    /// The node, the temperature or the voltage is outside of the technology's data.
    #[error(transparent)]
    Technology(#[from] TechnologyError),
    /// There is no such unit.
    #[error(transparent)]
    Unit(#[from] ArithmeticError),
}

/// An arithmetic unit and what was asked for. Totals are the sums of their parts, but for rounding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArithmeticReport {
    /// Version of this report's schema.
    pub schema_version: u32,
    /// What it does, in words.
    pub operation: String,
    /// Area.
    pub area_mm2: f64,
    /// Energy of an operation on random operands, without clock.
    pub energy_j: f64,
    /// Energy of the clock in a cycle, with an operation or without.
    pub clock_j: f64,
    /// Energy of the clock in a cycle while it is gated.
    pub gated_clock_j: f64,
    /// Leakage.
    pub leakage_w: f64,
    /// Power of an operation in every cycle of `cycle_s`.
    pub busy_power_w: f64,
    /// Power without operations, the clock gated.
    pub idle_power_w: f64,
    /// From operands to result.
    pub latency_s: f64,
    /// Cycle of the clock that was asked for, else the shortest.
    pub cycle_s: f64,
    /// The shortest cycle of this unit.
    pub minimum_cycle_s: f64,
    /// Stages, with registers between them: cycles from operands to result.
    pub stages: u32,
    /// Flip-flops of these registers.
    pub register_bits: u32,
    /// Gates in NAND2-equivalents, without registers.
    pub gates: f64,
    /// Logic from input to output in fan-out-of-four delays.
    pub logic_depth_fo4: f64,
    /// Parts of `area_mm2`.
    pub area_parts_mm2: Parts,
    /// Parts of `energy_j`.
    pub energy_parts_j: Parts,
    /// Parts of `clock_j`.
    pub clock_parts_j: Parts,
    /// Parts of `gated_clock_j`.
    pub gated_clock_parts_j: Parts,
    /// Parts of `leakage_w`.
    pub leakage_parts_w: Parts,
    /// `energy_j` with other operands, over that with random ones.
    pub operand_factors: OperandFactors,
    /// The cells of which it is made.
    pub cells: CellsReport,
    /// What was asked for.
    pub request: ArithmeticRequestReport,
}

/// Energy with operands that are not random, over that with random ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OperandFactors {
    /// One operand stays for many operations.
    pub stationary: f64,
    /// The accumulator is the result before; none without an accumulator.
    pub accumulate_in_place: Option<f64>,
    /// Half of one operand's values are zero.
    pub half_zero: f64,
    /// One operand is always zero.
    pub zero: f64,
}

/// Standard cells in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CellsReport {
    /// Supply voltage.
    pub supply_v: f64,
    /// Delay of an inverter that drives four of its like.
    pub fanout_of_four_s: f64,
    /// Area of a NAND2.
    pub nand2_area_mm2: f64,
    /// Energy of a transition of a NAND2.
    pub nand2_j: f64,
    /// Area of a flip-flop.
    pub flip_flop_area_mm2: f64,
    /// Energy of a cycle of a flip-flop's clock.
    pub flip_flop_clock_j: f64,
}

/// A unit that was asked for, in the words of the command line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArithmeticRequestReport {
    /// The process node.
    pub node_nm: f64,
    /// `add`, `multiply` or `multiply-accumulate`.
    pub operation: &'static str,
    /// Format of one operand.
    pub left: String,
    /// Format of the other.
    pub right: String,
    /// Format of the accumulator, if there is one.
    pub accumulator: Option<String>,
    /// The clock that it must meet.
    pub clock_hz: Option<f64>,
    /// Stages that it must have.
    pub stages: Option<u32>,
    /// `placed` or `cells`.
    pub view: &'static str,
    /// Temperature at which it leaks.
    pub temperature_k: f64,
    /// Supply; without one, that of the node's high-performance transistors.
    pub supply_v: Option<f64>,
}

impl ArithmeticReport {
    /// Builds the unit and reports it.
    ///
    /// # Errors
    /// [`ArithmeticReportError`] when there is no such unit, with the nearest that is.
    pub fn new(request: &ArithmeticRequest) -> Result<ArithmeticReport, ArithmeticReportError> {
        let cells = Node::at(request.node)?.standard_cells(request.supply, request.temperature)?;
        let alone = request.view == View::Cells;
        let wanted = UnitRequest {
            operation: request.operation,
            clock: request.clock,
            stages: request.stages.or(alone.then_some(1)),
            layout: if alone { Layout::cells_only() } else { Layout::placed() }
                .map_err(ArithmeticError::from)?,
        };
        let unit = wanted.build(&cells)?;
        Ok(ArithmeticReport::of(request, &unit, &cells))
    }

    fn of(request: &ArithmeticRequest, unit: &ArithmeticUnit, cells: &StandardCells) -> ArithmeticReport {
        let rate = Hertz(1.0 / unit.cycle.0);
        let parts = |figure: fn(Part) -> f64| {
            Parts::of(unit.parts.iter().map(|part| (part_name(part.kind), *part)), figure)
        };
        ArithmeticReport {
            schema_version: SCHEMA_VERSION,
            operation: unit.operation.to_string(),
            area_mm2: square_millimetres(unit.area()),
            energy_j: unit.energy().0,
            clock_j: unit.clock_energy().0,
            gated_clock_j: unit.gated_clock_energy().0,
            leakage_w: unit.leakage().0,
            busy_power_w: ((unit.energy() + unit.clock_energy()) * rate + unit.leakage()).0,
            idle_power_w: (unit.gated_clock_energy() * rate + unit.leakage()).0,
            latency_s: unit.latency().0,
            cycle_s: unit.cycle.0,
            minimum_cycle_s: unit.minimum_cycle.0,
            stages: unit.stages,
            register_bits: unit.register_bits,
            gates: unit.gates,
            logic_depth_fo4: unit.logic_depth,
            area_parts_mm2: parts(|part| square_millimetres(part.area)),
            energy_parts_j: parts(|part| part.energy.0),
            clock_parts_j: parts(|part| part.clock_energy.0),
            gated_clock_parts_j: parts(|part| part.gated_clock_energy.0),
            leakage_parts_w: parts(|part| part.leakage.0),
            operand_factors: OperandFactors::of(unit.operation, &unit.activity_factors),
            cells: CellsReport::of(cells),
            request: ArithmeticRequestReport::of(request),
        }
    }
}

impl OperandFactors {
    fn of(operation: Operation, factors: &ActivityFactors) -> OperandFactors {
        let accumulates = matches!(operation, Operation::MultiplyAccumulate { .. });
        OperandFactors {
            stationary: factors.stationary,
            accumulate_in_place: accumulates.then_some(factors.accumulate),
            half_zero: factors.half_zero,
            zero: factors.zero,
        }
    }
}

impl CellsReport {
    fn of(cells: &StandardCells) -> CellsReport {
        CellsReport {
            supply_v: cells.supply.0,
            fanout_of_four_s: cells.fanout_of_four_delay.0,
            nand2_area_mm2: square_millimetres(cells.nand2_area),
            nand2_j: cells.nand2_energy.0,
            flip_flop_area_mm2: square_millimetres(cells.flip_flop.area),
            flip_flop_clock_j: cells.flip_flop.clock_energy.0,
        }
    }
}

impl ArithmeticRequestReport {
    fn of(request: &ArithmeticRequest) -> ArithmeticRequestReport {
        let (operation, left, right, accumulator) = match request.operation {
            Operation::Add { format } => ("add", format, format, None),
            Operation::Multiply { left, right } => ("multiply", left, right, None),
            Operation::MultiplyAccumulate { left, right, accumulator } => {
                ("multiply-accumulate", left, right, Some(accumulator))
            }
        };
        ArithmeticRequestReport {
            node_nm: nanometres(request.node),
            operation,
            left: left.to_string(),
            right: right.to_string(),
            accumulator: accumulator.map(|format| format.to_string()),
            clock_hz: request.clock.map(|clock| clock.0),
            stages: request.stages,
            view: name_of(&VIEWS, &request.view),
            temperature_k: request.temperature.0,
            supply_v: request.supply.map(|supply| supply.0),
        }
    }
}

fn part_name(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Logic => "logic",
        PartKind::Glitches => "glitches",
        PartKind::Wiring => "wiring",
        PartKind::PipelineRegisters => "pipeline_registers",
        PartKind::ClockDistribution => "clock_distribution",
        PartKind::Whitespace => "whitespace",
    }
}
