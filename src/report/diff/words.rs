//! How differences read.

use crate::report::quantity::si3;

/// From this factor on, a change is told as a factor.
const FACTOR: f64 = 10.0;

/// A quantity that was added or taken away: `+12.3 nJ`.
pub(super) fn signed(value: f64, unit: &str) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    format!("{sign}{}", si3(value, unit))
}

/// What part of the first the change is: `+6.6 %`, `× 12.3`, `same`; two digits of what is small.
pub(super) fn change(a: f64, b: f64) -> String {
    if a == b {
        return "same".to_owned();
    }
    let (percent, factor) = (100.0 * (b - a) / a, b / a);
    if !percent.is_finite() {
        return "new".to_owned();
    }
    if factor >= FACTOR {
        return format!("× {factor:.1}");
    }
    signed_percent(percent)
}

/// `+6.6 %`, with two digits of what is small.
pub(super) fn signed_percent(percent: f64) -> String {
    let decimals = match percent.abs() {
        small if small > 0.0 && small < 1.0 => (2.0 - small.log10().ceil()).clamp(1.0, 5.0) as usize,
        _ => 1,
    };
    let text = format!("{percent:+.decimals$} %");
    let is_shown = percent == 0.0 || text.chars().any(|digit| ('1'..='9').contains(&digit));
    if is_shown { text } else { format!("{}tiny", &text[..1]) }
}

/// `12.3 mJ → 13.1 mJ (+6.5 %)`.
pub(super) fn went(a: f64, b: f64, shown: impl Fn(f64) -> String) -> String {
    if a == b {
        format!("{} in both", shown(a))
    } else {
        format!("{} → {} ({})", shown(a), shown(b), change(a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_its_sign_and_what_is_small_its_digits() {
        assert_eq!(change(1.0, 1.066), "+6.6 %");
        assert_eq!(change(1.0, 0.5), "-50.0 %");
        assert_eq!(change(1.0, 1.000_123_4), "+0.012 %");
        assert_eq!(change(1.0, 1.0 + 1e-15), "+tiny");
        assert_eq!(change(1.0, 123.4), "× 123.4");
        assert_eq!(change(0.0, 1.0), "new");
        assert_eq!(change(1.0, 0.0), "-100.0 %");
        assert_eq!(change(0.0, 0.0), "same");
        assert_eq!(signed(-83e-9, "J"), "-83 nJ");
        assert_eq!(signed(83e-9, "J"), "+83 nJ");
    }
}
