//! What layout adds to cells, as data.

use super::{CircuitError, parameter_file};

parameter_file! {
    /// What layout adds to the cells of a unit. Ranges and sources stand in `layout.toml`.
    pub Layout from "layout.toml" {
        row_utilisation: "Part of the placed rows that cells fill.",
        wiring_energy: "Energy of wires beyond the local ones, over the energy of all transitions.",
        wiring_delay: "Delay of wires beyond the local ones, over the delay of the logic.",
        skew_and_jitter: "Skew and jitter of the clock in fan-out-of-four delays.",
        cut_granularity: "By how much the longest stage exceeds its equal part of the logic, in fan-out-of-four delays.",
        clock_distribution: "Energy of clock buffers and wires over the clock energy of the flip-flops.",
        clock_buffers: "Area and leakage of clock buffers over those of the flip-flops.",
        gated_clock: "Part of the clock energy that gating leaves.",
        least_stage: "Least logic of a stage in fan-out-of-four delays.",
    }
}

impl Layout {
    /// A placed and routed unit, with the values of `layout.toml`.
    ///
    /// # Errors
    /// [`CircuitError::Data`] if the built-in file cannot be read.
    pub fn placed() -> Result<Layout, CircuitError> {
        Layout::built_in()
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
