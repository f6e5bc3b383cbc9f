//! The key: areas in the order of the stack, and lines, with their values.

use std::io::{self, Write};

use crate::report::quantity::{percent, si};

use super::layout::{Drawing, KEY, MARGIN, Picture, SIZE, SMALL, WIDTH};
use super::markup::{Element, Markup};
use super::plot::{AVERAGE_DASHES, INK, SHADE, SHADE_LINE, TDP_DASHES, line, text};
use super::words;

const ROW: f64 = 19.0;
/// Width of a sample of a colour or a line.
const SAMPLE: f64 = 22.0;
const WORDS: f64 = KEY + SAMPLE + 7.0;
const END: f64 = WIDTH - MARGIN;
/// Room for a share.
const SHARE: f64 = 46.0;

/// Writes the key beside the plot.
pub(super) fn write<W: Write>(
    picture: &Picture<'_>,
    drawing: &Drawing<'_>,
    markup: &mut Markup<W>,
) -> io::Result<()> {
    markup.open(Element::new("g").with("id", "nm-trace-key"))?;
    let mut y = picture.top + 10.0;
    markup.words(text((KEY, y), SMALL, "start").with("fill", "#555555"), "component")?;
    markup.words(text((END, y), SMALL, "end").with("fill", "#555555"), "energy")?;
    for area in drawing.areas.iter().rev() {
        y += ROW;
        let sample =
            Element::new("rect").at("x", KEY).at("y", y - 10.0).at("width", SAMPLE).at("height", 12.0);
        markup.empty(sample.with("fill", area.colour))?;
        let name = words::fit(&area.name, END - WORDS - SHARE, SIZE);
        markup.words(text((WORDS, y), SIZE, "start"), &name)?;
        let share = percent(area.energy_j, picture.report.energy_j);
        markup.words(text((END, y), SIZE, "end"), &share)?;
    }
    y += ROW / 2.0;
    for (sample, label) in lines(picture, drawing) {
        y += ROW;
        sample_of(&sample, y, markup)?;
        markup.words(text((WORDS, y), SIZE, "start"), &words::fit(&label, END - WORDS, SIZE))?;
    }
    markup.close("g")
}

/// What a line of the key shows.
enum Sample {
    Dashes(&'static str),
    Mark,
    Highest,
}

/// The lines and what they stand for.
fn lines(picture: &Picture<'_>, drawing: &Drawing<'_>) -> Vec<(Sample, String)> {
    let report = picture.report;
    let mut lines = Vec::new();
    if drawing.has_highest {
        lines.push((Sample::Highest, "highest window".to_owned()));
    }
    if let Some(peak) = drawing.peak {
        lines.push((Sample::Mark, format!("peak {}", si(peak.power_w, "W"))));
    }
    let tdp = format!("TDP {}", si(report.tdp_w, "W"));
    if drawing.has_tdp {
        lines.push((Sample::Dashes(TDP_DASHES), tdp));
    } else {
        lines.push((Sample::Dashes(TDP_DASHES), format!("{tdp} (off scale)")));
    }
    lines.push((Sample::Dashes(AVERAGE_DASHES), format!("average {}", si(report.average_power_w, "W"))));
    lines
}

fn sample_of<W: Write>(sample: &Sample, y: f64, markup: &mut Markup<W>) -> io::Result<()> {
    let (from, to) = ((KEY, y - 4.0), (KEY + SAMPLE, y - 4.0));
    match sample {
        Sample::Dashes(dashes) => {
            markup.empty(line(from, to, "#000000", 1.3).with("stroke-dasharray", dashes))
        }
        Sample::Mark => {
            let circle = Element::new("circle").at("cx", KEY + SAMPLE / 2.0).at("cy", y - 4.0).at("r", 3.2);
            markup.empty(circle.with("fill", "#ffffff").with("stroke", INK).at("stroke-width", 1.4))
        }
        Sample::Highest => {
            let shade =
                Element::new("rect").at("x", KEY).at("y", y - 9.0).at("width", SAMPLE).at("height", 10.0);
            markup.empty(shade.with("fill", SHADE))?;
            markup.empty(line((KEY, y - 9.0), (KEY + SAMPLE, y - 9.0), SHADE_LINE, 0.6))
        }
    }
}
