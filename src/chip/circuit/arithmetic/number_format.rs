//! Number formats of operands and accumulators.

use std::fmt;
use std::str::FromStr;

use super::error::ArithmeticError;
use crate::chip::nearest::nearest;

/// A format of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberFormat {
    /// Two's complement of so many bits: `int8`.
    Integer {
        /// Width in bits.
        bits: u32,
    },
    /// One of the named floating-point formats.
    Floating(FloatingFormat),
}

/// Floating-point formats, with a sign bit, and a hidden bit in front of the mantissa.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FloatingFormat {
    /// 8 bits, 4 of them exponent, without infinities (OCP 8-bit Floating Point Specification 1.0).
    Fp8E4m3,
    /// 8 bits, 5 of them exponent (OCP 8-bit Floating Point Specification 1.0).
    Fp8E5m2,
    /// IEEE 754 binary16: 5 bits of exponent, 10 of mantissa.
    Fp16,
    /// The upper half of [`FloatingFormat::Fp32`]: 8 bits of exponent, 7 of mantissa.
    Bf16,
    /// IEEE 754 binary32: 8 bits of exponent, 23 of mantissa.
    Fp32,
}

impl FloatingFormat {
    /// All of them, narrow ones first.
    pub const ALL: [FloatingFormat; 5] = [
        FloatingFormat::Fp8E4m3,
        FloatingFormat::Fp8E5m2,
        FloatingFormat::Fp16,
        FloatingFormat::Bf16,
        FloatingFormat::Fp32,
    ];

    /// As it is written: `fp8_e4m3`, `bf16`.
    pub fn name(self) -> &'static str {
        match self {
            FloatingFormat::Fp8E4m3 => "fp8_e4m3",
            FloatingFormat::Fp8E5m2 => "fp8_e5m2",
            FloatingFormat::Fp16 => "fp16",
            FloatingFormat::Bf16 => "bf16",
            FloatingFormat::Fp32 => "fp32",
        }
    }

    fn bits(self) -> u32 {
        match self {
            FloatingFormat::Fp8E4m3 | FloatingFormat::Fp8E5m2 => 8,
            FloatingFormat::Fp16 | FloatingFormat::Bf16 => 16,
            FloatingFormat::Fp32 => 32,
        }
    }
}

impl NumberFormat {
    /// `int4`.
    pub const INT4: NumberFormat = NumberFormat::Integer { bits: 4 };
    /// `int8`.
    pub const INT8: NumberFormat = NumberFormat::Integer { bits: 8 };
    /// `int16`.
    pub const INT16: NumberFormat = NumberFormat::Integer { bits: 16 };
    /// `int32`.
    pub const INT32: NumberFormat = NumberFormat::Integer { bits: 32 };
    /// `fp8_e4m3`.
    pub const FP8_E4M3: NumberFormat = NumberFormat::Floating(FloatingFormat::Fp8E4m3);
    /// `fp8_e5m2`.
    pub const FP8_E5M2: NumberFormat = NumberFormat::Floating(FloatingFormat::Fp8E5m2);
    /// `fp16`.
    pub const FP16: NumberFormat = NumberFormat::Floating(FloatingFormat::Fp16);
    /// `bf16`.
    pub const BF16: NumberFormat = NumberFormat::Floating(FloatingFormat::Bf16);
    /// `fp32`.
    pub const FP32: NumberFormat = NumberFormat::Floating(FloatingFormat::Fp32);

    /// Width of a word in bits.
    pub fn bits(self) -> u32 {
        match self {
            NumberFormat::Integer { bits } => bits,
            NumberFormat::Floating(format) => format.bits(),
        }
    }
}

impl fmt::Display for NumberFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NumberFormat::Integer { bits } => write!(f, "int{bits}"),
            NumberFormat::Floating(format) => f.write_str(format.name()),
        }
    }
}

impl FromStr for NumberFormat {
    type Err = ArithmeticError;

    /// From `int8`, `fp16`, `bf16`, `fp8_e4m3` (also `fp8-e4m3`, `e4m3`), in any case.
    fn from_str(text: &str) -> Result<NumberFormat, ArithmeticError> {
        let name = text.trim().to_lowercase().replace('-', "_");
        let floating = FloatingFormat::ALL.into_iter().find(|format| {
            let full = format.name();
            full == name || full.strip_prefix("fp8_") == Some(name.as_str())
        });
        if let Some(format) = floating {
            return Ok(NumberFormat::Floating(format));
        }
        match name.strip_prefix("int").map(str::parse) {
            Some(Ok(bits)) if bits > 0 => Ok(NumberFormat::Integer { bits }),
            _ => Err(unknown(text, &name)),
        }
    }
}

fn unknown(text: &str, name: &str) -> ArithmeticError {
    let known = || {
        ["int4", "int8", "int16", "int32"].into_iter().chain(FloatingFormat::ALL.map(FloatingFormat::name))
    };
    let longer: Vec<&str> = known().filter(|full| !name.is_empty() && full.starts_with(name)).collect();
    let meant = if longer.is_empty() { nearest(name, known()).into_iter().collect() } else { longer };
    ArithmeticError::Format {
        text: text.to_owned(),
        meant: (!meant.is_empty()).then(|| meant.join(" or ")),
        known: known().collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_format_reads_back_as_it_prints() {
        let floats = FloatingFormat::ALL.map(NumberFormat::Floating);
        let integers = [1, 4, 13, 32].map(|bits| NumberFormat::Integer { bits });
        for format in floats.into_iter().chain(integers) {
            assert_eq!(format.to_string().parse::<NumberFormat>().unwrap(), format);
        }
        assert_eq!("FP8-E4M3".parse::<NumberFormat>().unwrap(), NumberFormat::FP8_E4M3);
        assert_eq!("e5m2".parse::<NumberFormat>().unwrap(), NumberFormat::FP8_E5M2);
    }

    #[test]
    fn an_unknown_format_is_told_what_was_likely_meant() {
        let message = |text: &str| text.parse::<NumberFormat>().unwrap_err().to_string();
        assert!(message("bf61").contains("did you mean bf16"), "{}", message("bf61"));
        assert!(message("fp8").contains("did you mean fp8_e4m3 or fp8_e5m2"), "{}", message("fp8"));
        assert!(message("posit").contains("int16") && !message("posit").contains("did you mean"));
        assert!(message("int0").contains("int0"));
        assert!(message("").contains("bf16"));
    }
}
