//! The clock of a chip where the file leaves it open, or cannot have the one that it asks for.
#![allow(clippy::unwrap_used, clippy::panic)]

use nm_trace::chip::design::{Builder, Design};
use nm_trace::chip::spec::SpecFile;

/// Two cores whose network needs 256 GB/s across the middle: below some 300 MHz its flits would have to be wider than any.
fn with_network(target: &str) -> Result<Design, String> {
    let text = format!(
        "name = \"networked\"\ncores = 2\n[technology]\nnode = \"28 nm\"\n{target}
        [core.tensor_unit]\nkind = \"tensor_unit\"\nrows = 16\ncolumns = 16
        [chip.noc]\nkind = \"noc\"\ntopology = \"bus\"\nbisection_bandwidth = \"600 GB/s\"\nlink_length = \"1 mm\""
    );
    build(&text)
}

fn build(text: &str) -> Result<Design, String> {
    let spec = SpecFile::new(text.parse().unwrap()).read().unwrap();
    Builder::default().build(&spec).map_err(|problems| {
        problems.iter().map(|problem| format!("{}: {}", problem.key, problem.what)).collect()
    })
}

/// Chips whose clock is set by a multiplier, by a memory, and by a special function unit.
const SLOW_PARTS: [&str; 3] = [
    "[core.array]\nkind = \"tensor_unit\"\nrows = 8\ncolumns = 8\noperand = \"int16\"",
    "[core.buffer]\nkind = \"memory\"\ncapacity = \"64 KiB\"\nblock = \"32 B\"\nread_ports = 1\nwrite_ports = 1",
    "[core.vector]\nkind = \"vector_unit\"\nlanes = 8\nformat = \"int16\"\n[core.dma]\nkind = \"dma\"\nbandwidth = \"8 GB/s\"",
];

fn with_part(part: &str, node: u32, target: &str) -> Result<Design, String> {
    build(&format!("name = \"part\"\n[technology]\nnode = \"{node} nm\"\n[target]\n{target}\n{part}"))
}

#[test]
fn a_network_that_no_slow_clock_can_have_hides_no_fast_one() {
    let refused = with_network("[target]\nclock = \"100 MHz\"").unwrap_err();
    assert!(refused.contains("chip.noc.flit_bits"), "{refused}");
    let fastest = with_network("").unwrap();
    assert!(fastest.clock.0 > 500e6, "{}", fastest.clock);
    let period = fastest.clock.time_of(1.0);
    let (_, path) = fastest.critical_path().unwrap();
    assert!(path.cycle <= period && path.cycle.0 > 0.9 * period.0, "{} in {period}", path.cycle);
}

/// 512 multiply-accumulates a cycle: 0.7168 TOPS at 700 MHz.
#[test]
fn performance_sets_the_clock_beside_a_network_that_no_slow_clock_can_have() {
    let chip = with_network("[target]\ntops = 0.7168").unwrap();
    assert!((chip.clock.0 / 700e6 - 1.0).abs() < 1e-9, "{}", chip.clock);
}

#[test]
fn only_a_clock_that_works_is_named_as_the_cure_for_too_few_tops() {
    let close = with_network("[target]\nclock = \"500 MHz\"\ntops = 0.7168").unwrap_err();
    assert!(close.contains("a clock of 700 MHz or 1.40 times the multiply-accumulators would do"), "{close}");
    let far = with_network("[target]\nclock = \"500 MHz\"\ntops = 51.2").unwrap_err();
    assert!(!far.contains("a clock of"), "{far}");
    assert!(far.contains("100.00 times the multiply-accumulators would do"), "{far}");
    assert!(far.contains("the fastest clock that every component meets is"), "{far}");
}

#[test]
fn a_clock_above_the_fastest_is_refused_and_those_below_are_met() {
    for part in SLOW_PARTS {
        for node in [65, 28] {
            let fastest = with_part(part, node, "").unwrap().clock;
            let at = |times: f64| {
                with_part(part, node, &format!("clock = {:?}", format!("{} Hz", fastest.0 * times)))
            };
            let above = at(1.003).unwrap_err();
            assert!(above.contains("the fastest clock that every component meets is"), "{above}");
            assert!(at(1.0).is_ok());
            for step in 1..=12 {
                let below = at(1.0 - 0.06 * f64::from(step));
                assert!(
                    below.is_ok(),
                    "{part}\n{node} nm, step {step} below {fastest}: {}",
                    below.unwrap_err()
                );
            }
        }
    }
}

#[test]
fn all_that_miss_a_clock_are_named_the_slowest_first() {
    let parts =
        [SLOW_PARTS[1], &SLOW_PARTS[1].replace("core.buffer", "core.deep").replace("64 KiB", "1 MiB")];
    let message = with_part(&parts.join("\n"), 65, "clock = \"2 GHz\"").unwrap_err();
    assert!(message.contains("buffer (memory bank)") && message.contains("deep (memory bank)"), "{message}");
    let times: Vec<f64> = message
        .split(" takes ")
        .skip(1)
        .map(|rest| {
            let (number, unit) = rest.split_once(' ').unwrap();
            number.parse::<f64>().unwrap() * if unit.starts_with("ps") { 1e-3 } else { 1.0 }
        })
        .collect();
    assert!(times.len() >= 2 && times.is_sorted_by(|a, b| a >= b), "{message}");
}

#[test]
fn the_clock_that_a_message_offers_is_met() {
    for part in SLOW_PARTS {
        let message = with_part(part, 28, "clock = \"5.9 GHz\"").unwrap_err();
        let offered = message.rsplit_once("every component meets is ").unwrap().1.trim();
        let design = with_part(part, 28, &format!("clock = \"{offered}\"")).unwrap();
        assert!(design.clock.0 > 1e8, "{offered}");
    }
}

#[test]
fn every_chip_has_a_clock_trunk_over_what_is_placed_unless_its_file_has_one() {
    let trunk = |text: &str| {
        let design = build(text).unwrap();
        let found: Vec<_> =
            design.components.iter().filter(|component| component.name == "clock_trunk").cloned().collect();
        assert_eq!(found.len(), 1, "{text}");
        found[0].clone()
    };
    let chip = |cores: u32, more: &str| {
        format!(
            "name = \"chip\"\ncores = {cores}\n[technology]\nnode = \"28 nm\"\n[target]\nclock = \"700 MHz\"\n{more}\n{}",
            SLOW_PARTS[0]
        )
    };
    let (one, four) = (trunk(&chip(1, "")), trunk(&chip(4, "")));
    assert!(four.block.cost().area() > one.block.cost().area());
    assert!(four.block.cost().clock_running.0 > 2.0 * one.block.cost().clock_running.0);
    assert_eq!(one.block.cost().clock_gated, one.block.cost().clock_running);
    // What the chip's area counts does not make the chip smaller.
    let placed = trunk(&chip(1, "[area]\nwhite_space = 0.0"));
    assert_eq!(trunk(&chip(1, "[area]\nmeans = \"cells\"")).block, placed.block);
    let given = "[chip.clock_trunk]\nkind = \"table\"\nclock_running = { value = 1, unit = \"mW\", source = \"given\" }";
    assert_eq!(trunk(&chip(1, given)).kind, "table");
}
