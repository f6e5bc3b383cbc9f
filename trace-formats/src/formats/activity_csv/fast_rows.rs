//! The rows that nearly all are: plain whole numbers and names, as many fields as columns.
//!
//! Each is split by a mask of its first 64 bytes and read without looking at a byte twice. Whatever is not surely
//! understood (quotes, spaces, fractions, comments, errors) is left to the reader of [`rows`](super::rows), which says
//! the same of every row that is taken here, and explains.

use super::columns::{ChannelColumn, Columns, Form, TimeColumns};
use super::fast_split::{split, split_short};
use super::rows::{RowDecoder, RowReader};
use crate::error::DataError;
use crate::event::{ChannelId, Event, MAX_CYCLE, RegionSetId};
use crate::formats::activity_text::count::CountReader;
use crate::formats::activity_text::data::DATA_NAMES;
use crate::formats::activity_text::fast_number::{signed_at, whole_at};
use crate::formats::activity_text::name_table::NameTable;
use crate::formats::activity_text::text::Text;
use crate::formats::activity_text::time::{Interval, TimeScale};
use crate::formats::activity_text::words::{Window, Words};
use crate::masks::{MaskWork, Masks, with_best_masks};

/// More columns than the long form has names for.
const MAX_LONG_COLUMNS: usize = 15;

/// Reads rows as long as they are plain. Lives as long as one chunk.
pub(super) struct FastRows<'d> {
    decoder: &'d RowDecoder,
    form: FastForm<'d>,
    names: Names,
}

enum FastForm<'d> {
    Long(LongColumns),
    /// The columns of channels, and the starts of a row's fields.
    Wide(&'d [ChannelColumn], Vec<usize>),
}

/// The columns of the long form.
#[derive(Clone, Copy, PartialEq)]
struct LongColumns {
    length: usize,
    time: TimeColumns,
    component: usize,
    action: usize,
    count: usize,
    region: Option<usize>,
    data: Option<[Option<usize>; DATA_NAMES.len()]>,
}

/// An order of columns that code is made for.
trait LongOrder: Copy {
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
struct UsualOrder<const REGION: bool>;

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

/// The names that plain rows had so far.
struct Names {
    /// Component and action as they stand in a row, with the comma between them.
    channels: NameTable<ChannelId>,
    regions: NameTable<RegionSetId>,
    /// Component and action of a row where other columns stand between them.
    joined: Vec<u8>,
}

/// A row whose fields are known.
#[derive(Clone, Copy)]
struct Row<'s, T> {
    /// The bytes from its start on, and others behind it.
    text: T,
    /// Where each field starts, and where another would behind the last.
    starts: &'s [usize],
    /// Where it starts in the chunk.
    at: usize,
}

impl<'d> FastRows<'d> {
    /// Knows no name yet.
    pub(super) fn new(decoder: &'d RowDecoder) -> FastRows<'d> {
        let Columns { length, time, region, form } = &decoder.columns;
        let form = match form {
            &Form::Long { component, action, count, data } => FastForm::Long(LongColumns {
                length: *length,
                time: *time,
                component,
                action,
                count,
                region: *region,
                data,
            }),
            Form::Wide(channels) => FastForm::Wide(channels, vec![0; length + 1]),
        };
        let names = Names { channels: NameTable::new(), regions: NameTable::new(), joined: Vec::new() };
        FastRows { decoder, form, names }
    }

    /// Reads the rows from `at` on up to the first that is not plain. Returns where that starts and how many were
    /// read.
    pub(super) fn read(
        &mut self,
        at: usize,
        reader: &mut RowReader<'_, '_>,
    ) -> Result<(usize, u64), DataError> {
        let FastRows { decoder, form, names } = self;
        match form {
            FastForm::Long(columns) if *columns == UsualOrder::<false>.columns() => {
                with_best_masks(LongRows { order: UsualOrder::<false>, names, at, reader })
            }
            FastForm::Long(columns) if *columns == UsualOrder::<true>.columns() => {
                with_best_masks(LongRows { order: UsualOrder::<true>, names, at, reader })
            }
            FastForm::Long(columns) => with_best_masks(LongRows { order: *columns, names, at, reader }),
            FastForm::Wide(channels, starts) => {
                let wide = Wide { columns: &decoder.columns, channels };
                read_wide(&wide, starts, names, at, reader)
            }
        }
    }
}

/// Rows of the long form from `at` on.
struct LongRows<'a, 'd, 's, O> {
    order: O,
    names: &'a mut Names,
    at: usize,
    reader: &'a mut RowReader<'d, 's>,
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
    let (bytes, columns) = (reader.chunk.bytes, order.columns());
    let counts = reader.decoder.counts.clone();
    let mut rows = 0;
    loop {
        let length = match short_row::<M>(&columns, &counts, bytes, at, names) {
            Some((event, length)) => {
                reader.batch.push(event, at);
                Some(length)
            }
            None => any_row(&columns, at, names, reader),
        };
        let Some(length) = length else { return Ok((at, rows)) };
        at += length;
        rows += 1;
        reader.flush_if_full()?;
    }
}

