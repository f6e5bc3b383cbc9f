//! What building a component gives: its parts, its actions, its timing, and what was chosen.

use std::collections::BTreeMap;

use super::cost::{Cost, Part};
use crate::chip::circuit::DataEnergy;
use crate::chip::pat::{self, Placement};
use crate::units::{Hertz, Joules, PerCycle, Ratio, Seconds, SquareMicrometres, Watts};

/// One instance of a component.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// What it is made of.
    pub parts: Vec<Part>,
    /// What it can do, named as a trace would name it.
    pub actions: Vec<Action>,
    /// What limits its clock; the longest decides.
    pub paths: Vec<TimingPath>,
    /// What was left open in the chip file and has been chosen.
    pub choices: Vec<Choice>,
    /// Whether its supply and clock are its own, so that those of the chip do not move it: interfaces off the chip.
    pub own_supply: bool,
    /// On the chip, or beside it.
    pub placement: Placement,
    /// Cycles from an operand at its input to the result, where it has such a way.
    pub latency_cycles: u32,
    /// Multiply-accumulates in a cycle, of units that count for the chip's peak performance.
    pub peak_macs: f64,
    /// Blocks that come with it and are components of their own in reports and traces: buffers in each of its cells,
    /// DRAM beside its interface.
    pub attached: Vec<Attached>,
    /// Where numbers come from that the model did not compute, by their keys in a chip file of given numbers: `area`,
    /// `leakage`, `clock.running`, `clock.gated`, `cycle_time`, `actions.read.energy`.
    pub sources: BTreeMap<String, String>,
}

/// A block that comes with another.
#[derive(Clone, Debug, PartialEq)]
pub struct Attached {
    /// Its name as a component.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// On the chip or beside it.
    pub placement: Placement,
    /// How many come with one instance.
    pub instances: u64,
    /// One of them.
    pub block: Block,
}

/// Something that a component does, counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its name: `mac`, `read`.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Bits that one moves, where it moves data.
    pub bits: Option<u64>,
    /// Where the energy of one goes, clock and leakage left out, as far as its data matter.
    pub energy: Vec<(&'static str, DataEnergy)>,
    /// Most in a cycle, one instance.
    pub capacity: PerCycle,
    /// Part of the capacity that TDP assumes: one value for a component type, whatever the chip.
    pub tdp_activity: Ratio,
    /// Part of the gateable clock that it keeps running at its capacity; `None`: an equal part.
    pub clock_share: Option<Ratio>,
}

impl Action {
    /// Energy of one on random data.
    pub fn energy(&self) -> Joules {
        self.energy.iter().map(|(_, energy)| energy.total()).sum()
    }

    /// The same when no bit of its data changes from the action before, as an action of its own: the energy that
    /// stands, at the same ports and with the same clock. `None` where data make no difference, and for what is a
    /// variant already.
    pub fn still(&self) -> Option<Action> {
        let changes = self.energy.iter().any(|(_, energy)| energy.data.0 > 0.0);
        if !changes || pat::is_variant(&self.name) {
            return None;
        }
        let standing =
            |(part, energy): &(&'static str, DataEnergy)| (*part, DataEnergy::standing(energy.standing));
        Some(Action {
            name: format!("{}{}", self.name, pat::STILL),
            description: format!("{} that change no bit", self.name),
            energy: self.energy.iter().map(standing).collect(),
            tdp_activity: Ratio(0.0),
            ..self.clone()
        })
    }

    /// Power at its TDP activity.
    pub fn tdp(&self, clock: Hertz) -> Watts {
        self.energy() * (self.capacity.0 * self.tdp_activity.0) * clock
    }
}

/// A way that a signal must go within a cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct TimingPath {
    /// What lies on it: `multiply-accumulator`.
    pub name: String,
    /// Shortest cycle in which it can be gone.
    pub cycle: Seconds,
}

/// A value that the chip file left open.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The key: `read_ports`.
    pub key: &'static str,
    /// What was chosen, as it would be written.
    pub value: String,
    /// Why.
    pub reason: String,
}

impl Choice {
    /// A choice with its reason.
    pub fn new(key: &'static str, value: impl ToString, reason: impl Into<String>) -> Choice {
        Choice { key, value: value.to_string(), reason: reason.into() }
    }
}

impl Block {
    /// What all of it costs.
    pub fn cost(&self) -> Cost {
        self.parts.iter().map(Part::total).sum()
    }

    /// The same with no clock gates in what runs at the chip's clock: it runs whether or not anything works. What was
    /// given stays.
    pub fn without_clock_gates(self) -> Block {
        if self.own_supply || self.sources.contains_key("clock.gated") {
            return self;
        }
        let parts = self.parts.into_iter().map(Part::without_clock_gates).collect();
        let with = |attached: Attached| Attached { block: attached.block.without_clock_gates(), ..attached };
        Block { parts, attached: self.attached.into_iter().map(with).collect(), ..self }
    }

    /// Area of it and of all on the chip that comes with it.
    pub fn area_with_attached(&self) -> SquareMicrometres {
        if self.placement == Placement::System {
            return SquareMicrometres(0.0);
        }
        let attached = self.attached.iter().filter(|attached| attached.placement == Placement::Chip);
        let attached =
            attached.map(|attached| attached.block.area_with_attached() * attached.instances as f64);
        self.cost().area() + attached.sum()
    }

    /// Its part of the thermal design power, with so many times the leakage of typical silicon.
    pub fn tdp(&self, clock: Hertz, leakage: Ratio) -> Watts {
        let cost = self.cost();
        let actions: Watts = self.actions.iter().map(|action| action.tdp(clock)).sum();
        cost.leakage * leakage.0 + cost.clock_running * clock + actions
    }

    /// The longest of its paths.
    pub fn critical_path(&self) -> Option<&TimingPath> {
        self.paths.iter().max_by(|a, b| a.cycle.0.total_cmp(&b.cycle.0))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn action(name: &str, energy: Vec<(&'static str, DataEnergy)>) -> Action {
        Action {
            name: name.to_owned(),
            description: String::new(),
            bits: Some(8),
            energy,
            capacity: PerCycle(2.0),
            tdp_activity: Ratio(0.5),
            clock_share: Some(Ratio(0.25)),
        }
    }

    #[test]
    fn what_changes_no_bit_takes_what_stands_at_the_same_ports_and_counts_for_no_tdp() {
        let (decoders, wires) = (Joules(3e-12), Joules(5e-12));
        let read = action(
            "read",
            vec![("decoders", DataEnergy::standing(decoders)), ("wires", DataEnergy::changing(wires))],
        );
        let still = read.still().unwrap();
        assert_eq!(
            (still.name.as_str(), still.energy(), read.energy()),
            ("read_still", decoders, decoders + wires)
        );
        assert_eq!(
            (still.bits, still.capacity, still.clock_share),
            (read.bits, read.capacity, read.clock_share)
        );
        assert_eq!(still.tdp_activity, Ratio(0.0));
    }

    #[test]
    fn what_data_do_not_matter_to_and_what_is_a_variant_has_no_still_one() {
        let (standing, changing) = (DataEnergy::standing(Joules(1e-12)), DataEnergy::changing(Joules(1e-12)));
        assert!(action("transfer", vec![("controller", standing)]).still().is_none());
        assert!(action("mac_zero", vec![("registers", changing)]).still().is_none());
    }
}
