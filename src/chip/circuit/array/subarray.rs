//! A subarray as far as its rows and columns decide it: row decoder, word line, precharge. Multiplexing comes later.

use super::column::{BitLine, Column};
use super::decoder::{Decoder, Decoding, Lines, Wire};
use super::fabric::Fabric;
use super::geometry::{Geometry, SUBARRAYS_ACROSS, SUBARRAYS_PER_MAT};
use crate::chip::circuit::gate_chain::{GateChain, Load, Transition};
use crate::chip::circuit::transistor::Leakage;

/// The circuits along rows and columns of a subarray.
#[derive(Clone, Debug)]
pub(super) struct Subarray<'a> {
    pub fabric: &'a Fabric,
    pub rows: f64,
    pub columns: f64,
    pub row_decoder: Decoder<'a>,
    pub row: Decoding,
    pub precharge: (GateChain<'a>, Load),
    pub precharging: Transition,
    /// The bit line with nothing at its end but its cells.
    pub bare_bit_line: BitLine,
    height_um: f64,
}

impl<'a> Subarray<'a> {
    /// Sizes the circuits for the rows and columns of a geometry.
    pub fn new(fabric: &'a Fabric, geometry: &Geometry) -> Subarray<'a> {
        let row_decoder = row_decoder(fabric, geometry);
        let row = row_decoder.decode();
        let column = Column::new(fabric, geometry);
        let precharge = column.precharge_driver();
        Subarray {
            fabric,
            rows: geometry.rows,
            columns: geometry.columns,
            row,
            precharging: precharge.0.drive(0.0, precharge.1),
            bare_bit_line: column.bare_bit_line(row.line.ramp_s),
            height_um: geometry.subarray_um(fabric).0,
            row_decoder,
            precharge,
        }
    }

    /// Width of the strip of row decoders beside two subarrays.
    pub fn row_strip_um(&self) -> f64 {
        let ports = f64::from(self.fabric.ports.total());
        let gates_um = self.row_decoder.line_area_um2() * self.rows * ports / self.height_um;
        let wires_um = self.row_decoder.predecoder_outputs() * self.fabric.semi_global.pitch_um * ports;
        wires_um.max(SUBARRAYS_ACROSS * gates_um)
    }

    /// Leakage of what a mat has with any multiplexing: cells, row decoders and precharge drivers.
    pub fn mat_leakage(&self) -> Leakage {
        let cells = self.fabric.cell_leakage() * (self.rows * self.columns * SUBARRAYS_PER_MAT);
        let lines = self.row_decoder.line_leakage() * (self.rows * SUBARRAYS_PER_MAT);
        let drivers = self.precharge.0.leakage() * SUBARRAYS_PER_MAT;
        let periphery = lines + self.row_decoder.predecoder_leakage() + drivers;
        cells.at_supply(self.fabric.cell_supply()) + periphery.at_supply(self.fabric.periphery.device.supply)
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
