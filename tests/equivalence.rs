//! The answer does not depend on the container, the source, the cut or the number of threads.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{bytes_without_provenance, fixture, program, scale_sim_runs, succeed, succeed_with_input};
use serde_json::Value;

fn replay(trace: &Path) -> Command {
    let mut command = program();
    command.arg("replay").arg(trace).args(["--chip", "tpu-v1", "--json", "-"]);
    command
}

fn report(command: &mut Command) -> String {
    bytes_without_provenance(&succeed(command).stdout)
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
            assert_eq!(
                bytes_without_provenance(&piped.stdout),
                expected,
                "{run} as .{ending} through a pipe"
            );
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
fn long_events_say_the_same_in_windows_and_at_multiples_of_them() {
    let scratch = tempfile::tempdir().unwrap();
    let (trace, windows) = (scratch.path().join("trace.csv"), scratch.path().join("windows.nmt"));
    let mut rows = String::from("# span_cycles: -40..9001\nstart,end,component,action,count,region\n");
    for step in 0..200_i64 {
        let (start, length) = (step * 37 - 40, 1 + step * step % 1601);
        let (component, action) = [("unified_buffer", "read"), ("tensor_unit", "mac")][step as usize % 2];
        rows.push_str(&format!(
            "{start},{},{component},{action},{},layer:l{}\n",
            start + length,
            step * 13,
            step / 50
        ));
    }
    std::fs::write(&trace, rows).unwrap();
    succeed(program().arg("convert").arg(&trace).arg("-o").arg(&windows).args(["--window", "7"]));
    for window in ["7", "14", "700"] {
        let expected = report(replay(&trace).args(["--window", window]));
        assert_eq!(report(replay(&windows).args(["--window", window])), expected, "at {window}");
    }
}

#[test]
fn a_profile_remembers_the_events_that_nothing_was_bound_to() {
    let scratch = tempfile::tempdir().unwrap();
    let (trace, profile) = (scratch.path().join("trace.csv"), scratch.path().join("profile.nmt"));
    let text = "start,end,component,action,count\n0,1,warp_core,fly,3\n1,9,tensor_unit,mac,5\n9,10,warp_core,fly,1\n";
    std::fs::write(&trace, text).unwrap();
    let unbound = ["--unbound", "warn"];
    let direct = report(replay(&trace).args(unbound).arg("--save-profile").arg(&profile));
    assert!(direct.contains("\"unbound_events\": 2"), "{direct}");
    assert_eq!(report(replay(&profile).args(unbound)), direct);
}

#[test]
fn every_way_of_writing_the_example_activity_says_the_same() {
    let value = |name: &str| -> Value {
        let mut report: Value =
            serde_json::from_slice(&succeed(&mut replay(&fixture("activity").join(name))).stdout).unwrap();
        report["provenance"].take();
        // Wide rows and events count the same actions in different numbers of records.
        report["coverage"]["events"].take();
        report
    };
    for other in ["wide.csv", "events.jsonl", "seconds.csv"] {
        assert_eq!(value(other), value("long.csv"), "{other}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_its_simulator_writes_into_named_pipes_is_read_as_from_files() {
    /// The order in which SCALE-Sim opens them.
    const WRITTEN: [&str; 6] =
        ["IFMAP_SRAM", "IFMAP_DRAM", "FILTER_SRAM", "FILTER_DRAM", "OFMAP_SRAM", "OFMAP_DRAM"];
    let scratch = tempfile::tempdir().unwrap();
    let (run, config) = (fixture("scale-sim/twelve"), fixture("scale-sim/twelve.cfg"));
    let mut written = Vec::new();
    for entry in std::fs::read_dir(&run).unwrap().map(|entry| entry.unwrap().path()) {
        let target = scratch.path().join(entry.file_name().unwrap());
        if entry.is_file() {
            std::fs::copy(&entry, target).unwrap();
            continue;
        }
        std::fs::create_dir(&target).unwrap();
        for stream in WRITTEN {
            let name = format!("{stream}_TRACE.csv");
            let (file, pipe) = (entry.join(&name), target.join(&name));
            if file.is_file() {
                assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
                written.push((file, pipe));
            }
        }
    }
    let layer = |path: &Path| -> u64 {
        let directory = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        directory.trim_start_matches("layer").parse().unwrap()
    };
    written.sort_by_key(|(file, _)| layer(file));
    assert!(written.len() > 12);
    let writer = std::thread::spawn(move || {
        for (file, pipe) in written {
            // As NumPy does, to see whether it can be opened.
            drop(std::fs::OpenOptions::new().write(true).open(&pipe).unwrap());
            // Time for the reader to see that nothing came.
            std::thread::sleep(std::time::Duration::from_millis(20));
            std::fs::write(pipe, std::fs::read(file).unwrap()).unwrap();
        }
    });
    let with_config = |path: &Path| report(replay(path).arg("--scalesim-config").arg(&config));
    assert_eq!(with_config(scratch.path()), with_config(&run));
    writer.join().unwrap();
}
