//! The picture's elements: words above, bands, the stack, lines, axes.

use std::io::{self, Write};

use crate::power::{PeakPower, RegionPower};
use crate::report::quantity::si;

use super::bands::Band;
use super::key;
use super::layout::{Drawing, LEFT, MARGIN, NOTE, Picture, RIGHT, SIZE, SMALL, WIDTH};
use super::markup::{Element, Markup, coordinate};
use super::stack::Column;
use super::words;

const FONTS: &str = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
pub(super) const INK: &str = "#222222";
const PALE: &str = "#d9d9d9";
/// Of the highest windows above the averages.
pub(super) const SHADE: &str = "#cccccc";
/// Of the line around them.
pub(super) const SHADE_LINE: &str = "#555555";
/// Long dashes: the average.
pub(super) const AVERAGE_DASHES: &str = "7 4";
/// Dots and dashes: the TDP.
pub(super) const TDP_DASHES: &str = "10 3 2 3";
const TITLE: f64 = 15.0;

/// A line between two points.
pub(super) fn line((x1, y1): (f64, f64), (x2, y2): (f64, f64), colour: &str, width: f64) -> Element {
    let line = Element::new("line").at("x1", x1).at("y1", y1).at("x2", x2).at("y2", y2);
    line.with("stroke", colour).at("stroke-width", width)
}

/// Words that start, end or have their middle (`start`, `end`, `middle`) at a point.
pub(super) fn text((x, y): (f64, f64), size: f64, anchor: &str) -> Element {
    let text = Element::new("text").at("x", x).at("y", y).at("font-size", size);
    if anchor == "start" { text } else { text.with("text-anchor", anchor) }
}

/// Words that are read from below, with their middle at a point.
fn upright((x, y): (f64, f64), size: f64) -> Element {
    let upward = format!("rotate(-90 {} {})", coordinate(x), coordinate(y));
    text((x, y), size, "middle").with("transform", &upward)
}

/// Writes the whole picture.
pub(super) fn write(picture: &Picture<'_>, writer: impl Write) -> io::Result<()> {
    let mut markup = Markup::new(writer);
    let svg = Element::new("svg")
        .with("xmlns", "http://www.w3.org/2000/svg")
        .at("width", WIDTH)
        .at("height", picture.height)
        .with("viewBox", &format!("0 0 {} {}", coordinate(WIDTH), coordinate(picture.height)))
        .with("role", "img")
        .with("aria-labelledby", "nm-trace-title nm-trace-description")
        .with("font-family", FONTS)
        .with("fill", INK);
    markup.open(svg)?;
    markup.words(Element::new("title").with("id", "nm-trace-title"), &picture.title)?;
    markup.words(Element::new("desc").with("id", "nm-trace-description"), &picture.description)?;
    let page = Element::new("rect").at("width", WIDTH).at("height", picture.height);
    markup.empty(page.with("fill", "#ffffff"))?;
    heading(picture, &mut markup)?;
    if let Some(drawing) = &picture.drawing {
        bands(picture, drawing, &mut markup)?;
        plot(picture, drawing, &mut markup)?;
        key::write(picture, drawing, &mut markup)?;
    } else {
        let middle = (WIDTH / 2.0, (picture.top + picture.bottom) / 2.0);
        markup.words(text(middle, SIZE, "middle"), &picture.description)?;
    }
    for (at, note) in picture.notes.iter().enumerate() {
        let below = picture.height - MARGIN - (picture.notes.len() - 1 - at) as f64 * NOTE;
        markup.words(text((MARGIN, below), SMALL, "start").with("fill", "#555555"), note)?;
    }
    markup.close("svg")?;
    markup.finish()
}

fn heading<W: Write>(picture: &Picture<'_>, markup: &mut Markup<W>) -> io::Result<()> {
    let room = WIDTH - 2.0 * MARGIN;
    let title = words::fit(&picture.title, room, TITLE);
    markup.words(text((MARGIN, 24.0), TITLE, "start").with("font-weight", "bold"), &title)?;
    markup.words(text((MARGIN, 42.0), SIZE, "start"), &words::fit(&picture.subtitle, room, SIZE))
}

fn bands<W: Write>(picture: &Picture<'_>, drawing: &Drawing<'_>, markup: &mut Markup<W>) -> io::Result<()> {
    let bands = &drawing.bands;
    if bands.bands.is_empty() {
        return Ok(());
    }
    markup.open(Element::new("g").with("id", "nm-trace-regions").with("data-kind", bands.kind))?;
    let caption = words::fit(bands.kind, LEFT - MARGIN - 8.0, SIZE);
    let height = bands.lane_height - 3.0;
    markup.words(text((LEFT - 8.0, picture.bands_top + height / 2.0 + 4.2), SIZE, "end"), &caption)?;
    for (at, shown) in bands.bands.iter().enumerate() {
        let top = picture.bands_top + shown.lane as f64 * bands.lane_height;
        band(shown, (top, height), if at % 2 == 0 { "#e8e8e8" } else { PALE }, markup)?;
    }
    markup.close("g")
}

