//! A memory array in numbers.

use serde::Serialize;

use super::names::{CELLS, OBJECTIVES, TRANSISTORS, name_of};
use super::parts::Parts;
use super::{SCHEMA_VERSION, nanometres, square_millimetres};
use crate::chip::circuit::array::{AccessEnergy, ArrayRequest, CellKind, MemoryArray, Organisation, Ports};

/// A memory array and what was asked for. Totals are the sums of their parts, but for rounding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArrayReport {
    /// Version of this report's schema.
    pub schema_version: u32,
    /// From the address at the edge to the data at the edge.
    pub access_s: f64,
    /// Least time between two accesses of the same port of a bank.
    pub cycle_s: f64,
    /// Energy of a read as CACTI 7 counts it, with the wires of all ports.
    pub read_j: f64,
    /// Energy of a write as CACTI 7 counts it.
    pub write_j: f64,
    /// Energy of a read through one port while the others rest.
    pub read_one_port_j: f64,
    /// Energy of a write through one port while the others rest.
    pub write_one_port_j: f64,
    /// Subthreshold leakage of all banks as CACTI 7 counts it, without the trees inside them.
    pub leakage_w: f64,
    /// Gate leakage of the same.
    pub gate_leakage_w: f64,
    /// Subthreshold leakage of the trees inside all banks, in addition.
    pub tree_leakage_w: f64,
    /// Gate leakage of the same.
    pub tree_gate_leakage_w: f64,
    /// Power of refresh, all banks; 0 for static cells.
    pub refresh_w: f64,
    /// Area of all banks.
    pub area_mm2: f64,
    /// Extent across.
    pub width_mm: f64,
    /// Extent down.
    pub height_mm: f64,
    /// Ndwl, Ndbl, Nspd, Ndcm, Ndsam1 and Ndsam2.
    pub organisation: [u32; 6],
    /// The same with CACTI's names.
    pub organisation_named: NamedOrganisation,
    /// Parts of `access_s` along the slowest path.
    pub access_parts_s: Parts,
    /// Parts of `read_j`.
    pub read_parts_j: Parts,
    /// Parts of `write_j`.
    pub write_parts_j: Parts,
    /// Parts of `read_one_port_j`.
    pub read_one_port_parts_j: Parts,
    /// Parts of `write_one_port_j`.
    pub write_one_port_parts_j: Parts,
    /// Parts of `leakage_w`.
    pub leakage_parts_w: Parts,
    /// Parts of `gate_leakage_w`.
    pub gate_leakage_parts_w: Parts,
    /// Parts of `area_mm2`.
    pub area_parts_mm2: Parts,
    /// What was asked for.
    pub request: ArrayRequestReport,
}

/// CACTI's names of how an array is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NamedOrganisation {
    /// Cuts of a word line.
    pub ndwl: u32,
    /// Cuts of a bit line.
    pub ndbl: u32,
    /// Words in a row of the bank.
    pub nspd: u32,
    /// Bit lines that share a sense amplifier.
    pub ndcm: u32,
    /// Sense amplifiers that share an output, first level.
    pub ndsam1: u32,
    /// Outputs of the first level that share one of the second.
    pub ndsam2: u32,
}

/// An array that was asked for, in the words of the command line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArrayRequestReport {
    /// The process node.
    pub node_nm: f64,
    /// Capacity of all banks together.
    pub capacity_bytes: u64,
    /// What an access reads or writes.
    pub word_bytes: u32,
    /// Ports of each bank.
    pub ports: Ports,
    /// Cells.
    pub cell: &'static str,
    /// Transistors of all else.
    pub periphery: &'static str,
    /// Temperature at which it leaks.
    pub temperature_k: f64,
    /// Supply; without one, each flavour's own.
    pub supply_v: Option<f64>,
    /// Banks.
    pub banks: u32,
    /// The organisation, if it was given.
    pub organisation: Option<[u32; 6]>,
    /// What the search wanted least of, if it was not given.
    pub objective: Option<&'static str>,
    /// Longest access time of the search.
    pub max_access_s: Option<f64>,
    /// Longest cycle time of the search.
    pub max_cycle_s: Option<f64>,
    /// Largest area of the search.
    pub max_area_mm2: Option<f64>,
}

