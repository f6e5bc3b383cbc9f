//! Standard cells: what synthesised logic is made of, at one node, voltage and temperature.

use serde::Deserialize;

use super::device::Device;
use super::error::TechnologyError;
use super::interpolation::Ends;
use crate::units::{Joules, Kelvin, Seconds, SquareMicrometres, Volts, Watts};

/// The standard cells of a node, told as the two-input NAND gate in which logic is counted and the flip-flop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardCells {
    /// Supply voltage at which the figures hold.
    pub supply: Volts,
    /// Area of a NAND2 of unit drive.
    pub nand2_area: SquareMicrometres,
    /// Mean energy of one output transition of a unit NAND2 that drives two of its like, with a local wire to each.
    pub nand2_energy: Joules,
    /// Leakage of a NAND2 of unit drive, mean over its states.
    pub nand2_leakage: Watts,
    /// Delay of an inverter that drives four of its like.
    pub fanout_of_four_delay: Seconds,
    /// The flip-flop.
    pub flip_flop: FlipFlop,
}

/// An edge-triggered D flip-flop of unit drive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlipFlop {
    /// Area.
    pub area: SquareMicrometres,
    /// Energy of one clock cycle (both edges) while the data stand still, its pin of the clock included.
    pub clock_energy: Joules,
    /// Energy added by one change of the stored bit, without the load at the output.
    pub data_energy: Joules,
    /// Leakage.
    pub leakage: Watts,
    /// Setup time plus clock-to-output delay.
    pub overhead_delay: Seconds,
}

/// The standard cells of a node's file, at their own supply and temperature.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StandardCellRow {
    supply_v: f64,
    temperature_k: f64,
    threshold_v: f64,
    nand2_area_um2: f64,
    nand2_energy_j: f64,
    nand2_leakage_w: f64,
    fanout_of_four_delay_s: f64,
    flip_flop: FlipFlopRow,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlipFlopRow {
    area_um2: f64,
    clock_energy_j: f64,
    data_energy_j: f64,
    leakage_w: f64,
    overhead_delay_s: f64,
}

impl StandardCellRow {
    /// The temperature at which the row holds.
    pub(super) fn temperature(&self) -> Kelvin {
        Kelvin(self.temperature_k)
    }

    /// The cells at another supply and temperature, that of `hot`. Leakage follows the supply times the off current of
    /// the node's high-performance transistors, which are `cool` at the row's own temperature; the threshold, higher
    /// than theirs, is that of regular logic.
    pub(super) fn at(
        &self,
        supply: Volts,
        hot: &Device,
        cool: &Device,
    ) -> Result<StandardCells, TechnologyError> {
        let law = hot.voltage.of(Volts(self.supply_v), Volts(self.threshold_v));
        let factors = law.factors(supply)?;
        let heat = hot.off_current_a_per_um / cool.off_current_a_per_um;
        let leakage = heat * factors.off_current * supply.0 / self.supply_v;
        let row = &self.flip_flop;
        Ok(StandardCells {
            supply,
            nand2_area: SquareMicrometres(self.nand2_area_um2),
            nand2_energy: Joules(self.nand2_energy_j * factors.energy),
            nand2_leakage: Watts(self.nand2_leakage_w * leakage),
            fanout_of_four_delay: Seconds(self.fanout_of_four_delay_s * factors.delay),
            flip_flop: FlipFlop {
                area: SquareMicrometres(row.area_um2),
                clock_energy: Joules(row.clock_energy_j * factors.energy),
                data_energy: Joules(row.data_energy_j * factors.energy),
                leakage: Watts(row.leakage_w * leakage),
                overhead_delay: Seconds(row.overhead_delay_s * factors.delay),
            },
        })
    }
}

impl StandardCells {
    /// Leakage of gates that fill an area.
    pub fn leakage_of(&self, area: SquareMicrometres) -> Watts {
        self.nand2_leakage * (area / self.nand2_area)
    }

    /// Between two nodes each figure is a power of the feature size.
    pub(super) fn between(
        ends: &Ends<StandardCellRow>,
        smaller: &StandardCells,
        larger: &StandardCells,
    ) -> StandardCells {
        let power = |figure: fn(&StandardCells) -> f64| ends.power_law(figure(smaller), figure(larger));
        StandardCells {
            supply: larger.supply,
            nand2_area: SquareMicrometres(power(|cells| cells.nand2_area.0)),
            nand2_energy: Joules(power(|cells| cells.nand2_energy.0)),
            nand2_leakage: Watts(power(|cells| cells.nand2_leakage.0)),
            fanout_of_four_delay: Seconds(power(|cells| cells.fanout_of_four_delay.0)),
            flip_flop: FlipFlop {
                area: SquareMicrometres(power(|cells| cells.flip_flop.area.0)),
                clock_energy: Joules(power(|cells| cells.flip_flop.clock_energy.0)),
                data_energy: Joules(power(|cells| cells.flip_flop.data_energy.0)),
                leakage: Watts(power(|cells| cells.flip_flop.leakage.0)),
                overhead_delay: Seconds(power(|cells| cells.flip_flop.overhead_delay.0)),
            },
        }
    }
}
