//! Rates of data that a chip file asks for: a bandwidth, or blocks a cycle.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::chip::component::{Bandwidth, Written};
use crate::units::Hertz;

/// A bandwidth ("200 GB/s") or blocks a cycle (2).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a bandwidth such as \"200 GB/s\", or a number of blocks a cycle such as 2")]
pub enum Rate {
    /// Blocks a cycle.
    Blocks(f64),
    /// Bytes or bits a second.
    Bandwidth(Written<Bandwidth>),
}

impl Rate {
    /// Blocks of so many bits in a cycle of a clock.
    pub fn blocks(self, block_bits: u32, clock: Hertz) -> f64 {
        match self {
            Rate::Blocks(blocks) => blocks,
            Rate::Bandwidth(rate) => rate.0.bytes_per_second() * 8.0 / (f64::from(block_bits) * clock.0),
        }
    }
}
