//! A transistor flavour drawn by the rules of a node: what a gate of some width loads, conducts and leaks.

use std::ops::{Add, AddAssign, Mul};

use super::CircuitError;
use super::design_rules::DesignRules;
use crate::chip::technology::{Device, DeviceClass, Node, WireLayer};
use crate::units::{Kelvin, Volts, Watts};

/// Each further off transistor of a stack leaves this part of the leakage (`UNI_LEAK_STACK_FACTOR` of CACTI 7 and McPAT).
const STACK_FACTOR: f64 = 0.43;

/// The carriers of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    N,
    P,
}

/// When a wide transistor is folded into fingers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Folding {
    /// Into fingers of at most this many µm.
    Wider { than_um: f64 },
    /// Into fingers that fit a row of gates of this height in µm.
    Row { height_um: f64 },
}

/// Current through devices that should be off, and through gate oxides.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct LeakageCurrent {
    pub subthreshold_a: f64,
    pub gate_a: f64,
}

/// Power that flows whether or not anything switches.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Leakage {
    /// Through channels that are off.
    pub subthreshold: Watts,
    /// Through gate oxides.
    pub gate: Watts,
}

impl LeakageCurrent {
    /// The power from a supply.
    pub fn at_supply(self, supply: Volts) -> Leakage {
        Leakage { subthreshold: Watts(self.subthreshold_a * supply.0), gate: Watts(self.gate_a * supply.0) }
    }
}

impl Add for LeakageCurrent {
    type Output = LeakageCurrent;
    fn add(self, other: LeakageCurrent) -> LeakageCurrent {
        LeakageCurrent {
            subthreshold_a: self.subthreshold_a + other.subthreshold_a,
            gate_a: self.gate_a + other.gate_a,
        }
    }
}

impl Mul<f64> for LeakageCurrent {
    type Output = LeakageCurrent;
    fn mul(self, factor: f64) -> LeakageCurrent {
        LeakageCurrent { subthreshold_a: self.subthreshold_a * factor, gate_a: self.gate_a * factor }
    }
}

impl Add for Leakage {
    type Output = Leakage;
    fn add(self, other: Leakage) -> Leakage {
        Leakage { subthreshold: self.subthreshold + other.subthreshold, gate: self.gate + other.gate }
    }
}

impl AddAssign for Leakage {
    fn add_assign(&mut self, other: Leakage) {
        *self = *self + other;
    }
}

impl Mul<f64> for Leakage {
    type Output = Leakage;
    fn mul(self, factor: f64) -> Leakage {
        Leakage { subthreshold: self.subthreshold * factor, gate: self.gate * factor }
    }
}

/// A flavour of transistor with the layout rules of its node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transistors {
    pub device: Device,
    pub rules: DesignRules,
    /// Metal that joins the fingers of a folded drain, in F/µm.
    pub finger_metal_f_per_um: f64,
}

impl Transistors {
    /// A flavour at a node, at a temperature and a supply (its own, if none is given); fingers are joined by wires of
    /// a layer.
    ///
    /// # Errors
    /// [`CircuitError::Technology`] when the node has no such flavour, or not at that temperature or supply.
    pub fn new(
        node: &Node,
        class: DeviceClass,
        temperature: Kelvin,
        supply: Option<Volts>,
        local: &WireLayer,
    ) -> Result<Transistors, CircuitError> {
        let device = node.device(class, temperature)?;
        let device = match supply {
            Some(supply) => device.at_supply(supply)?,
            None => device,
        };
        let rules = DesignRules::at(node.feature_size_um)?;
        Ok(Transistors { device, rules, finger_metal_f_per_um: local.capacitance_f_per_um })
    }

    /// Supply of the flavour in V.
    pub fn supply_v(&self) -> f64 {
        self.device.supply.0
    }

    /// Capacitance of a gate of a width.
    pub fn gate_capacitance_f(&self, width_um: f64) -> f64 {
        let device = &self.device;
        let per_um = device.channel_capacitance_f_per_um
            + device.overlap_capacitance_f_per_um
            + 3.0 * device.fringe_capacitance_f_per_um;
        per_um * width_um
    }

