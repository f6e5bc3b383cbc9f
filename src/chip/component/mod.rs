//! Components: from the high-level choices of a chip file to area, timing, clock, leakage and energy of each action.
//!
//! One file a component. Each is a struct whose fields are the keys of a chip file, with [`Component`] to build it;
//! [`KINDS`] lists them. None names a chip.

mod banked;
mod block;
mod buffer;
mod cache;
mod chip_link;
mod context;
mod control;
mod cost;
mod data_bus;
mod datapath;
mod dma;
mod error;
mod host_interface;
mod instruction_fetch;
mod kind;
mod link;
mod load_store_unit;
mod memory;
mod memory_interface;
mod noc;
mod pcie;
mod pieces;
mod reduction_tree;
mod scalar_unit;
pub mod storage;
mod table;
mod tdp_activity;
mod tensor_unit;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod trial;
mod vector_regfile;
mod vector_unit;
mod written;

pub use block::{Action, Attached, Block, Choice, TimingPath};
pub use cache::ArrayCache;
pub use context::{Context, Siblings, TensorShape, VectorShape};
pub use cost::{Cost, Part};
pub use error::ComponentError;
pub use kind::{KINDS, Kind};
pub use written::{Bandwidth, Written};

use std::fmt::Debug;

/// When a component is built: after those whose choices or areas it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Computes; needs nobody.
    Compute,
    /// Computes in the shape of the matrix units beside it.
    Vector,
    /// Holds or moves what compute units take and give.
    Storage,
    /// Goes round what has been built in its core.
    Bus,
    /// Connects cores, or the chip with the outside.
    Periphery,
    /// Controls all that has been built.
    Control,
}

/// A component as a chip file asks for it.
pub trait Component: Debug {
    /// When it is built.
    fn stage(&self) -> Stage;

    /// Tells those around it what it is: shapes, widths, rates. Called for each instance, in the order of stages,
    /// before anything is built.
    fn announce(&self, _siblings: &mut Siblings) {}

    /// One instance.
    ///
    /// # Errors
    /// [`ComponentError`]: which key cannot be, why, and what works.
    fn build(&self, context: &Context) -> Result<Block, ComponentError>;
}
