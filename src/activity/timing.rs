//! Windows and cycles on the time axis.

/// How windows lie on the time axis: window `i` covers the cycles `[i·cycles, (i+1)·cycles)`.
///
/// Windows are aligned to cycle 0, which is the first cycle of compute; prefetch has negative windows.
/// The first and the last window of a run may therefore be covered by it only in part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowTiming {
    /// Length of a window in cycles, at least 1.
    pub cycles: u64,
    /// Clock of the cycles, in hertz.
    pub clock_hz: f64,
    /// k: counts are in units of 2⁻ᵏ of an action.
    pub count_fraction_bits: u32,
}

impl WindowTiming {
    /// Length of a window as cycles are counted; what is longer than any run is as good as the longest.
    pub fn window(&self) -> i64 {
        i64::try_from(self.cycles).unwrap_or(i64::MAX)
    }

    /// Seconds that a number of cycles takes.
    pub fn seconds(&self, cycles: f64) -> f64 {
        cycles / self.clock_hz
    }
}
