//! Rows to events.

use super::columns::{ChannelColumn, Columns, Form, TimeColumns};
use super::comments;
use super::fast_rows::FastRows;
use super::quoting::{Fields, Splitter};
use crate::decoder::{Chunk, Cut, Decoder, cut_lines};
use crate::error::{DataError, excerpt};
use crate::event::{ChannelId, Event, EventSink, MAX_CYCLE, RegionSetId};
use crate::formats::activity_text::batch::EventBatch;
use crate::formats::activity_text::count::CountReader;
use crate::formats::activity_text::data::{DataTexts, Parts, variant_name};
use crate::formats::activity_text::names::{RecentChannels, RecentNames};
use crate::formats::activity_text::text::{BadText, Line, Text, line_at};
use crate::formats::activity_text::time::{Interval, read_cycle};
use crate::variant::DataVariant;

/// Decodes what stands after the header line.
pub(super) struct RowDecoder {
    pub(super) columns: Columns,
    pub(super) counts: CountReader,
    /// Each row is the sum of a window.
    pub(super) windowed: bool,
}

impl Decoder for RowDecoder {
    fn cut(&self, bytes: &[u8]) -> Result<Cut, DataError> {
        cut_lines(bytes)
    }

    fn decode(&self, chunk: &Chunk<'_>, sink: &mut dyn EventSink) -> Result<u64, DataError> {
        self.decode_with(Some(FastRows::new(self)), chunk, sink)
    }
}

impl RowDecoder {
    /// Decodes a chunk. Without fast rows, every row is read in the way that explains.
    pub(super) fn decode_with(
        &self,
        mut fast: Option<FastRows<'_>>,
        chunk: &Chunk<'_>,
        sink: &mut dyn EventSink,
    ) -> Result<u64, DataError> {
        let mut reader = RowReader::new(self, chunk, sink);
        let mut splitter = Splitter::default();
        let (mut at, mut line_ends) = (0, 0);
        loop {
            if let Some(fast) = &mut fast {
                let (next, rows) = fast.read(at, &mut reader)?;
                (at, line_ends) = (next, line_ends + rows);
            }
            let Some(line) = line_at(chunk, at) else { break };
            reader.line(line, &mut splitter)?;
            reader.flush_if_full()?;
            at += line.text.bytes.len() + usize::from(line.is_ended);
            line_ends += u64::from(line.is_ended);
        }
        reader.flush()?;
        Ok(line_ends)
    }
}

/// Reads any row, and says what is wrong with it.
pub(super) struct RowReader<'d, 's> {
    pub(super) decoder: &'d RowDecoder,
    pub(super) chunk: &'d Chunk<'d>,
    sink: &'s mut dyn EventSink,
    /// What waits to be handed on.
    pub(super) batch: EventBatch,
    channels: RecentChannels,
    regions: RecentNames<RegionSetId>,
    /// What the sink calls the channels of a wide trace, once it was asked.
    pub(super) wide_channels: Vec<Option<ChannelId>>,
    /// The counts of a row that has several, handed on only when the whole row is good.
    pub(super) cells: Vec<(ChannelId, u64)>,
}

impl<'d, 's> RowReader<'d, 's> {
    /// Has been told nothing yet.
    pub(super) fn new(
        decoder: &'d RowDecoder,
        chunk: &'d Chunk<'d>,
        sink: &'s mut dyn EventSink,
    ) -> RowReader<'d, 's> {
        let channel_columns = match &decoder.columns.form {
            Form::Wide(channels) => channels.len(),
            Form::Long { .. } => 0,
        };
        RowReader {
            decoder,
            chunk,
            sink,
            batch: EventBatch::new(decoder.windowed),
            channels: RecentChannels::new(),
            regions: RecentNames::new(),
            wide_channels: vec![None; channel_columns],
            cells: Vec::new(),
        }
    }

    fn flush(&mut self) -> Result<(), DataError> {
        self.batch.flush(self.chunk, self.sink)
    }

