//! Rows with the verdict that can be told by hand.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::figure::number_of;
use super::*;
use crate::units::{Joules, Seconds, Watts};

fn rows(text: &str) -> Vec<ValidationRow> {
    compare(&Published::rows(text).unwrap(), &|_, _| Ok(run())).rows
}

fn row(text: &str) -> ValidationRow {
    rows(&format!("[[row]]\n{text}\nsource = \"a paper\"")).remove(0)
}

/// Two layers of a second: 40 W, half of it clock, with nothing else counted; 80 W.
fn run() -> ReplayedRun {
    let layer = |name: &str, energy: f64| ReplayedLayer {
        name: name.to_owned(),
        duration: Seconds(1.0),
        energy: Joules(energy),
        clock: Joules(20.0),
        counts: BTreeMap::new(),
    };
    ReplayedRun { average_power: Watts(60.0), layers: vec![layer("A", 40.0), layer("B", 80.0)] }
}

#[test]
fn a_figure_within_its_tolerance_passes_and_one_beyond_does_not() {
    let published = 1.04 * open("tpu-v1").unwrap().pat.tdp().0;
    let passing = row(&format!(
        "chip = \"tpu-v1\"\nquantity = \"tdp\"\npublished = {published}\nunit = \"W\"\ntolerance = 0.05"
    ));
    assert!(passing.passed == Some(true) && passing.problem.is_none(), "{passing:?}");
    let failing =
        row("chip = \"tpu-v1\"\nquantity = \"tdp\"\npublished = 40e3\nunit = \"mW\"\ntolerance = 0.5");
    assert!(failing.passed == Some(false) && (failing.published.unwrap() - 40.0).abs() < 1e-9, "{failing:?}");
    assert!((failing.error.unwrap() - (failing.ours.unwrap() / 40.0 - 1.0)).abs() < 1e-12);
}

#[test]
fn a_bound_from_above_is_met_from_below_only() {
    let upper = |published: f64| {
        let area = open("tpu-v1").unwrap().pat.area.unwrap().value.0 * published;
        row(&format!(
            "chip = \"tpu-v1\"\nquantity = \"area\"\npublished = {area}\nunit = \"mm2\"\nbound = \"upper\"\ntolerance = 0.1"
        ))
    };
    assert_eq!(upper(1.05).passed, Some(true));
    assert_eq!(upper(0.95).passed, Some(false), "above the bound");
    assert_eq!(upper(1.2).passed, Some(false), "too far below the bound");
}

#[test]
fn shares_and_ratios_are_of_named_components() {
    let pat = open("tpu-v1").unwrap().pat;
    let area = |name: &str| {
        let named = pat.components.iter().find(|component| component.name == name).unwrap();
        named.area.as_ref().unwrap().value.0
    };
    let (unit, sums) = (area("tensor_unit"), area("accumulators"));
    let share = 100.0 * (unit + sums) / pat.area.as_ref().unwrap().value.0;
    let share = row(&format!(
        "chip = \"tpu-v1\"\nquantity = {{ area_share = [\"tensor_unit\", \"accumulators\"] }}\npublished = {share}\nunit = \"%\"\ntolerance = 1e-9",
    ));
    assert!(
        share.passed == Some(true) && share.quantity == "area share: tensor_unit + accumulators",
        "{share:?}"
    );
    let ratio = row(&format!(
        "chip = \"tpu-v1\"\nquantity = {{ area_ratio = {{ of = [\"tensor_unit\"], over = [\"accumulators\"] }} }}\npublished = {}\nunit = \"1\"\ntolerance = 1e-9",
        unit / sums
    ));
    assert!(ratio.passed == Some(true), "{ratio:?}");
}

#[test]
fn a_chosen_number_is_the_first_or_that_before_a_word() {
    assert_eq!(number_of("512 B", None), Some(512.0));
    assert_eq!(number_of("2 read + 1 write", Some("write")), Some(1.0));
    assert_eq!(number_of("2 read + 1 write", Some("shared")), None);
    assert_eq!(number_of("fp32", None), None);
}

