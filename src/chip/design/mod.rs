//! From a [`ChipSpec`](crate::chip::spec::ChipSpec) to a chip: sizes what the file left open, builds every component, and finds the clock.

mod build;
mod clock;
mod freeze;
mod process;
mod search;
mod trunk;
mod unmodelled;

use super::component::{Block, TimingPath};
use super::pat::Placement;
use super::spec::{AreaMeaning, Scope, Transistors};
use crate::units::{
    Celsius, Hertz, Micrometres, Ratio, Seconds, SquareMicrometres, SquareMillimetres, Volts, Watts,
};

pub use build::Builder;
pub use search::{Candidate, SearchResult};
pub use unmodelled::NAME as UNMODELLED;

/// A chip that has been built.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Bits of a data word.
    pub word_bits: Option<u64>,
    /// Cores.
    pub cores: u32,
    /// Feature size.
    pub node: Micrometres,
    /// Transistors of memories and long wires.
    pub transistors: Transistors,
    /// Supply.
    pub voltage: Volts,
    /// Temperature at which leakage is told.
    pub junction_temperature: Celsius,
    /// Leakage of the leakiest parts, which TDP holds for, over that of typical ones.
    pub fast_leakage: Ratio,
    /// The clock, and why it is that.
    pub clock: Hertz,
    /// Why the clock is what it is.
    pub clock_reason: String,
    /// Part of the area without function, and with functions that are not modelled.
    pub white_space: f64,
    /// Part of the area with functions that are no component.
    pub unmodelled: f64,
    /// What areas count.
    pub area_means: AreaMeaning,
    /// Its components in the order of the file, what is not modelled, and the trunk of the clock.
    pub components: Vec<Placed>,
}

/// A component where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Its kind.
    pub kind: &'static str,
    /// In every core or once.
    pub scope: Scope,
    /// On the chip or beside it.
    pub placement: Placement,
    /// The component of the file that it comes with, if it is none itself.
    pub comes_with: Option<String>,
    /// How many there are on the chip.
    pub instances: u64,
    /// One of them.
    pub block: Block,
}

impl Placed {
    /// What a chip has by itself, once, under a name that is its kind.
    fn by_itself(name: &'static str, description: &str, block: Block) -> Placed {
        Placed {
            name: name.to_owned(),
            description: description.to_owned(),
            kind: name,
            scope: Scope::Chip,
            placement: Placement::Chip,
            comes_with: None,
            instances: 1,
            block,
        }
    }

    /// Area of all of them, as the chip's area counts it.
    pub fn area(&self, means: AreaMeaning) -> SquareMicrometres {
        let cost = self.block.cost();
        let one = if means == AreaMeaning::Cells { cost.cells } else { cost.area() };
        one * self.instances as f64
    }
}

impl Design {
    /// Area of all components.
    pub fn modelled_area(&self) -> SquareMillimetres {
        let sum: SquareMicrometres = self.on_chip().map(|component| component.area(self.area_means)).sum();
        SquareMillimetres::from(sum)
    }

    /// Area of the chip: components, white space and what is not modelled.
    pub fn area(&self) -> SquareMillimetres {
        self.modelled_area() / (1.0 - self.white_space - self.unmodelled)
    }

    /// Thermal design power.
    pub fn tdp(&self) -> Watts {
        self.on_chip().map(|component| self.tdp_of(component)).sum()
    }

    /// A component's part of the thermal design power, all of its instances.
    pub fn tdp_of(&self, placed: &Placed) -> Watts {
        placed.block.tdp(self.clock, self.fast_leakage) * placed.instances as f64
    }

    /// Components on the chip, without those beside it.
    pub fn on_chip(&self) -> impl Iterator<Item = &Placed> {
        self.components.iter().filter(|component| component.placement == Placement::Chip)
    }

    /// Multiply-accumulates in a cycle at most.
    pub fn peak_macs(&self) -> f64 {
        self.components.iter().map(|component| component.block.peak_macs * component.instances as f64).sum()
    }

    /// Peak performance in 10^12 operations a second; a multiply-accumulate is two.
    pub fn peak_tops(&self) -> f64 {
        2.0 * self.peak_macs() * self.clock.0 * 1e-12
    }

    /// Longest time from an operand at a compute unit to its result.
    pub fn latency(&self) -> Seconds {
        let cycles = self.components.iter().map(|component| component.block.latency_cycles).max();
        self.clock.time_of(f64::from(cycles.unwrap_or(0)))
    }

    /// The longest path with the component that it is in.
    pub fn critical_path(&self) -> Option<(&str, &TimingPath)> {
        self.critical_paths().max_by(|(_, a), (_, b)| a.cycle.0.total_cmp(&b.cycle.0))
    }

    /// The longest path of each component.
    fn critical_paths(&self) -> impl Iterator<Item = (&str, &TimingPath)> {
        self.components.iter().filter_map(|component| {
            component.block.critical_path().map(|path| (component.name.as_str(), path))
        })
    }
}
