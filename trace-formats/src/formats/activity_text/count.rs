//! Counts of actions: non-negative, exact, in units of 2⁻ᵏ of an action.

use super::decimal::{Decimal, NotDecimal};
use super::text::{BadText, Text};
use crate::error::excerpt;
use crate::event::MAX_EVENT_COUNT;
use crate::metadata::Metadata;

/// The largest count of a whole window: sums may be larger than any one event.
const MAX_WINDOW_COUNT: u64 = i64::MAX as u64;

/// Reads the counts of one trace.
#[derive(Clone, Debug)]
pub(crate) struct CountReader {
    fraction_bits: u32,
    limit: u64,
    fraction_cure: &'static str,
}

impl CountReader {
    /// `fraction_cure` is how the trace's format asks for counts with a fraction.
    pub(crate) fn new(metadata: &Metadata, fraction_cure: &'static str) -> CountReader {
        let limit = if metadata.window_cycles.is_some() { MAX_WINDOW_COUNT } else { MAX_EVENT_COUNT };
        CountReader { fraction_bits: metadata.count_fraction_bits, limit, fraction_cure }
    }

    /// Reads the count of an event, or of a window in a trace of windows.
    pub(crate) fn read(&self, text: Text<'_>) -> Result<u64, BadText> {
        small_whole(text.bytes).and_then(|whole| self.whole(whole)).map_or_else(|| self.read_any(text), Ok)
    }

    /// A count in its unit; `None` if no event may have it.
    #[inline]
    pub(crate) fn whole(&self, count: u64) -> Option<u64> {
        (count <= self.limit >> self.fraction_bits).then(|| count << self.fraction_bits)
    }

    /// Reads a sum, which may be larger than any event.
    pub(crate) fn read_sum(&self, text: Text<'_>) -> Result<u128, BadText> {
        let number = self.number(text)?;
        number.in_units(self.fraction_bits).ok_or_else(|| self.too_large(text, number))
    }

    fn read_any(&self, text: Text<'_>) -> Result<u64, BadText> {
        let number = self.number(text)?;
        number
            .in_units(self.fraction_bits)
            .and_then(|units| u64::try_from(units).ok())
            .filter(|&units| units <= self.limit)
            .ok_or_else(|| self.too_large(text, number))
    }

    /// A number that is no count is refused here, whatever its size.
    fn number(&self, text: Text<'_>) -> Result<Decimal, BadText> {
        let number = Decimal::parse(text.bytes).map_err(|kind| not_a_number(text, kind, "count"))?;
        if number.negative && (number.whole, number.fraction) != (0, 0) {
            return Err(text.bad(
                "negative_count",
                format!("a negative count {}", excerpt(text.bytes)),
                "a count of at least 0",
                "if the count is a difference of counters, one of them wrapped or was reset",
            ));
        }
        if self.fraction_bits == 0 && number.fraction != 0 {
            return Err(text.bad(
                "fractional_count",
                format!("a fractional count {}", excerpt(text.bytes)),
                "a whole number",
                format!("to allow fractions, put `{}` at the start of the trace", self.fraction_cure),
            ));
        }
        Ok(number)
    }

    fn too_large(&self, text: Text<'_>, number: Decimal) -> BadText {
        let expected = format!("a count of at most {}", self.limit >> self.fraction_bits);
        let shown = excerpt(text.bytes);
        if number.whole > 1 << 63 {
            return text.bad(
                "wrapped_count",
                format!("a count {shown}, which looks like a negative number or a counter that wrapped"),
                expected,
                "write the difference of the counter since the row before, modulo its width",
            );
        }
        text.bad(
            "count_overflow",
            format!("a count {shown} that no event can have"),
            expected,
            "write what happened in the interval rather than since the start",
        )
    }
}

/// A short run of digits, which is what nearly every count and cycle is.
pub(crate) fn small_whole(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut whole = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        whole = whole * 10 + u64::from(digit);
    }
    Some(whole)
}

