//! The same run on several operating points: tables for people, the reports in one document for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::power::PowerReport;
use crate::units::{Celsius, Kelvin, Volts};

use super::page::{Page, enumerate, fit, inputs};
use super::quantity::{UNKNOWN, bar, counted, percent, si, si3};
use super::table::{Column, Table};

/// Version of the schema of a comparison. It grows when a key of its own is removed, renamed or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

const BAR: usize = 8;
/// Rows of a table, at most.
const ROWS: usize = 40;
/// Warnings, and assumptions, at most.
const REMARKS: usize = 12;
/// Points that are named beside a remark.
const NAMED: usize = 3;
/// Characters of a title's inputs.
const TITLE: usize = 50;

/// A report and what tells its operating point from others.
#[derive(Clone, Debug)]
pub struct ComparedPoint {
    /// Chip and conditions in one word.
    pub label: String,
    /// The chip's name, or how it was asked for where names are equal.
    pub chip: String,
    /// Supply that was asked for.
    pub voltage: Option<Volts>,
    /// Temperature that was asked for.
    pub temperature: Option<Kelvin>,
    /// What it made of the run.
    pub report: PowerReport,
}

/// The JSON document: each report as it is alone.
#[derive(Serialize)]
pub struct Comparison<'a> {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// In the order of chips, supplies, clocks, temperatures, as they were asked for.
    pub reports: Vec<&'a PowerReport>,
}

impl<'a> Comparison<'a> {
    /// The document of these points.
    pub fn new(points: &'a [ComparedPoint]) -> Comparison<'a> {
        let reports = points.iter().map(|point| &point.report).collect();
        Comparison { schema_version: SCHEMA_VERSION, reports }
    }
}

impl ComparedPoint {
    /// Energy times time, for an inference if their number is known.
    fn energy_delay_js(&self) -> f64 {
        let inferences = self.report.inferences.filter(|count| *count > 0).unwrap_or(1) as f64;
        self.energy_j() * self.report.duration_s / inferences
    }

    fn energy_j(&self) -> f64 {
        self.report.energy_per_inference_j.unwrap_or(self.report.energy_j)
    }

    fn peak_w(&self) -> f64 {
        self.report.peak_power.first().map_or(f64::NAN, |peak| peak.power_w)
    }

    /// The highest of the powers that are drawn.
    fn highest_w(&self) -> f64 {
        self.peak_w().max(self.report.average_power_w)
    }
}

/// The page of several points. It ends in a newline.
pub fn render(points: &[ComparedPoint]) -> String {
    let run = points.first().map_or_else(String::new, |point| inputs(&point.report.provenance));
    let mut page = Page::titled(&format!("{} on {} operating points", fit(&run, TITLE), points.len()));
    let best = best(points, ComparedPoint::energy_delay_js);
    facts(&mut page, points, best);
    let shown = shown(points);
    energies(&mut page, points, &shown, best);
    powers(&mut page, points, &shown);
    if shown.len() < points.len() {
        page.paragraph(&format!(
            "Shown are the {} points of least energy-delay; --json has all.",
            shown.len()
        ));
    }
    page.list("Warnings", &remarks(points, |report| &report.warnings));
    page.list("Assumptions", &remarks(points, |report| &report.assumptions));
    page.finish()
}

/// The first point with the lowest of a figure.
fn best(points: &[ComparedPoint], figure: impl Fn(&ComparedPoint) -> f64) -> Option<usize> {
    let known = (0..points.len()).filter(|at| figure(&points[*at]).is_finite());
    known.min_by(|a, b| figure(&points[*a]).total_cmp(&figure(&points[*b])))
}

/// Which is best in what, as far as they differ.
fn facts(page: &mut Page, points: &[ComparedPoint], least_energy_delay: Option<usize>) {
    let mut fact = |name: &str, at: Option<usize>, text: &dyn Fn(&ComparedPoint) -> String| {
        if let Some(point) = at.and_then(|at| points.get(at)) {
            page.fact(name, &format!("{} ({})", point.label, text(point)));
        }
    };
    fact("Least energy", best(points, ComparedPoint::energy_j), &|point| si(point.energy_j(), "J"));
    fact("Shortest", best(points, |point| point.report.duration_s), &|point| {
        si(point.report.duration_s, "s")
    });
    fact("Energy-delay", least_energy_delay, &|point| si(point.energy_delay_js(), "Js"));
    fact("Lowest peak", best(points, ComparedPoint::peak_w), &|point| si(point.peak_w(), "W"));
    let above = points.iter().filter(|point| point.report.tdp_headroom_w < 0.0).count();
    let all = counted(points.len() as u64, "point");
    page.fact("Above TDP", &if above == 0 { "none".to_owned() } else { format!("{above} of {all}") });
}

/// The points that there is room for: those of least energy-delay, in their order.
fn shown(points: &[ComparedPoint]) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..points.len()).collect();
    shown.sort_by(|a, b| points[*a].energy_delay_js().total_cmp(&points[*b].energy_delay_js()));
    shown.truncate(ROWS);
    shown.sort_unstable();
    shown
}

