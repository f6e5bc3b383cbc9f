//! What can be compared, and how it is read off a chip or off a replay on it.

use serde::Deserialize;

use super::Subject;
use super::activity::ReplayedRun;
use crate::chip::design_report::PartReport;
use crate::chip::report::{ChipReport, ComponentReport};
use crate::units::{Hertz, Quantity as Unit, Ratio, Seconds, SquareMillimetres, UnitError, Watts};

/// What is compared. Components are given by name, and parts within them by `COMPONENT/PART`; in layers, `clock` is that
/// of the whole chip, and a component stands without its clock.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Figure {
    /// Area of the chip.
    Area,
    /// Thermal design power.
    Tdp,
    /// Power when nothing happens.
    IdlePower,
    /// Clock.
    Clock,
    /// Peak performance in 10^12 operations a second.
    PeakTops,
    /// Shortest cycle of a component.
    CycleTime(String),
    /// Area of components or parts.
    AreaOf(Vec<String>),
    /// Part of the chip's area that components or parts take.
    AreaShare(Vec<String>),
    /// Part of the chip's TDP that components take.
    PowerShare(Vec<String>),
    /// Area of some over that of others.
    AreaRatio { of: Vec<String>, over: Vec<String> },
    /// A number that was chosen for a component; of `2 read + 1 write` that before the word.
    Chosen { component: String, key: String, word: Option<String> },
    /// Mean power over an activity.
    RunPower,
    /// Mean power over a layer.
    LayerPower(String),
    /// Mean of the absolute errors of all layers compared before.
    MeanLayerError,
    /// Mean power over one layer over that of another.
    LayerRatio { of: String, over: String },
    /// Part of a layer's energy that consumers take.
    LayerShare { layer: String, of: Vec<String> },
    /// Energy of consumers in a layer over that of the largest of some others, each of them a list.
    LayerLead { layer: String, of: Vec<String>, over: Vec<Vec<String>> },
}

