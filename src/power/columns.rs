//! From counts of the trace's channels to counts of the chip's actions.
//!
//! Windows come in batches, a row an action, so that a processor's wide registers take several at once.
//!
//! The columns of a run's windows come in any order, so every sum here runs in the order of the names: equal
//! counts give equal bits. A column that is not known yet counts 0, and adding 0 changes no bit.

use std::collections::BTreeMap;

use crate::activity::{ChannelName, RegionCounts};

use super::binding::{Binding, Resolution};
use super::history::History;
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
    /// Actions of the chip that some column is priced as, in their order.
    active: Vec<usize>,
}

/// Counts of the chip's active actions over lengths that end with each of some windows.
#[derive(Default)]
pub(super) struct ActionCounts {
    /// A row an action.
    rows: Vec<f64>,
    windows: usize,
}

impl ActionCounts {
    fn clear(&mut self, actions: usize, windows: usize) {
        self.rows.clear();
        self.rows.resize(actions * windows, 0.0);
        self.windows = windows;
    }

    pub(super) fn windows(&self) -> usize {
        self.windows
    }

    /// The windows' counts of each active action.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.rows.chunks_exact(self.windows.max(1))
    }
}

impl<'a> Columns<'a> {
    pub(super) fn new(binding: &'a Binding, count_fraction_bits: u32) -> Columns<'a> {
        // A power of two is exact, and so is a product with it.
        let unit = (0..count_fraction_bits).fold(1.0, |unit, _| unit / 2.0);
        Columns {
            binding,
            unit,
            targets: Vec::new(),
            names: Vec::new(),
            order: Vec::new(),
            active: Vec::new(),
        }
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
        self.active = self.targets.iter().flatten().map(|target| target.channel).collect();
        self.active.sort_unstable();
        self.active.dedup();
    }

    /// The rule by which names are bound.
    pub(super) fn binding(&self) -> &'a Binding {
        self.binding
    }

    /// Actions of the chip that some column is priced as, in their order.
    pub(super) fn active(&self) -> &[usize] {
        &self.active
    }

    /// Sums the counts of all columns, a row of `sums` each, into actions of the chip.
    pub(super) fn count(&self, sums: &Sums, counts: &mut ActionCounts) {
        counts.clear(self.active.len(), sums.windows);
        if sums.windows == 0 {
            return;
        }
        for &column in &self.order {
            let sums = &sums.rows[column * sums.windows..][..sums.windows];
            for target in &self.targets[column] {
                let Ok(row) = self.active.binary_search(&target.channel) else { continue };
                let counted = &mut counts.rows[row * counts.windows..][..counts.windows];
                for (count, sum) in counted.iter_mut().zip(sums) {
                    *count += sum * self.unit * target.factor;
                }
            }
        }
    }

    /// All of the chip's actions in one of the windows.
    pub(super) fn actions(&self, counts: &ActionCounts, window: usize, actions: &mut [f64]) {
        actions.fill(0.0);
        for (row, &action) in counts.rows().zip(&self.active) {
            actions[action] = row[window];
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

/// Sums of a trace's columns over one length, as floating-point numbers.
#[derive(Default)]
pub(super) struct Sums {
    /// A row a column.
    rows: Vec<f64>,
    windows: usize,
}

impl Sums {
    /// Takes the sums over lengths that end with each of the latest windows but for the first `from` of them.
    pub(super) fn fill(&mut self, history: &History, latest: usize, from: usize, length: usize) {
        let last = history.windows() - latest + from..history.windows();
        self.windows = last.len();
        self.rows.resize(history.columns() * last.len(), 0.0);
        if !last.is_empty() {
            for (column, sums) in self.rows.chunks_exact_mut(last.len()).enumerate() {
                history.sums(column, last.clone(), length, sums);
            }
        }
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
