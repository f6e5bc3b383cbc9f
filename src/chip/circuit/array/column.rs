//! From the cell to the edge of the subarray: bit lines, column multiplexer, sense amplifier, output multiplexers.

use super::fabric::{BitCell, Fabric};
use super::geometry::Geometry;
use crate::chip::circuit::gate_chain::{GateChain, Load, Transition};
use crate::chip::circuit::transistor::{Channel, Folding, LeakageCurrent, gate_delay_s};

/// A data bit differs from the one before in half of the cases.
const DATA_ACTIVITY: f64 = 0.5;

/// Swing that precharge need not restore, over the sensed swing (CACTI 7).
const RESTORED: f64 = 0.1;

/// Time constants until a DRAM cell and its bit line have shared their charge to 90 %: ln 10.
const CHARGE_SHARING: f64 = 2.3;

/// The columns of a subarray, with the capacitances that everything else is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'a> {
    fabric: &'a Fabric,
    geometry: Geometry,
    /// Cells, their contacts and the wire.
    bit_line_f: f64,
    bit_line_ohm: f64,
    /// Drain of the bit line multiplexer on one side, if there is one.
    select_drain_f: f64,
    isolation_drain_f: f64,
    latch_f: f64,
    output_select_drain_f: f64,
}

/// Delay of a bit line, and energy of one bit line in a read and in a write.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BitLine {
    pub delay_s: f64,
    pub read_j: f64,
    pub write_j: f64,
    /// Of the open row's columns that a write leaves alone, one column's share.
    pub unwritten_j: f64,
    /// Time until a DRAM cell has its charge back.
    pub write_back_s: f64,
}

