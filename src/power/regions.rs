//! Energy by region: counts follow an event's tag, leakage and gated clock follow time.
//!
//! Each kind of region (layer, op, inference) is a view of its own over the whole run, and its last row is what no
//! region of the kind covers. That row stands whenever something was counted or time passed outside.

use std::collections::BTreeMap;

use trace_formats::Span;

use crate::activity::{ActivitySummary, Region, RegionCounts};
use crate::chip::pat::Pat;
use crate::units::{Hertz, Seconds};

use super::columns::{Columns, KnownTargets};
use super::macs::Macs;
use super::rates::Rates;
use super::result::{RegionComponent, RegionPower};
use super::shared_time::share;

/// What pricing a region needs.
pub(super) struct RegionPricing<'a> {
    pub pat: &'a Pat,
    pub rates: &'a Rates,
    pub columns: &'a Columns<'a>,
    pub targets: &'a KnownTargets,
    pub macs: &'a Macs,
    pub clock: Hertz,
}

/// Counts and the cycles that are charged for them.
struct Charge<'c> {
    counts: &'c RegionCounts,
    cycles: f64,
}

/// Rows of all kinds, and warnings.
pub(super) fn rows(
    summary: &ActivitySummary,
    pricing: &RegionPricing<'_>,
) -> (Vec<RegionPower>, Vec<String>) {
    let mut kinds: BTreeMap<&str, Vec<&Region>> = BTreeMap::new();
    for region in &summary.regions {
        kinds.entry(&region.kind).or_default().push(region);
    }
    let (mut rows, mut warnings) = (Vec::new(), Vec::new());
    for (kind, regions) in kinds {
        let spans: Vec<Span> = regions.iter().map(|region| region.span).collect();
        let time = share(&spans, summary.span);
        for (region, cycles) in regions.iter().zip(&time.cycles) {
            rows.push(pricing.region(region, *cycles));
        }
        let (counts, is_overcounted) = remainder(summary, &regions);
        if is_overcounted {
            warnings.push(format!(
                "regions of the kind {kind:?} count more than the whole run: events carry several tags of that kind"
            ));
        }
        if time.outside > 0 || !counts.is_empty() {
            rows.push(pricing.remainder(kind, &counts, time.outside));
        }
    }
    (rows, warnings)
}

/// What was counted under no region's tag, and whether some channel was counted under too many.
fn remainder(summary: &ActivitySummary, regions: &[&Region]) -> (RegionCounts, bool) {
    let mut tagged = RegionCounts::new();
    for (name, count) in regions.iter().flat_map(|region| &region.counts) {
        *tagged.entry(name.clone()).or_default() += count;
    }
    let mut rest = RegionCounts::new();
    for (name, total) in &summary.totals {
        let count = total.saturating_sub(tagged.get(name).copied().unwrap_or(0));
        if count > 0 {
            rest.insert(name.clone(), count);
        }
    }
    let total = |name| summary.totals.get(name).copied().unwrap_or(0);
    let is_overcounted = tagged.iter().any(|(name, count)| *count > total(name));
    (rest, is_overcounted)
}

impl RegionPricing<'_> {
    fn region(&self, region: &Region, cycles: f64) -> RegionPower {
        let row = self.charged(&region.kind, &Charge { counts: &region.counts, cycles });
        RegionPower {
            id: Some(region.id),
            name: region.name.clone(),
            is_remainder: false,
            start_s: Some(self.clock.time_of(region.span.start as f64).0),
            start_cycle: Some(region.span.start),
            cycles: region.span.end.saturating_sub(region.span.start).max(0).unsigned_abs(),
            ..row
        }
    }

    fn remainder(&self, kind: &str, counts: &RegionCounts, cycles: u64) -> RegionPower {
        RegionPower { cycles, ..self.charged(kind, &Charge { counts, cycles: cycles as f64 }) }
    }

    /// The row of a remainder, but for its cycles.
    fn charged(&self, kind: &str, charge: &Charge<'_>) -> RegionPower {
        let actions = self.columns.actions_by_name(charge.counts, self.targets);
        let duration: Seconds = self.clock.time_of(charge.cycles);
        let energies = self.rates.energies(&actions, duration);
        let by_kind = self.rates.counted(&energies);
        let components = self.pat.components.iter().zip(&energies);
        RegionPower {
            kind: kind.to_owned(),
            id: None,
            name: "(outside)".to_owned(),
            is_remainder: true,
            start_s: None,
            start_cycle: None,
            duration_s: duration.0,
            cycles: 0,
            energy_j: by_kind.total(),
            energy_by_kind_j: by_kind,
            system_energy_j: self.rates.system(&energies).0,
            average_power_w: (duration.0 > 0.0).then(|| by_kind.total() / duration.0),
            macs: self.macs.of(&actions),
            components: components
                .map(|(component, energy)| RegionComponent {
                    name: component.name.clone(),
                    energy_j: energy.total(),
                })
                .collect(),
        }
    }
}

/// The region that is open for the largest part of a span, as `kind:name`: a layer if one is open at all, else
/// of any kind; the first in the summary's order if several are open equally long.
pub(super) fn open_longest(regions: &[Region], span: Span) -> Option<String> {
    let overlap = |region: &Region| {
        let end = region.span.end.min(span.end);
        end.saturating_sub(region.span.start.max(span.start)).max(0)
    };
    let longest = |is_layer: bool| {
        let of_kind = regions.iter().filter(|region| (region.kind == "layer") == is_layer);
        of_kind.fold(None, |best: Option<(i64, &Region)>, region| match (best, overlap(region)) {
            (_, 0) => best,
            (Some((most, _)), cycles) if cycles <= most => best,
            (_, cycles) => Some((cycles, region)),
        })
    };
    let (_, region) = longest(true).or_else(|| longest(false))?;
    Some(format!("{}:{}", region.kind, region.name))
}
