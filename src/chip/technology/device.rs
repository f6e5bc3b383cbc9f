//! Transistors: what one micrometre of gate width conducts, loads and leaks.

use serde::{Deserialize, Serialize};

use crate::units::Volts;

/// A flavour of transistor, by what it is made for (ITRS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceClass {
    /// Fast and leaky: ITRS HP.
    HighPerformance,
    /// Least leakage at full supply: ITRS LSTP.
    LowStandbyPower,
    /// Least energy at a low supply: ITRS LOP.
    LowOperatingPower,
    /// Access transistor and word line driver of embedded DRAM, in a logic process.
    EmbeddedDram,
    /// Access transistor and word line driver of commodity DRAM.
    CommodityDram,
}

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
}
