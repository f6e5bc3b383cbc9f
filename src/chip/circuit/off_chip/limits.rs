//! What a node or a standard is too slow for.

use super::data::Serials;
use super::electrical::BitsPerSecond;
use super::scaling::Scaling;
use crate::chip::circuit::CircuitError;

/// Refuses a rate beyond the standard's, or symbols that the node's transistors cannot make.
pub(super) fn check_rate(
    what: &str,
    rate: BitsPerSecond,
    highest: BitsPerSecond,
    bits_a_symbol: f64,
    scaling: &Scaling,
    serial: &Serials,
) -> Result<(), CircuitError> {
    if rate.0.is_nan() || rate.0 <= 0.0 {
        return Err(CircuitError::impossible(
            format!("{what} at {rate}"),
            "a rate is above zero",
            format!("ask for up to {highest}"),
        ));
    }
    if rate.0 > highest.0 * (1.0 + 1e-12) {
        return Err(CircuitError::impossible(
            format!("{what} at {rate}"),
            format!("it ends at {highest}"),
            format!("ask for {highest}, or for an interface that is faster"),
        ));
    }
    let fastest = fastest(scaling, serial) * bits_a_symbol;
    if rate.0 > fastest.0 {
        let supply = scaling.cells.supply;
        return Err(CircuitError::impossible(
            format!("{what} at {rate}"),
            format!(
                "a symbol takes {} fan-out-of-four delays, and those of this node at {supply} allow {fastest}",
                serial.least_bit_fo4
            ),
            format!("ask for {fastest}, or for a smaller node"),
        ));
    }
    Ok(())
}

/// Most symbols a second.
fn fastest(scaling: &Scaling, serial: &Serials) -> BitsPerSecond {
    BitsPerSecond(1.0 / (serial.least_bit_fo4 * scaling.typical_fanout_of_four().0))
}
