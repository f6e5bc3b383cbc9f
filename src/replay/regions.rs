//! Regions: from the tags of events and declarations to named intervals with exact counts.

use std::collections::BTreeMap;

use trace_formats::{RegionDeclaration, Rejection, Span};

use crate::activity::{ChannelName, Region, RegionCounts};

/// The kind of a tag that names none.
const DEFAULT_KIND: &str = "layer";

/// Splits `layer:conv1;inference:0` into kinds and names. A tag without a kind is a layer.
///
/// # Errors
/// An empty kind or name.
pub fn parse_tags(tags: &str) -> Result<Vec<(&str, &str)>, Rejection> {
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let parse = |tag| {
        let (kind, name): (&str, &str) = str::split_once(tag, ':').unwrap_or((DEFAULT_KIND, tag));
        if kind.is_empty() || name.is_empty() {
            return Err(Rejection {
                reason: "bad_region",
                found: format!("a region tag {tag:?}"),
                expected: "kind:name, or a name alone".to_owned(),
                cure: "write layer:conv1, and several tags as layer:conv1;inference:0".to_owned(),
            });
        }
        Ok((kind, name))
    };
    let parsed: Vec<(&str, &str)> = tags.split(';').map(parse).collect::<Result<_, _>>()?;
    // Rows of one kind and their remainder add up to the whole: an action can be in one region of a kind only.
    for (at, (kind, _)) in parsed.iter().enumerate() {
        if parsed[..at].iter().any(|(earlier, _)| earlier == kind) {
            return Err(Rejection {
                reason: "bad_region",
                found: format!("two regions of the kind {kind:?} in {tags:?}"),
                expected: "at most one region of each kind".to_owned(),
                cure: "give the two different kinds (op:…), or share the count between two events".to_owned(),
            });
        }
    }
    Ok(parsed)
}

/// The regions of a run while it is read.
#[derive(Default)]
pub struct RegionTable {
    regions: BTreeMap<(String, String), Entry>,
}

#[derive(Default)]
struct Entry {
    id: Option<u64>,
    declared: Option<Span>,
    seen: Option<Span>,
    counts: RegionCounts,
}

impl RegionTable {
    /// Takes a declaration. Declared twice, a region is open over both intervals and what lies between.
    pub fn declare(&mut self, region: &RegionDeclaration) {
        let entry = self.regions.entry((region.kind.clone(), region.name.clone())).or_default();
        entry.id = entry.id.or(region.id);
        let span = Span { start: region.start, end: region.end };
        entry.declared = Some(entry.declared.map_or(span, |declared| declared.join(span)));
    }

    /// Adds what events with a set of tags counted, and when they were.
    pub fn add(&mut self, tags: &str, span: Option<Span>, counts: &[(&ChannelName, u128)]) {
        for (kind, name) in parse_tags(tags).unwrap_or_default() {
            let entry = self.regions.entry((kind.to_owned(), name.to_owned())).or_default();
            if let Some(span) = span {
                entry.seen = Some(entry.seen.map_or(span, |seen| seen.join(span)));
            }
            for &(channel, count) in counts {
                *entry.counts.entry(channel.clone()).or_default() += count;
            }
        }
    }

    /// The regions by kind, then by start, then by number and name. Regions without a number get the next free
    /// ones of their kind in that order.
    pub fn finish(self) -> Vec<Region> {
        let mut regions: Vec<(Option<u64>, Region)> = self
            .regions
            .into_iter()
            .filter_map(|((kind, name), entry)| {
                let span = entry.declared.or(entry.seen)?;
                Some((entry.id, Region { kind, id: 0, name, span, counts: entry.counts }))
            })
            .collect();
        regions.sort_by(|(a_id, a), (b_id, b)| {
            (&a.kind, a.span.start, a_id, &a.name).cmp(&(&b.kind, b.span.start, b_id, &b.name))
        });
        let mut next: BTreeMap<String, u64> = BTreeMap::new();
        for (id, region) in &regions {
            let next = next.entry(region.kind.clone()).or_default();
            *next = (*next).max(id.map_or(0, |id| id.saturating_add(1)));
        }
        regions
            .into_iter()
            .map(|(id, mut region)| {
                let next = next.entry(region.kind.clone()).or_default();
                region.id = id.unwrap_or(*next);
                *next = next.saturating_add(u64::from(id.is_none()));
                region
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn tags_name_their_kind_or_are_layers() {
        assert_eq!(parse_tags("conv1").unwrap(), [("layer", "conv1")]);
        assert_eq!(parse_tags("op:add;inference:3").unwrap(), [("op", "add"), ("inference", "3")]);
        assert_eq!(parse_tags("").unwrap(), []);
        assert!(parse_tags("op:").is_err());
        assert!(parse_tags("a;;b").is_err());
        assert!(parse_tags("a;layer:b").is_err());
    }

    #[test]
    fn a_declared_interval_wins_over_the_events_of_a_region() {
        let mut table = RegionTable::default();
        table.add("conv1", Some(Span { start: 5, end: 9 }), &[]);
        table.add("conv2", Some(Span { start: 9, end: 12 }), &[]);
        let region = |name: &str, start, end| RegionDeclaration {
            kind: "layer".into(),
            id: None,
            name: name.into(),
            start,
            end,
        };
        table.declare(&region("conv1", -3, 9));
        let spans: Vec<_> = table.finish().into_iter().map(|region| (region.id, region.span.start)).collect();
        assert_eq!(spans, [(0, -3), (1, 9)]);
    }
}
