//! Limits that a result is held against: what exceeds them is said on standard error, and ends the program with code 1.

use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Result, bail};
use clap::Args;

use crate::power::{PeakLength, PeakPower, PowerReport, RegionPower};
use crate::report::comparison::ComparedPoint;
use crate::units::{Joules, Quantity, Ratio, Seconds, Watts, with_prefix};

/// Which limits are set.
#[derive(Debug, Default, Args)]
pub struct LimitArguments {
    /// Exit with 1 if the highest profile window is above the chip's TDP
    #[arg(long, help_heading = "Limits")]
    fail_over_tdp: bool,

    /// Exit with 1 if the highest average over a length of time is above a power: 90W@10us; over one profile window: 90W.
    /// The length is rounded up to whole windows. Give it again for more lengths
    #[arg(long, help_heading = "Limits", value_name = "POWER[@LENGTH]")]
    max_peak: Vec<PeakLimit>,

    /// Exit with 1 if an inference takes more energy: 2mJ
    #[arg(long, help_heading = "Limits", value_name = "ENERGY", value_parser = above_zero::<Joules>)]
    max_energy_per_inference: Option<Joules>,
}

/// A power that no average over a length may be above.
#[derive(Clone, Debug, PartialEq)]
struct PeakLimit {
    /// As it was asked for.
    text: String,
    power: Watts,
    /// One profile window, if none is given.
    length: Option<PeakLength>,
}

fn above_zero<Q: Quantity>(text: &str) -> Result<Q, String> {
    let value = Q::parse(text).map_err(|error| error.to_string())?;
    if value.value() > 0.0 { Ok(value) } else { Err(format!("{} above 0 is expected", Q::DIMENSION)) }
}

impl FromStr for PeakLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<PeakLimit, String> {
        let (power, length) =
            text.split_once('@').map_or((text, None), |(power, length)| (power, Some(length)));
        let length = length.map(|length| -> Result<_, String> {
            let seconds: Seconds = above_zero(length)?;
            let unit = length
                .rfind(|character: char| character.is_ascii_digit() || character == '.')
                .map_or(0, |at| at + 1);
            let label = format!("{} {}", length[..unit].trim(), length[unit..].trim());
            Ok(PeakLength { label, length: seconds })
        });
        let (power, length) = (above_zero(power)?, length.transpose()?);
        Ok(PeakLimit { text: text.to_owned(), power, length })
    }
}

impl LimitArguments {
    /// The lengths over which peaks are to be looked for: those of any report, and those that limits are set for.
    pub fn peak_lengths(&self) -> Vec<PeakLength> {
        let mut lengths = PeakLength::defaults();
        for length in self.max_peak.iter().filter_map(|limit| limit.length.as_ref()) {
            if !lengths.iter().any(|known| known.length == length.length) {
                lengths.push(length.clone());
            }
        }
        lengths
    }

    /// What exceeds a limit, a line each.
    ///
    /// # Errors
    /// A limit for what the reports do not know.
    pub fn exceeded(&self, points: &[ComparedPoint]) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for point in points {
            let name = if points.len() > 1 { format!("{}: ", point.label) } else { String::new() };
            for found in self.exceeded_by(&point.report)? {
                // A name from a trace must not move a terminal's cursor.
                lines.push(format!("{name}{found}").replace(char::is_control, " "));
            }
        }
        Ok(lines)
    }

    fn exceeded_by(&self, report: &PowerReport) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        if self.fail_over_tdp && report.tdp_headroom_w < 0.0 {
            let peak = report.peak_power.first();
            let line = |peak| over_power("--fail-over-tdp", report, peak, "the TDP", report.tdp_w);
            lines.extend(peak.map(line));
        }
        for limit in &self.max_peak {
            let peak = self.peak(limit, report)?;
            if peak.power_w > limit.power.0 {
                let asked = format!("--max-peak {}", limit.text);
                lines.push(over_power(&asked, report, peak, "the limit", limit.power.0));
            }
        }
        if let Some(limit) = self.max_energy_per_inference {
            let Some(found) = report.energy_per_inference_j else {
                bail!(
                    "found no number of inferences in the run, expected one for --max-energy-per-inference; add \
                     --inferences N"
                );
            };
            if found > limit.0 {
                lines.push(over_energy(report, found, limit.0));
            }
        }
        Ok(lines)
    }

    /// The peak over the length of a limit.
    fn peak<'a>(&self, limit: &PeakLimit, report: &'a PowerReport) -> Result<&'a PeakPower> {
        let peaks = &report.peak_power;
        let found = match &limit.length {
            None => peaks.first(),
            Some(asked) => {
                let known = self.peak_lengths().into_iter().find(|known| known.length == asked.length);
                let label = known.map_or_else(|| asked.label.clone(), |known| known.label);
                peaks.iter().find(|peak| peak.label.split(", ").any(|of_peak| of_peak == label))
            }
        };
        let Some(peak) = found else {
            bail!(
                "found no peak over the length of --max-peak {}, expected one: it has more profile windows than are \
                 kept; choose a longer --window",
                limit.text
            );
        };
        Ok(peak)
    }
}

