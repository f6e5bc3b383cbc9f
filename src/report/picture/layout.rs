//! What is drawn, and where.

use crate::power::{PeakPower, PowerRecord, PowerReport};
use crate::report::page::{enumerate, inputs};
use crate::report::quantity::{counted, grouped, percent, si};

use super::axis::Axis;
use super::bands::{Bands, bands};
use super::stack::{self, Area, Column};
use super::words;

/// Width of the picture. Its unit is a pixel of a screen, or as much of a page as it is scaled to.
pub(super) const WIDTH: f64 = 800.0;
/// Space at the edges.
pub(super) const MARGIN: f64 = 12.0;
/// Where power over time lies.
pub(super) const LEFT: f64 = 66.0;
/// Where it ends, and words about it follow.
pub(super) const RIGHT: f64 = 584.0;
/// Where the key starts.
pub(super) const KEY: f64 = RIGHT + 22.0;
/// Size of words.
pub(super) const SIZE: f64 = 12.0;
/// Size of words that few will read.
pub(super) const SMALL: f64 = 10.5;
/// Height of a line of those.
pub(super) const NOTE: f64 = 15.0;

const BANDS: f64 = 56.0;
const UNDER_BANDS: f64 = 4.0;
const PLOT: f64 = 270.0;
const UNDER_PLOT: f64 = 48.0;
const TICKS: usize = 6;
/// Room above the highest window for what is written there.
const ABOVE: f64 = 1.12;
/// The same above the TDP.
const ABOVE_TDP: f64 = 1.03;
/// The axis reaches up to the TDP if that leaves the power at least this part of the picture.
const LEAST_FILL: f64 = 0.5;
/// Components that are listed.
const LISTED: usize = 24;

/// A picture, ready to be written.
pub(super) struct Picture<'a> {
    /// Whose numbers it shows.
    pub report: &'a PowerReport,
    /// What ran on what.
    pub title: String,
    /// The run in a line.
    pub subtitle: String,
    /// The picture in words, for those who do not see it.
    pub description: String,
    /// Where bands start.
    pub bands_top: f64,
    /// The plot's upper edge.
    pub top: f64,
    /// The plot's lower edge.
    pub bottom: f64,
    /// Height of the picture.
    pub height: f64,
    /// What is drawn of a run that took time and power.
    pub drawing: Option<Drawing<'a>>,
    /// Lines below it.
    pub notes: Vec<String>,
}

/// Power over time.
pub(super) struct Drawing<'a> {
    /// Seconds, to the right.
    pub time: Axis,
    /// Watts, upward.
    pub power: Axis,
    /// From below.
    pub areas: Vec<Area>,
    /// In the order of time.
    pub columns: Vec<Column>,
    /// Whether a column's highest window is not its mean.
    pub has_highest: bool,
    /// Layers.
    pub bands: Bands<'a>,
    /// The highest window.
    pub peak: Option<&'a PeakPower>,
    /// Whether the axis reaches up to the TDP.
    pub has_tdp: bool,
}

