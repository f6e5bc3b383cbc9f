//! Ports of PCI Express: lanes and controller.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::buffer::{about, capacity};
use super::tdp_activity::tdp_activity;
use super::{Action, Block, Component, ComponentError, Context, Cost, Part, Stage};
use crate::chip::circuit::DataEnergy;
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
    /// Whether lanes and controller sleep while no data move, in replay and in idle power. Default: false.
    #[serde(default)]
    pub low_power_states: bool,
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
        let one_lane = PciePort::new(&PcieRequest { lanes: 1, ..request });
        let key = if one_lane.is_err() { "generation" } else { "lanes" };
        let port = PciePort::new(&request).map_err(|error| about(key, error))?;
        let bits = f64::from(transfer) * 8.0;
        let part =
            |(name, cost)| Part::leaf(name, Cost::of_interface(cost, self.low_power_states, context.clock));
        Ok(Block {
            parts: port.parts().map(part).to_vec(),
            actions: vec![Action {
                name: "transfer".to_owned(),
                description: format!("{transfer} bytes of random data to or from the host; lanes run anyhow"),
                bits: Some(u64::from(transfer) * 8),
                // Lanes are scrambled (PCI Express Base Specification, physical layer): they move random bits anyhow.
                energy: vec![("controller", DataEnergy::standing(port.energy_per_bit * bits))],
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::trial::{Trial, costs_no_less};
    use super::*;

    #[test]
    fn a_port_of_the_third_generation_carries_252_gigabits_both_ways() {
        let port = Trial::at(28.0).block::<Pcie>("generation = \"gen3\"");
        // 16 lanes of 8 Gb/s with 128b/130b coding, both ways, over 128 bits and 700 MHz.
        let capacity = 2.0 * 16.0 * 8.0 * 0.984615 / 128.0 / 0.7;
        assert!((port.actions[0].capacity.0 / capacity - 1.0).abs() < 1e-9);
        assert!(port.own_supply);
        // The lanes run whether or not data move.
        assert!(port.cost().clock_running > port.actions[0].energy() * port.actions[0].capacity.0);
    }

    #[test]
    fn more_lanes_never_cost_less_and_lanes_of_no_standard_are_refused() {
        let trial = Trial::at(28.0);
        let lanes = |lanes: u32| trial.block::<Pcie>(&format!("generation = \"gen3\"\nlanes = {lanes}"));
        assert!(costs_no_less(&lanes(16), &lanes(8)));
        let refusal = trial.refusal::<Pcie>("generation = \"gen3\"\nlanes = 12");
        assert!(refusal.starts_with("lanes: PCIe 3 with 12 lanes: the standard has"), "{refusal}");
        assert!(refusal.ends_with("ask for 16"), "{refusal}");
        let refusal = Trial::at(90.0).refusal::<Pcie>("generation = \"gen4\"");
        assert!(refusal.starts_with("generation: PCIe 4 at this node"), "{refusal}");
        let refusal = trial.refusal::<Pcie>("generation = \"gen3\"\ntransfer = 0");
        assert!(refusal.starts_with("transfer: 0: a transfer has from 1 to 4096 bytes; give 1"), "{refusal}");
    }
}
