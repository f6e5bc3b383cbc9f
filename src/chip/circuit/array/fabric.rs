//! What all parts of one array share: transistors, bit cells, wires and ports, at one node and temperature.

use super::request::{ArrayRequest, CellKind, Ports};
use crate::chip::circuit::CircuitError;
use crate::chip::circuit::repeated_wire::{RepeatedWire, Track};
use crate::chip::circuit::transistor::{Channel, Folding, LeakageCurrent, Transistors};
use crate::chip::technology::{
    Device, DeviceClass, DynamicCell, Node, StaticCell, WireClass, WireLayer, WireProjection,
};
use crate::units::{Ratio, Seconds, Volts};

/// Least difference of voltage that a sense amplifier is asked to tell, in V (CACTI 7, `VBITSENSEMIN`).
const LEAST_SENSE_V: f64 = 0.08;

/// Swing of a bit line over the cells' supply, where that is more (CACTI 7).
const SENSE_SWING: f64 = 0.05;

/// Delay that the wires of an array may lose to save power: CACTI's choice "Global_30".
const WIRE_DELAY_BUDGET: Ratio = Ratio(0.30);

/// Part of its voltage that a DRAM cell may lose before it is refreshed (CACTI 7, `VDD_STORAGE_LOSS_FRACTION_WORST`), and
/// the refresh period over the time in which it loses that (CACTI 7).
const TOLERATED_LOSS: f64 = 0.125;
const REFRESH_MARGIN: f64 = 0.9;

/// How a bit is stored.
#[derive(Clone, Copy, Debug)]
pub(super) enum BitCell {
    Static { transistors: Transistors, cell: StaticCell },
    Dynamic { access: Transistors, cell: DynamicCell },
}

/// The common ground of an array's circuits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fabric {
    pub periphery: Transistors,
    /// Drivers of the word lines: the periphery's transistors for SRAM, high-voltage ones for DRAM.
    pub word_line_driver: Transistors,
    pub cell: BitCell,
    pub ports: Ports,
    /// Word and bit lines.
    pub local: WireLayer,
    /// Address, select and data wires.
    pub semi_global: WireLayer,
    pub repeated: RepeatedWire,
    /// Extent of a cell with all its ports along the word line.
    pub cell_width_um: f64,
    /// Extent along the bit lines.
    pub cell_height_um: f64,
}

impl Fabric {
    /// Gathers the parts from the node's data.
    ///
    /// # Errors
    /// [`CircuitError`] when the node has no such cell, or not at that temperature or voltage.
    pub fn new(request: &ArrayRequest) -> Result<Fabric, CircuitError> {
        let node = Node::at(request.node)?;
        let local = node.wire(WireProjection::Conservative, WireClass::Local);
        let semi_global = node.wire(WireProjection::Conservative, WireClass::SemiGlobal);
        let flavour =
            |class: DeviceClass| Transistors::new(&node, class, request.temperature, request.supply, &local);
        let periphery = flavour(request.periphery)?;
        let (cell, word_line_driver) = match request.cell {
            CellKind::Static(class) => {
                let cell = node.static_cell();
                (BitCell::Static { transistors: flavour(class)?, cell }, periphery)
            }
            CellKind::Foundry => {
                let cell = node.static_cell();
                let leakage_a =
                    node.foundry_static_cell_leakage_a(periphery.device.supply, request.temperature)?;
                let transistors = leaking_in_a_cell(periphery, &cell, leakage_a);
                (BitCell::Static { transistors, cell }, periphery)
            }
            CellKind::EmbeddedDram => {
                let access = flavour(DeviceClass::EmbeddedDram)?;
                let cell = node.dynamic_cell(DeviceClass::EmbeddedDram)?;
                (BitCell::Dynamic { access, cell }, access)
            }
        };
        let (cell_width_um, cell_height_um) = cell_size(&cell, request.ports, local.pitch_um);
        Ok(Fabric {
            periphery,
            word_line_driver,
            cell,
            ports: request.ports,
            local,
            semi_global,
            repeated: RepeatedWire::design(&periphery, Track::in_bus(&semi_global), WIRE_DELAY_BUDGET),
            cell_width_um,
            cell_height_um,
        })
    }

    /// Supply of the cells.
    pub fn cell_supply(&self) -> Volts {
        match &self.cell {
            BitCell::Static { transistors, .. } => transistors.device.supply,
            BitCell::Dynamic { cell, .. } => cell.supply,
        }
    }

    /// Swing of a bit line that the sense amplifier waits for.
    pub fn sense_v(&self) -> f64 {
        match &self.cell {
            BitCell::Static { transistors, .. } => (SENSE_SWING * transistors.supply_v()).max(LEAST_SENSE_V),
            BitCell::Dynamic { .. } => LEAST_SENSE_V,
        }
    }