    /// Capacitance at the drain of a transistor: junction area, side wall, gate overlap and fringe, and the
    /// metal that joins its fingers. A stack adds the gaps and inner gates of the transistors in series.
    pub fn drain_capacitance_f(
        &self,
        width_um: f64,
        channel: Channel,
        stacked: u32,
        folding: Folding,
    ) -> f64 {
        let (device, layout) = (&self.device, &self.rules.layout);
        let finger_limit = match folding {
            Folding::Wider { than_um } => than_um,
            // A row shares its height 2 : 1 between p and n, as CACTI does.
            Folding::Row { height_um } => {
                let share = if channel == Channel::N { 1.0 / 3.0 } else { 2.0 / 3.0 };
                layout.diffusion_height(height_um) * share
            }
        };
        let fingers = (width_um / finger_limit).ceil().max(1.0);
        let finger_um = if fingers > 1.0 { finger_limit } else { width_um };
        let inner_gaps = f64::from(stacked - 1) * layout.poly_to_poly;
        let inner_gates = 1.0 + 2.0 * f64::from(stacked - 1);
        let mut extent = layout.contacted_gap() + inner_gaps;
        if fingers > 1.0 {
            extent += (fingers - 2.0) * layout.contacted_gap() + (fingers - 1.0) * inner_gaps;
        }
        // With an even number of fingers all drains lie inside, between gates.
        let outer_wall_um = if fingers > 1.0 && fingers % 2.0 == 0.0 { 0.0 } else { finger_um };
        let metal = if fingers > 1.0 { self.finger_metal_f_per_um * extent } else { 0.0 };
        let under_gates_f_per_um =
            2.0 * (device.fringe_capacitance_f_per_um + device.overlap_capacitance_f_per_um);
        device.junction_capacitance_f_per_um2 * extent * finger_um
            + device.junction_sidewall_capacitance_f_per_um * (outer_wall_um + 2.0 * extent)
            + under_gates_f_per_um * finger_um * inner_gates * fingers
            + metal
    }

    /// Resistance of a stack of equal transistors while it switches.
    pub fn resistance_ohm(&self, width_um: f64, channel: Channel, stacked: u32) -> f64 {
        let ohm_um = match channel {
            Channel::N => self.device.resistance_n_ohm_um,
            Channel::P => self.device.resistance_p_ohm_um,
        };
        f64::from(stacked) * ohm_um / width_um
    }

    /// Width of the p-channel transistor that matches an n-channel one.
    pub fn matching_p_um(&self, n_width_um: f64) -> f64 {
        self.device.p_to_n_width_ratio * n_width_um
    }

    /// Input capacitance of an inverter with matched transistors.
    pub fn inverter_input_f(&self, n_width_um: f64) -> f64 {
        self.gate_capacitance_f(n_width_um + self.matching_p_um(n_width_um))
    }

    /// Leakage of an inverter, mean over its two states.
    pub fn inverter_leakage(&self, n_width_um: f64, p_width_um: f64) -> LeakageCurrent {
        self.nand_leakage(1, n_width_um, p_width_um)
    }

    /// Leakage of a NAND gate (of one input: an inverter), mean over all states of its inputs. Off transistors
    /// in series leak less by [`STACK_FACTOR`] each; a conducting transistor leaks through its gate, half as
    /// much when the stack below it is cut off.
    pub fn nand_leakage(&self, inputs: u32, n_width_um: f64, p_width_um: f64) -> LeakageCurrent {
        let states = f64::from(1u32 << inputs);
        let (mut series_off, mut series_on, mut parallel_on) = (0.0, 0.0, 0.0);
        let mut combinations = 1.0;
        let mut stack = 1.0;
        for off in 1..=inputs {
            combinations *= f64::from(inputs - off + 1) / f64::from(off);
            series_off += combinations * stack;
            stack *= STACK_FACTOR;
            // As many are on in some states as are off in others.
            let on = f64::from(off) * combinations;
            series_on += if off == inputs { on } else { on / 2.0 };
            parallel_on += on;
        }
        // All parallel transistors are off in one state only.
        let parallel_off = f64::from(inputs);
        let device = &self.device;
        LeakageCurrent {
            subthreshold_a: device.off_current_a_per_um
                * (n_width_um * series_off + p_width_um * parallel_off)
                / states,
            gate_a: device.gate_current_a_per_um * (n_width_um * series_on + p_width_um * parallel_on)
                / states,
        }
    }

    /// Leakage of a NOR gate, mean over all states of its inputs.
    pub fn nor_leakage(&self, inputs: u32, n_width_um: f64, p_width_um: f64) -> LeakageCurrent {
        // The same gate upside down: both carriers leak alike per µm.
        self.nand_leakage(inputs, p_width_um, n_width_um)
    }
}

