//! What an array costs, in parts. Each total is the sum of its parts, in their order.

use super::organisation::Organisation;
use crate::chip::circuit::transistor::Leakage;
use crate::units::{Joules, Micrometres, Seconds, SquareMicrometres, Watts};

/// A memory array and what it costs. Each total is the sum of its parts, in the order of the parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryArray {
    /// How it is divided.
    pub organisation: Organisation,
    /// From the address at the edge to the data at the edge.
    pub access: AccessTime,
    /// Least time between two accesses of the same port of a bank.
    pub cycle: Seconds,
    /// Energies as CACTI 7 counts them, for comparison with it: with the address wires of all ports and the data
    /// wires of all reading ports, in a write too, and a write's bit lines once for each active mat too often.
    pub all_ports: AccessEnergies,
    /// Energies of an access through one port while the others rest: what a chip pays.
    pub one_port: AccessEnergies,
    /// Leakage of all banks, as CACTI 7 counts it: without the trees inside them.
    pub leakage: ArrayLeakage,
    /// Leakage of the trees inside all banks: repeaters and nodes.
    pub tree_leakage: Leakage,
    /// Power of refresh, all banks; nothing for static cells.
    pub refresh: Watts,
    /// Area of all banks.
    pub area: ArrayArea,
    /// Extent across.
    pub width: Micrometres,
    /// Extent down.
    pub height: Micrometres,
}

/// The parts of an access, along its slowest path.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AccessTime {
    /// Address wires to the bank and to the mat.
    pub address_tree: Seconds,
    /// Predecoder of the rows, or the whole decoder of a multiplexer where that is slower.
    pub decoder: Seconds,
    /// Line gate, driver and word line.
    pub word_line: Seconds,
    /// Bit line.
    pub bit_line: Seconds,
    /// Sense amplifier.
    pub sense_amplifier: Seconds,
    /// Output multiplexers and the wire along the subarray.
    pub output: Seconds,
    /// Data wires from the mat and the bank.
    pub data_tree: Seconds,
}

impl AccessTime {
    /// The parts with their names, in the order of the path.
    pub fn parts(&self) -> [(&'static str, Seconds); 7] {
        [
            ("address_tree", self.address_tree),
            ("decoder", self.decoder),
            ("word_line", self.word_line),
            ("bit_line", self.bit_line),
            ("sense_amplifier", self.sense_amplifier),
            ("output", self.output),
            ("data_tree", self.data_tree),
        ]
    }

    /// The whole path.
    pub fn total(&self) -> Seconds {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }
}

/// The parts of the energy of an access.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AccessEnergy {
    /// Address wires to the bank and to the mats.
    pub address_tree: Joules,
    /// Predecoders of the rows.
    pub decoders: Joules,
    /// Word lines with their drivers.
    pub word_lines: Joules,
    /// Multiplexer selects with their decoders.
    pub selects: Joules,
    /// Precharge and equalising drivers.
    pub precharge: Joules,
    /// Bit lines.
    pub bit_lines: Joules,
    /// Sense amplifiers.
    pub sense_amplifiers: Joules,
    /// Drivers and wires at the edge of the subarrays.
    pub data_drivers: Joules,
    /// Data wires to or from the mats and the bank.
    pub data_tree: Joules,
}

impl AccessEnergy {
    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, Joules); 9] {
        [
            ("address_tree", self.address_tree),
            ("decoders", self.decoders),
            ("word_lines", self.word_lines),
            ("selects", self.selects),
            ("precharge", self.precharge),
            ("bit_lines", self.bit_lines),
            ("sense_amplifiers", self.sense_amplifiers),
            ("data_drivers", self.data_drivers),
            ("data_tree", self.data_tree),
        ]
    }

    /// All of it.
    pub fn total(&self) -> Joules {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }
}

/// The energy of a read and of a write.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AccessEnergies {
    /// Of one read.
    pub read: AccessEnergy,
    /// Of one write.
    pub write: AccessEnergy,
}

/// The parts of the leakage of all banks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ArrayLeakage {
    /// Bit cells with their ports.
    pub cells: Leakage,
    /// Decoders and word line drivers.
    pub row_logic: Leakage,
    /// Precharge drivers, sense amplifiers, output drivers.
    pub column_logic: Leakage,
    /// Repeaters and nodes of the trees between banks.
    pub bank_tree: Leakage,
}

impl ArrayLeakage {
    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, Leakage); 4] {
        [
            ("cells", self.cells),
            ("row_logic", self.row_logic),
            ("column_logic", self.column_logic),
            ("bank_tree", self.bank_tree),
        ]
    }

    /// All of it.
    pub fn total(&self) -> Leakage {
        self.parts().into_iter().fold(Leakage::default(), |sum, (_, part)| sum + part)
    }
}

/// The parts of the area of all banks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ArrayArea {
    /// Bit cells with their ports.
    pub cells: SquareMicrometres,
    /// What the mats have beside cells: decoders, drivers, sense amplifiers, straps, wires.
    pub periphery: SquareMicrometres,
    /// Channels of the trees.
    pub wiring: SquareMicrometres,
}

impl ArrayArea {
    /// The parts with their names.
    pub fn parts(&self) -> [(&'static str, SquareMicrometres); 3] {
        [("cells", self.cells), ("periphery", self.periphery), ("wiring", self.wiring)]
    }

    /// All of it.
    pub fn total(&self) -> SquareMicrometres {
        self.parts().into_iter().map(|(_, part)| part).sum()
    }
}
