//! Power over time, kept in bounded memory for whoever draws it when the run has ended.

use super::over_time::{PowerObserver, PowerRow};

/// Bins, at most: a run of a million windows keeps each of them.
const MOST_BINS: usize = 1 << 20;
/// Powers of components, at most: 256 MiB.
const MOST_POWERS: usize = 1 << 26;

/// Power of each window of a run, by component; of runs that are longer than there is room for, of bins of two windows, of
/// four, ...
///
/// Averages of bins are weighted by time, and the lowest and highest window of each is kept, so that no peak is lost.
#[derive(Clone, Debug)]
pub struct PowerRecord {
    components: usize,
    most_bins: usize,
    windows_per_bin: u64,
    windows_in_last: u64,
    bins: Vec<RecordedBin>,
    /// A row a bin, in the chip file's order. Single precision: a picture shows less.
    powers_w: Vec<f32>,
}

/// Power of the windows of a bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordedBin {
    /// First cycle that the run covers of it.
    pub start_cycle: i64,
    /// First cycle after it.
    pub end_cycle: i64,
    /// Average power, as the report's `average_power_w` means it.
    pub average_w: f64,
    /// Power of its lowest window.
    pub lowest_w: f64,
    /// Power of its highest window.
    pub highest_w: f64,
}

impl RecordedBin {
    /// Cycles that the run covers of it.
    pub fn cycles(&self) -> u64 {
        self.end_cycle.abs_diff(self.start_cycle)
    }

    /// How much of the two bins' time is this one's.
    fn weight_before(&self, later: &RecordedBin) -> f64 {
        let (own, other) = (self.cycles() as f64, later.cycles() as f64);
        if own + other > 0.0 { own / (own + other) } else { 0.5 }
    }

    fn merge(&mut self, later: &RecordedBin, weight: f64) {
        self.end_cycle = later.end_cycle;
        self.average_w = weight * self.average_w + (1.0 - weight) * later.average_w;
        self.lowest_w = self.lowest_w.min(later.lowest_w);
        self.highest_w = self.highest_w.max(later.highest_w);
    }
}

impl PowerRecord {
    /// An empty record of a chip of so many components, on the chip and beside it.
    pub fn new(components: usize) -> PowerRecord {
        PowerRecord::with_most_bins(components, MOST_BINS.min(MOST_POWERS / components.max(1)))
    }

    fn with_most_bins(components: usize, most_bins: usize) -> PowerRecord {
        // An even number, so that halving leaves no bin that covers less than the others.
        let most_bins = most_bins.max(2) & !1;
        PowerRecord {
            components,
            most_bins,
            windows_per_bin: 1,
            windows_in_last: 1,
            bins: Vec::new(),
            powers_w: Vec::new(),
        }
    }

    /// Windows that a bin covers; the last may cover fewer.
    pub fn windows_per_bin(&self) -> u64 {
        self.windows_per_bin
    }

    /// The bins, in the order of time, without gaps.
    pub fn bins(&self) -> &[RecordedBin] {
        &self.bins
    }

    /// Average power of every component in a bin, in the chip file's order.
    pub fn powers_w(&self, bin: usize) -> &[f32] {
        &self.powers_w[bin * self.components..(bin + 1) * self.components]
    }

    fn halve(&mut self) {
        let components = self.components;
        for at in 0..self.bins.len() / 2 {
            let (mut first, second) = (self.bins[2 * at], self.bins[2 * at + 1]);
            let weight = first.weight_before(&second);
            first.merge(&second, weight);
            self.bins[at] = first;
            for component in 0..components {
                let earlier = self.powers_w[2 * at * components + component];
                let later = self.powers_w[(2 * at + 1) * components + component];
                self.powers_w[at * components + component] = mixed(earlier, later, weight);
            }
        }
        self.bins.truncate(self.bins.len() / 2);
        self.powers_w.truncate(self.bins.len() * components);
        self.windows_per_bin *= 2;
    }
}

fn mixed(earlier: f32, later: f32, weight: f64) -> f32 {
    (weight * f64::from(earlier) + (1.0 - weight) * f64::from(later)) as f32
}

impl PowerObserver for PowerRecord {
    /// Takes the next window of the first operating point, and none of others.
    fn row(&mut self, row: &PowerRow<'_>) -> anyhow::Result<()> {
        if row.point != 0 {
            return Ok(());
        }
        let power_w = row.total.0;
        let window = RecordedBin {
            start_cycle: row.start_cycle,
            end_cycle: row.end_cycle,
            average_w: power_w,
            lowest_w: power_w,
            highest_w: power_w,
        };
        if self.windows_in_last < self.windows_per_bin
            && let Some(last) = self.bins.last_mut()
        {
            let weight = last.weight_before(&window);
            last.merge(&window, weight);
            let from = self.powers_w.len() - self.components;
            for (power, later) in self.powers_w[from..].iter_mut().zip(row.components) {
                *power = mixed(*power, later.0 as f32, weight);
            }
            self.windows_in_last += 1;
            return Ok(());
        }
        if self.bins.len() == self.most_bins {
            self.halve();
        }
        self.bins.push(window);
        self.powers_w.extend(row.components.iter().map(|power| power.0 as f32));
        self.windows_in_last = 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::units::{Seconds, Watts};

    fn record(windows: &[(u8, u8)], most_bins: usize) -> PowerRecord {
        let mut record = PowerRecord::with_most_bins(2, most_bins);
        let mut cycle = -7;
        for (length, power) in windows {
            let end_cycle = cycle + i64::from(*length) + 1;
            let components = [Watts(f64::from(*power)), Watts(1.0)];
            let row = PowerRow {
                point: 0,
                start_cycle: cycle,
                end_cycle,
                start: Seconds(0.0),
                end: Seconds(0.0),
                total: components[0] + components[1],
                system: Watts(0.0),
                components: &components,
            };
            record.row(&row).unwrap();
            cycle = end_cycle;
        }
        record
    }

    proptest! {
        #[test]
        fn bins_conserve_energy_and_keep_the_extremes_whatever_room_there_is(
            windows in prop::collection::vec(any::<(u8, u8)>(), 1..60),
            most_bins in 2..20usize,
        ) {
            let (whole, short) = (record(&windows, 64), record(&windows, most_bins));
            prop_assert_eq!(whole.bins().len(), windows.len());
            prop_assert!(short.bins().len() <= most_bins.max(2));
            let energy = |record: &PowerRecord| -> f64 {
                record.bins().iter().map(|bin| bin.average_w * bin.cycles() as f64).sum()
            };
            prop_assert!((energy(&whole) - energy(&short)).abs() <= 1e-9 * energy(&whole));
            let highest = |record: &PowerRecord| record.bins().iter().map(|bin| bin.highest_w).fold(0.0, f64::max);
            let lowest = |record: &PowerRecord| record.bins().iter().map(|bin| bin.lowest_w).fold(1e9, f64::min);
            prop_assert_eq!((highest(&whole), lowest(&whole)), (highest(&short), lowest(&short)));
            for (at, bin) in short.bins().iter().enumerate() {
                let sum: f32 = short.powers_w(at).iter().sum();
                prop_assert!((f64::from(sum) - bin.average_w).abs() <= 1e-3);
            }
            prop_assert!(short.bins().windows(2).all(|pair| pair[0].end_cycle == pair[1].start_cycle));
        }
    }
}
