//! What a search wants: the least of something, within limits.

use serde::{Deserialize, Serialize};

use super::costs::MemoryArray;
use crate::chip::circuit::CircuitError;
use crate::units::{Joules, Seconds, SquareMicrometres, SquareMillimetres, Watts};

/// What is to be least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// Energy of a read times its access time squared: independent of the supply, and what CACTI's ED² is.
    #[default]
    EnergyDelaySquared,
    /// Energy of a read times its access time.
    EnergyDelay,
    /// Access time.
    Access,
    /// Cycle time.
    Cycle,
    /// Energy of a read.
    ReadEnergy,
    /// Leakage.
    Leakage,
    /// Area.
    Area,
}

/// What an array must not exceed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Longest access time.
    pub access: Option<Seconds>,
    /// Longest cycle time.
    pub cycle: Option<Seconds>,
    /// Largest area.
    pub area: Option<SquareMicrometres>,
}

/// What a search looks at of an array, or the least that any array of a shape can have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figures {
    pub access: Seconds,
    pub cycle: Seconds,
    pub read: Joules,
    pub leakage: Watts,
    pub area: SquareMicrometres,
}

impl From<&MemoryArray> for Figures {
    fn from(array: &MemoryArray) -> Figures {
        let leakage = array.leakage.total();
        Figures {
            access: array.access.total(),
            cycle: array.cycle,
            read: array.all_ports.read.total(),
            leakage: leakage.subthreshold + leakage.gate,
            area: array.area.total(),
        }
    }
}

impl Objective {
    /// What is to be least; never falls when one of the figures grows.
    pub(super) fn cost(self, figures: &Figures) -> f64 {
        match self {
            Objective::EnergyDelaySquared => figures.read.0 * figures.access.0 * figures.access.0,
            Objective::EnergyDelay => figures.read.0 * figures.access.0,
            Objective::Access => figures.access.0,
            Objective::Cycle => figures.cycle.0,
            Objective::ReadEnergy => figures.read.0,
            Objective::Leakage => figures.leakage.0,
            Objective::Area => figures.area.0,
        }
    }
}

impl Limits {
    /// Whether figures are within the limits.
    pub(super) fn allow(&self, figures: &Figures) -> bool {
        self.access.is_none_or(|limit| figures.access.0 <= limit.0)
            && self.cycle.is_none_or(|limit| figures.cycle.0 <= limit.0)
            && self.area.is_none_or(|limit| figures.area.0 <= limit.0)
    }

    /// The message for limits that no organisation meets, with the least that is possible of each by itself.
    pub(super) fn unmet(&self, access: Seconds, cycle: Seconds, area: SquareMicrometres) -> CircuitError {
        let limits = [
            self.access.map(|limit| ("access time", limit.to_string(), access.to_string())),
            self.cycle.map(|limit| ("cycle time", limit.to_string(), cycle.to_string())),
            self.area.map(|limit| ("area", in_millimetres(limit), in_millimetres(area))),
        ];
        let asked = limits.iter().flatten().map(|(what, limit, _)| format!("{limit} of {what}"));
        let least = limits.iter().flatten().map(|(what, _, least)| format!("{least} of {what}"));
        CircuitError::impossible(
            format!("an array with at most {}", asked.collect::<Vec<_>>().join(" and ")),
            "no organisation is that good",
            format!("the least by itself is {}", least.collect::<Vec<_>>().join(", and ")),
        )
    }
}

fn in_millimetres(area: SquareMicrometres) -> String {
    format!("{:.4} mm²", SquareMillimetres::from(area).0)
}
