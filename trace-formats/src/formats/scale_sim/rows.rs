//! One row of a trace: a cycle, then one word a port.
//!
//! `np.savetxt` writes SRAM traces as integers (`18,36,-1`) and DRAM traces as the shortest text of a
//! 64-bit float (`-58.0,0.0,-1.0`). Both are read by the same code: what has an integral value is a number.

use crate::decoder::{Chunk, MAX_RECORD_BYTES, long_row};
use crate::error::{DataError, excerpt};
use crate::event::{EventSink, Rejection};

/// What a port holds that moved no word.
pub const IDLE: i64 = -1;

/// Up to here a float holds every whole number, so cycles and addresses stay below: 2⁵³.
const LIMIT: i64 = 1 << 53;

/// What a row may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// v2 and v3: every port is written in every row, idle ones as -1; this many ports, where known.
    Rectangular(Option<usize>),
    /// v1: idle ports are blank, rows are ragged and end in a comma.
    Ragged,
}

/// A row; made once and filled again and again.
#[derive(Debug, Default)]
pub struct Row {
    /// The cycle in the layer's own count.
    pub cycle: i64,
    /// The address at each port, or [`IDLE`].
    pub words: Vec<i64>,
}

impl Row {
    /// Fills the row from a line without its line feed.
    ///
    /// # Errors
    /// A line that is no row, with the byte within the line where it stops being one.
    pub fn read(&mut self, line: &[u8], style: Style) -> Result<(), (DataError, usize)> {
        self.words.clear();
        if line.len() > MAX_RECORD_BYTES {
            return Err((long_row(line.len()), 0));
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(|&byte| byte == b' ') {
            return Err((blank_line(), 0));
        }
        let (cycle, mut at) = number(line, 0)?;
        self.cycle = cycle.ok_or_else(|| (not_a_number(b""), 0))?;
        while at < line.len() {
            let start = at + 1;
            let (word, end) = number(line, start)?;
            let word = match word {
                Some(word) if word >= IDLE => word,
                Some(_) => return Err((negative_address(&line[start..end]), start)),
                None if style == Style::Ragged => IDLE,
                None => return Err((not_a_number(b""), start)),
            };
            self.words.push(word);
            at = end;
        }
        match style {
            Style::Rectangular(Some(ports)) if ports != self.words.len() => {
                Err((wrong_column_count(self.words.len(), ports), 0))
            }
            _ => Ok(()),
        }
    }

    /// The number of ports that moved a word.
    pub fn valid(&self) -> u64 {
        self.words.iter().filter(|&&word| word != IDLE).count() as u64
    }
}

/// Reads the field that starts at `start`: its number, or nothing if it is blank, and where it ends.
fn number(line: &[u8], start: usize) -> Result<(Option<i64>, usize), (DataError, usize)> {
    let negative = line.get(start) == Some(&b'-');
    let mut at = start + usize::from(negative);
    let first_digit = at;
    let mut magnitude = 0_i64;
    while let Some(digit) = line.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|&digit| digit < 10) {
        // 16 digits stay below 10^16, which the check below refuses; more go the slow way.
        if at - first_digit == 16 {
            return slow_number(line, start);
        }
        magnitude = magnitude * 10 + i64::from(digit);
        at += 1;
    }
    if at == first_digit {
        return slow_number(line, start);
    }
    if line.get(at) == Some(&b'.') && line.get(at + 1) == Some(&b'0') {
        at += 2;
    }
    match line.get(at) {
        None | Some(b',') if magnitude < LIMIT => {
            Ok((Some(if negative { -magnitude } else { magnitude }), at))
        }
        _ => slow_number(line, start),
    }
}

/// Reads what is not plainly written: spaces around the number, exponents, long fractions of zeros.
fn slow_number(line: &[u8], start: usize) -> Result<(Option<i64>, usize), (DataError, usize)> {
    let rest = line.get(start..).unwrap_or_default();
    let length = memchr::memchr(b',', rest).unwrap_or(rest.len());
    let end = start + length;
    let field = rest[..length].trim_ascii_start();
    let start = end - field.len();
    let field = field.trim_ascii_end();
    if field.is_empty() {
        return Ok((None, end));
    }
    let value = std::str::from_utf8(field).ok().and_then(|text| text.parse::<f64>().ok());
    match value {
        None => Err((not_a_number(field), start)),
        Some(value) if value.is_nan() => Err((not_a_number(field), start)),
        Some(value) if value.abs() >= LIMIT as f64 => Err((number_too_large(field), start)),
        Some(value) if value.fract() != 0.0 => Err((fraction(field), start)),
        Some(value) => Ok((Some(value as i64), end)),
    }
}

fn blank_line() -> DataError {
    DataError::new(
        "blank_line",
        "a blank line",
        "a row: a cycle, then one address a port",
        "remove the line, or write the trace again",
    )
}

fn not_a_number(field: &[u8]) -> DataError {
    let found = if field.is_empty() { "an empty field".to_owned() } else { excerpt(field) };
    DataError::new(
        "not_a_number",
        found,
        "a cycle or an address (-1 for an idle port)",
        "check the file for damage, or write the trace again",
    )
}

