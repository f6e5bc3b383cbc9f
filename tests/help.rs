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

/// The words after the program's name that lead to each command, to the program itself first.
fn names_of_commands(command: &clap::Command, path: &[String]) -> Vec<Vec<String>> {
    let below = command.get_subcommands().flat_map(|command| {
        let path = [path, &[command.get_name().to_owned()]].concat();
        names_of_commands(command, &path)
    });
    std::iter::once(path.to_vec()).chain(below).collect()
}

#[test]
fn every_example_of_every_help_text_runs() {
    let scratch = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(root().join("fixtures"), scratch.path().join("fixtures")).unwrap();
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_nm-trace"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    for name in names_of_commands(&nm_trace::cli::command(), &[]) {
        let mut help = Command::new(binary);
        help.args(&name).arg("--help");
        let text = String::from_utf8(succeed(&mut help).stdout).unwrap();
        let examples = examples(&text);
        assert!(examples.len() >= 2, "{name:?} has too few examples:\n{text}");
        for example in examples {
            let mut shell = Command::new("bash");
            shell.args(["-o", "pipefail", "-c", &example]).current_dir(scratch.path()).env("PATH", &path);
            // That a figure misses its tolerance is a verdict, and no failure of the example.
            let verdict = example.contains("chip validate") && shell.status().unwrap().code() == Some(1);
            if !verdict {
                succeed(&mut shell);
            }
        }
    }
}

#[test]
fn every_argument_is_explained() {
    all_explained(&nm_trace::cli::command());
}

fn all_explained(command: &clap::Command) {
    for command in command.get_subcommands() {
        all_explained(command);
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
        }
    }
}
