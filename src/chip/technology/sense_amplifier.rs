//! The sense amplifier of a memory array, as one figure of delay and one of energy.

use serde::Deserialize;

use crate::units::{Joules, Seconds};

/// A latch-type sense amplifier of a memory array, at the nominal voltage of the node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SenseAmplifier {
    /// From enable to a full swing.
    pub delay: Seconds,
    /// Of one sensing.
    pub energy: Joules,
}

/// The figures of a node's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SenseAmplifierRow {
    #[serde(rename = "source")]
    _source: String,
    delay_s: f64,
    energy_j: f64,
}

impl SenseAmplifier {
    /// Between two nodes the row of the smaller one, as in CACTI 7: its figures fall fivefold from 65 to 45 nm, where the circuit
    /// changed and not only its size, so a line between them would tell of neither.
    pub(super) fn of(row: &SenseAmplifierRow) -> SenseAmplifier {
        SenseAmplifier { delay: Seconds(row.delay_s), energy: Joules(row.energy_j) }
    }
}
