//! The memory devices behind an interface: in the chip's package or outside of it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{MemoryInterface, Pins, Standard};
use crate::chip::circuit::DataEnergy;
use crate::chip::circuit::off_chip::{DramDevice, InterfaceCost};
use crate::chip::component::{Action, Attached, Block, Choice, ComponentError, Context, Cost, Part};
use crate::chip::pat::Placement;
use crate::units::{Joules, Watts};

/// Where memory devices are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DramPlacement {
    /// In the chip's package and under its heat sink: a part of its power and TDP.
    Package,
    /// Outside of the package, on the board.
    Outside,
}

/// What the devices of an interface take.
struct Devices {
    bit: Vec<(&'static str, Joules)>,
    background: Watts,
}

impl MemoryInterface {
    /// The memory devices, where what they take is known.
    pub(super) fn devices(
        &self,
        context: &Context,
        pins: Pins,
        actions: &[Action],
        choices: &mut Vec<Choice>,
    ) -> Result<Vec<Attached>, ComponentError> {
        if self.dram.is_empty() {
            return Ok(Vec::new());
        }
        let placement = self.placement(choices);
        let Some(devices) = self.known(pins)? else {
            let reason = format!(
                "nobody published the energy of a bit of {}: give dram_picojoules_per_bit, or no figure holds it",
                self.interface
            );
            choices.push(Choice::new("dram", "none", reason));
            return Ok(Vec::new());
        };
        let (place, placement) = match placement {
            DramPlacement::Package => ("in the chip's package", Placement::Chip),
            DramPlacement::Outside => ("outside of the chip's package", Placement::System),
        };
        let with_check_bits = 1.0 + f64::from(pins.check_bits) / f64::from(pins.data_bits);
        let of_devices = |action: &Action| {
            let bits = action.bits.unwrap_or(0) as f64 * with_check_bits;
            let energy = |(part, bit): &(&'static str, Joules)| (*part, DataEnergy::standing(*bit * bits));
            Action {
                energy: devices.bit.iter().map(energy).collect(),
                description: format!("{} bytes in the memory and at its end of the wire", self.burst),
                ..action.clone()
            }
        };
        let mut parts = Vec::new();
        if devices.background.0 > 0.0 {
            let background = InterfaceCost { running: devices.background, ..InterfaceCost::default() };
            let background = Cost::of_interface(background, false, context.clock);
            parts.push(Part::leaf("background", background).times(u64::from(self.channels)));
        }
        let block = Block {
            parts,
            actions: actions.iter().map(of_devices).collect(),
            own_supply: true,
            ..Block::default()
        };
        let description = format!("{} devices {place}", self.interface);
        Ok(vec![Attached { name: self.dram.clone(), description, placement, instances: 1, block }])
    }

    fn placement(&self, choices: &mut Vec<Choice>) -> DramPlacement {
        if let Some(given) = self.dram_placement {
            return given;
        }
        let (placement, value, reason) = match self.interface {
            Standard::Hbm | Standard::Hbm2 | Standard::Hbm2e | Standard::Hbm3 => (
                DramPlacement::Package,
                "package",
                "stacks are beside the chip on its interposer: their power is in the chip's",
            ),
            _ => (
                DramPlacement::Outside,
                "outside",
                "devices are on the board: no power, TDP or peak of the chip holds theirs",
            ),
        };
        choices.push(Choice::new("dram_placement", value, reason));
        placement
    }

    /// As given, else as published.
    fn known(&self, pins: Pins) -> Result<Option<Devices>, ComponentError> {
        let published = DramDevice::of(self.interface)?;
        let channels = |device: &DramDevice| f64::from(pins.data_bits) / f64::from(device.channel_bits);
        let background = published.as_ref().map_or(Watts(0.0), |device| device.background * channels(device));
        match self.dram_picojoules_per_bit {
            Some(energy) if energy.is_finite() && energy >= 0.0 => {
                Ok(Some(Devices { bit: vec![("device", Joules(energy * 1e-12))], background }))
            }
            Some(energy) => {
                let reason = "an energy is not negative";
                Err(ComponentError::value("dram_picojoules_per_bit", energy, reason, "give 0 or more"))
            }
            None => Ok(published.map(|device| Devices { bit: device.bit, background })),
        }
    }
}
