//! Transistors: what one micrometre of gate width conducts, loads and leaks.

use serde::Deserialize;

use super::error::TechnologyError;
use super::interpolation::Ends;
use super::laws::{LawRow, VoltageLaw, leakage_at};
use crate::units::{Kelvin, Volts};

/// One flavour of transistor at one node and temperature. Widths are gate widths; "per µm" is per µm of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Device {
    /// Supply voltage for which the flavour is made.
    pub supply: Volts,
    /// Threshold voltage in saturation.
    pub threshold: Volts,
    /// Drain saturation voltage.
    pub saturation: Volts,
    /// Gate capacitance of the channel in F/µm.
    pub channel_capacitance_f_per_um: f64,
    /// Gate-to-drain (or source) overlap capacitance in F/µm.
    pub overlap_capacitance_f_per_um: f64,
    /// Fringe capacitance of one side of the gate in F/µm.
    pub fringe_capacitance_f_per_um: f64,
    /// Junction capacitance of the drain's area in F/µm².
    pub junction_capacitance_f_per_um2: f64,
    /// Junction capacitance of the drain's side wall in F/µm.
    pub junction_sidewall_capacitance_f_per_um: f64,
    /// Electrical length of the channel in µm.
    pub electrical_length_um: f64,
    /// Resistance of a switching n-channel transistor in Ω·µm.
    pub resistance_n_ohm_um: f64,
    /// Resistance of a switching p-channel transistor in Ω·µm.
    pub resistance_p_ohm_um: f64,
    /// Width of a p-channel transistor that drives as much as an n-channel one of width 1.
    pub p_to_n_width_ratio: f64,
    /// Saturation current of an n-channel transistor in A/µm.
    pub on_current_n_a_per_um: f64,
    /// Subthreshold current of an off transistor in A/µm, at the temperature asked for.
    pub off_current_a_per_um: f64,
    /// Gate tunnelling current of an on transistor in A/µm, at the temperature asked for.
    pub gate_current_a_per_um: f64,
    /// Gate oxide capacitance in F/µm².
    pub oxide_capacitance_f_per_um2: f64,
    /// Electron mobility in µm²/(V·s).
    pub electron_mobility_um2_per_v_s: f64,
    /// Transconductance of a p-channel transistor over that of an n-channel one, in a latch.
    pub p_to_n_transconductance_ratio: f64,
    /// How the figures change with the supply voltage.
    pub voltage: VoltageLaw,
}

/// A flavour of a node's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceRow {
    #[serde(rename = "source")]
    _source: String,
    supply_v: f64,
    /// Voltage of an active word line of DRAM, above the supply.
    word_line_v: Option<f64>,
    threshold_v: f64,
    saturation_v: f64,
    channel_capacitance_f_per_um: f64,
    fringe_capacitance_f_per_um: f64,
    junction_capacitance_f_per_um2: f64,
    junction_sidewall_capacitance_f_per_um: f64,
    electrical_length_um: f64,
    effective_resistance_multiplier: f64,
    on_current_n_a_per_um: f64,
    p_to_n_width_ratio: f64,
    oxide_capacitance_f_per_um2: f64,
    electron_mobility_um2_per_v_s: f64,
    p_to_n_transconductance_ratio: f64,
    /// At temperatures evenly spaced from 300 K to 400 K.
    off_current_a_per_um: Vec<f64>,
    /// At temperatures evenly spaced from 300 K to 400 K; one figure holds at all.
    gate_current_a_per_um: Vec<f64>,
}

/// Overlap capacitance over channel capacitance (CACTI 7).
const OVERLAP: f64 = 0.2;

