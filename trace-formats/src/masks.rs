//! Which of 64 bytes are of a kind, a bit each: bit 0 is the first byte's; and numbers that are read together.
//!
//! On x86-64 by SSE2, which every such processor has, or by AVX2 where it has that; elsewhere byte by byte, which a test
//! compares them with.

mod wholes;

use wholes::wholes_each;
pub use wholes::{MAX_DIGITS, eight_digits};

/// How many bytes are looked at together.
pub const BLOCK_BYTES: usize = 64;

/// 64 bytes of a text.
#[derive(Clone, Copy)]
pub struct Block(Lanes);

#[cfg(target_arch = "x86_64")]
type Lanes = sse2::Lanes;

#[cfg(not(target_arch = "x86_64"))]
type Lanes = [u8; BLOCK_BYTES];

/// SSE2. Everything unsafe about it is said here.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod sse2 {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_set1_epi8,
        _mm_sub_epi8,
    };

    use super::BLOCK_BYTES;

    pub type Lanes = [__m128i; BLOCK_BYTES / 16];

    #[inline(always)]
    pub fn load(bytes: &[u8; BLOCK_BYTES]) -> Lanes {
        let (quarters, _) = bytes.as_chunks::<16>();
        // SAFETY: every x86-64 processor has SSE2. Each load reads the 16 bytes of an array of 16, and may be unaligned.
        [0, 1, 2, 3].map(|at: usize| unsafe { _mm_loadu_si128(quarters[at].as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn equal_to(lanes: &Lanes, byte: u8) -> u64 {
        // SAFETY: every x86-64 processor has SSE2; nothing but values is touched.
        gather(lanes, |lane| unsafe { _mm_cmpeq_epi8(lane, _mm_set1_epi8(byte as i8)) })
    }

    #[inline(always)]
    pub fn within(lanes: &Lanes, first: u8, more: u8) -> u64 {
        // SAFETY: every x86-64 processor has SSE2; nothing but values is touched.
        gather(lanes, |lane| unsafe {
            let above = _mm_sub_epi8(lane, _mm_set1_epi8(first as i8));
            _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(more as i8)), above)
        })
    }

    #[inline(always)]
    fn gather(lanes: &Lanes, is_of_kind: impl Fn(__m128i) -> __m128i) -> u64 {
        // SAFETY: every x86-64 processor has SSE2; nothing but values is touched.
        let bits = |at: usize| u64::from(unsafe { _mm_movemask_epi8(is_of_kind(lanes[at])) } as u16);
        bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
    }
}

/// The masks of 64 bytes, whichever instructions find them.
pub trait Masks: Copy {
    /// The bytes of a full block.
    fn new(bytes: &[u8; BLOCK_BYTES]) -> Self;

    /// Up to 64 bytes; those that are missing are 0.
    #[inline(always)]
    fn padded(bytes: &[u8]) -> Self {
        let mut block = [0; BLOCK_BYTES];
        let length = bytes.len().min(BLOCK_BYTES);
        block[..length].copy_from_slice(&bytes[..length]);
        Self::new(&block)
    }

    /// Bytes equal to this one.
    fn equal_to(&self, byte: u8) -> u64;

    /// Bytes from `first` to `first + more`, both included.
    fn within(&self, first: u8, more: u8) -> u64;

    /// The digits 0 to 9.
    #[inline(always)]
    fn digits(&self) -> u64 {
        self.within(b'0', 9)
    }

    /// The whole numbers that these texts start with, of so many digits each; `None` if there are other bytes among
    /// them, or one has no digit or more than 16.
    #[inline(always)]
    fn wholes(texts: [&[u8; MAX_DIGITS]; 3], lengths: [usize; 3]) -> Option<[u64; 3]> {
        wholes_each(texts, lengths)
    }
}

impl Masks for Block {
    #[inline(always)]
    fn new(bytes: &[u8; BLOCK_BYTES]) -> Block {
        #[cfg(target_arch = "x86_64")]
        return Block(sse2::load(bytes));
        #[cfg(not(target_arch = "x86_64"))]
        Block(*bytes)
    }

    #[inline(always)]
    fn equal_to(&self, byte: u8) -> u64 {
        #[cfg(target_arch = "x86_64")]
        return sse2::equal_to(&self.0, byte);
        #[cfg(not(target_arch = "x86_64"))]
        equal_to_each(&self.0, byte)
    }

    #[inline(always)]
    fn within(&self, first: u8, more: u8) -> u64 {
        #[cfg(target_arch = "x86_64")]
        return sse2::within(&self.0, first, more);
        #[cfg(not(target_arch = "x86_64"))]
        within_each(&self.0, first, more)
    }
}

/// Work on masks, written once for all processors. To gain from what a processor has, all of it has to be inlined.
pub trait MaskWork {
    /// What it gives.
    type Output;

    /// Does it.
    fn run<M: Masks>(self) -> Self::Output;
}

/// Does the work with the instructions for longer vectors and for counting and finding bits, where the processor has
/// them: not every x86-64 has.
#[inline]
pub fn with_best_masks<W: MaskWork>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    return avx2::run(work);
    #[cfg(not(target_arch = "x86_64"))]
    work.run::<Block>()
}

