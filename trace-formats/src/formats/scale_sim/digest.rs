//! What a chunk of a trace comes to, found by masks of 64 bytes: runs of rows of one shape.
//!
//! Of a row nearly everything that is asked is answered by its shape: how many ports moved a word, and which. Rows
//! in consecutive cycles mostly have the same shape, or repeat it, so a chunk's digest is a small part of its bytes.
//!
//! Only what SCALE-Sim writes is taken: plain numbers of up to 15 digits, DRAM's with `.0` or without, -1 for an
//! idle port, as many columns in each row. Anything else is left to [`super::rows`], which explains.

use super::runs::{Kind, RunWriter, Runs, Shape};
use crate::decoder::MAX_RECORD_BYTES;
use crate::masks::{BLOCK_BYTES, MaskWork, Masks, with_best_masks};

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
    let mut digest = Digest { is_cut: whole < bytes.len(), is_dram: DRAM, ..Digest::default() };
    if bytes.len() - whole > MAX_RECORD_BYTES {
        return None;
    }
    let bytes = &bytes[..whole];
    let mut writer = RunWriter::default();
    let mut at = 0;
    let mut was_idle = true;
    let mut idle_row = IdleRow::default();
    while at < bytes.len() {
        if let Some(cycle) = idle_row.again(bytes, at) {
            writer.row::<DRAM>(cycle, idle_row.shape);
            digest.rows += 1;
            at += idle_row.cycle_length + idle_row.ports.len();
            continue;
        }
        let row = read_row::<M, DRAM>(bytes, at)?;
        let ports = row.ports as usize;
        if digest.rows == 0 {
            digest.ports = ports;
        }
        if ports != digest.ports || row.next - at > MAX_RECORD_BYTES {
            return None;
        }
        if kind.keeps_first_words && was_idle && row.shape.valid > 0 {
            let word = &bytes[row.first_word..];
            let length = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
            digest.first_words.push((digest.rows, decimal(&word[..length])));
        }
        was_idle = row.shape.valid == 0;
        idle_row = match was_idle {
            true => IdleRow {
                cycle_length: row.cycle_length,
                ports: &bytes[at + row.cycle_length..row.next],
                shape: row.shape,
            },
            false => IdleRow::default(),
        };
        writer.row::<DRAM>(row.cycle, row.shape);
        digest.rows += 1;
        at = row.next;
    }
    digest.runs = writer.finish::<DRAM>();
    digest.first_words.shrink_to_fit();
    Some(digest)
}

/// The row before, if it was idle: many more like it follow, alike but for their cycles.
#[derive(Default)]
struct IdleRow<'a> {
    cycle_length: usize,
    /// Its bytes after the cycle; none if there is no such row.
    ports: &'a [u8],
    shape: Shape,
}

impl IdleRow<'_> {
    /// The cycle of the row at `at` if it is such a row again, with as many digits in its cycle.
    #[inline(always)]
    fn again(&self, bytes: &[u8], at: usize) -> Option<i64> {
        const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
        if self.ports.is_empty() || self.cycle_length > 8 {
            return None;
        }
        let text = u64::from_le_bytes(*bytes[at..].first_chunk::<8>()?);
        let unused = 64 - 8 * self.cycle_length as u32;
        let (cycle, digits) = (text << unused, 0x3030_3030_3030_3030 << unused);
        let are_digits = cycle & HIGH == digits && cycle.wrapping_add(0x0606_0606_0606_0606) & HIGH == digits;
        let ports = bytes.get(at + self.cycle_length..at + self.cycle_length + self.ports.len());
        (are_digits && ports == Some(self.ports)).then(|| signed(bytes, at, self.cycle_length))
    }
}

/// A row as its masks tell it.
struct RowFound {
    cycle: i64,
    cycle_length: usize,
    shape: Shape,
    ports: u32,
    /// Where its first word starts, if it has one.
    first_word: usize,
    /// Where the next row starts.
    next: usize,
}

