//! Memories that nobody sizes bank by bank: as many banks as the clock asks for.

use super::storage::{Storage, StorageCell};
use super::{ComponentError, Context, Cost, Part};
use crate::chip::circuit::array::Ports;
use crate::chip::circuit::{DataEnergy, Netlist};
use crate::units::Seconds;

/// Most banks that are tried.
const MOST_BANKS: u64 = 64;

/// Fewest words of a bank: below, decoders and sense amplifiers are shared by too few.
const FEWEST_WORDS: u64 = 32;

/// NAND2-equivalents of a two-way multiplexer of a bit.
const GATES_PER_CHOICE: f64 = 2.33;

/// Words in banks, one of which is accessed at a time.
#[derive(Clone, Debug)]
pub(super) struct Banked {
    /// What all banks cost, with what picks a bank's word.
    pub part: Part,
    /// A word out of one of them.
    pub read: DataEnergy,
    /// A word into one of them.
    pub write: DataEnergy,
    /// Shortest cycle.
    pub cycle: Seconds,
}

impl Banked {
    /// In the fewest banks that meet the clock; in the fastest where none do.
    ///
    /// # Errors
    /// As [`Storage::new`].
    pub fn new(
        context: &Context,
        name: &str,
        (words, bits): (u64, u32),
        ports: Ports,
        cell: StorageCell,
    ) -> Result<Banked, ComponentError> {
        let period = context.clock.time_of(1.0);
        let mut fastest: Option<(Storage, u64)> = None;
        for banks in (0..).map(|power| 1_u64 << power).take_while(|banks| *banks <= MOST_BANKS) {
            if banks > 1 && words < FEWEST_WORDS * banks {
                break;
            }
            let bank = Storage::new(words.div_ceil(banks), bits, ports, cell, context)?;
            let meets = bank.cycle.0 <= period.0 * (1.0 + 1e-9);
            if fastest.as_ref().is_none_or(|(before, _)| bank.cycle < before.cycle) {
                fastest = Some((bank, banks));
            }
            if meets {
                break;
            }
        }
        match fastest {
            Some((bank, banks)) => Banked::of(context, name, bank, banks, bits),
            None => Err(ComponentError::value("capacity", words, "there is nothing to store", "give more")),
        }
    }

    fn of(
        context: &Context,
        name: &str,
        bank: Storage,
        banks: u64,
        bits: u32,
    ) -> Result<Banked, ComponentError> {
        let (mut read, write, cycle) = (bank.read_energy(), bank.write_energy(), bank.cycle);
        let mut part = Part::group(name, bank.parts);
        if banks > 1 {
            let ways = (banks - 1) as f64;
            let choice = Netlist::of_gates(GATES_PER_CHOICE * f64::from(bits) * ways);
            let placed = choice.placed(context.cells)?;
            // A bit that changes goes through as many multiplexers as the banks can be halved.
            let through = GATES_PER_CHOICE * f64::from(bits) * 0.5 * f64::from(banks.ilog2());
            read += DataEnergy::changing(placed.transitions(through));
            let choice = Part::leaf("choice of a bank", Cost::of_logic(&placed));
            part = Part::group(name, vec![Part::group("bank", part.parts).times(banks), choice]);
        }
        Ok(Banked { part, read, write, cycle })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::trial::Trial;
    use super::*;

    const ONE_PORT: Ports = Ports { read_write: 1, read: 0, write: 0 };

    fn memory(trial: &Trial, words: u64) -> Banked {
        Banked::new(&trial.context(), "memory", (words, 64), ONE_PORT, StorageCell::Sram).unwrap()
    }

    #[test]
    fn a_memory_too_slow_for_the_clock_is_divided_until_it_meets_it() {
        let slow = memory(&Trial::at(65.0).clocked(300.0), 4096);
        assert!(!slow.part.parts.iter().any(|part| part.name == "choice of a bank"));
        let trial = Trial::at(65.0).clocked(900.0);
        let divided = memory(&trial, 4096);
        let banks = divided.part.parts.iter().find(|part| part.name == "bank").unwrap().count;
        let whole = Storage::new(4096, 64, ONE_PORT, StorageCell::Sram, &trial.context()).unwrap();
        assert!(whole.cycle > trial.clock.time_of(1.0), "{}", whole.cycle);
        assert!(banks > 1 && divided.cycle <= trial.clock.time_of(1.0), "{banks} banks, {}", divided.cycle);
        assert!(divided.part.total().area() > slow.part.total().area());
    }

    #[test]
    fn more_words_never_cost_less() {
        let trial = Trial::at(65.0).clocked(900.0);
        let areas: Vec<f64> = (5..15).map(|power| memory(&trial, 1 << power).part.total().area().0).collect();
        assert!(areas.is_sorted(), "{areas:?}");
    }
}
