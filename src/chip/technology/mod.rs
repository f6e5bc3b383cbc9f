//! Process technology as data: what a transistor, a wire, a bit cell and a standard cell are at each node,
//! and the laws by which they change with voltage, frequency and temperature.
//!
//! The data stand in `nodes/*.toml`, each figure with its source; `docs/technology.md` says what may be trusted.

mod bit_cell;
mod device;
mod device_class;
mod error;
mod interpolation;
mod laws;
mod node;
mod sense_amplifier;
mod standard_cells;
mod table;
mod wire_layer;

pub use bit_cell::{DynamicCell, StaticCell};
pub use device::Device;
pub use device_class::DeviceClass;
pub use error::TechnologyError;
pub use laws::{HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE, VoltageFactors, VoltageLaw, switching_power};
pub use node::Node;
pub use sense_amplifier::SenseAmplifier;
pub use standard_cells::{FlipFlop, StandardCells};
pub use table::tabulated_nodes_nm;
pub(super) use wire_layer::PERMITTIVITY_F_PER_UM;
pub use wire_layer::{WireClass, WireLayer, WireProjection};
