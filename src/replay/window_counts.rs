//! Exact counts by window and channel, filled in any order and drained in the order of time.

mod division;
mod page;

use std::ops::Range;

use rustc_hash::FxHashMap;
use trace_formats::Rejection;

use division::Division;
use page::{PAGE_WINDOWS, Page};

/// Shares of a count in a window are kept in units of 2⁻⁴⁸ of it until the window is closed.
const SHARE_BITS: u32 = 48;

/// Less than this many counts are within 64 bits in that unit.
const SMALL_COUNT: u64 = 1 << (u64::BITS - SHARE_BITS);

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
    windows: Division,
    pages: Vec<Page>,
    page_of: FxHashMap<i64, usize>,
    current: CurrentWindow,
}

/// The window in which the latest event starts: most events start in the same one as the event before.
#[derive(Clone, Copy)]
struct CurrentWindow {
    /// Its first cycle, and the first after it; none before the first event.
    start: i64,
    end: i64,
    place: Place,
}

/// Where a window is kept.
#[derive(Clone, Copy)]
struct Place {
    page: usize,
    in_page: usize,
}

impl CurrentWindow {
    const NONE: CurrentWindow =
        CurrentWindow { start: 0, end: i64::MIN, place: Place { page: 0, in_page: 0 } };

    #[inline]
    fn holds(&self, cycle: i64) -> bool {
        self.start <= cycle && cycle < self.end
    }
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
#[derive(Debug)]
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
            windows: Division::new(cycles),
            pages: Vec::new(),
            page_of: FxHashMap::default(),
            current: CurrentWindow::NONE,
        }
    }

    /// Spreads `count` evenly over the cycles `[start, end)`.
    pub fn spread(&mut self, channel: usize, start: i64, end: i64, count: u64) -> Result<(), CountOverflow> {
        self.go_to(start);
        if end > self.current.end {
            return self.spread_on(channel, start, end, count);
        }
        let Place { page, in_page } = self.current.place;
        self.pages[page].add_point(channel, in_page, count)
    }

    /// Whether the current window can take less than 2⁶³ more of a channel.
    #[inline]
    pub fn has_room(&mut self, channel: usize) -> bool {
        let Place { page, in_page } = self.current.place;
        *self.pages[page].point(channel, in_page) <= 1 << 63
    }

    /// Adds to the current window, which has room for it.
    #[inline]
    pub fn add(&mut self, channel: usize, count: u64) {
        let Place { page, in_page } = self.current.place;
        *self.pages[page].point(channel, in_page) += count;
    }

    /// Spreads a count from `start` in the current window to `end` in a later one.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn spread_on(
        &mut self,
        channel: usize,
        start: i64,
        end: i64,
        count: u64,
    ) -> Result<(), CountOverflow> {
        let CurrentWindow { start: window, end: next, place: first } = self.current;
        let each_cycle = share_of_a_cycle(count, end.abs_diff(start));
        let head = times(each_cycle, next.abs_diff(start));
        let mut tail = (i128::from(count) << SHARE_BITS) - head;
        let windows = self.windows.floor((end - 1).saturating_sub(window));
        let last = self.place_after(first, windows);
        if windows > 1 {
            let middle = times(each_cycle, self.cycles as u64);
            tail -= middle * i128::from(windows - 1);
            let second = self.place_after(first, 1);
            self.pages[second.page].add_share(channel, second.in_page, 0, middle)?;
            self.pages[last.page].add_share(channel, last.in_page, tail, -middle)?;
        } else {
            self.pages[last.page].add_share(channel, last.in_page, tail, 0)?;
        }
        self.pages[first.page].add_share(channel, first.in_page, head, 0)
    }

    /// Adds `count` in each of the cycles `[start, end)`.
    pub fn steady(&mut self, channel: usize, start: i64, end: i64, count: u64) -> Result<(), CountOverflow> {
        let mut at = start;
        while at < end {
            self.go_to(at);
            let next = end.min(self.current.end);
            let counts = count.checked_mul(next.abs_diff(at)).ok_or(CountOverflow)?;
            let Place { page, in_page } = self.current.place;
            self.pages[page].add_point(channel, in_page, counts)?;
            at = next;
        }
        Ok(())
    }

    /// Makes the window of a cycle the current one, and returns its cycles.
    #[inline]
    pub fn go_to(&mut self, cycle: i64) -> Range<i64> {
        if !self.current.holds(cycle) {
            let window = self.windows.floor(cycle);
            let start = window.saturating_mul(self.cycles);
            let place = self.place(window);
            self.current = CurrentWindow { start, end: start.saturating_add(self.cycles), place };
        }
        self.current.start..self.current.end
    }

    /// The place of a window, in a page that is made if need be.
    #[inline]
    fn place(&mut self, window: i64) -> Place {
        let number = window.div_euclid(PAGE_WINDOWS as i64);
        let in_page = window.rem_euclid(PAGE_WINDOWS as i64) as usize;
        let recent = self.current.place.page;
        let page = match self.pages.get(recent) {
            Some(page) if page.number == number => recent,
            _ => self.page(number),
        };
        Place { page, in_page }
    }

    /// The place of the window that is so many after another.
    #[inline]
    fn place_after(&mut self, place: Place, windows: i64) -> Place {
        let in_page = place.in_page as i64 + windows;
        if in_page < PAGE_WINDOWS as i64 {
            return Place { in_page: in_page as usize, ..place };
        }
        self.place(self.pages[place.page].number * PAGE_WINDOWS as i64 + in_page)
    }

    fn page(&mut self, number: i64) -> usize {
        let next = self.pages.len();
        let page = *self.page_of.entry(number).or_insert(next);
        if page == next {
            self.pages.push(Page::new(number));
        }
        page
    }

    /// Adds all of `other`, whose pages are taken over where there are none yet.
    pub fn merge(&mut self, other: &mut WindowCounts) -> Result<(), CountOverflow> {
        other.page_of.clear();
        other.current = CurrentWindow::NONE;
        for theirs in other.pages.drain(..) {
            let next = self.pages.len();
            match *self.page_of.entry(theirs.number).or_insert(next) {
                page if page == next => self.pages.push(theirs),
                page => self.pages[page].add(&theirs)?,
            }
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
            let (point, share) = page.map_or_else(Default::default, |page| page.get(channel, in_page));
            running.level = running.level.checked_add(share.step).ok_or(CountOverflow)?;
            let shares = running.level.checked_add(share.here).ok_or(CountOverflow)?;
            let shares = shares.checked_add(running.carried).ok_or(CountOverflow)?;
            let whole = (shares >> SHARE_BITS).max(0);
            running.carried = shares - (whole << SHARE_BITS);
            let whole = u64::try_from(whole).map_err(|_| CountOverflow)?;
            *count = point.checked_add(whole).ok_or(CountOverflow)?;
        }
        Ok(())
    }

    /// Bytes of the counts that are held.
    pub fn bytes(&self) -> usize {
        self.pages.iter().map(Page::bytes).sum()
    }

    /// Forgets the pages that end at or before `window`.
    pub fn forget_before(&mut self, window: i64) {
        let page = window.div_euclid(PAGE_WINDOWS as i64);
        if !self.pages.iter().any(|kept| kept.number < page) {
            return;
        }
        self.pages.retain(|kept| kept.number >= page);
        self.page_of = self.pages.iter().enumerate().map(|(at, page)| (page.number, at)).collect();
        self.current = CurrentWindow::NONE;
    }
}

/// What each of `cycles` cycles has of a count, in units of 2⁻⁴⁸ of it. Rounded up, so that a share that is a whole count
/// is not seen as a hair less; the last window has what is left, which the rounding may make a hair negative.
#[inline]
fn share_of_a_cycle(count: u64, cycles: u64) -> u128 {
    let (whole, rest) = if count < SMALL_COUNT { (0, count) } else { (count / cycles, count % cycles) };
    let rest = if rest < SMALL_COUNT {
        // By far the most events: 64 bits are divided several times faster than 128.
        u128::from((rest << SHARE_BITS).div_ceil(cycles))
    } else {
        (u128::from(rest) << SHARE_BITS).div_ceil(u128::from(cycles))
    };
    (u128::from(whole) << SHARE_BITS) + rest
}

/// What so many cycles have.
#[inline]
fn times(each_cycle: u128, cycles: u64) -> i128 {
    (each_cycle * u128::from(cycles)) as i128
}

#[cfg(test)]
mod tests;
