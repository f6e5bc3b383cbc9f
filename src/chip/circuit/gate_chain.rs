//! A gate followed by inverters that grow until they can drive a load: decoders, predecoders and drivers alike.

use super::transistor::{Channel, Folding, LeakageCurrent, Transistors, gate_delay_s};

/// Effort of a stage at which a chain is near its fastest, parasitics included (CACTI 7, `fopt`;
/// Sutherland, Sproull and Harris, "Logical Effort", 1999, chapter 3).
const STAGE_EFFORT: f64 = 4.0;

/// More stages than any load on a chip needs: 4^20 minimum inverters.
const MOST_STAGES: usize = 20;

/// What a chain drives.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    /// Gates and wire at its end in F.
    pub capacitance_f: f64,
    /// Delay of the wire by itself: its resistance times what hangs behind it, in s.
    pub wire_delay_s: f64,
}

impl Load {
    /// A load behind a distributed wire that is part of its capacitance: half of R·C.
    pub fn behind_wire(capacitance_f: f64, wire_ohm: f64) -> Load {
        Load { capacitance_f, wire_delay_s: wire_ohm * capacitance_f / 2.0 }
    }
}

/// One transition that travels through a circuit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Transition {
    /// From half of the input's swing to half of the output's.
    pub delay_s: f64,
    /// Length of the ramp at the output.
    pub ramp_s: f64,
    /// Charge drawn from the supply for it, times the supply.
    pub energy_j: f64,
}

/// A sized chain.
#[derive(Clone, Debug)]
pub(super) struct GateChain<'a> {
    transistors: &'a Transistors,
    /// Inputs of the first gate: a NAND, or an inverter when it is one.
    inputs: u32,
    n_widths_um: [f64; MOST_STAGES],
    stages: usize,
    row_height_um: f64,
}

impl<'a> GateChain<'a> {
    /// Sizes a chain for a load by logical effort: an even number of stages of about equal effort, at least two.
    /// The first gate has minimum drive. A last stage that would be wider than allowed is cut, and the
    /// stages before it are sized for what is left.
    pub fn sized(
        transistors: &'a Transistors,
        inputs: u32,
        load_f: f64,
        row_height_um: f64,
    ) -> GateChain<'a> {
        let width = &transistors.rules.width;
        let unit_input_f = transistors.inverter_input_f(1.0);
        // The effort is the same for every first gate: what logical effort adds, its larger input takes away.
        let effort = load_f / (unit_input_f * width.minimum_n);
        let mut stages = even_stages(effort, 0);
        let mut stage_effort = libm::pow(effort, 1.0 / stages as f64);
        let mut last_um = (load_f / stage_effort / unit_input_f).max(width.minimum_n);
        if last_um > width.maximum_n {
            let effort = width.maximum_n / width.minimum_n;
            stages = even_stages(effort, 1);
            stage_effort = libm::pow(effort, 1.0 / (stages - 1) as f64);
            last_um = width.maximum_n;
        }
        let mut n_widths_um = [0.0; MOST_STAGES];
        n_widths_um[0] = f64::from(inputs) * width.minimum_n;
        n_widths_um[stages - 1] = last_um;
        for stage in (1..stages - 1).rev() {
            n_widths_um[stage] = (n_widths_um[stage + 1] / stage_effort).max(width.minimum_n);
        }
        GateChain { transistors, inputs, n_widths_um, stages, row_height_um }
    }

    /// Capacitance of one input of the first gate.
    pub fn input_f(&self) -> f64 {
        self.transistors.gate_capacitance_f(self.n_widths_um[0] + self.first_p_um())
    }

    /// A transition through all stages into a load.
    pub fn drive(&self, input_ramp_s: f64, load: Load) -> Transition {
        let supply_v = self.transistors.supply_v();
        let mut sum = Transition { ramp_s: input_ramp_s, ..Transition::default() };
        for stage in 0..self.stages {
            let is_last = stage + 1 == self.stages;
            let stage_load = if is_last { load } else { self.inner_load(stage) };
            let own_f = self.output_f(stage);
            let stacked = if stage == 0 { self.inputs } else { 1 };
            let ohm = self.transistors.resistance_ohm(self.n_widths_um[stage], Channel::N, stacked);
            let time_constant_s = ohm * (own_f + stage_load.capacitance_f) + stage_load.wire_delay_s;
            let delay_s = gate_delay_s(sum.ramp_s, time_constant_s, 0.5);
            sum.delay_s += delay_s;
            sum.ramp_s = 2.0 * delay_s;
            sum.energy_j += (own_f + stage_load.capacitance_f) * supply_v * supply_v;
        }
        sum
    }

    /// Time constant of the last stage alone into a load: how fast it lets go of it.
    pub fn last_stage_time_constant_s(&self, load: Load) -> f64 {
        let last = self.stages - 1;
        let ohm = self.transistors.resistance_ohm(self.n_widths_um[last], Channel::N, 1);
        ohm * (self.output_f(last) + load.capacitance_f) + load.wire_delay_s
    }

    /// Leakage of all stages.
    pub fn leakage(&self) -> LeakageCurrent {
        let of = |stage: usize| {
            let n_um = self.n_widths_um[stage];
            match stage {
                0 => self.transistors.nand_leakage(self.inputs, n_um, self.first_p_um()),
                _ => self.transistors.inverter_leakage(n_um, self.transistors.matching_p_um(n_um)),
            }
        };
        (0..self.stages).map(of).fold(LeakageCurrent::default(), |sum, stage| sum + stage)
    }

    /// Area of all stages in their row.
    pub fn area_um2(&self) -> f64 {
        let layout = &self.transistors.rules.layout;
        let first = layout.nand_area(self.inputs, self.n_widths_um[0], self.first_p_um(), self.row_height_um);
        let inverter = |n_um: &f64| {
            layout.nand_area(1, *n_um, self.transistors.matching_p_um(*n_um), self.row_height_um)
        };
        first + self.n_widths_um[1..self.stages].iter().map(inverter).sum::<f64>()
    }

    /// The first gate's p-channel transistors are in parallel and as wide as a minimum inverter's.
    fn first_p_um(&self) -> f64 {
        self.transistors.matching_p_um(self.transistors.rules.width.minimum_n)
    }

    fn inner_load(&self, stage: usize) -> Load {
        let capacitance_f = self.transistors.inverter_input_f(self.n_widths_um[stage + 1]);
        Load { capacitance_f, wire_delay_s: 0.0 }
    }

    /// Capacitance of a stage's own drains.
    fn output_f(&self, stage: usize) -> f64 {
        let folding = Folding::Row { height_um: self.row_height_um };
        let n_um = self.n_widths_um[stage];
        let (p_um, stacked) = match stage {
            0 => (self.first_p_um(), self.inputs),
            _ => (self.transistors.matching_p_um(n_um), 1),
        };
        f64::from(stacked) * self.transistors.drain_capacitance_f(p_um, Channel::P, 1, folding)
            + self.transistors.drain_capacitance_f(n_um, Channel::N, stacked, folding)
    }
}

