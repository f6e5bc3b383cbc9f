//! Accelergy's reference tables, versions 0.2 to 0.4: energies of actions (ERT) in pJ, areas (ART) in µm², as YAML.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::ComponentError;
use super::Found;
use crate::units::{Hertz, Joules, Seconds, SquareMicrometres};

#[derive(Deserialize)]
struct EnergyFile {
    #[serde(rename = "ERT")]
    ert: Tables<EnergyTable>,
}

#[derive(Deserialize)]
struct AreaFile {
    #[serde(rename = "ART")]
    art: Tables<AreaTable>,
}

/// The version and other keys are not needed.
#[derive(Deserialize)]
struct Tables<T> {
    tables: Vec<T>,
}

#[derive(Deserialize)]
struct EnergyTable {
    name: String,
    actions: Vec<EnergyRow>,
}

#[derive(Deserialize)]
struct EnergyRow {
    name: String,
    energy: f64,
    #[serde(default)]
    arguments: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(Deserialize)]
struct AreaTable {
    name: String,
    area: f64,
}

/// The action of Accelergy that is leakage in a cycle.
const LEAK: &str = "leak";

/// The energies of a component. Of rows of one action with different arguments the largest counts: random accesses.
pub(super) fn energies(
    path: &str,
    text: &str,
    wanted: Option<&str>,
    clock: Hertz,
) -> Result<Found, ComponentError> {
    let key = "accelergy_ert";
    let file: EnergyFile = parse(key, path, text)?;
    let table = choose(key, path, &file.ert.tables, |table| &table.name, wanted)?;
    let mut found = Found { source: format!("Accelergy's ERT {path}: {}", table.name), ..Found::default() };
    for row in &table.actions {
        if !(row.energy.is_finite() && row.energy >= 0.0) {
            let what = format!("{} of {} takes {} pJ", row.name, table.name, row.energy);
            return Err(ComponentError::value(key, path, what, "an energy is 0 or more"));
        }
        let energy = Joules(row.energy * 1e-12);
        if row.name == LEAK {
            let cycle = row.arguments.as_ref().and_then(|arguments| arguments.get("global_cycle_seconds"));
            let cycle = cycle.and_then(serde_json::Value::as_f64).filter(|seconds| *seconds > 0.0);
            found.leakage = Some(energy / cycle.map_or(clock.time_of(1.0), Seconds));
            continue;
        }
        match found.actions.iter_mut().find(|(name, _)| *name == row.name) {
            Some((_, known)) => known.0 = known.0.max(energy.0),
            None => found.actions.push((row.name.clone(), energy)),
        }
    }
    Ok(found)
}

/// The area of a component.
pub(super) fn area(path: &str, text: &str, wanted: Option<&str>) -> Result<Found, ComponentError> {
    let key = "accelergy_art";
    let file: AreaFile = parse(key, path, text)?;
    let table = choose(key, path, &file.art.tables, |table| &table.name, wanted)?;
    if !(table.area.is_finite() && table.area >= 0.0) {
        let what = format!("{} has an area of {} um2", table.name, table.area);
        return Err(ComponentError::value(key, path, what, "an area is 0 or more"));
    }
    let source = format!("Accelergy's ART {path}: {}", table.name);
    Ok(Found { area: Some(SquareMicrometres(table.area)), source, ..Found::default() })
}

fn parse<T: DeserializeOwned>(key: &'static str, path: &str, text: &str) -> Result<T, ComponentError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let first = error.to_string();
        let reason = format!("is no reference table: {}", first.lines().next().unwrap_or_default());
        ComponentError::value(key, path, reason, "give the ERT.yaml or ART.yaml that Accelergy wrote")
    })
}

/// The table of the wanted component, or the only one.
fn choose<'a, T>(
    key: &'static str,
    path: &str,
    tables: &'a [T],
    name: impl Fn(&T) -> &str,
    wanted: Option<&str>,
) -> Result<&'a T, ComponentError> {
    let names = || tables.iter().map(|table| plain(name(table))).collect::<Vec<_>>().join(", ");
    let Some(wanted) = wanted else {
        return match tables {
            [only] => Ok(only),
            _ => {
                let reason = format!("has {} components", tables.len());
                Err(ComponentError::value(key, path, reason, format!("say component = one of {}", names())))
            }
        };
    };
    let wanted = plain(wanted);
    let is_wanted = |table: &&T| {
        let name = plain(name(table));
        name == wanted || name.strip_suffix(&wanted).is_some_and(|before| before.ends_with('.'))
    };
    let mut fitting = tables.iter().filter(is_wanted);
    match (fitting.next(), fitting.next()) {
        (Some(table), None) => Ok(table),
        (Some(_), Some(_)) => {
            let reason = format!("several components of {path} end so");
            Err(ComponentError::value(
                "component",
                wanted,
                reason,
                format!("give the whole name: {}", names()),
            ))
        }
        (None, _) => {
            let reason = format!("is no component of {path}");
            Err(ComponentError::value("component", wanted, reason, format!("its components: {}", names())))
        }
    }
}

/// A name without its ranges: `chip.PE[0..167].spad` is `chip.PE.spad`.
fn plain(name: &str) -> String {
    let mut depth = 0_u32;
    let outside = |letter: &char| match letter {
        '[' => {
            depth += 1;
            false
        }
        ']' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    };
    name.chars().filter(outside).collect()
}
