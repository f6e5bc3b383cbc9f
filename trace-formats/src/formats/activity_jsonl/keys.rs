//! The keys of an event and the values that were found for them.

use super::facts::{FACT_KEYS, METADATA};
use super::members::{Member, unescaped};
use super::words::first_pair;
use crate::formats::activity_text::data::{DATA_NAMES, DataTexts};
use crate::formats::activity_text::nearest::nearest;
use crate::formats::activity_text::text::{BadText, Text};
use crate::formats::activity_text::time::{EDGE_NAMES, Edge, Unit};

/// What a value says of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Start,
    End,
    Cycle,
    Count,
    Component,
    Action,
    Region,
    Zero,
    Gated,
    Toggle,
}

/// How many roles there are.
const ROLES: usize = Role::Toggle as usize + 1;

/// Keys of an event besides those of time and data.
const NAMES: [(&str, Role); 4] = [
    ("component", Role::Component),
    ("action", Role::Action),
    ("count", Role::Count),
    ("region", Role::Region),
];

/// What a key stands for. The unit is that of a time; other values have none, and say cycles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) role: Role,
    unit: Unit,
}

fn fields() -> impl Iterator<Item = (&'static str, Field)> {
    let edges = EDGE_NAMES.iter().map(|&(name, edge, unit)| {
        let role = match edge {
            Edge::Start => Role::Start,
            Edge::End => Role::End,
            Edge::Cycle => Role::Cycle,
        };
        (name, Field { role, unit })
    });
    let data = DATA_NAMES.into_iter().zip([Role::Zero, Role::Gated, Role::Toggle]);
    let others = NAMES.into_iter().chain(data);
    others.map(|(name, role)| (name, Field { role, unit: Unit::Cycles })).chain(edges)
}

impl Field {
    /// What the key of an event stands for.
    pub(super) fn named(key: &str) -> Option<Field> {
        fields().find(|known| known.0 == key).map(|known| known.1)
    }
}

/// Whether an event or a fact may have this key.
pub(super) fn is_known(key: &str) -> bool {
    known_keys().any(|known| known == key)
}

fn known_keys() -> impl Iterator<Item = &'static str> {
    fields().map(|known| known.0).chain(FACT_KEYS.iter().copied()).chain([METADATA])
}

/// The error for a key that no event has.
pub(super) fn unknown_key(member: &Member<'_>) -> BadText {
    let key = &*member.key;
    if is_known(key) {
        let found = format!("`{key}` in an event");
        return member.key_text.bad("unknown_key", found, "it as the only key of its line", "");
    }
    let nearest = nearest(key, known_keys()).map_or("", |found| found.0);
    member.key_text.bad(
        "unknown_key",
        format!("the unknown key `{key}`"),
        format!("perhaps `{nearest}`"),
        "correct or drop the key",
    )
}

/// The longest key that is looked up by its bytes, with its closing quote.
const KEY_BYTES: usize = 16;

/// Finds plainly written keys by the bytes they and their closing quotes are.
pub(super) struct Keys([([u64; 2], Option<Field>); 1 << KEY_SLOT_BITS]);

const KEY_SLOT_BITS: u32 = 6;

/// Gives each key a place of its own, which a test checks.
const KEY_MULTIPLIER: u64 = 0x28ce_6f24_1064_5d51;

impl Keys {
    pub(super) fn new() -> Keys {
        let mut keys = Keys([([0; 2], None); 1 << KEY_SLOT_BITS]);
        for (name, field) in fields() {
            let written = format!("{name}\"{}", " ".repeat(KEY_BYTES));
            if let Some(pair) = first_pair(written.as_bytes(), name.len() + 1) {
                keys.0[key_slot(pair)] = (pair, Some(field));
            }
        }
        keys
    }

    /// The field of the key of `length` bytes with which `bytes` start, if it is written plainly and bytes follow.
    #[inline(always)]
    pub(super) fn find(&self, bytes: &[u8], length: usize) -> Option<Field> {
        if length >= KEY_BYTES {
            return None;
        }
        let written = first_pair(bytes, length + 1)?;
        let (known, field) = &self.0[key_slot(written)];
        if *known == written { *field } else { None }
    }
}

