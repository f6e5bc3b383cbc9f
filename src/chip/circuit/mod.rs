//! Circuits: from transistors, wires and bit cells to delay, energy, leakage and area.

pub mod arithmetic;
pub mod array;
mod clock_trunk;
mod data_energy;
mod design_rules;
mod error;
mod gate_chain;
mod layout;
mod logic;
pub mod memory_macro;
pub mod network;
pub mod off_chip;
mod parameter;
mod process;
pub mod registers;
mod repeated_wire;
mod sign_off;
mod transistor;
pub mod wire;

pub use clock_trunk::ClockTrunk;
pub use data_energy::DataEnergy;
pub(in crate::chip) use data_energy::RANDOM_TOGGLE;
pub use error::CircuitError;
pub use layout::Layout;
pub use logic::{Netlist, PlacedLogic};
pub(in crate::chip) use parameter::{Parameter, parameter_file};
pub use process::Process;
pub use repeated_wire::Track;
pub use sign_off::SignOff;
pub use transistor::Leakage;
