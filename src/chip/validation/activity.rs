//! What a replay of an activity finds, as far as published figures speak of it.

use std::collections::BTreeMap;

use crate::chip::pat::Pat;
use crate::chip::report::ChipReport;
use crate::units::{Joules, Seconds, Watts};

/// A run of an activity on a chip.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayedRun {
    /// Mean power of the chip over the run.
    pub average_power: Watts,
    /// Its layers, in order.
    pub layers: Vec<ReplayedLayer>,
}

/// A layer of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayedLayer {
    /// Its name.
    pub name: String,
    /// How long it lasts.
    pub duration: Seconds,
    /// Energy of the chip in it.
    pub energy: Joules,
    /// The part of it that is the clock's.
    pub clock: Joules,
    /// How often each action happened in it, by component and action, in the chip's units.
    pub counts: BTreeMap<(String, String), f64>,
}

/// Stands for the clock of the whole chip in a list of consumers.
const CLOCK: &str = "clock";

impl ReplayedRun {
    pub(super) fn layer(&self, name: &str) -> Result<&ReplayedLayer, String> {
        let found = self.layers.iter().find(|layer| layer.name == name);
        found.ok_or_else(|| format!("the activity has no layer {name}"))
    }
}

impl ReplayedLayer {
    /// Mean power over the layer.
    pub(super) fn power(&self) -> f64 {
        self.energy.0 / self.duration.0
    }

    /// Energy of consumers: `clock`, the clock of the whole chip; `NAME`, actions and leakage of a component;
    /// `NAME/PART`, a part of the energy of its actions.
    pub(super) fn energy_of(&self, names: &[String], chip: &ChipReport, pat: &Pat) -> Result<f64, String> {
        names.iter().map(|name| self.consumed_by(name, chip, pat)).sum()
    }

    fn consumed_by(&self, name: &str, chip: &ChipReport, pat: &Pat) -> Result<f64, String> {
        if name == CLOCK {
            return Ok(self.clock.0);
        }
        if let Some((of, part)) = name.split_once('/') {
            let design = chip.design.as_ref().ok_or("the chip is no design")?;
            let placed = design.components.iter().find(|placed| placed.name == of);
            let placed = placed.ok_or_else(|| format!("the chip has no component {of}"))?;
            let parts = placed.actions.iter().flat_map(|action| {
                let of_part = action.energy_parts_j.0.iter().filter(|(name, _)| *name == part);
                of_part.map(|(_, energy)| energy * self.count(of, &action.name))
            });
            let found: Vec<f64> = parts.collect();
            return if found.is_empty() {
                Err(format!("no action of {of} has a part {part}"))
            } else {
                Ok(found.iter().sum())
            };
        }
        let component = pat.component(name).ok_or_else(|| format!("the chip has no component {name}"))?;
        let actions = component.actions.iter();
        let dynamic =
            actions.map(|action| action.energy.value.0 * self.count(name, &action.name)).sum::<f64>();
        Ok(dynamic + component.leakage.value.0 * self.duration.0)
    }

    fn count(&self, component: &str, action: &str) -> f64 {
        let key = (component.to_owned(), action.to_owned());
        self.counts.get(&key).copied().unwrap_or_default()
    }
}
