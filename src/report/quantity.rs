//! How numbers read: quantities with SI prefixes, percentages, counts and bars.

use crate::units::with_prefix;

/// Stands for a number that nobody knows; the reason stands beside or below it.
pub(super) const UNKNOWN: &str = "—";

/// A quantity with an SI prefix and four significant digits: `12.34 mJ`.
pub(super) fn si(value: f64, unit: &str) -> String {
    shown(value, unit, 4)
}

/// A quantity with an SI prefix and three significant digits, for tables: `12.3 mJ`.
pub(super) fn si3(value: f64, unit: &str) -> String {
    shown(value, unit, 3)
}

fn shown(value: f64, unit: &str, significant: usize) -> String {
    if value.is_finite() { with_prefix(value, unit, significant) } else { UNKNOWN.to_string() }
}

/// An area, which no prefix fits: mm², or µm² where that would be all zeros.
pub(super) fn area(mm2: f64) -> String {
    let (value, unit) = if mm2 != 0.0 && mm2.abs() < 0.001 { (mm2 * 1e6, "µm²") } else { (mm2, "mm²") };
    if !value.is_finite() {
        return UNKNOWN.to_string();
    }
    let decimals = match value.abs() {
        small if small < 1.0 => 4,
        small if small < 10.0 => 3,
        medium if medium < 100.0 => 2,
        _ => 1,
    };
    let number = format!("{value:.decimals$}");
    format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'))
}

/// A part of a whole as a percentage; what is there but rounds to nothing is not shown as nothing.
pub(super) fn percent(part: f64, whole: f64) -> String {
    let share = 100.0 * part / whole;
    match share {
        share if !share.is_finite() => UNKNOWN.to_string(),
        0.0 => "0 %".to_string(),
        share if share.abs() < 0.05 => "<0.1 %".to_string(),
        share => format!("{share:.1} %"),
    }
}

/// An integer with its thousands apart: `-1,234,567`.
pub(super) fn grouped(value: impl std::fmt::Display) -> String {
    let plain = value.to_string();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let mut text = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count or a cycle in few characters: exact below ten million, then with a prefix.
pub(super) fn count(value: f64) -> String {
    count_below(value, SHORT)
}

/// Counts below this have every digit in a narrow column.
pub(super) const SHORT: f64 = 1e7;
/// Counts below this have every digit where there is room.
pub(super) const LONG: f64 = 1e13;

/// A count or a cycle: exact below a limit, then with a prefix.
pub(super) fn count_below(value: f64, limit: f64) -> String {
    if value.fract() == 0.0 && value.abs() < limit { grouped(value as i64) } else { si(value, "") }
}

/// `1 cycle`, `2 cycles`: a count with its noun.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A bar of `width` characters for a part of a whole, in eighths of a character. A part is never invisible.
pub(super) fn bar(part: f64, whole: f64, width: usize) -> String {
    let share = part / whole;
    if !share.is_finite() || share <= 0.0 {
        return String::new();
    }
    let eighths = ((share.min(1.0) * width as f64 * 8.0).round() as usize).max(1);
    let mut text = "█".repeat(eighths / 8);
    if let Some(end) = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"].get(eighths % 8) {
        text.push_str(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_has_a_prefix_and_four_digits() {
        assert_eq!(si(12.3456e-3, "J"), "12.35 mJ");
        assert_eq!(si(1234.56, "W"), "1.235 kW");
        assert_eq!(si(999.96, "W"), "1.000 kW");
        assert_eq!(si(-83e-9, "s"), "-83 ns");
        assert_eq!(si3(123.456e-6, "J"), "123 µJ");
    }

    #[test]
    fn strange_quantities_are_still_readable() {
        assert_eq!(si(0.0, "J"), "0 J");
        assert_eq!(si(f64::NAN, "J"), UNKNOWN);
    }

    #[test]
    fn a_percentage_never_hides_what_is_there() {
        assert_eq!(percent(0.0, 1.0), "0 %");
        assert_eq!(percent(1e-9, 1.0), "<0.1 %");
        assert_eq!(percent(1.0, 3.0), "33.3 %");
        assert_eq!(percent(1.0, 0.0), UNKNOWN);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(grouped(u128::MAX), "340,282,366,920,938,463,463,374,607,431,768,211,455");
        assert_eq!(grouped(123), "123");
        assert_eq!(count(12_345_678.0), "12.35 M");
    }

    #[test]
    fn an_area_is_in_square_millimetres_or_micrometres() {
        assert_eq!(area(331.0), "331 mm²");
        assert_eq!(area(12.25), "12.25 mm²");
        assert_eq!(area(0.000_25), "250 µm²");
    }

    #[test]
    fn a_bar_has_eighths_and_an_end() {
        assert_eq!(bar(0.5, 1.0, 4), "██");
        assert_eq!(bar(1e-9, 1.0, 4), "▏");
        assert_eq!(bar(7.0, 1.0, 4), "████");
        assert_eq!(bar(1.0, 0.0, 4), "");
    }
}