/// The same by AVX2, for processors that have it.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm_cvtsi128_si64, _mm_extract_epi64, _mm_loadu_si128, _mm256_add_epi64,
        _mm256_broadcastsi128_si256, _mm256_castsi256_si128, _mm256_cmpeq_epi8, _mm256_extracti128_si256,
        _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_max_epu8, _mm256_min_epu8,
        _mm256_movemask_epi8, _mm256_mul_epu32, _mm256_packus_epi32, _mm256_set_m128i, _mm256_set1_epi8,
        _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_shuffle_epi8, _mm256_srli_epi64,
        _mm256_sub_epi8, _mm256_subs_epu8, _mm256_testz_si256,
    };

    use super::{BLOCK_BYTES, Block, MAX_DIGITS, MaskWork, Masks};

    /// Which byte of a text each place of its number is, from as many bytes on as it has digits: none first, then all.
    const PLACES: [i8; 2 * MAX_DIGITS] = [
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, //
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ];

    #[inline]
    pub fn run<W: MaskWork>(work: W) -> W::Output {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt");
        if has_all {
            // SAFETY: the processor was asked for each of them.
            unsafe { with_all(work) }
        } else {
            work.run::<Block>()
        }
    }

    #[target_feature(enable = "avx2,popcnt,bmi1,bmi2,lzcnt")]
    fn with_all<W: MaskWork>(work: W) -> W::Output {
        work.run::<WideBlock>()
    }

    /// Only made within `with_all`.
    #[derive(Clone, Copy)]
    struct WideBlock([__m256i; 2]);

    impl Masks for WideBlock {
        #[inline(always)]
        fn new(bytes: &[u8; BLOCK_BYTES]) -> WideBlock {
            let (halves, _) = bytes.as_chunks::<32>();
            // SAFETY: the processor has AVX2. Each load reads the 32 bytes of an array of 32, and may be unaligned.
            WideBlock([0, 1].map(|at: usize| unsafe { _mm256_loadu_si256(halves[at].as_ptr().cast()) }))
        }

        #[inline(always)]
        fn equal_to(&self, byte: u8) -> u64 {
            // SAFETY: the processor has AVX2; nothing but values is touched.
            gather(self, |half| unsafe { _mm256_cmpeq_epi8(half, _mm256_set1_epi8(byte as i8)) })
        }

        #[inline(always)]
        fn within(&self, first: u8, more: u8) -> u64 {
            // SAFETY: the processor has AVX2; nothing but values is touched.
            gather(self, |half| unsafe {
                let above = _mm256_sub_epi8(half, _mm256_set1_epi8(first as i8));
                _mm256_cmpeq_epi8(_mm256_min_epu8(above, _mm256_set1_epi8(more as i8)), above)
            })
        }

        #[inline(always)]
        fn wholes(texts: [&[u8; MAX_DIGITS]; 3], lengths: [usize; 3]) -> Option<[u64; 3]> {
            let too_many =
                lengths.iter().fold(0, |found, length| found | length.wrapping_sub(1)) >= MAX_DIGITS;
            if too_many {
                return None;
            }
            // SAFETY: the processor has AVX2. Loads may be unaligned: those of texts read the 16 bytes of an array of 16,
            // those of places 16 bytes from at most the sixteenth on.
            unsafe {
                let text = |at: usize| _mm_loadu_si128(texts[at].as_ptr().cast());
                let places = |at: usize| _mm_loadu_si128(PLACES.as_ptr().add(lengths[at]).cast());
                let digits = |text, places| {
                    _mm256_shuffle_epi8(_mm256_sub_epi8(text, _mm256_set1_epi8(b'0' as i8)), places)
                };
                let pair = digits(_mm256_set_m128i(text(1), text(0)), _mm256_set_m128i(places(1), places(0)));
                let third =
                    digits(_mm256_broadcastsi128_si256(text(2)), _mm256_broadcastsi128_si256(places(2)));
                let above_nine = _mm256_subs_epu8(_mm256_max_epu8(pair, third), _mm256_set1_epi8(9));
                if _mm256_testz_si256(above_nine, above_nine) == 0 {
                    return None;
                }
                // Neighbours are joined, the one before being worth more: digits, pairs, fours, eights.
                let fours = |digits| {
                    let pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(10 | 1 << 8));
                    _mm256_madd_epi16(pairs, _mm256_set1_epi32(100 | 1 << 16))
                };
                let fours = _mm256_packus_epi32(fours(pair), fours(third));
                let eights = _mm256_madd_epi16(fours, _mm256_set1_epi32(10_000 | 1 << 16));
                let upper = _mm256_mul_epu32(eights, _mm256_set1_epi64x(100_000_000));
                let wholes = _mm256_add_epi64(upper, _mm256_srli_epi64(eights, 32));
                let (first, second) = (_mm256_castsi256_si128(wholes), _mm256_extracti128_si256(wholes, 1));
                let numbers =
                    [_mm_cvtsi128_si64(first), _mm_cvtsi128_si64(second), _mm_extract_epi64(first, 1)];
                Some(numbers.map(|number| number as u64))
            }
        }
    }

    #[inline(always)]
    fn gather(block: &WideBlock, is_of_kind: impl Fn(__m256i) -> __m256i) -> u64 {
        // SAFETY: the processor has AVX2; nothing but values is touched.
        let bits = |at: usize| u64::from(unsafe { _mm256_movemask_epi8(is_of_kind(block.0[at])) } as u32);
        bits(0) | bits(1) << 32
    }
}

