//! What is asked for: words, bits, ports, how words are written, layout.

use std::fmt;
use std::ops::RangeInclusive;

use super::builder::Builder;
use super::register_file::RegisterFile;
use crate::chip::circuit::{CircuitError, Layout};
use crate::chip::technology::StandardCells;

/// Sizes for which the logic was synthesised; one word has none.
const WORDS: RangeInclusive<u32> = 1..=128;
const BITS: RangeInclusive<u32> = 1..=64;
const WRITE_PORTS: RangeInclusive<u32> = 1..=8;
/// Read ports are copies of one.
const READ_PORTS: RangeInclusive<u32> = 1..=16;

/// Who says which word is read or written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Use {
    /// An address with each access.
    #[default]
    Addressed,
    /// First in, first out: two pointers with their flip-flops, and the signs full and empty.
    Queue,
}

/// How a word takes data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WritePorts {
    /// A clock gate a word; the data reach the flip-flops of all words. What synthesis makes of plain RTL; one write
    /// port only.
    Broadcast,
    /// A clock gate a word; only the word that is written sees the data.
    Isolated,
    /// A multiplexer a bit, which keeps or takes; the clock always runs.
    Multiplexer,
}

impl WritePorts {
    /// Its name in the fits.
    pub(super) fn circuit(self) -> &'static str {
        match self {
            WritePorts::Broadcast => "broadcast",
            WritePorts::Isolated => "isolated",
            WritePorts::Multiplexer => "multiplexer",
        }
    }
}

/// A register file that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegisterFileRequest {
    /// Words.
    pub words: u32,
    /// Bits of a word.
    pub bits: u32,
    /// Ports that read.
    pub read_ports: u32,
    /// Ports that write.
    pub write_ports: u32,
    /// Addresses or pointers.
    pub used_as: Use,
    /// How a word takes data; without a wish, with clock gates, broadcast or isolated: the one that takes less
    /// energy for a write.
    pub write: Option<WritePorts>,
    /// What layout adds.
    pub layout: Layout,
}

impl RegisterFileRequest {
    /// A placed register file.
    ///
    /// # Errors
    /// [`CircuitError::Data`] if the built-in data cannot be read.
    pub fn placed(
        words: u32,
        bits: u32,
        read_ports: u32,
        write_ports: u32,
    ) -> Result<RegisterFileRequest, CircuitError> {
        let layout = Layout::placed()?;
        let (used_as, write) = (Use::default(), None);
        Ok(RegisterFileRequest { words, bits, read_ports, write_ports, used_as, write, layout })
    }

    /// Cells alone, as tables of synthesis results have them.
    ///
    /// # Errors
    /// As [`RegisterFileRequest::placed`].
    pub fn cells_only(
        words: u32,
        bits: u32,
        read_ports: u32,
        write_ports: u32,
    ) -> Result<RegisterFileRequest, CircuitError> {
        let placed = RegisterFileRequest::placed(words, bits, read_ports, write_ports)?;
        Ok(RegisterFileRequest { layout: Layout::cells_only()?, ..placed })
    }

    /// A placed queue of one port in and one out.
    ///
    /// # Errors
    /// As [`RegisterFileRequest::placed`].
    pub fn queue(words: u32, bits: u32) -> Result<RegisterFileRequest, CircuitError> {
        Ok(RegisterFileRequest { used_as: Use::Queue, ..RegisterFileRequest::placed(words, bits, 1, 1)? })
    }

    /// The register file in the cells of a technology.
    ///
    /// # Errors
    /// [`CircuitError::Impossible`]: no words, bits or ports, or more than were synthesised; ports or a way to write
    /// that do not go together; each with the nearest that works.
    pub fn build(&self, cells: &StandardCells) -> Result<RegisterFile, CircuitError> {
        self.check()?;
        let with = |write| Ok::<_, CircuitError>(Builder::new(self, write, cells)?.build());
        if let Some(write) = self.write {
            return with(write);
        }
        let isolated = with(WritePorts::Isolated)?;
        if self.write_ports > 1 {
            return Ok(isolated);
        }
        let broadcast = with(WritePorts::Broadcast)?;
        let saves = isolated.write_energy().0 < broadcast.write_energy().0;
        Ok(if saves { isolated } else { broadcast })
    }

    fn check(&self) -> Result<(), CircuitError> {
        let beyond = "an SRAM array is what is wanted from there on";
        self.within("words", self.words, &WORDS, beyond)?;
        self.within("bits", self.bits, &BITS, "place several side by side")?;
        let replicas = "give copies of the file a part of the ports each";
        self.within("read ports", self.read_ports, &READ_PORTS, replicas)?;
        self.within("write ports", self.write_ports, &WRITE_PORTS, "split it into banks")?;
        if self.used_as == Use::Queue && (self.read_ports, self.write_ports) != (1, 1) {
            return Err(CircuitError::impossible(
                self.to_string(),
                "a queue has one port in and one out",
                "the nearest is 1 read port and 1 write port; an addressed register file has any number",
            ));
        }
        if self.write == Some(WritePorts::Broadcast) && self.write_ports > 1 {
            return Err(CircuitError::impossible(
                self.to_string(),
                "data can be broadcast from one write port only",
                "the nearest is isolated data, or 1 write port",
            ));
        }
        Ok(())
    }

    fn within(
        &self,
        what: &str,
        count: u32,
        range: &RangeInclusive<u32>,
        beyond: &str,
    ) -> Result<(), CircuitError> {
        if range.contains(&count) {
            return Ok(());
        }
        let (least, most) = (range.start(), range.end());
        let (why, cure) = if count < *least {
            (format!("it needs {what}"), format!("the nearest is {least}"))
        } else {
            (
                format!("logic was synthesised for up to {most} {what}"),
                format!("the nearest is {most}; {beyond}"),
            )
        };
        Err(CircuitError::impossible(self.to_string(), why, cure))
    }
}

impl fmt::Display for RegisterFileRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.used_as {
            Use::Addressed => "a register file",
            Use::Queue => "a queue",
        };
        let RegisterFileRequest { words, bits, read_ports, write_ports, .. } = self;
        write!(f, "{name} of {words} x {bits} bits, {read_ports} read and {write_ports} write ports")
    }
}
