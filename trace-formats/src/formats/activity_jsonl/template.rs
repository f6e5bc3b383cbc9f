//! Shapes of lines that were met, and what names mean in lines of each.
//!
//! Names that follow one another are one text, with what stands between them: what it means is known once the reader of
//! members took a line with it. What differs in anything from lines that were taken is for that reader.

use super::line_window::LineWindow;
use super::name_table::{Name, NameTable};
use super::shape::{MAX_TEXTS, PlainLine, Shape};
use super::usual_line::UsualShape;
use crate::event::{ChannelId, RegionSetId};
use crate::masks::{Block, Masks};

/// How many shapes of lines are known at a time.
const MAX_TEMPLATES: usize = 4;

/// How much a template that fits counts against one that does not, and how much of it is remembered.
const FIT: u32 = 2;
const MAX_TRUST: u32 = 16;

/// How many lines are not compared once nothing fits any more.
const REST: u32 = 256;

/// What the names of a line stand for.
pub(super) type NameIds = (ChannelId, RegionSetId);

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

/// A shape, and the names of its lines so far.
pub(super) struct Template {
    pub(super) shape: Shape,
    pub(super) usual: Option<UsualShape>,
    names: NameTable<NameIds, MAX_TEXTS>,
}

impl Templates {
    /// Knows nothing yet.
    pub(super) fn new() -> Templates {
        Templates { known: Vec::new(), recent: 0, oldest: 0, trust: MAX_TRUST, resting: 0 }
    }

    /// Whether the next line is not to be compared. To be asked once for each line that is not read by a template.
    #[inline]
    pub(super) fn rest(&mut self) -> bool {
        let is_resting = self.resting > 0;
        self.resting -= u32::from(is_resting);
        is_resting
    }

    /// The one that fitted last.
    #[inline]
    pub(super) fn recent(&self) -> Option<&Template> {
        self.known.get(self.recent)
    }

    /// So many lines were like the recent template.
    #[inline]
    pub(super) fn fitted(&mut self, lines: u64) {
        self.trust = MAX_TRUST.min(self.trust + FIT * lines.min(u64::from(MAX_TRUST)) as u32);
    }

    /// Turns to a template that the line at `start`, which is not like the recent one, is like.
    #[inline(never)]
    pub(super) fn turn(&mut self, bytes: &[u8], start: usize) -> Option<&Template> {
        let line = LineWindow::at(bytes, start)?;
        let fits = |place: &usize| *place != self.recent && self.known[*place].fits(line);
        if let Some(place) = (0..self.known.len()).find(fits) {
            self.recent = place;
            return self.recent();
        }
        self.trust -= 1;
        if self.trust == 0 {
            (self.trust, self.resting) = (FIT, REST);
        }
        None
    }

    /// Learns what the names of the line at `start` stand for. If it is like no template, `shape` may give another.
    #[inline]
    pub(super) fn learn(
        &mut self,
        bytes: &[u8],
        start: usize,
        ids: NameIds,
        shape: impl FnOnce() -> Option<Shape>,
    ) {
        if self.resting > 0 {
            return;
        }
        let Some(line) = LineWindow::at(bytes, start) else { return };
        let of_kind = (0..self.known.len()).find_map(|at| Some((at, self.known[at].read(line)?)));
        let new = || {
            let place = self.add(shape()?);
            Some((place, self.known[place].read(line)?))
        };
        let Some((place, read)) = of_kind.or_else(new) else { return };
        self.recent = place;
        self.known[place].learn(read.names(), ids);
    }

    fn add(&mut self, shape: Shape) -> usize {
        let template = Template { usual: shape.usual(), shape, names: NameTable::new() };
        if self.known.len() < MAX_TEMPLATES {
            self.known.push(template);
            return self.known.len() - 1;
        }
        let place = self.oldest;
        self.oldest = (place + 1) % MAX_TEMPLATES;
        self.known[place] = template;
        place
    }
}

