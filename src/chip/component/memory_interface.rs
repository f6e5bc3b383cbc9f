//! Interfaces to off-chip memory: controllers with queues and transaction engine, and the PHY; the DRAM devices come
//! with it, in the package or outside.
//!
//! The division is McPAT 1.3's: a front end that reorders requests and buffers data, a transaction engine, a PHY.

mod devices;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

pub use devices::DramPlacement;

use super::buffer::{Control, DataBuffer, about, capacity};
use super::tdp_activity::tdp_activity;
use super::{
    Action, Bandwidth, Block, Choice, Component, ComponentError, Context, Cost, Part, Siblings, Stage,
    TimingPath, Written,
};
use crate::chip::circuit::off_chip::{
    BitEnergy, BitsPerSecond, MemoryInterface as Standard, MemoryPhy, MemoryPhyRequest,
};
use crate::chip::circuit::{DataEnergy, Netlist, parameter_file};
use crate::units::with_prefix;

parameter_file! {
    /// The values of `memory_interface.toml`.
    Rules from "memory_interface.toml" {
        requests: "Requests that the scheduler chooses from, and words of each data buffer, of a channel.",
        request_bits: "Bits of a request.",
        gates_per_request_bit: "Gates that compare a bit of a request.",
        engine_gates_per_data_bit: "Gates of the transaction engine for each data pin.",
        flip_flop_share: "Part of it that is flip-flops.",
        registers_per_bit: "Ranks of registers between buffer and PHY.",
        gates_per_bit: "Gates that a bit goes through between buffer and PHY.",
        ddr_bits: "Data pins of a channel of DDR.",
        device_bits: "Data pins of a device of GDDR or LPDDR.",
        stack_bits: "Data pins of a stack of HBM.",
    }
}

/// Controllers and PHYs of off-chip memory, with the memory devices in the package or on the board.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryInterface {
    /// Kind of memory: ddr3, ddr4, lpddr3, lpddr4, gddr5, gddr6, hbm, hbm2, hbm2e or hbm3.
    #[schemars(schema_with = "standards")]
    pub interface: Standard,
    /// Channels, each with a controller of its own: DIMMs of DDR, devices of GDDR and LPDDR, stacks of HBM. Default: 1.
    #[serde(default = "one")]
    pub channels: u32,
    /// Data pins of a channel, in whole bytes. Default: 64 of DDR, 32 of LPDDR and GDDR, 1024 of HBM.
    #[serde(default)]
    pub data_bits: Option<u32>,
    /// Whether each 64 data pins come with 8 that carry check bits: a DIMM of a server. Default: true for DDR3 and DDR4,
    /// else false (HBM has its check bits among the pins of its standard).
    #[serde(default)]
    pub error_correction: Option<bool>,
    /// Rate of a data pin. Default: what `bandwidth` needs, else the highest of the standard.
    #[serde(default)]
    pub rate: Option<Written<Bandwidth>>,
    /// Bandwidth of all channels together, read or written. Default: what `rate` gives.
    #[serde(default)]
    pub bandwidth: Option<Written<Bandwidth>>,
    /// Bytes of one read or write, as a trace counts them. Default: 64.
    #[serde(default = "cache_line")]
    pub burst: u32,
    /// Whether the interface stops its clocks while no data move, in replay and in idle power. Default: false.
    #[serde(default)]
    pub low_power_states: bool,
    /// Name of the memory devices outside of the package, as a component; "" for no devices, wherever they are. Default:
    /// dram.
    #[serde(default = "dram")]
    pub dram: String,
    /// Where the memory devices are: package (in the chip's package: their power is that of `read`, `write` and standing
    /// parts of this component, and so in TDP; no area) or outside (on the board: a component beside the chip, in no power
    /// or TDP of it). Default: package for HBM, else outside.
    #[serde(default)]
    pub dram_placement: Option<DramPlacement>,
    /// Energy of a bit in the memory and at its end of the wire, in pJ. Default: as published for the standard; where
    /// nothing is published, the memory is left out unless this is given.
    #[serde(default)]
    pub dram_picojoules_per_bit: Option<f64>,
}

fn one() -> u32 {
    1
}

fn cache_line() -> u32 {
    64
}

fn dram() -> String {
    "dram".to_owned()
}

/// A rate of bits in bytes a second, with as many digits as a cure needs to hold.
fn bytes_per_second(bits: f64) -> String {
    with_prefix(bits / 8.0, "B/s", 6)
}

