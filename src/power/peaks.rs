//! The largest average power over windows of several lengths that slide by whole profile windows.
//!
//! Sums are of integers, so a window's sum does not depend on the windows that came before it. The counts of the
//! longest length are kept, at most [`MOST_KEPT_COUNTS`] of them; a length for which that is not enough is left
//! out with a warning.

use crate::activity::WindowTiming;
use crate::units::{Seconds, Watts};

use super::columns::{ActionCounts, Columns};

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

/// One length and the best position so far.
struct Sliding {
    labels: Vec<String>,
    windows: u64,
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

/// The best positions of windows of all lengths.
pub(super) struct Peaks {
    /// Shortest first: a single window.
    lengths: Vec<Sliding>,
    timing: WindowTiming,
    /// [`MOST_KEPT_COUNTS`], but for tests.
    most_kept: usize,
    columns: usize,
}

impl Peaks {
    pub(super) fn new(lengths: &[PeakLength], timing: WindowTiming) -> Peaks {
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
        Peaks { lengths: merged, timing, most_kept: MOST_KEPT_COUNTS, columns: 0 }
    }

    /// The lengths in windows.
    pub(super) fn lengths(&self) -> impl Iterator<Item = u64> {
        self.lengths.iter().map(|length| length.windows)
    }

    /// Whether a length is still looked for.
    pub(super) fn is_wanted(&self, length: usize) -> bool {
        !self.lengths[length].is_refused
    }

    /// Windows that are to be kept for the longest length. A single window needs nothing kept.
    pub(super) fn kept_windows(&self) -> usize {
        let longest = self.lengths.iter().rfind(|length| !length.is_refused && length.windows > 1);
        longest.map_or(0, |length| usize::try_from(length.windows).unwrap_or(usize::MAX))
    }

    /// Compares the powers over a length that ends with window `last`, and with each after it, with the best one; the
    /// earlier of equals stays.
    pub(super) fn look(
        &mut self,
        length: usize,
        last: i64,
        powers: &[f64],
        counts: &ActionCounts,
        columns: &Columns<'_>,
        actions: usize,
    ) {
        let length = &mut self.lengths[length];
        let mut highest = length.best.as_ref().map(|best| best.power.0);
        let mut found = None;
        for (at, &power) in powers.iter().enumerate() {
            if highest.is_none_or(|highest| power > highest) {
                (highest, found) = (Some(power), Some(at));
            }
        }
        if let Some(at) = found {
            let mut best = length.best.take().map_or_else(|| vec![0.0; actions], |best| best.actions);
            columns.actions(counts, at, &mut best);
            let first_window = last + at as i64 - (length.windows - 1) as i64;
            length.best = Some(Best { power: Watts(powers[at]), first_window, actions: best });
        }
    }

    /// Gives up lengths that need more counts than are kept, after so many windows of so many columns.
    pub(super) fn refuse(&mut self, seen_windows: u64, columns: usize) {
        self.columns = columns;
        for length in self.lengths.iter_mut().filter(|length| length.windows > 1) {
            let rows = u128::from(length.windows.min(seen_windows));
            length.is_refused |= rows * columns.max(1) as u128 > self.most_kept as u128;
        }
    }

