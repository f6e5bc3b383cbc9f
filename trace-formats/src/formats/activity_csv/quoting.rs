//! Fields of a row, as RFC 4180 separates and quotes them; spaces around unquoted fields do not count.

use crate::formats::activity_text::text::{BadText, Text};

/// Splits rows; keeps its buffers from row to row.
#[derive(Default)]
pub(super) struct Splitter {
    places: Vec<Place>,
    unquoted: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Place {
    start: usize,
    end: usize,
    /// Where the field stands in the chunk, which is not where its unquoted copy stands.
    at: usize,
    quoted: bool,
}

/// The fields of one row.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    places: &'a [Place],
}

impl<'a> Fields<'a> {
    /// How many fields the row has.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// A field, trimmed and unquoted; empty beyond the last.
    pub(super) fn get(&self, index: usize) -> Text<'a> {
        self.places.get(index).map_or(Text { bytes: &[], at: 0 }, |place| Text {
            bytes: &self.bytes[place.start..place.end],
            at: place.at,
        })
    }

    /// Whether a field is empty and was not quoted: left out, rather than an empty text.
    pub(super) fn is_absent(&self, index: usize) -> bool {
        self.places.get(index).is_none_or(|place| place.start == place.end && !place.quoted)
    }
}

impl Splitter {
    /// Splits a row.
    pub(super) fn split<'s>(&'s mut self, row: Text<'s>) -> Result<Fields<'s>, BadText> {
        self.places.clear();
        if memchr::memchr(b'"', row.bytes).is_some() {
            self.split_quoted(row)?;
            return Ok(Fields { bytes: &self.unquoted, places: &self.places });
        }
        let mut start = 0;
        for comma in memchr::memchr_iter(b',', row.bytes).chain([row.bytes.len()]) {
            let field = row.slice(start, comma).trimmed();
            let field_start = field.at - row.at;
            let end = field_start + field.bytes.len();
            self.places.push(Place { start: field_start, end, at: field.at, quoted: false });
            start = comma + 1;
        }
        Ok(Fields { bytes: row.bytes, places: &self.places })
    }

    fn split_quoted(&mut self, row: Text<'_>) -> Result<(), BadText> {
        self.unquoted.clear();
        let mut next = Some(0);
        while let Some(from) = next {
            let rest = row.slice(from, row.bytes.len());
            let spaces = rest.bytes.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
            let start = self.unquoted.len();
            let quoted = rest.bytes.get(spaces) == Some(&b'"');
            let (at, after) = if quoted {
                let field = rest.slice(spaces, rest.bytes.len());
                (field.at, from + spaces + self.unquote(field)?)
            } else {
                let end = memchr::memchr(b',', rest.bytes).unwrap_or(rest.bytes.len());
                let field = rest.slice(0, end).trimmed();
                self.unquoted.extend_from_slice(field.bytes);
                (field.at, from + end)
            };
            self.places.push(Place { start, end: self.unquoted.len(), at, quoted });
            next = (after < row.bytes.len()).then_some(after + 1);
        }
        Ok(())
    }

    /// Copies a field that starts with a quote. Returns where the comma after it stands, or the row's end.
    fn unquote(&mut self, field: Text<'_>) -> Result<usize, BadText> {
        let mut at = 1;
        loop {
            let Some(quote) = memchr::memchr(b'"', &field.bytes[at..]) else {
                return Err(field.bad(
                    "unclosed_quote",
                    "a quoted field that does not end in its row",
                    "a closing quote",
                    "a field may not span lines; write a quote within a quoted field twice",
                ));
            };
            self.unquoted.extend_from_slice(&field.bytes[at..at + quote]);
            at += quote + 1;
            if field.bytes.get(at) != Some(&b'"') {
                break;
            }
            self.unquoted.push(b'"');
            at += 1;
        }
        let rest = field.slice(at, field.bytes.len());
        let end = memchr::memchr(b',', rest.bytes).unwrap_or(rest.bytes.len());
        let stray = rest.slice(0, end).trimmed();
        if stray.bytes.is_empty() {
            return Ok(at + end);
        }
        Err(stray.bad(
            "bad_quoting",
            "text after a closing quote",
            "a comma or the end of the row",
            "write a quote within a quoted field twice",
        ))
    }
}

/// Writes a field, in quotes if it could not be read back without.
pub(super) fn write_field(output: &mut Vec<u8>, field: &str) {
    let is_edge_space = |byte: Option<u8>| matches!(byte, Some(b' ' | b'\t'));
    let bytes = field.as_bytes();
    let plain = memchr::memchr2(b',', b'"', bytes).is_none()
        && !is_edge_space(bytes.first().copied())
        && !is_edge_space(bytes.last().copied());
    if plain {
        output.extend_from_slice(bytes);
        return;
    }
    output.push(b'"');
    for &byte in bytes {
        if byte == b'"' {
            output.push(b'"');
        }
        output.push(byte);
    }
    output.push(b'"');
}

/// Whether a text holds a line break, which no row can.
pub(super) fn breaks_line(text: &str) -> bool {
    memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(row: &str) -> Result<Vec<(String, usize)>, (&'static str, usize)> {
        let mut splitter = Splitter::default();
        let fields = splitter
            .split(Text { bytes: row.as_bytes(), at: 10 })
            .map_err(|bad| (bad.error.reason(), bad.at))?;
        let field = |index| {
            let text = fields.get(index);
            (String::from_utf8_lossy(text.bytes).into_owned(), text.at)
        };
        Ok((0..fields.len()).map(field).collect())
    }

    fn field(text: &str, at: usize) -> (String, usize) {
        (text.to_owned(), at)
    }

    #[test]
    fn fields_are_trimmed_and_keep_their_place() {
        assert_eq!(split(" a ,b,"), Ok(vec![field("a", 11), field("b", 14), field("", 16)]));
        assert_eq!(split(" a , \"b\" ,"), Ok(vec![field("a", 11), field("b", 15), field("", 20)]));
    }

    #[test]
    fn quotes_protect_commas_quotes_and_spaces() {
        assert_eq!(split("\"a, \"\"b\"\" \",c"), Ok(vec![field("a, \"b\" ", 10), field("c", 22)]));
        assert_eq!(split("in\"ch,c"), Ok(vec![field("in\"ch", 10), field("c", 16)]));
    }

    #[test]
    fn a_quote_that_does_not_close_and_text_after_one_that_does_are_errors() {
        assert_eq!(split("1,\"a"), Err(("unclosed_quote", 12)));
        assert_eq!(split("1,\"a\" b,c"), Err(("bad_quoting", 16)));
    }

    proptest! {
        #[test]
        fn written_fields_split_into_themselves(fields in prop::collection::vec("[^\r\n]{0,8}", 1..5)) {
            let mut row = Vec::new();
            for (index, field) in fields.iter().enumerate() {
                if index > 0 {
                    row.push(b',');
                }
                write_field(&mut row, field);
            }
            let read = split(std::str::from_utf8(&row).unwrap()).unwrap();
            prop_assert_eq!(read.into_iter().map(|(text, _)| text).collect::<Vec<_>>(), fields);
        }
    }
}
