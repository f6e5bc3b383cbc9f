//! Bit packing: numbers of one width, one behind the other without a gap, low bits first.

/// Eight numbers of any width take whole bytes, so each group of eight is unpacked alike.
const GROUP: usize = 8;
/// Each number is looked at as the eight bytes in which it starts.
const WORD: usize = 8;

/// Whether numbers may have so many bits: at most 56, which lie within eight bytes wherever they start, or 64.
pub fn is_width(bits: u32) -> bool {
    bits <= 56 || bits == 64
}

/// The smallest width that holds a number.
pub fn width_of(number: u64) -> u32 {
    let bits = u64::BITS - number.leading_zeros();
    if is_width(bits) { bits } else { u64::BITS }
}

/// How many bytes so many numbers take.
pub fn packed_bytes(numbers: usize, width: u32) -> usize {
    (numbers * width as usize).div_ceil(8)
}

/// Appends the low `width` bits of each number; what remains of the last byte is 0.
pub fn pack(numbers: impl Iterator<Item = u64>, width: u32, out: &mut Vec<u8>) {
    let mask = mask(width);
    let (mut pending, mut bits) = (0_u128, 0);
    for number in numbers {
        pending |= u128::from(number & mask) << bits;
        bits += width;
        if bits >= u64::BITS {
            out.extend((pending as u64).to_le_bytes());
            pending >>= u64::BITS;
            bits -= u64::BITS;
        }
    }
    out.extend(&pending.to_le_bytes()[..packed_bytes(1, bits)]);
}

/// Fills `numbers` with what is packed at the start of `bytes`, which are at least as many as [`packed_bytes`] says, each
/// added to `base`. With some bytes behind them the last numbers are read as fast as the others.
pub fn unpack(bytes: &[u8], width: u32, base: i64, numbers: &mut [i64]) {
    if width == 0 {
        return numbers.fill(base);
    }
    let done = unpack_groups(bytes, width, base, numbers);
    for (at, number) in numbers.iter_mut().enumerate().skip(done) {
        *number = base.wrapping_add(number_at(bytes, width, at) as i64);
    }
}

/// The number at a position, for the few at the end behind which there are not enough bytes.
fn number_at(bytes: &[u8], width: u32, at: usize) -> u64 {
    let first_bit = at * width as usize;
    let rest = bytes.get(first_bit / 8..).unwrap_or_default();
    let mut word = [0; 2 * WORD];
    let length = rest.len().min(word.len());
    word[..length].copy_from_slice(&rest[..length]);
    (u128::from_le_bytes(word) >> (first_bit % 8)) as u64 & mask(width)
}

fn mask(width: u32) -> u64 {
    u64::MAX.checked_shr(u64::BITS - width).unwrap_or(0)
}

/// Unpacks whole groups and returns how many numbers they hold. A loop of its own for each width, whose shifts are
/// constants, takes half the time of one for all.
fn unpack_groups(bytes: &[u8], width: u32, base: i64, numbers: &mut [i64]) -> usize {
    macro_rules! of_width {
        ($($known:literal)*) => {
            match width {
                $($known => unpack_groups_of::<$known>(bytes, base, numbers),)*
                _ => 0,
            }
        };
    }
    of_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
        33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 64)
}

fn unpack_groups_of<const WIDTH: usize>(bytes: &[u8], base: i64, numbers: &mut [i64]) -> usize {
    let (groups, _) = numbers.as_chunks_mut::<GROUP>();
    for (number, group) in groups.iter_mut().enumerate() {
        let start = number * WIDTH;
        // The last number of a group starts in its last byte at the latest.
        let Some(packed) = bytes.get(start..start + WIDTH + WORD - 1) else { return number * GROUP };
        for (at, number) in group.iter_mut().enumerate() {
            let bit = at * WIDTH;
            let word = packed[bit / 8..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
            *number = base.wrapping_add(((word >> (bit % 8)) & mask(WIDTH as u32)) as i64);
        }
    }
    groups.len() * GROUP
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_of_any_width_come_back(
            numbers in proptest::collection::vec(any::<u64>(), 0..100),
            bits in 0_u32..=64,
            base: i64,
        ) {
            let width = if is_width(bits) { bits } else { 64 };
            let mut bytes = Vec::new();
            pack(numbers.iter().copied(), width, &mut bytes);
            prop_assert_eq!(bytes.len(), packed_bytes(numbers.len(), width));
            let mut unpacked = vec![7; numbers.len()];
            unpack(&bytes, width, base, &mut unpacked);
            let low: Vec<i64> =
                numbers.iter().map(|number| base.wrapping_add((number & mask(width)) as i64)).collect();
            prop_assert_eq!(unpacked, low);
        }

        #[test]
        fn whole_groups_are_unpacked_as_each_number_alone(
            bytes in proptest::collection::vec(any::<u8>(), 512),
            bits in 0_u32..=64,
        ) {
            let width = if is_width(bits) { bits } else { 64 };
            let mut numbers = [0; 64];
            unpack(&bytes, width, 0, &mut numbers);
            for (at, number) in numbers.into_iter().enumerate() {
                prop_assert_eq!(number as u64, number_at(&bytes, width, at));
            }
        }

        #[test]
        fn the_width_of_a_number_holds_it(number: u64, shift in 0_u32..64) {
            let number = number >> shift;
            let width = width_of(number);
            prop_assert!(is_width(width) && number & mask(width) == number);
        }
    }
}
