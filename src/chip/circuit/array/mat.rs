//! A mat: two by two subarrays around the predecoders that they share.

use super::column::{BitLine, Column};
use super::decoder::{Decoder, Decoding, Lines, Wire};
use super::fabric::Fabric;
use super::geometry::{Geometry, SUBARRAYS_ACROSS, SUBARRAYS_PER_MAT};
use super::subarray::Subarray;
use crate::chip::circuit::gate_chain::{Load, Transition};
use crate::chip::circuit::transistor::{Leakage, gate_delay_s};

/// The circuits of a mat.
#[derive(Clone, Debug)]
pub(super) struct Mat<'a> {
    fabric: &'a Fabric,
    subarray: &'a Subarray<'a>,
    geometry: &'a Geometry,
    column: Column<'a>,
    /// Bit line multiplexer, first and second sense amplifier multiplexer.
    selects: [(Decoder<'a>, f64); 3],
}

/// Delays inside a mat.
#[derive(Clone, Copy, Debug)]
pub(super) struct MatTiming {
    pub row: Decoding,
    pub selects: [Decoding; 3],
    pub bit_line: BitLine,
    pub sense_amplifier: Transition,
    pub output: Transition,
    pub output_wire_s: f64,
    pub precharge: Transition,
    pub restore_s: f64,
    pub word_line_reset_s: f64,
}

/// Energy of the parts of a mat in one read, in J.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MatEnergy {
    pub predecoders_j: f64,
    pub word_lines_j: f64,
    pub selects_j: f64,
    pub precharge_j: f64,
    pub bit_lines_read_j: f64,
    pub bit_lines_write_j: f64,
    pub bit_lines_unwritten_j: f64,
    pub sense_amplifiers_j: f64,
    pub outputs_j: f64,
}

/// Leakage of the parts of a mat.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MatLeakage {
    pub cells: Leakage,
    pub row_logic: Leakage,
    pub column_logic: Leakage,
}

