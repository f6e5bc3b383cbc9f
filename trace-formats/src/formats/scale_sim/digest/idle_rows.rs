//! Rows in which no port moved a word, one after another: alike but for their cycles.

use super::number::first_digits;

/// A row without a word; many more like it follow, mostly.
pub struct IdleRow<'a> {
    /// How many bytes its cycle has.
    pub cycle_length: usize,
    /// Its bytes after the cycle.
    pub ports: &'a [u8],
}

impl IdleRow<'_> {
    /// The cycle of the row at `at` if it is such a row again, with as many digits in its cycle.
    #[inline(always)]
    pub fn again(&self, bytes: &[u8], at: usize) -> Option<i64> {
        let ports = bytes.get(at + self.cycle_length..at + self.length())?;
        let cycle = first_digits(bytes, at)?;
        (cycle.length == self.cycle_length && ports == self.ports).then_some(cycle.value)
    }

    /// How many bytes such a row has.
    pub fn length(&self) -> usize {
        self.cycle_length + self.ports.len()
    }
}
