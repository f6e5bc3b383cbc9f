//! Reads of on-chip memories against published energies: a page, kept true.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fmt::Write;

use common::validation::assert_page_is_true;

/// A read that was published.
struct Read {
    node: &'static str,
    capacity: &'static str,
    picojoules: f64,
    source: &'static str,
}

/// All of words of 64 bits.
const READS: [Read; 7] = [
    Read { node: "45 nm", capacity: "8 KiB", picojoules: 10.0, source: "Horowitz, ISSCC 2014" },
    Read { node: "45 nm", capacity: "32 KiB", picojoules: 20.0, source: "Horowitz, ISSCC 2014" },
    Read { node: "45 nm", capacity: "1 MiB", picojoules: 100.0, source: "Horowitz, ISSCC 2014" },
    Read { node: "7 nm", capacity: "8 KiB", picojoules: 7.5, source: "Jouppi et al., ISCA 2021, Table 2" },
    Read { node: "7 nm", capacity: "8 KiB", picojoules: 1.82, source: "ASAP7 srambank (predictive)" },
    Read { node: "7 nm", capacity: "32 KiB", picojoules: 8.5, source: "Jouppi et al., ISCA 2021, Table 2" },
    Read { node: "7 nm", capacity: "1 MiB", picojoules: 14.0, source: "Jouppi et al., ISCA 2021, Table 2" },
];

/// The file that is built for a read: one port, everything else open.
fn design(read: &Read) -> String {
    let Read { node, capacity, .. } = read;
    format!(
        "name = \"memory\"\n\n[technology]\nnode = \"{node}\"\n\n[target]\nclock = \"500 MHz\"\n\n[core.memory]\n\
         kind = \"memory\"\ncapacity = \"{capacity}\"\nblock = \"8 B\"\nread_streams = 0.5\nwrite_streams = 0.5\n"
    )
}

/// Picojoules of a read of random data.
fn ours(read: &Read) -> f64 {
    let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    std::fs::write(file.path(), design(read)).unwrap();
    let pat = nm_trace::chip::load(file.path().to_str().unwrap()).unwrap();
    let actions = &pat.component("memory").unwrap().actions;
    actions.iter().find(|action| action.name == "read").unwrap().energy.value.0 * 1e12
}

#[test]
fn the_page_of_memories_is_true() {
    let mut page = format!(
        "{INTRODUCTION}\n```toml\n{}```\n\n| node | capacity | published | ours | error | source |\n|---|---|---|---|---|---|\n",
        design(&READS[0])
    );
    for read in READS {
        let (ours, published) = (ours(&read), read.picojoules);
        let error = (ours / published - 1.0) * 100.0;
        let Read { node, capacity, source, .. } = read;
        writeln!(page, "| {node} | {capacity} | {published} pJ | {ours:.1} pJ | {error:+.0} % | {source} |")
            .unwrap();
    }
    page.push_str(NOTES);
    assert_page_is_true("memories.md", &page);
}

const INTRODUCTION: &str = "# On-chip memories against published figures

This page is written by `tests/validation_memories.rs`, which fails when it is no longer true. A read of 64 bits of random data from
`kind = \"memory\"`, as this file builds it for each row; areas of memories are rows of `nm-trace chip validate`.
";

const NOTES: &str = "
Nothing is fitted to these. At 1 MiB the published energies hold whole trees that switch with every access; ours hold a gated path and
random data, of which a quarter of the wires rise and fall. The figures of ISCA 2021 are likely of
a conservative compiler; ASAP7's macro is a layout of a predictive process.
";
