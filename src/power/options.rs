//! What may be chosen of a report.

use super::peaks::PeakLength;

/// What may be chosen.
#[derive(Clone, Debug)]
pub struct PricingOptions {
    /// Lengths for the peak, beside one window and the whole run.
    pub peak_lengths: Vec<PeakLength>,
    /// Inferences of the run, whatever the trace says.
    pub inferences: Option<u64>,
    /// Counts components beside the chip into energy, power, peak and TDP.
    pub include_system: bool,
    /// Warns of each channel of the trace that nothing is bound to; the coverage names it either way.
    pub warn_of_unbound: bool,
    /// Threads that price operating points. Changes no result.
    pub threads: usize,
}

impl Default for PricingOptions {
    fn default() -> PricingOptions {
        PricingOptions {
            peak_lengths: PeakLength::defaults(),
            inferences: None,
            include_system: false,
            warn_of_unbound: true,
            threads: 1,
        }
    }
}