impl<'a> Column<'a> {
    pub fn new(fabric: &'a Fabric, geometry: &Geometry) -> Column<'a> {
        let periphery = &fabric.periphery;
        let width = periphery.rules.width;
        let multiplexing = f64::from(geometry.organisation.bit_line_multiplexing);
        let reading = f64::from(fabric.ports.reading());
        // What serves one bit line pair folds into half a cell, what serves a sense amplifier into all its columns.
        let pitch = |pitch_um: f64| Folding::Wider { than_um: pitch_um };
        let half_cell = pitch(fabric.cell_width_um / (2.0 * reading));
        let amplifier = pitch(fabric.cell_width_um * multiplexing / reading);
        let n_drain = |width_um, folding| periphery.drain_capacitance_f(width_um, Channel::N, 1, folding);
        let p_drain = |width_um, folding| periphery.drain_capacitance_f(width_um, Channel::P, 1, folding);
        Column {
            fabric,
            geometry: *geometry,
            bit_line_f: geometry.rows * fabric.bit_line_f_per_cell(),
            bit_line_ohm: geometry.rows * fabric.bit_line_ohm_per_cell(),
            select_drain_f: if multiplexing > 1.0 { n_drain(width.column_select_n, half_cell) } else { 0.0 },
            isolation_drain_f: p_drain(width.isolation_p, amplifier),
            latch_f: periphery.gate_capacitance_f(width.sense_p + width.sense_n)
                + n_drain(width.sense_n, amplifier)
                + p_drain(width.sense_p, amplifier),
            output_select_drain_f: n_drain(width.column_select_n, amplifier),
        }
    }

    /// What hangs behind the isolation transistors.
    fn amplifier_f(&self) -> f64 {
        2.0 * self.isolation_drain_f + self.latch_f + self.output_select_drain_f
    }

    /// The bit line after its word line has risen with a ramp.
    pub fn bit_line(&self, word_line_ramp_s: f64) -> BitLine {
        match &self.fabric.cell {
            BitCell::Static { .. } => self.static_bit_line(word_line_ramp_s),
            BitCell::Dynamic { .. } => self.dynamic_bit_line(word_line_ramp_s),
        }
    }

    /// The bit line with nothing at its end but its cells: no circuit around it makes it faster or cheaper.
    pub fn bare_bit_line(&self, word_line_ramp_s: f64) -> BitLine {
        let bare = Column {
            select_drain_f: 0.0,
            isolation_drain_f: 0.0,
            latch_f: 0.0,
            output_select_drain_f: 0.0,
            ..*self
        };
        bare.bit_line(word_line_ramp_s)
    }

    fn static_bit_line(&self, word_line_ramp_s: f64) -> BitLine {
        let BitCell::Static { transistors, cell } = &self.fabric.cell else { return BitLine::default() };
        let (periphery, width) = (&self.fabric.periphery, self.fabric.periphery.rules.width);
        let cell_ohm = transistors.resistance_ohm(cell.pull_down_width_um, Channel::N, 1)
            + transistors.resistance_ohm(cell.access_width_um, Channel::N, 1);
        let select_ohm = if self.select_drain_f > 0.0 {
            periphery.resistance_ohm(width.column_select_n, Channel::N, 1)
        } else {
            0.0
        };
        let isolation_ohm = periphery.resistance_ohm(width.isolation_p, Channel::P, 1);
        let behind_isolation_f = self.isolation_drain_f + self.latch_f + self.output_select_drain_f;
        let behind_select_f = self.select_drain_f + self.amplifier_f();
        let behind_line_f = self.select_drain_f + behind_select_f;
        let time_constant_s = cell_ohm * (self.bit_line_f + behind_line_f)
            + self.bit_line_ohm * (self.bit_line_f / 2.0 + behind_line_f)
            + select_ohm * behind_select_f
            + isolation_ohm * behind_isolation_f;
        let supply_v = transistors.supply_v();
        let sense_v = self.fabric.sense_v();
        let step_s = time_constant_s * libm::log(supply_v / (supply_v - sense_v));
        let line_f = self.bit_line_f + 2.0 * self.select_drain_f;
        let multiplexing = f64::from(self.geometry.organisation.bit_line_multiplexing);
        let written = 1.0 / (multiplexing * self.output_multiplexing());
        // Both lines of a pair are precharged; the amplifier's side belongs to one of `multiplexing` pairs.
        let read_j = 2.0 * sense_v * supply_v * (line_f + self.amplifier_f() / multiplexing);
        BitLine {
            delay_s: self.after_ramp_s(step_s, word_line_ramp_s, supply_v, transistors.device.threshold.0),
            read_j,
            write_j: 2.0 * supply_v * supply_v * line_f * written,
            unwritten_j: (1.0 - written) * read_j,
            write_back_s: 0.0,
        }
    }

    fn dynamic_bit_line(&self, word_line_ramp_s: f64) -> BitLine {
        let BitCell::Dynamic { access, cell } = &self.fabric.cell else { return BitLine::default() };
        let line_f = self.bit_line_f + self.amplifier_f();
        let series_f = cell.capacitance_f * line_f / (cell.capacitance_f + line_f);
        let full_swing_v = cell.supply.0 / 2.0 * cell.capacitance_f / (cell.capacitance_f + self.bit_line_f);
        let access_ohm = cell.supply.0 / cell.on_current_a + self.bit_line_ohm / 2.0;
        let step_s = CHARGE_SHARING * access_ohm * series_f * self.fabric.sense_v() / full_swing_v;
        // A pair swings half of the supply up and half down, in a read that restores as in a write.
        let swing_j = line_f * cell.supply.0 / 2.0 * cell.supply.0;
        let word_line_v = cell.word_line.0;
        BitLine {
            delay_s: self.after_ramp_s(step_s, word_line_ramp_s, word_line_v, access.device.threshold.0),
            read_j: swing_j,
            // All columns of the row swing, written or not.
            write_j: swing_j,
            unwritten_j: 0.0,
            write_back_s: step_s,
        }
    }

    /// Delay with a word line that rises slowly: the cell pulls from the moment its access transistor opens
    /// (CACTI 5.1, HPL-2008-20).
    fn after_ramp_s(&self, step_s: f64, ramp_s: f64, word_line_v: f64, threshold_v: f64) -> f64 {
        let opening_s = (word_line_v - threshold_v) * ramp_s / word_line_v;
        if step_s <= opening_s / 2.0 { (2.0 * step_s * opening_s).sqrt() } else { step_s + opening_s / 2.0 }
    }

    /// The latch sense amplifier: delay, and energy of one.
    pub fn sense_amplifier(&self) -> Transition {
        let (periphery, width) = (&self.fabric.periphery, self.fabric.periphery.rules.width);
        let device = &periphery.device;
        let n_transconductance = device.electron_mobility_um2_per_v_s / 2.0
            * device.oxide_capacitance_f_per_um2
            * (width.sense_n / device.electrical_length_um)
            * device.saturation.0;
        let transconductance = n_transconductance * (1.0 + device.p_to_n_transconductance_ratio);
        let load_f = self.latch_f + self.isolation_drain_f + self.output_select_drain_f;
        let supply_v = periphery.supply_v();
        Transition {
            delay_s: load_f / transconductance * libm::log(supply_v / self.fabric.sense_v()),
            ramp_s: 0.0,
            energy_j: load_f * supply_v * supply_v,
        }
    }

    /// Leakage of an idle sense amplifier: its enabling transistor.
    pub fn sense_amplifier_leakage(&self) -> LeakageCurrent {
        let periphery = &self.fabric.periphery;
        let off_a = periphery.device.off_current_a_per_um * periphery.rules.width.sense_enable;
        LeakageCurrent { subthreshold_a: off_a, gate_a: 0.0 }
    }

    /// From a sense amplifier to the wire that leaves the subarray: first multiplexer, two inverters, second
    /// multiplexer. Energy of one output.
    pub fn output_path(&self) -> Transition {
        let (fabric, cut) = (self.fabric, self.geometry.organisation);
        let (periphery, width) = (&fabric.periphery, fabric.periphery.rules.width);
        let row = Folding::Row { height_um: periphery.rules.layout.logic_gate_height };
        let (n_um, p_um) = (width.minimum_n, periphery.matching_p_um(width.minimum_n));
        let inverter_drain_f = periphery.drain_capacitance_f(n_um, Channel::N, 1, row)
            + periphery.drain_capacitance_f(p_um, Channel::P, 1, row);
        let inverter_gate_f = periphery.inverter_input_f(n_um);
        let second_drain_f = periphery.drain_capacitance_f(
            width.column_select_n,
            Channel::N,
            1,
            Folding::Wider {
                than_um: fabric.cell_width_um
                    * f64::from(cut.bit_line_multiplexing * cut.sense_multiplexing_1)
                    / f64::from(fabric.ports.reading()),
            },
        );
        let wire_driver_f = periphery.inverter_input_f(n_um) * self.output_driver_size();
        let select_ohm = periphery.resistance_ohm(width.column_select_n, Channel::N, 1);
        let inverter_ohm = periphery.resistance_ohm(n_um, Channel::N, 1);
        let steps = [
            (select_ohm, f64::from(cut.sense_multiplexing_1) * self.output_select_drain_f + inverter_gate_f),
            (inverter_ohm, inverter_drain_f + inverter_gate_f),
            (inverter_ohm, inverter_drain_f + second_drain_f),
            (select_ohm, f64::from(cut.sense_multiplexing_2) * second_drain_f + wire_driver_f),
        ];
        let supply_v = periphery.supply_v();
        let mut path = Transition::default();
        for (ohm, farad) in steps {
            let delay_s = gate_delay_s(path.ramp_s, ohm * farad, 0.5);
            path.delay_s += delay_s;
            path.ramp_s = 2.0 * delay_s;
            path.energy_j += DATA_ACTIVITY * farad * supply_v * supply_v;
        }
        path
    }

    /// Leakage of the two inverters of an output; its two pass transistors leak through their gates.
    pub fn output_path_leakage(&self) -> LeakageCurrent {
        let periphery = &self.fabric.periphery;
        let width = periphery.rules.width;
        let inverter = periphery.inverter_leakage(width.minimum_n, periphery.matching_p_um(width.minimum_n));
        let pass = periphery.nand_leakage(1, width.column_select_n, 0.0);
        inverter * 2.0 + LeakageCurrent { subthreshold_a: 0.0, gate_a: 2.0 * pass.gate_a }
    }

    /// Drives the gates of the precharge and equalising transistors of all columns.
    pub fn precharge_driver(&self) -> (GateChain<'a>, Load) {
        let fabric = self.fabric;
        let (periphery, rules) = (&fabric.periphery, &fabric.periphery.rules);
        let width_um = self.geometry.columns * fabric.cell_width_um;
        let gates_um = 2.0 * self.precharge_um() + self.equaliser_um();
        let gates_f = self.geometry.columns * periphery.gate_capacitance_f(gates_um);
        let wire_f = width_um * fabric.semi_global.capacitance_f_per_um;
        let wire_ohm = width_um * fabric.semi_global.resistance_ohm_per_um;
        let load =
            Load { capacitance_f: gates_f + wire_f, wire_delay_s: wire_ohm * (wire_f / 2.0 + gates_f) };
        (GateChain::sized(periphery, 1, load.capacitance_f, rules.layout.logic_gate_height), load)
    }

    /// Time in which precharge brings a read bit line back, its driver apart.
    pub fn restore_s(&self) -> f64 {
        let periphery = &self.fabric.periphery;
        let precharge_ohm = periphery.resistance_ohm(self.precharge_um(), Channel::P, 1);
        let time_constant_s = (precharge_ohm + self.bit_line_ohm / 2.0) * self.bit_line_f;
        match &self.fabric.cell {
            BitCell::Static { transistors, .. } => {
                let (supply_v, sense_v) = (transistors.supply_v(), self.fabric.sense_v());
                libm::log((supply_v - RESTORED * sense_v) / (supply_v - sense_v)) * time_constant_s
            }
            BitCell::Dynamic { .. } => CHARGE_SHARING * time_constant_s,
        }
    }

    /// Height of the strip with precharge, multiplexers and sense amplifiers below a subarray, in µm.
    pub fn strip_um(&self) -> f64 {
        let (fabric, cut) = (self.fabric, self.geometry.organisation);
        let (layout, width) = (&fabric.periphery.rules.layout, fabric.periphery.rules.width);
        let pitch_um = fabric.cell_width_um / f64::from(fabric.ports.reading());
        let multiplexing = f64::from(cut.bit_line_multiplexing);
        let mut height_um = layout.folded_extent(self.precharge_um(), pitch_um / 2.0)
            + layout.folded_extent(self.equaliser_um(), pitch_um);
        if cut.bit_line_multiplexing > 1 {
            height_um += layout.folded_extent(width.column_select_n, pitch_um / 2.0);
        }
        height_um += self.sense_amplifier_um(pitch_um * multiplexing);
        if cut.sense_multiplexing_1 > 1 {
            let level_1_um = pitch_um * f64::from(cut.sense_multiplexing_1);
            height_um += layout.folded_extent(width.column_select_n, level_1_um);
        }
        if cut.sense_multiplexing_2 > 1 {
            let level_1_um = pitch_um * multiplexing * f64::from(cut.sense_multiplexing_1);
            let level_2_um = pitch_um * f64::from(cut.sense_multiplexing_2);
            let minimum_p_um = fabric.periphery.matching_p_um(width.minimum_n);
            height_um += layout.folded_extent(width.column_select_n, level_1_um)
                + 2.0 * layout.folded_extent(minimum_p_um, level_2_um)
                + 2.0 * layout.folded_extent(width.minimum_n, level_2_um);
        }
        height_um
    }

    /// The strip without multiplexers, and with sense amplifiers as wide as all multiplexing allows: no way to share
    /// the multiplexing makes it lower.
    pub fn least_strip_um(&self) -> f64 {
        let (fabric, cut) = (self.fabric, &self.geometry.organisation);
        let layout = &fabric.periphery.rules.layout;
        let pitch_um = fabric.cell_width_um / f64::from(fabric.ports.reading());
        let multiplexing = f64::from(cut.bit_line_multiplexing) * self.output_multiplexing();
        layout.folded_extent(self.precharge_um(), pitch_um / 2.0)
            + layout.folded_extent(self.equaliser_um(), pitch_um)
            + self.sense_amplifier_um(pitch_um * multiplexing)
    }

    fn sense_amplifier_um(&self, pitch_um: f64) -> f64 {
        let (layout, width) = (&self.fabric.periphery.rules.layout, self.fabric.periphery.rules.width);
        let extent = |width_um: f64| layout.folded_extent(width_um, pitch_um);
        2.0 * extent(width.sense_p)
            + extent(width.isolation_p)
            + 2.0 * extent(width.sense_n)
            + extent(width.sense_enable)
            + 4.0 * layout.same_diffusion_gap
            + layout.p_to_n_diffusion_gap
    }

    /// Repeaters of the output wire, as the load of the path before it, in minimum inverters.
    fn output_driver_size(&self) -> f64 {
        let repeated = &self.fabric.repeated;
        repeated.repeater_size * (self.geometry.output_wire(self.fabric) / repeated.repeater_spacing)
    }

    /// Outputs of the sense amplifiers that share one output of the subarray.
    pub fn output_multiplexing(&self) -> f64 {
        let cut = &self.geometry.organisation;
        f64::from(cut.sense_multiplexing_1 * cut.sense_multiplexing_2)
    }

    fn precharge_um(&self) -> f64 {
        let rules = &self.fabric.periphery.rules;
        rules.count.minimum_p_in_precharge * self.fabric.periphery.matching_p_um(rules.width.minimum_n)
    }

    fn equaliser_um(&self) -> f64 {
        let rules = &self.fabric.periphery.rules;
        rules.count.minimum_p_in_equaliser * self.fabric.periphery.matching_p_um(rules.width.minimum_n)
    }
}