impl Template {
    /// What the names of a line stand for, if they are known.
    #[inline(always)]
    pub(super) fn find<M: Masks>(&self, names: &[Name<'_>]) -> Option<NameIds> {
        self.names.find::<M>(names)
    }

    fn read<'a>(&self, line: LineWindow<'a>) -> Option<PlainLine<'a>> {
        let mut plain = PlainLine::new();
        self.shape.read::<Block>(line, &mut plain).map(|()| plain)
    }

    fn fits(&self, line: LineWindow<'_>) -> bool {
        self.read(line).is_some()
    }

    fn learn(&mut self, names: &[Name<'_>], ids: NameIds) {
        if self.find::<Block>(names).is_none() {
            self.names.insert(names, ids);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::formats::activity_jsonl::keys::Field;
    use crate::formats::activity_jsonl::keys::{EventMembers, Role};
    use crate::formats::activity_jsonl::line_window::REACH;
    use crate::formats::activity_jsonl::members::Members;
    use crate::formats::activity_text::text::Text;
    use crate::masks::BLOCK_BYTES;

    fn learn(templates: &mut Templates, line: &str) {
        let object = Text { bytes: line.as_bytes(), at: 0 }.trimmed();
        let mut members = Members::of(object).unwrap();
        let mut event = EventMembers::of(object);
        while let Some(member) = members.next().unwrap() {
            event.put(member.key_text, Field::named(&member.key).unwrap(), member.value).unwrap();
        }
        let text = padded(line);
        let names = [Role::Component, Role::Action, Role::Region].map(|role| event.get(role));
        let shape = || Shape::of(line.as_bytes(), 0, object.at, &event);
        templates.learn(
            &text,
            0,
            ids(&names.map(|name| name.map_or("", |name| name.as_str().unwrap()))),
            shape,
        );
    }

    fn padded(line: &str) -> Vec<u8> {
        format!("{line}{}", " ".repeat(REACH + BLOCK_BYTES)).into_bytes()
    }

    /// Other numbers for other names, with their quotes.
    fn ids(names: &[&str]) -> NameIds {
        let number = |text: &str| text.bytes().fold(0_u32, |sum, byte| sum.rotate_left(5) ^ u32::from(byte));
        (ChannelId(number(&names[..2].concat())), RegionSetId(number(names[2].trim_matches(['n', 'u', 'l']))))
    }

    /// Start, end and count of a line, and what its names stand for, if they are known.
    type Found = ([i64; 3], Option<NameIds>);

    fn read(templates: &mut Templates, line: &str) -> Option<Found> {
        let text = padded(line);
        let window = LineWindow::at(&text, 0).unwrap();
        if templates.rest() {
            return None;
        }
        if !templates.recent()?.fits(window) {
            templates.turn(&text, 0)?;
        }
        let template = templates.recent().unwrap();
        let plain = template.read(window).unwrap();
        assert_eq!(plain.length(), line.len());
        templates.fitted(1);
        let template = templates.recent().unwrap();
        Some((plain.numbers(), template.find::<Block>(plain.names())))
    }

    #[test]
    fn a_line_of_a_shape_that_was_learned_is_read_whatever_its_numbers() {
        let mut templates = Templates::new();
        let line = |start, count, name: &str| {
            format!(
                " {{\"count\":{count}, \"component\":\"{name}\",\"start\":{start},\"end\":99,\"action\":\"b\"}}\r\n"
            )
        };
        assert_eq!(read(&mut templates, &line(1, 2, "a")), None);
        learn(&mut templates, &line(1, 2, "a"));
        let known = Some(ids(&["\"a\"", "\"b\"", ""]));
        assert_eq!(read(&mut templates, &line(1, 2, "a")), Some(([1, 99, 2], known)));
        assert_eq!(read(&mut templates, &line(-58, 123_456_789, "a")), Some(([-58, 99, 123_456_789], known)));
        assert_eq!(templates.recent().unwrap().shape.object_at, 1);
        assert_eq!(read(&mut templates, &line(1, 2, "a").replace("\r\n", "\n")), None);
        assert_eq!(read(&mut templates, &line(1, 2, "a").replace("99", "99.0")), None);
    }

    #[test]
    fn names_mean_what_they_meant_in_a_line_that_was_learned() {
        for (names, between) in [
            (["a", "b"], ","),
            (["a", "b"], " , "),
            (["a_rather_long_component", "a_rather_long_action"], ","),
        ] {
            let mut templates = Templates::new();
            let line = |component: &str, action: &str| {
                format!(
                    "{{\"start\":1,\"end\":2,\"component\":\"{component}\"{between}\"action\":\"{action}\",\"count\":3}}\n"
                )
            };
            learn(&mut templates, &line(names[0], names[1]));
            let new = line(names[1], names[0]);
            assert_eq!(read(&mut templates, &new), Some(([1, 2, 3], None)));
            learn(&mut templates, &new);
            for [first, second] in [names, [names[1], names[0]]] {
                let known = ids(&[&format!("\"{first}\""), &format!("\"{second}\""), ""]);
                assert_eq!(read(&mut templates, &line(first, second)), Some(([1, 2, 3], Some(known))));
            }
            assert_eq!(templates.known.len(), 1);
        }
    }

    #[test]
    fn lines_of_several_shapes_are_read_by_turns() {
        let mut templates = Templates::new();
        let lines = [
            (r#"{"cycle":1,"component":"a","action":"b","count":3}"#, ""),
            (r#"{"cycle":1,"component":"a","action":"b","count":3,"region":"c"}"#, "\"c\""),
            (r#"{"cycle":1,"component":"a","action":"b","count":3,"region":null}"#, ""),
            (r#"{"start":1,"end":2,"component":"a","action":"b","count":3}"#, ""),
        ]
        .map(|(line, region)| (format!("{line}\n"), region));
        lines.iter().for_each(|(line, _)| learn(&mut templates, line));
        for _ in 0..100 {
            for (line, region) in &lines {
                let known = ids(&["\"a\"", "\"b\"", region]);
                assert_eq!(read(&mut templates, line), Some(([1, 2, 3], Some(known))), "{line}");
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
