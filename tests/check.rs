//! `nm-trace check` through the binary: what it says of a run beside its baseline, and its exit code.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::process::Command;

use common::{Paper, fixture, keys, paper_chip, root, succeed};
use serde_json::Value;

/// Three layers of 1000 cycles on the paper chip; the reads of the second are `READS` of the unified buffer's kind.
const LAYERS: &str = "\
# nm-trace activity 1
# clock_hz: 1e9
# inferences: 1
# span_cycles: 0..3000
start,end,component,action,count,region
0,1000,alpha,mac,1000,layer:conv1
0,1000,beta,read,500,layer:conv1
1000,2000,alpha,mac,800,layer:conv2
1000,2000,beta,read,600,layer:conv2
2000,3000,alpha,mac,900,layer:conv3
2000,3000,beta,write,100,layer:conv3
";

/// A directory with the run, its chip and its baseline `energy.toml`.
fn kept() -> Paper {
    let paper = Paper::new("", "");
    paper.write("t.csv", LAYERS);
    succeed(&mut paper.run("check t.csv --chip chip.toml --baseline energy.toml --update"));
    paper
}

/// The run with something replaced, which must be there.
fn changed(paper: &Paper, from: &str, to: &str) {
    assert!(LAYERS.contains(from), "{from}");
    paper.write("t.csv", &LAYERS.replace(from, to));
}

/// 2 % more reads of the second layer.
fn more_reads(paper: &Paper) {
    changed(paper, "read,600", "read,612");
}

fn tolerances(paper: &Paper, text: &str) {
    let baseline = std::fs::read_to_string(paper.path("energy.toml")).unwrap();
    assert!(baseline.contains("\"*\" = \"0.1%\"\n"));
    paper.write("energy.toml", &baseline.replace("\"*\" = \"0.1%\"\n", text));
}

/// What a run of the program prints and its exit code. Versions of the program are left out.
fn told(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    for line in out.lines() {
        assert_eq!(line.trim_end(), line, "spaces at the end: {line:?}");
    }
    let all = format!("{out}{error}exit code {}\n", output.status.code().unwrap());
    all.replace(concat!("nm-trace ", env!("CARGO_PKG_VERSION")), "nm-trace VERSION")
}

const CHECK: &str = "check t.csv --chip chip.toml --baseline energy.toml";

fn check(paper: &Paper) -> String {
    let told = told(&mut paper.run(CHECK));
    assert!(told.lines().all(|line| line.chars().count() <= 80 || line.starts_with("error")), "{told}");
    told
}

#[test]
fn a_baseline_has_the_runs_numbers_under_tolerances_that_explain_themselves() {
    let paper = kept();
    let baseline = std::fs::read_to_string(paper.path("energy.toml")).unwrap();
    insta::assert_snapshot!(
        baseline.replace(concat!("nm-trace ", env!("CARGO_PKG_VERSION")), "nm-trace VERSION")
    );
}

#[test]
fn a_run_passes_against_its_own_baseline_with_an_empty_difference() {
    insta::assert_snapshot!(check(&kept()));
}

#[test]
fn more_reads_of_a_layer_fail_and_are_named_with_layer_component_and_joules() {
    let paper = kept();
    more_reads(&paper);
    let told = check(&paper);
    // 12 reads of 10 nJ, and 1 nJ of clock each.
    assert!(told.contains("layer conv2 +132 nJ") && told.contains("beta +132 nJ (read +12"), "{told}");
    assert!(told.ends_with("exit code 1\n"), "{told}");
    insta::assert_snapshot!(told);
}

#[test]
fn a_tolerance_that_allows_the_change_lets_it_pass() {
    let paper = kept();
    more_reads(&paper);
    tolerances(&paper, "\"*\" = \"2%\"\n");
    let told = check(&paper);
    assert!(told.ends_with("exit code 0\n"), "{told}");
    insta::assert_snapshot!(told);
}

#[test]
fn tolerances_are_absolute_too_and_the_command_line_stands_over_the_file() {
    let paper = kept();
    more_reads(&paper);
    tolerances(&paper, "\"*\" = \"2%\"\n\"layer.*.energy\" = \"+131 nJ\"\n");
    let mut command = paper.run(CHECK);
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    let wider = ["--tolerance", "layer.*.energy=+133 nJ"];
    assert_eq!(paper.run(CHECK).args(wider).output().unwrap().status.code(), Some(0));
    let ignored = ["--tolerance", "layer.conv2.energy=ignore"];
    assert_eq!(paper.run(CHECK).args(ignored).output().unwrap().status.code(), Some(0));
    let wrong = told(paper.run(CHECK).args(["--tolerance", "*=two"]));
    assert!(wrong.contains("error: --tolerance \"*=two\": found the tolerance"), "{wrong}");
}

