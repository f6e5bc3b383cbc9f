//! Bytes of a text, eight at a time, the first the lowest; 0 where the text has none.

use crate::masks::BLOCK_BYTES;

/// How many words in a row are read at most.
pub(crate) const MOST_WORDS: usize = 4;

const WORD_BYTES: usize = 8;

const WINDOW_BYTES: usize = WORD_BYTES + BLOCK_BYTES + MOST_WORDS * WORD_BYTES;

/// A text that gives words.
pub(crate) trait Words<'a>: Copy {
    /// So many words from `at` on.
    fn words<const N: usize>(self, at: usize) -> [u64; N];

    /// The word that ends before `at`.
    fn word_before(self, at: usize) -> u64;

    /// The bytes from `start` to `end`, if they are in reach.
    fn slice(self, start: usize, end: usize) -> Option<&'a [u8]>;
}

/// 64 bytes of a text, with all that is asked for around them in reach. Only positions within the 64 may be asked for:
/// that spares looking where the text starts and ends.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a>(&'a [u8; WINDOW_BYTES]);

impl<'a> Window<'a> {
    /// The window whose first byte is at `at`; `None` if the text starts or ends too close to it.
    #[inline(always)]
    pub(crate) fn at(text: &'a [u8], at: usize) -> Option<Window<'a>> {
        text.get(at.checked_sub(WORD_BYTES)?..)?.first_chunk().map(Window)
    }

    /// Its 64 bytes.
    #[inline(always)]
    pub(crate) fn block(self) -> &'a [u8; BLOCK_BYTES] {
        self.0[WORD_BYTES..].first_chunk().unwrap_or(&[0; BLOCK_BYTES])
    }
}

impl<'a> Words<'a> for Window<'a> {
    #[inline(always)]
    fn words<const N: usize>(self, at: usize) -> [u64; N] {
        const { assert!(N <= MOST_WORDS) };
        let first = WORD_BYTES + at % BLOCK_BYTES;
        let mut words = [0; N];
        for (index, word) in words.iter_mut().enumerate() {
            let rest = &self.0[first + WORD_BYTES * index..];
            *word = rest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        }
        words
    }

    #[inline(always)]
    fn word_before(self, at: usize) -> u64 {
        self.0[at % BLOCK_BYTES..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    #[inline(always)]
    fn slice(self, start: usize, end: usize) -> Option<&'a [u8]> {
        self.0[WORD_BYTES..].get(start..end)
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
    fn word_before(self, at: usize) -> u64 {
        let before = self.get(..at).unwrap_or(self);
        before.last_chunk().map_or_else(|| first_word(before), |bytes| u64::from_le_bytes(*bytes))
    }

    #[inline(always)]
    fn slice(self, start: usize, end: usize) -> Option<&'a [u8]> {
        self.get(start..end)
    }
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
        let text: Vec<u8> = (0..WINDOW_BYTES as u8).collect();
        let window = Window::at(&text, WORD_BYTES).unwrap();
        let text = &text[..];
        assert_eq!(window.block(), &text[WORD_BYTES..WORD_BYTES + BLOCK_BYTES]);
        for at in 0..BLOCK_BYTES {
            let in_text = WORD_BYTES + at;
            assert_eq!(window.words::<MOST_WORDS>(at), text.words(in_text));
            assert_eq!(window.word_before(at), text.word_before(in_text));
            assert_eq!(window.slice(at, BLOCK_BYTES), text.slice(in_text, WORD_BYTES + BLOCK_BYTES));
        }
    }

    #[test]
    fn a_window_needs_bytes_around_it() {
        let text = [0; WINDOW_BYTES];
        assert!(Window::at(&text, WORD_BYTES - 1).is_none());
        assert!(Window::at(&text, WORD_BYTES + 1).is_none());
        assert!(Window::at(&text, WINDOW_BYTES + 9).is_none());
    }

    #[test]
    fn where_a_text_has_no_bytes_are_zeros() {
        let text = &b"\x01\x02"[..];
        assert_eq!(text.words(1), [2, 0]);
        assert_eq!(text.words(7), [0]);
        assert_eq!(text.word_before(1), 1 << 56);
        assert_eq!(text.word_before(0), 0);
    }
}
