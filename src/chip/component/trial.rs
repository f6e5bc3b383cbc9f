//! A process, a clock and neighbours for tests of single components, and what those tests ask of a block.

use serde::de::DeserializeOwned;

use super::{Action, ArrayCache, Block, Component, ComponentError, Context, Part, Siblings};
use crate::chip::circuit::array::CellKind;
use crate::chip::circuit::{Process, SignOff};
use crate::chip::technology::{DeviceClass, StandardCells};
use crate::units::{Hertz, Joules, Kelvin, Micrometres, Volts};

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
        Trial::of(nanometres, None)
    }

    /// The same with a supply.
    pub fn supplied(nanometres: f64, volts: f64) -> Trial {
        Trial::of(nanometres, Some(Volts(volts)))
    }

    fn of(nanometres: f64, supply: Option<Volts>) -> Trial {
        let sign_off = SignOff::built_in().unwrap();
        let (node, temperature) = (Micrometres(nanometres / 1000.0), Kelvin(358.15));
        let process = Process { node, supply, temperature, sign_off };
        let cells = process.cells().unwrap();
        let process = Process { supply: Some(cells.supply), ..process };
        let siblings = Siblings { cores: 1, ..Siblings::default() };
        Trial { process, cells, clock: Hertz(700e6), siblings, arrays: ArrayCache::default() }
    }

    /// The same at another clock.
    pub fn clocked(self, megahertz: f64) -> Trial {
        Trial { clock: Hertz(megahertz * 1e6), ..self }
    }

    pub fn context(&self) -> Context<'_> {
        Context {
            process: self.process,
            transistors: DeviceClass::HighPerformance,
            memory_cells: CellKind::Foundry,
            clock: self.clock,
            cells: &self.cells,
            siblings: &self.siblings,
            arrays: &self.arrays,
        }
    }

    /// Puts a component beside those that are built after it.
    pub fn announce<C: Component + DeserializeOwned>(&mut self, keys: &str) {
        toml::from_str::<C>(keys).unwrap().announce(&mut self.siblings);
    }

    /// A component of the keys of a chip file, among its siblings.
    pub fn build<C: Component + DeserializeOwned>(&self, keys: &str) -> Result<Block, ComponentError> {
        let component = toml::from_str::<C>(keys).unwrap();
        let mut siblings = self.siblings.clone();
        component.announce(&mut siblings);
        component.build(&Context { siblings: &siblings, ..self.context() })
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

/// Whether one block takes at least the area and leakage of another, what comes with them included, and its clock.
pub(super) fn costs_no_less(large: &Block, small: &Block) -> bool {
    let leakage = |block: &Block| {
        let attached = block.attached.iter();
        let attached: f64 = attached.map(|a| a.block.cost().leakage.0 * a.instances as f64).sum();
        block.cost().leakage.0 + attached
    };
    let no_less = |large: f64, small: f64| large >= small * (1.0 - 1e-9);
    no_less(large.area_with_attached().0, small.area_with_attached().0)
        && no_less(leakage(large), leakage(small))
        && no_less(large.cost().clock_running.0, small.cost().clock_running.0)
}

/// The value that was chosen for a key.
pub(super) fn chosen<'a>(block: &'a Block, key: &str) -> &'a str {
    &block.choices.iter().find(|choice| choice.key == key).unwrap().value
}

/// The action of that name.
pub(super) fn action<'a>(block: &'a Block, name: &str) -> &'a Action {
    block.actions.iter().find(|action| action.name == name).unwrap()
}

/// Energy of the action of that name on random data.
pub(super) fn energy(block: &Block, name: &str) -> Joules {
    action(block, name).energy()
}

/// The part of that name, however deep.
pub(super) fn part<'a>(parts: &'a [Part], name: &str) -> Option<&'a Part> {
    parts.iter().find_map(|found| if found.name == name { Some(found) } else { part(&found.parts, name) })
}
