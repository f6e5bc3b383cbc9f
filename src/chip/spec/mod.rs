//! The chip file of a design: high-level choices only, from which the chip is built.
//!
//! A file is read into a table, overrides and parameters are put in, every key is held against the schema, and what is
//! left is a [`ChipSpec`]. `docs/chip-designs.md` has every key; `nm-trace chip schema` prints the schema.

mod contradictions;
mod keys;
mod parameters;
mod read;
mod schema;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::component::{Component, Written};
use crate::chip::circuit::SignOff;
use crate::chip::circuit::array::CellKind;
use crate::chip::technology::DeviceClass;
use crate::units::{Celsius, Hertz, Micrometres, Ratio, Seconds, SquareMillimetres, Volts, Watts};

pub use read::{Override, SpecError, SpecFile};
pub use schema::json_schema;

/// What a design file says of the chip as a whole.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Name of the chip.
    pub name: String,
    /// One line about it. Default: empty.
    #[serde(default)]
    pub description: String,
    /// Bits of one data word (an int8 operand: 8), by which bindings count words. Default: the operand of the first
    /// tensor unit.
    #[serde(default)]
    pub word_bits: Option<u64>,
    /// Number of cores, each with all components of `[core]`. Default: 1.
    #[serde(default = "one")]
    pub cores: u32,
    /// Where it is made and how it is run.
    pub technology: Technology,
    /// What it is to reach.
    #[serde(default)]
    pub target: Target,
    /// What it must not exceed.
    #[serde(default)]
    pub limits: Limits,
    /// Area that is no component.
    #[serde(default)]
    pub area: Area,
}

/// `[technology]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Technology {
    /// Process node, from 90 nm to 5 nm; also between the tables.
    pub node: Written<Micrometres>,
    /// Supply of the core. Default: that of the node's standard cells.
    #[serde(default)]
    pub voltage: Option<Written<Volts>>,
    /// Junction temperature at which leakage is told. Default: 85 C.
    #[serde(default = "hot")]
    pub junction_temperature: Written<Celsius>,
    /// Silicon whose leakage TDP counts: fast, the leakiest that is sold; or typical, as for a chip that was measured or
    /// simulated. All other figures are of typical silicon. Default: fast.
    #[serde(default)]
    pub tdp_corner: Corner,
    /// Transistors of memories and long wires. Default: high_performance.
    #[serde(default)]
    pub transistors: Transistors,
    /// Static memory cells: foundry for those that foundries make, of high thresholds; or of a flavour of transistor, as in
    /// CACTI. Default: foundry, but low_standby_power where the transistors are that.
    #[serde(default)]
    pub memory_cells: Option<MemoryCells>,
    /// What the clock of idle flip-flops is cut by: registers for a clock gate at each group of them, none where all run
    /// all the time. Default: registers.
    #[serde(default)]
    pub clock_gating: ClockGating,
}

impl Technology {
    /// The cells of static memories.
    pub fn static_cells(&self) -> CellKind {
        match (self.memory_cells, self.transistors) {
            (Some(cells), _) => cells.into(),
            (None, Transistors::LowStandbyPower) => CellKind::Static(DeviceClass::LowStandbyPower),
            (None, _) => CellKind::Foundry,
        }
    }
}

/// Silicon as it comes out of the fab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    /// The fastest and leakiest.
    #[default]
    Fast,
    /// What most of it is like.
    Typical,
}

impl Corner {
    /// Its leakage over that of typical silicon.
    pub fn leakage(self, sign_off: &SignOff) -> Ratio {
        match self {
            Corner::Fast => Ratio(sign_off.fast_leakage),
            Corner::Typical => Ratio(1.0),
        }
    }
}

/// How the clock of what stands still is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockGating {
    /// By a clock gate at each group of registers, which synthesis finds from their enables.
    #[default]
    Registers,
    /// Not at all.
    None,
}

/// A flavour of transistor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transistors {
    /// Fast and leaky (ITRS HP).
    #[default]
    HighPerformance,
    /// Least leakage (ITRS LSTP): low-power processes.
    LowStandbyPower,
    /// Least energy at a low supply (ITRS LOP).
    LowOperatingPower,
}

impl From<Transistors> for DeviceClass {
    fn from(transistors: Transistors) -> DeviceClass {
        match transistors {
            Transistors::HighPerformance => DeviceClass::HighPerformance,
            Transistors::LowStandbyPower => DeviceClass::LowStandbyPower,
            Transistors::LowOperatingPower => DeviceClass::LowOperatingPower,
        }
    }
}

