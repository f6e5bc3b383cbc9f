//! A trace priced for several chips, supplies, clocks and temperatures at once, through the binary.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Paper, fixture, succeed, without_provenance};
use serde_json::Value;

/// The paper chip, the same with a faster clock, and a design whose technology is known, as a file of its numbers.
fn paper() -> Paper {
    let paper =
        Paper::new("", "0,4,tensor_unit,mac,8\n2,6,tensor_unit,mac,4\n4000,9000,tensor_unit,mac,700\n");
    let chip = std::fs::read_to_string(fixture("chips/tpu-v1-published.toml")).unwrap();
    std::fs::create_dir(paper.path("chips")).unwrap();
    paper.write("chips/b.toml", &chip);
    paper.write("chips/a.toml", &chip.replacen("value = 700", "value = 500", 1));
    let design = format!("{}:X=16,search.X=[16]", fixture("chips/small-design.toml").display());
    succeed(&mut paper.run(&format!("chip export {design} -o chips/small.toml")));
    paper
}

/// The reports of a run of several points.
fn reports(paper: &Paper, arguments: &str) -> Vec<Value> {
    let output = succeed(&mut paper.run(&format!("replay t.csv {arguments} --json -")));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["schema_version"], 1);
    document["reports"].as_array().unwrap().clone()
}

fn alone(paper: &Paper, arguments: &str) -> Value {
    without_provenance(&succeed(&mut paper.run(&format!("replay t.csv {arguments} --json -"))).stdout)
}

fn bare(report: &Value) -> Value {
    let mut report = report.clone();
    report.as_object_mut().unwrap().remove("provenance").unwrap();
    report
}

#[test]
fn each_of_several_reports_is_that_of_its_own_run() {
    let paper = paper();
    let conditions = "--voltage 0.7V,0.8V --clock 400MHz,700MHz --temperature 25C,85C --window 7";
    for threads in [1, 3] {
        let all = reports(&paper, &format!("--chip chips/small.toml {conditions} --threads {threads}"));
        assert_eq!(all.len(), 8);
        let mut at = 0;
        for volts in ["0.7V", "0.8V"] {
            for clock in ["400MHz", "700MHz"] {
                for heat in ["25C", "85C"] {
                    let one = format!(
                        "--chip chips/small.toml --voltage {volts} --clock {clock} --temperature {heat} --window 7"
                    );
                    assert_eq!(bare(&all[at]), alone(&paper, &one), "{one}");
                    at += 1;
                }
            }
        }
    }
}

#[test]
fn several_chips_may_be_named_one_by_one_or_by_a_pattern() {
    let paper = paper();
    let named = reports(&paper, "--chip chips/a.toml --chip chips/b.toml --chip chips/small.toml");
    let expanded = reports(&paper, "--chip chips/*.toml --chip chips/a.toml");
    assert_eq!(named.len(), 3);
    for ((named, expanded), chip) in named.iter().zip(&expanded).zip(["a", "b", "small"]) {
        let file = format!("chips/{chip}.toml");
        assert_eq!(expanded["provenance"]["chip_argument"], file);
        assert_eq!(bare(named), bare(expanded));
        assert_eq!(bare(named), alone(&paper, &format!("--chip {file}")));
    }
    // One of everything is a report as ever.
    assert_eq!(alone(&paper, "--chip chips/a*"), alone(&paper, "--chip chips/a.toml"));
    assert_eq!(reports(&paper, "--chip nvdla-[15]* --unbound ignore").len(), 2);
}

#[test]
fn a_pattern_that_names_nothing_is_an_error_with_the_cure() {
    let message = paper().failure("replay t.csv --chip chips/*.yaml");
    assert!(message.contains("chips/*.yaml: no built-in chip and no file is called like that"), "{message}");
    assert!(message.contains("'chips/*.toml'"), "{message}");
}

