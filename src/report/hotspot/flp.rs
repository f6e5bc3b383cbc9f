//! HotSpot's floorplan: a line a unit with its width, height, left and bottom edge in metres.

use std::io::Write;

use anyhow::{Context, Result};

use super::Die;
use super::rectangles::{Rectangle, tile};
use crate::report::formats::{ReportWriter, RunHeading, at_end};
use crate::report::output::Output;

const METRES_PER_MILLIMETRE: f64 = 1e-3;

pub(super) fn start(output: Output, heading: &RunHeading<'_>) -> Result<Box<dyn ReportWriter>> {
    let die = Die::of(heading)?;
    let point = heading.points.first().context("found no operating point, expected one")?;
    let interval = point.clock.time_of(heading.window_cycles as f64);
    let everywhere = die.everywhere.iter().map(|&at| point.pat.components[at].name.as_str());
    let everywhere = everywhere.collect::<Vec<_>>().join(", ");
    let comments = [
        format!("{} by nm-trace {}", point.pat.name, env!("CARGO_PKG_VERSION")),
        "areas are the chip's, places are not: rectangles were laid side by side".to_owned(),
        format!("one line of the .ptrace: -sampling_intvl {:?}", interval.0),
        format!(
            "without a place, power spread over the die: {}",
            if everywhere.is_empty() { "none" } else { &everywhere }
        ),
        "name, width, height, left, bottom (m)".to_owned(),
    ];
    Ok(at_end(output, move |_, output| write(&die, &comments, output)))
}

fn write(die: &Die, comments: &[String], output: &mut Output) -> Result<()> {
    for comment in comments {
        // A chip's name may hold anything.
        writeln!(output, "# {}", comment.replace(char::is_control, " "))?;
    }
    let areas: Vec<f64> = die.units.iter().map(|unit| unit.area_mm2).collect();
    for (unit, Rectangle { left, bottom, right, top }) in die.units.iter().zip(tile(&areas)) {
        let [left, bottom, right, top] = [left, bottom, right, top].map(|edge| edge * METRES_PER_MILLIMETRE);
        let (width, height) = (right - left, top - bottom);
        writeln!(output, "{}\t{width:?}\t{height:?}\t{left:?}\t{bottom:?}", unit.name)?;
    }
    Ok(())
}
