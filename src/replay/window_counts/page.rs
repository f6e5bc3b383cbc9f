//! Counts of neighbouring windows.

use super::CountOverflow;

/// Windows a page: pages are made where events fall, so a gap of a million windows costs nothing.
pub const PAGE_WINDOWS: usize = 32;

/// Each vector holds `PAGE_WINDOWS` entries a channel, channel by channel, so that a page grows by appending when a
/// channel is met later. `shares` stays empty where no event covers two windows.
pub struct Page {
    /// How many pages after the page of window 0.
    pub number: i64,
    /// Counts of events within a window.
    points: Vec<u64>,
    shares: Vec<Share>,
}

/// What events over several windows put into one, in units of 2⁻⁴⁸ of a count.
#[derive(Clone, Copy, Default)]
pub struct Share {
    /// What belongs into this window alone.
    pub here: i128,
    /// By how much what belongs into this window and each later one changes.
    pub step: i128,
}

impl Page {
    /// Without counts.
    pub fn new(number: i64) -> Page {
        Page { number, points: Vec::new(), shares: Vec::new() }
    }

    /// What events within a window of a channel come to, in room that is made if need be.
    #[inline]
    pub fn point(&mut self, channel: usize, in_page: usize) -> &mut u64 {
        let at = channel * PAGE_WINDOWS + in_page;
        grow(&mut self.points, at);
        &mut self.points[at]
    }

    /// Adds to a window of a channel.
    #[inline]
    pub fn add_point(&mut self, channel: usize, in_page: usize, count: u64) -> Result<(), CountOverflow> {
        let point = self.point(channel, in_page);
        *point = point.checked_add(count).ok_or(CountOverflow)?;
        Ok(())
    }

    /// Adds to what a window of a channel has of events that cover further ones.
    #[inline]
    pub fn add_share(
        &mut self,
        channel: usize,
        in_page: usize,
        here: i128,
        step: i128,
    ) -> Result<(), CountOverflow> {
        let at = channel * PAGE_WINDOWS + in_page;
        grow(&mut self.shares, at);
        self.shares[at] = self.shares[at].plus(Share { here, step }).ok_or(CountOverflow)?;
        Ok(())
    }

    /// What a window of a channel has.
    pub fn get(&self, channel: usize, in_page: usize) -> (u64, Share) {
        let at = channel * PAGE_WINDOWS + in_page;
        let point = self.points.get(at).copied().unwrap_or(0);
        (point, self.shares.get(at).copied().unwrap_or_default())
    }

    /// Adds the counts of the same windows.
    pub fn add(&mut self, other: &Page) -> Result<(), CountOverflow> {
        add_all(&mut self.points, &other.points, u64::checked_add)?;
        add_all(&mut self.shares, &other.shares, Share::plus)
    }

    /// Bytes of the counts.
    pub fn bytes(&self) -> usize {
        size_of_val(self.points.as_slice()) + size_of_val(self.shares.as_slice())
    }
}

impl Share {
    #[inline]
    fn plus(self, other: Share) -> Option<Share> {
        let (here, step) = (self.here.checked_add(other.here)?, self.step.checked_add(other.step)?);
        Some(Share { here, step })
    }
}

/// Makes room for an entry, and for the others of its channel.
#[inline]
fn grow<T: Clone + Default>(entries: &mut Vec<T>, at: usize) {
    if entries.len() <= at {
        entries.resize((at / PAGE_WINDOWS + 1) * PAGE_WINDOWS, T::default());
    }
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
