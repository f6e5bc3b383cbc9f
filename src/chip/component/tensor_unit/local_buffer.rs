//! Buffers in each cell of a tensor unit.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Shape;
use crate::chip::circuit::DataEnergy;
use crate::chip::circuit::arithmetic::NumberFormat;
use crate::chip::circuit::array::Ports;
use crate::chip::component::storage::{Storage, StorageCell};
use crate::chip::component::tdp_activity::tdp_activity;
use crate::chip::component::{Action, Attached, Block, ComponentError, Context, Cost, Part, TimingPath};
use crate::chip::pat::Placement;
use crate::units::{PerCycle, Ratio};

/// A buffer in each cell.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalBuffer {
    /// Its name as a component: filter_spad.
    pub name: String,
    /// Words of it.
    pub words: u32,
    /// Bits of a word. Default: those of the operands.
    #[serde(default)]
    pub bits: Option<u32>,
    /// What holds its bits: flip_flop or sram. Default: flip_flop.
    #[serde(default = "flip_flop")]
    pub cell: StorageCell,
    /// Ports that only read. Default: 1.
    #[serde(default)]
    pub read_ports: Option<u32>,
    /// Ports that only write. Default: 1.
    #[serde(default)]
    pub write_ports: Option<u32>,
    /// Ports that read or write in a cycle; with them, read_ports and write_ports are none by default. Default: 0.
    #[serde(default)]
    pub read_write_ports: u32,
}

fn flip_flop() -> StorageCell {
    StorageCell::FlipFlop
}

/// A buffer as it comes out.
pub(super) struct BuiltBuffer {
    name: String,
    bits: u32,
    cell: StorageCell,
    /// Ports, each with an address.
    pub ports: Ports,
    storage: Storage,
    /// Words, for the cell's address counters.
    pub words: u32,
    /// What one costs, for the cell's size.
    pub cost: Cost,
}

/// The buffers of one cell.
pub(super) fn build(
    buffers: &[LocalBuffer],
    operand: NumberFormat,
    context: &Context,
) -> Result<Vec<BuiltBuffer>, ComponentError> {
    for (at, buffer) in buffers.iter().enumerate() {
        if buffers[..at].iter().any(|before| before.name == buffer.name) {
            let (reason, cure) = ("two buffers have this name", "give each a name of its own");
            return Err(ComponentError::value("local_buffers", &buffer.name, reason, cure));
        }
    }
    buffers.iter().map(|buffer| buffer.build(operand, context)).collect()
}

impl LocalBuffer {
    fn build(&self, operand: NumberFormat, context: &Context) -> Result<BuiltBuffer, ComponentError> {
        let own = u32::from(self.read_write_ports == 0);
        let ports = Ports {
            read_write: self.read_write_ports,
            read: self.read_ports.unwrap_or(own),
            write: self.write_ports.unwrap_or(own),
        };
        if self.words == 0 || ports.reading() == 0 || ports.writing() == 0 {
            return Err(ComponentError::value(
                "local_buffers",
                format!(
                    "{}: {} words, {} reading and {} writing ports",
                    self.name,
                    self.words,
                    ports.reading(),
                    ports.writing()
                ),
                "a buffer has words that can be read and written",
                "the least is 1 word and 1 port of each, or 1 port that does both",
            ));
        }
        let bits = self.bits.unwrap_or(operand.bits());
        let storage = Storage::new(u64::from(self.words), bits, ports, self.cell, context)?;
        let cost = storage.parts.iter().map(Part::total).sum();
        Ok(BuiltBuffer {
            name: self.name.clone(),
            bits,
            cell: self.cell,
            ports,
            storage,
            words: self.words,
            cost,
        })
    }
}

/// The buffers of all cells, as components of their own.
pub(super) fn attached(buffers: Vec<BuiltBuffer>, shape: &Shape) -> Result<Vec<Attached>, ComponentError> {
    buffers.into_iter().map(|buffer| buffer.attached(shape)).collect()
}

impl BuiltBuffer {
    fn attached(self, shape: &Shape) -> Result<Attached, ComponentError> {
        let activity = tdp_activity(|values| values.local_buffer)?;
        let both = f64::from(self.ports.read_write);
        let action = |name: &str, what: &str, energy: &[(&'static str, DataEnergy)], only: u32| {
            let most = f64::from(only) + both;
            // A port that does both does each half of the time when all ports are busy.
            let busy = if most > 0.0 { (f64::from(only) + both / 2.0) / most } else { 0.0 };
            Action {
                name: name.to_owned(),
                description: format!("{what}, random data"),
                bits: Some(u64::from(self.bits)),
                energy: energy.to_vec(),
                capacity: PerCycle(most),
                tdp_activity: Ratio(activity.0 * busy),
                clock_share: None,
            }
        };
        let cell = match self.cell {
            StorageCell::FlipFlop => "flip-flops",
            StorageCell::Sram => "SRAM",
            StorageCell::Edram => "embedded DRAM",
        };
        let actions = vec![
            action("read", "one word out", &self.storage.read, self.ports.read),
            action("write", "one word in", &self.storage.write, self.ports.write),
        ];
        let path = TimingPath { name: format!("{} in a cell", self.name), cycle: self.storage.cycle };
        Ok(Attached {
            description: format!("{} x {} bits of {cell} in each cell", self.words, self.bits),
            name: self.name,
            placement: Placement::Chip,
            instances: shape.cells(),
            block: Block {
                parts: self.storage.parts,
                actions,
                paths: vec![path],
                choices: self.storage.choices,
                ..Block::default()
            },
        })
    }
}
