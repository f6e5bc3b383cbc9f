//! Power over time of two runs on one axis: as it was, or with each layer of the one as long as the other's.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::power::{PowerRecord, PowerReport, RegionPower};

/// Bins that a picture has room for.
const MOST_BINS: usize = 4096;

/// Power over time of a run, and where its regions lie.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    bins: Vec<Bin>,
    regions: Vec<Span>,
}

/// Power over a length of time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bin {
    start_s: f64,
    end_s: f64,
    average_w: f64,
    highest_w: f64,
}

/// A region in time.
#[derive(Clone, Debug, PartialEq)]
struct Span {
    kind: String,
    name: String,
    start_s: f64,
    end_s: f64,
}

impl Curve {
    /// From what was recorded of the run when it was priced.
    pub fn of_record(record: &PowerRecord, report: &PowerReport) -> Curve {
        let time = |cycle: i64| cycle as f64 / report.clock_hz;
        let bins = record.bins().iter().map(|bin| Bin {
            start_s: time(bin.start_cycle),
            end_s: time(bin.end_cycle),
            average_w: bin.average_w,
            highest_w: bin.highest_w,
        });
        Curve { bins: shortened(bins.collect()), regions: spans(report) }
    }

    /// From the bins of a saved report.
    pub fn of_report(report: &PowerReport) -> Curve {
        let bins = report.power_over_time.iter().map(|bin| Bin {
            start_s: bin.start_s,
            end_s: bin.start_s + bin.duration_s,
            average_w: bin.average_power_w,
            highest_w: bin.peak_power_w,
        });
        Curve { bins: bins.collect(), regions: spans(report) }
    }

    /// What is drawn, at its own times.
    pub(super) fn drawn(&self) -> DrawnCurve {
        let mut drawn = DrawnCurve::default();
        self.bins.iter().for_each(|bin| drawn.push(*bin));
        drawn
    }

    /// What is drawn with each region of the kind where `other` has the same one, and as long as it is there. Regions
    /// that the other does not have, or has in another order, are not drawn.
    pub(super) fn drawn_on(&self, other: &Curve, kind: &str) -> DrawnCurve {
        let mut drawn = DrawnCurve::default();
        for stretch in self.stretches(other, kind) {
            let from = self.bins.partition_point(|bin| bin.end_s <= stretch.own.0);
            for bin in self.bins[from..].iter().take_while(|bin| bin.start_s < stretch.own.1) {
                drawn.push(stretch.of(bin));
            }
        }
        drawn
    }

    /// Regions of a kind for the axis.
    pub(super) fn bands(&self, kind: &str) -> Vec<Band> {
        let band = |span: &Span| Band { name: span.name.clone(), start_s: span.start_s, end_s: span.end_s };
        self.regions.iter().filter(|span| span.kind == kind).map(band).collect()
    }

    /// The kind of region by which two curves are aligned: layers, else the first that both have.
    pub(super) fn common_kind(&self, other: &Curve) -> Option<&str> {
        let in_other = |kind: &str| other.regions.iter().any(|span| span.kind == kind);
        let mut common = self.regions.iter().map(|span| span.kind.as_str()).filter(|kind| in_other(kind));
        let first = common.next()?;
        Some(std::iter::once(first).chain(common).find(|kind| *kind == "layer").unwrap_or(first))
    }

    /// Times of this run that are drawn as times of the other, in order and without overlap. What lies between two regions
    /// lies between the same ones there; what comes before or after all keeps its length.
    fn stretches(&self, other: &Curve, kind: &str) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for (own, others) in matched(&self.regions, &other.regions, kind) {
            let mut on = Stretch { own: (own.start_s, own.end_s), other: (others.start_s, others.end_s) };
            if let Some(before) = stretches.last() {
                // Regions that overlap give way to those that began earlier.
                on.own.0 = on.own.0.max(before.own.1);
                on.other.0 = on.other.0.max(before.other.1);
                let between = Stretch { own: (before.own.1, on.own.0), other: (before.other.1, on.other.0) };
                stretches.extend(between.if_drawn());
            }
            stretches.extend(on.if_drawn());
        }
        let (Some(first), Some(last)) = (stretches.first().copied(), stretches.last().copied()) else {
            return stretches;
        };
        let (Some(start), Some(end)) = (self.bins.first(), self.bins.last()) else { return Vec::new() };
        let (before, after) = (first.own.0 - start.start_s, end.end_s - last.own.1);
        let before =
            Stretch { own: (start.start_s, first.own.0), other: (first.other.0 - before, first.other.0) };
        let after = Stretch { own: (last.own.1, end.end_s), other: (last.other.1, last.other.1 + after) };
        before.if_drawn().into_iter().chain(stretches).chain(after.if_drawn()).collect()
    }
}

