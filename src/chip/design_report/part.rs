//! What a component is made of, as often as it is on the chip.

use serde::Serialize;

use crate::chip::component::{Cost, Part};
use crate::chip::spec::AreaMeaning;
use crate::units::Hertz;

/// A part of a component: figures for all of them on the chip.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartReport {
    /// What it is.
    pub name: String,
    /// How many there are on the chip.
    pub count: u64,
    /// Area.
    pub area_mm2: f64,
    /// Leakage.
    pub leakage_w: f64,
    /// Clock when all of it runs.
    pub clock_running_w: f64,
    /// Clock when it idles.
    pub clock_gated_w: f64,
    /// What it is made of; the parts add up to it.
    pub parts: Vec<PartReport>,
}

/// Name of what a part costs beside its parts.
const ITSELF: &str = "(itself)";

impl PartReport {
    /// A part that is in `holders` other things.
    pub(super) fn new(part: &Part, holders: u64, clock: Hertz, means: AreaMeaning) -> PartReport {
        let count = part.count.saturating_mul(holders);
        let mut parts: Vec<PartReport> =
            part.parts.iter().map(|inner| PartReport::new(inner, count, clock, means)).collect();
        if !parts.is_empty() && part.own != Cost::default() {
            parts.push(PartReport::of(ITSELF, count, part.own * count as f64, clock, means));
        }
        PartReport { parts, ..PartReport::of(&part.name, count, part.total() * holders as f64, clock, means) }
    }

    fn of(name: &str, count: u64, cost: Cost, clock: Hertz, means: AreaMeaning) -> PartReport {
        let area = if means == AreaMeaning::Cells { cost.cells } else { cost.area() };
        PartReport {
            name: name.to_owned(),
            count,
            area_mm2: area.0 * 1e-6,
            leakage_w: cost.leakage.0,
            clock_running_w: (cost.clock_running * clock).0,
            clock_gated_w: (cost.clock_gated * clock).0,
            parts: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Joules, SquareMicrometres, Watts};

    #[test]
    fn parts_and_what_a_part_costs_itself_add_up_to_it() {
        let cost = |um2: f64| Cost {
            cells: SquareMicrometres(um2),
            whitespace: SquareMicrometres(um2 / 4.0),
            leakage: Watts(um2 * 1e-6),
            clock_running: Joules(um2 * 1e-12),
            clock_gated: Joules(um2 * 0.5e-12),
        };
        let inner = Part::leaf("multiplier", cost(100.0)).times(2);
        let part = Part { name: "cell".to_owned(), count: 3, own: cost(40.0), parts: vec![inner] };
        let report = PartReport::new(&part, 5, Hertz(1e9), AreaMeaning::Placed);
        // 15 cells of 40 + 2 × 100 µm² and a quarter of it white: 15 × 300 µm².
        assert_eq!((report.count, report.parts[0].count, report.parts[1].count), (15, 30, 15));
        assert!((report.area_mm2 - 4500e-6).abs() < 1e-12);
        assert!((report.clock_running_w - 15.0 * 240e-12 * 1e9).abs() < 1e-9);
        let sum = |figure: fn(&PartReport) -> f64| report.parts.iter().map(figure).sum::<f64>();
        assert!((sum(|part| part.area_mm2) - report.area_mm2).abs() < 1e-12);
        assert!((sum(|part| part.leakage_w) - report.leakage_w).abs() < 1e-12);
        let cells = PartReport::new(&part, 5, Hertz(1e9), AreaMeaning::Cells);
        assert!((cells.area_mm2 - 3600e-6).abs() < 1e-12);
    }
}