/// What static memory cells are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryCells {
    /// Those that foundries make: high thresholds, leakage as published.
    Foundry,
    /// Of fast and leaky transistors (ITRS HP).
    HighPerformance,
    /// Of transistors of least leakage (ITRS LSTP), at some cost in speed.
    LowStandbyPower,
    /// Of transistors of least energy at a low supply (ITRS LOP).
    LowOperatingPower,
}

impl From<MemoryCells> for CellKind {
    fn from(cells: MemoryCells) -> CellKind {
        match cells {
            MemoryCells::Foundry => CellKind::Foundry,
            MemoryCells::HighPerformance => CellKind::Static(DeviceClass::HighPerformance),
            MemoryCells::LowStandbyPower => CellKind::Static(DeviceClass::LowStandbyPower),
            MemoryCells::LowOperatingPower => CellKind::Static(DeviceClass::LowOperatingPower),
        }
    }
}

/// `[target]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Clock of the chip. Default: found from `tops`, else the fastest that every component meets.
    #[serde(default)]
    pub clock: Option<Written<Hertz>>,
    /// Peak performance in 10^12 operations a second, a multiply-accumulate being two. With a clock it is a least
    /// value; without one it sets the clock.
    #[serde(default)]
    pub tops: Option<f64>,
    /// What a search over `[search]` wants most of. Default: tops.
    #[serde(default)]
    pub optimise: Objective,
}

/// What a search wants most of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Peak performance.
    #[default]
    Tops,
    /// Peak performance over TDP.
    TopsPerWatt,
    /// Peak performance over area squared times TDP: what a chip costs to buy and to run (NeuroMeter, III-A).
    TopsPerTco,
}

impl Objective {
    /// As it is written in a chip file.
    pub fn name(self) -> &'static str {
        match self {
            Objective::Tops => "tops",
            Objective::TopsPerWatt => "tops_per_watt",
            Objective::TopsPerTco => "tops_per_tco",
        }
    }
}

/// `[limits]`
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Largest area of the chip. Default: none.
    #[serde(default)]
    pub area: Option<Written<SquareMillimetres>>,
    /// Largest thermal design power. Default: none.
    #[serde(default)]
    pub power: Option<Written<Watts>>,
    /// Longest time from an operand at a tensor unit to its result. Default: none.
    #[serde(default)]
    pub latency: Option<Written<Seconds>>,
}

/// `[area]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Part of the chip's area without any function: channels between blocks, filler. Default: 0.21, which was
    /// published for TPU v1 and v2 alike.
    #[serde(default = "white_space")]
    pub white_space: f64,
    /// Part of the chip's area with functions that are no component of the file. They take power as the components do in
    /// the mean. Default: 0.
    #[serde(default)]
    pub unmodelled: f64,
    /// What the area of the chip means. Default: placed.
    #[serde(default)]
    pub means: AreaMeaning,
}

/// What an area counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AreaMeaning {
    /// Blocks as placed, with white space and unmodelled functions.
    #[default]
    Placed,
    /// Cells and memory macros alone, as synthesis tools report: no white space of any kind.
    Cells,
}

impl Default for Area {
    fn default() -> Area {
        Area { white_space: white_space(), unmodelled: 0.0, means: AreaMeaning::default() }
    }
}

fn one() -> u32 {
    1
}

fn hot() -> Written<Celsius> {
    Written(Celsius(85.0))
}

fn white_space() -> f64 {
    0.21
}

/// Where a component stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// In every core: `[core.NAME]`.
    Core,
    /// Once on the chip: `[chip.NAME]`.
    Chip,
}

impl Scope {
    /// The table's name in a chip file.
    pub fn key(self) -> &'static str {
        match self {
            Scope::Core => "core",
            Scope::Chip => "chip",
        }
    }
}

/// A component that a design file asks for.
#[derive(Debug)]
pub struct ComponentSpec {
    /// Its name, unique on the chip: the component of a trace's channels.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Its kind.
    pub kind: &'static str,
    /// In every core or once.
    pub scope: Scope,
    /// How many there are in its scope.
    pub instances: u32,
    /// What builds it.
    pub component: Box<dyn Component + Send + Sync>,
}

/// A design file that has been read.
#[derive(Debug)]
pub struct ChipSpec {
    /// What it says of the chip as a whole.
    pub header: Header,
    /// Components, those of a core first, in the order of the file.
    pub components: Vec<ComponentSpec>,
    /// Keys to search over, each with its candidates; see [`Target::optimise`].
    pub search: BTreeMap<String, Vec<toml::Value>>,
}
