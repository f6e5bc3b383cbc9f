//! Temperatures of either scale: `350K`, `77C`.

use super::{Celsius, Kelvin, Quantity, UnitError};

/// A temperature in kelvins or in degrees Celsius, as an absolute one.
///
/// # Errors
/// [`UnitError`] says what was found and which units would do.
pub fn parse_temperature(text: &str) -> Result<Kelvin, UnitError> {
    if let Ok(celsius) = text.parse::<Celsius>() {
        let kelvin = Kelvin::from(celsius);
        // 350.15 K, not 350.15000000000003 K.
        return Ok(Kelvin((kelvin.0 * 1e9).round() / 1e9));
    }
    let units = || "K, C, °C".to_owned();
    text.parse::<Kelvin>().map_err(|error| match error {
        UnitError::Unit { unit, dimension, .. } => UnitError::Unit { unit, dimension, units: units() },
        UnitError::Number { text, .. } => {
            UnitError::Number { text, dimension: Kelvin::DIMENSION, units: units() }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_temperature_is_read_in_kelvins_and_in_degrees_celsius() {
        assert_eq!(parse_temperature("350K"), Ok(Kelvin(350.0)));
        assert_eq!(parse_temperature("77 °C"), Ok(Kelvin(350.15)));
        assert_eq!(parse_temperature("-300C"), Ok(Kelvin(-26.85)));
        assert_eq!(parse_temperature("-20C"), Ok(Kelvin(253.15)));
    }

    #[test]
    fn another_unit_is_told_both_scales() {
        let error = parse_temperature("80F").unwrap_err().to_string();
        assert!(error.contains("\"F\" does not measure temperature; units that do: K, C, °C"), "{error}");
        assert!(parse_temperature("hot").unwrap_err().to_string().contains("K, C, °C"));
    }
}