fn band<W: Write>(
    band: &Band<'_>,
    (top, height): (f64, f64),
    colour: &str,
    markup: &mut Markup<W>,
) -> io::Result<()> {
    let [first, ..] = band.regions[..] else { return Ok(()) };
    let width = band.to - band.from;
    let alone = band.regions.len() == 1;
    let mut group = Element::new("g");
    if alone {
        group = group.with("data-name", &first.name).value("data-energy-j", first.energy_j);
        if let Some(power) = first.average_power_w {
            group = group.value("data-average-power-w", power);
        }
    }
    markup.open(group)?;
    markup.words(Element::new("title"), &if alone { about(first) } else { together(band) })?;
    let shape = Element::new("rect").at("x", band.from).at("y", top).at("width", width.max(0.4));
    let shape = shape.at("height", height).with("fill", colour);
    markup.empty(if width > 4.0 {
        shape.with("stroke", "#888888").at("stroke-width", 0.5)
    } else {
        shape
    })?;
    if let Some(label) = &band.label {
        let (x, y) = ((band.from + band.to) / 2.0, top + height / 2.0);
        let down = 0.36 * label.size;
        let words = if label.is_upright {
            upright((x + down, y), label.size)
        } else {
            text((x, y + down), label.size, "middle")
        };
        markup.words(words, &label.text)?;
    }
    markup.close("g")
}

/// What a reader is told who points at a band.
fn about(region: &RegionPower) -> String {
    let power =
        region.average_power_w.map_or_else(String::new, |power| format!(", {} on average", si(power, "W")));
    format!("{}: {}{power}", region.name, si(region.energy_j, "J"))
}

/// The same of a band of several.
fn together(band: &Band<'_>) -> String {
    let ends = [band.regions.first(), band.regions.last()];
    let [first, last] = ends.map(|region| region.map_or("", |region| &region.name));
    format!("{} from {first} to {last}", band.regions.len())
}

fn plot<W: Write>(picture: &Picture<'_>, drawing: &Drawing<'_>, markup: &mut Markup<W>) -> io::Result<()> {
    let plot = Element::new("g")
        .with("id", "nm-trace-power")
        .value("data-start-s", drawing.time.from)
        .value("data-end-s", drawing.time.to)
        .value("data-top-w", drawing.power.to);
    markup.open(plot)?;
    for (power, _) in &drawing.power.ticks {
        let y = drawing.power.at(*power);
        markup.empty(line((LEFT, y), (RIGHT, y), "#e6e6e6", 0.8))?;
    }
    stack(picture, drawing, markup)?;
    boundaries(picture, drawing, markup)?;
    lines(picture, drawing, markup)?;
    axes(picture, drawing, markup)?;
    if let Some(peak) = drawing.peak {
        mark(peak, picture, drawing, markup)?;
    }
    markup.close("g")
}

/// Areas from the highest to the lowest, each filled down to zero, so that no seam shows between them.
fn stack<W: Write>(picture: &Picture<'_>, drawing: &Drawing<'_>, markup: &mut Markup<W>) -> io::Result<()> {
    if drawing.has_highest {
        let outline = outline(picture, drawing, |column| column.highest_w);
        let highest = Element::new("path").with("id", "nm-trace-highest").with("d", &outline);
        let highest = highest.with("fill", SHADE).with("stroke", SHADE_LINE).at("stroke-width", 0.4);
        markup.empty(highest.with("stroke-linejoin", "round"))?;
    }
    for (at, area) in drawing.areas.iter().enumerate().rev() {
        let outline = outline(picture, drawing, |column| column.tops_w.get(at).copied().unwrap_or(0.0));
        let shape =
            Element::new("path").with("data-component", &area.name).value("data-energy-j", area.energy_j);
        markup.open(shape.with("fill", area.colour).with("d", &outline))?;
        markup.words(Element::new("title"), &format!("{}: {}", area.name, si(area.energy_j, "J")))?;
        markup.close("path")?;
    }
    Ok(())
}

/// Steps along the columns, closed along zero. Positions that are drawn equal are left out.
fn outline(picture: &Picture<'_>, drawing: &Drawing<'_>, height: impl Fn(&Column) -> f64) -> String {
    let clock_hz = picture.report.clock_hz;
    let x = |cycle: i64| coordinate(drawing.time.at(cycle as f64 / clock_hz));
    let zero = coordinate(drawing.power.at(0.0));
    let mut path = format!("M{} {zero}", coordinate(drawing.time.at(drawing.time.from)));
    let mut before = zero.clone();
    for (at, column) in drawing.columns.iter().enumerate() {
        let y = coordinate(drawing.power.at(height(column)));
        if y != before {
            if at > 0 {
                path += &format!("H{}", x(column.start_cycle));
            }
            path += &format!("V{y}");
            before = y;
        }
    }
    path + &format!("H{}V{zero}Z", coordinate(drawing.time.at(drawing.time.to)))
}

