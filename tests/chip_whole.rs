//! What a chip has beside the components of its file: white space, functions that are not modelled, clock gates or none.
#![allow(clippy::unwrap_used, clippy::panic)]

use nm_trace::chip::design::{Builder, Design, Placed};
use nm_trace::chip::spec::{Override, SpecFile};

/// A matrix unit, a buffer and a PHY, whose supply and clock are its own.
fn chip(technology: &str, area: &str) -> Design {
    let text = format!(
        "name = \"chip\"\n[technology]\nnode = \"28 nm\"\n{technology}\n[target]\nclock = \"700 MHz\"\n[area]\n{area}
        [core.array]\nkind = \"tensor_unit\"\nrows = 8\ncolumns = 8
        [core.buffer]\nkind = \"memory\"\ncapacity = \"64 KiB\"\nblock = \"32 B\"
        [chip.pcie]\nkind = \"pcie\"\ngeneration = \"gen3\"\nlanes = 4"
    );
    let spec = SpecFile::new(text.parse().unwrap()).read().unwrap();
    Builder::default().build(&spec).unwrap()
}

fn named<'a>(design: &'a Design, name: &str) -> Option<&'a Placed> {
    design.components.iter().find(|placed| placed.name == name)
}

#[test]
fn functions_that_are_not_modelled_take_the_mean_power_of_the_clocked_components_by_their_area() {
    let whole = chip("", "white_space = 0.2");
    assert!(named(&whole, "unmodelled").is_none());
    let part = chip("", "white_space = 0.2\nunmodelled = 0.3");
    let clocked = ["array", "buffer"].map(|name| named(&part, name).unwrap());
    let power: f64 = clocked.iter().map(|placed| part.tdp_of(placed).0).sum();
    let square_millimetres: f64 = clocked.iter().map(|placed| placed.area(part.area_means).0 * 1e-6).sum();
    let unmodelled = named(&part, "unmodelled").unwrap();
    // The clock's trunk goes over it, and is counted after it.
    let trunk = named(&part, "clock_trunk").unwrap().area(part.area_means).0 * 1e-6;
    let chip = (part.modelled_area().0 - trunk) / (1.0 - 0.2 - 0.3);
    let expected = power / square_millimetres * 0.3 * chip;
    assert!((part.tdp_of(unmodelled).0 / expected - 1.0).abs() < 1e-9);
    // The chip's area holds it already.
    assert_eq!(unmodelled.area(part.area_means).0, 0.0);
}

#[test]
fn without_clock_gates_every_clock_of_the_chip_runs_and_nothing_else_changes() {
    let (gated, running) = (chip("", ""), chip("clock_gating = \"none\"", ""));
    for (with, without) in gated.components.iter().zip(&running.components) {
        let (with, without) = (with.block.cost(), without.block.cost());
        assert_eq!(
            (with.cells, with.leakage, with.clock_running),
            (without.cells, without.leakage, without.clock_running)
        );
        assert_eq!(without.clock_gated, without.clock_running);
    }
    let array = named(&gated, "array").unwrap().block.cost();
    assert!(array.clock_gated < array.clock_running);
    assert_eq!(gated.tdp(), running.tdp());
}

#[test]
fn a_value_that_is_given_on_the_command_line_is_not_searched_for() {
    let text =
        "name = \"chip\"\n[parameters]\nX = 8\n[technology]\nnode = \"28 nm\"\n[target]\nclock = \"700 MHz\"
        [search]\nX = [4, 8]\n\"core.array.rows\" = [2, 4]
        [core.array]\nkind = \"tensor_unit\"\ncolumns = \"$X\"\nrows = 1";
    let file = SpecFile::new(text.parse().unwrap());
    let given = |key: &str, value: i64| Override { key: key.to_owned(), value: value.into() };
    let candidates = |overrides: &[Override]| {
        let found = Builder::default().search(&file.with(overrides).unwrap()).unwrap();
        (found.candidates.len(), found.design.peak_macs())
    };
    assert_eq!(candidates(&[]), (4, 32.0));
    assert_eq!(candidates(&[given("X", 16)]), (2, 64.0));
    assert_eq!(candidates(&[given("X", 16), given("core.array.rows", 3)]), (1, 48.0));
}
