//! Rows in which no port moved a word, or all that did moved a 1 for want of another: they follow one another, alike but for
//! their cycles.

use super::number::first_digits;

/// A row that many more like it follow.
pub struct RepeatedRow<'a> {
    /// How many bytes its cycle has.
    pub cycle_length: usize,
    /// Its bytes after the cycle.
    pub ports: &'a [u8],
}

impl RepeatedRow<'_> {
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
