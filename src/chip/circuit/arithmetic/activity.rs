//! Energy with other operands than random ones.

use serde::Deserialize;

/// What the operands of a unit do from one operation to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OperandActivity {
    /// One operand stays for many operations, as a weight in its register does.
    pub stationary_operand: bool,
    /// The accumulator is the result before, not an unrelated partial sum. Of no effect without an accumulator.
    pub accumulates_in_place: bool,
    /// Part of the values of one operand that are zero, from 0 to 1.
    pub zero_fraction: f64,
}

/// Energy over that with random operands, as simulated.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityFactors {
    /// One operand stays.
    pub stationary: f64,
    /// The accumulator is the result before.
    #[serde(default = "unchanged")]
    pub accumulate: f64,
    /// Half of one operand's values are zero.
    pub half_zero: f64,
    /// One operand is always zero.
    pub zero: f64,
}

fn unchanged() -> f64 {
    1.0
}

impl ActivityFactors {
    /// Energy with such operands over that with random ones. Effects multiply; between no, half and all zeros the
    /// factor is linear. A fraction outside of 0 to 1 counts as the nearer of them.
    pub fn factor(&self, activity: &OperandActivity) -> f64 {
        let zeros = activity.zero_fraction.clamp(0.0, 1.0);
        let sparse = if zeros <= 0.5 {
            1.0 + 2.0 * zeros * (self.half_zero - 1.0)
        } else {
            self.half_zero + (2.0 * zeros - 1.0) * (self.zero - self.half_zero)
        };
        let stationary = if activity.stationary_operand { self.stationary } else { 1.0 };
        let accumulate = if activity.accumulates_in_place { self.accumulate } else { 1.0 };
        sparse * stationary * accumulate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_of_operands_multiply_and_zeros_are_linear_by_halves() {
        let factors = ActivityFactors { stationary: 0.8, accumulate: 0.9, half_zero: 0.7, zero: 0.3 };
        let factor = |activity: OperandActivity| factors.factor(&activity);
        assert_eq!(factor(OperandActivity::default()), 1.0);
        let quarter = OperandActivity { zero_fraction: 0.25, ..OperandActivity::default() };
        assert!((factor(quarter) - 0.85).abs() < 1e-12);
        let all =
            OperandActivity { stationary_operand: true, accumulates_in_place: true, zero_fraction: 1.0 };
        assert!((factor(all) - 0.3 * 0.8 * 0.9).abs() < 1e-12);
    }
}
