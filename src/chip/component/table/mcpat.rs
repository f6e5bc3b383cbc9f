//! McPAT's printed results, versions 0.8 to 1.3: blocks of a name and `Area`, `Peak Dynamic` and leakages.

use super::super::ComponentError;
use super::Found;
use crate::units::{Hertz, Joules, SquareMicrometres, Watts};

/// The action that stands for a cycle at McPAT's peak.
const PEAK: &str = "peak_cycle";

/// A name with the numbers of its block.
#[derive(Debug, Default)]
struct Numbers {
    name: String,
    area_mm2: Option<f64>,
    peak_w: Option<f64>,
    leakage_w: Option<f64>,
}

/// The component of a printed result.
pub(super) fn component(
    path: &str,
    text: &str,
    wanted: Option<&str>,
    clock: Hertz,
) -> Result<Found, ComponentError> {
    let (blocks, printed_clock) = blocks(text);
    let names = || blocks.iter().map(|block| block.name.as_str()).collect::<Vec<_>>().join(", ");
    if blocks.is_empty() {
        let reason = "has no block with an area, as McPAT prints it";
        return Err(ComponentError::value("mcpat", path, reason, "give what McPAT wrote to standard output"));
    }
    let block = match wanted {
        Some(wanted) => blocks.iter().find(|block| block.name == wanted).ok_or_else(|| {
            let reason = format!("is no component of {path}");
            ComponentError::value("component", wanted, reason, format!("its components: {}", names()))
        })?,
        None if blocks.len() == 1 => &blocks[0],
        None => {
            let reason = format!("has {} components", blocks.len());
            let cure = format!("say component = one of {}", names());
            return Err(ComponentError::value("mcpat", path, reason, cure));
        }
    };
    let its_clock = printed_clock.unwrap_or(clock);
    Ok(Found {
        area: block.area_mm2.map(|area| SquareMicrometres(area * 1e6)),
        leakage: block.leakage_w.map(Watts),
        actions: block.peak_w.map(|peak| (PEAK.to_owned(), Joules(peak / its_clock.0))).into_iter().collect(),
        source: format!("McPAT, {path}: {}, peak at {its_clock}", block.name),
    })
}

/// All blocks with an area, the first of a name; and the clock that is printed.
fn blocks(text: &str) -> (Vec<Numbers>, Option<Hertz>) {
    let mut blocks: Vec<Numbers> = Vec::new();
    let mut current = Numbers::default();
    let mut clock = None;
    for line in text.lines().map(str::trim) {
        if let Some(rate) = line.strip_prefix("Core clock Rate(MHz)") {
            clock = rate.trim().parse().ok().filter(|mhz: &f64| *mhz > 0.0).map(|mhz| Hertz(mhz * 1e6));
        } else if let Some((key, value)) = line.split_once('=') {
            let value = value.split_whitespace().next().and_then(|number| number.parse::<f64>().ok());
            let value = value.filter(|number| number.is_finite() && *number >= 0.0);
            match key.trim() {
                "Area" => current.area_mm2 = value,
                "Peak Dynamic" => current.peak_w = value,
                // Gate leakage comes behind it.
                "Subthreshold Leakage" => current.leakage_w = value,
                "Gate Leakage" => {
                    current.leakage_w = Some(current.leakage_w.unwrap_or(0.0) + value.unwrap_or(0.0))
                }
                _ => {}
            }
        } else if let Some((name, _)) = line.split_once(':') {
            keep(
                &mut blocks,
                std::mem::replace(
                    &mut current,
                    Numbers { name: name.trim().to_owned(), ..Numbers::default() },
                ),
            );
        }
    }
    keep(&mut blocks, current);
    (blocks, clock)
}

fn keep(blocks: &mut Vec<Numbers>, block: Numbers) {
    let known = blocks.iter().any(|known| known.name == block.name);
    if block.area_mm2.is_some() && !known {
        blocks.push(block);
    }
}
