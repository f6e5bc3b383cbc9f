//! What a workload did: counts of actions by window, by region and in total. Knows no chip.

mod profile;
mod summary;
mod window;

pub use profile::{ProfileWriter, profile_metadata};
pub use summary::{ActivitySummary, ChannelName, Coverage, Region, RegionCounts};
pub use window::{WindowSink, WindowTiming};
