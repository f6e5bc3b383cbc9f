//! Sizing a unit: stages and speed of its logic for a clock.

use super::activity::ActivityFactors;
use super::curve::{Curve, Point, Ranks};
use super::error::ArithmeticError;
use super::lookup::curve_of;
use super::operation::Operation;
use super::unit::{ArithmeticUnit, Part, PartKind};
use crate::chip::circuit::Layout;
use crate::chip::technology::StandardCells;
use crate::units::{Hertz, Joules, Seconds, SquareMicrometres, Watts};

/// Part of a register's bits that change with an operation on random operands.
const RANDOM_TOGGLE: f64 = 0.5;

/// Parts of the depth that the longest stage may hold, where it holds more than the others: the same at every clock, so
/// that a slower one has every choice of a faster one.
const PARTS: [f64; 8] = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0];

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
        let designs = stages.clone().flat_map(|stages| builder.units(stages));
        // The first of equal ones, so the fewest stages.
        let cheapest = designs.min_by(|a, b| a.cost().total_cmp(&b.cost()));
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

    /// Units of so many stages that meet the clock, if there are any. A faster one of several stages may come out smaller:
    /// its registers may stand where fewer nets cross.
    fn units(&self, stages: u32) -> Vec<ArithmeticUnit> {
        let Some(period) = self.request.clock.map(|clock| clock.time_of(1.0)) else {
            let slowest = self.curve.slowest();
            return slowest
                .map(|point| self.unit(point, point.ranks(stages, 0.0), stages))
                .into_iter()
                .collect();
        };
        let room = self.depth(period, stages);
        if stages == 1 {
            let cheapest = self.curve.at_depth(room);
            return cheapest.map(|point| self.unit(&point, point.ranks(1, 1.0), 1)).into_iter().collect();
        }
        let equal = 1.0 / f64::from(stages);
        // A stage of twice its part would make another one superfluous.
        let windows = |point: &Point| {
            let longest = (room * equal / point.depth).min(2.0 * equal);
            PARTS.into_iter().filter(move |&most| equal < most && most <= longest)
        };
        let evenly =
            self.curve.at_depth(room).map(|point| self.unit(&point, point.ranks(stages, equal), stages));
        let uneven = self.curve.points().iter().filter(|point| point.depth <= room).flat_map(|point| {
            let ranks = [equal].into_iter().chain(windows(point)).map(|most| point.ranks(stages, most));
            ranks.map(|ranks| self.unit(point, ranks, stages))
        });
        evenly.into_iter().chain(uneven).collect()
    }

    fn unit(&self, point: &Point, ranks: Ranks, stages: u32) -> ArithmeticUnit {
        let period = self.request.clock.map(|clock| clock.time_of(1.0));
        let minimum_cycle = self.cycle(point.depth * ranks.longest * f64::from(stages), stages);
        ArithmeticUnit {
            operation: self.request.operation,
            stages,
            register_bits: ranks.bits,
            gates: point.area,
            logic_depth: point.depth,
            minimum_cycle,
            cycle: period.unwrap_or(minimum_cycle),
            parts: self.parts(point, ranks),
            activity_factors: self.factors,
        }
    }

    fn parts(&self, point: &Point, ranks: Ranks) -> Vec<Part> {
        let (cells, layout) = (self.cells, &self.request.layout);
        let logic = Part {
            kind: PartKind::Logic,
            area: cells.nand2_area * point.area,
            energy: cells.nand2_energy * point.settled,
            leakage: cells.nand2_leakage * point.area,
            ..NONE
        };
        let glitches = Part {
            kind: PartKind::Glitches,
            energy: cells.nand2_energy * point.glitches(ranks.longest),
            ..NONE
        };
        let wiring = Part {
            kind: PartKind::Wiring,
            energy: (logic.energy + glitches.energy) * layout.wiring_energy,
            ..NONE
        };
        let bits = f64::from(ranks.bits);
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