impl DeviceRow {
    /// The transistor at a temperature. Its resistance is a multiple of full swing over saturation current, since
    /// the current is less over most of the swing; a word line of DRAM swings further than its supply (CACTI 7).
    pub(super) fn at(&self, laws: &LawRow, temperature: Kelvin) -> Result<Device, TechnologyError> {
        let swing = self.word_line_v.unwrap_or(self.supply_v);
        let resistance = self.effective_resistance_multiplier * swing / self.on_current_n_a_per_um;
        let (supply, threshold) = (Volts(self.supply_v), Volts(self.threshold_v));
        Ok(Device {
            supply,
            threshold,
            saturation: Volts(self.saturation_v),
            channel_capacitance_f_per_um: self.channel_capacitance_f_per_um,
            overlap_capacitance_f_per_um: OVERLAP * self.channel_capacitance_f_per_um,
            fringe_capacitance_f_per_um: self.fringe_capacitance_f_per_um,
            junction_capacitance_f_per_um2: self.junction_capacitance_f_per_um2,
            junction_sidewall_capacitance_f_per_um: self.junction_sidewall_capacitance_f_per_um,
            electrical_length_um: self.electrical_length_um,
            resistance_n_ohm_um: resistance,
            resistance_p_ohm_um: self.p_to_n_width_ratio * resistance,
            p_to_n_width_ratio: self.p_to_n_width_ratio,
            on_current_n_a_per_um: self.on_current_n_a_per_um,
            off_current_a_per_um: leakage_at(&self.off_current_a_per_um, temperature)?,
            gate_current_a_per_um: leakage_at(&self.gate_current_a_per_um, temperature)?,
            oxide_capacitance_f_per_um2: self.oxide_capacitance_f_per_um2,
            electron_mobility_um2_per_v_s: self.electron_mobility_um2_per_v_s,
            p_to_n_transconductance_ratio: self.p_to_n_transconductance_ratio,
            voltage: match self.word_line_v {
                None => laws.voltage(supply, threshold, temperature),
                Some(_) => laws.voltage(supply, threshold, temperature).fixed(),
            },
        })
    }
}

impl Device {
    /// Between two nodes every figure, those derived included, is on a straight line, as in CACTI 7.
    pub(super) fn between<T>(ends: &Ends<T>, smaller: &Device, larger: &Device) -> Device {
        let line = |figure: fn(&Device) -> f64| ends.linear(figure(smaller), figure(larger));
        Device {
            supply: Volts(line(|device| device.supply.0)),
            threshold: Volts(line(|device| device.threshold.0)),
            saturation: Volts(line(|device| device.saturation.0)),
            channel_capacitance_f_per_um: line(|device| device.channel_capacitance_f_per_um),
            overlap_capacitance_f_per_um: line(|device| device.overlap_capacitance_f_per_um),
            fringe_capacitance_f_per_um: line(|device| device.fringe_capacitance_f_per_um),
            junction_capacitance_f_per_um2: line(|device| device.junction_capacitance_f_per_um2),
            junction_sidewall_capacitance_f_per_um: line(|device| {
                device.junction_sidewall_capacitance_f_per_um
            }),
            electrical_length_um: line(|device| device.electrical_length_um),
            resistance_n_ohm_um: line(|device| device.resistance_n_ohm_um),
            resistance_p_ohm_um: line(|device| device.resistance_p_ohm_um),
            p_to_n_width_ratio: line(|device| device.p_to_n_width_ratio),
            on_current_n_a_per_um: line(|device| device.on_current_n_a_per_um),
            off_current_a_per_um: line(|device| device.off_current_a_per_um),
            gate_current_a_per_um: line(|device| device.gate_current_a_per_um),
            oxide_capacitance_f_per_um2: line(|device| device.oxide_capacitance_f_per_um2),
            electron_mobility_um2_per_v_s: line(|device| device.electron_mobility_um2_per_v_s),
            p_to_n_transconductance_ratio: line(|device| device.p_to_n_transconductance_ratio),
            voltage: VoltageLaw::on_line(&smaller.voltage, &larger.voltage, |low, high| {
                ends.linear(low, high)
            }),
        }
    }

    /// The transistor at another supply voltage: currents and resistances by [`VoltageLaw`]; capacitances stay.
    ///
    /// # Errors
    /// [`TechnologyError::Supply`] outside the law's range. DRAM transistors are made for one voltage.
    pub fn at_supply(&self, supply: Volts) -> Result<Device, TechnologyError> {
        let (from, to) = (self.voltage.factors(self.supply)?, self.voltage.factors(supply)?);
        Ok(Device {
            supply,
            resistance_n_ohm_um: self.resistance_n_ohm_um * (to.delay / from.delay),
            resistance_p_ohm_um: self.resistance_p_ohm_um * (to.delay / from.delay),
            on_current_n_a_per_um: self.on_current_n_a_per_um * (to.on_current / from.on_current),
            off_current_a_per_um: self.off_current_a_per_um * (to.off_current / from.off_current),
            gate_current_a_per_um: self.gate_current_a_per_um * (to.gate_current / from.gate_current),
            ..*self
        })
    }
}
