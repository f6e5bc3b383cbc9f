//! A difference of energy by cause.

use std::ops::Add;

use serde::Serialize;

use super::account::{ActionAccount, ComponentAccount, EnergyAccount};
use super::pairs::{Pair, Presence, pairs};
use super::wide::Wide;

/// A difference of energy by cause; the causes add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Causes<T = f64> {
    /// Other counts of actions.
    pub activity_j: T,
    /// Other energies of one action.
    pub energy_per_action_j: T,
    /// Another mean clock power.
    pub clock_j: T,
    /// Another mean leakage power.
    pub leakage_j: T,
    /// Another length of time in which clock and leakage take power.
    pub time_j: T,
}

impl Causes {
    /// The causes in the order of the waterfall, by the names that people read.
    pub fn named(&self) -> [(&'static str, f64); 5] {
        [
            ("activity", self.activity_j),
            ("energy per action", self.energy_per_action_j),
            ("clock", self.clock_j),
            ("leakage", self.leakage_j),
            ("time", self.time_j),
        ]
    }
}

impl Causes<Wide> {
    fn rounded(self) -> Causes {
        Causes {
            activity_j: self.activity_j.rounded(),
            energy_per_action_j: self.energy_per_action_j.rounded(),
            clock_j: self.clock_j.rounded(),
            leakage_j: self.leakage_j.rounded(),
            time_j: self.time_j.rounded(),
        }
    }
}

impl Add for Causes<Wide> {
    type Output = Causes<Wide>;

    fn add(self, other: Causes<Wide>) -> Causes<Wide> {
        Causes {
            activity_j: self.activity_j + other.activity_j,
            energy_per_action_j: self.energy_per_action_j + other.energy_per_action_j,
            clock_j: self.clock_j + other.clock_j,
            leakage_j: self.leakage_j + other.leakage_j,
            time_j: self.time_j + other.time_j,
        }
    }
}

/// The way from one energy to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waterfall {
    /// The first run's energy, as its report has it.
    pub energy_a_j: f64,
    /// The second run's.
    pub energy_b_j: f64,
    /// The second less the first.
    pub difference_j: f64,
    /// Why, over all components.
    pub causes: Causes,
    /// How many terms were computed, each for itself: two an action, three a component.
    pub terms: u64,
    /// One ulp a term, of the larger energy or of the term if it is larger still: by so much the terms' sum may miss
    /// `difference_j`, since energies in reports are rounded. A term that is smaller may be nothing at all.
    pub resolution_j: f64,
    /// By component: those of the second report in its order, then those that the first alone has.
    pub components: Vec<ComponentDifference>,
}

/// A component's difference of energy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentDifference {
    /// Its name.
    pub name: String,
    /// Which run's chip has it.
    #[serde(rename = "in")]
    pub presence: Presence,
    /// Its energy in the first run.
    pub energy_a_j: f64,
    /// In the second.
    pub energy_b_j: f64,
    /// The second less the first.
    pub difference_j: f64,
    /// Why.
    pub causes: Causes,
    /// By action.
    pub actions: Vec<ActionDifference>,
}

/// An action's difference of energy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActionDifference {
    /// Its name.
    pub name: String,
    /// Which run's chip has it.
    #[serde(rename = "in")]
    pub presence: Presence,
    /// How often it happened in the first run; none if its chip does not have it.
    pub count_a: Option<f64>,
    /// In the second.
    pub count_b: Option<f64>,
    /// Energy of one in the first run; none if its chip does not have it.
    pub energy_per_action_a_j: Option<f64>,
    /// In the second.
    pub energy_per_action_b_j: Option<f64>,
    /// What other counts make of it.
    pub activity_j: f64,
    /// What another energy of one makes of it.
    pub energy_per_action_j: f64,
}

