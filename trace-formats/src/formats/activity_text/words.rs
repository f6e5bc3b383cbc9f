//! Bytes of a text, eight at a time, the first the lowest; 0 where the text has none.

use crate::masks::BLOCK_BYTES;

/// How many words in a row are read at most.
pub(crate) const MOST_WORDS: usize = 4;

const WORD_BYTES: usize = 8;

/// How many bytes of a window may be asked for.
pub(crate) const REACH_BYTES: usize = 2 * BLOCK_BYTES;

const WINDOW_BYTES: usize = REACH_BYTES + MOST_WORDS * WORD_BYTES;

/// A text that gives words.
pub(crate) trait Words<'a>: Copy {
    /// So many words from `at` on.
    fn words<const N: usize>(self, at: usize) -> [u64; N];

    /// The bytes from `start` to `end`, if they are in reach.
    fn slice(self, start: usize, end: usize) -> Option<&'a [u8]>;
}

/// Two blocks of a text, with all that is asked for behind them in reach. Only positions within the blocks may be asked
/// for: that spares looking where the text ends.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a>(&'a [u8; WINDOW_BYTES]);

impl<'a> Window<'a> {
    /// The window whose first byte is at `at`; `None` if the text ends too close to it.
    #[inline(always)]
    pub(crate) fn at(text: &'a [u8], at: usize) -> Option<Window<'a>> {
        text.get(at..at.wrapping_add(WINDOW_BYTES))?.first_chunk().map(Window)
    }

    /// One of its two blocks.
    #[inline(always)]
    pub(crate) fn block(self, number: usize) -> &'a [u8; BLOCK_BYTES] {
        &self.0.as_chunks().0[number]
    }

    /// So many bytes from `at` on.
    #[inline(always)]
    pub(crate) fn bytes<const N: usize>(self, at: usize) -> &'a [u8; N] {
        const { assert!(N <= MOST_WORDS * WORD_BYTES) };
        self.0[at % REACH_BYTES..].first_chunk().unwrap_or(&[0; N])
    }
}

impl<'a> Words<'a> for Window<'a> {
    #[inline(always)]
    fn words<const N: usize>(self, at: usize) -> [u64; N] {
        const { assert!(N <= MOST_WORDS) };
        let first = at % REACH_BYTES;
        let mut words = [0; N];
        for (index, word) in words.iter_mut().enumerate() {
            let rest = &self.0[first + WORD_BYTES * index..];
            *word = rest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        }
        words
    }

    #[inline(always)]
    fn slice(self, start: usize, end: usize) -> Option<&'a [u8]> {
        self.0.get(start..end)
    }
}

impl<'a> Words<'a> for &'a [u8] {
    #[inline(always)]
    fn words<const N: usize>(self, at: usize) -> [u64; N] {
        let mut words = [0; N];
        for (index, word) in words.iter_mut().enumerate() {
            let rest = self.get(at + WORD_BYTES * index..).unwrap_or(&[]);
            *word = rest.first_chunk().map_or_else(|| last_word(rest), |bytes| u64::from_le_bytes(*bytes));
        }
        words
    }

    #[inline(always)]
    fn slice(self, start: usize, end: usize) -> Option<&'a [u8]> {
        self.get(start..end)
    }
}

/// The word of a text that ends before `at`.
#[inline(always)]
pub(crate) fn word_before(text: &[u8], at: usize) -> u64 {
    let before = text.get(..at).unwrap_or(text);
    before.last_chunk().map_or_else(|| first_word(before), |bytes| u64::from_le_bytes(*bytes))
}

#[cold]
fn last_word(rest: &[u8]) -> u64 {
    let mut word = [0; WORD_BYTES];
    word[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(word)
}

#[cold]
fn first_word(before: &[u8]) -> u64 {
    let mut word = [0; WORD_BYTES];
    word[WORD_BYTES - before.len()..].copy_from_slice(before);
    u64::from_le_bytes(word)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_window_and_its_text_give_the_same_words() {
        let text: Vec<u8> = (0..=WINDOW_BYTES as u8).collect();
        let window = Window::at(&text, 1).unwrap();
        let text = &text[1..];
        assert_eq!([*window.block(0), *window.block(1)].concat(), &text[..REACH_BYTES]);
        for at in 0..REACH_BYTES {
            assert_eq!(window.words::<MOST_WORDS>(at), text.words(at));
            assert_eq!(window.bytes::<16>(at), &text[at..at + 16]);
            assert_eq!(window.slice(at, REACH_BYTES), text.slice(at, REACH_BYTES));
        }
    }

    #[test]
    fn a_window_needs_bytes_behind_it() {
        let text = [0; WINDOW_BYTES];
        assert!(Window::at(&text, 0).is_some());
        assert!(Window::at(&text, 1).is_none());
        assert!(Window::at(&text, WINDOW_BYTES + 1).is_none());
    }

    #[test]
    fn where_a_text_has_no_bytes_are_zeros() {
        let text = &b"\x01\x02"[..];
        assert_eq!(text.words(1), [2, 0]);
        assert_eq!(text.words(7), [0]);
        assert_eq!(word_before(text, 1), 1 << 56);
        assert_eq!(word_before(text, 0), 0);
    }
}
