//! Regions of one kind as bands over the time axis.

use crate::power::{PowerReport, RegionPower};

use super::axis::Axis;
use super::layout::SMALL;
use super::words;

/// Bands that are open together lie in lanes, at most so many.
const MOST_LANES: usize = 3;
/// Narrower ones are drawn together with their neighbours.
const LEAST_WIDTH: f64 = 2.0;
/// Height of a lane, with the space below it.
const LANE: f64 = 19.0;
/// Space between lanes, and before the ends of a name.
const SPACE: f64 = 3.0;
/// Sizes of names along the time axis.
const SIZES: [f64; 3] = [SMALL, 9.0, 8.0];
/// Characters that are left of a name that is cut, at least: names of layers begin alike.
const LEAST_CUT: usize = 12;
/// Widths of bands that have room for a name that stands upright, and its size.
const UPRIGHT: [(f64, f64); 2] = [(10.0, SMALL), (7.0, 8.0)];
/// Length of such a name.
const LONGEST_UPRIGHT: f64 = 72.0;

/// A region, or neighbours that are too short to be drawn apart.
pub(super) struct Band<'a> {
    /// From above.
    pub lane: usize,
    /// Where it starts.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// In the order of time.
    pub regions: Vec<&'a RegionPower>,
    /// The name of a region that is drawn by itself, if there is room for it.
    pub label: Option<Label>,
}

/// A name in a band.
pub(super) struct Label {
    /// The name, or as much as fits.
    pub text: String,
    /// Size of its letters.
    pub size: f64,
    /// Whether it is read from below.
    pub is_upright: bool,
}

/// The bands of a kind of region.
pub(super) struct Bands<'a> {
    /// `layer`, if the run has any; else the first kind; empty if there are no regions.
    pub kind: &'a str,
    /// By lane and time.
    pub bands: Vec<Band<'a>>,
    /// How many lanes are used.
    pub lanes: usize,
    /// Height of each, with the space below it.
    pub lane_height: f64,
    /// Regions that found no lane.
    pub left_out: usize,
}

/// The bands of a report on its time axis.
pub(super) fn bands<'a>(report: &'a PowerReport, time: &Axis) -> Bands<'a> {
    let is_there = |kind: &str| report.regions.iter().any(|region| region.kind == kind);
    let first = report.regions.first().map_or("", |region| region.kind.as_str());
    let kind = if is_there("layer") { "layer" } else { first };
    let mut bands = Bands { kind, bands: Vec::new(), lanes: 0, lane_height: LANE, left_out: 0 };
    let mut regions: Vec<(i64, i64, &RegionPower)> =
        report.regions.iter().filter_map(|region| span(region, kind)).collect();
    regions.sort_by_key(|(start, end, _)| (*start, *end));
    let mut ends = [i64::MIN; MOST_LANES];
    for (start, end, region) in regions {
        let Some(lane) = ends.iter().position(|free| *free <= start) else {
            bands.left_out += 1;
            continue;
        };
        ends[lane] = end;
        let at = |cycle: i64| time.at(cycle as f64 / report.clock_hz);
        bands.put(Band { lane, from: at(start), to: at(end), regions: vec![region], label: None });
    }
    bands.bands.sort_by_key(|band| band.lane);
    bands.name();
    bands
}

/// First cycle of a region and first after it.
fn span<'a>(region: &'a RegionPower, kind: &str) -> Option<(i64, i64, &'a RegionPower)> {
    let start = region.start_cycle.filter(|_| region.kind == kind && !region.is_remainder)?;
    Some((start, start.saturating_add_unsigned(region.cycles), region))
}

impl<'a> Bands<'a> {
    fn put(&mut self, band: Band<'a>) {
        self.lanes = self.lanes.max(band.lane + 1);
        let last = self.bands.iter_mut().rev().find(|last| last.lane == band.lane);
        match last {
            Some(last) if is_short(last) && is_short(&band) && band.from - last.to < LEAST_WIDTH => {
                last.to = band.to;
                last.regions.extend(band.regions);
            }
            _ => self.bands.push(band),
        }
    }

    /// Names the bands, upright where they are narrow and lie in one lane, which is then as high as that takes.
    fn name(&mut self) {
        let may_stand = self.lanes == 1;
        for band in &mut self.bands {
            let [region] = band.regions[..] else { continue };
            let width = band.to - band.from;
            band.label = along(&region.name, width - SPACE, !may_stand);
            let upright =
                UPRIGHT.into_iter().find(|(least, _)| may_stand && band.label.is_none() && width >= *least);
            if let Some((_, size)) = upright {
                let text = words::fit(&region.name, LONGEST_UPRIGHT, size);
                self.lane_height = self.lane_height.max(words::width(&text, size) + 4.0 * SPACE);
                band.label = Some(Label { text, size, is_upright: true });
            }
        }
    }
}

/// Whether a band is one that is drawn together with others, by the mean of those that are in it already.
fn is_short(band: &Band<'_>) -> bool {
    band.to - band.from < LEAST_WIDTH * band.regions.len() as f64
}

/// A name along the time axis, in the largest size in which it fits.
fn along(name: &str, room: f64, may_cut: bool) -> Option<Label> {
    let label = |text: String, size: f64| Label { text, size, is_upright: false };
    let whole = SIZES.into_iter().find(|size| words::width(name, *size) <= room);
    if let Some(size) = whole {
        return Some(label(name.to_owned(), size));
    }
    let size = SIZES[SIZES.len() - 1];
    let cut = words::fit(name, room, size);
    (may_cut && cut.chars().count() >= LEAST_CUT).then(|| label(cut, size))
}
