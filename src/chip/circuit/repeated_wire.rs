//! Long wires with repeaters: sized for the least delay, or for less power within a delay budget.

use super::transistor::{Channel, Folding, Leakage, Transistors};
use crate::chip::technology::{PERMITTIVITY_F_PER_UM, WireLayer};
use crate::units::{Joules, Micrometres, Ratio, Seconds, SquareMicrometres};

/// Copper with barrier and scattering in Ω·µm, and what thin wires add to it: as CACTI 6 and 7 have them for repeated
/// wires (`CU_RESISTIVITY`, `alpha_scatter`), the same at every planar node and on every layer.
const COPPER_OHM_UM: f64 = 0.022;
const SCATTERING: f64 = 1.05;

/// Short-circuit current of a repeater in A/µm (Banerjee and Mehrotra, IEEE TED 49(11), 2002).
const SHORT_CIRCUIT_A_PER_UM: f64 = 65e-6;

/// ln 3: time for which both transistors of a repeater conduct, over its time constant (same source).
const SHORT_CIRCUIT_TIME: f64 = 1.098_612_288_668_11;

/// ln 2: half of the swing, over the time constant.
const HALF_SWING: f64 = std::f64::consts::LN_2;

/// Step between repeater spacings that are tried, in µm: CACTI 6 and 7's, to find the repeaters that they find.
const DENSE_SPACING_STEP_UM: f64 = 100.0;

/// The same for wires that CACTI does not have, over the fastest spacing.
const SPACING_STEP: f64 = 0.25;

/// Longest spacing that is tried, over the fastest one.
const LONGEST_SPACING: f64 = 4.0;

/// A wire with its space on a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Track {
    /// Width of the wire.
    pub width: Micrometres,
    /// Space to its neighbours.
    pub spacing: Micrometres,
    /// Resistance in Ω/µm.
    pub resistance_ohm_per_um: f64,
    /// Capacitance in F/µm.
    pub capacitance_f_per_um: f64,
    /// Whether it is denser than the layer's pitch, as CACTI routes.
    pub is_dense: bool,
}

impl Track {
    /// A wire at the layer's pitch, all neighbours switching against it.
    pub fn alone(layer: &WireLayer) -> Track {
        Track {
            width: Micrometres(layer.pitch_um / 2.0),
            spacing: Micrometres(layer.pitch_um / 2.0),
            resistance_ohm_per_um: layer.resistance_ohm_per_um,
            capacitance_f_per_um: layer.capacitance_f_per_um,
            is_dense: false,
        }
    }

    /// A wire of a bus, routed as densely as the layer allows: at its pitch where that is the least, else at half
    /// of it, as CACTI 6 and 7 route. It is as thick as it is wide times the layer's aspect ratio. Of the
    /// neighbours, one beside and one above count: the wires of a bus do not all switch against each other.
    pub fn in_bus(layer: &WireLayer) -> Track {
        let width_um = if layer.pitch_is_minimum { layer.pitch_um / 2.0 } else { layer.pitch_um / 4.0 };
        let thickness_um = layer.aspect_ratio * width_um;
        let coupling = layer.miller_factor * PERMITTIVITY_F_PER_UM;
        let beside = coupling * layer.horizontal_permittivity * thickness_um / width_um;
        let above = coupling * layer.vertical_permittivity * width_um / layer.dielectric_thickness_um;
        let resistance_ohm_per_um = if layer.pitch_is_minimum {
            layer.resistance_ohm_per_um
        } else {
            SCATTERING * COPPER_OHM_UM / (thickness_um * width_um)
        };
        Track {
            width: Micrometres(width_um),
            spacing: Micrometres(width_um),
            resistance_ohm_per_um,
            capacitance_f_per_um: beside + above + layer.fringe_capacitance_f_per_um,
            is_dense: !layer.pitch_is_minimum,
        }
    }
}

/// A repeated wire, by its length: everything is linear in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RepeatedWire {
    /// The wire between the repeaters.
    pub track: Track,
    /// Distance between repeaters.
    pub repeater_spacing: Micrometres,
    /// Width of a repeater, in minimum inverters.
    pub repeater_size: f64,
    delay_s_per_um: f64,
    energy_j_per_um: f64,
    leakage_per_um: Leakage,
    repeater_area_um2: f64,
}

