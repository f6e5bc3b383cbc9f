//! What is known of a run when its last window is closed.

use std::collections::BTreeMap;

use trace_formats::{Metadata, Note, Skipped, Span};

use super::channel::ChannelName;
use super::timing::WindowTiming;

/// A named interval of cycles and what was counted under its tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// `layer`, `op`, `inference`, or the user's word.
    pub kind: String,
    /// Number in its source, or in order of appearance within the kind.
    pub id: u64,
    /// Name, unique within the kind.
    pub name: String,
    /// When it was open: declared, else from its first event's start to its last event's end.
    pub span: Span,
    /// What events with its tag counted.
    pub counts: RegionCounts,
}

/// Exact counts by channel in units of 2⁻ᵏ, of channels that have any.
pub type RegionCounts = BTreeMap<ChannelName, u128>;

/// What was taken of the trace and what was not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Events taken, without the unbound.
    pub events: u64,
    /// Events of every channel, bound or not.
    pub events_by_channel: BTreeMap<ChannelName, u64>,
    /// Events whose channel nothing was bound to, by channel (`--unbound warn|ignore`).
    pub unbound: BTreeMap<ChannelName, u64>,
    /// Records left out because they could not be decoded, by reason (`--on-error skip`).
    pub bad_records: BTreeMap<String, u64>,
    /// Entries that the format's reader recognised and left out.
    pub skipped: Vec<Skipped>,
}

/// Everything of a run but its windows.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivitySummary {
    /// How windows and cycles lie on the time axis.
    pub timing: WindowTiming,
    /// The cycles that the run covers: declared spans and events together. Leakage and clock run for all of them.
    pub span: Span,
    /// Exact count of every channel that had an event, in units of 2⁻ᵏ.
    pub totals: BTreeMap<ChannelName, u128>,
    /// Regions, by kind, then by start, then by id.
    pub regions: Vec<Region>,
    /// What was taken and what was not.
    pub coverage: Coverage,
    /// Warnings and assumptions of the trace's reader, without repetition, in order.
    pub notes: Vec<Note>,
    /// Inferences that the trace covers, where it says so.
    pub inferences: Option<u64>,
    /// The trace's own clock in hertz, where it names one.
    pub trace_clock_hz: Option<f64>,
    /// What the trace says about itself.
    pub metadata: Metadata,
}
