//! The header line: which column means what.

use rustc_hash::FxHashSet;

use super::quoting::{Fields, Splitter};
use crate::error::excerpt;
use crate::event::MAX_CYCLE;
use crate::formats::activity_text::data::DATA_NAMES;
use crate::formats::activity_text::nearest::nearest;
use crate::formats::activity_text::text::{BadText, Text};
use crate::formats::activity_text::time::{EDGE_NAMES, Edge, Interval, TimeScale, Unit};

/// The header that a message suggests.
const EXAMPLE: &str = "start,end,component,action,count";

/// Names of columns besides those of time.
const NAMES: &[&str] = &["component", "action", "count", "region"];

/// What a row is made of.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// How many columns there are.
    pub(super) length: usize,
    /// When.
    pub(super) time: TimeColumns,
    /// In which regions, if there is such a column.
    pub(super) region: Option<usize>,
    /// What.
    pub(super) form: Form,
}

/// The columns that say when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TimeColumns {
    /// One column; rows last equally long.
    Cycle {
        /// The column.
        column: usize,
        /// How many cycles a row lasts.
        length: i64,
    },
    /// Two columns.
    StartEnd {
        /// Column of the start.
        start: usize,
        /// Column of the end.
        end: usize,
        /// Cycles or times.
        scale: TimeScale,
    },
}

impl TimeColumns {
    /// The interval that whole numbers stand for: both edges, or the one that there is twice; `None`
    /// for what is no interval.
    #[inline(always)]
    pub(super) fn whole_interval(self, start: i64, end: i64) -> Option<Interval> {
        match self {
            TimeColumns::StartEnd { scale, .. } => scale.whole_interval(start, end),
            TimeColumns::Cycle { length, .. } => {
                let end = start.checked_add(length).filter(|&end| end <= MAX_CYCLE)?;
                Some(Interval { start, end })
            }
        }
    }
}

/// The columns that say what.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// One event a row.
    Long {
        /// Column of the component.
        component: usize,
        /// Column of the action.
        action: usize,
        /// Column of the count.
        count: usize,
        /// Columns of [`DATA_NAMES`], if there are any.
        data: Option<[Option<usize>; DATA_NAMES.len()]>,
    },
    /// One channel a column.
    Wide(Vec<ChannelColumn>),
}

/// A column that holds the counts of one channel.
#[derive(Clone, Debug)]
pub(super) struct ChannelColumn {
    /// The column.
    pub(super) column: usize,
    /// What acts; may hold slashes.
    pub(super) component: String,
    /// What it does.
    pub(super) action: String,
}

/// What the header's meaning depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeOptions {
    /// Clock to turn times into cycles.
    pub(super) clock_hz: Option<f64>,
    /// How long a row of a `cycle` column lasts.
    pub(super) interval_cycles: Option<u64>,
}

/// Whether a line has a column of ours, whatever separates them and in whatever case.
pub(super) fn looks_like_header(line: &[u8]) -> bool {
    line.split(|byte| matches!(byte, b',' | b';' | b'\t')).any(|field| is_nearly_known(unquoted(field)))
}

fn is_nearly_known(name: &[u8]) -> bool {
    is_known(&name.to_ascii_lowercase())
}

fn unquoted(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field)
}

fn is_known(name: &[u8]) -> bool {
    let edges = EDGE_NAMES.iter().map(|edge| edge.0);
    NAMES.iter().copied().chain(edges).any(|known| known.as_bytes() == name)
}

/// Reads the header line.
pub(super) fn read_header(line: Text<'_>, times: TimeOptions) -> Result<Columns, BadText> {
    let line = line.trimmed();
    let mut splitter = Splitter::default();
    let fields = splitter.split(line)?;
    check_is_header(line, fields)?;
    check_unique(fields)?;
    let is_long = NAMES[..3].iter().any(|name| find(fields, name).is_some());
    check_names(fields, is_long)?;
    Ok(Columns {
        length: fields.len(),
        time: time_columns(line, fields, times)?,
        region: find(fields, "region"),
        form: if is_long { long_form(line, fields)? } else { wide_form(line, fields)? },
    })
}

fn find(fields: Fields<'_>, name: &str) -> Option<usize> {
    (0..fields.len()).find(|&index| fields.get(index).bytes == name.as_bytes())
}

fn check_is_header(line: Text<'_>, fields: Fields<'_>) -> Result<(), BadText> {
    if (0..fields.len()).any(|index| is_nearly_known(fields.get(index).bytes)) {
        return Ok(());
    }
    if looks_like_header(line.bytes) {
        return Err(line.bad(
            "wrong_delimiter",
            format!("columns that are not separated by commas: {}", excerpt(line.bytes)),
            "commas",
            "write the trace with commas instead of semicolons or tabs",
        ));
    }
    Err(line.bad(
        "missing_header",
        format!("no header but {}", excerpt(line.bytes)),
        "a header line",
        format!("name the columns in the first line, as in {EXAMPLE}"),
    ))
}

fn check_unique(fields: Fields<'_>) -> Result<(), BadText> {
    let mut seen = FxHashSet::default();
    for name in (0..fields.len()).map(|index| fields.get(index)) {
        if !seen.insert(name.bytes) {
            return Err(name.bad(
                "duplicate_column",
                format!("a second column {}", excerpt(name.bytes)),
                "each column once",
                "name or drop one of the two",
            ));
        }
    }
    Ok(())
}

