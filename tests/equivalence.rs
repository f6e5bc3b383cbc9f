//! The answer does not depend on the container, the source, the cut or the number of threads.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{fixture, program, scale_sim_runs, succeed, succeed_with_input, without_provenance};
use serde_json::Value;

fn replay(trace: &Path) -> Command {
    let mut command = program();
    command.arg("replay").arg(trace).args(["--chip", "tpu-v1", "--json", "-"]);
    command
}

fn report(command: &mut Command) -> Value {
    without_provenance(&succeed(command).stdout)
}

fn convert(run: &Path, to: &Path) {
    succeed(program().arg("convert").arg(run).arg("-o").arg(to));
}

#[test]
fn every_run_says_the_same_in_every_container() {
    let scratch = tempfile::tempdir().unwrap();
    for run in scale_sim_runs() {
        let directory = fixture("scale-sim").join(&run);
        let expected = report(&mut replay(&directory));
        for ending in ["csv", "jsonl", "nmt", "csv.gz", "csv.zst", "jsonl.zst", "nmt.gz"] {
            let file = scratch.path().join(format!("{run}.{ending}"));
            convert(&directory, &file);
            assert_eq!(report(&mut replay(&file)), expected, "{run} as .{ending}");
            let piped = succeed_with_input(&mut replay(Path::new("-")), &file);
            assert_eq!(without_provenance(&piped.stdout), expected, "{run} as .{ending} through a pipe");
        }
    }
}

#[test]
fn threads_chunk_sizes_and_ways_of_reading_change_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    for run in ["conv_ws_calc", "conv_ws_user", "gemm_is_calc"] {
        let directory = fixture("scale-sim").join(run);
        let expected = report(&mut replay(&directory));
        let mut traces = vec![directory.clone()];
        for ending in ["csv", "jsonl", "nmt"] {
            traces.push(scratch.path().join(format!("{run}.{ending}")));
            convert(&directory, &traces[traces.len() - 1]);
        }
        for trace in &traces {
            for (threads, chunk, io) in [
                ("1", "262144", "map"),
                ("2", "1", "map"),
                ("7", "100", "read"),
                ("2", "4096", "read"),
                ("7", "1", "read"),
            ] {
                let mut command = replay(trace);
                command.args(["--threads", threads, "--chunk-bytes", chunk, "--io", io]);
                assert_eq!(report(&mut command), expected, "{}: {threads} {chunk} {io}", trace.display());
            }
        }
    }
}

#[test]
fn a_windowed_trace_says_the_same_at_its_own_window_and_at_multiples() {
    let scratch = tempfile::tempdir().unwrap();
    for run in scale_sim_runs() {
        let directory = fixture("scale-sim").join(&run);
        let windows = scratch.path().join(format!("{run}.nmt"));
        succeed(program().arg("convert").arg(&directory).arg("-o").arg(&windows).args(["--window", "500"]));
        for window in ["500", "1000", "4500"] {
            let expected = report(replay(&directory).args(["--window", window]));
            assert_eq!(report(replay(&windows).args(["--window", window])), expected, "{run} at {window}");
        }
    }
}

#[test]
fn a_saved_profile_is_priced_again_with_another_chip_without_the_trace() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = fixture("scale-sim/conv_os_calc");
    let profile = scratch.path().join("profile.nmt");
    succeed(replay(&directory).arg("--save-profile").arg(&profile));
    let on_eyeriss = |trace: &Path| {
        let mut command = program();
        command.arg("replay").arg(trace).args(["--chip", "eyeriss", "--window", "1000", "--json", "-"]);
        report(&mut command)
    };
    assert_eq!(on_eyeriss(&profile), on_eyeriss(&directory));
}

#[test]
fn every_way_of_writing_the_example_activity_says_the_same() {
    let long = report(&mut replay(&fixture("activity/long.csv")));
    for other in ["wide.csv", "events.jsonl", "seconds.csv"] {
        let mut other_report = report(&mut replay(&fixture("activity").join(other)));
        // Wide rows and events count the same actions in different numbers of records.
        other_report["coverage"]["events"] = long["coverage"]["events"].clone();
        assert_eq!(other_report, long, "{other}");
    }
}
