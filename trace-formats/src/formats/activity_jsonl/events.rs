//! Lines to events.

use super::facts::{is_fact, read_fact};
use super::keys::{EventMembers, Field, Keys, Role, unknown_key};
use super::members::{Members, string_value};
use super::name_table::{Name, NameTable};
use super::plain_lines::PlainLines;
use super::shape::Shape;
use super::template::{NameIds, Templates};
use crate::decoder::{Chunk, Cut, Decoder, cut_lines};
use crate::error::{DataError, excerpt};
use crate::event::{ChannelId, Event, EventSink, Fact, MAX_CYCLE, RegionSetId};
use crate::formats::activity_text::batch::EventBatch;
use crate::formats::activity_text::count::CountReader;
use crate::formats::activity_text::data::{Parts, variant_name};
use crate::formats::activity_text::fast_number::signed_at;
use crate::formats::activity_text::text::{BadText, Line, Text};
use crate::formats::activity_text::time::{EDGE_NAMES, Edge, Interval, TimeScale, Unit, read_cycle};
use crate::masks::{Block, with_best_masks};
use crate::variant::DataVariant;

/// Whether a line is an event in units of time; `None` for whatever is no event with a start.
pub(super) fn is_in_times(line: &[u8]) -> Option<bool> {
    let mut members = Members::of(Text { bytes: line, at: 0 }.trimmed()).ok()?;
    let mut next = members.next().ok()?;
    if next.as_ref().is_none_or(is_fact) {
        return None;
    }
    while let Some(member) = next {
        let edge = EDGE_NAMES.iter().find(|(name, edge, _)| *name == member.key && *edge != Edge::End);
        if let Some((_, _, unit)) = edge {
            return Some(*unit != Unit::Cycles);
        }
        next = members.next().ok()?;
    }
    None
}

/// Decodes what stands after the metadata line.
pub(super) struct LineDecoder {
    pub(super) counts: CountReader,
    pub(super) clock_hz: Option<f64>,
    /// Each event is the sum of a window.
    pub(super) windowed: bool,
    pub(super) keys: Keys,
}

impl Decoder for LineDecoder {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        cut_lines(bytes)
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        let reader = LineReader {
            decoder: self,
            chunk: *chunk,
            sink,
            batch: EventBatch::new(self.windowed),
            templates: Templates::new(),
            channels: NameTable::new(),
            variants: [const { None }; DataVariant::ALL.len()],
            regions: NameTable::new(),
        };
        reader.read()
    }
}

/// Reads lines by a template where one fits, and member by member where none does. Both share what they know of names,
/// and what the first cannot read without doubt is for the second, which explains.
struct LineReader<'a, 's> {
    decoder: &'s LineDecoder,
    chunk: Chunk<'a>,
    sink: &'s mut dyn EventSink,
    batch: EventBatch,
    templates: Templates,
    /// Channels of actions on random data, and of their variants once a trace has any.
    channels: NameTable<ChannelId, 2>,
    variants: [Option<NameTable<ChannelId, 2>>; DataVariant::ALL.len()],
    regions: NameTable<RegionSetId, 1>,
}

