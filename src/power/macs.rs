//! Multiply-accumulates: the chip's actions named `mac` that the trace has.

use trace_formats::DataVariant;

use crate::activity::ChannelName;

use super::columns::KnownTargets;

/// The action that is a multiply-accumulate.
const MAC: &str = "mac";

/// Which of the chip's actions are multiply-accumulates, if any channel of the trace is priced as one.
pub(super) struct Macs {
    actions: Option<Vec<usize>>,
}

impl Macs {
    pub(super) fn new(chip_channels: &[ChannelName], targets: &KnownTargets) -> Macs {
        let base = |action: &str| DataVariant::of(action).map_or(action == MAC, |(base, _)| base == MAC);
        let is_mac = |at: &usize| base(&chip_channels[*at].action);
        let actions: Vec<usize> = (0..chip_channels.len()).filter(is_mac).collect();
        let is_traced = actions.iter().any(|action| targets.has(*action));
        Macs { actions: is_traced.then_some(actions) }
    }

    /// How many there are among the counts of the chip's actions; `None` if the trace has no such channel.
    pub(super) fn of(&self, counts: &[f64]) -> Option<f64> {
        // Not f64's own sum, which starts at -0.0.
        self.actions.as_ref().map(|actions| actions.iter().fold(0.0, |sum, action| sum + counts[*action]))
    }
}