/// The error for a text that should be a number. `what` says of what.
pub(crate) fn not_a_number(text: Text<'_>, kind: NotDecimal, what: &str) -> BadText {
    if let Err(bad) = text.as_str() {
        return bad;
    }
    let shown = excerpt(text.bytes);
    let expected = format!("a number as the {what}");
    match kind {
        NotDecimal::NaN => text.bad(
            "not_finite",
            format!("{shown} (not a number) as the {what}"),
            expected,
            "look for a division of zero by zero in what wrote the trace",
        ),
        NotDecimal::Infinite => text.bad(
            "not_finite",
            format!("an infinite {what} {shown}"),
            expected,
            "look for a division by zero in what wrote the trace",
        ),
        NotDecimal::Text if text.bytes.is_empty() => {
            text.bad("not_a_number", format!("an empty {what}"), expected, "write 0 if nothing happened")
        }
        NotDecimal::Text => text.bad(
            "not_a_number",
            format!("the text {shown} as the {what}"),
            expected,
            "write digits without unit, quotes or thousands separators",
        ),
    }
}

/// Writes a count exactly: all its decimals, and none if it is whole.
pub(crate) fn write_count(output: &mut Vec<u8>, count: u128, fraction_bits: u32) {
    write_whole(output, count >> fraction_bits);
    let mask = (1 << fraction_bits) - 1;
    let mut rest = count & mask;
    if rest != 0 {
        output.push(b'.');
    }
    while rest != 0 {
        rest *= 10;
        output.push(b'0' + (rest >> fraction_bits) as u8);
        rest &= mask;
    }
}

/// Writes a whole number.
pub(crate) fn write_whole(output: &mut Vec<u8>, mut number: u128) {
    let start = output.len();
    // 128-bit division is slow, and almost nothing needs it.
    while number > u128::from(u64::MAX) {
        output.push(b'0' + (number % 10) as u8);
        number /= 10;
    }
    let mut small = number as u64;
    loop {
        output.push(b'0' + (small % 10) as u8);
        small /= 10;
        if small == 0 {
            break;
        }
    }
    output[start..].reverse();
}

/// Writes a cycle.
pub(crate) fn write_cycle(output: &mut Vec<u8>, cycle: i64) {
    if cycle < 0 {
        output.push(b'-');
    }
    write_whole(output, u128::from(cycle.unsigned_abs()));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, fraction_bits: u32) -> Result<u64, &'static str> {
        let metadata = Metadata { count_fraction_bits: fraction_bits, ..Metadata::default() };
        let text = Text { bytes: text.as_bytes(), at: 0 };
        CountReader::new(&metadata, "k").read(text).map_err(|bad| bad.error.reason())
    }

    #[test]
    fn counts_are_whole_numbers_however_they_are_written() {
        for text in ["4", "4.0", "0.4e1", "+4", "0000000000000000000000004"] {
            assert_eq!(read(text, 0), Ok(4), "{text}");
        }
        assert_eq!(read("-0", 0), Ok(0));
        assert_eq!(read("2.75", 2), Ok(11));
        assert_eq!(read("9007199254740992", 0), Ok(MAX_EVENT_COUNT));
    }

    #[test]
    fn each_thing_that_is_no_count_has_its_own_reason() {
        assert_eq!(read("four", 0), Err("not_a_number"));
        assert_eq!(read("", 0), Err("not_a_number"));
        assert_eq!(read("nan", 0), Err("not_finite"));
        assert_eq!(read("-inf", 0), Err("not_finite"));
        assert_eq!(read("-4", 0), Err("negative_count"));
        assert_eq!(read("0.5", 0), Err("fractional_count"));
        assert_eq!(read("9007199254740993", 0), Err("count_overflow"));
        assert_eq!(read("9007199254740992", 1), Err("count_overflow"));
        assert_eq!(read("18446744073709551615", 0), Err("wrapped_count"));
        assert_eq!(read("1e400", 0), Err("wrapped_count"));
    }

    proptest! {
        #[test]
        fn a_written_count_reads_back_exactly(count in 0..=MAX_EVENT_COUNT, bits in 0u32..=20) {
            let mut written = Vec::new();
            write_count(&mut written, u128::from(count), bits);
            prop_assert_eq!(read(std::str::from_utf8(&written).unwrap(), bits), Ok(count));
        }
    }
}
