//! SI prefixes: how a value and its unit are printed.

const PREFIXES: [&str; 17] =
    ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];

/// A value with the SI prefix that keeps it between 1 and 1000, and so many significant digits: `12.34 mJ`.
///
/// Rounds in decimal, on the digits themselves: 999.96 becomes `1.000 k`, never `1000.0`.
pub fn with_prefix(value: f64, unit: &str, significant: usize) -> String {
    if !value.is_finite() {
        return format!("{value} {unit}");
    }
    if value == 0.0 {
        return format!("0 {unit}").trim_end().to_string();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let rounded = format!("{:.*e}", significant - 1, value.abs());
    let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let thousands = exponent.div_euclid(3);
    let Some(prefix) = usize::try_from(thousands + 8).ok().and_then(|index| PREFIXES.get(index)) else {
        return format!("{sign}{rounded} {unit}").trim_end().to_string();
    };
    let digits = mantissa.replace('.', "");
    let (whole, fraction) = digits.split_at(exponent.rem_euclid(3) as usize + 1);
    let fraction = shown_fraction(fraction, &rounded, value.abs());
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction} {prefix}{unit}").trim_end().to_string()
}

/// The prefix that keeps a value between 1 and 1000, and its power of ten: `("m", -3)` for 0.02. What no prefix fits has
/// none.
pub fn prefix_of(value: f64) -> (&'static str, i32) {
    let written = format!("{value:e}");
    let exponent = written.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok());
    let thousands = exponent.filter(|_| value != 0.0).unwrap_or(0).div_euclid(3);
    let prefix = usize::try_from(thousands + 8).ok().and_then(|index| PREFIXES.get(index));
    prefix.map_or(("", 0), |prefix| (*prefix, 3 * thousands))
}

/// Final zeros say how precise a rounded number is; an exact one (a clock of 700 MHz) does not need them.
fn shown_fraction<'a>(fraction: &'a str, rounded: &str, value: f64) -> &'a str {
    let exact = rounded.parse::<f64>().is_ok_and(|rounded| (rounded - value).abs() <= 1e-9 * value);
    if exact { fraction.trim_end_matches('0') } else { fraction }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn si(value: f64, unit: &str) -> String {
        with_prefix(value, unit, 4)
    }

    #[test]
    fn a_value_is_rounded_before_its_prefix_is_chosen() {
        assert_eq!(si(12.3456e-3, "J"), "12.35 mJ");
        assert_eq!(si(999.96, "W"), "1.000 kW");
        assert_eq!(si(-83e-9, "s"), "-83 ns");
    }

    #[test]
    fn an_exact_quantity_has_no_final_zeros() {
        assert_eq!(si(700e6, "Hz"), "700 MHz");
        assert_eq!(si(45.2, "W"), "45.2 W");
        assert_eq!(si(45.20001, "W"), "45.20 W");
    }

    #[test]
    fn a_prefix_is_told_with_its_power_of_ten() {
        assert_eq!(prefix_of(0.02), ("m", -3));
        assert_eq!(prefix_of(-999.9), ("", 0));
        assert_eq!(prefix_of(1000.0), ("k", 3));
        assert_eq!(prefix_of(0.0), ("", 0));
        assert_eq!(prefix_of(1e300), ("", 0));
        assert_eq!(prefix_of(f64::NAN), ("", 0));
    }

    #[test]
    fn what_no_prefix_fits_is_printed_with_an_exponent() {
        assert_eq!(si(-0.0, "J"), "0 J");
        assert_eq!(si(5e-324, "J"), "4.941e-324 J");
        assert_eq!(si(1e300, ""), "1.000e300");
    }
}
