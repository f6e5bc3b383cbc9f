//! The only place that knows bincode: how names, facts, metadata and the footer become bytes.
//!
//! `config::legacy()` is the layout that the specification writes out: fixed-width little-endian
//! integers, lengths as `u64`, `Option` as one byte, enum variants as `u32`. The structs of
//! [`crate::metadata`] are encoded as they stand, field by field; the format's version number pins
//! their layout, and the tests below hold its bytes, so that a field added there fails here first.

use bincode::config::{self, Config};
use bincode::error::DecodeError;
use serde::{Deserialize, Serialize};

use crate::error::DataError;
use crate::event::Fact;
use crate::formats::nmt::frame::{MAX_METADATA_BYTES, MAX_PAYLOAD_BYTES, bad_block};
use crate::metadata::{ChannelEvents, Metadata, Note, RegionDeclaration, Skipped, Span};

/// The names that one block's events use: every block carries its own, so that it can be read alone.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dictionary<'a> {
    /// Component and action of each channel; the channel column holds positions in this list.
    #[serde(borrow)]
    pub channels: Vec<(&'a str, &'a str)>,
    /// Sets of region tags; the region column holds 0 for none, else a position in this list plus one.
    #[serde(borrow)]
    pub region_sets: Vec<&'a str>,
}

/// A block as the index lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexEntry {
    /// Where the block starts in the file.
    pub offset: u64,
    /// Its kind.
    pub kind: u16,
    /// Its number of records.
    pub records: u32,
    /// First cycle of its events and first cycle after them; `None` for facts.
    pub cycles: Option<Span>,
}

/// What is known at the end of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footer {
    /// Where the footer's own block starts: a reader notices when a block before it is missing.
    pub offset: u64,
    /// Number of events in the file.
    pub events: u64,
    /// Number of sums over windows.
    pub windows: u64,
    /// Number of facts.
    pub facts: u64,
    /// Where the index blocks start.
    pub index_blocks: Vec<u64>,
}

/// [`Fact`] as it is stored. The order of the variants is part of the format.
#[derive(Serialize, Deserialize)]
enum StoredFact {
    Region(RegionDeclaration),
    Span(Span),
    Note(Note),
    Skipped(Skipped),
    RegionCount { regions: String, component: String, action: String, count: u128 },
    EventsTaken(ChannelEvents),
}

/// Encodes the metadata.
///
/// # Errors
/// None that is known: bincode can encode all that these types hold.
pub fn encode_metadata(metadata: &Metadata) -> Result<Vec<u8>, DataError> {
    encode(metadata)
}

/// Decodes the metadata.
///
/// # Errors
/// Lengths that lie, text that is not UTF-8, bytes left over.
pub fn decode_metadata(payload: &[u8]) -> Result<Metadata, DataError> {
    let config = config::legacy().with_limit::<MAX_METADATA_BYTES>();
    let decoded = bincode::serde::borrow_decode_from_slice(payload, config);
    whole(payload, decoded.map_err(|error| unreadable("metadata", &error))?, "metadata")
}

/// Encodes a dictionary, an index or a footer.
///
/// # Errors
/// As [`encode_metadata`].
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, DataError> {
    bincode::serde::encode_to_vec(value, config::legacy())
        .map_err(|error| bad_block(format!("something that cannot be encoded ({error})"), "plain data"))
}

/// Decodes a value that fills the payload; `what` names it in messages.
///
/// # Errors
/// As [`decode_metadata`].
pub fn decode<'a, T: Deserialize<'a>>(payload: &'a [u8], what: &str) -> Result<T, DataError> {
    whole(payload, decode_prefix(payload, what)?, what)
}

/// Decodes a value at the start of a payload; returns it and the number of bytes it takes.
///
/// # Errors
/// As [`decode_metadata`].
pub fn decode_prefix<'a, T: Deserialize<'a>>(payload: &'a [u8], what: &str) -> Result<(T, usize), DataError> {
    bincode::serde::borrow_decode_from_slice(payload, block_config())
        .map_err(|error| unreadable(what, &error))
}

/// Encodes a fact.
///
/// # Errors
/// As [`encode_metadata`].
pub fn encode_fact(fact: Fact) -> Result<Vec<u8>, DataError> {
    encode(&match fact {
        Fact::Region(region) => StoredFact::Region(region),
        Fact::Span(span) => StoredFact::Span(span),
        Fact::Note(note) => StoredFact::Note(note),
        Fact::Skipped(skipped) => StoredFact::Skipped(skipped),
        Fact::RegionCount { regions, component, action, count } => {
            StoredFact::RegionCount { regions, component, action, count }
        }
        Fact::EventsTaken(events) => StoredFact::EventsTaken(events),
    })
}

/// Decodes the facts that fill a payload.
///
/// # Errors
/// As [`decode_metadata`], and another number of facts than `records`.
pub fn decode_facts(payload: &[u8], records: u32) -> Result<Vec<Fact>, DataError> {
    let mut facts = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() && facts.len() <= records as usize {
        let (fact, length) = decode_prefix::<StoredFact>(rest, "a fact")?;
        facts.push(fact.into());
        rest = &rest[length..];
    }
    if facts.len() != records as usize {
        return Err(bad_block(
            format!("a block of another number of facts than the {records} it claims"),
            "as many",
        ));
    }
    Ok(facts)
}

