//! The numbers of a report as metrics: each with a name, a unit, and labels that say what of it is meant. The table of
//! the summary and the text for Prometheus are written from one list.

mod families;

use anyhow::Result;

use crate::power::{ActionPower, ComponentPower, PeakPower, PowerReport, RegionPower};

pub(super) use families::FAMILIES;

/// What a number is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Joules,
    Watts,
    Seconds,
    Hertz,
    SquareMillimetres,
    /// A part of one.
    Ratio,
    /// A count, or what the name says.
    One,
}

impl Unit {
    /// Its symbol.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Unit::Joules => "J",
            Unit::Watts => "W",
            Unit::Seconds => "s",
            Unit::Hertz => "Hz",
            Unit::SquareMillimetres => "mm2",
            Unit::Ratio | Unit::One => "1",
        }
    }

    /// How a key of JSON ends that has it.
    pub(super) fn key_ending(self) -> &'static str {
        match self {
            Unit::Joules => "_j",
            Unit::Watts => "_w",
            Unit::Seconds => "_s",
            Unit::Hertz => "_hz",
            Unit::SquareMillimetres => "_mm2",
            Unit::Ratio | Unit::One => "",
        }
    }

    /// Its name in the plural, as Prometheus has it.
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Unit::Joules => Some("joules"),
            Unit::Watts => Some("watts"),
            Unit::Seconds => Some("seconds"),
            Unit::Hertz => Some("hertz"),
            Unit::SquareMillimetres => Some("square_millimetres"),
            Unit::Ratio => Some("ratio"),
            Unit::One => None,
        }
    }
}

/// What of a family is meant: pairs of a label and its value.
pub(super) type Labels<'a> = &'a [(&'static str, &'a str)];

/// Takes one number of a family.
pub(super) type Take<'a> = dyn FnMut(Labels<'_>, f64) -> Result<()> + 'a;

/// Numbers of one meaning.
pub(super) struct Family {
    /// Its name, without the unit.
    pub name: &'static str,
    pub unit: Unit,
    /// One line about it.
    pub help: &'static str,
    pub numbers: Numbers,
}

/// Where the numbers of a family stand in a report.
pub(super) enum Numbers {
    /// One of the run, if anybody knows it.
    Run(fn(&PowerReport) -> Option<f64>),
    /// One of each component: label `component`.
    Component(fn(&ComponentPower) -> f64),
    /// One of each action: labels `component` and `action`.
    Action(fn(&ActionPower) -> f64),
    /// One of each length of time over which the peak was looked for: label `window`.
    Peak(fn(&PeakPower) -> f64),
    /// One of each region: labels `region_kind`, `region_id` (empty for what no region covers) and `region`.
    Region(fn(&RegionPower) -> Option<f64>),
    /// Any others.
    Labelled(fn(&PowerReport, &mut Take<'_>) -> Result<()>),
}

impl Family {
    /// Whether its numbers are of regions, which are a table of their own.
    pub(super) fn is_of_regions(&self) -> bool {
        matches!(self.numbers, Numbers::Region(_))
    }

    /// The name that a key of JSON has.
    pub(super) fn key(&self) -> String {
        format!("{}{}", self.name, self.unit.key_ending())
    }

    /// Tells of its numbers in a report, but for those that nobody knows.
    pub(super) fn each(&self, report: &PowerReport, take: &mut Take<'_>) -> Result<()> {
        match self.numbers {
            Numbers::Run(number) => number(report).map_or(Ok(()), |number| take(&[], number)),
            Numbers::Component(number) => report
                .components
                .iter()
                .try_for_each(|component| take(&[("component", &component.name)], number(component))),
            Numbers::Action(number) => each_action(report, number, take),
            Numbers::Peak(number) => {
                lengths(report).try_for_each(|(length, peak)| take(&[("window", length)], number(peak)))
            }
            Numbers::Region(number) => each_region(report, number, take),
            Numbers::Labelled(numbers) => numbers(report, take),
        }
    }
}

/// The lengths of time over which peaks were looked for, by name, each with its peak. A report has lengths that became the
/// same number of windows as one; to whoever compares runs, each is there in all of them.
fn lengths(report: &PowerReport) -> impl Iterator<Item = (&str, &PeakPower)> {
    report.peak_power.iter().flat_map(|peak| peak.label.split(", ").map(move |length| (length, peak)))
}

fn each_action(report: &PowerReport, number: fn(&ActionPower) -> f64, take: &mut Take<'_>) -> Result<()> {
    report.components.iter().try_for_each(|component| {
        let labels = |action| [("component", component.name.as_str()), ("action", action)];
        component.actions.iter().try_for_each(|action| take(&labels(&action.name), number(action)))
    })
}

fn each_region(
    report: &PowerReport,
    number: fn(&RegionPower) -> Option<f64>,
    take: &mut Take<'_>,
) -> Result<()> {
    report.regions.iter().try_for_each(|region| {
        let id = region.id.map_or(String::new(), |id| id.to_string());
        let labels = [("region_kind", region.kind.as_str()), ("region_id", &id), ("region", &region.name)];
        number(region).map_or(Ok(()), |number| take(&labels, number))
    })
}
