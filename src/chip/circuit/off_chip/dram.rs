//! DRAM devices: what they take at their end of the wire, apart from the chip's interface to them.

use super::data::data;
use super::memory::MemoryInterface;
use crate::chip::circuit::CircuitError;
use crate::units::{Joules, Watts};

/// Devices of a kind of DRAM and what they take themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct DramDevice {
    /// Of a bit of random data, with the names of the parts as far as they were published.
    pub bit: Vec<(&'static str, Joules)>,
    /// Of each channel of the standard, whether or not data move: clocks, standby with rows open, refresh. Zero where
    /// nobody published it.
    pub background: Watts,
    /// Data pins of such a channel.
    pub channel_bits: u32,
}

impl DramDevice {
    /// What was published of a kind of DRAM; `None` where nothing was.
    ///
    /// # Errors
    /// [`CircuitError::Data`] if the built-in figures cannot be read.
    pub fn of(interface: MemoryInterface) -> Result<Option<DramDevice>, CircuitError> {
        let Some(row) = data()?.dram_device.get(&interface) else { return Ok(None) };
        Ok(Some(DramDevice {
            bit: row
                .pj_per_bit
                .iter()
                .map(|(part, energy)| (part.as_str(), Joules(energy * 1e-12)))
                .collect(),
            background: Watts(row.background_mw * 1e-3),
            channel_bits: interface.channel_bits()?,
        }))
    }

    /// All of a bit.
    pub fn energy_per_bit(&self) -> Joules {
        self.bit.iter().map(|(_, energy)| *energy).sum()
    }
}
