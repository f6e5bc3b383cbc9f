//! What a workload did: counts of actions by window, by region and in total. Knows no chip.

mod channel;
mod profile;
mod summary;
mod timing;
mod window;

pub use channel::ChannelName;
pub use profile::{ProfileWriter, profile_metadata};
pub use summary::{ActivitySummary, Coverage, Region, RegionCounts};
pub use timing::WindowTiming;
pub use window::WindowSink;
