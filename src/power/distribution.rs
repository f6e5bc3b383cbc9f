//! How the windows' power is distributed over time, and its largest step.

use hdrhistogram::Histogram;

use crate::units::{Hertz, Seconds, Watts};

use super::result::{PowerDistribution, PowerStep};

/// Power is counted in whole nanowatts, so that three digits are right from a microwatt up; above 1.8·10¹⁰ W it
/// saturates.
const STEPS_PER_WATT: f64 = 1e9;

/// Percentiles, minimum, time above TDP and the largest step, gathered window by window.
pub(super) struct Distribution {
    histogram: Histogram<u64>,
    minimum: Option<Watts>,
    maximum: Watts,
    tdp: Watts,
    cycles_above_tdp: u64,
    /// Power of the window before, if the run covered all of it.
    previous: Option<Watts>,
    largest_step: Option<(Watts, i64)>,
}

impl Distribution {
    pub(super) fn new(tdp: Watts) -> anyhow::Result<Distribution> {
        Ok(Distribution {
            // Three significant digits.
            histogram: Histogram::new(3)?,
            minimum: None,
            maximum: Watts(0.0),
            tdp,
            cycles_above_tdp: 0,
            previous: None,
            largest_step: None,
        })
    }

    /// Takes the next window: its power and for how many cycles the run covered it.
    #[inline]
    pub(super) fn push(&mut self, start: i64, cycles: u64, is_full: bool, power: Watts) {
        let power_steps = rounded(power.0 * STEPS_PER_WATT);
        if self.histogram.record_n(power_steps, cycles).is_err() {
            // It cannot grow where memory cannot be addressed: then what is beyond counts as the most.
            self.histogram.saturating_record_n(power_steps, cycles);
        }
        self.minimum = Some(self.minimum.filter(|lowest| *lowest <= power).unwrap_or(power));
        self.maximum = if power > self.maximum { power } else { self.maximum };
        self.cycles_above_tdp += if power > self.tdp { cycles } else { 0 };
        if let Some(previous) = self.previous.filter(|_| is_full) {
            let step = power - previous;
            if self.largest_step.is_none_or(|(largest, _)| step.0.abs() > largest.0.abs()) {
                self.largest_step = Some((step, start));
            }
        }
        self.previous = is_full.then_some(power);
    }

    /// Percentiles: at least that part of the time is not above the power.
    pub(super) fn percentiles(&self) -> PowerDistribution {
        let lowest = self.minimum.unwrap_or_default().0;
        // A histogram answers with the upper end of a bucket.
        let at = |quantile: f64| {
            let value = self.histogram.value_at_quantile(quantile) as f64 / STEPS_PER_WATT;
            value.max(lowest).min(self.maximum.0)
        };
        PowerDistribution {
            minimum_w: lowest,
            p50_w: at(0.5),
            p90_w: at(0.9),
            p95_w: at(0.95),
            p99_w: at(0.99),
            p99_9_w: at(0.999),
        }
    }

    pub(super) fn time_above_tdp(&self, clock: Hertz) -> Seconds {
        clock.time_of(self.cycles_above_tdp as f64)
    }

    pub(super) fn largest_step(&self, clock: Hertz) -> Option<PowerStep> {
        self.largest_step.map(|(step, at)| PowerStep {
            step_w: step.0,
            at_s: clock.time_of(at as f64).0,
            at_cycle: at,
        })
    }
}

/// The nearest integer, as [`f64::round`] has it, which is a call of a function on most machines.
#[inline]
fn rounded(number: f64) -> u64 {
    if !(0.0..9e18).contains(&number) {
        return number.round() as u64;
    }
    let whole = number as i64;
    (whole + i64::from(number - whole as f64 >= 0.5)) as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rounding_is_that_of_the_library(number in any::<f64>(), small in 0.0..1e10f64, whole in 0..1_000_000u32) {
            for number in [number, small, f64::from(whole) + 0.5, f64::from(whole)] {
                prop_assert_eq!(rounded(number), number.round() as u64);
            }
        }
    }

    fn median(powers: &[f64]) -> f64 {
        let mut distribution = Distribution::new(Watts(1.0)).unwrap();
        for (at, power) in powers.iter().enumerate() {
            distribution.push(at as i64, 1, true, Watts(*power));
        }
        distribution.percentiles().p50_w
    }

    #[test]
    fn percentiles_have_three_digits_from_a_microwatt_to_a_gigawatt() {
        for power in [1.234e-6, 5.678e-4, 0.4321, 87.65, 1.234e9] {
            let found = median(&[power * 0.5, power, power * 2.0]);
            assert!((found - power).abs() <= 1e-3 * power, "{found} is not {power}");
        }
    }

    #[test]
    fn a_power_beyond_all_sense_is_still_counted() {
        assert!(median(&[1.0, 1e30, 1e31]) > 1e9);
    }
}