/// Where bands of the first lane start, down through the plot.
fn boundaries<W: Write>(
    picture: &Picture<'_>,
    drawing: &Drawing<'_>,
    markup: &mut Markup<W>,
) -> io::Result<()> {
    let wide = drawing.bands.bands.iter().filter(|band| band.lane == 0 && band.to - band.from > 8.0);
    for band in wide.filter(|band| band.from > LEFT + 1.0) {
        let boundary = line((band.from, picture.top - 3.0), (band.from, picture.bottom), INK, 0.5);
        markup.empty(boundary.with("stroke-opacity", "0.45").with("stroke-dasharray", "1 2"))?;
    }
    Ok(())
}

/// Average and TDP, on white, so that they stand out from any colour.
fn lines<W: Write>(picture: &Picture<'_>, drawing: &Drawing<'_>, markup: &mut Markup<W>) -> io::Result<()> {
    let report = picture.report;
    let average = ("nm-trace-average", report.average_power_w, AVERAGE_DASHES);
    let tdp = drawing.has_tdp.then_some(("nm-trace-tdp", report.tdp_w, TDP_DASHES));
    for (id, power_w, dashes) in [Some(average), tdp].into_iter().flatten() {
        let y = drawing.power.at(power_w);
        markup.empty(line((LEFT, y), (RIGHT, y), "#ffffff", 3.0).with("stroke-opacity", "0.75"))?;
        let line = line((LEFT, y), (RIGHT, y), "#000000", 1.3).with("stroke-dasharray", dashes);
        markup.empty(line.with("id", id).value("data-power-w", power_w))?;
    }
    Ok(())
}

fn axes<W: Write>(picture: &Picture<'_>, drawing: &Drawing<'_>, markup: &mut Markup<W>) -> io::Result<()> {
    let (time, power, bottom) = (&drawing.time, &drawing.power, picture.bottom);
    markup.empty(line((LEFT, picture.top), (LEFT, bottom), INK, 1.0))?;
    markup.empty(line((LEFT, bottom), (RIGHT, bottom), INK, 1.0))?;
    for (value, label) in &power.ticks {
        let y = power.at(*value);
        markup.empty(line((LEFT - 4.0, y), (LEFT, y), INK, 1.0))?;
        markup.words(text((LEFT - 7.0, y + 4.2), SIZE, "end"), label)?;
    }
    for (value, label) in &time.ticks {
        let x = time.at(*value);
        markup.empty(line((x, bottom), (x, bottom + 4.0), INK, 1.0))?;
        markup.words(text((x, bottom + 18.0), SIZE, "middle"), label)?;
    }
    let middle = ((LEFT + RIGHT) / 2.0, bottom + 36.0);
    markup.words(text(middle, SIZE, "middle"), &format!("Time ({})", time.unit))?;
    let middle = (MARGIN + 6.0, (picture.top + bottom) / 2.0);
    markup.words(upright(middle, SIZE), &format!("Power ({})", power.unit))
}

/// The peak, with its value.
fn mark<W: Write>(
    peak: &PeakPower,
    picture: &Picture<'_>,
    drawing: &Drawing<'_>,
    markup: &mut Markup<W>,
) -> io::Result<()> {
    let (x, y) = (drawing.time.at(peak.start_s + peak.window_s / 2.0), drawing.power.at(peak.power_w));
    let label = format!("peak {} over {}", si(peak.power_w, "W"), si(peak.window_s, "s"));
    let half = words::width(&label, SIZE) / 2.0;
    let middle = x.clamp(LEFT + half + 2.0, RIGHT - half);
    let above = (y - 9.0).max(picture.top + 11.0);
    let group = Element::new("g")
        .with("id", "nm-trace-peak")
        .value("data-power-w", peak.power_w)
        .value("data-start-s", peak.start_s)
        .value("data-window-s", peak.window_s);
    markup.open(group)?;
    let circle = Element::new("circle").at("cx", x).at("cy", y).at("r", 3.2).with("fill", "#ffffff");
    markup.empty(circle.with("stroke", "#000000").at("stroke-width", 1.4))?;
    let behind = Element::new("rect").at("x", middle - half).at("y", above - 10.5).at("width", 2.0 * half);
    markup.empty(behind.at("height", 13.5).with("fill", "#ffffff").with("fill-opacity", "0.8"))?;
    markup.words(text((middle, above), SIZE, "middle"), &label)?;
    markup.close("g")
}
