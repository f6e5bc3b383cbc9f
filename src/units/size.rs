//! Sizes in bytes: `48KiB`, `24B`, `192bit`.

use std::fmt;
use std::str::FromStr;

use super::split_number;

/// A whole number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// Units that are understood, in bits.
const UNITS: [(&str, f64); 12] = [
    ("B", 8.0),
    ("kB", 8e3),
    ("KiB", 8.0 * KIBI),
    ("MB", 8e6),
    ("MiB", 8.0 * KIBI * KIBI),
    ("GB", 8e9),
    ("GiB", 8.0 * KIBI * KIBI * KIBI),
    ("bit", 1.0),
    ("kbit", 1e3),
    ("Kibit", KIBI),
    ("Mbit", 1e6),
    ("Mibit", KIBI * KIBI),
];

const KIBI: f64 = 1024.0;

/// Whole numbers of bits up to this are exact in an `f64`.
const MOST_BITS: f64 = 9_007_199_254_740_992.0;

/// Why a text is not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// There is no positive number in front of the unit.
    #[error("{text:?} is not a size: a number above zero with a unit, such as 48KiB, 24B or 192bit")]
    Number {
        /// What was found.
        text: String,
    },
    /// The unit is unknown.
    #[error("the unit {unit:?} does not measure a size; units that do: {}", units())]
    Unit {
        /// What was found.
        unit: String,
    },
    /// A unit that some read as a power of ten and others as a power of two, or as bits.
    #[error("the unit {unit:?} is read in two ways: write {one} or {other}")]
    Ambiguous {
        /// What was found.
        unit: String,
        /// One way to read it.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// Not a whole number of bytes.
    #[error("{text} is no whole number of bytes; the nearest are {below} and {above}")]
    Fraction {
        /// What was found.
        text: String,
        /// The size below.
        below: Bytes,
        /// The size above.
        above: Bytes,
    },
    /// More than can be counted.
    #[error("{text} is more than the largest size, 1 PiB")]
    TooLarge {
        /// What was found.
        text: String,
    },
}

fn units() -> String {
    UNITS.map(|(unit, _)| unit).join(", ")
}

/// The two readings of a unit that people write for both.
fn readings(unit: &str) -> Option<(&'static str, &'static str)> {
    match unit {
        "KB" | "K" | "k" => Some(("kB (1,000 bytes)", "KiB (1,024 bytes)")),
        "M" | "mb" => Some(("MB (1,000,000 bytes)", "MiB (1,048,576 bytes)")),
        "G" => Some(("GB (10⁹ bytes)", "GiB (2³⁰ bytes)")),
        "b" => Some(("bit", "B (bytes)")),
        _ => None,
    }
}

impl FromStr for Bytes {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Bytes, SizeError> {
        let (number, unit) = split_number(text.trim());
        let value = number.parse::<f64>().ok().filter(|value| value.is_finite() && *value > 0.0);
        let value = value.ok_or_else(|| SizeError::Number { text: text.to_owned() })?;
        if let Some((one, other)) = readings(unit) {
            return Err(SizeError::Ambiguous { unit: unit.to_owned(), one, other });
        }
        let bits_in_unit = match UNITS.iter().find(|(symbol, _)| *symbol == unit) {
            Some((_, bits)) => bits,
            // `bits` is what people say of several.
            None if unit == "bits" => &1.0,
            None => return Err(SizeError::Unit { unit: unit.to_owned() }),
        };
        let bits = value * bits_in_unit;
        if bits > MOST_BITS {
            return Err(SizeError::TooLarge { text: text.to_owned() });
        }
        let bytes = bits / 8.0;
        if bytes.fract() != 0.0 {
            let (below, above) = (Bytes((bytes.floor() as u64).max(1)), Bytes(bytes.ceil() as u64));
            return Err(SizeError::Fraction { text: text.to_owned(), below, above });
        }
        Ok(Bytes(bytes as u64))
    }
}

impl fmt::Display for Bytes {
    /// Exactly, in the largest binary unit of which it is a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
        let whole = units.into_iter().find(|(_, power)| self.0 > 0 && self.0.trailing_zeros() >= *power);
        match whole {
            Some((unit, power)) => write!(f, "{} {unit}", self.0 >> power),
            None => write!(f, "{} B", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn message(text: &str) -> String {
        text.parse::<Bytes>().unwrap_err().to_string()
    }

    #[test]
    fn a_size_is_read_in_powers_of_ten_and_of_two_and_in_bits() {
        for (text, bytes) in [
            ("24B", 24),
            ("48 KiB", 49_152),
            ("1.5KiB", 1_536),
            ("64kB", 64_000),
            ("2MiB", 2 << 20),
            ("1GiB", 1 << 30),
            ("192bit", 24),
            ("192 bits", 24),
            ("0.001 MB", 1_000),
        ] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
    }

    #[test]
    fn a_size_that_is_no_whole_number_of_bytes_is_told_the_nearest() {
        assert_eq!(message("20bit"), "20bit is no whole number of bytes; the nearest are 2 B and 3 B");
        assert_eq!(message("3bit"), "3bit is no whole number of bytes; the nearest are 1 B and 1 B");
    }

    #[test]
    fn units_that_mean_two_things_are_not_guessed() {
        assert!(message("48KB").contains("write kB (1,000 bytes) or KiB (1,024 bytes)"));
        assert!(message("24b").contains("write bit or B"));
        assert!(message("24").contains("units that do: B, kB, KiB"));
        assert!(message("24W").contains("\"W\" does not measure a size"));
        assert!(message("2PiB").contains("PiB"));
        assert!(message("9e9GiB").contains("more than the largest size"));
        for text in ["", "KiB", "-1KiB", "0B", "NaN B", "1e999B"] {
            assert!(message(text).contains("is not a size"), "{text}");
        }
    }

    #[test]
    fn a_size_prints_exactly() {
        assert_eq!(Bytes(49_152).to_string(), "48 KiB");
        assert_eq!(Bytes(24).to_string(), "24 B");
        assert_eq!(Bytes(100_000).to_string(), "100000 B");
        assert_eq!(Bytes(3 << 20).to_string(), "3 MiB");
        assert_eq!(Bytes(0).to_string(), "0 B");
    }
}
