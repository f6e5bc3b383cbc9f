//! How long a power lasted: cycles by power, in buckets of three significant digits.
//!
//! The buckets are those of HdrHistogram with three digits. Only those between the lowest and the highest power are
//! kept, since a comparison has a histogram for each of a thousand chips.

/// Bits of a number that tell buckets apart: 2,048 steps, of which no number of three digits needs more.
const BITS: u32 = 11;
/// Buckets of one power of two.
const STEPS: usize = 1 << (BITS - 1);

/// Cycles by number.
#[derive(Default)]
pub(super) struct Histogram {
    /// Cycles in each bucket from number `first` on.
    cycles: Vec<u64>,
    first: usize,
    total: u64,
}

impl Histogram {
    /// Counts a number for so many cycles.
    #[inline]
    pub(super) fn push(&mut self, number: u64, cycles: u64) {
        let bucket = bucket_of(number);
        self.total = self.total.saturating_add(cycles);
        match bucket.checked_sub(self.first).and_then(|at| self.cycles.get_mut(at)) {
            Some(counted) => *counted = counted.saturating_add(cycles),
            None => self.push_beyond(bucket, cycles),
        }
    }

    fn push_beyond(&mut self, bucket: usize, cycles: u64) {
        if self.cycles.is_empty() {
            self.first = bucket;
        }
        if bucket < self.first {
            self.cycles.splice(..0, std::iter::repeat_n(0, self.first - bucket));
            self.first = bucket;
        }
        let at = bucket - self.first;
        if at >= self.cycles.len() {
            self.cycles.resize(at + 1, 0);
        }
        self.cycles[at] = cycles;
    }

    /// The upper end of the bucket that a part of the cycles does not exceed; 0 if there is none.
    pub(super) fn at(&self, quantile: f64) -> u64 {
        let wanted = ((quantile * self.total as f64).ceil() as u64).max(1);
        let mut below = 0u64;
        let found = self.cycles.iter().position(|cycles| {
            below = below.saturating_add(*cycles);
            below >= wanted
        });
        found.map_or(0, |at| upper_end(self.first + at))
    }
}

/// How far a number is shifted to leave its first bits.
fn shift_of(number: u64) -> u32 {
    u64::BITS - BITS - (number | ((1 << BITS) - 1)).leading_zeros()
}

fn bucket_of(number: u64) -> usize {
    let shift = shift_of(number);
    shift as usize * STEPS + (number >> shift) as usize
}

fn upper_end(bucket: usize) -> u64 {
    let shift = (bucket / STEPS).saturating_sub(1);
    let start = ((bucket - shift * STEPS) as u64) << shift;
    start.saturating_add(1 << shift) - 1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    /// Numbers of all magnitudes.
    fn numbers() -> impl Strategy<Value = u64> {
        (any::<u64>(), 0..64u32).prop_map(|(number, shift)| number >> shift)
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_hdr_histogram(
            counted in prop::collection::vec((numbers(), 0..1_000_000u64), 1..50),
            quantile in 0.0001..=1.0f64,
        ) {
            let mut ours = Histogram::default();
            let mut theirs = hdrhistogram::Histogram::<u64>::new(3).unwrap();
            for (number, cycles) in counted {
                ours.push(number, cycles);
                theirs.record_n(number, cycles).unwrap();
            }
            for quantile in [quantile, 0.5, 0.9, 0.999] {
                prop_assert_eq!(ours.at(quantile), theirs.value_at_quantile(quantile));
            }
        }
    }
}
