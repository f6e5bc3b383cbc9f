//! Values of a chip file that are written as text with a unit or as a name.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::chip::circuit::arithmetic::NumberFormat;
use crate::chip::circuit::off_chip::BitsPerSecond;
use crate::units::{Bytes, Celsius, Hertz, Micrometres, Quantity, Seconds, SquareMillimetres, Volts, Watts};

/// A value that is written as text: `"700 MHz"`, `"24 MiB"`, `"bf16"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Written<T>(pub T);

/// A kind of value with what to say of it in a schema.
pub trait Spoken: FromStr<Err: fmt::Display> {
    /// The type's name in the schema.
    const NAME: &'static str;
    /// One sentence about how it is written.
    const HOW: &'static str;
    /// Examples that can be read.
    const EXAMPLES: &'static [&'static str];
}

impl<'de, T: Spoken> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Written<T>, D::Error> {
        let text = Cow::<str>::deserialize(deserializer).map_err(|error| {
            serde::de::Error::custom(format!("{error}; {}: {:?}", T::HOW, T::EXAMPLES[0]))
        })?;
        text.parse().map(Written).map_err(serde::de::Error::custom)
    }
}

impl<T: Spoken> JsonSchema for Written<T> {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": T::HOW, "examples": T::EXAMPLES })
    }
}

macro_rules! spoken {
    ($($type:ty, $name:literal, $how:literal, $examples:expr;)*) => {$(
        impl Spoken for $type {
            const NAME: &'static str = $name;
            const HOW: &'static str = $how;
            const EXAMPLES: &'static [&'static str] = &$examples;
        }
    )*};
}
spoken! {
    Hertz, "frequency", "a frequency with its unit: Hz, kHz, MHz, GHz", ["700 MHz"];
    Seconds, "time", "a time with its unit: ps, ns, us, ms, s", ["2 ns"];
    Volts, "voltage", "a voltage with its unit: V, mV", ["0.86 V"];
    Celsius, "temperature", "a temperature with its unit: C", ["85 C"];
    Watts, "power", "a power with its unit: W, mW", ["75 W"];
    SquareMillimetres, "area", "an area with its unit: mm2, um2", ["331 mm2"];
    Micrometres, "length", "a length with its unit: nm, um, mm", ["28 nm"];
    Bytes, "size", "a size with its unit: B, KiB, MiB, GiB, kB, MB, GB, bit, Kibit, Mibit", ["24 MiB"];
    NumberFormat, "number_format", "a format of numbers: int8 or another width, fp8_e4m3, fp8_e5m2, fp16, bf16, fp32", ["int8", "bf16"];
    Bandwidth, "bandwidth", "a rate of data with its unit: GB/s, MB/s (bytes), Gb/s, Mb/s (bits)", ["700 GB/s", "496 Gb/s"];
}

/// A rate of data, in bytes or bits a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bandwidth(pub BitsPerSecond);

impl Bandwidth {
    /// In bytes a second.
    pub fn bytes_per_second(self) -> f64 {
        self.0.0 / 8.0
    }
}

/// Units of a rate in bits a second.
const BANDWIDTHS: [(&str, f64); 8] = [
    ("B/s", 8.0),
    ("MB/s", 8e6),
    ("GB/s", 8e9),
    ("TB/s", 8e12),
    ("b/s", 1.0),
    ("Mb/s", 1e6),
    ("Gb/s", 1e9),
    ("Tb/s", 1e12),
];

impl FromStr for Bandwidth {
    type Err = String;
    fn from_str(text: &str) -> Result<Bandwidth, String> {
        let text = text.trim();
        let end = text.find(|c: char| c.is_ascii_alphabetic() && c != 'e').unwrap_or(text.len());
        let (number, unit) = (text[..end].trim(), &text[end..]);
        let value = number.parse::<f64>().ok().filter(|value| value.is_finite() && *value > 0.0);
        let factor = BANDWIDTHS.iter().find(|(symbol, _)| *symbol == unit).map(|(_, factor)| *factor);
        match (value, factor) {
            (Some(value), Some(factor)) => Ok(Bandwidth(BitsPerSecond(value * factor))),
            _ => {
                let units = BANDWIDTHS.map(|(symbol, _)| symbol).join(", ");
                Err(format!("{text:?} is not a rate above zero with a unit ({units}; B: bytes, b: bits)"))
            }
        }
    }
}

impl<Q: Quantity> Written<Q> {
    /// The quantity in its basic unit.
    pub fn value(&self) -> f64 {
        self.0.value()
    }
}