#[test]
fn less_energy_passes_unless_both_sides_are_bounded() {
    let paper = kept();
    changed(&paper, "read,600", "read,500");
    insta::assert_snapshot!(check(&paper));
    tolerances(&paper, "\"*\" = \"±0.1%\"\n");
    assert!(check(&paper).ends_with("exit code 1\n"));
}

#[test]
fn a_renamed_layer_is_gone_and_new_with_a_hint() {
    let paper = kept();
    changed(&paper, "layer:conv3", "layer:conv3_fused");
    insta::assert_snapshot!(check(&paper));
}

#[test]
fn an_added_layer_is_reported_and_fails() {
    let paper = kept();
    changed(&paper, "2000,3000,beta", "2500,3000,alpha,mac,50,layer:head\n2000,3000,beta");
    insta::assert_snapshot!(check(&paper));
}

#[test]
fn a_layer_that_is_gone_is_reported_and_fails_unless_it_is_ignored() {
    let paper = kept();
    let removed = "2000,3000,alpha,mac,900,layer:conv3\n2000,3000,beta,write,100,layer:conv3\n";
    changed(&paper, removed, "");
    insta::assert_snapshot!(check(&paper));
    tolerances(&paper, "\"*\" = \"0.1%\"\n\"layer.*\" = \"ignore\"\n");
    assert!(check(&paper).ends_with("exit code 0\n"));
}

#[test]
fn a_changed_chip_is_told_apart_from_changed_activity() {
    let paper = kept();
    paper.write("chip.toml", &paper_chip().replace("value = 10, unit", "value = 11, unit"));
    insta::assert_snapshot!("the_chip_changed", check(&paper));
    more_reads(&paper);
    insta::assert_snapshot!("chip_and_activity_changed", check(&paper));
}

#[test]
fn growth_from_zero_fails_and_says_that_no_part_of_zero_can_be_tolerated() {
    let paper = Paper::new("", "");
    // Beside the chip, and nothing happens there.
    let zero = "value = 0.25, unit = \"W\"";
    assert!(paper_chip().contains(zero));
    paper.write("chip.toml", &paper_chip().replace(zero, "value = 0, unit = \"W\""));
    paper.write("t.csv", LAYERS);
    succeed(&mut paper.run("check t.csv --chip chip.toml --baseline energy.toml --update"));
    assert!(check(&paper).ends_with("exit code 0\n"));
    changed(&paper, "2000,3000,beta", "2000,2001,dram,read,1,layer:conv3\n2000,3000,beta");
    insta::assert_snapshot!(check(&paper));
    tolerances(&paper, "\"*\" = \"0.1%\"\n\"component.dram.energy\" = \"100 nJ\"\n");
    assert!(check(&paper).ends_with("exit code 0\n"));
}

#[test]
fn a_missing_baseline_is_created_only_when_asked_for() {
    let paper = Paper::new("", "");
    paper.write("t.csv", LAYERS);
    let refused = told(&mut paper.run(CHECK));
    assert_eq!(
        refused,
        "error: there is no baseline energy.toml; --update creates it from this run\nexit code 2\n"
    );
    assert_eq!(paper.files(), ["chip.toml", "t.csv"]);
}

