//! `nm-trace diff` through the binary: runs, profiles and reports, in every pairing.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::{Paper, close, keys, root, succeed};
use serde_json::Value;

const NJ: f64 = 1e-9;

/// A run of three layers (`a.csv`), and the same after a change (`b.csv`): `conv2` reads twice as often and takes longer,
/// `conv3` gave way to `head`. And a chip (`new.toml`) with a cheaper `mac`, less leakage and an `omega` in place of `beta`.
fn paper() -> Paper {
    let paper = Paper::new("", "0,4,alpha,mac,8\n");
    let header = "# inferences: 2\nstart,end,component,action,count,region\n";
    let first = "0,100,alpha,mac,100,layer:conv1\n100,200,alpha,mac,50,layer:conv2\n";
    let a = "100,200,beta,read,20,layer:conv2\n100,200,dram,read,3,layer:conv2\n200,260,beta,write,30,layer:conv3\n";
    let b = "100,240,beta,read,40,layer:conv2\n100,200,dram,read,4,layer:conv2\n240,300,beta,write,31,layer:head\n";
    paper.write("a.csv", &format!("{header}{first}{a}"));
    paper.write("b.csv", &format!("{header}{first}{b}"));
    let chip = common::paper_chip();
    let new = chip.replace("\"paper\"\nclock", "\"new\"\nclock").replacen("value = 2,", "value = 1.5,", 1);
    paper.write("new.toml", &new.replacen("leakage = { value = 1,", "leakage = { value = 0.75,", 1));
    paper.write("other.toml", &new.replace("\"beta\"", "\"omega\""));
    for (run, report) in [("a", "a.json"), ("b", "b.json")] {
        let replay =
            format!("replay {run}.csv --chip chip.toml --window 10 --json {report} --save-profile {run}.nmt");
        succeed(&mut paper.run(&replay));
    }
    paper
}

fn text(paper: &Paper, arguments: &str) -> String {
    let text = String::from_utf8(succeed(&mut paper.run(&format!("diff {arguments}"))).stdout).unwrap();
    for line in text.lines() {
        assert!(line.chars().count() <= 80 && !line.ends_with(' '), "{line:?}");
    }
    text
}

