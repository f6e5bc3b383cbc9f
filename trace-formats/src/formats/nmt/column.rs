//! One column of a block: 64-bit integers, read back from the few bytes to which `column_writer` has brought them.
//!
//! Each value is stored as its difference (modulo 2⁶⁴) from the value `lag` records before: 0 keeps the values, 1
//! suits a slow ramp, and the number of channels suits a trace that names all its channels in every cycle, whose
//! channel and cycle columns then become constants. How the differences are stored is the column's encoding.

use crate::error::DataError;
use crate::formats::nmt::frame::bad_block;
use crate::formats::nmt::packed::{is_width, packed_bytes, unpack};
use crate::formats::nmt::varint;

/// The largest lag. More would only make a writer search longer.
pub const MAX_LAG: usize = 1 << 16;

/// The encodings. Our writer uses [`RUNS`] and [`PACKED`]; the others are of version 1.
const VARINTS: u8 = 0;
/// Pairs of a varint value and a varint run length: best when most are equal. A constant is one run.
pub const RUNS: u8 = 1;
const FIXED_WIDTH: u8 = 2;
/// Bits of one width each, above a base, and the few that need more as exceptions.
pub const PACKED: u8 = 3;

/// What is kept from column to column, so that nothing is allocated for each.
#[derive(Default)]
pub struct Scratch {
    gaps: Vec<i64>,
    highs: Vec<i64>,
}

/// Reads a column of `values.len()` numbers at `*at` and moves `*at` behind it.
///
/// # Errors
/// A column that ends too early, an encoding or width that does not exist, runs that do not fill the column,
/// exceptions outside of it.
pub fn decode(
    bytes: &[u8],
    at: &mut usize,
    values: &mut [i64],
    scratch: &mut Scratch,
) -> Result<(), DataError> {
    let mut column = Column { bytes, at: *at, records: values.len() };
    let lag = column.varint()?;
    if lag > MAX_LAG as u64 {
        return Err(bad_block(format!("a column with lag {lag}"), format!("a lag of at most {MAX_LAG}")));
    }
    match column.byte()? {
        VARINTS => column.varints(values)?,
        RUNS => column.runs(values)?,
        FIXED_WIDTH => column.fixed_width(values)?,
        PACKED => column.packed(lag as usize, values, scratch)?,
        unknown => {
            return Err(bad_block(format!("column encoding {unknown}"), "encoding 0 to 3"));
        }
    }
    undo_difference(values, lag as usize);
    *at = column.at;
    Ok(())
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
            for start in (lag..values.len()).step_by(lag) {
                let (before, after) = values.split_at_mut(start);
                for (value, before) in after.iter_mut().zip(&before[start - lag..]) {
                    *value = value.wrapping_add(*before);
                }
            }
        }
    }
}

/// A column while it is read.
struct Column<'a> {
    bytes: &'a [u8],
    at: usize,
    records: usize,
}

impl<'a> Column<'a> {
    fn cut(&self) -> DataError {
        bad_block(
            "a column that ends too early, or a number of more than 64 bits in it",
            format!("numbers for the {} records that the block claims", self.records),
        )
    }

