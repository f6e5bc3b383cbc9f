//! The largest average power over windows of several lengths that slide by whole profile windows.
//!
//! Sums are of integers, so a window's sum does not depend on the windows that came before it. The counts of the
//! longest length are kept, at most [`MOST_KEPT_COUNTS`] of them; a length for which that is not enough is left
//! out with a warning.

use std::collections::VecDeque;

use crate::activity::WindowTiming;
use crate::units::{Hertz, Seconds, Watts};

use super::columns::Columns;
use super::rates::Rates;

/// Counts that are kept for sliding windows, 8 bytes each: 128 MiB (2²⁰ windows of 16 channels).
const MOST_KEPT_COUNTS: usize = 1 << 24;

/// A length of time over which to look for the peak.
#[derive(Clone, Debug, PartialEq)]
pub struct PeakLength {
    /// As it was asked for: `1 us`.
    pub label: String,
    /// How long.
    pub length: Seconds,
}

impl PeakLength {
    /// The lengths of a report unless others are asked for: 1 µs, 10 µs, 100 µs, 1 ms.
    pub fn defaults() -> Vec<PeakLength> {
        let lengths = [("1 us", 1e-6), ("10 us", 1e-5), ("100 us", 1e-4), ("1 ms", 1e-3)];
        lengths.map(|(label, length)| PeakLength { label: label.to_owned(), length: Seconds(length) }).into()
    }

    /// Whole profile windows: rounded up, at least one.
    fn windows(&self, timing: &WindowTiming) -> u64 {
        let windows = self.length.0 * timing.clock_hz / timing.cycles as f64;
        let nearest = windows.round();
        // 1 µs at 700 MHz is 700 cycles, also when the product comes out a hair above.
        let whole = if (windows - nearest).abs() <= 1e-9 * nearest { nearest } else { windows.ceil() };
        (whole as u64).max(1)
    }
}

/// One length, its running sums and the best position so far.
struct Sliding {
    labels: Vec<String>,
    windows: u64,
    sums: Vec<u128>,
    best: Option<Best>,
    is_refused: bool,
}

struct Best {
    power: Watts,
    first_window: i64,
    actions: Vec<f64>,
}

/// The peak over one length.
pub(super) struct FoundPeak {
    pub labels: Vec<String>,
    pub cycles: u64,
    pub start_cycle: i64,
    pub power: Watts,
    /// The chip's actions in it.
    pub actions: Vec<f64>,
}

/// What came of all lengths.
pub(super) struct Found {
    /// Shortest first; only lengths below the run's.
    pub peaks: Vec<FoundPeak>,
    /// Labels of lengths that are not shorter than the run.
    pub whole_run: Vec<String>,
    pub warnings: Vec<String>,
}

/// Slides windows of all lengths over a run.
pub(super) struct Peaks {
    /// Shortest first.
    lengths: Vec<Sliding>,
    timing: WindowTiming,
    /// Counts by column of the latest windows, oldest first.
    kept: Vec<VecDeque<u64>>,
    /// [`MOST_KEPT_COUNTS`], but for tests.
    most_kept: usize,
    seen_windows: u64,
    /// The actions of the position that is looked at.
    scratch: Vec<f64>,
}

impl Peaks {
    pub(super) fn new(lengths: &[PeakLength], timing: WindowTiming, actions: usize) -> Peaks {
        let one = Sliding::new("one window", 1);
        let others = lengths.iter().map(|length| Sliding::new(&length.label, length.windows(&timing)));
        let mut sorted: Vec<Sliding> = std::iter::once(one).chain(others).collect();
        sorted.sort_by_key(|length| length.windows);
        let mut merged: Vec<Sliding> = Vec::new();
        for length in sorted {
            match merged.last_mut() {
                Some(last) if last.windows == length.windows => last.labels.extend(length.labels),
                _ => merged.push(length),
            }
        }
        Peaks {
            lengths: merged,
            timing,
            kept: Vec::new(),
            most_kept: MOST_KEPT_COUNTS,
            seen_windows: 0,
            scratch: vec![0.0; actions],
        }
    }

    /// Takes the next window's counts by column.
    pub(super) fn push(&mut self, index: i64, counts: &[u64], columns: &Columns<'_>, rates: &Rates) {
        let rows = self.kept.first().map_or(0, VecDeque::len);
        while self.kept.len() < columns.len() {
            self.kept.push(VecDeque::from(vec![0; rows]));
        }
        self.seen_windows += 1;
        let clock = Hertz(self.timing.clock_hz);
        for length in self.lengths.iter_mut().filter(|length| !length.is_refused) {
            length.slide(counts, &self.kept);
            if self.seen_windows >= length.windows {
                let time = clock.time_of(length.windows as f64 * self.timing.cycles as f64);
                length.look(index, time, columns, rates, &mut self.scratch);
            }
        }
        self.keep(counts);
    }

