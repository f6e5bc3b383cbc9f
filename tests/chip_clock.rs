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
    let spec = SpecFile::new(text.parse().unwrap()).read().unwrap();
    Builder::default().build(&spec).map_err(|problems| {
        problems.iter().map(|problem| format!("{}: {}", problem.key, problem.what)).collect()
    })
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
