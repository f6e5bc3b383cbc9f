//! Exact counts by window and channel, filled in any order and drained in the order of time.

use rustc_hash::FxHashMap;
use trace_formats::Rejection;

/// Windows a page: pages are made where events fall, so a gap of a million windows costs nothing.
const PAGE_WINDOWS: usize = 32;

/// Counts by window and channel. Adding is order-free, so partial sums of workers merge in any order.
///
/// An event that covers many windows puts its first and last part into them as points, and the equal
/// parts between as two steps of a difference array: it costs the same for one window and for a million.
#[derive(Default)]
pub struct WindowCounts {
    pages: Vec<Page>,
    page_of: FxHashMap<i64, usize>,
    latest: Option<(i64, usize)>,
}

/// `points` and `steps` hold `PAGE_WINDOWS` entries a channel, channel by channel, so that a page grows
/// by appending when a channel is met later. `steps` stays empty in most pages.
struct Page {
    number: i64,
    points: Vec<u64>,
    steps: Vec<i64>,
}

/// How evenly an event's count could be split over its windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// No window got much more than its part.
    Even,
    /// The remainder makes the last window stand out: the count is small against the number of windows.
    Coarse,
}

/// A sum that does not fit.
pub struct CountOverflow;

impl From<CountOverflow> for Rejection {
    fn from(_: CountOverflow) -> Rejection {
        Rejection {
            reason: "count_overflow",
            found: "counts whose sum over one window is beyond 2^64".to_owned(),
            expected: "sums that a counter of hardware can reach".to_owned(),
            cure: "check for wrapped or cumulative counters".to_owned(),
        }
    }
}

impl WindowCounts {
    /// Spreads `count` over the cycles `[start, end)`, by overlap, with windows of `cycles` cycles: each
    /// window but the last gets its part rounded down, the last one the remainder, so that the parts
    /// sum to exactly `count`.
    pub fn spread(
        &mut self,
        channel: usize,
        start: i64,
        end: i64,
        count: u64,
        cycles: i64,
    ) -> Result<Split, CountOverflow> {
        let first = start.div_euclid(cycles);
        let last = (end - 1).div_euclid(cycles);
        if first == last {
            self.point(first, channel, count)?;
            return Ok(Split::Even);
        }
        let length = (end - start) as u128;
        let part = |overlap: i64| (u128::from(count) * overlap as u128 / length) as u64;
        let head = part((first + 1) * cycles - start);
        let middle = part(cycles);
        let between = (last - first - 1) as u64;
        self.point(first, channel, head)?;
        if between > 0 && middle > 0 {
            self.step(first + 1, channel, middle as i64)?;
            self.step(last, channel, -(middle as i64))?;
        }
        let remainder = count - head - middle * between;
        self.point(last, channel, remainder)?;
        let even = part(end - last * cycles);
        // One or two more than its part are what rounding down three times leaves; a tenth more is not seen.
        Ok(if remainder > even + 2 + even / 10 { Split::Coarse } else { Split::Even })
    }

    /// Adds to one window.
    pub fn point(&mut self, window: i64, channel: usize, count: u64) -> Result<(), CountOverflow> {
        let (page, at) = self.entry(window, channel);
        let points = &mut self.pages[page].points;
        if points.len() <= at {
            points.resize((channel + 1) * PAGE_WINDOWS, 0);
        }
        points[at] = points[at].checked_add(count).ok_or(CountOverflow)?;
        Ok(())
    }

    fn step(&mut self, window: i64, channel: usize, by: i64) -> Result<(), CountOverflow> {
        let (page, at) = self.entry(window, channel);
        let steps = &mut self.pages[page].steps;
        if steps.len() <= at {
            steps.resize((channel + 1) * PAGE_WINDOWS, 0);
        }
        steps[at] = steps[at].checked_add(by).ok_or(CountOverflow)?;
        Ok(())
    }

    /// The page of a window, made if need be, and the place of window and channel in it.
    fn entry(&mut self, window: i64, channel: usize) -> (usize, usize) {
        let number = window.div_euclid(PAGE_WINDOWS as i64);
        let at = channel * PAGE_WINDOWS + window.rem_euclid(PAGE_WINDOWS as i64) as usize;
        if let Some((latest, page)) = self.latest
            && latest == number
        {
            return (page, at);
        }
        let next = self.pages.len();
        let page = *self.page_of.entry(number).or_insert(next);
        if page == next {
            self.pages.push(Page { number, points: Vec::new(), steps: Vec::new() });
        }
        self.latest = Some((number, page));
        (page, at)
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: WindowCounts) -> Result<(), CountOverflow> {
        for theirs in other.pages {
            let (page, _) = self.entry(theirs.number * PAGE_WINDOWS as i64, 0);
            let ours = &mut self.pages[page];
            if ours.points.len() < theirs.points.len() {
                ours.points.resize(theirs.points.len(), 0);
            }
            for (ours, theirs) in ours.points.iter_mut().zip(theirs.points) {
                *ours = ours.checked_add(theirs).ok_or(CountOverflow)?;
            }
            if ours.steps.len() < theirs.steps.len() {
                ours.steps.resize(theirs.steps.len(), 0);
            }
            for (ours, theirs) in ours.steps.iter_mut().zip(theirs.steps) {
                *ours = ours.checked_add(theirs).ok_or(CountOverflow)?;
            }
        }
        Ok(())
    }

