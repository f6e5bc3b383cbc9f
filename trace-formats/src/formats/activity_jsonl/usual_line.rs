//! Lines whose values come in the order in which most programs write them.
//!
//! Where such a line ends is found before it is read, and where its values stand is told by its first and its last commas:
//! nothing waits for a value to be read, and a processor reads several lines at a time. What stands between the commas is
//! compared with all that the line must be, from its first byte to its last.

use super::line_window::{LineWindow, REACH};
use super::name_table::Name;
use super::shape::{Literal, Value};
use crate::masks::{BLOCK_BYTES, HALF_BYTES, Masks};

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

/// A line that is yet to be compared: where it ends, and where its values do by its commas. Where commas are missing,
/// positions wrap around until lengths are checked.
#[derive(Clone, Copy)]
pub(super) struct LocatedLine<'a> {
    window: LineWindow<'a>,
    /// With the line end.
    pub(super) length: usize,
    start_end: usize,
    end_end: usize,
    names_end: usize,
    count_end: usize,
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
        if least_length < HALF_BYTES {
            return None;
        }
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
    pub(super) fn locate<'a, M: Masks, const CYCLE: bool, const LAST_NAME: bool>(
        &self,
        text: &'a [u8],
        at: usize,
    ) -> Option<LocatedLine<'a>> {
        let window = LineWindow::at(text, at)?;
        let length = self.length::<M>(window)?;
        let commas = M::new(window.block(0)).equal_to(b',');
        let (first, second) = (commas.trailing_zeros(), (commas & commas.wrapping_sub(1)).trailing_zeros());
        let (start_end, end_end) = if CYCLE {
            let cycle_end = self.before_names.start_by_comma(first as usize);
            (cycle_end, cycle_end)
        } else {
            (
                self.after_start.start_by_comma(first as usize),
                self.before_names.start_by_comma(second as usize),
            )
        };
        let (count_end, last_comma) = if LAST_NAME {
            let commas = last_commas::<M>(window, length);
            let before_last = commas & !(1_u64 << (u64::BITS - 1)).wrapping_shr(commas.leading_zeros());
            let [last, before_last] = [commas, before_last].map(|commas| commas.leading_zeros() as usize + 1);
            (self.after_count.start_by_comma(length.wrapping_sub(last)), before_last)
        } else {
            // A count is so short that they are enough.
            let commas = M::alike(window.half(length.wrapping_sub(HALF_BYTES)), &[b','; HALF_BYTES]);
            (length.wrapping_sub(self.after_count.length), commas.leading_zeros() as usize + 1)
        };
        let names_end = self.after_names.start_by_comma(length.wrapping_sub(last_comma));
        Some(LocatedLine { window, length, start_end, end_end, names_end, count_end })
    }

    /// The length of a line, with its line end.
    #[inline(always)]
    fn length<M: Masks>(&self, window: LineWindow<'_>) -> Option<usize> {
        let mut from = self.least_length - 1;
        while from <= REACH - BLOCK_BYTES {
            let line_ends = M::new(window.block(from)).equal_to(b'\n');
            if line_ends != 0 {
                return Some(from + line_ends.trailing_zeros() as usize + 1);
            }
            from += BLOCK_BYTES;
        }
        None
    }

    /// Reads a line, if it is of this shape.
    #[inline(always)]
    pub(super) fn read<'a, M: Masks, const CYCLE: bool, const LAST_NAME: bool>(
        &self,
        line: LocatedLine<'a>,
    ) -> Option<UsualLine<'a>> {
        let LocatedLine { window, length, start_end, end_end, names_end, count_end } = line;
        let mut differ = self.opening.differ::<M>(window, 0)
            | self.before_names.differ::<M>(window, end_end)
            | self.after_names.differ::<M>(window, names_end)
            | self.after_count.differ::<M>(window, count_end);
        let start_at = self.opening.length;
        let mut end_at = start_at;
        if !CYCLE {
            differ |= self.after_start.differ::<M>(window, start_end);
            end_at = start_end.wrapping_add(self.after_start.length);
        }
        let names_at = end_end.wrapping_add(self.before_names.length);
        let names_length = names_end.wrapping_sub(names_at);
        let (mut last_name_at, mut last_name_length) = (0, 0);
        if LAST_NAME {
            let last_name_end = length.wrapping_sub(self.after_last_name.length);
            differ |= self.after_last_name.differ::<M>(window, last_name_end);
            last_name_at = count_end.wrapping_add(self.after_count.length);
            last_name_length = last_name_end.wrapping_sub(last_name_at);
        }
        if differ != 0 || (names_length | last_name_length) >= BLOCK_BYTES {
            return None;
        }
        let count_at = names_end.wrapping_add(self.after_names.length);
        let places = [(start_at, start_end), (end_at, end_end), (count_at, count_end)];
        let texts = places.map(|(at, _)| window.digits(at));
        let [start, end, count] =
            M::wholes(texts, places.map(|(at, end)| end.wrapping_sub(at)))?.map(|number| number as i64);
        let end = if CYCLE { start + 1 } else { end };
        let names = Name::in_block(window.block(names_at), names_length);
        let last_name =
            if LAST_NAME { Name::in_block(window.block(last_name_at), last_name_length) } else { Name::NONE };
        Some(UsualLine { numbers: [start, end, count], names: [names, last_name] })
    }
}

