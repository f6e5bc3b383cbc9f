//! Pictures of power over time: that they show the report's numbers, lose no peak, and are valid whatever names there are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

mod common;
mod report_support;

use std::collections::BTreeMap;

use common::{Paper, program, succeed};
use nm_trace::power::{PowerObserver, PowerRecord, PowerReport, PowerRow};
use nm_trace::report::picture::svg;
use nm_trace::units::{Seconds, Watts};
use quick_xml::Reader;
use quick_xml::events::Event;
use report_support as reports;
use serde_json::Value;

/// An element of a picture, with the words in it.
#[derive(Clone, Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    words: String,
}

impl Element {
    fn number(&self, name: &str) -> f64 {
        self.attributes[name].parse().unwrap()
    }
}

/// All elements in their order. Fails on what is no valid XML.
fn elements(svg: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(svg);
    let (mut elements, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                    (attribute.key.0.to_owned(), value)
                });
                let attributes: Vec<(String, String)> = attributes.collect();
                let distinct: BTreeMap<String, String> = attributes.iter().cloned().collect();
                assert_eq!(distinct.len(), attributes.len(), "an attribute stands twice: {attributes:?}");
                let name = start.name().0.to_owned();
                elements.push(Element { name, attributes: distinct, words: String::new() });
                if matches!(event, Event::Start(_)) {
                    open.push(elements.len() - 1);
                }
            }
            Event::End(_) => drop(open.pop().unwrap()),
            Event::Text(text) => {
                if let Some(at) = open.last() {
                    elements[*at].words.push_str(text);
                }
            }
            Event::GeneralRef(reference) => {
                let character = format!("&{};", &**reference);
                let character = quick_xml::escape::unescape(&character).unwrap().into_owned();
                elements[*open.last().unwrap()].words.push_str(&character);
            }
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty());
    elements
}

fn find<'a>(elements: &'a [Element], id: &str) -> &'a Element {
    elements.iter().find(|element| element.attributes.get("id").is_some_and(|own| own == id)).unwrap()
}

fn with<'a>(elements: &'a [Element], attribute: &str) -> Vec<&'a Element> {
    elements.iter().filter(|element| element.attributes.contains_key(attribute)).collect()
}

/// The picture of a run of the fixtures, and its JSON report.
fn run(arguments: &str) -> (String, Value) {
    let directory = tempfile::tempdir().unwrap();
    let (svg, json) = (directory.path().join("p.svg"), directory.path().join("r.json"));
    let mut command = program();
    command.arg("replay").args(arguments.split(' ')).arg("-o").arg(&svg).arg("-o").arg(&json);
    succeed(&mut command);
    let report = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    (std::fs::read_to_string(svg).unwrap(), report)
}

const RUNS: [&str; 3] = [
    "fixtures/scale-sim/conv_ws_user --chip eyeriss --window 100",
    "fixtures/scale-sim/twelve --chip tpu-v1 --window 7",
    "fixtures/activity/long.csv --chip tpu-v1 --window 4 --include-system",
];

#[test]
fn every_number_in_a_picture_is_the_reports() {
    for arguments in RUNS {
        let (svg, report) = run(arguments);
        let elements = elements(&svg);
        let number = |value: &Value| value.as_f64().unwrap();
        let peak = find(&elements, "nm-trace-peak");
        for key in ["power_w", "start_s", "window_s"] {
            let drawn = peak.number(&format!("data-{}", key.replace('_', "-")));
            assert_eq!(drawn, number(&report["peak_power"][0][key]), "{arguments}: {key}");
        }
        let average = find(&elements, "nm-trace-average");
        assert_eq!(average.number("data-power-w"), number(&report["average_power_w"]), "{arguments}");
        let components = report["components"].as_array().unwrap();
        let mut drawn_j = 0.0;
        for area in with(&elements, "data-component") {
            let (name, energy_j) = (&area.attributes["data-component"], area.number("data-energy-j"));
            drawn_j += energy_j;
            match components.iter().find(|component| component["name"] == **name) {
                Some(component) => {
                    assert_eq!(energy_j, number(&component["energy_j"]), "{arguments}: {name}")
                }
                None => assert!(name.starts_with("others ("), "{arguments}: {name}"),
            }
        }
        let whole_j = number(&report["energy_j"]);
        assert!((drawn_j - whole_j).abs() <= 1e-12 * whole_j, "{arguments}: {drawn_j} {whole_j}");
        let regions = with(&elements, "data-name");
        assert!(!regions.is_empty(), "{arguments}");
        for band in regions.iter().filter(|band| band.attributes.contains_key("data-energy-j")) {
            let name = &band.attributes["data-name"];
            let region = report["regions"].as_array().unwrap().iter().find(|region| region["name"] == **name);
            assert_eq!(
                band.number("data-energy-j"),
                number(&region.unwrap()["energy_j"]),
                "{arguments}: {name}"
            );
        }
    }
}

