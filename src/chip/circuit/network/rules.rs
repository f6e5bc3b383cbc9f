//! The parameters of `network.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::chip::circuit::CircuitError;
use crate::chip::circuit::parameter::Parameter;

const FILE: &str = "network/network.toml";
const TEXT: &str = include_str!("network.toml");

macro_rules! rules {
    ($($name:ident: $doc:literal),* $(,)?) => {
        /// The parameters; ranges and sources stand in the file.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(super) struct Rules { $(#[doc = $doc] pub $name: f64),* }

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct RulesFile { $($name: Parameter),* }

        fn read() -> Result<Rules, CircuitError> {
            let broken = |message: String| CircuitError::Data { file: FILE, message };
            let file: RulesFile = toml::from_str(TEXT).map_err(|error| broken(error.to_string()))?;
            Ok(Rules { $($name: file.$name.checked(stringify!($name)).map_err(broken)?),* })
        }
    };
}

rules! {
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

impl Rules {
    /// The built-in rules.
    pub fn built_in() -> Result<Rules, CircuitError> {
        static RULES: OnceLock<Result<Rules, CircuitError>> = OnceLock::new();
        RULES.get_or_init(read).clone()
    }
}
