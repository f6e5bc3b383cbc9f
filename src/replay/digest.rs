//! Size and checksum of what was read: every report says which bytes it was made of.

use std::ops::AddAssign;

/// The modulus of Adler-32.
const MODULUS: u64 = 65_521;

/// Size and checksum of the records of a trace, decompressed, without headers, one part after another.
///
/// The checksum is zlib's Adler-32 (RFC 1950, section 8.2): it finds damage and mix-ups and is made at the speed at which
/// memory is read, where a CRC would cost as much as reading SCALE-Sim's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputDigest {
    /// Bytes of records.
    pub bytes: u64,
    /// Adler-32 of them.
    pub adler32: u32,
}

impl Default for InputDigest {
    fn default() -> InputDigest {
        InputDigest { bytes: 0, adler32: 1 }
    }
}

impl InputDigest {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> InputDigest {
        InputDigest { bytes: bytes.len() as u64, adler32: simd_adler32::adler32(&bytes) }
    }
}

impl AddAssign for InputDigest {
    /// The digest of the bytes of both, `next` behind.
    fn add_assign(&mut self, next: InputDigest) {
        // The lower half is one more than the sum of the bytes; the upper the sum of all lower halves on the way, each of
        // which has, in the second text, the first text's sum on top.
        let halves = |digest: InputDigest| {
            (u64::from(digest.adler32 & 0xffff), u64::from(digest.adler32 >> 16), digest.bytes % MODULUS)
        };
        let ((low, high, _), (next_low, next_high, next_bytes)) = (halves(*self), halves(next));
        let first = low + MODULUS - 1;
        let sum = (first + next_low) % MODULUS;
        let sums = (high + next_high + next_bytes * first) % MODULUS;
        *self = InputDigest { bytes: self.bytes + next.bytes, adler32: (sums << 16 | sum) as u32 };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_checksum_is_that_of_zlib() {
        // `python3 -c 'import zlib; print(zlib.adler32(b"Wikipedia"))'`
        assert_eq!(InputDigest::of(b"Wikipedia").adler32, 300_286_872);
    }

    proptest! {
        #[test]
        fn pieces_have_the_digest_of_the_whole(
            bytes in prop::collection::vec(any::<u8>(), 0..9000), cuts in prop::collection::vec(0usize..9000, 0..6),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let mut digest = InputDigest::default();
            for piece in cuts.windows(2) {
                digest += InputDigest::of(&bytes[piece[0]..piece[1]]);
            }
            prop_assert_eq!(digest, InputDigest::of(&bytes));
        }
    }
}