    /// Keeps a window's counts for as long as the longest length needs them.
    fn keep(&mut self, counts: &[u64]) {
        for (column, kept) in self.kept.iter_mut().enumerate() {
            kept.push_back(counts.get(column).copied().unwrap_or(0));
        }
        let columns = self.kept.len().max(1);
        loop {
            let longest = self.lengths.iter_mut().rfind(|length| !length.is_refused);
            // A single window needs nothing kept; a longer one the window that it pushes out.
            let needed =
                longest.as_ref().map_or(0, |length| if length.windows == 1 { 0 } else { length.windows });
            let needed = usize::try_from(needed).unwrap_or(usize::MAX);
            for kept in &mut self.kept {
                let surplus = kept.len().saturating_sub(needed);
                kept.drain(..surplus);
            }
            let rows = self.kept.first().map_or(0, VecDeque::len);
            match longest {
                Some(length) if rows * columns > self.most_kept => length.is_refused = true,
                _ => return,
            }
        }
    }

    /// The peaks of a run of that many cycles.
    pub(super) fn finish(self, run_cycles: u64) -> Found {
        let mut found = Found { peaks: Vec::new(), whole_run: Vec::new(), warnings: Vec::new() };
        for length in self.lengths {
            let cycles = u128::from(length.windows) * u128::from(self.timing.cycles);
            match (u64::try_from(cycles), length.best) {
                (Ok(cycles), _) if cycles < run_cycles && length.is_refused => {
                    found.warnings.push(format!(
                        "no peak over {} is given: its {} windows of {} channels are more than the {} counts \
                         that are kept; choose longer profile windows",
                        length.labels.join(", "),
                        length.windows,
                        self.kept.len(),
                        self.most_kept,
                    ));
                }
                (Ok(cycles), Some(best)) if cycles < run_cycles => found.peaks.push(FoundPeak {
                    labels: length.labels,
                    cycles,
                    start_cycle: best.first_window.saturating_mul(self.timing.cycles as i64),
                    power: best.power,
                    actions: best.actions,
                }),
                _ => found.whole_run.extend(length.labels),
            }
        }
        found
    }
}

impl Sliding {
    fn new(label: &str, windows: u64) -> Sliding {
        Sliding { labels: vec![label.to_owned()], windows, sums: Vec::new(), best: None, is_refused: false }
    }

    /// Adds a window and takes away the one that it pushes out. `kept` does not hold the new one yet.
    fn slide(&mut self, counts: &[u64], kept: &[VecDeque<u64>]) {
        self.sums.resize(kept.len(), 0);
        for (column, sum) in self.sums.iter_mut().enumerate() {
            let new = counts.get(column).copied().unwrap_or(0);
            if self.windows == 1 {
                *sum = u128::from(new);
                continue;
            }
            let row = usize::try_from(self.windows)
                .ok()
                .and_then(|windows| kept[column].len().checked_sub(windows));
            let old = row.and_then(|row| kept[column].get(row)).copied().unwrap_or(0);
            *sum = *sum + u128::from(new) - u128::from(old);
        }
    }

    /// Compares the position that ends with a window with the best one; the earlier of equals stays.
    fn look(&mut self, last: i64, time: Seconds, columns: &Columns<'_>, rates: &Rates, actions: &mut [f64]) {
        columns.actions(|column| self.sums[column], actions);
        let power = rates.power(actions, time);
        if self.best.as_ref().is_none_or(|best| power > best.power) {
            let first_window = last - (self.windows - 1) as i64;
            self.best = Some(Best { power, first_window, actions: actions.to_vec() });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::activity::ChannelName;
    use crate::power::Binding;

    /// Peaks over 4, 8 and 64 windows of a run, with room for so many counts.
    fn found(windows: i64, most_kept: usize) -> Found {
        let pat = crate::chip::load("fixtures/chips/eyeriss-published.toml").unwrap();
        let binding = Binding::new(&pat, None, None).unwrap();
        let timing = WindowTiming { cycles: 10, clock_hz: 2e8, count_fraction_bits: 0 };
        let rates = Rates::new(&pat, Hertz(2e8), false);
        let mut columns = Columns::new(&binding, 0);
        let lengths = [("4", 4.0), ("8", 8.0), ("64", 64.0)]
            .map(|(label, windows)| PeakLength { label: label.to_owned(), length: Seconds(windows * 50e-9) });
        let mut peaks = Peaks::new(&lengths, timing, rates.actions.len());
        peaks.most_kept = most_kept;
        let name = ChannelName { component: "tensor_unit".to_owned(), action: "mac".to_owned() };
        columns.grow(&[name]);
        for index in 0..windows {
            peaks.push(index, &[u64::from(index == 20)], &columns, &rates);
        }
        peaks.finish(windows.unsigned_abs() * 10)
    }

    fn labels(found: &Found) -> Vec<String> {
        found.peaks.iter().map(|peak| peak.labels.join(" ")).collect()
    }

    #[test]
    fn a_length_that_needs_too_many_counts_is_left_out_with_a_warning() {
        let few = found(100, 10);
        assert_eq!(labels(&few), ["one window", "4", "8"]);
        assert!(few.warnings[0].starts_with("no peak over 64 is given: its 64 windows of 1 channels"));
        // The shorter lengths go on as if nothing had happened: the first position that holds window 20.
        assert_eq!(few.peaks[2].start_cycle, 130);
        assert!(found(100, 64).warnings.is_empty());
    }

    #[test]
    fn a_length_that_is_not_below_the_runs_needs_no_counts() {
        let short = found(64, 10);
        assert_eq!((short.whole_run.join(" "), short.warnings.len()), ("64".to_owned(), 0));
    }
}