#[inline(always)]
fn key_slot([low, high]: [u64; 2]) -> usize {
    ((low ^ high.rotate_left(7)).wrapping_mul(KEY_MULTIPLIER) >> (64 - KEY_SLOT_BITS)) as usize
}

/// The values of an event, as far as they were found, by their roles.
pub(super) struct EventMembers<'a> {
    object: Text<'a>,
    values: [Place; ROLES],
    /// Units of start and end.
    units: [Unit; 2],
}

/// Where a value stands in its object: its start, which is never 0, and its length. In one word, since halves that are
/// written and then read together are waited for.
#[derive(Clone, Copy, Default)]
struct Place(u64);

impl Place {
    #[inline(always)]
    fn of(start: usize, length: usize) -> Place {
        // A line that is taken has at most some hundred thousand bytes.
        Place((start as u64) << 32 | length as u64)
    }

    #[inline(always)]
    fn text<'a>(self, object: Text<'a>) -> Option<Text<'a>> {
        let (start, length) = ((self.0 >> 32) as usize, self.0 as u32 as usize);
        (start != 0).then(|| object.slice(start, start + length))
    }
}

impl<'a> EventMembers<'a> {
    /// None yet.
    pub(super) fn of(object: Text<'a>) -> EventMembers<'a> {
        EventMembers { object, values: [Place::default(); ROLES], units: [Unit::Cycles; 2] }
    }

    /// The value of a role.
    #[inline(always)]
    pub(super) fn get(&self, role: Role) -> Option<Text<'a>> {
        self.values[role as usize].text(self.object)
    }

    /// The start or the end, and its unit.
    #[inline(always)]
    pub(super) fn time(&self, role: Role) -> Option<(Text<'a>, Unit)> {
        Some((self.get(role)?, self.units[role as usize]))
    }

    /// Whether the interval is in cycles rather than times.
    pub(super) fn counts_cycles(&self) -> bool {
        self.units == [Unit::Cycles; 2]
    }

    /// What is said of the data.
    #[inline(always)]
    pub(super) fn data(&self) -> Option<DataTexts<'a>> {
        let [zero, gated, toggle] =
            [Role::Zero, Role::Gated, Role::Toggle].map(|role| self.values[role as usize]);
        if zero.0 | gated.0 | toggle.0 == 0 {
            return None;
        }
        DataTexts([zero, gated, toggle].map(|place| place.text(self.object))).said(b"null")
    }

    /// Keeps the value of a key.
    #[inline(always)]
    pub(super) fn put(&mut self, key: Text<'a>, field: Field, value: Text<'a>) -> Result<(), BadText> {
        let kept = &mut self.values[field.role as usize];
        if kept.0 != 0 {
            return Err(second(key));
        }
        *kept = Place::of(value.at - self.object.at, value.bytes.len());
        if field.unit != Unit::Cycles {
            self.units[field.role as usize % 2] = field.unit;
        }
        Ok(())
    }
}

#[cold]
fn second(key: Text<'_>) -> BadText {
    match unescaped(key) {
        Ok(name) => key.bad(
            "duplicate_key",
            format!("a second `{name}`"),
            "each key once",
            "name or drop one of the two",
        ),
        Err(bad) => bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_bytes_and_no_other_is() {
        let keys = Keys::new();
        for (name, field) in fields() {
            let written = format!("{name}\":1 and what follows");
            assert_eq!(keys.find(written.as_bytes(), name.len()), Some(field), "{name}");
            assert_eq!(keys.find(written.as_bytes(), name.len() - 1), None, "{name}");
            assert_eq!(Field::named(name), Some(field), "{name}");
        }
        assert_eq!(keys.find(b"\":1 and what follows", 0), None);
        assert_eq!(keys.find(b"a_key_of_too_many_bytes\":1", 23), None);
        assert_eq!(keys.find(b"count\"", 5), None);
    }
}
