//! Which window a cycle is in.

/// Divides by the same number again and again.
#[derive(Clone, Copy)]
pub struct Division {
    by: i64,
    /// ⌊(2⁶⁴ − 1) ÷ by⌋, if that is good enough for what has 32 bits.
    reciprocal: Option<u64>,
}

impl Division {
    /// By a number above 0.
    pub fn new(by: i64) -> Division {
        Division { by, reciprocal: (by <= 1 << 32).then(|| u64::MAX / by as u64) }
    }

    /// The quotient, rounded down. What is below 2³² is multiplied, which takes a fraction of the time.
    #[inline]
    pub fn floor(&self, cycles: i64) -> i64 {
        match self.reciprocal {
            // With r = (2⁶⁴ − 1) mod by, the product over 2⁶⁴ is (cycles + 1) ÷ by × (1 − (1 + r) ÷ 2⁶⁴): too little to
            // reach the next whole number, and, since (cycles + 1) × (1 + r) ≤ 2⁶⁴, enough to reach the last.
            Some(reciprocal) if cycles as u64 <= u64::from(u32::MAX) => {
                ((u128::from(reciprocal) * u128::from(cycles as u64 + 1)) >> u64::BITS) as i64
            }
            _ => cycles.div_euclid(self.by),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quotients_are_those_of_a_division(
            cycles: i64, by in 1i64.., bits in 0u32..64, by_bits in 0u32..63, near in -2i64..3,
        ) {
            let (cycles, by) = (cycles >> bits, (by >> by_bits).max(1));
            let multiple = (cycles / by).saturating_mul(by).saturating_add(near);
            for cycles in [cycles, multiple, i64::from(u32::MAX).saturating_add(near)] {
                prop_assert_eq!(Division::new(by).floor(cycles), cycles.div_euclid(by), "{} / {}", cycles, by);
            }
        }
    }

    #[test]
    fn quotients_at_the_bounds_of_multiplying_are_exact() {
        for by in [1, 2, 3, (1 << 32) - 1, 1 << 32, (1 << 32) + 1, i64::MAX] {
            for cycles in [0, 1, by - 1, by, (1 << 32) - 2, (1 << 32) - 1, 1 << 32, -1, -by] {
                assert_eq!(Division::new(by).floor(cycles), cycles.div_euclid(by), "{cycles} / {by}");
            }
        }
    }
}
