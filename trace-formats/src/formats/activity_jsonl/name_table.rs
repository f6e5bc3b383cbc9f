//! What a sink called the names it was asked for, found again by the bytes they are written in.

use super::words::{WORDS_BYTES, Words, first_words};

/// A table has 512 places at first: two of some dozens of names should rarely want the same.
const FIRST_SLOT_BITS: u32 = 9;

/// Odd, with no pattern in their bits: one for each of two names.
const MULTIPLIERS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9];

/// A name as it is written, with its closing quote, which makes it differ from any other and from its own start.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    /// The first 32 bytes.
    words: Words,
    /// The bytes after them.
    tail: &'a [u8],
}

impl<'a> Name<'a> {
    /// No name at all.
    pub(super) const NONE: Name<'static> = Name { words: [0; 4], tail: &[] };

    /// The name of `length` bytes with which `bytes` start, after its opening quote.
    #[inline(always)]
    pub(super) fn at_start(bytes: &'a [u8], length: usize) -> Name<'a> {
        let quoted = length + 1;
        let tail = if quoted > WORDS_BYTES { &bytes[WORDS_BYTES..quoted] } else { &[] };
        Name { words: first_words(bytes, quoted), tail }
    }
}

/// Remembers names, or pairs of them. Lives as long as one chunk.
pub(super) struct NameTable<Id> {
    /// 1 + the place among `entries`, or 0. `2^slot_bits` of them, at least twice the entries.
    slots: Vec<u32>,
    slot_bits: u32,
    entries: Vec<Entry<Id>>,
}

struct Entry<Id> {
    names: [Words; 2],
    has_tails: bool,
    id: Id,
    hash: u64,
    tails: [Box<[u8]>; 2],
}

impl<Id: Copy> NameTable<Id> {
    /// Remembers nothing yet.
    pub(super) fn new() -> NameTable<Id> {
        NameTable { slots: vec![0; 1 << FIRST_SLOT_BITS], slot_bits: FIRST_SLOT_BITS, entries: Vec::new() }
    }

    /// What a pair of names was called.
    #[inline(always)]
    pub(super) fn find(&self, first: Name<'_>, second: Name<'_>) -> Option<Id> {
        let mut slot = self.slot(hash(&first, &second));
        loop {
            let entry = self.entries.get((*self.slots.get(slot)? as usize).wrapping_sub(1))?;
            if entry.is(&first, &second) {
                return Some(entry.id);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Remembers what a pair of names that is not yet known is called.
    pub(super) fn insert(&mut self, first: Name<'_>, second: Name<'_>, id: Id) {
        if (self.entries.len() + 1) * 2 > self.slots.len() {
            self.slot_bits += 1;
            self.slots = vec![0; 1 << self.slot_bits];
            (0..self.entries.len()).for_each(|place| self.take_slot(place));
        }
        let tails = [first.tail.into(), second.tail.into()];
        let has_tails = first.has_tail() || second.has_tail();
        let hash = hash(&first, &second);
        self.entries.push(Entry { names: [first.words, second.words], has_tails, id, hash, tails });
        self.take_slot(self.entries.len() - 1);
    }

    fn take_slot(&mut self, place: usize) {
        let mut slot = self.slot(self.entries[place].hash);
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = place as u32 + 1;
    }

    /// By the uppermost bits, the only ones of products that all bits of the names are in.
    #[inline(always)]
    fn slot(&self, hash: u64) -> usize {
        (hash >> (64 - self.slot_bits)) as usize
    }
}

impl Name<'_> {
    #[inline(always)]
    fn has_tail(&self) -> bool {
        !self.tail.is_empty()
    }
}

impl<Id> Entry<Id> {
    #[inline(always)]
    fn is(&self, first: &Name<'_>, second: &Name<'_>) -> bool {
        let differ = |left: &Words, right: &Words| {
            [0, 1, 2, 3].into_iter().fold(0, |bits, at: usize| bits | (left[at] ^ right[at]))
        };
        if differ(&self.names[0], &first.words) | differ(&self.names[1], &second.words) != 0 {
            return false;
        }
        !(self.has_tails || first.has_tail() || second.has_tail()) || self.has(first.tail, second.tail)
    }

    #[inline(never)]
    fn has(&self, first: &[u8], second: &[u8]) -> bool {
        *self.tails[0] == *first && *self.tails[1] == *second
    }
}

#[inline(always)]
fn hash(first: &Name<'_>, second: &Name<'_>) -> u64 {
    let products = (
        folded(&first.words).wrapping_mul(MULTIPLIERS[0]),
        folded(&second.words).wrapping_mul(MULTIPLIERS[1]),
    );
    let hash = products.0.wrapping_add(products.1);
    if first.has_tail() || second.has_tail() { with_tails(hash, first.tail, second.tail) } else { hash }
}

#[inline(never)]
fn with_tails(hash: u64, first: &[u8], second: &[u8]) -> u64 {
    first
        .iter()
        .chain(second)
        .fold(hash, |hash, &byte| (hash.rotate_left(29) ^ u64::from(byte)).wrapping_mul(MULTIPLIERS[0]))
}

#[inline(always)]
fn folded(words: &Words) -> u64 {
    words[0] ^ words[1].rotate_left(19) ^ words[2].rotate_left(37) ^ words[3].rotate_left(53)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn name(text: &str) -> Vec<u8> {
        format!("{text}\" and what follows").into_bytes()
    }

    proptest! {
        #[test]
        fn names_are_found_by_all_of_their_bytes(
            pairs in prop::collection::vec(("[ab]{0,3}|[ab]{30,34}|[a-z]{0,70}", "[ab]{0,2}|[ab]{62,65}"), 0..200),
        ) {
            let mut table = NameTable::new();
            let mut known = HashMap::new();
            for (first, second) in pairs {
                let (written, other) = (name(&first), name(&second));
                let names = (Name::at_start(&written, first.len()), Name::at_start(&other, second.len()));
                let id = known.len();
                let expected = known.get(&(first.clone(), second.clone())).copied();
                prop_assert_eq!(table.find(names.0, names.1), expected);
                if expected.is_none() {
                    table.insert(names.0, names.1, id);
                    known.insert((first, second), id);
                }
            }
            for ((first, second), id) in known {
                let (written, other) = (name(&first), name(&second));
                let names = (Name::at_start(&written, first.len()), Name::at_start(&other, second.len()));
                prop_assert_eq!(table.find(names.0, names.1), Some(id));
            }
        }
    }
}