impl From<StoredFact> for Fact {
    fn from(fact: StoredFact) -> Fact {
        match fact {
            StoredFact::Region(region) => Fact::Region(region),
            StoredFact::Span(span) => Fact::Span(span),
            StoredFact::Note(note) => Fact::Note(note),
            StoredFact::Skipped(skipped) => Fact::Skipped(skipped),
            StoredFact::RegionCount { regions, component, action, count } => {
                Fact::RegionCount { regions, component, action, count }
            }
            StoredFact::EventsTaken(events) => Fact::EventsTaken(events),
        }
    }
}

/// The limit keeps a length that lies from asking for memory.
fn block_config() -> impl Config {
    config::legacy().with_limit::<MAX_PAYLOAD_BYTES>()
}

fn whole<T>(payload: &[u8], (value, length): (T, usize), what: &str) -> Result<T, DataError> {
    if length != payload.len() {
        let found = format!("{what} with {} bytes left over", payload.len() - length);
        return Err(bad_block(found, "a payload that is used up"));
    }
    Ok(value)
}

fn unreadable(what: &str, error: &DecodeError) -> DataError {
    let flaw = match error {
        DecodeError::UnexpectedEnd { .. } | DecodeError::LimitExceeded => {
            "a length that reaches past its end"
        }
        DecodeError::Utf8 { .. } => "text that is not UTF-8",
        _ => "a value that does not exist",
    };
    bad_block(format!("{what} with {flaw}"), "lengths, text and values as specified")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::NoteKind;

    fn text(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
    }

    #[test]
    fn metadata_has_the_bytes_of_the_specification() {
        let region =
            RegionDeclaration { kind: "layer".into(), id: Some(7), name: "fc".into(), start: -1, end: 9 };
        let skipped =
            Skipped { reason: "phantom".into(), region: None, channel: Some("a/b".into()), count: 5 };
        let metadata = Metadata {
            producer: Some("sim".into()),
            origin: None,
            clock_hz: Some(7e8),
            inferences: Some(2),
            binding: None,
            count_fraction_bits: 4,
            lateness_cycles: Some(6),
            window_cycles: None,
            span: Some(Span { start: -3, end: 8 }),
            regions: vec![region],
            skipped: vec![skipped],
            notes: vec![Note { kind: NoteKind::Warning, text: "careful".into() }],
        };
        let specified = [
            &[1][..],
            &text("sim"),
            &[0],
            &[1],
            &7e8_f64.to_le_bytes(),
            &[1],
            &2_u64.to_le_bytes(),
            &[0],
            &4_u32.to_le_bytes(),
            &[1],
            &6_u64.to_le_bytes(),
            &[0],
            &[1],
            &(-3_i64).to_le_bytes(),
            &8_i64.to_le_bytes(),
            &1_u64.to_le_bytes(),
            &text("layer"),
            &[1],
            &7_u64.to_le_bytes(),
            &text("fc"),
            &(-1_i64).to_le_bytes(),
            &9_i64.to_le_bytes(),
            &1_u64.to_le_bytes(),
            &text("phantom"),
            &[0],
            &[1],
            &text("a/b"),
            &5_u64.to_le_bytes(),
            &1_u64.to_le_bytes(),
            &1_u32.to_le_bytes(),
            &text("careful"),
        ]
        .concat();
        assert_eq!(encode_metadata(&metadata).unwrap(), specified);
        assert_eq!(decode_metadata(&specified).unwrap(), metadata);
    }

    fn taken() -> Fact {
        Fact::EventsTaken(ChannelEvents { component: "a".into(), action: "b".into(), events: 3 })
    }

    #[test]
    fn facts_have_the_bytes_of_the_specification() {
        let count = Fact::RegionCount {
            regions: "layer:fc".into(),
            component: "a".into(),
            action: "b".into(),
            count: 1 << 100,
        };
        let note = Fact::Note(Note::assumption("guess"));
        let cases = [
            (note, [&2_u32.to_le_bytes()[..], &0_u32.to_le_bytes(), &text("guess")].concat()),
            (
                count,
                [
                    &4_u32.to_le_bytes()[..],
                    &text("layer:fc"),
                    &text("a"),
                    &text("b"),
                    &(1_u128 << 100).to_le_bytes(),
                ]
                .concat(),
            ),
            (taken(), [&5_u32.to_le_bytes()[..], &text("a"), &text("b"), &3_u64.to_le_bytes()].concat()),
        ];
        for (fact, specified) in cases {
            assert_eq!(encode_fact(fact.clone()).unwrap(), specified);
            assert_eq!(decode_facts(&specified, 1).unwrap(), [fact]);
        }
    }

    #[test]
    fn a_wrong_number_of_facts_is_refused() {
        let bytes = encode_fact(taken()).unwrap();
        assert!(decode_facts(&bytes, 0).is_err());
        assert!(decode_facts(&bytes, 2).is_err());
    }

    #[test]
    fn lengths_that_lie_are_refused_without_asking_for_memory() {
        for length in [u64::MAX, 1 << 40, 100] {
            let mut payload = length.to_le_bytes().to_vec();
            payload.extend([0; 40]);
            assert!(decode::<Dictionary<'_>>(&payload, "a dictionary").is_err());
            assert!(decode_metadata(&[&[1], &payload[..]].concat()).is_err());
        }
    }
}
