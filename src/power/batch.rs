//! Windows that are priced together.

use std::ops::Range;

use super::history::History;

/// Windows of a batch, at most: what is computed of them fits a core's first cache.
pub(super) const MOST_WINDOWS: usize = 256;

/// The part of a window that the run covers.
#[derive(Clone, Copy)]
pub(super) struct Covered {
    pub start: i64,
    pub end: i64,
}

impl Covered {
    pub(super) fn cycles(self) -> u64 {
        if self.end > self.start { self.start.abs_diff(self.end) } else { 0 }
    }
}

/// Windows that follow each other.
pub(super) struct Batch<'a> {
    /// Number of the first.
    pub first: i64,
    /// Windows of the run before them.
    pub seen: u64,
    /// What the run covers of each.
    pub covered: &'a [Covered],
    /// Cycles of a window.
    pub cycles: u64,
    /// Their counts are the latest.
    pub history: &'a History,
}

impl Batch<'_> {
    /// The windows that are covered fully: all but some of the first and the last of a run.
    pub(super) fn full(&self) -> Range<usize> {
        let is_full = |covered: &Covered| covered.cycles() == self.cycles;
        let first = self.covered.iter().position(is_full).unwrap_or(self.covered.len());
        let end = self.covered.iter().rposition(is_full).map_or(first, |last| last + 1);
        first..end
    }

    /// The first window with which a length ends that began with the run or later.
    pub(super) fn first_end_of(&self, length: u64) -> usize {
        let missing = (length - 1).saturating_sub(self.seen);
        usize::try_from(missing).unwrap_or(usize::MAX).min(self.covered.len())
    }
}