/// The plain twin of `equal_to`.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn equal_to_each(bytes: &[u8; BLOCK_BYTES], byte: u8) -> u64 {
    gather_each(bytes, |found| found == byte)
}

/// The plain twin of `within`.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn within_each(bytes: &[u8; BLOCK_BYTES], first: u8, more: u8) -> u64 {
    gather_each(bytes, |found| found.wrapping_sub(first) <= more)
}

#[cfg(any(test, not(target_arch = "x86_64")))]
fn gather_each(bytes: &[u8; BLOCK_BYTES], is_of_kind: impl Fn(u8) -> bool) -> u64 {
    bytes.iter().enumerate().fold(0, |bits, (at, &byte)| bits | u64::from(is_of_kind(byte)) << at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Look {
        bytes: [u8; BLOCK_BYTES],
        byte: u8,
        more: u8,
    }

    impl MaskWork for Look {
        type Output = [u64; 3];

        #[inline(always)]
        fn run<M: Masks>(self) -> [u64; 3] {
            let block = M::new(&self.bytes);
            [block.equal_to(self.byte), block.within(self.byte, self.more), block.digits()]
        }
    }

    proptest! {
        #[test]
        fn masks_are_those_of_looking_at_each_byte(
            bytes in prop::collection::vec(any::<u8>(), BLOCK_BYTES), byte: u8, more: u8,
        ) {
            let bytes: [u8; BLOCK_BYTES] = bytes.try_into().unwrap_or([0; BLOCK_BYTES]);
            let block = Block::new(&bytes);
            prop_assert_eq!(block.equal_to(byte), equal_to_each(&bytes, byte));
            prop_assert_eq!(block.within(byte, more), within_each(&bytes, byte, more));
            prop_assert_eq!(block.digits(), within_each(&bytes, b'0', 9));
            let best = with_best_masks(Look { bytes, byte, more });
            prop_assert_eq!(best, [block.equal_to(byte), block.within(byte, more), block.digits()]);
        }
    }

    #[test]
    fn bytes_that_are_missing_are_zero() {
        let block = Block::padded(b"1,2\n");
        assert_eq!((block.equal_to(b','), block.equal_to(b'\n'), block.digits()), (2, 8, 5));
        assert_eq!(block.equal_to(0), !0 << 4);
    }
}
