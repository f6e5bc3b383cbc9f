//! Exact counts by window and channel, filled in any order and drained in the order of time.

use rustc_hash::FxHashMap;
use trace_formats::{Event, Rejection};

/// Windows a page: pages are made where events fall, so a gap of a million windows costs nothing.
const PAGE_WINDOWS: usize = 32;

/// Shares of a count in a window are kept in units of 2⁻⁴⁸ of it until the window is closed.
const SHARE_BITS: u32 = 48;

/// Counts by window and channel. Adding is order-free, so partial sums of workers merge in any order.
///
/// An event that covers several windows is spread evenly over its cycles. Its shares in the first and the last
/// window are points, and the equal ones between are two steps of a difference array: it costs the same for two
/// windows and for a million. Closing a window takes the whole counts of all shares up to its end, less those
/// already taken, and carries the fraction on. So every window has what an even spread gives it, to less than one
/// count; all windows together have exactly the events' counts, since an event's shares sum to it; and the sum of
/// neighbouring windows is what a window of their length would have had.
pub struct WindowCounts {
    /// Cycles of a window.
    cycles: i64,
    pages: Vec<Page>,
    page_of: FxHashMap<i64, usize>,
    latest: Option<(i64, usize)>,
    current: CurrentWindow,
}

/// The window that got a count last: most events fall into the same one as the event before.
#[derive(Clone, Copy)]
struct CurrentWindow {
    /// Its first cycle, and the first after it; none before the first count.
    start: i64,
    end: i64,
    page: usize,
    in_page: usize,
}

impl CurrentWindow {
    const NONE: CurrentWindow = CurrentWindow { start: 0, end: i64::MIN, page: 0, in_page: 0 };
}

/// Each vector holds `PAGE_WINDOWS` entries a channel, channel by channel, so that a page grows by appending when a
/// channel is met later. `shares` and `steps` stay empty where no event covers two windows.
#[derive(Default)]
struct Page {
    number: i64,
    points: Vec<u64>,
    shares: Vec<i128>,
    steps: Vec<i128>,
}

