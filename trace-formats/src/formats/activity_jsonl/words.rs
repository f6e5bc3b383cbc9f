//! Short runs of bytes, taken in words rather than byte by byte, since where such runs end is what a processor
//! guesses worst.

use crate::masks::Masks;

/// How many bytes [`Words`] hold.
pub(super) const WORDS_BYTES: usize = 32;

/// Up to 32 bytes, and zeros for those that are missing.
pub(super) type Words = [u64; WORDS_BYTES / 8];

/// Ones to keep and zeros to clear: a mask for any length is a piece of it.
const KEEP_THEN_CLEAR: [u8; 2 * WORDS_BYTES] = {
    let mut bytes = [0; 2 * WORDS_BYTES];
    let mut at = 0;
    while at < WORDS_BYTES {
        bytes[at] = 0xff;
        at += 1;
    }
    bytes
};

/// A digit in each byte.
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// The largest bit of each byte.
const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);

/// The most digits that [`whole`] reads.
const MAX_DIGITS: usize = 15;

const POWERS_OF_TEN: [u64; 8] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

/// The words of 32 bytes.
#[inline(always)]
pub(super) fn words(bytes: &[u8; WORDS_BYTES]) -> Words {
    let (words, _) = bytes.as_chunks::<8>();
    [0, 1, 2, 3].map(|at: usize| u64::from_le_bytes(words[at]))
}

/// A mask that keeps the first bytes of some words.
#[inline(always)]
pub(super) fn mask(length: usize) -> Words {
    let start = WORDS_BYTES - length.min(WORDS_BYTES);
    KEEP_THEN_CLEAR[start..].first_chunk().map_or([0; 4], words)
}

/// The bytes that a mask keeps.
#[inline(always)]
pub(super) fn masked(words: Words, mask: Words) -> Words {
    [0, 1, 2, 3].map(|at: usize| words[at] & mask[at])
}

/// The first bytes of a text, at most 32 of them.
#[inline(always)]
pub(super) fn first_words(bytes: &[u8], length: usize) -> Words {
    match bytes.first_chunk() {
        Some(bytes) => masked(words(bytes), mask(length)),
        None => padded_words(bytes, length),
    }
}

#[cold]
fn padded_words(bytes: &[u8], length: usize) -> Words {
    let mut padded = [0; WORDS_BYTES];
    let length = length.min(bytes.len());
    padded[..length].copy_from_slice(&bytes[..length]);
    words(&padded)
}

/// The first bytes of a text of at least 16, at most 16 of them.
#[inline(always)]
pub(super) fn first_pair(bytes: &[u8], length: usize) -> Option<[u64; 2]> {
    let (halves, _) = bytes.first_chunk::<16>()?.as_chunks::<8>();
    let [low, high, ..] = mask(length);
    Some([u64::from_le_bytes(halves[0]) & low, u64::from_le_bytes(halves[1]) & high])
}

/// Where the first quote is, if it is among the first 64 bytes and so many there are.
#[inline(always)]
pub(super) fn quote<M: Masks>(bytes: &[u8]) -> Option<usize> {
    let quotes = M::new(bytes.first_chunk()?).equal_to(b'"');
    (quotes != 0).then_some(quotes.trailing_zeros() as usize)
}

/// A number of 1 to 15 digits at the start of at least 16 bytes, and how many digits it has.
#[inline(always)]
pub(super) fn whole(bytes: &[u8]) -> Option<(u64, usize)> {
    let (halves, _) = bytes.first_chunk::<16>()?.as_chunks::<8>();
    let digits = u64::from_le_bytes(halves[0]) ^ ZEROS;
    let length = digit_run(digits);
    if length == 0 {
        return None;
    }
    if length < 8 {
        return Some((eight_digits(digits << (64 - 8 * length)), length));
    }
    let more = u64::from_le_bytes(halves[1]) ^ ZEROS;
    let more_length = digit_run(more);
    if 8 + more_length > MAX_DIGITS {
        return None;
    }
    // In two steps, since all bits go where there are no more digits.
    let last = eight_digits((more << 8) << (56 - 8 * more_length));
    Some((eight_digits(digits) * POWERS_OF_TEN[more_length & 7] + last, 8 + more_length))
}

/// As [`whole`], of a number that may have a minus sign.
#[inline(always)]
pub(super) fn signed(bytes: &[u8]) -> Option<(i64, usize)> {
    if bytes.first() != Some(&b'-') {
        return whole(bytes).map(|(size, length)| (size as i64, length));
    }
    whole(&bytes[1..]).map(|(size, length)| (-(size as i64), length + 1))
}

/// How many of eight bytes, from the first on, are 0 to 9.
#[inline(always)]
fn digit_run(values: u64) -> usize {
    // A carry out of a byte starts at one that is no digit, and goes to the bytes after it only.
    let others = (values.wrapping_add(u64::from_le_bytes([0x76; 8])) | values) & HIGH_BITS;
    others.trailing_zeros() as usize / 8
}

/// The number of eight digits from 0 to 9, the first in the lowest byte: pairs, then fours, then all.
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    let pairs = (digits.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(1 + (10_000 << 32)) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::Block;
    use proptest::prelude::*;

    fn padded(text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(text.len() + 64, b'\n');
        bytes
    }

    #[test]
    fn whole_numbers_end_where_their_digits_do() {
        assert_eq!(whole(&padded("0,")), Some((0, 1)));
        assert_eq!(whole(&padded("1234567}")), Some((1_234_567, 7)));
        assert_eq!(whole(&padded("12345678 ")), Some((12_345_678, 8)));
        assert_eq!(whole(&padded("123456789:")), Some((123_456_789, 9)));
        assert_eq!(whole(&padded("123456789012345/")), Some((123_456_789_012_345, 15)));
        assert_eq!(whole(&padded("1234567890123456")), None);
        assert_eq!(whole(&padded("-1")), None);
        assert_eq!(whole(b"1,"), None);
        assert_eq!(signed(&padded("-58,")), Some((-58, 3)));
        assert_eq!(signed(&padded("--58")), None);
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_their_text(text in "[0-9]{1,18}[^0-9]{0,9}|[\\x00-\\x7f]{0,20}|\\PC{0,9}") {
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            let expected = (1..=15).contains(&length).then(|| (text[..length].parse().unwrap_or(0), length));
            prop_assert_eq!(whole(&padded(&text)), expected);
        }

        #[test]
        fn the_first_quote_is_found(text in "[a-z\"\\\\]{0,70}") {
            let found = text.find('"').filter(|&at| at < 64);
            prop_assert_eq!(quote::<Block>(&padded(&text)), found);
        }

        #[test]
        fn first_words_are_those_of_the_bytes_alone(bytes: Vec<u8>, length in 0..80_usize) {
            let mut alone = bytes[..length.min(bytes.len())].to_vec();
            alone.resize(WORDS_BYTES, 0);
            let expected = alone.first_chunk().map(words);
            prop_assert_eq!(Some(first_words(&bytes, length)), expected);
            let pair = first_pair(&bytes, length.min(16));
            let expected = first_words(&bytes, length.min(16));
            prop_assert_eq!(pair, (bytes.len() >= 16).then_some([expected[0], expected[1]]));
        }
    }
}