/// Reads a row that ends within a block and whose names are known.
#[inline(always)]
fn short_row<M: Masks>(
    columns: &LongColumns,
    counts: &CountReader,
    bytes: &[u8],
    at: usize,
    names: &mut Names,
) -> Option<(Event, usize)> {
    let text = Window::at(bytes, at)?;
    let mut starts = [0; MAX_LONG_COLUMNS + 1];
    let length = split_short::<M>(text, &mut starts[..=columns.length])?;
    let row = Row { text, starts: &starts, at };
    let (Interval { start, end }, count) = row.numbers(columns, counts)?;
    let channel = names.channel(row, columns.component, columns.action)?;
    let regions = names.regions(row, columns.region)?;
    Some((Event { channel, regions, start, end, count }, length))
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
    let (Interval { start, end }, count) = row.numbers(columns, &reader.decoder.counts)?;
    let (component, action) = (columns.component, columns.action);
    let (channel, regions) = (names.channel(row, component, action), names.regions(row, columns.region));
    // Nothing is asked of the sink for a row that turns out not to be plain.
    let tags = if regions.is_none() { Some(row.plain_name(columns.region?)?) } else { None };
    let channel = channel.or_else(|| names.new_channel(row, component, action, reader))?;
    let regions = regions.or_else(|| names.new_regions(tags?, reader))?;
    reader.batch.push(Event { channel, regions, start, end, count }, at);
    Some(length)
}

/// The columns of the wide form.
struct Wide<'d> {
    columns: &'d Columns,
    channels: &'d [ChannelColumn],
}

#[inline(never)]
fn read_wide(
    wide: &Wide<'_>,
    starts: &mut [usize],
    names: &mut Names,
    mut at: usize,
    reader: &mut RowReader<'_, '_>,
) -> Result<(usize, u64), DataError> {
    let bytes = reader.chunk.bytes;
    let mut rows = 0;
    loop {
        let text = &bytes[at..];
        let length =
            split(text, starts).filter(|_| wide.read(Row { text, starts, at }, names, reader).is_some());
        let Some(length) = length else { return Ok((at, rows)) };
        at += length;
        rows += 1;
        reader.flush_if_full()?;
    }
}

impl Wide<'_> {
    fn read(&self, row: Row<'_, &[u8]>, names: &mut Names, reader: &mut RowReader<'_, '_>) -> Option<()> {
        let interval = row.interval(self.columns.time)?;
        reader.cells.clear();
        for (column, channel) in self.channels.iter().zip(&reader.wide_channels) {
            if row.is_empty(column.column) {
                continue;
            }
            let count = reader.decoder.counts.whole(row.whole(column.column)?)?;
            if count > 0 {
                reader.cells.push(((*channel)?, count));
            }
        }
        let regions = names.regions(row, self.columns.region);
        let regions = regions.or_else(|| names.new_regions(row.plain_name(self.columns.region?)?, reader))?;
        reader.push_cells(row.at, regions, interval);
        Some(())
    }
}

