//! What the choices of a circuit are called, on the command line and in its report: the words of CACTI's users.

use crate::chip::circuit::array::{CellKind, Objective};
use crate::chip::technology::{DeviceClass, WireClass, WireProjection};

/// Transistors of logic: decoders, drivers, repeaters.
pub const TRANSISTORS: [(&str, DeviceClass); 3] = [
    ("hp", DeviceClass::HighPerformance),
    ("lstp", DeviceClass::LowStandbyPower),
    ("lop", DeviceClass::LowOperatingPower),
];

/// Cells of memory arrays.
pub const CELLS: [(&str, CellKind); 5] = [
    ("hp", CellKind::Static(DeviceClass::HighPerformance)),
    ("lstp", CellKind::Static(DeviceClass::LowStandbyPower)),
    ("lop", CellKind::Static(DeviceClass::LowOperatingPower)),
    ("foundry", CellKind::Foundry),
    ("edram", CellKind::EmbeddedDram),
];

/// What the search of an array wants least of.
pub const OBJECTIVES: [(&str, Objective); 7] = [
    ("energy-delay-squared", Objective::EnergyDelaySquared),
    ("energy-delay", Objective::EnergyDelay),
    ("access", Objective::Access),
    ("cycle", Objective::Cycle),
    ("read-energy", Objective::ReadEnergy),
    ("leakage", Objective::Leakage),
    ("area", Objective::Area),
];

/// Classes of metal layers.
pub const WIRE_CLASSES: [(&str, WireClass); 3] =
    [("local", WireClass::Local), ("semi-global", WireClass::SemiGlobal), ("global", WireClass::Global)];

/// How optimistic the metal layers are.
pub const WIRE_PROJECTIONS: [(&str, WireProjection); 2] =
    [("conservative", WireProjection::Conservative), ("aggressive", WireProjection::Aggressive)];

/// Stands for a choice that the command line does not offer.
const UNNAMED: &str = "other";

/// The name of a choice.
pub(super) fn name_of<T: PartialEq>(names: &[(&'static str, T)], choice: &T) -> &'static str {
    names.iter().find(|(_, named)| named == choice).map_or(UNNAMED, |(name, _)| name)
}
