//! What the options do, through the binary.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Paper, close, fixture, succeed};
use serde_json::{Value, json};

const NJ: f64 = 1e-9;

fn paper() -> Paper {
    Paper::new("", "0,4,alpha,mac,8\n2,6,beta,read,4\n")
}

#[test]
fn a_channel_that_nothing_is_bound_to_is_an_error_a_warning_or_ignored() {
    let paper = Paper::new("", "0,4,alpha,mac,8\n2,3,gamma,spin,4\n3,4,gamma,spin,4\n");
    let message = paper.failure("replay t.csv --chip chip.toml");
    assert!(message.contains("t.csv: line 3") && message.contains("gamma"), "{message}");
    for (how, warned) in [("warn", true), ("ignore", false)] {
        let report = paper.report(&format!("t.csv --unbound {how}"));
        // 8 macs of 3.5 nJ, and 3.5 W for 4 ns.
        close(&report["energy_j"], 42.0 * NJ);
        assert_eq!(report["warnings"].to_string().contains("gamma/spin"), warned, "{how}");
        let coverage = &report["coverage"];
        assert_eq!(coverage["unbound_channels"], json!([{ "trace_channel": "gamma/spin", "events": 2 }]));
        assert_eq!((&coverage["events"], &coverage["unbound_events"]), (&json!(1), &json!(2)));
    }
}

/// Rows of which three cannot be read, for two reasons.
fn with_bad_rows() -> Paper {
    let bad = "x,5,alpha,mac,1\n3,3,alpha,mac,1\n1,2,alpha,mac,many\n";
    Paper::new("", &format!("0,4,alpha,mac,8\n{bad}2,6,beta,read,4\n"))
}

#[test]
fn bad_records_are_skipped_and_counted_the_same_for_any_cut_and_any_threads() {
    let (bad, good) = (with_bad_rows(), paper());
    assert!(bad.failure("replay t.csv --chip chip.toml").contains("line 3"));
    let expected = bad.report("t.csv --on-error skip");
    assert_eq!(expected["coverage"]["bad_records"], json!({ "end_before_start": 1, "not_a_number": 2 }));
    assert_eq!(expected["energy_j"], good.report("t.csv")["energy_j"]);
    for chunk in ["--chunk-bytes 1", "--chunk-bytes 7", ""] {
        for threads in [1, 2, 7] {
            let report = bad.report(format!("t.csv --on-error skip --threads {threads} {chunk}").trim_end());
            assert_eq!(report, expected, "{chunk} {threads}");
        }
    }
}

#[test]
fn a_conversion_that_skips_says_what_it_left_out() {
    let paper = with_bad_rows();
    assert!(paper.failure("convert t.csv -o out.csv").contains("line 3"));
    let expected = paper.report("t.csv --on-error skip");
    let entry =
        |reason: &str, count| json!({ "reason": reason, "region": null, "channel": null, "count": count });
    for (output, window) in [("out.csv", ""), ("out.jsonl", ""), ("out.nmt", ""), ("w.nmt", " --window 1000")]
    {
        succeed(&mut paper.run(&format!("convert t.csv --on-error skip -o {output}{window}")));
        let report = paper.report(output);
        assert_eq!(report["energy_j"], expected["energy_j"], "{output}");
        let skipped = json!([entry("end_before_start", 1), entry("not_a_number", 2)]);
        assert_eq!(report["coverage"]["skipped"], skipped, "{output}");
        let warnings = report["warnings"].to_string();
        assert!(warnings.contains("left out when the trace was converted"), "{output}: {warnings}");
    }
    succeed(&mut paper.run("replay t.csv --chip chip.toml --on-error skip --save-profile p.nmt"));
    assert_eq!(paper.report("p.nmt")["coverage"]["skipped"][1], entry("not_a_number", 2));
}

#[test]
fn an_inspection_that_skips_counts_what_it_left_out() {
    let paper = with_bad_rows();
    assert!(paper.failure("inspect t.csv").contains("line 3"));
    let json = succeed(&mut paper.run("inspect t.csv --on-error skip --json")).stdout;
    let inspection: Value = serde_json::from_slice(&json).unwrap();
    assert!(inspection["problems"].to_string().contains("2 records could not be read: not_a_number"));
    assert_eq!(inspection["events"], 2);
}

#[test]
fn a_late_event_is_an_error_that_names_its_line_unless_it_is_allowed() {
    let paper = Paper::new("", "0,4,alpha,mac,8\n100,104,alpha,mac,8\n50,54,alpha,mac,8\n");
    let message = paper.failure("replay t.csv --chip chip.toml --lateness 49");
    assert!(message.contains("t.csv: line 4"), "{message}");
    assert!(message.contains("--lateness"), "{message}");
    let report = paper.report("t.csv --lateness 50");
    assert_eq!(report, paper.report("t.csv"));
    assert_eq!(report["coverage"]["events"], 3);
    // A conversion hands the allowance on.
    succeed(&mut paper.run("convert t.csv -o strict.csv --lateness 49"));
    assert!(paper.failure("replay strict.csv --chip chip.toml").contains("strict.csv: line"));
    succeed(&mut paper.run("convert t.csv -o lax.csv --lateness 50"));
    assert_eq!(paper.report("lax.csv")["energy_j"], report["energy_j"]);
}

