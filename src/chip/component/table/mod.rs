//! Tables of numbers in the place of a component: given in the chip file, or read from what Accelergy or McPAT wrote.

mod accelergy;
mod given;
mod mcpat;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use self::given::{Given, Row, TableAction};
use super::{Block, Choice, Component, ComponentError, Context, Cost, Part, Stage, TimingPath};
use crate::chip::pat::Placement;
use crate::units::{Joules, Quantity, Ratio, Seconds, SquareMicrometres, SquareMillimetres, Watts};

/// Numbers of another tool or of a measurement instead of the model's. All are of one instance, at the chip's clock,
/// voltage and junction temperature. What is given here stands over what a file says.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Where it stands: chip, or system for what is beside the chip and not in its power, such as DRAM. Default: chip.
    #[serde(default)]
    pub placement: Placement,
    /// Area. Default: that of the file, else none.
    #[serde(default)]
    pub area: Option<Given>,
    /// Leakage. Default: that of the file, else none.
    #[serde(default)]
    pub leakage: Option<Given>,
    /// Power of the clock while all of it runs. Default: none.
    #[serde(default)]
    pub clock_running: Option<Given>,
    /// Power of the clock while it is gated. Default: that of the running clock: it is never gated.
    #[serde(default)]
    pub clock_gated: Option<Given>,
    /// Shortest cycle. Default: any.
    #[serde(default)]
    pub cycle_time: Option<Given>,
    /// What it can do, by name.
    #[serde(default)]
    pub actions: BTreeMap<String, TableAction>,
    /// Path of an energy reference table of Accelergy (ERT, YAML, energies in pJ), from the working directory.
    #[serde(default)]
    pub accelergy_ert: Option<String>,
    /// Path of an area reference table of Accelergy (ART, YAML, areas in um2), from the working directory.
    #[serde(default)]
    pub accelergy_art: Option<String>,
    /// Path of what McPAT printed, from the working directory.
    #[serde(default)]
    pub mcpat: Option<String>,
    /// Which component of the file it is: in Accelergy's tables the whole name or its end, without [1..256]; in
    /// McPAT's text the line before its numbers. Default: the only one of the file.
    #[serde(default)]
    pub component: Option<String>,
}

/// What a file says of a component.
#[derive(Clone, Debug, Default, PartialEq)]
struct Found {
    area: Option<SquareMicrometres>,
    leakage: Option<Watts>,
    actions: Vec<(String, Joules)>,
    /// The file with the component in it.
    source: String,
}

/// The text of a file that a key names.
fn read(key: &'static str, path: &str) -> Result<String, ComponentError> {
    std::fs::read_to_string(path).map_err(|error| {
        let reason = format!("cannot be read: {error}");
        ComponentError::value(key, path, reason, "give a path from the working directory, or an absolute one")
    })
}

/// A number of the file, or the key's where it is given; with its source.
fn number<Q: Quantity>(
    key: &'static str,
    given: Option<&Given>,
    found: Option<(Q, &str)>,
) -> Result<Option<(Q, String)>, ComponentError> {
    match given {
        Some(given) => Ok(Some((given.quantity(key, key)?, given.source.clone()))),
        None => Ok(found.map(|(value, source)| (value, source.to_owned()))),
    }
}

impl Table {
    fn found(&self, context: &Context) -> Result<Vec<Found>, ComponentError> {
        let wanted = self.component.as_deref();
        let mut found = Vec::new();
        if let Some(path) = &self.accelergy_ert {
            found.push(accelergy::energies(path, &read("accelergy_ert", path)?, wanted, context.clock)?);
        }
        if let Some(path) = &self.accelergy_art {
            found.push(accelergy::area(path, &read("accelergy_art", path)?, wanted)?);
        }
        if let Some(path) = &self.mcpat {
            found.push(mcpat::component(path, &read("mcpat", path)?, wanted, context.clock)?);
        }
        Ok(found)
    }

