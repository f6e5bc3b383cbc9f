//! Comments that say something: `# key: value`, as metadata before the header, as facts after it.

use super::quoting::{Fields, Splitter};
use crate::error::excerpt;
use crate::event::Fact;
use crate::formats::activity_text::count::CountReader;
use crate::formats::activity_text::limits::{
    Misfit, check_clock, check_fraction_bits, check_region, check_span,
};
use crate::formats::activity_text::nearest::nearest;
use crate::formats::activity_text::text::{BadText, Text};
use crate::formats::activity_text::time::read_cycle;
use crate::metadata::{ChannelEvents, Metadata, Note, RegionDeclaration, Skipped, Span};

/// What the first line of a file that we write says after `# `.
pub(super) const SIGNATURE: &str = "nm-trace activity";

/// The version of the format that is written, and the only one that is read.
pub(super) const VERSION: &str = "1";

/// Keys that hold for the whole trace and stand before the header.
const METADATA_KEYS: &[&str] = &[
    "producer",
    "origin",
    "clock_hz",
    "inferences",
    "binding",
    "count_fraction_bits",
    "lateness_cycles",
    "window_cycles",
    "interval_cycles",
];

/// Keys of facts, which may also stand between and after rows.
const FACT_KEYS: &[&str] = &["span_cycles", "region", "skipped", "note", "warning"];

/// Keys of facts that only a row's decoder can hand on.
const BODY_KEYS: &[&str] = &["region_count", "events"];

/// A comment with a key that means something.
#[derive(Clone, Copy)]
pub(super) struct Comment<'a> {
    key: &'static str,
    key_at: usize,
    value: Text<'a>,
}

/// What the comments before the header say.
#[derive(Default)]
pub(super) struct LeadingComments {
    /// The trace's metadata.
    pub(super) metadata: Metadata,
    /// How long a row of a `cycle` column lasts.
    pub(super) interval_cycles: Option<u64>,
    seen: Vec<&'static str>,
}

/// Whether a line is a comment.
pub(super) fn is_comment(line: &[u8]) -> bool {
    line.trim_ascii_start().first() == Some(&b'#')
}

