//! What a unit does.

use std::fmt;

use super::number_format::NumberFormat;

/// An operation of an arithmetic unit, once a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Sum of two numbers of one format. Integers give a carry besides.
    Add {
        /// Format of both operands.
        format: NumberFormat,
    },
    /// Product. Integers give all bits of it, floating-point numbers a rounded product of their own format.
    Multiply {
        /// Format of one operand.
        left: NumberFormat,
        /// Format of the other.
        right: NumberFormat,
    },
    /// Product added to an accumulator, rounded once. An integer accumulator with fewer bits than the product takes the
    /// upper bits of it.
    MultiplyAccumulate {
        /// Format of one operand.
        left: NumberFormat,
        /// Format of the other.
        right: NumberFormat,
        /// Format of the accumulator and of the result.
        accumulator: NumberFormat,
    },
}

impl Operation {
    /// The sum of two numbers of a format.
    pub fn add(format: NumberFormat) -> Operation {
        Operation::Add { format }
    }

    /// The product of two numbers of a format.
    pub fn multiply(format: NumberFormat) -> Operation {
        Operation::Multiply { left: format, right: format }
    }

    /// The product of two numbers of a format, added to an accumulator.
    pub fn multiply_accumulate(format: NumberFormat, accumulator: NumberFormat) -> Operation {
        Operation::MultiplyAccumulate { left: format, right: format, accumulator }
    }

    /// Bits of all operands.
    pub fn input_bits(self) -> u32 {
        match self {
            Operation::Add { format } => 2 * format.bits(),
            Operation::Multiply { left, right } => left.bits() + right.bits(),
            Operation::MultiplyAccumulate { left, right, accumulator } => {
                left.bits() + right.bits() + accumulator.bits()
            }
        }
    }

    /// Bits of the result.
    pub fn output_bits(self) -> u32 {
        match self {
            Operation::Add { format: NumberFormat::Integer { bits } } => bits + 1,
            Operation::Add { format } => format.bits(),
            Operation::Multiply {
                left: NumberFormat::Integer { bits: left },
                right: NumberFormat::Integer { bits: right },
            } => left + right,
            Operation::Multiply { left, .. } => left.bits(),
            Operation::MultiplyAccumulate { accumulator, .. } => accumulator.bits(),
        }
    }

    /// The name of the circuit in the measured data.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Operation::Add { .. } => "add",
            Operation::Multiply { .. } => "multiply",
            Operation::MultiplyAccumulate { .. } => "multiply_accumulate",
        }
    }

    /// The operation with the wider operand first: a product does not care.
    pub(super) fn wider_first(self) -> Operation {
        let wider_first = |left: NumberFormat, right: NumberFormat| {
            if left.bits() >= right.bits() { (left, right) } else { (right, left) }
        };
        match self {
            Operation::Add { .. } => self,
            Operation::Multiply { left, right } => {
                let (left, right) = wider_first(left, right);
                Operation::Multiply { left, right }
            }
            Operation::MultiplyAccumulate { left, right, accumulator } => {
                let (left, right) = wider_first(left, right);
                Operation::MultiplyAccumulate { left, right, accumulator }
            }
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operation::Add { format } => write!(f, "{format} add"),
            Operation::Multiply { left, right } if left == right => write!(f, "{left} multiply"),
            Operation::Multiply { left, right } => write!(f, "{left} x {right} multiply"),
            Operation::MultiplyAccumulate { left, right, accumulator } if left == right => {
                write!(f, "{left} multiply-accumulate into {accumulator}")
            }
            Operation::MultiplyAccumulate { left, right, accumulator } => {
                write!(f, "{left} x {right} multiply-accumulate into {accumulator}")
            }
        }
    }
}
