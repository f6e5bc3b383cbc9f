//! Lines to events.

use super::facts::{FACT_KEYS, METADATA, is_fact, read_fact};
use super::members::{Member, Members, string_value};
use crate::decoder::{Chunk, Cut, Decoder, cut_lines};
use crate::error::{DataError, excerpt};
use crate::event::{ChannelId, Event, EventSink, MAX_CYCLE, RegionSetId};
use crate::formats::activity_text::count::CountReader;
use crate::formats::activity_text::data::{DATA_NAMES, DataTexts, Parts, variant_name};
use crate::formats::activity_text::names::{RecentChannels, RecentNames};
use crate::formats::activity_text::nearest::nearest;
use crate::formats::activity_text::text::{BadText, Line, Text, lines};
use crate::formats::activity_text::time::{EDGE_NAMES, Edge, Interval, TimeScale, Unit, read_cycle};
use crate::variant::DataVariant;

/// Keys of an event besides those of time.
const NAMES: &[&str] = &["component", "action", "count", "region"];

/// Whether an event or a fact may have this key.
pub(super) fn is_known(key: &str) -> bool {
    known_keys().any(|known| known == key)
}

fn known_keys() -> impl Iterator<Item = &'static str> {
    let edges = EDGE_NAMES.iter().map(|edge| edge.0);
    NAMES.iter().chain(&DATA_NAMES).chain(FACT_KEYS).chain(&[METADATA]).copied().chain(edges)
}

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
}

impl Decoder for LineDecoder {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        cut_lines(bytes)
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        let (channels, regions) = (RecentChannels::new(), RecentNames::new());
        let mut reader = LineReader { decoder: self, sink, channels, regions };
        let mut line_ends = 0;
        for line in lines(chunk) {
            line_ends += u64::from(line.is_ended);
            if let Err(bad) = reader.line(line) {
                reader.sink.bad_record(bad.located(chunk))?;
            }
        }
        Ok(line_ends)
    }
}

struct LineReader<'d, 's> {
    decoder: &'d LineDecoder,
    sink: &'s mut dyn EventSink,
    channels: RecentChannels,
    regions: RecentNames<RegionSetId>,
}

