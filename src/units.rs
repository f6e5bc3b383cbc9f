//! Physical quantities as types, and the only place that prints SI prefixes and parses a number with a unit.
//!
//! Each type holds an `f64` in the unit that its name says. Arithmetic exists where it has a meaning:
//! [`Watts`] × [`Seconds`] = [`Joules`], and no other way round.

mod prefix;
mod size;
mod temperature;

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use prefix::{prefix_of, with_prefix};
pub use size::{Bytes, SizeError};
pub use temperature::parse_temperature;

/// A number whose unit is known from its type.
pub trait Quantity: Copy {
    /// What is measured: `energy`.
    const DIMENSION: &'static str;
    /// Units that are understood, each with its power of ten over the type's own unit, which comes first.
    const UNITS: &'static [(&'static str, i32)];

    /// From a value in the type's own unit.
    fn new(value: f64) -> Self;

    /// The value in the type's own unit.
    fn value(self) -> f64;

    /// From a value in one of [`Quantity::UNITS`]; `µ` may be written `u`.
    ///
    /// # Errors
    /// [`UnitError::Unit`] for a unit of another dimension.
    fn with_unit(value: f64, unit: &str) -> Result<Self, UnitError> {
        let spelt = unit.trim().replace(['µ', 'μ'], "u").replace('²', "2");
        let found = Self::UNITS.iter().find(|(symbol, _)| *symbol == spelt);
        let (_, power) = found.ok_or_else(|| UnitError::Unit {
            unit: unit.to_owned(),
            dimension: Self::DIMENSION,
            units: unit_list(Self::UNITS),
        })?;
        Ok(Self::new(shift(value, *power)))
    }

    /// From a number with a unit: `0.92 pJ`, `700MHz`.
    ///
    /// # Errors
    /// [`UnitError`] says what was found and which units would do.
    fn parse(text: &str) -> Result<Self, UnitError> {
        let (number, unit) = split_number(text.trim());
        match number.parse::<f64>() {
            Ok(value) if value.is_finite() => Self::with_unit(value, unit),
            _ => Err(UnitError::Number {
                text: text.to_owned(),
                dimension: Self::DIMENSION,
                units: unit_list(Self::UNITS),
            }),
        }
    }
}

/// Why a text is not the quantity that was wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// The unit is unknown or of another dimension.
    #[error("the unit {unit:?} does not measure {dimension}; units that do: {units}")]
    Unit {
        /// What was found.
        unit: String,
        /// What was wanted.
        dimension: &'static str,
        /// Units that would do.
        units: String,
    },
    /// There is no finite number in front of the unit.
    #[error("{text:?} is not a number with a unit of {dimension} ({units})")]
    Number {
        /// What was found.
        text: String,
        /// What was wanted.
        dimension: &'static str,
        /// Units that would do.
        units: String,
    },
}

fn unit_list(units: &[(&str, i32)]) -> String {
    units.iter().map(|(symbol, _)| *symbol).collect::<Vec<_>>().join(", ")
}

/// Moves the decimal point of the number as it is written, so that 0.92 p is exactly what 0.92e-12 is.
fn shift(value: f64, power: i32) -> f64 {
    let text = format!("{value:e}");
    let moved = text.split_once('e').and_then(|(digits, exponent)| {
        let exponent = exponent.parse::<i32>().ok()? + power;
        format!("{digits}e{exponent}").parse().ok()
    });
    // Infinity and NaN have no exponent to move.
    moved.unwrap_or(value)
}

