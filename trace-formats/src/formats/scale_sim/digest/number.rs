//! Whole numbers of few digits.

use crate::masks::{digit_run, eight_digits};

/// A number and how many bytes it is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The number.
    pub value: i64,
    /// Its bytes.
    pub length: usize,
}

/// The number at `start` where digits stand there, after a minus perhaps, and at most 15 of them.
#[inline(always)]
pub fn signed(bytes: &[u8], start: usize) -> Option<Number> {
    if bytes.get(start) == Some(&b'-') {
        let Number { value, length } = whole(bytes, start + 1)?;
        return Some(Number { value: -value, length: length + 1 });
    }
    whole(bytes, start)
}

#[inline(always)]
fn whole(bytes: &[u8], start: usize) -> Option<Number> {
    first_digits(bytes, start).or_else(|| last_digits(bytes.get(start..)?))
}

/// The number of the 1 to 15 digits at `at`, if so many there are and 16 bytes.
#[inline(always)]
pub fn first_digits(bytes: &[u8], at: usize) -> Option<Number> {
    let (words, _) = bytes.get(at..)?.first_chunk::<16>()?.as_chunks::<8>();
    let upper = Digits::of(words[0]);
    if upper.length < 8 {
        return (upper.length > 0).then(|| Number { value: upper.value() as i64, length: upper.length });
    }
    let lower = Digits::of(words[1]);
    let places = POWERS_OF_TEN.get(lower.length)?;
    Some(Number { value: (upper.value() * places + lower.value()) as i64, length: 8 + lower.length })
}

const POWERS_OF_TEN: [u64; 8] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

/// The digits that eight bytes start with.
struct Digits {
    /// A digit in each byte, and other bytes behind them.
    word: u64,
    length: usize,
}

impl Digits {
    #[inline(always)]
    fn of(text: [u8; 8]) -> Digits {
        let word = u64::from_le_bytes(text) ^ u64::from_le_bytes([b'0'; 8]);
        Digits { word, length: digit_run(word) }
    }

    #[inline(always)]
    fn value(&self) -> u64 {
        // Left of the digits come zeros.
        let digits = self.word.checked_shl(64 - 8 * self.length as u32).unwrap_or(0);
        eight_digits(digits).unwrap_or(0)
    }
}

/// Those of the last bytes of a chunk.
#[inline(never)]
fn last_digits(text: &[u8]) -> Option<Number> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..16).contains(&length).then(|| Number { value: decimal(text), length })
}

/// The number of the digits at the start of a text: at most 15.
pub fn decimal(text: &[u8]) -> i64 {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + i64::from(digit & 15))
}