/// The masks of a block of a row, up to the row's end.
#[derive(Clone, Copy, Default)]
struct Marks {
    /// All bytes of the row.
    within: u64,
    line_end: u64,
    commas: u64,
    digits: u64,
    minus: u64,
    dots: u64,
    /// The first byte of each word's field.
    word_starts: u64,
    /// Those of idle ports.
    idle: u64,
    /// Those of words that begin with 0 or 1, in DRAM traces.
    first_zeros: u64,
    first_ones: u64,
}

impl Marks {
    #[inline(always)]
    fn of<M: Masks, const DRAM: bool>(block: &M, before: &Marks) -> Marks {
        let line_end = block.equal_to(b'\n');
        let within = up_to(line_end);
        let line_end = line_end & within;
        let commas = block.equal_to(b',') & within;
        let minus = block.equal_to(b'-') & within;
        let word_starts = moved(commas, before.commas, 1);
        Marks {
            within,
            line_end,
            commas,
            digits: block.digits() & within,
            minus,
            dots: if DRAM { block.equal_to(b'.') & within } else { 0 },
            word_starts,
            idle: minus & word_starts,
            first_zeros: if DRAM { block.equal_to(b'0') & word_starts } else { 0 },
            first_ones: if DRAM { block.equal_to(b'1') & word_starts } else { 0 },
        }
    }

    /// The byte after each field.
    #[inline(always)]
    fn ends(&self) -> u64 {
        self.commas | self.line_end
    }

    /// The byte after each field's whole number.
    #[inline(always)]
    fn number_ends(&self) -> u64 {
        self.ends() | self.dots
    }
}

/// What of a row's words is counted block after block.
#[derive(Default)]
struct Ports {
    all: u32,
    idle: u32,
    leading_idle: u32,
    trailing_idle: u32,
    ones: u32,
    trailing_ones: u32,
    /// Where the first word starts, once there is one.
    first_word: Option<usize>,
}

impl Ports {
    #[inline(always)]
    fn take<const DRAM: bool>(&mut self, at: usize, marks: &Marks, before: &Marks) {
        let words = marks.digits & marks.word_starts;
        self.all += marks.commas.count_ones();
        if marks.idle != 0 {
            if self.first_word.is_none() {
                self.leading_idle += (marks.idle & up_to(words)).count_ones();
            }
            self.idle += marks.idle.count_ones();
            let continued = if words == 0 { self.trailing_idle } else { 0 };
            self.trailing_idle = continued + (marks.idle & above(words)).count_ones();
        } else if words != 0 {
            self.trailing_idle = 0;
        }
        if self.first_word.is_none() && words != 0 {
            self.first_word = Some(at + words.trailing_zeros() as usize);
        }
        if DRAM {
            // A word is told to be 1 at its second byte.
            let seconds = moved(marks.word_starts, before.word_starts, 1) & marks.within;
            let ones = seconds & moved(marks.first_ones, before.first_ones, 1) & marks.number_ends();
            let others = seconds & !ones;
            if ones != 0 {
                self.ones += ones.count_ones();
                let continued = if others == 0 { self.trailing_ones } else { 0 };
                self.trailing_ones = continued + (ones & above(others)).count_ones();
            } else if others != 0 {
                self.trailing_ones = 0;
            }
        }
    }

    #[inline(always)]
    fn shape(&self) -> Shape {
        Shape {
            valid: self.all - self.idle,
            first: self.leading_idle,
            end: self.all - self.trailing_idle,
            ones: self.ones,
            trailing_ones: self.trailing_ones,
        }
    }
}

/// Moves a mask towards the end by `by` bits, and the last bits of the one before into it.
#[inline(always)]
fn moved(mask: u64, before: u64, by: u32) -> u64 {
    mask << by | before >> (64 - by)
}

/// The bits above the highest of a mask; all of an empty one.
#[inline(always)]
fn above(mask: u64) -> u64 {
    if mask == 0 { !0 } else { !1 << (63 - mask.leading_zeros()) }
}

/// The bits up to the lowest of a mask, and that one; all of an empty one.
#[inline(always)]
fn up_to(mask: u64) -> u64 {
    mask ^ mask.wrapping_sub(1)
}

