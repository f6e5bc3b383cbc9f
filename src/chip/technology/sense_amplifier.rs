//! The sense amplifier of a memory array, as one figure of delay and one of energy.

use serde::Deserialize;

use super::table::{CircuitTable, Ends};
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
    /// Between two nodes on a straight line; CACTI 7 takes the smaller node's, which jumps at every node.
    pub(super) fn between(ends: &Ends<CircuitTable>) -> SenseAmplifier {
        let (smaller, larger) = (&ends.smaller.table.sense_amplifier, &ends.larger.table.sense_amplifier);
        SenseAmplifier {
            delay: Seconds(ends.linear(smaller.delay_s, larger.delay_s)),
            energy: Joules(ends.linear(smaller.energy_j, larger.energy_j)),
        }
    }
}
