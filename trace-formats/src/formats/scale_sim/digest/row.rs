//! A row, and what of its words is counted block after block.

use super::super::runs::Shape;
use super::fields::{Fields, padded};
use super::of_kind::OfKind;
use super::words::Words;
use crate::masks::{BLOCK_BYTES, Masks};

/// What of a row's fields is counted.
#[derive(Clone, Copy, PartialEq)]
pub struct Counts {
    /// All, with the cycle.
    fields: u32,
    leading_idle: u32,
    idle: OfKind,
    ones: OfKind,
}

impl Counts {
    /// Those of no row.
    pub const NONE: Counts = Counts { fields: 0, leading_idle: 0, idle: OfKind::NONE, ones: OfKind::NONE };

    /// How many ports there are.
    #[inline(always)]
    pub fn ports(&self) -> u32 {
        self.fields - 1
    }

    /// What a row looks like.
    #[inline(always)]
    pub fn shape(&self) -> Shape {
        Shape {
            valid: self.ports() - self.idle.all,
            first: self.leading_idle,
            end: self.ports() - self.idle.trailing,
            ones: self.ones.all,
            trailing_ones: self.ones.trailing,
        }
    }
}

/// A row, or the part of it that was looked at.
#[derive(Clone, Copy)]
pub struct Row {
    /// Where it starts.
    pub start: usize,
    /// Where the next one starts.
    pub end: usize,
    /// Its fields.
    pub counts: Counts,
    /// Where its first word starts, once there is one.
    first_word: usize,
    has_words: bool,
}

impl Row {
    /// The row that starts at `start`, in bytes that end in a line end; `None` if it is not plainly written. Whether it
    /// starts with a number is for who reads that.
    #[inline(always)]
    pub fn read<M: Masks, const IS_DRAM: bool>(bytes: &[u8], start: usize) -> Option<Row> {
        let mut row = Row { start, end: start, counts: Counts::NONE, first_word: 0, has_words: false };
        loop {
            let words = Words::of::<M, IS_DRAM>(&bytes[row.end..], row.end == start, &mut row.counts.ones);
            row.take_words(&words);
            if words.end_row {
                return Some(row);
            }
            let block = match bytes[row.end..].first_chunk::<BLOCK_BYTES>() {
                Some(block) => M::new(block),
                None => M::new(&padded(&bytes[row.end..])),
            };
            let fields = Fields::of::<M, IS_DRAM>(&block, row.end == start)?;
            row.take::<IS_DRAM>(&fields);
            if fields.end_row {
                return Some(row);
            }
        }
    }

    #[inline(always)]
    fn take<const IS_DRAM: bool>(&mut self, fields: &Fields) {
        let &Fields { words, idle, .. } = fields;
        self.counts.fields += fields.ends.count_ones();
        if !self.has_words {
            self.counts.leading_idle += (idle & through_first(words)).count_ones();
            self.first_word = self.end + words.trailing_zeros() as usize;
            self.has_words = words != 0;
        }
        self.counts.idle.take(idle, words);
        if IS_DRAM {
            self.counts.ones.take(fields.ones, fields.seconds & !fields.ones);
        }
        self.end += fields.length;
    }

    #[inline(always)]
    fn take_words(&mut self, words: &Words) {
        let with_cycle = self.end == self.start;
        if words.fields > u32::from(with_cycle) {
            if !self.has_words {
                self.first_word = self.end + if with_cycle { words.first_end + 1 } else { 0 };
                self.has_words = true;
            }
            self.counts.idle.trailing = 0;
        }
        self.counts.fields += words.fields;
        self.end += words.length;
    }

    /// Where its first word starts.
    pub fn first_word(&self) -> Option<usize> {
        self.has_words.then_some(self.first_word)
    }
}

/// The bits up to the lowest of a mask, and that one; all of an empty one.
#[inline(always)]
fn through_first(mask: u64) -> u64 {
    mask ^ mask.wrapping_sub(1)
}
