//! What a trace holds, without a chip: the output of `nm-trace inspect`.

use serde::{Serialize, Serializer};

mod text;

pub use text::render;

/// Version of the inspection's JSON. It grows when a key is removed, renamed or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// What a trace holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Everything that may differ between traces that are otherwise equal; filled by the command line.
    pub provenance: serde_json::Value,
    /// Name of the trace's format.
    pub format: String,
    /// Who wrote the trace, where it says so.
    pub producer: Option<String>,
    /// Where the trace came from before it was converted.
    pub origin: Option<String>,
    /// Built-in binding that its channels go by.
    pub binding: Option<String>,
    /// Its clock; null: the chip's.
    pub clock_hz: Option<f64>,
    /// Inferences that it covers; null if it does not say.
    pub inferences: Option<u64>,
    /// Length of the sliding window of `max_in_window`.
    pub window_cycles: u64,
    /// The cycles that it covers; null if it is empty.
    pub span: Option<CycleSpan>,
    /// Its events.
    pub events: u64,
    /// Its channels, over the whole trace.
    pub channels: Vec<ChannelTotal>,
    /// Its regions, by kind and time.
    pub regions: Vec<InspectedRegion>,
    /// Entries that its reader recognised and left out.
    pub skipped: Vec<SkippedEntries>,
    /// What may make its numbers wrong.
    pub warnings: Vec<String>,
    /// How it was read where there was a choice.
    pub assumptions: Vec<String>,
    /// What is wrong with it.
    pub problems: Vec<String>,
}

/// Cycles `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CycleSpan {
    /// First cycle.
    pub start: i64,
    /// First cycle after the last.
    pub end: i64,
}

/// A channel over the whole trace.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelTotal {
    /// `component/action`.
    pub channel: String,
    /// Rows or records that mention it.
    pub rows: u64,
    /// Actions.
    pub count: Count,
    /// First cycle with an action; null if there is none.
    pub first_cycle: Option<i64>,
    /// Last cycle with an action; null if there is none.
    pub last_cycle: Option<i64>,
}

/// A region and what its channels did in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InspectedRegion {
    /// Number.
    pub id: u64,
    /// `layer`, `op`, `inference`, ...
    pub kind: String,
    /// Name.
    pub name: String,
    /// First cycle.
    pub start_cycle: i64,
    /// First cycle after the last.
    pub end_cycle: i64,
    /// Its channels.
    pub channels: Vec<InspectedChannel>,
}

/// A channel within a region.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InspectedChannel {
    /// `component/action`.
    pub channel: String,
    /// Rows or records that mention it.
    pub rows: u64,
    /// Actions.
    pub count: Count,
    /// Entries that were recognised as padding and are not in `count`.
    pub dropped_padding: u64,
    /// First cycle with an action; null if there is none.
    pub first_cycle: Option<i64>,
    /// Last cycle with an action; null if there is none.
    pub last_cycle: Option<i64>,
    /// Most actions in a single cycle; null where the trace holds sums over longer windows.
    pub max_in_one_cycle: Option<Count>,
    /// Most actions in any `window_cycles` cycles in a row; null where the trace holds sums over longer windows.
    pub max_in_window: Option<Count>,
    /// Rows whose cycle is before that of the row above.
    pub backward_cycles: u64,
    /// Rows whose cycle is that of the row above.
    pub repeated_cycles: u64,
}

/// Entries that a reader left out, by reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkippedEntries {
    /// Why: `phantom_padding`, `cut_last_row`, ...
    pub reason: String,
    /// The region, where known.
    pub region: Option<String>,
    /// The channel, where known.
    pub channel: Option<String>,
    /// How many.
    pub count: u64,
}

/// A number of actions: exact where it is whole, which it is in every trace that counts whole actions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Count {
    /// A whole number, printed with every digit.
    Whole(u128),
    /// A number with a fraction.
    Fractional(f64),
}

impl Count {
    /// The count of `units` of 2⁻ᵏ of an action each, with k = `fraction_bits`.
    pub fn from_units(units: u128, fraction_bits: u32) -> Count {
        if fraction_bits == 0 || units.trailing_zeros() >= fraction_bits {
            // A shift by all bits or more happens for zero only.
            return Count::Whole(units.checked_shr(fraction_bits).unwrap_or(0));
        }
        Count::Fractional(units as f64 / 2f64.powi(fraction_bits as i32))
    }

    /// The nearest floating-point number.
    pub fn as_f64(self) -> f64 {
        match self {
            Count::Whole(count) => count as f64,
            Count::Fractional(count) => count,
        }
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            // As u64 where it fits: not every consumer of serde knows 128 bits.
            Count::Whole(count) => match u64::try_from(count) {
                Ok(count) => serializer.serialize_u64(count),
                Err(_) => serializer.serialize_u128(count),
            },
            Count::Fractional(count) => serializer.serialize_f64(count),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_count_keeps_every_digit() {
        let json = |count: Count| serde_json::to_string(&count).unwrap();
        assert_eq!(json(Count::from_units(u128::MAX, 0)), u128::MAX.to_string());
        assert_eq!(json(Count::from_units(9_007_199_254_740_993, 0)), "9007199254740993");
        assert_eq!(json(Count::from_units(8, 2)), "2");
        assert_eq!(json(Count::from_units(9, 2)), "2.25");
        assert_eq!(json(Count::from_units(0, 20)), "0");
    }
}
