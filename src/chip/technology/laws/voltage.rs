//! The law of voltage: energy by the square, delay by the alpha-power law, leakage by barrier lowering.

use serde::Deserialize;

use super::super::error::TechnologyError;
use crate::units::{Kelvin, Volts};

/// The law's parameters in a node's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LawRow {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "confidence")]
    _confidence: String,
    velocity_saturation_exponent: f64,
    drain_induced_barrier_lowering_v_per_v: f64,
    subthreshold_swing_v_per_decade: f64,
    gate_current_v_per_decade: f64,
}

/// The temperature at which a subthreshold swing is told, in K.
const SWING_TEMPERATURE: f64 = 300.0;

/// Least distance of the supply from the threshold, in V: nearer to it the alpha-power law fails.
const LEAST_OVERDRIVE: f64 = 0.15;

/// Least supply over the nominal one.
const LEAST_SHARE: f64 = 0.5;

/// Highest supply over the nominal one, for the oxide's sake.
const HIGHEST_SHARE: f64 = 1.3;

impl LawRow {
    /// The law for a transistor that is made for `nominal`.
    pub fn voltage(&self, nominal: Volts, threshold: Volts, temperature: Kelvin) -> VoltageLaw {
        VoltageLaw {
            nominal,
            threshold,
            velocity_saturation_exponent: self.velocity_saturation_exponent,
            barrier_lowering_v_per_v: self.drain_induced_barrier_lowering_v_per_v,
            swing_v_per_decade: self.subthreshold_swing_v_per_decade * temperature.0 / SWING_TEMPERATURE,
            gate_current_v_per_decade: self.gate_current_v_per_decade,
            lowest: lowest(nominal, threshold),
            highest: nominal * HIGHEST_SHARE,
        }
    }
}

fn lowest(nominal: Volts, threshold: Volts) -> Volts {
    Volts((threshold.0 + LEAST_OVERDRIVE).max(LEAST_SHARE * nominal.0).min(nominal.0))
}

/// How transistors change with their supply voltage, at one temperature.
///
/// * Energy: C·V², so by the square.
/// * Saturation current: (V − V_th)^α, and delay by V over it (Sakurai and Newton, "Alpha-power law MOSFET model",
///   IEEE JSSC 25(2), 1990).
/// * Off current: the drain lowers the barrier by a part of its voltage, and each swing of that is a decade (Taur
///   and Ning, "Fundamentals of Modern VLSI Devices", section 3.2).
/// * Gate current: a decade for each so many volts, the slope of direct tunnelling near 1 V.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoltageLaw {
    /// The supply at which the other figures of the transistor hold.
    pub nominal: Volts,
    /// Threshold voltage.
    pub threshold: Volts,
    /// α: 2 for long channels, near 1 when the velocity of carriers saturates.
    pub velocity_saturation_exponent: f64,
    /// Threshold lost for each volt at the drain.
    pub barrier_lowering_v_per_v: f64,
    /// Volts at the gate for a decade of off current.
    pub swing_v_per_decade: f64,
    /// Volts across the gate for a decade of gate current.
    pub gate_current_v_per_decade: f64,
    /// The lowest supply at which the law holds.
    pub lowest: Volts,
    /// The highest supply at which the law holds.
    pub highest: Volts,
}

/// What a supply voltage makes of the figures at the nominal one: factors, all 1 at the nominal supply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoltageFactors {
    /// On the energy of a full swing.
    pub energy: f64,
    /// On delay, and so on the resistance of a switching transistor.
    pub delay: f64,
    /// On the saturation current.
    pub on_current: f64,
    /// On the off current.
    pub off_current: f64,
    /// On the gate current.
    pub gate_current: f64,
}

/// By which part a supply may miss a bound.
const ROUNDING: f64 = 1e-3;

impl VoltageLaw {
    /// The factors at a supply voltage.
    ///
    /// # Errors
    /// [`TechnologyError::Supply`] outside [`VoltageLaw::lowest`] to [`VoltageLaw::highest`].
    pub fn factors(&self, supply: Volts) -> Result<VoltageFactors, TechnologyError> {
        let nominal = self.nominal.0;
        // An interpolated bound may miss the nominal supply by rounding, and messages tell bounds in three digits.
        let holds =
            (self.lowest.0 * (1.0 - ROUNDING)..=self.highest.0 * (1.0 + ROUNDING)).contains(&supply.0);
        if !holds {
            return Err(TechnologyError::Supply {
                asked: supply,
                nominal: self.nominal,
                lowest: self.lowest,
                highest: self.highest,
            });
        }
        let (ratio, rise) = (supply.0 / nominal, supply.0 - nominal);
        let overdrive = (supply.0 - self.threshold.0) / (nominal - self.threshold.0);
        let on_current = libm::pow(overdrive, self.velocity_saturation_exponent);
        Ok(VoltageFactors {
            energy: ratio * ratio,
            delay: ratio / on_current,
            on_current,
            off_current: libm::exp10(self.barrier_lowering_v_per_v * rise / self.swing_v_per_decade),
            gate_current: libm::exp10(rise / self.gate_current_v_per_decade),
        })
    }

    /// The law of other transistors of the same node, with another nominal supply and threshold.
    pub(in super::super) fn of(self, nominal: Volts, threshold: Volts) -> VoltageLaw {
        let (lowest, highest) = (lowest(nominal, threshold), nominal * HIGHEST_SHARE);
        VoltageLaw { nominal, threshold, lowest, highest, ..self }
    }

    /// The law of something that is made for one voltage only.
    pub(in super::super) fn fixed(self) -> VoltageLaw {
        VoltageLaw { lowest: self.nominal, highest: self.nominal, ..self }
    }

    /// Each parameter between those of two nodes.
    pub(in super::super) fn on_line(
        smaller: &VoltageLaw,
        larger: &VoltageLaw,
        line: impl Fn(f64, f64) -> f64,
    ) -> VoltageLaw {
        let volts = |low: Volts, high: Volts| Volts(line(low.0, high.0));
        VoltageLaw {
            nominal: volts(smaller.nominal, larger.nominal),
            threshold: volts(smaller.threshold, larger.threshold),
            velocity_saturation_exponent: line(
                smaller.velocity_saturation_exponent,
                larger.velocity_saturation_exponent,
            ),
            barrier_lowering_v_per_v: line(smaller.barrier_lowering_v_per_v, larger.barrier_lowering_v_per_v),
            swing_v_per_decade: line(smaller.swing_v_per_decade, larger.swing_v_per_decade),
            gate_current_v_per_decade: line(
                smaller.gate_current_v_per_decade,
                larger.gate_current_v_per_decade,
            ),
            lowest: volts(smaller.lowest, larger.lowest),
            highest: volts(smaller.highest, larger.highest),
        }
    }
}
