//! Links from chip to chip: serial lanes, link controllers with retry buffers, and a switch between the links.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::buffer::{Control, DataBuffer, about, bytes_a_cycle, capacity, of_network};
use super::pcie::checked_transfer;
use super::tdp_activity::tdp_activity;
use super::{
    Action, Bandwidth, Block, Choice, Component, ComponentError, Context, Cost, Part, Stage, TimingPath,
    Written,
};
use crate::chip::circuit::network::{ArbiterKind, CrossbarKind, Router, RouterRequest, Storage};
use crate::chip::circuit::off_chip::{BitsPerSecond, Reach, SerialLink, SerialRequest};
use crate::chip::circuit::{DataEnergy, parameter_file};
use crate::units::with_prefix;

parameter_file! {
    /// The values of `chip_link.toml`.
    Rules from "chip_link.toml" {
        lane_gbits_per_second: "Rate of a lane where the chip file does not say.",
        coding: "Bits on the lanes for each bit of data.",
        controller_gates_per_lane: "Gates of the link controller for each lane.",
        flip_flop_share: "Part of them that is flip-flops.",
        registers_per_bit: "Ranks of registers that a bit goes through.",
        gates_per_bit: "Gates that a bit goes through.",
        round_trip_ns: "Time for which sent data are kept.",
        virtual_channels: "Virtual channels of the switch.",
        buffer_depth: "Flits of each.",
    }
}

/// Links between chips.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChipLink {
    /// Number of links.
    pub links: u32,
    /// Bandwidth of a link in each direction.
    pub bandwidth: Written<Bandwidth>,
    /// How far a lane reaches: package (millimetres), board (centimetres) or backplane (boards, connectors, cables).
    /// Default: backplane.
    #[serde(default = "backplane")]
    #[schemars(schema_with = "reaches")]
    pub reach: Reach,
    /// Rate of a lane. Default: 25 Gb/s, or the half or quarter where the node is too slow.
    #[serde(default)]
    pub lane_rate: Option<Written<Bandwidth>>,
    /// Whether a switch joins all links and the chip, so that packets pass without a core. Default: false.
    #[serde(default)]
    pub switch: bool,
    /// Bytes of one transfer, as a trace counts them. Default: 64.
    #[serde(default = "transfer")]
    pub transfer: u32,
    /// Whether lanes sleep while no data move, in replay and in idle power. Default: false.
    #[serde(default)]
    pub low_power_states: bool,
}

fn backplane() -> Reach {
    Reach::Backplane
}

fn transfer() -> u32 {
    64
}

fn reaches(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Reach::ALL.map(|reach| reach.to_string()) })
}

impl ChipLink {
    /// Lanes of a link.
    fn serial(&self, context: &Context, choices: &mut Vec<Choice>) -> Result<SerialLink, ComponentError> {
        let rules = Rules::built_in()?;
        let coded = self.bandwidth.0.0.0 * rules.coding;
        let at = |rate: BitsPerSecond| {
            let lanes = (coded / rate.0 - 1e-9).ceil().clamp(1.0, 1e6) as u32;
            SerialLink::new(&SerialRequest { reach: self.reach, lanes, rate, process: context.process })
        };
        let (link, rate) = match self.lane_rate {
            Some(Written(rate)) => (at(rate.0).map_err(|error| about("lane_rate", error))?, rate.0),
            None => {
                let fastest = BitsPerSecond::from_giga(rules.lane_gbits_per_second);
                let rates = [fastest, fastest * 0.5, fastest * 0.25];
                let works = rates.iter().find_map(|rate| at(*rate).ok().map(|link| (link, *rate)));
                let (link, rate) = match works {
                    Some(works) => works,
                    None => (at(fastest).map_err(|error| about("bandwidth", error))?, fastest),
                };
                choices.push(Choice::new(
                    "lane_rate",
                    rate,
                    "of 25 Gb/s, its half and quarter, what the node can",
                ));
                (link, rate)
            }
        };
        let reason = format!("of {rate} for {} with coding", with_prefix(coded, "b/s", 4));
        choices.push(Choice::new("lanes", link.lanes, reason));
        Ok(link)
    }

    fn check(&self) -> Result<(), ComponentError> {
        if (1..=64).contains(&self.links) {
            return Ok(());
        }
        let cure = format!("give {}", self.links.clamp(1, 64));
        Err(ComponentError::value("links", self.links, "a chip has from 1 to 64 links", cure))
    }
}

/// The router that joins all links and the chip.
fn switch(context: &Context, links: u32, flit_bits: u32) -> Result<Router, ComponentError> {
    let rules = Rules::built_in()?;
    Ok(Router::new(&RouterRequest {
        ports: links + 1,
        flit_bits,
        virtual_channels: rules.virtual_channels as u32,
        buffer_depth: rules.buffer_depth as u32,
        storage: Storage::FlipFlops,
        arbiter: ArbiterKind::RoundRobin,
        crossbar: CrossbarKind::MultiplexerTree,
        process: context.process,
    })?)
}

