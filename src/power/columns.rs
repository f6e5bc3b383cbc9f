//! From counts of the trace's channels to counts of the chip's actions.
//!
//! The columns of a run's windows come in any order, so every sum here runs in the order of the names: equal
//! counts give equal bits. A column that is not known yet counts 0, and adding 0 changes no bit.

use std::collections::BTreeMap;

use crate::activity::{ChannelName, RegionCounts};

use super::binding::{Binding, Resolution};
use super::rules::Target;

/// The columns seen so far and what each is priced as.
pub(super) struct Columns<'a> {
    binding: &'a Binding,
    /// 2⁻ᵏ: actions of one unit of a count.
    unit: f64,
    targets: Vec<Vec<Target>>,
    names: Vec<ChannelName>,
    /// Columns by name.
    order: Vec<usize>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(binding: &'a Binding, count_fraction_bits: u32) -> Columns<'a> {
        // A power of two is exact, and so is a product with it.
        let unit = (0..count_fraction_bits).fold(1.0, |unit, _| unit / 2.0);
        Columns { binding, unit, targets: Vec::new(), names: Vec::new(), order: Vec::new() }
    }

    /// Takes in columns that are new.
    pub(super) fn grow(&mut self, channels: &[ChannelName]) {
        if channels.len() <= self.names.len() {
            return;
        }
        for name in &channels[self.names.len()..] {
            self.targets.push(targets(self.binding, name));
            self.names.push(name.clone());
        }
        self.order = (0..self.names.len()).collect();
        self.order.sort_by(|a, b| self.names[*a].cmp(&self.names[*b]));
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Sums the counts of all columns, given by number, into actions of the chip.
    pub(super) fn actions(&self, count: impl Fn(usize) -> u128, actions: &mut [f64]) {
        actions.fill(0.0);
        for &column in &self.order {
            self.add(&self.targets[column], count(column), actions);
        }
    }

    fn add(&self, targets: &[Target], count: u128, actions: &mut [f64]) {
        for target in targets {
            actions[target.channel] += to_f64(count) * self.unit * target.factor;
        }
    }

    /// Counts by name as actions of the chip, by the same sums.
    pub(super) fn actions_by_name(&self, counts: &RegionCounts, known: &KnownTargets) -> Vec<f64> {
        let mut actions = vec![0.0; self.binding.chip_channels().len()];
        for (name, count) in counts {
            if let Some(targets) = known.0.get(name) {
                self.add(targets, *count, &mut actions);
            }
        }
        actions
    }

    /// A count of the trace in its own actions.
    pub(super) fn in_actions(&self, count: u128) -> f64 {
        to_f64(count) * self.unit
    }
}

/// What names are priced as, resolved once for all regions.
pub(super) struct KnownTargets(BTreeMap<ChannelName, Vec<Target>>);

impl KnownTargets {
    pub(super) fn new<'n>(binding: &Binding, names: impl Iterator<Item = &'n ChannelName>) -> KnownTargets {
        KnownTargets(names.map(|name| (name.clone(), targets(binding, name))).collect())
    }

    /// Whether any of the names is priced as this action of the chip.
    pub(super) fn has(&self, action: usize) -> bool {
        self.0.values().flatten().any(|target| target.channel == action)
    }
}

fn targets(binding: &Binding, name: &ChannelName) -> Vec<Target> {
    match binding.resolve(name) {
        Resolution::Bound(targets) => targets,
        Resolution::Ignored | Resolution::Unbound(_) => Vec::new(),
    }
}

/// The nearest `f64`; nearly all counts fit into 64 bits, which the processor converts itself.
fn to_f64(count: u128) -> f64 {
    u64::try_from(count).map_or(count as f64, |small| small as f64)
}
