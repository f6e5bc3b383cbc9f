//! How an array is divided.

use std::fmt;

use serde::Serialize;

/// How an array is cut into subarrays (CACTI's parameters). Each is a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Organisation {
    /// `Ndwl`: cuts of a word line: subarrays in a row of the bank.
    pub word_line_cuts: u32,
    /// `Ndbl`: cuts of a bit line: subarrays in a column of the bank.
    pub bit_line_cuts: u32,
    /// `Nspd`: words of the memory in one row of the bank.
    pub words_in_row: u32,
    /// `Ndcm`: bit lines that share a sense amplifier.
    pub bit_line_multiplexing: u32,
    /// `Ndsam1`: sense amplifiers that share an output, first level.
    pub sense_multiplexing_1: u32,
    /// `Ndsam2`: outputs of the first level that share an output of the second.
    pub sense_multiplexing_2: u32,
}

impl Organisation {
    /// The six numbers in the order in which CACTI names them.
    pub fn numbers(self) -> [u32; 6] {
        [
            self.word_line_cuts,
            self.bit_line_cuts,
            self.words_in_row,
            self.bit_line_multiplexing,
            self.sense_multiplexing_1,
            self.sense_multiplexing_2,
        ]
    }
}

impl fmt::Display for Organisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.numbers().map(|number| number.to_string()).join(","))
    }
}
