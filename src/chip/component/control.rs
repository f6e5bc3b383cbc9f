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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::trial::{Trial, chosen, costs_no_less};
    use super::*;

    #[test]
    fn control_always_runs_and_more_of_it_never_costs_less() {
        let trial = Trial::at(28.0);
        let usual = trial.block::<Control>("");
        assert_eq!(usual.cost().clock_gated, usual.cost().clock_running);
        assert!(usual.actions.is_empty());
        assert_eq!((chosen(&usual, "gates"), chosen(&usual, "state_bits")), ("300000", "32768"));
        let gates = trial.block::<Control>("gates = 400000");
        let state = trial.block::<Control>("state_bits = 40000");
        assert!(costs_no_less(&gates, &usual) && costs_no_less(&state, &usual));
    }

    #[test]
    fn gates_alone_take_their_area_in_filled_rows() {
        let trial = Trial::at(28.0);
        let block = trial.block::<Control>("gates = 1000\nstate_bits = 0");
        // A quarter of the gates' area is flip-flops, whose clock buffers come on top.
        let layout = crate::chip::circuit::Layout::placed().unwrap();
        let cells = trial.cells.nand2_area * (1000.0 * (0.75 + 0.25 * (1.0 + layout.clock_buffers)));
        assert!((block.cost().area() / (cells / layout.row_utilisation) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn more_gates_than_a_chip_has_are_refused() {
        let refusal = Trial::at(28.0).refusal::<Control>("gates = 2000000000");
        assert!(
            refusal.starts_with("gates: 2000000000: that is no control; give up to 1000000000"),
            "{refusal}"
        );
    }
}