/// What runs on from one window of a channel to the next, in units of 2⁻⁴⁸ of a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// What events that cover the whole window put into it.
    level: i128,
    /// The fraction of a count that is not yet taken; a hair below zero where rounding up took it early.
    carried: i128,
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
    /// No counts, of windows of so many cycles.
    pub fn new(cycles: i64) -> WindowCounts {
        WindowCounts {
            cycles,
            pages: Vec::new(),
            page_of: FxHashMap::default(),
            latest: None,
            current: CurrentWindow::NONE,
        }
    }

    /// Spreads `count` evenly over the cycles `[start, end)`.
    #[inline]
    pub fn spread(&mut self, channel: usize, start: i64, end: i64, count: u64) -> Result<(), CountOverflow> {
        let CurrentWindow { start: from, end: to, page, in_page } = self.current;
        if from <= start
            && end <= to
            && let Some(entry) = self.pages[page].points.get_mut(channel * PAGE_WINDOWS + in_page)
        {
            *entry = entry.checked_add(count).ok_or(CountOverflow)?;
            return Ok(());
        }
        self.spread_anywhere(channel, start, end, count)
    }

    /// Adds the events that lie within the window that got a count last, up to the first that does not. Returns how many
    /// those are, or the position of the one whose sum does not fit.
    #[inline]
    pub fn add_current(&mut self, events: &[Event]) -> Result<usize, usize> {
        let CurrentWindow { start, end, page, in_page } = self.current;
        let Some(page) = self.pages.get_mut(page) else { return Ok(0) };
        let points = &mut page.points[..];
        for (at, event) in events.iter().enumerate() {
            let entry = points.get_mut(event.channel.0 as usize * PAGE_WINDOWS + in_page);
            let Some(entry) = entry.filter(|_| start <= event.start && event.end <= end) else {
                return Ok(at);
            };
            *entry = entry.checked_add(event.count).ok_or(at)?;
        }
        Ok(events.len())
    }

    #[inline(never)]
    fn spread_anywhere(
        &mut self,
        channel: usize,
        start: i64,
        end: i64,
        count: u64,
    ) -> Result<(), CountOverflow> {
        let cycles = self.cycles;
        let first = start.div_euclid(cycles);
        // The division is what costs most here.
        let last = if end.saturating_sub(first.saturating_mul(cycles)) <= cycles {
            first
        } else {
            (end - 1).div_euclid(cycles)
        };
        if first == last {
            return self.point(first, channel, count);
        }
        let whole = i128::from(count) << SHARE_BITS;
        let each_cycle = share_of_a_cycle(count, end.abs_diff(start));
        let head = each_cycle * i128::from((first + 1) * cycles - start);
        let middle = each_cycle * i128::from(cycles);
        self.share(first, channel, head)?;
        self.share(last, channel, whole - head - middle * i128::from(last - first - 1))?;
        self.step(first + 1, channel, middle)?;
        self.step(last, channel, -middle)
    }

    /// Adds `count` in each of the cycles `[start, end)`.
    pub fn steady(&mut self, channel: usize, start: i64, end: i64, count: u64) -> Result<(), CountOverflow> {
        let mut at = start;
        while at < end {
            let window = at.div_euclid(self.cycles);
            let next = end.min((window + 1).saturating_mul(self.cycles));
            let counts = count.checked_mul(next.abs_diff(at)).ok_or(CountOverflow)?;
            self.point(window, channel, counts)?;
            at = next;
        }
        Ok(())
    }

    /// Adds to one window.
    fn point(&mut self, window: i64, channel: usize, count: u64) -> Result<(), CountOverflow> {
        let (page, at) = self.entry(window, channel);
        let entry = entry_of(&mut page.points, at);
        *entry = entry.checked_add(count).ok_or(CountOverflow)?;
        if let Some((_, page)) = self.latest {
            let start = window.saturating_mul(self.cycles);
            let end = start.saturating_add(self.cycles);
            self.current = CurrentWindow { start, end, page, in_page: at % PAGE_WINDOWS };
        }
        Ok(())
    }

    fn share(&mut self, window: i64, channel: usize, share: i128) -> Result<(), CountOverflow> {
        let (page, at) = self.entry(window, channel);
        let entry = entry_of(&mut page.shares, at);
        *entry = entry.checked_add(share).ok_or(CountOverflow)?;
        Ok(())
    }

    fn step(&mut self, window: i64, channel: usize, by: i128) -> Result<(), CountOverflow> {
        let (page, at) = self.entry(window, channel);
        let entry = entry_of(&mut page.steps, at);
        *entry = entry.checked_add(by).ok_or(CountOverflow)?;
        Ok(())
    }

    /// The page of a window, made if need be, and the place of window and channel in it.
    fn entry(&mut self, window: i64, channel: usize) -> (&mut Page, usize) {
        let number = window.div_euclid(PAGE_WINDOWS as i64);
        let at = channel * PAGE_WINDOWS + window.rem_euclid(PAGE_WINDOWS as i64) as usize;
        let page = match self.latest {
            Some((latest, page)) if latest == number => page,
            _ => self.page(number),
        };
        self.latest = Some((number, page));
        (&mut self.pages[page], at)
    }

    fn page(&mut self, number: i64) -> usize {
        let next = self.pages.len();
        let page = *self.page_of.entry(number).or_insert(next);
        if page == next {
            self.pages.push(Page { number, ..Page::default() });
        }
        page
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &WindowCounts) -> Result<(), CountOverflow> {
        for theirs in &other.pages {
            let page = self.page(theirs.number);
            let ours = &mut self.pages[page];
            add_all(&mut ours.points, &theirs.points, |a, b| a.checked_add(b))?;
            add_all(&mut ours.shares, &theirs.shares, |a, b| a.checked_add(b))?;
            add_all(&mut ours.steps, &theirs.steps, |a, b| a.checked_add(b))?;
        }
        Ok(())
    }

    /// Takes the counts of `window`, the next after the one that was taken before with the same `running`.
    pub fn take(
        &self,
        window: i64,
        counts: &mut [u64],
        running: &mut [Running],
    ) -> Result<(), CountOverflow> {
        let number = window.div_euclid(PAGE_WINDOWS as i64);
        let in_page = window.rem_euclid(PAGE_WINDOWS as i64) as usize;
        let page = self.page_of.get(&number).map(|&page| &self.pages[page]);
        for (channel, (count, running)) in counts.iter_mut().zip(running).enumerate() {
            let at = channel * PAGE_WINDOWS + in_page;
            *count = page.and_then(|page| page.points.get(at)).copied().unwrap_or(0);
            let step = page.and_then(|page| page.steps.get(at)).copied().unwrap_or(0);
            let share = page.and_then(|page| page.shares.get(at)).copied().unwrap_or(0);
            running.level = running.level.checked_add(step).ok_or(CountOverflow)?;
            let shares = running.level.checked_add(share).ok_or(CountOverflow)?;
            let shares = shares.checked_add(running.carried).ok_or(CountOverflow)?;
            let whole = (shares >> SHARE_BITS).max(0);
            running.carried = shares - (whole << SHARE_BITS);
            let whole = u64::try_from(whole).map_err(|_| CountOverflow)?;
            *count = count.checked_add(whole).ok_or(CountOverflow)?;
        }
        Ok(())
    }

    /// Bytes of the counts that are held.
    pub fn bytes(&self) -> usize {
        let bytes = |page: &Page| 8 * page.points.len() + 16 * (page.shares.len() + page.steps.len());
        self.pages.iter().map(bytes).sum()
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
        self.current = CurrentWindow::NONE;
    }
}

