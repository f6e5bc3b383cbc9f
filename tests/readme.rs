//! The README's first command prints what stands below it, and its examples are what the program takes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{program, root, succeed};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

#[test]
fn the_first_command_prints_the_output_below_it() {
    let readme = readme();
    let command =
        readme.lines().find_map(|line| line.trim().strip_prefix("cargo run --release -- ")).unwrap();
    let block = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let output = succeed(program().args(command.split_whitespace()));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.starts_with(block), "the README shows another output than:\n{printed}");
    assert!(block.lines().count() > 20);
}

#[test]
fn the_least_trace_of_the_readme_is_a_trace() {
    let readme = readme();
    let rows: Vec<&str> =
        readme.lines().skip_while(|line| line.trim() != "start,end,component,action,count").take(3).collect();
    let trace = rows.iter().map(|row| format!("{}\n", row.trim())).collect::<String>();
    let file = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
    std::fs::write(file.path(), trace).unwrap();
    succeed(program().arg("replay").arg(file.path()).args(["--chip", "tpu-v1"]));
}

#[test]
fn every_file_that_a_page_links_to_exists() {
    let pages = ["README.md", "CONTRIBUTING.md", "fixtures/README.md", "docs"];
    for page in pages.map(|page| root().join(page)) {
        let files = if page.is_dir() { markdown_files(&page) } else { vec![page] };
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                if target.contains("://") || target.starts_with('#') {
                    continue;
                }
                let path = file.parent().unwrap().join(target.split('#').next().unwrap());
                assert!(path.exists(), "{} links to {target}", file.display());
            }
        }
    }
}

fn markdown_files(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { markdown_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}
