//! What a workload did: counts of actions by window, by region and in total. Knows no chip.

mod summary;
mod window;

pub use summary::{ActivitySummary, ChannelName, Coverage, Region, RegionCounts};
pub use window::{WindowSink, WindowTiming};
