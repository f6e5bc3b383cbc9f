//! Numbers that Perfetto reads as they are.
//!
//! The parser of its version 52 takes digits behind the point as an integer of 64 bits, and so misreads
//! 0.00003840914640393347 as 0.000494...; 3.840914640393347e-5 it reads right, but for the last bit.

use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;

/// JSON on one line, each number with a fraction in scientific notation.
pub(super) fn json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Scientific))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

struct Scientific;

impl Formatter for Scientific {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write!(writer, "{value:e}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn no_number_has_more_digits_behind_the_point_than_an_integer_of_64_bits() {
        let values = [3.840914640393347e-5, 0.1 + 0.2, 1.0, -0.0, 5e-324, f64::MAX];
        let text = json(&values).unwrap();
        assert_eq!(
            text,
            "[3.840914640393347e-5,3.0000000000000004e-1,1e0,-0e0,5e-324,1.7976931348623157e308]"
        );
        assert_eq!(serde_json::from_str::<Vec<f64>>(&text).unwrap(), values);
    }
}
