//! Flavours of transistor.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A flavour of transistor, by what it is made for (ITRS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceClass {
    /// Fast and leaky: ITRS HP.
    HighPerformance,
    /// Least leakage at full supply: ITRS LSTP.
    LowStandbyPower,
    /// Least energy at a low supply: ITRS LOP.
    LowOperatingPower,
    /// Access transistor and word line driver of embedded DRAM, in a logic process.
    EmbeddedDram,
    /// Access transistor and word line driver of commodity DRAM.
    CommodityDram,
}

impl fmt::Display for DeviceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DeviceClass::HighPerformance => "high-performance",
            DeviceClass::LowStandbyPower => "low-standby-power",
            DeviceClass::LowOperatingPower => "low-operating-power",
            DeviceClass::EmbeddedDram => "embedded-DRAM",
            DeviceClass::CommodityDram => "commodity-DRAM",
        })
    }
}
