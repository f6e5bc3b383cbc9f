//! Sizing a unit: stages and speed of its logic for a clock.

use super::activity::ActivityFactors;
use super::curve::{Curve, Point};
use super::error::ArithmeticError;
use super::lookup::curve_of;
use super::operation::Operation;
use super::unit::{ArithmeticUnit, Part, PartKind};
use crate::chip::circuit::Layout;
use crate::chip::technology::StandardCells;
use crate::units::{Hertz, Joules, Seconds, SquareMicrometres, Watts};

/// Part of a register's bits that change with an operation on random operands.
const RANDOM_TOGGLE: f64 = 0.5;

/// A part that costs nothing, for those that cost only some of it.
const NONE: Part = Part {
    kind: PartKind::Logic,
    area: SquareMicrometres(0.0),
    energy: Joules(0.0),
    clock_energy: Joules(0.0),
    gated_clock_energy: Joules(0.0),
    leakage: Watts(0.0),
};

/// A unit that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitRequest {
    /// What it does.
    pub operation: Operation,
    /// The clock that it must meet; without one it is built as cheaply as can be.
    pub clock: Option<Hertz>,
    /// Stages; without them, as many as make area times energy least (one without a clock).
    pub stages: Option<u32>,
    /// What layout adds.
    pub layout: Layout,
}

impl UnitRequest {
    /// A placed unit of as many stages as the clock makes worthwhile.
    ///
    /// # Errors
    /// [`ArithmeticError::Data`] if the built-in data cannot be read.
    pub fn placed(operation: Operation, clock: Option<Hertz>) -> Result<UnitRequest, ArithmeticError> {
        Ok(UnitRequest { operation, clock, stages: None, layout: Layout::placed()? })
    }

    /// Cells of a unit without registers, at the speed that a clock asks for.
    ///
    /// # Errors
    /// [`ArithmeticError::Data`] if the built-in data cannot be read.
    pub fn cells_only(operation: Operation, clock: Option<Hertz>) -> Result<UnitRequest, ArithmeticError> {
        Ok(UnitRequest { operation, clock, stages: Some(1), layout: Layout::cells_only()? })
    }

    /// The unit in the cells of a technology.
    ///
    /// # Errors
    /// [`ArithmeticError`]: formats or widths without data, an accumulator that is too narrow, a number of stages that
    /// cannot be built, a clock that cannot be met; each with the nearest that can.
    pub fn build(&self, cells: &StandardCells) -> Result<ArithmeticUnit, ArithmeticError> {
        let (curve, factors) = curve_of(self.operation)?;
        let builder = Builder { request: self, cells, curve: &curve, factors };
        let most = builder.most_stages();
        let stages = match (self.stages, self.clock) {
            (Some(stages), _) if stages == 0 || stages > most => {
                let (operation, least) = (self.operation.to_string(), self.layout.least_stage);
                return Err(ArithmeticError::Stages { operation, stages, most, least });
            }
            (Some(stages), _) => stages..=stages,
            (None, Some(_)) => 1..=most,
            (None, None) => 1..=1,
        };
        let cost = |unit: &ArithmeticUnit| unit.area().0 * (unit.energy() + unit.clock_energy()).0;
        let designs = stages.clone().filter_map(|stages| builder.unit(stages));
        // The first of equal ones, so the fewest stages.
        let cheapest = designs.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        cheapest.ok_or_else(|| builder.too_fast(*stages.start(), *stages.end()))
    }
}

struct Builder<'a> {
    request: &'a UnitRequest,
    cells: &'a StandardCells,
    curve: &'a Curve,
    factors: ActivityFactors,
}

