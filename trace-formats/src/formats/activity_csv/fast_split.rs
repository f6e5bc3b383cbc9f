//! Where the fields of a row without quotes start, by masks of 64 bytes.
//!
//! `starts` has a place for the start of each field, the first being 0, and one for where another would start behind the
//! last: behind the line end, or behind the CR of one that is CRLF.

use crate::decoder::MAX_RECORD_BYTES;
use crate::formats::activity_text::words::Window;
use crate::masks::{BLOCK_BYTES, Block, Masks};

/// A row that ends within a window.
#[derive(Clone, Copy)]
pub(super) struct ShortRow<'a> {
    pub(super) window: Window<'a>,
    /// Its length with the line end.
    pub(super) length: usize,
    /// The commas of the window's first block.
    commas: u64,
}

impl<'a> ShortRow<'a> {
    /// The row that starts at `at`; `None` if it does not end within a window.
    #[inline(always)]
    pub(super) fn find<M: Masks>(text: &'a [u8], at: usize) -> Option<ShortRow<'a>> {
        let window = Window::at(text, at)?;
        let block = M::new(window.block(0));
        let (commas, line_ends) = (block.equal_to(b','), block.equal_to(b'\n'));
        if line_ends != 0 {
            let length = line_ends.trailing_zeros() as usize + 1;
            return Some(ShortRow { window, length, commas: before_first(commas, line_ends) });
        }
        let line_ends = M::new(window.block(1)).equal_to(b'\n');
        if line_ends == 0 {
            return None;
        }
        Some(ShortRow { window, length: BLOCK_BYTES + line_ends.trailing_zeros() as usize + 1, commas })
    }

    /// Says where its fields start; `None` if there are not as many.
    #[inline(always)]
    pub(super) fn split<M: Masks>(self, starts: &mut [usize]) -> Option<()> {
        let ShortRow { window, length, commas } = self;
        if length <= BLOCK_BYTES {
            starts_by(commas, starts)?;
        } else {
            let block = M::new(window.block(1));
            let more = before_first(block.equal_to(b','), block.equal_to(b'\n'));
            starts_by(u128::from(commas) | u128::from(more) << BLOCK_BYTES, starts)?;
        }
        let [before_line_end] = window.bytes(length.wrapping_sub(2));
        *starts.last_mut()? = length - usize::from(*before_line_end == b'\r');
        Some(())
    }
}

/// The bits before the first of others.
#[inline(always)]
fn before_first(bits: u64, others: u64) -> u64 {
    bits & (others ^ others.wrapping_sub(1))
}

/// All starts but the first and the last, if there is one behind each comma.
#[inline(always)]
fn starts_by<B: Bits>(mut commas: B, starts: &mut [usize]) -> Option<()> {
    let (_, starts) = starts.split_first_mut()?;
    let (_, starts) = starts.split_last_mut()?;
    let mut is_missing = false;
    for next in starts {
        is_missing = commas.is_empty();
        *next = commas.first() + 1;
        commas = commas.without_first();
    }
    (!is_missing && commas.is_empty()).then_some(())
}

/// A bit for each byte of a window, or of its first block.
trait Bits: Copy {
    fn is_empty(self) -> bool;
    /// How many there are if there is none.
    fn first(self) -> usize;
    fn without_first(self) -> Self;
}

macro_rules! bits {
    ($($integer:ty),*) => {$(
        impl Bits for $integer {
            #[inline(always)]
            fn is_empty(self) -> bool {
                self == 0
            }

            #[inline(always)]
            fn first(self) -> usize {
                self.trailing_zeros() as usize
            }

            #[inline(always)]
            fn without_first(self) -> Self {
                self & self.wrapping_sub(1)
            }
        }
    )*};
}

bits!(u64, u128);

/// Says where the fields of a row of any length start. Returns its length with the line end; `None` if it has none, or
/// another number of fields.
pub(super) fn split(text: &[u8], starts: &mut [usize]) -> Option<usize> {
    let (mut at, mut fields) = (0, 1);
    let last = starts.len() - 1;
    while at < text.len().min(MAX_RECORD_BYTES) {
        let rest = &text[at..];
        let block = rest.first_chunk().map_or_else(|| Block::padded(rest), Block::new);
        let line_ends = block.equal_to(b'\n');
        let in_row = line_ends ^ line_ends.wrapping_sub(1);
        let mut commas = block.equal_to(b',') & in_row;
        while commas != 0 {
            if fields == last {
                return None;
            }
            starts[fields] = at + commas.trailing_zeros() as usize + 1;
            fields += 1;
            commas &= commas - 1;
        }
        if line_ends != 0 {
            let length = at + line_ends.trailing_zeros() as usize + 1;
            starts[last] = length;
            if text.get(length.wrapping_sub(2)) == Some(&b'\r') {
                starts[last] -= 1;
            }
            return (fields == last && length <= MAX_RECORD_BYTES).then_some(length);
        }
        at += BLOCK_BYTES;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::{MaskWork, with_best_masks};

    /// What a short row is found to be: its length and its starts.
    struct Short<'a> {
        text: &'a [u8],
        fields: usize,
    }

    impl MaskWork for Short<'_> {
        type Output = Option<(usize, Vec<usize>)>;

        #[inline(always)]
        fn run<M: Masks>(self) -> Self::Output {
            let row = ShortRow::find::<M>(self.text, 0)?;
            let mut starts = vec![0; self.fields + 1];
            row.split::<M>(&mut starts)?;
            Some((row.length, starts))
        }
    }

    fn any(text: &[u8], fields: usize) -> Option<(usize, Vec<usize>)> {
        let mut starts = vec![0; fields + 1];
        let length = split(text, &mut starts)?;
        Some((length, starts))
    }

    #[test]
    fn a_row_that_ends_within_two_blocks_is_split_as_any_row_is() {
        let behind = "1,2,a,b,3\n".repeat(20);
        for line_end in ["\n", "\r\n"] {
            for long_field in 0..5 {
                for length in 10..=140 {
                    let mut fields = ["1", "22", "333", "", ""].map(str::to_owned);
                    let others = 10 + line_end.len();
                    fields[long_field].push_str(&"x".repeat(length.max(others) - others));
                    let row = fields.join(",") + line_end;
                    let text = row.clone() + &behind;
                    for fields in 4..=6 {
                        let (found, same) = (any(text.as_bytes(), fields), fields == 5);
                        assert_eq!(found.is_some(), same);
                        let expected = found.filter(|_| row.len() <= 2 * BLOCK_BYTES);
                        let text = text.as_bytes();
                        assert_eq!(Short { text, fields }.run::<Block>(), expected, "{row:?}");
                        assert_eq!(with_best_masks(Short { text, fields }), expected, "{row:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_without_a_line_end_is_not_split() {
        let text = "1,2,a,b,".to_owned() + &"3".repeat(300);
        assert_eq!(any(text.as_bytes(), 5), None);
        assert_eq!(with_best_masks(Short { text: text.as_bytes(), fields: 5 }), None);
    }
}
