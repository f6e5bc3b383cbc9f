//! A shape: rows and columns of the subarrays, which cuts and words in a row decide. It has the circuits that
//! do not depend on multiplexing, and knows the least that its arrays can cost: what a search need not build.

use super::column::{BitLine, Column};
use super::decoder::{Decoder, Decoding, Lines, Wire};
use super::fabric::Fabric;
use super::geometry::{Geometry, SUBARRAYS_ACROSS, SUBARRAYS_PER_MAT};
use super::objective::Figures;
use super::request::{ArrayRequest, Ports};
use super::tree::{Leaves, Tree, Wires};
use super::tree_nodes::Nodes;
use crate::chip::circuit::gate_chain::{GateChain, Load, Transition};
use crate::chip::circuit::transistor::Leakage;
use crate::units::{Joules, Seconds, SquareMicrometres};

/// The circuits along rows and columns of a subarray.
#[derive(Clone, Debug)]
pub(super) struct Shape<'a> {
    pub fabric: &'a Fabric,
    pub geometry: Geometry,
    pub row_decoder: Decoder<'a>,
    pub row: Decoding,
    pub precharge: (GateChain<'a>, Load),
    pub precharging: Transition,
    /// The bit line with nothing at its end but its cells.
    bare_bit_line: BitLine,
}

/// The least that the arrays of a shape cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// All but the mats and the address wires.
    outside: Figures,
    mat_read: Joules,
    address_wire: Joules,
}

impl Bound {
    /// For a multiplexing: with the mats that work on an access, and the address bits of a port.
    pub fn of(&self, geometry: &Geometry, ports: Ports) -> Figures {
        let address_wires = f64::from((geometry.mat_address_bits + geometry.select_bits) * ports.total());
        let read =
            self.outside.read + self.address_wire * address_wires + self.mat_read * geometry.active_mats;
        Figures { read, ..self.outside }
    }
}

