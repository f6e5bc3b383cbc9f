//! A whole array from an organisation: mats, the trees in a bank, the trees between banks; and its costs in parts.

use super::costs::{AccessEnergies, AccessEnergy, AccessTime, ArrayArea, ArrayLeakage, MemoryArray};
use super::fabric::Fabric;
use super::geometry::{Geometry, Misfit, SUBARRAYS_PER_MAT};
use super::mat::{Mat, MatEnergy, MatTiming};
use super::organisation::Organisation;
use super::request::ArrayRequest;
use super::subarray::Subarray;
use super::tree::{Leaves, Tree, Wires};
use super::tree_nodes::{Nodes, Signal};
use crate::chip::circuit::transistor::Leakage;
use crate::units::{Joules, Micrometres, Seconds, SquareMicrometres, Watts};

/// Builds and costs one organisation around a subarray.
///
/// # Errors
/// [`Misfit`] when the request cannot be divided so.
pub(super) fn build(
    subarray: &Subarray,
    request: &ArrayRequest,
    organisation: Organisation,
) -> Result<MemoryArray, Misfit> {
    let fabric = subarray.fabric;
    let geometry = Geometry::new(request, organisation)?;
    if !geometry.is_readable(fabric) {
        return Err("a DRAM cell cannot move a bit line of so many rows enough to be sensed");
    }
    let mat = Mat::new(subarray, &geometry);
    let floor_plan = FloorPlan::new(fabric, request, &geometry, &mat);
    Ok(floor_plan.cost(fabric, request, &geometry, &mat))
}

/// Where mats and banks stand, and the trees that join them.
struct FloorPlan<'a> {
    mat_um: (f64, f64),
    bank: Tree<'a>,
    array: Tree<'a>,
    wires: Wires,
}

/// The signals of one tree.
struct Signals {
    address: Signal,
    data_in: Signal,
    data_out: Signal,
}

impl Signals {
    fn new(tree: &Tree, inward: Nodes, outward: Nodes) -> Signals {
        let into = tree.signal(inward);
        Signals { address: into, data_in: into, data_out: tree.signal(outward) }
    }
}

/// The trees that a signal passes between a mat and the edge.
struct Trees {
    in_bank: Signals,
    in_array: Signals,
}

impl Trees {
    fn delay(&self, signal: fn(&Signals) -> Signal) -> Seconds {
        signal(&self.in_bank).delay + signal(&self.in_array).delay
    }

    /// Energy of one wire.
    fn energy(&self, signal: fn(&Signals) -> Signal) -> Joules {
        signal(&self.in_bank).energy + signal(&self.in_array).energy
    }
}

