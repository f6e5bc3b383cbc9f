//! Power over time: rows for whoever writes every window, and a few bins for a small picture.

use crate::units::{Hertz, Joules, Seconds, Watts};

use super::result::PowerBin;

/// Bins of the small picture, at most; when they are full, neighbours merge and each covers twice as much.
const MOST_BINS: usize = 256;

/// Power of one profile window, averaged over the part of it that the run covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerRow<'a> {
    /// Which operating point's it is, from 0: several take a window one after another.
    pub point: usize,
    /// First cycle of that part.
    pub start_cycle: i64,
    /// First cycle after it.
    pub end_cycle: i64,
    /// Its start, from cycle 0.
    pub start: Seconds,
    /// Its end, from cycle 0.
    pub end: Seconds,
    /// What average power, peak and TDP mean: the chip alone, unless the system is included.
    pub total: Watts,
    /// Everything beside the chip.
    pub system: Watts,
    /// Every component, on the chip and beside it, in the chip file's order.
    pub components: &'a [Watts],
}

/// Takes power over time window by window: a CSV file.
pub trait PowerObserver {
    /// Whether somebody watches, and wants each row as soon as its window is closed; else rows come a few hundred at a time.
    fn is_live(&self) -> bool {
        false
    }

    /// Takes the next window's row.
    ///
    /// # Errors
    /// What writing it reports.
    fn row(&mut self, row: &PowerRow<'_>) -> anyhow::Result<()>;
}

#[derive(Clone, Copy)]
struct Bin {
    start_cycle: i64,
    cycles: u64,
    energy: Joules,
    peak: Watts,
}

impl Bin {
    fn merge(self, later: Bin) -> Bin {
        Bin {
            start_cycle: self.start_cycle,
            cycles: self.cycles + later.cycles,
            energy: self.energy + later.energy,
            peak: if later.peak > self.peak { later.peak } else { self.peak },
        }
    }
}

/// The small picture, as it fills.
pub(super) struct Bins {
    bins: Vec<Bin>,
    windows_per_bin: u64,
    windows_in_last: u64,
}

impl Bins {
    pub(super) fn new() -> Bins {
        Bins { bins: Vec::new(), windows_per_bin: 1, windows_in_last: 1 }
    }

    /// Takes the next window.
    #[inline]
    pub(super) fn push(&mut self, start_cycle: i64, cycles: u64, power: Watts, clock: Hertz) {
        let window = Bin { start_cycle, cycles, energy: power * clock.time_of(cycles as f64), peak: power };
        if self.windows_in_last < self.windows_per_bin
            && let Some(last) = self.bins.last_mut()
        {
            *last = last.merge(window);
            self.windows_in_last += 1;
            return;
        }
        if self.bins.len() == MOST_BINS {
            let merged = self.bins.chunks(2).map(|pair| pair.iter().copied().reduce(Bin::merge));
            self.bins = merged.flatten().collect();
            self.windows_per_bin *= 2;
        }
        self.bins.push(window);
        self.windows_in_last = 1;
    }

    pub(super) fn finish(&self, clock: Hertz) -> Vec<PowerBin> {
        let bin = |bin: &Bin| {
            let duration = clock.time_of(bin.cycles as f64);
            PowerBin {
                start_s: clock.time_of(bin.start_cycle as f64).0,
                duration_s: duration.0,
                average_power_w: (bin.energy / duration).0,
                peak_power_w: bin.peak.0,
            }
        };
        self.bins.iter().map(bin).collect()
    }
}
