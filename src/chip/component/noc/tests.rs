#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::trial::{Trial, chosen, costs_no_less};
use super::*;
use crate::units::SquareMicrometres;

fn chip(cores: u32) -> Trial {
    let mut trial = Trial::at(28.0);
    trial.siblings.cores = cores;
    trial.siblings.core_area = SquareMicrometres(4e6);
    trial
}

fn part<'a>(block: &'a Block, name: &str) -> &'a super::super::Part {
    block.parts.iter().find(|part| part.name == name).unwrap()
}

#[test]
fn eight_cores_stand_four_by_two_with_twenty_links_and_routers_of_four_ports() {
    let mesh = chip(8).block::<Noc>("");
    assert_eq!((chosen(&mesh, "topology"), chosen(&mesh, "columns")), ("mesh", "4"));
    // 2 rows of 3 and 4 columns of 1 link, each both ways; the corner's router has three neighbours at most.
    assert_eq!(part(&mesh, "link").count, 20);
    assert_eq!(part(&mesh, "router").count, 8);
    let shape = Shape { topology: Topology::Mesh, columns: 4, rows: 2 };
    assert_eq!((shape.router_ports(), shape.links_across()), (4, 2));
    // 256 GB/s over 2 links at 700 MHz are 182.9 bytes a cycle; a tile of 4 mm2 is 2 mm wide.
    assert_eq!((chosen(&mesh, "flit_bits"), chosen(&mesh, "link_length")), ("1464", "2.00 mm"));
    assert_eq!(mesh.actions[0].capacity, PerCycle(20.0));
}

#[test]
fn the_counts_of_each_topology_are_those_of_a_drawing() {
    let shape = |topology, columns, rows| Shape { topology, columns, rows };
    let counts = |shape: Shape| (shape.links(), shape.links_across(), shape.router_ports());
    assert_eq!(counts(shape(Topology::Mesh, 4, 4)), (48, 4, 5));
    assert_eq!(counts(shape(Topology::Mesh, 2, 1)), (2, 1, 2));
    assert_eq!(counts(shape(Topology::Ring, 4, 1)), (8, 2, 3));
    assert_eq!(counts(shape(Topology::Ring, 2, 1)), (2, 1, 2));
    assert_eq!(counts(shape(Topology::Bus, 4, 4)), (0, 1, 0));
    assert_eq!(shape(Topology::HTree, 3, 3).levels(), 4);
}

#[test]
fn a_few_cores_stand_in_a_ring_and_one_core_has_no_network() {
    let ring = chip(4).block::<Noc>("");
    assert_eq!(chosen(&ring, "topology"), "ring");
    let none = chip(1).block::<Noc>("");
    assert_eq!(none.cost().area().0, 0.0);
    assert!(none.actions.is_empty());
}

#[test]
fn a_word_in_an_h_tree_of_four_tiles_goes_half_of_the_side() {
    // Four tiles of 2 mm make 4 mm: a quarter of it to the middle of each half, and as much to each tile.
    let tree = chip(4).block::<Noc>("topology = \"h_tree\"\nflit_bits = 64");
    let bus = chip(4).block::<Noc>("topology = \"bus\"\nflit_bits = 64");
    let wires = |block: &Block| {
        block.actions[0].energy.iter().find(|(name, _)| *name == "wires").map(|(_, energy)| *energy).unwrap()
    };
    // The bus goes past four tiles of 2 mm: 8 mm for 2 mm.
    assert!((wires(&bus).total() / wires(&tree).total() - 4.0).abs() < 1e-9);
    let counts: Vec<u64> = part(&tree, "tree").parts.iter().map(|level| level.count).collect();
    assert_eq!(counts, [4, 8]);
}

#[test]
fn the_energy_of_a_hop_is_that_of_router_and_link() {
    let mesh = chip(4).block::<Noc>("topology = \"mesh\"\nflit_bits = 128");
    let names: Vec<&str> = mesh.actions[0].energy.iter().map(|(name, _)| *name).collect();
    for name in ["buffer_write", "crossbar", "switch_allocation", "wires"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(
        mesh.actions[0]
            .energy
            .iter()
            .all(|(name, energy)| energy.total().0 > 0.0 || *name == "link_registers")
    );
}

/// A processor of 25 cores (McKeown et al., HPCA 2018): its three routers of 64 bits, five ports and no virtual
/// channels take 0.95 to 0.98 % of a tile (Balkind et al., CACM 2019, figure 6) of 1.17 mm2 (recalled) at 32 nm, placed
/// and routed with library cells; filler, clock tree and timing buffers are listed apart for the whole tile, so these
/// are cells. Cells of another foundry at the same node differ by a half.
#[test]
fn the_cells_of_a_router_take_the_area_of_those_of_one_that_was_placed_and_routed() {
    let mut trial = Trial::at(32.0);
    trial.siblings = chip(25).siblings;
    let mesh = trial.block::<Noc>("flit_bits = 64\nvirtual_channels = 1\nbuffer_depth = 4");
    let router = part(&mesh, "router");
    let area = router.total().cells.0 / router.count as f64;
    assert!((area / (0.0096 * 1.17e6) - 1.0).abs() < 0.5, "{area} um2");
}

#[test]
fn what_no_network_can_be_is_refused_with_what_works() {
    let trial = chip(8);
    for (keys, message) in [
        ("columns = 3", "columns: 3: the 8 cores do not divide by it; give 2, or both"),
        ("columns = 0\nrows = 2", "columns: 0: a network has from 1 to 256; give 1"),
        (
            "columns = 4\nrows = 4",
            "columns: 4 x 4: makes 16 tiles, and the chip has 8 cores, one a tile; give rows = 2",
        ),
        (
            "columns = 3\nrows = 3",
            "columns: 3 x 3: makes 9 tiles, and the chip has 8 cores, one a tile; leave columns",
        ),
        ("flit_bits = 0", "flit_bits: 0: a flit has from 1 to 16384 bits; give flit_bits = 1"),
        ("flit_bits = 8\nbisection_bandwidth = \"64 GB/s\"", "flit_bits: 8: 2 links of it carry 1.4 GB/s"),
        ("bisection_bandwidth = \"9000 TB/s\"", "flit_bits: 8000000: a flit has from 1 to 16384 bits"),
        ("link_length = \"0 mm\"", "link_length: 0 um: a link is longer than nothing"),
        ("virtual_channels = 0", "virtual_channels: 0: a network has from 1 to 64; give 1"),
        ("buffer_depth = 5000", "buffer_depth: 5000: a network has from 1 to 4096; give 4096"),
    ] {
        let refusal = trial.refusal::<Noc>(keys);
        assert!(refusal.starts_with(message), "{refusal}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn a_wider_flit_a_deeper_buffer_or_more_tiles_never_cost_less(
        flit in 8_u32..600,
        more in 0_u32..200,
        depth in 1_u32..8,
        columns in 2_u32..6,
        topology in prop::sample::select(vec!["mesh", "ring", "bus", "h_tree"]),
    ) {
        let trial = chip(1);
        let noc = |flit: u32, depth: u32, columns: u32| {
            trial.block::<Noc>(&format!(
                "topology = \"{topology}\"\nflit_bits = {flit}\nbuffer_depth = {depth}\ncolumns = {columns}\nrows = 2\nlink_length = \"2 mm\""
            ))
        };
        let small = noc(flit, depth, columns);
        for large in [noc(flit + more, depth, columns), noc(flit, depth + 1, columns), noc(flit, depth, columns + 1)] {
            prop_assert!(costs_no_less(&large, &small));
        }
    }
}
