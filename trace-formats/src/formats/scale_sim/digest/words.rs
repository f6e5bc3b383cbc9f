//! The fields of a row while all ports move a word: most of most traces. Blocks follow one another without a gap, so that
//! the next is looked at before it is known what ends in this one.

use super::fields::long_numbers;
use super::of_kind::OfKind;
use crate::masks::{Alphabet, BLOCK_BYTES, Masks};

/// What a row is made of where every port moves a word, without its end and with it.
const SRAM: [Alphabet; 2] = [Alphabet::digits_and(b","), Alphabet::digits_and(b",\n")];
const DRAM: [Alphabet; 2] = [Alphabet::digits_and(b",."), Alphabet::digits_and(b",.\n")];

/// Fields of a row from a block's start on that are all words, but for a cycle perhaps.
#[derive(Default)]
pub struct Words {
    /// How many they are.
    pub fields: u32,
    /// Where the first ends.
    pub first_end: usize,
    /// How many bytes they take, with what ends each.
    pub length: usize,
    /// Whether they end their row.
    pub end_row: bool,
}

/// What of a block reaches into the next.
struct Carry {
    ends: u64,
    dots: u64,
    /// The dots of words that are 1.
    ones: u64,
    /// Whether the last byte is a 1.
    ends_in_one: bool,
    /// How many bytes of the next field it has.
    begun: u32,
}

impl Words {
    /// Those that end in blocks in which nothing else is: none if the first block is not one. Takes those of a DRAM trace that
    /// are 1. A cycle of one digit is left to who knows where it stands.
    #[inline(always)]
    pub fn of<M: Masks, const IS_DRAM: bool>(bytes: &[u8], with_cycle: bool, ones: &mut OfKind) -> Words {
        let mut words = Words::default();
        if IS_DRAM && with_cycle && bytes.get(1) == Some(&b'.') {
            return words;
        }
        let mut carry = Carry { ends: 1 << 63, dots: 0, ones: 0, ends_in_one: false, begun: 0 };
        let mut at = 0;
        while let Some(bytes) = bytes[at..].first_chunk::<BLOCK_BYTES>() {
            let block = M::new(bytes);
            let [words_alone, with_end] = if IS_DRAM { &DRAM } else { &SRAM };
            let line_ends = match block.are_all_of(words_alone) {
                true => 0,
                false if block.are_all_of(with_end) => block.equal_to(b'\n'),
                false => break,
            };
            // The bytes up to the line end.
            let within = line_ends ^ line_ends.wrapping_sub(1);
            let ends = (block.equal_to(b',') | line_ends) & within;
            let starts = ends << 1 | carry.ends >> 63;
            let dots = if IS_DRAM { block.equal_to(b'.') & within } else { 0 };
            let mut odd = ends & starts | long_numbers(within & !(ends | dots), carry.begun);
            if IS_DRAM {
                odd |= carry.odd_words(&block, starts & within, ends, dots);
            }
            if odd != 0 {
                break;
            }
            if at == 0 {
                words.first_end = ends.trailing_zeros() as usize;
            }
            words.fields += ends.count_ones();
            if IS_DRAM {
                carry.take_ones(&block, starts, ends, dots, ones);
                (carry.dots, carry.ends_in_one) = (dots, bytes[BLOCK_BYTES - 1] == b'1');
            }
            if line_ends != 0 {
                words.length = at + line_ends.trailing_zeros() as usize + 1;
                words.end_row = true;
                return words;
            }
            (carry.ends, carry.begun) = (ends, ends.leading_zeros());
            at += BLOCK_BYTES;
        }
        words.length = at - carry.begun as usize;
        words
    }
}

impl Carry {
    /// Where a word of a DRAM trace does not end in `.0`, or begins with a 0.
    #[inline(always)]
    fn odd_words<M: Masks>(&self, block: &M, starts: u64, ends: u64, dots: u64) -> u64 {
        let zeros = block.equal_to(b'0');
        let fraction_ends = dots << 2 | self.dots >> 62;
        let fractions = dots << 1 | self.dots >> 63;
        fraction_ends ^ ends | fractions & !zeros | starts & (dots | zeros)
    }

    /// Counts words that are 1, each where it ends.
    #[inline(always)]
    fn take_ones<M: Masks>(&mut self, block: &M, starts: u64, ends: u64, dots: u64, ones: &mut OfKind) {
        let after_one_digit = (starts << 1 | self.ends >> 62 & 1) & dots;
        if after_one_digit | self.ones >> 62 == 0 {
            (self.ones, ones.trailing) = (0, 0);
            return;
        }
        let found = (block.equal_to(b'1') << 1 | u64::from(self.ends_in_one)) & after_one_digit;
        let found_ends = found << 2 | self.ones >> 62;
        ones.take(found_ends, ends & !found_ends);
        self.ones = found;
    }
}