#[test]
fn what_is_no_baseline_is_refused_with_what_to_do() {
    let paper = Paper::new("", "");
    paper.write("t.csv", LAYERS);
    let mut names: Vec<String> = std::fs::read_dir(fixture("baselines/bad"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    names.sort();
    assert!(names.len() >= 10);
    let mut all = String::new();
    for name in names {
        std::fs::copy(fixture(&format!("baselines/bad/{name}")), paper.path(&name)).unwrap();
        let told = told(&mut paper.run(&format!("check t.csv --chip chip.toml --baseline {name}")));
        assert!(told.ends_with("exit code 2\n"), "{name}: {told}");
        all.push_str(&format!("{told}\n"));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_renewed_baseline_keeps_comments_tolerances_and_order() {
    let paper = kept();
    tolerances(&paper, "# Noise of the scheduler.\n\"*\" = [\"+0.5%\", \"-3%\"] # agreed in May\n");
    let before = std::fs::read_to_string(paper.path("energy.toml")).unwrap();
    let commented = before.replace("\n[run]", "\n# The run of the 3rd of May.\n[run]");
    paper.write("energy.toml", &commented);
    succeed(&mut paper.run(&format!("{CHECK} --update")));
    assert_eq!(std::fs::read_to_string(paper.path("energy.toml")).unwrap(), commented);
    // A layer between two others stands between them.
    changed(&paper, "1000,2000,alpha", "500,1000,alpha,mac,5,layer:early\n1000,2000,alpha");
    succeed(&mut paper.run(&format!("{CHECK} --update")));
    let renewed = std::fs::read_to_string(paper.path("energy.toml")).unwrap();
    for kept in ["# Noise of the scheduler.", "# agreed in May", "# The run of the 3rd of May.", "\"-3%\""] {
        assert!(renewed.contains(kept), "{renewed}");
    }
    let places: Vec<usize> = ["conv1 =", "early =", "conv2 ="].map(|key| renewed.find(key).unwrap()).into();
    assert!(places.is_sorted(), "{renewed}");
    assert!(check(&paper).ends_with("exit code 0\n"));
}

#[test]
fn a_baseline_of_another_schema_is_renewed_and_a_damaged_one_is_not() {
    let paper = kept();
    let text = std::fs::read_to_string(paper.path("energy.toml")).unwrap();
    let old = text
        .replace("schema_version = 1", "schema_version = 99 # ours")
        .replace("cycles = 3000", "length = 3");
    paper.write("energy.toml", &old);
    succeed(&mut paper.run(&format!("{CHECK} --update")));
    let renewed = std::fs::read_to_string(paper.path("energy.toml")).unwrap();
    assert!(renewed.contains("schema_version = 1 # ours") && !renewed.contains("length"), "{renewed}");
    assert!(check(&paper).ends_with("exit code 0\n"));
    paper.write("energy.toml", &text[..text.len() / 2]);
    assert!(paper.failure(&format!("{CHECK} --update")).contains("the baseline energy.toml is damaged"));
    assert_eq!(std::fs::read_to_string(paper.path("energy.toml")).unwrap(), text[..text.len() / 2]);
}

#[test]
fn a_saved_report_is_a_baseline_and_a_run_too() {
    let paper = kept();
    succeed(&mut paper.run("replay t.csv --chip chip.toml --json kept.json"));
    let by_report = told(&mut paper.run("check t.csv --chip chip.toml --baseline kept.json"));
    assert!(by_report.contains("all 12 metrics are what they were"), "{by_report}");
    let of_report = told(&mut paper.run("check kept.json --baseline energy.toml"));
    assert!(of_report.contains("all 12 metrics are what they were"), "{of_report}");
    more_reads(&paper);
    let failed = told(&mut paper.run("check t.csv --chip chip.toml --baseline kept.json"));
    assert!(failed.contains("layer conv2 +132 nJ") && failed.ends_with("exit code 1\n"), "{failed}");
    let message = paper.failure("check t.csv --chip chip.toml --baseline kept.json --update");
    assert!(message.contains("expected a baseline whose name ends in .toml"), "{message}");
    let message = paper.failure("check kept.json --baseline energy.toml --window 5");
    assert!(
        message.contains("found --window, which is of pricing, and a report is priced already"),
        "{message}"
    );
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let paper = kept();
    for (arguments, expected) in [
        ("check t.csv --baseline energy.toml", "found no --chip"),
        ("check t.csv --chip chip.toml", "found no --baseline"),
        (&format!("{CHECK} --include-system"), "leave out --include-system"),
        (&format!("{CHECK} --clock 1GHz,2GHz"), "found 2 values of --clock"),
        (&format!("{CHECK} --temperature 25C,85C"), ""),
        (&format!("{CHECK} -o report.doc"), "expected a name that ends in one of .txt, .md, .xml, .json"),
        (&format!("{CHECK} -o energy.toml.json -o energy.toml.json"), "two outputs would go to"),
        (&format!("{CHECK} --format json -o json=-"), "only one output can go to standard output"),
        (&format!("{CHECK} -o json=energy.toml"), "both as an input and as an output"),
        ("check t.csv --chip chip.toml --baseline b.toml --update -o json=b.toml", "two outputs would go to"),
        ("check t.csv --chip chip.toml --baseline t.csv --update", "the baseline t.csv is damaged"),
    ] {
        let message = paper.failure(arguments);
        assert!(message.contains(expected), "{arguments}: {message}");
    }
    assert_eq!(paper.files(), ["chip.toml", "energy.toml", "t.csv"]);
}

#[test]
fn several_outputs_are_written_at_once_each_in_its_format() {
    let paper = kept();
    more_reads(&paper);
    changed(&paper, "conv2\n1000,2000,beta,read,600", "conv2\n1000,2000,beta,read,612");
    let outputs = "-o check.md -o check.xml -o check.json -o check.txt -o github=-";
    let output = paper.run(&format!("{CHECK} {outputs}")).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let read = |name: &str| std::fs::read_to_string(paper.path(name)).unwrap();
    insta::assert_snapshot!("markdown", read("check.md"));
    insta::assert_snapshot!("junit", read("check.xml"));
    insta::assert_snapshot!("github", String::from_utf8(output.stdout).unwrap());
    let json: Value = serde_json::from_str(&read("check.json")).unwrap();
    assert_eq!(json["passed"], false);
    assert!(check(&paper).starts_with(&read("check.txt")));
    assert_eq!(paper.files().len(), 7);
}

/// The XML's numbers and messages are the JSON's.
#[test]
fn junit_reads_back_with_the_verdict_of_the_json() {
    let paper = kept();
    changed(&paper, "layer:conv3", "layer:a<b>&\"c\"");
    let _ = paper.run(&format!("{CHECK} -o check.xml -o check.json")).output().unwrap();
    let json: Value = serde_json::from_slice(&std::fs::read(paper.path("check.json")).unwrap()).unwrap();
    let metrics = json["runs"][0]["verdict"]["metrics"].as_array().unwrap();
    let xml = std::fs::read_to_string(paper.path("check.xml")).unwrap();
    let mut reader = quick_xml::Reader::from_str(&xml);
    let (mut cases, mut failures) = (Vec::new(), 0);
    loop {
        use quick_xml::events::Event;
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "testcase" => {
                let name = tag.try_get_attribute("name").unwrap().unwrap();
                cases.push(name.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned());
            }
            Event::Start(tag) if tag.name().as_ref() == "failure" => failures += 1,
            Event::Eof => break,
            _ => {}
        }
    }
    let names: Vec<&str> = metrics.iter().map(|metric| metric["name"].as_str().unwrap()).collect();
    assert_eq!(cases, names);
    let fails = |metric: &&Value| ["exceeded", "new", "gone"].contains(&metric["outcome"].as_str().unwrap());
    assert_eq!(failures, metrics.iter().filter(fails).count());
    assert_eq!(failures, 2);
}

#[test]
fn only_a_terminal_is_coloured_and_no_color_is_respected() {
    let paper = kept();
    more_reads(&paper);
    let escapes = |variables: &[(&str, &str)]| {
        let mut command = paper.run(CHECK);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").envs(variables.iter().copied());
        String::from_utf8(command.output().unwrap().stdout).unwrap().contains('\u{1b}')
    };
    assert!(!escapes(&[]));
    assert!(escapes(&[("CLICOLOR_FORCE", "1")]));
    assert!(!escapes(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn a_reader_who_has_gone_changes_no_verdict() {
    let paper = kept();
    more_reads(&paper);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = paper.run(CHECK).stdout(writer).status().unwrap();
    assert_eq!(status.code(), Some(1));
}

#[test]
fn every_key_of_the_json_is_on_the_page_and_no_other() {
    let paper = kept();
    changed(
        &paper,
        "1000,2000,beta,read,600,layer:conv2\n2000,3000,alpha,mac,900,layer:conv3\n2000,3000,beta,write,100,layer:conv3",
        "1000,2000,beta,read,612,layer:conv2\n2000,3000,alpha,mac,900,layer:c\n2000,3000,beta,write,100,layer:c",
    );
    let command = format!("{CHECK} --clock 1GHz --format json");
    let output = paper.run(&command).args(["--window", "500"]).output().unwrap();
    let found = keys([&serde_json::from_slice(&output.stdout).unwrap()]);
    let page = std::fs::read_to_string(root().join("docs/checking.md")).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with("The keys of the JSON")).unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    let on_page: BTreeSet<String> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(|key| key.trim_end_matches("[]").to_owned())
        .collect();
    assert_eq!(on_page, found);
}
