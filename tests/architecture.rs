//! The import direction, read from the sources: data flows one way, and no arrow climbs.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each folder (or file) of `src/` may import of the others.
fn allowed() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    [
        ("units", vec![]),
        ("activity", vec!["units"]),
        ("replay", vec!["activity", "units"]),
        ("chip", vec!["units"]),
        ("power", vec!["activity", "chip", "units"]),
        ("report", vec!["power", "activity", "chip", "units"]),
        ("cli", vec!["report", "power", "replay", "chip", "activity", "units"]),
    ]
    .into_iter()
    .map(|(room, others)| (room, others.into_iter().collect()))
    .collect()
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Every `crate::room` that a text names, in `use` lines and in paths, nested braces included.
fn rooms_named(text: &str) -> BTreeSet<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let (mut depth, mut name, mut taking) = (0, String::new(), true);
            for character in list.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        rooms.insert(std::mem::take(&mut name));
                        taking = true;
                    }
                    ':' if depth == 0 => taking = false,
                    c if depth == 0 && taking && !c.is_whitespace() => name.push(c),
                    _ => {}
                }
            }
            rooms.insert(name);
        } else {
            rooms.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    rooms.remove("");
    rooms
}

#[test]
fn imports_go_one_way_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let allowed = allowed();
    let mut climbing = Vec::new();
    for file in rust_files(&source) {
        let inside = file.strip_prefix(&source).unwrap();
        let room = inside.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        if room == "main" || room == "lib" {
            continue;
        }
        let may = allowed.get(room.as_str()).unwrap_or_else(|| panic!("src/{room} has no line in this test"));
        for other in rooms_named(&fs::read_to_string(&file).unwrap()) {
            if other != room && !may.contains(other.as_str()) {
                climbing.push(format!("{} imports {other}", inside.display()));
            }
        }
    }
    assert!(climbing.is_empty(), "imports that climb:\n{}", climbing.join("\n"));
}

#[test]
fn power_reads_nothing_of_the_chip_but_its_pat_and_report_only_numbers() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // A circuit's report is what a Pat is: plain numbers that the models have left behind.
    let rooms: [(&str, &[&str]); 2] =
        [("power", &["pat"]), ("report", &["pat", "circuit_report", "design_report"])];
    for (room, readable) in rooms {
        for file in rust_files(&source.join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            // Unit tests may load a built-in chip to try things on.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for line in code.lines() {
                for (at, _) in line.match_indices("crate::chip::") {
                    let rest = &line[at + "crate::chip::".len()..];
                    let module: String =
                        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    assert!(readable.contains(&module.as_str()), "{}: {line}", file.display());
                }
            }
        }
    }
}

/// Rooms that may name the crate `trace_formats`: what becomes of its events, spans and notes.
const READERS_OF_TRACES: [&str; 4] = ["activity", "replay", "power", "cli"];

#[test]
fn only_rooms_behind_the_decoders_name_the_crate_of_formats() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in rust_files(&source) {
        let inside = file.strip_prefix(&source).unwrap();
        let room = inside.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let names =
            code.lines().any(|line| !line.trim_start().starts_with("//") && line.contains("trace_formats::"));
        assert!(
            !names || READERS_OF_TRACES.contains(&room.as_str()),
            "{} names trace_formats",
            inside.display()
        );
        // Power reads what a summary is made of, and never a decoder, a format or a writer.
        let reads_bytes = ["decoder", "format::", "formats::", "input", "writer"];
        let reads_bytes = reads_bytes.iter().any(|module| code.contains(&format!("trace_formats::{module}")));
        assert!(!reads_bytes || room != "power", "{} reads bytes", inside.display());
    }
}

#[test]
fn trace_formats_depends_on_no_other_crate_of_the_workspace() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("trace-formats/Cargo.toml")).unwrap();
    assert!(!manifest.contains("nm-trace ="), "trace-formats must not depend on nm-trace");
    for file in rust_files(&root.join("trace-formats/src")) {
        let text = fs::read_to_string(&file).unwrap();
        for word in ["nm_trace::", "clap::", "indicatif::"] {
            assert!(!text.contains(word), "{} names {word}", file.display());
        }
    }
}

#[test]
fn a_nested_use_list_is_understood() {
    let rooms = rooms_named(
        "use crate::{units::{Joules, Watts}, chip::pat::Pat,\n  power};\nlet x = crate::replay::f();",
    );
    let expected: BTreeSet<String> = ["units", "chip", "power", "replay"].map(String::from).into();
    assert_eq!(rooms, expected);
}