/// What is compared of a run: all of it, or each of its inferences.
#[derive(Clone, Copy)]
pub(in crate::regression) struct Part<'a> {
    account: &'a EnergyAccount,
    /// How many there are of it in the run.
    parts: u64,
    /// Its energy, as it was reported.
    energy_j: f64,
}

impl<'a> Part<'a> {
    pub fn run(account: &'a EnergyAccount) -> Part<'a> {
        Part { account, parts: 1, energy_j: account.energy_j }
    }

    /// None if nobody knows how many inferences there are.
    pub fn inference(account: &'a EnergyAccount) -> Option<Part<'a>> {
        let parts = account.inferences.filter(|inferences| *inferences > 0)?;
        Some(Part { account, parts, energy_j: account.energy_per_inference_j? })
    }

    /// Its part of a figure of the run.
    fn of(&self, figure: f64) -> Wide {
        Wide::from(figure) / Wide::from(self.parts as f64)
    }

    fn time(&self) -> Wide {
        self.of(self.account.duration_s)
    }
}

/// What the change of each factor makes of the change of a product: the first's, then the second's. Each is weighted by
/// the mean of the other, so that no run is the yardstick of the other and the two add up to the whole.
fn split(a: (Wide, Wide), b: (Wide, Wide)) -> (Wide, Wide) {
    ((b.0 - a.0) * (a.1 + b.1).half(), (b.1 - a.1) * (a.0 + b.0).half())
}

/// A mean power times a time changes by another time and by another power: in this order. Where one of the runs takes
/// no time, no power of it is known, and its energy comes and goes with the time.
pub(super) fn split_power(a: (Wide, Wide), b: (Wide, Wide)) -> (Wide, Wide) {
    let (energies, times) = ((a.0, b.0), (a.1, b.1));
    if times.0.rounded() > 0.0 && times.1.rounded() > 0.0 {
        split((times.0, energies.0 / times.0), (times.1, energies.1 / times.1))
    } else {
        (energies.1 - energies.0, Wide::default())
    }
}

impl Waterfall {
    pub(in crate::regression) fn between(a: Part<'_>, b: Part<'_>) -> Waterfall {
        let mut causes = Causes::<Wide>::default();
        let mut components = Vec::new();
        for pair in pairs(&a.account.components, &b.account.components, |component| component.name.as_str()) {
            let (component, of_it) = component(&pair, a, b);
            components.push(component);
            causes = causes + of_it;
        }
        let largest = a.energy_j.abs().max(b.energy_j.abs());
        let terms = || components.iter().flat_map(ComponentDifference::terms_j);
        Waterfall {
            energy_a_j: a.energy_j,
            energy_b_j: b.energy_j,
            difference_j: b.energy_j - a.energy_j,
            causes: causes.rounded(),
            terms: terms().count() as u64,
            resolution_j: terms().map(|term| ulp(largest.max(term.abs()))).sum(),
            components,
        }
    }

    /// A term or a sum of terms; 0 where it may be what rounding left of nothing.
    pub fn resolved(&self, energy_j: f64) -> f64 {
        if energy_j.abs() <= self.resolution_j { 0.0 } else { energy_j }
    }
}

impl ComponentDifference {
    /// The terms that were computed, each for itself; all others are sums of them.
    pub fn terms_j(&self) -> impl Iterator<Item = f64> + '_ {
        let actions = self.actions.iter().flat_map(|action| [action.activity_j, action.energy_per_action_j]);
        actions.chain([self.causes.clock_j, self.causes.leakage_j, self.causes.time_j])
    }
}

fn component(
    pair: &Pair<'_, ComponentAccount>,
    a: Part<'_>,
    b: Part<'_>,
) -> (ComponentDifference, Causes<Wide>) {
    let mut causes = clock_and_leakage(pair, a, b);
    let mut of_actions = Vec::new();
    for pair in pairs(actions(pair.a()), actions(pair.b()), |action| action.name.as_str()) {
        let (activity, per_action) = action_terms(&pair, a, b);
        causes.activity_j = causes.activity_j + activity;
        causes.energy_per_action_j = causes.energy_per_action_j + per_action;
        of_actions.push(action(&pair, a, b, (activity, per_action)));
    }
    let energy = |part: Part<'_>, component: Option<&ComponentAccount>| {
        component.map_or(Wide::default(), |component| part.of(component.energy_j))
    };
    let (energy_a, energy_b) = (energy(a, pair.a()), energy(b, pair.b()));
    let difference = ComponentDifference {
        name: pair.either().name.clone(),
        presence: pair.presence(),
        energy_a_j: energy_a.rounded(),
        energy_b_j: energy_b.rounded(),
        difference_j: (energy_b - energy_a).rounded(),
        causes: causes.rounded(),
        actions: of_actions,
    };
    (difference, causes)
}

