//! How a chip was built: its parts as a tree, timing, choices and search, as plain numbers with their units in their
//! names. It is all that a report may read of a design; JSON prints it as it is, text from the same numbers.

mod listing;
mod part;
mod search;
mod validation;

use serde::Serialize;

use super::circuit_report::Parts;
use super::component::Action;
use super::design::{Design, Placed, SearchResult};
use super::pat::Placement;
use super::spec::{AreaMeaning, Transistors};
use crate::units::Hertz;

pub use super::design::UNMODELLED;
pub use listing::ChipListing;
pub use part::PartReport;
pub use search::{CandidateReport, ExceededReport, SearchReport};
pub use validation::{ValidationReport, ValidationRow};

/// A chip that was built from high-level choices.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DesignReport {
    /// Feature size.
    pub node_nm: f64,
    /// Transistors of memories and long wires.
    pub transistors: Transistors,
    /// Cores.
    pub cores: u32,
    /// Why the clock is what it is.
    pub clock_reason: String,
    /// Peak performance in 10^12 operations a second; a multiply-accumulate is two.
    pub peak_tops: f64,
    /// Multiply-accumulates in a cycle at most.
    pub peak_macs_per_cycle: f64,
    /// Longest time from an operand at a compute unit to its result.
    pub latency_s: f64,
    /// What areas count.
    pub area_means: AreaMeaning,
    /// Area of all components on the chip, without white space and what is not modelled.
    pub modelled_area_mm2: f64,
    /// The longest path of all.
    pub critical_path: Option<PathReport>,
    /// Components in the chip file's order, figures for all instances together.
    pub components: Vec<PlacedReport>,
    /// Limits of the file that it exceeds, as no other design is within them.
    pub exceeded: Vec<ExceededReport>,
    /// The search that found it; null if the file left nothing to search for.
    pub search: Option<SearchReport>,
}

/// A component of a design.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlacedReport {
    /// Its name.
    pub name: String,
    /// Its kind; of what comes with another component, the other's.
    pub kind: &'static str,
    /// `core` or `chip`: in every core or once.
    pub scope: &'static str,
    /// On the chip or beside it.
    pub placement: Placement,
    /// How many there are on the chip.
    pub instances: u64,
    /// Whether its supply and clock are its own.
    pub own_supply: bool,
    /// Area.
    pub area_mm2: f64,
    /// Its part of the thermal design power: actions, clock and leakage.
    pub tdp_w: f64,
    /// Part of `tdp_w` of the actions.
    pub tdp_dynamic_w: f64,
    /// Part of `tdp_w` of the running clock.
    pub tdp_clock_w: f64,
    /// Part of `tdp_w` that leaks, in the leakiest parts that TDP holds for; parts are told as typical ones leak.
    pub tdp_leakage_w: f64,
    /// Cycles from an operand at its input to the result, 0 where it has no such way.
    pub latency_cycles: u32,
    /// What it is made of; the parts add up to it.
    pub parts: Vec<PartReport>,
    /// What it can do, and where the energy goes.
    pub actions: Vec<ActionPartsReport>,
    /// What limits its clock.
    pub paths: Vec<PathReport>,
    /// What the file left open and was chosen.
    pub choices: Vec<ChoiceReport>,
}

/// An action of a component.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionPartsReport {
    /// Its name.
    pub name: String,
    /// Its part of the thermal design power.
    pub tdp_w: f64,
    /// Where the energy of one goes.
    pub energy_parts_j: Parts,
}

/// A way that a signal must go within a cycle.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PathReport {
    /// The component that it is in.
    pub component: String,
    /// What lies on it.
    pub name: String,
    /// Shortest cycle in which it can be gone.
    pub cycle_time_s: f64,
}

/// A value that the chip file left open.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChoiceReport {
    /// The key.
    pub key: &'static str,
    /// What was chosen, as it would be written.
    pub value: String,
    /// Why.
    pub reason: String,
}

impl DesignReport {
    /// The report of a design that was searched or built.
    pub fn new(built: &SearchResult) -> DesignReport {
        let design = &built.design;
        DesignReport {
            // Rounded to a millionth: 28, not 28.000000000000004.
            node_nm: (design.node.0 * 1e9).round() / 1e6,
            transistors: design.transistors,
            cores: design.cores,
            clock_reason: design.clock_reason.clone(),
            peak_tops: design.peak_tops(),
            peak_macs_per_cycle: design.peak_macs(),
            latency_s: design.latency().0,
            area_means: design.area_means,
            modelled_area_mm2: design.modelled_area().0,
            critical_path: design.critical_path().map(|(component, path)| PathReport {
                component: component.to_owned(),
                name: path.name.clone(),
                cycle_time_s: path.cycle.0,
            }),
            components: design.components.iter().map(|placed| placed_report(design, placed)).collect(),
            exceeded: built.candidates.first().map(search::exceeded).unwrap_or_default(),
            search: SearchReport::new(built),
        }
    }
}

fn placed_report(design: &Design, placed: &Placed) -> PlacedReport {
    let block = &placed.block;
    let instances = placed.instances as f64;
    let cost = block.cost();
    let actions: Vec<ActionPartsReport> =
        block.actions.iter().map(|action| action_report(action, instances, design.clock)).collect();
    PlacedReport {
        name: placed.name.clone(),
        kind: placed.kind,
        scope: placed.scope.key(),
        placement: placed.placement,
        instances: placed.instances,
        own_supply: block.own_supply,
        area_mm2: placed.area(design.area_means).0 * 1e-6,
        tdp_w: design.tdp_of(placed).0,
        tdp_dynamic_w: actions.iter().fold(0.0, |sum, action| sum + action.tdp_w),
        tdp_clock_w: (cost.clock_running * design.clock).0 * instances,
        tdp_leakage_w: cost.leakage.0 * instances * design.fast_leakage.0,
        latency_cycles: block.latency_cycles,
        parts: block
            .parts
            .iter()
            .map(|part| PartReport::new(part, placed.instances, design.clock, design.area_means))
            .collect(),
        actions,
        paths: block
            .paths
            .iter()
            .map(|path| PathReport {
                component: placed.name.clone(),
                name: path.name.clone(),
                cycle_time_s: path.cycle.0,
            })
            .collect(),
        choices: block
            .choices
            .iter()
            .map(|choice| ChoiceReport {
                key: choice.key,
                value: choice.value.clone(),
                reason: choice.reason.clone(),
            })
            .collect(),
    }
}

/// Energies of one name are one part: a key stands once in JSON.
fn action_report(action: &Action, instances: f64, clock: Hertz) -> ActionPartsReport {
    let mut parts: Vec<(&'static str, f64)> = Vec::new();
    for (name, energy) in &action.energy {
        match parts.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum += energy.total().0,
            None => parts.push((name, energy.total().0)),
        }
    }
    ActionPartsReport {
        name: action.name.clone(),
        tdp_w: action.tdp(clock).0 * instances,
        energy_parts_j: Parts(parts),
    }
}
