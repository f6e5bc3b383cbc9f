//! Tables in columns: Parquet and Arrow IPC. Rows are gathered in batches, so that memory stays bounded.

mod batch;

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use self::batch::Batch;
use super::{Cell, Kind, Layout, TableWriter};
use crate::report::formats::{ReportFormat, Takes};
use crate::report::output::Output;

/// Cells of a batch, at most.
const BATCH_CELLS: usize = 1 << 17;
/// Rows of a batch, at most.
const BATCH_ROWS: usize = 1 << 13;
/// Batches that make a row group of Parquet.
const BATCHES_PER_GROUP: usize = 16;

macro_rules! formats {
    ($($format:ident: $name:literal, $ending:literal, $summary:literal, $takes:ident, $table:path, $open:ident;)*) => {
        $(
            #[doc = $summary]
            pub const $format: ReportFormat = ReportFormat {
                name: $name,
                endings: &[$ending],
                summary: $summary,
                takes: Takes::$takes,
                is_for_several: true,
                start: |output, heading| $table(output, heading, $open),
            };
        )*
    };
}

formats! {
    POWER_PARQUET: "parquet", ".parquet", "power over time as Parquet, with the columns of the CSV",
        Windows, super::power::power, open_parquet;
    REGIONS_PARQUET: "regions-parquet", ".regions.parquet", "the rows of regions-csv as Parquet",
        Reports, super::regions, open_parquet;
    SUMMARY_PARQUET: "summary-parquet", ".summary.parquet", "the rows of summary-csv as Parquet",
        Reports, super::summary, open_parquet;
    POWER_ARROW: "arrow", ".arrow", "power over time as Arrow IPC, with the columns of the CSV",
        Windows, super::power::power, open_arrow;
    REGIONS_ARROW: "regions-arrow", ".regions.arrow", "the rows of regions-csv as Arrow IPC",
        Reports, super::regions, open_arrow;
    SUMMARY_ARROW: "summary-arrow", ".summary.arrow", "the rows of summary-csv as Arrow IPC",
        Reports, super::summary, open_arrow;
}

fn open_parquet(output: Output, layout: &Layout) -> Result<Box<dyn TableWriter>> {
    let batch = Batch::new(layout, schema(layout));
    let options = ArrowWriterOptions::new().with_properties(properties(layout, batch.most_rows()));
    let file = ArrowWriter::try_new_with_options(output, batch.schema(), options)?;
    Ok(Box::new(Columnar { batch, file: File::Parquet(file) }))
}

fn open_arrow(output: Output, layout: &Layout) -> Result<Box<dyn TableWriter>> {
    let about: HashMap<String, String> =
        layout.about.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let schema = Arc::new(Schema::clone(&schema(layout)).with_metadata(about));
    let file = FileWriter::try_new(output, &schema)?;
    Ok(Box::new(Columnar { batch: Batch::new(layout, schema), file: File::Arrow(file) }))
}

/// The columns, each with its unit where it has one.
fn schema(layout: &Layout) -> SchemaRef {
    let field = |column: &super::Column| {
        let kind = match column.kind {
            Kind::Text => DataType::Utf8,
            Kind::Flag => DataType::Boolean,
            Kind::Cycle => DataType::Int64,
            Kind::Count => DataType::UInt64,
            Kind::Number => DataType::Float64,
        };
        let field = Field::new(&column.name, kind, true);
        if column.unit.is_empty() {
            return field;
        }
        field.with_metadata(HashMap::from([("unit".to_owned(), column.unit.to_owned())]))
    };
    Arc::new(Schema::new(layout.columns.iter().map(field).collect::<Vec<_>>()))
}

fn properties(layout: &Layout, batch_rows: usize) -> WriterProperties {
    let about = layout.about.iter();
    let about = about.map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone())).collect();
    let properties = WriterProperties::builder()
        .set_created_by(concat!("nm-trace ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(about))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(batch_rows * BATCHES_PER_GROUP));
    layout.columns.iter().fold(properties, encode).build()
}

/// Numbers hardly repeat, and take more time in a dictionary than they take room outside.
fn encode(properties: WriterPropertiesBuilder, column: &super::Column) -> WriterPropertiesBuilder {
    let encoding = match column.kind {
        Kind::Number => Encoding::BYTE_STREAM_SPLIT,
        Kind::Cycle | Kind::Count => Encoding::DELTA_BINARY_PACKED,
        Kind::Text | Kind::Flag => return properties,
    };
    let path = ColumnPath::from(vec![column.name.clone()]);
    properties.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, encoding)
}

enum File {
    Parquet(ArrowWriter<Output>),
    Arrow(FileWriter<Output>),
}

struct Columnar {
    batch: Batch,
    file: File,
}

impl Columnar {
    fn write_batch(&mut self) -> Result<()> {
        let rows = self.batch.take()?;
        match &mut self.file {
            File::Parquet(file) => Ok(file.write(&rows)?),
            File::Arrow(file) => Ok(file.write(&rows)?),
        }
    }
}

impl TableWriter for Columnar {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        self.batch.push(cells)?;
        if self.batch.is_full() { self.write_batch() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<Output> {
        self.write_batch()?;
        match self.file {
            File::Parquet(file) => Ok(file.into_inner()?),
            File::Arrow(mut file) => {
                file.finish()?;
                Ok(file.into_inner()?)
            }
        }
    }
}
