//! The payload of a block of events or window sums: a dictionary of names, then five columns.

use crate::error::DataError;
use crate::event::{MAX_CYCLE, MAX_EVENT_COUNT};
use crate::formats::nmt::column::{self, Scratch};
use crate::formats::nmt::column_writer::ColumnWriter;
use crate::formats::nmt::frame::{BlockKind, bad_block};
use crate::formats::nmt::varint;
use crate::formats::nmt::wire::{self, Dictionary};
use crate::metadata::Span;

/// The records of one block by column. Reused from block to block, so that none is allocated.
#[derive(Debug, Default)]
pub struct Columns {
    /// Positions in the dictionary's channels.
    pub channels: Vec<i64>,
    /// 0 for no region, else a position in the dictionary's region sets plus one.
    pub regions: Vec<i64>,
    /// First cycles.
    pub starts: Vec<i64>,
    /// Numbers of cycles.
    pub durations: Vec<i64>,
    /// Counts, as the bits of a `u64`.
    pub counts: Vec<i64>,
    scratch: Scratch,
}

impl Columns {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// No records yet, and room for so many.
    pub fn with_capacity(records: usize) -> Columns {
        let mut columns = Columns::default();
        columns.each(|values| values.reserve_exact(records));
        columns
    }

    /// From the first cycle of a record to the first cycle after them all. `None` without records.
    pub fn cycles(&self) -> Option<Span> {
        let start = self.starts.iter().copied().min()?;
        let end = self.starts.iter().zip(&self.durations).map(|(start, duration)| start + duration).max()?;
        Some(Span { start, end })
    }

    /// Appends the columns to a payload that begins with the dictionary.
    pub fn encode(&self, writer: &mut ColumnWriter, payload: &mut Vec<u8>) {
        let period = self.period();
        for values in [&self.channels, &self.regions, &self.starts, &self.durations, &self.counts] {
            writer.write(values, period, payload);
        }
    }

    /// How many records later the first channel comes again: the lag at which a trace that names its
    /// channels in a fixed order repeats itself.
    fn period(&self) -> usize {
        let first = self.channels.first();
        self.channels.iter().skip(1).position(|channel| Some(channel) == first).map_or(1, |at| at + 1)
    }

    /// Reads a payload: returns the dictionary and fills the columns with `records` sound records.
    ///
    /// # Errors
    /// A payload that contradicts itself, `records` or the limits of events. Nothing of it should be used.
    pub fn decode<'a>(
        &mut self,
        payload: &'a [u8],
        records: u32,
        kind: BlockKind,
    ) -> Result<Dictionary<'a>, DataError> {
        if records == 0 {
            return Err(bad_block("a block of 0 records", "at least one"));
        }
        let (dictionary, mut at) = wire::decode_prefix::<Dictionary<'_>>(payload, "a dictionary")?;
        self.each(|values| values.resize(records as usize, 0));
        for values in
            [&mut self.channels, &mut self.regions, &mut self.starts, &mut self.durations, &mut self.counts]
        {
            column::decode(payload, &mut at, values, &mut self.scratch)?;
        }
        if at != payload.len() {
            let found = format!("a block of {records} records with {} bytes left over", payload.len() - at);
            return Err(bad_block(found, "a payload that is used up"));
        }
        self.check(&dictionary, kind)?;
        Ok(dictionary)
    }

    fn each(&mut self, mut apply: impl FnMut(&mut Vec<i64>)) {
        apply(&mut self.channels);
        apply(&mut self.regions);
        apply(&mut self.starts);
        apply(&mut self.durations);
        apply(&mut self.counts);
    }

    fn check(&self, dictionary: &Dictionary<'_>, kind: BlockKind) -> Result<(), DataError> {
        check_positions(&self.channels, dictionary.channels.len(), "channel")?;
        check_positions(&self.regions, dictionary.region_sets.len() + 1, "region set")?;
        let largest_count = largest_count(kind);
        if self.are_clearly_sound(largest_count) { Ok(()) } else { self.check_each(largest_count) }
    }

    /// Whether no record comes near a limit, which nearly always holds. Every record is looked at, so
    /// bits are gathered without a branch, and limits rounded down to a power of two.
    fn are_clearly_sound(&self, largest_count: u64) -> bool {
        let mut cycle_bits = 0;
        for (&start, &duration) in self.starts.iter().zip(&self.durations) {
            let end = start.wrapping_add(duration);
            cycle_bits |=
                start.wrapping_add(MAX_CYCLE) | end.wrapping_add(MAX_CYCLE) | duration.wrapping_sub(1);
        }
        let count_bits = self.counts.iter().fold(0, |bits, &count| bits | count);
        (cycle_bits as u64) < 2 * MAX_CYCLE as u64 && count_bits as u64 <= largest_count
    }

    fn check_each(&self, largest_count: u64) -> Result<(), DataError> {
        let times = self.starts.iter().zip(&self.durations);
        for (record, ((&start, &duration), &count)) in times.zip(&self.counts).enumerate() {
            let end = start.saturating_add(duration);
            if let Some((found, expected)) = flaw(start, end, count as u64, largest_count) {
                return Err(bad_block(format!("{found} in record {record} of the block"), expected));
            }
        }
        Ok(())
    }
}

fn check_positions(positions: &[i64], known: usize, what: &str) -> Result<(), DataError> {
    let last = known as i64 - 1;
    // The sign bit says that one is negative or larger than the last; gathered faster than positions are compared.
    let signs = positions.iter().fold(0, |signs, &position| signs | position | last.wrapping_sub(position));
    if signs >= 0 {
        return Ok(());
    }
    match positions.iter().position(|&position| position < 0 || position > last) {
        None => Ok(()),
        Some(record) => Err(bad_block(
            format!("{what} {} in record {record} of the block", positions[record]),
            format!("less than {known}, as the block's dictionary has it"),
        )),
    }
}

