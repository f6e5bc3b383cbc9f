//! Part of the capacity that TDP assumes, by type of component, as data.

use crate::chip::circuit::{CircuitError, parameter_file};
use crate::units::Ratio;

parameter_file! {
    /// The values of `tdp_activity.toml`.
    pub(super) TdpActivity from "tdp_activity.toml" {
        matrix_mac: "Multiply-accumulates of tensor units and reduction trees.",
        weight_load: "Loading of stationary weights.",
        local_buffer: "Accesses of buffers in the cells of a tensor unit.",
        vector_op: "Operations of vector units.",
        register_file: "Accesses of vector registers.",
        memory_read: "Reads of on-chip memories.",
        memory_write: "Writes of on-chip memories.",
        scalar_instruction: "Instructions of scalar units, and their fetch.",
        data_bus: "Transfers over a core's bus.",
        network: "Flits of networks on the chip.",
        memory_interface: "Accesses of off-chip memory.",
        chip_link: "Transfers between chips.",
        host_transfer: "Transfers from and to the host.",
        dma_transfer: "Transfers of DMA engines.",
    }
}

/// One of the values as a ratio.
///
/// # Errors
/// [`CircuitError::Data`] if the built-in file cannot be read.
pub(super) fn tdp_activity(of: fn(&TdpActivity) -> f64) -> Result<Ratio, CircuitError> {
    TdpActivity::built_in().map(|values| Ratio(of(&values)))
}