    /// Hands on what waits, if that is enough.
    #[inline(always)]
    pub(super) fn flush_if_full(&mut self) -> Result<(), DataError> {
        if self.batch.is_full() { self.flush() } else { Ok(()) }
    }

    fn line(&mut self, line: Line<'_>, splitter: &mut Splitter) -> Result<(), DataError> {
        let row = line.text.trimmed();
        let first = row.bytes.first();
        if first == Some(&b'#') {
            self.flush()?;
        }
        let read = line.check_length().and_then(|()| match first {
            None => Ok(()),
            Some(b'#') => self.comment(row),
            Some(_) => self.row(row, splitter, line.may_be_cut),
        });
        let Err(bad) = read else { return Ok(()) };
        self.flush()?;
        let bad = if line.may_be_cut { cut_or(bad, row) } else { bad };
        self.sink.bad_record(bad.located(self.chunk))
    }

    fn comment(&mut self, line: Text<'_>) -> Result<(), BadText> {
        let Some(comment) = comments::parse(line)? else { return Ok(()) };
        let fact = comment.fact(&self.decoder.counts)?;
        self.sink.fact(fact).map_err(|rejection| line.rejected(rejection))
    }

    fn row(&mut self, row: Text<'_>, splitter: &mut Splitter, may_be_cut: bool) -> Result<(), BadText> {
        let columns = &self.decoder.columns;
        let fields = splitter.split(row)?;
        if may_be_cut && fields.len() < columns.length {
            return Err(cut(row));
        }
        if fields.len() != columns.length {
            return Err(wrong_length(row, fields, columns.length));
        }
        let interval = interval(columns.time, fields)?;
        match &columns.form {
            Form::Long { component, action, count, data } => {
                let count = self.decoder.counts.read(fields.get(*count))?;
                let (component, action) = (fields.get(*component), fields.get(*action));
                if let Some(columns) = data
                    && let texts = columns.map(|column| column.map(|column| fields.get(column)))
                    && let Some(data) = DataTexts(texts).said(b"")
                {
                    self.read_parts(component, action, data.split(count)?)?;
                    return self.hand_on_cells(row, fields, interval);
                }
                let channel = self.channel(component, action, None)?;
                let regions = self.regions(fields)?;
                let Interval { start, end } = interval;
                self.batch.push(Event { channel, regions, start, end, count }, row.at);
                Ok(())
            }
            Form::Wide(channels) => {
                self.read_cells(channels, fields)?;
                self.hand_on_cells(row, fields, interval)
            }
        }
    }

    fn hand_on_cells(
        &mut self,
        row: Text<'_>,
        fields: Fields<'_>,
        interval: Interval,
    ) -> Result<(), BadText> {
        let regions = self.regions(fields)?;
        self.push_cells(row.at, regions, interval);
        Ok(())
    }

    /// Hands on the cells of the row at `row`.
    pub(super) fn push_cells(&mut self, row: usize, regions: RegionSetId, interval: Interval) {
        let Interval { start, end } = interval;
        for &(channel, count) in &self.cells {
            self.batch.push(Event { channel, regions, start, end, count }, row);
        }
    }

    /// What the sink calls a channel.
    pub(super) fn channel(
        &mut self,
        component: Text<'_>,
        action: Text<'_>,
        variant: Option<DataVariant>,
    ) -> Result<ChannelId, BadText> {
        let sink = &mut *self.sink;
        self.channels.of(variant).get_or(component.bytes, action.bytes, || {
            for (name, what) in [(component, "component"), (action, "action")] {
                if name.bytes.is_empty() {
                    let expected = format!("the name of the {what}");
                    return Err(name.bad("empty_name", format!("an empty {what}"), expected, ""));
                }
            }
            let names = (component.as_str()?, action.as_str()?);
            let asked = match variant {
                None => sink.channel(names.0, names.1),
                Some(variant) => sink.channel(names.0, &variant_name(action, names.1, variant)?),
            };
            asked.map_err(|rejection| component.rejected(rejection))
        })
    }

