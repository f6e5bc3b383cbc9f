//! The members of a JSON object on one line, without copying, each with its place.
//!
//! Only the outermost object is taken apart here: numbers stay the text they are, so that counts are
//! read exactly, and errors can name the byte of the value. What is nested is left to serde.

use std::borrow::Cow;

use super::words::leading_digits;
use crate::error::excerpt;
use crate::formats::activity_text::text::{BadText, Text};
use crate::masks::{BLOCK_BYTES, Block, Masks};

/// How many blocks of a line are searched for the ends of strings in one go.
const MARKED_BLOCKS: usize = 4;

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
    /// The text and what follows it, which may be loaded but not read.
    beyond: &'a [u8],
    position: usize,
    state: State,
    marks: Marks,
}

/// Where quotes and backslashes are in the first blocks of a line, and perhaps beyond it. The last block has none.
struct Marks([u64; MARKED_BLOCKS + 1]);

#[derive(Clone, Copy)]
enum State {
    First,
    Later,
    Ended,
}

impl Marks {
    #[inline(always)]
    fn of(beyond: &[u8], length: usize) -> Marks {
        let mut marks = [0; MARKED_BLOCKS + 1];
        let starts = (0..length).step_by(BLOCK_BYTES);
        for (start, mark) in starts.zip(&mut marks[..MARKED_BLOCKS]) {
            let rest = &beyond[start..];
            let block = rest.first_chunk().map_or_else(|| Block::padded(rest), Block::new);
            *mark = block.equal_to(b'"') | block.equal_to(b'\\');
        }
        Marks(marks)
    }

    /// The first mark within the next block's length, if all of that is marked.
    #[inline(always)]
    fn next(&self, at: usize) -> Option<usize> {
        let (block, bit) = (at / BLOCK_BYTES, at % BLOCK_BYTES);
        let [low, high] = *self.0.get(block..)?.first_chunk()?;
        let found = (u128::from(low) | u128::from(high) << 64) >> bit;
        (found != 0).then_some(at + found.trailing_zeros() as usize)
    }
}

impl<'a> Members<'a> {
    /// Enters an object.
    pub(super) fn of(object: Text<'a>) -> Result<Members<'a>, BadText> {
        Members::within(object, object.bytes)
    }

    /// Enters an object with which the bytes `beyond` start.
    #[inline(always)]
    pub(super) fn within(object: Text<'a>, beyond: &'a [u8]) -> Result<Members<'a>, BadText> {
        let marks = Marks::of(beyond, object.bytes.len());
        let mut members = Members { text: object, beyond, position: 0, state: State::First, marks };
        members.expect(b'{', "an object `{...}`")?;
        Ok(members)
    }

    /// The next member; `None` after the last, when nothing follows the object.
    pub(super) fn next(&mut self) -> Result<Option<Member<'a>>, BadText> {
        let Some(key_text) = self.next_key()? else { return Ok(None) };
        self.member(key_text).map(Some)
    }

    /// The next member's key with its quotes, after which [`Members::next_value`] or [`Members::member`] is called.
    #[inline(always)]
    pub(super) fn next_key(&mut self) -> Result<Option<Text<'a>>, BadText> {
        match (self.state, self.byte()) {
            (State::Ended, _) => return Ok(None),
            (State::First, Some(b'}')) => return self.end(),
            (State::First, _) => {}
            (State::Later, Some(b'}')) => return self.end(),
            (State::Later, _) => self.expect(b',', "a comma or `}`")?,
        }
        self.state = State::Later;
        self.string().map(Some)
    }

    /// The value of the key that was just found, once the key itself is good.
    #[inline(always)]
    pub(super) fn next_value(&mut self) -> Result<Text<'a>, BadText> {
        self.expect(b':', "a colon after the key")?;
        self.value()
    }

    /// The member of the key that was just found.
    #[inline(never)]
    pub(super) fn member(&mut self, key_text: Text<'a>) -> Result<Member<'a>, BadText> {
        let key = unescaped(key_text)?;
        Ok(Member { key, key_text, value: self.next_value()? })
    }

    fn end(&mut self) -> Result<Option<Text<'a>>, BadText> {
        self.state = State::Ended;
        self.position += 1;
        match self.byte() {
            None => Ok(None),
            Some(_) => Err(self.unexpected("the end of the line after the object")),
        }
    }

    /// The next byte that is no space.
    #[inline(always)]
    fn byte(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.bytes.get(self.position)?;
            if !byte.is_ascii_whitespace() {
                return Some(byte);
            }
            self.position += 1;
        }
    }

    #[inline(always)]
    fn expect(&mut self, wanted: u8, expected: &str) -> Result<(), BadText> {
        if self.byte() != Some(wanted) {
            return Err(self.unexpected(expected));
        }
        self.position += 1;
        Ok(())
    }

    #[inline(always)]
    fn value(&mut self) -> Result<Text<'a>, BadText> {
        match self.byte() {
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => self.nested(),
            Some(byte) if !matches!(byte, b',' | b':' | b'}' | b']') => {
                let start = self.position;
                // Digits end within the line, since what follows it is no digit.
                self.position += leading_digits(&self.beyond[start..]);
                let rest = &self.text.bytes[self.position..];
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                self.position += rest.iter().position(ends).unwrap_or(rest.len());
                Ok(self.text.slice(start, self.position))
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// A string with its quotes. Inlined, as all that leads here: a text that goes through memory is waited for.
    #[inline(always)]
    fn string(&mut self) -> Result<Text<'a>, BadText> {
        if self.byte() != Some(b'"') {
            return Err(self.unexpected("a key in quotes"));
        }
        let start = self.position;
        let mut at = start + 1;
        while let Some(found) = self.quote_or_backslash(at) {
            if self.text.bytes[found] == b'"' {
                self.position = found + 1;
                return Ok(self.text.slice(start, self.position));
            }
            at = found + 2;
        }
        self.position = self.text.bytes.len();
        Err(self.unexpected("a closing quote"))
    }

    #[inline(always)]
    fn quote_or_backslash(&self, at: usize) -> Option<usize> {
        let bytes = self.text.bytes;
        let found = self.marks.next(at).or_else(|| {
            let rest = bytes.get(at..)?;
            memchr::memchr2(b'"', b'\\', rest).map(|found| at + found)
        });
        found.filter(|&found| found < bytes.len())
    }

    /// An object or a list, to its closing bracket.
    #[inline(never)]
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

    #[cold]
    #[inline(never)]
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
pub(super) fn unescaped(quoted: Text<'_>) -> Result<Cow<'_, str>, BadText> {
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