/// Delay of a gate whose input rises linearly: Horowitz, "Timing Models for MOS Circuits", Stanford 1984, as
/// CACTI 1 (WRL 93/5) uses it. `threshold` is the switching point of this gate and the next over the supply.
pub(super) fn gate_delay_s(input_ramp_s: f64, time_constant_s: f64, threshold: f64) -> f64 {
    if input_ramp_s == 0.0 {
        return -libm::log(threshold) * time_constant_s;
    }
    const INPUT_OVERLAP: f64 = 0.5;
    let step = libm::log(threshold);
    let slope = 2.0 * input_ramp_s / time_constant_s * INPUT_OVERLAP * (1.0 - threshold);
    time_constant_s * (step * step + slope).sqrt()
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chip::technology::{WireClass, WireProjection};
    use crate::units::Micrometres;

    /// High-performance transistors at 45 nm: 6.78e-16 F/µm of channel, 1.356e-16 of overlap, 5e-17 of fringe,
    /// 1e-15 F/µm² of junction, 2.5e-16 F/µm of side wall, 1.51 × 1 V / 2.0466 mA/µm = 737.8 Ω·µm, p 2.41 times wider.
    pub(in crate::chip::circuit) fn paper_transistors() -> Transistors {
        let node = Node::at(Micrometres(0.045)).unwrap();
        let local = node.wire(WireProjection::Conservative, WireClass::Local);
        Transistors::new(&node, DeviceClass::HighPerformance, Kelvin(350.0), None, &local).unwrap()
    }

    pub(in crate::chip::circuit) fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-4, "{found:e} is not {expected:e}");
    }

    #[test]
    fn a_gate_of_a_micrometre_has_its_channel_overlap_and_three_fringes() {
        // 6.78e-16 + 1.356e-16 + 3 × 5e-17 F
        close(paper_transistors().gate_capacitance_f(1.0), 9.636e-16);
    }

    #[test]
    fn a_drain_is_its_junction_two_walls_and_what_lies_under_the_gate() {
        // Minimum width 1.5 F = 0.0675 µm, unfolded: contact and gaps 3 F = 0.135 µm across.
        // Area 1e-15 × 0.135 × 0.0675 = 9.1125e-18; walls 2.5e-16 × (0.0675 + 0.27) = 8.4375e-17;
        // under the gate 2 × (5e-17 + 1.356e-16) × 0.0675 = 2.5056e-17.
        let transistors = paper_transistors();
        let folding = Folding::Wider { than_um: 1.0 };
        close(transistors.drain_capacitance_f(0.0675, Channel::N, 1, folding), 1.185435e-16);
    }

    #[test]
    fn a_transistor_folded_in_two_keeps_its_drain_between_its_fingers() {
        // 2 µm in fingers of 1 µm: one diffusion of 0.135 µm between two gates, no outer wall.
        // Area 1e-15 × 0.135 × 1; walls 2.5e-16 × 2 × 0.135; gates 2 × 1.856e-16 × 1 µm × 2 fingers; metal on 0.135 µm.
        let transistors = paper_transistors();
        let metal_f = transistors.finger_metal_f_per_um * 0.135;
        let folding = Folding::Wider { than_um: 1.0 };
        let expected = 1.35e-16 + 6.75e-17 + 7.424e-16 + metal_f;
        close(transistors.drain_capacitance_f(2.0, Channel::N, 1, folding), expected);
    }

    #[test]
    fn two_transistors_in_series_of_twice_the_width_conduct_like_one() {
        let transistors = paper_transistors();
        close(transistors.resistance_ohm(1.0, Channel::N, 1), 737.809);
        close(transistors.resistance_ohm(2.0, Channel::N, 2), 737.809);
        close(transistors.resistance_ohm(2.41, Channel::P, 1), 737.809);
    }

    #[test]
    fn a_gate_leaks_the_mean_over_its_states() {
        let transistors = paper_transistors();
        let off_a = transistors.device.off_current_a_per_um;
        let gate_a = transistors.device.gate_current_a_per_um;
        // Inverter, 1 µm each: one of the two is off in each state, and one is on.
        let inverter = transistors.inverter_leakage(1.0, 1.0);
        close(inverter.subthreshold_a, off_a);
        close(inverter.gate_a, gate_a);
        // NAND2: in one of four states two in series are off (0.43), in two one is (1 each), in one both p are (2).
        let nand = transistors.nand_leakage(2, 1.0, 1.0);
        close(nand.subthreshold_a, off_a * (0.43 + 2.0 + 2.0) / 4.0);
        // Gates: both n on in one state (2), one of them in two (half: its stack is cut); p: 2 × 1 + 1 × 2.
        close(nand.gate_a, gate_a * (2.0 + 1.0 + 4.0) / 4.0);
    }

    #[test]
    fn a_step_takes_ln_2_of_the_time_constant_and_a_ramp_takes_longer() {
        close(gate_delay_s(0.0, 1e-12, 0.5), 0.693147e-12);
        // √(ln²2 + 2 × 4 × 0.5 × 0.5) = √(0.480453 + 2)
        close(gate_delay_s(4e-12, 1e-12, 0.5), 1.574946e-12);
    }
}
