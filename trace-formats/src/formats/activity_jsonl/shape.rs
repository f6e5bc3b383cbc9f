//! Lines alike but for their values: what stands between these is the shape of a line.
//!
//! A shape is learned from an event that the reader of members took, and holds all of it but its plain numbers and
//! names. Another line that has the same bytes between such values has the same keys, each once, and nothing else.

use super::keys::{EventMembers, Role};
use super::line_window::{LineWindow, REACH};
use super::name_table::Name;
use super::usual_line::UsualShape;
use super::words::leading_digits;
use crate::masks::{BLOCK_BYTES, Block, HALF_BYTES, MAX_DIGITS, Masks};

/// How many texts of names a line has at most: each of component, action and region by itself.
pub(super) const MAX_TEXTS: usize = 3;

/// How long names in one text are together in the line that is learned. In others, they may fill a block.
const MAX_JOINED: usize = 48;

/// What lines have in common.
#[derive(PartialEq)]
pub(super) struct Shape {
    /// Where the object starts in the line.
    pub(super) object_at: usize,
    /// What stands before the first value.
    opening: Literal,
    values: Vec<Value>,
    /// What stands between each value and the next, or the end of the line, with that.
    after: Vec<Literal>,
}

/// What stands between two literals.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Value {
    Start,
    End,
    Cycle,
    Count,
    /// One name, or several that follow one another and what stands between them, which has so many quotes.
    Names(usize),
}

/// Bytes that are always the same.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Literal {
    bytes: [u8; HALF_BYTES],
    pub(super) length: usize,
    /// How many stand before the first comma, if there is one.
    comma: usize,
    /// A bit for each of them.
    present: u32,
}

/// What a line of some shape says, as far as it is read. It stays where it is: to move it would take longer than to read.
pub(super) struct PlainLine<'a> {
    line: LineWindow<'a>,
    /// The position that is reached: after all, the length with the line end.
    at: usize,
    /// Where the block starts that was looked at last, and which of its bytes are no digits.
    block_at: usize,
    others: u64,
    start: i64,
    end: i64,
    count: i64,
    names: [Name<'a>; MAX_TEXTS],
    texts: usize,
}

impl Shape {
    /// The shape of a line, with its line end, that starts at `start`. `None` if such lines cannot be read by it.
    pub(super) fn of(
        line: &[u8],
        start: usize,
        object_at: usize,
        members: &EventMembers<'_>,
    ) -> Option<Shape> {
        if members.data().is_some() || !members.counts_cycles() {
            return None;
        }
        let found = joined(plain_values(start, members), line);
        let opening = line.get(..found.first()?.start)?;
        let is_long = |found: &Found| matches!(found.value, Value::Names(_)) && found.length() >= BLOCK_BYTES;
        if found.iter().any(is_long) {
            return None;
        }
        let next_starts = found.iter().skip(1).map(|next| next.start).chain([line.len()]);
        let after =
            found.iter().zip(next_starts).map(|(found, next)| Literal::of(line.get(found.end..next)?));
        Some(Shape {
            object_at: object_at - start,
            opening: Literal::of(opening)?,
            values: found.iter().map(|found| found.value).collect(),
            after: after.collect::<Option<_>>()?,
        })
    }

    /// The same shape for reading what is usual, if it is.
    pub(super) fn usual(&self) -> Option<UsualShape> {
        UsualShape::of(&self.values, self.opening, &self.after)
    }

    /// Reads a line, if it is of this shape.
    #[inline(always)]
    pub(super) fn read<'a, M: Masks>(&self, line: LineWindow<'a>, plain: &mut PlainLine<'a>) -> Option<()> {
        plain.enter::<M>(line, &self.opening)?;
        for (value, after) in self.values.iter().zip(&self.after) {
            plain.take::<M>(*value, after)?;
        }
        plain.leave()
    }
}