impl Figure {
    pub(super) fn unit(&self) -> &'static str {
        match self {
            Figure::Area | Figure::AreaOf(_) => "mm2",
            Figure::Tdp | Figure::IdlePower | Figure::RunPower | Figure::LayerPower(_) => "W",
            Figure::Clock => "Hz",
            Figure::CycleTime(_) => "s",
            Figure::PeakTops => "TOPS",
            Figure::AreaShare(_)
            | Figure::PowerShare(_)
            | Figure::LayerShare { .. }
            | Figure::MeanLayerError => "%",
            Figure::AreaRatio { .. }
            | Figure::Chosen { .. }
            | Figure::LayerRatio { .. }
            | Figure::LayerLead { .. } => "1",
        }
    }

    /// A published value in the basic unit of the comparison: shares as parts of one.
    pub(super) fn in_unit(&self, value: f64, unit: &str) -> Result<f64, UnitError> {
        match self.unit() {
            "mm2" => SquareMillimetres::with_unit(value, unit).map(Unit::value),
            "W" => Watts::with_unit(value, unit).map(Unit::value),
            "Hz" => Hertz::with_unit(value, unit).map(Unit::value),
            "s" => Seconds::with_unit(value, unit).map(Unit::value),
            "TOPS" if unit == "TOPS" => Ok(value),
            _ => Ratio::with_unit(value, unit).map(Unit::value),
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Figure::Area => "area".to_owned(),
            Figure::Tdp => "TDP".to_owned(),
            Figure::IdlePower => "idle power".to_owned(),
            Figure::Clock => "clock".to_owned(),
            Figure::PeakTops => "peak performance".to_owned(),
            Figure::CycleTime(component) => format!("cycle time: {component}"),
            Figure::AreaOf(names) => format!("area: {}", names.join(" + ")),
            Figure::AreaShare(names) => format!("area share: {}", names.join(" + ")),
            Figure::PowerShare(names) => format!("TDP share: {}", names.join(" + ")),
            Figure::AreaRatio { of, over } => format!("area: {} / {}", of.join(" + "), over.join(" + ")),
            Figure::Chosen { component, key, word } => {
                let word = word.as_ref().map(|word| format!("{word} ")).unwrap_or_default();
                format!("{component}: {word}{key} found")
            }
            Figure::RunPower => "average power".to_owned(),
            Figure::LayerPower(layer) => format!("{layer} power"),
            Figure::MeanLayerError => "mean absolute error".to_owned(),
            Figure::LayerRatio { of, over } => format!("{of} / {over}"),
            Figure::LayerShare { layer, of } => format!("{layer} share: {}", of.join(" + ")),
            Figure::LayerLead { layer, of, .. } => format!("{layer}: {} / next", of.join(" + ")),
        }
    }

    /// Our figure, or why there is none.
    pub(super) fn of(&self, subject: &Subject, run: Result<&ReplayedRun, String>) -> Result<f64, String> {
        match self {
            Figure::RunPower
            | Figure::LayerPower(_)
            | Figure::MeanLayerError
            | Figure::LayerRatio { .. }
            | Figure::LayerShare { .. }
            | Figure::LayerLead { .. } => self.of_run(subject, run?),
            _ => self.of_chip(&subject.report),
        }
    }

    fn of_chip(&self, chip: &ChipReport) -> Result<f64, String> {
        let area = || chip.area_mm2.ok_or_else(|| "the chip has no area".to_owned());
        let design = || chip.design.as_ref().ok_or_else(|| "the chip is no design".to_owned());
        match self {
            Figure::Area => area(),
            Figure::Tdp => Ok(chip.tdp_w),
            Figure::IdlePower => Ok(chip.idle_power_w),
            Figure::Clock => Ok(chip.clock_hz),
            Figure::PeakTops => Ok(design()?.peak_tops),
            Figure::CycleTime(name) => {
                chip.timing.cycle_time_s.get(name).copied().ok_or_else(|| format!("{name} has no cycle time"))
            }
            Figure::AreaOf(names) => areas_of(chip, names),
            Figure::AreaShare(names) => Ok(areas_of(chip, names)? / area()?),
            Figure::PowerShare(names) => {
                let tdp = |name: &String| component(chip, name).map(|component| component.tdp_w);
                Ok(names.iter().map(tdp).sum::<Result<f64, String>>()? / chip.tdp_w)
            }
            Figure::AreaRatio { of, over } => Ok(areas_of(chip, of)? / areas_of(chip, over)?),
            Figure::Chosen { component, key, word } => {
                let placed = design()?.components.iter().find(|placed| placed.name == *component);
                let choices = placed.map(|placed| placed.choices.as_slice()).unwrap_or_default();
                let choice = choices.iter().find(|choice| choice.key == key);
                let value = choice.and_then(|choice| number_of(&choice.value, word.as_deref()));
                value.ok_or_else(|| format!("no number {key} was chosen for {component}"))
            }
            _ => Err("is a figure of an activity".to_owned()),
        }
    }

    fn of_run(&self, subject: &Subject, run: &ReplayedRun) -> Result<f64, String> {
        let (chip, pat) = (&subject.report, &subject.pat);
        match self {
            Figure::RunPower => Ok(run.average_power.0),
            Figure::LayerPower(layer) => Ok(run.layer(layer)?.power()),
            Figure::MeanLayerError => Err("no layer was compared".to_owned()),
            Figure::LayerRatio { of, over } => Ok(run.layer(of)?.power() / run.layer(over)?.power()),
            Figure::LayerShare { layer, of } => {
                let layer = run.layer(layer)?;
                Ok(layer.energy_of(of, chip, pat)? / layer.energy.0)
            }
            Figure::LayerLead { layer, of, over } => {
                let layer = run.layer(layer)?;
                let others = over.iter().map(|names| layer.energy_of(names, chip, pat));
                let largest = others.collect::<Result<Vec<f64>, String>>()?.into_iter().fold(0.0, f64::max);
                Ok(layer.energy_of(of, chip, pat)? / largest)
            }
            _ => Err("is a figure of the chip itself".to_owned()),
        }
    }
}

/// The number that a choice begins with, or that stands before a word.
pub(super) fn number_of(choice: &str, word: Option<&str>) -> Option<f64> {
    let words: Vec<&str> = choice.split(' ').collect();
    let at = word.map_or(Some(1), |word| words.iter().position(|other| *other == word))?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

fn component<'a>(chip: &'a ChipReport, name: &str) -> Result<&'a ComponentReport, String> {
    let found = chip.components.iter().find(|component| component.name == name);
    found.ok_or_else(|| format!("the chip has no component {name}"))
}

fn areas_of(chip: &ChipReport, names: &[String]) -> Result<f64, String> {
    names.iter().map(|name| area_of(chip, name)).sum()
}

/// Area of a component, or of all parts of a name in it.
fn area_of(chip: &ChipReport, name: &str) -> Result<f64, String> {
    let Some((of, part)) = name.split_once('/') else {
        return component(chip, name)?.area_mm2.ok_or_else(|| format!("{name} has no area"));
    };
    let design = chip.design.as_ref().ok_or_else(|| "the chip is no design".to_owned())?;
    let placed = design.components.iter().find(|placed| placed.name == of);
    let placed = placed.ok_or_else(|| format!("the chip has no component {of}"))?;
    let found: Vec<f64> = placed.parts.iter().flat_map(|inner| areas_named(inner, part)).collect();
    if found.is_empty() { Err(format!("{of} has no part {part}")) } else { Ok(found.iter().sum()) }
}

/// Areas of the topmost parts of a name.
fn areas_named(part: &PartReport, name: &str) -> Vec<f64> {
    if part.name == name {
        return vec![part.area_mm2];
    }
    part.parts.iter().flat_map(|inner| areas_named(inner, name)).collect()
}
