//! A shape: cuts and words in a row, which decide the subarray and how many there are. It knows the least that its
//! arrays can cost with any multiplexing: what a search need not build.

use std::rc::Rc;

use super::column::Column;
use super::geometry::{Geometry, SUBARRAYS_ACROSS, SUBARRAYS_PER_MAT};
use super::objective::Figures;
use super::request::{ArrayRequest, Ports};
use super::subarray::Subarray;
use super::tree::{Leaves, Tree, Wires};
use super::tree_nodes::Nodes;
use crate::units::{Joules, Seconds, SquareMicrometres};

/// A subarray and how often it stands in a bank.
#[derive(Clone, Debug)]
pub(super) struct Shape<'a> {
    pub subarray: Rc<Subarray<'a>>,
    pub geometry: Geometry,
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
    /// What no array of the shape can go below.
    pub fn bound(&self, request: &ArrayRequest) -> Bound {
        let (subarray_height_um, _) = self.geometry.subarray_um(self.subarray.fabric);
        let mat_height_um = SUBARRAYS_PER_MAT / SUBARRAYS_ACROSS * subarray_height_um;
        self.bound_with(request, self.geometry.mat_address_bits, mat_height_um)
    }

    /// The same for one degree of multiplexing, closer: with the height that the strips below the subarrays and
    /// the wires through the mat have at least.
    pub fn close_bound(&self, request: &ArrayRequest, geometry: &Geometry) -> Figures {
        let ports = self.subarray.fabric.ports;
        let (subarray_height_um, _) = geometry.subarray_um(self.subarray.fabric);
        let strip_um = Column::new(self.subarray.fabric, geometry).least_strip_um();
        let wires = f64::from(geometry.mat_address_bits) + geometry.mat_data_bits;
        let wires_um = wires * self.subarray.fabric.semi_global.pitch_um * f64::from(ports.total());
        let subarrays_down = SUBARRAYS_PER_MAT / SUBARRAYS_ACROSS;
        let mat_height_um = subarrays_down * (subarray_height_um + strip_um) + wires_um;
        let address_bits = geometry.mat_address_bits + geometry.select_bits;
        self.bound_with(request, address_bits, mat_height_um).of(geometry, ports)
    }

    fn bound_with(&self, request: &ArrayRequest, address_bits: u32, mat_height_um: f64) -> Bound {
        let (fabric, geometry) = (self.subarray.fabric, &self.geometry);
        let wires = Wires::new(geometry, address_bits, fabric.ports);
        let tree = self.least_tree(wires, mat_height_um);
        let address = tree.signal(Nodes::Gating);
        let data = tree.signal(Nodes::Gathering);
        let output_wire = geometry.output_wire(fabric);
        let mat_columns = geometry.columns * SUBARRAYS_PER_MAT;
        let mat_j = self.subarray.row.predecoder.energy_j
            + SUBARRAYS_PER_MAT * (self.subarray.row.line.energy_j + self.subarray.precharging.energy_j)
            + mat_columns * self.subarray.bare_bit_line.read_j;
        let mats = geometry.mats() * f64::from(request.banks);
        let leakage = self.subarray.mat_leakage() * mats;
        let before_s = self.subarray.row.predecoder.delay_s
            + self.subarray.row.line.delay_s
            + self.subarray.bare_bit_line.delay_s;
        Bound {
            outside: Figures {
                access: Seconds(before_s) + address.delay + data.delay + fabric.repeated.delay(output_wire),
                cycle: Seconds(self.subarray.row.line.delay_s + self.subarray.bare_bit_line.delay_s),
                read: data.energy * wires.data_out + fabric.repeated.energy(output_wire) * geometry.word_bits,
                leakage: leakage.subthreshold + leakage.gate,
                area: SquareMicrometres(tree.width_um * tree.height_um * f64::from(request.banks)),
            },
            mat_read: Joules(mat_j),
            address_wire: address.energy,
        }
    }

    /// The tree between mats of a height that have nothing across but subarrays and row decoders.
    fn least_tree(&self, wires: Wires, mat_height_um: f64) -> Tree<'a> {
        let (_, subarray_width_um) = self.geometry.subarray_um(self.subarray.fabric);
        let mats = Leaves {
            across: self.geometry.mats_across,
            down: self.geometry.mats_down,
            width_um: SUBARRAYS_ACROSS * subarray_width_um + self.subarray.row_strip_um(),
            height_um: mat_height_um,
        };
        Tree::inside_bank(self.subarray.fabric, mats, wires)
    }
}
