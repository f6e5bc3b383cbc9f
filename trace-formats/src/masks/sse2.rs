//! Masks by SSE2, which every x86-64 processor has. Everything unsafe about it is said here.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_set1_epi8, _mm_sub_epi8,
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
fn gather(lanes: &Lanes, is_of_kind: impl Fn(__m128i) -> __m128i) -> u64 {
    // SAFETY: every x86-64 processor has SSE2; nothing but values is touched.
    let bits = |at: usize| u64::from(unsafe { _mm_movemask_epi8(is_of_kind(lanes[at])) } as u16);
    bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
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
