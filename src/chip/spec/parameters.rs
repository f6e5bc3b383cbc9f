//! Parameters of a design file: a text `$X` stands for the value of `X`, and `$X * $Y` or `32 MiB / $X` for what comes out.

use toml::{Table, Value};

use crate::chip::error::Problem;
use crate::chip::nearest::nearest;

/// Puts parameters in, wherever a text stands for one.
pub(super) fn substitute(path: &str, value: &mut Value, parameters: &Table, problems: &mut Vec<Problem>) {
    match value {
        Value::String(text) => match Formula::of(text).map(|formula| formula.value(parameters)) {
            Some(Ok(found)) => *value = found,
            Some(Err(what)) => problems.push(Problem { key: path.to_owned(), what }),
            None => {}
        },
        Value::Table(table) => {
            for (key, value) in table.iter_mut() {
                substitute(&format!("{path}.{key}"), value, parameters, problems);
            }
        }
        Value::Array(values) => {
            for (at, value) in values.iter_mut().enumerate() {
                substitute(&format!("{path}[{at}]"), value, parameters, problems);
            }
        }
        _ => {}
    }
}

/// A parameter, or a product of parameters, numbers and at most one quantity, which comes first.
#[derive(Clone, Debug, PartialEq)]
struct Formula<'a> {
    text: &'a str,
    first: &'a str,
    /// What it is multiplied with, or divided by.
    others: Vec<(Operator, &'a str)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Times,
    Over,
}

impl<'a> Formula<'a> {
    /// A text with a parameter among its terms; any other is a text. Operators stand between spaces.
    fn of(text: &'a str) -> Option<Formula<'a>> {
        let mut others = Vec::new();
        let mut rest = text;
        while let Some((before, operator, last)) = last_term(rest) {
            others.push((operator, last));
            rest = before;
        }
        others.reverse();
        let first = rest.trim();
        let is_parameter = |term: &str| term.starts_with('$');
        let has_one = is_parameter(first) || others.iter().any(|(_, term)| is_parameter(term));
        has_one.then_some(Formula { text, first, others })
    }

    fn value(&self, parameters: &Table) -> Result<Value, String> {
        let first = term(self.first, parameters)?;
        if self.others.is_empty() {
            return Ok(first);
        }
        let not_a_number = |term: &str| {
            format!(
                "{:?}: {term:?} is no number, and a product is of numbers, such as \"$X * $Y\"",
                self.text
            )
        };
        let (mut product, unit) = quantity(&first).ok_or_else(|| not_a_number(self.first))?;
        for (operator, text) in &self.others {
            let factor = term(text, parameters)?;
            let (factor, _) = quantity(&factor)
                .filter(|(factor, unit)| unit.is_empty() && (*operator == Operator::Times || *factor != 0.0))
                .ok_or_else(|| not_a_number(text))?;
            match operator {
                Operator::Times => product *= factor,
                Operator::Over => product /= factor,
            }
        }
        Ok(if !unit.is_empty() {
            Value::String(format!("{product} {unit}"))
        } else if product.fract() == 0.0 && product.abs() < i64::MAX as f64 {
            Value::Integer(product as i64)
        } else {
            Value::Float(product)
        })
    }
}

/// What stands before the last operator, the operator, and the term behind it.
fn last_term(text: &str) -> Option<(&str, Operator, &str)> {
    let operators = [(" * ", Operator::Times), (" / ", Operator::Over)];
    let found = operators.iter().filter_map(|(written, operator)| Some((text.rfind(written)?, *operator)));
    let (at, operator) = found.max_by_key(|(at, _)| *at)?;
    Some((&text[..at], operator, text[at + 3..].trim()))
}

/// The value of a parameter, or a number or quantity as it is written.
fn term(text: &str, parameters: &Table) -> Result<Value, String> {
    let Some(name) = text.strip_prefix('$') else { return Ok(Value::String(text.to_owned())) };
    parameters.get(name).cloned().ok_or_else(|| {
        let meant = nearest(name, parameters.keys().map(String::as_str));
        let meant = meant.map(|name| format!("; did you mean \"${name}\"?")).unwrap_or_default();
        format!("there is no parameter {name:?}{meant}")
    })
}

/// A number with its unit, which is empty for a bare one.
fn quantity(value: &Value) -> Option<(f64, &str)> {
    match value {
        Value::Integer(number) => Some((*number as f64, "")),
        Value::Float(number) => Some((*number, "")),
        Value::String(text) => {
            let end = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
            Some((text[..end].trim().parse().ok()?, text[end..].trim()))
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn put_in(text: &str) -> Result<Value, String> {
        let parameters = "X = 3\nY = 4\nhalf = 0.5\nsize = \"32 MiB\"\nname = \"mesh\"".parse().unwrap();
        let mut value = Value::String(text.to_owned());
        let mut problems = Vec::new();
        substitute("core.key", &mut value, &parameters, &mut problems);
        problems.pop().map_or(Ok(value), |problem: Problem| Err(format!("{}: {}", problem.key, problem.what)))
    }

    #[test]
    fn a_parameter_stands_for_its_value_and_a_product_for_its_number() {
        for (text, value) in [
            ("$X", Value::Integer(3)),
            ("$name", Value::String("mesh".to_owned())),
            ("$X * $Y", Value::Integer(12)),
            ("2 * $X * $Y", Value::Integer(24)),
            ("$X / $Y", Value::Float(0.75)),
            ("$X * $half * 2", Value::Integer(3)),
            ("$size / $Y", Value::String("8 MiB".to_owned())),
            ("64 GB/s / $Y * $half", Value::String("8 GB/s".to_owned())),
            ("a text * with / signs", Value::String("a text * with / signs".to_owned())),
            ("costs $5", Value::String("costs $5".to_owned())),
        ] {
            assert_eq!(put_in(text).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn what_is_no_parameter_or_no_number_is_named() {
        for (text, message) in [
            ("$Z * $X", "core.key: there is no parameter \"Z\"; did you mean"),
            ("$X * $name", "core.key: \"$X * $name\": \"$name\" is no number, and a product is of numbers"),
            ("$X * $size", "core.key: \"$X * $size\": \"$size\" is no number"),
            ("$X / 0", "core.key: \"$X / 0\": \"0\" is no number"),
        ] {
            let error = put_in(text).unwrap_err();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
