//! What pricing gives: every number that a report prints, named with its unit. Serialised, it is the JSON report.

use serde::{Deserialize, Serialize};

pub use crate::chip::pat::Placement;

/// Version of the JSON report's schema. It grows when a key is removed, renamed or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// The power report of one run on one chip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PowerReport {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Everything that may differ between runs that are otherwise equal; filled by the command line.
    pub provenance: serde_json::Value,
    /// The chip that was priced.
    pub chip: ChipSummary,
    /// Length of the run.
    pub duration_s: f64,
    /// Length of the run in cycles of `clock_hz`.
    pub cycles: u64,
    /// First cycle of the run; negative for a prefetch.
    pub first_cycle: i64,
    /// Clock at which cycles were turned into time.
    pub clock_hz: f64,
    /// Length of a profile window.
    pub window_s: f64,
    /// Length of a profile window in cycles.
    pub window_cycles: u64,
    /// Every total, power and peak includes what stands beside the chip (`--include-system`); else they are the
    /// chip's alone. What is said of the chip below is then said of chip and system.
    pub includes_system: bool,
    /// Energy of the chip; what stands beside it (see `system_energy_j`) is in it only if `includes_system`.
    pub energy_j: f64,
    /// `energy_j` by kind.
    pub energy_by_kind_j: EnergyByKind,
    /// Energy of components outside of the chip (DRAM devices); in another total only if `includes_system`.
    pub system_energy_j: f64,
    /// `energy_j` over the length of the run.
    pub average_power_w: f64,
    /// Largest average power over each of several lengths of time, shortest first.
    pub peak_power: Vec<PeakPower>,
    /// Largest change of power from one profile window to the next.
    pub largest_step: Option<PowerStep>,
    /// Distribution of the windows' power, weighted by time.
    pub power_distribution: PowerDistribution,
    /// Thermal design power by its definition: the chip's, and the system's if `includes_system`.
    pub tdp_w: f64,
    /// `tdp_w` less the highest `peak_power` over one profile window.
    pub tdp_headroom_w: f64,
    /// Time of the profile windows whose power is above `tdp_w`, a partial first or last one by what is covered of it.
    pub time_above_tdp_s: f64,
    /// Inferences in the run; null if nobody said.
    pub inferences: Option<u64>,
    /// `energy_j` over `inferences`.
    pub energy_per_inference_j: Option<f64>,
    /// Multiply-accumulates of the run, where the trace has them.
    pub macs: Option<f64>,
    /// `energy_j` over `macs`.
    pub energy_per_mac_j: Option<f64>,
    /// Achieved 10¹² operations a second; a multiply-accumulate is two.
    pub tops: Option<f64>,
    /// `tops` over `average_power_w`.
    pub tops_per_w: Option<f64>,
    /// Every component of the chip file, in its order.
    pub components: Vec<ComponentPower>,
    /// Every region, by kind and time, and a remainder row a kind.
    pub regions: Vec<RegionPower>,
    /// Power over time in at most a few hundred bins of whole windows, for a small picture.
    pub power_over_time: Vec<PowerBin>,
    /// What was taken of the trace and what was not.
    pub coverage: CoverageReport,
    /// What may make the numbers wrong.
    pub warnings: Vec<String>,
    /// What was chosen where there was a choice.
    pub assumptions: Vec<String>,
}

/// The chip that was priced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChipSummary {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Its own clock.
    pub clock_hz: f64,
    /// Area that the published figure means.
    pub area_mm2: Option<f64>,
    /// CRC-32 of the chip's canonical JSON, in hexadecimal: tells a changed chip from changed activity.
    pub fingerprint: String,
}

/// An energy by its cause. `dynamic + clock + leakage` is the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EnergyByKind {
    /// Actions.
    pub dynamic: f64,
    /// The clock tree and the registers' clock pins, running and gated.
    pub clock: f64,
    /// Leakage, for the whole length of the run.
    pub leakage: f64,
}

impl EnergyByKind {
    /// The whole.
    pub fn total(&self) -> f64 {
        self.dynamic + self.clock + self.leakage
    }
}

/// The largest average power over a length of time that slides by whole profile windows.
///
/// A first or last window that the run covers in part is averaged over its whole length, idle outside of the run; in
/// [`PowerReport::power_over_time`], [`PowerReport::power_distribution`] and [`PowerReport::time_above_tdp_s`] it has
/// the power of the part that is covered, which can be higher.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeakPower {
    /// The length asked for: `one window`, `1 us`, `whole run`.
    pub label: String,
    /// The length used: whole profile windows, or the whole run if that is shorter.
    pub window_s: f64,
    /// `window_s` in cycles.
    pub window_cycles: u64,
    /// The average over that length.
    pub power_w: f64,
    /// Its start, from cycle 0; negative in a prefetch.
    pub start_s: f64,
    /// Its first cycle.
    pub start_cycle: i64,
    /// The region open for the largest part of it, as `kind:name`.
    pub region: Option<String>,
    /// Each component's part of `power_w`, largest first.
    pub components: Vec<ComponentShare>,
}