impl<'a> LineReader<'a, '_> {
    fn read(mut self) -> Result<u64, DataError> {
        let (mut at, mut line_ends) = (0, 0);
        loop {
            let (next, plain_lines) = if self.templates.rest() { (at, 0) } else { self.plain_lines(at) };
            line_ends += plain_lines;
            if next == self.chunk.bytes.len() {
                break;
            }
            if self.batch.is_full() {
                self.hand_on()?;
                at = next;
                continue;
            }
            let line = line_at(&self.chunk, next);
            line_ends += u64::from(line.is_ended);
            at = next + line.text.bytes.len() + usize::from(line.is_ended);
            self.line(line)?;
        }
        self.hand_on()?;
        Ok(line_ends)
    }

    /// Reads the lines from `at` on that a template fits, until the batch is full.
    #[inline]
    fn plain_lines(&mut self, at: usize) -> (usize, u64) {
        with_best_masks(PlainLines {
            templates: &mut self.templates,
            batch: &mut self.batch,
            counts: &self.decoder.counts,
            bytes: self.chunk.bytes,
            at,
        })
    }

    fn hand_on(&mut self) -> Result<(), DataError> {
        self.batch.flush(&self.chunk, self.sink)
    }

    /// Reads any line.
    #[inline(never)]
    fn line(&mut self, line: Line<'a>) -> Result<(), DataError> {
        let object = line.text.trimmed();
        let bad = match self.object(line, object) {
            Ok(None) => return Ok(()),
            // What was said before it is heard before it.
            Ok(Some(fact)) => {
                self.hand_on()?;
                match self.sink.fact(fact) {
                    Ok(()) => return Ok(()),
                    Err(rejection) => object.rejected(rejection),
                }
            }
            Err(bad) if line.may_be_cut => cut_or(bad, object),
            Err(bad) => bad,
        };
        self.hand_on()?;
        self.sink.bad_record(bad.located(&self.chunk))
    }

    fn object(&mut self, line: Line<'a>, object: Text<'a>) -> Result<Option<Fact>, BadText> {
        line.check_length()?;
        if object.bytes.is_empty() {
            return Ok(None);
        }
        let bytes = self.chunk.bytes;
        let mut members = Members::within(object, &bytes[object.at..])?;
        let mut event = EventMembers::of(object);
        let mut is_first = true;
        while let Some(key) = members.next_key()? {
            match self.decoder.keys.find(&bytes[key.at + 1..], key.bytes.len() - 2) {
                Some(field) if !(is_first && field.role == Role::Region) => {
                    event.put(key, field, members.next_value()?)?;
                }
                _ => {
                    let member = members.member(key)?;
                    if is_first && is_fact(&member) {
                        return read_fact(&member, &mut members, &self.decoder.counts).map(Some);
                    }
                    let field = Field::named(&member.key).ok_or_else(|| unknown_key(&member))?;
                    event.put(key, field, member.value)?;
                }
            }
            is_first = false;
        }
        if let Some(ids) = self.event(object, &event)?
            && line.is_ended
        {
            let (start, end) = (line.text.at, line.text.at + line.text.bytes.len());
            let shape = || Shape::of(&bytes[start..=end], start, object.at, &event);
            self.templates.learn(bytes, start, ids, shape);
        }
        Ok(None)
    }

    /// Says an event. Returns what its names stand for, unless its count has parts.
    fn event(&mut self, object: Text<'a>, members: &EventMembers<'a>) -> Result<Option<NameIds>, BadText> {
        let Interval { start, end } = self.interval(object, members)?;
        let count = self.count(members.get(Role::Count).ok_or_else(|| missing(object, "count"))?)?;
        let component = members.get(Role::Component).ok_or_else(|| missing(object, "component"))?;
        let action = members.get(Role::Action).ok_or_else(|| missing(object, "action"))?;
        if let Some(data) = members.data() {
            let (parts, interval) = (data.split(count)?, Interval { start, end });
            return self.parts(object, members, (component, action), parts, interval).map(|()| None);
        }
        let channel = self.channel(component, action, None)?;
        let regions = self.regions(members.get(Role::Region))?;
        self.batch.push(Event { channel, regions, start, end, count }, object.at);
        Ok(Some((channel, regions)))
    }

    /// Says the parts of a count only when all of them are good.
    fn parts(
        &mut self,
        object: Text<'a>,
        members: &EventMembers<'a>,
        (component, action): (Text<'a>, Text<'a>),
        parts: Parts,
        Interval { start, end }: Interval,
    ) -> Result<(), BadText> {
        let named =
            parts.counted().map(|(variant, count)| Ok((self.channel(component, action, variant)?, count)));
        let named = named.collect::<Result<Vec<_>, BadText>>()?;
        let regions = self.regions(members.get(Role::Region))?;
        for (channel, count) in named {
            self.batch.push(Event { channel, regions, start, end, count }, object.at);
        }
        Ok(())
    }

    /// A number of few digits and nothing else.
    #[inline(always)]
    fn plain(&self, text: Text<'a>) -> Option<i64> {
        signed_at(self.chunk.bytes, text.at, text.at + text.bytes.len())
    }

    #[inline(always)]
    fn count(&self, text: Text<'a>) -> Result<u64, BadText> {
        if let Some(plain) = self.plain(text)
            && let Ok(whole) = u64::try_from(plain)
            && let Some(count) = self.decoder.counts.whole(whole)
        {
            return Ok(count);
        }
        self.decoder.counts.read(text)
    }

    fn interval(&self, object: Text<'a>, members: &EventMembers<'a>) -> Result<Interval, BadText> {
        match (members.get(Role::Cycle), members.time(Role::Start), members.time(Role::End)) {
            (Some(cycle), None, None) => {
                let start = read_cycle(cycle)?;
                if start < MAX_CYCLE {
                    return Ok(Interval { start, end: start + 1 });
                }
                Err(cycle.bad(
                    "cycle_out_of_range",
                    format!("an event in cycle {start}"),
                    format!("an end up to cycle {MAX_CYCLE} (2^60)"),
                    "check the unit of the cycles",
                ))
            }
            (None, Some((start, unit)), Some((end, end_unit))) if unit == end_unit => {
                if let (Unit::Cycles, Some(start), Some(end)) = (unit, self.plain(start), self.plain(end))
                    && start < end
                {
                    return Ok(Interval { start, end });
                }
                let scale = TimeScale::new(unit, self.decoder.clock_hz).ok_or_else(|| {
                    start.bad(
                        "missing_clock",
                        "times without a clock",
                        "a clock to turn them into cycles",
                        "put `{\"metadata\":{\"clock_hz\":700e6}}` into the first line, or replay with a chip",
                    )
                })?;
                scale.interval(start, end)
            }
            (None, None, _) => Err(missing(object, "start")),
            (None, Some(_), None) => Err(missing(object, "end")),
            _ => Err(object.bad(
                "ambiguous_time",
                "times that do not go together",
                "`start` and `end` in one unit, or `cycle`",
                "drop the others",
            )),
        }
    }

    fn channel(
        &mut self,
        component: Text<'a>,
        action: Text<'a>,
        variant: Option<DataVariant>,
    ) -> Result<ChannelId, BadText> {
        // As they are written: quotes, escapes and all.
        let (Some(component_name), Some(action_name)) = (self.name(component), self.name(action)) else {
            return self.ask_channel(component, action, variant);
        };
        let names = [component_name, action_name];
        if let Some(channel) = self.channels_of(variant).find::<Block>(&names) {
            return Ok(channel);
        }
        let channel = self.ask_channel(component, action, variant)?;
        self.channels_of(variant).insert(&names, channel);
        Ok(channel)
    }

    fn channels_of(&mut self, variant: Option<DataVariant>) -> &mut NameTable<ChannelId, 2> {
        match variant {
            None => &mut self.channels,
            Some(variant) => self.variants[variant as usize].get_or_insert_with(NameTable::new),
        }
    }

    fn ask_channel(
        &mut self,
        component: Text<'_>,
        action: Text<'_>,
        variant: Option<DataVariant>,
    ) -> Result<ChannelId, BadText> {
        let names = (string_value(component, "component")?, string_value(action, "action")?);
        for (name, text, what) in [(&names.0, component, "component"), (&names.1, action, "action")] {
            if name.is_empty() {
                let expected = format!("the name of the {what}");
                return Err(text.bad("empty_name", format!("an empty {what}"), expected, ""));
            }
        }
        let asked = match variant {
            None => self.sink.channel(&names.0, &names.1),
            Some(variant) => self.sink.channel(&names.0, &variant_name(action, &names.1, variant)?),
        };
        asked.map_err(|rejection| component.rejected(rejection))
    }

    fn regions(&mut self, tags: Option<Text<'a>>) -> Result<RegionSetId, BadText> {
        let Some(tags) = tags else { return Ok(RegionSetId::NONE) };
        let Some(name) = self.name(tags) else {
            return self.ask_regions(tags);
        };
        if let Some(known) = self.regions.find::<Block>(&[name]) {
            return Ok(known);
        }
        let regions = self.ask_regions(tags)?;
        self.regions.insert(&[name], regions);
        Ok(regions)
    }

    fn ask_regions(&mut self, tags: Text<'_>) -> Result<RegionSetId, BadText> {
        if tags.bytes == b"null" || tags.bytes == b"\"\"" {
            return Ok(RegionSetId::NONE);
        }
        let text = string_value(tags, "region")?;
        self.sink.regions(&text).map_err(|rejection| tags.rejected(rejection))
    }

    /// A value that is a string, unless it is at the end of the chunk.
    #[inline(always)]
    fn name(&self, text: Text<'a>) -> Option<Name<'a>> {
        let written = self.chunk.bytes[text.at..].strip_prefix(b"\"")?;
        Name::at_start(written, text.bytes.len() - 2)
    }
}

/// The line that starts at `start`.
fn line_at<'a>(chunk: &Chunk<'a>, start: usize) -> Line<'a> {
    let rest = &chunk.bytes[start..];
    let line_end = memchr::memchr(b'\n', rest);
    let is_ended = line_end.is_some();
    let text = Text { bytes: &rest[..line_end.unwrap_or(rest.len())], at: start };
    Line { text, may_be_cut: !is_ended && chunk.is_last, is_ended }
}

fn missing(object: Text<'_>, key: &str) -> BadText {
    object.bad(
        "missing_key",
        format!("an object without `{key}`: {}", excerpt(object.bytes)),
        "start, end, component, action, count and perhaps region",
        "add the key",
    )
}

/// The last line of a file that was cut: its object does not end.
fn cut_or(bad: BadText, object: Text<'_>) -> BadText {
    if bad.error.reason() != "unfinished_json" {
        return bad;
    }
    object.bad(
        "cut_last_row",
        format!("a last line {} without its end: the file seems cut", excerpt(object.bytes)),
        "a whole object and a line end",
        "let what writes the trace finish, or copy the file again",
    )
}
