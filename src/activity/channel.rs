//! The name of a channel: component and action.

use std::fmt;

/// One action of one component, as the trace or the chip names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelName {
    /// The component: `unified_buffer`.
    pub component: String,
    /// Its action: `read`.
    pub action: String,
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.component, self.action)
    }
}
