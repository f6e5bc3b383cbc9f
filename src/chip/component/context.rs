//! What a component knows of the chip around it while it is built.

use super::cache::ArrayCache;
use crate::chip::circuit::arithmetic::NumberFormat;
use crate::chip::circuit::array::CellKind;
use crate::chip::circuit::{Leakage, Process, SignOff};
use crate::chip::technology::{DeviceClass, StandardCells};
use crate::units::{Hertz, SquareMicrometres, Watts};

/// Where a component is made, how it is run, and who stands around it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Node, supply of the core (always given), temperature, and what sign-off adds.
    pub process: Process,
    /// Flavour of transistor of arrays and wires.
    pub transistors: DeviceClass,
    /// Cells of static memories.
    pub memory_cells: CellKind,
    /// Clock of the chip.
    pub clock: Hertz,
    /// Standard cells of this process.
    pub cells: &'a StandardCells,
    /// Those around it, as far as they are known.
    pub siblings: &'a Siblings,
    /// Arrays that were found before.
    pub arrays: &'a ArrayCache,
}

/// All of a context that circuits depend on, to find them by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ContextKey {
    transistors: DeviceClass,
    memory_cells: CellKind,
    surroundings: [u64; 4],
    cells: [u64; 5],
    has_supply: bool,
}

impl Context<'_> {
    /// Leakage of what is drawn of transistors: periphery of arrays, repeaters. Of fast ones all of it would have the lowest
    /// threshold there is, which designers allow on critical paths only: it leaks as drivers of the library that take
    /// the same area, or as drawn where that is less.
    pub(super) fn leakage_of_drawn(&self, area: SquareMicrometres, as_drawn: Leakage) -> Watts {
        let of_library = self.cells.leakage_of(area) * self.process.sign_off.driver_leakage;
        Watts(of_library.0.min((as_drawn.subthreshold + as_drawn.gate).0))
    }

    /// Equal only for contexts in which every circuit is the same; the cells follow from the process.
    pub(super) fn key(&self) -> ContextKey {
        let Process { node, supply, temperature, sign_off } = self.process;
        // The fast corner is for TDP, not for circuits.
        let SignOff { scan_flip_flop, buffers, buffer_energy, driver_leakage, slow_corner, fast_leakage: _ } =
            sign_off;
        let volts = supply.map_or(0.0, |supply| supply.0);
        let (node, kelvin, hertz) = (node.0, temperature.0, self.clock.0);
        let surroundings = [node, volts, kelvin, hertz];
        let cells = [scan_flip_flop, buffers, buffer_energy, driver_leakage, slow_corner];
        let (surroundings, cells) = (surroundings.map(f64::to_bits), cells.map(f64::to_bits));
        let (transistors, memory_cells) = (self.transistors, self.memory_cells);
        ContextKey { transistors, memory_cells, surroundings, cells, has_supply: supply.is_some() }
    }
}

/// The compute units and data streams of a core (or, for what stands beside the cores, of the chip).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Siblings {
    /// Units with a matrix of multiply-accumulators.
    pub tensor_units: Vec<TensorShape>,
    /// Units that work on vectors.
    pub vector_units: Vec<VectorShape>,
    /// On-chip memories, every instance.
    pub memories: u32,
    /// Components of the file that have been built in the same scope before, and in the cores for what is on the chip,
    /// each once however many instances it has.
    pub built_components: u32,
    /// Width of the widest on-chip memory's access, in bits; 0 if there is none.
    pub memory_bits: u32,
    /// On-chip memories of a core.
    pub core_memories: u32,
    /// Memories of a core that leave open what is read from them.
    pub open_memories: u32,
    /// Whether a memory stands in slices beside the lanes of vector units.
    pub slices_beside_lanes: bool,
    /// Whether what is announced or built stands beside the cores and is shared by them.
    pub beside_cores: bool,
    /// Area of all that has been built in the same scope before.
    pub built_area: SquareMicrometres,
    /// Area of one core, for what connects cores.
    pub core_area: SquareMicrometres,
    /// Number of cores.
    pub cores: u32,
    /// Bytes a second to and from off-chip memory, all interfaces together.
    pub off_chip_bytes_per_second: f64,
}

impl Siblings {
    /// Bits of operands that each unit takes in a cycle.
    pub fn operands(&self) -> impl Iterator<Item = u64> {
        let tensor =
            self.tensor_units.iter().map(|unit| u64::from(unit.rows) * u64::from(unit.operand.bits()));
        let vector =
            self.vector_units.iter().map(|unit| u64::from(unit.lanes) * u64::from(unit.format.bits()));
        tensor.chain(vector)
    }
}

/// A matrix unit as its neighbours see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorShape {
    /// Rows: operands that enter in a cycle.
    pub rows: u32,
    /// Columns: results that leave in a cycle.
    pub columns: u32,
    /// Format of the operands.
    pub operand: NumberFormat,
    /// Format of the results.
    pub accumulator: NumberFormat,
}

/// A vector unit as its neighbours see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorShape {
    /// Lanes: elements in a cycle.
    pub lanes: u32,
    /// Format of an element.
    pub format: NumberFormat,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chip::component::trial::Trial;

    #[test]
    fn what_is_drawn_leaks_as_drivers_of_the_library_or_as_drawn_where_that_is_less() {
        let at = Trial::at(28.0);
        let context = at.context();
        let area = SquareMicrometres(1000.0);
        // So many NAND2s, times what drivers hold more.
        let drivers =
            1000.0 / at.cells.nand2_area.0 * at.cells.nand2_leakage.0 * at.process.sign_off.driver_leakage;
        let drawn = |watts: f64| Leakage { subthreshold: Watts(0.75 * watts), gate: Watts(0.25 * watts) };
        let told = |watts: f64| context.leakage_of_drawn(area, drawn(watts)).0;
        assert!((told(10.0 * drivers) / drivers - 1.0).abs() < 1e-12);
        assert!((told(0.1 * drivers) / (0.1 * drivers) - 1.0).abs() < 1e-12);
    }
}
