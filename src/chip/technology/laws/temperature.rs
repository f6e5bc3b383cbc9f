//! The law of temperature: leakage rises exponentially, piece by piece through a node's table.

use super::super::error::TechnologyError;
use crate::units::Kelvin;

/// The coldest temperature of the law: 50 K below the tables, −23 °C.
pub const LOWEST_TEMPERATURE: Kelvin = Kelvin(250.0);

/// The hottest temperature of the law: 25 K above the tables, 152 °C, which holds the 150 °C to which silicon for
/// cars is qualified (AEC-Q100, grade 0).
pub const HIGHEST_TEMPERATURE: Kelvin = Kelvin(425.0);

/// The first temperature of every row, in K.
const FIRST: f64 = 300.0;

/// By how much a temperature may miss a bound, in K.
const ROUNDING: f64 = 1e-6;

/// The last temperature of every row, in K.
const LAST: f64 = 400.0;

/// A current that is tabulated from 300 K to 400 K in even steps: straight lines in the logarithm; below them the line
/// through the first two figures, above them at the slope of the whole table, whose last step is a knee in some. A row of one figure does not change; nor does one with a zero.
///
/// Only leakage changes: delay does not depend on temperature here, since at the supplies of these nodes what
/// mobility loses in the heat (about T^-1.5) the falling threshold gives back in part; nor does it in CACTI.
pub(in super::super) fn leakage_at(row: &[f64], temperature: Kelvin) -> Result<f64, TechnologyError> {
    // A temperature that was told in degrees Celsius may miss its bound by rounding.
    let holds = (LOWEST_TEMPERATURE.0 - ROUNDING..=HIGHEST_TEMPERATURE.0 + ROUNDING).contains(&temperature.0);
    if !holds {
        return Err(TechnologyError::Temperature {
            asked: temperature,
            lowest: LOWEST_TEMPERATURE,
            highest: HIGHEST_TEMPERATURE,
        });
    }
    let (Some(&first), true) = (row.first(), row.len() > 1 && row.iter().all(|&figure| figure > 0.0)) else {
        return Ok(row.first().copied().unwrap_or(0.0));
    };
    let steps = row.len() - 1;
    let position = (temperature.0 - FIRST) / (LAST - FIRST) * steps as f64;
    // The cast takes what is below the first step to it.
    let below = (position.floor() as usize).min(steps - 1);
    let (from, to) = (row.get(below).copied().unwrap_or(first), row.get(below + 1).copied().unwrap_or(first));
    let share = position - below as f64;
    if share > 1.0 {
        return Ok(to * libm::pow(to / first, (temperature.0 - LAST) / (LAST - FIRST)));
    }
    if share == 0.0 {
        return Ok(from);
    }
    Ok(if share == 1.0 { to } else { from * libm::pow(to / from, share) })
}
