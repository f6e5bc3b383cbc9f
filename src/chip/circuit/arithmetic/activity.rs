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
    /// With the operands of a trained network; those of random ones where they were not simulated.
    #[serde(default)]
    pub trained: TrainedActivities,
}

/// What a trained network's operands do to a unit, simulated like random ones: `synthesis/operands.toml` has their shapes
/// and sizes. Operands that are zero are not among them.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainedActivity {
    /// Energy over that with random operands.
    pub energy: f64,
    /// Part of the bits of an activation, the first operand, that change from one to the next.
    pub operand: f64,
    /// The same of a weight, the second operand.
    pub weight: f64,
    /// The same of the result.
    pub result: f64,
}

/// The same by what stays from one operation to the next.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainedActivities {
    /// Nothing stays.
    pub moving: TrainedActivity,
    /// The weight stays, and the weights whose products are in the accumulator. None for adders.
    #[serde(default)]
    pub stationary: Option<TrainedActivity>,
    /// The accumulator is the result before. None without an accumulator.
    #[serde(default)]
    pub accumulate: Option<TrainedActivity>,
}

impl Default for TrainedActivities {
    fn default() -> TrainedActivities {
        let random = TrainedActivity { energy: 1.0, operand: 0.5, weight: 0.5, result: 0.5 };
        TrainedActivities { moving: random, stationary: None, accumulate: None }
    }
}

impl TrainedActivities {
    /// Of operands of which as much stays; zeros count nothing here. A sum in place goes before a weight that stays, and
    /// both together were not simulated.
    pub fn of(&self, activity: &OperandActivity) -> TrainedActivity {
        let accumulate = self.accumulate.filter(|_| activity.accumulates_in_place);
        let stationary = self.stationary.filter(|_| activity.stationary_operand);
        accumulate.or(stationary).unwrap_or(self.moving)
    }
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

    fn factors() -> ActivityFactors {
        let activity = |energy| TrainedActivity { energy, operand: 0.4, weight: 0.5, result: 0.3 };
        let trained = TrainedActivities {
            moving: activity(0.9),
            stationary: Some(activity(0.6)),
            accumulate: Some(activity(0.5)),
        };
        ActivityFactors { stationary: 0.8, accumulate: 0.9, half_zero: 0.7, zero: 0.3, trained }
    }

    #[test]
    fn operands_of_a_trained_network_are_those_of_what_stays() {
        let trained = factors().trained;
        let energy = |stationary_operand, accumulates_in_place| {
            let activity = OperandActivity { stationary_operand, accumulates_in_place, zero_fraction: 0.0 };
            trained.of(&activity).energy
        };
        assert_eq!([energy(false, false), energy(true, false), energy(false, true)], [0.9, 0.6, 0.5]);
        let of_an_adder = TrainedActivities { stationary: None, accumulate: None, ..trained };
        let in_place = OperandActivity { accumulates_in_place: true, ..OperandActivity::default() };
        assert_eq!(of_an_adder.of(&in_place).energy, 0.9);
    }

    #[test]
    fn effects_of_operands_multiply_and_zeros_are_linear_by_halves() {
        let factors = factors();
        let factor = |activity: OperandActivity| factors.factor(&activity);
        assert_eq!(factor(OperandActivity::default()), 1.0);
        let quarter = OperandActivity { zero_fraction: 0.25, ..OperandActivity::default() };
        assert!((factor(quarter) - 0.85).abs() < 1e-12);
        let all =
            OperandActivity { stationary_operand: true, accumulates_in_place: true, zero_fraction: 1.0 };
        assert!((factor(all) - 0.3 * 0.8 * 0.9).abs() < 1e-12);
    }
}
