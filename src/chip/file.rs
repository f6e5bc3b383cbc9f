//! The chip file as it is written in TOML or JSON: every number a table of value, unit and source.

use serde::{Deserialize, Serialize};

use super::pat::Placement;
use super::spec::Transistors;

/// A number as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub value: f64,
    pub unit: String,
    pub source: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChipFile {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word_bits: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical_path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technology: Option<TechnologyFile>,
    pub clock: Written,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voltage: Option<Written>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub junction_temperature: Option<Written>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fast_leakage: Option<Written>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Written>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub die_area: Option<Written>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub white_space: Option<Written>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmodelled_area: Option<Written>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_tdp: Option<Written>,
    pub components: Vec<ComponentFile>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TechnologyFile {
    pub node: Written,
    #[serde(default)]
    pub transistors: Transistors,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ComponentFile {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub placement: Placement,
    #[serde(default = "one")]
    pub instances: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub own_supply: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Written>,
    pub leakage: Written,
    pub clock: ClockFile,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle_time: Option<Written>,
    #[serde(default)]
    pub actions: Vec<ActionFile>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockFile {
    pub running: Written,
    pub gated: Written,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionFile {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<u64>,
    pub energy: Written,
    pub capacity: Written,
    pub tdp_activity: Written,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_share: Option<Written>,
}

fn one() -> u64 {
    1
}

fn is_false(flag: &bool) -> bool {
    !flag
}
