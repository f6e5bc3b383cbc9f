//! What everything costs at the trace's clock: a chip's Pat, flattened for pricing.
//!
//! Energy is linear in the counts, so that cutting a run into other windows never changes it: what an action
//! keeps running of the gateable clock is an energy of that action.

use std::ops::Range;

use crate::chip::pat::{Action, Component, Pat, Placement};
use crate::units::{Hertz, Joules, PerCycle, Seconds, Watts};

use super::columns::ActionCounts;
use super::result::EnergyByKind;

/// What one component costs while time passes.
pub(super) struct ComponentRate {
    pub placement: Placement,
    /// In the totals, the peak and TDP: on the chip, or everything if asked for.
    pub is_counted: bool,
    pub leakage: Watts,
    /// What gating leaves of the clock, at the trace's clock.
    pub clock_gated: Watts,
    /// Its actions in [`Rates::actions`].
    pub actions: Range<usize>,
}

/// What one action costs.
pub(super) struct ActionRate {
    pub dynamic: Joules,
    /// What it keeps running of the clock. Does not depend on the frequency: power and cycle cancel.
    pub clock: Joules,
    pub capacity: PerCycle,
    /// Where the action on random data stands whose ports it goes through: itself, if it is no variant.
    pub ports_of: usize,
    /// Its whole energy if its component is counted, else 0.
    counted: Joules,
}

/// A chip's costs, actions in the order of [`Pat::channels`].
pub(super) struct Rates {
    pub components: Vec<ComponentRate>,
    pub actions: Vec<ActionRate>,
    /// Leakage and gated clock of all counted components.
    pub base: Watts,
    /// Thermal design power of all counted components, at the chip's own clock.
    pub tdp: Watts,
}

impl Rates {
    pub(super) fn new(pat: &Pat, clock: Hertz, include_system: bool) -> Rates {
        let is_counted = |component: &Component| include_system || component.placement == Placement::Chip;
        let mut rates =
            Rates { components: Vec::new(), actions: Vec::new(), base: Watts(0.0), tdp: Watts(0.0) };
        for component in &pat.components {
            rates.add(component, pat.clock.value, clock, is_counted(component));
        }
        let counted = || rates.components.iter().filter(|component| component.is_counted);
        rates.base = counted().map(|component| component.leakage + component.clock_gated).sum();
        let tdp = pat.components.iter().filter(|component| is_counted(component));
        rates.tdp = tdp.map(|component| pat.tdp_of(component)).sum();
        rates
    }

    fn add(&mut self, component: &Component, chip_clock: Hertz, clock: Hertz, is_counted: bool) {
        let first = self.actions.len();
        let gateable = (component.clock_running.value - component.clock_gated.value) / chip_clock;
        let at = |of: &Action| component.actions.iter().position(|action| std::ptr::eq(action, of));
        for action in &component.actions {
            let ports_of = first + at(component.of_random_data(action)).unwrap_or_default();
            let capacity = action.capacity.value;
            let (dynamic, clock) =
                (action.energy.value, gateable * (component.clock_share(action).0 / capacity.0));
            let counted = if is_counted { dynamic + clock } else { Joules(0.0) };
            self.actions.push(ActionRate { dynamic, clock, capacity, ports_of, counted });
        }
        self.components.push(ComponentRate {
            placement: component.placement,
            is_counted,
            leakage: component.leakage.value,
            clock_gated: component.clock_gated.value * (clock / chip_clock),
            actions: first..self.actions.len(),
        });
    }

    /// Energy that the actions of all counted components add to the base power.
    pub(super) fn activity_energy(&self, counts: &[f64]) -> Joules {
        self.actions.iter().zip(counts).map(|(action, count)| action.counted * *count).sum()
    }

    /// Power of all counted components over a length of time.
    pub(super) fn power(&self, counts: &[f64], time: Seconds) -> Watts {
        self.activity_energy(counts) / time + self.base
    }

    /// [`Rates::power`] of each of several windows of one length, by the same sums; all other actions than the active
    /// ones, whose counts are given, add 0.
    pub(super) fn powers(
        &self,
        counts: &ActionCounts,
        active: &[usize],
        time: Seconds,
        powers: &mut Vec<f64>,
    ) {
        powers.clear();
        powers.resize(counts.windows(), 0.0);
        for (row, &action) in counts.rows().zip(active) {
            let energy = self.actions[action].counted.0;
            for (power, count) in powers.iter_mut().zip(row) {
                *power += energy * count;
            }
        }
        for power in powers {
            *power = *power / time.0 + self.base.0;
        }
    }

    /// One component's energy over a length of time in which its actions were counted.
    pub(super) fn component_energy(
        &self,
        component: &ComponentRate,
        counts: &[f64],
        time: Seconds,
    ) -> EnergyByKind {
        let counted = || component.actions.clone().map(|at| (&self.actions[at], counts[at]));
        let dynamic: Joules = counted().map(|(action, count)| action.dynamic * count).sum();
        let clock: Joules = counted().map(|(action, count)| action.clock * count).sum();
        EnergyByKind {
            dynamic: dynamic.0,
            clock: (component.clock_gated * time + clock).0,
            leakage: (component.leakage * time).0,
        }
    }

    /// Every component's energy, in the chip file's order.
    pub(super) fn energies(&self, counts: &[f64], time: Seconds) -> Vec<EnergyByKind> {
        self.components.iter().map(|component| self.component_energy(component, counts, time)).collect()
    }

    /// The sum over the counted components.
    pub(super) fn counted(&self, energies: &[EnergyByKind]) -> EnergyByKind {
        let counted = self.components.iter().zip(energies).filter(|(component, _)| component.is_counted);
        counted.fold(EnergyByKind::default(), |sum, (_, energy)| EnergyByKind {
            dynamic: sum.dynamic + energy.dynamic,
            clock: sum.clock + energy.clock,
            leakage: sum.leakage + energy.leakage,
        })
    }

    /// The sum over the components beside the chip.
    pub(super) fn system(&self, energies: &[EnergyByKind]) -> Joules {
        let beside = self.components.iter().zip(energies);
        let beside = beside.filter(|(component, _)| component.placement == Placement::System);
        beside.map(|(_, energy)| Joules(energy.total())).sum()
    }
}
