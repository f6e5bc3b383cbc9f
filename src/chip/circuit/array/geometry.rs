//! How an organisation divides a bank: subarrays, mats of four subarrays, and the bits that go in and out.

use super::fabric::{BitCell, Fabric};
use super::organisation::Organisation;
use super::request::{ArrayRequest, CellKind, FEWEST_ROWS};
use crate::units::Micrometres;

/// Most rows or columns of a subarray that the decoders' two levels of predecoding can reach.
const MOST_LINES: u64 = 1 << 18;

/// Fewest columns of a subarray: a bit line pair on either side of a sense amplifier.
const FEWEST_COLUMNS: u64 = 2;

/// Subarrays of a mat: two by two around their shared predecoder.
pub(super) const SUBARRAYS_PER_MAT: f64 = 4.0;

/// Subarrays of a mat side by side.
pub(super) const SUBARRAYS_ACROSS: f64 = 2.0;

/// Why an organisation does not fit a request.
pub(super) type Misfit = &'static str;

/// The division of one bank, in numbers of things.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Geometry {
    pub organisation: Organisation,
    /// Rows of a subarray.
    pub rows: f64,
    /// Columns of a subarray.
    pub columns: f64,
    /// Mats side by side, and one above the other.
    pub mats_across: u32,
    pub mats_down: u32,
    /// Mats that work together on one access.
    pub active_mats: f64,
    /// Data bits that a mat gives or takes.
    pub mat_data_bits: f64,
    /// Address bits that a mat decodes.
    pub mat_address_bits: u32,
    /// Address bits that choose the mats.
    pub select_bits: u32,
    /// Data bits of an access.
    pub word_bits: f64,
}

impl Geometry {
    /// Divides a bank of the request.
    ///
    /// # Errors
    /// [`Misfit`] when the organisation leaves too little or too much in a subarray, or cannot give a word.
    pub fn new(request: &ArrayRequest, organisation: Organisation) -> Result<Geometry, Misfit> {
        let shape = Geometry::of_shape(request, organisation)?;
        if request.cell == CellKind::EmbeddedDram && organisation.bit_line_multiplexing > 1 {
            return Err("each bit line of a DRAM has a sense amplifier of its own");
        }
        let multiplexing_bits = organisation.bit_line_multiplexing.ilog2()
            + organisation.sense_multiplexing_1.ilog2()
            + organisation.sense_multiplexing_2.ilog2();
        let mat_data_bits = (4 * shape.columns as u64).checked_shr(multiplexing_bits).unwrap_or(0);
        if mat_data_bits < 4 {
            return Err("more multiplexing than columns");
        }
        let active_mats = shape.word_bits as u64 / mat_data_bits;
        if active_mats == 0 {
            return Err("a mat gives more than a word: too little multiplexing");
        }
        // Columns are rounded up, so that the bits of mats need not divide an odd word.
        let gives_less = active_mats * mat_data_bits < shape.word_bits as u64;
        if gives_less || active_mats > u64::from(shape.mats_across) {
            return Err(
                "the mats of a row give less than a word: too much multiplexing, or a word that they do not divide",
            );
        }
        let groups = u64::from(shape.mats_across) * u64::from(shape.mats_down) / active_mats;
        Ok(Geometry {
            active_mats: active_mats as f64,
            mat_data_bits: mat_data_bits as f64,
            mat_address_bits: shape.mat_address_bits + multiplexing_bits,
            select_bits: groups.ilog2(),
            ..shape
        })
    }

    /// Divides a bank by cuts and words in a row alone, as if a mat gave all of its columns.
    ///
    /// # Errors
    /// [`Misfit`] when that leaves too little or too much in a subarray.
    pub fn of_shape(request: &ArrayRequest, organisation: Organisation) -> Result<Geometry, Misfit> {
        let cut = organisation;
        if !cut.numbers().into_iter().all(u32::is_power_of_two) {
            return Err(
                "subarrays, rows and multiplexers are chosen by whole address bits: each number is a power of two",
            );
        }
        if cut.word_line_cuts < 2 || cut.bit_line_cuts < 2 {
            return Err("a mat is two by two subarrays: word and bit lines need at least two cuts each");
        }
        let word_bits = 8 * u64::from(request.word_bytes);
        let bank_bytes = request.capacity_bytes.div_ceil(u64::from(request.banks));
        let row_bytes = u64::from(request.word_bytes) * u64::from(cut.words_in_row);
        let rows = bank_bytes.div_ceil(row_bytes.saturating_mul(u64::from(cut.bit_line_cuts)));
        let row_bits = word_bits.saturating_mul(u64::from(cut.words_in_row));
        let columns = row_bits.div_ceil(u64::from(cut.word_line_cuts));
        if !(FEWEST_ROWS..=MOST_LINES).contains(&rows) {
            return Err("too few or too many rows in a subarray");
        }
        if !(FEWEST_COLUMNS..=MOST_LINES).contains(&columns) {
            return Err("too few or too many columns in a subarray");
        }
        Ok(Geometry {
            organisation,
            rows: rows as f64,
            columns: columns as f64,
            mats_across: cut.word_line_cuts / 2,
            mats_down: cut.bit_line_cuts / 2,
            active_mats: 1.0,
            mat_data_bits: 4.0 * columns as f64,
            mat_address_bits: rows.ilog2(),
            select_bits: 0,
            word_bits: word_bits as f64,
        })
    }

    /// All mats of a bank.
    pub fn mats(&self) -> f64 {
        f64::from(self.mats_across) * f64::from(self.mats_down)
    }

    /// Sense amplifiers of a subarray.
    pub fn sense_amplifiers(&self) -> f64 {
        (self.columns / f64::from(self.organisation.bit_line_multiplexing)).floor()
    }

    /// Extents of a subarray of cells along the bit lines and along the word lines, straps included, in µm.
    pub fn subarray_um(&self, fabric: &Fabric) -> (f64, f64) {
        let straps = (self.columns / fabric.cells_between_straps()).floor();
        let width =
            self.columns * fabric.cell_width_um + straps * fabric.periphery.rules.layout.word_line_strap;
        (self.rows * fabric.cell_height_um, width)
    }

    /// The wire along a subarray that takes its outputs to the edge.
    pub fn output_wire(&self, fabric: &Fabric) -> Micrometres {
        Micrometres(self.subarray_um(fabric).1)
    }

    /// Whether a bit line of this many rows still gives a DRAM's sense amplifier enough to see.
    pub fn is_readable(&self, fabric: &Fabric) -> bool {
        match &fabric.cell {
            BitCell::Static { .. } => true,
            BitCell::Dynamic { cell, .. } => {
                let bit_line_f = self.rows * fabric.bit_line_f_per_cell();
                let swing_v = cell.supply.0 / 2.0 * cell.capacitance_f / (cell.capacitance_f + bit_line_f);
                swing_v >= fabric.sense_v()
            }
        }
    }
}
