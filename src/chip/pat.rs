//! `Pat`: a chip's power, area and timing, frozen. The only thing of `chip` that pricing reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::ChipError;
use super::nearest::nearest;
use super::spec::Transistors;
use super::{check, file};
use crate::units::{
    Celsius, Hertz, Joules, Micrometres, PerCycle, Quantity, Ratio, Seconds, SquareMillimetres, Volts, Watts,
};

/// A quantity and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Sourced<Q> {
    /// The quantity.
    pub value: Q,
    /// A publication, or how it was derived, or that it was assumed.
    pub source: String,
}

impl<Q: Quantity> Sourced<Q> {
    /// A quantity with its source.
    pub fn new(value: Q, source: impl Into<String>) -> Sourced<Q> {
        Sourced { value, source: source.into() }
    }
}

/// Where a component stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// On the chip or in its package: in its power, peak and TDP.
    #[default]
    Chip,
    /// Beside the package (DRAM on the board): its energy is reported apart.
    System,
}

/// Where a chip is made: what the laws of voltage and temperature need to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Technology {
    /// Feature size.
    pub node: Sourced<Micrometres>,
    /// Transistors of memories and long wires; logic is of the node's standard cells.
    pub transistors: Transistors,
}

/// A chip: what each of its components is, and what each action of it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Pat {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Bits of one data word (an int8 operand: 8), where the chip has a usual one. Bindings count words by it.
    pub word_bits: Option<u64>,
    /// Where it is made; without it, voltage and temperature cannot be changed at replay.
    pub technology: Option<Technology>,
    /// Its own clock.
    pub clock: Sourced<Hertz>,
    /// Supply voltage at which all figures hold.
    pub voltage: Option<Sourced<Volts>>,
    /// Junction temperature at which the leakage figures hold.
    pub junction_temperature: Option<Sourced<Celsius>>,
    /// Leakage of the leakiest parts that are sold over that of typical ones, for which TDP has to hold; without it, TDP is
    /// that of a typical part.
    pub fast_leakage: Option<Sourced<Ratio>>,
    /// The area that the published figure means: core or die.
    pub area: Option<Sourced<SquareMillimetres>>,
    /// The area of the die with its pads.
    pub die_area: Option<Sourced<SquareMillimetres>>,
    /// Area without a labelled function.
    pub white_space: Option<Sourced<SquareMillimetres>>,
    /// Area of labelled functions that are no component here.
    pub unmodelled_area: Option<Sourced<SquareMillimetres>>,
    /// The published thermal design power, for comparison with [`Pat::tdp`].
    pub published_tdp: Option<Sourced<Watts>>,
    /// What limits the clock, in words.
    pub critical_path: Option<String>,
    /// Its components; reports keep their order.
    pub components: Vec<Component>,
}

/// A part of the chip that acts, leaks and is clocked.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its name, unique on the chip.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// On the chip or beside it.
    pub placement: Placement,
    /// How many there are; all figures are for all of them together.
    pub instances: u64,
    /// Whether its supply and clock are its own, so that those of the chip do not move it: interfaces off the chip.
    pub own_supply: bool,
    /// Area of all instances.
    pub area: Option<Sourced<SquareMillimetres>>,
    /// Leakage of typical silicon at the chip's voltage and junction temperature.
    pub leakage: Sourced<Watts>,
    /// Power of its clock at the chip's clock when all of it runs.
    pub clock_running: Sourced<Watts>,
    /// Power of its clock at the chip's clock when it idles: what gating leaves.
    pub clock_gated: Sourced<Watts>,
    /// Shortest cycle at which it works.
    pub cycle_time: Option<Sourced<Seconds>>,
    /// What it can do.
    pub actions: Vec<Action>,
}

/// Something a component does, counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its name, unique in the component.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Bits that one action moves, where it moves data.
    pub bits: Option<u64>,
    /// Energy of one action, without clock and leakage.
    pub energy: Sourced<Joules>,
    /// Most actions in a cycle, all instances together.
    pub capacity: Sourced<PerCycle>,
    /// Part of the capacity that TDP assumes.
    pub tdp_activity: Sourced<Ratio>,
    /// Part of the gateable clock that this action at its capacity keeps running; `None`: an equal part.
    pub clock_share: Option<Sourced<Ratio>>,
}

/// What ends the name of an action that no bit of data changes in.
pub const STILL: &str = "_still";

/// What may end an action's name to tell what its data were like: with a zero, left out for a zero, without a change, of a
/// trained network.
pub const DATA_VARIANTS: [&str; 4] = ["_zero", "_gated", STILL, "_trained"];