    /// The rows of all actions: of the files, with what is given over them.
    fn rows(&self, found: &[Found]) -> Vec<Row<'_>> {
        let mut rows: Vec<Row> = self
            .actions
            .iter()
            .map(|(name, given)| Row { name: name.clone(), given: Some(given), found: None })
            .collect();
        for file in found {
            for (name, energy) in &file.actions {
                let known = Some((*energy, file.source.clone()));
                match rows.iter_mut().find(|row| row.name == *name) {
                    Some(row) => row.found = known,
                    None => rows.push(Row { name: name.clone(), given: None, found: known }),
                }
            }
        }
        rows
    }

    fn cost(&self, context: &Context, found: &[Found], block: &mut Block) -> Result<Cost, ComponentError> {
        let of_area = found
            .iter()
            .find_map(|file| file.area.map(|area| (SquareMillimetres::from(area), file.source.as_str())));
        let of_leakage =
            found.iter().find_map(|file| file.leakage.map(|power| (power, file.source.as_str())));
        let area = number::<SquareMillimetres>("area", self.area.as_ref(), of_area)?;
        let leakage = number::<Watts>("leakage", self.leakage.as_ref(), of_leakage)?;
        let running = number::<Watts>("clock_running", self.clock_running.as_ref(), None)?;
        let gated = number::<Watts>("clock_gated", self.clock_gated.as_ref(), None)?.or(running.clone());
        let mut take = |key: &'static str, pat_key: &str, value: Option<(f64, String)>| match value {
            Some((value, source)) => {
                block.sources.insert(pat_key.to_owned(), source);
                value
            }
            None => {
                block.choices.push(Choice::new(key, 0, "not given"));
                block.sources.insert(pat_key.to_owned(), "not given; taken as 0".to_owned());
                0.0
            }
        };
        let area = take("area", "area", area.map(|(area, source)| (area.0 * 1e6, source)));
        let watts = |given: Option<(Watts, String)>| given.map(|(power, source)| (power.0, source));
        let leakage = take("leakage", "leakage", watts(leakage));
        let running = take("clock_running", "clock.running", watts(running));
        let gated = take("clock_gated", "clock.gated", watts(gated));
        if gated > running {
            let reason = format!("is more than the running clock's {}", Watts(running));
            let cure = "give no more than clock_running";
            return Err(ComponentError::value("clock_gated", Watts(gated), reason, cure));
        }
        Ok(Cost {
            cells: SquareMicrometres(area),
            whitespace: SquareMicrometres(0.0),
            leakage: Watts(leakage),
            clock_running: Watts(running) / context.clock,
            clock_gated: Watts(gated) / context.clock,
        })
    }
}

impl Component for Table {
    fn stage(&self) -> Stage {
        Stage::Compute
    }

    fn build(&self, context: &Context) -> Result<Block, ComponentError> {
        let found = self.found(context)?;
        let mut block = Block { placement: self.placement, ..Block::default() };
        let cost = self.cost(context, &found, &mut block)?;
        for row in self.rows(&found) {
            let action = row.action(&mut block.sources)?;
            block.actions.push(action);
        }
        if block.actions.is_empty() && cost.clock_gated < cost.clock_running {
            let reason = "its clock can be gated, and no action would make it run";
            let cure = "add an action, or give clock_gated as much as clock_running";
            return Err(ComponentError::value("actions", "none", reason, cure));
        }
        let shares: f64 =
            block.actions.iter().filter_map(|action| action.clock_share).map(|Ratio(share)| share).sum();
        if shares > 1.0 + 1e-9 {
            let reason = "clock shares add up to more than 1";
            return Err(ComponentError::value(
                "actions",
                shares,
                reason,
                "give parts of the clock that make 1",
            ));
        }
        if let Some(given) = &self.cycle_time {
            let cycle = given.quantity::<Seconds>("cycle_time", "cycle_time")?;
            block.paths.push(TimingPath { name: "as given".to_owned(), cycle });
            block.sources.insert("cycle_time".to_owned(), given.source.clone());
        }
        block.parts = vec![Part::leaf("as given", cost)];
        Ok(block)
    }
}

#[cfg(test)]
mod tests;
