//! What other tools read, through the binary: paper cases, names, refusals. Foreign tools read it in tests/foreign.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use common::{Paper, program, root, succeed};
use serde_json::Value;

/// Two layers, of which the second overlaps an op; a prefetch before cycle 0; a last window that the run covers in part.
const TRACE: &str = "-3,2,dram,read,1,layer:a\n0,8,alpha,mac,8,layer:a\n8,23,beta,read,6,layer:b \"c\"\n8,9,beta,write,1,op:w\n";

/// The paper chip with areas: 4 mm² of alpha, 2 mm² of beta, 2 mm² of white space.
fn with_areas() -> Paper {
    let paper = Paper::new("", "");
    let metadata = "# clock_hz: 1e9\n# inferences: 1\nstart,end,component,action,count,region\n";
    paper.write(
        "t.csv",
        &format!("{metadata}{}", TRACE.replace("b \"c\"", "b").replace("layer:b", "\"layer:b \"\"c\"\"\"")),
    );
    let area = |square_millimetres: f64| {
        format!("area = {{ value = {square_millimetres}, unit = \"mm2\", source = \"paper\" }}\n")
    };
    let chip = common::paper_chip();
    let chip = chip.replace("name = \"paper\"\n", &format!("name = \"paper\"\n{}", area(8.0)));
    let chip = chip.replace("name = \"alpha\"\n", &format!("name = \"alpha\"\n{}", area(4.0)));
    paper.write("chip.toml", &chip.replace("name = \"beta\"\n", &format!("name = \"beta\"\n{}", area(2.0))));
    paper
}

fn replay(paper: &Paper, arguments: &str) -> Value {
    let outputs = format!("replay t.csv --chip chip.toml --window 10 --json report.json {arguments}");
    succeed(&mut paper.run(&outputs));
    serde_json::from_str(&read(paper, "report.json")).unwrap()
}

fn read(paper: &Paper, name: &str) -> String {
    fs::read_to_string(paper.path(name)).unwrap()
}

/// The files are the same for people who read them, but for the version of the program.
fn versionless(text: &str) -> String {
    text.replace(&format!("nm-trace {}", env!("CARGO_PKG_VERSION")), "nm-trace VERSION")
}

#[test]
fn hotspot_files_of_a_paper_case_are_as_on_paper() {
    let paper = with_areas();
    replay(&paper, "-o p.ptrace -o p.flp");
    insta::assert_snapshot!(versionless(&read(&paper, "p.flp")));
    insta::assert_snapshot!(read(&paper, "p.ptrace"));
}

#[test]
fn power_of_a_component_without_an_area_is_spread_over_the_die() {
    let paper = with_areas();
    let chip = read(&paper, "chip.toml");
    let beta = chip.find("name = \"beta\"\narea").unwrap();
    let end = chip[beta..].match_indices('\n').nth(1).unwrap().0;
    let without = format!("{}name = \"beta\"{}", &chip[..beta], &chip[beta + end..]);
    paper.write("chip.toml", &without);
    let report = replay(&paper, "-o p.ptrace -o p.flp");
    assert!(read(&paper, "p.flp").contains("# without a place, power spread over the die: beta\n"));
    let trace = read(&paper, "p.ptrace");
    let mut lines = trace.lines();
    assert_eq!(lines.next(), Some("alpha\twhite_space"));
    let watts =
        lines.map(|line| line.split('\t').map(|watts| watts.parse::<f64>().unwrap()).collect::<Vec<_>>());
    let joules = watts.fold([0.0; 2], |sum, line| [0, 1].map(|unit| sum[unit] + line[unit] * 10e-9));
    let energy = |at: usize| report["components"][at]["energy_j"].as_f64().unwrap();
    // Half of the die is alpha's.
    assert!((joules[0] - energy(0) - energy(1) / 2.0).abs() < 1e-18);
    assert!((joules[1] - energy(1) / 2.0).abs() < 1e-18);
}

