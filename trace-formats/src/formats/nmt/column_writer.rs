//! The choice of how a column is stored: the lag, then runs or packed bits, whichever is small and quick to read.

use crate::formats::nmt::column::{MAX_LAG, PACKED, RUNS};
use crate::formats::nmt::packed::{is_width, pack, packed_bytes, width_of};
use crate::formats::nmt::varint::{self, zigzag};

/// Bits that a run or an exception counts more than it takes: what reading it costs beside reading a packed number.
const READING_BITS: usize = 16;
/// Bytes of a column so small that no other lag is tried.
const GOOD_ENOUGH: usize = 64;
/// The records in which the best lag is looked for, or so many periods.
const SAMPLE_RECORDS: usize = 512;
const SAMPLE_PERIODS: usize = 4;

/// Appends columns; what it needs for one is kept for the next.
#[derive(Default)]
pub struct ColumnWriter {
    differences: Vec<i64>,
    gaps: Vec<u64>,
    highs: Vec<u64>,
}

/// How differences may be stored, and about how many bits that takes and costs.
struct Plan {
    /// Base and width to pack with, or runs.
    packed: Option<(i64, u32)>,
    cost: usize,
}

impl ColumnWriter {
    /// Appends a column in whichever way is best. `period` is a lag worth trying, beside 0 and 1.
    pub fn write(&mut self, values: &[i64], period: usize, out: &mut Vec<u8>) {
        let lag = self.best_lag(values, period.min(MAX_LAG));
        varint::write(lag as u64, out);
        let anchor = difference(values, lag, &mut self.differences);
        match plan(&mut self.differences, lag, anchor).packed {
            Some((base, width)) => self.write_packed(lag, anchor, base, width, out),
            None => {
                difference(values, lag, &mut self.differences);
                write_runs(&self.differences, out);
            }
        }
    }

    fn best_lag(&mut self, values: &[i64], period: usize) -> usize {
        let sample = &values[..values.len().min(SAMPLE_RECORDS.max(SAMPLE_PERIODS * period))];
        let (mut best_lag, mut least) = (0, usize::MAX);
        for lag in [0, period, 1] {
            let anchor = difference(sample, lag, &mut self.differences);
            let cost = plan(&mut self.differences, lag, anchor).cost;
            if cost < least {
                (best_lag, least) = (lag, cost);
            }
            if least <= 8 * GOOD_ENOUGH {
                break;
            }
        }
        best_lag
    }

    fn write_packed(&mut self, lag: usize, anchor: i64, base: i64, width: u32, out: &mut Vec<u8>) {
        out.push(PACKED);
        varint::write(zigzag(base), out);
        if lag > 0 {
            varint::write(zigzag(anchor), out);
        }
        self.find_exceptions(base, width);
        varint::write(self.gaps.len() as u64, out);
        let above_base = self.differences.iter().map(|&difference| difference.wrapping_sub(base) as u64);
        write_numbers(above_base, width, self.differences.len(), out);
        if !self.gaps.is_empty() {
            for numbers in [&self.gaps, &self.highs] {
                let width = width_of(numbers.iter().fold(0, |bits, number| bits | number));
                write_numbers(numbers.iter().copied(), width, numbers.len(), out);
            }
        }
    }

    fn find_exceptions(&mut self, base: i64, width: u32) {
        self.gaps.clear();
        self.highs.clear();
        if width == u64::BITS {
            return;
        }
        let mut next = 0;
        for (at, &difference) in self.differences.iter().enumerate() {
            let high = difference.wrapping_sub(base) >> width;
            if high != 0 {
                self.gaps.push((at - next) as u64);
                self.highs.push(zigzag(high));
                next = at + 1;
            }
        }
    }
}

fn write_numbers(numbers: impl Iterator<Item = u64>, width: u32, length: usize, out: &mut Vec<u8>) {
    out.push(width as u8);
    out.reserve(packed_bytes(length, width));
    pack(numbers, width, out);
}

fn write_runs(differences: &[i64], out: &mut Vec<u8>) {
    out.push(RUNS);
    for run in differences.chunk_by(|left, right| left == right) {
        varint::write(zigzag(run[0]), out);
        varint::write(run.len() as u64, out);
    }
}

/// The first `lag` differences are the values themselves. Returns what packed columns take for the values before them,
/// which is near to theirs.
fn difference(values: &[i64], lag: usize, differences: &mut Vec<i64>) -> i64 {
    differences.clear();
    let (first, rest) = values.split_at(if lag == 0 { values.len() } else { lag.min(values.len()) });
    differences.extend(first);
    differences.extend(rest.iter().zip(values).map(|(value, before)| value.wrapping_sub(*before)));
    if lag > 0 { values.first().copied().unwrap_or(0) } else { 0 }
}

