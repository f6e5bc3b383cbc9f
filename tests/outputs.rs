//! What a run writes, through the binary: paper cases, saved profiles, closed pipes, full disks, interrupts.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Paper, close, succeed};
use serde_json::Value;

const NJ: f64 = 1e-9;

/// Four events in 20 cycles; nothing happens in 6..10, in 13..14 and in 19..20.
const FOUR_EVENTS: &str = "0,4,alpha,mac,8\n2,6,beta,read,4\n10,13,alpha,mac,6\n14,19,beta,write,5\n";

fn four_events() -> Paper {
    Paper::new("# clock_hz: 1e9\n# inferences: 2\n# span_cycles: 0..20\n", FOUR_EVENTS)
}

fn numbers(csv: &str) -> Vec<Vec<f64>> {
    csv.lines().skip(1).map(|row| row.split(',').map(|cell| cell.parse().unwrap()).collect()).collect()
}

#[test]
fn an_output_does_not_replace_its_own_input() {
    let scratch = tempfile::tempdir().unwrap();
    let trace = scratch.path().join("trace.csv");
    let text = "start,end,component,action,count\n0,1,tensor_unit,mac,5\n";
    std::fs::write(&trace, text).unwrap();
    for arguments in [["replay", "--chip", "tpu-v1", "--csv"], ["convert", "--to", "csv", "-o"]] {
        let output = common::program().args(arguments).arg(&trace).arg(&trace).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("both as an input and as an output"));
        assert_eq!(std::fs::read_to_string(&trace).unwrap(), text);
    }
}

#[test]
fn four_events_cost_what_they_cost_on_paper() {
    let paper = four_events();
    let report = paper.report("t.csv --window 5 --csv power.csv");
    let (alpha, beta, dram) = (&report["components"][0], &report["components"][1], &report["components"][2]);
    // alpha, 14 macs in 20 ns: dynamic 14 × 2 nJ; clock 1 W × 20 ns + 14 × 1.5 nJ; leakage 1 W × 20 ns.
    close(&alpha["energy_by_kind_j"]["dynamic"], 28.0 * NJ);
    close(&alpha["energy_by_kind_j"]["clock"], 41.0 * NJ);
    close(&alpha["energy_by_kind_j"]["leakage"], 20.0 * NJ);
    // beta, 4 reads and 5 writes: dynamic 40 + 100 nJ; clock 1 W × 20 ns + 9 × 1 nJ; leakage 0.5 W × 20 ns.
    close(&beta["energy_by_kind_j"]["dynamic"], 140.0 * NJ);
    close(&beta["energy_by_kind_j"]["clock"], 29.0 * NJ);
    close(&beta["energy_by_kind_j"]["leakage"], 10.0 * NJ);
    // dram, which no event names: leakage 0.25 W × 20 ns, beside the chip.
    close(&dram["energy_j"], 5.0 * NJ);
    close(&report["system_energy_j"], 5.0 * NJ);
    // Chip: 89 + 179 nJ in 20 ns, of two inferences.
    close(&report["energy_j"], 268.0 * NJ);
    close(&report["average_power_w"], 13.4);
    close(&report["energy_per_inference_j"], 134.0 * NJ);
    // Windows of 5 ns over 3.5 W. 0..5: 8 macs (28 nJ), 3 reads (33 nJ). 5..10: 1 read (11 nJ).
    // 10..15: 6 macs (21 nJ), 1 write (21 nJ). 15..20: 4 writes (84 nJ).
    let csv = std::fs::read_to_string(paper.path("power.csv")).unwrap();
    for (row, nj) in numbers(&csv).iter().zip([61.0, 11.0, 42.0, 84.0]) {
        assert!((row[4] - (nj / 5.0 + 3.5)).abs() < 1e-12, "{row:?}");
    }
    // The highest of them: 84 / 5 + 3.5 W at 15 ns.
    close(&report["peak_power"][0]["power_w"], 20.3);
    close(&report["peak_power"][0]["start_s"], 15e-9);
}