#[test]
fn what_cannot_be_compared_fails_with_the_reason() {
    for (quantity, unit, reason) in [
        ("{ power_share = [\"warp_core\"] }", "1", "no component warp_core"),
        (
            "{ chosen = { component = \"tensor_unit\", key = \"read_ports\" } }",
            "1",
            "no number read_ports was chosen",
        ),
        ("\"tdp\"", "mm2", "does not measure power"),
    ] {
        let row = row(&format!(
            "chip = \"tpu-v1\"\nquantity = {quantity}\npublished = 1\nunit = \"{unit}\"\ntolerance = 9"
        ));
        assert!(row.passed == Some(false) && row.problem.as_ref().unwrap().contains(reason), "{row:?}");
    }
}

#[test]
fn layers_are_compared_with_their_mean_error_and_what_takes_their_power() {
    let of = |quantity: &str, published: &str| {
        format!(
            "[[row]]\nchip = \"tpu-v1\"\nactivity = \"x\"\nquantity = {quantity}\n{published}\nsource = \"s\"\n"
        )
    };
    let text = [
        of("{ layer_power = \"A\" }", "published = 50\nunit = \"W\"\ntolerance = 0.1\nmissing = \"heat\""),
        of("{ layer_power = \"B\" }", "published = 80\nunit = \"W\"\ntolerance = 0.1\nmissing = \"heat\""),
        of("\"mean_layer_error\"", "unit = \"%\"\ntolerance = 0.11"),
        of(
            "{ layer_ratio = { of = \"B\", over = \"A\" } }",
            "published = 1\nunit = \"1\"\nbound = \"lower\"",
        ),
        of(
            "{ layer_share = { layer = \"A\", of = [\"clock\"] } }",
            "published = 60\nunit = \"%\"\nbound = \"upper\"",
        ),
        of("\"run_power\"", "published = 60\nunit = \"W\""),
        of("{ layer_power = \"C\" }", "published = 80\nunit = \"W\"\ntolerance = 0.1"),
    ]
    .concat();
    let rows = rows(&text);
    // 40 against 50 W and 80 against 80 W: 20 % and 0 %, 10 % in the mean; 80 over 40 W; 20 of 40 J.
    let found: Vec<Option<f64>> = rows.iter().map(|row| row.ours).collect();
    let expected = [Some(40.0), Some(80.0), Some(0.1), Some(2.0), Some(0.5), Some(60.0), None];
    for (found, expected) in found.iter().zip(expected) {
        assert!((found.unwrap_or(-1.0) - expected.unwrap_or(-1.0)).abs() < 1e-12, "{found:?} {expected:?}");
    }
    let passed: Vec<Option<bool>> = rows.iter().map(|row| row.passed).collect();
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(passed, [no, yes, yes, yes, yes, None, no]);
    let missing: Vec<bool> = rows.iter().map(|row| row.missing.is_some()).collect();
    assert_eq!(missing, [true, false, false, false, false, false, false], "told of what misses its aim only");
}

#[test]
fn every_built_in_figure_has_its_source_and_what_is_not_judged_says_why() {
    for text in PUBLISHED {
        for row in Published::rows(text).unwrap() {
            assert!(!row.source.is_empty(), "{row:?}");
            let judged = row.tolerance.is_some() || row.bound != Bound::Exact;
            assert!(judged || row.meaning.is_some(), "neither judged nor explained: {row:?}");
        }
    }
}

#[test]
fn a_text_that_several_rows_share_stands_for_its_name() {
    let row =
        "[[row]]\nchip = \"tpu-v1\"\nquantity = \"tdp\"\npublished = 40\nunit = \"W\"\ntolerance = 0.05\n";
    let text = format!("[texts]\nfire = \"heat\"\n{row}missing = \"$fire\"\nsource = \"$fire\"");
    let found = rows(&text).remove(0);
    assert_eq!((found.missing.as_deref(), found.source.as_str()), (Some("heat"), "heat"));
    let unknown = Published::rows(&text.replace("source = \"$fire", "source = \"$ice")).unwrap_err();
    assert!(unknown.to_string().contains("no text is called ice"), "{unknown}");
}
