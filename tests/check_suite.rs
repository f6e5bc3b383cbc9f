//! Suites: many runs in one call, and baselines that hold for any report.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;
#[allow(dead_code)]
mod report_support;

use common::{Paper, program, succeed};
use nm_trace::power::{PowerReport, RegionPower};
use nm_trace::regression::{Baseline, Tolerances, Verdict, read_baseline, renewed};
use proptest::prelude::*;

const RUNS: usize = 200;

fn trace(reads: usize) -> String {
    format!(
        "# nm-trace activity 1\n# inferences: 1\nstart,end,component,action,count,region\n\
         0,1000,alpha,mac,1000,layer:a\n1000,2000,beta,read,{reads},layer:b\n"
    )
}

/// A suite of 200 runs in a folder of its own, each with its baseline.
fn suite() -> Paper {
    let paper = Paper::new("", "");
    std::fs::create_dir_all(paper.path("suite/runs")).unwrap();
    let mut suite = "[defaults]\nchip = \"../chip.toml\"\nwindow = 100\n".to_owned();
    // Not in the order of the alphabet.
    for at in (0..RUNS).rev() {
        paper.write(&format!("suite/runs/{at}.csv"), &trace(at + 1));
        suite.push_str(&format!(
            "[[check]]\nname = \"run {at}\"\nrun = \"runs/{at}.csv\"\nbaseline = \"runs/{at}.toml\"\n"
        ));
    }
    paper.write("suite/suite.toml", &suite);
    succeed(&mut paper.run("check suite/suite.toml --update"));
    paper
}

fn told(paper: &Paper, arguments: &str) -> (Option<i32>, String) {
    let output = paper.run(arguments).output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// Names of the runs, in the order of the table.
fn rows(text: &str) -> Vec<String> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words.len() > 3 && ["✓", "✗"].contains(&words[0]) && words[1] == "run").then(|| words[2].to_owned())
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn two_hundred_runs_are_checked_in_a_stable_order_whatever_the_threads() {
    let paper = suite();
    let (code, first) = told(&paper, "check suite/suite.toml --threads 1");
    assert_eq!(code, Some(0), "{first}");
    let order: Vec<String> = (0..RUNS).rev().map(|at| at.to_string()).collect();
    assert_eq!(rows(&first), order);
    paper.write("suite/runs/7.csv", &trace(9));
    let (code, one_failed) = told(&paper, "check suite/suite.toml --threads 1");
    assert_eq!(code, Some(1), "{one_failed}");
    assert!(one_failed.contains("✗ 200 runs: 199 passed, 1 failed"), "{one_failed}");
    for threads in [3, 300] {
        assert_eq!(told(&paper, &format!("check suite/suite.toml --threads {threads}")).1, one_failed);
    }
    // A run that cannot be read is told beside the others, and wins over one that failed.
    std::fs::remove_file(paper.path("suite/runs/3.csv")).unwrap();
    let (code, unreadable) = told(&paper, "check suite/suite.toml");
    assert_eq!(code, Some(2), "{unreadable}");
    assert!(unreadable.contains("200 runs: 198 passed, 1 failed, 1 cannot be judged"), "{unreadable}");
    assert_eq!(rows(&unreadable), order);
}

fn small_suite(extra: &str) -> Paper {
    let paper = Paper::new("", "");
    paper.write("a.csv", &trace(100));
    paper.write("b.csv", &trace(100));
    paper.write(
        "suite.toml",
        "[defaults]\nchip = \"chip.toml\"\n[[check]]\nrun = \"a.csv\"\nbaseline = \"a.toml\"\n\
         [[check]]\nrun = \"b.csv\"\nbaseline = \"b.toml\"\n",
    );
    succeed(&mut paper.run("check suite.toml --update"));
    let suite = std::fs::read_to_string(paper.path("suite.toml")).unwrap();
    paper.write("suite.toml", &format!("{suite}{extra}"));
    paper
}

#[test]
fn a_suite_is_one_table_and_then_what_is_not_as_it_was() {
    let paper = small_suite(
        "[[check]]\nname = \"no such option\"\nrun = \"a.csv\"\nbaseline = \"a.toml\"\nwindw = \"1us\"\n\
         [[check]]\nname = \"no such trace\"\nrun = \"c.csv\"\nbaseline = \"a.toml\"\n\
         [[check]]\nname = \"no baseline yet\"\nrun = \"a.csv\"\nbaseline = \"c.toml\"\n",
    );
    paper.write("b.csv", &trace(110));
    let (code, text) = told(&paper, "check suite.toml -o suite.md -o suite.xml -o text=-");
    assert_eq!(code, Some(2), "{text}");
    insta::assert_snapshot!("suite_text", text);
    insta::assert_snapshot!("suite_markdown", std::fs::read_to_string(paper.path("suite.md")).unwrap());
    insta::assert_snapshot!("suite_junit", std::fs::read_to_string(paper.path("suite.xml")).unwrap());
}