fn number_too_large(field: &[u8]) -> DataError {
    DataError::new(
        "number_too_large",
        excerpt(field),
        format!("a cycle or an address below {LIMIT}"),
        "check the file for damage, or a counter that wrapped",
    )
}

fn fraction(field: &[u8]) -> DataError {
    DataError::new(
        "not_integral",
        excerpt(field),
        "a whole cycle or address",
        "check that the file is a SCALE-Sim trace and not a report",
    )
}

fn negative_address(field: &[u8]) -> DataError {
    DataError::new(
        "negative_address",
        excerpt(field),
        "an address of at least 0, or -1 for an idle port",
        "check the file for damage, or an address that overflowed",
    )
}

fn wrong_column_count(found: usize, expected: usize) -> DataError {
    DataError::new(
        "wrong_column_count",
        format!("a row of {} columns", found + 1),
        format!("{} columns as in the first row", expected + 1),
        "check the file for damage, or write the trace again",
    )
}

/// Reads every row of a chunk that has its line end and hands it on with its number in the part, from 0. A row that
/// cannot be read, or is refused, is the sink's to skip. Returns where in the chunk the row without a line end starts, and how
/// many rows are before it.
///
/// # Errors
/// The first row that the sink does not skip.
pub fn each_row(
    chunk: &Chunk<'_>,
    style: Style,
    sink: &mut dyn EventSink,
    mut take: impl FnMut(u64, &mut Row, &mut dyn EventSink) -> Result<(), Rejection>,
) -> Result<(usize, u64), DataError> {
    let mut row = Row::default();
    let mut index = chunk.lines_before;
    let mut at = 0;
    while let Some(length) = memchr::memchr(b'\n', &chunk.bytes[at..]) {
        let read = row.read(&chunk.bytes[at..at + length], style);
        let taken =
            read.and_then(|()| take(index, &mut row, sink).map_err(|rejection| (rejection.into(), 0)));
        if let Err((error, within)) = taken {
            sink.bad_record(chunk.locate(error, at + within))?;
        }
        index += 1;
        at += length + 1;
    }
    Ok((at, index - chunk.lines_before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(i64, Vec<i64>), (String, usize)> {
        let mut row = Row::default();
        match row.read(text.as_bytes(), Style::Rectangular(None)) {
            Ok(()) => Ok((row.cycle, row.words)),
            Err((error, at)) => Err((error.reason().to_owned(), at)),
        }
    }

    #[test]
    fn integers_and_whole_floats_are_read_alike() {
        assert_eq!(read("18,36,-1"), Ok((18, vec![36, -1])));
        assert_eq!(read("-58.0,0.0,-1.0"), Ok((-58, vec![0, -1])));
        assert_eq!(read("1e3,2.50e1, 7 ,8.000\r"), Ok((1000, vec![25, 7, 8])));
        assert_eq!(read("5"), Ok((5, vec![])));
    }

    #[test]
    fn what_is_no_row_is_refused_with_its_byte() {
        for (text, reason, at) in [
            ("", "blank_line", 0),
            (" \r", "blank_line", 0),
            ("1,x,2", "not_a_number", 2),
            ("1,nan", "not_a_number", 2),
            ("1,inf", "number_too_large", 2),
            ("1,,2", "not_a_number", 2),
            ("1,2,", "not_a_number", 4),
            (",2", "not_a_number", 0),
            ("1,0.5", "not_integral", 2),
            ("1,-2", "negative_address", 2),
            ("1,99999999999999999999", "number_too_large", 2),
            ("1,9007199254740993", "number_too_large", 2),
            ("-,1", "not_a_number", 0),
            ("1,1.0.0", "not_a_number", 2),
            ("1,5-", "not_a_number", 2),
        ] {
            assert_eq!(read(text), Err((reason.to_owned(), at)), "{text:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_refused() {
        let mut row = Row::default();
        let error = row.read(b"1,\xff\xfe", Style::Rectangular(None)).err();
        assert_eq!(error.map(|(error, at)| (error.reason(), at)), Some(("not_a_number", 2)));
    }

    #[test]
    fn a_row_must_have_the_columns_of_the_first() {
        let mut row = Row::default();
        assert!(row.read(b"1,2,3", Style::Rectangular(Some(2))).is_ok());
        let error = row.read(b"1,2,3,4", Style::Rectangular(Some(2))).err();
        assert_eq!(error.map(|(error, _)| error.reason()), Some("wrong_column_count"));
    }

    #[test]
    fn blank_ports_of_v1_are_idle() {
        let mut row = Row::default();
        assert!(row.read(b"11, 19, , 17, ", Style::Ragged).is_ok());
        assert_eq!((row.cycle, row.words.as_slice()), (11, &[19, IDLE, 17, IDLE][..]));
        assert_eq!(row.valid(), 2);
    }

    #[test]
    fn a_row_of_a_megabyte_is_refused() {
        let mut row = Row::default();
        let error = row.read(&vec![b'1'; 1 << 20], Style::Rectangular(None)).err();
        assert_eq!(error.map(|(error, _)| error.reason()), Some("row_too_long"));
    }
}
