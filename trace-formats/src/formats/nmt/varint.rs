//! LEB128 variable-length integers and the zig-zag mapping of signed ones.

/// Maps small signed numbers, of either sign, to small unsigned ones: 0, −1, 1, −2 → 0, 1, 2, 3.
pub fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Undoes [`zigzag`].
pub fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// How many bytes [`write()`] takes for a value: one for each 7 bits.
pub fn length(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Appends a value, 7 bits a byte, low bits first; all bytes but the last have their top bit set.
pub fn write(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads a value at `*at` and moves `*at` behind it. `None` if the bytes end first or the value has
/// more than 64 bits.
#[inline]
pub fn read(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if shift == 63 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_comes_back_and_takes_the_predicted_length(value: i64, bits in 0u32..64) {
            let value = value >> bits;
            let mut bytes = Vec::new();
            write(zigzag(value), &mut bytes);
            prop_assert_eq!(bytes.len(), length(zigzag(value)));
            let mut at = 0;
            prop_assert_eq!(read(&bytes, &mut at).map(unzigzag), Some(value));
            prop_assert_eq!(at, bytes.len());
        }
    }

    #[test]
    fn a_value_of_more_than_64_bits_is_refused() {
        let mut largest = vec![0xff; 9];
        largest.push(1);
        assert_eq!(read(&largest, &mut 0), Some(u64::MAX));
        largest[9] = 2;
        assert_eq!(read(&largest, &mut 0), None);
        assert_eq!(read(&[0x80; 20], &mut 0), None);
    }

    #[test]
    fn a_value_that_is_cut_is_refused() {
        assert_eq!(read(&[], &mut 0), None);
        assert_eq!(read(&[0x80], &mut 0), None);
    }
}
