//! What no network circuit can be, and the nearest that can.

use crate::chip::circuit::CircuitError;

/// Most ports of a switch that is modelled as one crossbar.
const MOST_PORTS: u32 = 256;

/// Widest flit.
const MOST_BITS: u32 = 16_384;

/// Refuses a number of ports of a kind.
pub(super) fn check_ports(what: &str, port: &str, count: u32) -> Result<(), CircuitError> {
    if count == 0 {
        return Err(CircuitError::impossible(
            format!("{what} with no {port}"),
            "no flit could pass",
            format!("ask for at least one {port}"),
        ));
    }
    if count > MOST_PORTS {
        return Err(CircuitError::impossible(
            format!("{what} with {count} {port}s"),
            format!("one crossbar is modelled for up to {MOST_PORTS}"),
            format!("ask for {MOST_PORTS}, or for stages of smaller ones"),
        ));
    }
    Ok(())
}

/// Refuses a width of a flit.
pub(super) fn check_flit(what: &str, bits: u32) -> Result<(), CircuitError> {
    if (1..=MOST_BITS).contains(&bits) {
        return Ok(());
    }
    let nearest = bits.clamp(1, MOST_BITS);
    Err(CircuitError::impossible(
        format!("{what} for flits of {bits} bits"),
        format!("a flit has from 1 to {MOST_BITS} bits"),
        format!("ask for {nearest}"),
    ))
}
