//! What of the trace was priced, as what, and what of the chip it did not touch.

use std::collections::BTreeMap;

use crate::activity::{ActivitySummary, ChannelName};
use crate::chip::pat::Pat;

use super::binding::{Binding, Resolution};
use super::columns::Columns;
use super::result::{BoundChannel, CoverageReport, UnboundChannel};

/// The coverage of a run whose chip actions were counted as `actions`.
pub(super) fn coverage(
    summary: &ActivitySummary,
    binding: &Binding,
    columns: &Columns<'_>,
    pat: &Pat,
    actions: &[f64],
) -> CoverageReport {
    let unbound = unbound(summary, binding);
    let mut events = summary.coverage.events;
    // Of several chips, one may know what another does not.
    for (name, count) in &unbound {
        events -= if summary.coverage.unbound.contains_key(*name) { 0 } else { **count };
    }
    CoverageReport {
        events,
        unbound_events: unbound.values().copied().sum(),
        bound_channels: bound_channels(summary, binding, columns),
        unbound_channels: unbound
            .iter()
            .map(|(name, events)| UnboundChannel { trace_channel: name.to_string(), events: **events })
            .collect(),
        bad_records: summary.coverage.bad_records.clone(),
        skipped: summary.coverage.skipped.clone(),
        components_without_activity: components_without_activity(pat, actions),
    }
}

/// Events of the channels that nothing is bound to.
fn unbound<'s>(summary: &'s ActivitySummary, binding: &Binding) -> BTreeMap<&'s ChannelName, &'s u64> {
    let is_unbound = |name: &ChannelName| matches!(binding.resolve(name), Resolution::Unbound(_));
    let own = summary.coverage.events_by_channel.iter().filter(|(name, _)| is_unbound(name));
    summary.coverage.unbound.iter().chain(own).collect()
}

fn bound_channels(summary: &ActivitySummary, binding: &Binding, columns: &Columns<'_>) -> Vec<BoundChannel> {
    let mut bound = Vec::new();
    for (name, count) in &summary.totals {
        let Resolution::Bound(targets) = binding.resolve(name) else { continue };
        bound.extend(targets.iter().map(|target| BoundChannel {
            trace_channel: name.to_string(),
            count: columns.in_actions(*count),
            chip_channel: binding.chip_channels()[target.channel].to_string(),
            factor: target.factor,
        }));
    }
    bound
}

/// Components that have actions, none of which happened.
fn components_without_activity(pat: &Pat, actions: &[f64]) -> Vec<String> {
    let mut rest = actions.iter();
    let mut idle = Vec::new();
    for component in &pat.components {
        let counts = rest.by_ref().take(component.actions.len());
        let active = counts.filter(|count| **count > 0.0).count();
        if active == 0 && !component.actions.is_empty() {
            idle.push(component.name.clone());
        }
    }
    idle
}
