//! A window's length on the command line: `1000` cycles, or `1us`.

use std::str::FromStr;

use anyhow::{Result, bail};

use crate::units::{Hertz, Seconds};

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
        if let Ok(cycles) = text.parse::<u64>() {
            return if cycles > 0 {
                Ok(WindowLength::Cycles(cycles))
            } else {
                Err("at least 1 cycle".to_owned())
            };
        }
        let duration: Seconds =
            text.parse().map_err(|error| format!("{error}; write 1000 (cycles) or 1us"))?;
        if duration.0 > 0.0 {
            Ok(WindowLength::Duration(duration))
        } else {
            Err("a duration above 0".to_owned())
        }
    }
}

impl WindowLength {
    /// The length in whole cycles, at least one.
    ///
    /// # Errors
    /// A duration without a clock.
    pub fn cycles(self, clock: Option<Hertz>) -> Result<u64> {
        match (self, clock) {
            (WindowLength::Cycles(cycles), _) => Ok(cycles),
            (WindowLength::Duration(duration), Some(clock)) => {
                Ok((duration.0 * clock.0).round().max(1.0) as u64)
            }
            (WindowLength::Duration(_), None) => {
                bail!("found a window given as a duration and no clock, expected a clock; add --clock 700MHz")
            }
        }
    }
}
