//! The rows that nearly all are: plain whole numbers and names, as many fields as columns.
//!
//! Whatever is not surely understood (quotes, spaces, fractions, comments, errors) is left to the reader of
//! [`rows`](super::rows), which says the same of every row that is taken here, and explains.

use super::columns::{ChannelColumn, Columns, Form};
use super::fast_fields::Names;
use super::fast_long::{LongColumns, LongOrder, LongRows, UsualOrder};
use super::fast_wide::{Wide, read_wide};
use super::rows::{RowDecoder, RowReader};
use crate::error::DataError;
use crate::masks::with_best_masks;

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
        FastRows { decoder, form, names: Names::new() }
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
