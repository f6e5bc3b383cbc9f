//! The HTML report as a file: it loads nothing, its size is bounded, names cannot break out of it, and its numbers are
//! the JSON report's. What it does in a browser is tested in tests/foreign.
#![cfg(feature = "html")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;
#[allow(dead_code)]
mod report_support;

use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Paper, fixture, program, succeed};
use nm_trace::power::{PowerObserver, PowerRecord, PowerRow};
use nm_trace::report::comparison::ComparedPoint;
use nm_trace::report::formats::{FinishedRun, PointHeading, REPORT_FORMATS, RunHeading};
use nm_trace::report::output::Output;
use nm_trace::units::{Hertz, Seconds, Watts};
use report_support as reports;
use serde_json::Value;

/// A page and the JSON report of the same run.
fn page_and_report(arguments: &[&str]) -> (String, Value) {
    let directory = tempfile::tempdir().unwrap();
    let [page, report] = ["page.html", "report.json"].map(|name| directory.path().join(name));
    succeed(program().arg("replay").args(arguments).arg("-o").arg(&page).arg("-o").arg(&report));
    (read(&page), serde_json::from_str(&read(&report)).unwrap())
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// What stands in the element of that id.
fn element<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("id=\"{id}\">")).unwrap();
    rest.split_once("</script>").unwrap().0
}

fn json(page: &str, id: &str) -> Value {
    serde_json::from_str(element(page, id)).unwrap()
}

/// The page but for the charting library, whose texts name addresses that it loads for maps alone.
fn own_part(page: &str) -> String {
    let library = page.rfind("<script>").unwrap();
    let end = library + page[library..].find("</script>").unwrap();
    assert!(page[library..end].contains("plotly.js v"));
    format!("{}{}", &page[..library], &page[end..])
}

/// Power over time as the page has it.
fn numbers(page: &str) -> Vec<f32> {
    let packed = STANDARD.decode(element(page, "powers-data")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    let numbers = bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
    numbers.collect()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-5 * expected.abs(), "{found:e} is not {expected:e}");
}

const SCALE_SIM: [&str; 5] = ["fixtures/scale-sim/conv_ws_user", "--chip", "eyeriss", "--window", "20"];

#[test]
fn the_page_loads_nothing_and_says_so_to_the_browser() {
    let (page, _) = page_and_report(&SCALE_SIM);
    assert!(page.contains("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"));
    let own = own_part(&page);
    for loading in [" src=", "http://", "https://", "//cdn", "url(", "@import", "fetch(", "XMLHttpRequest"] {
        assert!(!own.contains(loading), "the page has {loading:?}");
    }
    let links = own.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    assert!(links.into_iter().all(|link| link.starts_with('#') || link.starts_with("data:")));
}

#[test]
fn the_report_in_the_page_is_the_json_report() {
    let (page, report) = page_and_report(&SCALE_SIM);
    assert_eq!(json(&page, "report"), report);
}

#[test]
fn the_numbers_of_a_page_add_up_to_the_reports() {
    let (page, report) = page_and_report(&SCALE_SIM);
    let layout = &json(&page, "data")["power"];
    let bins = layout["bins"].as_u64().unwrap() as usize;
    let components = layout["counted_components"].as_array().unwrap();
    let numbers = numbers(&page);
    assert_eq!(numbers.len(), bins * (1 + components.len()));
    let (total, parts) = numbers.split_at(bins);

    let cycle = |key: &str| layout[key].as_i64().unwrap();
    let mut edges = vec![cycle("first_cycle")];
    edges.extend((0..bins as i64 - 1).map(|bin| cycle("first_end_cycle") + bin * cycle("bin_cycles")));
    edges.push(cycle("end_cycle"));
    let clock = report["clock_hz"].as_f64().unwrap();
    let energy = |powers: &[f32]| -> f64 {
        let durations = edges.windows(2).map(|pair| (pair[1] - pair[0]) as f64 / clock);
        powers.iter().zip(durations).map(|(power, duration)| f64::from(*power) * duration).sum()
    };
    close(energy(total), report["energy_j"].as_f64().unwrap());
    for (index, powers) in components.iter().zip(parts.chunks(bins)) {
        let component = &report["components"][index.as_u64().unwrap() as usize];
        close(energy(powers), component["energy_j"].as_f64().unwrap());
    }
    let highest = total.iter().copied().fold(0.0, f32::max);
    close(f64::from(highest), report["peak_power"][0]["power_w"].as_f64().unwrap());
}

