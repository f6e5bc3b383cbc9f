//! What a waterfall reads of a run: the factors of its energy. A report has them, and so has a baseline.

use super::wide::Wide;
use crate::chip::pat::Placement;
use crate::power::{ComponentPower, PowerReport};
use crate::regression::Baseline;

/// The energy of a run in its factors.
pub(in crate::regression) struct EnergyAccount {
    /// Its energy, as it was reported.
    pub energy_j: f64,
    /// The same of an inference, where their number is known.
    pub energy_per_inference_j: Option<f64>,
    /// Inferences in the run, where known.
    pub inferences: Option<u64>,
    /// Its length.
    pub duration_s: f64,
    /// The components of which energies are in it.
    pub components: Vec<ComponentAccount>,
}

/// A component's energy in its factors.
pub(in crate::regression) struct ComponentAccount {
    /// Its name.
    pub name: String,
    /// Its energy.
    pub energy_j: f64,
    /// Of it, clock.
    pub clock_j: f64,
    /// Of it, leakage.
    pub leakage_j: f64,
    /// Its actions.
    pub actions: Vec<ActionAccount>,
}

/// An action.
pub(in crate::regression) struct ActionAccount {
    /// Its name.
    pub name: String,
    /// How often it happened.
    pub count: f64,
    /// Energy of one.
    pub energy_per_action_j: f64,
}

impl EnergyAccount {
    /// That of a report.
    pub fn of_report(report: &PowerReport) -> EnergyAccount {
        let is_counted =
            |component: &&ComponentPower| report.includes_system || component.placement == Placement::Chip;
        let component = |component: &ComponentPower| ComponentAccount {
            name: component.name.clone(),
            energy_j: component.energy_j,
            clock_j: component.energy_by_kind_j.clock,
            leakage_j: component.energy_by_kind_j.leakage,
            actions: component
                .actions
                .iter()
                .map(|action| ActionAccount {
                    name: action.name.clone(),
                    count: action.count,
                    energy_per_action_j: action.energy_per_action_j,
                })
                .collect(),
        };
        EnergyAccount {
            energy_j: report.energy_j,
            energy_per_inference_j: report.energy_per_inference_j,
            inferences: report.inferences,
            duration_s: report.duration_s,
            components: report.components.iter().filter(is_counted).map(component).collect(),
        }
    }

    /// That of a baseline.
    pub fn of_baseline(baseline: &Baseline) -> EnergyAccount {
        let counted = baseline.components.iter().filter(|(_, component)| baseline.counts(component));
        let components = counted.map(|(name, component)| ComponentAccount {
            name: name.clone(),
            energy_j: component.energy_j,
            clock_j: component.clock_j,
            leakage_j: component.leakage_j,
            actions: component
                .actions
                .iter()
                .map(|(name, action)| ActionAccount {
                    name: name.clone(),
                    count: action.count,
                    energy_per_action_j: action.energy_per_action_j,
                })
                .collect(),
        });
        EnergyAccount {
            energy_j: baseline.run.energy_j,
            energy_per_inference_j: baseline.run.energy_per_inference_j,
            inferences: baseline.run.inferences,
            duration_s: baseline.run.cycles as f64 / baseline.run.clock_hz,
            components: components.collect(),
        }
    }

    /// The sum of the products of its factors, and the number of its roundings.
    pub fn sum_of_parts(&self) -> (f64, u64) {
        let action =
            |action: &ActionAccount| Wide::from(action.count) * Wide::from(action.energy_per_action_j);
        let component = |component: &ComponentAccount| {
            let actions: Wide = component.actions.iter().map(action).sum();
            actions + Wide::from(component.clock_j) + Wide::from(component.leakage_j)
        };
        let roundings = self.components.iter().map(|component| 2 * component.actions.len() as u64 + 3).sum();
        (self.components.iter().map(component).sum::<Wide>().rounded(), roundings)
    }
}
