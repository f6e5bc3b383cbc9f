//! What technology cannot answer: what was asked, why it has no answer, and the nearest question that has one.

use super::device_class::DeviceClass;
use crate::units::{Celsius, Kelvin, Volts};

/// Why there is no figure.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TechnologyError {
    /// The feature size is outside the tables.
    #[error(
        "no technology at {asked_nm} nm: the tables reach from {smallest_nm} nm to {largest_nm} nm; \
         the nearest node is {} nm",
        nearest(*asked_nm, *smallest_nm, *largest_nm)
    )]
    Node {
        /// What was asked for, in nm.
        asked_nm: f64,
        /// The smallest node, in nm.
        smallest_nm: f64,
        /// The largest node, in nm.
        largest_nm: f64,
    },
    /// The flavour of transistor is not made at this node.
    #[error(
        "no {class} transistors at {asked_nm} nm: the tables have them from {smallest_nm} nm to {largest_nm} nm; \
         the nearest node with them is {} nm",
        nearest(*asked_nm, *smallest_nm, *largest_nm)
    )]
    Flavour {
        /// The flavour.
        class: DeviceClass,
        /// The node, in nm.
        asked_nm: f64,
        /// The smallest node that has it, in nm.
        smallest_nm: f64,
        /// The largest node that has it, in nm.
        largest_nm: f64,
    },
    /// Cells of one transistor and one capacitor are not made of this flavour.
    #[error(
        "no DRAM cell of {class} transistors: DRAM cells are made of {} or {} transistors",
        DeviceClass::EmbeddedDram,
        DeviceClass::CommodityDram
    )]
    NotDynamic {
        /// The flavour.
        class: DeviceClass,
    },
    /// The temperature is beyond the law of leakage.
    #[error(
        "no leakage at {}: the law holds from {} to {}; the nearest temperature is {}",
        both(*asked), both(*lowest), both(*highest), both(Kelvin(nearest(asked.0, lowest.0, highest.0)))
    )]
    Temperature {
        /// What was asked for.
        asked: Kelvin,
        /// The lowest temperature of the law.
        lowest: Kelvin,
        /// The highest temperature of the law.
        highest: Kelvin,
    },
    /// The supply voltage is beyond the law of voltage.
    #[error(
        "no transistor at {:.3} V that is made for {:.3} V: {}; the nearest is {:.3} V",
        asked.0, nominal.0, range_of_supply(*lowest, *highest), nearest(asked.0, lowest.0, highest.0)
    )]
    Supply {
        /// What was asked for.
        asked: Volts,
        /// The nominal supply.
        nominal: Volts,
        /// The lowest supply of the law.
        lowest: Volts,
        /// The highest supply of the law.
        highest: Volts,
    },
    /// The program's own table is not what it should be: a defect of the program.
    #[error("the built-in technology table of {node} nm cannot be read: {message}")]
    BuiltIn {
        /// The node.
        node: &'static str,
        /// The parser's message.
        message: String,
    },
}

/// Why a supply is refused: transistors of DRAM have a range of one voltage.
fn range_of_supply(lowest: Volts, highest: Volts) -> String {
    if lowest == highest {
        return "transistors of DRAM are made for one voltage".to_owned();
    }
    format!(
        "the law of voltage holds from {:.3} V (0.15 V above threshold, half the nominal supply) to {:.3} V \
         (1.3 times nominal, the oxide's limit)",
        lowest.0, highest.0
    )
}

/// A temperature in both scales, without what the way between them leaves.
fn both(temperature: Kelvin) -> String {
    let celsius = (Celsius::from(temperature).0 * 1e6).round() / 1e6;
    format!("{} ({} K)", Celsius(celsius), temperature.0)
}

/// The end of a range that is nearest to a value. What is no number gets the lower end.
fn nearest(asked: f64, lowest: f64, highest: f64) -> f64 {
    if asked > highest { highest } else { lowest }
}