impl<'a> Shape<'a> {
    /// Sizes the circuits of a shape ([`Geometry::of_shape`]).
    pub fn new(fabric: &'a Fabric, geometry: Geometry) -> Shape<'a> {
        let row_decoder = row_decoder(fabric, &geometry);
        let row = row_decoder.decode();
        let column = Column::new(fabric, &geometry);
        let precharge = column.precharge_driver();
        let precharging = precharge.0.drive(0.0, precharge.1);
        let bare_bit_line = column.bare_bit_line(row.line.ramp_s);
        Shape { fabric, geometry, row_decoder, row, precharge, precharging, bare_bit_line }
    }

    /// Width of the strip of row decoders beside two subarrays.
    pub fn row_strip_um(&self) -> f64 {
        let ports = f64::from(self.fabric.ports.total());
        let (subarray_height_um, _) = self.geometry.subarray_um(self.fabric);
        let gates_um = self.row_decoder.line_area_um2() * self.geometry.rows * ports / subarray_height_um;
        let wires_um = self.row_decoder.predecoder_outputs() * self.fabric.semi_global.pitch_um * ports;
        wires_um.max(SUBARRAYS_ACROSS * gates_um)
    }

    /// What no array of the shape can go below.
    pub fn bound(&self, request: &ArrayRequest) -> Bound {
        let (subarray_height_um, _) = self.geometry.subarray_um(self.fabric);
        let mat_height_um = SUBARRAYS_PER_MAT / SUBARRAYS_ACROSS * subarray_height_um;
        self.bound_with(request, self.geometry.mat_address_bits, mat_height_um)
    }

    /// The same for one degree of multiplexing, closer: with the height that the strips below the subarrays and
    /// the wires through the mat have at least.
    pub fn close_bound(&self, request: &ArrayRequest, geometry: &Geometry) -> Figures {
        let ports = self.fabric.ports;
        let (subarray_height_um, _) = geometry.subarray_um(self.fabric);
        let strip_um = Column::new(self.fabric, geometry).least_strip_um();
        let wires = f64::from(geometry.mat_address_bits) + geometry.mat_data_bits;
        let wires_um = wires * self.fabric.semi_global.pitch_um * f64::from(ports.total());
        let subarrays_down = SUBARRAYS_PER_MAT / SUBARRAYS_ACROSS;
        let mat_height_um = subarrays_down * (subarray_height_um + strip_um) + wires_um;
        let address_bits = geometry.mat_address_bits + geometry.select_bits;
        self.bound_with(request, address_bits, mat_height_um).of(geometry, ports)
    }

    fn bound_with(&self, request: &ArrayRequest, address_bits: u32, mat_height_um: f64) -> Bound {
        let (fabric, geometry) = (self.fabric, &self.geometry);
        let wires = Wires::new(geometry, address_bits, fabric.ports);
        let tree = self.least_tree(wires, mat_height_um);
        let address = tree.signal(Nodes::Gating);
        let data = tree.signal(Nodes::Gathering);
        let output_wire = geometry.output_wire(fabric);
        let mat_columns = geometry.columns * SUBARRAYS_PER_MAT;
        let mat_j = self.row.predecoder.energy_j
            + SUBARRAYS_PER_MAT * (self.row.line.energy_j + self.precharging.energy_j)
            + mat_columns * self.bare_bit_line.read_j;
        let mats = geometry.mats() * f64::from(request.banks);
        let leakage = self.least_mat_leakage() * mats;
        let before_s = self.row.predecoder.delay_s + self.row.line.delay_s + self.bare_bit_line.delay_s;
        Bound {
            outside: Figures {
                access: Seconds(before_s) + address.delay + data.delay + fabric.repeated.delay(output_wire),
                cycle: Seconds(self.row.line.delay_s + self.bare_bit_line.delay_s),
                read: data.energy * wires.data_out + fabric.repeated.energy(output_wire) * geometry.word_bits,
                leakage: leakage.subthreshold + leakage.gate,
                area: SquareMicrometres(tree.width_um * tree.height_um * f64::from(request.banks)),
            },
            mat_read: Joules(mat_j),
            address_wire: address.energy,
        }
    }

    /// Leakage of what a mat has with any multiplexing: cells, row decoders and precharge drivers.
    fn least_mat_leakage(&self) -> Leakage {
        let geometry = &self.geometry;
        let cells = self.fabric.cell_leakage() * (geometry.rows * geometry.columns * SUBARRAYS_PER_MAT);
        let lines = self.row_decoder.line_leakage() * (geometry.rows * SUBARRAYS_PER_MAT);
        let drivers = self.precharge.0.leakage() * SUBARRAYS_PER_MAT;
        let periphery = lines + self.row_decoder.predecoder_leakage() + drivers;
        cells.at_supply(self.fabric.cell_supply()) + periphery.at_supply(self.fabric.periphery.device.supply)
    }

    /// The tree between mats of a height that have nothing across but subarrays and row decoders.
    fn least_tree(&self, wires: Wires, mat_height_um: f64) -> Tree<'a> {
        let (_, subarray_width_um) = self.geometry.subarray_um(self.fabric);
        let mats = Leaves {
            across: self.geometry.mats_across,
            down: self.geometry.mats_down,
            width_um: SUBARRAYS_ACROSS * subarray_width_um + self.row_strip_um(),
            height_um: mat_height_um,
        };
        Tree::inside_bank(self.fabric, mats, wires)
    }
}

/// One word line each, across a subarray; its predecoder serves four subarrays from their middle.
fn row_decoder<'a>(fabric: &'a Fabric, geometry: &Geometry) -> Decoder<'a> {
    let word_line_ohm = geometry.columns * fabric.cell_width_um * fabric.local.resistance_ohm_per_um;
    let along_um = SUBARRAYS_ACROSS * geometry.rows * fabric.cell_height_um;
    let lines = Lines {
        count: geometry.rows,
        load: Load::behind_wire(geometry.columns * fabric.word_line_f_per_cell(), word_line_ohm),
        gates_per_output: SUBARRAYS_PER_MAT,
        predecoder_wire: Wire {
            capacitance_f: along_um * fabric.semi_global.capacitance_f_per_um,
            resistance_ohm: along_um * fabric.semi_global.resistance_ohm_per_um,
        },
    };
    let row_um = fabric.periphery.rules.count.cells_in_row_decoder_height * fabric.cell_height_um;
    Decoder::new(fabric, &fabric.word_line_driver, row_um, lines)
}