impl RepeatedWire {
    /// The wire with the least power (switching plus leakage, each over that of the fastest wire) whose delay
    /// exceeds the least possible by at most `delay_budget`. Zero gives the fastest.
    pub(super) fn design(transistors: &Transistors, track: Track, delay_budget: Ratio) -> RepeatedWire {
        let stage = Stage::new(transistors, track);
        let (fastest_size, fastest_spacing_um) = stage.fastest();
        let fastest = stage.wire(fastest_size, fastest_spacing_um);
        if delay_budget.0 <= 0.0 {
            return fastest;
        }
        let cost = |wire: &RepeatedWire| {
            wire.energy_j_per_um / fastest.energy_j_per_um
                + wire.leakage_per_um.subthreshold / fastest.leakage_per_um.subthreshold
        };
        let limit = fastest.delay_s_per_um * (1.0 + delay_budget.0);
        let step_um = if track.is_dense { DENSE_SPACING_STEP_UM } else { SPACING_STEP * fastest_spacing_um };
        let mut best = fastest;
        let mut spacing_um = fastest_spacing_um;
        while spacing_um < LONGEST_SPACING * fastest_spacing_um {
            let mut size = fastest_size;
            while size > 1.0 {
                let wire = stage.wire(size, spacing_um);
                if wire.delay_s_per_um <= limit && cost(&wire) < cost(&best) {
                    best = wire;
                }
                size -= 1.0;
            }
            spacing_um += step_um;
        }
        best
    }

    /// Delay of a length.
    pub fn delay(&self, length: Micrometres) -> Seconds {
        Seconds(self.delay_s_per_um * length.0)
    }

    /// Energy of one rising and one falling transition over a length, per wire.
    pub fn energy(&self, length: Micrometres) -> Joules {
        Joules(self.energy_j_per_um * length.0)
    }

    /// Leakage of the repeaters of a length.
    pub fn leakage(&self, length: Micrometres) -> Leakage {
        self.leakage_per_um * length.0
    }

    /// Area of the repeaters of a length.
    pub fn repeater_area(&self, length: Micrometres) -> SquareMicrometres {
        SquareMicrometres(self.repeater_area_um2 * length.0 / self.repeater_spacing.0)
    }
}

/// One repeater and the wire to the next, by size and spacing.
struct Stage<'a> {
    transistors: &'a Transistors,
    track: Track,
    input_f: f64,
    output_f: f64,
    drive_ohm: f64,
}

