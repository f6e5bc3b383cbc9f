//! Power and floorplan for HotSpot, the thermal simulator: `.ptrace` and `.flp`, with the same units in the same order.
//!
//! Formats: HotSpot 7.0's `read_names` and `read_vals` (hotspot.c), `flp_count_units` and `flp_populate_blks` (flp.c), and the
//! comments of its examples. Units are the chip's components that have an area, and what is left of the chip as white space.

mod flp;
mod ptrace;
mod rectangles;

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::formats::{ReportFormat, RunHeading, Takes};
use crate::chip::pat::{Component, Pat, Placement};

/// The unit that is no component.
const WHITE_SPACE: &str = "white_space";
/// Part of the chip's area below which what is left is rounding.
const NO_WHITE_SPACE: f64 = 1e-6;
/// HotSpot takes what is nearer than a micrometre for the same place (`DELTA` in util.h). Rectangles of this area are
/// well beyond, unless they are much longer than wide.
const LEAST_AREA_MM2: f64 = 16e-6;

/// Power by component, an interval a line.
pub const PTRACE: ReportFormat = ReportFormat {
    name: "ptrace",
    endings: &[".ptrace"],
    summary: "HotSpot: power of the components of the floorplan, a line a window",
    takes: Takes::Windows,
    is_for_several: false,
    start: ptrace::start,
};

/// Where the components lie.
pub const FLP: ReportFormat = ReportFormat {
    name: "flp",
    endings: &[".flp"],
    summary: "HotSpot: a floorplan of the components of the power trace, by area",
    takes: Takes::Reports,
    is_for_several: false,
    start: flp::start,
};

/// What lies on the die: a unit a component with an area, then white space.
struct Die {
    units: Vec<Unit>,
    /// Components on the chip that have no place of their own: their power is everywhere.
    everywhere: Vec<usize>,
}

struct Unit {
    name: String,
    /// Its place among the chip's components; white space has none.
    component: Option<usize>,
    area_mm2: f64,
}

impl Die {
    /// Of the chip of the only operating point.
    fn of(heading: &RunHeading<'_>) -> Result<Die> {
        let point = heading.points.first().context("found no operating point, expected one")?;
        let die = Die::of_chip(point.pat)?;
        let mut seen = BTreeSet::new();
        match die.units.iter().find(|unit| !seen.insert(&unit.name)) {
            Some(unit) => bail!(
                "found two units {:?} on the chip {}, expected one: HotSpot's names have no white space, which became `_`; \
                 rename a component",
                unit.name,
                point.pat.name
            ),
            None => Ok(die),
        }
    }

    fn of_chip(pat: &Pat) -> Result<Die> {
        let area = |component: &Component| component.area.as_ref().map_or(0.0, |area| area.value.0);
        let on_chip = pat.components.iter().enumerate();
        let on_chip = on_chip.filter(|(_, component)| component.placement == Placement::Chip);
        let (placed, everywhere): (Vec<_>, Vec<_>) =
            on_chip.partition(|(_, component)| area(component) >= LEAST_AREA_MM2);
        let unit = |(at, component): &(usize, &Component)| Unit {
            name: unit_name(&component.name),
            component: Some(*at),
            area_mm2: area(component),
        };
        let mut units: Vec<Unit> = placed.iter().map(unit).collect();
        if units.is_empty() {
            bail!(
                "found no component with an area on the chip {}, expected one: HotSpot needs to know where power is; give the \
                 components of the chip file an `area`",
                pat.name
            );
        }
        let covered: f64 = units.iter().map(|unit| unit.area_mm2).sum();
        let left = pat.area.as_ref().map_or(0.0, |area| area.value.0 - covered);
        if left > NO_WHITE_SPACE * covered {
            units.push(Unit { name: WHITE_SPACE.to_owned(), component: None, area_mm2: left });
        }
        Ok(Die { units, everywhere: everywhere.into_iter().map(|(at, _)| at).collect() })
    }

    fn area_mm2(&self) -> f64 {
        self.units.iter().map(|unit| unit.area_mm2).sum()
    }
}

/// A name as HotSpot reads it: up to white space; a line that begins with `#` is a comment.
fn unit_name(name: &str) -> String {
    let name = name.replace(char::is_whitespace, "_");
    if name.starts_with('#') { format!("_{name}") } else { name }
}
