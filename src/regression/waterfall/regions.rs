//! A difference of energy by region: layers, ops, inferences.

use std::collections::BTreeSet;

use serde::Serialize;

use super::account::EnergyAccount;
use super::energy::split_power;
use super::pairs::{Pair, Presence, pairs};
use super::wide::Wide;
use crate::power::{PowerReport, RegionPower};

/// A region's difference of energy. Regions of one kind and name are the same; of several, the first is the first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegionDifference {
    /// `layer`, `op`, `inference`, ...
    pub kind: String,
    /// Its name; `(outside)` for the remainder.
    pub name: String,
    /// What no region of the kind covers.
    pub is_remainder: bool,
    /// Which run has it: `a` alone if it vanished, `b` alone if it is new.
    #[serde(rename = "in")]
    pub presence: Presence,
    /// Time that is charged to it in the first run; none if it is not there.
    pub duration_a_s: Option<f64>,
    /// In the second.
    pub duration_b_s: Option<f64>,
    /// Its energy in the first run; 0 if it is not there.
    pub energy_a_j: f64,
    /// In the second.
    pub energy_b_j: f64,
    /// The second less the first.
    pub difference_j: f64,
    /// Why.
    pub causes: RegionCauses,
    /// By component, largest difference first.
    pub components: Vec<RegionComponentDifference>,
}

/// A region's difference of energy by cause. Reports hold no counts of actions by region.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RegionCauses {
    /// Actions: their counts and the energy of one.
    pub dynamic_j: f64,
    /// Another mean clock power.
    pub clock_j: f64,
    /// Another mean leakage power.
    pub leakage_j: f64,
    /// Another length of time in which clock and leakage take power.
    pub time_j: f64,
}

/// A component's part in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegionComponentDifference {
    /// The component.
    pub name: String,
    /// Its energy in the region in the first run; 0 if it is not there.
    pub energy_a_j: f64,
    /// In the second.
    pub energy_b_j: f64,
    /// The second less the first.
    pub difference_j: f64,
}

/// All regions, kind by kind, largest difference first.
pub(super) fn between(
    (a, of_a): (&PowerReport, &EnergyAccount),
    (b, of_b): (&PowerReport, &EnergyAccount),
) -> Vec<RegionDifference> {
    let counted = of_a.components.iter().chain(&of_b.components);
    let counted: BTreeSet<&str> = counted.map(|component| component.name.as_str()).collect();
    let key = |region: &'_ RegionPower| (region.kind.clone(), region.is_remainder, region.name.clone());
    let mut regions: Vec<RegionDifference> =
        pairs(&a.regions, &b.regions, key).iter().map(|pair| region(pair, &counted)).collect();
    // Stable: equal differences stay in the order of time.
    regions.sort_by(|one, other| {
        one.kind.cmp(&other.kind).then(other.difference_j.abs().total_cmp(&one.difference_j.abs()))
    });
    regions
}

fn region(pair: &Pair<'_, RegionPower>, counted: &BTreeSet<&str>) -> RegionDifference {
    let either = pair.either();
    let energy = |region: Option<&RegionPower>| region.map_or(0.0, |region| region.energy_j);
    let (energy_a_j, energy_b_j) = (energy(pair.a()), energy(pair.b()));
    RegionDifference {
        kind: either.kind.clone(),
        name: either.name.clone(),
        is_remainder: either.is_remainder,
        presence: pair.presence(),
        duration_a_s: pair.a().map(|region| region.duration_s),
        duration_b_s: pair.b().map(|region| region.duration_s),
        energy_a_j,
        energy_b_j,
        difference_j: energy_b_j - energy_a_j,
        causes: causes(pair),
        components: components(pair, counted),
    }
}

fn causes(pair: &Pair<'_, RegionPower>) -> RegionCauses {
    let side = |region: Option<&RegionPower>| {
        region.map_or(Default::default(), |region| (region.energy_by_kind_j, region.duration_s))
    };
    let ((a, time_a), (b, time_b)) = (side(pair.a()), side(pair.b()));
    let over_time = |of_a: f64, of_b: f64| match pair {
        Pair::Both(..) => split_power((of_a.into(), time_a.into()), (of_b.into(), time_b.into())),
        // What is new or vanished is its own, as a component is.
        _ => (Wide::default(), Wide::from(of_b) - Wide::from(of_a)),
    };
    let (time_of_clock, clock) = over_time(a.clock, b.clock);
    let (time_of_leakage, leakage) = over_time(a.leakage, b.leakage);
    RegionCauses {
        dynamic_j: b.dynamic - a.dynamic,
        clock_j: clock.rounded(),
        leakage_j: leakage.rounded(),
        time_j: (time_of_clock + time_of_leakage).rounded(),
    }
}

fn components(pair: &Pair<'_, RegionPower>, counted: &BTreeSet<&str>) -> Vec<RegionComponentDifference> {
    let (of_a, of_b) = (pair.a().into_iter(), pair.b().into_iter());
    let pairs = pairs(
        of_a.flat_map(|region| &region.components),
        of_b.flat_map(|region| &region.components),
        |component| component.name.as_str(),
    );
    let mut components: Vec<RegionComponentDifference> = pairs
        .iter()
        .filter(|pair| counted.contains(pair.either().name.as_str()))
        .map(|pair| {
            let energy_a_j = pair.a().map_or(0.0, |component| component.energy_j);
            let energy_b_j = pair.b().map_or(0.0, |component| component.energy_j);
            let name = pair.either().name.clone();
            RegionComponentDifference { name, energy_a_j, energy_b_j, difference_j: energy_b_j - energy_a_j }
        })
        .collect();
    components.sort_by(|one, other| other.difference_j.abs().total_cmp(&one.difference_j.abs()));
    components
}
