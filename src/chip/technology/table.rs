//! The tables of the nodes as they stand in `nodes/*.toml`, parsed once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::bit_cell::{DynamicCellRow, FoundryCellRow, StaticCellRow};
use super::device::DeviceRow;
use super::device_class::DeviceClass;
use super::error::TechnologyError;
use super::interpolation::{At, Transistor};
use super::laws::LawRow;
use super::sense_amplifier::SenseAmplifierRow;
use super::standard_cells::StandardCellRow;
use super::wire_layer::{MeasuredWireRow, WireRows};

/// The files, from the largest node to the smallest. One more node is one more file and one more line.
const FILES: &[(&str, &str)] = &[
    ("90", include_str!("nodes/90nm.toml")),
    ("65", include_str!("nodes/65nm.toml")),
    ("45", include_str!("nodes/45nm.toml")),
    ("40", include_str!("nodes/40nm.toml")),
    ("32", include_str!("nodes/32nm.toml")),
    ("28", include_str!("nodes/28nm.toml")),
    ("22", include_str!("nodes/22nm.toml")),
    ("16", include_str!("nodes/16nm.toml")),
    ("14", include_str!("nodes/14nm.toml")),
    ("12", include_str!("nodes/12nm.toml")),
    ("10", include_str!("nodes/10nm.toml")),
    ("7", include_str!("nodes/7nm.toml")),
    ("5", include_str!("nodes/5nm.toml")),
];

/// The nodes that have a table, from the largest to the smallest, in nm as a help text lists them: `90`, `65`.
pub fn tabulated_nodes_nm() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(node, _)| *node)
}

/// A node's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeFile {
    feature_size_nm: f64,
    transistor: Transistor,
    circuit: Option<CircuitTable>,
    foundry_static_cell: FoundryCellRow,
    standard_cells: StandardCellRow,
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

/// Area of an SRAM cell in F² (CACTI 7).
const STATIC_CELL_SQUARES: f64 = 146.0;

/// F: the length of which the layout is made. Fins are named after no length, so there it is that F of which the SRAM
/// cell is 146 squares, as it is on planar nodes.
fn feature_size_um(name_um: f64, transistor: Transistor, cell: &StaticCellRow) -> f64 {
    match transistor {
        Transistor::Planar => name_um,
        Transistor::Finfet => (cell.area_um2 / STATIC_CELL_SQUARES).sqrt(),
    }
}

/// All tables, from the largest node to the smallest.
#[derive(Debug)]
pub(super) struct Tables {
    pub circuits: Vec<At<CircuitTable>>,
    pub foundry_static_cells: Vec<At<FoundryCellRow>>,
    pub standard_cells: Vec<At<StandardCellRow>>,
}

/// The built-in tables; they are parsed at the first call.
pub(super) fn tables() -> Result<&'static Tables, TechnologyError> {
    static TABLES: LazyLock<Result<Tables, TechnologyError>> = LazyLock::new(parse);
    TABLES.as_ref().map_err(Clone::clone)
}

fn parse() -> Result<Tables, TechnologyError> {
    let mut tables =
        Tables { circuits: Vec::new(), foundry_static_cells: Vec::new(), standard_cells: Vec::new() };
    for &(node, text) in FILES {
        let error = |message| TechnologyError::BuiltIn { node, message };
        let file: NodeFile = toml::from_str(text).map_err(|problem| error(problem.to_string()))?;
        let (name_um, transistor) = (file.feature_size_nm / 1000.0, file.transistor);
        if let Some(table) = file.circuit {
            let feature_size_um = feature_size_um(name_um, transistor, &table.static_cell);
            tables.circuits.push(At { name_um, feature_size_um, transistor, table });
        }
        let foundry = file.foundry_static_cell;
        tables.foundry_static_cells.push(At {
            name_um,
            feature_size_um: name_um,
            transistor,
            table: foundry,
        });
        let cells = file.standard_cells;
        tables.standard_cells.push(At { name_um, feature_size_um: name_um, transistor, table: cells });
    }
    Ok(tables)
}
