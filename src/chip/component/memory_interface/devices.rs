//! The memory devices behind an interface: in the chip's package, and so a part of the interface's power, or outside of it,
//! and a component of their own beside the chip.

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
    /// Of a bit of data, with its part of the check bits.
    bit: Vec<(&'static str, Joules)>,
    /// Of a channel, whether or not data move.
    background: Watts,
}

impl Devices {
    fn energy(&self, action: &Action) -> impl Iterator<Item = (&'static str, DataEnergy)> {
        let bits = action.bits.unwrap_or(0) as f64;
        self.bit.iter().map(move |(part, bit)| (*part, DataEnergy::standing(*bit * bits)))
    }

    fn parts(&self, context: &Context, channels: u32) -> Option<Part> {
        let background = InterfaceCost { running: self.background, ..InterfaceCost::default() };
        let background =
            Part::leaf("device background", Cost::of_interface(background, false, context.clock));
        (self.background.0 > 0.0).then(|| background.times(u64::from(channels)))
    }
}

impl MemoryInterface {
    /// Adds the memory devices, where what they take is known, to what is built: to the interface itself if they are in
    /// the package.
    pub(super) fn with_devices(
        &self,
        context: &Context,
        pins: Pins,
        mut block: Block,
    ) -> Result<Block, ComponentError> {
        if self.dram.is_empty() {
            return Ok(block);
        }
        let placement = self.placement(&mut block.choices);
        let Some(devices) = self.known(pins)? else {
            let reason = format!(
                "nobody published the energy of a bit of {}: give dram_picojoules_per_bit, or no figure holds it",
                self.interface
            );
            block.choices.push(Choice::new("dram", "none", reason));
            return Ok(block);
        };
        match placement {
            DramPlacement::Package => {
                for action in &mut block.actions {
                    let energy: Vec<_> = devices.energy(action).collect();
                    action.energy.extend(energy);
                    action.description =
                        format!("{} bytes of random data, the memory's own energy with them", self.burst);
                }
                block.parts.extend(devices.parts(context, self.channels));
            }
            DramPlacement::Outside => {
                let of_devices = |action: &Action| Action {
                    energy: devices.energy(action).collect(),
                    description: format!("{} bytes in the memory and at its end of the wire", self.burst),
                    ..action.clone()
                };
                let beside = Block {
                    parts: devices.parts(context, self.channels).into_iter().collect(),
                    actions: block.actions.iter().map(of_devices).collect(),
                    own_supply: true,
                    ..Block::default()
                };
                block.attached.push(Attached {
                    name: self.dram.clone(),
                    description: format!("{} outside of the chip's package", self.interface),
                    placement: Placement::System,
                    instances: 1,
                    block: beside,
                });
            }
        }
        Ok(block)
    }

    fn placement(&self, choices: &mut Vec<Choice>) -> DramPlacement {
        if let Some(given) = self.dram_placement {
            return given;
        }
        let (placement, value, reason) = match self.interface {
            Standard::Hbm | Standard::Hbm2 | Standard::Hbm2e | Standard::Hbm3 => (
                DramPlacement::Package,
                "package",
                "stacks are beside the chip on its interposer: read, write and TDP hold their power"
                    .to_owned(),
            ),
            _ => (
                DramPlacement::Outside,
                "outside",
                format!("devices are on the board: their power is in {} alone, not in the chip's", self.dram),
            ),
        };
        choices.push(Choice::new("dram_placement", value, reason));
        placement
    }

    /// As given, else as published.
    fn known(&self, pins: Pins) -> Result<Option<Devices>, ComponentError> {
        let published = DramDevice::of(self.interface)?;
        let data_bits = f64::from(pins.data_bits);
        let background = published
            .as_ref()
            .map_or(Watts(0.0), |device| device.background * (data_bits / f64::from(device.channel_bits)));
        let bit = match self.dram_picojoules_per_bit {
            Some(energy) if energy.is_finite() && energy >= 0.0 => vec![("device", Joules(energy * 1e-12))],
            Some(energy) => {
                let reason = "an energy is not negative";
                return Err(ComponentError::value(
                    "dram_picojoules_per_bit",
                    energy,
                    reason,
                    "give 0 or more",
                ));
            }
            None => match published {
                Some(device) => device.bit,
                None => return Ok(None),
            },
        };
        let with_check_bits = 1.0 + f64::from(pins.check_bits) / data_bits;
        let bit = bit.into_iter().map(|(part, energy)| (part, energy * with_check_bits)).collect();
        Ok(Some(Devices { bit, background }))
    }
}
