//! Circuits: from transistors, wires and bit cells to delay, energy, leakage and area.

pub mod arithmetic;
pub mod array;
mod design_rules;
mod error;
mod gate_chain;
mod layout;
pub mod network;
pub mod off_chip;
mod parameter;
mod process;
pub mod registers;
mod repeated_wire;
mod transistor;
pub mod wire;

pub use error::CircuitError;
pub use layout::Layout;
pub use process::Process;
pub use repeated_wire::Track;
pub use transistor::Leakage;