/// Reads a comment. `None` if it is only a remark.
pub(super) fn parse(line: Text<'_>) -> Result<Option<Comment<'_>>, BadText> {
    let line = line.trimmed();
    let comment = line.slice(1, line.bytes.len()).trimmed();
    if let Some(version) = comment.bytes.strip_prefix(SIGNATURE.as_bytes()) {
        return check_version(comment, version.trim_ascii()).map(|()| None);
    }
    let Some(colon) = memchr::memchr(b':', comment.bytes) else { return Ok(None) };
    let word = comment.slice(0, colon).trimmed();
    let value = comment.slice(colon + 1, comment.bytes.len()).trimmed();
    let Ok(name) = std::str::from_utf8(word.bytes) else { return Ok(None) };
    let keys = METADATA_KEYS.iter().chain(FACT_KEYS).chain(BODY_KEYS).copied();
    match nearest(name, keys) {
        Some((key, _)) if key == name => Ok(Some(Comment { key, key_at: word.at, value })),
        Some((key, distance)) if distance <= allowed_typos(key) => Err(word.bad(
            "misspelt_key",
            format!("the key `{name}`"),
            format!("`{key}`"),
            "correct it, or leave out the colon if this is only a remark",
        )),
        _ => Ok(None),
    }
}

/// Whether a comment marks a file as ours.
pub(super) fn is_ours(line: &[u8]) -> bool {
    let text = Text { bytes: line, at: 0 };
    is_comment(line)
        && (memchr::memmem::find(line, SIGNATURE.as_bytes()).is_some()
            || parse(text).is_ok_and(|comment| comment.is_some()))
}

/// Two wrong letters in a short word make another word: `date` is not a misspelt `note`.
fn allowed_typos(key: &str) -> usize {
    if key.len() <= 7 { 1 } else { 2 }
}

fn check_version(comment: Text<'_>, version: &[u8]) -> Result<(), BadText> {
    if version == VERSION.as_bytes() {
        return Ok(());
    }
    Err(comment.bad(
        "unknown_version",
        format!("version {} of Activity CSV", excerpt(version)),
        format!("version {VERSION}"),
        "use a newer nm-trace",
    ))
}

impl LeadingComments {
    /// Takes a comment that stands before the header.
    pub(super) fn take(&mut self, comment: Comment<'_>) -> Result<(), BadText> {
        let Comment { key, value, .. } = comment;
        if BODY_KEYS.contains(&key) {
            return Err(comment.misplaced("a line after the header"));
        }
        if FACT_KEYS.contains(&key) && key != "span_cycles" {
            return self.take_fact(comment);
        }
        if self.seen.contains(&key) {
            return Err(comment.bad("duplicate_key", format!("`{key}` for the second time"), "it once"));
        }
        self.seen.push(key);
        let metadata = &mut self.metadata;
        match key {
            "producer" => metadata.producer = Some(text_value(value)?),
            "origin" => metadata.origin = Some(text_value(value)?),
            "binding" => metadata.binding = Some(text_value(value)?),
            "clock_hz" => metadata.clock_hz = Some(clock(value)?),
            "inferences" => metadata.inferences = Some(whole(value)?),
            "count_fraction_bits" => {
                let bits = whole(value)?;
                check_fraction_bits(bits).map_err(|misfit| unfit(value, misfit))?;
                metadata.count_fraction_bits = bits as u32;
            }
            "lateness_cycles" => metadata.lateness_cycles = Some(whole(value)?),
            "window_cycles" => metadata.window_cycles = Some(positive(value)?),
            "interval_cycles" => self.interval_cycles = Some(positive(value)?),
            _ => metadata.span = Some(span(value)?),
        }
        Ok(())
    }

    fn take_fact(&mut self, comment: Comment<'_>) -> Result<(), BadText> {
        let metadata = &mut self.metadata;
        match comment.key {
            "region" => metadata.regions.push(region(comment.value)?),
            "skipped" => metadata.skipped.push(skipped(comment.value)?),
            "warning" => metadata.notes.push(Note::warning(text_value(comment.value)?)),
            _ => metadata.notes.push(Note::assumption(text_value(comment.value)?)),
        }
        Ok(())
    }
}

impl Comment<'_> {
    /// The fact that a comment after the header states.
    pub(super) fn fact(&self, counts: &CountReader) -> Result<Fact, BadText> {
        let value = self.value;
        Ok(match self.key {
            "span_cycles" => Fact::Span(span(value)?),
            "region" => Fact::Region(region(value)?),
            "skipped" => Fact::Skipped(skipped(value)?),
            "note" => Fact::Note(Note::assumption(text_value(value)?)),
            "warning" => Fact::Note(Note::warning(text_value(value)?)),
            "region_count" => region_count(value, counts)?,
            "events" => Fact::EventsTaken(events(value)?),
            _ => return Err(self.misplaced("a line before the header")),
        })
    }

    fn misplaced(&self, expected: &str) -> BadText {
        self.bad("misplaced_key", format!("`{}` here", self.key), format!("it on {expected}"))
    }

    fn bad(&self, reason: &'static str, found: String, expected: impl Into<String>) -> BadText {
        Text { bytes: &[], at: self.key_at }.bad(reason, found, expected, "")
    }
}

fn unfit(value: Text<'_>, Misfit { found, expected }: Misfit) -> BadText {
    value.bad("bad_metadata", found, expected, "")
}

fn unlike(value: Text<'_>, expected: &str) -> BadText {
    value.bad("bad_metadata", excerpt(value.bytes), expected, "")
}

/// The rest of the line, as it is or quoted.
fn text_value(value: Text<'_>) -> Result<String, BadText> {
    let mut splitter = Splitter::default();
    if value.bytes.first() != Some(&b'"') {
        return Ok(value.as_str()?.to_owned());
    }
    let fields = splitter.split(value)?;
    if fields.len() > 1 {
        return Err(unlike(value, "one text; quote all of it or nothing"));
    }
    Ok(fields.get(0).as_str()?.to_owned())
}