/// Whether a name tells what the data of an action were like.
pub fn is_variant(name: &str) -> bool {
    DATA_VARIANTS.iter().any(|suffix| name.ends_with(suffix))
}

impl Pat {
    /// Reads a chip file; `file` names it in messages. JSON if it begins with `{`, else TOML.
    ///
    /// # Errors
    /// [`ChipError`]: what is wrong, at which line or key, and what would be right.
    pub fn parse(file: &str, text: &str) -> Result<Pat, ChipError> {
        let syntax = |message: String| ChipError::Syntax { file: file.to_owned(), message };
        let written: file::ChipFile = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| syntax(error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| syntax(error.to_string()))?
        };
        check::checked(&written).map_err(|problems| ChipError::Invalid { file: file.to_owned(), problems })
    }

    /// The chip file in JSON, every quantity in its basic unit: the canonical form.
    ///
    /// # Errors
    /// What the serialiser reports.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&check::written(self))
    }

    /// The chip file in TOML, every quantity in its basic unit.
    ///
    /// # Errors
    /// What the serialiser reports.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&check::written(self))
    }

    /// CRC-32 (IEEE) of the canonical JSON in hexadecimal: tells a changed chip from changed activity.
    ///
    /// # Errors
    /// What the serialiser reports.
    pub fn fingerprint(&self) -> Result<String, serde_json::Error> {
        Ok(format!("{:08x}", crc32fast::hash(self.to_json()?.as_bytes())))
    }

    /// Thermal design power of the chip, without what is beside it: leakage of the leakiest parts + running clock +
    /// Σ energy × capacity × TDP activity × clock.
    pub fn tdp(&self) -> Watts {
        self.on_chip().map(|component| self.tdp_of(component)).sum()
    }

    /// A component's part of the thermal design power.
    pub fn tdp_of(&self, component: &Component) -> Watts {
        let clock = self.clock.value;
        let actions: Watts = component.actions.iter().map(|action| action.tdp(clock)).sum();
        self.tdp_leakage_of(component) + component.clock_running.value + actions
    }

    /// The leakage in a component's part of the thermal design power: that of the leakiest parts.
    pub fn tdp_leakage_of(&self, component: &Component) -> Watts {
        component.leakage.value * self.leakiest().0
    }

    /// Leakage of the leakiest parts over that of typical ones: [`Pat::fast_leakage`], or 1.
    pub fn leakiest(&self) -> Ratio {
        self.fast_leakage.as_ref().map_or(Ratio(1.0), |factor| factor.value)
    }

    /// Power of the chip when nothing happens: leakage + gated clock, of typical silicon.
    pub fn idle_power(&self) -> Watts {
        self.on_chip().map(|component| component.leakage.value + component.clock_gated.value).sum()
    }

    fn on_chip(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|component| component.placement == Placement::Chip)
    }

    /// Every action with its component, in the file's order. An action's position here is its channel index.
    pub fn channels(&self) -> impl Iterator<Item = (&Component, &Action)> {
        self.components
            .iter()
            .flat_map(|component| component.actions.iter().map(move |action| (component, action)))
    }

    /// The component of that name.
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.name == name)
    }

    /// The component's name that a mistyped one was likely meant to be.
    pub fn nearest_component(&self, name: &str) -> Option<&str> {
        nearest(name, self.components.iter().map(|component| component.name.as_str()))
    }
}

impl Component {
    /// The part of the gateable clock that an action at its capacity keeps running; variants of an action have its
    /// part, unless they are given one.
    pub fn clock_share(&self, action: &Action) -> Ratio {
        let given = action.clock_share.as_ref().or(self.of_random_data(action).clock_share.as_ref());
        if let Some(share) = given {
            return share.value;
        }
        let all = self.actions.iter().filter(|action| std::ptr::eq(self.of_random_data(action), *action));
        Ratio(1.0 / all.count().max(1) as f64)
    }

    /// The action on random data whose variant this one is, where the component has that; else the action itself. Both
    /// go through the same ports.
    pub fn of_random_data<'a>(&'a self, action: &'a Action) -> &'a Action {
        let name = DATA_VARIANTS.iter().find_map(|suffix| action.name.strip_suffix(suffix));
        let found = name.and_then(|name| self.actions.iter().find(|action| action.name == name));
        found.unwrap_or(action)
    }

    /// The action's name that a mistyped one was likely meant to be.
    pub fn nearest_action(&self, name: &str) -> Option<&str> {
        nearest(name, self.actions.iter().map(|action| action.name.as_str()))
    }
}

impl Action {
    /// Power of this action at its TDP activity.
    pub fn tdp(&self, clock: Hertz) -> Watts {
        self.energy.value * self.capacity.value.0 * self.tdp_activity.value.0 * clock
    }
}
