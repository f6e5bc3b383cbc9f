//! Why energies differ: by component with its actions, and by region with its components, largest first.

use indexmap::IndexMap;
use serde::Serialize;

use super::baseline::{Baseline, KeptAction, KeptComponent, KeptRegion};
use super::waterfall::{Causes, EnergyAccount, Part, Waterfall};

/// Where the difference between two runs lies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The chip has another fingerprint.
    pub chip_changed: bool,
    /// An action happened more or less often, or the run has more or fewer cycles.
    pub activity_changed: bool,
    /// The difference in the run's energy (of all inferences) by cause, as `diff` has it.
    pub causes: Causes,
    /// Components whose energy differs, largest difference first.
    pub components: Vec<ComponentChange>,
    /// Regions whose energy differs, kind after kind, largest difference first.
    pub regions: Vec<RegionChange>,
    /// Regions that are gone while new ones of the same kind have the same energy.
    pub renamed: Vec<Renamed>,
}

/// A component whose energy differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentChange {
    /// Its name.
    pub name: String,
    /// Its energy is part of the run's: it is on the chip, or what stands beside the chip is included.
    pub in_total: bool,
    /// Its energy less the baseline's.
    pub change_j: f64,
    /// Of it, actions.
    pub dynamic_j: f64,
    /// Of it, clock.
    pub clock_j: f64,
    /// Of it, leakage.
    pub leakage_j: f64,
    /// Actions that differ, largest difference first.
    pub actions: Vec<ActionChange>,
}

/// An action that happened more or less often, or costs more or less.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionChange {
    /// Its name.
    pub name: String,
    /// Its energy less the baseline's.
    pub change_j: f64,
    /// How often it happened in the baseline's run; 0 if it had no such action.
    pub baseline_count: f64,
    /// How often it happened.
    pub count: f64,
    /// Energy of one in the baseline's run; null if it had no such action.
    pub baseline_energy_per_action_j: Option<f64>,
    /// Energy of one; null if there is no such action any more.
    pub energy_per_action_j: Option<f64>,
}

/// A region whose energy differs, is new or is gone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegionChange {
    /// `layer`, `op`, ...
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its energy less the baseline's.
    pub change_j: f64,
    /// Its energy in the baseline; null if it is new.
    pub baseline_j: Option<f64>,
    /// Its energy; null if it is gone.
    pub run_j: Option<f64>,
    /// Its cycles less the baseline's.
    pub change_cycles: i64,
    /// Components whose energy in it differs, largest difference first.
    pub components: Vec<RegionComponentChange>,
}

/// A component's part of a region's difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegionComponentChange {
    /// The component.
    pub name: String,
    /// Its energy is part of the region's.
    pub in_total: bool,
    /// Its energy in the region less the baseline's.
    pub change_j: f64,
    /// It differs in no other region of the kind, so that the changes of its actions are all in this one.
    pub is_only_here: bool,
}

/// A region that may have a new name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Renamed {
    /// `layer`, `op`, ...
    pub kind: String,
    /// The name in the baseline.
    pub from: String,
    /// The name in the run.
    pub to: String,
}

impl Explanation {
    /// Why a run differs from a baseline.
    pub fn new(baseline: &Baseline, run: &Baseline) -> Explanation {
        let pairs = paired(&baseline.components, &run.components);
        let mut components: Vec<ComponentChange> =
            pairs.iter().map(|(name, before, after)| component(name, *before, *after)).collect();
        for component in &mut components {
            component.in_total = in_total(baseline, run, &component.name);
        }
        let counts_differ = |action: &ActionChange| action.count != action.baseline_count;
        let mut actions = components.iter().flat_map(|component| &component.actions);
        let activity_changed = baseline.run.cycles != run.run.cycles || actions.any(counts_differ);
        components.retain(|component| component.change_j != 0.0 || !component.actions.is_empty());
        components.sort_by(|one, other| largest(one.change_j, other.change_j));
        let (mut regions, renamed) = regions(baseline, run);
        for component in regions.iter_mut().flat_map(|region| &mut region.components) {
            component.in_total = in_total(baseline, run, &component.name);
        }
        Explanation {
            chip_changed: baseline.chip.fingerprint != run.chip.fingerprint,
            activity_changed,
            causes: causes(baseline, run),
            components,
            regions,
            renamed,
        }
    }
}