/// The columns that say which point it is: those that anything was asked for of.
struct Names {
    has_voltage: bool,
    has_temperature: bool,
}

impl Names {
    fn new(points: &[ComparedPoint]) -> Names {
        Names {
            has_voltage: points.iter().any(|point| point.voltage.is_some()),
            has_temperature: points.iter().any(|point| point.temperature.is_some()),
        }
    }

    fn table(&self, columns: Vec<Column>) -> Table {
        let voltage = self.has_voltage.then(|| Column::number("supply"));
        let temperature = self.has_temperature.then(|| Column::number("at"));
        let names = [Column::words("chip"), Column::number("clock")];
        Table::new(names.into_iter().chain(voltage).chain(temperature).chain(columns).collect())
    }

    fn row(&self, point: &ComparedPoint, cells: Vec<String>) -> Vec<String> {
        let unknown = || UNKNOWN.to_owned();
        let voltage = point.voltage.map_or_else(unknown, |voltage| format!("{} V", voltage.0));
        let celsius = |kelvin: Kelvin| (Celsius::from(kelvin).0 * 10.0).round() / 10.0;
        let temperature =
            point.temperature.map_or_else(unknown, |temperature| format!("{} °C", celsius(temperature)));
        let voltage = self.has_voltage.then_some(voltage);
        let temperature = self.has_temperature.then_some(temperature);
        let names = [point.chip.clone(), si3(point.report.clock_hz, "Hz")];
        names.into_iter().chain(voltage).chain(temperature).chain(cells).collect()
    }
}

fn energies(page: &mut Page, points: &[ComparedPoint], shown: &[usize], best: Option<usize>) {
    let is_per_inference = points.iter().all(|point| point.report.energy_per_inference_j.is_some());
    page.heading(if is_per_inference { "Energy per inference" } else { "Energy of the run" });
    let names = Names::new(points);
    let mut table = names.table(vec![
        Column::number("time"),
        Column::number("energy"),
        Column::bar(),
        Column::number("energy-delay"),
        Column::bar(),
    ]);
    let highest = points.iter().map(ComparedPoint::energy_j).fold(0.0, f64::max);
    for &at in shown {
        let point = &points[at];
        let cells = vec![
            si3(point.report.duration_s, "s"),
            si3(point.energy_j(), "J"),
            bar(point.energy_j(), highest, BAR),
            si3(point.energy_delay_js(), "Js"),
            if Some(at) == best { "◀".to_owned() } else { String::new() },
        ];
        table.row(names.row(point, cells));
    }
    page.table(&table);
    page.paragraph("time: of the whole run; ◀ least energy-delay.");
}

fn powers(page: &mut Page, points: &[ComparedPoint], shown: &[usize]) {
    page.heading("Power");
    let names = Names::new(points);
    let mut table = names.table(vec![
        Column::number("average"),
        Column::number("peak"),
        Column::bar(),
        Column::number("TDP"),
        Column::number("headroom"),
    ]);
    let highest = points.iter().map(ComparedPoint::highest_w).fold(0.0, f64::max);
    for &at in shown {
        let (point, report) = (&points[at], &points[at].report);
        let cells = vec![
            si3(report.average_power_w, "W"),
            si3(point.peak_w(), "W"),
            bar(point.peak_w(), highest, BAR),
            si3(report.tdp_w, "W"),
            percent(report.tdp_headroom_w, report.tdp_w),
        ];
        table.row(names.row(point, cells));
    }
    page.table(&table);
}

/// What reports say in words, once each, and of which points unless of all.
fn remarks(points: &[ComparedPoint], of: impl Fn(&PowerReport) -> &Vec<String>) -> Vec<String> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut remarks: Vec<(&str, Vec<&str>)> = Vec::new();
    for point in points {
        for text in of(&point.report) {
            let at = *places.entry(text).or_insert(remarks.len());
            if at == remarks.len() {
                remarks.push((text, Vec::new()));
            }
            remarks[at].1.push(&point.label);
        }
    }
    let said = remarks.iter().take(REMARKS).map(|(text, of)| match of.len() {
        all if all == points.len() => (*text).to_owned(),
        _ => format!("{text} [{}]", enumerate(of.iter().copied(), NAMED)),
    });
    let more = remarks.len().saturating_sub(REMARKS);
    let more = (more > 0).then(|| format!("{more} more, which the reports of --json have"));
    said.chain(more).collect()
}