#[test]
fn a_peak_may_straddle_windows_that_start_at_multiples_of_its_length() {
    let paper = Paper::new(
        "# span_cycles: 0..2000\n",
        "0,500,alpha,mac,500\n500,1000,beta,write,500\n1000,1500,beta,read,500\n",
    );
    let report = paper.report("t.csv --window 500");
    // One window, 500..1000: 500 writes of 21 nJ in 500 ns over 3.5 W.
    close(&report["peak_power"][0]["power_w"], 24.5);
    // 1 µs: 500..1500 has 500 × 21 + 500 × 11 nJ; 0..1000 only 500 × 3.5 + 500 × 21 nJ.
    let over_1us = &report["peak_power"][1];
    close(&over_1us["power_w"], 16.0 + 3.5);
    close(&over_1us["start_s"], 500e-9);
    close(&over_1us["window_s"], 1e-6);
}

#[test]
fn a_trace_shorter_than_the_window_has_the_power_of_its_own_length() {
    let paper = Paper::new("", "0,4,alpha,mac,8\n");
    let report = paper.report("t.csv");
    // 8 × 3.5 nJ in 4 ns over 3.5 W.
    for peak in report["peak_power"].as_array().unwrap() {
        close(&peak["power_w"], 10.5);
        close(&peak["window_s"], 4e-9);
    }
    close(&report["average_power_w"], 10.5);
    close(&report["power_distribution"]["p50_w"], 10.5);
}

#[test]
fn power_is_the_sum_of_its_columns_with_and_without_the_system() {
    let paper = Paper::new("# clock_hz: 1e9\n", &format!("{FOUR_EVENTS}3,4,dram,read,1\n"));
    for (arguments, names, total) in [
        ("", "alpha_w,beta_w", 268.0 - 3.5),
        // 100 nJ of a read, 0.25 W × 19 ns of leakage.
        (" --include-system", "alpha_w,beta_w,dram_w", 268.0 - 3.5 + 104.75),
    ] {
        let report = paper.report(&format!("t.csv --window 5{arguments} --csv power.csv"));
        close(&report["energy_j"], total * NJ);
        assert_eq!(report["includes_system"], !arguments.is_empty());
        let csv = std::fs::read_to_string(paper.path("power.csv")).unwrap();
        let header = format!("start_cycle,end_cycle,start_s,end_s,power_w,{names},system_power_w");
        assert_eq!(csv.lines().next().unwrap(), header);
        let mut energy = 0.0;
        for row in numbers(&csv) {
            let components = &row[5..row.len() - 1];
            assert!((row[4] - components.iter().sum::<f64>()).abs() < 1e-9, "{row:?}");
            energy += row[4] * (row[3] - row[2]);
        }
        assert!((energy - total * NJ).abs() < 1e-9 * total * NJ, "{energy}");
        let text = succeed(&mut paper.run(&format!("replay t.csv --chip chip.toml{arguments}"))).stdout;
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text.contains("in every total, power and peak above"), !arguments.is_empty(), "{text}");
    }
}

#[test]
fn a_profile_keeps_the_clock_that_was_asked_for() {
    let paper = Paper::new("", FOUR_EVENTS);
    let report = paper.report("t.csv --clock 500MHz --save-profile p.nmt");
    let again = paper.report("p.nmt");
    assert_eq!(again["duration_s"], report["duration_s"]);
    assert_eq!(again["energy_j"], report["energy_j"]);
    close(&again["clock_hz"], 5e8);
}

/// The paper chip with another clock.
fn twice_as_fast(paper: &Paper) {
    let chip = common::paper_chip().replace("value = 1, unit = \"GHz\"", "value = 2, unit = \"GHz\"");
    assert_ne!(chip, common::paper_chip());
    paper.write("chip.toml", &chip);
}

