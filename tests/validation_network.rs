//! Routers and interfaces against McPAT 1.3, ISAAC and silicon. The errors stand on docs/validation/network.md, which
//! this test recomputes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fmt::Write;

use common::validation::assert_page_is_true;
use nm_trace::chip::circuit::network::{ArbiterKind, CrossbarKind, Router, RouterRequest, Storage};
use nm_trace::chip::circuit::off_chip::{
    BitsPerSecond, MemoryInterface, MemoryPhy, MemoryPhyRequest, PcieGeneration, PciePort, PcieRequest,
    Reach, SerialLink, SerialRequest,
};
use nm_trace::chip::circuit::{Process, SignOff};
use nm_trace::chip::technology::Node;
use nm_trace::units::{Kelvin, Micrometres, Volts};

/// Temperature of McPAT's rows.
const HOT: Kelvin = Kelvin(350.0);

/// McPAT's clock, and the flits a cycle that it prices in a router of five ports: 5 × 0.6.
const CLOCK_HZ: f64 = 700e6;
const FLITS_A_CYCLE: f64 = 3.0;

/// A row of the fixture.
struct McpatRow {
    node_nm: f64,
    component: String,
    parameters: String,
    area_mm2: Option<f64>,
    dynamic_w: f64,
    leakage_w: f64,
}

fn mcpat() -> Vec<McpatRow> {
    let path = common::fixture("circuits").join("mcpat13-uncore.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        McpatRow {
            node_nm: cells[0].parse().unwrap(),
            component: cells[1].to_owned(),
            parameters: cells[2].to_owned(),
            area_mm2: cells[3].parse().ok(),
            dynamic_w: cells[4].parse().unwrap(),
            leakage_w: cells[5].parse::<f64>().unwrap() + cells[6].parse::<f64>().unwrap(),
        }
    };
    text.lines().skip(1).map(row).collect()
}

impl McpatRow {
    /// The number in front of a word of the parameters.
    fn number(&self, before: &str) -> f64 {
        let words: Vec<&str> = self.parameters.split([' ', ';']).filter(|word| !word.is_empty()).collect();
        let at = words.windows(before.split(' ').count() + 1).find(|pair| pair[1..].join(" ") == before);
        at.unwrap_or_else(|| panic!("no {before} in {}", self.parameters))[0].parse().unwrap()
    }
}

fn process(node_nm: f64) -> Process {
    Process { node: Micrometres(node_nm / 1000.0), supply: None, temperature: HOT, sign_off: SignOff::NONE }
}

fn router(ports: u32, flit_bits: u32, virtual_channels: u32, buffer_depth: u32, process: Process) -> Router {
    Router::new(&RouterRequest {
        ports,
        flit_bits,
        virtual_channels,
        buffer_depth,
        storage: Storage::FlipFlops,
        arbiter: ArbiterKind::RoundRobin,
        crossbar: CrossbarKind::MultiplexerTree,
        process,
    })
    .unwrap()
}

/// Published, ours and the error, as cells of a table.
fn compare(published: f64, ours: f64) -> String {
    let digits = |value: f64| if value >= 9.995 { format!("{value:.1}") } else { format!("{value:.3}") };
    format!("{} | {} | {:+.0} %", digits(published), digits(ours), 100.0 * (ours / published - 1.0))
}

/// Each router of McPAT, its parts summed over area, energy a flit and leakage.
fn routers(page: &mut String) {
    page.push_str(
        "| nm | flit | channels | flits each | area in mm², McPAT | ours | error | pJ a flit, McPAT | ours | error | \
         leakage in mW, McPAT | ours | error |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in mcpat().iter().filter(|row| row.component == "router") {
        let (bits, channels, depth) = (row.number("b"), row.number("VC"), row.number("entries a VC"));
        let ours = router(5, bits as u32, channels as u32, depth as u32, process(row.node_nm));
        let per_flit = row.dynamic_w / CLOCK_HZ / FLITS_A_CYCLE * 1e12;
        let energy = ours.flit.head() + ours.cost().clock_energy * (1.0 / FLITS_A_CYCLE);
        writeln!(
            page,
            "| {} | {bits} | {channels} | {depth} | {} | {} | {} |",
            row.node_nm,
            compare(row.area_mm2.unwrap(), ours.cost().area.0 * 1e-6),
            compare(per_flit, energy.0 * 1e12),
            compare(row.leakage_w * 1e3, ours.cost().leakage.0 * 1e3),
        )
        .unwrap();
    }
}

