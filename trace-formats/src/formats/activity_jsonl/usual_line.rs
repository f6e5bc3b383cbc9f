//! Lines whose values come in the order in which most programs write them.
//!
//! Where such a line ends is found before it is read, and where its values stand is told by its first and its last commas:
//! nothing waits for a value to be read, and a processor reads several lines at a time. What stands between the commas is
//! compared with all that the line must be, from its first byte to its last.

use super::line_window::{LineWindow, REACH};
use super::name_table::Name;
use super::shape::{Literal, Value};
use crate::masks::{BLOCK_BYTES, Masks};

/// A shape of lines with `start` and `end`, or `cycle`; names that follow one another; `count`; and perhaps another name.
pub(super) struct UsualShape {
    opening: Literal,
    /// Nothing where there is `cycle`.
    after_start: Literal,
    before_names: Literal,
    after_names: Literal,
    after_count: Literal,
    /// Nothing where no name is last.
    after_last_name: Literal,
    /// No line of the shape is shorter.
    least_length: usize,
    pub(super) order: Order,
}

/// The order of the values.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Order {
    pub(super) has_cycle: bool,
    pub(super) has_last_name: bool,
}

/// A line whose end is known, and nothing else.
#[derive(Clone, Copy)]
pub(super) struct MeasuredLine<'a> {
    window: LineWindow<'a>,
    /// With the line end.
    pub(super) length: usize,
}

/// What a line says: start, end and count, which are yet to be checked, and its names.
pub(super) struct UsualLine<'a> {
    pub(super) numbers: [i64; 3],
    pub(super) names: [Name<'a>; 2],
}

impl UsualShape {
    /// The shape of these values, of what stands before the first, and of what stands after each.
    pub(super) fn of(values: &[Value], opening: Literal, after: &[Literal]) -> Option<UsualShape> {
        use Value::{Count, Cycle, End, Names, Start};
        let (
            has_cycle,
            has_last_name,
            [after_start, before_names, after_names, after_count, after_last_name],
        ) = match (values, after) {
            ([Start, End, Names(_), Count], &[a, b, c, d]) => (false, false, [a, b, c, d, Literal::NONE]),
            ([Start, End, Names(_), Count, Names(_)], &[a, b, c, d, e]) => (false, true, [a, b, c, d, e]),
            ([Cycle, Names(_), Count], &[b, c, d]) => (true, false, [Literal::NONE, b, c, d, Literal::NONE]),
            ([Cycle, Names(_), Count, Names(_)], &[b, c, d, e]) => (true, true, [Literal::NONE, b, c, d, e]),
            _ => return None,
        };
        let literals = [opening, after_start, before_names, after_names, after_count, after_last_name];
        let numbers = if has_cycle { 2 } else { 3 };
        let least_length = literals.iter().map(|literal| literal.length).sum::<usize>() + numbers;
        let order = Order { has_cycle, has_last_name };
        Some(UsualShape {
            opening,
            after_start,
            before_names,
            after_names,
            after_count,
            after_last_name,
            least_length,
            order,
        })
    }

    /// The line at `at`, if it is of this shape; `None` if no end of it is in reach.
    #[inline(always)]
    pub(super) fn measure<'a, M: Masks>(&self, text: &'a [u8], at: usize) -> Option<MeasuredLine<'a>> {
        let window = LineWindow::at(text, at)?;
        let mut from = self.least_length - 1;
        while from <= REACH - BLOCK_BYTES {
            let line_ends = M::new(window.block(from)).equal_to(b'\n');
            if line_ends != 0 {
                return Some(MeasuredLine { window, length: from + line_ends.trailing_zeros() as usize + 1 });
            }
            from += BLOCK_BYTES;
        }
        None
    }

    /// Reads a line, if it is of this shape, whose order is given as constants.
    #[inline(always)]
    pub(super) fn read<'a, M: Masks, const CYCLE: bool, const LAST_NAME: bool>(
        &self,
        line: MeasuredLine<'a>,
    ) -> Option<UsualLine<'a>> {
        let MeasuredLine { window, length } = line;
        // Lengths are checked when all is known: where commas are missing, positions wrap around until then.
        let commas = M::new(window.block(0)).equal_to(b',');
        let (first_comma, second_comma) =
            (commas.trailing_zeros(), (commas & commas.wrapping_sub(1)).trailing_zeros());
        let start_at = self.opening.length;
        let (start_end, end_at, end_end) = if CYCLE {
            let end = self.before_names.start_by_comma(first_comma as usize);
            (end, start_at, end)
        } else {
            let start_end = self.after_start.start_by_comma(first_comma as usize);
            let end_end = self.before_names.start_by_comma(second_comma as usize);
            (start_end, start_end.wrapping_add(self.after_start.length), end_end)
        };
        let names_at = end_end.wrapping_add(self.before_names.length);

        let mut commas = last_commas::<M>(line);
        let last_comma = |commas: u64| length.wrapping_sub(1 + commas.leading_zeros() as usize);
        let last = if LAST_NAME { &self.after_last_name } else { &self.after_count };
        let values_end = length.wrapping_sub(last.length);
        let (count_end, last_name_at) = if LAST_NAME {
            let count_end = self.after_count.start_by_comma(last_comma(commas));
            commas &= !(1_u64 << 63).wrapping_shr(commas.leading_zeros());
            (count_end, count_end.wrapping_add(self.after_count.length))
        } else {
            (values_end, values_end)
        };
        let names_end = self.after_names.start_by_comma(last_comma(commas));
        let count_at = names_end.wrapping_add(self.after_names.length);

        let mut differ = self.opening.differ::<M>(window, 0)
            | self.before_names.differ::<M>(window, end_end)
            | self.after_names.differ::<M>(window, names_end)
            | self.after_count.differ::<M>(window, count_end);
        if !CYCLE {
            differ |= self.after_start.differ::<M>(window, start_end);
        }
        if LAST_NAME {
            differ |= self.after_last_name.differ::<M>(window, values_end);
        }
        let (names_length, last_name_length) =
            (names_end.wrapping_sub(names_at), values_end.wrapping_sub(last_name_at));
        if differ != 0 || (names_length | last_name_length) >= BLOCK_BYTES {
            return None;
        }
        let texts = [start_at, end_at, count_at].map(|at| window.digits(at));
        let lengths = [start_end, end_end, count_end];
        let lengths = [
            lengths[0].wrapping_sub(start_at),
            lengths[1].wrapping_sub(end_at),
            lengths[2].wrapping_sub(count_at),
        ];
        let [start, end, count] = M::wholes(texts, lengths)?.map(|number| number as i64);
        let end = if CYCLE { start + 1 } else { end };
        let names = Name::in_block(window.block(names_at), names_length);
        let last_name =
            if LAST_NAME { Name::in_block(window.block(last_name_at), last_name_length) } else { Name::NONE };
        Some(UsualLine { numbers: [start, end, count], names: [names, last_name] })
    }
}

/// The commas of a line's last 64 bytes, the last of all being the uppermost.
#[inline(always)]
fn last_commas<M: Masks>(MeasuredLine { window, length }: MeasuredLine<'_>) -> u64 {
    let at = length.saturating_sub(BLOCK_BYTES);
    M::new(window.block(at)).equal_to(b',') << (BLOCK_BYTES - (length - at)) as u32
}