fn standards(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<String> =
        Standard::ALL.iter().map(|standard| standard.to_string().to_lowercase()).collect();
    json_schema!({ "type": "string", "enum": names })
}

/// Pins and rate of all channels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pins {
    data_bits: u32,
    check_bits: u32,
    rate: BitsPerSecond,
}

impl MemoryInterface {
    fn pins(&self, choices: &mut Vec<Choice>) -> Result<Pins, ComponentError> {
        let wrong = |key, value: String, reason: &str, cure: String| {
            Err(ComponentError::value(key, value, reason, cure))
        };
        if !(1..=256).contains(&self.channels) {
            let nearest = self.channels.clamp(1, 256);
            let reason = "an interface has from 1 to 256 channels";
            return wrong("channels", self.channels.to_string(), reason, format!("give {nearest}"));
        }
        if !(8..=1024).contains(&self.burst) || !self.burst.is_power_of_two() {
            let nearest = self.burst.clamp(8, 1024).next_power_of_two();
            let reason = "a burst is a power of two of 8 to 1024 bytes";
            return wrong("burst", self.burst.to_string(), reason, format!("give {nearest}"));
        }
        let data_bits = match self.data_bits {
            Some(bits) if bits > 0 && bits <= 4096 && bits.is_multiple_of(8) => bits,
            Some(bits) => {
                let nearest = bits.clamp(8, 4096).next_multiple_of(8);
                let reason = "data pins come in whole bytes, up to 4096 of a channel";
                return wrong("data_bits", bits.to_string(), reason, format!("give {nearest}"));
            }
            None => {
                let (bits, reason) = self.usual_bits()?;
                choices.push(Choice::new("data_bits", bits, reason));
                bits
            }
        };
        let all = f64::from(data_bits) * f64::from(self.channels);
        let rate = match (self.rate, self.bandwidth) {
            (Some(Written(rate)), Some(Written(bandwidth)))
                if (rate.0.0 * all / bandwidth.0.0 - 1.0).abs() > 0.01 =>
            {
                let gives = bytes_per_second(rate.0.0 * all);
                let reason = format!("{all} pins of this rate give {gives}, and bandwidth is another");
                return wrong("rate", rate.0.to_string(), &reason, "leave one of both keys out".to_owned());
            }
            (Some(Written(rate)), _) => rate.0,
            (None, Some(Written(bandwidth))) => {
                let rate = BitsPerSecond(bandwidth.0.0 / all);
                let highest = self.interface.highest_rate()?;
                if rate.0 > highest.0 * (1.0 + 1e-9) {
                    let written = bytes_per_second(bandwidth.0.0);
                    let reason = format!(
                        "{all} data pins would run at {rate}, and {} ends at {highest}",
                        self.interface
                    );
                    let works = bytes_per_second(highest.0 * all);
                    let cure = format!("give {works}, more channels, or a faster interface");
                    return wrong("bandwidth", written, &reason, cure);
                }
                choices.push(Choice::new("rate", rate, format!("of {all} data pins, for the bandwidth")));
                rate
            }
            (None, None) => {
                let rate = self.interface.highest_rate()?;
                choices.push(Choice::new("rate", rate, format!("the highest of {}", self.interface)));
                rate
            }
        };
        Ok(Pins { data_bits, check_bits: self.check_bits(data_bits, choices), rate })
    }

    fn usual_bits(&self) -> Result<(u32, &'static str), ComponentError> {
        let rules = Rules::built_in()?;
        let (bits, reason) = match self.interface {
            Standard::Ddr3 | Standard::Ddr4 => (rules.ddr_bits, "a DIMM"),
            Standard::Hbm | Standard::Hbm2 | Standard::Hbm2e | Standard::Hbm3 => {
                (rules.stack_bits, "a stack")
            }
            Standard::Lpddr3 | Standard::Lpddr4 | Standard::Gddr5 | Standard::Gddr6 => {
                (rules.device_bits, "a device")
            }
        };
        Ok((bits as u32, reason))
    }

    /// Pins of a channel that carry check bits.
    fn check_bits(&self, data_bits: u32, choices: &mut Vec<Choice>) -> u32 {
        let checked = self.error_correction.unwrap_or_else(|| {
            let dimm = matches!(self.interface, Standard::Ddr3 | Standard::Ddr4);
            if dimm {
                choices.push(Choice::new(
                    "error_correction",
                    dimm,
                    "8 check bits for 64 data pins, as servers have",
                ));
            }
            dimm
        });
        if checked { data_bits.div_ceil(64) * 8 } else { 0 }
    }

