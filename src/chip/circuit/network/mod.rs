//! Networks on the chip: arbiters, flit buffers, crossbars and routers, of placed standard cells, repeated wires and
//! memory arrays. Links between routers are [`super::wire`]s. `docs/network-circuits.md` says what is modelled.

mod arbiter;
mod buffer;
mod cost;
mod crossbar;
mod fabric;
mod limits;
mod router;
mod rules;

pub use arbiter::{Arbiter, ArbiterKind, ArbiterRequest};
pub use buffer::{Buffer, BufferRequest, Storage};
pub use cost::Cost;
pub use crossbar::{Crossbar, CrossbarEnergy, CrossbarKind, CrossbarRequest};
pub use router::{FlitEnergy, Router, RouterParts, RouterRequest, RouterStages};