#[test]
fn what_a_hotspot_file_cannot_say_is_refused_before_the_run() {
    let paper = with_areas();
    let chip = read(&paper, "chip.toml");
    let replay = "replay t.csv --chip chip.toml -o p.";
    let without = chip.lines().filter(|line| !line.starts_with("area")).collect::<Vec<_>>().join("\n");
    paper.write("chip.toml", &without);
    for ending in ["flp", "ptrace"] {
        let message = paper.failure(&format!("{replay}{ending}"));
        assert!(
            message.contains("found no component with an area on the chip paper, expected one"),
            "{message}"
        );
    }
    let trace = read(&paper, "t.csv").replace("alpha", "a b").replace("beta", "a_b");
    paper.write("t.csv", &trace);
    paper.write("chip.toml", &chip.replace("alpha", "a b").replace("beta", "a_b"));
    let message = paper.failure(&format!("{replay}flp"));
    assert!(message.contains("found two units \"a_b\""), "{message}");
    let message = paper.failure("replay t.csv --chip chip.toml --voltage 1V --clock 1GHz,2GHz -o p.flp");
    assert!(message.contains("expected one") || message.contains("--clock"), "{message}");
    assert_eq!(paper.files(), ["chip.toml", "t.csv"]);
}

#[test]
fn names_with_white_space_are_one_name_to_hotspot() {
    let paper = with_areas();
    for file in ["chip.toml", "t.csv"] {
        paper.write(file, &read(&paper, file).replace("alpha", "#al pha"));
    }
    // A line that begins with `#` would be a comment of the trace.
    paper.write("t.csv", &read(&paper, "t.csv"));
    replay(&paper, "-o p.ptrace -o p.flp");
    assert!(read(&paper, "p.ptrace").starts_with("_#al_pha\tbeta\t"));
    assert!(read(&paper, "p.flp").lines().any(|line| line.starts_with("_#al_pha\t")));
}

#[test]
fn gauges_of_a_paper_case_read_well() {
    let paper = with_areas();
    replay(&paper, "-o p.prom");
    insta::assert_snapshot!(versionless(&read(&paper, "p.prom")));
}

#[test]
fn a_perfetto_trace_of_a_paper_case_reads_well() {
    let paper = with_areas();
    replay(&paper, "-o p.perfetto.json");
    let text = read(&paper, "p.perfetto.json");
    let trace: Value = serde_json::from_str(&text).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let tracks = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
    assert_eq!((tracks("X"), tracks("b")), (3 + 1 + report_peaks(&paper), 0));
    let fingerprint = trace["otherData"]["chip_fingerprint"].as_str().unwrap();
    insta::assert_snapshot!(versionless(&text).replace(fingerprint, "FINGERPRINT"));
}

fn report_peaks(paper: &Paper) -> usize {
    let report: Value = serde_json::from_str(&read(paper, "report.json")).unwrap();
    report["peak_power"].as_array().unwrap().len()
}

#[test]
fn tables_of_a_paper_case_read_well() {
    let paper = with_areas();
    replay(&paper, "-o p.regions.csv -o p.summary.csv");
    insta::assert_snapshot!(read(&paper, "p.regions.csv"));
    insta::assert_snapshot!(read(&paper, "p.summary.csv"));
}

