//! The row that goes on where one ends: most rows have the shape of the one before and the cycle after its.

use super::number::Number;
use super::row::{Counts, Row};
use crate::decoder::MAX_RECORD_BYTES;

/// What such a row is told by, without reading its cycle.
pub struct NextRow {
    counts: Counts,
    /// Its cycle as it is written, and what stands behind it; none that fits if there is no such row.
    cycle: u64,
    /// Ones where that is.
    mask: u64,
    /// A one more in the last digit.
    unit: u64,
}

impl NextRow {
    /// There is none.
    pub const NONE: NextRow = NextRow { counts: Counts::NONE, cycle: 1, mask: 0, unit: 0 };

    /// The row after one, unless its cycle has another number of digits, its last digit is the first again, or it has a minus.
    pub fn after(bytes: &[u8], row: &Row, cycle: Number) -> NextRow {
        let text = bytes.get(row.start..).and_then(|text| text.first_chunk::<8>());
        let Some(&text) = text.filter(|text| cycle.length < text.len() && text[0] != b'-') else {
            return NextRow::NONE;
        };
        let mask = !0 >> (56 - 8 * cycle.length);
        let unit = 1 << (8 * (cycle.length - 1));
        // Behind a 9 comes what is no digit, so that no row fits.
        NextRow { counts: row.counts, cycle: (u64::from_le_bytes(text) & mask) + unit, mask, unit }
    }

    /// Whether this row is it. If so, the one after that is looked for next.
    #[inline(always)]
    pub fn passes(&mut self, bytes: &[u8], row: &Row) -> bool {
        let Some(text) = bytes.get(row.start..).and_then(|text| text.first_chunk()) else { return false };
        let is_next = u64::from_le_bytes(*text) & self.mask == self.cycle
            && row.counts == self.counts
            && row.end - row.start <= MAX_RECORD_BYTES;
        self.cycle += if is_next { self.unit } else { 0 };
        is_next
    }
}
