//! Lines alike but for their values: what stands between these is learned from one line, and compared in the others.
//!
//! A template is learned from an event that the reader of members took, and holds all of it but its plain numbers and
//! names. Another line that has the same bytes between such values has the same keys, each once, and nothing else. What
//! differs in anything is for the reader of members.

use super::keys::{EventMembers, Role};
use super::words::{WORDS_BYTES, Words, mask, masked, quote, signed, words};
use crate::masks::{Block, Masks};

/// How many values a template has at most: start, end, count, component, action, region.
const MAX_VALUES: usize = 6;

/// Roles of numbers, then of names.
const NUMBERS: [Role; 4] = [Role::Start, Role::End, Role::Cycle, Role::Count];
const NAMES: [Role; 3] = [Role::Component, Role::Action, Role::Region];

/// How many shapes of lines are known at a time.
const MAX_TEMPLATES: usize = 4;

/// How much a template that fits counts against one that does not, and how much of it is remembered.
const FIT: u32 = 2;
const MAX_TRUST: u32 = 16;

/// How many lines are not compared once nothing fits any more.
const REST: u32 = 128;

/// The templates of one chunk.
pub(super) struct Templates {
    known: Vec<Template>,
    /// The one that fitted last.
    recent: usize,
    /// The one to forget next.
    oldest: usize,
    trust: u32,
    resting: u32,
}

/// A line and its line end, without its values.
#[derive(PartialEq)]
struct Template {
    /// What stands before the first value.
    opening: Literal,
    values: [Value; MAX_VALUES],
    length: usize,
    /// Where the object starts in the line.
    object_at: usize,
    is_one_cycle: bool,
    has_region: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
struct Value {
    is_name: bool,
    /// Its place among [`NUMBERS`] or [`NAMES`].
    place: u8,
    /// What stands between it and the next, or the end of the line.
    after: Literal,
}

/// Bytes that are always the same.
#[derive(Clone, Copy, Default, PartialEq)]
struct Literal {
    words: Words,
    mask: Words,
    length: usize,
}

/// What a line says, whose values have yet to be checked.
pub(super) struct PlainLine {
    /// Where the object starts.
    pub(super) object_at: usize,
    /// Where the next line starts.
    pub(super) end: usize,
    /// The first and the last number of the interval.
    pub(super) interval: (i64, i64),
    /// How many actions.
    pub(super) count: i64,
    /// Start and length of component and action.
    pub(super) channel: [(usize, usize); 2],
    /// Those of the region tags.
    pub(super) region: Option<(usize, usize)>,
}

impl Templates {
    /// Knows nothing yet.
    pub(super) fn new() -> Templates {
        Templates { known: Vec::new(), recent: 0, oldest: 0, trust: MAX_TRUST, resting: 0 }
    }

    /// Reads the line that starts at `start`, if it is like one that was learned.
    #[inline(always)]
    pub(super) fn read<M: Masks>(&mut self, bytes: &[u8], start: usize) -> Option<PlainLine> {
        if self.resting > 0 {
            self.resting -= 1;
            return None;
        }
        let found = self.known.get(self.recent).and_then(|template| template.read::<M>(bytes, start));
        if found.is_some() {
            self.trust = MAX_TRUST.min(self.trust + FIT);
            return found;
        }
        self.read_by_another(bytes, start)
    }

    #[inline(never)]
    fn read_by_another(&mut self, bytes: &[u8], start: usize) -> Option<PlainLine> {
        for (place, template) in self.known.iter().enumerate().filter(|known| known.0 != self.recent) {
            if let Some(found) = template.read::<Block>(bytes, start) {
                self.recent = place;
                return Some(found);
            }
        }
        self.trust -= 1;
        if self.trust == 0 {
            (self.trust, self.resting) = (FIT, REST);
        }
        None
    }