/// Splits `1e-6s` into `1e-6` and `s`.
fn split_number(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let is_exponent = |at: usize| {
        matches!(bytes[at], b'e' | b'E')
            && bytes.get(at + 1).is_some_and(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-'))
    };
    let is_number =
        |at: usize| bytes[at].is_ascii_digit() || matches!(bytes[at], b'+' | b'-' | b'.') || is_exponent(at);
    let end = (0..bytes.len()).find(|&at| !is_number(at)).unwrap_or(bytes.len());
    // A byte that is part of a number is ASCII, so `end` is a character boundary.
    (&text[..end], text[end..].trim())
}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $dimension:literal, $units:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl Quantity for $name {
            const DIMENSION: &'static str = $dimension;
            const UNITS: &'static [(&'static str, i32)] = $units;
            fn new(value: f64) -> Self {
                $name(value)
            }
            fn value(self) -> f64 {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = UnitError;
            fn from_str(text: &str) -> Result<Self, UnitError> {
                Self::parse(text)
            }
        }

        impl Add for $name {
            type Output = $name;
            fn add(self, other: $name) -> $name {
                $name(self.0 + other.0)
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: $name) {
                self.0 += other.0;
            }
        }

        impl Sub for $name {
            type Output = $name;
            fn sub(self, other: $name) -> $name {
                $name(self.0 - other.0)
            }
        }

        impl Mul<f64> for $name {
            type Output = $name;
            fn mul(self, factor: f64) -> $name {
                $name(self.0 * factor)
            }
        }

        impl Div<f64> for $name {
            type Output = $name;
            fn div(self, divisor: f64) -> $name {
                $name(self.0 / divisor)
            }
        }

        impl Div for $name {
            type Output = f64;
            fn div(self, divisor: $name) -> f64 {
                self.0 / divisor.0
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = $name>>(values: I) -> $name {
                // Not f64's own sum, which starts at -0.0 and prints so for an empty list.
                values.fold($name(0.0), |sum, value| sum + value)
            }
        }
    };
}

quantity!(
    /// An energy in joules.
    Joules, "energy",
    &[("J", 0), ("aJ", -18), ("fJ", -15), ("pJ", -12), ("nJ", -9), ("uJ", -6), ("mJ", -3), ("kJ", 3)]
);
quantity!(
    /// A power in watts.
    Watts, "power",
    &[("W", 0), ("pW", -12), ("nW", -9), ("uW", -6), ("mW", -3), ("kW", 3), ("MW", 6)]
);
quantity!(
    /// A length of time in seconds.
    Seconds, "time", &[("s", 0), ("fs", -15), ("ps", -12), ("ns", -9), ("us", -6), ("ms", -3)]
);
quantity!(
    /// A frequency in hertz.
    Hertz, "frequency", &[("Hz", 0), ("kHz", 3), ("MHz", 6), ("GHz", 9)]
);
quantity!(
    /// An area in square millimetres.
    SquareMillimetres, "area", &[("mm2", 0), ("nm2", -12), ("um2", -6), ("cm2", 2), ("m2", 6)]
);
quantity!(
    /// An area in square micrometres.
    SquareMicrometres, "area", &[("um2", 0), ("nm2", -6), ("mm2", 6)]
);
quantity!(
    /// A length in micrometres.
    Micrometres, "length", &[("um", 0), ("nm", -3), ("mm", 3), ("cm", 4), ("m", 6)]
);
quantity!(
    /// An absolute temperature in kelvins.
    Kelvin, "temperature", &[("K", 0)]
);
quantity!(
    /// A voltage in volts.
    Volts, "voltage", &[("V", 0), ("uV", -6), ("mV", -3)]
);
quantity!(
    /// A temperature in degrees Celsius.
    Celsius, "temperature", &[("C", 0), ("°C", 0)]
);
quantity!(
    /// A part of a whole: 1 is all of it.
    Ratio, "a ratio", &[("1", 0), ("%", -2)]
);
quantity!(
    /// Actions in one cycle of the chip's clock.
    PerCycle, "actions a cycle", &[("1/cycle", 0), ("per cycle", 0)]
);

impl Mul<Seconds> for Watts {
    type Output = Joules;
    fn mul(self, time: Seconds) -> Joules {
        Joules(self.0 * time.0)
    }
}

impl Mul<Hertz> for Joules {
    type Output = Watts;
    fn mul(self, rate: Hertz) -> Watts {
        Watts(self.0 * rate.0)
    }
}

impl Div<Seconds> for Joules {
    type Output = Watts;
    fn div(self, time: Seconds) -> Watts {
        Watts(self.0 / time.0)
    }
}

impl Div<Hertz> for Watts {
    type Output = Joules;
    fn div(self, rate: Hertz) -> Joules {
        Joules(self.0 / rate.0)
    }
}