    /// The peaks of a run of that many cycles.
    pub(super) fn finish(&self, run_cycles: u64) -> Found {
        let mut found = Found { peaks: Vec::new(), whole_run: Vec::new(), warnings: Vec::new() };
        for length in &self.lengths {
            let cycles = u128::from(length.windows) * u128::from(self.timing.cycles);
            match (u64::try_from(cycles), &length.best) {
                (Ok(cycles), _) if cycles < run_cycles && length.is_refused => {
                    found.warnings.push(format!(
                        "no peak over {} is given: its {} windows of {} channels are more than the {} counts \
                         that are kept; choose longer profile windows",
                        length.labels.join(", "),
                        length.windows,
                        self.columns,
                        self.most_kept,
                    ));
                }
                (Ok(cycles), Some(best)) if cycles < run_cycles => found.peaks.push(FoundPeak {
                    labels: length.labels.clone(),
                    cycles,
                    start_cycle: best.first_window.saturating_mul(self.timing.cycles as i64),
                    power: best.power,
                    actions: best.actions.clone(),
                }),
                _ => found.whole_run.extend(length.labels.iter().cloned()),
            }
        }
        found
    }
}

impl Sliding {
    fn new(label: &str, windows: u64) -> Sliding {
        Sliding { labels: vec![label.to_owned()], windows, best: None, is_refused: false }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::activity::{ChannelName, WindowSink};
    use crate::power::{Binding, Pricing, PricingOptions};

    /// Peaks over 4, 8 and 64 windows of a run, with room for so many counts.
    fn found(windows: i64, most_kept: usize) -> Found {
        let pat = crate::chip::load("fixtures/chips/eyeriss-published.toml").unwrap();
        let binding = Binding::new(&pat, None, None).unwrap();
        let timing = WindowTiming { cycles: 10, clock_hz: 2e8, count_fraction_bits: 0 };
        let lengths = [("4", 4.0), ("8", 8.0), ("64", 64.0)]
            .map(|(label, windows)| PeakLength { label: label.to_owned(), length: Seconds(windows * 50e-9) });
        let options = PricingOptions { peak_lengths: lengths.to_vec(), ..PricingOptions::default() };
        let mut pricing = Pricing::new(&pat, &binding, timing, options, None).unwrap();
        pricing.points[0].peaks.most_kept = most_kept;
        let name = ChannelName { component: "tensor_unit".to_owned(), action: "mac".to_owned() };
        for index in 0..windows {
            pricing.window(index, std::slice::from_ref(&name), &[u64::from(index == 20)]).unwrap();
        }
        pricing.price_waiting(i64::MAX).unwrap();
        pricing.points[0].peaks.finish(windows.unsigned_abs() * 10)
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
    fn peaks_of_a_long_run_are_those_of_every_position() {
        let counts: Vec<u64> = (0..10_000u64).map(|at| at * at * 2_654_435_761 % 1009).collect();
        let pat = crate::chip::load("fixtures/chips/eyeriss-published.toml").unwrap();
        let binding = Binding::new(&pat, None, None).unwrap();
        let timing = WindowTiming { cycles: 10, clock_hz: 2e8, count_fraction_bits: 0 };
        let lengths = [3usize, 300, 5000].map(|windows| PeakLength {
            label: windows.to_string(),
            length: Seconds(windows as f64 * 50e-9),
        });
        let options = PricingOptions { peak_lengths: lengths.to_vec(), ..PricingOptions::default() };
        let mut pricing = Pricing::new(&pat, &binding, timing, options, None).unwrap();
        let name = ChannelName { component: "tensor_unit".to_owned(), action: "mac".to_owned() };
        for (index, count) in counts.iter().enumerate() {
            pricing.window(index as i64, std::slice::from_ref(&name), &[*count]).unwrap();
        }
        pricing.price_waiting(i64::MAX).unwrap();
        let found = pricing.points[0].peaks.finish(100_000);
        for (peak, length) in found.peaks.iter().zip([1, 3, 300, 5000]) {
            let sums: Vec<u64> = counts.windows(length).map(|counts| counts.iter().sum()).collect();
            let most = sums.iter().max().unwrap();
            let first = sums.iter().position(|sum| sum == most).unwrap();
            assert_eq!((peak.cycles, peak.start_cycle), (10 * length as u64, 10 * first as i64));
            assert_eq!(peak.actions.iter().sum::<f64>(), *most as f64);
        }
        assert_eq!(found.peaks.len(), 4);
    }

    #[test]
    fn a_length_that_is_not_below_the_runs_needs_no_counts() {
        let short = found(64, 10);
        assert_eq!((short.whole_run.join(" "), short.warnings.len()), ("64".to_owned(), 0));
    }
}