/// The corners of a stepped path, closed along zero.
fn corners(path: &str) -> Vec<(f64, f64)> {
    let (mut corners, mut at) = (Vec::new(), (0.0, 0.0));
    let mut rest = path;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |end| end + 1);
        let numbers: Vec<f64> =
            rest[1..end].split_whitespace().map(|number| number.parse().unwrap()).collect();
        match command {
            'M' => at = (numbers[0], numbers[1]),
            'H' => at.0 = numbers[0],
            'V' => at.1 = numbers[0],
            'Z' => break,
            other => panic!("{other} in {path}"),
        }
        corners.push(at);
        rest = &rest[end..];
    }
    corners
}

/// Between the path and zero.
fn area(corners: &[(f64, f64)]) -> f64 {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs() / 2.0
}

#[test]
fn the_areas_that_are_drawn_are_the_energies() {
    for arguments in RUNS {
        let (svg, report) = run(arguments);
        let elements = elements(&svg);
        let plot = find(&elements, "nm-trace-power");
        let time_s = plot.number("data-end-s") - plot.number("data-start-s");
        let areas = with(&elements, "data-component");
        let outlines: Vec<Vec<(f64, f64)>> =
            areas.iter().map(|area| corners(&area.attributes["d"])).collect();
        let width = outlines[0].iter().map(|(x, _)| *x).fold(0.0, f64::max) - outlines[0][0].0;
        // Zero power to the top of the axis.
        let average = find(&elements, "nm-trace-average");
        let zero = outlines[0][0].1;
        let watts = |height: f64| height * average.number("data-power-w") / (zero - average.number("y1"));
        assert!((time_s - report["duration_s"].as_f64().unwrap()).abs() <= 1e-9 * time_s);
        // The highest comes first and holds all below it.
        let mut whole_j = report["energy_j"].as_f64().unwrap();
        for (shape, outline) in areas.iter().zip(&outlines) {
            let drawn_j = watts(area(outline) / width) * time_s;
            assert!(
                (drawn_j - whole_j).abs() <= 0.003 * whole_j,
                "{arguments}: {drawn_j} {whole_j} {shape:?}"
            );
            whole_j -= shape.number("data-energy-j");
        }
    }
}

#[test]
fn a_picture_is_the_same_for_any_number_of_threads() {
    let (one, _) = run(&format!("{} --threads 1", RUNS[0]));
    let (three, _) = run(&format!("{} --threads 3 --chunk-bytes 1000", RUNS[0]));
    assert!(one == three);
}

#[test]
fn a_picture_reads_well() {
    let paper = Paper::new(
        "# clock_hz: 1e9\n# span_cycles: -10..60\n# region: layer, 0, conv1, 0, 30\n# region: layer, 1, fc <2>, 30, 60\n",
        "-10,0,beta,read,5\n0,30,alpha,mac,50\n30,60,beta,write,12\n35,40,alpha,mac,9\n",
    );
    succeed(&mut paper.run("replay t.csv --chip chip.toml --window 10 -o p.svg"));
    insta::assert_snapshot!(std::fs::read_to_string(paper.path("p.svg")).unwrap());
}

/// A record with a window for each power, each component taking an equal part.
fn record(powers_w: impl Iterator<Item = f64>, components: usize, cycles: i64) -> PowerRecord {
    let mut record = PowerRecord::new(components);
    for (at, power_w) in powers_w.enumerate() {
        let start_cycle = at as i64 * cycles;
        let components = vec![Watts(power_w / components as f64); components];
        let row = PowerRow {
            point: 0,
            start_cycle,
            end_cycle: start_cycle + cycles,
            start: Seconds(0.0),
            end: Seconds(0.0),
            total: Watts(power_w),
            system: Watts(0.0),
            components: &components,
        };
        record.row(&row).unwrap();
    }
    record
}

