//! A window's length on the command line: `1000` cycles, or `1us`.

use std::str::FromStr;

use anyhow::{Result, bail};

use crate::units::{Hertz, Seconds};

/// The longest window, in cycles: a trace has no later cycle.
pub const MAX_WINDOW_CYCLES: u64 = trace_formats::event::MAX_CYCLE.unsigned_abs();

/// A window's length as the user writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WindowLength {
    /// A number of cycles.
    Cycles(u64),
    /// A duration.
    Duration(Seconds),
}

impl FromStr for WindowLength {
    type Err = String;

    fn from_str(text: &str) -> Result<WindowLength, String> {
        if let Ok(cycles) = text.parse::<i128>() {
            return match u64::try_from(cycles) {
                Ok(cycles @ 1..=MAX_WINDOW_CYCLES) => Ok(WindowLength::Cycles(cycles)),
                _ => Err(format!("a window has 1 to {MAX_WINDOW_CYCLES} (2^60) cycles")),
            };
        }
        let duration: Seconds =
            text.parse().map_err(|error| format!("{error}; write 1000 (cycles) or 1us"))?;
        if duration.0 > 0.0 {
            Ok(WindowLength::Duration(duration))
        } else {
            Err("a window is longer than 0".to_owned())
        }
    }
}

impl WindowLength {
    /// The length in whole cycles, at least one: a duration shorter than a cycle is one.
    ///
    /// # Errors
    /// A duration without a clock, or of more than [`MAX_WINDOW_CYCLES`].
    pub fn cycles(self, clock: Option<Hertz>) -> Result<u64> {
        match (self, clock) {
            (WindowLength::Cycles(cycles), _) => Ok(cycles),
            (WindowLength::Duration(duration), Some(clock)) => {
                let cycles = (duration.0 * clock.0).round().max(1.0);
                if cycles > MAX_WINDOW_CYCLES as f64 {
                    bail!(
                        "found a window of {} s, which is {cycles:.3e} cycles of {clock}, expected at most \
                         {MAX_WINDOW_CYCLES} (2^60) cycles; choose a shorter --window",
                        duration.0
                    );
                }
                Ok(cycles as u64)
            }
            (WindowLength::Duration(_), None) => {
                bail!("found a window given as a duration and no clock, expected a clock; add --clock 700MHz")
            }
        }
    }
}
