//! The bytes of a line and behind it, with all that is asked for in reach.

use crate::masks::{BLOCK_BYTES, HALF_BYTES, MAX_DIGITS};

/// The most bytes of a line that is read in a window.
pub(super) const REACH: usize = 256;

/// The bytes from the start of a line on. Only positions within reach may be asked for: that spares looking where the
/// text ends.
#[derive(Clone, Copy)]
pub(super) struct LineWindow<'a>(&'a [u8; REACH + BLOCK_BYTES]);

impl<'a> LineWindow<'a> {
    /// That of no line.
    pub(super) const EMPTY: LineWindow<'static> = LineWindow(&[0; REACH + BLOCK_BYTES]);

    /// The window of the line at `at`; `None` if the text ends too close to it.
    #[inline(always)]
    pub(super) fn at(text: &'a [u8], at: usize) -> Option<LineWindow<'a>> {
        text.get(at..at.wrapping_add(REACH + BLOCK_BYTES))?.first_chunk().map(LineWindow)
    }

    /// The 64 bytes from `at` on.
    #[inline(always)]
    pub(super) fn block(self, at: usize) -> &'a [u8; BLOCK_BYTES] {
        self.0[at % REACH..].first_chunk().unwrap_or(&[0; BLOCK_BYTES])
    }

    /// The 32 bytes from `at` on.
    #[inline(always)]
    pub(super) fn half(self, at: usize) -> &'a [u8; HALF_BYTES] {
        self.0[at % REACH..].first_chunk().unwrap_or(&[0; HALF_BYTES])
    }

    /// The 16 bytes from `at` on.
    #[inline(always)]
    pub(super) fn digits(self, at: usize) -> &'a [u8; MAX_DIGITS] {
        self.0[at % REACH..].first_chunk().unwrap_or(&[0; MAX_DIGITS])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_window_and_its_text_give_the_same_bytes() {
        let text: Vec<u8> = (0..REACH + BLOCK_BYTES + 1).map(|at| (at * 7 % 251) as u8).collect();
        let window = LineWindow::at(&text, 1).unwrap();
        let text = &text[1..];
        for at in 0..REACH {
            assert_eq!(window.block(at)[..], text[at..at + BLOCK_BYTES]);
            assert_eq!(window.half(at)[..], text[at..at + HALF_BYTES]);
            assert_eq!(window.digits(at)[..], text[at..at + MAX_DIGITS]);
        }
        assert!(LineWindow::at(text, 1).is_none());
    }
}