#[test]
fn inferences_divide_the_energy_whatever_the_trace_says() {
    let paper = Paper::new("# inferences: 3\n", "0,4,alpha,mac,8\n");
    close(&paper.report("t.csv")["energy_per_inference_j"], 14.0 * NJ);
    let report = paper.report("t.csv --inferences 4 --save-profile p.nmt");
    close(&report["energy_per_inference_j"], 10.5 * NJ);
    assert_eq!(report["inferences"], 4);
    assert_eq!(paper.report("p.nmt")["inferences"], 4);
}

#[test]
fn several_traces_say_the_same_as_all_their_rows_in_one() {
    let whole = std::fs::read_to_string(fixture("activity/long.csv")).unwrap();
    let header = whole.find("start,end").unwrap();
    let header_end = header + whole[header..].find('\n').unwrap() + 1;
    let (header, rows) = whole.split_at(header_end);
    let rows: Vec<&str> = rows.split_inclusive('\n').collect();
    let paper = Paper::new("", "");
    paper.write("whole.csv", &whole);
    for (name, rows) in ["a.csv", "b.csv", "c.csv"].iter().zip(rows.chunks(rows.len() / 3 + 1)) {
        paper.write(name, &format!("{header}{}", rows.concat()));
    }
    let report = |traces: &str| {
        let run = format!("replay {traces} --chip tpu-v1 --window 3 --json - --save-profile p.nmt");
        let report = common::without_provenance(&succeed(&mut paper.run(&run)).stdout);
        let again = succeed(&mut paper.run("replay p.nmt --chip tpu-v1 --window 3 --json -"));
        assert_eq!(common::without_provenance(&again.stdout), report, "{traces}");
        report
    };
    assert_eq!(report("a.csv b.csv c.csv"), report("whole.csv"));
}

#[test]
fn what_only_a_later_trace_says_is_in_the_profile_too() {
    let paper = paper();
    paper.write(
        "second.csv",
        "# clock_hz: 5e8\n# inferences: 4\n# origin: elsewhere\nstart,end,component,action,count\n6,8,alpha,mac,1\n",
    );
    let report = paper.report("t.csv second.csv --save-profile p.nmt");
    let again = paper.report("p.nmt");
    close(&again["clock_hz"], 5e8);
    assert_eq!(again["inferences"], 4);
    assert_eq!(again["energy_j"], report["energy_j"]);
    let json = succeed(&mut paper.run("inspect p.nmt --json")).stdout;
    assert_eq!(serde_json::from_slice::<Value>(&json).unwrap()["origin"], "elsewhere");
}

#[test]
fn a_window_has_one_to_two_to_the_sixty_cycles() {
    let paper = paper();
    let window = |length: &str| format!("replay t.csv --chip chip.toml --window={length}");
    for length in ["0", "-5", "18446744073709551615", "1152921504606846977", "99999999999999999999999"] {
        let message = paper.failure(&window(length));
        assert!(message.contains("1 to 1152921504606846976 (2^60) cycles"), "{length}: {message}");
    }
    for length in ["nan", "inf", "x", "1.5", "1e3", "-1us", "0s", "5MHz"] {
        let message = paper.failure(&window(length));
        assert!(message.contains("--window"), "{length}: {message}");
    }
    let message = paper.failure(&window("1e30s"));
    assert!(message.contains("1.000e39 cycles of 1 GHz"), "{message}");
    assert!(message.contains("at most 1152921504606846976 (2^60)"), "{message}");
    let whole = paper.report("t.csv");
    for length in ["1152921504606846976", "1e8s"] {
        let report = paper.report(&format!("t.csv --window {length} --save-profile p.nmt"));
        assert_eq!(report["energy_j"], whole["energy_j"], "{length}");
        assert_eq!(paper.report(&format!("p.nmt --window {length}"))["energy_j"], whole["energy_j"]);
    }
    // Less than a cycle is one.
    assert_eq!(paper.report("t.csv --window 1ps")["window_cycles"], 1);
    assert_eq!(paper.report("t.csv --window 1ns --clock 700MHz")["window_cycles"], 1);
    assert!(paper.failure("inspect t.csv --window 18446744073709551615").contains("1152921504606846976"));
    assert!(paper.failure("convert t.csv -o w.nmt --window 1us").contains("--clock"));
}

#[test]
fn a_trace_keeps_its_own_clock_and_the_report_says_so() {
    let paper = Paper::new("# clock_hz: 5e8\n", "0,4,alpha,mac,8\n");
    let report = paper.report("t.csv --clock 2GHz");
    close(&report["duration_s"], 8e-9);
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("--clock 2000000000 Hz is not used"), "{warnings}");
    assert!(warnings.contains("its own clock of 500000000 Hz"), "{warnings}");
    assert!(!paper.report("t.csv --clock 500MHz")["warnings"].to_string().contains("not used"));
    let json = succeed(&mut paper.run("inspect t.csv --clock 2GHz --json")).stdout;
    assert!(String::from_utf8(json).unwrap().contains("is not used"));
}

#[test]
fn a_subcommand_offers_only_what_it_heeds() {
    let paper = paper();
    assert!(paper.failure("inspect t.csv --lateness 5").contains("unexpected argument"));
    succeed(&mut paper.run("convert t.csv -o out.nmt --threads 2 --window 10"));
}