#[test]
fn a_trace_in_seconds_keeps_its_duration_when_its_profile_is_priced_with_a_faster_chip() {
    let lines = "{\"start_ns\":0,\"end_ns\":4,\"component\":\"alpha\",\"action\":\"mac\",\"count\":8}\n";
    let paper = Paper::new("", "");
    paper.write("ns.csv", "start_ns,end_ns,component,action,count\n0,4,alpha,mac,8\n");
    paper.write("ns.jsonl", lines);
    for trace in ["ns.csv", "ns.jsonl"] {
        let profile = format!("{trace}.nmt");
        let report = paper.report(&format!("{trace} --save-profile {profile}"));
        twice_as_fast(&paper);
        let faster = paper.report(&profile);
        paper.write("chip.toml", &common::paper_chip());
        close(&report["duration_s"], 4e-9);
        close(&faster["duration_s"], 4e-9);
        let assumptions = faster["assumptions"].to_string();
        assert!(assumptions.contains("its times became cycles of 1000000000 Hz"), "{assumptions}");
    }
}

/// A run whose standard output nobody reads; it must end quietly and well.
fn with_closed_pipe(command: &mut Command) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{command:?}: {output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{command:?}");
}

#[test]
fn an_output_whose_reader_has_gone_keeps_no_other_from_being_whole() {
    let paper = four_events();
    let replay = "replay t.csv --window 5 --chip chip.toml";
    with_closed_pipe(&mut paper.run(&format!("{replay} --json - --save-profile p.nmt --csv p.csv")));
    assert_eq!(paper.files(), ["chip.toml", "p.csv", "p.nmt", "t.csv"]);
    close(&paper.report("p.nmt --window 5")["energy_j"], 268.0 * NJ);
    with_closed_pipe(&mut paper.run(&format!("{replay} --csv - --json r.json")));
    let report: Value = serde_json::from_slice(&std::fs::read(paper.path("r.json")).unwrap()).unwrap();
    close(&report["energy_j"], 268.0 * NJ);
    with_closed_pipe(&mut paper.run(replay));
}

/// Rows of which every writer's output is far larger than what it keeps before it writes.
fn many_rows() -> String {
    (0..40_000)
        .map(|row| format!("{row},{},alpha,mac,{}\n", row + 1, (row * row * 7919_u64) % 1_000_003))
        .collect()
}

