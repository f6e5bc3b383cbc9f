//! Masks, and numbers read together, by AVX2, for processors that have it. Everything unsafe about it is said here.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_cvtsi128_si64, _mm_extract_epi64, _mm_loadu_si128, _mm_madd_epi16, _mm_maddubs_epi16,
    _mm_packus_epi32, _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32, _mm_shuffle_epi8, _mm_sub_epi8,
    _mm256_add_epi64, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_castsi256_si128,
    _mm256_cmpeq_epi8, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
    _mm256_max_epu8, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_mul_epu32, _mm256_packus_epi32,
    _mm256_set_m128i, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_epi64x,
    _mm256_shuffle_epi8, _mm256_srli_epi64, _mm256_sub_epi8, _mm256_subs_epu8, _mm256_testz_si256,
};

use super::{Alphabet, BLOCK_BYTES, Block, HALF_BYTES, MAX_DIGITS, MaskWork, Masks};

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
    fn are_all_of(&self, alphabet: &Alphabet) -> bool {
        let [first, second] = self.0;
        // SAFETY: the processor has AVX2. The load reads the 16 bytes of an array of 16, and may be unaligned.
        unsafe {
            let places = _mm256_broadcastsi128_si256(_mm_loadu_si128(alphabet.by_lower_half.as_ptr().cast()));
            // A byte above 127 finds a 0.
            let first = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(places, first), first);
            let second = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(places, second), second);
            _mm256_movemask_epi8(_mm256_and_si256(first, second)) == -1
        }
    }

    #[inline(always)]
    fn alike(left: &[u8; HALF_BYTES], right: &[u8; HALF_BYTES]) -> u32 {
        // SAFETY: the processor has AVX2. Each load reads the 32 bytes of an array of 32, and may be unaligned.
        unsafe {
            let left = _mm256_loadu_si256(left.as_ptr().cast());
            let right = _mm256_loadu_si256(right.as_ptr().cast());
            _mm256_movemask_epi8(_mm256_cmpeq_epi8(left, right)) as u32
        }
    }

    #[inline(always)]
    fn whole(text: &[u8; MAX_DIGITS], length: usize) -> u64 {
        // SAFETY: the processor has AVX2 and what came before it. Loads may be unaligned: that of the text reads the 16
        // bytes of an array of 16, that of places 16 bytes from at most the sixteenth on.
        let halves = unsafe {
            let places = _mm_loadu_si128(PLACES.as_ptr().add(length.min(MAX_DIGITS)).cast());
            let values = _mm_sub_epi8(_mm_loadu_si128(text.as_ptr().cast()), _mm_set1_epi8(b'0' as i8));
            let digits = _mm_shuffle_epi8(values, places);
            // Neighbours are joined, the one before being worth more.
            let pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(10 | 1 << 8));
            let fours = _mm_madd_epi16(pairs, _mm_set1_epi32(100 | 1 << 16));
            let fours = _mm_packus_epi32(fours, fours);
            _mm_cvtsi128_si64(_mm_madd_epi16(fours, _mm_set1_epi32(10_000 | 1 << 16))) as u64
        };
        (halves & u64::from(u32::MAX)) * 100_000_000 + (halves >> 32)
    }

    #[inline(always)]
    fn wholes(texts: [&[u8; MAX_DIGITS]; 3], lengths: [usize; 3]) -> Option<[u64; 3]> {
        let too_many = lengths.iter().fold(0, |found, length| found | length.wrapping_sub(1)) >= MAX_DIGITS;
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
            let third = digits(_mm256_broadcastsi128_si256(text(2)), _mm256_broadcastsi128_si256(places(2)));
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
            let numbers = [_mm_cvtsi128_si64(first), _mm_cvtsi128_si64(second), _mm_extract_epi64(first, 1)];
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
