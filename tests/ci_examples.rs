//! The examples for CI in docs/ci/ do what they say: their shell steps are run.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use common::{paper_chip, root};
use serde::Deserialize;

#[derive(Deserialize)]
struct Workflow {
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize)]
struct Job {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    run: Option<String>,
    #[serde(default, rename = "if")]
    condition: Option<String>,
}

#[derive(Deserialize)]
struct PreCommit {
    repos: Vec<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    hooks: Vec<Hook>,
}

#[derive(Deserialize)]
struct Hook {
    entry: String,
    language: String,
    pass_filenames: bool,
}

/// Steps that need a network or the user's own simulator.
const NOT_RUN: [&str; 3] = ["install", "simulate", "comment"];

fn example(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/ci").join(name)).unwrap()
}

fn steps() -> Vec<Step> {
    let workflow: Workflow = serde_saphyr::from_str(&example("github-actions.yml")).unwrap();
    workflow.jobs.into_values().flat_map(|job| job.steps).collect()
}

fn trace(reads: u32) -> String {
    format!(
        "# inferences: 1\nstart,end,component,action,count,region\n0,1000,beta,read,{reads},layer:conv1\n"
    )
}

/// A repository as the examples expect it, with a run and its baseline.
fn repository() -> tempfile::TempDir {
    let repository = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(repository.path().join(name), text).unwrap();
    for directory in ["energy", "runs"] {
        std::fs::create_dir(repository.path().join(directory)).unwrap();
    }
    write("energy/chip.toml", &paper_chip());
    write("runs/net.csv", &trace(500));
    write(
        "energy/suite.toml",
        "[[check]]\nname = \"net\"\nrun = \"../runs/net.csv\"\nchip = \"chip.toml\"\nbaseline = \"net.toml\"\n",
    );
    let renewed = shell(repository.path(), "nm-trace check energy/suite.toml --update");
    assert!(renewed.status.success(), "{renewed:?}");
    repository
}

/// As a runner of GitHub runs a step.
fn shell(directory: &Path, script: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_nm-trace"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
    command.current_dir(directory).env("PATH", path).env("GITHUB_STEP_SUMMARY", directory.join("summary.md"));
    command.output().unwrap()
}

/// Runs the steps that are to be run; after a failure, those alone that say `always()`. Gives what each printed.
fn run_job(directory: &Path) -> (BTreeMap<String, String>, bool) {
    let (mut printed, mut passed) = (BTreeMap::new(), true);
    for step in steps() {
        let (Some(id), Some(script)) = (step.id, step.run) else { continue };
        let is_due = passed || step.condition.is_some_and(|condition| condition.contains("always()"));
        if NOT_RUN.contains(&id.as_str()) || !is_due {
            continue;
        }
        let output = shell(directory, &script);
        assert!(output.stderr.is_empty(), "{id}: {output:?}");
        passed &= output.status.success();
        printed.insert(id, String::from_utf8(output.stdout).unwrap());
    }
    (printed, passed)
}

fn read(directory: &Path, name: &str) -> String {
    std::fs::read_to_string(directory.join(name)).unwrap()
}

#[test]
fn the_workflow_passes_for_runs_that_are_what_they_were() {
    let repository = repository();
    let (printed, passed) = run_job(repository.path());
    assert!(passed, "{printed:?}");
    assert!(
        printed["check"].starts_with("::notice file=energy/net.toml,title=Energy check of net::passed"),
        "{printed:?}"
    );
    assert!(read(repository.path(), "summary.md").contains("✅ Energy check"));
}

#[test]
fn the_workflow_fails_for_more_energy_and_shows_why() {
    let repository = repository();
    std::fs::write(repository.path().join("runs/net.csv"), trace(510)).unwrap();
    let (printed, passed) = run_job(repository.path());
    assert!(!passed);
    // 10 reads of 10 nJ, and 1 nJ of clock each.
    let annotation = &printed["check"];
    assert!(
        annotation.starts_with("::error file=energy/net.toml,title=Energy check of net::FAILED"),
        "{annotation}"
    );
    assert!(annotation.contains("layer conv1 +110 nJ"), "{annotation}");
    assert!(read(repository.path(), "summary.md").contains("layer conv1 +110 nJ"));
    let xml = read(repository.path(), "energy.xml");
    assert!(xml.contains("<failure message=\"energy_per_inference: +110 nJ"), "{xml}");
    let json: serde_json::Value = serde_json::from_str(&read(repository.path(), "energy.json")).unwrap();
    assert_eq!(json["passed"], false);
}

#[test]
fn every_shell_step_of_the_workflow_is_run_or_named_as_one_that_cannot_be() {
    let ids: Vec<String> =
        steps().into_iter().filter(|step| step.run.is_some()).filter_map(|step| step.id).collect();
    assert_eq!(ids, ["install", "simulate", "check", "summary", "comment"]);
    assert_eq!(steps().iter().filter(|step| step.run.is_some()).count(), ids.len());
}

#[test]
fn the_pre_commit_hook_stops_a_commit_that_costs_energy() {
    let config: PreCommit = serde_saphyr::from_str(&example("pre-commit-config.yaml")).unwrap();
    let hook = &config.repos[0].hooks[0];
    assert!(hook.language == "system" && !hook.pass_filenames);
    let repository = repository();
    assert!(shell(repository.path(), &hook.entry).status.success());
    std::fs::write(repository.path().join("runs/net.csv"), trace(510)).unwrap();
    assert_eq!(shell(repository.path(), &hook.entry).status.code(), Some(1));
}
