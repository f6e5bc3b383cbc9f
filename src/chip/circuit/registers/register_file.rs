//! A register file with its parts.

use super::request::{RegisterFileRequest, WritePorts};
use crate::chip::circuit::DataEnergy;
use crate::units::{Joules, Seconds, SquareMicrometres, Watts};

/// What a part of a register file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// The flip-flops.
    Storage,
    /// A clock gate for each word.
    ClockGates,
    /// Decoders, gates and OR trees of the read ports. In a write: what the new bits switch in them.
    ReadPorts,
    /// Decoders of the write ports, and what brings the data to the words.
    WritePorts,
    /// Pointers of a queue with their flip-flops; nothing in an addressed file.
    Pointers,
    /// Wires beyond the local ones.
    Wiring,
    /// Buffers and wires of the clock.
    ClockDistribution,
    /// Placed rows that no cell fills.
    Whitespace,
}

/// One part of a register file's cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Area.
    pub area: SquareMicrometres,
    /// Energy of a read through one port.
    pub read: DataEnergy,
    /// Energy of a write through one port, clock of the written word included where words have clock gates.
    pub write: DataEnergy,
    /// Energy of the clock in a cycle in which all words take data.
    pub running_clock_energy: Joules,
    /// Energy of the clock in a cycle without a write.
    pub clock_energy: Joules,
    /// Energy of the clock in a cycle while the clock of the whole file is gated.
    pub gated_clock_energy: Joules,
    /// Leakage.
    pub leakage: Watts,
}

/// A register file at one node, voltage and temperature. It holds its words and the pointers of a queue, not registers for
/// addresses, data in or data out.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisterFile {
    /// What was asked for.
    pub request: RegisterFileRequest,
    /// How its words take data.
    pub write_ports: WritePorts,
    /// Flip-flops, those of pointers included.
    pub flip_flops: u32,
    /// Gates in NAND2-equivalents, flip-flops and clock gates left out.
    pub gates: f64,
    /// From the address at a read port to its data.
    pub read_delay: Seconds,
    /// From address and data at a write port to the flip-flops and clock gates.
    pub write_delay: Seconds,
    /// Shortest cycle from register to register: the slower of both, with a flip-flop's overhead and skew.
    pub minimum_cycle: Seconds,
    /// What it is made of; totals are sums over these.
    pub parts: Vec<Part>,
}

impl RegisterFile {
    /// Area.
    pub fn area(&self) -> SquareMicrometres {
        self.parts.iter().map(|part| part.area).sum()
    }

    /// Energy of a read through one port.
    pub fn read(&self) -> DataEnergy {
        self.parts.iter().map(|part| part.read).sum()
    }

    /// Energy of a write through one port. Where words have clock gates the clock of the written word is in it.
    pub fn write(&self) -> DataEnergy {
        self.parts.iter().map(|part| part.write).sum()
    }

    /// Energy of a read of random data.
    pub fn read_energy(&self) -> Joules {
        self.read().total()
    }

    /// Energy of a write of random data.
    pub fn write_energy(&self) -> Joules {
        self.write().total()
    }

    /// Energy of the clock in a cycle in which all words take data, as pipeline registers do; data left out.
    pub fn running_clock_energy(&self) -> Joules {
        self.parts.iter().map(|part| part.running_clock_energy).sum()
    }

    /// Energy of the clock in a cycle without a write; a write adds its word's.
    pub fn clock_energy(&self) -> Joules {
        self.parts.iter().map(|part| part.clock_energy).sum()
    }

    /// Energy of the clock in a cycle while the clock of the whole file is gated.
    pub fn gated_clock_energy(&self) -> Joules {
        self.parts.iter().map(|part| part.gated_clock_energy).sum()
    }

    /// Leakage.
    pub fn leakage(&self) -> Watts {
        self.parts.iter().map(|part| part.leakage).sum()
    }
}