    fn byte(&mut self) -> Result<u8, DataError> {
        let byte = *self.bytes.get(self.at).ok_or_else(|| self.cut())?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DataError> {
        let taken = self.bytes.get(self.at..self.at + length).ok_or_else(|| self.cut())?;
        self.at += length;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, DataError> {
        varint::read(self.bytes, &mut self.at).ok_or_else(|| self.cut())
    }

    fn signed(&mut self) -> Result<i64, DataError> {
        self.varint().map(varint::unzigzag)
    }

    fn varints(&mut self, values: &mut [i64]) -> Result<(), DataError> {
        for value in values {
            *value = self.signed()?;
        }
        Ok(())
    }

    fn runs(&mut self, mut values: &mut [i64]) -> Result<(), DataError> {
        while !values.is_empty() {
            let value = self.signed()?;
            let length = self.varint()?;
            if length == 0 || length > values.len() as u64 {
                return Err(bad_block(
                    format!("a run of {length} records where {} remain", values.len()),
                    format!("runs that add up to the {} records that the block claims", self.records),
                ));
            }
            let (run, rest) = values.split_at_mut(length as usize);
            run.fill(value);
            values = rest;
        }
        Ok(())
    }

    fn fixed_width(&mut self, values: &mut [i64]) -> Result<(), DataError> {
        let width = self.byte()?;
        let stored = self.take(values.len() * usize::from(width))?;
        if ![1, 2, 4, 8].contains(&width) {
            return Err(bad_block(format!("a column of width {width}"), "a width of 1, 2, 4 or 8 bytes"));
        }
        unpack(stored, u32::from(width) * 8, 0, values);
        values.iter_mut().for_each(|value| *value = varint::unzigzag(*value as u64));
        Ok(())
    }

    fn packed(&mut self, lag: usize, values: &mut [i64], scratch: &mut Scratch) -> Result<(), DataError> {
        let base = self.signed()?;
        let anchor = if lag > 0 { self.signed()? } else { 0 };
        let exceptions = self.varint()?;
        let width = self.unpack(base, values)?;
        if exceptions > 0 {
            self.exceptions(exceptions, width, values, scratch)?;
        }
        for value in values.iter_mut().take(lag) {
            *value = value.wrapping_add(anchor);
        }
        Ok(())
    }

    /// Reads a width and numbers of it.
    fn unpack(&mut self, base: i64, numbers: &mut [i64]) -> Result<u32, DataError> {
        let width = u32::from(self.byte()?);
        if !is_width(width) {
            return Err(bad_block(format!("numbers of {width} bits"), "0 to 56 bits, or 64"));
        }
        let packed = &self.bytes[self.at..];
        self.take(packed_bytes(numbers.len(), width))?;
        unpack(packed, width, base, numbers);
        Ok(width)
    }

    /// Adds to the values that have more bits than the others what is missing.
    fn exceptions(
        &mut self,
        exceptions: u64,
        width: u32,
        values: &mut [i64],
        scratch: &mut Scratch,
    ) -> Result<(), DataError> {
        if exceptions > self.records as u64 || width == u64::BITS {
            return Err(bad_block(
                format!("{exceptions} exceptions from {width} bits"),
                format!("at most one for each of {} records, and none from 64 bits", self.records),
            ));
        }
        let Scratch { gaps, highs } = scratch;
        gaps.resize(exceptions as usize, 0);
        highs.resize(exceptions as usize, 0);
        self.unpack(0, gaps)?;
        self.unpack(0, highs)?;
        let mut next = 0_usize;
        for (&gap, &high) in gaps.iter().zip(&*highs) {
            // A gap that reaches too far may be any 64 bits.
            let value = usize::try_from(gap).ok().and_then(|gap| values.get_mut(next.checked_add(gap)?));
            let Some(value) = value else {
                return Err(bad_block(
                    format!("an exception {} records behind record {next}", gap as u64),
                    format!("exceptions among the {} records that the block claims", self.records),
                ));
            };
            *value = value.wrapping_add(varint::unzigzag(high as u64) << width);
            next += gap as usize + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(bytes: &[u8], records: usize) -> Result<Vec<i64>, String> {
        let (mut at, mut values) = (0, vec![7; records]);
        decode(bytes, &mut at, &mut values, &mut Scratch::default()).map_err(|error| error.to_string())?;
        assert_eq!(at, bytes.len(), "{bytes:?}");
        Ok(values)
    }

    #[test]
    fn each_encoding_reads_as_the_specification_says() {
        assert_eq!(decoded(&[0, 0, 2, 1, 0x80, 1], 3), Ok(vec![1, -1, 64]));
        assert_eq!(decoded(&[1, 1, 10, 1, 2, 3], 4), Ok(vec![5, 6, 7, 8]));
        assert_eq!(decoded(&[0, 2, 2, 0x20, 0x4e, 1, 0], 2), Ok(vec![10_000, -1]));
        // Base −1, 3 bits each.
        assert_eq!(decoded(&[0, 3, 1, 0, 3, 0b00_010_001, 0b0], 3), Ok(vec![0, 1, -1]));
        // The example of the specification: starts with lag 1, and an exception.
        assert_eq!(
            decoded(&[1, 3, 0, 0xc8, 1, 1, 2, 0x64, 0, 2, 2, 9, 0xf4, 1], 5),
            Ok(vec![100, 101, 1103, 1104, 1104])
        );
    }

    #[test]
    fn runs_that_claim_more_than_the_column_are_refused() {
        for bytes in [&[0, 1, 0, 5][..], &[0, 1, 0, 0], &[0, 1, 0, 3], &[0, 1, 0, 3, 0, 2]] {
            assert!(decoded(bytes, 4).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn unknown_encodings_widths_and_lags_are_refused() {
        let cases = [&[0, 4, 0][..], &[0, 2, 3, 0, 0, 0], &[0, 2, 0], &[0xff, 0xff, 0xff, 1, 0, 0], &[]];
        for bytes in cases {
            assert!(decoded(bytes, 1).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn packed_columns_that_lie_are_refused() {
        let cases: [(&[u8], &str); 8] = [
            (&[0, 3, 0, 0, 57, 0, 0, 0, 0, 0, 0, 0, 0], "numbers of 57 bits"),
            (&[0, 3, 0, 0, 65], "numbers of 65 bits"),
            (&[0, 3, 0, 0, 8], "ends too early"),
            (&[0, 3, 0, 2, 0, 0, 0], "2 exceptions from 0 bits"),
            (&[0, 3, 0, 1, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], "1 exceptions from 64 bits"),
            (&[0, 3, 0, 1, 0, 1, 1, 1, 1], "an exception 1 records behind record 0"),
            (
                &[0, 3, 0, 1, 0, 64, 255, 255, 255, 255, 255, 255, 255, 255, 0],
                "an exception 18446744073709551615",
            ),
            (&[0, 3, 0, 1, 0, 0, 9], "ends too early"),
        ];
        for (bytes, message) in cases {
            let error = decoded(bytes, 1).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100), encoding in 0_u8..4) {
            let mut column = vec![1, encoding];
            column.extend(&bytes);
            let _ = decode(&column, &mut 0, &mut [0; 50], &mut Scratch::default());
            let _ = decode(&bytes, &mut 0, &mut [0; 50], &mut Scratch::default());
        }
    }
}