/// The values of an event, as far as they were found.
#[derive(Default)]
struct EventMembers<'a> {
    start: Option<(Text<'a>, Unit)>,
    end: Option<(Text<'a>, Unit)>,
    cycle: Option<Text<'a>>,
    component: Option<Text<'a>>,
    action: Option<Text<'a>>,
    count: Option<Text<'a>>,
    region: Option<Text<'a>>,
    data: Option<DataTexts<'a>>,
}

impl LineReader<'_, '_> {
    fn line(&mut self, line: Line<'_>) -> Result<(), BadText> {
        line.check_length()?;
        let object = line.text.trimmed();
        if object.bytes.is_empty() {
            return Ok(());
        }
        let read = self.object(object);
        if line.may_be_cut { read.map_err(|bad| cut_or(bad, object)) } else { read }
    }

    fn object(&mut self, object: Text<'_>) -> Result<(), BadText> {
        let mut members = Members::of(object)?;
        let mut next = members.next()?;
        if let Some(first) = next.as_ref().filter(|first| is_fact(first)) {
            let fact = read_fact(first, &mut members, &self.decoder.counts)?;
            return self.sink.fact(fact).map_err(|rejection| object.rejected(rejection));
        }
        let mut event = EventMembers::default();
        while let Some(member) = next {
            event.take(&member)?;
            next = members.next()?;
        }
        self.event(object, &event)
    }

    fn event(&mut self, object: Text<'_>, members: &EventMembers<'_>) -> Result<(), BadText> {
        let Interval { start, end } = self.interval(object, members)?;
        let count = self.decoder.counts.read(members.count.ok_or_else(|| missing(object, "count"))?)?;
        let component = members.component.ok_or_else(|| missing(object, "component"))?;
        let action = members.action.ok_or_else(|| missing(object, "action"))?;
        if let Some(data) = members.data.and_then(|data| data.said(b"null")) {
            let (parts, interval) = (data.split(count)?, Interval { start, end });
            return self.parts(object, members, (component, action), parts, interval);
        }
        let channel = self.channel(component, action, None)?;
        let regions = members.region.map_or(Ok(RegionSetId::NONE), |tags| self.regions(tags))?;
        self.hand_on(object, Event { channel, regions, start, end, count })
    }

    /// Hands on the parts of a count only when all of them are good.
    fn parts(
        &mut self,
        object: Text<'_>,
        members: &EventMembers<'_>,
        (component, action): (Text<'_>, Text<'_>),
        parts: Parts,
        Interval { start, end }: Interval,
    ) -> Result<(), BadText> {
        let named =
            parts.counted().map(|(variant, count)| Ok((self.channel(component, action, variant)?, count)));
        let named = named.collect::<Result<Vec<_>, BadText>>()?;
        let regions = members.region.map_or(Ok(RegionSetId::NONE), |tags| self.regions(tags))?;
        let mut events =
            named.into_iter().map(|(channel, count)| Event { channel, regions, start, end, count });
        events.try_for_each(|event| self.hand_on(object, event))
    }

    fn hand_on(&mut self, object: Text<'_>, event: Event) -> Result<(), BadText> {
        let taken =
            if self.decoder.windowed { self.sink.window_count(event) } else { self.sink.event(event) };
        taken.map_err(|rejection| object.rejected(rejection))
    }

    fn interval(&self, object: Text<'_>, members: &EventMembers<'_>) -> Result<Interval, BadText> {
        match (members.cycle, members.start, members.end) {
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
        component: Text<'_>,
        action: Text<'_>,
        variant: Option<DataVariant>,
    ) -> Result<ChannelId, BadText> {
        let sink = &mut *self.sink;
        // As they are written: quotes, escapes and all.
        self.channels.of(variant).get_or(component.bytes, action.bytes, || {
            let names = (string_value(component, "component")?, string_value(action, "action")?);
            for (name, text, what) in [(&names.0, component, "component"), (&names.1, action, "action")] {
                if name.is_empty() {
                    let expected = format!("the name of the {what}");
                    return Err(text.bad("empty_name", format!("an empty {what}"), expected, ""));
                }
            }
            let asked = match variant {
                None => sink.channel(&names.0, &names.1),
                Some(variant) => sink.channel(&names.0, &variant_name(action, &names.1, variant)?),
            };
            asked.map_err(|rejection| component.rejected(rejection))
        })
    }

    fn regions(&mut self, tags: Text<'_>) -> Result<RegionSetId, BadText> {
        if matches!(tags.bytes, b"\"\"" | b"null") {
            return Ok(RegionSetId::NONE);
        }
        let sink = &mut *self.sink;
        self.regions.get_or(tags.bytes, &[], || {
            let text = string_value(tags, "region")?;
            sink.regions(&text).map_err(|rejection| tags.rejected(rejection))
        })
    }
}

impl<'a> EventMembers<'a> {
    fn take(&mut self, member: &Member<'a>) -> Result<(), BadText> {
        let value = member.value;
        let is_second = match &*member.key {
            "component" => self.component.replace(value).is_some(),
            "action" => self.action.replace(value).is_some(),
            "count" => self.count.replace(value).is_some(),
            "region" => self.region.replace(value).is_some(),
            key => match EDGE_NAMES.iter().find(|edge| edge.0 == key) {
                Some(&(_, Edge::Start, unit)) => self.start.replace((value, unit)).is_some(),
                Some(&(_, Edge::End, unit)) => self.end.replace((value, unit)).is_some(),
                Some(&(_, Edge::Cycle, _)) => self.cycle.replace(value).is_some(),
                None => match DATA_NAMES.iter().position(|name| *name == key) {
                    Some(at) => self.data.get_or_insert_default().0[at].replace(value).is_some(),
                    None => return Err(unknown_key(member)),
                },
            },
        };
        if !is_second {
            return Ok(());
        }
        Err(member.key_text.bad(
            "duplicate_key",
            format!("a second `{}`", member.key),
            "each key once",
            "name or drop one of the two",
        ))
    }
}

fn unknown_key(member: &Member<'_>) -> BadText {
    let key = &*member.key;
    if is_known(key) {
        let found = format!("`{key}` in an event");
        return member.key_text.bad("unknown_key", found, "it as the only key of its line", "");
    }
    let nearest = nearest(key, known_keys()).map_or("", |found| found.0);
    let cure = "correct or drop the key";
    member.key_text.bad(
        "unknown_key",
        format!("the unknown key `{key}`"),
        format!("perhaps `{nearest}`"),
        cure,
    )
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
