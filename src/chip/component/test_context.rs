//! A context for tests of components.

#![allow(clippy::unwrap_used)]
use super::{ArrayCache, Block, Component, ComponentError, Context, Siblings};
use crate::chip::circuit::{Process, SignOff};
use crate::chip::technology::DeviceClass;
use crate::units::{Hertz, Kelvin, Micrometres, Volts};

/// A process and a clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub nanometres: f64,
    pub supply: Option<Volts>,
    pub kelvin: f64,
    pub clock: Hertz,
}

/// 28 nm at 0.86 V, 85 °C and 700 MHz.
pub(super) const TYPICAL: At =
    At { nanometres: 28.0, supply: Some(Volts(0.86)), kelvin: 358.15, clock: Hertz(700e6) };

impl At {
    /// What a function makes of a context there.
    pub fn with<T>(self, siblings: &Siblings, work: impl FnOnce(&Context) -> T) -> T {
        let process = Process {
            node: Micrometres(self.nanometres / 1000.0),
            supply: self.supply,
            temperature: Kelvin(self.kelvin),
            sign_off: SignOff::built_in().unwrap(),
        };
        let cells = process.cells().unwrap();
        let process = Process { supply: Some(cells.supply), ..process };
        let arrays = ArrayCache::default();
        let transistors = DeviceClass::HighPerformance;
        work(&Context { process, transistors, clock: self.clock, cells: &cells, siblings, arrays: &arrays })
    }

    /// A component of a file's text, built there alone.
    pub fn build<C: Component + serde::de::DeserializeOwned>(
        self,
        text: &str,
    ) -> Result<Block, ComponentError> {
        let component: C = toml::from_str(text).unwrap();
        let mut siblings = Siblings::default();
        component.announce(&mut siblings);
        self.with(&siblings, |context| component.build(context))
    }
}

/// Prints parts and actions of one instance, for a look by eye.
pub(super) fn show(name: &str, block: &Block, per: f64) {
    fn part_of(part: &super::Part, depth: usize, per: f64) {
        let cost = part.total();
        println!(
            "{:indent$}{} x{}: {:.1} um2, leak {:.2} uW, clock {:.1} fJ (gated {:.1})",
            "",
            part.name,
            part.count,
            cost.area().0 / per,
            cost.leakage.0 * 1e6 / per,
            cost.clock_running.0 * 1e15 / per,
            cost.clock_gated.0 * 1e15 / per,
            indent = 2 * depth
        );
        part.parts.iter().for_each(|inner| part_of(inner, depth + 1, per));
    }
    println!("{name}: {:.0} um2 with attached", block.area_with_attached().0);
    block.parts.iter().for_each(|inner| part_of(inner, 1, per));
    for action in &block.actions {
        println!(
            "  {} {:.1} fJ {:?} cap {} share {:?}",
            action.name,
            action.energy().0 * 1e15,
            action.energy.iter().map(|(n, e)| format!("{n} {:.1}", e.0 * 1e15)).collect::<Vec<_>>(),
            action.capacity.0,
            action.clock_share
        );
    }
    for path in &block.paths {
        println!("  path {} {:.0} ps", path.name, path.cycle.0 * 1e12);
    }
    for attached in &block.attached {
        show(&attached.name, &attached.block, 1.0);
    }
}
