//! The parameters of `network.toml`.

use crate::chip::circuit::parameter_file;

parameter_file! {
    /// The parameters; ranges and sources stand in the file.
    pub(super) Rules from "network.toml" {
        and2: "An AND2 in NAND2-equivalents.",
        and_or: "An AND-OR of three inputs in NAND2-equivalents.",
        multiplexer: "A multiplexer of two inputs in NAND2-equivalents.",
        tri_state: "A tri-state buffer in NAND2-equivalents.",
        clock_gate: "A clock gate in NAND2-equivalents.",
        gate_delay: "Delay of a loaded two-input gate in FO4.",
        stage_effort: "Effort of a stage of a tree of buffers.",
        pin_share: "A pin over the load of a NAND2.",
        toggle: "Part of the bits that change from flit to flit.",
        control_switching: "Transitions of a gate of control in an arbitration.",
        matrix_layers: "Layers a direction over a matrix of tri-states.",
        multiplexer_layers: "Layers a direction over multiplexer trees.",
        gated_flip_flops: "Flip-flops behind a clock gate.",
        gates_beside_state: "NAND2-equivalents beside a flip-flop of state.",
        route_gates: "NAND2-equivalents of route computation of a port.",
        wire_delay_budget: "Delay that wires may lose to save power.",
    }
}
