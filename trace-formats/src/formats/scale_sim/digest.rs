//! What a chunk of a trace comes to, found by masks of 64 bytes: runs of rows of one shape.
//!
//! Of a row nearly everything that is asked is answered by its shape: how many ports moved a word, and which. Rows
//! in consecutive cycles mostly have the same shape, or repeat it, so a chunk's digest is a small part of its bytes.
//!
//! Only what SCALE-Sim writes is taken: plain numbers of up to 15 digits, DRAM's with `.0` or without, -1 for an
//! idle port, as many columns in each row. Anything else is left to [`super::rows`], which explains.

mod fields;
mod next_row;
mod number;
mod of_kind;
mod repeated_rows;
mod row;
mod words;

use next_row::NextRow;
use number::{decimal, signed};
use repeated_rows::RepeatedRow;
use row::Row;

use super::runs::{Kind, RunWriter, Runs, Shape};
use crate::decoder::MAX_RECORD_BYTES;
use crate::masks::{MaskWork, Masks, with_best_masks};

/// The rows of a chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// Ports of every row; 0 without a row.
    pub ports: usize,
    /// How many rows have a line end.
    pub rows: u64,
    /// There is a rest without one.
    pub is_cut: bool,
    /// The first word of rows after an idle one and of the first row, with the row's number in the chunk.
    pub first_words: Vec<(u64, i64)>,
    is_dram: bool,
    /// Varints: a run's rows, its cycle from that expected, its shape.
    runs: Vec<u8>,
}

impl Digest {
    /// What the rows of a chunk are; `None` if they are not plainly written.
    pub fn of(bytes: &[u8], kind: Kind) -> Option<Digest> {
        with_best_masks(Digesting { bytes, kind })
    }

    /// That of bytes without a row.
    pub fn without_rows(is_cut: bool) -> Digest {
        Digest { is_cut, ..Digest::default() }
    }

    /// The runs, in the order of the rows.
    pub fn runs(&self) -> Runs<'_> {
        Runs::of(&self.runs, self.is_dram)
    }

    /// How much memory it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Digest>() + self.runs.capacity() + self.first_words.capacity() * size_of::<(u64, i64)>()
    }
}

/// The making of a digest.
struct Digesting<'a> {
    bytes: &'a [u8],
    kind: Kind,
}

impl MaskWork for Digesting<'_> {
    type Output = Option<Digest>;

    #[inline(always)]
    fn run<M: Masks>(self) -> Option<Digest> {
        match self.kind.is_dram {
            true => digest::<M, true>(self.bytes, self.kind),
            false => digest::<M, false>(self.bytes, self.kind),
        }
    }
}

#[inline(always)]
fn digest<M: Masks, const DRAM: bool>(bytes: &[u8], kind: Kind) -> Option<Digest> {
    let whole = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
    if bytes.len() - whole > MAX_RECORD_BYTES {
        return None;
    }
    let is_cut = whole < bytes.len();
    let bytes = &bytes[..whole];
    let mut rows = Rows::<DRAM>::new(bytes, kind);
    let mut at = 0;
    while at < whole {
        let row = Row::read::<M, DRAM>(bytes, at)?;
        at = match rows.next.passes(bytes, &row) {
            true => rows.go_on(&row),
            false => rows.take(row)?,
        };
    }
    Some(rows.finish(is_cut))
}

/// The rows so far.
struct Rows<'a, const DRAM: bool> {
    bytes: &'a [u8],
    kind: Kind,
    was_idle: bool,
    next: NextRow,
    digest: Digest,
    writer: RunWriter,
}

impl<'a, const DRAM: bool> Rows<'a, DRAM> {
    fn new(bytes: &'a [u8], kind: Kind) -> Rows<'a, DRAM> {
        let digest = Digest { is_dram: DRAM, ..Digest::default() };
        Rows { bytes, kind, was_idle: true, next: NextRow::NONE, digest, writer: RunWriter::default() }
    }

    /// Takes a row that goes on with the run of the one before. Returns where the next one starts.
    #[inline(always)]
    fn go_on(&mut self, row: &Row) -> usize {
        self.writer.go_on();
        self.digest.rows += 1;
        row.end
    }

    /// Takes a row, and those behind it that repeat it. Returns where the next one starts.
    // A call leaves the processor's registers to the masks.
    #[inline(never)]
    fn take(&mut self, row: Row) -> Option<usize> {
        let (cycle, shape, ports) =
            (signed(self.bytes, row.start)?, row.counts.shape(), row.counts.ports() as usize);
        if self.digest.rows == 0 {
            self.digest.ports = ports;
        }
        if ports != self.digest.ports || row.end - row.start > MAX_RECORD_BYTES {
            return None;
        }
        if let Some(word) = row.first_word().filter(|_| self.was_idle && self.kind.keeps_first_words) {
            self.digest.first_words.push((self.digest.rows, decimal(&self.bytes[word..])));
        }
        self.was_idle = shape.valid == 0;
        self.take_shape(cycle.value, shape);
        let mut next = row.end;
        if shape.valid != shape.ones {
            self.next = NextRow::after(self.bytes, &row, cycle);
        } else {
            self.next = NextRow::NONE;
            let ports = &self.bytes[row.start + cycle.length..row.end];
            let repeated = RepeatedRow { cycle_length: cycle.length, ports };
            while let Some(cycle) = repeated.again(self.bytes, next) {
                self.take_shape(cycle, shape);
                next += repeated.length();
            }
        }
        Some(next)
    }

    #[inline(always)]
    fn take_shape(&mut self, cycle: i64, shape: Shape) {
        self.writer.row::<DRAM>(cycle, shape);
        self.digest.rows += 1;
    }

    fn finish(self, is_cut: bool) -> Digest {
        let Rows { mut digest, writer, .. } = self;
        digest.is_cut = is_cut;
        digest.runs = writer.finish::<DRAM>();
        digest.first_words.shrink_to_fit();
        digest
    }
}

#[cfg(test)]
mod tests;
