//! Ports of PCI Express: lanes and controller.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::buffer::capacity;
use super::tdp_activity::tdp_activity;
use super::{Action, Block, Component, ComponentError, Context, Cost, Part, Stage};
use crate::chip::circuit::off_chip::{PcieGeneration, PciePort, PcieRequest};

/// A port of PCI Express.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pcie {
    /// Generation: gen1 to gen6.
    #[schemars(schema_with = "generations")]
    pub generation: PcieGeneration,
    /// Lanes: 1, 2, 4, 8, 16 or 32. Default: 16.
    #[serde(default = "sixteen")]
    pub lanes: u32,
    /// Bytes of one transfer, as a trace counts them. Default: 16.
    #[serde(default = "sixteen")]
    pub transfer: u32,
}

fn sixteen() -> u32 {
    16
}

fn generations(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<String> = (1..=PcieGeneration::ALL.len()).map(|number| format!("gen{number}")).collect();
    json_schema!({ "type": "string", "enum": names })
}

impl Component for Pcie {
    fn stage(&self) -> Stage {
        Stage::Periphery
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let transfer = checked_transfer(self.transfer)?;
        let request =
            PcieRequest { generation: self.generation, lanes: self.lanes, process: context.process };
        let port = PciePort::new(&request)?;
        let bits = f64::from(transfer) * 8.0;
        let part = |(name, cost)| Part::leaf(name, Cost::of_interface(&cost, context.clock));
        Ok(Block {
            parts: port.parts().map(part).to_vec(),
            actions: vec![Action {
                name: "transfer".to_owned(),
                description: format!("{transfer} bytes of random data to or from the host; lanes run anyhow"),
                bits: Some(u64::from(transfer) * 8),
                energy: vec![("controller", port.energy_per_bit * bits)],
                // Both directions at once.
                capacity: capacity(context, port.bandwidth.0 * 2.0, bits),
                tdp_activity: tdp_activity(|values| values.host_transfer)?,
                clock_share: None,
            }],
            own_supply: true,
            ..Block::default()
        })
    }
}

/// Bytes of a transfer within what is modelled.
pub(super) fn checked_transfer(bytes: u32) -> Result<u32, ComponentError> {
    if (1..=4096).contains(&bytes) {
        return Ok(bytes);
    }
    let cure = format!("give {}", bytes.clamp(1, 4096));
    Err(ComponentError::value("transfer", bytes, "a transfer has from 1 to 4096 bytes", cure))
}
