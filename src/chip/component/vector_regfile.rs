//! Vector registers: the centre through which tensor units, vector units and memory exchange vectors.
//!
//! In flip-flops a write takes three to four times the energy of a read: its data go to the multiplexer before every word,
//! and the clock of the word that is written is in it, where a read moves only the tree behind one word.

use schemars::JsonSchema;
use serde::Deserialize;

use super::datapath::{Wires, side, within};
use super::storage::{Storage, StorageCell};
use super::tdp_activity::tdp_activity;
use super::{Action, Block, Choice, Component, ComponentError, Context, Cost, Part, Stage, TimingPath};
use crate::chip::circuit::DataEnergy;
use crate::chip::circuit::array::Ports;
use crate::units::PerCycle;

/// Ports of each functional unit or group of them: two operands and a result (NeuroMeter, HPCA 2021, section III-A).
const READS_A_UNIT: u32 = 2;
const WRITES_A_UNIT: u32 = 1;

/// Most ports of a file: logic was synthesised for so many.
const MOST_READ_PORTS: u32 = 16;
const MOST_WRITE_PORTS: u32 = 8;

/// Registers of whole vectors, a bank in each lane.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VectorRegfile {
    /// Vectors that it holds. Default: 32.
    #[serde(default)]
    pub words: Option<u32>,
    /// Elements of a vector. Default: the lanes of the widest vector unit, else the columns of the widest tensor unit.
    #[serde(default)]
    pub lanes: Option<u32>,
    /// Bits of an element. Default: those of the vector unit's format, else of the tensor unit's accumulator.
    #[serde(default)]
    pub bits: Option<u32>,
    /// Functional units (tensor units and vector units) that share one group of ports. Default: 1.
    #[serde(default)]
    pub units_sharing_ports: Option<u32>,
    /// Read ports. Default: two for each group of units.
    #[serde(default)]
    pub read_ports: Option<u32>,
    /// Write ports. Default: one for each group of units.
    #[serde(default)]
    pub write_ports: Option<u32>,
    /// What holds its bits: flip_flop or sram. Default: flip_flop.
    #[serde(default)]
    pub cell: Option<StorageCell>,
}

/// What the keys come to.
struct Shape {
    words: u32,
    lanes: u32,
    bits: u32,
    units: u32,
    ports: Ports,
    cell: StorageCell,
}

impl VectorRegfile {
    fn shape(&self, context: &Context) -> Result<Shape, ComponentError> {
        let siblings = context.siblings;
        let vector = siblings.vector_units.iter();
        let tensor = siblings.tensor_units.iter();
        let lanes = vector.clone().map(|unit| unit.lanes).max();
        let lanes = self.lanes.or(lanes).or_else(|| tensor.clone().map(|unit| unit.columns).max());
        let bits = vector.map(|unit| unit.format.bits()).max();
        let bits = self.bits.or(bits).or_else(|| tensor.map(|unit| unit.accumulator.bits()).max());
        let missing = |key| {
            let reason = "there is no vector unit or tensor unit beside it from which it would follow";
            ComponentError::value(key, "not given", reason, format!("give {key}, such as {key} = 32"))
        };
        let (lanes, bits) = (lanes.ok_or_else(|| missing("lanes"))?, bits.ok_or_else(|| missing("bits"))?);
        let words = self.words.unwrap_or(32);
        within("words", words, 1, 4096)?;
        within("lanes", lanes, 1, 65_536)?;
        within("bits", bits, 1, 1024)?;
        // Units are as many as a core has; a file by itself serves one.
        let units = (siblings.vector_units.len() + siblings.tensor_units.len()).clamp(1, 65_536) as u32;
        let shared = self.units_sharing_ports.unwrap_or(1);
        within("units_sharing_ports", shared, 1, 65_536)?;
        let groups = units.div_ceil(shared);
        let ports = Ports {
            read_write: 0,
            read: self.read_ports.unwrap_or(READS_A_UNIT * groups),
            write: self.write_ports.unwrap_or(WRITES_A_UNIT * groups),
        };
        let shape =
            Shape { words, lanes, bits, units, ports, cell: self.cell.unwrap_or(StorageCell::FlipFlop) };
        self.check_ports(&shape)?;
        Ok(shape)
    }