/// A component's part of a power.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentShare {
    /// The component.
    pub name: String,
    /// Its power.
    pub power_w: f64,
    /// Its part of the whole, 0 to 1.
    pub share: f64,
}

/// A change of power between two neighbouring profile windows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PowerStep {
    /// The power of the later window less that of the earlier one.
    pub step_w: f64,
    /// Start of the later window, from cycle 0.
    pub at_s: f64,
    /// First cycle of the later window.
    pub at_cycle: i64,
}

/// Percentiles of the windows' power, weighted by time (three significant digits).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PowerDistribution {
    /// Lowest window.
    pub minimum_w: f64,
    /// Half of the time below.
    pub p50_w: f64,
    /// 90 % of the time below.
    pub p90_w: f64,
    /// 95 % of the time below.
    pub p95_w: f64,
    /// 99 % of the time below.
    pub p99_w: f64,
    /// 99.9 % of the time below.
    pub p99_9_w: f64,
}

/// One component of the chip over the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentPower {
    /// Its name.
    pub name: String,
    /// On the chip or beside it.
    pub placement: Placement,
    /// Its energy.
    pub energy_j: f64,
    /// Its energy by kind.
    pub energy_by_kind_j: EnergyByKind,
    /// Its energy over the length of the run.
    pub average_power_w: f64,
    /// How busy it was.
    pub activity_factor: ActivityFactor,
    /// Its actions, in the chip file's order.
    pub actions: Vec<ActionPower>,
}

/// Count over capacity × cycles: of an action by itself, or the largest of a component's actions, each with its variants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActivityFactor {
    /// Over the run.
    pub mean: f64,
    /// Over its busiest profile window.
    pub peak: f64,
}

/// One action of a component over the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionPower {
    /// Its name.
    pub name: String,
    /// How often it happened, in the chip's units.
    pub count: f64,
    /// Energy of one.
    pub energy_per_action_j: f64,
    /// Energy of all.
    pub energy_j: f64,
    /// How busy it was.
    pub activity_factor: ActivityFactor,
}

/// One region, or the remainder of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionPower {
    /// `layer`, `op`, `inference`, ...
    pub kind: String,
    /// Number; null for the remainder.
    pub id: Option<u64>,
    /// Name; `(outside)` for the remainder.
    pub name: String,
    /// This row is what no region of the kind covers.
    pub is_remainder: bool,
    /// Start from cycle 0; null for the remainder.
    pub start_s: Option<f64>,
    /// First cycle; null for the remainder.
    pub start_cycle: Option<i64>,
    /// Time for which it is charged leakage and clock: its span, shared with regions open at the same time.
    pub duration_s: f64,
    /// Cycles from its start to its end; for the remainder, cycles outside of all regions.
    pub cycles: u64,
    /// Energy of the chip in it, and of the system if the report's `includes_system`.
    pub energy_j: f64,
    /// By kind.
    pub energy_by_kind_j: EnergyByKind,
    /// Energy beside the chip in it.
    pub system_energy_j: f64,
    /// `energy_j` over `duration_s`; null if no time passed.
    pub average_power_w: Option<f64>,
    /// Multiply-accumulates in it.
    pub macs: Option<f64>,
    /// Energy of each component (on the chip and beside it) in it, in the chip file's order.
    pub components: Vec<RegionComponent>,
}

/// A component's energy in a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionComponent {
    /// The component.
    pub name: String,
    /// Its energy in the region.
    pub energy_j: f64,
}

/// Power, as the report's `average_power_w` means it, over a few neighbouring windows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PowerBin {
    /// Start, from cycle 0.
    pub start_s: f64,
    /// Length.
    pub duration_s: f64,
    /// Average power.
    pub average_power_w: f64,
    /// Highest window in it.
    pub peak_power_w: f64,
}

/// What was taken of the trace and what was not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// Events taken.
    pub events: u64,
    /// Events left out because nothing is bound to their channel.
    pub unbound_events: u64,
    /// Channels of the trace with what they are bound to.
    pub bound_channels: Vec<BoundChannel>,
    /// Channels of the trace that nothing is bound to.
    pub unbound_channels: Vec<UnboundChannel>,
    /// Records that could not be decoded, by reason.
    pub bad_records: std::collections::BTreeMap<String, u64>,
    /// Entries that the format's reader recognised and left out.
    pub skipped: Vec<trace_formats::Skipped>,
    /// Components of the chip that saw no activity.
    pub components_without_activity: Vec<String>,
}

/// A channel of the trace and the chip's channel that it is priced as.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoundChannel {
    /// The trace's name.
    pub trace_channel: String,
    /// Count in the trace's units.
    pub count: f64,
    /// The chip's name.
    pub chip_channel: String,
    /// Actions of the chip for one of the trace.
    pub factor: f64,
}

/// A channel of the trace that nothing is bound to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnboundChannel {
    /// The trace's name.
    pub trace_channel: String,
    /// Events left out.
    pub events: u64,
}
