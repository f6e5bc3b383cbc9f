//! Decimal numbers, exactly.

/// The digits after the point that are kept one by one.
///
/// The finest thing that is ever told apart is a tie between two multiples of 2⁻²⁰, which has 21
/// digits, and 10³² · 2²⁰ still fits 128 bits.
const FRACTION_DIGITS: i64 = 32;

/// 1 in units of [`Decimal::fraction`].
const ONE: u128 = 10u128.pow(FRACTION_DIGITS as u32);

/// 1 in units of 10⁻¹⁸.
const ATTOS: u128 = 10u128.pow(18);

/// A decimal number as it was written: `-12.5`, `1e6`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    /// It has a minus sign.
    pub(crate) negative: bool,
    /// The digits before the point; `u128::MAX` if there are too many.
    pub(crate) whole: u128,
    /// The digits after the point in units of 10⁻³². Odd if digits further down are not zero.
    pub(crate) fraction: u128,
}

/// What a text is that is no decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDecimal {
    /// Something else.
    Text,
    /// `NaN`.
    NaN,
    /// `inf`, `-Infinity`.
    Infinite,
}

impl Decimal {
    /// Reads digits with an optional sign, point and exponent.
    pub(crate) fn parse(text: &[u8]) -> Result<Decimal, NotDecimal> {
        let Spelling { negative, before, after, exponent } = Spelling::of(text)?;
        Ok(Decimal::from_digits(negative, before, after, exponent))
    }

    /// Whether a text is a decimal number, and if not, what it is.
    pub(crate) fn check(text: &[u8]) -> Result<(), NotDecimal> {
        Spelling::of(text).map(|_| ())
    }

    fn from_digits(negative: bool, before: &[u8], after: &[u8], exponent: i64) -> Decimal {
        let mut number = Decimal { negative, whole: 0, fraction: 0 };
        let first_place = before.len() as i64 + exponent - 1;
        let digits = before.iter().chain(after).map(|digit| u128::from(digit - b'0'));
        for (index, digit) in digits.enumerate().filter(|&(_, digit)| digit != 0) {
            let place = first_place - index as i64;
            if place >= 39 {
                number.whole = u128::MAX;
            } else if place >= 0 {
                number.whole = number.whole.saturating_add(digit.saturating_mul(10u128.pow(place as u32)));
            } else if place >= -FRACTION_DIGITS {
                number.fraction += digit * 10u128.pow((FRACTION_DIGITS + place) as u32);
            } else {
                number.fraction |= 1;
            }
        }
        number
    }

    /// The absolute value in units of 10⁻¹⁸; what is further down is dropped. `None` if it is too large.
    pub(crate) fn in_attos(self) -> Option<u64> {
        let whole = u64::try_from(self.whole).ok()?.checked_mul(ATTOS as u64)?;
        whole.checked_add((self.fraction / (ONE / ATTOS)) as u64)
    }

    /// The absolute value in units of 2⁻ᵏ, rounded to the nearest (ties to even). `None` if it is too large.
    pub(crate) fn in_units(self, fraction_bits: u32) -> Option<u128> {
        if self.whole == u128::MAX {
            return None;
        }
        let scaled = self.fraction << fraction_bits;
        let units = self.whole.checked_mul(1 << fraction_bits)?.checked_add(scaled / ONE)?;
        let twice_rest = scaled % ONE * 2;
        let is_odd = units % 2 == 1;
        let rounds_up = twice_rest > ONE || (twice_rest == ONE && is_odd);
        units.checked_add(u128::from(rounds_up))
    }
}

/// How a number is written: a sign, digits before and after the point, and an exponent.
struct Spelling<'a> {
    negative: bool,
    before: &'a [u8],
    after: &'a [u8],
    exponent: i64,
}

