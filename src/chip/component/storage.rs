//! Storage of words and bits behind ports, for all components that hold something: flip-flops, or memory macros as
//! many as the size needs.

mod distribution;
mod flip_flops;
mod macros;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Choice, ComponentError, Context, Part};
use crate::chip::circuit::array::Ports;
use crate::units::{Joules, Micrometres, Seconds, SquareMicrometres};

pub use distribution::{Distribution, Pieces};

/// What holds a bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
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
    /// Where the energy of a read through one port goes, random data.
    pub read: Vec<(&'static str, Joules)>,
    /// Where the energy of a write through one port goes, random data, the clock of what is written included.
    pub write: Vec<(&'static str, Joules)>,
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

    /// The cheaper of flip-flops and static memory for few words, by area times energy of a read and a write.
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
                let cheaper = registers.figure_of_merit() <= memory.figure_of_merit();
                let (mut chosen, name, other) =
                    if cheaper { (registers, "flip_flop", "sram") } else { (memory, "sram", "flip_flop") };
                let reason = format!("{words} words of {bits} bits: less area times energy than {other}");
                chosen.choices.push(Choice::new("cell", name, reason));
                Ok(chosen)
            }
            (Ok(memory), Err(_)) => Ok(memory),
            (Err(_), registers) => registers,
        }
    }

    /// Energy of a read of random data.
    pub fn read_energy(&self) -> Joules {
        self.read.iter().map(|(_, energy)| *energy).sum()
    }

    /// Energy of a write of random data.
    pub fn write_energy(&self) -> Joules {
        self.write.iter().map(|(_, energy)| *energy).sum()
    }

    /// Area times the energy of a read and a write: what a choice of cells or ports wants least of.
    pub fn figure_of_merit(&self) -> f64 {
        self.area().0 * (self.read_energy() + self.write_energy()).0
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
pub(in crate::chip::component) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chip::circuit::{Process, SignOff};
    use crate::chip::component::{ArrayCache, Siblings};
    use crate::chip::technology::{DeviceClass, StandardCells};
    use crate::units::{Hertz, Kelvin, Micrometres, Volts};

    /// All that a context borrows.
    pub struct Surroundings {
        pub process: Process,
        pub cells: StandardCells,
        pub siblings: Siblings,
        pub arrays: ArrayCache,
        pub clock: Hertz,
    }

    impl Surroundings {
        pub fn at(node_um: f64, supply: Option<f64>, megahertz: f64) -> Surroundings {
            let sign_off = SignOff::built_in().unwrap();
            let process = Process {
                node: Micrometres(node_um),
                supply: supply.map(Volts),
                temperature: Kelvin(350.0),
                sign_off,
            };
            let cells = process.cells().unwrap();
            let process = Process { supply: Some(cells.supply), ..process };
            let (siblings, arrays) = (Siblings::default(), ArrayCache::default());
            Surroundings { process, cells, siblings, arrays, clock: Hertz(megahertz * 1e6) }
        }

        pub fn context(&self) -> Context<'_> {
            Context {
                process: self.process,
                transistors: DeviceClass::HighPerformance,
                clock: self.clock,
                cells: &self.cells,
                siblings: &self.siblings,
                arrays: &self.arrays,
            }
        }
    }

    const ONE: Ports = Ports { read_write: 1, read: 0, write: 0 };
    const TWO: Ports = Ports { read_write: 0, read: 1, write: 1 };

    fn show(name: &str, words: u64, bits: u32, ports: Ports, cell: StorageCell, at: &Surroundings) {
        let start = std::time::Instant::now();
        let storage = Storage::new(words, bits, ports, cell, &at.context()).unwrap();
        let time = start.elapsed();
        let area: f64 = storage.parts.iter().map(|part| part.total().area().0).sum();
        let cells = 146.0 * at.process.node.0 * at.process.node.0 * words as f64 * f64::from(bits);
        println!("{name}: {:.4} mm2 = {:.3} cells, read {:.2} write {:.2} pJ, cycle {}, {:.0} x {:.0} um, {time:?}", area * 1e-6, area / cells, storage.read_energy().0 * 1e12, storage.write_energy().0 * 1e12, storage.cycle, storage.width.0, storage.height.0);
        println!("   {:?}", storage.choices.iter().map(|c| format!("{} {}", c.value, c.reason)).collect::<Vec<_>>());
        println!("   read {:?}", storage.read.iter().map(|(n, e)| format!("{n} {:.2}", e.0 * 1e12)).collect::<Vec<_>>());
        println!("   area {:?}", storage.parts.iter().flat_map(|p| p.parts.iter().map(|q| format!("{} {:.4}", q.name, q.total().area().0 * 1e-6 * p.count as f64)).chain([format!("own {} {:.4}", p.name, p.own.area().0 * 1e-6 * p.count as f64)])).collect::<Vec<_>>());
    }

    #[test]
    #[ignore]
    fn numbers() {
        let s28 = Surroundings::at(0.028, Some(0.86), 700.0);
        show("24 MiB/2 256B 1R1W 28nm", 49152, 2048, TWO, StorageCell::Sram, &s28);
        show("4 MiB/256 1R1W 28nm 4 B lane", 4096, 32, TWO, StorageCell::Sram, &s28);
        show("4 MiB 1KiB wide", 4096, 8192, TWO, StorageCell::Sram, &s28);
        let s65 = Surroundings::at(0.065, Some(1.0), 200.0);
        show("512x64 65nm", 512, 64, ONE, StorageCell::Sram, &s65);
        show("224x16 65nm", 224, 16, ONE, StorageCell::Sram, &s65);
        show("24x16 65nm ff", 24, 16, TWO, StorageCell::FlipFlop, &s65);
        let s7 = Surroundings::at(0.007, None, 1050.0);
        show("128MiB/32 7nm", 8192, 4096, ONE, StorageCell::Sram, &s7);
        show("8KiB 7nm", 1024, 64, ONE, StorageCell::Sram, &s7);
        show("32KiB 7nm", 4096, 64, ONE, StorageCell::Sram, &s7);
        show("1MiB 7nm", 131072, 64, ONE, StorageCell::Sram, &s7);
        show("256x64x.. asap7 8KiB", 1024, 64, ONE, StorageCell::Sram, &s7);
        let s45 = Surroundings::at(0.045, Some(0.9), 500.0);
        show("8KiB 45nm", 1024, 64, ONE, StorageCell::Sram, &s45);
        show("32KiB 45nm", 4096, 64, ONE, StorageCell::Sram, &s45);
        show("1MiB 45nm", 131072, 64, ONE, StorageCell::Sram, &s45);
        show("cbuf bank 28 256x512", 256, 512, TWO, StorageCell::Sram, &Surroundings::at(0.028, None, 1000.0));
        show("cbuf bank 16 256x512", 256, 512, TWO, StorageCell::Sram, &Surroundings::at(0.016, None, 1000.0));
        let s90 = Surroundings::at(0.09, None, 200.0);
        for (w, b, a) in [(64, 64, 50489.), (256, 8, 17547.), (256, 16, 28127.), (256, 32, 49488.), (256, 64, 93181.), (512, 16, 45309.), (512, 32, 79720.), (512, 64, 150102.), (1024, 16, 79674.), (1024, 32, 140183.), (1024, 64, 263946.), (2048, 64, 491634.), (4096, 16, 257609.), (8192, 32, 939915.)] {
            let foundry = a / (3.187 * w as f64 * b as f64);
            show(&format!("IHP {foundry:.3} {w}x{b}"), w, b, ONE, StorageCell::Sram, &s90);
        }
        for (w, b, a) in [(64, 32, 52621.), (256, 16, 57521.), (256, 32, 96267.), (512, 32, 150650.), (1024, 32, 264167.)] {
            let foundry = a / (3.187 * w as f64 * b as f64);
            show(&format!("IHP 2P {foundry:.3} {w}x{b}"), w, b, Ports { read_write: 2, read: 0, write: 0 }, StorageCell::Sram, &s90);
        }
    }
}