#[test]
fn an_update_renews_the_baselines_of_all_runs() {
    let paper = small_suite("");
    paper.write("b.csv", &trace(110));
    assert_eq!(told(&paper, "check suite.toml").0, Some(1));
    let (code, text) = told(&paper, "check suite.toml --update");
    assert!(code == Some(0) && text.contains("2 runs: 2 updated"), "{text}");
    assert_eq!(told(&paper, "check suite.toml").0, Some(0));
}

#[test]
fn a_suite_that_cannot_be_meant_is_refused() {
    let paper = small_suite("[[check]]\nrun = \"a.csv\"\nbaseline = \"x.toml\"\n");
    let twice = "error: the suite suite.toml: a.csv: two runs have this name; give each its own with name = \"...\"\n";
    assert_eq!(paper.failure("check suite.toml"), twice);
    let paper = small_suite("[[check]]\nname = \"again\"\nrun = \"a.csv\"\nbaseline = \"a.toml\"\n");
    assert!(paper.failure("check suite.toml --update").contains("two outputs would go to a.toml"));
    let message = paper.failure("check suite.toml --chip chip.toml");
    assert!(message.contains("found --chip, which is of one run, and here is a suite"), "{message}");
    assert!(paper.failure("check none.toml").contains("cannot read the suite none.toml"));
    paper.write("empty.toml", "check = []\n");
    assert!(paper.failure("check empty.toml").contains("has no [[check]]"));
}

#[test]
fn the_suite_of_the_fixtures_passes() {
    succeed(program().args(["check", "fixtures/baselines/suite.toml"]));
}

fn number() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    NORMAL | SUBNORMAL | ZERO | POSITIVE | NEGATIVE
}

prop_compose! {
    /// A report with any finite numbers and any names.
    fn reports()(
        numbers in proptest::collection::vec(number(), 40),
        regions in proptest::collection::vec((0..3usize, ".{0,12}", number(), any::<u32>()), 0..12),
        names in proptest::collection::vec(".{0,12}", 3),
        inferences in proptest::option::of(1..u64::from(u32::MAX)),
    ) -> PowerReport {
        let mut numbers = numbers.into_iter().cycle();
        let mut report = report_support::typical();
        let mut fill = |value: &mut f64| *value = numbers.next().unwrap_or_default();
        for value in [&mut report.energy_j, &mut report.average_power_w, &mut report.tdp_headroom_w, &mut report.tdp_w] {
            fill(value);
        }
        report.peak_power.iter_mut().for_each(|peak| fill(&mut peak.power_w));
        report.inferences = inferences;
        report.energy_per_inference_j = inferences.map(|_| report.energy_j);
        for (component, name) in report.components.iter_mut().zip(names) {
            component.name = name;
            fill(&mut component.energy_j);
            fill(&mut component.energy_by_kind_j.clock);
            for action in &mut component.actions {
                fill(&mut action.count);
                fill(&mut action.energy_per_action_j);
            }
        }
        let like = report.regions[0].clone();
        report.regions = regions
            .into_iter()
            .map(|(kind, name, energy_j, cycles)| RegionPower {
                kind: ["layer", "op", "a b.c"][kind].to_owned(),
                name,
                energy_j,
                cycles: u64::from(cycles),
                ..like.clone()
            })
            .collect();
        report
    }
}

proptest! {
    #[test]
    fn any_report_passes_against_its_own_baseline_at_zero_tolerance(report in reports()) {
        let kept = Baseline::of(&report);
        let text = renewed("b.toml", None, &kept).unwrap();
        let read = read_baseline("b.toml", &text).unwrap();
        prop_assert_eq!(&Baseline { tolerances: Tolerances::default(), ..read.clone() }, &kept);
        let mut exact = Tolerances::default();
        exact.add_written("*=±0%").unwrap();
        let verdict = Verdict::new(&read, &Baseline::of(&report), &exact).unwrap();
        prop_assert!(verdict.passed && verdict.moved().is_empty());
        prop_assert!(verdict.explanation.components.is_empty() && verdict.explanation.regions.is_empty());
        prop_assert_eq!(renewed("b.toml", Some(&text), &kept).unwrap(), text);
    }
}
