//! What `nm-trace chip NAME --json` prints.

use std::collections::BTreeMap;

use serde::Serialize;

use super::design_report::DesignReport;
use super::library::Loaded;
use super::pat::{Action, Component, Pat, Placement};
use super::sources::Sources;

/// A chip in numbers, every key with its unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChipReport {
    /// Version of this report's schema.
    pub schema_version: u32,
    /// The chip.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// The area that the published figure means.
    pub area_mm2: Option<f64>,
    /// The area of the die with its pads.
    pub die_area_mm2: Option<f64>,
    /// Area without a labelled function.
    pub white_space_mm2: Option<f64>,
    /// Area of labelled functions that are no component.
    pub unmodelled_area_mm2: Option<f64>,
    /// Thermal design power by the program's definition.
    pub tdp_w: f64,
    /// The published one.
    pub published_tdp_w: Option<f64>,
    /// Leakage and gated clock.
    pub idle_power_w: f64,
    /// The chip's clock.
    pub clock_hz: f64,
    /// Supply voltage.
    pub voltage_v: Option<f64>,
    /// Junction temperature of the leakage figures.
    pub junction_temperature_c: Option<f64>,
    /// Leakage in TDP over that of typical silicon, which all other figures have.
    pub fast_leakage: f64,
    /// How it was built; null for a chip file of given numbers.
    pub design: Option<DesignReport>,
    /// All components in the chip file's order.
    pub components: Vec<ComponentReport>,
    /// What limits the clock.
    pub timing: TimingReport,
    /// Where each number of this object comes from, by its key.
    pub sources: Sources,
}

/// One component.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentReport {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// On the chip or beside it.
    pub placement: Placement,
    /// How many there are.
    pub instances: u64,
    /// Area of all of them.
    pub area_mm2: Option<f64>,
    /// Leakage.
    pub leakage_w: f64,
    /// Clock when all of it runs.
    pub clock_running_w: f64,
    /// Clock when it idles.
    pub clock_gated_w: f64,
    /// Its part of the thermal design power (of the system's, if it stands beside the chip).
    pub tdp_w: f64,
    /// Shortest cycle at which it works.
    pub cycle_time_s: Option<f64>,
    /// Its actions.
    pub actions: Vec<ActionReport>,
    /// Where each number of this object comes from, by its key.
    pub sources: Sources,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionReport {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Energy of one.
    pub energy_j: f64,
    /// Bits that one moves.
    pub bits: Option<u64>,
    /// Most in a cycle.
    pub capacity_per_cycle: f64,
    /// Part of the capacity that TDP assumes.
    pub tdp_activity: f64,
    /// Part of the gateable clock that it keeps running at its capacity.
    pub clock_share: f64,
    /// Where each number of this object comes from, by its key.
    pub sources: Sources,
}

/// Timing of the chip.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimingReport {
    /// What limits the clock, in words.
    pub critical_path: Option<String>,
    /// Shortest cycle of each component for which it is known.
    pub cycle_time_s: BTreeMap<String, f64>,
}

impl ChipReport {
    /// The report of a chip that was loaded, with its design if it has one.
    pub fn of(chip: &Loaded) -> ChipReport {
        ChipReport { design: chip.built.as_ref().map(DesignReport::new), ..ChipReport::new(&chip.pat) }
    }

    /// The report of a frozen chip.
    pub fn new(pat: &Pat) -> ChipReport {
        let cycle_times = pat.components.iter().filter_map(|component| {
            component.cycle_time.as_ref().map(|time| (component.name.clone(), time.value.0))
        });
        ChipReport {
            schema_version: 1,
            name: pat.name.clone(),
            description: pat.description.clone(),
            area_mm2: pat.area.as_ref().map(|area| area.value.0),
            die_area_mm2: pat.die_area.as_ref().map(|area| area.value.0),
            white_space_mm2: pat.white_space.as_ref().map(|area| area.value.0),
            unmodelled_area_mm2: pat.unmodelled_area.as_ref().map(|area| area.value.0),
            tdp_w: pat.tdp().0,
            published_tdp_w: pat.published_tdp.as_ref().map(|tdp| tdp.value.0),
            idle_power_w: pat.idle_power().0,
            clock_hz: pat.clock.value.0,
            voltage_v: pat.voltage.as_ref().map(|voltage| voltage.value.0),
            junction_temperature_c: pat.junction_temperature.as_ref().map(|t| t.value.0),
            fast_leakage: pat.leakiest().0,
            design: None,
            components: pat.components.iter().map(|component| component_report(pat, component)).collect(),
            timing: TimingReport {
                critical_path: pat.critical_path.clone(),
                cycle_time_s: cycle_times.collect(),
            },
            sources: pat.sources(),
        }
    }
}

fn component_report(pat: &Pat, component: &Component) -> ComponentReport {
    ComponentReport {
        name: component.name.clone(),
        description: component.description.clone(),
        placement: component.placement,
        instances: component.instances,
        area_mm2: component.area.as_ref().map(|area| area.value.0),
        leakage_w: component.leakage.value.0,
        clock_running_w: component.clock_running.value.0,
        clock_gated_w: component.clock_gated.value.0,
        tdp_w: pat.tdp_of(component).0,
        cycle_time_s: component.cycle_time.as_ref().map(|time| time.value.0),
        actions: component.actions.iter().map(|action| action_report(component, action)).collect(),
        sources: component.sources(),
    }
}

fn action_report(component: &Component, action: &Action) -> ActionReport {
    ActionReport {
        name: action.name.clone(),
        description: action.description.clone(),
        energy_j: action.energy.value.0,
        bits: action.bits,
        capacity_per_cycle: action.capacity.value.0,
        tdp_activity: action.tdp_activity.value.0,
        clock_share: component.clock_share(action).0,
        sources: action.sources(),
    }
}