    /// Capacitance that one cell adds to its word line: its access gates and its piece of wire.
    pub fn word_line_f_per_cell(&self) -> f64 {
        let gates_f = match &self.cell {
            BitCell::Static { transistors, cell } => {
                2.0 * transistors.gate_capacitance_f(cell.access_width_um)
            }
            BitCell::Dynamic { access, cell } => access.gate_capacitance_f(cell.access_width_um),
        };
        gates_f + self.cell_width_um * self.local.capacitance_f_per_um
    }

    /// Capacitance that one cell adds to a bit line: half of a drain contact shared with its neighbour, and wire.
    pub fn bit_line_f_per_cell(&self) -> f64 {
        let folding = Folding::Wider { than_um: self.cell_width_um };
        let drain_f = match &self.cell {
            BitCell::Static { transistors, cell } => {
                transistors.drain_capacitance_f(cell.access_width_um, Channel::N, 1, folding)
            }
            BitCell::Dynamic { access, cell } => {
                access.drain_capacitance_f(cell.access_width_um, Channel::N, 1, folding)
            }
        };
        drain_f / 2.0 + self.cell_height_um * self.local.capacitance_f_per_um
    }

    /// Resistance that one cell adds to a bit line.
    pub fn bit_line_ohm_per_cell(&self) -> f64 {
        self.cell_height_um * self.local.resistance_ohm_per_um
    }

    /// Cells between two straps of a word line.
    pub fn cells_between_straps(&self) -> f64 {
        let count = &self.periphery.rules.count;
        match self.cell {
            BitCell::Static { .. } => count.static_cells_between_straps,
            BitCell::Dynamic { .. } => count.dynamic_cells_between_straps,
        }
    }

    /// Time after which DRAM cells must be refreshed; static cells never.
    pub fn retention(&self) -> Option<Seconds> {
        match &self.cell {
            BitCell::Static { .. } => None,
            BitCell::Dynamic { cell, .. } => {
                let charge_c = TOLERATED_LOSS * cell.supply.0 * cell.capacitance_f;
                Some(Seconds(REFRESH_MARGIN * charge_c / cell.worst_off_current_a))
            }
        }
    }

    /// Leakage of one cell with all its ports, word lines low.
    pub fn cell_leakage(&self) -> LeakageCurrent {
        match &self.cell {
            BitCell::Static { transistors, cell } => static_leakage(transistors, cell, self.ports),
            // What a DRAM cell loses is put back by refresh and counted there.
            BitCell::Dynamic { .. } => LeakageCurrent::default(),
        }
    }
}

fn static_leakage(transistors: &Transistors, cell: &StaticCell, ports: Ports) -> LeakageCurrent {
    let pair = transistors.inverter_leakage(cell.pull_down_width_um, cell.pull_up_width_um) * 2.0;
    // The two inverters of a cell hold opposite states: one n-channel gate tunnels and one p-channel gate.
    let pair = LeakageCurrent { gate_a: pair.gate_a / 2.0, ..pair };
    let access = transistors.nand_leakage(1, cell.access_width_um, 0.0);
    let write_port = LeakageCurrent { gate_a: 0.0, ..access };
    // A read-only port has two transistors in series; their states are taken as equally likely.
    let stack = transistors.nand_leakage(2, cell.access_width_um, 0.0);
    let read_port = LeakageCurrent { gate_a: access.gate_a, ..stack };
    pair + write_port * f64::from(ports.read_write + ports.write) + read_port * f64::from(ports.read)
}

/// Transistors with which a cell of one port leaks so much in all, and one of more ports more in proportion.
fn leaking_in_a_cell(transistors: Transistors, cell: &StaticCell, leakage_a: f64) -> Transistors {
    let one_port = Ports { read_write: 1, read: 0, write: 0 };
    let off_current_a = static_leakage(&transistors, cell, one_port).subthreshold_a;
    let Device { off_current_a_per_um, .. } = transistors.device;
    let device = Device {
        off_current_a_per_um: off_current_a_per_um * (leakage_a / off_current_a),
        gate_current_a_per_um: 0.0,
        ..transistors.device
    };
    Transistors { device, ..transistors }
}

/// A cell grows by two tracks in each direction for each port beyond its first.
fn cell_size(cell: &BitCell, ports: Ports, local_pitch_um: f64) -> (f64, f64) {
    match cell {
        BitCell::Static { cell, .. } => {
            let added_um = 2.0 * local_pitch_um * (f64::from(ports.total()) - 1.0);
            (cell.width_um + added_um, cell.height_um + added_um)
        }
        BitCell::Dynamic { cell, .. } => (cell.width_um, cell.height_um),
    }
}
