//! Control of a core or of the whole chip: sequencing of its components, configuration, test.

use schemars::JsonSchema;
use serde::Deserialize;

use super::buffer;
use super::{Block, Choice, Component, ComponentError, Context, Cost, Part, Stage};
use crate::chip::circuit::{Layout, Netlist, parameter_file};

parameter_file! {
    /// The values of `control.toml`.
    Rules from "control.toml" {
        base_gates: "Gates of any control in NAND2-equivalents.",
        gates_per_component: "Gates that sequence a component.",
        area_share: "Area of further gates over that of what is controlled.",
        state_bits_per_component: "Bits of configuration of a component.",
        flip_flop_share: "Part of the gates that is flip-flops.",
        clocked_share: "Part of the sequencers' clock that register-by-register gates let through.",
        gates_per_state_bit: "NAND2-equivalents beside a bit of state.",
    }
}

/// Control of what stands in the same scope: decodes and orders instructions, holds the configuration. It has no action;
/// its sequencers always work, and the clock of its configuration stops behind clock gates.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Gates in NAND2-equivalents, flip-flops counted by their area. Default: 25000, 12500 for each component of the file
    /// that it controls, and as many as take 2 % of the area of all that it controls.
    #[serde(default)]
    pub gates: Option<u64>,
    /// Bits of configuration and state, each a flip-flop with its logic, on top of the gates. Default: 1000 for each
    /// component of the file that it controls.
    #[serde(default)]
    pub state_bits: Option<u64>,
}

/// More gates than any control has.
const MOST: u64 = 1_000_000_000;

fn chosen(
    key: &'static str,
    given: Option<u64>,
    usual: (f64, String),
    choices: &mut Vec<Choice>,
) -> Result<f64, ComponentError> {
    match given {
        Some(count) if count > MOST => {
            Err(ComponentError::value(key, count, "that is no control", format!("give up to {MOST}")))
        }
        Some(count) => Ok(count as f64),
        None => {
            let (count, reason) = usual;
            choices.push(Choice::new(key, count, reason));
            Ok(count)
        }
    }
}

/// Gates for what is controlled: some for each component, and some for its area.
fn usual_gates(rules: &Rules, context: &Context) -> Result<(f64, String), ComponentError> {
    let siblings = context.siblings;
    let components = f64::from(siblings.built_components);
    let placed_gate = context.cells.nand2_area / Layout::placed()?.row_utilisation;
    let of_area = (siblings.built_area * rules.area_share / placed_gate).round();
    let reason = format!(
        "{} and {} for each of {components} components, {of_area} for {:.2} mm2 of them",
        rules.base_gates,
        rules.gates_per_component,
        siblings.built_area.0 * 1e-6
    );
    Ok((rules.base_gates + rules.gates_per_component * components + of_area, reason))
}

/// The clock of what works whether or not anything else does: some of its registers are written in any cycle, and the
/// gates of the others are shut.
fn always_working(part: Part, clocked_share: f64) -> Part {
    let clock = part.own.clock_running * clocked_share + part.own.clock_gated * (1.0 - clocked_share);
    let own = Cost { clock_running: clock, clock_gated: clock, ..part.own };
    Part { own, ..part }
}

impl Component for Control {
    fn stage(&self) -> Stage {
        Stage::Control
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let rules = Rules::built_in()?;
        let mut choices = Vec::new();
        let gates = chosen("gates", self.gates, usual_gates(&rules, context)?, &mut choices)?;
        let components = context.siblings.built_components;
        let usual = (
            rules.state_bits_per_component * f64::from(components),
            format!("{} for each of {components} components", rules.state_bits_per_component),
        );
        let state = chosen("state_bits", self.state_bits, usual, &mut choices)?;
        let netlist = Netlist { gates: state * rules.gates_per_state_bit, flip_flops: state };
        let decode = buffer::Control::new(context, "decode and sequencing", gates, rules.flip_flop_share)?;
        let state = buffer::Control::of_netlist(context, "configuration and state", netlist)?;
        Ok(Block {
            parts: vec![always_working(decode.part, rules.clocked_share), state.held().part],
            choices,
            ..Block::default()
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::super::trial::{Trial, chosen, costs_no_less};
    use super::*;
    use crate::units::SquareMicrometres;

    fn beside(components: u32, square_millimetres: f64) -> Trial {
        let mut trial = Trial::at(28.0);
        trial.siblings.built_components = components;
        trial.siblings.built_area = SquareMicrometres(square_millimetres * 1e6);
        trial
    }

    #[test]
    fn control_follows_the_number_and_the_area_of_what_it_controls() {
        let trial = beside(10, 5.0);
        let usual = trial.block::<Control>("");
        assert!(usual.actions.is_empty());
        assert_eq!(chosen(&usual, "state_bits"), "10000");
        // 2 % of 5 mm2 in rows of which 65 % are filled.
        let of_area = (0.02 * 5e6 * 0.65 / trial.cells.nand2_area.0).round();
        assert_eq!(chosen(&usual, "gates"), (150_000.0 + of_area).to_string());
    }

    #[test]
    fn sequencers_always_work_and_of_the_configuration_only_the_clock_gates() {
        let trial = beside(0, 0.0);
        let sequencers = trial.block::<Control>("state_bits = 0").cost();
        assert_eq!(sequencers.clock_gated, sequencers.clock_running);
        let gates = 25_000.0 * 0.25 * (trial.cells.nand2_area / trial.cells.flip_flop.area);
        let layout = Layout::placed().unwrap();
        let clock = |flip_flops: f64| {
            trial.cells.flip_flop.clock_energy * (flip_flops * (1.0 + layout.clock_distribution))
        };
        // A quarter of the registers are written, and of the others the gates remain.
        let working = clock(gates) * (0.25 + 0.75 * layout.gated_clock);
        assert!((sequencers.clock_running / working - 1.0).abs() < 1e-9);
        let state = trial.block::<Control>("gates = 0\nstate_bits = 1000").cost();
        assert!((state.clock_running / (clock(1000.0) * layout.gated_clock) - 1.0).abs() < 1e-9);
        assert_eq!(state.clock_gated, state.clock_running);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn more_to_control_or_more_control_never_costs_less(
            components in 0_u32..40,
            area in 0.0_f64..500.0,
            gates in 1_u64..10_000_000,
            bits in 0_u64..100_000,
        ) {
            let usual = beside(components, area).block::<Control>("");
            for more in [beside(components + 1, area), beside(components, area * 1.1)] {
                prop_assert!(costs_no_less(&more.block::<Control>(""), &usual));
            }
            let given = |gates: u64, bits: u64| {
                beside(components, area).block::<Control>(&format!("gates = {gates}\nstate_bits = {bits}"))
            };
            for more in [given(gates + 1000, bits), given(gates, bits + 1000)] {
                prop_assert!(costs_no_less(&more, &given(gates, bits)));
            }
        }
    }

    #[test]
    fn gates_alone_take_their_area_in_filled_rows() {
        let trial = Trial::at(28.0);
        let block = trial.block::<Control>("gates = 1000\nstate_bits = 0");
        // A quarter of the gates' area is flip-flops, whose clock buffers come on top.
        let layout = Layout::placed().unwrap();
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
