//! Where the fields of a row without quotes start, by masks of 64 bytes.
//!
//! `starts` has a place for the start of each field, the first being 0, and one for where another would start behind the
//! last.

use crate::decoder::MAX_RECORD_BYTES;
use crate::formats::activity_text::words::Window;
use crate::masks::{BLOCK_BYTES, Block, Masks};

/// Splits a row that ends within a block. Returns its length with the line end; `None` if it does not end there or
/// has another number of fields.
#[inline(always)]
pub(super) fn split_short<M: Masks>(text: Window<'_>, starts: &mut [usize]) -> Option<usize> {
    let bytes = text.block();
    let block = M::new(bytes);
    let line_ends = block.equal_to(b'\n');
    let in_row = line_ends ^ line_ends.wrapping_sub(1);
    let mut separators = (block.equal_to(b',') | line_ends) & in_row;
    let mut start = 0;
    for next in &mut starts[1..] {
        start = separators.trailing_zeros() as usize + 1;
        *next = start;
        separators &= separators.wrapping_sub(1);
    }
    // As many separators as columns, of which the last is the line end.
    let length = line_ends.trailing_zeros() as usize + 1;
    if separators != 0 || line_ends == 0 || start != length {
        return None;
    }
    leave_out_carriage_return(bytes, starts);
    Some(length)
}

/// Splits a row of any length. Returns what [`split_short`] does.
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
            leave_out_carriage_return(text, starts);
            return (fields == last && length <= MAX_RECORD_BYTES).then_some(length);
        }
        at += BLOCK_BYTES;
    }
    None
}

/// Ends the last field before the CR of a line that ends with CRLF.
#[inline(always)]
fn leave_out_carriage_return(text: &[u8], starts: &mut [usize]) {
    if let Some(end) = starts.last_mut()
        && text.get(end.wrapping_sub(2)) == Some(&b'\r')
    {
        *end -= 1;
    }
}
