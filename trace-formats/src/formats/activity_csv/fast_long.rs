//! Plain rows of the long form: one event each.
//!
//! Nearly all are short and of names that were met before. They are read without a jump that depends on how long their
//! fields are, and without looking at a byte twice.

use super::columns::TimeColumns;
use super::fast_fields::{Names, Row};
use super::fast_split::{ShortRow, split};
use super::rows::RowReader;
use crate::error::DataError;
use crate::event::Event;
use crate::formats::activity_text::count::CountReader;
use crate::formats::activity_text::data::DATA_NAMES;
use crate::formats::activity_text::time::{Interval, TimeScale};
use crate::formats::activity_text::words::Words;
use crate::masks::{MaskWork, Masks};

/// More columns than the long form has names for.
const MAX_LONG_COLUMNS: usize = 15;

/// The columns of the long form.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct LongColumns {
    pub(super) length: usize,
    pub(super) time: TimeColumns,
    pub(super) component: usize,
    pub(super) action: usize,
    pub(super) count: usize,
    pub(super) region: Option<usize>,
    pub(super) data: Option<[Option<usize>; DATA_NAMES.len()]>,
}

impl LongColumns {
    /// The columns of the start, the end and the count; a row that has one column of time has it twice.
    #[inline(always)]
    fn numbers(&self) -> [usize; 3] {
        match self.time {
            TimeColumns::StartEnd { start, end, .. } => [start, end, self.count],
            TimeColumns::Cycle { column, .. } => [column, column, self.count],
        }
    }

    /// When and how many, if whole numbers say it and nothing is said of the data.
    #[inline(always)]
    fn meaning<'a>(
        &self,
        row: Row<'_, impl Words<'a>>,
        [start, end]: [i64; 2],
        count: u64,
        counts: &CountReader,
    ) -> Option<(Interval, u64)> {
        let interval = self.time.whole_interval(start, end)?;
        let count = counts.whole(count)?;
        let is_described = |data: [Option<usize>; DATA_NAMES.len()]| {
            data.iter().flatten().any(|&column| !row.is_empty(column))
        };
        (!self.data.is_some_and(is_described)).then_some((interval, count))
    }
}

/// An order of columns that code is made for.
pub(super) trait LongOrder: Copy {
    /// Its columns.
    fn columns(self) -> LongColumns;
}

/// Any order.
impl LongOrder for LongColumns {
    #[inline(always)]
    fn columns(self) -> LongColumns {
        self
    }
}

/// `start,end,component,action,count` and perhaps `region`, which the compiler knows.
#[derive(Clone, Copy)]
pub(super) struct UsualOrder<const REGION: bool>;

impl<const REGION: bool> LongOrder for UsualOrder<REGION> {
    #[inline(always)]
    fn columns(self) -> LongColumns {
        LongColumns {
            length: if REGION { 6 } else { 5 },
            time: TimeColumns::StartEnd { start: 0, end: 1, scale: TimeScale::Cycles },
            component: 2,
            action: 3,
            count: 4,
            region: if REGION { Some(5) } else { None },
            data: None,
        }
    }
}

/// Rows of the long form from `at` on.
pub(super) struct LongRows<'a, 'd, 's, O> {
    pub(super) order: O,
    pub(super) names: &'a mut Names,
    pub(super) at: usize,
    pub(super) reader: &'a mut RowReader<'d, 's>,
}

impl<O: LongOrder> MaskWork for LongRows<'_, '_, '_, O> {
    type Output = Result<(usize, u64), DataError>;

    #[inline(always)]
    fn run<M: Masks>(self) -> Result<(usize, u64), DataError> {
        let LongRows { order, names, at, reader } = self;
        read_long::<M>(order, names, at, reader)
    }
}

#[inline(always)]
fn read_long<M: Masks>(
    order: impl LongOrder,
    names: &mut Names,
    mut at: usize,
    reader: &mut RowReader<'_, '_>,
) -> Result<(usize, u64), DataError> {
    let columns = order.columns();
    let mut rows = 0;
    loop {
        let (next, short) = read_short::<M>(&columns, at, names, reader);
        (at, rows) = (next, rows + short as u64);
        if !reader.batch.is_full() {
            let Some(length) = any_row(&columns, at, names, reader) else { return Ok((at, rows)) };
            (at, rows) = (at + length, rows + 1);
        }
        reader.flush_if_full()?;
    }
}

/// Reads short rows whose names are known, until the batch is full or another one comes. Returns where that starts and
/// how many were read.
#[inline(always)]
fn read_short<M: Masks>(
    columns: &LongColumns,
    mut at: usize,
    names: &mut Names,
    reader: &mut RowReader<'_, '_>,
) -> (usize, usize) {
    // A copy, which stays in registers.
    let (bytes, counts) = (reader.chunk.bytes, reader.decoder.counts.clone());
    let mut rows = 0;
    let Some(mut found) = ShortRow::find::<M>(bytes, at) else { return (at, rows) };
    for (event, record) in reader.batch.places() {
        // The next row is looked for before this one is read: a processor does both together.
        let next = at + found.length;
        let Some(next_found) = ShortRow::find::<M>(bytes, next) else { break };
        let Some(read) = short_row::<M>(columns, &counts, found, names) else { break };
        (*event, *record) = (read, at);
        (at, found) = (next, next_found);
        rows += 1;
    }
    reader.batch.add(rows);
    (at, rows)
}

/// The event of a short row whose names are known.
#[inline(always)]
fn short_row<M: Masks>(
    columns: &LongColumns,
    counts: &CountReader,
    found: ShortRow<'_>,
    names: &mut Names,
) -> Option<Event> {
    let mut starts = [0; MAX_LONG_COLUMNS + 1];
    found.split::<M>(&mut starts[..=columns.length])?;
    let text = found.window;
    let row = Row { text, starts: &starts, at: 0 };
    let [start, end, count] = columns.numbers();
    let texts = [text.bytes(row.start(start)), text.bytes(row.start(end)), text.bytes(row.start(count))];
    let [start, end, count] = M::wholes(texts, [row.length(start), row.length(end), row.length(count)])?;
    let (Interval { start, end }, count) = columns.meaning(row, [start as i64, end as i64], count, counts)?;
    let channel = names.channel(row, columns.component, columns.action)?;
    let regions = names.regions(row, columns.region)?;
    Some(Event { channel, regions, start, end, count })
}

/// Reads any row that is plain, and gets to know its names.
#[inline(never)]
fn any_row(
    columns: &LongColumns,
    at: usize,
    names: &mut Names,
    reader: &mut RowReader<'_, '_>,
) -> Option<usize> {
    let text = &reader.chunk.bytes[at..];
    let mut starts = [0; MAX_LONG_COLUMNS + 1];
    let length = split(text, &mut starts[..=columns.length])?;
    let row = Row { text, starts: &starts, at };
    let [start, end, count] = columns.numbers();
    let (edges, count) = ([row.signed(start)?, row.signed(end)?], row.whole(count)?);
    let (Interval { start, end }, count) = columns.meaning(row, edges, count, &reader.decoder.counts)?;
    let (component, action) = (columns.component, columns.action);
    let (channel, regions) = (names.channel(row, component, action), names.regions(row, columns.region));
    // Nothing is asked of the sink for a row that turns out not to be plain.
    let tags = if regions.is_none() { Some(row.plain_name(columns.region?)?) } else { None };
    let channel = channel.or_else(|| names.new_channel(row, component, action, reader))?;
    let regions = regions.or_else(|| names.new_regions(tags?, reader))?;
    reader.batch.push(Event { channel, regions, start, end, count }, at);
    Some(length)
}
