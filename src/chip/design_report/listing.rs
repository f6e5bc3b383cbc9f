//! A chip in one line.

use serde::Serialize;

use crate::chip::library::Loaded;

/// A chip in one line, for lists.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChipListing {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Whether area and power come from the model; else they are given numbers.
    pub is_design: bool,
    /// Area.
    pub area_mm2: Option<f64>,
    /// Thermal design power.
    pub tdp_w: f64,
    /// Clock.
    pub clock_hz: f64,
}

impl ChipListing {
    /// The line of a chip.
    pub fn new(chip: &Loaded) -> ChipListing {
        let pat = &chip.pat;
        ChipListing {
            name: pat.name.clone(),
            description: pat.description.clone(),
            is_design: chip.built.is_some(),
            area_mm2: pat.area.as_ref().map(|area| area.value.0),
            tdp_w: pat.tdp().0,
            clock_hz: pat.clock.value.0,
        }
    }
}
