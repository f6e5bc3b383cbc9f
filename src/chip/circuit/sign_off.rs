//! What a block that is taped out adds to the cells that synthesis counts, as data.

use super::parameter_file;
use crate::chip::technology::{FlipFlop, StandardCells};

parameter_file! {
    /// Factors from a library's cells at the typical corner to what a signed-off block takes for each of them. Ranges
    /// and sources stand in `sign_off.toml`.
    pub SignOff from "sign_off.toml" {
        scan_flip_flop: "Area and leakage of a scan flip-flop over a plain one's.",
        buffers: "Area and leakage of buffers that placement and routing add, over those of all cells.",
        buffer_energy: "Their energy over that of all transitions.",
        driver_leakage: "Leakage of drivers over that of NAND2s of the same area.",
        fast_leakage: "Leakage at the fast corner over that at the typical one.",
        slow_corner: "Delay at the slow corner over that at the typical one.",
    }
}

impl SignOff {
    /// The library's cells themselves, at the typical corner.
    pub const NONE: SignOff = SignOff {
        scan_flip_flop: 1.0,
        buffers: 0.0,
        buffer_energy: 0.0,
        driver_leakage: 1.0,
        fast_leakage: 1.0,
        slow_corner: 1.0,
    };

    /// What a cell of the library stands for in a signed-off block: itself with its part of all that is added.
    pub fn applied_to(&self, cells: StandardCells) -> StandardCells {
        let area = 1.0 + self.buffers;
        let energy = 1.0 + self.buffer_energy;
        let flip_flop = &cells.flip_flop;
        StandardCells {
            supply: cells.supply,
            nand2_area: cells.nand2_area * area,
            nand2_energy: cells.nand2_energy * energy,
            nand2_leakage: cells.nand2_leakage * area,
            fanout_of_four_delay: cells.fanout_of_four_delay * self.slow_corner,
            flip_flop: FlipFlop {
                area: flip_flop.area * (self.scan_flip_flop * area),
                clock_energy: flip_flop.clock_energy,
                data_energy: flip_flop.data_energy * energy,
                leakage: flip_flop.leakage * (self.scan_flip_flop * area),
                overhead_delay: flip_flop.overhead_delay * self.slow_corner,
            },
        }
    }
}
