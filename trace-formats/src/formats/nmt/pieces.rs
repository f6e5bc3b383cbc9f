//! The events of a block a few at a time, so that they never leave a core's first cache.
//!
//! A block is checked whole before any of its events counts. That needs no look at a packed column whose base, widths and
//! exceptions say that none of its values can be beyond the limits: it is unpacked piece by piece, while the events are
//! handed over. Every other column is unpacked at once and looked through. What cannot be shown to be sound is left to
//! [`Columns`](super::block::Columns), which looks at every record, and explains.

use std::ops::{Range, RangeInclusive};

use crate::event::{ChannelId, EventColumns, MAX_CYCLE, MAX_EVENT_COUNT, RegionSetId};
use crate::formats::nmt::column::{self, Packed, Scratch};
use crate::formats::nmt::wire::{self, Dictionary};

/// How many events a piece has: a multiple of eight.
const PIECE_EVENTS: usize = 256;

/// The columns of the block that is open. Reused from block to block, so that none is allocated.
#[derive(Default)]
pub struct Pieces {
    records: usize,
    channels: PieceColumn,
    regions: PieceColumn,
    starts: PieceColumn,
    durations: PieceColumn,
    counts: PieceColumn,
}

#[derive(Default)]
struct PieceColumn {
    /// A column that is unpacked piece by piece.
    packed: Option<Packed>,
    scratch: Scratch,
    /// The latest piece of it; or all values.
    values: Vec<i64>,
}

impl Pieces {
    /// Opens a payload of events. `None` unless all of them are surely sound.
    pub fn open<'a>(&mut self, payload: &'a [u8], records: u32) -> Option<Dictionary<'a>> {
        if records == 0 {
            return None;
        }
        let (dictionary, mut at) = wire::decode_prefix::<Dictionary<'_>>(payload, "a dictionary").ok()?;
        self.records = records as usize;
        let columns = [
            (&mut self.channels, 0..=dictionary.channels.len() as i64 - 1),
            (&mut self.regions, 0..=dictionary.region_sets.len() as i64),
            (&mut self.starts, -MAX_CYCLE..=MAX_CYCLE / 2),
            (&mut self.durations, 1..=MAX_CYCLE / 2),
            (&mut self.counts, 0..=MAX_EVENT_COUNT as i64),
        ];
        for (column, limits) in columns {
            column.open(payload, &mut at, self.records, limits)?;
        }
        (at == payload.len()).then_some(dictionary)
    }

    /// Calls `take` with piece after piece of the events, and the number of the first in the block. `channel_ids` and
    /// `region_ids` are those of the dictionary, the latter behind that of no region.
    ///
    /// # Errors
    /// Those of `take`.
    pub fn each<E>(
        &mut self,
        payload: &[u8],
        channel_ids: &[ChannelId],
        region_ids: &[RegionSetId],
        mut take: impl FnMut(usize, EventColumns<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for first in (0..self.records).step_by(PIECE_EVENTS) {
            let records = first..self.records.min(first + PIECE_EVENTS);
            let events = EventColumns {
                channel_ids,
                region_ids,
                channels: self.channels.next(payload, records.clone()),
                regions: self.regions.next(payload, records.clone()),
                starts: self.starts.next(payload, records.clone()),
                durations: self.durations.next(payload, records.clone()),
                counts: self.counts.next(payload, records),
            };
            take(first, events)?;
        }
        Ok(())
    }
}

impl PieceColumn {
    /// Opens the column at `*at` and moves `*at` behind it. `None` unless all values are surely within the limits.
    fn open(
        &mut self,
        payload: &[u8],
        at: &mut usize,
        records: usize,
        limits: RangeInclusive<i64>,
    ) -> Option<()> {
        let mut behind = *at;
        self.packed = Packed::open(payload, &mut behind, records, &mut self.scratch).filter(|packed| {
            let (least, most) = packed.bounds(&self.scratch);
            i128::from(*limits.start()) <= least && most <= i128::from(*limits.end())
        });
        if self.packed.is_some() {
            *at = behind;
            self.values.resize(PIECE_EVENTS, 0);
            return Some(());
        }
        self.values.resize(records, 0);
        column::decode(payload, at, &mut self.values, &mut self.scratch).ok()?;
        // The sign bit says that one is beyond a limit; gathered faster than values are compared.
        let (least, most) = (*limits.start(), *limits.end());
        let beyond = self
            .values
            .iter()
            .fold(0, |beyond, &value| beyond | value.wrapping_sub(least) | most.wrapping_sub(value));
        (beyond >= 0).then_some(())
    }

