//! Whole numbers that are read together, without instructions for them: a word of eight digits at a time.

/// The most digits of a number that is read together with others.
pub const MAX_DIGITS: usize = 16;

/// What [`Masks::wholes`](super::Masks::wholes) returns.
#[inline(always)]
pub(super) fn wholes_each(texts: [&[u8; MAX_DIGITS]; 3], lengths: [usize; 3]) -> Option<[u64; 3]> {
    let [first, second, third] = [0, 1, 2].map(|at| whole(texts[at], lengths[at]));
    Some([first?, second?, third?])
}

/// What [`Masks::whole`](super::Masks::whole) returns.
#[inline(always)]
pub(super) fn whole_of_each(text: &[u8; MAX_DIGITS], length: usize) -> u64 {
    let digits = &text[..length.min(MAX_DIGITS)];
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit.wrapping_sub(b'0')))
}

/// The number that a text starts with.
#[inline(always)]
fn whole(text: &[u8; MAX_DIGITS], length: usize) -> Option<u64> {
    if !(1..=MAX_DIGITS).contains(&length) {
        return None;
    }
    // The digits are the uppermost bytes, the last the highest, as if zeros stood before the first.
    let digits =
        (u128::from_le_bytes(*text) ^ u128::from_le_bytes([b'0'; MAX_DIGITS])) << (8 * (MAX_DIGITS - length));
    Some(eight_digits(digits as u64)? * 100_000_000 + eight_digits((digits >> 64) as u64)?)
}

/// The number of eight digits, the first the lowest byte; `None` if one of them is above 9.
#[inline(always)]
pub fn eight_digits(digits: u64) -> Option<u64> {
    if (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    // Neighbours are joined, the one before being worth more: digits, then pairs, then fours.
    let pairs = (digits.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(1 + (10_000 << 32)) >> 32)
}

/// How many of eight bytes, from the first on, are at most 9.
#[inline(always)]
pub fn digit_run(digits: u64) -> usize {
    // A carry out of a byte starts at one that is no digit, and goes to the bytes after it only.
    let others = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    (others.trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::masks::{MaskWork, Masks, with_best_masks};

    struct Read<'a> {
        texts: [&'a [u8; MAX_DIGITS]; 3],
        lengths: [usize; 3],
    }

    impl MaskWork for Read<'_> {
        type Output = Option<[u64; 3]>;

        #[inline(always)]
        fn run<M: Masks>(self) -> Option<[u64; 3]> {
            M::wholes(self.texts, self.lengths)
        }
    }

    struct One([u8; MAX_DIGITS], usize);

    impl MaskWork for One {
        type Output = u64;

        #[inline(always)]
        fn run<M: Masks>(self) -> u64 {
            M::whole(&self.0, self.1)
        }
    }

    /// Sixteen bytes, most of them all digits, and how many are a number, mostly not too many.
    fn number() -> impl Strategy<Value = ([u8; MAX_DIGITS], usize)> {
        let byte = prop_oneof![500 => b'0'..=b'9', 1 => any::<u8>()];
        let length = prop_oneof![20 => 1..=MAX_DIGITS, 1 => Just(0), 1 => any::<usize>()];
        (prop::array::uniform16(byte), length)
    }

    proptest! {
        #[test]
        fn digits_are_the_number_that_is_written(
            number in 0..10_u64.pow(MAX_DIGITS as u32), after: [u8; MAX_DIGITS], zeros in 0..3_usize,
        ) {
            let text = format!("{}{number}", "0".repeat(zeros));
            let digits = &text.as_bytes()[text.len().saturating_sub(MAX_DIGITS)..];
            let mut bytes = after;
            bytes[..digits.len()].copy_from_slice(digits);
            prop_assert_eq!(whole_of_each(&bytes, digits.len()), number);
            prop_assert_eq!(with_best_masks(One(bytes, digits.len())), number);
        }

        #[test]
        fn three_numbers_are_those_that_the_library_reads(numbers in prop::array::uniform3(number())) {
            let texts = numbers.each_ref().map(|(text, _)| text);
            let lengths = numbers.map(|(_, length)| length);
            let read = |(text, length): ([u8; MAX_DIGITS], usize)| {
                let digits = text.get(..length).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
                std::str::from_utf8(digits).ok()?.parse().ok()
            };
            let [first, second, third] = numbers.map(read);
            let expected: Option<[u64; 3]> = (|| Some([first?, second?, third?]))();
            prop_assert_eq!(wholes_each(texts, lengths), expected);
            prop_assert_eq!(with_best_masks(Read { texts, lengths }), expected);
        }
    }

    #[test]
    fn each_byte_that_is_no_digit_spoils_each_of_three_numbers_and_none_behind_it() {
        for byte in u8::MIN..=u8::MAX {
            for spoilt in 0..3 {
                for at in 0..MAX_DIGITS {
                    let mut numbers = [[b'9'; MAX_DIGITS]; 3];
                    numbers[spoilt][at] = byte;
                    let texts = numbers.each_ref();
                    for length in [at, at + 1, MAX_DIGITS] {
                        let lengths = [length; 3];
                        let is_good = length > 0 && (byte.is_ascii_digit() || length <= at);
                        let read = with_best_masks(Read { texts, lengths });
                        assert_eq!(read.is_some(), is_good, "{byte} at {at} of {length}");
                        assert_eq!(read, wholes_each(texts, lengths));
                    }
                }
            }
        }
    }
}
