//! The tables of the nodes as they stand in `nodes/*.toml`, parsed once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::bit_cell::{DynamicCellRow, StaticCellRow};
use super::device::{DeviceClass, DeviceRow};
use super::error::TechnologyError;
use super::laws::LawRow;
use super::sense_amplifier::SenseAmplifierRow;
use super::wire_layer::{MeasuredWireRow, WireRows};

/// The files, from the largest node to the smallest. One more node is one more file and one more line.
const FILES: &[(&str, &str)] = &[
    ("90", include_str!("nodes/90nm.toml")),
    ("65", include_str!("nodes/65nm.toml")),
    ("45", include_str!("nodes/45nm.toml")),
    ("32", include_str!("nodes/32nm.toml")),
    ("22", include_str!("nodes/22nm.toml")),
];

/// The nodes that have a table, from the largest to the smallest, in nm as a help text lists them: `90`, `65`.
pub fn tabulated_nodes_nm() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(node, _)| *node)
}

/// How transistors are built: whether the node's name is still a length of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Transistor {
    /// In the plane of the wafer. Pitches follow the feature size.
    Planar,
    /// Fins. The node's name is a name, and pitches stand for themselves.
    Finfet,
}

/// A node's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeFile {
    feature_size_nm: f64,
    transistor: Transistor,
    circuit: Option<CircuitTable>,
}

/// What circuits that are drawn by hand are made of: transistors, wires, bit cells.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CircuitTable {
    pub laws: LawRow,
    pub devices: BTreeMap<DeviceClass, DeviceRow>,
    pub wires: WireRows,
    pub commodity_dram_local_wire: Option<MeasuredWireRow>,
    pub static_cell: StaticCellRow,
    #[serde(default)]
    pub dynamic_cells: BTreeMap<DeviceClass, DynamicCellRow>,
    pub sense_amplifier: SenseAmplifierRow,
}

/// A table and the node that it belongs to.
#[derive(Debug)]
pub(super) struct At<T> {
    pub feature_size_um: f64,
    pub transistor: Transistor,
    pub table: T,
}

/// All tables, from the largest node to the smallest.
#[derive(Debug)]
pub(super) struct Tables {
    pub circuits: Vec<At<CircuitTable>>,
}

/// The built-in tables; they are parsed at the first call.
pub(super) fn tables() -> Result<&'static Tables, TechnologyError> {
    static TABLES: LazyLock<Result<Tables, TechnologyError>> = LazyLock::new(parse);
    TABLES.as_ref().map_err(Clone::clone)
}

fn parse() -> Result<Tables, TechnologyError> {
    let mut tables = Tables { circuits: Vec::new() };
    for &(node, text) in FILES {
        let error = |message| TechnologyError::BuiltIn { node, message };
        let file: NodeFile = toml::from_str(text).map_err(|problem| error(problem.to_string()))?;
        let (feature_size_um, transistor) = (file.feature_size_nm / 1000.0, file.transistor);
        if let Some(table) = file.circuit {
            tables.circuits.push(At { feature_size_um, transistor, table });
        }
    }
    Ok(tables)
}

/// The two tabulated nodes around a feature size. At a tabulated node both are that node.
#[derive(Debug)]
pub(super) struct Ends<T: 'static> {
    pub smaller: &'static At<T>,
    pub larger: &'static At<T>,
    wanted_um: f64,
}

// Not derived: a derive would ask for `T: Copy`.
impl<T> Clone for Ends<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Ends<T> {}

impl<T> Ends<T> {
    /// `None` outside the tables, which stand from the largest node to the smallest.
    pub fn around(wanted_um: f64, tables: &'static [At<T>]) -> Option<Ends<T>> {
        let larger = tables.iter().rfind(|end| end.feature_size_um >= wanted_um)?;
        let smaller = tables.iter().find(|end| end.feature_size_um <= wanted_um)?;
        Some(Ends { smaller, larger, wanted_um })
    }

    /// A straight line over the feature size, as CACTI 7 draws it.
    pub fn linear(&self, smaller: f64, larger: f64) -> f64 {
        let (low, high) = (self.smaller.feature_size_um, self.larger.feature_size_um);
        let share = if low == high { 1.0 } else { (self.wanted_um - low) / (high - low) };
        share * larger + (1.0 - share) * smaller
    }

    /// A power of the feature size: a straight line in the logarithms of both. For positive values.
    pub fn power_law(&self, smaller: f64, larger: f64) -> f64 {
        let (low, high) = (self.smaller.feature_size_um, self.larger.feature_size_um);
        if low == high {
            return larger;
        }
        smaller * libm::pow(larger / smaller, libm::log(self.wanted_um / low) / libm::log(high / low))
    }
}
