//! Closed windows and who takes them.

use super::channel::ChannelName;
use super::summary::ActivitySummary;

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
