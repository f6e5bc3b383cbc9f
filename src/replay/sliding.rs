//! Exact counts cycle by cycle, and the most of them in any window of cycles.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashMap;

/// Cycles a page.
const PAGE_CYCLES: usize = 256;

/// Rates are kept in units of 2⁻⁴⁸ of a count a cycle.
const RATE_BITS: u32 = 48;

/// What rounding a rate can leave of a whole count: a maximum is rounded up to a whole count beyond it.
const ROUNDING: u128 = 1 << (RATE_BITS - 16);

/// Counts by cycle, filled in any order. Events of one cycle are points; longer ones are spread evenly: a rate that
/// rises where they start and falls where they end.
#[derive(Default)]
pub struct CycleCounts {
    points: FxHashMap<i64, Box<[u64; PAGE_CYCLES]>>,
    steps: BTreeMap<i64, i128>,
}

impl CycleCounts {
    /// Spreads `count` evenly over `[start, end)`. `false` if a cycle's sum would pass 2⁶⁴.
    #[must_use]
    pub fn add(&mut self, start: i64, end: i64, count: u64) -> bool {
        if end - start > 1 {
            let rate = (i128::from(count) << RATE_BITS) / i128::from(end - start);
            *self.steps.entry(start).or_default() += rate;
            *self.steps.entry(end).or_default() -= rate;
            return true;
        }
        let (page, at) = place(start);
        let page = self.points.entry(page).or_insert_with(|| Box::new([0; PAGE_CYCLES]));
        match page[at].checked_add(count) {
            Some(sum) => page[at] = sum,
            None => return false,
        }
        true
    }

    /// The largest count in one cycle and in any `window` consecutive cycles; what events that are spread over
    /// several cycles put into them is rounded up to a whole count.
    pub fn maxima(&self, window: u64) -> (u128, u128) {
        let mut in_one_cycle = 0;
        let mut sliding = SlidingMaximum::new(window);
        self.for_each_segment(|start, end, rate| {
            in_one_cycle = rate.max(in_one_cycle);
            sliding.push(start, end, rate);
        });
        (counts(in_one_cycle), counts(sliding.finish()))
    }

    /// Calls `take` with each run of cycles of one count above 0, in the order of time.
    fn for_each_segment(&self, mut take: impl FnMut(i64, i64, u128)) {
        let mut numbers: Vec<i64> = self.points.keys().copied().collect();
        numbers.sort_unstable();
        let mut points = numbers
            .iter()
            .flat_map(|number| {
                let first = number * PAGE_CYCLES as i64;
                let page = self.points[number].iter().enumerate();
                page.filter(|(_, count)| **count > 0).map(move |(at, count)| (first + at as i64, *count))
            })
            .peekable();
        let mut steps = self.steps.iter().peekable();
        let (mut cycle, mut level) = (i64::MIN, 0i128);
        loop {
            let point = points.peek().map(|&(at, _)| at);
            let step = steps.peek().map(|&(&at, _)| at);
            let Some(next) = point.into_iter().chain(step).min() else { return };
            if level > 0 && next > cycle {
                take(cycle, next, level as u128);
            }
            cycle = next;
            if step == Some(next) {
                level += steps.next().map_or(0, |(_, by)| *by);
            }
            if point == Some(next) {
                let count = points.next().map_or(0, |(_, count)| count);
                take(next, next + 1, level as u128 + (u128::from(count) << RATE_BITS));
                cycle = next + 1;
            }
        }
    }
}

/// Whole counts of a sum of rates, rounded up.
fn counts(sum: u128) -> u128 {
    (sum + (1 << RATE_BITS) - 1 - ROUNDING.min(sum)) >> RATE_BITS
}

fn place(cycle: i64) -> (i64, usize) {
    let page = cycle.div_euclid(PAGE_CYCLES as i64);
    (page, cycle.rem_euclid(PAGE_CYCLES as i64) as usize)
}

/// The largest sum over any window of a fixed width, over runs of constant rate that come in order.
///
/// The sum as a function of the window's start is piecewise linear, and bends only where the window's start or
/// end meets the start or end of a run: it is enough to look at windows that start where a run starts and at
/// windows that end where a run ends.
struct SlidingMaximum {
    width: i64,
    /// Runs that the windows to come may touch: start, end, rate, and the sum of all before them.
    runs: VecDeque<(i64, i64, u128, u128)>,
    /// Windows that start where a run starts and are not yet over: start and the sum of all before it.
    pending: VecDeque<(i64, u128)>,
    total: u128,
    largest: u128,
}

impl SlidingMaximum {
    fn new(width: u64) -> SlidingMaximum {
        SlidingMaximum {
            width: i64::try_from(width).unwrap_or(i64::MAX / 2),
            runs: VecDeque::new(),
            pending: VecDeque::new(),
            total: 0,
            largest: 0,
        }
    }

    fn push(&mut self, start: i64, end: i64, rate: u128) {
        let before = self.total;
        self.pending.push_back((start, before));
        self.runs.push_back((start, end, rate, before));
        self.total += rate * (end - start) as u128;
        while let Some(&(from, sum_before)) = self.pending.front() {
            let until = from.saturating_add(self.width);
            if until > end {
                break;
            }
            let within = (until - start).max(0) as u128;
            self.largest = self.largest.max(before + rate * within - sum_before);
            self.pending.pop_front();
        }
        let from = end.saturating_sub(self.width);
        while self.runs.front().is_some_and(|run| run.1 <= from) {
            self.runs.pop_front();
        }
        if let Some(&(run_start, _, rate, sum_before)) = self.runs.front() {
            let cut_off = rate * (from - run_start).max(0) as u128;
            self.largest = self.largest.max(self.total - sum_before - cut_off);
        }
    }

    fn finish(self) -> u128 {
        self.pending.iter().map(|(_, before)| self.total - before).fold(self.largest, std::cmp::max)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_maxima_equal_those_of_adding_up_every_cycle(
            events in prop::collection::vec((-300i64..300, 1i64..80, 0u64..1000), 1..30),
            window in 1u64..200,
        ) {
            let mut counts = CycleCounts::default();
            let mut cycles = vec![0f64; 1000];
            for &(start, length, count) in &events {
                prop_assert!(counts.add(start, start + length, count));
                for cycle in start..start + length {
                    cycles[(cycle + 500) as usize] += count as f64 / length as f64;
                }
            }
            let most = |sums: &mut dyn Iterator<Item = f64>| (sums.fold(0.0, f64::max) - 1e-6).ceil() as u128;
            let one = most(&mut cycles.iter().copied());
            let many = most(&mut cycles.windows(window as usize).map(|cycles| cycles.iter().sum()));
            prop_assert_eq!(counts.maxima(window), (one, many));
        }
    }
}
