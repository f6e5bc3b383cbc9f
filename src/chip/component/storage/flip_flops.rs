//! Storage in flip-flops: register files side by side and in banks.

use super::Storage;
use crate::chip::circuit::array::Ports;
use crate::chip::circuit::registers::RegisterFileRequest;
use crate::chip::circuit::{DataEnergy, Netlist};
use crate::chip::component::{ComponentError, Context, Cost, Part};
use crate::units::Micrometres;

/// Most words and bits of a register file that was synthesised.
pub const MOST_WORDS: u64 = 128;
const MOST_BITS: u32 = 64;

/// Gates in NAND2-equivalents that add one more bank to a bit of a read port: an AND-OR leg.
const GATES_PER_BANK: f64 = 1.5;

/// Delay of the same in fan-out-of-four delays, for each doubling of the banks.
const DELAY_PER_DOUBLING: f64 = 1.5;

pub fn build(words: u64, bits: u32, ports: Ports, context: &Context) -> Result<Storage, ComponentError> {
    let slices = bits.div_ceil(MOST_BITS);
    let banks = words.div_ceil(MOST_WORDS);
    let of = (words.div_ceil(banks) as u32, bits.div_ceil(slices));
    let request = RegisterFileRequest::placed(of.0, of.1, ports.reading(), ports.writing())?;
    let file = request.build(context.cells)?;
    let files = banks * u64::from(slices);
    let mut parts = vec![Part::leaf("register file", Cost::of_registers(&file)).times(files)];
    let mut read = vec![("register file", file.read() * f64::from(slices))];
    let write = vec![("register file", file.write() * f64::from(slices))];
    let mut cycle = file.minimum_cycle;
    if banks > 1 {
        let legs = GATES_PER_BANK * banks as f64 * f64::from(bits);
        let select = Netlist::of_gates(legs * f64::from(ports.reading())).placed(context.cells)?;
        parts.push(Part::leaf("bank select", Cost::of_logic(&select)));
        // Only the chosen bank's leg and the OR tree behind it see data; half of the bits change.
        let doublings = f64::from(banks.next_power_of_two().ilog2());
        let switching = 0.5 * f64::from(bits) * (1.0 + doublings);
        read.push(("bank select", DataEnergy::changing(select.transitions(switching))));
        cycle += context.cells.fanout_of_four_delay * (DELAY_PER_DOUBLING * doublings);
    }
    let area: f64 = parts.iter().map(|part| part.total().area().0).sum();
    let side = Micrometres(area.sqrt());
    let (width, height) = (side, side);
    Ok(Storage { parts, read, write, cycle, cycles: 1, width, height, choices: Vec::new() })
}