/// A time of one run and the time of the other where it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    own: (f64, f64),
    other: (f64, f64),
}

impl Stretch {
    /// Itself, unless it takes no time.
    fn if_drawn(self) -> Option<Stretch> {
        (self.own.1 > self.own.0 && self.other.1 > self.other.0).then_some(self)
    }

    /// The part of a bin that is in it, where it is drawn.
    fn of(&self, bin: &Bin) -> Bin {
        let factor = (self.other.1 - self.other.0) / (self.own.1 - self.own.0);
        let time = |own: f64| self.other.0 + (own.clamp(self.own.0, self.own.1) - self.own.0) * factor;
        Bin { start_s: time(bin.start_s), end_s: time(bin.end_s), ..*bin }
    }
}

/// Regions of a kind that both have, in the order of both; of equal names, the first is the first.
fn matched<'a>(own: &'a [Span], others: &'a [Span], kind: &str) -> Vec<(&'a Span, &'a Span)> {
    let mut by_name: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
    for span in others.iter().rev().filter(|span| span.kind == kind) {
        by_name.entry(&span.name).or_default().push(span);
    }
    let mut matched: Vec<(&Span, &Span)> = Vec::new();
    for span in own.iter().filter(|span| span.kind == kind) {
        let Some(same) = by_name.get_mut(span.name.as_str()).and_then(Vec::pop) else { continue };
        if matched.last().is_none_or(|(_, before)| before.start_s <= same.start_s) {
            matched.push((span, same));
        }
    }
    matched
}

/// The regions in the order of their starts.
fn spans(report: &PowerReport) -> Vec<Span> {
    let span = |region: &RegionPower| {
        let start = region.start_cycle? as f64;
        let time = |cycle: f64| cycle / report.clock_hz;
        Some(Span {
            kind: region.kind.clone(),
            name: region.name.clone(),
            start_s: time(start),
            end_s: time(start + region.cycles as f64),
        })
    };
    let mut spans: Vec<Span> = report.regions.iter().filter_map(span).collect();
    spans.sort_by(|one, other| one.start_s.total_cmp(&other.start_s));
    spans
}

/// Bins that are few enough; each average is weighted by time, each highest window kept.
fn shortened(bins: Vec<Bin>) -> Vec<Bin> {
    let together = bins.len().div_ceil(MOST_BINS).max(1);
    let merge = |bins: &[Bin]| {
        let (first, last) = (bins.first()?, bins.last()?);
        let energy_j: f64 = bins.iter().map(|bin| bin.average_w * (bin.end_s - bin.start_s)).sum();
        let average_w = energy_j / (last.end_s - first.start_s);
        let highest_w = bins.iter().map(|bin| bin.highest_w).fold(first.highest_w, f64::max);
        let one = bins.len() == 1;
        let average_w = if one { first.average_w } else { average_w };
        Some(Bin { start_s: first.start_s, end_s: last.end_s, average_w, highest_w })
    };
    bins.chunks(together).filter_map(merge).collect()
}

/// A region on the axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Band {
    name: String,
    start_s: f64,
    end_s: f64,
}

/// Points of a line; where it has a gap, they are none.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct DrawnCurve {
    time_s: Vec<f64>,
    average_w: Vec<Option<f64>>,
    highest_w: Vec<Option<f64>>,
}

impl DrawnCurve {
    fn push(&mut self, bin: Bin) {
        if let Some(&end_s) = self.time_s.last() {
            let is_next = (bin.start_s - end_s).abs() <= 1e-6 * (bin.end_s - bin.start_s);
            if !is_next {
                self.point(end_s, None);
            }
        }
        self.point(bin.start_s, Some(bin));
        self.point(bin.end_s, Some(bin));
    }

