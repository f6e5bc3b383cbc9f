//! Which of 64 bytes are of a kind, a bit each: bit 0 is the first byte's; and numbers that are read together.
//!
//! On x86-64 by SSE2, which every such processor has, or by AVX2 where it has that; elsewhere byte by byte, which a test
//! compares them with.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod sse2;
mod wholes;

pub use wholes::{MAX_DIGITS, digit_run, eight_digits};
use wholes::{whole_of_each, wholes_each};

/// How many bytes are looked at together.
pub const BLOCK_BYTES: usize = 64;

/// How many bytes are compared with as many others.
pub const HALF_BYTES: usize = BLOCK_BYTES / 2;

/// Where an alphabet has no byte: bytes above 127 are in none.
const NO_BYTE: u8 = 0xff;

/// The digits and a few other bytes.
pub struct Alphabet {
    others: &'static [u8],
    /// Each of them at the place of its lower half: no two have the same.
    by_lower_half: [u8; 16],
}

impl Alphabet {
    /// The digits and these, which must be ASCII and differ in their lower halves: others do not compile in a `const`.
    #[must_use]
    pub const fn digits_and(others: &'static [u8]) -> Alphabet {
        let mut by_lower_half = [NO_BYTE; 16];
        let mut digit = 0;
        while digit < 10 {
            by_lower_half[digit as usize] = b'0' + digit;
            digit += 1;
        }
        let mut at = 0;
        while at < others.len() {
            let place = (others[at] & 15) as usize;
            assert!(
                by_lower_half[place] == NO_BYTE && others[at] < 128,
                "a byte that cannot be told by its lower half"
            );
            by_lower_half[place] = others[at];
            at += 1;
        }
        Alphabet { others, by_lower_half }
    }
}

/// 64 bytes of a text.
#[derive(Clone, Copy)]
pub struct Block(Lanes);

#[cfg(target_arch = "x86_64")]
type Lanes = sse2::Lanes;

#[cfg(not(target_arch = "x86_64"))]
type Lanes = [u8; BLOCK_BYTES];

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

    /// Whether no byte is of another alphabet.
    #[inline(always)]
    fn are_all_of(&self, alphabet: &Alphabet) -> bool {
        let others = alphabet.others.iter().fold(0, |bits, &byte| bits | self.equal_to(byte));
        self.digits() | others == !0
    }

    /// The digits 0 to 9.
    #[inline(always)]
    fn digits(&self) -> u64 {
        self.within(b'0', 9)
    }

    /// Which of 32 bytes are equal to those of another text in the same place.
    fn alike(left: &[u8; HALF_BYTES], right: &[u8; HALF_BYTES]) -> u32;

    /// The number that the first bytes are, at most 16 of them, which have to be digits.
    #[inline(always)]
    fn whole(text: &[u8; MAX_DIGITS], length: usize) -> u64 {
        whole_of_each(text, length)
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

    #[inline(always)]
    fn alike(left: &[u8; HALF_BYTES], right: &[u8; HALF_BYTES]) -> u32 {
        #[cfg(target_arch = "x86_64")]
        return sse2::alike(left, right);
        #[cfg(not(target_arch = "x86_64"))]
        alike_each(left, right)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Look {
        bytes: [u8; BLOCK_BYTES],
        byte: u8,
        more: u8,
    }

    const LETTERS: Alphabet = Alphabet::digits_and(b",-\n.");

    impl MaskWork for Look {
        type Output = ([u64; 3], bool);

        #[inline(always)]
        fn run<M: Masks>(self) -> ([u64; 3], bool) {
            let block = M::new(&self.bytes);
            let masks = [block.equal_to(self.byte), block.within(self.byte, self.more), block.digits()];
            (masks, block.are_all_of(&LETTERS))
        }
    }

    fn are_all_letters(bytes: &[u8]) -> bool {
        bytes.iter().all(|byte| b"0123456789,-\n.".contains(byte))
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
        fn masks_are_those_of_looking_at_each_byte(
            bytes in prop::collection::vec(any::<u8>(), BLOCK_BYTES), byte: u8, more: u8,
        ) {
            let bytes: [u8; BLOCK_BYTES] = bytes.try_into().unwrap_or([0; BLOCK_BYTES]);
            let block = Block::new(&bytes);
            prop_assert_eq!(block.equal_to(byte), equal_to_each(&bytes, byte));
            prop_assert_eq!(block.within(byte, more), within_each(&bytes, byte, more));
            prop_assert_eq!(block.digits(), within_each(&bytes, b'0', 9));
            let (masks, are_letters) = with_best_masks(Look { bytes, byte, more });
            prop_assert_eq!(masks, [block.equal_to(byte), block.within(byte, more), block.digits()]);
            prop_assert_eq!(are_letters, are_all_letters(&bytes));
        }

        #[test]
        fn one_byte_of_another_alphabet_is_found(at in 0..BLOCK_BYTES, byte: u8, letter in "[0-9,.\n-]") {
            let mut bytes = [letter.as_bytes()[0]; BLOCK_BYTES];
            bytes[at] = byte;
            let is_letter = are_all_letters(&bytes);
            prop_assert_eq!(Block::new(&bytes).are_all_of(&LETTERS), is_letter);
            prop_assert_eq!(with_best_masks(Look { bytes, byte, more: 0 }).1, is_letter);
        }
    }

    #[test]
    fn bytes_that_are_missing_are_zero() {
        let block = Block::padded(b"1,2\n");
        assert_eq!((block.equal_to(b','), block.equal_to(b'\n'), block.digits()), (2, 8, 5));
        assert_eq!(block.equal_to(0), !0 << 4);
    }
}
