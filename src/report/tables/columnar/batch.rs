//! Rows on their way to becoming columns.

use std::sync::Arc;

use anyhow::{Result, bail};
use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch, StringBuilder, UInt64Builder,
};
use arrow::datatypes::SchemaRef;

use super::{BATCH_CELLS, BATCH_ROWS};
use crate::report::tables::{Cell, Kind, Layout};

enum Column {
    Text(StringBuilder),
    Flag(BooleanBuilder),
    Cycle(Int64Builder),
    Count(UInt64Builder),
    Number(Float64Builder),
}

impl Column {
    fn new(kind: Kind) -> Column {
        match kind {
            Kind::Text => Column::Text(StringBuilder::new()),
            Kind::Flag => Column::Flag(BooleanBuilder::new()),
            Kind::Cycle => Column::Cycle(Int64Builder::new()),
            Kind::Count => Column::Count(UInt64Builder::new()),
            Kind::Number => Column::Number(Float64Builder::new()),
        }
    }

    fn push(&mut self, cell: &Cell<'_>) -> Result<()> {
        match (self, cell) {
            (Column::Text(column), Cell::Text(text)) => column.append_value(text),
            (Column::Flag(column), Cell::Flag(flag)) => column.append_value(*flag),
            (Column::Cycle(column), Cell::Cycle(cycle)) => column.append_value(*cycle),
            (Column::Count(column), Cell::Count(count)) => column.append_value(*count),
            (Column::Number(column), Cell::Number(number)) => column.append_value(*number),
            (column, Cell::Missing) => column.push_missing(),
            (_, cell) => bail!("{cell:?} in a column of another kind"),
        }
        Ok(())
    }

    fn push_missing(&mut self) {
        match self {
            Column::Text(column) => column.append_null(),
            Column::Flag(column) => column.append_null(),
            Column::Cycle(column) => column.append_null(),
            Column::Count(column) => column.append_null(),
            Column::Number(column) => column.append_null(),
        }
    }

    fn take(&mut self) -> ArrayRef {
        match self {
            Column::Text(column) => Arc::new(column.finish()),
            Column::Flag(column) => Arc::new(column.finish()),
            Column::Cycle(column) => Arc::new(column.finish()),
            Column::Count(column) => Arc::new(column.finish()),
            Column::Number(column) => Arc::new(column.finish()),
        }
    }
}

/// Rows that are not written yet.
pub(super) struct Batch {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
}

impl Batch {
    pub(super) fn new(layout: &Layout, schema: SchemaRef) -> Batch {
        let columns = layout.columns.iter().map(|column| Column::new(column.kind)).collect();
        Batch { schema, columns, rows: 0 }
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(super) fn most_rows(&self) -> usize {
        (BATCH_CELLS / self.columns.len().max(1)).clamp(1, BATCH_ROWS)
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows >= self.most_rows()
    }

    pub(super) fn push(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        self.rows += 1;
        self.columns.iter_mut().zip(cells).try_for_each(|(column, cell)| column.push(cell))
    }

    /// The rows so far; it is empty afterwards.
    pub(super) fn take(&mut self) -> Result<RecordBatch> {
        self.rows = 0;
        let columns = self.columns.iter_mut().map(Column::take).collect();
        Ok(RecordBatch::try_new(self.schema(), columns)?)
    }
}
