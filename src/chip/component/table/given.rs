//! Numbers as a table has them: a value, a unit and a source.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{Action, ComponentError};
use crate::chip::circuit::DataEnergy;
use crate::units::{Joules, PerCycle, Quantity, Ratio};

/// A number: `{ value = 1.2, unit = "mm2", source = "layout" }`, as in chip files of given numbers.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The value in its unit; not negative.
    pub value: f64,
    /// The unit: mm2, W, pJ, ns, 1/cycle, 1, %.
    pub unit: String,
    /// Where it comes from: a publication, a tool, a measurement; not empty.
    pub source: String,
}

impl Given {
    /// The number in its type; `path` is the key as the user wrote it.
    pub(super) fn quantity<Q: Quantity>(&self, key: &'static str, path: &str) -> Result<Q, ComponentError> {
        let written = format!("{path} = {} {}", self.value, self.unit);
        if !(self.value.is_finite() && self.value >= 0.0) {
            let reason = "must be a finite number that is not negative";
            return Err(ComponentError::value(key, written, reason, "give 0 or more"));
        }
        if self.source.trim().is_empty() {
            let reason = "has no source";
            return Err(ComponentError::value(
                key,
                written,
                reason,
                "say where it comes from, or \"assumed\"",
            ));
        }
        Q::with_unit(self.value, &self.unit).map_err(|error| {
            ComponentError::value(key, written, error.to_string(), "give one of these units")
        })
    }
}

/// An action of a table.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableAction {
    /// One line about it. Default: empty.
    #[serde(default)]
    pub description: String,
    /// Bits that one moves. Default: it moves no data.
    #[serde(default)]
    pub bits: Option<u64>,
    /// Energy of one. Default: that of the file; without a file it is needed.
    #[serde(default)]
    pub energy: Option<Given>,
    /// Most in a cycle. Default: 1 per cycle.
    #[serde(default)]
    pub capacity: Option<Given>,
    /// Part of the capacity that TDP assumes, 0 to 1. Default: 1.
    #[serde(default)]
    pub tdp_activity: Option<Given>,
    /// Part of the gateable clock that it keeps running at its capacity, 0 to 1. Default: an equal part.
    #[serde(default)]
    pub clock_share: Option<Given>,
}

/// An action with what is given and what a file says of it.
pub(super) struct Row<'a> {
    pub name: String,
    pub given: Option<&'a TableAction>,
    pub found: Option<(Joules, String)>,
}

impl Row<'_> {
    /// The action; its sources are noted by their keys.
    pub fn action(&self, sources: &mut BTreeMap<String, String>) -> Result<Action, ComponentError> {
        if self.name.trim().is_empty() || self.name.contains('/') {
            let reason = "a name is not empty and has no \"/\"";
            return Err(ComponentError::value(
                "actions",
                &self.name,
                reason,
                "call it as traces do, such as read",
            ));
        }
        let energy = self.number::<Joules>("energy", |given| given.energy.as_ref(), sources)?;
        let energy = match (energy, &self.found) {
            (Some(energy), _) => energy,
            (None, Some((energy, source))) => {
                sources.insert(format!("actions.{}.energy", self.name), source.clone());
                *energy
            }
            (None, None) => {
                let reason = "has no energy, here or in a file";
                let cure = "give energy = { value, unit, source }";
                return Err(ComponentError::value("actions", &self.name, reason, cure));
            }
        };
        let one = |key: &str, sources: &mut BTreeMap<String, String>| {
            sources.entry(format!("actions.{}.{key}", self.name)).or_insert("assumed: 1".to_owned());
        };
        let capacity = self.number::<PerCycle>("capacity", |given| given.capacity.as_ref(), sources)?;
        one("capacity", sources);
        let activity = self.number::<Ratio>("tdp_activity", |given| given.tdp_activity.as_ref(), sources)?;
        one("tdp_activity", sources);
        let clock_share = self.number::<Ratio>("clock_share", |given| given.clock_share.as_ref(), sources)?;
        let (capacity, activity) = (capacity.unwrap_or(PerCycle(1.0)), activity.unwrap_or(Ratio(1.0)));
        for (what, value, works) in [
            ("capacity", capacity.0, capacity.0 > 0.0),
            ("tdp_activity", activity.0, activity.0 <= 1.0),
            ("clock_share", clock_share.unwrap_or_default().0, clock_share.unwrap_or_default().0 <= 1.0),
        ] {
            if !works {
                let (reason, cure) = match what {
                    "capacity" => ("must be above 0", "give the most in a cycle; a fraction is allowed"),
                    _ => ("is a part of a whole", "give 0 to 1"),
                };
                let written = format!("{}.{what} = {value}", self.name);
                return Err(ComponentError::value("actions", written, reason, cure));
            }
        }
        Ok(Action {
            name: self.name.clone(),
            description: self.given.map(|given| given.description.clone()).unwrap_or_default(),
            bits: self.given.and_then(|given| given.bits),
            energy: vec![("as_given", DataEnergy::standing(energy))],
            capacity,
            tdp_activity: activity,
            clock_share,
        })
    }

    fn number<Q: Quantity>(
        &self,
        what: &str,
        of: impl Fn(&TableAction) -> Option<&Given>,
        sources: &mut BTreeMap<String, String>,
    ) -> Result<Option<Q>, ComponentError> {
        let Some(given) = self.given.and_then(of) else { return Ok(None) };
        let value = given.quantity("actions", &format!("{}.{what}", self.name))?;
        sources.insert(format!("actions.{}.{what}", self.name), given.source.clone());
        Ok(Some(value))
    }
}
