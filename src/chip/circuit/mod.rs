//! Circuits: from transistors, wires and bit cells to delay, energy, leakage and area.

pub mod arithmetic;
