//! Limits of `nm-trace replay`: exit codes, what is said, and that outputs are written all the same.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Paper, close, fixture};

/// On the paper chip, 3.5 W when nothing happens: 500 writes of 21 nJ in the second 500 ns, 500 reads of 11 nJ in the
/// third. Over one window of 500 ns 24.5 W at most, over 1 µs 19.5 W; 24.75 µJ in 2 µs.
fn steps() -> Paper {
    let paper = Paper::new("", "");
    paper.write(
        "t.csv",
        "# span_cycles: 0..2000\n# region: layer, 0, first, 0, 1000\n# region: layer, 1, second, 1000, 2000\n\
         start,end,component,action,count,region\n\
         0,500,alpha,mac,500,layer:first\n500,1000,beta,write,500,layer:first\n1000,1500,beta,read,500,layer:second\n",
    );
    paper
}

/// Exit code and standard error of a replay.
fn replay(paper: &Paper, arguments: &str) -> (i32, String) {
    let output =
        paper.run(&format!("replay t.csv --chip chip.toml --window 500 {arguments}")).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_run_within_its_limits_ends_well_and_says_nothing() {
    let limits = "--fail-over-tdp --max-peak 24.5W --max-peak 19.5W@1us --inferences 1 --max-energy-per-inference 25uJ";
    assert_eq!(replay(&steps(), limits), (0, String::new()));
}

#[test]
fn each_limit_that_is_exceeded_has_a_line_with_what_was_found_and_where() {
    let limits =
        "--max-peak 20W --max-peak 15W@1us --max-peak 1W@1s --inferences 2 --max-energy-per-inference 8uJ";
    let (code, message) = replay(&steps(), limits);
    assert_eq!(code, 1);
    insta::assert_snapshot!(message);
}

#[test]
fn what_exceeds_the_tdp_is_told_by_how_much() {
    // TDP is 25.5 W. 500 writes of 21 nJ and 1000 macs of 3.5 nJ in 500 ns over 3.5 W: 31.5 W.
    let paper = Paper::new("", "0,500,beta,write,500\n0,500,alpha,mac,1000\n500,1500,alpha,mac,1\n");
    let (code, message) = replay(&paper, "--fail-over-tdp");
    assert_eq!(code, 1);
    insta::assert_snapshot!(message);
    let report = paper.report("t.csv --window 500");
    close(&report["tdp_headroom_w"], -6.0);
    // Over 1.5 µs it is not, but that is not what the limit means.
    assert_eq!(replay(&paper, "--max-peak 25.5W@1.5us").0, 0);
}

#[test]
fn outputs_are_whole_and_the_same_whether_a_limit_is_exceeded_or_not() {
    let paper = steps();
    let outputs =
        |name: &str| format!("-o {name}.json -o {name}.csv -o {name}.svg --save-profile {name}.nmt");
    assert_eq!(replay(&paper, &format!("--max-peak 20W {}", outputs("over"))).0, 1);
    assert_eq!(replay(&paper, &format!("--max-peak 30W {}", outputs("under"))).0, 0);
    for ending in ["csv", "svg", "nmt"] {
        let bytes = |name: &str| std::fs::read(paper.path(&format!("{name}.{ending}"))).unwrap();
        assert!(bytes("over") == bytes("under") && !bytes("over").is_empty(), "{ending}");
    }
    let report = |name: &str| common::without_provenance(&std::fs::read(paper.path(name)).unwrap());
    assert_eq!(report("over.json"), report("under.json"));
    assert_eq!(report("over.json"), paper.report("t.csv --window 500"));
}

#[test]
fn the_length_of_a_limit_is_looked_for_and_the_report_says_which_was_used() {
    let paper = steps();
    let report = paper.report("t.csv --window 500 --max-peak 90W@1.2us");
    let peaks = report["peak_power"].as_array().unwrap();
    let found = peaks.iter().find(|peak| peak["label"].as_str() == Some("1.2 us")).unwrap();
    // Rounded up to three windows.
    close(&found["window_s"], 1.5e-6);
    let (_, message) = replay(&paper, "--max-peak 1W@1.2us");
    assert!(message.contains("over 1.5 µs"), "{message}");
    // A length of every report is no new one.
    assert_eq!(paper.report("t.csv --window 500 --max-peak 90W@1us"), paper.report("t.csv --window 500"));
}

#[test]
fn a_limit_for_inferences_that_nobody_counted_is_an_error_before_anything_is_written() {
    let paper = steps();
    let message = paper.failure("replay t.csv --chip chip.toml --max-energy-per-inference 2mJ -o r.json");
    assert_eq!(
        message,
        "error: found no number of inferences in the run, expected one for --max-energy-per-inference; add \
         --inferences N\n"
    );
    assert_eq!(paper.files(), ["chip.toml", "t.csv"]);
}

#[test]
fn each_of_several_operating_points_is_held_against_the_limits_and_named() {
    let paper = Paper::new("", "0,4000,tensor_unit,mac,40000000\n4000,9000,tensor_unit,mac,700\n");
    std::fs::copy(fixture("chips/tpu-v1-published.toml"), paper.path("tpu.toml")).unwrap();
    let run = "replay t.csv --chip tpu.toml --clock 350MHz,700MHz -o r.json";
    let report = |code: i32, limits: &str| {
        let output = paper.run(&format!("{run} {limits}")).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    report(0, "--max-peak 1kW");
    let reports: serde_json::Value =
        serde_json::from_slice(&std::fs::read(paper.path("r.json")).unwrap()).unwrap();
    let peak = |at: usize| reports["reports"][at]["peak_power"][0]["power_w"].as_f64().unwrap();
    assert!(peak(1) > 1.1 * peak(0), "{} {}", peak(0), peak(1));
    let between = (peak(0) + peak(1)) / 2.0;
    let message = report(1, &format!("--max-peak {between}W"));
    assert_eq!(message.lines().count(), 1);
    assert!(message.contains("@700MHz: --max-peak"), "{message}");
    assert_eq!(report(1, "--max-peak 1mW").lines().count(), 2);
}

#[test]
fn a_limit_that_is_none_is_refused() {
    let paper = steps();
    for (limit, expected) in [
        ("--max-peak 90", "does not measure power"),
        ("--max-peak 90W@10W", "does not measure time"),
        ("--max-peak 0W", "power above 0 is expected"),
        ("--max-energy-per-inference 2W", "does not measure energy"),
        ("--max-energy-per-inference=-2mJ", "energy above 0 is expected"),
    ] {
        let message = paper.failure(&format!("replay t.csv --chip chip.toml {limit}"));
        assert!(message.contains(expected), "{limit}: {message}");
    }
}