impl Builder<'_> {
    fn most_stages(&self) -> u32 {
        // A small positive number: depth is below 500.
        ((self.curve.least_depth() / self.request.layout.least_stage) as u32).max(1)
    }

    /// Cycle of so many stages of logic of a depth.
    fn cycle(&self, depth: f64, stages: u32) -> Seconds {
        let layout = &self.request.layout;
        let granularity = if stages > 1 { layout.cut_granularity } else { 0.0 };
        let logic = (depth / f64::from(stages) + granularity) * (1.0 + layout.wiring_delay);
        self.cells.fanout_of_four_delay * (logic + layout.skew_and_jitter)
            + self.cells.flip_flop.overhead_delay
    }

    /// The deepest logic that so many stages fit into a cycle.
    fn depth(&self, cycle: Seconds, stages: u32) -> f64 {
        let layout = &self.request.layout;
        let granularity = if stages > 1 { layout.cut_granularity } else { 0.0 };
        let free = (cycle - self.cells.flip_flop.overhead_delay) / self.cells.fanout_of_four_delay;
        let logic = (free - layout.skew_and_jitter) / (1.0 + layout.wiring_delay);
        (logic - granularity) * f64::from(stages)
    }

    /// The cheapest unit of so many stages that meets the clock, if there is one.
    fn unit(&self, stages: u32) -> Option<ArithmeticUnit> {
        let period = self.request.clock.map(|clock| clock.time_of(1.0));
        let point = match period {
            Some(period) => self.curve.at_depth(self.depth(period, stages))?,
            None => self.curve.slowest()?.clone(),
        };
        let minimum_cycle = self.cycle(point.depth, stages);
        Some(ArithmeticUnit {
            operation: self.request.operation,
            stages,
            register_bits: point.register_bits(stages),
            gates: point.area,
            logic_depth: point.depth,
            minimum_cycle,
            cycle: period.unwrap_or(minimum_cycle),
            parts: self.parts(&point, stages),
            activity_factors: self.factors,
        })
    }

    fn parts(&self, point: &Point, stages: u32) -> Vec<Part> {
        let (cells, layout) = (self.cells, &self.request.layout);
        let logic = Part {
            kind: PartKind::Logic,
            area: cells.nand2_area * point.area,
            energy: cells.nand2_energy * point.settled,
            leakage: cells.nand2_leakage * point.area,
            ..NONE
        };
        let glitches =
            Part { kind: PartKind::Glitches, energy: cells.nand2_energy * point.glitches(stages), ..NONE };
        let wiring = Part {
            kind: PartKind::Wiring,
            energy: (logic.energy + glitches.energy) * layout.wiring_energy,
            ..NONE
        };
        let bits = f64::from(point.register_bits(stages));
        let clock = cells.flip_flop.clock_energy * bits;
        let registers = Part {
            kind: PartKind::PipelineRegisters,
            area: cells.flip_flop.area * bits,
            energy: cells.flip_flop.data_energy * (bits * RANDOM_TOGGLE),
            clock_energy: clock,
            gated_clock_energy: clock * layout.gated_clock,
            leakage: cells.flip_flop.leakage * bits,
        };
        let distribution = Part {
            kind: PartKind::ClockDistribution,
            area: registers.area * layout.clock_buffers,
            clock_energy: clock * layout.clock_distribution,
            gated_clock_energy: clock * (layout.clock_distribution * layout.gated_clock),
            leakage: registers.leakage * layout.clock_buffers,
            ..NONE
        };
        let filled = logic.area + registers.area + distribution.area;
        let whitespace =
            Part { kind: PartKind::Whitespace, area: filled * (1.0 / layout.row_utilisation - 1.0), ..NONE };
        vec![logic, glitches, wiring, registers, distribution, whitespace]
    }

    /// No number of stages from `least` to `most` meets the clock: says which comes nearest.
    fn too_fast(&self, least: u32, most: u32) -> ArithmeticError {
        let depth = self.curve.least_depth();
        let cycles = (least..=most).map(|stages| (stages, self.cycle(depth, stages)));
        let fastest = cycles.min_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
        let (stages, cycle) = fastest.unwrap_or((least, self.cycle(depth, least)));
        let clock = self.request.clock.unwrap_or_default();
        let plural = |count: u32| if count == 1 { "" } else { "s" };
        let with = if least == most {
            format!("with {least} stage{}", plural(least))
        } else {
            format!("with up to {most} stage{}", plural(most))
        };
        ArithmeticError::Clock {
            operation: self.request.operation.to_string(),
            clock,
            cycle: clock.time_of(1.0),
            with,
            fastest: Hertz(1.0 / cycle.0),
            stages,
        }
    }
}
