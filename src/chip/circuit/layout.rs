//! What layout adds to cells, as data.

use std::sync::OnceLock;

use serde::Deserialize;

use super::CircuitError;
use super::parameter::Parameter;

const FILE: &str = "layout.toml";

/// What layout adds to the cells of a unit. Ranges and sources stand in `layout.toml`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// Part of the placed rows that cells fill.
    pub row_utilisation: f64,
    /// Energy of wires beyond the local ones, over the energy of all transitions.
    pub wiring_energy: f64,
    /// Delay of wires beyond the local ones, over the delay of the logic.
    pub wiring_delay: f64,
    /// Skew and jitter of the clock in fan-out-of-four delays.
    pub skew_and_jitter: f64,
    /// By how much the longest stage exceeds its equal part of the logic, in fan-out-of-four delays.
    pub cut_granularity: f64,
    /// Energy of clock buffers and wires over the clock energy of the flip-flops.
    pub clock_distribution: f64,
    /// Area and leakage of clock buffers over those of the flip-flops.
    pub clock_buffers: f64,
    /// Part of the clock energy that gating leaves.
    pub gated_clock: f64,
    /// Least logic of a stage in fan-out-of-four delays.
    pub least_stage: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutFile {
    row_utilisation: Parameter,
    wiring_energy: Parameter,
    wiring_delay: Parameter,
    skew_and_jitter: Parameter,
    cut_granularity: Parameter,
    clock_distribution: Parameter,
    clock_buffers: Parameter,
    gated_clock: Parameter,
    least_stage: Parameter,
}

impl Layout {
    /// A placed and routed unit, with the values of `layout.toml`.
    ///
    /// # Errors
    /// [`CircuitError::Data`] if the built-in file cannot be read.
    pub fn placed() -> Result<Layout, CircuitError> {
        static PLACED: OnceLock<Result<Layout, CircuitError>> = OnceLock::new();
        PLACED.get_or_init(read).clone()
    }

    /// Cells alone, as tables of synthesis results have them: rows are full, and wires are local.
    ///
    /// # Errors
    /// As [`Layout::placed`].
    pub fn cells_only() -> Result<Layout, CircuitError> {
        Ok(Layout {
            row_utilisation: 1.0,
            wiring_energy: 0.0,
            wiring_delay: 0.0,
            skew_and_jitter: 0.0,
            clock_distribution: 0.0,
            clock_buffers: 0.0,
            ..Layout::placed()?
        })
    }
}

fn read() -> Result<Layout, CircuitError> {
    let broken = |message: String| CircuitError::Data { file: FILE, message };
    let file: LayoutFile =
        toml::from_str(include_str!("layout.toml")).map_err(|error| broken(error.to_string()))?;
    Ok(Layout {
        row_utilisation: file.row_utilisation.checked("row_utilisation").map_err(broken)?,
        wiring_energy: file.wiring_energy.checked("wiring_energy").map_err(broken)?,
        wiring_delay: file.wiring_delay.checked("wiring_delay").map_err(broken)?,
        skew_and_jitter: file.skew_and_jitter.checked("skew_and_jitter").map_err(broken)?,
        cut_granularity: file.cut_granularity.checked("cut_granularity").map_err(broken)?,
        clock_distribution: file.clock_distribution.checked("clock_distribution").map_err(broken)?,
        clock_buffers: file.clock_buffers.checked("clock_buffers").map_err(broken)?,
        gated_clock: file.gated_clock.checked("gated_clock").map_err(broken)?,
        least_stage: file.least_stage.checked("least_stage").map_err(broken)?,
    })
}