/// Sums over windows may be larger than what one event can hold.
pub fn largest_count(kind: BlockKind) -> u64 {
    if kind == BlockKind::Windows { u64::MAX } else { MAX_EVENT_COUNT }
}

/// What is wrong with a record (what was found, what was expected), if anything is.
pub fn flaw(start: i64, end: i64, count: u64, largest_count: u64) -> Option<(String, String)> {
    if start < -MAX_CYCLE || end > MAX_CYCLE {
        return Some((format!("cycles {start} to {end}"), format!("cycles within ±{MAX_CYCLE}")));
    }
    if end <= start {
        return Some((
            format!("an end of {end} for a start of {start}"),
            "an end after the start".to_owned(),
        ));
    }
    if count > largest_count {
        return Some((format!("a count of {count}"), format!("at most {largest_count}")));
    }
    None
}

/// The names of one block while it is being written: which of the writer's ids it uses, in order of use.
#[derive(Default)]
pub struct LocalNames {
    /// Ids of the writer's, by their position in the block.
    pub members: Vec<u32>,
    /// Positions plus one in the block, by the writer's id; 0 if the block does not use it.
    position_of: Vec<u32>,
}

impl LocalNames {
    /// The position of an id in this block, and whether this is its first use.
    pub fn position(&mut self, id: u32) -> (i64, bool) {
        let at = id as usize;
        if at >= self.position_of.len() {
            self.position_of.resize(at + 1, 0);
        }
        let is_new = self.position_of[at] == 0;
        if is_new {
            self.members.push(id);
            self.position_of[at] = self.members.len() as u32;
        }
        (i64::from(self.position_of[at]) - 1, is_new)
    }

    /// Starts the next block.
    pub fn clear(&mut self) {
        for id in self.members.drain(..) {
            self.position_of[id as usize] = 0;
        }
    }
}

/// An upper bound of what a name adds to the payload.
pub fn name_bytes(name: &str) -> usize {
    name.len() + varint::length(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(channel: i64, region: i64, start: i64, duration: i64, count: u64) -> Columns {
        Columns {
            channels: vec![channel],
            regions: vec![region],
            starts: vec![start],
            durations: vec![duration],
            counts: vec![count as i64],
            ..Columns::default()
        }
    }

    fn payload(columns: &Columns) -> Vec<u8> {
        let dictionary = Dictionary { channels: vec![("a", "b")], region_sets: vec!["layer:x"] };
        let mut payload = wire::encode(&dictionary).unwrap();
        columns.encode(&mut ColumnWriter::default(), &mut payload);
        payload
    }

    fn decoded(columns: &Columns, kind: BlockKind) -> Result<(), String> {
        let payload = payload(columns);
        let result = Columns::default().decode(&payload, 1, kind).map(drop);
        result.map_err(|error| error.to_string())
    }

    #[test]
    fn records_at_the_limits_are_taken() {
        assert_eq!(
            decoded(&one(0, 1, -MAX_CYCLE, 2 * MAX_CYCLE, MAX_EVENT_COUNT), BlockKind::Events),
            Ok(())
        );
        assert_eq!(decoded(&one(0, 0, 0, 1, u64::MAX), BlockKind::Windows), Ok(()));
    }

    #[test]
    fn records_beyond_the_limits_are_refused_by_number() {
        let cases = [
            (one(1, 0, 0, 1, 1), "channel 1 in record 0"),
            (one(-1, 0, 0, 1, 1), "channel -1 in record 0"),
            (one(0, 2, 0, 1, 1), "region set 2 in record 0"),
            (one(0, 0, -MAX_CYCLE - 1, 1, 1), "cycles within"),
            (one(0, 0, MAX_CYCLE, 1, 1), "cycles within"),
            (one(0, 0, i64::MAX, i64::MAX, 1), "cycles within"),
            (one(0, 0, 5, 0, 1), "an end of 5 for a start of 5 in record 0"),
            (one(0, 0, 5, -2, 1), "an end of 3 for a start of 5"),
            (one(0, 0, 0, i64::MIN, 1), "an end of"),
            (one(0, 0, 0, 1, MAX_EVENT_COUNT + 1), "a count of 9007199254740993 in record 0"),
        ];
        for (columns, message) in cases {
            let error = decoded(&columns, BlockKind::Events).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn a_number_of_records_that_lies_is_refused() {
        let payload = payload(&one(0, 0, 0, 1, 1));
        for records in [0, 2, 65_536] {
            assert!(Columns::default().decode(&payload, records, BlockKind::Events).is_err(), "{records}");
        }
    }

    proptest! {
        #[test]
        fn what_is_clearly_sound_has_no_flaw(start: i64, duration: i64, count: u64, bits in 0u32..64) {
            let columns = one(0, 0, start >> bits, duration >> bits, count >> bits);
            if columns.are_clearly_sound(MAX_EVENT_COUNT) {
                prop_assert!(columns.check_each(MAX_EVENT_COUNT).is_ok());
            }
        }

        #[test]
        fn random_payloads_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), records in 0u32..100) {
            let mut payload = vec![0; 16];
            payload.extend(bytes);
            let _ = Columns::default().decode(&payload, records, BlockKind::Events);
            let _ = Columns::default().decode(&payload[16..], records, BlockKind::Events);
        }
    }
}