/// What each of `cycles` cycles has of a count, in units of 2⁻⁴⁸ of it. Rounded up, so that a share that is a whole count
/// is not seen as a hair less; the last window has what is left, which the rounding may make a hair negative.
fn share_of_a_cycle(count: u64, cycles: u64) -> i128 {
    let (whole, rest) = (count / cycles, count % cycles);
    let rest = if rest < 1 << (64 - SHARE_BITS) {
        // By far the most events: 64 bits are divided several times faster than 128.
        i128::from((rest << SHARE_BITS).div_ceil(cycles))
    } else {
        (u128::from(rest) << SHARE_BITS).div_ceil(u128::from(cycles)) as i128
    };
    (i128::from(whole) << SHARE_BITS) + rest
}

fn entry_of<T: Clone + Default>(entries: &mut Vec<T>, at: usize) -> &mut T {
    if entries.len() <= at {
        entries.resize((at / PAGE_WINDOWS + 1) * PAGE_WINDOWS, T::default());
    }
    &mut entries[at]
}

fn add_all<T: Copy + Default>(
    ours: &mut Vec<T>,
    theirs: &[T],
    add: impl Fn(T, T) -> Option<T>,
) -> Result<(), CountOverflow> {
    if ours.len() < theirs.len() {
        ours.resize(theirs.len(), T::default());
    }
    for (ours, &theirs) in ours.iter_mut().zip(theirs) {
        *ours = add(*ours, theirs).ok_or(CountOverflow)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn windows(counts: &WindowCounts, range: std::ops::Range<i64>) -> Vec<u64> {
        let mut running = [Running::default()];
        range
            .map(|window| {
                let mut count = [0];
                assert!(counts.take(window, &mut count, &mut running).is_ok());
                count[0]
            })
            .collect()
    }

    #[test]
    fn an_event_is_split_by_overlap_and_fractions_are_carried_to_the_next_window() {
        let mut counts = WindowCounts::new(10);
        assert!(counts.spread(0, 5, 35, 10).is_ok());
        // A third of a count a cycle: 5/3, 5, 25/3 and 10 counts by the ends of the windows.
        assert_eq!(windows(&counts, 0..4), [1, 4, 3, 2]);
    }

    #[test]
    fn equal_shares_that_are_whole_counts_are_equal() {
        let mut counts = WindowCounts::new(9);
        assert!(counts.spread(0, 0, 27, 9).is_ok());
        assert_eq!(windows(&counts, 0..3), [3, 3, 3]);
    }

    #[test]
    fn a_few_counts_over_many_windows_do_not_pile_up_in_the_last() {
        let mut counts = WindowCounts::new(1000);
        assert!(counts.spread(0, 0, 1_000_000, 999).is_ok());
        let windows = windows(&counts, 0..1000);
        assert_eq!(windows.iter().copied().max(), Some(1));
        assert_eq!(windows.iter().sum::<u64>(), 999);
    }

    #[test]
    fn an_event_over_a_million_windows_makes_two_pages() {
        let mut counts = WindowCounts::new(1000);
        assert!(counts.spread(0, -1_000_000, 1_000_000_000, 1 << 40).is_ok());
        assert_eq!(counts.pages.len(), 2);
    }

    proptest! {
        #[test]
        fn counts_are_conserved_for_any_events_and_any_order_of_merging(
            events in prop::collection::vec((-500i64..500, 1i64..300, 0u64..10_000), 1..40),
            cycles in 1i64..70,
            cut in 0usize..40,
        ) {
            let mut whole = WindowCounts::new(cycles);
            let mut late = WindowCounts::new(cycles);
            let mut early = WindowCounts::new(cycles);
            for (number, &(start, length, count)) in events.iter().enumerate() {
                prop_assert!(whole.spread(0, start, start + length, count).is_ok());
                let part = if number < cut { &mut early } else { &mut late };
                prop_assert!(part.spread(0, start, start + length, count).is_ok());
            }
            prop_assert!(late.merge(&early).is_ok());
            let first = (-500i64).div_euclid(cycles);
            let all = windows(&whole, first..900);
            prop_assert_eq!(&all, &windows(&late, first..900));
            prop_assert_eq!(all.iter().sum::<u64>(), events.iter().map(|event| event.2).sum::<u64>());
        }

        #[test]
        fn neighbouring_windows_sum_to_the_window_of_their_length(
            events in prop::collection::vec((-500i64..500, 1i64..300, 0u64..10_000), 1..40),
            cycles in 1i64..50,
            together in 2i64..6,
        ) {
            let mut short = WindowCounts::new(cycles);
            let mut long = WindowCounts::new(cycles * together);
            for &(start, length, count) in &events {
                prop_assert!(short.spread(0, start, start + length, count).is_ok());
                prop_assert!(long.spread(0, start, start + length, count).is_ok());
            }
            let first = (-500i64).div_euclid(cycles * together);
            let last = 800i64.div_euclid(cycles * together) + 1;
            let short = windows(&short, first * together..last * together);
            let sums: Vec<u64> = short.chunks(together as usize).map(|chunk| chunk.iter().sum()).collect();
            prop_assert_eq!(sums, windows(&long, first..last));
        }
    }
}
