//! From an operation to its curve: measured where it was synthesised, fitted for other integer widths.

use super::activity::ActivityFactors;
use super::curve::{Curve, Point};
use super::data::{Data, EFFORTS, data};
use super::error::ArithmeticError;
use super::number_format::{FloatingFormat, NumberFormat};
use super::operation::Operation;

/// Widths of adders that were synthesised.
const ADDER_WIDTHS: (u32, u32) = (4, 64);
/// Widths of a multiplier's operands that were synthesised.
const OPERAND_WIDTHS: (u32, u32) = (4, 32);
/// Widths of accumulators that were synthesised.
const ACCUMULATOR_WIDTHS: (u32, u32) = (16, 80);

/// The curve of an operation, and how other operands than random ones change its energy.
pub(super) fn curve_of(operation: Operation) -> Result<(Curve, ActivityFactors), ArithmeticError> {
    let data = data()?;
    let ordered = operation.wider_first();
    if let Some((curve, factors)) = data.measured.get(&ordered) {
        return Ok((curve.clone(), *factors));
    }
    let widths = integer_widths(ordered)?;
    let fit = data.fits.get(ordered.kind());
    let fit = fit.ok_or_else(|| ArithmeticError::Data(format!("no fit of {}", ordered.kind())))?;
    let mut points = fit.points(ordered, widths)?;
    keep_between_measured(data, ordered.kind(), widths, &mut points);
    let curve = Curve::new(points).ok_or_else(|| ArithmeticError::Data(format!("no fit of {ordered}")))?;
    Ok((curve, nearest_factors(data, ordered)?))
}

/// Keeps a fit above the measured circuits that it contains and below those that contain it, effort by effort.
fn keep_between_measured(data: &Data, kind: &str, widths: [u32; 3], points: &mut [Point]) {
    let alike = |other: &Operation| other.kind() == kind;
    for (other, (curve, _)) in data.measured.iter().filter(|(other, _)| alike(other)) {
        let Ok(measured) = integer_widths(*other) else { continue };
        let contains = |a: [u32; 3], b: [u32; 3]| a.iter().zip(b).all(|(&a, b)| a >= b);
        for (effort, point) in points.iter_mut().enumerate() {
            let Some(bound) = curve.at_effort(effort as f64 / (EFFORTS - 1) as f64) else { continue };
            if contains(widths, measured) {
                point.raise_to(&bound);
            } else if contains(measured, widths) {
                point.lower_to(&bound);
            }
        }
    }
}

/// Widths of operands and result, all integers and all within what was synthesised.
fn integer_widths(operation: Operation) -> Result<[u32; 3], ArithmeticError> {
    use NumberFormat::Integer;
    let within = |bits: u32, (least, most): (u32, u32)| {
        let nearest = bits.clamp(least, most);
        if nearest == bits {
            return Ok(bits);
        }
        Err(ArithmeticError::Width { operation: operation.to_string(), bits, nearest })
    };
    match operation {
        Operation::Add { format: Integer { bits } } => Ok([within(bits, ADDER_WIDTHS)?; 3]),
        Operation::Multiply { left: Integer { bits: n }, right: Integer { bits: m } } => {
            Ok([within(n, OPERAND_WIDTHS)?, within(m, OPERAND_WIDTHS)?, n + m])
        }
        Operation::MultiplyAccumulate {
            left: Integer { bits: n },
            right: Integer { bits: m },
            accumulator: Integer { bits: w },
        } => {
            let (n, m) = (within(n, OPERAND_WIDTHS)?, within(m, OPERAND_WIDTHS)?);
            if w < n + m {
                let operation = operation.to_string();
                return Err(ArithmeticError::Accumulator { operation, accumulator: w, product: n + m });
            }
            Ok([n, m, within(w, ACCUMULATOR_WIDTHS)?])
        }
        _ => Err(combination(operation)),
    }
}

/// What there is instead of formats that were not synthesised together.
fn combination(operation: Operation) -> ArithmeticError {
    use NumberFormat::{Floating, Integer};
    let operands = match operation {
        Operation::Add { format } => [format; 2],
        Operation::Multiply { left, right } | Operation::MultiplyAccumulate { left, right, .. } => {
            [left, right]
        }
    };
    let nearest = match operands {
        [Floating(left), Floating(right)] if left == right => {
            let accumulators = FloatingFormat::ALL.into_iter().filter(|&accumulator| {
                let known = Operation::multiply_accumulate(Floating(left), Floating(accumulator));
                data().is_ok_and(|data| data.measured.contains_key(&known))
            });
            let names: Vec<&str> = accumulators.map(FloatingFormat::name).collect();
            format!("{} products accumulate in {}", left.name(), names.join(", "))
        }
        [Floating(left), Floating(right)] => {
            let wider = if right.name() == "fp32" { right } else { left };
            format!("both operands have one floating-point format: {}", wider.name())
        }
        [Integer { bits }, Integer { .. }] => {
            format!("integer products accumulate in integers: int{}", (2 * bits).max(32))
        }
        [Floating(format), Integer { .. }] | [Integer { .. }, Floating(format)] => {
            format!(
                "the operands are either integers or floating-point numbers: convert both to {}",
                format.name()
            )
        }
    };
    ArithmeticError::Combination { operation: operation.to_string(), nearest }
}

/// Factors of the measured integer circuit of the same kind whose bits are nearest.
fn nearest_factors(data: &Data, operation: Operation) -> Result<ActivityFactors, ArithmeticError> {
    let is_integer = |other: &Operation| match other {
        Operation::Add { format } => matches!(format, NumberFormat::Integer { .. }),
        Operation::Multiply { left, .. } | Operation::MultiplyAccumulate { left, .. } => {
            matches!(left, NumberFormat::Integer { .. })
        }
    };
    let alike =
        data.measured.iter().filter(|(other, _)| other.kind() == operation.kind() && is_integer(other));
    // Ties go to the fewer bits and then the name, so that the answer does not depend on the map's order.
    let distance = |other: &Operation| {
        (other.input_bits().abs_diff(operation.input_bits()), other.input_bits(), other.to_string())
    };
    let nearest = alike.min_by_key(|(other, _)| distance(other));
    nearest
        .map(|(_, (_, factors))| *factors)
        .ok_or_else(|| ArithmeticError::Data(format!("nothing measured is like {operation}")))
}