impl<'a> PlainLine<'a> {
    /// A line that is yet to be read.
    #[inline(always)]
    pub(super) fn new() -> PlainLine<'a> {
        PlainLine {
            line: LineWindow::EMPTY,
            at: 0,
            block_at: 0,
            others: 0,
            start: 0,
            end: 0,
            count: 0,
            names: [Name::NONE; MAX_TEXTS],
            texts: 0,
        }
    }

    #[inline(always)]
    fn enter<M: Masks>(&mut self, line: LineWindow<'a>, opening: &Literal) -> Option<()> {
        let at = opening.pass::<M>(line, 0)?;
        (self.line, self.at, self.texts) = (line, 0, 0);
        self.look::<M>();
        self.at = at;
        Some(())
    }

    /// Whether all that was read was in reach.
    #[inline(always)]
    fn leave(&self) -> Option<()> {
        (self.at <= REACH).then_some(())
    }

    /// Looks at the block that starts here.
    #[inline(always)]
    fn look<M: Masks>(&mut self) -> M {
        let block = M::new(self.line.block(self.at));
        self.block_at = self.at;
        self.others = !block.digits();
        block
    }

    /// Reads the next value and what stands after it.
    #[inline(always)]
    fn take<M: Masks>(&mut self, value: Value, after: &Literal) -> Option<()> {
        let (line, at) = (self.line, self.at);
        let value_end = match value {
            Value::Names(quotes) => {
                let mut ends = self.look::<M>().equal_to(b'"');
                for _ in 0..quotes {
                    ends &= ends.wrapping_sub(1);
                }
                if ends == 0 {
                    return None;
                }
                let length = ends.trailing_zeros() as usize;
                *self.names.get_mut(self.texts)? = Name::in_block(line.block(at), length);
                self.texts += 1;
                at + length
            }
            number => {
                let (found, length) = self.number::<M>(at)?;
                let value_end = at + length;
                match number {
                    Value::Start => self.start = found,
                    Value::End => self.end = found,
                    Value::Cycle => (self.start, self.end) = (found, found + 1),
                    Value::Count | Value::Names(_) => self.count = found,
                }
                value_end
            }
        };
        self.at = after.pass::<M>(line, value_end)?;
        Some(())
    }

    /// The number that starts here, and its length.
    #[inline(always)]
    fn number<M: Masks>(&mut self, at: usize) -> Option<(i64, usize)> {
        if at - self.block_at >= BLOCK_BYTES - MAX_DIGITS {
            self.look::<M>();
        }
        let length = (self.others >> (at - self.block_at)).trailing_zeros() as usize;
        if (1..=MAX_DIGITS).contains(&length) {
            Some((M::whole(self.line.digits(at), length) as i64, length))
        } else {
            negative(self.line, at)
        }
    }

    /// The length with the line end.
    #[inline(always)]
    pub(super) fn length(&self) -> usize {
        self.at
    }

    /// Start, end and count, which are yet to be checked.
    #[inline(always)]
    pub(super) fn numbers(&self) -> [i64; 3] {
        [self.start, self.end, self.count]
    }

    /// Its names, as many texts as its shape has.
    #[inline(always)]
    pub(super) fn names(&self) -> &[Name<'a>] {
        self.names.get(..self.texts).unwrap_or(&[])
    }
}

/// A number with a minus, which most traces have few of or none.
#[cold]
fn negative(line: LineWindow<'_>, at: usize) -> Option<(i64, usize)> {
    if line.block(at).first() != Some(&b'-') {
        return None;
    }
    let digits = line.digits(at + 1);
    let length = leading_digits(digits);
    (length > 0).then(|| (-(Block::whole(digits, length) as i64), length + 1))
}

/// A value and its place in a line, without quotes.
struct Found {
    start: usize,
    end: usize,
    value: Value,
}

impl Found {
    fn length(&self) -> usize {
        self.end - self.start
    }
}

/// The values of an event in their order.
fn plain_values(line_start: usize, members: &EventMembers<'_>) -> Vec<Found> {
    let numbers = [
        (Role::Start, Value::Start),
        (Role::End, Value::End),
        (Role::Cycle, Value::Cycle),
        (Role::Count, Value::Count),
    ];
    let names = [Role::Component, Role::Action, Role::Region].map(|role| (role, Value::Names(0)));
    let mut found = Vec::with_capacity(numbers.len() + names.len());
    for (role, value) in numbers.into_iter().chain(names) {
        let Some(text) = members.get(role) else { continue };
        let (start, end) = (text.at - line_start, text.at - line_start + text.bytes.len());
        match value {
            // No region at all is `null`, and is the same in all lines.
            Value::Names(_) if text.bytes.starts_with(b"\"") => {
                found.push(Found { start: start + 1, end: end - 1, value });
            }
            Value::Names(_) => {}
            _ => found.push(Found { start, end, value }),
        }
    }
    found.sort_unstable_by_key(|found| found.start);
    found
}

/// Joins names that follow one another.
fn joined(values: Vec<Found>, line: &[u8]) -> Vec<Found> {
    let mut joined: Vec<Found> = Vec::with_capacity(values.len());
    for next in values {
        if let Some(last) = joined.last_mut()
            && let (Value::Names(quotes), Value::Names(_)) = (last.value, next.value)
            && next.end - last.start <= MAX_JOINED
        {
            let between = &line[last.end..next.start];
            last.value = Value::Names(quotes + memchr::memchr_iter(b'"', between).count());
            last.end = next.end;
        } else {
            joined.push(next);
        }
    }
    joined
}

impl Literal {
    /// Nothing.
    pub(super) const NONE: Literal = Literal { bytes: [0; HALF_BYTES], length: 0, comma: 0, present: 0 };

    fn of(text: &[u8]) -> Option<Literal> {
        let (length, mut bytes) = (text.len(), [0; HALF_BYTES]);
        bytes.get_mut(..length)?.copy_from_slice(text);
        let present = u32::MAX.checked_shr((HALF_BYTES - length) as u32)?;
        let comma = memchr::memchr(b',', text).unwrap_or(length);
        Some(Literal { bytes, length, comma, present })
    }

    /// The position after these bytes, if they stand at `at`.
    #[inline(always)]
    fn pass<M: Masks>(&self, line: LineWindow<'_>, at: usize) -> Option<usize> {
        (self.differ::<M>(line, at) == 0).then_some(at + self.length)
    }

    /// A bit for each of these bytes that does not stand at `at`.
    #[inline(always)]
    pub(super) fn differ<M: Masks>(&self, line: LineWindow<'_>, at: usize) -> u32 {
        !M::alike(line.half(at), &self.bytes) & self.present
    }

    /// Where these bytes start if their first comma is at `comma`.
    #[inline(always)]
    pub(super) fn start_by_comma(&self, comma: usize) -> usize {
        comma.wrapping_sub(self.comma)
    }
}
