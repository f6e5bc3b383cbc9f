//! Axes with round ticks.

use crate::units::prefix_of;

/// An axis of a physical quantity, from one position of the picture to another.
pub(super) struct Axis {
    /// First value.
    pub from: f64,
    /// Last value.
    pub to: f64,
    /// Where the first value stands, in the picture's units.
    start: f64,
    /// Where the last one stands.
    end: f64,
    /// The unit of the ticks' labels: `mW`.
    pub unit: String,
    /// Round values and their labels, in `unit`.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis with about as many ticks as asked for, at most one more. Its values differ.
    pub fn new((from, to): (f64, f64), (start, end): (f64, f64), unit: &str, ticks: usize) -> Axis {
        let (prefix, power) = prefix_of(from.abs().max(to.abs()));
        let step = Step::of((to - from) / ticks as f64);
        let (first, last) = ((from / step.size() - 1e-9).ceil(), (to / step.size() + 1e-9).floor());
        let values = (0..=ticks).map(|at| first + at as f64).take_while(|multiple| *multiple <= last);
        let ticks = values.map(|multiple| (multiple * step.size(), step.label(multiple, power)));
        Axis { from, to, start, end, unit: format!("{prefix}{unit}"), ticks: ticks.collect() }
    }

    /// Where a value stands; values beyond the axis stand at its ends.
    pub fn at(&self, value: f64) -> f64 {
        let part = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        self.start + part * (self.end - self.start)
    }
}

/// One, two or five times a power of ten.
struct Step {
    digit: f64,
    exponent: i32,
}

impl Step {
    /// The smallest that is not below a size.
    fn of(least: f64) -> Step {
        let written = format!("{least:e}");
        let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
        let (mantissa, exponent) = (mantissa.parse().unwrap_or(1.0), exponent.parse().unwrap_or(0));
        match [1.0, 2.0, 5.0].into_iter().find(|digit| mantissa <= digit * (1.0 + 1e-9)) {
            Some(digit) => Step { digit, exponent },
            None => Step { digit: 1.0, exponent: exponent + 1 },
        }
    }

    fn size(&self) -> f64 {
        self.in_unit(0)
    }

    /// In units of a power of ten.
    fn in_unit(&self, power: i32) -> f64 {
        // As it is written, which is exact: a power of ten by multiplication is not.
        format!("{}e{}", self.digit, self.exponent - power).parse().unwrap_or(f64::NAN)
    }

    /// So many steps in units of a power of ten, with the decimals that a step has.
    fn label(&self, multiple: f64, power: i32) -> String {
        let decimals = usize::try_from(power - self.exponent).unwrap_or(0);
        // Adding zero keeps a minus from standing before it.
        format!("{:.decimals$}", multiple * self.in_unit(power) + 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> String {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_and_labelled_in_one_unit() {
        let axis = Axis::new((-855e-9, 23.2e-6), (0.0, 100.0), "s", 6);
        assert_eq!((labels(&axis).as_str(), axis.unit.as_str()), ("0 5 10 15 20", "µs"));
        let axis = Axis::new((-300e-9, 900e-9), (0.0, 100.0), "s", 6);
        assert_eq!((labels(&axis).as_str(), axis.unit.as_str()), ("-200 0 200 400 600 800", "ns"));
        let axis = Axis::new((1.25, 1.75), (0.0, 100.0), "s", 5);
        assert_eq!(labels(&axis), "1.3 1.4 1.5 1.6 1.7");
    }

    #[test]
    fn an_axis_has_enough_ticks_whatever_its_end() {
        for highest in [0.181, 0.2, 3e-12, 999.0, 1000.1, 7.4e7] {
            let axis = Axis::new((0.0, highest), (250.0, 50.0), "W", 6);
            assert!((3..=7).contains(&axis.ticks.len()), "{highest}: {}", labels(&axis));
            assert!((axis.at(highest) - 50.0).abs() < 1e-6 && axis.at(0.0) == 250.0);
            assert!(axis.ticks.iter().all(|(value, _)| (0.0..=highest * (1.0 + 1e-9)).contains(value)));
        }
        let axis = Axis::new((0.0, 0.195), (1.0, 0.0), "W", 6);
        assert_eq!((labels(&axis).as_str(), axis.unit.as_str()), ("0 50 100 150", "mW"));
    }

    #[test]
    fn a_short_run_far_from_cycle_zero_has_ticks_too() {
        let axis = Axis::new((1.0, 1.000_001), (0.0, 1.0), "s", 5);
        assert_eq!(axis.ticks.len(), 6);
        assert_eq!(axis.ticks[1].1, "1.0000002");
    }
}
