//! The search for an organisation.

use super::fabric::Fabric;
use super::memory::MemoryArray;
use super::request::{ArrayRequest, Organisation};
use crate::chip::circuit::CircuitError;

/// Largest number of cuts, and of words in a row (CACTI 5.1).
const MOST_CUTS: u32 = 512;
const MOST_WORDS_IN_ROW: u32 = 256;
const MOST_MULTIPLEXING: u32 = 256;

/// Builds the array of the request: of its organisation if it names one, else of the best.
///
/// # Errors
/// [`CircuitError`] when there is no such array, with the nearest that is.
pub fn find(request: &ArrayRequest) -> Result<MemoryArray, CircuitError> {
    request.check()?;
    let fabric = Fabric::new(request)?;
    if let Some(organisation) = request.organisation {
        return MemoryArray::build(&fabric, request, organisation).map_err(|why| {
            CircuitError::impossible("this organisation", why, "leave it out to have one found")
        });
    }
    let mut candidates = Vec::new();
    for organisation in organisations() {
        if let Ok(array) = MemoryArray::build(&fabric, request, organisation) {
            candidates.push(array);
        }
    }
    let least = |cost: fn(&MemoryArray) -> f64| candidates.iter().map(cost).fold(f64::INFINITY, f64::min);
    let least_access = least(|array| array.access.total().0);
    let least_read = least(|array| array.all_ports.read.total().0);
    let best = candidates
        .iter()
        .filter(|array| {
            array.access.total().0 <= 1.5 * least_access || array.all_ports.read.total().0 <= 1.5 * least_read
        })
        .min_by(|a, b| cost(a).total_cmp(&cost(b)));
    best.copied().ok_or_else(|| {
        CircuitError::impossible(
            "this array",
            "no division into subarrays gives a whole word",
            "change the word",
        )
    })
}

fn cost(array: &MemoryArray) -> f64 {
    let access_s = array.access.total().0;
    access_s * access_s * array.all_ports.read.total().0
}

fn organisations() -> impl Iterator<Item = Organisation> {
    let powers = |most: u32| (0..=most.ilog2()).map(|power| 1u32 << power);
    powers(MOST_CUTS).flat_map(move |word_line_cuts| {
        powers(MOST_CUTS).flat_map(move |bit_line_cuts| {
            powers(MOST_WORDS_IN_ROW).flat_map(move |words_in_row| {
                powers(MOST_MULTIPLEXING).flat_map(move |bit_line_multiplexing| {
                    powers(MOST_MULTIPLEXING).flat_map(move |sense_multiplexing_1| {
                        powers(MOST_MULTIPLEXING).map(move |sense_multiplexing_2| Organisation {
                            word_line_cuts,
                            bit_line_cuts,
                            words_in_row,
                            bit_line_multiplexing,
                            sense_multiplexing_1,
                            sense_multiplexing_2,
                        })
                    })
                })
            })
        })
    })
}