impl Names {
    /// The channel of a row, if it is known.
    #[inline(always)]
    fn channel<'a>(
        &mut self,
        row: Row<'_, impl Words<'a>>,
        component: usize,
        action: usize,
    ) -> Option<ChannelId> {
        let (first, last) = (component.min(action), component.max(action));
        if first + 1 == last {
            return self.channels.get(row.text, row.start(first), row.end(last));
        }
        self.join(row, first, last)?;
        self.channels.get(&self.joined[..], 0, self.joined.len())
    }

    fn join<'a>(&mut self, row: Row<'_, impl Words<'a>>, first: usize, last: usize) -> Option<()> {
        self.joined.clear();
        self.joined.extend_from_slice(row.bytes(first)?);
        self.joined.push(b',');
        self.joined.extend_from_slice(row.bytes(last)?);
        Some(())
    }

    fn new_channel(
        &mut self,
        row: Row<'_, &[u8]>,
        component: usize,
        action: usize,
        reader: &mut RowReader<'_, '_>,
    ) -> Option<ChannelId> {
        let channel = reader.channel(row.plain_name(component)?, row.plain_name(action)?, None).ok()?;
        self.join(row, component.min(action), component.max(action))?;
        self.channels.put(&self.joined, channel);
        Some(channel)
    }

    /// The regions of a row, if it has none or they are known.
    #[inline(always)]
    fn regions<'a>(&self, row: Row<'_, impl Words<'a>>, column: Option<usize>) -> Option<RegionSetId> {
        let Some(column) = column else { return Some(RegionSetId::NONE) };
        if row.is_empty(column) {
            return Some(RegionSetId::NONE);
        }
        self.regions.get(row.text, row.start(column), row.end(column))
    }

    fn new_regions(&mut self, tags: Text<'_>, reader: &mut RowReader<'_, '_>) -> Option<RegionSetId> {
        let regions = reader.region_set(tags).ok()?;
        self.regions.put(tags.bytes, regions);
        Some(regions)
    }
}

impl<'a, T: Words<'a>> Row<'_, T> {
    #[inline(always)]
    fn start(&self, column: usize) -> usize {
        self.starts[column]
    }

    /// Where a field ends: the last of a line that ends with CRLF does before the CR.
    #[inline(always)]
    fn end(&self, column: usize) -> usize {
        self.starts[column + 1] - 1
    }

    #[inline(always)]
    fn is_empty(&self, column: usize) -> bool {
        self.start(column) == self.end(column)
    }

    fn bytes(&self, column: usize) -> Option<&'a [u8]> {
        self.text.slice(self.start(column), self.end(column))
    }

    #[inline(always)]
    fn whole(&self, column: usize) -> Option<u64> {
        whole_at(self.text, self.start(column), self.end(column))
    }

    #[inline(always)]
    fn signed(&self, column: usize) -> Option<i64> {
        signed_at(self.text, self.start(column), self.end(column))
    }

    #[inline(always)]
    fn interval(&self, columns: TimeColumns) -> Option<Interval> {
        match columns {
            TimeColumns::StartEnd { start, end, scale } => {
                scale.whole_interval(self.signed(start)?, self.signed(end)?)
            }
            TimeColumns::Cycle { column, length } => {
                let start = self.signed(column)?;
                let end = start.checked_add(length).filter(|&end| end <= MAX_CYCLE)?;
                Some(Interval { start, end })
            }
        }
    }

    /// When and how many, if that is all in plain whole numbers and nothing is said of the data.
    #[inline(always)]
    fn numbers(&self, columns: &LongColumns, counts: &CountReader) -> Option<(Interval, u64)> {
        let interval = self.interval(columns.time)?;
        let count = counts.whole(self.whole(columns.count)?)?;
        let is_described = |data: [Option<usize>; DATA_NAMES.len()]| {
            data.iter().flatten().any(|&column| !self.is_empty(column))
        };
        (!columns.data.is_some_and(is_described)).then_some((interval, count))
    }

    /// A name that means what its bytes are: without quotes, spaces around it, or the sign of a comment.
    fn plain_name(&self, column: usize) -> Option<Text<'a>> {
        let bytes = self.bytes(column)?;
        let is_odd = |byte: Option<&u8>| matches!(byte, None | Some(b' ' | b'\t' | b'\r' | b'#'));
        let is_plain = !is_odd(bytes.first()) && !is_odd(bytes.last()) && !bytes.contains(&b'"');
        is_plain.then_some(Text { bytes, at: self.at + self.start(column) })
    }
}