    /// Learns the shape of a line, with its line end, that starts at `start` and that the reader of members took.
    #[inline]
    pub(super) fn learn(&mut self, line: &[u8], start: usize, object_at: usize, members: &EventMembers<'_>) {
        if self.resting > 0 {
            return;
        }
        let Some(template) = Template::of(line, start, object_at, members) else { return };
        if self.known.contains(&template) {
            return;
        }
        if self.known.len() < MAX_TEMPLATES {
            self.recent = self.known.len();
            self.known.push(template);
        } else {
            self.recent = self.oldest;
            self.known[self.oldest] = template;
            self.oldest = (self.oldest + 1) % MAX_TEMPLATES;
        }
    }
}

impl Template {
    fn of(line: &[u8], start: usize, object_at: usize, members: &EventMembers<'_>) -> Option<Template> {
        if members.data().is_some() || !members.counts_cycles() {
            return None;
        }
        let mut found = Vec::with_capacity(MAX_VALUES);
        for (place, role) in NUMBERS.into_iter().enumerate() {
            if let Some(text) = members.get(role) {
                found.push((text.at - start, text.at - start + text.bytes.len(), false, place as u8));
            }
        }
        for (place, role) in NAMES.into_iter().enumerate() {
            // Without their quotes. No region at all is `null`, and is the same in all lines.
            if let Some(text) = members.get(role).filter(|text| text.bytes.starts_with(b"\"")) {
                found.push((text.at - start + 1, text.at - start + text.bytes.len() - 1, true, place as u8));
            }
        }
        found.sort_unstable();
        let opening = Literal::of(line.get(..found.first()?.0)?)?;
        let mut values = [Value::default(); MAX_VALUES];
        let next_starts = found.iter().skip(1).map(|next| next.0).chain([line.len()]);
        for ((value, &(_, end, is_name, place)), next) in values.iter_mut().zip(&found).zip(next_starts) {
            *value = Value { is_name, place, after: Literal::of(line.get(end..next)?)? };
        }
        Some(Template {
            opening,
            values,
            length: found.len(),
            object_at: object_at - start,
            is_one_cycle: members.get(Role::Cycle).is_some(),
            has_region: found.iter().any(|value| value.2 && NAMES[usize::from(value.3)] == Role::Region),
        })
    }

    #[inline(always)]
    fn read<M: Masks>(&self, bytes: &[u8], start: usize) -> Option<PlainLine> {
        let mut at = self.opening.pass(bytes, start)?;
        let mut numbers = [0; NUMBERS.len()];
        let mut names = [(0, 0); NAMES.len() + 1];
        for value in self.values.get(..self.length)? {
            let rest = bytes.get(at..)?;
            let place = usize::from(value.place % 4);
            if value.is_name {
                let length = quote::<M>(rest)?;
                names[place] = (at, length);
                at += length;
            } else {
                let (number, length) = signed(rest)?;
                numbers[place] = number;
                at += length;
            }
            at = value.after.pass(bytes, at)?;
        }
        let [first, end, cycle, count] = numbers;
        let [component, action, region, _] = names;
        Some(PlainLine {
            object_at: start + self.object_at,
            end: at,
            interval: if self.is_one_cycle { (cycle, cycle + 1) } else { (first, end) },
            count,
            channel: [component, action],
            region: self.has_region.then_some(region),
        })
    }
}

impl Literal {
    fn of(bytes: &[u8]) -> Option<Literal> {
        let length = bytes.len();
        let mut padded = [0; WORDS_BYTES];
        padded.get_mut(..length)?.copy_from_slice(bytes);
        Some(Literal { words: words(&padded), mask: mask(length), length })
    }

