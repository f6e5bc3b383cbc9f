//! What the tests of the program share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A path below `fixtures/`.
pub fn fixture(path: &str) -> PathBuf {
    root().join("fixtures").join(path)
}

/// The program, run in the repository's root.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nm-trace"));
    command.current_dir(root());
    command
}

/// Runs the program; it must succeed.
pub fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Runs the program with a file as standard input; it must succeed.
pub fn succeed_with_input(command: &mut Command, input: &Path) -> Output {
    succeed(command.stdin(std::fs::File::open(input).unwrap()))
}

/// A JSON report, without what may differ between equal runs.
pub fn without_provenance(json: &[u8]) -> serde_json::Value {
    let mut report: serde_json::Value = serde_json::from_slice(json).unwrap();
    report.as_object_mut().unwrap().remove("provenance").expect("a report has provenance");
    report
}

/// The runs in `fixtures/scale-sim`, by name.
pub fn scale_sim_runs() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(fixture("scale-sim"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir() && entry.file_name() != "topologies")
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() > 10);
    names
}
