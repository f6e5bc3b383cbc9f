//! A process, a clock and neighbours for tests of single components.

use serde::de::DeserializeOwned;

use super::{ArrayCache, Block, Component, ComponentError, Context, Siblings};
use crate::chip::circuit::{Process, SignOff};
use crate::chip::technology::{DeviceClass, StandardCells};
use crate::units::{Hertz, Kelvin, Micrometres};

/// Where a component is tried.
pub(super) struct Trial {
    pub process: Process,
    pub cells: StandardCells,
    pub clock: Hertz,
    pub siblings: Siblings,
    arrays: ArrayCache,
}

impl Trial {
    /// At a node with its own supply at 85 °C, 700 MHz, signed off.
    pub fn at(nanometres: f64) -> Trial {
        let sign_off = SignOff::built_in().unwrap();
        let (node, temperature) = (Micrometres(nanometres / 1000.0), Kelvin(358.15));
        let process = Process { node, supply: None, temperature, sign_off };
        let cells = process.cells().unwrap();
        let process = Process { supply: Some(cells.supply), ..process };
        let siblings = Siblings { cores: 1, ..Siblings::default() };
        Trial { process, cells, clock: Hertz(700e6), siblings, arrays: ArrayCache::default() }
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

    /// A component of the keys of a chip file.
    pub fn build<C: Component + DeserializeOwned>(&self, keys: &str) -> Result<Block, ComponentError> {
        toml::from_str::<C>(keys).unwrap().build(&self.context())
    }

    /// The same where it can be built.
    pub fn block<C: Component + DeserializeOwned>(&self, keys: &str) -> Block {
        self.build::<C>(keys).unwrap()
    }

    /// The message of one that cannot.
    pub fn refusal<C: Component + DeserializeOwned>(&self, keys: &str) -> String {
        let error = self.build::<C>(keys).unwrap_err();
        format!("{}: {error}", error.key().unwrap_or("-"))
    }
}

/// Whether one block takes at least the area, leakage and clock of another.
pub(super) fn costs_no_less(large: &Block, small: &Block) -> bool {
    let (large, small) = (large.cost(), small.cost());
    let no_less = |large: f64, small: f64| large >= small * (1.0 - 1e-9);
    no_less(large.area().0, small.area().0)
        && no_less(large.leakage.0, small.leakage.0)
        && no_less(large.clock_running.0, small.clock_running.0)
}

/// The value that was chosen for a key.
pub(super) fn chosen<'a>(block: &'a Block, key: &str) -> &'a str {
    &block.choices.iter().find(|choice| choice.key == key).unwrap().value
}