    /// The position after these bytes, if they stand at `at`.
    #[inline(always)]
    fn pass(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let found = masked(words(bytes.get(at..)?.first_chunk()?), self.mask);
        let differ =
            [0, 1, 2, 3].into_iter().fold(0, |bits, word: usize| bits | (found[word] ^ self.words[word]));
        (differ == 0).then_some(at + self.length)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::formats::activity_jsonl::keys::Field;
    use crate::formats::activity_jsonl::members::Members;
    use crate::formats::activity_text::text::Text;

    fn learn(templates: &mut Templates, line: &str) {
        let object = Text { bytes: line.as_bytes(), at: 0 }.trimmed();
        let mut members = Members::of(object).unwrap();
        let mut event = EventMembers::of(object);
        while let Some(member) = members.next().unwrap() {
            event.put(member.key_text, Field::named(&member.key).unwrap(), member.value).unwrap();
        }
        templates.learn(line.as_bytes(), 0, object.at, &event);
    }

    /// What is read of a line with others after it: its interval, count, names, and where its object and it end.
    fn read(templates: &mut Templates, line: &str) -> Option<(i64, i64, i64, Vec<String>, usize)> {
        let text = format!("{line}{}", " ".repeat(64));
        let read = templates.read::<Block>(text.as_bytes(), 0)?;
        assert_eq!(read.end, line.len());
        let names = read.channel.into_iter().chain(read.region);
        let names = names.map(|(at, length)| text[at..at + length].to_owned()).collect();
        Some((read.interval.0, read.interval.1, read.count, names, read.object_at))
    }

    #[test]
    fn a_line_of_a_shape_that_was_learned_is_read_whatever_its_values() {
        let mut templates = Templates::new();
        let line = |start, count, name: &str| {
            format!(
                " {{\"count\":{count}, \"component\":\"{name}\",\"start\":{start},\"end\":99,\"action\":\"b\"}}\r\n"
            )
        };
        assert_eq!(read(&mut templates, &line(1, 2, "a")), None);
        learn(&mut templates, &line(1, 2, "a"));
        let names = |name: &str| vec![name.to_owned(), "b".to_owned()];
        assert_eq!(read(&mut templates, &line(1, 2, "a")), Some((1, 99, 2, names("a"), 1)));
        assert_eq!(
            read(&mut templates, &line(-58, 123_456_789, "cdef")),
            Some((-58, 99, 123_456_789, names("cdef"), 1))
        );
        assert_eq!(read(&mut templates, &line(1, 2, "a").replace("\r\n", "\n")), None);
        assert_eq!(read(&mut templates, &line(1, 2, "a").replace("99", "99.0")), None);
    }

    #[test]
    fn lines_of_several_shapes_are_read_by_turns() {
        let mut templates = Templates::new();
        let lines = [
            r#"{"cycle":1,"component":"a","action":"b","count":3}"#,
            r#"{"cycle":1,"component":"a","action":"b","count":3,"region":"c"}"#,
            r#"{"cycle":1,"component":"a","action":"b","count":3,"region":null}"#,
            r#"{"start":1,"end":2,"component":"a","action":"b","count":3}"#,
        ]
        .map(|line| format!("{line}\n"));
        lines.iter().for_each(|line| learn(&mut templates, line));
        for _ in 0..100 {
            for (line, names) in lines.iter().zip([2, 3, 2, 2]) {
                let (start, end, count, found, _) = read(&mut templates, line).unwrap();
                assert_eq!((start, end, count, found.len()), (1, 2, 3, names), "{line}");
            }
        }
    }

    #[test]
    fn shapes_that_never_come_back_are_soon_no_longer_compared() {
        let mut templates = Templates::new();
        learn(&mut templates, "{\"cycle\":1,\"component\":\"a\",\"action\":\"b\",\"count\":3}\n");
        for _ in 0..MAX_TRUST {
            assert_eq!(read(&mut templates, "{}\n"), None);
        }
        let known = "{\"cycle\":7,\"component\":\"a\",\"action\":\"b\",\"count\":3}\n";
        let waits = (0..1000).take_while(|_| read(&mut templates, known).is_none()).count();
        assert_eq!(waits, REST as usize);
    }

    #[test]
    fn data_and_times_are_not_for_templates() {
        for members in [r#""cycle":1,"toggle":0.1"#, r#""start_ns":1,"end_ns":2"#] {
            let mut templates = Templates::new();
            let line = format!("{{{members},\"component\":\"a\",\"action\":\"b\",\"count\":3}}\n");
            learn(&mut templates, &line);
            assert_eq!(read(&mut templates, &line), None, "{members}");
        }
    }
}
