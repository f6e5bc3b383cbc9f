//! Pieces of a control-heavy component, put together: what they cost, and what an action takes of each.

use super::banked::Banked;
use super::storage::{Storage, StorageCell};
use super::{ComponentError, Context, Cost, Part, TimingPath};
use crate::chip::circuit::arithmetic::{NumberFormat, Operation, UnitRequest};
use crate::chip::circuit::array::Ports;
use crate::chip::circuit::{DataEnergy, Netlist};
use crate::units::{Joules, Ratio};

/// Pieces so far.
#[derive(Debug)]
pub struct Pieces<'a> {
    context: &'a Context<'a>,
    /// What they cost.
    pub parts: Vec<Part>,
    /// What limits the clock.
    pub paths: Vec<TimingPath>,
}

/// Energy of a read and of a write.
#[derive(Clone, Copy, Debug)]
pub struct Accesses {
    /// Of a read.
    pub read: DataEnergy,
    /// Of a write.
    pub write: DataEnergy,
}

impl<'a> Pieces<'a> {
    /// None yet.
    pub fn new(context: &'a Context<'a>) -> Pieces<'a> {
        Pieces { context, parts: Vec::new(), paths: Vec::new() }
    }

    /// Adds gates and flip-flops. The energy of an action in which a part of the gates switch and all of the flip-flops
    /// take random data.
    pub fn logic(
        &mut self,
        name: &str,
        netlist: Netlist,
        switching: Ratio,
    ) -> Result<Joules, ComponentError> {
        let placed = netlist.placed(self.context.cells)?;
        self.parts.push(Part::leaf(name, Cost::of_logic(&placed)));
        Ok(placed.transitions(netlist.gates * switching.0) + placed.store(netlist.flip_flops, Ratio(0.5)))
    }

    /// Adds so many adders. The energy of one addition.
    pub fn adders(&mut self, name: &str, bits: u32, count: u32) -> Result<Joules, ComponentError> {
        let sum = Operation::add(NumberFormat::Integer { bits });
        let unit = UnitRequest::placed(sum, Some(self.context.clock))?.build(self.context.cells)?;
        self.parts.push(Part::leaf(name, Cost::of_unit(&unit)).times(u64::from(count)));
        self.paths.push(TimingPath { name: name.to_owned(), cycle: unit.minimum_cycle });
        Ok(unit.energy())
    }

    /// Adds words behind ports; static memory in as many banks as the clock asks for.
    pub fn storage(
        &mut self,
        name: &str,
        size: (u64, u32),
        ports: Ports,
        cell: Option<StorageCell>,
    ) -> Result<Accesses, ComponentError> {
        if cell != Some(StorageCell::Sram) {
            return self.banks(name, size, ports, cell, 1);
        }
        let Banked { part, read, write, cycle } =
            Banked::new(self.context, name, size, ports, StorageCell::Sram)?;
        self.parts.push(part);
        self.paths.push(TimingPath { name: name.to_owned(), cycle });
        Ok(Accesses { read, write })
    }

    /// Adds so many banks of words behind ports. The energies are those of one bank.
    pub fn banks(
        &mut self,
        name: &str,
        (words, bits): (u64, u32),
        ports: Ports,
        cell: Option<StorageCell>,
        count: u32,
    ) -> Result<Accesses, ComponentError> {
        let storage = match cell {
            Some(cell) => Storage::new(words, bits, ports, cell, self.context)?,
            None => Storage::of_cheaper_cell(words, bits, ports, self.context)?,
        };
        let accesses = Accesses { read: storage.read_energy(), write: storage.write_energy() };
        self.parts.push(Part::group(name, storage.parts).times(u64::from(count)));
        self.paths.push(TimingPath { name: name.to_owned(), cycle: storage.cycle });
        Ok(accesses)
    }
}