impl<'a> FloorPlan<'a> {
    fn new(fabric: &'a Fabric, request: &ArrayRequest, geometry: &Geometry, mat: &Mat) -> FloorPlan<'a> {
        let wires = Wires::new(geometry, geometry.mat_address_bits + geometry.select_bits, fabric.ports);
        let mat_um = mat.extent_um();
        let mats = Leaves {
            across: geometry.mats_across,
            down: geometry.mats_down,
            width_um: mat_um.0,
            height_um: mat_um.1,
        };
        let bank = Tree::inside_bank(fabric, mats, wires);
        let levels = request.banks.ilog2();
        // Banks stack across their shorter side.
        let levels_down = if bank.height_um > bank.width_um { levels / 2 } else { levels.div_ceil(2) };
        let banks = Leaves {
            across: 1 << (levels - levels_down),
            down: 1 << levels_down,
            width_um: bank.width_um,
            height_um: bank.height_um,
        };
        let array = Tree::between_banks(fabric, banks, wires);
        FloorPlan { mat_um, bank, array, wires }
    }

    /// Leakage of all wires of a tree.
    fn tree_leakage(&self, tree: &Tree, inward: Nodes, outward: Nodes) -> Leakage {
        tree.leakage(inward, self.wires.address + self.wires.data_in)
            + tree.leakage(outward, self.wires.data_out)
    }

    fn cost(&self, fabric: &Fabric, request: &ArrayRequest, geometry: &Geometry, mat: &Mat) -> MemoryArray {
        let timing = mat.timing();
        let in_bank = Signals::new(&self.bank, Nodes::Gating, Nodes::Gathering);
        let in_array = Signals::new(&self.array, Nodes::Plain, Nodes::Plain);
        let banks = f64::from(request.banks);
        let trees = Trees { in_bank, in_array };
        let parts = mat.energy(&timing);
        let leakage = mat.leakage().times(geometry.mats() * banks);
        // Each bank can be reached by itself: it has its own wires from the edge.
        let bank_tree = self.tree_leakage(&self.array, Nodes::Plain, Nodes::Plain) * banks;
        MemoryArray {
            organisation: geometry.organisation,
            access: access_time(&timing, &trees),
            cycle: cycle_time(&timing),
            all_ports: self.cacti_energies(geometry, &parts, &trees),
            one_port: self.one_port_energies(geometry, &parts, &trees),
            leakage: ArrayLeakage {
                cells: leakage.cells,
                row_logic: leakage.row_logic,
                column_logic: leakage.column_logic,
                bank_tree,
            },
            tree_leakage: self.tree_leakage(&self.bank, Nodes::Gating, Nodes::Gathering) * banks,
            refresh: refresh_power(fabric, mat, &timing) * (geometry.mats() * banks),
            area: self.areas(fabric, geometry, banks),
            width: Micrometres(self.array.width_um),
            height: Micrometres(self.array.height_um),
        }
    }

    /// Reads and writes as CACTI counts them.
    fn cacti_energies(&self, geometry: &Geometry, parts: &MatEnergy, trees: &Trees) -> AccessEnergies {
        let active = |energy_j: f64| Joules(energy_j * geometry.active_mats);
        let read = AccessEnergy {
            address_tree: trees.energy(|tree| tree.address) * self.wires.address,
            data_tree: trees.energy(|tree| tree.data_out) * self.wires.data_out,
            ..inside_mats(geometry, parts)
        };
        let write = AccessEnergy {
            bit_lines: active(parts.bit_lines_write_j) * geometry.active_mats,
            sense_amplifiers: Joules(0.0),
            ..read
        };
        AccessEnergies { read, write }
    }

    /// Reads and writes of one port, with what CACTI counts twice counted once, and the open row's columns that
    /// are not written discharged as in a read.
    fn one_port_energies(&self, geometry: &Geometry, parts: &MatEnergy, trees: &Trees) -> AccessEnergies {
        let active = |energy_j: f64| Joules(energy_j * geometry.active_mats);
        let address_bits = f64::from(geometry.mat_address_bits + geometry.select_bits);
        let read = AccessEnergy {
            address_tree: trees.energy(|tree| tree.address) * address_bits,
            data_tree: trees.energy(|tree| tree.data_out) * geometry.word_bits,
            ..inside_mats(geometry, parts)
        };
        let write = AccessEnergy {
            bit_lines: active(parts.bit_lines_write_j + parts.bit_lines_unwritten_j),
            sense_amplifiers: Joules(0.0),
            data_tree: trees.energy(|tree| tree.data_in) * geometry.word_bits,
            ..read
        };
        AccessEnergies { read, write }
    }

    fn areas(&self, fabric: &Fabric, geometry: &Geometry, banks: f64) -> ArrayArea {
        let mats = geometry.mats() * banks;
        let cell_um2 = fabric.cell_width_um * fabric.cell_height_um;
        let cells_um2 = cell_um2 * geometry.rows * geometry.columns * SUBARRAYS_PER_MAT * mats;
        let mats_um2 = self.mat_um.0 * self.mat_um.1 * mats;
        let all_um2 = self.array.width_um * self.array.height_um;
        ArrayArea {
            cells: SquareMicrometres(cells_um2),
            periphery: SquareMicrometres(mats_um2 - cells_um2),
            wiring: SquareMicrometres(all_um2 - mats_um2),
        }
    }
}

/// The parts of a read inside the mats that work on it; the trees are left out.
fn inside_mats(geometry: &Geometry, parts: &MatEnergy) -> AccessEnergy {
    let active = |energy_j: f64| Joules(energy_j * geometry.active_mats);
    AccessEnergy {
        decoders: active(parts.predecoders_j),
        word_lines: active(parts.word_lines_j),
        selects: active(parts.selects_j),
        precharge: active(parts.precharge_j),
        bit_lines: active(parts.bit_lines_read_j),
        sense_amplifiers: active(parts.sense_amplifiers_j),
        data_drivers: active(parts.outputs_j),
        ..AccessEnergy::default()
    }
}

/// The slowest of the four ways to a datum: its row, its bit line multiplexer, and the two output multiplexers.
fn access_time(timing: &MatTiming, trees: &Trees) -> AccessTime {
    let select_s =
        |index: usize| timing.selects[index].predecoder.delay_s + timing.selects[index].line.delay_s;
    let mut path = AccessTime {
        address_tree: trees.delay(|tree| tree.address),
        decoder: Seconds(timing.row.predecoder.delay_s),
        word_line: Seconds(timing.row.line.delay_s),
        bit_line: Seconds(timing.bit_line.delay_s),
        sense_amplifier: Seconds(timing.sense_amplifier.delay_s),
        output: Seconds(timing.output.delay_s + timing.output_wire_s),
        data_tree: trees.delay(|tree| tree.data_out),
    };
    let through_row = path;
    let selected = |select_s: f64, sense_amplifier: Seconds| AccessTime {
        decoder: Seconds(select_s),
        word_line: Seconds(0.0),
        bit_line: Seconds(0.0),
        sense_amplifier,
        ..through_row
    };
    for other in [
        selected(select_s(0), through_row.sense_amplifier),
        selected(select_s(1), Seconds(0.0)),
        selected(select_s(2), Seconds(0.0)),
    ] {
        if other.total() > path.total() {
            path = other;
        }
    }
    path
}

/// A subarray is busy from its word line to the end of precharge; address and data pass through pipelined.
fn cycle_time(timing: &MatTiming) -> Seconds {
    let subarray_s = timing.row.line.delay_s
        + timing.bit_line.delay_s
        + timing.sense_amplifier.delay_s
        + timing.word_line_reset_s
        + timing.precharge.delay_s
        + timing.restore_s
        + timing.bit_line.write_back_s;
    let decoders = timing.selects.iter().chain([&timing.row]).map(|decoding| decoding.predecoder.delay_s);
    Seconds(decoders.fold(subarray_s, f64::max))
}

fn refresh_power(fabric: &Fabric, mat: &Mat, timing: &MatTiming) -> Watts {
    match fabric.retention() {
        Some(retention) => Joules(mat.refresh_j(timing)) / retention,
        None => Watts(0.0),
    }
}