impl ArrayReport {
    /// The report of an array that was built for a request.
    pub fn new(request: &ArrayRequest, array: &MemoryArray) -> ArrayReport {
        let leakage = array.leakage.total();
        let energy = |energy: &AccessEnergy| energy.total().0;
        let energy_parts = |energy: &AccessEnergy| Parts::of(energy.parts(), |part| part.0);
        let (all, one) = (&array.all_ports, &array.one_port);
        ArrayReport {
            schema_version: SCHEMA_VERSION,
            access_s: array.access.total().0,
            cycle_s: array.cycle.0,
            read_j: energy(&all.read),
            write_j: energy(&all.write),
            read_one_port_j: energy(&one.read),
            write_one_port_j: energy(&one.write),
            leakage_w: leakage.subthreshold.0,
            gate_leakage_w: leakage.gate.0,
            tree_leakage_w: array.tree_leakage.subthreshold.0,
            tree_gate_leakage_w: array.tree_leakage.gate.0,
            refresh_w: array.refresh.0,
            area_mm2: square_millimetres(array.area.total()),
            width_mm: array.width.0 * 1e-3,
            height_mm: array.height.0 * 1e-3,
            organisation: array.organisation.numbers(),
            organisation_named: NamedOrganisation::of(array.organisation),
            access_parts_s: Parts::of(array.access.parts(), |part| part.0),
            read_parts_j: energy_parts(&all.read),
            write_parts_j: energy_parts(&all.write),
            read_one_port_parts_j: energy_parts(&one.read),
            write_one_port_parts_j: energy_parts(&one.write),
            leakage_parts_w: Parts::of(array.leakage.parts(), |part| part.subthreshold.0),
            gate_leakage_parts_w: Parts::of(array.leakage.parts(), |part| part.gate.0),
            area_parts_mm2: Parts::of(array.area.parts(), square_millimetres),
            request: ArrayRequestReport::of(request),
        }
    }
}

impl ArrayRequestReport {
    fn of(request: &ArrayRequest) -> ArrayRequestReport {
        let searched = request.organisation.is_none();
        ArrayRequestReport {
            node_nm: nanometres(request.node),
            capacity_bytes: request.capacity_bytes,
            word_bytes: request.word_bytes,
            ports: request.ports,
            cell: name_of(&CELLS, &request.cell),
            periphery: name_of(&TRANSISTORS, &request.periphery),
            temperature_k: request.temperature.0,
            supply_v: request.supply.map(|supply| supply.0),
            banks: request.banks,
            organisation: request.organisation.map(Organisation::numbers),
            objective: searched.then(|| name_of(&OBJECTIVES, &request.objective)),
            max_access_s: request.limits.access.map(|limit| limit.0),
            max_cycle_s: request.limits.cycle.map(|limit| limit.0),
            max_area_mm2: request.limits.area.map(square_millimetres),
        }
    }

    /// Whether its cells forget and have to be refreshed.
    pub fn is_dynamic(&self) -> bool {
        self.cell == name_of(&CELLS, &CellKind::EmbeddedDram)
    }
}

impl NamedOrganisation {
    fn of(organisation: Organisation) -> NamedOrganisation {
        NamedOrganisation {
            ndwl: organisation.word_line_cuts,
            ndbl: organisation.bit_line_cuts,
            nspd: organisation.words_in_row,
            ndcm: organisation.bit_line_multiplexing,
            ndsam1: organisation.sense_multiplexing_1,
            ndsam2: organisation.sense_multiplexing_2,
        }
    }
}
