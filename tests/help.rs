//! Help texts have examples, and the examples run.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::process::Command;

use common::{root, succeed};

/// The lines below `Examples:` in a help text.
fn examples(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| line.trim() != "Examples:")
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .map(|line| line.trim().to_owned())
        .collect()
}

#[test]
fn every_example_of_every_help_text_runs() {
    let scratch = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(root().join("fixtures"), scratch.path().join("fixtures")).unwrap();
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_nm-trace"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let commands = nm_trace::cli::command();
    let names: Vec<String> =
        commands.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for name in std::iter::once(None).chain(names.iter().map(Some)) {
        let mut help = Command::new(binary);
        help.args(name).arg("--help");
        let text = String::from_utf8(succeed(&mut help).stdout).unwrap();
        let examples = examples(&text);
        assert!(examples.len() >= 2, "{name:?} has too few examples:\n{text}");
        for example in examples {
            let mut shell = Command::new("bash");
            shell.args(["-o", "pipefail", "-c", &example]).current_dir(scratch.path()).env("PATH", &path);
            succeed(&mut shell);
        }
    }
}

#[test]
fn every_argument_is_explained() {
    for command in nm_trace::cli::command().get_subcommands() {
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
        }
    }
}
