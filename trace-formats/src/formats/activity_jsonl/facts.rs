//! Objects with one member: metadata and facts.

use serde::de::DeserializeOwned;

use super::members::{Member, Members, string_value};
use crate::error::excerpt;
use crate::event::Fact;
use crate::formats::activity_text::count::CountReader;
use crate::formats::activity_text::limits::{Misfit, check_metadata, check_region, check_span};
use crate::formats::activity_text::text::{BadText, Text};
use crate::metadata::Metadata;

/// The key of the metadata line.
pub(super) const METADATA: &str = "metadata";

/// The keys of facts. `region` is one only if its value is an object: in an event it is a tag.
pub(super) const FACT_KEYS: &[&str] = &["region", "span", "note", "skipped", "region_count", "events_taken"];

/// Whether the object that starts with this member is metadata or a fact rather than an event.
pub(super) fn is_fact(first: &Member<'_>) -> bool {
    let key = &*first.key;
    key == METADATA || (FACT_KEYS.contains(&key) && (key != "region" || first.value.bytes.starts_with(b"{")))
}

/// The metadata that a line holds, if it does.
pub(super) fn metadata_line(line: Text<'_>) -> Result<Option<Metadata>, BadText> {
    let mut members = Members::of(line)?;
    let Some(first) = members.next()? else { return Ok(None) };
    if first.key != METADATA {
        return Ok(None);
    }
    require_end(&mut members)?;
    let mut metadata: Metadata = from_json(first.value)?;
    if let Some(clock_hz) = exact_clock(first.value)? {
        metadata.clock_hz = Some(clock_hz);
    }
    check_metadata(&metadata).map_err(|misfit| unfit(first.value, misfit))?;
    Ok(Some(metadata))
}

/// The clock to the last bit. serde_json reads decimals to within one unit in the last place only.
fn exact_clock(object: Text<'_>) -> Result<Option<f64>, BadText> {
    let mut members = Members::of(object)?;
    while let Some(member) = members.next()? {
        if member.key == "clock_hz" {
            return Ok(member.value.as_str()?.parse().ok());
        }
    }
    Ok(None)
}

/// Reads the fact that a line's only member states.
pub(super) fn read_fact(
    first: &Member<'_>,
    rest: &mut Members<'_>,
    counts: &CountReader,
) -> Result<Fact, BadText> {
    require_end(rest)?;
    let value = first.value;
    Ok(match &*first.key {
        "region" => {
            let region = from_json(value)?;
            check_region(&region).map_err(|misfit| unfit(value, misfit))?;
            Fact::Region(region)
        }
        "span" => {
            let span = from_json(value)?;
            check_span(&span).map_err(|misfit| unfit(value, misfit))?;
            Fact::Span(span)
        }
        "note" => Fact::Note(from_json(value)?),
        "skipped" => Fact::Skipped(from_json(value)?),
        "events_taken" => Fact::EventsTaken(from_json(value)?),
        "region_count" => region_count(value, counts)?,
        _ => {
            return Err(first.key_text.bad(
                "late_metadata",
                "metadata here",
                "metadata in the first line only",
                "put all of it into one object in the first line",
            ));
        }
    })
}

/// Taken apart by hand, since its count may have more digits than a JSON number is read with.
fn region_count(object: Text<'_>, counts: &CountReader) -> Result<Fact, BadText> {
    let (mut regions, mut component, mut action, mut count) = (None, None, None, None);
    let mut members = Members::of(object)?;
    while let Some(Member { key, key_text, value }) = members.next()? {
        match &*key {
            "region" => regions = Some(string_value(value, "region")?.into_owned()),
            "component" => component = Some(string_value(value, "component")?.into_owned()),
            "action" => action = Some(string_value(value, "action")?.into_owned()),
            "count" => count = Some(counts.read_sum(value)?),
            _ => {
                let expected = "`region`, `component`, `action` and `count`";
                return Err(key_text.bad("unknown_key", format!("the key `{key}`"), expected, ""));
            }
        }
    }
    match (regions, component, action, count) {
        (Some(regions), Some(component), Some(action), Some(count)) => {
            Ok(Fact::RegionCount { regions, component, action, count })
        }
        _ => Err(object.bad(
            "missing_key",
            excerpt(object.bytes),
            "`region`, `component`, `action` and `count`",
            "",
        )),
    }
}

fn require_end(members: &mut Members<'_>) -> Result<(), BadText> {
    match members.next()? {
        None => Ok(()),
        Some(member) => Err(member.key_text.bad(
            "bad_json",
            format!("the key `{}` beside metadata or a fact", member.key),
            "an object with one key",
            "write it on a line of its own",
        )),
    }
}

/// Reads a nested value, and finds where in the line serde stopped.
fn from_json<T: DeserializeOwned>(value: Text<'_>) -> Result<T, BadText> {
    value.as_str()?;
    serde_json::from_slice(value.bytes).map_err(|error| {
        let message = error.to_string();
        let found = message.split(" at line ").next().unwrap_or(&message).to_owned();
        let at = error.column().saturating_sub(1).min(value.bytes.len());
        value.slice(at, value.bytes.len()).bad(
            "bad_metadata",
            found,
            "the keys and types of docs/formats/activity-jsonl.md",
            "correct or drop the key",
        )
    })
}

fn unfit(value: Text<'_>, Misfit { found, expected }: Misfit) -> BadText {
    value.bad("bad_metadata", found, expected, "")
}