impl<'a> Spelling<'a> {
    fn of(text: &'a [u8]) -> Result<Spelling<'a>, NotDecimal> {
        let (negative, unsigned) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let is_exponent_sign = |byte: &u8| matches!(byte, b'e' | b'E');
        let (mantissa, exponent) = match unsigned.iter().position(is_exponent_sign) {
            Some(at) => (&unsigned[..at], exponent(&unsigned[at + 1..])),
            None => (unsigned, Some(0)),
        };
        let point = mantissa.iter().position(|&byte| byte == b'.').unwrap_or(mantissa.len());
        let before = &mantissa[..point];
        let after = mantissa.get(point + 1..).unwrap_or(&[]);
        let are_digits = before.iter().chain(after).all(u8::is_ascii_digit);
        match exponent {
            Some(exponent) if are_digits && before.len() + after.len() > 0 => {
                Ok(Spelling { negative, before, after, exponent })
            }
            _ => Err(not_decimal(unsigned)),
        }
    }
}

/// An exponent. What is beyond all sense is as good as a billion.
fn exponent(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        _ => (1, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let size =
        digits.iter().fold(0, |size: i64, digit| (size * 10 + i64::from(digit - b'0')).min(1_000_000_000));
    Some(sign * size)
}

fn not_decimal(unsigned: &[u8]) -> NotDecimal {
    let is = |word: &str| unsigned.eq_ignore_ascii_case(word.as_bytes());
    if is("nan") {
        NotDecimal::NaN
    } else if is("inf") || is("infinity") {
        NotDecimal::Infinite
    } else {
        NotDecimal::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, fraction_bits: u32) -> Option<u128> {
        Decimal::parse(text.as_bytes()).ok()?.in_units(fraction_bits)
    }

    #[test]
    fn exponents_and_points_move_the_same_digits() {
        for text in ["1000000", "1e6", "1E+6", "1000000.0", "+1000000", "10000000e-1", "0.001e9"] {
            assert_eq!(units(text, 0), Some(1_000_000), "{text}");
        }
    }

    #[test]
    fn ties_go_to_the_even_unit_and_one_digit_far_down_breaks_them() {
        assert_eq!(units("0.5", 0), Some(0));
        assert_eq!(units("1.5", 0), Some(2));
        assert_eq!(units("0.25", 1), Some(0));
        assert_eq!(units("0.75", 1), Some(2));
        assert_eq!(units(&format!("0.5{}1", "0".repeat(60)), 0), Some(1));
        assert_eq!(units("0.00000047683715820312500", 20), Some(0));
        assert_eq!(units("0.00000047683715820312501", 20), Some(1));
    }

    #[test]
    fn numbers_beyond_128_bits_are_too_large_and_not_wrong() {
        assert_eq!(units("1e400", 0), None);
        assert_eq!(units(&"9".repeat(39), 0), None);
        assert_eq!(units("1e38", 20), None);
        assert_eq!(units("0e400", 0), Some(0));
        assert_eq!(units("1e-400", 20), Some(0));
    }

    #[test]
    fn eighteen_digits_after_the_point_are_kept_as_a_whole_number() {
        let attos = |text: &str| Decimal::parse(text.as_bytes()).ok()?.in_attos();
        assert_eq!(attos("1"), Some(1_000_000_000_000_000_000));
        assert_eq!(attos("0.7199999999999999734"), Some(719_999_999_999_999_973));
        assert_eq!(attos("1e-18"), Some(1));
        assert_eq!(attos("9e-19"), Some(0));
        assert_eq!(attos("18.5"), None);
        assert_eq!(attos("1e400"), None);
    }

    #[test]
    fn what_is_no_number_is_told_apart() {
        assert_eq!(Decimal::parse(b"NaN"), Err(NotDecimal::NaN));
        assert_eq!(Decimal::parse(b"-inf"), Err(NotDecimal::Infinite));
        for text in ["", "-", ".", "e5", "1e", "1e+", "0x10", "1 2", "1.2.3", "--1", "four"] {
            assert_eq!(Decimal::parse(text.as_bytes()), Err(NotDecimal::Text), "{text}");
        }
    }
}
