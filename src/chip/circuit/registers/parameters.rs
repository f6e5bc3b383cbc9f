//! Clock gates and flip-flop inputs relative to a flip-flop, as data.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::chip::circuit::CircuitError;
use crate::chip::circuit::parameter::Parameter;

const FILE: &str = "parameters.toml";

/// The values of `parameters.toml`; ranges and sources stand there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters {
    /// Area and leakage of a clock gate over a flip-flop's.
    pub clock_gate_area: f64,
    /// Energy of a closed clock gate in a cycle over a flip-flop's clock energy.
    pub clock_gate_energy: f64,
    /// Part of the energy of a changing bit that a change at the input alone takes.
    pub input_share: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterFile {
    clock_gate_area: Parameter,
    clock_gate_energy: Parameter,
    input_share: Parameter,
}

impl Parameters {
    /// The built-in values, read once.
    ///
    /// # Errors
    /// [`CircuitError::Data`] if the built-in file cannot be read.
    pub fn built_in() -> Result<Parameters, CircuitError> {
        static PARAMETERS: OnceLock<Result<Parameters, CircuitError>> = OnceLock::new();
        PARAMETERS.get_or_init(read).clone()
    }
}

fn read() -> Result<Parameters, CircuitError> {
    let broken = |message: String| CircuitError::Data { file: FILE, message };
    let file: ParameterFile =
        toml::from_str(include_str!("parameters.toml")).map_err(|error| broken(error.to_string()))?;
    Ok(Parameters {
        clock_gate_area: file.clock_gate_area.checked("clock_gate_area").map_err(broken)?,
        clock_gate_energy: file.clock_gate_energy.checked("clock_gate_energy").map_err(broken)?,
        input_share: file.input_share.checked("input_share").map_err(broken)?,
    })
}