    /// Adds the points of `window` to `counts`, and its steps to `levels`, which run from window to window.
    pub fn read(&self, window: i64, counts: &mut [u64], levels: &mut [i64]) -> Result<(), CountOverflow> {
        let number = window.div_euclid(PAGE_WINDOWS as i64);
        let in_page = window.rem_euclid(PAGE_WINDOWS as i64) as usize;
        let page = self.page_of.get(&number).map(|&page| &self.pages[page]);
        for (channel, (count, level)) in counts.iter_mut().zip(levels).enumerate() {
            let at = channel * PAGE_WINDOWS + in_page;
            let step = page.and_then(|page| page.steps.get(at)).copied().unwrap_or(0);
            *level = level.checked_add(step).ok_or(CountOverflow)?;
            let point = page.and_then(|page| page.points.get(at)).copied().unwrap_or(0);
            *count = (*level as u64).checked_add(point).ok_or(CountOverflow)?;
        }
        Ok(())
    }

    /// Bytes of the counts that are held.
    pub fn bytes(&self) -> usize {
        self.pages.iter().map(|page| 8 * (page.points.len() + page.steps.len())).sum()
    }

    /// Forgets the pages that end at or before `window`.
    pub fn forget_before(&mut self, window: i64) {
        let page = window.div_euclid(PAGE_WINDOWS as i64);
        if !self.pages.iter().any(|kept| kept.number < page) {
            return;
        }
        self.pages.retain(|kept| kept.number >= page);
        self.page_of = self.pages.iter().enumerate().map(|(at, page)| (page.number, at)).collect();
        self.latest = None;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn windows(counts: &WindowCounts, range: std::ops::Range<i64>) -> Vec<u64> {
        let mut level = [0];
        range
            .map(|window| {
                let mut count = [0];
                assert!(counts.read(window, &mut count, &mut level).is_ok());
                count[0]
            })
            .collect()
    }

    #[test]
    fn an_event_is_split_by_overlap_and_the_remainder_goes_to_its_last_window() {
        let mut counts = WindowCounts::default();
        assert!(counts.spread(0, 5, 35, 10, 10).is_ok());
        // 5 of 30 cycles, 10, 10 and 5: 10/6 → 1, 10/3 → 3, 3, and 10 − 7 = 3 for the last.
        assert_eq!(windows(&counts, 0..4), [1, 3, 3, 3]);
    }

    #[test]
    fn a_count_that_is_small_against_its_windows_is_told_apart() {
        let mut counts = WindowCounts::default();
        assert_eq!(counts.spread(0, 0, 1_000_000, 999, 1000).ok(), Some(Split::Coarse));
        assert_eq!(counts.spread(0, 0, 1_000_000, 999_999, 1000).ok(), Some(Split::Coarse));
        assert_eq!(counts.spread(0, 0, 1_000_000, 99_999_999, 1000).ok(), Some(Split::Even));
        assert_eq!(counts.spread(0, 0, 3000, 10, 1000).ok(), Some(Split::Even));
    }

    #[test]
    fn an_event_over_a_million_windows_makes_two_pages() {
        let mut counts = WindowCounts::default();
        assert!(counts.spread(0, -1_000_000, 1_000_000_000, 1 << 40, 1000).is_ok());
        assert_eq!(counts.pages.len(), 2);
    }

    proptest! {
        #[test]
        fn counts_are_conserved_for_any_events_and_any_order_of_merging(
            events in prop::collection::vec((-500i64..500, 1i64..300, 0u64..10_000), 1..40),
            cycles in 1i64..70,
            cut in 0usize..40,
        ) {
            let mut whole = WindowCounts::default();
            let mut late = WindowCounts::default();
            let mut early = WindowCounts::default();
            for (number, &(start, length, count)) in events.iter().enumerate() {
                prop_assert!(whole.spread(0, start, start + length, count, cycles).is_ok());
                let part = if number < cut { &mut early } else { &mut late };
                prop_assert!(part.spread(0, start, start + length, count, cycles).is_ok());
            }
            prop_assert!(late.merge(early).is_ok());
            let first = (-500i64).div_euclid(cycles);
            let all = windows(&whole, first..900);
            prop_assert_eq!(&all, &windows(&late, first..900));
            prop_assert_eq!(all.iter().sum::<u64>(), events.iter().map(|event| event.2).sum::<u64>());
        }
    }
}
