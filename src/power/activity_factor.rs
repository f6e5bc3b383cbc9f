//! How busy each action was: count over capacity × cycles, and where it was more than the hardware can do.

use super::rates::Rates;
use super::result::ActivityFactor;
use crate::activity::ChannelName;

/// Above capacity by less than this is rounding of a scale factor.
const TOLERANCE: f64 = 1e-9;

#[derive(Clone, Copy, Default)]
struct Busiest {
    factor: f64,
    windows_above_capacity: u64,
    /// Start of the first of them.
    first_above: i64,
}

/// The busiest window of every action.
pub(super) struct ActivityFactors {
    busiest: Vec<Busiest>,
}

impl ActivityFactors {
    pub(super) fn new(actions: usize) -> ActivityFactors {
        ActivityFactors { busiest: vec![Busiest::default(); actions] }
    }

    /// Takes the next window: the chip's actions in it and the cycles for which the run covered it.
    pub(super) fn push(&mut self, start: i64, cycles: u64, actions: &[f64], rates: &Rates) {
        for (at, busiest) in self.busiest.iter_mut().enumerate() {
            let factor = factor(rates, at, actions[at], cycles);
            busiest.factor = busiest.factor.max(factor);
            if factor > 1.0 + TOLERANCE {
                busiest.first_above =
                    if busiest.windows_above_capacity == 0 { start } else { busiest.first_above };
                busiest.windows_above_capacity += 1;
            }
        }
    }

    /// An action's factor over the run, in which it was counted so often, and in its busiest window.
    pub(super) fn of(&self, rates: &Rates, action: usize, count: f64, run_cycles: u64) -> ActivityFactor {
        ActivityFactor { mean: factor(rates, action, count, run_cycles), peak: self.busiest[action].factor }
    }

    /// One warning for each channel that was counted more often than its capacity allows.
    pub(super) fn warnings(&self, rates: &Rates, names: &[ChannelName]) -> Vec<String> {
        let above = self.busiest.iter().enumerate().filter(|(_, busiest)| busiest.windows_above_capacity > 0);
        above
            .map(|(at, busiest)| {
                format!(
                    "{}: counted above its capacity of {} in {} window(s), at worst {:.3} times, first in the \
                     window at cycle {}; priced as counted",
                    names[at],
                    rates.actions[at].capacity,
                    busiest.windows_above_capacity,
                    busiest.factor,
                    busiest.first_above,
                )
            })
            .collect()
    }
}

fn factor(rates: &Rates, action: usize, count: f64, cycles: u64) -> f64 {
    if cycles == 0 { 0.0 } else { count / (rates.actions[action].capacity.0 * cycles as f64) }
}

/// The busiest of a component's actions, in the mean and at the peak.
pub(super) fn busiest(factors: impl Iterator<Item = ActivityFactor>) -> ActivityFactor {
    factors.fold(ActivityFactor::default(), |most, factor| ActivityFactor {
        mean: most.mean.max(factor.mean),
        peak: most.peak.max(factor.peak),
    })
}
