//! Process technology as data: what a transistor, a wire, a bit cell and a standard cell are at each node,
//! and the laws by which they change with voltage, frequency and temperature.

mod bit_cell;
mod device;
mod standard_cells;
mod wire_layer;

pub use bit_cell::{DynamicCell, StaticCell};
pub use device::{Device, DeviceClass};
pub use standard_cells::{FlipFlop, StandardCells};
pub use wire_layer::{WireClass, WireLayer, WireProjection};