#[test]
fn a_run_without_regions_gives_a_table_without_rows() {
    let paper = Paper::new("# span_cycles: 0..20\n", "0,10,alpha,mac,8\n");
    replay(&paper, "-o p.regions.csv -o p.perfetto.json -o p.prom");
    assert_eq!(read(&paper, "p.regions.csv").lines().count(), 1);
    assert!(!read(&paper, "p.prom").contains("nm_trace_region"));
    let trace: Value = serde_json::from_str(&read(&paper, "p.perfetto.json")).unwrap();
    let slices = trace["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == "X");
    assert_eq!(slices.count(), 1 + report_peaks(&paper));
}

#[test]
fn a_column_that_would_stand_twice_is_refused() {
    let paper = Paper::new("", "0,4,system,mac,8\n");
    paper.write("chip.toml", &common::paper_chip().replace("alpha", "system"));
    let message = paper.failure("replay t.csv --chip chip.toml -o p.regions.csv");
    assert!(message.contains("two columns \"system_energy_j\""), "{message}");
}

#[test]
fn an_output_is_the_same_to_the_byte_every_time() {
    let paper = with_areas();
    let endings = outputs_of_one_run();
    let arguments =
        |name: &str| -> String { endings.iter().map(|ending| format!(" -o {name}{ending}")).collect() };
    succeed(&mut paper.run(&format!("replay t.csv --chip chip.toml --window 10{}", arguments("a"))));
    succeed(
        &mut paper.run(&format!("replay t.csv --chip chip.toml --window 10 --threads 1{}", arguments("b"))),
    );
    for ending in endings {
        let bytes = |name: &str| fs::read(paper.path(&format!("{name}{ending}"))).unwrap();
        assert!(bytes("a") == bytes("b"), "{ending}");
    }
}

/// Endings of the formats that this file is about.
fn outputs_of_one_run() -> Vec<String> {
    let help = succeed(program().args(["replay", "--help"])).stdout;
    let help = String::from_utf8(help).unwrap();
    let formats = help.lines().skip_while(|line| *line != "Formats of -o:").skip(1);
    let endings = formats.flat_map(|line| line.split_whitespace().filter(|word| word.starts_with('.')));
    // JSON has times in it; pages and pictures have tests of their own.
    let others = [".json", ".html", ".svg", ".png"];
    let endings: Vec<String> = endings.filter(|ending| !others.contains(ending)).map(str::to_owned).collect();
    assert!(endings.len() >= 9, "{endings:?}");
    endings
}

/// The words in backticks in the first cell of every row of the page's tables.
fn rows_of_page() -> BTreeSet<String> {
    let page = fs::read_to_string(root().join("docs/outputs-for-tools.md")).unwrap();
    let cells = page.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn every_format_column_and_metric_is_on_the_page() {
    let paper = with_areas();
    replay(&paper, "-o p.regions.csv -o p.summary.csv -o p.prom --csv p.csv");
    let page = rows_of_page();
    let columns = |name: &str| {
        let text = read(&paper, name);
        text.lines().next().unwrap().split(',').map(str::to_owned).collect::<Vec<_>>()
    };
    let components = ["alpha", "beta", "dram"];
    let mut expected: BTreeSet<String> = outputs_of_one_run().into_iter().collect();
    expected.remove(".csv");
    for column in ["p.regions.csv", "p.summary.csv", "p.csv"].into_iter().flat_map(columns) {
        let of_component = components.iter().find_map(|name| column.strip_prefix(name));
        expected.insert(of_component.map_or(column.clone(), |rest| format!("<component>{rest}")));
    }
    let summary = read(&paper, "p.summary.csv");
    expected.extend(summary.lines().skip(1).map(|row| row.split(',').nth(2).unwrap().to_owned()));
    let metrics = read(&paper, "p.prom");
    let metrics = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    expected.extend(
        metrics.filter(|name| name.contains("_region_") || *name == "nm_trace_run").map(str::to_owned),
    );
    let missing: Vec<&String> = expected.difference(&page).collect();
    assert!(missing.is_empty(), "not on docs/outputs-for-tools.md: {missing:?}");
}

#[test]
fn the_gauges_are_the_rows_of_the_summary_and_of_the_regions() {
    let paper = with_areas();
    replay(&paper, "-o p.summary.csv -o p.prom");
    let prom = read(&paper, "p.prom");
    let gauges = prom.lines().filter(|line| !line.starts_with('#') && !line.starts_with("nm_trace_re"));
    let gauges: Vec<f64> =
        gauges.skip(1).map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect();
    let summary = read(&paper, "p.summary.csv");
    let mut rows = csv::Reader::from_reader(summary.as_bytes());
    let values: Vec<f64> = rows.records().map(|row| row.unwrap()[9].parse().unwrap()).collect();
    assert_eq!(gauges, values);
    let regions: BTreeMap<&str, usize> = prom
        .lines()
        .filter(|line| line.starts_with("nm_trace_region_energy_"))
        .fold(BTreeMap::new(), |mut kinds, line| {
            let kind = line.split("region_kind=\"").nth(1).unwrap().split('"').next().unwrap();
            *kinds.entry(kind).or_default() += 1;
            kinds
        });
    assert!(regions["layer"] >= 2 && regions["op"] >= 1, "{regions:?}");
}