fn check_names(fields: Fields<'_>, is_long: bool) -> Result<(), BadText> {
    for name in (0..fields.len()).map(|index| fields.get(index)) {
        let text = name.as_str()?;
        let is_channel = text.rsplit_once('/').is_some_and(|(component, action)| {
            !component.trim_ascii().is_empty() && !action.trim_ascii().is_empty()
        });
        let is_data = DATA_NAMES.contains(&text);
        if is_known(name.bytes) || if is_long { is_data } else { is_channel } {
            continue;
        }
        if is_data {
            return Err(data_of_which(name));
        }
        let of_long = DATA_NAMES.iter().filter(|_| is_long);
        let known = NAMES.iter().chain(of_long).copied().chain(EDGE_NAMES.iter().map(|edge| edge.0));
        let nearest = nearest(text, known).map_or("", |found| found.0);
        let or_channel = if is_long { "" } else { " or a channel as component/action" };
        return Err(name.bad(
            "unknown_column",
            format!("an unknown column {}", excerpt(name.bytes)),
            format!("perhaps `{nearest}`{or_channel}"),
            "correct or drop the column",
        ));
    }
    Ok(())
}

/// A column about the data of one count, where each column counts a channel of its own.
fn data_of_which(name: Text<'_>) -> BadText {
    name.bad(
        "unknown_column",
        format!("a column {} beside columns that are channels", excerpt(name.bytes)),
        "it beside `component`, `action` and `count`",
        "give each variant a column: component/action_zero, component/action_gated, component/action_still",
    )
}

fn time_columns(line: Text<'_>, fields: Fields<'_>, times: TimeOptions) -> Result<TimeColumns, BadText> {
    let (cycles, starts, ends) =
        (edges(fields, Edge::Cycle), edges(fields, Edge::Start), edges(fields, Edge::End));
    match (&*cycles, &*starts, &*ends) {
        ([], _, _) if times.interval_cycles.is_some() => Err(line.bad(
            "ambiguous_time",
            "`interval_cycles` without a column `cycle`",
            "a `cycle` column, whose rows last so long",
            "drop the comment, or write `cycle` instead of `start` and `end`",
        )),
        (&[(column, _)], [], []) => {
            let length = times.interval_cycles.unwrap_or(1);
            Ok(TimeColumns::Cycle { column, length: i64::try_from(length).unwrap_or(i64::MAX) })
        }
        ([], &[(start, unit)], &[(end, end_unit)]) if unit == end_unit => {
            let scale = time_scale(fields.get(start), unit, times.clock_hz)?;
            Ok(TimeColumns::StartEnd { start, end, scale })
        }
        ([], [_], []) => Err(missing(line, "end")),
        ([], [], _) => Err(missing(line, "start")),
        _ => Err(line.bad(
            "ambiguous_time",
            "columns of time that do not go together",
            "`start` and `end` in one unit, or `cycle`",
            "drop the others",
        )),
    }
}

/// The columns of an edge, each with its unit.
fn edges(fields: Fields<'_>, wanted: Edge) -> Vec<(usize, Unit)> {
    let of_edge = EDGE_NAMES.iter().filter(|&&(_, edge, _)| edge == wanted);
    of_edge.filter_map(|&(name, _, unit)| Some((find(fields, name)?, unit))).collect()
}

fn time_scale(name: Text<'_>, unit: Unit, clock_hz: Option<f64>) -> Result<TimeScale, BadText> {
    TimeScale::new(unit, clock_hz).ok_or_else(|| {
        name.bad(
            "missing_clock",
            format!("times ({}) without a clock", excerpt(name.bytes)),
            "a clock to turn them into cycles",
            "put `# clock_hz: 700e6` before the header, or replay with a chip that has a clock",
        )
    })
}

fn long_form(line: Text<'_>, fields: Fields<'_>) -> Result<Form, BadText> {
    let column = |name| find(fields, name).ok_or_else(|| missing(line, name));
    let data = DATA_NAMES.map(|name| find(fields, name));
    Ok(Form::Long {
        component: column("component")?,
        action: column("action")?,
        count: column("count")?,
        data: data.iter().any(Option::is_some).then_some(data),
    })
}

fn wide_form(line: Text<'_>, fields: Fields<'_>) -> Result<Form, BadText> {
    let channel = |column| {
        let name = fields.get(column);
        if is_known(name.bytes) {
            return None;
        }
        let (component, action) = std::str::from_utf8(name.bytes).ok()?.rsplit_once('/')?;
        let (component, action) = (component.trim_ascii().to_owned(), action.trim_ascii().to_owned());
        Some(ChannelColumn { column, component, action })
    };
    let channels: Vec<ChannelColumn> = (0..fields.len()).filter_map(channel).collect();
    if channels.is_empty() { Err(missing(line, "component")) } else { Ok(Form::Wide(channels)) }
}

fn missing(line: Text<'_>, name: &str) -> BadText {
    line.bad(
        "missing_column",
        format!("a header without `{name}`: {}", excerpt(line.bytes)),
        format!("{EXAMPLE}[,region], or cycle,<component/action>,..."),
        "add the column",
    )
}