impl<'a> Mat<'a> {
    /// Sizes the circuits of a mat whose geometry is one of the subarray's.
    pub fn new(subarray: &'a Subarray<'a>, geometry: &'a Geometry) -> Mat<'a> {
        let fabric = subarray.fabric;
        let column = Column::new(fabric, geometry);
        let cut = &geometry.organisation;
        let amplifiers = geometry.sense_amplifiers();
        let selects = [
            (f64::from(cut.bit_line_multiplexing), 2.0 * amplifiers),
            (f64::from(cut.sense_multiplexing_1), amplifiers / f64::from(cut.sense_multiplexing_1)),
            (f64::from(cut.sense_multiplexing_2), amplifiers / column.output_multiplexing()),
        ];
        Mat {
            fabric,
            subarray,
            geometry,
            column,
            selects: selects.map(|(degree, gates)| (select_decoder(fabric, geometry, degree, gates), degree)),
        }
    }

    /// All delays, from steps at the address inputs.
    pub fn timing(&self) -> MatTiming {
        let row = self.subarray.row;
        let output_wire = self.geometry.output_wire(self.fabric);
        MatTiming {
            row,
            selects: [0, 1, 2].map(|select: usize| self.selects[select].0.decode()),
            bit_line: self.column.bit_line(row.line.ramp_s),
            sense_amplifier: self.column.sense_amplifier(),
            output: self.column.output_path(),
            output_wire_s: self.fabric.repeated.delay(output_wire).0,
            precharge: self.subarray.precharging,
            restore_s: self.column.restore_s(),
            word_line_reset_s: gate_delay_s(0.0, self.subarray.row_decoder.reset_time_constant_s(), 0.5),
        }
    }

    /// Energies of one access, from its timing: a transition's energy and delay come together.
    pub fn energy(&self, timing: &MatTiming) -> MatEnergy {
        let geometry = self.geometry;
        let amplifiers = geometry.sense_amplifiers() * SUBARRAYS_PER_MAT;
        let columns = geometry.columns * SUBARRAYS_PER_MAT;
        let output_wire_j = self.fabric.repeated.energy(geometry.output_wire(self.fabric)).0;
        let selects = timing.selects.iter().map(|select| select.predecoder.energy_j + select.line.energy_j);
        MatEnergy {
            predecoders_j: timing.row.predecoder.energy_j,
            word_lines_j: timing.row.line.energy_j * SUBARRAYS_PER_MAT,
            selects_j: selects.sum(),
            precharge_j: timing.precharge.energy_j * SUBARRAYS_PER_MAT,
            bit_lines_read_j: timing.bit_line.read_j * columns,
            bit_lines_write_j: timing.bit_line.write_j * columns,
            bit_lines_unwritten_j: timing.bit_line.unwritten_j * columns,
            sense_amplifiers_j: timing.sense_amplifier.energy_j * amplifiers,
            outputs_j: (timing.output.energy_j + output_wire_j) * geometry.mat_data_bits,
        }
    }

    /// Leakage at all times.
    pub fn leakage(&self) -> MatLeakage {
        let (fabric, geometry) = (self.fabric, self.geometry);
        let supply = fabric.periphery.device.supply;
        let reading = f64::from(fabric.ports.reading());
        let amplifiers = geometry.sense_amplifiers() * SUBARRAYS_PER_MAT * reading;
        let outputs = amplifiers / self.column.output_multiplexing();
        let cells = fabric.cell_leakage() * (geometry.rows * geometry.columns * SUBARRAYS_PER_MAT);
        let row_lines = self.subarray.row_decoder.line_leakage() * (geometry.rows * SUBARRAYS_PER_MAT);
        let selects = self
            .selects
            .iter()
            .map(|(decoder, degree)| decoder.predecoder_leakage() + decoder.line_leakage() * *degree);
        let row_logic = selects
            .fold(row_lines + self.subarray.row_decoder.predecoder_leakage(), |sum, select| sum + select);
        let column_logic = self.subarray.precharge.0.leakage() * SUBARRAYS_PER_MAT
            + self.column.sense_amplifier_leakage() * amplifiers
            + self.column.output_path_leakage() * outputs;
        let wires = fabric.repeated.leakage(self.geometry.output_wire(fabric)) * outputs;
        MatLeakage {
            cells: cells.at_supply(fabric.cell_supply()),
            row_logic: row_logic.at_supply(supply),
            column_logic: column_logic.at_supply(supply) + wires,
        }
    }

    /// Energy with which one refresh of all rows of the mat puts the charge back, in J.
    pub fn refresh_j(&self, timing: &MatTiming) -> f64 {
        let energy = self.energy(timing);
        let row_j = energy.predecoders_j
            + energy.word_lines_j
            + energy.bit_lines_read_j
            + energy.precharge_j
            + energy.sense_amplifiers_j;
        row_j * self.geometry.rows
    }

    /// Width and height in µm: subarrays, the strips beside and below them, and the circuits at the centre.
    pub fn extent_um(&self) -> (f64, f64) {
        let (fabric, geometry, cut) = (self.fabric, self.geometry, &self.geometry.organisation);
        let ports = f64::from(fabric.ports.total());
        let reading = f64::from(fabric.ports.reading());
        let pitch_um = fabric.semi_global.pitch_um;
        let (subarray_height_um, subarray_width_um) = geometry.subarray_um(fabric);
        let outputs =
            geometry.columns / (f64::from(cut.bit_line_multiplexing) * self.column.output_multiplexing());
        let output_area_um2 =
            fabric.repeated.repeater_area(self.geometry.output_wire(fabric)).0 * outputs.floor() * reading;
        let data_wires = 2.0 * geometry.mat_data_bits / SUBARRAYS_ACROSS;
        let mut wires_um = (f64::from(geometry.mat_address_bits) + data_wires) * pitch_um * ports;
        for (_, degree) in self.selects.iter().filter(|(_, degree)| *degree > 1.0) {
            wires_um += degree * pitch_um * reading;
        }
        let column_strip_um = self.column.strip_um() + output_area_um2 / subarray_width_um;
        let subarrays_down = SUBARRAYS_PER_MAT / SUBARRAYS_ACROSS;
        let height_um = subarrays_down * (subarray_height_um + column_strip_um) + wires_um;
        let width_um = SUBARRAYS_ACROSS * subarray_width_um + self.subarray.row_strip_um();
        (width_um + self.centre_area_um2() * ports / height_um, height_um)
    }

    /// Predecoders, and the line gates of the multiplexers' decoders.
    fn centre_area_um2(&self) -> f64 {
        let selects =
            self.selects.iter().map(|(decoder, _)| decoder.predecoder_area_um2() + decoder.line_area_um2());
        self.subarray.row_decoder.predecoder_area_um2() + selects.sum::<f64>()
    }
}

/// One select line for each way of a multiplexer, across the mat and fed from its middle, with the gates of
/// pass transistors of each subarray.
fn select_decoder<'a>(
    fabric: &'a Fabric,
    geometry: &Geometry,
    degree: f64,
    gates_per_subarray: f64,
) -> Decoder<'a> {
    let width = &fabric.periphery.rules.width;
    let across_um = SUBARRAYS_ACROSS * geometry.columns * fabric.cell_width_um;
    let gates_f =
        SUBARRAYS_PER_MAT * gates_per_subarray * fabric.periphery.gate_capacitance_f(width.column_select_n);
    let wire_f = across_um * fabric.semi_global.capacitance_f_per_um;
    let wire_ohm = across_um * fabric.semi_global.resistance_ohm_per_um / 2.0;
    let lines = Lines {
        count: degree,
        load: Load::behind_wire(gates_f + wire_f, wire_ohm),
        gates_per_output: 1.0,
        predecoder_wire: Wire::default(),
    };
    let row_um = fabric.periphery.rules.count.cells_in_row_decoder_height * fabric.cell_height_um;
    Decoder::new(fabric, &fabric.periphery, row_um, lines)
}

impl MatLeakage {
    /// All parts, times a number of mats.
    pub fn times(self, mats: f64) -> MatLeakage {
        MatLeakage {
            cells: self.cells * mats,
            row_logic: self.row_logic * mats,
            column_logic: self.column_logic * mats,
        }
    }
}
