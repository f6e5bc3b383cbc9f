//! A register file with its parts.

use std::iter::Sum;
use std::ops::Add;

use super::request::{RegisterFileRequest, WritePorts};
use crate::units::{Joules, Ratio, Seconds, SquareMicrometres, Watts};

/// Part of the bits that change between random words.
pub(super) const RANDOM_TOGGLE: f64 = 0.5;

/// Energy of an access, apart from what the clock takes each cycle anyhow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AccessEnergy {
    /// What it takes when all words are zero: decoding, selecting, the clock of the word that is written.
    pub standing: Joules,
    /// What random words add: half of the bits change.
    pub data: Joules,
}

impl AccessEnergy {
    /// With random data.
    pub fn total(self) -> Joules {
        self.standing + self.data
    }

    /// When a part of the bits changes from one word to the next (random data: one half). A fraction outside of 0 to
    /// 1 counts as the nearer of them.
    pub fn at(self, toggle: Ratio) -> Joules {
        self.standing + self.data * (toggle.0.clamp(0.0, 1.0) / RANDOM_TOGGLE)
    }
}

impl Add for AccessEnergy {
    type Output = AccessEnergy;
    fn add(self, other: AccessEnergy) -> AccessEnergy {
        AccessEnergy { standing: self.standing + other.standing, data: self.data + other.data }
    }
}

impl Sum for AccessEnergy {
    fn sum<I: Iterator<Item = AccessEnergy>>(values: I) -> AccessEnergy {
        values.fold(AccessEnergy::default(), |sum, value| sum + value)
    }
}

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
    pub read: AccessEnergy,
    /// Energy of a write through one port, clock of the written word included where words have clock gates.
    pub write: AccessEnergy,
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
    pub fn read(&self) -> AccessEnergy {
        self.parts.iter().map(|part| part.read).sum()
    }

    /// Energy of a write through one port. Where words have clock gates the clock of the written word is in it.
    pub fn write(&self) -> AccessEnergy {
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