impl From<SquareMicrometres> for SquareMillimetres {
    fn from(area: SquareMicrometres) -> SquareMillimetres {
        SquareMillimetres(area.0 * 1e-6)
    }
}

impl Mul for Micrometres {
    type Output = SquareMicrometres;
    fn mul(self, other: Micrometres) -> SquareMicrometres {
        SquareMicrometres(self.0 * other.0)
    }
}

/// 0 °C in kelvins.
const ICE_POINT: f64 = 273.15;

impl From<Celsius> for Kelvin {
    fn from(temperature: Celsius) -> Kelvin {
        Kelvin(temperature.0 + ICE_POINT)
    }
}

impl From<Kelvin> for Celsius {
    fn from(temperature: Kelvin) -> Celsius {
        Celsius(temperature.0 - ICE_POINT)
    }
}

impl Hertz {
    /// The time that a number of cycles takes.
    pub fn time_of(self, cycles: f64) -> Seconds {
        Seconds(cycles / self.0)
    }
}

/// Areas have no prefix: three significant digits or none after the point.
fn write_area(f: &mut fmt::Formatter<'_>, square_millimetres: f64) -> fmt::Result {
    let decimals = match square_millimetres.abs() {
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    write!(f, "{square_millimetres:.decimals$} mm²")
}

macro_rules! si_display {
    ($($name:ident $symbol:literal),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&with_prefix(self.0, $symbol, 3))
            }
        }
    )*};
}
si_display!(Joules "J", Watts "W", Seconds "s", Hertz "Hz", Volts "V");

impl fmt::Display for SquareMillimetres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_area(f, self.0)
    }
}

impl fmt::Display for Celsius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} °C", self.0)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} %", self.0 * 100.0)
    }
}

impl fmt::Display for PerCycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} a cycle", self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_number_with_a_unit_is_read_as_exactly_as_one_without() {
        assert_eq!("0.92 pJ".parse(), Ok(Joules(0.92e-12)));
        assert_eq!("75 W".parse(), Ok(Watts(75.0)));
        assert_eq!("700MHz".parse(), Ok(Hertz(700e6)));
        assert_eq!("331 mm²".parse(), Ok(SquareMillimetres(331.0)));
        assert_eq!("1us".parse(), Ok(Seconds(1e-6)));
        assert_eq!("2.5e-3 µs".parse(), Ok(Seconds(2.5e-9)));
        assert_eq!("25 %".parse(), Ok(Ratio(0.25)));
    }

    #[test]
    fn a_wrong_unit_is_told_which_units_would_do() {
        let error = "3 W".parse::<Joules>().unwrap_err().to_string();
        assert!(error.contains("\"W\" does not measure energy") && error.contains("pJ"), "{error}");
        assert!("three pJ".parse::<Joules>().is_err());
        assert!("NaN J".parse::<Joules>().is_err());
        assert!("1e999 J".parse::<Joules>().is_err());
        assert!("".parse::<Seconds>().is_err());
        assert!("µ".parse::<Seconds>().is_err());
        assert!("12".parse::<Seconds>().is_err());
    }

    #[test]
    fn quantities_print_three_digits_and_a_prefix() {
        assert_eq!(Joules(12.34e-6).to_string(), "12.3 µJ");
        assert_eq!(Watts(74.96).to_string(), "75.0 W");
        assert_eq!(Watts(0.9996).to_string(), "1.00 W");
        assert_eq!(Watts(-0.25).to_string(), "-250 mW");
        assert_eq!(Hertz(7e8).to_string(), "700 MHz");
        assert_eq!(Joules(0.0).to_string(), "0 J");
        assert_eq!(SquareMillimetres(12.25).to_string(), "12.2 mm²");
    }

    #[test]
    fn power_times_time_is_energy() {
        assert_eq!(Watts(2.0) * Seconds(3.0), Joules(6.0));
        assert_eq!(Joules(6.0) / Seconds(3.0), Watts(2.0));
        assert_eq!(Joules(2.0) * Hertz(5.0), Watts(10.0));
        assert_eq!(Watts(10.0) / Hertz(5.0), Joules(2.0));
    }
}
