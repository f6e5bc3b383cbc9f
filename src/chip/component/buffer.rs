//! What the components at the edge of a core or chip are made of: buffers in SRAM, queues and control in placed cells.

use super::banked::Banked;
use super::storage::StorageCell;
use super::{ComponentError, Context, Cost, Part};
use crate::chip::circuit::array::Ports;
use crate::chip::circuit::network;
use crate::chip::circuit::{CircuitError, DataEnergy, Layout, Netlist};
use crate::units::{Joules, PerCycle, Ratio, Seconds};

/// Fewest words of an SRAM buffer: below, decoders and sense amplifiers are shared by too few.
const FEWEST_WORDS: u64 = 32;

/// A buffer of SRAM with one write and one read port.
#[derive(Clone, Debug)]
pub(super) struct DataBuffer {
    /// What it costs.
    pub part: Part,
    /// Into it, one word.
    pub write: DataEnergy,
    /// Out of it, one word.
    pub read: DataEnergy,
    /// Shortest cycle.
    pub cycle: Seconds,
}

impl DataBuffer {
    /// So many words of so many bytes; no fewer than 32.
    pub fn new(context: &Context, name: &str, words: u64, bytes: u32) -> Result<DataBuffer, ComponentError> {
        let ports = Ports { read_write: 0, read: 1, write: 1 };
        let size = (words.max(FEWEST_WORDS), bytes * 8);
        let Banked { part, read, write, cycle } = Banked::new(context, name, size, ports, StorageCell::Sram)?;
        Ok(DataBuffer { part, write, read, cycle })
    }
}

/// Placed control: so many NAND2-equivalents, of whose area flip-flops take a share.
#[derive(Clone, Debug)]
pub(super) struct Control {
    /// What it costs.
    pub part: Part,
    /// A transition of a gate, local wires included.
    pub transition: Joules,
    /// A random bit in a flip-flop, clock apart.
    pub store: Joules,
}

impl Control {
    /// Gates in NAND2-equivalents, flip-flops included by their area.
    pub fn new(
        context: &Context,
        name: &str,
        gates: f64,
        flip_flop_share: f64,
    ) -> Result<Control, ComponentError> {
        let cells = context.cells;
        let flip_flops = gates * flip_flop_share * (cells.nand2_area / cells.flip_flop.area);
        Control::of_netlist(context, name, Netlist { gates: gates * (1.0 - flip_flop_share), flip_flops })
    }

    /// Gates and flip-flops as they are.
    pub fn of_netlist(context: &Context, name: &str, netlist: Netlist) -> Result<Control, ComponentError> {
        let placed = netlist.placed(context.cells)?;
        Ok(Control {
            part: Part::leaf(name, Cost::of_logic(&placed)),
            transition: placed.transitions(1.0),
            store: placed.store(1.0, Ratio(0.5)),
        })
    }

    /// State that is written once and then held for thousands of cycles: its clock gates stay shut, and what they leave
    /// is all of its clock.
    pub fn held(self) -> Control {
        let own = Cost { clock_running: self.part.own.clock_gated, ..self.part.own };
        Control { part: Part { own, ..self.part }, ..self }
    }

    /// A bit of data that goes through ranks of registers and gates, of which half of the bits change.
    pub fn bit(&self, registers: f64, gates: f64) -> DataEnergy {
        DataEnergy::changing(self.store * registers + self.transition * (gates * 0.5))
    }
}

/// The cost of a network circuit, whose area is that of filled and empty rows.
pub(super) fn of_network(cost: network::Cost) -> Result<Cost, ComponentError> {
    let filled = Layout::placed()?.row_utilisation;
    Ok(Cost {
        cells: cost.area * filled,
        whitespace: cost.area * (1.0 - filled),
        leakage: cost.leakage,
        clock_running: cost.clock_energy,
        clock_gated: cost.gated_clock_energy,
    })
}

/// A circuit that cannot be, as a complaint about the key that asked for it.
pub(super) fn about(key: &'static str, error: CircuitError) -> ComponentError {
    match error {
        CircuitError::Impossible { what, why, cure } => ComponentError::value(key, what, why, cure),
        other => other.into(),
    }
}

/// Actions of so many bits in a cycle at a rate of bits a second.
pub(super) fn capacity(context: &Context, bits_per_second: f64, bits: f64) -> PerCycle {
    PerCycle(bits_per_second / context.clock.0 / bits)
}

/// The smallest number of whole bytes that carries a rate at the clock.
pub(super) fn bytes_a_cycle(context: &Context, bits_per_second: f64) -> u32 {
    (bits_per_second / context.clock.0 / 8.0 - 1e-9).ceil().max(1.0) as u32
}