fn json(paper: &Paper, arguments: &str) -> Value {
    let output = succeed(&mut paper.run(&format!("diff {arguments} --json -")));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Without what the two sides are called.
fn bare(mut difference: Value) -> Value {
    for side in ["a", "b"] {
        for key in ["name", "inputs"] {
            difference[side].as_object_mut().unwrap().remove(key).unwrap();
        }
    }
    difference
}

#[test]
fn two_runs_on_one_chip_differ_by_their_activity_and_time() {
    let paper = paper();
    let text = text(&paper, "a.csv b.csv --chip chip.toml --window 10");
    let shown = &text[text.find("Why the energy differs").unwrap()..text.find("\n\nBy action").unwrap()];
    let page = std::fs::read_to_string(root().join("docs/diff.md")).unwrap();
    assert!(page.contains(shown), "docs/diff.md shows this run otherwise:\n{shown}");
    insta::assert_snapshot!(text);
    let difference = json(&paper, "a.csv b.csv --chip chip.toml --window 10");
    let causes = &difference["energy"]["causes"];
    // 20 reads of 10 nJ and a write of 20 nJ more.
    close(&causes["activity_j"], 220.0 * NJ);
    assert_eq!(causes["energy_per_action_j"], 0.0);
    // alpha: 1 W of leakage for 40 ns more; its clock of 1 W when gated, and 150 macs of 1.5 nJ in 260 ns or in 300.
    let mean = (1.0 + 225.0 / 260.0 + 1.0 + 225.0 / 300.0) / 2.0;
    let alpha = &difference["energy"]["components"][0];
    close(&alpha["causes"]["time_j"], 40.0 * NJ * (1.0 + mean));
    close(&alpha["causes"]["clock_j"], 280.0 * NJ * (225.0 / 300.0 - 225.0 / 260.0));
    let energy = |report: &str| {
        let report: Value = serde_json::from_slice(&std::fs::read(paper.path(report)).unwrap()).unwrap();
        report["energy_j"].as_f64().unwrap()
    };
    assert_eq!(difference["energy"]["difference_j"], energy("b.json") - energy("a.json"));
}

#[test]
fn reports_profiles_and_runs_differ_alike_in_every_pairing() {
    let paper = paper();
    let runs = bare(json(&paper, "a.csv b.csv --chip chip.toml --window 10"));
    for pairing in [
        "a.json b.json",
        "a.json b.nmt --chip chip.toml --window 10",
        "a.nmt b.csv --chip chip.toml --window 10",
    ] {
        assert_eq!(bare(json(&paper, pairing)), runs, "{pairing}");
    }
    // A report is told by what is in it, too.
    std::fs::rename(paper.path("a.json"), paper.path("kept.report")).unwrap();
    assert_eq!(bare(json(&paper, "kept.report b.json")), runs);
    let mut piped = paper.run("diff - b.json --chip chip.toml --window 10 --json -");
    let piped = common::succeed_with_input(&mut piped, &paper.path("a.csv"));
    assert_eq!(bare(serde_json::from_slice(&piped.stdout).unwrap()), runs);
}

#[test]
fn one_run_on_two_chips_differs_by_what_they_cost() {
    let paper = paper();
    insta::assert_snapshot!(text(
        &paper,
        "a.csv --chip chip.toml --chip other.toml --window 10 --unbound warn"
    ));
    let both = json(&paper, "a.csv a.csv --chip chip.toml --chip new.toml --window 10");
    let causes = &both["energy"]["causes"];
    assert_eq!((&causes["activity_j"], &causes["time_j"]), (&Value::from(0.0), &Value::from(0.0)));
    close(&causes["energy_per_action_j"], -75.0 * NJ);
    close(&causes["leakage_j"], -65.0 * NJ);
}

#[test]
fn a_component_that_one_chip_alone_has_is_wholly_its_own() {
    let paper = paper();
    let difference = json(&paper, "a.csv --chip chip.toml --chip other.toml --window 10 --unbound ignore");
    let components = difference["energy"]["components"].as_array().unwrap();
    let beta = components.iter().find(|component| component["name"] == "beta").unwrap();
    assert_eq!((&beta["in"], &beta["energy_b_j"]), (&Value::from("a"), &Value::from(0.0)));
    // 20 reads and 30 writes; 0.5 W leakage, 1 W of gated clock, and a nanojoule of clock an action, over 260 ns.
    close(&beta["causes"]["activity_j"], -800.0 * NJ);
    close(&beta["causes"]["leakage_j"], -130.0 * NJ);
    close(&beta["causes"]["clock_j"], -310.0 * NJ);
    assert_eq!(beta["causes"]["time_j"], 0.0);
    let omega = components.iter().find(|component| component["name"] == "omega").unwrap();
    assert_eq!(omega["in"], "b");
}

#[test]
fn two_clocks_of_one_run_trade_clock_power_for_time() {
    let paper = paper();
    let difference = json(&paper, "a.csv --chip chip.toml --clock 1GHz,2GHz --window 10");
    let causes = &difference["energy"]["causes"];
    assert_eq!(
        (&causes["activity_j"], &causes["energy_per_action_j"]),
        (&Value::from(0.0), &Value::from(0.0))
    );
    assert!(causes["clock_j"].as_f64() > Some(0.0) && causes["time_j"].as_f64() < Some(0.0));
    // What is left of the two is leakage for half of the time.
    let sum: f64 =
        ["clock_j", "leakage_j", "time_j"].iter().map(|cause| causes[*cause].as_f64().unwrap()).sum();
    close(&Value::from(sum), -1.5 * 130.0 * NJ);
    assert!(text(&paper, "a.csv --chip chip.toml --clock 1GHz,2GHz --window 10").contains("1 GHz → 2 GHz"));
}

#[test]
fn more_inferences_are_compared_per_inference_too() {
    let paper = paper();
    succeed(&mut paper.run("replay b.csv --chip chip.toml --inferences 5 --window 10 --json five.json"));
    let text = text(&paper, "a.json five.json");
    assert!(text.contains("Why the energy of an inference differs"), "{text}");
    assert!(text.contains("2 → 5 inferences"), "{text}");
    let inference = json(&paper, "a.json five.json")["energy_per_inference"].clone();
    assert_eq!(inference["components"][0]["actions"][0]["count_b"], 30.0);
    succeed(&mut paper.run("replay t.csv --chip chip.toml --json unknown.json"));
    assert_eq!(json(&paper, "a.json unknown.json")["energy_per_inference"], Value::Null);
}

#[test]
fn equal_runs_are_said_to_be_equal() {
    let paper = paper();
    insta::assert_snapshot!(text(&paper, "a.json a.nmt --chip chip.toml --window 10"));
}

#[test]
fn regions_are_listed_by_what_they_add_with_the_new_and_the_vanished() {
    let paper = paper();
    let difference = json(&paper, "a.json b.json");
    let regions = difference["regions"].as_array().unwrap();
    let names: Vec<(&str, &str)> = regions
        .iter()
        .map(|region| (region["name"].as_str().unwrap(), region["in"].as_str().unwrap()))
        .collect();
    assert_eq!(names, [("head", "b"), ("conv3", "a"), ("conv2", "both"), ("conv1", "both")]);
    let sum: f64 = regions.iter().map(|region| region["difference_j"].as_f64().unwrap()).sum();
    close(&Value::from(sum), difference["energy"]["difference_j"].as_f64().unwrap());
    assert_eq!(regions[2]["components"][0]["name"], "beta");
}

/// Each complaint with what it must say.
#[test]
fn what_cannot_be_compared_is_refused_with_the_reason_and_the_cure() {
    let paper = paper();
    let report = std::fs::read_to_string(paper.path("a.json")).unwrap();
    paper.write("old.json", &report.replacen("\"schema_version\": 1", "\"schema_version\": 77", 1));
    paper.write("no.json", "{\"a\": 1}");
    paper.write("cut.json", &report[..300]);
    let energy = report.lines().find(|line| line.starts_with("  \"energy_j\"")).unwrap();
    paper.write("edited.json", &report.replacen(energy, "  \"energy_j\": 1e-6,", 1));
    succeed(&mut paper.run("replay a.csv --chip chip.toml --include-system --json system.json"));
    for (arguments, said) in [
        ("old.json b.json", "schema version 77, expected 1"),
        ("no.json b.json", "no.json is no report"),
        ("a.json cut.json", "cut.json is no JSON"),
        ("a.json missing.json", "cannot read the report missing.json"),
        ("edited.json b.json", "contradicts itself"),
        ("a.json system.json", "system.json (paper) include what stands beside the chip, those of a.json"),
        ("a.json", "name B"),
        ("a.csv", "no chip; name B, or two chips"),
        ("a.csv --chip chip.toml", "1 operating point(s) of a.csv, expected two"),
        ("a.csv --chip chip.toml --clock 1GHz,2GHz,3GHz", "3 operating point(s)"),
        ("a.csv b.json", "a.csv is no report: name the chip"),
        ("a.csv b.csv --chip chip.toml --clock 1GHz,2GHz", "2 operating points of a.csv, expected one"),
        ("a.json b.json --chip chip.toml", "both are reports"),
        ("a.csv b.json --chip chip.toml --chip new.toml", "one is a report"),
        ("a.json b.json -o x.doc", "expected a name that ends in one of .json"),
        ("a.json b.json --json a.json", "both as an input and as an output"),
        ("a.json b.json --json no/d.json", "cannot write no/d.json"),
    ] {
        let message = paper.failure(&format!("diff {arguments}"));
        assert!(message.contains(said), "{arguments}: {message}");
    }
    assert!(!paper.files().iter().any(|file| file.contains("partial")));
}

#[test]
fn every_key_of_the_difference_is_on_its_page_and_no_other() {
    let page = std::fs::read_to_string(root().join("docs/diff.md")).unwrap();
    let cells = page.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    let on_page: BTreeSet<String> = cells
        .filter_map(|cell| {
            Some(cell.trim().strip_prefix('`')?.strip_suffix('`')?.trim_end_matches("[]").to_owned())
        })
        .collect();
    let mut difference = json(&paper(), "a.json b.json");
    // As the run's, which stands on the page once.
    difference["energy_per_inference"] = Value::Null;
    difference["b"] = Value::Null;
    difference["a"]["inputs"] = Value::Null;
    let found = keys([&difference]);
    assert_eq!(found.symmetric_difference(&on_page).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[cfg(feature = "html")]
mod html {
    use super::*;

    fn page(paper: &Paper, arguments: &str) -> String {
        let output = succeed(&mut paper.run(&format!("diff {arguments} -o html=-")));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What the page's script draws.
    fn data(page: &str) -> Value {
        let start = page.find("<script type=\"application/json\" id=\"data\">").unwrap();
        let data = &page[start..];
        serde_json::from_str(&data[data.find('>').unwrap() + 1..data.find("</script>").unwrap()]).unwrap()
    }

    #[test]
    fn a_page_is_whole_and_draws_what_the_json_says() {
        let paper = paper();
        let page = page(&paper, "a.csv b.json --chip chip.toml --window 10");
        assert!(page.contains("default-src 'none'") && page.len() < 6_000_000, "{}", page.len());
        let data = data(&page);
        let difference = json(&paper, "a.json b.json");
        let causes = &difference["energy"]["causes"];
        let drawn = ["activity_j", "energy_per_action_j", "clock_j", "leakage_j", "time_j"]
            .map(|cause| &causes[cause]);
        for (found, expected) in data["waterfall"]["terms_j"].as_array().unwrap().iter().zip(drawn) {
            assert_eq!(found, expected);
        }
        assert_eq!(data["kind"], "layer");
        // conv1 and conv2 of A are drawn up to cycle 240, where those of B end.
        let times: Vec<f64> =
            data["a_on_b"]["time_s"].as_array().unwrap().iter().map(|time| time.as_f64().unwrap()).collect();
        assert!(times.iter().any(|time| (time - 240e-9).abs() < 1e-12), "{times:?}");
        assert!(times.windows(2).all(|pair| pair[0] <= pair[1]));
        // Priced here, or taken from the report: the same curve.
        let reports = self::data(&self::page(&paper, "b.json a.json"));
        let curve = |of: &Value| -> Vec<f64> {
            of["average_w"].as_array().unwrap().iter().map(|power| power.as_f64().unwrap()).collect()
        };
        let (priced, saved) = (curve(&data["a"]), curve(&reports["b"]));
        assert_eq!(priced.len(), 2 * 26);
        assert!(priced.iter().zip(&saved).all(|(one, other)| (one - other).abs() <= 1e-12 * one));
        assert_eq!(priced.len(), saved.len());
    }

    #[test]
    fn names_are_text_and_no_markup() {
        let paper = paper();
        let header = "start,end,component,action,count,region\n";
        paper.write(
            "evil.csv",
            &format!("{header}0,100,alpha,mac,100,layer:</script><script>alert(1)</script>\n"),
        );
        let page = page(&paper, "evil.csv a.csv --chip chip.toml");
        assert!(!page.contains("<script>alert"));
        assert!(page.contains("&lt;script&gt;alert(1)"));
        assert!(data(&page)["bands_b"].is_array());
    }
}