impl Component for ChipLink {
    fn stage(&self) -> Stage {
        Stage::Periphery
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        self.check()?;
        let bits = f64::from(checked_transfer(self.transfer)?) * 8.0;
        let rules = Rules::built_in()?;
        let mut choices = Vec::new();
        let serial = self.serial(context, &mut choices)?;
        let rate = self.bandwidth.0.0.0;
        let gates = rules.controller_gates_per_lane * f64::from(serial.lanes);
        let controller = Control::new(context, "link controller", gates, rules.flip_flop_share)?;
        // A link that is wider than a flit of the switch can be has several lanes of flits.
        let bytes = bytes_a_cycle(context, rate);
        let flit_bytes = bytes.min(1024);
        // All that a round trip takes at a flit a cycle and lane of flits.
        let round_trip = (rules.round_trip_ns * 1e-9 * context.clock.0).ceil() as u64;
        let words = round_trip * u64::from(bytes.div_ceil(flit_bytes));
        let buffer = DataBuffer::new(context, "retry and receive buffer", words, flit_bytes)?;
        let flits = bits / f64::from(flit_bytes * 8);
        let part =
            |(name, cost)| Part::leaf(name, Cost::of_interface(cost, self.low_power_states, context.clock));
        let lanes = Part::group("lanes", serial.parts().map(part).to_vec());
        let mut parts = vec![
            Part::group("link", vec![lanes, controller.part.clone(), buffer.part.clone().times(2)])
                .times(u64::from(self.links)),
        ];
        let mut energy: Vec<(&'static str, DataEnergy)> = vec![
            ("controller", controller.bit(rules.registers_per_bit, rules.gates_per_bit) * bits),
            ("buffer", (buffer.write + buffer.read) * flits),
        ];
        let mut paths = vec![TimingPath { name: "retry buffer".to_owned(), cycle: buffer.cycle }];
        if self.switch {
            let router = switch(context, self.links, flit_bytes * 8)?;
            parts.push(Part::leaf("switch", of_network(router.cost())?));
            energy.push(("switch", router.flit.by_data() * flits));
            paths.push(TimingPath { name: "switch".to_owned(), cycle: router.minimum_cycle });
        }
        Ok(Block {
            parts,
            actions: vec![Action {
                name: "transfer".to_owned(),
                description: format!(
                    "{} bytes of random data to or from another chip; lanes send idle symbols without it",
                    self.transfer
                ),
                bits: Some(u64::from(self.transfer) * 8),
                energy,
                // Both directions of all links.
                capacity: capacity(context, rate * 2.0 * f64::from(self.links), bits),
                tdp_activity: tdp_activity(|values| values.chip_link)?,
                clock_share: None,
            }],
            paths,
            choices,
            own_supply: true,
            ..Block::default()
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::trial::{Trial, chosen, costs_no_less};
    use super::*;

    #[test]
    fn a_link_has_the_lanes_that_its_coded_bandwidth_needs() {
        let link = Trial::at(16.0).block::<ChipLink>("links = 4\nbandwidth = \"496 Gb/s\"");
        // 496 x 66 / 64 = 511.5 Gb/s, over 25 Gb/s.
        assert_eq!((chosen(&link, "lanes"), chosen(&link, "lane_rate")), ("21", "25 Gb/s"));
        // Four links both ways, 64 bytes at 700 MHz.
        assert!((link.actions[0].capacity.0 - 8.0 * 496.0 / 512.0 / 0.7).abs() < 1e-9);
    }

    #[test]
    fn lanes_of_25_gigabits_were_made_at_28_nm_and_no_slow_corner_takes_them_away() {
        let link = Trial::at(28.0).block::<ChipLink>("links = 1\nbandwidth = \"100 Gb/s\"");
        assert_eq!(chosen(&link, "lane_rate"), "25 Gb/s");
    }

    #[test]
    fn a_slow_node_has_slower_lanes_and_more_of_them() {
        let link = Trial::at(90.0).block::<ChipLink>("links = 1\nbandwidth = \"100 Gb/s\"");
        assert_ne!(chosen(&link, "lane_rate"), "25 Gb/s");
        assert!(chosen(&link, "lanes").parse::<u32>().unwrap() > 5);
    }

    #[test]
    fn twice_the_links_are_twice_the_cost_and_a_switch_comes_on_top() {
        let trial = Trial::at(28.0);
        let link = |keys: &str| trial.block::<ChipLink>(&format!("bandwidth = \"100 Gb/s\"\n{keys}"));
        let (one, two) = (link("links = 1"), link("links = 2"));
        assert!((two.cost().area() / one.cost().area() - 2.0).abs() < 1e-12);
        assert_eq!(two.actions[0].energy(), one.actions[0].energy());
        let switched = link("links = 2\nswitch = true");
        assert!(switched.cost().area() > two.cost().area());
        assert!(switched.actions[0].energy() > two.actions[0].energy());
        assert!(costs_no_less(&link("links = 3\nswitch = true"), &switched));
    }

    #[test]
    fn lanes_send_idle_symbols_unless_they_have_low_power_states() {
        let trial = Trial::at(16.0);
        let lanes = |keys: &str| {
            let link = trial.block::<ChipLink>(&format!("links = 1\nbandwidth = \"100 Gb/s\"\n{keys}"));
            let lanes = link.parts[0].parts[0].clone();
            assert_eq!(lanes.name, "lanes");
            lanes.total()
        };
        let awake = lanes("");
        assert_eq!(awake.clock_gated, awake.clock_running);
        let sleeps = lanes("low_power_states = true");
        assert_eq!(sleeps.clock_running, awake.clock_running);
        assert!((sleeps.clock_gated / awake.clock_running - 0.2).abs() < 1e-12);
    }

    #[test]
    fn what_no_link_can_be_is_refused_with_what_works() {
        let trial = Trial::at(28.0);
        let refusal = trial.refusal::<ChipLink>("links = 0\nbandwidth = \"1 Gb/s\"");
        assert!(refusal.starts_with("links: 0: a chip has from 1 to 64 links; give 1"), "{refusal}");
        let refusal = trial.refusal::<ChipLink>(
            "links = 1\nbandwidth = \"100 Gb/s\"\nreach = \"package\"\nlane_rate = \"64 Gb/s\"",
        );
        assert!(refusal.starts_with("lane_rate: a package link at 64 Gb/s: it ends at 32 Gb/s"), "{refusal}");
    }
}