    fn bits_per_second(&self, pins: Pins) -> f64 {
        pins.rate.0 * f64::from(pins.data_bits) * f64::from(self.channels)
    }
}

/// Front end and transaction engine of a channel.
struct Controller {
    part: Part,
    /// Energy of a burst: parts of a read and of a write are alike but for the buffer.
    energy: Vec<(&'static str, DataEnergy)>,
    path: TimingPath,
}

impl Controller {
    fn new(context: &Context, data_bits: u32, burst: u32) -> Result<Controller, ComponentError> {
        let rules = Rules::built_in()?;
        let (requests, bits) = (rules.requests, rules.request_bits);
        let burst_bits = f64::from(burst) * 8.0;
        let compare = requests * bits * rules.gates_per_request_bit;
        let queue = Netlist { gates: compare, flip_flops: requests * bits };
        let queue = Control::of_netlist(context, "request queue", queue)?;
        let buffer = DataBuffer::new(context, "data buffer", requests as u64, burst)?;
        let gates = rules.engine_gates_per_data_bit * f64::from(data_bits);
        let engine = Control::new(context, "transaction engine", gates, rules.flip_flop_share)?;
        // A request is stored once and compared with all of them: of random bits a quarter of the gates change.
        let request = queue.store * bits + queue.transition * (compare * 0.25);
        let engine_energy = engine.bit(rules.registers_per_bit, rules.gates_per_bit) * burst_bits;
        Ok(Controller {
            part: Part::group(
                "controller",
                vec![queue.part, Part::group("data buffers", vec![buffer.part.times(2)]), engine.part],
            ),
            energy: vec![
                ("request_queue", DataEnergy::standing(request)),
                ("data_buffer", buffer.write + buffer.read),
                ("transaction_engine", engine_energy),
            ],
            path: TimingPath { name: "data buffer".to_owned(), cycle: buffer.cycle },
        })
    }

    /// The current through a terminated line follows its level, strobes change with every bit, and serialisers with the
    /// clock: of the interface only the capacitance of data lines rests when no bit changes.
    fn burst(&self, bit: &BitEnergy, bits: f64) -> Vec<(&'static str, DataEnergy)> {
        let phy = [
            ("phy_line", DataEnergy::standing(bit.line)),
            ("phy_capacitance", DataEnergy::changing(bit.capacitance)),
            ("phy_companions", DataEnergy::standing(bit.companions)),
            ("phy_logic", DataEnergy::standing(bit.logic)),
        ];
        self.energy.iter().copied().chain(phy.map(|(name, energy)| (name, energy * bits))).collect()
    }
}

impl Component for MemoryInterface {
    fn stage(&self) -> Stage {
        Stage::Periphery
    }

    fn announce(&self, siblings: &mut Siblings) {
        // What is wrong with the keys is told when it is built.
        if let Ok(pins) = self.pins(&mut Vec::new()) {
            siblings.off_chip_bytes_per_second += self.bits_per_second(pins) / 8.0;
        }
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let mut choices = Vec::new();
        let pins = self.pins(&mut choices)?;
        let phy = MemoryPhy::new(&MemoryPhyRequest {
            interface: self.interface,
            data_bits: pins.data_bits,
            check_bits: pins.check_bits,
            rate: pins.rate,
            process: context.process,
        })
        .map_err(|error| about("rate", error))?;
        let controller = Controller::new(context, pins.data_bits, self.burst)?;
        let phy_parts = phy.parts().map(|(name, cost)| {
            Part::leaf(name, Cost::of_interface(cost, self.low_power_states, context.clock))
        });
        let bits = f64::from(self.burst) * 8.0;
        let rate = self.bits_per_second(pins);
        let activity = tdp_activity(|values| values.memory_interface)?;
        let action = |name: &str, bit: &BitEnergy| Action {
            name: name.to_owned(),
            description: format!("{} bytes of random data; the memory's own energy is apart", self.burst),
            bits: Some(u64::from(self.burst) * 8),
            energy: controller.burst(bit, bits),
            capacity: capacity(context, rate, bits),
            tdp_activity: activity,
            clock_share: None,
        };
        let actions = vec![action("read", &phy.read), action("write", &phy.write)];
        let channel =
            Part::group("channel", vec![controller.part.clone(), Part::group("phy", phy_parts.to_vec())]);
        let block = Block {
            parts: vec![channel.times(u64::from(self.channels))],
            actions,
            paths: vec![controller.path],
            choices,
            own_supply: true,
            ..Block::default()
        };
        self.with_devices(context, pins, block)
    }
}

#[cfg(test)]
mod tests;
