//! Closed windows and who takes them.

use super::summary::{ActivitySummary, ChannelName};

/// How windows lie on the time axis: window `i` covers the cycles `[i·cycles, (i+1)·cycles)`.
///
/// Windows are aligned to cycle 0, which is the first cycle of compute; prefetch has negative windows.
/// The first and the last window of a run may therefore be covered by it only in part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowTiming {
    /// Length of a window in cycles, at least 1.
    pub cycles: u64,
    /// Clock of the cycles, in hertz.
    pub clock_hz: f64,
    /// k: counts are in units of 2⁻ᵏ of an action.
    pub count_fraction_bits: u32,
}

impl WindowTiming {
    /// Seconds that a number of cycles takes.
    pub fn seconds(&self, cycles: f64) -> f64 {
        cycles / self.clock_hz
    }
}

/// Takes the windows of a run in the order of time, each once, without a gap: pricing, a saved profile.
pub trait WindowSink {
    /// Told once, before the first window, of the run's first cycle (`ActivitySummary::span.start`), since the
    /// run may cover the first window only in part. It is known by then: nothing earlier can come once a
    /// window is closed.
    ///
    /// # Errors
    /// What the sink reports.
    fn begin(&mut self, first_cycle: i64) -> anyhow::Result<()> {
        let _ = first_cycle;
        Ok(())
    }

    /// Takes window `index`. `counts[c]` is the exact count of `channels[c]` in units of 2⁻ᵏ.
    ///
    /// `channels` only ever grows: column `c` means the same channel in every call, and a channel that
    /// appears later had the count 0 until then. The order of the columns is not the same in every run
    /// (workers intern as they read), so nothing printed may depend on it.
    ///
    /// # Errors
    /// What writing the window reports.
    fn window(&mut self, index: i64, channels: &[ChannelName], counts: &[u64]) -> anyhow::Result<()>;

    /// Told once, after the last window, of what is only known then: totals, regions, coverage.
    ///
    /// # Errors
    /// What writing it reports.
    fn finish(&mut self, summary: &ActivitySummary) -> anyhow::Result<()>;
}
