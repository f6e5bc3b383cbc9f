//! One column of a block: 64-bit integers, made small in two steps that any language can undo.
//!
//! First each value is replaced by its difference (modulo 2⁶⁴) from the value `lag` records before: 0
//! keeps the values, 1 suits a slow ramp, and the number of channels suits a trace that names all
//! its channels in every cycle, whose channel and cycle columns then become constants. What remains
//! is zig-zagged and stored in one of three encodings.

use crate::error::DataError;
use crate::formats::nmt::frame::bad_block;
use crate::formats::nmt::varint;

/// The largest lag. More would only make a writer search longer.
pub const MAX_LAG: usize = 1 << 16;

/// A column that takes no more bytes is not worth a search for a better lag.
const GOOD_ENOUGH: usize = 64;

/// How the differences are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// A varint each: best when few are large.
    Varints = 0,
    /// Pairs of a varint value and a varint run length: best when most are equal. A constant is one run.
    Runs = 1,
    /// A byte that states a width of 1, 2, 4 or 8, and that many bytes each: fastest to read.
    FixedWidth = 2,
}

/// The cheapest way that was found to store a column.
struct Plan {
    lag: usize,
    encoding: Encoding,
    bytes: usize,
}

/// Appends a column in whichever way is smallest. `period` is a lag worth trying, beside 0 and 1.
pub fn encode(values: &[i64], period: usize, out: &mut Vec<u8>) {
    let mut differences = Vec::with_capacity(values.len());
    let mut best = Plan { lag: 0, encoding: Encoding::FixedWidth, bytes: usize::MAX };
    for lag in [0, period.min(MAX_LAG), 1] {
        difference(values, lag, &mut differences);
        let plan = plan(&differences, lag);
        best = if plan.bytes < best.bytes { plan } else { best };
        if best.bytes <= GOOD_ENOUGH {
            break;
        }
    }
    difference(values, best.lag, &mut differences);
    varint::write(best.lag as u64, out);
    out.push(best.encoding as u8);
    match best.encoding {
        Encoding::Varints => differences.iter().for_each(|&difference| varint::write(difference, out)),
        Encoding::Runs => {
            for run in differences.chunk_by(|left, right| left == right) {
                varint::write(run[0], out);
                varint::write(run.len() as u64, out);
            }
        }
        Encoding::FixedWidth => {
            let width = width_for(differences.iter().fold(0, |bits, difference| bits | difference));
            out.push(width as u8);
            differences.iter().for_each(|difference| out.extend(&difference.to_le_bytes()[..width]));
        }
    }
}

/// Reads a column of `values.len()` numbers at `*at` and moves `*at` behind it.
///
/// # Errors
/// A column that ends too early, an encoding or width that does not exist, runs that do not fill the column.
pub fn decode(bytes: &[u8], at: &mut usize, values: &mut [i64]) -> Result<(), DataError> {
    let records = values.len();
    let lag = varint::read(bytes, at).ok_or_else(|| cut_column(records))?;
    if lag > MAX_LAG as u64 {
        return Err(bad_block(format!("a column with lag {lag}"), format!("a lag of at most {MAX_LAG}")));
    }
    let encoding = *bytes.get(*at).ok_or_else(|| cut_column(records))?;
    *at += 1;
    match encoding {
        0 => decode_varints(bytes, at, values).ok_or_else(|| cut_column(records))?,
        1 => decode_runs(bytes, at, values)?,
        2 => decode_fixed_width(bytes, at, values)?,
        unknown => {
            return Err(bad_block(format!("column encoding {unknown}"), "encoding 0, 1 or 2"));
        }
    }
    undo_difference(values, lag as usize);
    Ok(())
}

fn cut_column(records: usize) -> DataError {
    bad_block(
        "a column that ends too early, or a number of more than 64 bits in it",
        format!("numbers for the {records} records that the block claims"),
    )
}

fn difference(values: &[i64], lag: usize, differences: &mut Vec<u64>) {
    differences.clear();
    if lag == 0 {
        differences.extend(values.iter().map(|&value| varint::zigzag(value)));
        return;
    }
    let before = std::iter::repeat_n(&0, lag).chain(values);
    differences
        .extend(values.iter().zip(before).map(|(value, before)| varint::zigzag(value.wrapping_sub(*before))));
}

fn undo_difference(values: &mut [i64], lag: usize) {
    match lag {
        0 => {}
        1 => {
            let mut sum = 0_i64;
            for value in values {
                sum = sum.wrapping_add(*value);
                *value = sum;
            }
        }
        _ => {
            for at in lag..values.len() {
                values[at] = values[at].wrapping_add(values[at - lag]);
            }
        }
    }
}