#[test]
fn a_channel_that_one_chip_does_not_know_is_an_error_that_names_the_chip() {
    let paper = Paper::new("", "0,4,alpha,mac,8\n2,6,beta,read,4\n");
    let lesser = common::paper_chip()
        .replace("\"paper\"\nclock", "\"lesser\"\nclock")
        .replace("\"beta\"", "\"gamma\"");
    paper.write("lesser.toml", &lesser);
    let message = paper.failure("replay t.csv --chip chip.toml --chip lesser.toml");
    assert!(
        message.contains("t.csv: line 3") && message.contains("a component of the chip lesser"),
        "{message}"
    );
    let fewer = lesser.replace("\"gamma\"", "\"beta\"").replace("\"read\"", "\"load\"");
    paper.write("fewer.toml", &fewer);
    let message = paper.failure("replay t.csv --chip chip.toml --chip fewer.toml");
    assert!(
        message.contains("unknown action \"read\" of component \"beta\" of the chip lesser"),
        "{message}"
    );
    for how in ["warn", "ignore"] {
        let all = reports(&paper, &format!("--chip chip.toml --chip lesser.toml --unbound {how}"));
        for (report, chip) in all.iter().zip(["chip.toml", "lesser.toml"]) {
            assert_eq!(bare(report), alone(&paper, &format!("--chip {chip} --unbound {how}")), "{chip}");
        }
        assert_eq!(all[1]["coverage"]["unbound_events"], 1);
    }
}

#[test]
fn windows_are_the_same_cycles_at_every_clock() {
    let paper = paper();
    let message = paper.failure("replay t.csv --chip chips/b.toml --clock 500MHz,700MHz --window 1us");
    assert!(message.contains("500 cycles of 500 MHz and 700 of 700 MHz"), "{message}");
    assert!(message.contains("--window in cycles"), "{message}");
    assert_eq!(reports(&paper, "--chip chips/b.toml --clock 500MHz,500.1MHz --window 1us").len(), 2);
}

#[test]
fn clocks_are_not_compared_over_cycles_of_a_clock() {
    let paper = Paper::new("# clock_hz: 1000000000\n", "0,4,alpha,mac,8\n");
    let message = paper.failure("replay t.csv --chip chip.toml --clock 500MHz,700MHz");
    assert!(message.contains("its own clock of 1 GHz"), "{message}");
}

#[test]
fn seconds_become_cycles_only_by_a_clock_that_all_points_have() {
    let paper = paper();
    paper.write("t.csv", "start_s,end_s,component,action,count\n0,1e-6,tensor_unit,mac,8\n");
    let message = paper.failure("replay t.csv --chip chips/a.toml --chip chips/b.toml");
    assert!(message.contains("the operating points differ in their clocks"), "{message}");
    let all = reports(&paper, "--chip chips/a.toml --chip chips/b.toml --clock 500MHz");
    assert_eq!(bare(&all[1]), alone(&paper, "--chip chips/b.toml --clock 500MHz"));
}

#[test]
fn power_over_time_has_a_column_a_point() {
    let paper = paper();
    let csv = |arguments: &str| {
        let output = succeed(&mut paper.run(&format!("replay t.csv {arguments} --csv -"))).stdout;
        String::from_utf8(output).unwrap()
    };
    let several = csv("--chip chips/b.toml --chip chips/small.toml --clock 600MHz");
    let mut lines = several.lines();
    let header = "start_cycle,end_cycle,start_s,end_s,tpu-v1@600MHz_w,small@600MHz_w";
    assert_eq!(lines.next(), Some(header));
    let column = |chip: &str| -> Vec<String> {
        let text = csv(&format!("--chip chips/{chip}.toml --clock 600MHz"));
        text.lines().skip(1).map(|line| line.split(',').nth(4).unwrap().to_owned()).collect()
    };
    let (one, other) = (column("b"), column("small"));
    assert_eq!(one.len(), 9);
    for ((line, one), other) in lines.zip(&one).zip(&other) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells[4..], [one.as_str(), other.as_str()]);
        assert!(!cells[2].is_empty());
    }
    // At different clocks a window has no one time.
    let clocks = csv("--chip chips/b.toml --clock 600MHz,700MHz");
    assert!(clocks.lines().nth(1).unwrap().starts_with("0,1000,,,"), "{clocks}");
}

#[test]
fn a_profile_is_saved_once_and_says_the_same() {
    let paper = paper();
    succeed(&mut paper.run("replay t.csv --chip chips/a.toml --chip chips/b.toml --save-profile p.nmt"));
    succeed(&mut paper.run("replay t.csv --chip chips/b.toml --save-profile q.nmt"));
    assert_eq!(std::fs::read(paper.path("p.nmt")).unwrap(), std::fs::read(paper.path("q.nmt")).unwrap());
}

#[test]
fn the_page_of_several_points_has_a_row_for_each() {
    let paper = paper();
    let arguments =
        "replay t.csv --chip chips/a.toml --chip chips/b.toml --chip chips/small.toml --inferences 1";
    let text = String::from_utf8(succeed(&mut paper.run(arguments)).stdout).unwrap();
    insta::assert_snapshot!(text);
}