#[test]
fn names_from_strangers_cannot_break_out_of_the_page() {
    let name = "</script><img src=x onerror=document.title=1>";
    let paper = Paper::new("", "");
    let header = "start,end,component,action,count,region\n";
    paper.write("t.csv", &format!("{header}0,9,alpha,mac,8,\"layer:{name}\"\n"));
    let chip = std::fs::read_to_string(paper.path("chip.toml")).unwrap();
    paper.write("chip.toml", &chip.replacen("\"paper\"", &format!("\"{name}\""), 1));
    succeed(&mut paper.run("replay t.csv --chip chip.toml --window 5 -o page.html"));
    let page = read(&paper.path("page.html"));
    assert!(!page.contains("<img"));
    let plain = common::root().join("src/report/html/page.html");
    assert_eq!(page.matches("</script").count(), read(&plain).matches("</script").count());
    assert!(page.contains("on &lt;/script&gt;&lt;img"));
    assert_eq!(json(&page, "report")["regions"][0]["name"], name);
}

#[test]
fn a_page_of_several_chips_is_refused_before_the_run() {
    let directory = tempfile::tempdir().unwrap();
    let page = directory.path().join("page.html");
    let chips = ["--chip", "tpu-v1", "--chip", "eyeriss"];
    let output = program()
        .arg("replay")
        .arg(fixture("activity/data.csv"))
        .args(chips)
        .arg("-o")
        .arg(&page)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("found 2 operating points, expected one for"), "{message}");
    assert!(message.contains("the format html holds one"), "{message}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn of_thousands_of_layers_the_page_has_those_of_most_energy_at_their_places() {
    const LAYERS: usize = 5_000;
    let paper = Paper::new("", "");
    let rows = (0..LAYERS).map(|layer| {
        let start = 10 * layer;
        format!("{start},{},alpha,mac,{},layer:l{layer}\n", start + 10, layer * 7 % 20)
    });
    paper.write("t.csv", &format!("start,end,component,action,count,region\n{}", rows.collect::<String>()));
    succeed(&mut paper.run("replay t.csv --chip chip.toml --window 100 -o page.html -o report.json"));
    let (page, report) = (read(&paper.path("page.html")), read(&paper.path("report.json")));
    let report: Value = serde_json::from_str(&report).unwrap();
    let (short, data) = (json(&page, "report"), json(&page, "data"));
    let kept = short["regions"].as_array().unwrap();
    let indexes = data["region_indexes"].as_array().unwrap();
    assert_eq!(kept.len(), indexes.len());
    assert!(kept.len() <= 2_001 && kept.len() > 1_000, "{}", kept.len());
    for (region, index) in kept.iter().zip(indexes) {
        assert_eq!(*region, report["regions"][index.as_u64().unwrap() as usize]);
    }
    assert_eq!(data["regions_by_kind"]["layer"], LAYERS);
    let energy = |region: &Value| region["energy_j"].as_f64().unwrap();
    let is_layer = |region: &&Value| region["is_remainder"] == false;
    let least = kept.iter().filter(is_layer).map(energy).fold(f64::INFINITY, f64::min);
    let mut all: Vec<f64> =
        report["regions"].as_array().unwrap().iter().filter(is_layer).map(energy).collect();
    all.sort_by(|a, b| b.total_cmp(a));
    assert!(least >= all[kept.len()]);
}

/// Numbers without a pattern that a compressor could find.
fn noise(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

#[test]
fn the_size_is_bounded_for_a_million_windows_that_nothing_compresses() {
    let pat = nm_trace::chip::load("tpu-v1").unwrap();
    let mut record = PowerRecord::new(pat.components.len());
    let mut state = 1;
    for window in 0..1_000_000 {
        let components: Vec<Watts> = pat.components.iter().map(|_| Watts(noise(&mut state))).collect();
        let total = components.iter().copied().sum();
        let (start_cycle, end_cycle) = (1_000 * window, 1_000 * (window + 1));
        let (start, end) = (Seconds(0.0), Seconds(0.0));
        let system = Watts(0.0);
        let row =
            PowerRow { point: 0, start_cycle, end_cycle, start, end, total, system, components: &components };
        record.row(&row).unwrap();
    }
    let mut report = reports::typical();
    report.window_cycles = 1_000;
    let point =
        ComparedPoint { label: String::new(), chip: String::new(), voltage: None, temperature: None, report };
    let heading = RunHeading {
        points: vec![PointHeading { label: String::new(), pat: &pat, clock: Hertz(700e6) }],
        window_cycles: 1_000,
        include_system: false,
    };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("page.html");
    let format = REPORT_FORMATS.iter().find(|format| format.name == "html").unwrap();
    let writer = (format.start)(Output::prepare(&path).unwrap(), &heading).unwrap();
    let run = FinishedRun { points: &[point], record: Some(&record) };
    writer.finish(&run).unwrap().commit().unwrap();
    let bytes = std::fs::metadata(&path).unwrap().len();
    assert!(bytes < 24_000_000, "{bytes}");
    assert_eq!(json(&read(&path), "data")["power"]["bins"], 1_000_000);
}
