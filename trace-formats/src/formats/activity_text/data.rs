//! What the data of an event were like: fractions that split its count into variants of its action.

use super::count::not_a_number;
use super::decimal::Decimal;
use super::text::{BadText, Text};
use crate::error::excerpt;
use crate::variant::DataVariant;

/// The columns or keys that describe data, in the order of [`DataTexts`].
pub(crate) const DATA_NAMES: [&str; 3] = [ZERO, GATED, TOGGLE];

const ZERO: &str = "zero";
const GATED: &str = "gated";
const TOGGLE: &str = "toggle";

/// 1 in the unit in which fractions are read, 10⁻¹⁸: finer than any float that a simulator prints.
const ONE: u64 = 10u64.pow(18);

/// The share of the bits that random data change.
const RANDOM_TOGGLE: u64 = ONE / 2;

/// What an event says of its data, as it is written, in the order of [`DATA_NAMES`].
#[derive(Clone, Copy, Default)]
pub(crate) struct DataTexts<'a>(pub(crate) [Option<Text<'a>>; DATA_NAMES.len()]);

/// The parts of one count, in its unit: they sum to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    random: u64,
    zero: u64,
    gated: u64,
    still: u64,
}

impl<'a> DataTexts<'a> {
    /// What is said, if anything is: a value that is written as `absent` says nothing.
    pub(crate) fn said(self, absent: &[u8]) -> Option<DataTexts<'a>> {
        let said = self.0.map(|text| text.filter(|text| text.bytes != absent));
        said.iter().any(Option::is_some).then_some(DataTexts(said))
    }

    /// Splits a count. Zero and gated are parts of the count, `toggle` is a mean over the others.
    ///
    /// Energy is linear in the bits that change. So `toggle` is a part `toggle / 0.5` of random data and data that
    /// stand still for the rest. Each bound between two parts is rounded to the nearest unit (ties to even), and
    /// random data are what remains.
    pub(crate) fn split(self, count: u64) -> Result<Parts, BadText> {
        let [zero_text, gated_text, toggle_text] = self.0;
        let zero = zero_text.map_or(Ok(0), |text| fraction(text, ZERO, &PART))?;
        let gated = gated_text.map_or(Ok(0), |text| fraction(text, GATED, &PART))?;
        if let (Some(of_zero), Some(of_gated)) = (zero_text, gated_text)
            && zero + gated > ONE
        {
            return Err(too_much(of_zero, of_gated));
        }
        let toggle = toggle_text.map_or(Ok(RANDOM_TOGGLE), |text| fraction(text, TOGGLE, &CHANGING_BITS))?;
        let zeros = part(count, zero);
        let skipped = part(count, zero + gated) - zeros;
        let rest = count - zeros - skipped;
        let still = part(rest, ONE - 2 * toggle);
        Ok(Parts { random: rest - still, zero: zeros, gated: skipped, still })
    }
}

impl Parts {
    /// The parts that are not empty; all of an empty count is random data.
    pub(crate) fn counted(self) -> impl Iterator<Item = (Option<DataVariant>, u64)> {
        let Parts { random, zero, gated, still } = self;
        let is_empty = zero == 0 && gated == 0 && still == 0;
        let variants = [(DataVariant::Zero, zero), (DataVariant::Gated, gated), (DataVariant::Still, still)];
        let variants = variants.into_iter().map(|(variant, count)| (Some(variant), count));
        std::iter::once((None, random))
            .filter(move |part| part.1 > 0 || is_empty)
            .chain(variants.filter(|part| part.1 > 0))
    }
}

/// The name of a variant of an action.
pub(crate) fn variant_name(text: Text<'_>, action: &str, variant: DataVariant) -> Result<String, BadText> {
    if DataVariant::of(action).is_none() {
        return Ok(variant.name(action));
    }
    let (described, names) =
        (excerpt(action.as_bytes()), DATA_NAMES.map(|name| format!("`{name}`")).join(", "));
    Err(text.bad(
        "described_twice",
        format!("the action {described}, whose name says what its data were like, with {names} beside it"),
        "one of both",
        "leave these empty, or count the action without the suffix",
    ))
}

/// `count · fraction`, rounded to the nearest (ties to even).
fn part(count: u64, fraction: u64) -> u64 {
    let product = u128::from(count) * u128::from(fraction);
    let one = u128::from(ONE);
    let (whole, twice_rest) = (product / one, product % one * 2);
    let rounds_up = twice_rest > one || (twice_rest == one && whole % 2 == 1);
    // At most the count, since no fraction is above 1.
    whole as u64 + u64::from(rounds_up)
}

/// What a fraction may be, in words and as its largest value.
struct Range {
    limit: u64,
    expected: &'static str,
    cure: &'static str,
}

/// Of `zero` and `gated`.
const PART: Range =
    Range { limit: ONE, expected: "a part of the count, from 0 to 1", cure: "write 0.4 for 40 %" };

/// Of `toggle`.
const CHANGING_BITS: Range = Range {
    limit: RANDOM_TOGGLE,
    expected: "the mean fraction of the bits that change, from 0 to 0.5, which random data have",
    cure: "write 0.25 for 25 %, and 0.5 for anything above: it is not told apart from random data",
};

fn fraction(text: Text<'_>, name: &str, range: &Range) -> Result<u64, BadText> {
    let number =
        Decimal::parse(text.bytes).map_err(|kind| not_a_number(text, kind, &format!("fraction `{name}`")))?;
    let is_negative = number.negative && (number.whole, number.fraction) != (0, 0);
    let inside = number.in_attos().filter(|&value| value <= range.limit && !is_negative);
    inside.ok_or_else(|| {
        let found = format!("{} as the fraction `{name}`", excerpt(text.bytes));
        text.bad("fraction_out_of_range", found, range.expected, range.cure)
    })
}

