//! From an operation to its curve: measured where it was synthesised, fitted for other integer widths.

use super::activity::ActivityFactors;
use super::curve::{Curve, Point};
use super::data::{Data, data};
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
    let ordered = whole_product(operation.wider_first())?;
    if let Some(measured) = data.measured.get(&ordered) {
        return Ok((measured.curve.clone(), measured.factors));
    }
    let widths = integer_widths(ordered)?;
    let fit = data.fits.get(ordered.kind());
    let fit = fit.ok_or_else(|| ArithmeticError::Data(format!("no fit of {}", ordered.kind())))?;
    let mut points = fit.points(ordered, widths)?;
    keep_between_measured(data, ordered.kind(), widths, &mut points);
    let curve = Curve::new(points).ok_or_else(|| ArithmeticError::Data(format!("no fit of {ordered}")))?;
    Ok((curve, nearest_factors(data, ordered)?))
}

/// The same with an accumulator that holds all of an integer product, of which the upper bits are kept: how a narrower
/// accumulator is built. Its low sum bits, which nothing reads, are counted.
fn whole_product(operation: Operation) -> Result<Operation, ArithmeticError> {
    let (Operation::MultiplyAccumulate { left, right, .. }, Some([n, m, w])) =
        (operation, all_integer(operation))
    else {
        return Ok(operation);
    };
    let product = n.saturating_add(m);
    if w >= product {
        return Ok(operation);
    }
    if w < n {
        let operation = operation.to_string();
        return Err(ArithmeticError::Accumulator { operation, accumulator: w, operand: n });
    }
    let accumulator = NumberFormat::Integer { bits: product.max(ACCUMULATOR_WIDTHS.0) };
    Ok(Operation::MultiplyAccumulate { left, right, accumulator })
}

/// Keeps a fit above the measured circuits that it contains and below those that contain it, effort by effort.
fn keep_between_measured(data: &Data, kind: &str, widths: [u32; 3], points: &mut [Point]) {
    let contains = |a: [u32; 3], b: [u32; 3]| a.iter().zip(b).all(|(&a, b)| a >= b);
    let alike = || {
        let same_kind = data.measured.iter().filter(|(other, _)| other.kind() == kind);
        same_kind.filter_map(|(other, measured)| Some((all_integer(*other)?, &measured.at_efforts)))
    };
    // First all of one kind of bound, then all of the other, so that the map's order makes no difference.
    for (_, bounds) in alike().filter(|(measured, _)| contains(widths, *measured)) {
        points.iter_mut().zip(bounds).for_each(|(point, bound)| point.raise_to(bound));
    }
    for (_, bounds) in alike().filter(|(measured, _)| contains(*measured, widths)) {
        points.iter_mut().zip(bounds).for_each(|(point, bound)| point.lower_to(bound));
    }
}

/// Widths of operands and result if all are integers.
fn all_integer(operation: Operation) -> Option<[u32; 3]> {
    use NumberFormat::Integer;
    match operation {
        Operation::Add { format: Integer { bits } } => Some([bits; 3]),
        Operation::Multiply { left: Integer { bits: n }, right: Integer { bits: m } } => {
            Some([n, m, n.saturating_add(m)])
        }
        Operation::MultiplyAccumulate {
            left: Integer { bits: n },
            right: Integer { bits: m },
            accumulator: Integer { bits: w },
        } => Some([n, m, w]),
        _ => None,
    }
}

/// Widths of operands and result, all integers and all within what was synthesised.
fn integer_widths(operation: Operation) -> Result<[u32; 3], ArithmeticError> {
    let [n, m, w] = all_integer(operation).ok_or_else(|| combination(operation))?;
    let within = |bits: u32, (least, most): (u32, u32)| {
        let nearest = bits.clamp(least, most);
        if nearest == bits {
            return Ok(());
        }
        Err(ArithmeticError::Width { operation: operation.to_string(), bits, nearest })
    };
    let operands = if let Operation::Add { .. } = operation { ADDER_WIDTHS } else { OPERAND_WIDTHS };
    within(n, operands)?;
    within(m, operands)?;
    if let Operation::MultiplyAccumulate { .. } = operation {
        within(w, ACCUMULATOR_WIDTHS)?;
    }
    Ok([n, m, w])
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
            format!("integer products accumulate in integers: int{}", bits.saturating_mul(2).max(32))
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
    let alike = data
        .measured
        .iter()
        .filter(|(other, _)| other.kind() == operation.kind() && all_integer(**other).is_some());
    // Ties go to the fewer bits and then the narrower operands, so that the answer does not depend on the map's order.
    let distance = |other: &Operation| {
        (other.input_bits().abs_diff(operation.input_bits()), other.input_bits(), all_integer(*other))
    };
    let nearest = alike.min_by_key(|(other, _)| distance(other));
    nearest
        .map(|(_, measured)| measured.factors)
        .ok_or_else(|| ArithmeticError::Data(format!("nothing measured is like {operation}")))
}
