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
        ("regression", vec!["power", "chip", "units"]),
        ("report", vec!["regression", "power", "activity", "chip", "units"]),
        ("cli", vec!["report", "regression", "power", "replay", "chip", "activity", "units"]),
    ]
    .into_iter()
    .map(|(room, others)| (room, others.into_iter().collect()))
    .collect()
}

fn files_with(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let (directories, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let inside = directories.iter().flat_map(|directory| files_with(directory, extension));
    inside.chain(files.into_iter().filter(|path| path.extension().is_some_and(|e| e == extension))).collect()
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
    for file in files_with(&source, "rs") {
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
        // Unit tests may load a built-in chip to try things on.
        for file in files_with(&source.join(room), "rs").iter().filter(|file| !file.ends_with("tests.rs")) {
            let text = fs::read_to_string(file).unwrap();
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
    for file in files_with(&source, "rs") {
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
    for file in files_with(&root.join("trace-formats/src"), "rs") {
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

/// The names of the built-in chips' files, and what comes before the first dash of them.
fn chips_names() -> BTreeSet<String> {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/chip/library");
    let stem = |entry: fs::DirEntry| entry.path().file_stem().unwrap().to_string_lossy().to_lowercase();
    let files: Vec<String> = fs::read_dir(library).unwrap().map(|entry| stem(entry.unwrap())).collect();
    // `datacenter` is a word of the field.
    let chips = files.iter().filter(|name| *name != "datacenter");
    let families = chips.clone().map(|name| name.split('-').next().unwrap_or_default().to_owned());
    families.chain(chips.cloned()).chain(["tpu", "eyeriss", "nvdla"].map(String::from)).collect()
}

/// The words of an identifier, a key or a text: `TensorUnit`, `tensor_unit` and `tensor-unit` are two.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let apart = text.split(|character: char| !character.is_ascii_alphabetic());
    apart.flat_map(|word| {
        let mut parts: Vec<String> = Vec::new();
        let mut after_capital = true;
        for character in word.chars() {
            if parts.is_empty() || character.is_uppercase() && !after_capital {
                parts.push(String::new());
            }
            after_capital = character.is_uppercase();
            if let Some(part) = parts.last_mut() {
                part.push(character.to_ascii_lowercase());
            }
        }
        parts.push(word.to_lowercase());
        parts
    })
}

fn names_of_chips(text: &str, chips: &BTreeSet<String>) -> Vec<String> {
    words(text).filter(|word| chips.contains(word)).collect()
}

/// Code without its comments.
fn code_of(text: &str) -> String {
    // `://` is an address.
    let code = |line: &str| match line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':')) {
        Some((at, _)) => line[..at].to_owned(),
        None => line.to_owned(),
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// Keys and texts of data, but for what tells where a number comes from.
fn data_of(value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => found.push(text.clone()),
        toml::Value::Array(values) => values.iter().for_each(|value| data_of(value, found)),
        toml::Value::Table(table) => {
            for (key, value) in table {
                found.push(key.clone());
                if !["source", "sources", "note"].contains(&key.as_str()) {
                    data_of(value, found);
                }
            }
        }
        _ => {}
    }
}

/// Rooms of the chip model below the chips, each with what it may import of `chip`.
const MODELS: [(&str, &[&str]); 3] = [
    ("technology", &["technology", "nearest"]),
    ("circuit", &["circuit", "technology", "nearest"]),
    ("component", &["component", "circuit", "technology", "pat", "nearest"]),
];

#[test]
fn technology_circuits_and_components_never_name_a_chip() {
    let chip = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/chip");
    let chips = chips_names();
    let mut naming = Vec::new();
    for (room, _) in MODELS {
        for file in files_with(&chip.join(room), "rs") {
            let found = names_of_chips(&code_of(&fs::read_to_string(&file).unwrap()), &chips);
            naming.extend(found.into_iter().map(|name| format!("{}: {name}", file.display())));
        }
        for file in files_with(&chip.join(room), "toml") {
            let (mut data, table) = (Vec::new(), fs::read_to_string(&file).unwrap().parse().unwrap());
            data_of(&toml::Value::Table(table), &mut data);
            let found = data.iter().flat_map(|text| names_of_chips(text, &chips));
            naming.extend(found.map(|name| format!("{}: {name}", file.display())));
        }
    }
    assert!(naming.is_empty(), "chips are named:\n{}", naming.join("\n"));
}

#[test]
fn technology_circuits_and_components_never_import_a_chip() {
    let chip = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/chip");
    for (room, readable) in MODELS {
        for file in files_with(&chip.join(room), "rs") {
            // Unit tests may put a component into a chip.
            if file.ends_with("tests.rs") {
                continue;
            }
            let text = code_of(&fs::read_to_string(&file).unwrap());
            let code = text.split("mod tests").next().unwrap_or_default();
            for (at, path) in code.match_indices("crate::chip::") {
                let rest = &code[at + path.len()..];
                let module: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                assert!(readable.contains(&module.as_str()), "{} imports {module}", file.display());
            }
            assert!(!code.contains("library/"), "{} reads a chip's file", file.display());
        }
    }
}

#[test]
fn words_of_identifiers_are_told_apart() {
    let chips = ["tpu".to_owned(), "nvdla".to_owned()].into();
    for text in ["tpu_cell", "TpuCell", "\"tpu-v1\"", "if name == \"TPU\"", "NVDLA_BANKS", "as_tpu"] {
        assert!(!names_of_chips(text, &chips).is_empty(), "{text}");
    }
    assert!(names_of_chips("output OutputStationary input_power", &chips).is_empty());
    assert_eq!(
        code_of("let a = 1; // as in a TPU\n// NVDLA\nb(\"https://c\")"),
        "let a = 1; \n\nb(\"https://c\")"
    );
}

#[test]
fn a_chip_renamed_builds_an_identical_pat_but_for_its_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = files_with(&root.join("src/chip/library"), "toml");
    let directory = tempfile::tempdir().unwrap();
    for file in library.into_iter().chain([root.join("fixtures/chips/small-design.toml")]) {
        let mut table: toml::Table = fs::read_to_string(&file).unwrap().parse().unwrap();
        let original = nm_trace::chip::load(&file.to_string_lossy()).unwrap();
        table.insert("name".to_owned(), "a chip by any other name".into());
        let path = directory.path().join("renamed.toml");
        fs::write(&path, toml::to_string(&table).unwrap()).unwrap();
        let renamed = nm_trace::chip::load(&path.to_string_lossy()).unwrap();
        assert_ne!(renamed.name, original.name);
        assert_eq!(
            nm_trace::chip::pat::Pat { name: original.name.clone(), ..renamed },
            original,
            "{}",
            file.display()
        );
    }
}