/// Says what exceeds limits, and gives the program's exit code.
pub fn verdict(exceeded: &[String]) -> ExitCode {
    for line in exceeded {
        eprintln!("limit exceeded: {line}");
    }
    if exceeded.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `7.8 W (8.7 %) above the limit of 90 W`.
fn excess(found: f64, what: &str, limit: f64, unit: &str) -> String {
    let share = if limit > 0.0 { format!(" ({})", Ratio(found / limit - 1.0)) } else { String::new() };
    format!("{}{share} above {what} of {}", with_prefix(found - limit, unit, 4), with_prefix(limit, unit, 4))
}

fn over_power(asked: &str, report: &PowerReport, peak: &PeakPower, what: &str, limit_w: f64) -> String {
    let (power, window) = (with_prefix(peak.power_w, "W", 4), with_prefix(peak.window_s, "s", 4));
    let whole = if peak.window_cycles == report.cycles { " (the whole run)" } else { "" };
    let start = with_prefix(peak.start_s, "s", 4);
    let region = peak.region.as_ref().map_or_else(String::new, |region| format!(" in {region}"));
    let component = peak.components.first();
    let component =
        component.map_or_else(String::new, |part| format!(", {} of it {}", Ratio(part.share), part.name));
    let excess = excess(peak.power_w, what, limit_w, "W");
    format!("{asked}: found {power} over {window}{whole}, {excess}, at {start}{region}{component}")
}

fn over_energy(report: &PowerReport, found_j: f64, limit_j: f64) -> String {
    let largest_region = largest_region(report);
    let region = largest_region.map(|region| (format!("{}:{}", region.kind, region.name), region.energy_j));
    // The components of a peak are those that are counted; over the whole run, their shares are those of the energy.
    let component = report.peak_power.last().and_then(|whole| whole.components.first());
    let component = component.map(|part| (part.name.clone(), part.share * report.energy_j));
    let largest = region.into_iter().chain(component);
    let largest =
        largest.map(|(name, energy_j)| format!(", {} of it {name}", Ratio(energy_j / report.energy_j)));
    let asked = format!("--max-energy-per-inference {}", with_prefix(limit_j, "J", 4));
    let excess = excess(found_j, "the limit", limit_j, "J");
    format!("{asked}: found {}, {excess}{}", with_prefix(found_j, "J", 4), largest.collect::<String>())
}

/// The layer of most energy, or what is outside of all; of a run without layers, the region of its first kind.
fn largest_region(report: &PowerReport) -> Option<&RegionPower> {
    let first = report.regions.first().map_or("", |region| region.kind.as_str());
    let has_layers = report.regions.iter().any(|region| region.kind == "layer");
    let kind = if has_layers { "layer" } else { first };
    let of_kind = report.regions.iter().filter(|region| region.kind == kind);
    of_kind.max_by(|a, b| a.energy_j.total_cmp(&b.energy_j))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_peak_has_a_power_and_may_have_a_length() {
        let limit: PeakLimit = "90W@10us".parse().unwrap();
        let length = limit.length.unwrap();
        assert_eq!(
            (limit.power, length.length, length.label.as_str()),
            (Watts(90.0), Seconds(1e-5), "10 us")
        );
        assert_eq!("1.5 mW".parse::<PeakLimit>().unwrap().length, None);
        let length = "1W@2e-6 s".parse::<PeakLimit>().unwrap().length.unwrap();
        assert_eq!(length.label, "2e-6 s");
        for wrong in ["90", "90W@", "90W@10", "90W@10W", "10us", "0W", "-1W", "1W@0us", "@1us", ""] {
            assert!(wrong.parse::<PeakLimit>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_length_that_is_looked_for_anyway_is_not_looked_for_twice() {
        let max_peak =
            ["1W@10us", "2W@0.01ms", "1W@7us", "1W@7us", "3W"].map(|text| text.parse().unwrap()).to_vec();
        let limits = LimitArguments { max_peak, ..LimitArguments::default() };
        let labels: Vec<String> = limits.peak_lengths().into_iter().map(|length| length.label).collect();
        assert_eq!(labels, ["1 us", "10 us", "100 us", "1 ms", "7 us"]);
    }
}