/// The commas of a line's last 64 bytes, the last of all being the uppermost.
#[inline(always)]
fn last_commas<M: Masks>(window: LineWindow<'_>, length: usize) -> u64 {
    let at = length.saturating_sub(BLOCK_BYTES);
    M::new(window.block(at)).equal_to(b',') << (BLOCK_BYTES - (length - at))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;
    use crate::formats::activity_jsonl::keys::{EventMembers, Field};
    use crate::formats::activity_jsonl::members::Members;
    use crate::formats::activity_jsonl::name_table::NameTable;
    use crate::formats::activity_jsonl::shape::{MAX_TEXTS, PlainLine, Shape};
    use crate::formats::activity_text::text::Text;
    use crate::masks::{Block, MaskWork, with_best_masks};

    fn shape_of(line: &str) -> Shape {
        let object = Text { bytes: line.as_bytes(), at: 0 }.trimmed();
        let mut members = Members::of(object).unwrap();
        let mut event = EventMembers::of(object);
        while let Some(member) = members.next().unwrap() {
            event.put(member.key_text, Field::named(&member.key).unwrap(), member.value).unwrap();
        }
        Shape::of(line.as_bytes(), 0, object.at, &event).unwrap()
    }

    /// Length, numbers and names of a line.
    struct Read<'s, 'a>(&'s UsualShape, &'a [u8]);

    impl<'a> MaskWork for Read<'_, 'a> {
        type Output = Option<(usize, UsualLine<'a>)>;

        fn run<M: Masks>(self) -> Option<(usize, UsualLine<'a>)> {
            match (self.0.order.has_cycle, self.0.order.has_last_name) {
                (false, false) => self.read::<M, false, false>(),
                (false, true) => self.read::<M, false, true>(),
                (true, false) => self.read::<M, true, false>(),
                (true, true) => self.read::<M, true, true>(),
            }
        }
    }

    impl<'a> Read<'_, 'a> {
        fn read<M: Masks, const CYCLE: bool, const LAST_NAME: bool>(&self) -> Option<(usize, UsualLine<'a>)> {
            let line = self.0.locate::<M, CYCLE, LAST_NAME>(self.1, 0)?;
            Some((line.length, self.0.read::<M, CYCLE, LAST_NAME>(line)?))
        }
    }

    type Names = NameTable<(), MAX_TEXTS>;

    /// Whether a line was read by its commas and its names are known, and then as it is read value by value. All names that
    /// are read so become known.
    fn is_read(shape: &Shape, line: &[u8], known: &mut Names) -> bool {
        let usual = shape.usual().unwrap();
        let text = [line, &[b' '; REACH + BLOCK_BYTES]].concat();
        let mut plain = PlainLine::new();
        let is_plain = shape.read::<Block>(LineWindow::at(&text, 0).unwrap(), &mut plain).is_some();
        if is_plain && known.find::<Block>(plain.names()).is_none() {
            known.insert(plain.names(), ());
        }
        let texts = 1 + usize::from(usual.order.has_last_name);
        let found = [with_best_masks(Read(&usual, &text)), Read(&usual, &text).run::<Block>()];
        let [best, twin] = found.map(|found| {
            let (length, line) = found?;
            known.find::<Block>(&line.names[..texts])?;
            Some((length, line.numbers))
        });
        assert_eq!(best, twin);
        if best.is_some() {
            assert!(is_plain, "{}", line.escape_ascii());
            assert_eq!(best, Some((plain.length(), plain.numbers())));
            assert_eq!(plain.names().len(), texts);
        }
        best.is_some()
    }

    /// What stands around the commas and colons, and which values there are.
    #[derive(Clone, Debug)]
    struct Style {
        colon: &'static str,
        comma: &'static str,
        end: &'static str,
        has_cycle: bool,
        has_region: bool,
    }

    fn style() -> impl Strategy<Value = Style> {
        let spaces = (select(vec![":", ": "]), select(vec![",", ", ", " , "]), select(vec!["\n", "\r\n"]));
        (spaces, any::<bool>(), any::<bool>()).prop_map(|((colon, comma, end), has_cycle, has_region)| {
            Style { colon, comma, end, has_cycle, has_region }
        })
    }

    fn line(style: &Style, [start, end, count]: [u64; 3], [component, action, region]: [&str; 3]) -> String {
        let Style { colon, comma, .. } = style;
        let time = if style.has_cycle {
            format!("\"cycle\"{colon}{start}")
        } else {
            format!("\"start\"{colon}{start}{comma}\"end\"{colon}{end}")
        };
        let region =
            if style.has_region { format!("{comma}\"region\"{colon}\"{region}\"") } else { String::new() };
        let names = format!(
            "\"component\"{colon}\"{component}\"{comma}\"action\"{colon}\"{action}\"{comma}\"count\""
        );
        format!("{{{time}{comma}{names}{colon}{count}{region}}}{}", style.end)
    }

    proptest! {
        #[test]
        fn lines_of_usual_orders_are_read_by_their_commas_and_say_the_same(
            style in style(),
            numbers in prop::array::uniform3(prop_oneof![0..1000_u64, 0..10_000_000_000_000_000_u64]),
            component in "[a-z_,.:]{1,12}",
            region in "[a-z_:;]{0,12}",
            noise in prop::collection::vec((any::<Index>(), select(&b",\"\n 0-}{:x"[..]), any::<bool>()), 0..3),
        ) {
            let shape = shape_of(&line(&style, [1, 2, 3], ["a", "b", "c"]));
            let good = line(&style, numbers, [&component, "write", &region]);
            let mut known = Names::new();
            prop_assert!(is_read(&shape, good.as_bytes(), &mut known), "{good}");
            let mut changed = good.into_bytes();
            for (at, byte, is_more) in noise {
                let at = at.index(changed.len());
                changed.splice(at..at + usize::from(!is_more), [byte]);
            }
            is_read(&shape, &changed, &mut known);
        }
    }

    #[test]
    fn values_that_are_too_long_are_left_to_others() {
        let style = Style { colon: ":", comma: ",", end: "\n", has_cycle: false, has_region: true };
        let shape = shape_of(&line(&style, [1, 2, 3], ["a", "b", "c"]));
        let is_read = |numbers: [u64; 3], names: [&str; 3]| {
            is_read(&shape, line(&style, numbers, names).as_bytes(), &mut Names::new())
        };
        for letters in 0..100 {
            let name = "x".repeat(letters);
            // A block has room for the names, what stands between them, and a quote.
            let joined = letters + "\",\"action\":\"b".len();
            assert_eq!(is_read([1, 2, 3], [&name, "b", "c"]), joined < 64);
            // The comma before the count is among the last 64 bytes, or the one before them.
            let rest = ",\"count\":3,\"region\":\"\"}\n".len() + letters;
            assert_eq!(is_read([1, 2, 3], ["a", "b", &name]), rest <= 65);
        }
        for (number, is_short) in [(9_999_999_999_999_999, true), (10_000_000_000_000_000, false)] {
            for place in 0..3 {
                let mut numbers = [1, 2, 3];
                numbers[place] = number;
                assert_eq!(is_read(numbers, ["a", "b", "c"]), is_short, "{numbers:?}");
            }
        }
    }
}