#[test]
fn a_conversion_whose_reader_has_gone_ends_quietly() {
    let paper = Paper::new("", &many_rows());
    for format in ["csv", "jsonl", "nmt"] {
        with_closed_pipe(&mut paper.run(&format!("convert t.csv -o - --to {format}")));
        with_closed_pipe(&mut paper.run(&format!("convert t.csv -o - --to {format} --window 1")));
    }
    with_closed_pipe(&mut paper.run("inspect t.csv"));
    with_closed_pipe(&mut paper.run("chip chip.toml --json"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_at_once_and_is_no_bad_record() {
    // The last record is bad, but the disk is full long before it.
    let paper = Paper::new("", &format!("{}x,1,alpha,mac,1\n", many_rows()));
    for format in ["csv", "jsonl", "nmt"] {
        for skip in ["", " --on-error skip"] {
            let message = paper.failure(&format!("convert t.csv -o /dev/full --to {format}{skip}"));
            assert_eq!(message, "error: cannot write /dev/full: No space left on device (os error 28)\n");
        }
    }
    let few = four_events();
    for arguments in ["convert t.csv -o /dev/full --to nmt", "replay t.csv --chip chip.toml --csv /dev/full"]
    {
        let message = few.failure(arguments);
        assert!(message.contains("No space left on device"), "{arguments}: {message}");
        assert!(!message.contains("readable input"), "{arguments}: {message}");
        assert_eq!(message.lines().count(), 1);
    }
}

#[test]
fn thousands_of_regions_survive_json_lines() {
    let regions: String = (0..5000)
        .map(|n| {
            format!("# region: layer, {n}, a_layer_with_a_long_name_{n}, {}, {}\n", n * 10 - 5, n * 10 + 5)
        })
        .collect();
    let rows: String = (0..5000).map(|n| format!("{},{},alpha,mac,2\n", n * 10, n * 10 + 1)).collect();
    let paper = Paper::new(&format!("{regions}# note: a note\n# skipped: padding, , , 3\n"), &rows);
    succeed(&mut paper.run("convert t.csv -o t.jsonl"));
    let expected = paper.report("t.csv");
    assert_eq!(expected["first_cycle"], -5);
    assert_eq!(paper.report("t.jsonl"), expected);
    assert_eq!(paper.report("t.jsonl --chunk-bytes 1000 --threads 2"), expected);
}

#[test]
fn a_run_that_fails_leaves_nothing_behind() {
    let paper = Paper::new("", "0,4,alpha,mac,8\nx,5,alpha,mac,1\n");
    let outputs = "--json r.json --csv r.csv --save-profile r.nmt";
    let message = paper.failure(&format!("replay t.csv --window 1 --chip chip.toml {outputs}"));
    assert!(message.contains("t.csv: line 3"), "{message}");
    paper.failure("convert t.csv -o c.csv.gz");
    paper.failure("convert t.csv -o c.nmt --window 1");
    assert_eq!(paper.files(), ["chip.toml", "t.csv"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let paper = four_events();
    let outputs = "--json r.json --csv r.csv --save-profile r.nmt";
    let mut command = paper.run(&format!("replay - --chip chip.toml {outputs}"));
    // Standard input stays open and says nothing: the run waits for it.
    let mut run = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while paper.files().len() < 5 {
        assert!(Instant::now() < deadline, "no output was opened: {:?}", paper.files());
        std::thread::sleep(Duration::from_millis(5));
    }
    // Waiting would close it.
    let _open = run.stdin.take();
    let pid = run.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert_eq!(paper.files(), ["chip.toml", "t.csv"]);
}

#[test]
fn the_time_above_tdp_is_printed_whenever_there_is_some() {
    // TDP: alpha 1 + 4 + 2 nJ × 2 × 0.5 GHz = 7 W; beta 0.5 + 3 + 5 + 10 = 18.5 W. A partial last window of 2 cycles
    // has 2 × 21 / 2 + 3.5 = 24.5 W and 4 × 3.5 / 2 = 7 W more: above TDP; padded to 10 cycles it is not.
    let paper = Paper::new("", "0,10,alpha,mac,10\n10,12,beta,write,2\n10,12,alpha,mac,4\n");
    let report = paper.report("t.csv --window 10");
    close(&report["tdp_w"], 25.5);
    close(&report["time_above_tdp_s"], 2e-9);
    assert!(report["tdp_headroom_w"].as_f64().unwrap() > 0.0);
    let text = succeed(&mut paper.run("replay t.csv --window 10 --chip chip.toml")).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("above it for 2 ns"), "{text}");
    assert!(text.contains("highest 31.5 W (partial window)"), "{text}");
}

#[test]
fn a_chip_names_the_source_of_every_number() {
    let paper = Paper::new("", "");
    let json = succeed(&mut paper.run("chip chip.toml --json")).stdout;
    let chip: Value = serde_json::from_slice(&json).unwrap();
    let sourced = |object: &Value| {
        for (key, value) in object.as_object().unwrap() {
            let plain = ["schema_version", "instances", "bits"].contains(&key.as_str());
            assert!(!value.is_number() || plain || object["sources"][key].is_string(), "{key} of {object}");
        }
    };
    sourced(&chip);
    for component in chip["components"].as_array().unwrap() {
        sourced(component);
        component["actions"].as_array().unwrap().iter().for_each(sourced);
    }
    let text = String::from_utf8(succeed(&mut paper.run("chip chip.toml")).stdout).unwrap();
    assert!(text.contains("beta/write"), "{text}");
    assert!(text.contains("\nSources\n"), "{text}");
}