/// Whether there are 16 digits in a row.
#[inline(always)]
fn has_long_number(digits: u64, before: u64) -> bool {
    let two = digits & digits << 1;
    let four = two & two << 2;
    let eight = four & four << 4;
    (eight & eight << 8) != 0 || digits.trailing_ones() + before.leading_ones() > 15
}

/// Bits where something stands that SCALE-Sim does not write. `row_start` has the bit of the row's first byte.
#[inline(always)]
fn oddities<M: Masks, const DRAM: bool>(block: &M, marks: &Marks, before: &Marks, row_start: u64) -> u64 {
    let &Marks { within, digits, minus, dots, idle, .. } = marks;
    let ends = marks.ends();
    let starts = marks.word_starts | row_start;
    // Nothing but what a row is made of; no empty field; no number that is too long; a digit after the cycle's minus.
    let mut odd =
        within & !(ends | digits | minus | dots) | starts & ends | (minus & row_start) << 1 & !digits;
    odd |= u64::from(has_long_number(digits, before.digits));
    if minus | before.idle >> 62 != 0 {
        // A minus stands only ahead of the cycle's digits or of an idle port's 1.
        let not_one = moved(idle, before.idle, 1) & !block.equal_to(b'1');
        odd |= minus & !starts | within & (not_one | moved(idle, before.idle, 2) & !(ends | dots));
    }
    if DRAM {
        // A dot stands between a digit and the only 0 of its fraction; a word does not begin with a 0 ahead of digits.
        let not_zero = moved(dots, before.dots, 1) & !block.equal_to(b'0');
        odd |= dots & !moved(digits, before.digits, 1);
        odd |= within & (not_zero | moved(dots, before.dots, 2) & !ends);
        odd |= digits & moved(marks.first_zeros, before.first_zeros, 1);
    }
    odd
}

/// The row that starts at `start`, in bytes that end in a line end.
#[inline(always)]
fn read_row<M: Masks, const DRAM: bool>(bytes: &[u8], start: usize) -> Option<RowFound> {
    let mut before = Marks::default();
    let mut ports = Ports::default();
    let mut at = start;
    let mut cycle_length = 0;
    loop {
        let block = match bytes[at..].first_chunk::<BLOCK_BYTES>() {
            Some(block) => M::new(block),
            None => M::padded(&bytes[at..]),
        };
        let marks = Marks::of::<M, DRAM>(&block, &before);
        let row_start = u64::from(at == start);
        if oddities::<M, DRAM>(&block, &marks, &before, row_start) != 0 {
            return None;
        }
        if at == start {
            cycle_length = marks.number_ends().trailing_zeros() as usize;
        }
        ports.take::<DRAM>(at, &marks, &before);
        if marks.line_end != 0 {
            return Some(RowFound {
                cycle: signed(bytes, start, cycle_length),
                cycle_length,
                shape: ports.shape(),
                ports: ports.all,
                first_word: ports.first_word.unwrap_or(start),
                next: at + marks.line_end.trailing_zeros() as usize + 1,
            });
        }
        before = marks;
        at += BLOCK_BYTES;
    }
}

/// The number of so many bytes at `start`: digits, and a minus perhaps.
#[inline(always)]
fn signed(bytes: &[u8], start: usize, length: usize) -> i64 {
    match bytes[start..].first_chunk::<8>() {
        Some(text) if length <= 8 && text[0] != b'-' => {
            // Left of the digits come zeros; then pairs, fours and eights are joined.
            let text = u64::from_le_bytes(*text) << (64 - 8 * length as u32) & 0x0f0f_0f0f_0f0f_0f0f;
            let pairs = (text.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
            let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
            (fours.wrapping_mul(10_000 << 32 | 1) >> 32) as i64
        }
        _ => match bytes[start..start + length].split_first() {
            Some((b'-', digits)) => -decimal(digits),
            _ => decimal(&bytes[start..start + length]),
        },
    }
}

/// The number of some digits.
fn decimal(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit & 15))
}

#[cfg(test)]
mod tests;
