//! The members of a JSON object on one line, without copying, each with its place.
//!
//! Only the outermost object is taken apart here: numbers stay the text they are, so that counts are
//! read exactly, and errors can name the byte of the value. What is nested is left to serde.

use std::borrow::Cow;

use crate::error::excerpt;
use crate::formats::activity_text::text::{BadText, Text};

/// A key and its value as it is written.
#[derive(Clone)]
pub(super) struct Member<'a> {
    /// The key without quotes and escapes.
    pub(super) key: Cow<'a, str>,
    /// Where the key stands.
    pub(super) key_text: Text<'a>,
    /// The value, with quotes if it is a string.
    pub(super) value: Text<'a>,
}

/// Walks through the members of an object.
pub(super) struct Members<'a> {
    text: Text<'a>,
    position: usize,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    First,
    Later,
    Ended,
}

impl<'a> Members<'a> {
    /// Enters an object.
    pub(super) fn of(object: Text<'a>) -> Result<Members<'a>, BadText> {
        let mut members = Members { text: object, position: 0, state: State::First };
        members.expect(b'{', "an object `{...}`")?;
        Ok(members)
    }

    /// The next member; `None` after the last, when nothing follows the object.
    pub(super) fn next(&mut self) -> Result<Option<Member<'a>>, BadText> {
        match (self.state, self.byte()) {
            (State::Ended, _) => return Ok(None),
            (State::First, Some(b'}')) => return self.end(),
            (State::First, _) => {}
            (State::Later, Some(b'}')) => return self.end(),
            (State::Later, _) => self.expect(b',', "a comma or `}`")?,
        }
        self.state = State::Later;
        let key_text = self.string()?;
        let key = unescaped(key_text)?;
        self.expect(b':', "a colon after the key")?;
        let value = self.value()?;
        Ok(Some(Member { key, key_text, value }))
    }

    fn end(&mut self) -> Result<Option<Member<'a>>, BadText> {
        self.state = State::Ended;
        self.position += 1;
        match self.byte() {
            None => Ok(None),
            Some(_) => Err(self.unexpected("the end of the line after the object")),
        }
    }

    /// The next byte that is no space.
    fn byte(&mut self) -> Option<u8> {
        let rest = self.text.bytes.get(self.position..).unwrap_or(&[]);
        self.position += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.bytes.get(self.position).copied()
    }

    fn expect(&mut self, wanted: u8, expected: &str) -> Result<(), BadText> {
        if self.byte() != Some(wanted) {
            return Err(self.unexpected(expected));
        }
        self.position += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<Text<'a>, BadText> {
        match self.byte() {
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => self.nested(),
            Some(byte) if !matches!(byte, b',' | b':' | b'}' | b']') => {
                let start = self.position;
                let rest = &self.text.bytes[start..];
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                self.position += rest.iter().position(ends).unwrap_or(rest.len());
                Ok(self.text.slice(start, self.position))
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// A string with its quotes.
    fn string(&mut self) -> Result<Text<'a>, BadText> {
        if self.byte() != Some(b'"') {
            return Err(self.unexpected("a key in quotes"));
        }
        let start = self.position;
        let mut at = start + 1;
        loop {
            let rest = self.text.bytes.get(at..).unwrap_or(&[]);
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                self.position = self.text.bytes.len();
                return Err(self.unexpected("a closing quote"));
            };
            if rest[found] == b'"' {
                self.position = at + found + 1;
                return Ok(self.text.slice(start, self.position));
            }
            at += found + 2;
        }
    }

    /// An object or a list, to its closing bracket.
    fn nested(&mut self) -> Result<Text<'a>, BadText> {
        let start = self.position;
        let mut depth = 0_usize;
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.string()?;
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth = depth.saturating_sub(1),
                Some(_) => {}
                None => return Err(self.unexpected("a closing bracket")),
            }
            self.position += 1;
            if depth == 0 {
                return Ok(self.text.slice(start, self.position));
            }
        }
    }

    fn unexpected(&self, expected: &str) -> BadText {
        let rest = self.text.slice(self.position.min(self.text.bytes.len()), self.text.bytes.len());
        if rest.bytes.is_empty() {
            return rest.bad(
                "unfinished_json",
                "the end of the line within an object",
                expected,
                "write each object on one line, whole",
            );
        }
        rest.bad("bad_json", excerpt(rest.bytes), expected, "write one JSON object a line")
    }
}

/// The text of a value that must be a string.
pub(super) fn string_value<'a>(value: Text<'a>, what: &str) -> Result<Cow<'a, str>, BadText> {
    if value.bytes.first() == Some(&b'"') {
        return unescaped(value);
    }
    value.as_str()?;
    let found = format!("{} as the {what}", excerpt(value.bytes));
    Err(value.bad("not_a_string", found, "a text in quotes", ""))
}

/// A string without its quotes and escapes.
fn unescaped(quoted: Text<'_>) -> Result<Cow<'_, str>, BadText> {
    if memchr::memchr(b'\\', quoted.bytes).is_none() {
        return quoted.slice(1, quoted.bytes.len() - 1).as_str().map(Cow::Borrowed);
    }
    quoted.as_str()?;
    serde_json::from_slice(quoted.bytes).map(Cow::Owned).map_err(|_| {
        quoted.bad("bad_json", format!("the string {}", excerpt(quoted.bytes)), "JSON's escapes", "")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A key, its value, and where the value stands.
    type Found = (String, String, usize);

    fn members(line: &str) -> Result<Vec<Found>, (&'static str, usize)> {
        let read = || {
            let mut members = Members::of(Text { bytes: line.as_bytes(), at: 0 })?;
            let mut list = Vec::new();
            while let Some(Member { key, value, .. }) = members.next()? {
                list.push((key.into_owned(), value.as_str()?.to_owned(), value.at));
            }
            Ok(list)
        };
        read().map_err(|bad: BadText| (bad.error.reason(), bad.at))
    }

    #[test]
    fn values_stay_as_they_are_written() {
        let line = r#" { "a" : 1.50 ,"b":"x,}\"", "c":{"d":["}",2]} } "#;
        let expected = [("a", "1.50", 9), ("b", r#""x,}\"""#, 19), ("c", r#"{"d":["}",2]}"#, 32)];
        let expected = expected.map(|(key, value, at)| (key.to_owned(), value.to_owned(), at));
        assert_eq!(members(line), Ok(expected.to_vec()));
        assert_eq!(members("{}"), Ok(Vec::new()));
        assert_eq!(members(r#"{"\u0061":1}"#), Ok(vec![("a".to_owned(), "1".to_owned(), 10)]));
    }

    #[test]
    fn what_is_no_object_is_refused_where_it_goes_wrong() {
        assert_eq!(members("[1]"), Err(("bad_json", 0)));
        assert_eq!(members(r#"{"a":1} x"#), Err(("bad_json", 8)));
        assert_eq!(members(r#"{"a":1,}"#), Err(("bad_json", 7)));
        assert_eq!(members(r#"{"a" 1}"#), Err(("bad_json", 5)));
        assert_eq!(members(r#"{a:1}"#), Err(("bad_json", 1)));
        assert_eq!(members(r#"{"\q":1}"#), Err(("bad_json", 1)));
    }

    #[test]
    fn an_object_cut_anywhere_is_unfinished() {
        let line = r#"{"a":"x\"y","b":{"c":[1]}}"#;
        for cut in 1..line.len() {
            assert_eq!(members(&line[..cut]), Err(("unfinished_json", cut)), "{}", &line[..cut]);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(line in "[{}\\[\\]\":,\\\\a1 ]{0,24}") {
            let _ = members(&line);
        }
    }
}