/// Buffers, crossbars and arbiters of those routers by themselves.
fn router_parts(page: &mut String) {
    page.push_str(
        "| nm | part | area in mm², McPAT | ours | error | pJ a flit, McPAT | ours | error |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    // A part's row stands behind its router's and says only what matters to it.
    let mut shape = (0, 0, 0);
    for row in mcpat() {
        if row.component == "router" {
            let number = |word| row.number(word) as u32;
            shape = (number("b"), number("VC"), number("entries a VC"));
        }
        let (bits, channels, depth) = shape;
        let Some(part) = row.component.strip_prefix("router_") else { continue };
        let ours = router(5, bits, channels, depth, process(row.node_nm));
        let (cost, energy) = match part {
            "buffer" => (ours.parts.buffers, (ours.flit.buffer_write + ours.flit.buffer_read).total()),
            "crossbar" => (ours.parts.crossbar, ours.flit.crossbar.total()),
            _ => (
                ours.parts.channel_allocator + ours.parts.switch_allocator,
                (ours.flit.channel_allocation + ours.flit.switch_allocation).total(),
            ),
        };
        let per_flit = row.dynamic_w / CLOCK_HZ / FLITS_A_CYCLE * 1e12;
        let area = match row.area_mm2 {
            Some(published) => compare(published, cost.area.0 * 1e-6),
            None => format!("not told | {:.4} | ", cost.area.0 * 1e-6),
        };
        writeln!(
            page,
            "| {} | {part}, {bits} b, {channels} x {depth} | {area} | {} |",
            row.node_nm,
            compare(per_flit, energy.0 * 1e12),
        )
        .unwrap();
    }
}

/// How area and energy grow from a flit of 64 to one of 512 bits, and from one to four virtual channels.
fn growth(page: &mut String) {
    page.push_str("| grows from, to | of | McPAT | ours |\n|---|---|---|---|\n");
    let find = |bits: f64, channels: f64| {
        let rows = mcpat().into_iter().filter(|row| row.component == "router" && row.node_nm == 45.0);
        rows.filter(|row| row.number("entries a VC") == 4.0)
            .find(|row| row.number("b") == bits && row.number("VC") == channels)
            .unwrap()
    };
    let ours = |bits: u32, channels: u32| router(5, bits, channels, 4, process(45.0));
    let cases =
        [("64 to 512 bits", (64, 1), (512, 1)), ("1 to 4 virtual channels of 128 bits", (128, 1), (128, 4))];
    for (name, small, large) in cases {
        let [few, many] = [small, large].map(|(bits, channels)| find(f64::from(bits), f64::from(channels)));
        let [less, more] = [small, large].map(|(bits, channels)| ours(bits, channels));
        let area = (many.area_mm2.unwrap() / few.area_mm2.unwrap(), more.cost().area / less.cost().area);
        let energy = (many.dynamic_w / few.dynamic_w, more.flit.head() / less.flit.head());
        for (what, (theirs, ours)) in [("area", area), ("energy of a flit", energy)] {
            writeln!(page, "| {name} | {what} | {theirs:.1} times | {ours:.1} times |").unwrap();
        }
    }
}

/// Routers that others modelled or made.
fn other_routers(page: &mut String) {
    page.push_str("| router | quantity | published | ours | error |\n|---|---|---|---|---|\n");
    let isaac = router(8, 256, 4, 4, process(32.0));
    let mut row = |name: &str, what: &str, published: f64, ours: f64| {
        writeln!(page, "| {name} | {what} | {} |", compare(published, ours)).unwrap();
    };
    row("ISAAC, Orion 2.0, 32 nm", "pJ for 256 bits", 20.74, isaac.flit.head().0 * 1e12);
    row("ISAAC, Orion 2.0, 32 nm", "mm²", 0.15, isaac.cost().area.0 * 1e-6);
    let silicon = Process { supply: Some(Volts(1.1)), temperature: Kelvin(323.15), ..process(45.0) };
    let scc = router(5, 144, 8, 3, silicon);
    let cells = Node::at(silicon.node).unwrap().standard_cells(silicon.supply, silicon.temperature).unwrap();
    // Four transistors a NAND2; cells fill three quarters of our rows.
    let transistors = 4.0 * scc.cost().area.0 * 0.65 / cells.nand2_area.0;
    let cycle = scc.flit.head() * 5.0 + scc.cost().clock_energy;
    row("Intel SCC, 45 nm silicon", "thousand transistors", 640.0, transistors * 1e-3);
    row("Intel SCC, 45 nm silicon", "mm²", 1.32, scc.cost().area.0 * 1e-6);
    row(
        "Intel SCC, 45 nm silicon",
        "mW at 2 GHz, all ports busy",
        550.0,
        (cycle.0 * 2e9 + scc.cost().leakage.0) * 1e3,
    );
    row("Intel SCC, 45 nm silicon", "GHz", 2.0, 1e-9 / scc.minimum_cycle.0);
    let teraflops = router(5, 39, 2, 16, process(65.0));
    let cells = Node::at(process(65.0).node).unwrap().standard_cells(None, HOT).unwrap();
    let transistors = 4.0 * teraflops.cost().area.0 * 0.65 / cells.nand2_area.0;
    row("Intel Teraflops, 65 nm silicon (recalled)", "thousand transistors", 210.0, transistors * 1e-3);
    row("Intel Teraflops, 65 nm silicon (recalled)", "mm²", 0.34, teraflops.cost().area.0 * 1e-6);
    synthesised_routers(&mut row);
}

/// Routers that tools placed and routed.
fn synthesised_routers(row: &mut impl FnMut(&str, &str, f64, f64)) {
    let area = |router: &Router| router.cost().area.0 * 1e-6;
    let piton = router(5, 64, 1, 4, process(32.0));
    row("Piton, 32 nm, synthesised", "mm² of cells", 0.0112, area(&piton) * 0.65);
    // 10 % of a 36th of 11 x 13 mm²: an upper bound, with the network interface.
    let scorpio = router(5, 137, 6, 2, process(45.0));
    row("SCORPIO, 45 nm, synthesised, with its interface", "mm²", 0.1 * 143.0 / 36.0, area(&scorpio));
    let floonoc = router(5, 512, 1, 2, process(12.0));
    row(
        "FlooNoC, 12 nm, synthesised, with a link",
        "pJ for 512 bits",
        0.15 * 64.0,
        floonoc.flit.head().0 * 1e12,
    );
}

fn phy(interface: MemoryInterface, data_bits: u32, gbps: f64, process: Process) -> MemoryPhy {
    let rate = BitsPerSecond::from_giga(gbps);
    MemoryPhy::new(&MemoryPhyRequest { interface, data_bits, check_bits: 0, rate, process }).unwrap()
}

/// Everything over the bits of a busy interface, in pJ: as papers tell it.
fn all_over_bits(phy: &MemoryPhy) -> f64 {
    let standing = (phy.cost().running + phy.cost().leakage).0 / phy.bandwidth.0;
    (standing + (phy.read.total() + phy.write.total()).0 * 0.5) * 1e12
}

fn memory_controllers(page: &mut String) {
    page.push_str(
        "| nm | bits | MB/s | mm², McPAT | ours | error | W, McPAT | ours | error |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for row in mcpat().iter().filter(|row| row.component == "memory_controller_phy") {
        let (bits, megabytes) = (row.number("b bus"), row.number("MB/s"));
        let gbps = megabytes * 8e-3 / bits;
        let interface = if gbps > 2.133 { MemoryInterface::Ddr4 } else { MemoryInterface::Ddr3 };
        let ours = phy(interface, bits as u32, gbps, process(row.node_nm));
        let moving = all_over_bits(&ours) * 1e-12 * ours.bandwidth.0 - ours.cost().leakage.0;
        writeln!(
            page,
            "| {} | {bits} of {interface} | {megabytes} | {} | {} |",
            row.node_nm,
            compare(row.area_mm2.unwrap(), ours.cost().area.0 * 1e-6),
            compare(row.dynamic_w, moving),
        )
        .unwrap();
    }
}

fn other_memory_interfaces(page: &mut String) {
    use MemoryInterface::{Ddr3, Gddr5, Gddr6, Hbm2};
    page.push_str("| interface | quantity | published | ours | error |\n|---|---|---|---|---|\n");
    let mut row = |name: &str, what: &str, published: f64, ours: f64| {
        writeln!(page, "| {name} | {what} | {} |", compare(published, ours)).unwrap();
    };
    let area = |phy: MemoryPhy| phy.cost().area.0 * 1e-6;
    row("DesignWare DDR3, 16 bits, 40 nm", "mm²", 1.3, area(phy(Ddr3, 16, 2.133, process(40.0))));
    let rambus = |interface, bits, gbps| all_over_bits(&phy(interface, bits, gbps, process(40.0)));
    row(
        "Mishra et al., DDR3 at 2.4 Gb/s (ours 2.133), 32 bits, 40 nm",
        "pJ/b",
        27.7,
        rambus(Ddr3, 32, 2.133),
    );
    row("Mishra et al., GDDR5 at 6.4 Gb/s, 32 bits, 40 nm", "pJ/b", 11.6, rambus(Gddr5, 32, 6.4));
    row("Amirkhany et al., 12.8 Gb/s, 16 bits, 40 nm, as GDDR6", "pJ/b", 5.0, rambus(Gddr6, 16, 12.8));
    let hbm = phy(Hbm2, 1024, 2.0, process(28.0));
    row("O'Connor et al., HBM2, I/O alone", "pJ/b", 0.3, hbm.write.capacitance.0 * 1e12);
    row("assumed HBM PHY at 7 nm", "mm² a stack", 12.0, area(phy(Hbm2, 1024, 2.4, process(7.0))));
}

fn pcie(page: &mut String) {
    page.push_str(
        "| nm | lanes | mm², McPAT | ours | error | W, McPAT | ours | error |\n|---|---|---|---|---|---|---|---|\n",
    );
    for row in mcpat().iter().filter(|row| row.component == "pcie") {
        let lanes = row.number("lanes") as u32;
        let (generation, process) = (PcieGeneration::Gen2, process(row.node_nm));
        let ours = PciePort::new(&PcieRequest { generation, lanes, process }).unwrap();
        // Both ways at once.
        let traffic = ours.energy_per_bit.0 * ours.bandwidth.0 * 2.0;
        writeln!(
            page,
            "| {} | {lanes} | {} | {} |",
            row.node_nm,
            compare(row.area_mm2.unwrap(), ours.cost().area.0 * 1e-6),
            compare(row.dynamic_w, ours.cost().running.0 + traffic),
        )
        .unwrap();
    }
}

/// Transceivers that were made: name, reach, node, Gb/s, pJ/b.
const LANES: [(&str, Reach, f64, f64, f64); 14] = [
    ("McPAT 1.3's PCIe lane", Reach::Backplane, 90.0, 4.0, 10.0),
    ("Bulzacchelli et al., JSSC 2006, more than 30 dB", Reach::Backplane, 90.0, 10.0, 30.0),
    ("Bulzacchelli et al., ISSCC 2012, 35 dB *", Reach::Backplane, 32.0, 28.0, 24.8),
    ("Navid et al., JSSC 2015, 20 dB, 40 Gb/s (ours 32) *", Reach::Backplane, 28.0, 32.0, 23.2),
    ("Kimura et al., JSSC 2014 (recalled)", Reach::Backplane, 28.0, 28.0, 20.0),
    ("Balan et al., ISSCC 2014, half duplex *", Reach::Backplane, 28.0, 20.0, 6.5),
    ("He et al., J. Semicond. 2024, NRZ *", Reach::Backplane, 28.0, 28.0, 10.9),
    ("He et al., J. Semicond. 2024, PAM4", Reach::Backplane, 28.0, 56.0, 5.47),
    ("112G long reach at 5 nm", Reach::Backplane, 5.0, 112.0, 5.6),
    ("Leibowitz et al., JSSC 2010, mobile memory link", Reach::Board, 40.0, 4.3, 3.3),
    ("Poulton et al., JSSC 2019, over a board", Reach::Board, 16.0, 25.0, 1.17),
    ("Nishi et al., VLSI 2023, potential", Reach::Package, 5.0, 25.2, 0.19),
    ("UCIe, standard package, at 7 nm", Reach::Package, 7.0, 16.0, 0.5),
    ("NVLink-C2C, at 5 nm, 40 Gb/s (ours 32)", Reach::Package, 5.0, 32.0, 1.3),
];

fn lanes(page: &mut String) {
    page.push_str(
        "| lane | reach | nm | Gb/s | pJ/b, published | ours | error |\n|---|---|---|---|---|---|---|\n",
    );
    for (name, reach, node_nm, gbps, published) in LANES {
        let rate = BitsPerSecond::from_giga(gbps);
        let request = SerialRequest { reach, lanes: 1, rate, process: process(node_nm) };
        let ours = SerialLink::new(&request).unwrap().energy_per_bit();
        writeln!(page, "| {name} | {reach} | {node_nm} | {gbps} | {} |", compare(published, ours.0 * 1e12))
            .unwrap();
    }
}

#[test]
fn the_page_of_errors_is_true() {
    type Table = fn(&mut String);
    let tables: [(&str, Table); 8] = [
        ("{routers}", routers),
        ("{router_parts}", router_parts),
        ("{growth}", growth),
        ("{other_routers}", other_routers),
        ("{memory_controllers}", memory_controllers),
        ("{other_memory_interfaces}", other_memory_interfaces),
        ("{pcie}", pcie),
        ("{lanes}", lanes),
    ];
    let mut page = include_str!("validation_network/page.md").to_owned();
    for (place, table) in tables {
        let mut rows = String::new();
        table(&mut rows);
        assert!(page.contains(place), "the page has no place {place}");
        page = page.replace(place, rows.trim_end());
    }
    assert_page_is_true("network.md", &page);
}
