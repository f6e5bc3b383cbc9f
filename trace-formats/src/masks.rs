//! Which of 64 bytes are of a kind, a bit each: bit 0 is the first byte's. And what else is done with some bytes at once.
//!
//! On x86-64 by SSE2, which every such processor has, or by AVX2 where it has that; elsewhere byte by byte, which a test
//! compares them with.

/// How many bytes are looked at together.
pub const BLOCK_BYTES: usize = 64;

/// How many bytes are compared with as many others.
pub const HALF_BYTES: usize = BLOCK_BYTES / 2;

/// The most digits that are read together.
pub const DIGITS: usize = 16;

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

    use super::{BLOCK_BYTES, HALF_BYTES};

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
    pub fn alike(left: &[u8; HALF_BYTES], right: &[u8; HALF_BYTES]) -> u32 {
        let ((left, _), (right, _)) = (left.as_chunks::<16>(), right.as_chunks::<16>());
        // SAFETY: every x86-64 processor has SSE2. Each load reads the 16 bytes of an array of 16, and may be unaligned.
        let bits = |at: usize| unsafe {
            let left = _mm_loadu_si128(left[at].as_ptr().cast());
            let right = _mm_loadu_si128(right[at].as_ptr().cast());
            _mm_movemask_epi8(_mm_cmpeq_epi8(left, right)) as u32
        };
        bits(0) | bits(1) << 16
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

    /// Which of 32 bytes are equal to those of another text in the same place.
    fn alike(left: &[u8; HALF_BYTES], right: &[u8; HALF_BYTES]) -> u32;

    /// The number that the first bytes are, at most 16 of them, which have to be digits.
    fn decimal(bytes: &[u8; DIGITS], length: usize) -> u64;

    /// The digits 0 to 9.
    #[inline(always)]
    fn digits(&self) -> u64 {
        self.within(b'0', 9)
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

    #[inline(always)]
    fn alike(left: &[u8; HALF_BYTES], right: &[u8; HALF_BYTES]) -> u32 {
        #[cfg(target_arch = "x86_64")]
        return sse2::alike(left, right);
        #[cfg(not(target_arch = "x86_64"))]
        alike_each(left, right)
    }

    #[inline(always)]
    fn decimal(bytes: &[u8; DIGITS], length: usize) -> u64 {
        decimal_of_each(bytes, length)
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
        __m256i, _mm_cvtsi128_si64, _mm_loadu_si128, _mm_madd_epi16, _mm_maddubs_epi16, _mm_packus_epi32,
        _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32, _mm_shuffle_epi8, _mm_sub_epi8, _mm256_cmpeq_epi8,
        _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_sub_epi8,
    };

    use super::{BLOCK_BYTES, Block, DIGITS, HALF_BYTES, MaskWork, Masks};

    /// From so many bytes on as there are digits: which byte of theirs goes to each of 16 bytes, none to the first ones.
    const TO_THE_END: [u8; 2 * DIGITS] = {
        let mut places = [0x80; 2 * DIGITS];
        let mut at = 0;
        while at < DIGITS {
            places[DIGITS + at] = at as u8;
            at += 1;
        }
        places
    };

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
        fn alike(left: &[u8; HALF_BYTES], right: &[u8; HALF_BYTES]) -> u32 {
            // SAFETY: the processor has AVX2. Each load reads the 32 bytes of an array of 32, and may be unaligned.
            unsafe {
                let left = _mm256_loadu_si256(left.as_ptr().cast());
                let right = _mm256_loadu_si256(right.as_ptr().cast());
                _mm256_movemask_epi8(_mm256_cmpeq_epi8(left, right)) as u32
            }
        }

        #[inline(always)]
        fn decimal(bytes: &[u8; DIGITS], length: usize) -> u64 {
            let places: &[u8; DIGITS] =
                TO_THE_END[length.min(DIGITS)..].first_chunk().unwrap_or(&[0x80; DIGITS]);
            // SAFETY: the processor has AVX2 and what came before it. Each load reads the 16 bytes of an array of 16, and
            // may be unaligned.
            let halves = unsafe {
                let values = _mm_sub_epi8(_mm_loadu_si128(bytes.as_ptr().cast()), _mm_set1_epi8(b'0' as i8));
                let digits = _mm_shuffle_epi8(values, _mm_loadu_si128(places.as_ptr().cast()));
                // Neighbours are joined, the one before being worth more.
                let pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(10 | 1 << 8));
                let fours = _mm_madd_epi16(pairs, _mm_set1_epi32(100 | 1 << 16));
                let fours = _mm_packus_epi32(fours, fours);
                _mm_cvtsi128_si64(_mm_madd_epi16(fours, _mm_set1_epi32(10_000 | 1 << 16))) as u64
            };
            (halves & u64::from(u32::MAX)) * 100_000_000 + (halves >> 32)
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

/// The plain twin of `alike`.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn alike_each(left: &[u8; HALF_BYTES], right: &[u8; HALF_BYTES]) -> u32 {
    left.iter()
        .zip(right)
        .enumerate()
        .fold(0, |bits, (at, (left, right))| bits | u32::from(left == right) << at)
}

/// The plain twin of `decimal`.
#[inline(always)]
fn decimal_of_each(bytes: &[u8; DIGITS], length: usize) -> u64 {
    let digits = &bytes[..length.min(DIGITS)];
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit.wrapping_sub(b'0')))
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

    struct Digits([u8; DIGITS], usize);

    impl MaskWork for Digits {
        type Output = u64;

        #[inline(always)]
        fn run<M: Masks>(self) -> u64 {
            M::decimal(&self.0, self.1)
        }
    }

    struct Compare([u8; HALF_BYTES], [u8; HALF_BYTES]);

    impl MaskWork for Compare {
        type Output = u32;

        #[inline(always)]
        fn run<M: Masks>(self) -> u32 {
            M::alike(&self.0, &self.1)
        }
    }

    proptest! {
        #[test]
        fn bytes_are_compared_as_each_with_the_other(
            pairs in prop::collection::vec((any::<u8>(), prop::option::of(any::<u8>())), HALF_BYTES),
        ) {
            let left: Vec<u8> = pairs.iter().map(|pair| pair.0).collect();
            let right: Vec<u8> = pairs.iter().map(|pair| pair.1.unwrap_or(pair.0)).collect();
            let [left, right] = [left, right].map(|bytes| bytes.try_into().unwrap_or([0; HALF_BYTES]));
            prop_assert_eq!(Block::alike(&left, &right), alike_each(&left, &right));
            prop_assert_eq!(with_best_masks(Compare(left, right)), alike_each(&left, &right));
        }

        #[test]
        fn digits_are_the_number_that_is_written(
            number in 0..10_u64.pow(DIGITS as u32), after: [u8; DIGITS], zeros in 0..3_usize,
        ) {
            let text = format!("{}{number}", "0".repeat(zeros));
            let digits = &text.as_bytes()[text.len().saturating_sub(DIGITS)..];
            let mut bytes = after;
            bytes[..digits.len()].copy_from_slice(digits);
            prop_assert_eq!(decimal_of_each(&bytes, digits.len()), number);
            prop_assert_eq!(with_best_masks(Digits(bytes, digits.len())), number);
        }

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
