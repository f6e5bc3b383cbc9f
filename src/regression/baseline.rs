//! What is kept of a report to compare later ones with.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::metric::{Metric, Quantity};
use super::tolerance::Tolerances;
use crate::chip::pat::Placement;
use crate::power::{ComponentPower, PowerReport, RegionPower};
use crate::units::Seconds;

/// Version of the baseline file's schema. It grows when a key is removed, renamed or changes its meaning.
pub const BASELINE_SCHEMA_VERSION: u32 = 1;
/// The report's label of the peak over the whole run, and of all lengths that are not below it.
const WHOLE_RUN: &str = "whole run";
/// The report's label of the peak over a profile window.
const ONE_WINDOW: &str = "one window";

/// A baseline: the numbers of a run, what they were made from, and how far later ones may differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// [`BASELINE_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Program and version that wrote the numbers.
    pub tool: String,
    /// The traces.
    pub inputs: Vec<KeptInput>,
    /// How far the metrics of another run may differ: the user's, never written.
    #[serde(default, skip_serializing)]
    pub tolerances: Tolerances,
    /// The chip that was priced.
    pub chip: KeptChip,
    /// The run as a whole.
    pub run: KeptRun,
    /// Highest average power over each length of time, by the report's label of the length.
    pub peak_power_w: IndexMap<String, f64>,
    /// The components by name, in the chip file's order.
    pub components: IndexMap<String, KeptComponent>,
    /// The regions by kind and name, in the order of time.
    pub regions: IndexMap<String, IndexMap<String, KeptRegion>>,
}

/// A trace, told by what it held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptInput {
    /// Its path.
    pub name: String,
    /// Bytes of its records.
    pub record_bytes: u64,
    /// Adler-32 of them, in hexadecimal.
    pub record_adler32: String,
}

/// The chip that was priced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptChip {
    /// Its name.
    pub name: String,
    /// CRC-32 of its figures, in hexadecimal.
    pub fingerprint: String,
}

/// The run as a whole; what the keys mean says the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct KeptRun {
    pub cycles: u64,
    pub clock_hz: f64,
    pub window_cycles: u64,
    pub includes_system: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inferences: Option<u64>,
    pub energy_j: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_per_inference_j: Option<f64>,
    pub average_power_w: f64,
    pub tdp_w: f64,
    pub tdp_headroom_w: f64,
}

/// A component: its energy by cause, and what its actions were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptComponent {
    /// On the chip or beside it.
    pub placement: Placement,
    /// Its energy.
    pub energy_j: f64,
    /// Of it, actions.
    pub dynamic_j: f64,
    /// Of it, clock.
    pub clock_j: f64,
    /// Of it, leakage.
    pub leakage_j: f64,
    /// Its actions by name.
    pub actions: IndexMap<String, KeptAction>,
}

/// An action: how often it happened and what one costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptAction {
    /// How often it happened, in the chip's units.
    pub count: f64,
    /// Dynamic energy of one.
    pub energy_per_action_j: f64,
}

/// A region, or the remainder of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptRegion {
    /// Its energy.
    pub energy_j: f64,
    /// Cycles from its start to its end.
    pub cycles: u64,
    /// Energy of each component in it.
    pub components_j: IndexMap<String, f64>,
}

impl Baseline {
    /// What is kept of a report, with the tolerances that hold where nobody says others.
    pub fn of(report: &PowerReport) -> Baseline {
        Baseline {
            schema_version: BASELINE_SCHEMA_VERSION,
            tool: text_of(&report.provenance, "tool"),
            inputs: inputs_of(&report.provenance),
            tolerances: Tolerances::default(),
            chip: KeptChip { name: report.chip.name.clone(), fingerprint: report.chip.fingerprint.clone() },
            run: run_of(report),
            peak_power_w: peaks_of(report),
            components: unique(report.components.iter().map(|part| (part.name.as_str(), component_of(part)))),
            regions: regions_of(&report.regions),
        }
    }

    /// The highest average power over a length of time, by the report's label of it. Over a length that is not below the
    /// run's, that is the average power; of a length that nobody asked for, it is unknown.
    fn peak(&self, label: &str) -> Option<f64> {
        let (window, cycles) = (self.run.window_cycles as f64, self.run.cycles as f64);
        let windows = match label {
            ONE_WINDOW => Some(1.0),
            label => {
                label.parse::<Seconds>().ok().map(|length| (length.0 * self.run.clock_hz / window).ceil())
            }
        };
        let is_whole = windows.is_some_and(|windows| windows * window >= cycles);
        self.peak_power_w.get(label).copied().or(is_whole.then_some(self.run.average_power_w))
    }

