//! Values of the calculators' options: one of a list of names, organisations, words, and the circuit's surroundings.

use std::fmt::Debug;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::chip::circuit::array::Organisation;
use crate::units::{Bytes, Kelvin, Micrometres, Quantity, Ratio, Volts, parse_temperature};

/// One of the names of a list. Another name is told all of them, and the nearest.
pub(super) fn choice<T>(names: &'static [(&'static str, T)]) -> impl TypedValueParser<Value = T>
where
    T: Copy + Debug + Send + Sync + 'static,
{
    let known = PossibleValuesParser::new(names.iter().map(|(name, _)| *name));
    known.try_map(move |text: String| {
        let found = names.iter().find(|(name, _)| *name == text);
        found.map(|(_, value)| *value).ok_or_else(|| format!("{text} is none of the values"))
    })
}

/// What surrounds any circuit.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Surroundings {
    /// Process node, from 90nm to 5nm; also between the tables, such as 28nm
    #[arg(long, value_name = "NODE", value_parser = parse_node)]
    pub node: Micrometres,

    /// Temperature at which it leaks, such as 350K or 77C
    #[arg(long, value_name = "T", default_value = "350K", value_parser = parse_temperature, allow_hyphen_values = true)]
    pub temperature: Kelvin,

    /// Supply, such as 0.9V; without it, what the transistors are made for
    #[arg(long, value_name = "V")]
    pub supply: Option<Volts>,
}

fn parse_node(text: &str) -> Result<Micrometres, String> {
    text.parse().map_err(|error| format!("{error}; a node is such as 45nm"))
}

/// A length that something can have.
pub(super) fn parse_length(text: &str) -> Result<Micrometres, String> {
    let length: Micrometres = text.parse().map_err(|error| format!("{error}; such as 2mm"))?;
    if length.0 <= LONGEST.0 { Ok(length) } else { Err("no chip is so large: give at most 1 m".to_owned()) }
}

/// Past any wafer.
const LONGEST: Micrometres = Micrometres(1e6);

/// A quantity above zero.
pub(super) fn positive<Q: Quantity>(text: &str) -> Result<Q, String> {
    let quantity = Q::parse(text).map_err(|error| error.to_string())?;
    if quantity.value() > 0.0 { Ok(quantity) } else { Err(format!("{} is above zero here", Q::DIMENSION)) }
}

/// Bytes of a word.
pub(super) fn parse_word(text: &str) -> Result<u32, String> {
    let word: Bytes = text.parse().map_err(|error| format!("{error}; a word is whole bytes"))?;
    let most = Bytes(1 << 20);
    u32::try_from(word.0).ok().filter(|_| word <= most).ok_or(format!("a word has at most {most}"))
}

/// More cuts or sharing than any array of the program's sizes has room for.
const MOST_CUTS: u32 = 4096;

/// Six numbers in CACTI's order.
pub(super) fn parse_organisation(text: &str) -> Result<Organisation, String> {
    let wanted = || {
        format!(
            "{text:?} is no organisation: six whole numbers from 1 to {MOST_CUTS}, \
             NDWL,NDBL,NSPD,NDCM,NDSAM1,NDSAM2, such as 2,2,4,8,1,1"
        )
    };
    let number =
        |text: &str| text.trim().parse::<u32>().ok().filter(|number| (1..=MOST_CUTS).contains(number));
    let numbers: Option<Vec<u32>> = text.split(',').map(number).collect();
    match numbers.as_deref() {
        Some(&[ndwl, ndbl, nspd, ndcm, ndsam1, ndsam2]) => Ok(Organisation {
            word_line_cuts: ndwl,
            bit_line_cuts: ndbl,
            words_in_row: nspd,
            bit_line_multiplexing: ndcm,
            sense_multiplexing_1: ndsam1,
            sense_multiplexing_2: ndsam2,
        }),
        _ => Err(wanted()),
    }
}

/// By what part a delay may exceed the least possible. Which parts a wire can have, the wire says.
pub(super) fn parse_delay_budget(text: &str) -> Result<Ratio, String> {
    text.parse().map_err(|error| format!("{error}; such as 30%"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_organisation_reads_back_as_it_prints() {
        let text = "2,4,1,8,2,1";
        assert_eq!(parse_organisation(text).unwrap().to_string(), text);
        assert_eq!(parse_organisation("2, 4, 1, 8, 2, 1").unwrap().to_string(), text);
        for wrong in ["", "2,4,1,8,2", "2,4,1,8,2,1,1", "2,4,0.5,8,2,1", "0,4,1,8,2,1", "2,4,1,8,2,99999"] {
            assert!(parse_organisation(wrong).unwrap_err().contains("such as 2,2,4,8,1,1"), "{wrong}");
        }
    }

    #[test]
    fn a_word_is_whole_bytes() {
        assert_eq!(parse_word("192bit"), Ok(24));
        assert!(parse_word("20bit").unwrap_err().contains("2 B and 3 B"));
        assert!(parse_word("5GiB").unwrap_err().contains("at most 1 MiB"));
    }
}
