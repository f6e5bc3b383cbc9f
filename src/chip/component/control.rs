//! Control of the whole chip: instruction decode, sequencing, configuration, test.

use schemars::JsonSchema;
use serde::Deserialize;

use super::buffer;
use super::{Block, Choice, Component, ComponentError, Context, Cost, Part, Stage};
use crate::chip::circuit::{Netlist, parameter_file};

parameter_file! {
    /// The values of `control.toml`.
    Rules from "control.toml" {
        gates: "Gates in NAND2-equivalents.",
        state_bits: "Bits of state.",
        flip_flop_share: "Part of the gates that is flip-flops.",
        gates_per_state_bit: "NAND2-equivalents beside a bit of state.",
    }
}

/// Control of the whole chip: decodes and orders instructions, holds the configuration. It has no action, and its
/// clock always runs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Gates in NAND2-equivalents, flip-flops counted by their area. Default: 300000.
    #[serde(default)]
    pub gates: Option<u64>,
    /// Bits of configuration and state, each a flip-flop with its logic, on top of the gates. Default: 32768.
    #[serde(default)]
    pub state_bits: Option<u64>,
}

/// More gates than any control has.
const MOST: u64 = 1_000_000_000;

fn chosen(
    key: &'static str,
    given: Option<u64>,
    usual: f64,
    choices: &mut Vec<Choice>,
) -> Result<f64, ComponentError> {
    match given {
        Some(count) if count > MOST => {
            Err(ComponentError::value(key, count, "that is no control", format!("give up to {MOST}")))
        }
        Some(count) => Ok(count as f64),
        None => {
            choices.push(Choice::new(key, usual, "assumed for a chip's control"));
            Ok(usual)
        }
    }
}

impl Component for Control {
    fn stage(&self) -> Stage {
        Stage::Periphery
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let rules = Rules::built_in()?;
        let mut choices = Vec::new();
        let gates = chosen("gates", self.gates, rules.gates, &mut choices)?;
        let state = chosen("state_bits", self.state_bits, rules.state_bits, &mut choices)?;
        let netlist = Netlist { gates: state * rules.gates_per_state_bit, flip_flops: state };
        let always_running = |part: Part| {
            let own = Cost { clock_gated: part.own.clock_running, ..part.own };
            Part { own, ..part }
        };
        let decode = buffer::Control::new(context, "decode and sequencing", gates, rules.flip_flop_share)?;
        let state = buffer::Control::of_netlist(context, "configuration and state", netlist)?;
        let parts = vec![always_running(decode.part), always_running(state.part)];
        Ok(Block { parts, choices, ..Block::default() })
    }
}
