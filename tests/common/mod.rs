//! What the tests of the program share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod validation;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nm_trace::chip::technology::{FlipFlop, StandardCells};
use nm_trace::units::{Joules, Seconds, SquareMicrometres, Volts, Watts};

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

/// The bytes of a JSON report, but for those of what may differ between equal runs.
pub fn bytes_without_provenance(json: &[u8]) -> String {
    let text = std::str::from_utf8(json).unwrap();
    let start = text.find("\n  \"provenance\": {").expect("a report has provenance");
    let length = text[start..].find("\n  },").expect("provenance ends");
    format!("{}{}", &text[..start], &text[start + length + "\n  },".len()..])
}

/// The paths of all keys of JSON documents: `components[].actions[].name`.
pub fn keys<'a>(documents: impl IntoIterator<Item = &'a serde_json::Value>) -> BTreeSet<String> {
    fn walk(value: &serde_json::Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(entries) => {
                for (key, value) in entries {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    found.insert(path.clone());
                    walk(value, &path, found);
                }
            }
            serde_json::Value::Array(elements) => {
                elements.iter().for_each(|element| walk(element, &format!("{path}[]"), found))
            }
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    documents.into_iter().for_each(|document| walk(document, "", &mut found));
    found
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

/// A chip of round figures at 1 GHz, with a DRAM beside it, for cases that are worked out on paper.
///
/// * `alpha` leaks 1 W; its clock takes 1 W gated and 4 W running. A `mac` (2 a cycle) is 2 nJ, and keeps
///   3 W / 1 GHz / 2 = 1.5 nJ of clock running: 3.5 nJ in all.
/// * `beta` leaks 0.5 W; its clock takes 1 W gated and 3 W running, of which each of its two actions keeps half. A
///   `read` (1 a cycle) is 10 nJ + 1 nJ of clock, a `write` (1 a cycle) 20 nJ + 1 nJ.
/// * `dram`, beside the chip, leaks 0.25 W; a `read` is 100 nJ.
///
/// So the chip takes 1 + 1 + 0.5 + 1 = 3.5 W when nothing happens.
pub fn paper_chip() -> String {
    let q = |value: f64, unit: &str| format!("{{ value = {value}, unit = \"{unit}\", source = \"paper\" }}");
    let component = |name: &str, placement: &str, leakage: f64, running: f64, gated: f64| {
        format!(
            "[[components]]\nname = \"{name}\"\nplacement = \"{placement}\"\nleakage = {}\nclock = {{ running = {}, gated = {} }}\n",
            q(leakage, "W"),
            q(running, "W"),
            q(gated, "W")
        )
    };
    let action = |name: &str, energy: f64, capacity: f64| {
        format!(
            "[[components.actions]]\nname = \"{name}\"\nenergy = {}\ncapacity = {}\ntdp_activity = {}\n",
            q(energy, "nJ"),
            q(capacity, "1/cycle"),
            q(0.5, "1")
        )
    };
    [
        format!("name = \"paper\"\nclock = {}\n", q(1.0, "GHz")),
        component("alpha", "chip", 1.0, 4.0, 1.0),
        action("mac", 2.0, 2.0),
        component("beta", "chip", 0.5, 3.0, 1.0),
        action("read", 10.0, 1.0),
        action("write", 20.0, 1.0),
        component("dram", "system", 0.25, 0.0, 0.0),
        action("read", 100.0, 1.0),
    ]
    .concat()
}

/// A directory with a trace (`t.csv`, of these lines after the header) and the paper chip (`chip.toml`).
pub struct Paper(pub tempfile::TempDir);

impl Paper {
    /// `metadata` are whole lines, `rows` too.
    pub fn new(metadata: &str, rows: &str) -> Paper {
        let paper = Paper(tempfile::tempdir().unwrap());
        paper.write("chip.toml", &paper_chip());
        paper.write("t.csv", &format!("{metadata}start,end,component,action,count\n{rows}"));
        paper
    }

    /// A path in the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file into the directory.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The program in the directory, with arguments that are separated by spaces.
    pub fn run(&self, arguments: &str) -> Command {
        let mut command = program();
        command.current_dir(self.0.path()).args(arguments.split(' '));
        command
    }

    /// The JSON report of `replay` with further arguments.
    pub fn report(&self, arguments: &str) -> serde_json::Value {
        let output = succeed(&mut self.run(&format!("replay {arguments} --chip chip.toml --json -")));
        without_provenance(&output.stdout)
    }

    /// The message of a run that must fail with exit code 2 and print nothing else.
    pub fn failure(&self, arguments: &str) -> String {
        let output = self.run(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {output:?}");
        assert!(output.stdout.is_empty(), "{arguments}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Names of what is in the directory, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Whether two numbers are the same but for rounding.
pub fn close(found: &serde_json::Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found:e} is not {expected:e}");
}

/// Standard cells of round figures, about 45 nm.
pub fn paper_cells() -> StandardCells {
    StandardCells {
        supply: Volts(0.9),
        nand2_area: SquareMicrometres(0.8),
        nand2_energy: Joules(1e-15),
        nand2_leakage: Watts(10e-9),
        fanout_of_four_delay: Seconds(20e-12),
        flip_flop: FlipFlop {
            area: SquareMicrometres(4.5),
            clock_energy: Joules(3e-15),
            data_energy: Joules(4e-15),
            leakage: Watts(50e-9),
            overhead_delay: Seconds(60e-12),
        },
    }
}