/// An even number of stages, so that a chain does not invert, of about [`STAGE_EFFORT`] each.
fn even_stages(effort: f64, extra: usize) -> usize {
    let wanted = (libm::log(effort.max(1.0)) / libm::log(STAGE_EFFORT)) as usize + extra;
    wanted.next_multiple_of(2).clamp(2, MOST_STAGES)
}

#[cfg(test)]
mod tests {
    use super::super::transistor::tests::{close, paper_transistors};
    use super::*;

    #[test]
    fn a_load_of_sixteen_minimum_inverters_takes_two_stages_of_effort_four() {
        let transistors = paper_transistors();
        let minimum_um = transistors.rules.width.minimum_n;
        let load_f = 16.0 * transistors.inverter_input_f(minimum_um);
        let chain = GateChain::sized(&transistors, 1, load_f, 2.25);
        assert_eq!(chain.stages, 2);
        close(chain.n_widths_um[0], minimum_um);
        close(chain.n_widths_um[1], 4.0 * minimum_um);
        close(chain.input_f(), load_f / 16.0);
    }

    #[test]
    fn a_load_of_two_hundred_takes_four_stages_since_chains_do_not_invert() {
        let transistors = paper_transistors();
        let load_f = 200.0 * transistors.inverter_input_f(transistors.rules.width.minimum_n);
        let chain = GateChain::sized(&transistors, 1, load_f, 2.25);
        // ⌊log₄ 200⌋ = ⌊3.82⌋ = 3, and one more to be even; each has an effort of 200^(1/4) = 3.760603.
        assert_eq!(chain.stages, 4);
        close(chain.n_widths_um[3] / chain.n_widths_um[2], 3.760_603);
        close(chain.n_widths_um[2] / chain.n_widths_um[1], 3.760_603);
    }

    #[test]
    fn no_driver_is_wider_than_the_rules_allow() {
        let transistors = paper_transistors();
        let chain = GateChain::sized(&transistors, 2, 1e-9, 2.25);
        close(chain.n_widths_um[chain.stages - 1], transistors.rules.width.maximum_n);
    }

    #[test]
    fn an_inverter_pair_draws_the_charge_of_what_it_drives() {
        let transistors = paper_transistors();
        let load = Load { capacitance_f: 1e-15, wire_delay_s: 0.0 };
        let chain = GateChain::sized(&transistors, 1, load.capacitance_f, 2.25);
        let inner_f = transistors.inverter_input_f(chain.n_widths_um[1]);
        let own_f = chain.output_f(0) + chain.output_f(1);
        // At 1 V the energy in J is the capacitance in F.
        close(chain.drive(0.0, load).energy_j, own_f + inner_f + 1e-15);
    }
}
