//! What is asked for: capacity, word, ports, cells, and optionally how to divide it.

use serde::Serialize;

use super::objective::{Limits, Objective};
use super::organisation::Organisation;
use crate::chip::circuit::CircuitError;
use crate::chip::technology::DeviceClass;
use crate::units::{Kelvin, Micrometres, Volts};

/// How a bit is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellKind {
    /// Six transistors of a flavour, and two more for each further port.
    Static(DeviceClass),
    /// The same cell with the leakage of those that foundries make, which have high thresholds. It conducts as the
    /// transistors around it: so area, time and energy are those of a cell of their flavour.
    Foundry,
    /// One transistor and a capacitor in a logic process.
    EmbeddedDram,
}

/// Ports of each bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Ports {
    /// Ports that read or write in a cycle.
    pub read_write: u32,
    /// Ports that only read.
    pub read: u32,
    /// Ports that only write.
    pub write: u32,
}

impl Ports {
    /// All of them.
    pub fn total(self) -> u32 {
        self.read_write.saturating_add(self.read).saturating_add(self.write)
    }

    /// Those that can read.
    pub fn reading(self) -> u32 {
        self.read_write + self.read
    }

    /// Those that can write.
    pub fn writing(self) -> u32 {
        self.read_write + self.write
    }
}

/// A memory array that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArrayRequest {
    /// Feature size of the process.
    pub node: Micrometres,
    /// Bytes of all banks together.
    pub capacity_bytes: u64,
    /// Bytes of a word: what one access reads or writes.
    pub word_bytes: u32,
    /// Ports of each bank.
    pub ports: Ports,
    /// Cells.
    pub cell: CellKind,
    /// Transistors of decoders, sense amplifiers and drivers.
    pub periphery: DeviceClass,
    /// Temperature at which it leaks.
    pub temperature: Kelvin,
    /// Supply of cells and periphery; without it, each flavour's own.
    pub supply: Option<Volts>,
    /// Banks: parts with their own address and data wires.
    pub banks: u32,
    /// How to divide it; without it, the best division is searched.
    pub organisation: Option<Organisation>,
    /// What the search wants least of.
    pub objective: Objective,
    /// What the search must not exceed.
    pub limits: Limits,
}

/// More ports than any cell has room for: with so many a static cell is hundreds of times as large as with one.
const MOST_PORTS: u32 = 64;

/// Fewest rows of a subarray: the row decoder combines two predecoders of at least two bits.
pub(super) const FEWEST_ROWS: u64 = 16;

impl ArrayRequest {
    /// Refuses what no memory can be.
    ///
    /// # Errors
    /// [`CircuitError::Impossible`]: one message with the nearest request that works.
    pub(super) fn check(&self) -> Result<(), CircuitError> {
        let impossible =
            |what: String, why: &str, cure: String| Err(CircuitError::impossible(what, why, cure));
        if self.ports.total() == 0 {
            let cure = "ask for at least one read-write port".to_owned();
            return impossible("an array without a port".to_owned(), "nothing could reach its words", cure);
        }
        if self.ports.total() > MOST_PORTS {
            let cure = format!("ask for at most {MOST_PORTS} in all, or for more banks");
            return impossible(
                format!("{} ports", self.ports.total()),
                "no cell has room for so many word and bit lines",
                cure,
            );
        }
        if self.cell == CellKind::EmbeddedDram && self.ports.total() > 1 {
            return impossible(
                format!("{} ports of embedded DRAM", self.ports.total()),
                "a cell of one transistor has one word line and one bit line",
                "ask for one read-write port and more banks, or for static cells".to_owned(),
            );
        }
        if self.ports.writing() == 0 || self.ports.reading() == 0 {
            let missing = if self.ports.writing() == 0 { "write" } else { "read" };
            let cure = format!("add a {missing} port or a read-write port");
            return impossible(
                format!("an array that nobody can {missing}"),
                "all of its ports go the other way",
                cure,
            );
        }
        if self.word_bytes == 0 || self.capacity_bytes == 0 {
            return impossible(
                "an empty array".to_owned(),
                "capacity and word need at least one byte",
                "give both a size".to_owned(),
            );
        }
        if self.banks == 0 || !self.banks.is_power_of_two() {
            let nearest = self.banks.max(1).next_power_of_two();
            return impossible(
                format!("{} banks", self.banks),
                "banks stand at the leaves of a binary tree",
                format!("ask for {nearest}"),
            );
        }
        self.check_words()
    }

    fn check_words(&self) -> Result<(), CircuitError> {
        let word = u64::from(self.word_bytes);
        let bank_bytes = self.capacity_bytes / u64::from(self.banks);
        // Two rows of subarrays, each of the fewest rows, one word a row: the smallest bank there is.
        let fewest_words = 2 * FEWEST_ROWS;
        let least = (word * fewest_words).saturating_mul(u64::from(self.banks));
        if bank_bytes < word {
            return Err(CircuitError::impossible(
                format!("a word of {word} bytes in a bank of {bank_bytes} bytes"),
                "the word is wider than the capacity",
                match bank_bytes / fewest_words {
                    0 => format!("ask for at least {least} bytes, or for fewer banks"),
                    most => format!("ask for at most {most} bytes a word or at least {least} bytes"),
                },
            ));
        }
        if bank_bytes / word < fewest_words {
            return Err(CircuitError::impossible(
                format!("{} words of {word} bytes a bank", bank_bytes / word),
                &*format!("decoders and sense amplifiers need {fewest_words} words a bank to be shared by"),
                format!("ask for at least {least} bytes, or for registers"),
            ));
        }
        Ok(())
    }
}
