//! Every file in `fixtures/bad/` gives its one expected error, exit code 2, and no output.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use common::{fixture, program};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectations {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    input: String,
    #[serde(default)]
    args: Vec<String>,
    message: Vec<String>,
    #[serde(default)]
    #[allow(dead_code)]
    why: Option<String>,
}

/// Far more than any bad input may take.
const LIMIT: Duration = Duration::from_secs(20);

/// The output of a command, or none if it does not end: it is killed then.
fn run_within_limit(command: &mut Command) -> Option<Output> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = child.id().to_string();
    let (sender, receiver) = std::sync::mpsc::channel();
    // Reads while the program runs, so that a full pipe is not taken for a hang.
    std::thread::spawn(move || sender.send(child.wait_with_output().unwrap()));
    let output = receiver.recv_timeout(LIMIT).ok();
    if output.is_none() {
        Command::new("kill").args(["-KILL", &pid]).status().unwrap();
    }
    output
}

/// Chip and binding files are checked to their end: a line a problem.
fn names_a_file_that_is_checked_whole(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| argument == "--chip" || argument == "--bind")
}

#[test]
fn each_bad_input_is_refused_with_its_message() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for folder in std::fs::read_dir(fixture("bad")).unwrap() {
        let folder = folder.unwrap().path();
        // Chip files are refused before any trace: tests/bad_chips.rs.
        if !folder.is_dir() || folder.ends_with("chips") {
            continue;
        }
        let text = std::fs::read_to_string(folder.join("expected.toml")).unwrap();
        let expectations: Expectations = toml::from_str(&text).unwrap();
        let listed: Vec<&str> =
            expectations.case.iter().map(|case| case.input.split('/').next().unwrap()).collect();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name != "expected.toml" && !listed.contains(&name.as_str()) && !name.ends_with(".cfg") {
                wrong.push(format!("{}/{name} has no case", folder.display()));
            }
        }
        for case in expectations.case {
            cases += 1;
            let mut command = program();
            command.arg("replay").arg(folder.join(&case.input)).args(["--chip", "tpu-v1", "--json", "-"]);
            let Some(output) = run_within_limit(command.args(&case.args)) else {
                wrong.push(format!("{}/{}: no end within {LIMIT:?}", folder.display(), case.input));
                continue;
            };
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            let complaint = if output.status.code() != Some(2) {
                Some(format!("exit code {:?}", output.status.code()))
            } else if !output.stdout.is_empty() {
                Some("something on standard output".to_owned())
            } else if message.contains("panicked") {
                Some("a panic".to_owned())
            } else if message.lines().count() != 1 && !names_a_file_that_is_checked_whole(&case.args) {
                Some("not one line".to_owned())
            } else {
                case.message.iter().find(|part| !message.contains(*part)).map(|part| format!("no {part:?}"))
            };
            if let Some(complaint) = complaint {
                wrong.push(format!("{}/{}: {complaint} in:\n{message}", folder.display(), case.input));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases > 20, "only {cases} cases");
}