fn too_much(zero: Text<'_>, gated: Text<'_>) -> BadText {
    gated.bad(
        "fractions_above_one",
        format!("`zero` {} and `gated` {}", excerpt(zero.bytes), excerpt(gated.bytes)),
        "at most 1 together: they are parts of one count",
        "count what is gated for a zero as gated only",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts<'a>(values: [&'a str; 3]) -> DataTexts<'a> {
        DataTexts(values.map(|value| Some(Text { bytes: value.as_bytes(), at: 0 })))
    }

    /// The parts of a count: random, zero, gated, still.
    fn split(count: u64, values: [&str; 3]) -> Result<[u64; 4], &'static str> {
        let said = texts(values).said(b"").unwrap_or_default();
        let Parts { random, zero, gated, still } = said.split(count).map_err(|bad| bad.error.reason())?;
        Ok([random, zero, gated, still])
    }

    #[test]
    fn zero_and_gated_are_parts_of_the_count_and_toggle_is_a_mean_over_the_others() {
        assert_eq!(split(100, ["0.2", "0.3", ""]), Ok([50, 20, 30, 0]));
        assert_eq!(split(100, ["", "", "0.1"]), Ok([20, 0, 0, 80]));
        assert_eq!(split(100, ["0.2", "0.3", "0.1"]), Ok([10, 20, 30, 40]));
        assert_eq!(split(100, ["", "", "0.5"]), Ok([100, 0, 0, 0]));
        assert_eq!(split(100, ["", "", "0"]), Ok([0, 0, 0, 100]));
        assert_eq!(split(100, ["1", "0", "0"]), Ok([0, 100, 0, 0]));
        assert_eq!(split(100, ["", "", ""]), Ok([100, 0, 0, 0]));
    }

    #[test]
    fn a_part_is_rounded_to_the_nearest_unit_and_the_remainder_is_random() {
        // 168 · 0.44 = 73.92
        assert_eq!(split(168, ["", "0.44", ""]), Ok([94, 0, 74, 0]));
        // Halves go to the even unit, and one and the same unit is never counted twice.
        assert_eq!(split(3, ["0.5", "0.5", ""]), Ok([0, 2, 1, 0]));
        assert_eq!(split(1, ["0.3", "0.3", ""]), Ok([0, 0, 1, 0]));
        assert_eq!(split(1, ["0.3", "", ""]), Ok([1, 0, 0, 0]));
    }

    #[test]
    fn fractions_that_cannot_be_are_refused_by_reason() {
        for zero in ["1.01", "-0.1", "40", "1e400", "1.000000000000000001"] {
            assert_eq!(split(1, [zero, "", ""]), Err("fraction_out_of_range"), "{zero}");
        }
        for toggle in ["0.51", "1", "-1e-9", "50"] {
            assert_eq!(split(1, ["", "", toggle]), Err("fraction_out_of_range"), "{toggle}");
        }
        assert_eq!(split(1, ["0.7", "0.4", ""]), Err("fractions_above_one"));
        assert_eq!(split(1, ["nan", "", ""]), Err("not_finite"));
        assert_eq!(split(1, ["", "inf", ""]), Err("not_finite"));
        assert_eq!(split(1, ["", "", "half"]), Err("not_a_number"));
        // These sums are not 1 in binary floating point.
        assert_eq!(split(10, ["0.7", "0.3", ""]), Ok([0, 7, 3, 0]));
        assert_eq!(split(10, ["-0", "1.0", "5e-1"]), Ok([0, 0, 10, 0]));
    }

    #[test]
    fn an_empty_count_is_one_part_and_others_have_no_empty_parts() {
        let counted = |count, values| texts(values).split(count).unwrap().counted().collect::<Vec<_>>();
        assert_eq!(counted(0, ["1", "0", "0"]), [(None, 0)]);
        assert_eq!(counted(4, ["0", "1", "0"]), [(Some(DataVariant::Gated), 4)]);
        assert_eq!(counted(4, ["0.5", "0", "0.5"]), [(None, 2), (Some(DataVariant::Zero), 2)]);
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_count_and_each_is_within_a_unit_of_its_fraction(
            count in prop_oneof![0..1000_u64, 0..=i64::MAX as u64],
            zero in 0.0..=1.0_f64,
            share in 0.0..=1.0_f64,
            toggle in 0.0..=0.5_f64,
        ) {
            // Rounded down to three digits, so that both together are at most 1.
            let three_digits = |value: f64| (value * 1000.0).floor() / 1000.0;
            let (zero, gated) = (three_digits(zero), three_digits((1.0 - zero) * share));
            let values = [zero, gated, toggle].map(|value| value.to_string());
            let [random, zeros, skipped, still] = split(count, [&values[0], &values[1], &values[2]]).unwrap();
            prop_assert_eq!(random + zeros + skipped + still, count);
            let within = |part: u64, exact: f64, slack: f64| (part as f64 - exact).abs() <= slack + count as f64 * 1e-15;
            prop_assert!(within(zeros, count as f64 * zero, 0.5));
            // Between two bounds, each off by half a unit.
            prop_assert!(within(skipped, count as f64 * gated, 1.0));
            prop_assert!(within(random, (count - zeros - skipped) as f64 * toggle * 2.0, 0.5));
        }
    }
}
