//! Register files, small buffers and queues of flip-flops: gates, depth and switching of the logic around the flip-flops
//! as synthesis and simulation of plain RTL measured them (`synthesis/`), in the cells of a technology.
//!
//! A [`RegisterFileRequest`] names words, bits, ports and a `Layout`; [`RegisterFileRequest::build`] gives the
//! [`RegisterFile`] with its parts. `docs/registers.md` says what is modelled and from where an SRAM array is better.

mod builder;
mod comparison;
mod fits;
mod parameters;
mod register_file;
mod request;

pub use comparison::{Advantage, smallest_better_array};
pub use register_file::{Part, PartKind, RegisterFile};
pub use request::{RegisterFileRequest, Use, WritePorts};
