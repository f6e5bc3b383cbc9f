//! What the page knows besides numbers in time: the report, shortened where it may be long, and the chip's areas.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::chip::pat::Pat;
use crate::power::{PowerRecord, PowerReport, RegionPower};

use super::numbers::PowerLayout;

/// Regions in the page, at most, shared by their kinds: those of most energy.
const MOST_REGIONS: usize = 2_000;
/// Entries of any other list in the page, at most.
const MOST_ENTRIES: usize = 500;

/// What the page's scripts read besides the report.
#[derive(Serialize)]
pub(super) struct PageData<'a> {
    /// How power over time is laid out.
    pub power: PowerLayout,
    /// Where each region of the page stands in the report.
    region_indexes: Vec<usize>,
    /// Regions of each kind in the report, without the remainder.
    regions_by_kind: BTreeMap<String, usize>,
    /// Entries of lists in the report that are longer than in the page.
    full_lengths: BTreeMap<&'static str, usize>,
    areas: &'a AreasOfChip,
}

/// Areas, of which the report has one only.
#[derive(Default, Serialize)]
pub(super) struct AreasOfChip {
    /// Area without a labelled function.
    white_space_mm2: Option<f64>,
    /// Area of labelled functions that are no component.
    unmodelled_area_mm2: Option<f64>,
    /// In the chip file's order.
    components_mm2: Vec<Option<f64>>,
}

impl AreasOfChip {
    pub(super) fn of(pat: &Pat) -> AreasOfChip {
        let components = pat.components.iter();
        AreasOfChip {
            white_space_mm2: pat.white_space.as_ref().map(|area| area.value.0),
            unmodelled_area_mm2: pat.unmodelled_area.as_ref().map(|area| area.value.0),
            components_mm2: components
                .map(|component| component.area.as_ref().map(|area| area.value.0))
                .collect(),
        }
    }
}

impl<'a> PageData<'a> {
    /// The report as the page has it, and what else it has.
    pub(super) fn new(
        report: &PowerReport,
        record: &PowerRecord,
        areas: &'a AreasOfChip,
        is_counted: &[bool],
    ) -> (PowerReport, PageData<'a>) {
        let mut short = report.clone();
        let region_indexes = largest_regions(&report.regions);
        short.regions = region_indexes.iter().map(|index| report.regions[*index].clone()).collect();
        let mut regions_by_kind = BTreeMap::new();
        for region in report.regions.iter().filter(|region| !region.is_remainder) {
            *regions_by_kind.entry(region.kind.clone()).or_default() += 1;
        }
        let full_lengths = shorten_lists(&mut short);
        let power = PowerLayout::new(report, record, is_counted);
        (short, PageData { power, region_indexes, regions_by_kind, full_lengths, areas })
    }
}

/// Indexes of the regions of most energy of each kind, and of all remainders, in the report's order.
fn largest_regions(regions: &[RegionPower]) -> Vec<usize> {
    let mut by_kind: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, region) in regions.iter().enumerate() {
        by_kind.entry(&region.kind).or_default().push(index);
    }
    let most = (MOST_REGIONS / by_kind.len().max(1)).max(1);
    let mut kept = Vec::new();
    for mut indexes in by_kind.into_values() {
        indexes.sort_by(|a, b| {
            let (a, b) = (&regions[*a], &regions[*b]);
            b.is_remainder.cmp(&a.is_remainder).then(b.energy_j.total_cmp(&a.energy_j))
        });
        indexes.truncate(most + 1);
        kept.append(&mut indexes);
    }
    kept.sort_unstable();
    kept
}

/// Cuts lists that grow with the trace, and gives the lengths that they had.
fn shorten_lists(report: &mut PowerReport) -> BTreeMap<&'static str, usize> {
    let mut lengths = BTreeMap::new();
    let mut cut = |name: &'static str, length: usize| {
        if length > MOST_ENTRIES {
            lengths.insert(name, length);
        }
    };
    let coverage = &mut report.coverage;
    cut("warnings", report.warnings.len());
    report.warnings.truncate(MOST_ENTRIES);
    cut("assumptions", report.assumptions.len());
    report.assumptions.truncate(MOST_ENTRIES);
    cut("coverage.bound_channels", coverage.bound_channels.len());
    coverage.bound_channels.truncate(MOST_ENTRIES);
    cut("coverage.unbound_channels", coverage.unbound_channels.len());
    coverage.unbound_channels.truncate(MOST_ENTRIES);
    cut("coverage.skipped", coverage.skipped.len());
    coverage.skipped.truncate(MOST_ENTRIES);
    if let Some(inputs) = report.provenance.get_mut("inputs").and_then(|inputs| inputs.as_array_mut()) {
        cut("provenance.inputs", inputs.len());
        inputs.truncate(MOST_ENTRIES);
    }
    lengths
}