/// The best way to store differences. They come back as packing takes them, unless runs of a few bytes are best.
fn plan(differences: &mut [i64], lag: usize, anchor: i64) -> Plan {
    let changes =
        differences.iter().zip(differences.iter().skip(1)).filter(|(left, right)| left != right).count();
    let mut best = Plan { packed: None, cost: usize::MAX };
    // Runs of less than two records are hardly ever worth the look.
    if 2 * changes < differences.len() {
        best.cost = cost_of_runs(differences);
        if best.cost <= 8 * GOOD_ENOUGH {
            return best;
        }
    }
    let first = lag.min(differences.len());
    differences[..first].iter_mut().for_each(|difference| *difference = difference.wrapping_sub(anchor));
    let mut bounds = (i64::MAX, i64::MIN);
    for &difference in &*differences {
        bounds = (bounds.0.min(difference), bounds.1.max(difference));
    }
    let (least, most) = bounds;
    // Above the least, no difference has a sign. Above 0, a few large steps back are exceptions and widen no other.
    for base in [Some(least), (least < 0).then_some(0)].into_iter().flatten() {
        let widths = Widths::of(differences, base);
        let highest = [least, most].map(|difference| difference.wrapping_sub(base));
        for width in (0..=u64::BITS).filter(|&width| is_width(width)) {
            let cost = widths.cost(width, highest);
            if cost < best.cost {
                best = Plan { packed: Some((base, width)), cost };
            }
        }
    }
    best
}

fn cost_of_runs(differences: &[i64]) -> usize {
    let cost =
        |run: &[i64]| 8 * (varint::length(zigzag(run[0])) + varint::length(run.len() as u64)) + READING_BITS;
    differences.chunk_by(|left, right| left == right).map(cost).sum()
}

/// How many numbers need how many bits.
struct Widths {
    records: usize,
    /// Of each number of bits, how many; the negative ones, which are exceptions of any width, last.
    records_of: [usize; 65],
}

impl Widths {
    fn of(differences: &[i64], base: i64) -> Widths {
        let mut widths = Widths { records: differences.len(), records_of: [0; 65] };
        for difference in differences {
            let above = difference.wrapping_sub(base);
            widths.records_of[(u64::BITS - above.leading_zeros()) as usize] += 1;
        }
        widths
    }

    /// About how many bits it takes to pack all in this width, if the differences above the base are within `highest`.
    fn cost(&self, width: u32, highest: [i64; 2]) -> usize {
        let exceptions: usize = match width {
            u64::BITS => 0,
            _ => self.records_of[width as usize + 1..].iter().sum(),
        };
        let packed = self.records * width as usize;
        if exceptions == 0 {
            return packed;
        }
        let high_width = highest.map(|above| width_of(zigzag(above >> width))).into_iter().max().unwrap_or(0);
        // Where exceptions stand at random, few gaps are four times as long as the mean.
        let gap_width = width_of(4 * (self.records / exceptions) as u64);
        packed + exceptions * ((gap_width + high_width) as usize + READING_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::nmt::column::{Scratch, decode};
    use proptest::prelude::*;

    fn encoded(values: &[i64], period: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        ColumnWriter::default().write(values, period, &mut bytes);
        bytes
    }

    fn decoded(bytes: &[u8], records: usize) -> Vec<i64> {
        let (mut at, mut values) = (0, vec![7; records]);
        decode(bytes, &mut at, &mut values, &mut Scratch::default()).unwrap();
        assert_eq!(at, bytes.len());
        values
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
    fn a_few_large_values_do_not_widen_the_others() {
        let scrambled = |record: i64| (record * record * 31 + record * 7) % 61;
        let mut values: Vec<i64> = (0..4000).map(scrambled).collect();
        for record in (0..4000).step_by(200) {
            values[record] = 1 << 40;
        }
        values[777] = -1_000_000;
        let bytes = encoded(&values, 1);
        assert_eq!(decoded(&bytes, values.len()), values);
        assert!(bytes.len() < 4000 * 6 / 8 + 200, "{}", bytes.len());
    }

    #[test]
    fn steps_back_in_rising_cycles_are_exceptions() {
        let mut cycle = 1_000_000_000;
        let values: Vec<i64> = (0..4000_i64)
            .map(|record| {
                cycle += (record * record) % 3 + if record % 100 == 99 { -500 } else { 0 };
                cycle
            })
            .collect();
        let bytes = encoded(&values, 1);
        assert_eq!(decoded(&bytes, values.len()), values);
        assert!(bytes.len() < 4000 * 2 / 8 + 200, "{}", bytes.len());
    }

    proptest! {
        #[test]
        fn every_column_comes_back(
            values in proptest::collection::vec((any::<i64>(), 0_u32..64), 1..300),
            bits in 0_u32..64,
            least_bits in 0_u32..64,
            period in 0_usize..20,
        ) {
            // Most have so many bits at most, some any number.
            let value = |&(value, some): &(i64, u32)| value >> if some < 5 { some } else { bits.max(least_bits) };
            let values: Vec<i64> = values.iter().map(value).collect();
            prop_assert_eq!(decoded(&encoded(&values, period), values.len()), values);
        }

        #[test]
        fn a_rising_column_comes_back(
            steps in proptest::collection::vec(-3_i64..1000, 1..300),
            period in 0_usize..20,
            start: i64,
        ) {
            let rising = steps.iter().scan(start, |cycle, step| {
                *cycle = cycle.wrapping_add(*step);
                Some(*cycle)
            });
            let values: Vec<i64> = rising.collect();
            prop_assert_eq!(decoded(&encoded(&values, period), values.len()), values);
        }
    }
}
