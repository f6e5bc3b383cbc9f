//! The fields of a row while all ports move a word: most of most traces. Blocks follow one another without a gap, so that
//! the next is looked at before it is known what ends in this one.

use super::fields::long_numbers;
use crate::masks::{Alphabet, BLOCK_BYTES, Masks};

/// What a row is made of where every port moves a word.
const SRAM: Alphabet = Alphabet::digits_and(b",");
const DRAM: Alphabet = Alphabet::digits_and(b",.");

/// Fields of a row from a block's start on that are all words, but for a cycle perhaps; in DRAM traces, words of several
/// digits.
#[derive(Default)]
pub struct Words {
    /// How many they are.
    pub fields: u32,
    /// Where the first ends.
    pub first_end: usize,
    /// How many bytes they take, with the commas behind them.
    pub length: usize,
}

/// What of a block reaches into the next.
struct Carry {
    commas: u64,
    dots: u64,
    /// How many bytes of the next field it has.
    begun: u32,
}

impl Words {
    /// Those that end in blocks in which nothing else is: none if the first block is not one.
    #[inline(always)]
    pub fn of<M: Masks, const IS_DRAM: bool>(bytes: &[u8]) -> Words {
        let mut words = Words::default();
        let mut carry = Carry { commas: 1 << 63, dots: 0, begun: 0 };
        let mut at = 0;
        while let Some(block) = bytes[at..].first_chunk::<BLOCK_BYTES>() {
            let block = M::new(block);
            if !block.are_all_of(if IS_DRAM { &DRAM } else { &SRAM }) {
                break;
            }
            let commas = block.equal_to(b',');
            let dots = if IS_DRAM { block.equal_to(b'.') } else { 0 };
            let starts = commas << 1 | carry.commas >> 63;
            let mut odd = commas & starts | long_numbers(!(commas | dots), carry.begun);
            if IS_DRAM {
                odd |= carry.odd_words(&block, commas, starts, dots);
            }
            if odd != 0 {
                break;
            }
            if at == 0 {
                words.first_end = commas.trailing_zeros() as usize;
            }
            words.fields += commas.count_ones();
            carry = Carry { commas, dots, begun: commas.leading_zeros() };
            at += BLOCK_BYTES;
        }
        words.length = at - carry.begun as usize;
        words
    }
}

impl Carry {
    /// Where a word of a DRAM trace does not end in `.0`, begins with a 0 or has a single digit.
    #[inline(always)]
    fn odd_words<M: Masks>(&self, block: &M, commas: u64, starts: u64, dots: u64) -> u64 {
        let zeros = block.equal_to(b'0');
        let ends = dots << 2 | self.dots >> 62;
        let fractions = dots << 1 | self.dots >> 63;
        let seconds = starts << 1 | self.commas >> 62 & 1;
        ends ^ commas | fractions & !zeros | starts & (dots | zeros) | seconds & dots
    }
}