fn drawn(report: &PowerReport, record: &PowerRecord) -> String {
    let mut bytes = Vec::new();
    svg::write(report, record, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_million_windows_and_thousands_of_layers_make_a_small_picture_that_keeps_the_peak() {
    let mut report = reports::many_layers();
    let layers = report.regions.clone();
    report.regions = (0..40).flat_map(|_| layers.iter().cloned()).collect();
    let cycles = 1_000_000 / 2000;
    for (at, region) in report.regions.iter_mut().enumerate() {
        region.start_cycle = region.start_cycle.map(|_| (at * cycles) as i64);
        region.cycles = cycles as u64;
    }
    report.peak_power.truncate(1);
    report.peak_power[0].power_w = 45.23;
    // Noise, so that no step is left out.
    let noise = |at: u64| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f64 / (1 << 24) as f64;
    let powers = (0..1_000_000).map(|at| if at == 654_321 { 45.23 } else { 10.0 + 9.0 * noise(at) });
    let svg = drawn(&report, &record(powers, report.components.len(), 1));
    assert!(svg.len() < 200_000, "{} bytes", svg.len());
    let elements = elements(&svg);
    assert_eq!(find(&elements, "nm-trace-regions").attributes["data-kind"], "layer");
    let highest = corners(&find(&elements, "nm-trace-highest").attributes["d"]);
    let top = highest.iter().map(|(_, y)| *y).fold(f64::MAX, f64::min);
    let peak = elements.iter().find(|element| element.attributes.contains_key("cy")).unwrap();
    assert!((top - peak.number("cy")).abs() < 0.02, "{top} {peak:?}");
    assert!(svg.contains("averages over 2,000 windows"));
}

#[test]
fn small_components_are_summed_up_and_said_so() {
    let mut report = reports::typical();
    let template = report.components[0].clone();
    report.components = (0..20)
        .map(|at| nm_trace::power::ComponentPower {
            name: format!("part{at}"),
            energy_j: f64::from(at) * 1e-6,
            ..template.clone()
        })
        .collect();
    report.energy_j = 190e-6;
    let svg = drawn(&report, &record([3.0, 4.0].into_iter(), 20, 100));
    let elements = elements(&svg);
    let names: Vec<&str> = with(&elements, "data-component")
        .iter()
        .map(|area| area.attributes["data-component"].as_str())
        .collect();
    assert_eq!(names, ["others (13)", "part13", "part14", "part15", "part16", "part17", "part18", "part19"]);
    let colours: std::collections::BTreeSet<&str> =
        with(&elements, "data-component").iter().map(|area| area.attributes["fill"].as_str()).collect();
    assert_eq!(colours.len(), 8);
    assert!(elements.iter().any(|element| element.words.starts_with("others (13): part12, part11, ")));
    // The key lists them in the order of the stack, with their shares.
    let words: Vec<&str> = elements.iter().map(|element| element.words.as_str()).collect();
    let key = words.iter().position(|word| *word == "component").unwrap();
    assert_eq!(
        words[key + 1..].iter().filter(|word| !word.trim().is_empty()).take(5).collect::<Vec<_>>(),
        [&"energy", &"others (13)", &"41.1 %", &"part13", &"6.8 %"]
    );
}

#[test]
fn names_are_escaped_and_control_characters_left_out() {
    let mut report = reports::long_names();
    report.components[1].name = "a<b>&\"c\"'d'".to_owned();
    report.regions[0].name = "</svg><script>\u{0}\u{1b}[31m\u{ffff}".to_owned();
    report.provenance = serde_json::json!({ "inputs": ["x & y < z"] });
    let svg = drawn(&report, &record([3.0, 4.0].into_iter(), report.components.len(), 200_000));
    assert!(svg.chars().all(|character| character == '\n' || !character.is_control()));
    let elements = elements(&svg);
    assert!(!elements.iter().any(|element| element.name == "script"));
    assert!(
        with(&elements, "data-component")
            .iter()
            .any(|area| area.attributes["data-component"] == "a<b>&\"c\"'d'")
    );
    assert!(find(&elements, "nm-trace-title").words.starts_with("x & y < z on chip-"));
}

#[test]
fn layers_that_overlap_lie_in_lanes_and_what_finds_none_is_said() {
    let mut report = reports::typical();
    let template = report.regions[0].clone();
    report.regions = (0..5)
        .map(|at| nm_trace::power::RegionPower {
            name: format!("l{at}"),
            start_cycle: Some(10 * at),
            cycles: 100,
            ..template.clone()
        })
        .collect();
    let svg = drawn(&report, &record([3.0, 4.0].into_iter(), report.components.len(), 100));
    let elements = elements(&svg);
    assert_eq!(with(&elements, "data-name").len(), 3);
    assert!(
        elements.iter().any(|element| element.words.starts_with("2 more layers open at the same time")),
        "{svg}"
    );
}

#[test]
fn a_run_without_time_is_said_to_be_one() {
    let elements = elements(&drawn(&reports::unknowns(), &PowerRecord::new(1)));
    assert!(
        elements
            .iter()
            .any(|element| element.name == "text" && element.words.starts_with("No power over time"))
    );
    assert!(with(&elements, "data-component").is_empty());
}

#[test]
fn a_number_that_is_not_finite_is_refused() {
    let mut report = reports::typical();
    let good = record([3.0].into_iter(), report.components.len(), 100);
    let bad = record([f64::NAN].into_iter(), report.components.len(), 100);
    assert!(svg::write(&report, &bad, Vec::new()).unwrap_err().to_string().contains("not a finite number"));
    report.tdp_w = f64::INFINITY;
    assert!(svg::write(&report, &good, Vec::new()).unwrap_err().to_string().starts_with("tdp_w is"));
}

#[test]
fn several_operating_points_are_refused_before_anything_is_written() {
    let paper = Paper::new("", "0,4,alpha,mac,8\n");
    let message = paper.failure("replay t.csv --chip chip.toml --clock 1GHz,2GHz -o p.svg");
    assert!(message.contains("the format svg holds one"), "{message}");
    assert_eq!(paper.files(), ["chip.toml", "t.csv"]);
}

#[cfg(feature = "png")]
mod png {
    use resvg::tiny_skia::Pixmap;

    use super::*;

    #[test]
    fn pixels_are_twice_as_many_and_hold_the_words_and_the_colours() {
        let directory = tempfile::tempdir().unwrap();
        let (svg, png) = (directory.path().join("p.svg"), directory.path().join("p.png"));
        let mut command = program();
        command.arg("replay").args(RUNS[0].split(' ')).arg("-o").arg(&svg).arg("-o").arg(&png);
        succeed(&mut command);
        let elements = elements(&std::fs::read_to_string(&svg).unwrap());
        let pixels = Pixmap::decode_png(&std::fs::read(&png).unwrap()).unwrap();
        let page = &elements[0];
        assert_eq!(f64::from(pixels.width()), 2.0 * page.number("width"));
        assert_eq!(f64::from(pixels.height()), (2.0 * page.number("height")).ceil());
        let colour = |x: f64, y: f64| {
            let pixel = pixels.pixel((2.0 * x) as u32, (2.0 * y) as u32).unwrap();
            format!("#{:02x}{:02x}{:02x}", pixel.red(), pixel.green(), pixel.blue())
        };
        assert_eq!(colour(1.0, 1.0), "#ffffff");
        // The samples of the key.
        let key = elements.iter().position(|element| element.words == "component").unwrap();
        let samples: Vec<&Element> =
            elements[key..].iter().filter(|element| element.name == "rect").take(8).collect();
        assert_eq!(samples.len(), 8);
        for sample in samples {
            let middle = (sample.number("x") + 5.0, sample.number("y") + 5.0);
            assert_eq!(colour(middle.0, middle.1), sample.attributes["fill"]);
        }
        // Ink where the title is.
        let title = elements.iter().find(|element| element.name == "text").unwrap();
        let inked = (0..400).filter(|x| {
            colour(title.number("x") + f64::from(*x) / 2.0, title.number("y") - 4.0) != "#ffffff"
        });
        assert!(inked.count() > 40);
    }
}