    fn check_ports(&self, shape: &Shape) -> Result<(), ComponentError> {
        let Ports { read, write, .. } = shape.ports;
        if shape.cell == StorageCell::Edram {
            let reason = "a cell of one transistor has one port";
            return Err(ComponentError::value("cell", "edram", reason, "give flip_flop or sram"));
        }
        let found = self.read_ports.is_none() && self.write_ports.is_none();
        if found && (read > MOST_READ_PORTS || write > MOST_WRITE_PORTS) {
            let groups = (MOST_READ_PORTS / READS_A_UNIT).min(MOST_WRITE_PORTS / WRITES_A_UNIT);
            return Err(ComponentError::value(
                "units_sharing_ports",
                self.units_sharing_ports.unwrap_or(1),
                format!(
                    "{} units need {read} read and {write} write ports; the most are {MOST_READ_PORTS} and {MOST_WRITE_PORTS}",
                    shape.units
                ),
                format!("the nearest is {}", shape.units.div_ceil(groups)),
            ));
        }
        within("read_ports", read, 1, MOST_READ_PORTS)?;
        within("write_ports", write, 1, MOST_WRITE_PORTS)
    }

    fn choices(&self, shape: &Shape) -> Vec<Choice> {
        let units = format!("for {} functional units", shape.units);
        let open = [
            (self.words.is_none(), Choice::new("words", shape.words, "usual")),
            (self.lanes.is_none(), Choice::new("lanes", shape.lanes, "those of the unit beside it")),
            (self.bits.is_none(), Choice::new("bits", shape.bits, "those of the unit beside it")),
            (self.read_ports.is_none(), Choice::new("read_ports", shape.ports.read, format!("two {units}"))),
            (
                self.write_ports.is_none(),
                Choice::new("write_ports", shape.ports.write, format!("one {units}")),
            ),
        ];
        open.into_iter().filter(|(open, _)| *open).map(|(_, choice)| choice).collect()
    }
}

impl Component for VectorRegfile {
    fn stage(&self) -> Stage {
        Stage::Storage
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let shape = self.shape(context)?;
        let bank = Storage::new(u64::from(shape.words), shape.bits, shape.ports, shape.cell, context)?;
        let storage: Cost = bank.parts.iter().map(Part::total).sum();
        // Each port's data go across the bank of their lane, and no further.
        let port = Wires::bus(side(storage.area()), shape.bits, context)?;
        let lanes = f64::from(shape.lanes);
        let mut lane = bank.parts.clone();
        lane.push(Part::leaf("port wires", port.cost).times(u64::from(shape.ports.total())));
        let action = |name: &str,
                      what: &str,
                      energy: &[(&'static str, DataEnergy)],
                      ports: u32|
         -> Result<Action, ComponentError> {
            let mut energy: Vec<_> = energy.iter().map(|(part, energy)| (*part, *energy * lanes)).collect();
            energy.push(("port wires", port.word * lanes));
            Ok(Action {
                name: name.to_owned(),
                description: format!("one vector of random elements {what}"),
                bits: Some(u64::from(shape.lanes) * u64::from(shape.bits)),
                energy,
                capacity: PerCycle(f64::from(ports)),
                tdp_activity: tdp_activity(|values| values.register_file)?,
                clock_share: None,
            })
        };
        let mut choices = self.choices(&shape);
        choices.extend(bank.choices.iter().cloned());
        Ok(Block {
            actions: vec![
                action("read", "out", &bank.read, shape.ports.read)?,
                action("write", "in", &bank.write, shape.ports.write)?,
            ],
            parts: vec![Part::group("lanes", lane).times(u64::from(shape.lanes))],
            paths: vec![TimingPath { name: "port".to_owned(), cycle: bank.cycle + port.delay }],
            choices,
            ..Block::default()
        })
    }
}

#[cfg(test)]
mod tests;
