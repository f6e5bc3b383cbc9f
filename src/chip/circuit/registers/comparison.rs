//! From where an SRAM array is better than flip-flops.

use super::request::RegisterFileRequest;
use crate::chip::circuit::CircuitError;
use crate::chip::circuit::array::{ArrayRequest, Ports, find};
use crate::chip::technology::StandardCells;

/// What an array must have less of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advantage {
    /// Area: the bare array against the register file as its layout has it.
    Area,
    /// Energy of a random read.
    ReadEnergy,
}

/// Words from which an array of cells and periphery as in `array` has an advantage over a register file with the bits,
/// ports and layout of `file`; of 16, 32, 64 and 128, or nothing. Capacity, word, ports and banks are the register
/// file's; an array's words are whole bytes.
///
/// # Errors
/// [`CircuitError`] when no such register file or no array at all can be built.
pub fn smallest_better_array(
    file: &RegisterFileRequest,
    cells: &StandardCells,
    array: &ArrayRequest,
    advantage: Advantage,
) -> Result<Option<u32>, CircuitError> {
    let word_bytes = file.bits.div_ceil(8);
    let ports = Ports { read_write: 0, read: file.read_ports, write: file.write_ports };
    for words in [16, 32, 64, 128] {
        let flip_flops = RegisterFileRequest { words, ..*file }.build(cells)?;
        let capacity_bytes = u64::from(words) * u64::from(word_bytes);
        let request =
            ArrayRequest { capacity_bytes, word_bytes, ports, banks: 1, organisation: None, ..*array };
        let array = match find(&request) {
            Ok(array) => array,
            // Too few words to be divided.
            Err(CircuitError::Impossible { .. }) if words < 128 => continue,
            Err(error) => return Err(error),
        };
        let better = match advantage {
            Advantage::Area => array.area.total().0 < flip_flops.area().0,
            Advantage::ReadEnergy => array.one_port.read.total().0 < flip_flops.read_energy().0,
        };
        if better {
            return Ok(Some(words));
        }
    }
    Ok(None)
}
