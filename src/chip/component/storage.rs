//! Storage of words and bits behind ports, for all components that hold something: flip-flops, or memory macros as
//! many as the size needs.

mod distribution;
mod flip_flops;
mod macros;
mod ports;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Choice, ComponentError, Context, Part};
use crate::chip::circuit::DataEnergy;
use crate::chip::circuit::array::Ports;
use crate::units::{Micrometres, Seconds, SquareMicrometres, Watts};

pub use distribution::{Distribution, Pieces};
pub(super) use macros::{FEWEST_WORDS, KindKey, MacroKind};

/// What holds a bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StorageCell {
    /// Flip-flops of the standard cells.
    FlipFlop,
    /// Static memory.
    #[default]
    Sram,
    /// Dynamic memory in a logic process, of one read-write port.
    Edram,
}

/// Words behind ports.
#[derive(Clone, Debug, PartialEq)]
pub struct Storage {
    /// What it is made of.
    pub parts: Vec<Part>,
    /// Where the energy of a read through one port goes.
    pub read: Vec<(&'static str, DataEnergy)>,
    /// Where the energy of a write through one port goes, the clock of what is written included.
    pub write: Vec<(&'static str, DataEnergy)>,
    /// Shortest cycle of a port.
    pub cycle: Seconds,
    /// Cycles from the address to the data.
    pub cycles: u32,
    /// Extent across, for those who lead wires to it.
    pub width: Micrometres,
    /// Extent down.
    pub height: Micrometres,
    /// How it is built, where that was open.
    pub choices: Vec<Choice>,
}

impl Storage {
    /// Words of so many bits behind ports, to be run at the clock of the context. Where no macro is as fast, the
    /// fastest: [`Storage::cycle`] tells.
    ///
    /// Flip-flops are banks of up to 128 words and slices of up to 64 bits. Memory macros hold whole bytes and at least
    /// 32 words: smaller ones are rounded up, with a [`Choice`] that says so.
    ///
    /// # Errors
    /// [`ComponentError`]: no words, bits or ports, or ports that the cell cannot have.
    pub fn new(
        words: u64,
        bits: u32,
        ports: Ports,
        cell: StorageCell,
        context: &Context,
    ) -> Result<Storage, ComponentError> {
        if words == 0 || bits == 0 {
            return Err(ComponentError::value(
                "capacity",
                format!("{words} words of {bits} bits"),
                "there is nothing to store",
                "the least is 1 word of 1 bit",
            ));
        }
        match cell {
            StorageCell::FlipFlop => flip_flops::build(words, bits, ports, context),
            StorageCell::Sram | StorageCell::Edram => macros::build(words, bits, ports, cell, context),
        }
    }

    /// Flip-flops for few words, where they take neither more area nor more leakage than static memory; so neither ever
    /// falls when words or bits are added.
    ///
    /// # Errors
    /// As [`Storage::new`].
    pub fn of_cheaper_cell(
        words: u64,
        bits: u32,
        ports: Ports,
        context: &Context,
    ) -> Result<Storage, ComponentError> {
        let memory = Storage::new(words, bits, ports, StorageCell::Sram, context);
        if words > flip_flops::MOST_WORDS * 8 {
            return memory;
        }
        let registers = Storage::new(words, bits, ports, StorageCell::FlipFlop, context);
        match (memory, registers) {
            (Ok(memory), Ok(registers)) => {
                let cheaper = registers.area() <= memory.area() && registers.leakage() <= memory.leakage();
                let (mut chosen, name, than) = if cheaper {
                    (registers, "flip_flop", "no more area and leakage than sram")
                } else {
                    (memory, "sram", "less area or leakage than flip_flop")
                };
                let reason = format!("{words} words of {bits} bits: {than}");
                chosen.choices.push(Choice::new("cell", name, reason));
                Ok(chosen)
            }
            (Ok(memory), Err(_)) => Ok(memory),
            (Err(_), registers) => registers,
        }
    }

    /// Energy of a read.
    pub fn read_energy(&self) -> DataEnergy {
        self.read.iter().map(|(_, energy)| *energy).sum()
    }

    /// Energy of a write.
    pub fn write_energy(&self) -> DataEnergy {
        self.write.iter().map(|(_, energy)| *energy).sum()
    }

    /// Area times the energy of a read and a write: what a choice of cells or ports wants least of.
    pub fn figure_of_merit(&self) -> f64 {
        self.area().0 * (self.read_energy() + self.write_energy()).total().0
    }

    /// Leakage of all parts.
    fn leakage(&self) -> Watts {
        self.parts.iter().map(|part| part.total().leakage).sum()
    }

    /// Area of all parts.
    pub fn area(&self) -> SquareMicrometres {
        self.parts.iter().map(|part| part.total().area()).sum()
    }
}

/// Bits that tell words apart.
pub fn address_bits(words: u64) -> u32 {
    64 - words.saturating_sub(1).leading_zeros()
}

/// A width and height that grow in proportion by an area beside what they hold.
pub fn stretched(
    width: Micrometres,
    height: Micrometres,
    by: SquareMicrometres,
) -> (Micrometres, Micrometres) {
    let factor = (1.0 + by.0 / (width * height).0).sqrt();
    (width * factor, height * factor)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chip::component::trial::Trial;

    const ONE: Ports = Ports { read_write: 1, read: 0, write: 0 };
    const TWO: Ports = Ports { read_write: 0, read: 1, write: 1 };

    fn stored(words: u64, bits: u32, ports: Ports, cell: StorageCell, at: &Trial) -> Storage {
        Storage::new(words, bits, ports, cell, &at.context()).unwrap()
    }

    #[test]
    fn register_files_beyond_what_was_synthesised_are_tiled() {
        let at = Trial::at(28.0).clocked(500.0);
        let one = stored(128, 64, TWO, StorageCell::FlipFlop, &at);
        let wide = stored(128, 128, TWO, StorageCell::FlipFlop, &at);
        assert!((wide.area().0 / one.area().0 - 2.0).abs() < 1e-9);
        assert!((wide.read_energy().total().0 / one.read_energy().total().0 - 2.0).abs() < 1e-9);
        // Two banks, one of which is read, and what chooses between them.
        let deep = stored(256, 64, TWO, StorageCell::FlipFlop, &at);
        assert!(deep.area().0 > 2.0 * one.area().0 && deep.area().0 < 2.2 * one.area().0);
        assert!(deep.read_energy().total().0 < 1.5 * one.read_energy().total().0);
    }

    #[test]
    fn too_few_words_for_a_macro_are_rounded_up_and_told() {
        let at = Trial::supplied(65.0, 1.0).clocked(200.0);
        let few = stored(12, 12, ONE, StorageCell::Sram, &at);
        let least = stored(32, 16, ONE, StorageCell::Sram, &at);
        assert_eq!(few.area(), least.area());
        assert!(few.choices.iter().any(|choice| choice.value == "32 words of 16 bits"));
    }

    #[test]
    fn few_words_are_cheaper_in_flip_flops_and_many_in_static_memory() {
        let at = Trial::at(28.0).clocked(500.0);
        let cell = |words: u64, bits: u32| {
            let storage = Storage::of_cheaper_cell(words, bits, TWO, &at.context()).unwrap();
            storage.choices.iter().find(|choice| choice.key == "cell").unwrap().value.clone()
        };
        assert_eq!(cell(4, 16), "flip_flop");
        assert_eq!(cell(1024, 32), "sram");
    }

    #[test]
    fn bit_lines_of_a_memory_move_with_every_access_and_data_wires_with_bits_that_change() {
        let at = Trial::at(28.0);
        // Several macros, so that wires join them.
        let memory = stored(1 << 16, 128, ONE, StorageCell::Sram, &at);
        for access in [&memory.read, &memory.write] {
            let part = |wanted: &str| access.iter().find(|(name, _)| *name == wanted).unwrap().1;
            for standing in ["bit lines", "decoders and word lines", "control"] {
                assert_eq!(part(standing).data.0, 0.0, "{standing}");
            }
            let wires = part("wires between macros");
            // 128 bits of data to 16 of an address, which is random anyhow.
            assert!(wires.data > wires.standing && wires.standing.0 > 0.0, "{wires:?}");
        }
        let registers = stored(16, 32, TWO, StorageCell::FlipFlop, &at);
        let (read, write) = (registers.read_energy(), registers.write_energy());
        assert!(read.data > read.standing && write.data.0 > 0.0 && write.standing.0 > 0.0);
    }

    #[test]
    fn nothing_to_store_is_refused() {
        let at = Trial::at(28.0).clocked(500.0);
        for (words, bits) in [(0, 8), (8, 0)] {
            let error = Storage::new(words, bits, ONE, StorageCell::Sram, &at.context()).unwrap_err();
            assert!(error.to_string().contains("the least is 1 word of 1 bit"), "{error}");
        }
    }
}
