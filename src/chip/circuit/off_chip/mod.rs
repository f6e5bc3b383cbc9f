//! Interfaces off the chip: pads, physical interfaces to DRAM, serial links and PCI Express, from sourced figures
//! (`off_chip.toml`) and stated rules between nodes. All costs are the chip's; what a DRAM takes stands apart in
//! [`DramDevice`]. `docs/network-circuits.md` says what is modelled.

mod cost;
mod data;
mod dram;
mod electrical;
mod limits;
mod memory;
mod pad;
mod pcie;
mod scaling;
mod serial;

pub use cost::InterfaceCost;
pub use dram::DramDevice;
pub use electrical::{BitsPerSecond, Farads, Ohms};
pub use memory::{BitEnergy, MemoryInterface, MemoryPhy, MemoryPhyRequest};
pub use pad::{Pad, PadRequest};
pub use pcie::{PcieGeneration, PciePort, PcieRequest};
pub use serial::{Reach, SerialLink, SerialRequest};
