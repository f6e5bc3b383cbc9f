//! Plain rows of the wide form: an event for each channel that did something.

use super::columns::{ChannelColumn, Columns, TimeColumns};
use super::fast_fields::{Names, Row};
use super::fast_split::split;
use super::rows::RowReader;
use crate::error::DataError;

/// The columns of the wide form.
pub(super) struct Wide<'d> {
    pub(super) columns: &'d Columns,
    pub(super) channels: &'d [ChannelColumn],
}

/// Reads the rows from `at` on up to the first that is not plain. Returns where that starts and how many were read.
#[inline(never)]
pub(super) fn read_wide(
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
        let edges = match self.columns.time {
            TimeColumns::StartEnd { start, end, .. } => [start, end],
            TimeColumns::Cycle { column, .. } => [column, column],
        };
        let [start, end] = [row.signed(edges[0])?, row.signed(edges[1])?];
        let interval = self.columns.time.whole_interval(start, end)?;
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
