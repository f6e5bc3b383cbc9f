//! How busy each action was: count over capacity × cycles, and where it was more than the hardware can do.
//!
//! Variants of an action (`mac`, `mac_zero`, `read_still`) go through the same ports: together they have the capacity of
//! the action on random data.

use std::ops::Range;

use super::columns::{ActionCounts, Columns};
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

impl Busiest {
    fn take_above(&mut self, start: i64) {
        self.first_above = if self.windows_above_capacity == 0 { start } else { self.first_above };
        self.windows_above_capacity += 1;
    }
}

/// How often actions happened in a batch of windows that the run covers fully, and at most in one of them. A factor grows
/// with its count, so the largest count has the largest factor, whatever the capacity.
#[derive(Default)]
pub(super) struct BatchActivity {
    /// The largest count of each action by itself.
    alone: Vec<(usize, f64)>,
    /// Of each action with all of its variants, where the action on random data stands.
    together: Vec<CountsTogether>,
}

struct CountsTogether {
    action: usize,
    counts: Vec<f64>,
    most: f64,
}

impl BatchActivity {
    /// Gathers the counts in a range of windows; all chips with such columns have the same variants.
    pub(super) fn fill(
        &mut self,
        counts: &ActionCounts,
        columns: &Columns<'_>,
        rates: &Rates,
        windows: &Range<usize>,
    ) {
        self.alone.clear();
        self.together.clear();
        for (row, &action) in counts.rows().zip(columns.active()) {
            let row = &row[windows.clone()];
            self.alone.push((action, most(row)));
            let ports_of = rates.actions[action].ports_of;
            match self.together.iter_mut().find(|together| together.action == ports_of) {
                Some(together) => {
                    for (sum, count) in together.counts.iter_mut().zip(row) {
                        *sum += count;
                    }
                }
                None => {
                    self.together.push(CountsTogether { action: ports_of, counts: row.to_vec(), most: 0.0 });
                }
            }
        }
        for together in &mut self.together {
            together.most = most(&together.counts);
        }
    }
}

fn most(counts: &[f64]) -> f64 {
    counts.iter().copied().fold(0.0, |most, count| if count > most { count } else { most })
}

/// The busiest window of every action.
pub(super) struct ActivityFactors {
    /// Of each action by itself.
    alone: Vec<f64>,
    /// Of each action with all of its variants, where the action on random data stands.
    together: Vec<Busiest>,
    /// Counts of actions with their variants in the window at hand.
    counts: Vec<f64>,
}

impl ActivityFactors {
    pub(super) fn new(actions: usize) -> ActivityFactors {
        ActivityFactors {
            alone: vec![0.0; actions],
            together: vec![Busiest::default(); actions],
            counts: vec![0.0; actions],
        }
    }

    /// Takes the next window: the chip's actions in it and the cycles for which the run covered it.
    pub(super) fn push(&mut self, start: i64, cycles: u64, actions: &[f64], rates: &Rates) {
        self.counts.fill(0.0);
        for (at, count) in actions.iter().enumerate() {
            self.alone[at] = self.alone[at].max(factor(rates, at, *count, cycles));
            self.counts[rates.actions[at].ports_of] += count;
        }
        for (at, busiest) in self.together.iter_mut().enumerate() {
            let factor = factor(rates, at, self.counts[at], cycles);
            busiest.factor = busiest.factor.max(factor);
            if factor > 1.0 + TOLERANCE {
                busiest.take_above(start);
            }
        }
    }

    /// Takes windows of so many cycles each, all covered fully, from the cycle `start` on.
    pub(super) fn push_batch(&mut self, start: i64, cycles: u64, batch: &BatchActivity, rates: &Rates) {
        for &(at, count) in &batch.alone {
            self.alone[at] = self.alone[at].max(factor(rates, at, count, cycles));
        }
        for CountsTogether { action: at, counts, most } in &batch.together {
            let busiest = &mut self.together[*at];
            let highest = factor(rates, *at, *most, cycles);
            busiest.factor = busiest.factor.max(highest);
            if highest <= 1.0 + TOLERANCE {
                continue;
            }
            for (window, count) in counts.iter().enumerate() {
                if factor(rates, *at, *count, cycles) > 1.0 + TOLERANCE {
                    busiest.take_above(start + window as i64 * cycles as i64);
                }
            }
        }
    }

    /// An action's factor over the run, in which it was counted so often, and in its busiest window.
    pub(super) fn of(&self, rates: &Rates, action: usize, count: f64, run_cycles: u64) -> ActivityFactor {
        ActivityFactor { mean: factor(rates, action, count, run_cycles), peak: self.alone[action] }
    }

    /// The busiest of a component's actions, each with its variants, in the mean and at the peak; `counts` are those of
    /// all actions over the run.
    pub(super) fn busiest(
        &self,
        rates: &Rates,
        component: Range<usize>,
        counts: &[f64],
        run_cycles: u64,
    ) -> ActivityFactor {
        component.clone().fold(ActivityFactor::default(), |most, at| {
            let count = component.clone().filter(|other| rates.actions[*other].ports_of == at);
            let count = count.map(|other| counts[other]).sum();
            ActivityFactor {
                mean: most.mean.max(factor(rates, at, count, run_cycles)),
                peak: most.peak.max(self.together[at].factor),
            }
        })
    }

    /// One warning for each channel that was counted more often, variants included, than its capacity allows.
    pub(super) fn warnings(&self, rates: &Rates, names: &[ChannelName]) -> Vec<String> {
        let above =
            self.together.iter().enumerate().filter(|(_, busiest)| busiest.windows_above_capacity > 0);
        above
            .map(|(at, busiest)| {
                let has_variants = rates.actions.iter().filter(|action| action.ports_of == at).count() > 1;
                format!(
                    "{}{}: counted above its capacity of {} in {} window(s), at worst {:.3} times, first in the \
                     window at cycle {}; priced as counted",
                    names[at],
                    if has_variants { " with its variants" } else { "" },
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

#[cfg(test)]
mod tests {
    use trace_formats::DataVariant;

    use crate::chip::pat::{DATA_VARIANTS, STILL};

    #[test]
    fn traces_and_chips_name_variants_alike() {
        assert_eq!(DataVariant::ALL.map(DataVariant::suffix), DATA_VARIANTS);
        assert_eq!(DataVariant::Still.suffix(), STILL);
    }
}
