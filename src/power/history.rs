//! Sums of counts over the latest windows, for whatever length ends at a window.
//!
//! They are differences of running totals, which are integers, so a sum does not depend on the windows before it.

use std::ops::{Range, Sub};

/// Dropped totals stay in memory until they are so many, or a part of those that are needed.
const LEAST_SURPLUS: usize = 4096;

/// Running totals of one channel: what was counted before each window that is kept, and after the last.
enum Totals {
    Narrow(Vec<u64>),
    /// Of a channel whose total does not fit 64 bits.
    Wide(Vec<u128>),
}

/// Running totals of all channels of a trace.
pub(super) struct History {
    columns: Vec<Totals>,
    /// Windows that are kept.
    windows: usize,
}

impl Totals {
    fn push(&mut self, count: u64) {
        if let Totals::Narrow(totals) = self {
            match totals.last().copied().unwrap_or(0).checked_add(count) {
                Some(total) => return totals.push(total),
                None => *self = Totals::Wide(totals.iter().map(|total| u128::from(*total)).collect()),
            }
        }
        if let Totals::Wide(totals) = self {
            totals.push(totals.last().copied().unwrap_or(0) + u128::from(count));
        }
    }

    fn drop_first(&mut self, surplus: usize) {
        match self {
            Totals::Narrow(totals) => drop(totals.drain(..surplus)),
            Totals::Wide(totals) => drop(totals.drain(..surplus)),
        }
    }

    /// The sums over `length` windows that end with each of `last`.
    fn sums(&self, last: Range<usize>, length: usize, sums: &mut [f64]) {
        match self {
            Totals::Narrow(totals) => differences(totals, last, length, sums, |sum| sum as f64),
            Totals::Wide(totals) => differences(totals, last, length, sums, |sum| sum as f64),
        }
    }
}

fn differences<T: Copy + Sub<Output = T>>(
    totals: &[T],
    last: Range<usize>,
    length: usize,
    sums: &mut [f64],
    to_f64: impl Fn(T) -> f64,
) {
    let ends = &totals[last.start + 1..last.end + 1];
    let starts = &totals[last.start + 1 - length..last.end + 1 - length];
    for (sum, (end, start)) in sums.iter_mut().zip(ends.iter().zip(starts)) {
        *sum = to_f64(*end - *start);
    }
}

impl History {
    pub(super) fn new() -> History {
        History { columns: Vec::new(), windows: 0 }
    }

    pub(super) fn windows(&self) -> usize {
        self.windows
    }

    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Takes the next window's counts of so many columns, which may be more than before.
    pub(super) fn push(&mut self, columns: usize, counts: &[u64]) {
        while self.columns.len() < columns {
            self.columns.push(Totals::Narrow(vec![0; self.windows + 1]));
        }
        for (column, totals) in self.columns.iter_mut().enumerate() {
            totals.push(counts.get(column).copied().unwrap_or(0));
        }
        self.windows += 1;
    }

    /// Forgets all but so many of the latest windows, sooner or later.
    pub(super) fn keep(&mut self, windows: usize) {
        let surplus = self.windows.saturating_sub(windows);
        if surplus >= LEAST_SURPLUS.max(windows / 4) {
            self.columns.iter_mut().for_each(|totals| totals.drop_first(surplus));
            self.windows -= surplus;
        }
    }

    /// The sums of one column over `length` windows that end with each of `last`, windows by their place among those
    /// that are kept.
    pub(super) fn sums(&self, column: usize, last: Range<usize>, length: usize, sums: &mut [f64]) {
        self.columns[column].sums(last, length, sums);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_those_of_adding_up_the_windows_whatever_was_forgotten(
            counts in prop::collection::vec((0..u64::MAX, 0..9u64), 1..40),
            length in 1..40usize,
            surplus in 0..20usize,
        ) {
            let mut history = History::new();
            for (at, (wide, narrow)) in counts.iter().enumerate() {
                // The second channel comes late.
                history.push(if at < 3 { 1 } else { 2 }, &[*wide, *narrow]);
            }
            let dropped = surplus.min(counts.len());
            history.columns.iter_mut().for_each(|totals| totals.drop_first(dropped));
            history.windows -= dropped;
            for last in length - 1..history.windows() {
                let of = &counts[dropped + last + 1 - length..=dropped + last];
                let mut sums = [0.0];
                history.sums(0, last..last + 1, length, &mut sums);
                prop_assert_eq!(sums[0], of.iter().map(|(wide, _)| u128::from(*wide)).sum::<u128>() as f64);
                if history.columns() == 2 {
                    let skipped = 3usize.saturating_sub(dropped + last + 1 - length);
                    history.sums(1, last..last + 1, length, &mut sums);
                    prop_assert_eq!(sums[0], of.iter().skip(skipped).map(|(_, narrow)| *narrow).sum::<u64>() as f64);
                }
            }
        }
    }
}