fn in_total(baseline: &Baseline, run: &Baseline, component: &str) -> bool {
    let counts = |kept: &Baseline| kept.components.get(component).is_some_and(|part| kept.counts(part));
    counts(baseline) || counts(run)
}

/// Largest difference first, of either sign.
fn largest(one: f64, other: f64) -> std::cmp::Ordering {
    other.abs().total_cmp(&one.abs())
}

/// Everything by name: what both have and what is gone in the baseline's order, then what is new.
fn paired<'a, T>(
    baseline: &'a IndexMap<String, T>,
    run: &'a IndexMap<String, T>,
) -> Vec<(&'a str, Option<&'a T>, Option<&'a T>)> {
    let before = baseline.iter().map(|(name, before)| (name.as_str(), Some(before), run.get(name)));
    let new = run.iter().filter(|(name, _)| !baseline.contains_key(*name));
    before.chain(new.map(|(name, after)| (name.as_str(), None, Some(after)))).collect()
}

fn change<T>(before: Option<&T>, after: Option<&T>, of: impl Fn(&T) -> f64) -> f64 {
    after.map_or(0.0, &of) - before.map_or(0.0, &of)
}

fn component(name: &str, before: Option<&KeptComponent>, after: Option<&KeptComponent>) -> ComponentChange {
    let none = IndexMap::new();
    let actions = |component: Option<&'_ KeptComponent>| component.map(|component| component.actions.clone());
    let (before_actions, after_actions) = (actions(before), actions(after));
    let pairs = paired(before_actions.as_ref().unwrap_or(&none), after_actions.as_ref().unwrap_or(&none));
    let mut actions: Vec<ActionChange> =
        pairs.into_iter().filter_map(|(name, before, after)| action(name, before, after)).collect();
    actions.sort_by(|one, other| largest(one.change_j, other.change_j));
    ComponentChange {
        name: name.to_owned(),
        in_total: true,
        change_j: change(before, after, |component| component.energy_j),
        dynamic_j: change(before, after, |component| component.dynamic_j),
        clock_j: change(before, after, |component| component.clock_j),
        leakage_j: change(before, after, |component| component.leakage_j),
        actions,
    }
}

/// What differs of an action. That a chip has one more that never happens is no difference.
fn action(name: &str, before: Option<&KeptAction>, after: Option<&KeptAction>) -> Option<ActionChange> {
    let change = ActionChange {
        name: name.to_owned(),
        change_j: change(before, after, |action| action.count * action.energy_per_action_j),
        baseline_count: before.map_or(0.0, |action| action.count),
        count: after.map_or(0.0, |action| action.count),
        baseline_energy_per_action_j: before.map(|action| action.energy_per_action_j),
        energy_per_action_j: after.map(|action| action.energy_per_action_j),
    };
    let counts_differ = change.count != change.baseline_count;
    let energies_differ = change.energy_per_action_j != change.baseline_energy_per_action_j;
    (counts_differ || energies_differ && change.count != 0.0).then_some(change)
}

/// Causes that may be what rounding left of nothing are 0.
fn causes(baseline: &Baseline, run: &Baseline) -> Causes {
    let (before, after) = (EnergyAccount::of_baseline(baseline), EnergyAccount::of_baseline(run));
    let waterfall = Waterfall::between(Part::run(&before), Part::run(&after));
    let Causes { activity_j, energy_per_action_j, clock_j, leakage_j, time_j } = waterfall.causes;
    Causes {
        activity_j: waterfall.resolved(activity_j),
        energy_per_action_j: waterfall.resolved(energy_per_action_j),
        clock_j: waterfall.resolved(clock_j),
        leakage_j: waterfall.resolved(leakage_j),
        time_j: waterfall.resolved(time_j),
    }
}

