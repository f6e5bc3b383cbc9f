//! What programs read: JSON, CSV, and where outputs go.
#![allow(clippy::unwrap_used)]

mod common;
mod report_support;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use nm_trace::chip::pat::Pat;
use nm_trace::power::PowerRow;
use nm_trace::report::formats::{FinishedRun, PointHeading, RunHeading};
use nm_trace::report::output::{Output, check_distinct};
use nm_trace::report::tables::csv::POWER;
use nm_trace::report::{json, text};
use nm_trace::units::{Hertz, Seconds, Watts};
use report_support as reports;

fn json_of(report: &nm_trace::power::PowerReport) -> String {
    let mut text = Vec::new();
    json::write(report, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn every_report_ends_in_one_newline() {
    for power in [
        reports::typical(),
        reports::unknowns(),
        reports::many_layers(),
        reports::long_names(),
        reports::tiny(),
    ] {
        for text in [text::render(&power), json_of(&power)] {
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
        }
    }
}

#[test]
fn json_has_the_keys_of_the_report_in_its_order() {
    let text = json_of(&reports::typical());
    let keys: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  \"")?.split_once('"').map(|(key, _)| key))
        .collect();
    insta::assert_snapshot!(keys.join("\n"));
}

#[test]
fn json_numbers_read_back_as_they_were() {
    let mut report = reports::typical();
    report.energy_j = 0.1 + 0.2;
    report.duration_s = 5e-324;
    let value: serde_json::Value = serde_json::from_str(&json_of(&report)).unwrap();
    assert_eq!(value["energy_j"].as_f64(), Some(0.1 + 0.2));
    assert_eq!(value["duration_s"].as_f64(), Some(5e-324));
    assert_eq!(value["first_cycle"].as_i64(), Some(-58));
    assert!(json_of(&reports::unknowns()).contains("\"inferences\": null"));
}

#[test]
fn json_refuses_a_number_that_is_not_finite_by_name_and_writes_nothing() {
    for broken in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut report = reports::typical();
        report.components[1].actions[0].activity_factor.peak = broken;
        let mut text = Vec::new();
        let problem = json::write(&report, &mut text).unwrap_err();
        assert_eq!(problem.kind(), io::ErrorKind::InvalidData);
        let problem = problem.to_string();
        assert!(problem.starts_with("components[1].actions[0].activity_factor.peak is"), "{problem}");
        assert!(text.is_empty());
    }
}

/// Power over time of a chip with the components alpha, beta and, beside it, dram: a row a window, from cycle to cycle.
fn power_csv(rows: &[((i64, i64), [f64; 3])]) -> anyhow::Result<String> {
    let chip = common::paper_chip().replace("\"beta\"", "\"beta, left\"");
    let pat = Pat::parse("chip.toml", &chip)?;
    let point = PointHeading { label: "paper".to_owned(), pat: &pat, clock: Hertz(1e9) };
    let heading = RunHeading { points: vec![point], window_cycles: 1000, include_system: false };
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("power.csv");
    let mut csv = (POWER.start)(Output::prepare(&path)?, &heading)?;
    for ((start_cycle, end_cycle), powers) in rows {
        let components = powers.map(Watts);
        csv.row(&PowerRow {
            point: 0,
            start_cycle: *start_cycle,
            end_cycle: *end_cycle,
            start: Seconds(*start_cycle as f64 / 1e9),
            end: Seconds(*end_cycle as f64 / 1e9),
            total: components[0] + components[1],
            system: components[2],
            components: &components,
        })?;
    }
    csv.finish(&FinishedRun { points: &[], record: None })?.commit()?;
    Ok(fs::read_to_string(&path)?)
}

#[test]
fn power_over_time_is_a_row_a_window() {
    let rows = [((-1_000, 0), [2.25, 1.25, 0.1 + 0.2]), ((0, 1_000), [1e-12, 0.0, 0.0])];
    insta::assert_snapshot!(power_csv(&rows).unwrap());
}

#[test]
fn csv_numbers_read_back_as_they_were() {
    let powers = [0.1 + 0.2, 5e-324, 1.797e308];
    let text = power_csv(&[((i64::MIN, i64::MAX), powers)]).unwrap();
    let record = csv::Reader::from_reader(text.as_bytes()).records().next().unwrap().unwrap();
    let read: Vec<f64> = record.iter().skip(5).map(|cell| cell.parse().unwrap()).collect();
    assert_eq!(read, powers);
    assert_eq!((record[0].parse(), record[1].parse()), (Ok(i64::MIN), Ok(i64::MAX)));
}

