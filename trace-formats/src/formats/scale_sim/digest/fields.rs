//! What stands where in a block of 64 bytes that starts where a field does, as far as SCALE-Sim writes it.
//!
//! Only the fields that end within the block are told, and none behind a line end: the next block starts after them. So
//! nothing reaches from one block into another.

use crate::masks::{Alphabet, BLOCK_BYTES, Masks};

/// What traces are made of.
const SRAM: Alphabet = Alphabet::digits_and(b",-\n");
const DRAM: Alphabet = Alphabet::digits_and(b",-\n.");

/// The fields of a block: a bit for each byte that is of a kind. A row's cycle is no port's field.
#[derive(Clone, Copy)]
pub struct Fields {
    /// The byte after each field.
    pub ends: u64,
    /// The first byte of each port's field that is a word.
    pub words: u64,
    /// The minus of each idle port.
    pub idle: u64,
    /// In DRAM traces, the second byte of each port's field.
    pub seconds: u64,
    /// Those of words that are 1.
    pub ones: u64,
    /// How many bytes the fields take, with what ends each.
    pub length: usize,
    /// Whether they end their row.
    pub end_row: bool,
}

/// Where fields are, and what of them is not a digit.
struct Layout {
    starts: u64,
    /// The starts of ports' fields.
    ports: u64,
    ends: u64,
    dots: u64,
}

impl Fields {
    /// Those of a block, which starts with a row's cycle or not; `None` if anything is not as SCALE-Sim writes it.
    #[inline(always)]
    pub fn of<M: Masks, const IS_DRAM: bool>(block: &M, with_cycle: bool) -> Option<Fields> {
        if !block.are_all_of(if IS_DRAM { &DRAM } else { &SRAM }) {
            return None;
        }
        let commas = block.equal_to(b',');
        let line_ends = block.equal_to(b'\n');
        let end_row = line_ends != 0;
        let length =
            if end_row { line_ends.trailing_zeros() + 1 } else { u64::BITS - commas.leading_zeros() };
        let within = (!0_u64).checked_shr(u64::BITS - length)?;
        let ends = (commas | line_ends) & within;
        let starts = (ends << 1 | 1) & within;
        let dots = if IS_DRAM { block.equal_to(b'.') & within } else { 0 };
        let minus = block.equal_to(b'-') & within;
        let layout = Layout { starts, ports: starts & !u64::from(with_cycle), ends, dots };
        let digits = within & !(ends | dots | minus);
        // No empty field, and no number that is too long.
        let mut odd = starts & ends | long_numbers(digits, 0);
        if minus != 0 {
            odd |= layout.odd_minus(block, minus, digits);
        }
        let ones = if IS_DRAM { layout.ones(block) } else { 0 };
        if IS_DRAM {
            odd |= layout.odd_fractions(block, digits);
        }
        let fields = Fields {
            ends,
            words: layout.ports & digits,
            idle: layout.ports & minus,
            seconds: layout.ports << 1,
            ones,
            length: length as usize,
            end_row,
        };
        (odd == 0).then_some(fields)
    }
}

impl Layout {
    /// Where a minus stands elsewhere than ahead of a cycle's digits or of the only 1 of an idle port.
    #[inline(always)]
    fn odd_minus<M: Masks>(&self, block: &M, minus: u64, digits: u64) -> u64 {
        let idle = minus & self.ports;
        let not_one = idle << 1 & !block.equal_to(b'1');
        minus & !self.starts | minus << 1 & !digits | not_one | idle << 2 & !(self.ends | self.dots)
    }

    /// Where a dot stands elsewhere than between a digit and the only 0 of its fraction, or a word begins with a 0 ahead of
    /// other digits.
    #[inline(always)]
    fn odd_fractions<M: Masks>(&self, block: &M, digits: u64) -> u64 {
        let (zeros, dots) = (block.equal_to(b'0'), self.dots);
        let odd = dots & !(digits << 1) | dots << 1 & !zeros | dots << 2 & !self.ends;
        odd | (self.ports & zeros) << 1 & digits
    }

    /// The second byte of words that are 1.
    #[inline(always)]
    fn ones<M: Masks>(&self, block: &M) -> u64 {
        (self.ports & block.equal_to(b'1')) << 1 & (self.ends | self.dots)
    }
}

/// The last bytes of runs of 16 digits, where so many went before.
#[inline(always)]
pub fn long_numbers(digits: u64, before: u32) -> u64 {
    let two = digits & digits << 1;
    let four = two & two << 2;
    let eight = four & four << 4;
    eight & eight << 8 | u64::from(digits.trailing_ones() + before > 15)
}

/// The last bytes of a text that ends in a line end, with plain fields behind them.
pub fn padded(rest: &[u8]) -> [u8; BLOCK_BYTES] {
    let mut block = [b'0'; BLOCK_BYTES];
    block[..rest.len()].copy_from_slice(rest);
    block
}