fn plan(differences: &[u64], lag: usize) -> Plan {
    let (mut varints, mut runs, mut all_bits) = (0, 0, 0);
    let (mut run_value, mut run_length) = (differences.first().copied().unwrap_or(0), 0);
    for &difference in differences {
        varints += varint::length(difference);
        all_bits |= difference;
        if difference != run_value {
            runs += varint::length(run_value) + varint::length(run_length);
            (run_value, run_length) = (difference, 0);
        }
        run_length += 1;
    }
    runs += varint::length(run_value) + varint::length(run_length);
    let fixed_width = 1 + differences.len() * width_for(all_bits);
    // A fixed width is read so much faster that an eighth more bytes is a good price for it.
    let (encoding, bytes) = if runs <= varints.min(fixed_width) {
        (Encoding::Runs, runs)
    } else if fixed_width <= varints + varints / 8 {
        (Encoding::FixedWidth, fixed_width)
    } else {
        (Encoding::Varints, varints)
    };
    Plan { lag, encoding, bytes }
}

/// The width that holds numbers none of which has a bit that `all_bits` has not.
fn width_for(all_bits: u64) -> usize {
    let bytes = (64 - all_bits.leading_zeros() as usize).div_ceil(8);
    bytes.max(1).next_power_of_two()
}

fn decode_varints(bytes: &[u8], at: &mut usize, values: &mut [i64]) -> Option<()> {
    for value in values {
        let first = *bytes.get(*at)?;
        *value = if first < 0x80 {
            *at += 1;
            varint::unzigzag(u64::from(first))
        } else {
            varint::unzigzag(varint::read(bytes, at)?)
        };
    }
    Some(())
}

fn decode_runs(bytes: &[u8], at: &mut usize, mut values: &mut [i64]) -> Result<(), DataError> {
    let records = values.len();
    while !values.is_empty() {
        let value = varint::unzigzag(varint::read(bytes, at).ok_or_else(|| cut_column(records))?);
        let length = varint::read(bytes, at).ok_or_else(|| cut_column(records))?;
        if length == 0 || length > values.len() as u64 {
            return Err(bad_block(
                format!("a run of {length} records where {} remain", values.len()),
                format!("runs that add up to the {records} records that the block claims"),
            ));
        }
        let (run, rest) = values.split_at_mut(length as usize);
        run.fill(value);
        values = rest;
    }
    Ok(())
}

fn decode_fixed_width(bytes: &[u8], at: &mut usize, values: &mut [i64]) -> Result<(), DataError> {
    let width = *bytes.get(*at).ok_or_else(|| cut_column(values.len()))?;
    let start = *at + 1;
    let end = start + values.len() * usize::from(width);
    let stored = bytes.get(start..end).ok_or_else(|| cut_column(values.len()))?;
    match width {
        1 => widen::<1>(stored, values),
        2 => widen::<2>(stored, values),
        4 => widen::<4>(stored, values),
        8 => widen::<8>(stored, values),
        _ => return Err(bad_block(format!("a column of width {width}"), "a width of 1, 2, 4 or 8 bytes")),
    }
    *at = end;
    Ok(())
}

fn widen<const WIDTH: usize>(stored: &[u8], values: &mut [i64]) {
    for (value, bytes) in values.iter_mut().zip(stored.chunks_exact(WIDTH)) {
        let mut wide = [0; 8];
        wide[..WIDTH].copy_from_slice(bytes);
        *value = varint::unzigzag(u64::from_le_bytes(wide));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(values: &[i64], period: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(values, period, &mut bytes);
        bytes
    }

    #[test]
    fn a_constant_column_takes_a_handful_of_bytes() {
        assert!(encoded(&[1; 10_000], 3).len() < 8);
    }

    #[test]
    fn the_cycles_of_a_rectangular_trace_take_a_handful_of_bytes() {
        let cycles: Vec<i64> = (0..10_000).map(|record| record / 8).collect();
        assert!(encoded(&cycles, 8).len() < 24);
    }

    #[test]
    fn runs_that_claim_more_than_the_column_are_refused() {
        let mut values = [0; 4];
        for bytes in [&[0, 1, 0, 5][..], &[0, 1, 0, 0], &[0, 1, 0, 3], &[0, 1, 0, 3, 0, 2]] {
            assert!(decode(bytes, &mut 0, &mut values).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn unknown_encodings_widths_and_lags_are_refused() {
        let mut values = [0; 1];
        for bytes in [&[0, 3, 0][..], &[0, 2, 3, 0, 0, 0], &[0, 2, 0], &[0xff, 0xff, 0xff, 1, 0, 0], &[]] {
            assert!(decode(bytes, &mut 0, &mut values).is_err(), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn every_column_comes_back(
            values in proptest::collection::vec(any::<i64>(), 1..200),
            bits in 0u32..64,
            period in 0usize..20,
        ) {
            let values: Vec<i64> = values.iter().map(|value| value >> bits).collect();
            let bytes = encoded(&values, period);
            let mut decoded = vec![7; values.len()];
            let mut at = 0;
            decode(&bytes, &mut at, &mut decoded).unwrap();
            prop_assert_eq!(decoded, values);
            prop_assert_eq!(at, bytes.len());
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = decode(&bytes, &mut 0, &mut [0; 50]);
        }
    }
}