fn whole(value: Text<'_>) -> Result<u64, BadText> {
    value.as_str()?.parse().map_err(|_| unlike(value, "a whole number"))
}

fn positive(value: Text<'_>) -> Result<u64, BadText> {
    match whole(value)? {
        0 => Err(unlike(value, "at least 1")),
        number => Ok(number),
    }
}

fn clock(value: Text<'_>) -> Result<f64, BadText> {
    let clock_hz = value.as_str()?.parse().map_err(|_| unlike(value, "a number of hertz (700e6)"))?;
    check_clock(clock_hz).map_err(|misfit| unfit(value, misfit))?;
    Ok(clock_hz)
}

fn span(value: Text<'_>) -> Result<Span, BadText> {
    let Some(dots) = memchr::memmem::find(value.bytes, b"..") else {
        return Err(unlike(value, "start..end, the end being the first cycle after the run (0..1410)"));
    };
    let start = read_cycle(value.slice(0, dots).trimmed())?;
    let end = read_cycle(value.slice(dots + 2, value.bytes.len()).trimmed())?;
    let span = Span { start, end };
    check_span(&span).map_err(|misfit| unfit(value, misfit))?;
    Ok(span)
}

fn region(value: Text<'_>) -> Result<RegionDeclaration, BadText> {
    let mut splitter = Splitter::default();
    let fields = split_exactly(&mut splitter, value, 5, "kind, id, name, start, end")?;
    let region = RegionDeclaration {
        kind: fields.get(0).as_str()?.to_owned(),
        id: if fields.is_absent(1) { None } else { Some(whole(fields.get(1))?) },
        name: fields.get(2).as_str()?.to_owned(),
        start: read_cycle(fields.get(3))?,
        end: read_cycle(fields.get(4))?,
    };
    check_region(&region).map_err(|misfit| unfit(value, misfit))?;
    Ok(region)
}

fn skipped(value: Text<'_>) -> Result<Skipped, BadText> {
    let mut splitter = Splitter::default();
    let fields = split_exactly(&mut splitter, value, 4, "reason, region, channel, count")?;
    let optional = |index| {
        let text = fields.get(index).as_str().map(str::to_owned);
        if fields.is_absent(index) { Ok(None) } else { text.map(Some) }
    };
    Ok(Skipped {
        reason: fields.get(0).as_str()?.to_owned(),
        region: optional(1)?,
        channel: optional(2)?,
        count: whole(fields.get(3))?,
    })
}

fn region_count(value: Text<'_>, counts: &CountReader) -> Result<Fact, BadText> {
    let mut splitter = Splitter::default();
    let fields = split_exactly(&mut splitter, value, 4, "region tags, component, action, count")?;
    Ok(Fact::RegionCount {
        regions: fields.get(0).as_str()?.to_owned(),
        component: fields.get(1).as_str()?.to_owned(),
        action: fields.get(2).as_str()?.to_owned(),
        count: counts.read_sum(fields.get(3))?,
    })
}

fn events(value: Text<'_>) -> Result<ChannelEvents, BadText> {
    let mut splitter = Splitter::default();
    let fields = split_exactly(&mut splitter, value, 3, "component, action, number of events")?;
    Ok(ChannelEvents {
        component: fields.get(0).as_str()?.to_owned(),
        action: fields.get(1).as_str()?.to_owned(),
        events: whole(fields.get(2))?,
    })
}

fn split_exactly<'s>(
    splitter: &'s mut Splitter,
    value: Text<'s>,
    length: usize,
    names: &str,
) -> Result<Fields<'s>, BadText> {
    let fields = splitter.split(value)?;
    if fields.len() == length {
        return Ok(fields);
    }
    Err(value.bad("bad_metadata", format!("{} values", fields.len()), format!("{length}: {names}"), ""))
}
