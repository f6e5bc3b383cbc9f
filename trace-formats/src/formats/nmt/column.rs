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

/// What is kept from column to column, so that nothing is allocated for each: the exceptions of a packed one.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Gaps between them, and then the records at which they stand.
    positions: Vec<i64>,
    /// Zig-zag of the high bits, and then what is to be added.
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
        PACKED => {
            let mut packed = column.packed(lag as usize, scratch)?;
            packed.differences(bytes, scratch, 0, values);
            for value in values.iter_mut().take(packed.lag) {
                *value = value.wrapping_add(packed.anchor);
            }
        }
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
            add_up(0, values);
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

/// A packed column that was found right, and whose numbers are still packed.
pub struct Packed {
    at: usize,
    base: i64,
    width: u32,
    lag: usize,
    anchor: i64,
    records: usize,
    next_exception: usize,
}

impl Packed {
    /// Opens the packed column at `*at`, or one of a single run, and moves `*at` behind it. `None` if it is neither, has
    /// an error, or has a lag that reaches back further than one record.
    pub fn open(bytes: &[u8], at: &mut usize, records: usize, scratch: &mut Scratch) -> Option<Packed> {
        let mut column = Column { bytes, at: *at, records };
        let lag = column.varint().ok().filter(|&lag| lag <= 1)?;
        let packed = match column.byte().ok()? {
            PACKED => column.packed(lag as usize, scratch).ok()?,
            RUNS => column.one_run(lag as usize, scratch)?,
            _ => return None,
        };
        *at = column.at;
        Some(packed)
    }

    /// The least and the largest value that can be in a column with these exceptions.
    pub fn bounds(&self, scratch: &Scratch) -> (i128, i128) {
        let (lowest, highest) = scratch
            .highs
            .iter()
            .fold((0, 0), |(lowest, highest), &high| (high.min(lowest), high.max(highest)));
        let least = i128::from(self.base) + i128::from(lowest);
        let most = i128::from(self.base) + ((1_i128 << self.width) - 1) + i128::from(highest);
        match self.lag {
            0 => (least, most),
            _ => {
                let sum_of = |difference: i128| i128::from(self.anchor) + difference * self.records as i128;
                (sum_of(least.min(0)), sum_of(most.max(0)))
            }
        }
    }

    /// Unpacks the differences of the records from `first` on, which is a multiple of eight and follows those of the call
    /// before.
    fn differences(&mut self, bytes: &[u8], scratch: &Scratch, first: usize, values: &mut [i64]) {
        let packed = &bytes[self.at + packed_bytes(first, self.width)..];
        unpack(packed, self.width, self.base, values);
        let exceptions =
            scratch.positions[self.next_exception..].iter().zip(&scratch.highs[self.next_exception..]);
        for (&position, &high) in exceptions {
            let Some(value) = values.get_mut(position as usize - first) else { break };
            *value = value.wrapping_add(high);
            self.next_exception += 1;
        }
    }

    /// Reads the values of the next records, of which `first` is a multiple of eight.
    pub fn values(&mut self, bytes: &[u8], scratch: &Scratch, first: usize, values: &mut [i64]) {
        self.differences(bytes, scratch, first, values);
        if self.lag == 1 {
            self.anchor = add_up(self.anchor, values);
        }
    }
}

/// Replaces differences by the sums up to them; returns the last.
fn add_up(before: i64, differences: &mut [i64]) -> i64 {
    let mut sum = before;
    for difference in differences {
        sum = sum.wrapping_add(*difference);
        *difference = sum;
    }
    sum
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

    fn packed(&mut self, lag: usize, scratch: &mut Scratch) -> Result<Packed, DataError> {
        let base = self.signed()?;
        let anchor = if lag > 0 { self.signed()? } else { 0 };
        let exceptions = self.varint()?;
        let (at, width) = self.skip_packed(self.records)?;
        scratch.positions.clear();
        scratch.highs.clear();
        if exceptions > 0 {
            self.exceptions(exceptions, width, scratch)?;
        }
        Ok(Packed { at, base, width, lag, anchor, records: self.records, next_exception: 0 })
    }

    /// A column of one run, whose numbers take no bits.
    fn one_run(&mut self, lag: usize, scratch: &mut Scratch) -> Option<Packed> {
        let base = self.signed().ok()?;
        let length = self.varint().ok()?;
        scratch.positions.clear();
        scratch.highs.clear();
        let run =
            Packed { at: self.at, base, width: 0, lag, anchor: 0, records: self.records, next_exception: 0 };
        (length == self.records as u64).then_some(run)
    }

    /// Reads a width and passes over so many numbers of it. Returns where they are.
    fn skip_packed(&mut self, numbers: usize) -> Result<(usize, u32), DataError> {
        let width = u32::from(self.byte()?);
        if !is_width(width) {
            return Err(bad_block(format!("numbers of {width} bits"), "0 to 56 bits, or 64"));
        }
        let at = self.at;
        self.take(packed_bytes(numbers, width))?;
        Ok((at, width))
    }

    fn unpack(&mut self, numbers: &mut [i64]) -> Result<(), DataError> {
        let (at, width) = self.skip_packed(numbers.len())?;
        unpack(&self.bytes[at..], width, 0, numbers);
        Ok(())
    }

    /// Reads which values have more bits than the others, and what is missing from them.
    fn exceptions(&mut self, exceptions: u64, width: u32, scratch: &mut Scratch) -> Result<(), DataError> {
        if exceptions > self.records as u64 || width == u64::BITS {
            return Err(bad_block(
                format!("{exceptions} exceptions from {width} bits"),
                format!("at most one for each of {} records, and none from 64 bits", self.records),
            ));
        }
        let Scratch { positions, highs } = scratch;
        positions.resize(exceptions as usize, 0);
        highs.resize(exceptions as usize, 0);
        self.unpack(positions)?;
        self.unpack(highs)?;
        let mut next = 0;
        for position in positions {
            // A gap that reaches too far may be any 64 bits.
            let gap = *position as u64;
            if gap >= self.records as u64 - next {
                return Err(bad_block(
                    format!("an exception {gap} records behind record {next}"),
                    format!("exceptions among the {} records that the block claims", self.records),
                ));
            }
            *position = (next + gap) as i64;
            next += gap + 1;
        }
        for high in highs {
            *high = varint::unzigzag(*high as u64) << width;
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