fn actions(component: Option<&ComponentAccount>) -> impl Iterator<Item = &ActionAccount> {
    component.into_iter().flat_map(|component| &component.actions)
}

/// The causes that have to do with time. Of a component that one chip alone has, clock and leakage are all its own.
fn clock_and_leakage(pair: &Pair<'_, ComponentAccount>, a: Part<'_>, b: Part<'_>) -> Causes<Wide> {
    let kinds = |part: Part<'_>, component: &ComponentAccount| {
        (part.of(component.clock_j), part.of(component.leakage_j))
    };
    let (time_j, clock_j, leakage_j) = match pair {
        Pair::Both(of_a, of_b) => {
            let ((clock_a, leakage_a), (clock_b, leakage_b)) = (kinds(a, of_a), kinds(b, of_b));
            let (time_of_clock, clock) = split_power((clock_a, a.time()), (clock_b, b.time()));
            let (time_of_leakage, leakage) = split_power((leakage_a, a.time()), (leakage_b, b.time()));
            (time_of_clock + time_of_leakage, clock, leakage)
        }
        Pair::B(of_b) => {
            let (clock, leakage) = kinds(b, of_b);
            (Wide::default(), clock, leakage)
        }
        Pair::A(of_a) => {
            let (clock, leakage) = kinds(a, of_a);
            (Wide::default(), Wide::default() - clock, Wide::default() - leakage)
        }
    };
    Causes { time_j, clock_j, leakage_j, ..Causes::default() }
}

/// Activity, and energy per action. An action that one chip alone has is all activity.
fn action_terms(pair: &Pair<'_, ActionAccount>, a: Part<'_>, b: Part<'_>) -> (Wide, Wide) {
    let factors = |part: Part<'_>, action: &ActionAccount| {
        (part.of(action.count), Wide::from(action.energy_per_action_j))
    };
    let energy = |(count, energy): (Wide, Wide)| count * energy;
    match pair {
        Pair::Both(of_a, of_b) => split(factors(a, of_a), factors(b, of_b)),
        Pair::B(of_b) => (energy(factors(b, of_b)), Wide::default()),
        Pair::A(of_a) => (Wide::default() - energy(factors(a, of_a)), Wide::default()),
    }
}

fn action(
    pair: &Pair<'_, ActionAccount>,
    a: Part<'_>,
    b: Part<'_>,
    (activity, per_action): (Wide, Wide),
) -> ActionDifference {
    ActionDifference {
        name: pair.either().name.clone(),
        presence: pair.presence(),
        count_a: pair.a().map(|action| a.of(action.count).rounded()),
        count_b: pair.b().map(|action| b.of(action.count).rounded()),
        energy_per_action_a_j: pair.a().map(|action| action.energy_per_action_j),
        energy_per_action_b_j: pair.b().map(|action| action.energy_per_action_j),
        activity_j: activity.rounded(),
        energy_per_action_j: per_action.rounded(),
    }
}

/// The distance from a number to the next larger one.
pub(super) fn ulp(number: f64) -> f64 {
    number.abs().next_up() - number.abs()
}
