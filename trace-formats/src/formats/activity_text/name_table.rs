//! Names by their bytes, found at the price of a few words compared.

use rustc_hash::FxHashMap;

use super::words::{MOST_WORDS, Words};

/// The most bytes of a name that is found by its words.
const SHORT_BYTES: usize = 8 * MOST_WORDS;

/// Room for more names than a trace has channels, mostly, so that each has a slot of its own.
const SLOTS: usize = 1 << SLOT_BITS;

const SLOT_BITS: u32 = 8;

/// Finds what a name that was put in stands for. Lives as long as one chunk.
pub(crate) struct NameTable<Id> {
    /// The first short name of each hash.
    slots: Box<[Slot<Id>; SLOTS]>,
    /// All other names.
    others: FxHashMap<Box<[u8]>, Id>,
    /// The short name that was found last by [`NameTable::get_again`].
    last: Slot<Id>,
}

/// A cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Slot<Id> {
    words: [u64; MOST_WORDS],
    /// 0 if the slot is free.
    length: usize,
    id: Option<Id>,
}

/// Ones where a short name has bytes, from so many bytes on as it lacks.
const PRESENT: [u8; 2 * SHORT_BYTES] = {
    let mut mask = [0; 2 * SHORT_BYTES];
    let mut at = 0;
    while at < SHORT_BYTES {
        mask[at] = 0xff;
        at += 1;
    }
    mask
};

impl<Id: Copy> NameTable<Id> {
    /// A table without names.
    pub(crate) fn new() -> NameTable<Id> {
        let free = Slot { words: [0; MOST_WORDS], length: 0, id: None };
        NameTable { slots: Box::new([free; SLOTS]), others: FxHashMap::default(), last: free }
    }

    /// What the name from `start` to `end` stands for, if it was put in.
    #[inline(always)]
    pub(crate) fn get<'a>(&self, text: impl Words<'a>, start: usize, end: usize) -> Option<Id> {
        let length = end.wrapping_sub(start);
        if length <= SHORT_BYTES {
            let words = present_words(text, start, length);
            let slot = &self.slots[hash(&words)];
            if slot.words == words && slot.length == length {
                return slot.id;
            }
        }
        self.get_other(text.slice(start, end)?)
    }

    /// What [`NameTable::get`] returns, sooner if the name is that of the call before.
    #[inline(always)]
    pub(crate) fn get_again<'a>(&mut self, text: impl Words<'a>, start: usize, end: usize) -> Option<Id> {
        let length = end.wrapping_sub(start);
        if length <= SHORT_BYTES {
            let words = present_words(text, start, length);
            if self.last.words == words && self.last.length == length {
                return self.last.id;
            }
            let id = self.get(text, start, end)?;
            self.last = Slot { words, length, id: Some(id) };
            return Some(id);
        }
        self.get_other(text.slice(start, end)?)
    }

    #[inline(never)]
    fn get_other(&self, name: &[u8]) -> Option<Id> {
        self.others.get(name).copied()
    }

    /// Says what a name stands for that was not found. It must not be empty.
    pub(crate) fn put(&mut self, name: &[u8], id: Id) {
        if name.len() <= SHORT_BYTES {
            let words = present_words(name, 0, name.len());
            let slot = &mut self.slots[hash(&words)];
            if slot.length == 0 {
                *slot = Slot { words, length: name.len(), id: Some(id) };
                return;
            }
        }
        self.others.insert(name.into(), id);
    }
}

/// The words of a short name, 0 where it has no bytes.
#[inline(always)]
fn present_words<'a>(text: impl Words<'a>, start: usize, length: usize) -> [u64; MOST_WORDS] {
    let mut words = text.words(start);
    let masks: [u64; MOST_WORDS] = (&PRESENT[..]).words(SHORT_BYTES - length);
    for (word, mask) in words.iter_mut().zip(masks) {
        *word &= mask;
    }
    words
}

/// The slot of a name.
#[inline(always)]
fn hash(words: &[u64; MOST_WORDS]) -> usize {
    let sum = words.iter().fold(0, |sum: u64, word| sum.wrapping_add(*word));
    // The uppermost bits depend on all.
    (sum.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - SLOT_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn get(table: &NameTable<usize>, name: &str) -> Option<usize> {
        table.get(name.as_bytes(), 0, name.len())
    }

    #[test]
    fn names_whose_hashes_collide_are_told_apart() {
        let names: Vec<String> = (0..50_000).map(|number| format!("pe{number},mac")).collect();
        let slot = |name: &str| hash(&present_words(name.as_bytes(), 0, name.len()));
        let colliding: Vec<&String> = names.iter().filter(|name| slot(name) == slot(&names[0])).collect();
        assert!(colliding.len() > 100);
        let mut table = NameTable::new();
        for (id, name) in colliding.iter().enumerate() {
            assert_eq!(get(&table, name), None);
            table.put(name.as_bytes(), id);
        }
        for (id, name) in colliding.iter().enumerate() {
            assert_eq!(get(&table, name), Some(id));
        }
    }

    #[test]
    fn a_name_is_neither_its_start_nor_itself_with_zeros_behind() {
        let mut table = NameTable::new();
        let long = "a".repeat(40);
        table.put(b"pe\0", 0);
        table.put(long.as_bytes(), 1);
        assert_eq!(get(&table, "pe"), None);
        assert_eq!(get(&table, ""), None);
        assert_eq!(get(&table, &long[..39]), None);
        assert_eq!(get(&table, &long[..32]), None);
        assert_eq!(get(&table, &long), Some(1));
    }

    proptest! {
        #[test]
        fn a_table_finds_what_a_map_finds(
            names in prop::collection::vec("[ab\0]{1,6}|[ab]{30,36}", 1..200), around in "[a-z]{0,3}",
        ) {
            let mut table = NameTable::new();
            let mut map = std::collections::HashMap::new();
            for (id, name) in names.iter().enumerate() {
                let text = format!("{around}{name}{around}");
                let found = table.get(text.as_bytes(), around.len(), around.len() + name.len());
                prop_assert_eq!(found, map.get(name).copied());
                let mut again = || table.get_again(text.as_bytes(), around.len(), around.len() + name.len());
                prop_assert_eq!([again(), again()], [found; 2]);
                if found.is_none() {
                    table.put(name.as_bytes(), id);
                    map.insert(name.clone(), id);
                }
            }
        }
    }
}