#[test]
fn a_power_that_is_not_finite_is_refused_by_its_name() {
    let message = power_csv(&[((0, 1), [1.0, f64::NAN, 0.0])]).unwrap_err().to_string();
    assert!(message.contains("power_w is NaN, expected a finite number"), "{message}");
}

#[test]
fn a_closed_pipe_can_be_told_from_other_errors() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let problem = json::write(&reports::typical(), Closed).unwrap_err();
    assert_eq!(problem.kind(), io::ErrorKind::BrokenPipe);
}

fn entries(directory: &Path) -> usize {
    fs::read_dir(directory).unwrap().count()
}

#[test]
fn a_file_has_its_old_content_until_the_output_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report.json");
    fs::write(&path, "old").unwrap();
    let mut output = Output::prepare(&path).unwrap();
    output.writer().write_all(b"new").unwrap();
    output.flush().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"old");
    output.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(entries(directory.path()), 1);
}

#[test]
fn an_output_that_is_dropped_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let mut output = Output::prepare(directory.path().join("report.json")).unwrap();
    output.write_all(&[b'x'; 100_000]).unwrap();
    drop(output);
    assert_eq!(entries(directory.path()), 0);
}

#[test]
fn power_over_time_of_no_window_has_its_column_names() {
    let header = "start_cycle,end_cycle,start_s,end_s,power_w,alpha_w,\"beta, left_w\",system_power_w\n";
    assert_eq!(power_csv(&[]).unwrap(), header);
}

#[test]
fn a_path_that_cannot_be_written_is_refused_before_the_run_with_the_reason() {
    let directory = tempfile::tempdir().unwrap();
    let refused = |path: &Path| format!("{:#}", Output::prepare(path).err().unwrap());
    assert!(refused(directory.path()).ends_with("it is a directory; name a file in it"));
    assert!(refused(&directory.path().join("new/")).ends_with("it is a directory; name a file in it"));
    assert!(refused(&directory.path().join("missing/report.json")).contains("missing does not exist"));
    assert!(refused(Path::new("")).ends_with("the name is empty"));
    fs::write(directory.path().join("file"), "").unwrap();
    assert!(refused(&directory.path().join("file/report.json")).starts_with("cannot write "));
}

#[test]
fn only_one_output_can_go_to_standard_output_or_to_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    assert!(check_distinct(&["-", "a.csv"]).is_ok());
    assert!(check_distinct(&["-", "-"]).unwrap_err().to_string().contains("only one output"));
    assert!(check_distinct(&[path("a"), path("b")]).is_ok());
    assert!(check_distinct(&[path("a"), path("./a")]).is_err());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_has_the_permissions_of_any_new_file_and_an_old_one_keeps_its_own() {
        let directory = tempfile::tempdir().unwrap();
        let (plain, new, old) =
            (directory.path().join("plain"), directory.path().join("new"), directory.path().join("old"));
        fs::write(&plain, "").unwrap();
        Output::prepare(&new).unwrap().commit().unwrap();
        assert_eq!(mode(&new), mode(&plain));
        fs::write(&old, "").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
        Output::prepare(&old).unwrap().commit().unwrap();
        assert_eq!(mode(&old), 0o640);
    }

    #[test]
    fn a_link_stays_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        let mut output = Output::prepare(&link).unwrap();
        output.write_all(b"new").unwrap();
        output.commit().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn devices_and_pipes_are_written_directly() {
        let mut output = Output::prepare("/dev/null").unwrap();
        output.write_all(b"gone").unwrap();
        output.commit().unwrap();
        assert!(check_distinct(&["/dev/null", "/dev/null"]).is_ok());

        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        let mut output = Output::prepare(&pipe).unwrap();
        output.write_all(b"through").unwrap();
        output.commit().unwrap();
        assert_eq!(reader.join().unwrap(), b"through");
        assert_eq!(entries(directory.path()), 1);
    }

    #[test]
    fn a_full_device_is_an_error_at_the_latest_when_the_output_is_committed() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let mut output = Output::prepare("/dev/full").unwrap();
        output.write_all(b"too much").unwrap();
        let problem = output.commit().unwrap_err();
        assert!(format!("{problem:#}").starts_with("cannot write /dev/full: "));
    }
}
