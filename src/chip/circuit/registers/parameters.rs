//! Clock gates and flip-flop inputs relative to a flip-flop, as data.

use crate::chip::circuit::parameter_file;

parameter_file! {
    /// The values of `parameters.toml`; ranges and sources stand there.
    pub(super) Parameters from "parameters.toml" {
        clock_gate_area: "Area and leakage of a clock gate over a flip-flop's.",
        clock_gate_energy: "Energy of a closed clock gate in a cycle over a flip-flop's clock energy.",
        input_share: "Part of the energy of a changing bit that a change at the input alone takes.",
    }
}