impl<'a> Picture<'a> {
    /// The picture of a run.
    pub fn new(report: &'a PowerReport, record: &PowerRecord) -> Picture<'a> {
        let title = format!("{} on {}", inputs(&report.provenance), report.chip.name);
        let (energy, duration) = (si(report.energy_j, "J"), si(report.duration_s, "s"));
        let cycles = counted(report.cycles, "cycle");
        let subtitle = format!("{energy} in {duration} ({cycles} at {})", si(report.clock_hz, "Hz"));
        let mut picture = Picture {
            report,
            description: "No power over time: no time passed, or no power was drawn.".to_owned(),
            title,
            subtitle,
            bands_top: BANDS,
            top: BANDS,
            bottom: BANDS + PLOT,
            height: 0.0,
            drawing: None,
            notes: Vec::new(),
        };
        picture.draw(record);
        let room = WIDTH - 2.0 * MARGIN;
        let notes = picture.notes.iter().flat_map(|note| words::lines(note, room, SMALL, 2));
        picture.notes = notes.collect();
        picture.height = picture.bottom + UNDER_PLOT + picture.notes.len() as f64 * NOTE + MARGIN / 2.0;
        picture
    }

    fn draw(&mut self, record: &PowerRecord) {
        let report = self.report;
        let areas = stack::areas(report);
        let columns = stack::columns(record, &areas);
        let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return };
        let peak = report.peak_power.first();
        let highest = columns.iter().map(|column| column.highest_w).fold(0.0, f64::max);
        let highest = peak.map_or(highest, |peak| highest.max(peak.power_w)).max(report.average_power_w);
        if !(last.end_cycle > first.start_cycle && highest > 0.0) {
            return;
        }
        let seconds = |cycle: i64| cycle as f64 / report.clock_hz;
        let time =
            Axis::new((seconds(first.start_cycle), seconds(last.end_cycle)), (LEFT, RIGHT), "s", TICKS);
        let bands = bands(report, &time);
        self.top += bands.lanes as f64 * bands.lane_height + UNDER_BANDS;
        self.bottom = self.top + PLOT;
        let has_tdp = report.tdp_w * LEAST_FILL <= highest;
        let shown = if has_tdp { ABOVE_TDP * report.tdp_w } else { highest };
        let top = shown.max(ABOVE * highest);
        let power = Axis::new((0.0, top), (self.bottom, self.top), "W", TICKS);
        let has_highest = stack::windows_per_column(record) > 1;
        self.notes = notes(report, record, &areas, &bands);
        self.description = description(report, &areas, &bands, peak);
        self.drawing = Some(Drawing { time, power, areas, columns, has_highest, bands, peak, has_tdp });
    }
}

/// What has to be said of what is drawn.
fn notes(report: &PowerReport, record: &PowerRecord, areas: &[Area], bands: &Bands<'_>) -> Vec<String> {
    let window = format!("{} ({})", si(report.window_s, "s"), counted(report.window_cycles, "cycle"));
    let mut notes = vec![match stack::windows_per_column(record) {
        1 => format!("Every window of {window} is drawn."),
        windows => format!(
            "Columns are averages over {} windows of {window}; the line above them is the highest window in each.",
            grouped(windows)
        ),
    }];
    if let Some(others) = areas.iter().find(|area| area.components.len() > 1) {
        let names = others.components.iter().map(|at| report.components[*at].name.as_str());
        notes.push(format!("{}: {}.", others.name, enumerate(names, LISTED)));
    }
    if report.includes_system {
        notes.push("What stands beside the chip is included.".to_owned());
    }
    if bands.left_out > 0 {
        let left_out = counted(bands.left_out as u64, &format!("more {}", bands.kind));
        notes.push(format!("{left_out} open at the same time: not drawn."));
    }
    notes
}

/// What the picture shows, in words.
fn description(report: &PowerReport, areas: &[Area], bands: &Bands<'_>, peak: Option<&PeakPower>) -> String {
    let (average, tdp) = (si(report.average_power_w, "W"), si(report.tdp_w, "W"));
    let mut text = format!("Power over {}: average {average}, TDP {tdp}", si(report.duration_s, "s"));
    if let Some(peak) = peak {
        let (power, window, start) = (si(peak.power_w, "W"), si(peak.window_s, "s"), si(peak.start_s, "s"));
        let region = peak.region.as_ref().map_or_else(String::new, |region| format!(" in {region}"));
        text += &format!(", peak {power} over {window} at {start}{region}");
    }
    let shares =
        areas.iter().map(|area| format!("{} {}", area.name, percent(area.energy_j, report.energy_j)));
    text +=
        &format!(". Stacked from below, with shares of energy: {}.", shares.collect::<Vec<_>>().join(", "));
    let regions: usize = bands.bands.iter().map(|band| band.regions.len()).sum();
    if regions > 0 {
        text += &format!(" Above it {}.", counted(regions as u64, bands.kind));
    }
    text
}
