//! What is stacked: the components by energy, the small ones as one, and their powers in columns.

use crate::power::{ComponentPower, Placement, PowerRecord, PowerReport, RecordedBin};

/// Areas at most, of which the last sums up what is left.
const MOST_AREAS: usize = 8;
/// Columns at most: none narrower than two pixels of the PNG, so that their colours do not run together.
const MOST_COLUMNS: usize = 500;
/// By rank: the colours of Okabe and Ito, "Color Universal Design" (2008), which people with any colour vision tell
/// apart, in an order in which neighbours differ in lightness too, for print in grey. Their black is left to lines.
const COLOURS: [&str; MOST_AREAS] =
    ["#0072b2", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#56b4e9", "#d55e00", "#999999"];

/// An area of the stack: a component, or several small ones.
pub(super) struct Area {
    /// The component, or `others (3)`.
    pub name: String,
    /// Its energy over the run.
    pub energy_j: f64,
    /// Its colour.
    pub colour: &'static str,
    /// The components in it, by their place in the chip file.
    pub components: Vec<usize>,
}

/// The mean of neighbouring windows, and the highest of them.
pub(super) struct Column {
    /// First cycle.
    pub start_cycle: i64,
    /// First cycle after it.
    pub end_cycle: i64,
    /// Power of each area and of all below it, lowest first.
    pub tops_w: Vec<f64>,
    /// The window of highest power.
    pub highest_w: f64,
}

/// The areas that the report's total power is made of, the largest energy first and lowest in the stack.
pub(super) fn areas(report: &PowerReport) -> Vec<Area> {
    let is_counted =
        |component: &ComponentPower| report.includes_system || component.placement == Placement::Chip;
    let counted = report.components.iter().enumerate().filter(|(_, component)| is_counted(component));
    let mut counted: Vec<(usize, &ComponentPower)> = counted.collect();
    counted.sort_by(|(_, a), (_, b)| b.energy_j.total_cmp(&a.energy_j));
    let own = if counted.len() > MOST_AREAS { MOST_AREAS - 1 } else { counted.len() };
    let small = counted.split_off(own);
    let mut areas: Vec<Area> = counted
        .iter()
        .zip(COLOURS)
        .map(|(&(at, component), colour)| Area {
            name: component.name.clone(),
            energy_j: component.energy_j,
            colour,
            components: vec![at],
        })
        .collect();
    if !small.is_empty() {
        areas.push(Area {
            name: format!("others ({})", small.len()),
            energy_j: small.iter().map(|(_, component)| component.energy_j).sum(),
            colour: COLOURS[MOST_AREAS - 1],
            components: small.iter().map(|(at, _)| *at).collect(),
        });
    }
    areas
}

fn bins_per_column(record: &PowerRecord) -> usize {
    record.bins().len().div_ceil(MOST_COLUMNS).max(1)
}

/// Windows that a column covers; the last may cover fewer.
pub(super) fn windows_per_column(record: &PowerRecord) -> u64 {
    bins_per_column(record) as u64 * record.windows_per_bin()
}

/// The record in columns of whole bins, weighted by time.
pub(super) fn columns(record: &PowerRecord, areas: &[Area]) -> Vec<Column> {
    let bins_per_column = bins_per_column(record);
    let chunks = record.bins().chunks(bins_per_column).enumerate();
    chunks.map(|(at, bins)| column(record, bins, at * bins_per_column, areas)).collect()
}

fn column(record: &PowerRecord, bins: &[RecordedBin], first: usize, areas: &[Area]) -> Column {
    let cycles: f64 = bins.iter().map(|bin| bin.cycles() as f64).sum();
    let mean = |area: &Area| {
        let energy = bins.iter().enumerate().map(|(at, bin)| {
            let powers = record.powers_w(first + at);
            let power: f64 =
                area.components.iter().filter_map(|at| powers.get(*at)).map(|power| f64::from(*power)).sum();
            power * bin.cycles() as f64
        });
        if cycles > 0.0 { energy.sum::<f64>() / cycles } else { 0.0 }
    };
    let tops = areas.iter().map(mean).scan(0.0, |below, power| {
        *below += power;
        Some(*below)
    });
    Column {
        start_cycle: bins.first().map_or(0, |bin| bin.start_cycle),
        end_cycle: bins.last().map_or(0, |bin| bin.end_cycle),
        tops_w: tops.collect(),
        highest_w: bins.iter().map(|bin| bin.highest_w).fold(0.0, f64::max),
    }
}