    /// The values of the next records.
    fn next(&mut self, payload: &[u8], records: Range<usize>) -> &[i64] {
        let Some(packed) = &mut self.packed else { return &self.values[records] };
        let values = &mut self.values[..records.len()];
        packed.values(payload, &self.scratch, records.start, values);
        values
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::Event;
    use crate::formats::nmt::block::Columns;
    use crate::formats::nmt::column_writer::ColumnWriter;
    use crate::formats::nmt::frame::BlockKind;

    /// Events by pieces, if there are.
    fn by_pieces(payload: &[u8], records: u32) -> Option<Vec<Event>> {
        let mut pieces = Pieces::default();
        let dictionary = pieces.open(payload, records)?;
        let channels: Vec<_> = (0..dictionary.channels.len() as u32).map(ChannelId).collect();
        let region_sets: Vec<_> = (0..=dictionary.region_sets.len() as u32).map(RegionSetId).collect();
        let mut events = Vec::new();
        let result: Result<(), ()> = pieces.each(payload, &channels, &region_sets, |first, piece| {
            assert_eq!(first, events.len());
            events.extend((0..piece.len()).map(|at| piece.event(at)));
            Ok(())
        });
        result.unwrap();
        Some(events)
    }

    /// Events by whole columns, if they are sound.
    fn by_columns(payload: &[u8], records: u32) -> Option<Vec<Event>> {
        let mut columns = Columns::default();
        columns.decode(payload, records, BlockKind::Events).ok()?;
        let event = |at: usize| Event {
            channel: ChannelId(columns.channels[at] as u32),
            regions: RegionSetId(columns.regions[at] as u32),
            start: columns.starts[at],
            end: columns.starts[at] + columns.durations[at],
            count: columns.counts[at] as u64,
        };
        Some((0..records as usize).map(event).collect())
    }

    fn names() -> Vec<u8> {
        let dictionary =
            Dictionary { channels: vec![("a", "b"), ("c", "d"), ("e", "f")], region_sets: vec!["layer:x"] };
        wire::encode(&dictionary).unwrap()
    }

    fn columns(records: Range<usize>) -> impl Strategy<Value = Columns> {
        let small = prop_oneof![8 => 0i64..60, 1 => 0i64..100_000];
        let record = (0i64..3, 0i64..2, -2i64..60, small.clone(), small);
        (prop::collection::vec(record, records), any::<i64>(), 0u32..64, any::<bool>()).prop_map(
            |(records, first, bits, has_regions)| {
                let mut columns = Columns::default();
                let mut start = first >> bits;
                for (channel, region, step, duration, count) in records {
                    start = start.wrapping_add(step);
                    columns.channels.push(channel);
                    columns.regions.push(if has_regions { region } else { 0 });
                    columns.starts.push(start);
                    columns.durations.push(duration + 1);
                    columns.counts.push(count);
                }
                columns
            },
        )
    }

    #[test]
    fn columns_that_our_writer_packs_are_read_by_pieces() {
        let cycle = |record: i64| record * 3 + record * record % 5;
        let mut columns = Columns::default();
        for record in 0..1000 {
            columns.channels.push(record * record % 3);
            columns.regions.push(record / 500);
            columns.starts.push(cycle(record));
            columns.durations.push(if record % 90 == 7 { 10_000 } else { 1 + record * record % 60 });
            columns.counts.push(record * record % 250);
        }
        let mut payload = names();
        columns.encode(&mut ColumnWriter::default(), &mut payload);
        let events = by_pieces(&payload, 1000);
        assert!(events.is_some());
        assert_eq!(events, by_columns(&payload, 1000));
        let mut pieces = Pieces::default();
        pieces.open(&payload, 1000).unwrap();
        let are_packed =
            [&pieces.starts, &pieces.durations, &pieces.counts].map(|column| column.packed.is_some());
        assert_eq!(are_packed, [true; 3]);
    }

    proptest! {
        #[test]
        fn pieces_have_the_events_of_whole_columns(columns in columns(1..1200)) {
            let mut payload = names();
            columns.encode(&mut ColumnWriter::default(), &mut payload);
            let records = columns.len() as u32;
            if let Some(events) = by_pieces(&payload, records) {
                prop_assert_eq!(Some(events), by_columns(&payload, records));
            }
        }

        #[test]
        fn a_damaged_block_is_read_by_pieces_only_where_whole_columns_find_it_sound(
            columns in columns(1..300),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            records in 0u32..300,
        ) {
            let mut payload = names();
            let behind_names = payload.len();
            columns.encode(&mut ColumnWriter::default(), &mut payload);
            for (at, byte) in damage {
                let at = behind_names + at.index(payload.len() - behind_names);
                payload[at] = byte;
            }
            for records in [columns.len() as u32, records] {
                if let Some(events) = by_pieces(&payload, records) {
                    prop_assert_eq!(Some(events), by_columns(&payload, records));
                }
            }
        }
    }
}