fn regions(baseline: &Baseline, run: &Baseline) -> (Vec<RegionChange>, Vec<Renamed>) {
    let (mut all, mut renamed) = (Vec::new(), Vec::new());
    let none = IndexMap::new();
    for (kind, before, after) in paired(&baseline.regions, &run.regions) {
        let pairs = paired(before.unwrap_or(&none), after.unwrap_or(&none));
        renamed.extend(renamed_of(kind, &pairs));
        let mut changes: Vec<RegionChange> =
            pairs.into_iter().filter_map(|(name, before, after)| region(kind, name, before, after)).collect();
        mark_only_ones(&mut changes);
        changes.sort_by(|one, other| largest(one.change_j, other.change_j));
        all.extend(changes);
    }
    (all, renamed)
}

fn region(
    kind: &str,
    name: &str,
    before: Option<&KeptRegion>,
    after: Option<&KeptRegion>,
) -> Option<RegionChange> {
    let none = IndexMap::new();
    let parts = |region: Option<&KeptRegion>| region.map(|region| region.components_j.clone());
    let (before_parts, after_parts) = (parts(before), parts(after));
    let pairs = paired(before_parts.as_ref().unwrap_or(&none), after_parts.as_ref().unwrap_or(&none));
    let part = |(name, before, after): (&str, Option<&f64>, Option<&f64>)| {
        let change_j = change(before, after, |energy| *energy);
        (change_j != 0.0).then(|| RegionComponentChange {
            name: name.to_owned(),
            in_total: true,
            change_j,
            is_only_here: false,
        })
    };
    let mut components: Vec<RegionComponentChange> = pairs.into_iter().filter_map(part).collect();
    components.sort_by(|one, other| largest(one.change_j, other.change_j));
    let cycles = |region: Option<&KeptRegion>| region.map_or(0, |region| region.cycles.cast_signed());
    let change = RegionChange {
        kind: kind.to_owned(),
        name: name.to_owned(),
        change_j: change(before, after, |region| region.energy_j),
        baseline_j: before.map(|region| region.energy_j),
        run_j: after.map(|region| region.energy_j),
        change_cycles: cycles(after).saturating_sub(cycles(before)),
        components,
    };
    let is_there_in_both = before.is_some() && after.is_some();
    (!is_there_in_both || change.change_j != 0.0 || !change.components.is_empty()).then_some(change)
}

/// Finds components that differ in one region of the kind alone.
fn mark_only_ones(changes: &mut [RegionChange]) {
    let mut times: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for part in changes.iter().flat_map(|change| &change.components) {
        *times.entry(part.name.clone()).or_default() += 1;
    }
    for part in changes.iter_mut().flat_map(|change| &mut change.components) {
        part.is_only_here = times.get(&part.name) == Some(&1);
    }
}

/// Pairs of a region that is gone and a new one with the same energy, component by component.
fn renamed_of(kind: &str, pairs: &[(&str, Option<&KeptRegion>, Option<&KeptRegion>)]) -> Vec<Renamed> {
    let mut new: Vec<(&str, &KeptRegion)> =
        pairs.iter().filter(|pair| pair.1.is_none()).filter_map(|pair| Some((pair.0, pair.2?))).collect();
    let gone = pairs.iter().filter(|pair| pair.2.is_none()).filter_map(|pair| Some((pair.0, pair.1?)));
    let renamed = gone.filter_map(|(from, before)| {
        let at = new.iter().position(|(_, after)| *after == before)?;
        let (to, _) = new.remove(at);
        Some(Renamed { kind: kind.to_owned(), from: from.to_owned(), to: to.to_owned() })
    });
    renamed.collect()
}