    fn point(&mut self, time_s: f64, bin: Option<Bin>) {
        self.time_s.push(time_s);
        self.average_w.push(bin.map(|bin| bin.average_w));
        self.highest_w.push(bin.map(|bin| bin.highest_w));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows of a second, each of the power that is given.
    fn curve(powers: &[f64], regions: &[(&str, f64, f64)]) -> Curve {
        let bin = |(at, power): (usize, &f64)| Bin {
            start_s: at as f64,
            end_s: at as f64 + 1.0,
            average_w: *power,
            highest_w: *power,
        };
        let span = |(name, start_s, end_s): &(&str, f64, f64)| Span {
            kind: "layer".to_owned(),
            name: (*name).to_owned(),
            start_s: *start_s,
            end_s: *end_s,
        };
        Curve {
            bins: powers.iter().enumerate().map(bin).collect(),
            regions: regions.iter().map(span).collect(),
        }
    }

    fn steps(drawn: &DrawnCurve) -> Vec<(f64, Option<f64>)> {
        drawn.time_s.iter().copied().zip(drawn.average_w.iter().copied()).collect()
    }

    #[test]
    fn a_layer_is_drawn_as_long_as_the_others() {
        let own = curve(&[1.0, 2.0, 3.0], &[("x", 0.0, 1.0), ("y", 1.0, 3.0)]);
        let other = curve(&[0.0; 5], &[("x", 0.0, 4.0), ("y", 4.0, 5.0)]);
        let expected = [(0.0, 1.0), (4.0, 1.0), (4.0, 2.0), (4.5, 2.0), (4.5, 3.0), (5.0, 3.0)];
        assert_eq!(steps(&own.drawn_on(&other, "layer")), expected.map(|(time, power)| (time, Some(power))));
    }

    #[test]
    fn where_the_other_has_a_new_layer_there_is_a_gap_and_a_vanished_one_takes_no_place() {
        let own = curve(&[1.0, 9.0, 2.0], &[("x", 0.0, 1.0), ("gone", 1.0, 2.0), ("y", 2.0, 3.0)]);
        let touching = curve(&[0.0; 2], &[("x", 0.0, 1.0), ("y", 1.0, 2.0)]);
        let expected =
            [(0.0, 1.0), (1.0, 1.0), (1.0, 2.0), (2.0, 2.0)].map(|(time, power)| (time, Some(power)));
        assert_eq!(steps(&own.drawn_on(&touching, "layer")), expected);
        let wider = curve(&[0.0; 3], &[("x", 0.0, 1.0), ("new", 1.0, 2.0), ("y", 2.0, 3.0)]);
        let without = curve(&[1.0, 2.0], &[("x", 0.0, 1.0), ("y", 1.0, 2.0)]);
        let expected = [(0.0, Some(1.0)), (1.0, Some(1.0)), (1.0, None), (2.0, Some(2.0)), (3.0, Some(2.0))];
        assert_eq!(steps(&without.drawn_on(&wider, "layer")), expected);
    }

    #[test]
    fn what_comes_before_and_after_all_layers_keeps_its_length() {
        let own = curve(&[1.0, 2.0, 3.0], &[("x", 1.0, 2.0)]);
        let other = curve(&[0.0; 9], &[("x", 5.0, 9.0)]);
        let times: Vec<f64> = own.drawn_on(&other, "layer").time_s;
        assert_eq!(times, [4.0, 5.0, 5.0, 9.0, 9.0, 10.0]);
    }

    #[test]
    fn many_bins_become_few_that_keep_energy_and_peaks() {
        let bins: Vec<Bin> = curve(&(0..10_000).map(f64::from).collect::<Vec<_>>(), &[]).bins;
        let few = shortened(bins.clone());
        assert!(few.len() <= MOST_BINS);
        let energy =
            |bins: &[Bin]| -> f64 { bins.iter().map(|bin| bin.average_w * (bin.end_s - bin.start_s)).sum() };
        assert!((energy(&few) - energy(&bins)).abs() <= 1e-9 * energy(&bins));
        assert_eq!(few.last().map(|bin| bin.highest_w), Some(9_999.0));
    }
}
