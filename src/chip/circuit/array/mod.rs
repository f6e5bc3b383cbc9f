//! Memory arrays: bit cells with decoders, word and bit lines, sense amplifiers, subarrays, banks and H-trees,
//! found by searching their organisations. The model is that of CACTI (Wilton and Jouppi, WRL 93/5; CACTI 5.1,
//! HPL-2008-20; CACTI 6.0, HPL-2009-85), computed from the device and wire data of [`crate::chip::technology`].

mod assembly;
mod column;
mod costs;
mod decoder;
mod fabric;
mod geometry;
mod mat;
mod objective;
mod organisation;
mod request;
mod search;
mod shape;
mod subarray;
mod tree;
mod tree_nodes;

pub use costs::{AccessEnergies, AccessEnergy, AccessTime, ArrayArea, ArrayLeakage, MemoryArray};
pub use objective::{Limits, Objective};
pub use organisation::Organisation;
pub use request::{ArrayRequest, CellKind, Ports};
pub use search::find;
