//! Numbers of twice the precision of `f64`, so that differences of products lose nothing that a report knows.
//!
//! A number is an unevaluated sum of two `f64`. The algorithms are Dekker's and Knuth's as analysed by Joldes, Muller and
//! Popescu, "Tight and rigorous error bounds for basic building blocks of double-word arithmetic" (ACM TOMS 44, 2017):
//! no operation errs by more than 2⁻¹⁰² of its result.

use std::iter::Sum;
use std::ops::{Add, Div, Mul, Sub};

/// `high + low`, of which `high` is the nearest `f64`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Wide {
    high: f64,
    low: f64,
}

impl Wide {
    /// The nearest `f64`.
    pub fn rounded(self) -> f64 {
        self.high
    }

    pub fn half(self) -> Wide {
        Wide { high: self.high / 2.0, low: self.low / 2.0 }
    }

    /// Knuth's two-sum: without an error.
    fn sum(left: f64, right: f64) -> Wide {
        let high = left + right;
        let of_right = high - left;
        let low = (left - (high - of_right)) + (right - of_right);
        Wide { high, low }
    }

    /// Dekker's fast two-sum: without an error if the first is the larger.
    fn sum_of_descending(larger: f64, smaller: f64) -> Wide {
        let high = larger + smaller;
        Wide { high, low: smaller - (high - larger) }
    }

    /// Without an error, unless it is below the normal numbers.
    fn product(left: f64, right: f64) -> Wide {
        let high = left * right;
        Wide { high, low: left.mul_add(right, -high) }
    }
}

impl From<f64> for Wide {
    fn from(value: f64) -> Wide {
        Wide { high: value, low: 0.0 }
    }
}

impl Add for Wide {
    type Output = Wide;

    fn add(self, other: Wide) -> Wide {
        let highs = Wide::sum(self.high, other.high);
        let lows = Wide::sum(self.low, other.low);
        let sum = Wide::sum_of_descending(highs.high, highs.low + lows.high);
        Wide::sum_of_descending(sum.high, sum.low + lows.low)
    }
}

impl Sub for Wide {
    type Output = Wide;

    fn sub(self, other: Wide) -> Wide {
        self + Wide { high: -other.high, low: -other.low }
    }
}

impl Mul for Wide {
    type Output = Wide;

    fn mul(self, other: Wide) -> Wide {
        let highs = Wide::product(self.high, other.high);
        let crossed = self.low.mul_add(other.high, self.high.mul_add(other.low, self.low * other.low));
        Wide::sum_of_descending(highs.high, highs.low + crossed)
    }
}

impl Div for Wide {
    type Output = Wide;

    fn div(self, other: Wide) -> Wide {
        let first = self.high / other.high;
        let rest = self - other * Wide::from(first);
        let second = rest.high / other.high;
        let rest = rest - other * Wide::from(second);
        Wide::sum_of_descending(first, second) + Wide::from(rest.high / other.high)
    }
}

impl Sum for Wide {
    fn sum<I: Iterator<Item = Wide>>(numbers: I) -> Wide {
        numbers.fold(Wide::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Exactly the value of a number whose parts are integers.
    fn exact(number: Wide) -> i128 {
        number.high as i128 + number.low as i128
    }

    fn wide(number: i64) -> Wide {
        // Two parts that each fit.
        let low = number & 0xfff;
        Wide::sum((number - low) as f64, low as f64)
    }

    proptest! {
        #[test]
        fn sums_and_products_are_those_of_integers(left: i64, right: i64, small in -(1i64 << 42)..1i64 << 42) {
            prop_assert_eq!(exact(wide(left) + wide(right)), i128::from(left) + i128::from(right));
            prop_assert_eq!(exact(wide(left) - wide(right)), i128::from(left) - i128::from(right));
            let product = i128::from(left) * i128::from(small);
            prop_assert_eq!(exact(wide(left) * wide(small)), product);
            prop_assert_eq!(exact(wide(left).half() + wide(left).half()), i128::from(left));
        }

        #[test]
        fn a_quotient_times_its_divisor_is_the_dividend(
            left: i64,
            right in any::<i64>().prop_filter("a divisor", |right| *right != 0),
        ) {
            let back = wide(left) / wide(right) * wide(right) - wide(left);
            prop_assert!(back.rounded().abs() <= (left as f64).abs() * 2f64.powi(-98), "{back:?}");
        }
    }

    #[test]
    fn what_is_left_of_nearly_equal_products_is_not_lost() {
        let epsilon = f64::EPSILON;
        let difference = Wide::from(1.0 + epsilon) * Wide::from(1.0 - epsilon) - Wide::from(1.0);
        assert_eq!(difference.rounded(), -epsilon * epsilon);
    }
}
