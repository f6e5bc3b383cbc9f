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
    let bytes = &bytes[..whole];
    let mut writer = RunWriter::default();
    let mut at = 0;
    let mut was_idle = true;
    while at < bytes.len() {
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
        writer.row::<DRAM>(row.cycle, row.shape);
        digest.rows += 1;
        at = row.next;
    }
    digest.runs = writer.finish::<DRAM>();
    digest.first_words.shrink_to_fit();
    Some(digest)
}

/// A row as its masks tell it.
struct RowFound {
    cycle: i64,
    shape: Shape,
    ports: u32,
    /// Where its first word starts, if it has one.
    first_word: usize,
    /// Where the next row starts.
    next: usize,
}

/// The masks of the block before, of which the last bits reach into the next.
#[derive(Clone, Copy, Default)]
struct Before {
    commas: u64,
    digits: u64,
    idle: u64,
    dots: u64,
    word_starts: u64,
    ones: u64,
    zeros: u64,
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

/// The row that starts at `start`, in bytes that end in a line end.
#[inline(always)]
fn read_row<M: Masks, const DRAM: bool>(bytes: &[u8], start: usize) -> Option<RowFound> {
    let mut at = start;
    let mut before = Before::default();
    let mut shape = Shape::default();
    let (mut ports, mut idle_ports, mut trailing_idle) = (0, 0, 0);
    let (mut first_word, mut cycle_length) = (start, 0);
    let mut row_start = 1_u64;
    let mut bad = 0_u64;
    loop {
        let block = match bytes[at..].first_chunk::<BLOCK_BYTES>() {
            Some(block) => M::new(block),
            None => M::padded(&bytes[at..]),
        };
        let line_end = block.equal_to(b'\n');
        let within = up_to(line_end);
        let line_end = line_end & within;
        let commas = block.equal_to(b',') & within;
        let digits = block.digits() & within;
        let minus = block.equal_to(b'-') & within;
        let dots = if DRAM { block.equal_to(b'.') & within } else { 0 };
        let ends = commas | line_end;
        let word_starts = moved(commas, before.commas, 1);
        let starts = word_starts | row_start;
        // Nothing but what a row is made of; no empty field; no number that is too long.
        bad |= within & !(ends | digits | minus | dots) | starts & ends;
        bad |= u64::from(has_long_number(digits, before.digits));
        if DRAM {
            bad |= odd_dots(&block, dots, digits, ends, within, word_starts, &mut before);
            count_ones(&block, word_starts, within, ends | dots, &mut before, &mut shape);
        }
        if row_start != 0 {
            cycle_length = (ends | dots).trailing_zeros() as usize;
            bad |= (minus & row_start) << 1 & !digits;
        }
        let words = digits & word_starts;
        let idle = minus & word_starts;
        if shape.valid == 0 {
            first_word = at + words.trailing_zeros() as usize;
        }
        if minus | before.idle >> 62 != 0 {
            // A minus stands only ahead of the cycle's digits or of an idle port's 1.
            let ones = block.equal_to(b'1');
            bad |= minus & !starts;
            bad |=
                within & (moved(idle, before.idle, 1) & !ones | moved(idle, before.idle, 2) & !(ends | dots));
            if shape.valid == 0 {
                shape.first += (idle & up_to(words)).count_ones();
            }
            idle_ports += idle.count_ones();
            let continued = if words == 0 { trailing_idle } else { 0 };
            trailing_idle = continued + (idle & above(words)).count_ones();
        } else if words != 0 {
            trailing_idle = 0;
        }
        shape.valid |= u32::from(words != 0);
        ports += commas.count_ones();
        if bad != 0 {
            return None;
        }
        if line_end != 0 {
            at += line_end.trailing_zeros() as usize + 1;
            break;
        }
        (before.commas, before.digits, before.idle) = (commas, digits, idle);
        (before.dots, before.word_starts) = (dots, word_starts);
        row_start = 0;
        at += BLOCK_BYTES;
    }
    shape.valid = ports - idle_ports;
    shape.end = ports - trailing_idle;
    Some(RowFound { cycle: signed(bytes, start, cycle_length), shape, ports, first_word, next: at })
}

/// Bits where a dot does not stand between a digit and the only 0 of its fraction, or a word begins with a 0 ahead of
/// digits.
#[inline(always)]
fn odd_dots<M: Masks>(
    block: &M,
    dots: u64,
    digits: u64,
    ends: u64,
    within: u64,
    word_starts: u64,
    before: &mut Before,
) -> u64 {
    let zeros = block.equal_to(b'0');
    let first_zeros = zeros & word_starts;
    let odd = dots & !moved(digits, before.digits, 1)
        | within & (moved(dots, before.dots, 1) & !zeros | moved(dots, before.dots, 2) & !ends)
        | digits & moved(first_zeros, before.zeros, 1);
    before.zeros = first_zeros;
    odd
}

/// Counts the words that are 1, and those that the row ends in.
#[inline(always)]
fn count_ones<M: Masks>(
    block: &M,
    word_starts: u64,
    within: u64,
    number_ends: u64,
    before: &mut Before,
    shape: &mut Shape,
) {
    let first_ones = block.equal_to(b'1') & word_starts;
    let seconds = moved(word_starts, before.word_starts, 1) & within;
    let ones = seconds & moved(first_ones, before.ones, 1) & number_ends;
    let others = seconds & !ones;
    before.ones = first_ones;
    if ones != 0 {
        shape.ones += ones.count_ones();
        let continued = if others == 0 { shape.trailing_ones } else { 0 };
        shape.trailing_ones = continued + (ones & above(others)).count_ones();
    } else if others != 0 {
        shape.trailing_ones = 0;
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
