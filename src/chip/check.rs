//! Between the chip file as written and [`Pat`]: all checks, each complaint with its key, and the way back.

use std::collections::BTreeSet;

use super::error::Problem;
use super::file::{ActionFile, ChipFile, ClockFile, ComponentFile, TechnologyFile, Written};
use super::pat::{Action, Component, Pat, Sourced, Technology};
use crate::units::{PerCycle, Quantity, Ratio};

/// Which numbers make sense.
#[derive(Clone, Copy, PartialEq)]
enum Range {
    Any,
    NotNegative,
    Positive,
    /// 0 to 1.
    Part,
    /// 1 or more.
    AtLeastOne,
}

impl Range {
    fn complaint(self, value: f64) -> Option<&'static str> {
        match self {
            _ if !value.is_finite() => Some("must be a finite number"),
            Range::NotNegative if value < 0.0 => Some("must not be negative"),
            Range::Positive if value <= 0.0 => Some("must be larger than 0"),
            Range::Part if !(0.0..=1.0).contains(&value) => Some("must lie between 0 and 1"),
            Range::AtLeastOne if value < 1.0 => Some("must be 1 or more"),
            _ => None,
        }
    }
}

/// Collects everything that is wrong, so that one run tells all of it.
#[derive(Default)]
struct Checker {
    problems: Vec<Problem>,
}

/// Checks a chip file.
pub(super) fn checked(file: &ChipFile) -> Result<Pat, Vec<Problem>> {
    let mut checker = Checker::default();
    let pat = checker.chip(file);
    if checker.problems.is_empty() { Ok(pat) } else { Err(checker.problems) }
}

impl Checker {
    fn complain(&mut self, key: &str, what: impl Into<String>) {
        self.problems.push(Problem { key: key.to_owned(), what: what.into() });
    }

    /// Reads one number; what is wrong with it is noted and 0 stands in, which nobody sees.
    fn number<Q: Quantity>(&mut self, key: &str, written: &Written, range: Range) -> Sourced<Q> {
        let value = match Q::with_unit(written.value, &written.unit) {
            Ok(value) => {
                if let Some(rule) = range.complaint(value.value()) {
                    self.complain(key, format!("{} {}: {rule}", written.value, written.unit));
                }
                value
            }
            Err(error) => {
                self.complain(key, error.to_string());
                Q::new(0.0)
            }
        };
        if written.source.trim().is_empty() {
            self.complain(key, "has no source: say where the number comes from, or that it is assumed");
        }
        Sourced::new(value, written.source.clone())
    }

    fn optional<Q: Quantity>(
        &mut self,
        key: &str,
        written: Option<&Written>,
        range: Range,
    ) -> Option<Sourced<Q>> {
        written.map(|written| self.number(key, written, range))
    }

