//! Whole numbers of few digits, eight digits at a time.

use super::words::word_before;
use crate::masks::eight_digits;

/// The most digits that are read: 18 fit a signed 64-bit integer, and are below 2⁶⁰.
pub(crate) const MAX_DIGITS: usize = 18;

const DIGITS_AT_ONCE: usize = 8;

const EIGHT_PLACES: u64 = 100_000_000;

/// The uppermost bytes of a word, one more each.
const UPPERMOST: [u64; DIGITS_AT_ONCE] =
    [!0 << 56, !0 << 48, !0 << 40, !0 << 32, !0 << 24, !0 << 16, !0 << 8, !0];

/// Reads up to 18 digits from `start` to `end`; `None` for whatever else stands there.
#[inline(always)]
pub(crate) fn whole_at(text: &[u8], start: usize, end: usize) -> Option<u64> {
    // One digit at least: nothing wraps around.
    let more_digits = end.wrapping_sub(start).wrapping_sub(1);
    if let Some(places) = UPPERMOST.get(more_digits) {
        return digits(word_before(text, end), *places);
    }
    match UPPERMOST.get(more_digits.wrapping_sub(DIGITS_AT_ONCE)) {
        Some(places) => {
            let upper = digits(word_before(text, end - DIGITS_AT_ONCE), *places)?;
            Some(upper * EIGHT_PLACES + digits(word_before(text, end), !0)?)
        }
        None => many_digits(text, start, end),
    }
}

/// Reads up to 18 digits with an optional minus.
#[inline(always)]
pub(crate) fn signed_at(text: &[u8], start: usize, end: usize) -> Option<i64> {
    if text.get(start) == Some(&b'-') {
        return negative_at(text, start, end);
    }
    whole_at(text, start, end).map(|whole| whole as i64)
}

/// Most traces have few of them or none.
#[cold]
fn negative_at(text: &[u8], start: usize, end: usize) -> Option<i64> {
    whole_at(text, start + 1, end).map(|whole| -(whole as i64))
}

/// The number whose digits are in the uppermost bytes of a word, as many as `places` has.
#[inline(always)]
fn digits(word: u64, places: u64) -> Option<u64> {
    // As if zeros stood before the first.
    eight_digits((word ^ 0x3030_3030_3030_3030) & places)
}

#[inline(never)]
fn many_digits(text: &[u8], start: usize, mut end: usize) -> Option<u64> {
    if !(1..=MAX_DIGITS).contains(&end.checked_sub(start)?) {
        return None;
    }
    let (mut whole, mut unit) = (0, 1_u64);
    while start < end {
        let length = (end - start).min(DIGITS_AT_ONCE);
        whole += unit * digits(word_before(text, end), UPPERMOST[length - 1])?;
        // Too large only after the last.
        unit = unit.wrapping_mul(EIGHT_PLACES);
        end -= length;
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &[u8]) -> Option<u64> {
        whole_at(text, 0, text.len())
    }

    #[test]
    fn up_to_eighteen_digits_are_a_number_and_nineteen_are_not() {
        assert_eq!(whole(b"0"), Some(0));
        assert_eq!(whole(b"00000000012"), Some(12));
        assert_eq!(whole(b"999999999999999999"), Some(999_999_999_999_999_999));
        assert_eq!(whole(b"1000000000000000000"), None);
        assert_eq!(whole(b""), None);
    }

    #[test]
    fn a_minus_stands_before_digits_and_once() {
        let signed = |text: &[u8]| signed_at(text, 0, text.len());
        assert_eq!(signed(b"-12"), Some(-12));
        assert_eq!(signed(b"-999999999999999999"), Some(-999_999_999_999_999_999));
        for text in [&b"-"[..], b"--1", b"1-", b"", b"+1", b"-1000000000000000000"] {
            assert_eq!(signed(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_stands_around_a_number_does_not_matter(
            before in prop::collection::vec(any::<u8>(), 0..4),
            number in 0..1_000_000_000_000_000_000_u64,
            after in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let digits = number.to_string();
            let text = [&before, digits.as_bytes(), &after].concat();
            prop_assert_eq!(whole_at(&text[..], before.len(), before.len() + digits.len()), Some(number));
        }

        #[test]
        fn one_wrong_byte_makes_it_no_number(
            number in 0..1_000_000_000_000_000_000_u64, at: prop::sample::Index, byte: u8,
        ) {
            let mut text = number.to_string().into_bytes();
            let at = at.index(text.len());
            text[at] = byte;
            let expected = std::str::from_utf8(&text).ok().filter(|text| !text.starts_with('+'));
            prop_assert_eq!(whole(&text), expected.and_then(|text| text.parse().ok()));
        }
    }
}