impl<'a> Stage<'a> {
    fn new(transistors: &'a Transistors, track: Track) -> Stage<'a> {
        let n_um = transistors.rules.width.minimum_n;
        let p_um = transistors.matching_p_um(n_um);
        let folding = Folding::Row { height_um: transistors.rules.layout.logic_gate_height };
        Stage {
            transistors,
            track,
            input_f: transistors.inverter_input_f(n_um),
            output_f: transistors.drain_capacitance_f(p_um, Channel::P, 1, folding)
                + transistors.drain_capacitance_f(n_um, Channel::N, 1, folding),
            drive_ohm: (transistors.resistance_ohm(n_um, Channel::N, 1)
                + transistors.resistance_ohm(p_um, Channel::P, 1))
                / 2.0,
        }
    }

    /// Size and spacing of least delay (Bakoglu, "Circuits, Interconnections, and Packaging for VLSI", 1990).
    fn fastest(&self) -> (f64, f64) {
        let (ohm, farad) = (self.track.resistance_ohm_per_um, self.track.capacitance_f_per_um);
        let size = (self.drive_ohm * farad / (ohm * self.input_f)).sqrt();
        let spacing = (2.0 * self.drive_ohm * (self.output_f + self.input_f) / (ohm * farad)).sqrt();
        (size, spacing)
    }

    fn wire(&self, size: f64, spacing_um: f64) -> RepeatedWire {
        let (ohm, farad) =
            (self.track.resistance_ohm_per_um * spacing_um, self.track.capacitance_f_per_um * spacing_um);
        let gate_f = self.input_f + self.output_f;
        // At the far end CACTI 6 and 7 take the repeater's output for its input; it is the larger of the two, so
        // delay errs to the slow side (by 9 to 19 %), and sizes are chosen as theirs.
        let far_end_f = self.output_f * size;
        let time_constant_s = self.drive_ohm * (gate_f + farad / size) + ohm * (far_end_f + farad / 2.0);
        let supply_v = self.transistors.supply_v();
        let n_um = self.transistors.rules.width.minimum_n;
        let switching_j = (size * gate_f + farad) * supply_v * supply_v;
        let short_circuit_j =
            supply_v * n_um * size * SHORT_CIRCUIT_A_PER_UM * SHORT_CIRCUIT_TIME * time_constant_s;
        let (wide_n, wide_p) = (n_um * size, self.transistors.matching_p_um(n_um) * size);
        let leakage = self.transistors.inverter_leakage(wide_n, wide_p);
        let layout = &self.transistors.rules.layout;
        RepeatedWire {
            track: self.track,
            repeater_spacing: Micrometres(spacing_um),
            repeater_size: size,
            delay_s_per_um: HALF_SWING * time_constant_s / spacing_um,
            energy_j_per_um: (switching_j + short_circuit_j) / spacing_um,
            leakage_per_um: leakage.at_supply(self.transistors.device.supply) * (1.0 / spacing_um),
            repeater_area_um2: layout.nand_area(1, wide_n, wide_p, layout.logic_gate_height),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::transistor::tests::{close, paper_transistors};
    use super::*;

    /// 1 Ω and 0.2 fF for each µm.
    fn paper_track() -> Track {
        Track {
            width: Micrometres(0.045),
            spacing: Micrometres(0.045),
            resistance_ohm_per_um: 1.0,
            capacitance_f_per_um: 0.2e-15,
            is_dense: true,
        }
    }

    #[test]
    fn the_fastest_wire_has_bakoglus_repeaters() {
        let transistors = paper_transistors();
        let wire = RepeatedWire::design(&transistors, paper_track(), Ratio(0.0));
        let stage = Stage::new(&transistors, paper_track());
        // size √(R C' / (R' C)), spacing √(2 R (C + Cd) / (R' C')): with minimum n of 0.0675 µm,
        // R = (737.809 / 0.0675 + the same of the matched p) / 2 = 10,930.5 Ω, C = 9.636e-16 × 0.230175 = 2.21797e-16 F.
        close(stage.drive_ohm, 10_930.5);
        close(stage.input_f, 2.21797e-16);
        close(wire.repeater_size, (10_930.5 * 0.2e-15 / (1.0 * 2.21797e-16_f64)).sqrt());
        let spacing_um = (2.0 * 10_930.5 * (2.21797e-16 + stage.output_f) / 0.2e-15).sqrt();
        close(wire.repeater_spacing.0, spacing_um);
    }

    #[test]
    fn a_delay_budget_is_kept_and_saves_energy_and_leakage() {
        let transistors = paper_transistors();
        let length = Micrometres(1000.0);
        let fastest = RepeatedWire::design(&transistors, paper_track(), Ratio(0.0));
        let mut before = fastest;
        for budget in [0.05, 0.1, 0.2, 0.3] {
            let wire = RepeatedWire::design(&transistors, paper_track(), Ratio(budget));
            assert!(wire.delay(length).0 <= fastest.delay(length).0 * (1.0 + budget));
            let power = |wire: &RepeatedWire| {
                wire.energy(length) / fastest.energy(length)
                    + wire.leakage(length).subthreshold / fastest.leakage(length).subthreshold
            };
            assert!(power(&wire) <= power(&before));
            before = wire;
        }
    }

    #[test]
    fn a_wire_without_repeaters_between_is_its_length_times_its_share() {
        let wire = RepeatedWire::design(&paper_transistors(), paper_track(), Ratio(0.3));
        let (one, three) = (Micrometres(100.0), Micrometres(300.0));
        close(wire.delay(three).0, 3.0 * wire.delay(one).0);
        close(wire.energy(three).0, 3.0 * wire.energy(one).0);
    }
}