    /// A name is not empty, has no `/` (it separates component and action) and is not used twice.
    fn name<'a>(&mut self, key: &str, name: &'a str, seen: &mut BTreeSet<&'a str>) {
        if name.trim().is_empty() {
            self.complain(key, "the name is empty");
        } else if name.contains('/') {
            self.complain(key, "a name must not hold \"/\", which stands between component and action");
        } else if !seen.insert(name) {
            self.complain(key, format!("the name {name:?} is used twice"));
        }
    }

    fn chip(&mut self, file: &ChipFile) -> Pat {
        if file.name.trim().is_empty() {
            self.complain("name", "the name is empty");
        }
        if file.components.is_empty() {
            self.complain("components", "the chip has no component: add [[components]]");
        }
        if file.word_bits == Some(0) {
            self.complain("word_bits", "must be larger than 0");
        }
        let mut seen = BTreeSet::new();
        let components = file.components.iter().enumerate();
        let components = components.map(|(at, component)| self.component(at, component, &mut seen)).collect();
        Pat {
            name: file.name.clone(),
            description: file.description.clone(),
            word_bits: file.word_bits,
            technology: file.technology.as_ref().map(|technology| Technology {
                node: self.number("technology.node", &technology.node, Range::Positive),
                transistors: technology.transistors,
            }),
            clock: self.number("clock", &file.clock, Range::Positive),
            voltage: self.optional("voltage", file.voltage.as_ref(), Range::Positive),
            junction_temperature: self.optional(
                "junction_temperature",
                file.junction_temperature.as_ref(),
                Range::Any,
            ),
            fast_leakage: self.optional("fast_leakage", file.fast_leakage.as_ref(), Range::AtLeastOne),
            area: self.optional("area", file.area.as_ref(), Range::Positive),
            die_area: self.optional("die_area", file.die_area.as_ref(), Range::Positive),
            white_space: self.optional("white_space", file.white_space.as_ref(), Range::NotNegative),
            unmodelled_area: self.optional(
                "unmodelled_area",
                file.unmodelled_area.as_ref(),
                Range::NotNegative,
            ),
            published_tdp: self.optional("published_tdp", file.published_tdp.as_ref(), Range::Positive),
            critical_path: file.critical_path.clone(),
            components,
        }
    }

    fn component<'a>(
        &mut self,
        at: usize,
        file: &'a ComponentFile,
        seen: &mut BTreeSet<&'a str>,
    ) -> Component {
        let path = path_of("components", at, &file.name);
        self.name(&path, &file.name, seen);
        if file.instances == 0 {
            self.complain(&format!("{path}.instances"), "must be larger than 0");
        }
        let mut names = BTreeSet::new();
        let actions = file.actions.iter().enumerate();
        let actions = actions.map(|(at, action)| self.action(&path, at, action, &mut names)).collect();
        let component = Component {
            name: file.name.clone(),
            description: file.description.clone(),
            placement: file.placement,
            instances: file.instances,
            own_supply: file.own_supply,
            area: self.optional(&format!("{path}.area"), file.area.as_ref(), Range::NotNegative),
            leakage: self.number(&format!("{path}.leakage"), &file.leakage, Range::NotNegative),
            clock_running: self.number(
                &format!("{path}.clock.running"),
                &file.clock.running,
                Range::NotNegative,
            ),
            clock_gated: self.number(&format!("{path}.clock.gated"), &file.clock.gated, Range::NotNegative),
            cycle_time: self.optional(
                &format!("{path}.cycle_time"),
                file.cycle_time.as_ref(),
                Range::Positive,
            ),
            actions,
        };
        self.clock(&path, &component);
        component
    }

    /// The clock's figures must fit each other and the actions that keep it running.
    fn clock(&mut self, path: &str, component: &Component) {
        let (running, gated) = (component.clock_running.value, component.clock_gated.value);
        if gated > running {
            let what = format!("{gated} is more than the running clock's {running}: gating only takes away");
            self.complain(&format!("{path}.clock.gated"), what);
        } else if component.actions.is_empty() && gated < running {
            let what = "without actions nothing would ever keep this clock running: give the component an \
                        action, or set gated = running";
            self.complain(&format!("{path}.clock"), what);
        }
        // Actions may be alternatives that keep the same clock running: a multiply-accumulate and one with a zero, a
        // read and a write through one port. At the activity of TDP they share it.
        let share = |action: &Action| Ratio(component.clock_share(action).0 * action.tdp_activity.value.0);
        let shares: Ratio = component.actions.iter().map(share).sum();
        // Thirds and the like do not add up to exactly 1.
        if shares.0 > 1.0 + 1e-9 {
            let what = format!(
                "the clock shares of the actions times their TDP activities add up to {}, more than 1 (an action without \
                 a share has 1/{})",
                shares.0,
                component.actions.len()
            );
            self.complain(&format!("{path}.actions"), what);
        }
    }

    fn action<'a>(
        &mut self,
        component: &str,
        at: usize,
        file: &'a ActionFile,
        seen: &mut BTreeSet<&'a str>,
    ) -> Action {
        let path = path_of(&format!("{component}.actions"), at, &file.name);
        self.name(&path, &file.name, seen);
        if file.bits == Some(0) {
            self.complain(&format!("{path}.bits"), "must be larger than 0");
        }
        Action {
            name: file.name.clone(),
            description: file.description.clone(),
            bits: file.bits,
            energy: self.number(&format!("{path}.energy"), &file.energy, Range::NotNegative),
            capacity: self.number::<PerCycle>(&format!("{path}.capacity"), &file.capacity, Range::Positive),
            tdp_activity: self.number(&format!("{path}.tdp_activity"), &file.tdp_activity, Range::Part),
            clock_share: self.optional(
                &format!("{path}.clock_share"),
                file.clock_share.as_ref(),
                Range::Part,
            ),
        }
    }
}

fn path_of(list: &str, at: usize, name: &str) -> String {
    if name.trim().is_empty() { format!("{list}[{at}]") } else { format!("{list}.{name}") }
}

/// The way back: every quantity in its basic unit.
pub(super) fn written(pat: &Pat) -> ChipFile {
    ChipFile {
        name: pat.name.clone(),
        description: pat.description.clone(),
        word_bits: pat.word_bits,
        critical_path: pat.critical_path.clone(),
        technology: pat.technology.as_ref().map(|technology| TechnologyFile {
            node: write(&technology.node),
            transistors: technology.transistors,
        }),
        clock: write(&pat.clock),
        voltage: pat.voltage.as_ref().map(write),
        junction_temperature: pat.junction_temperature.as_ref().map(write),
        fast_leakage: pat.fast_leakage.as_ref().map(write),
        area: pat.area.as_ref().map(write),
        die_area: pat.die_area.as_ref().map(write),
        white_space: pat.white_space.as_ref().map(write),
        unmodelled_area: pat.unmodelled_area.as_ref().map(write),
        published_tdp: pat.published_tdp.as_ref().map(write),
        components: pat.components.iter().map(write_component).collect(),
    }
}

fn write_component(component: &Component) -> ComponentFile {
    ComponentFile {
        name: component.name.clone(),
        description: component.description.clone(),
        placement: component.placement,
        instances: component.instances,
        own_supply: component.own_supply,
        area: component.area.as_ref().map(write),
        leakage: write(&component.leakage),
        clock: ClockFile { running: write(&component.clock_running), gated: write(&component.clock_gated) },
        cycle_time: component.cycle_time.as_ref().map(write),
        actions: component.actions.iter().map(write_action).collect(),
    }
}

fn write_action(action: &Action) -> ActionFile {
    ActionFile {
        name: action.name.clone(),
        description: action.description.clone(),
        bits: action.bits,
        energy: write(&action.energy),
        capacity: write(&action.capacity),
        tdp_activity: write(&action.tdp_activity),
        clock_share: action.clock_share.as_ref().map(write),
    }
}

fn write<Q: Quantity>(quantity: &Sourced<Q>) -> Written {
    let unit = Q::UNITS.first().map_or("", |(symbol, _)| symbol);
    Written { value: quantity.value.value(), unit: unit.to_owned(), source: quantity.source.clone() }
}