    fn read_parts(&mut self, component: Text<'_>, action: Text<'_>, parts: Parts) -> Result<(), BadText> {
        self.cells.clear();
        for (variant, count) in parts.counted() {
            let channel = self.channel(component, action, variant)?;
            self.cells.push((channel, count));
        }
        Ok(())
    }

    fn regions(&mut self, fields: Fields<'_>) -> Result<RegionSetId, BadText> {
        let Some(column) = self.decoder.columns.region else { return Ok(RegionSetId::NONE) };
        let tags = fields.get(column);
        if tags.bytes.is_empty() {
            return Ok(RegionSetId::NONE);
        }
        self.region_set(tags)
    }

    /// What the sink calls a set of region tags.
    pub(super) fn region_set(&mut self, tags: Text<'_>) -> Result<RegionSetId, BadText> {
        let sink = &mut *self.sink;
        self.regions.get_or(tags.bytes, &[], || {
            sink.regions(tags.as_str()?).map_err(|rejection| tags.rejected(rejection))
        })
    }

    fn read_cells(&mut self, channels: &[ChannelColumn], fields: Fields<'_>) -> Result<(), BadText> {
        self.cells.clear();
        for (channel, known) in channels.iter().zip(&mut self.wide_channels) {
            let cell = fields.get(channel.column);
            if matches!(cell.bytes, b"" | b"0") {
                continue;
            }
            let count = self.decoder.counts.read(cell)?;
            if count == 0 {
                continue;
            }
            let id = match *known {
                Some(id) => id,
                None => self
                    .sink
                    .channel(&channel.component, &channel.action)
                    .map_err(|rejection| cell.rejected(rejection))?,
            };
            *known = Some(id);
            self.cells.push((id, count));
        }
        Ok(())
    }
}

/// The last row of a file that was cut may have all columns, and half a quoted field or half a number.
/// The last comment may lack some of its values.
fn cut_or(bad: BadText, row: Text<'_>) -> BadText {
    let is_last_field =
        || memchr::memrchr(b',', row.bytes).is_none_or(|last_comma| bad.at > row.at + last_comma);
    match bad.error.reason() {
        "unclosed_quote" | "bad_metadata" => cut(row),
        "not_utf8" | "not_a_number" if is_last_field() => cut(row),
        _ => bad,
    }
}

fn cut(row: Text<'_>) -> BadText {
    row.bad(
        "cut_last_row",
        format!("a last row {} without its end: the file seems cut", excerpt(row.bytes)),
        "a whole row and a line end",
        "let what writes the trace finish, or copy the file again",
    )
}

fn interval(columns: TimeColumns, fields: Fields<'_>) -> Result<Interval, BadText> {
    match columns {
        TimeColumns::StartEnd { start, end, scale } => scale.interval(fields.get(start), fields.get(end)),
        TimeColumns::Cycle { column, length } => {
            let start = read_cycle(fields.get(column))?;
            let end = start.checked_add(length).filter(|&end| end <= MAX_CYCLE);
            end.map(|end| Interval { start, end }).ok_or_else(|| {
                fields.get(column).bad(
                    "cycle_out_of_range",
                    format!("{} cycles from cycle {start}", length),
                    format!("an end before cycle {MAX_CYCLE} (2^60)"),
                    "check the unit of the cycles",
                )
            })
        }
    }
}

fn wrong_length(row: Text<'_>, fields: Fields<'_>, expected: usize) -> BadText {
    // The first field too many, or the end of a row that lacks some.
    let at = if fields.len() > expected { fields.get(expected).at } else { row.at + row.bytes.len() };
    Text { bytes: row.bytes, at }.bad(
        "wrong_column_count",
        format!("{} columns in {}", fields.len(), excerpt(row.bytes)),
        format!("{expected} columns as in the header"),
        "quote names that hold a comma; leave a field empty rather than out",
    )
}
