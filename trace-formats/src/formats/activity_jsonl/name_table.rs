//! What a sink called the names it was asked for, found again by the bytes they are written in.

use super::words::first_pair;
use crate::formats::activity_text::words::Words;
use crate::masks::{BLOCK_BYTES, HALF_BYTES, Masks};

/// A table has 128 places at first, and grows to eight for each name up to 512: two of some dozens of names should rarely
/// want the same. From then on it has two for each.
const FIRST_SLOT_BITS: u32 = 7;
const SPARSE_SLOTS: usize = 512;

/// Odd, with no pattern in its bits.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// A name as it is written, or several with what stands between them. The closing quote belongs to it, which makes it
/// differ from its own start.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    /// The first bytes, and whatever follows them.
    block: &'a [u8; BLOCK_BYTES],
    /// How many of them are the name's: at least 1, for the quote.
    length: usize,
    /// The bytes after the block.
    tail: &'a [u8],
}

impl<'a> Name<'a> {
    /// No name at all.
    pub(super) const NONE: Name<'static> = Name { block: &[0; BLOCK_BYTES], length: 1, tail: &[] };

    /// The name of `length` bytes with which `bytes` start, after its opening quote; `None` too close to their end.
    #[inline(always)]
    pub(super) fn at_start(bytes: &'a [u8], length: usize) -> Option<Name<'a>> {
        let block = bytes.first_chunk()?;
        let tail = if length < BLOCK_BYTES { &[] } else { bytes.get(BLOCK_BYTES..=length)? };
        Some(Name { block, length: (length + 1).min(BLOCK_BYTES), tail })
    }

    /// The name of at most 63 bytes with which a block starts.
    #[inline(always)]
    pub(super) fn in_block(block: &'a [u8; BLOCK_BYTES], length: usize) -> Name<'a> {
        Name { block, length: length % BLOCK_BYTES + 1, tail: &[] }
    }

    /// A number that differs between names that are likely to be found in one trace: from bytes at the start, in the
    /// middle and at the end.
    #[inline(always)]
    fn hash(&self) -> u64 {
        let (block, length) = (&self.block[..], self.length);
        if length < 16 {
            let [low, high] = first_pair(block, length).unwrap_or_default();
            return low ^ high.rotate_left(19);
        }
        let last = (length - 16).min(BLOCK_BYTES - 16);
        let [a, b] = block.words(0);
        let [c, d] = block.words(last / 2);
        let [e, f] = block.words(last);
        let hash = a
            ^ b.rotate_left(19)
            ^ c.rotate_left(37)
            ^ d.rotate_left(53)
            ^ e.rotate_left(11)
            ^ f.rotate_left(29);
        if self.tail.is_empty() { hash } else { with_tail(hash, self.tail) }
    }
}

#[inline(never)]
fn with_tail(hash: u64, tail: &[u8]) -> u64 {
    tail.iter().fold(hash, |hash, &byte| (hash.rotate_left(29) ^ u64::from(byte)).wrapping_mul(MULTIPLIER))
}

/// By the uppermost bits, the only ones of products that all bits of the names are in.
#[inline(always)]
fn hash(names: &[Name<'_>]) -> u64 {
    let mut hash = 0_u64;
    for name in names {
        hash = hash.rotate_left(23).wrapping_add(name.hash()).wrapping_mul(MULTIPLIER);
    }
    hash
}

/// Remembers names, up to `N` of them together. Lives as long as one chunk.
pub(super) struct NameTable<Id, const N: usize> {
    /// 1 + the place among `entries`, or 0. `2^slot_bits` of them.
    slots: Vec<u32>,
    slot_bits: u32,
    entries: Vec<Entry<Id, N>>,
}

struct Entry<Id, const N: usize> {
    names: [Known; N],
    id: Id,
    hash: u64,
}

/// A name that was put in.
struct Known {
    block: [u8; BLOCK_BYTES],
    length: usize,
    tail: Box<[u8]>,
}

impl<Id: Copy, const N: usize> NameTable<Id, N> {
    /// Remembers nothing yet.
    pub(super) fn new() -> NameTable<Id, N> {
        NameTable { slots: vec![0; 1 << FIRST_SLOT_BITS], slot_bits: FIRST_SLOT_BITS, entries: Vec::new() }
    }

    /// What these names are called together: as many as with every other call.
    #[inline(always)]
    pub(super) fn find<M: Masks>(&self, names: &[Name<'_>]) -> Option<Id> {
        let mut slot = self.slot(hash(names));
        loop {
            let entry = self.entries.get((*self.slots.get(slot)? as usize).wrapping_sub(1))?;
            if entry.is::<M>(names) {
                return Some(entry.id);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Remembers what names that are not yet known are called.
    pub(super) fn insert(&mut self, names: &[Name<'_>], id: Id) {
        let wanted = if self.slots.len() < SPARSE_SLOTS { 8 } else { 2 };
        if (self.entries.len() + 1) * wanted > self.slots.len() {
            self.slot_bits += 1;
            self.slots = vec![0; 1 << self.slot_bits];
            (0..self.entries.len()).for_each(|place| self.take_slot(place));
        }
        let known = std::array::from_fn(|at| Known::of(names.get(at).unwrap_or(&Name::NONE)));
        self.entries.push(Entry { names: known, id, hash: hash(names) });
        self.take_slot(self.entries.len() - 1);
    }

    fn take_slot(&mut self, place: usize) {
        let mut slot = self.slot(self.entries[place].hash);
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = place as u32 + 1;
    }

    #[inline(always)]
    fn slot(&self, hash: u64) -> usize {
        (hash >> (64 - self.slot_bits)) as usize
    }
}

impl<Id, const N: usize> Entry<Id, N> {
    #[inline(always)]
    fn is<M: Masks>(&self, names: &[Name<'_>]) -> bool {
        for (known, name) in self.names.iter().zip(names) {
            if !known.is::<M>(name) {
                return false;
            }
        }
        true
    }
}

impl Known {
    fn of(name: &Name<'_>) -> Known {
        Known { block: *name.block, length: name.length, tail: name.tail.into() }
    }

    #[inline(always)]
    fn is<M: Masks>(&self, name: &Name<'_>) -> bool {
        let (known, _) = self.block.as_chunks::<HALF_BYTES>();
        let (block, _) = name.block.as_chunks::<HALF_BYTES>();
        let alike = |at: usize| u64::from(M::alike(&known[at], &block[at]));
        let differ = !(alike(0) | alike(1) << HALF_BYTES);
        let is_alike =
            self.length == name.length && differ.wrapping_shl(BLOCK_BYTES as u32 - name.length as u32) == 0;
        is_alike && (name.length < BLOCK_BYTES || *self.tail == *name.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::Block;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn written(text: &str) -> Vec<u8> {
        format!("{text}\" and what follows{}", " ".repeat(BLOCK_BYTES)).into_bytes()
    }

    proptest! {
        #[test]
        fn names_are_found_by_all_of_their_bytes(
            pairs in prop::collection::vec(("[ab]{0,3}|[ab]{30,34}|[a-z]{0,70}", "[ab]{0,2}|[ab]{62,65}"), 0..200),
        ) {
            let mut table = NameTable::<usize, 2>::new();
            let mut known = HashMap::new();
            for (first, second) in pairs {
                let texts = [written(&first), written(&second)];
                let names = [Name::at_start(&texts[0], first.len()), Name::at_start(&texts[1], second.len())];
                let names: Vec<Name<'_>> = names.into_iter().flatten().collect();
                let id = known.len();
                let expected = known.get(&(first.clone(), second.clone())).copied();
                prop_assert_eq!(table.find::<Block>(&names), expected);
                if expected.is_none() {
                    table.insert(&names, id);
                    known.insert((first, second), id);
                    prop_assert_eq!(table.find::<Block>(&names), Some(id));
                }
            }
        }
    }

    #[test]
    fn names_of_a_grid_mostly_have_slots_of_their_own() {
        let grid = (0..16).flat_map(|row| (0..16).map(move |column| format!("row_{row:04}col_{column:04}")));
        let mut table = NameTable::<(), 1>::new();
        (0..200).for_each(|_| table.insert(&[Name::NONE], ()));
        let slots = grid.map(|name| {
            let text = written(&format!("{name}\",\"action\":\"multiply"));
            Name::at_start(&text, name.len() + 21).map(|name| table.slot(hash(&[name])))
        });
        let slots: std::collections::HashSet<_> = slots.collect();
        assert!(slots.len() > 160, "{}", slots.len());
    }
}
