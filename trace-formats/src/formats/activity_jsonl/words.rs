//! Short runs of bytes, taken in words rather than byte by byte, since where such runs end is what a processor
//! guesses worst.

use crate::formats::activity_text::words::Words;
use crate::masks::digit_run;

/// The most bytes that are taken at once.
const PAIR_BYTES: usize = 16;

/// Ones to keep and zeros to clear: a mask for any length is a piece of it.
const KEEP_THEN_CLEAR: [u8; 2 * PAIR_BYTES] = {
    let mut bytes = [0; 2 * PAIR_BYTES];
    let mut at = 0;
    while at < PAIR_BYTES {
        bytes[at] = 0xff;
        at += 1;
    }
    bytes
};

/// A mask that keeps the first bytes of 16.
#[inline(always)]
fn keep(length: usize) -> &'static [u8; PAIR_BYTES] {
    KEEP_THEN_CLEAR[PAIR_BYTES - length.min(PAIR_BYTES)..].first_chunk().unwrap_or(&[0; PAIR_BYTES])
}

/// The first bytes of a text of at least 16, at most 16 of them.
#[inline(always)]
pub(super) fn first_pair(bytes: &[u8], length: usize) -> Option<[u64; 2]> {
    let bytes: &[u8; PAIR_BYTES] = bytes.first_chunk()?;
    let ([low, high], [keep_low, keep_high]) = ((&bytes[..]).words(0), (&keep(length)[..]).words(0));
    Some([low & keep_low, high & keep_high])
}

/// How many digits a text starts with, as far as is seen at a glance: at most 16, and not close to its end.
#[inline(always)]
pub(super) fn leading_digits(bytes: &[u8]) -> usize {
    let Some(bytes) = bytes.first_chunk::<PAIR_BYTES>() else { return 0 };
    let [low, high] = (&bytes[..]).words(0).map(|word| word ^ u64::from_le_bytes([b'0'; 8]));
    match digit_run(low) {
        8 => 8 + digit_run(high),
        length => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digits_are_counted_up_to_sixteen(text in "[0-9]{0,18}[^0-9]{0,9}|[\\x00-\\x7f]{0,20}|\\PC{0,9}") {
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            prop_assert_eq!(leading_digits(format!("{text}{}", " ".repeat(16)).as_bytes()), length.min(16));
            prop_assert_eq!(leading_digits(text.as_bytes()), if text.len() < 16 { 0 } else { length.min(16) });
        }

        #[test]
        fn a_pair_is_the_first_bytes_alone(bytes: Vec<u8>, length in 0..=16_usize) {
            let mut alone = bytes[..length.min(bytes.len())].to_vec();
            alone.resize(16, 0);
            let expected = (&alone[..]).words(0);
            prop_assert_eq!(first_pair(&bytes, length), (bytes.len() >= 16).then_some(expected));
        }
    }
}