    /// Everything that is compared with another run. The energy is that of an inference, where their number is known.
    pub fn metrics(&self, other: &Baseline) -> Vec<Metric> {
        let run = &self.run;
        let energy = match run.energy_per_inference_j {
            Some(energy) => Metric::new("energy_per_inference", Quantity::Energy, energy),
            None => Metric::new("energy", Quantity::Energy, run.energy_j),
        };
        let mut metrics = vec![energy, Metric::new("average_power", Quantity::Power, run.average_power_w)];
        let mut labels: Vec<&String> = self.peak_power_w.keys().collect();
        labels.extend(other.peak_power_w.keys().filter(|label| !self.peak_power_w.contains_key(*label)));
        metrics.extend(labels.into_iter().filter_map(|label| {
            let name = format!("peak_power.{}", label.replace(' ', "_"));
            Some(Metric::new(name, Quantity::Power, self.peak(label)?))
        }));
        let headroom = Metric::new("tdp_headroom", Quantity::Power, run.tdp_headroom_w);
        metrics.push(Metric { more_is_better: true, ..headroom });
        metrics.push(Metric::new("cycles", Quantity::Cycles, run.cycles as f64));
        let components = self.components.iter();
        metrics.extend(components.map(|(name, component)| {
            Metric::new(format!("component.{name}.energy"), Quantity::Energy, component.energy_j)
        }));
        for (kind, regions) in &self.regions {
            metrics.extend(regions.iter().map(|(name, region)| {
                Metric::new(format!("{kind}.{name}.energy"), Quantity::Energy, region.energy_j)
            }));
        }
        metrics
    }

    /// Whether a component is in the run's energy.
    pub(super) fn counts(&self, component: &KeptComponent) -> bool {
        self.run.includes_system || component.placement == Placement::Chip
    }
}

fn run_of(report: &PowerReport) -> KeptRun {
    KeptRun {
        cycles: report.cycles,
        clock_hz: report.clock_hz,
        window_cycles: report.window_cycles,
        includes_system: report.includes_system,
        inferences: report.inferences,
        energy_j: report.energy_j,
        energy_per_inference_j: report.energy_per_inference_j,
        average_power_w: report.average_power_w,
        tdp_w: report.tdp_w,
        tdp_headroom_w: report.tdp_headroom_w,
    }
}

/// A peak of several lengths, which became the same number of windows, is the peak of each. That of the whole run is the
/// average power.
fn peaks_of(report: &PowerReport) -> IndexMap<String, f64> {
    let labels = |label: &str| label.split(", ").map(str::to_owned).collect::<Vec<_>>();
    let peaks = report.peak_power.iter().map(|peak| (labels(&peak.label), peak.power_w));
    let below = peaks.filter(|(labels, _)| !labels.iter().any(|label| label == WHOLE_RUN));
    below.flat_map(|(labels, power)| labels.into_iter().map(move |label| (label, power))).collect()
}

fn component_of(component: &ComponentPower) -> KeptComponent {
    let actions = component.actions.iter().map(|action| {
        let kept = KeptAction { count: action.count, energy_per_action_j: action.energy_per_action_j };
        (action.name.as_str(), kept)
    });
    KeptComponent {
        placement: component.placement,
        energy_j: component.energy_j,
        dynamic_j: component.energy_by_kind_j.dynamic,
        clock_j: component.energy_by_kind_j.clock,
        leakage_j: component.energy_by_kind_j.leakage,
        actions: unique(actions),
    }
}

fn regions_of(regions: &[RegionPower]) -> IndexMap<String, IndexMap<String, KeptRegion>> {
    let mut by_kind: IndexMap<&str, Vec<(&str, KeptRegion)>> = IndexMap::new();
    for region in regions {
        let components = region.components.iter().map(|part| (part.name.as_str(), part.energy_j));
        let components_j = unique(components);
        let kept = KeptRegion { energy_j: region.energy_j, cycles: region.cycles, components_j };
        by_kind.entry(&region.kind).or_default().push((&region.name, kept));
    }
    by_kind.into_iter().map(|(kind, regions)| (kind.to_owned(), unique(regions.into_iter()))).collect()
}

/// By name; a name that was there before is told from it by its number: `conv1#2`.
fn unique<'a, T>(named: impl Iterator<Item = (&'a str, T)>) -> IndexMap<String, T> {
    let mut all: IndexMap<String, T> = IndexMap::new();
    let mut times: std::collections::HashMap<&str, u64> = std::collections::HashMap::new();
    for (name, value) in named {
        let time = times.entry(name).or_default();
        let mut own = name.to_owned();
        loop {
            *time += 1;
            if *time > 1 {
                own = format!("{name}#{time}");
            }
            if !all.contains_key(&own) {
                break;
            }
        }
        all.insert(own, value);
    }
    all
}

fn text_of(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn inputs_of(provenance: &Value) -> Vec<KeptInput> {
    let inputs = provenance.get("inputs").and_then(Value::as_array);
    let kept = |input: &Value| KeptInput {
        name: text_of(input, "name"),
        record_bytes: input.get("record_bytes").and_then(Value::as_u64).unwrap_or_default(),
        record_adler32: text_of(input, "record_adler32"),
    };
    inputs.into_iter().flatten().map(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_the_same_name_are_told_apart_in_the_order_of_time() {
        let names = ["a", "b", "a", "a#2", "a"];
        let unique = unique(names.into_iter().zip(0..));
        let expected = [("a", 0), ("b", 1), ("a#2", 2), ("a#2#2", 3), ("a#3", 4)];
        assert_eq!(unique, expected.map(|(name, at)| (name.to_owned(), at)).into());
    }
}
