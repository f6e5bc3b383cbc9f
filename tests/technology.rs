//! The technology tables: what they say at the nodes, between them and where they end.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use nm_trace::chip::technology::{
    Device, DeviceClass, HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE, Node, WireClass, WireLayer, WireProjection,
    tabulated_nodes_nm,
};
use nm_trace::units::{Kelvin, Micrometres, Quantity, Volts};
use proptest::prelude::*;

const HOT: Kelvin = Kelvin(350.0);
const LOGIC: [DeviceClass; 3] =
    [DeviceClass::HighPerformance, DeviceClass::LowStandbyPower, DeviceClass::LowOperatingPower];

fn node(name: &str) -> Node {
    Node::at(Micrometres::parse(name).unwrap()).unwrap()
}

fn nodes() -> Vec<Node> {
    tabulated_nodes_nm().map(|nm| node(&format!("{nm}nm"))).collect()
}

/// Equal but for the last digits of a published figure or of a sum on paper.
fn near(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found:e} is not {expected:e}");
}

#[test]
fn every_tabulated_node_answers_everything_that_a_memory_array_asks() {
    for node in nodes() {
        for class in LOGIC {
            let device = node.device(class, HOT).unwrap();
            assert!(device.supply.0 > 0.3 && device.resistance_n_ohm_um > 100.0, "{device:?}");
        }
        let cell = node.static_cell();
        assert!(cell.width_um * cell.height_um < 2.0 && cell.height_um > 0.0, "{cell:?}");
        assert!(node.sense_amplifier().delay.0 > 0.0);
        for projection in [WireProjection::Aggressive, WireProjection::Conservative] {
            let [local, semi_global, global] = [WireClass::Local, WireClass::SemiGlobal, WireClass::Global]
                .map(|class| node.wire(projection, class).resistance_ohm_per_um);
            assert!(local >= semi_global && semi_global >= global && global > 0.0);
        }
    }
}

/// 45 nm, conservative, semi-global: pitch 4 × 45 nm = 0.18 µm, width and spacing 0.09 µm, thickness 0.18 µm.
/// R = 0.022 / ((0.18 − 0.004)(0.09 − 0.008)) = 0.022 / 0.014432 = 1.5244 Ω/µm.
/// C = 2·8.854e-18·(3.9·0.09/0.315 + 1.5·2.46·0.18/0.09) + 1.15e-16 = 17.708e-18·(1.11429 + 7.38) + 1.15e-16
///   = 1.50417e-16 + 1.15e-16 = 2.65417e-16 F/µm.
#[test]
fn a_wire_on_paper() {
    let wire = node("45nm").wire(WireProjection::Conservative, WireClass::SemiGlobal);
    near(wire.resistance_ohm_per_um, 1.5244, 1e-4);
    near(wire.capacitance_f_per_um, 2.65417e-16, 1e-5);
    near(wire.pitch_um, 0.18, 1e-12);
}

/// 45 nm HP: R = 1.51 × 1.0 V / 2.0466 mA/µm = 737.81 Ω·µm; p: × 2.41; overlap 0.2 × 0.678 fF.
#[test]
fn a_transistor_on_paper() {
    let device = node("45nm").device(DeviceClass::HighPerformance, HOT).unwrap();
    near(device.resistance_n_ohm_um, 737.81, 1e-5);
    near(device.resistance_p_ohm_um, 1778.12, 1e-5);
    near(device.overlap_capacitance_f_per_um, 1.356e-16, 1e-12);
    assert_eq!(device.off_current_a_per_um, 5.69e-7);
    assert_eq!(device.gate_current_a_per_um, 3.59e-8);
    // A word line of embedded DRAM swings to 1.5 V, further than the 1.1 V of the cell.
    let dram = node("45nm").device(DeviceClass::EmbeddedDram, HOT).unwrap();
    near(dram.resistance_n_ohm_um, 1.65 * 1.5 / 4.56e-4, 1e-12);
}

/// 40 nm lies 8/13 of the way from 32 to 45 nm.
#[test]
fn between_two_nodes_transistors_are_on_a_straight_line() {
    let at = |name| node(name).device(DeviceClass::HighPerformance, HOT).unwrap();
    let (low, between, high) = (at("32nm"), at("40nm"), at("45nm"));
    near(between.supply.0, 0.9 + 8.0 / 13.0 * 0.1, 1e-12);
    near(
        between.resistance_n_ohm_um,
        (8.0 * high.resistance_n_ohm_um + 5.0 * low.resistance_n_ohm_um) / 13.0,
        1e-12,
    );
    near(
        between.off_current_a_per_um,
        (8.0 * high.off_current_a_per_um + 5.0 * low.off_current_a_per_um) / 13.0,
        1e-12,
    );
}

/// What CACTI 7 has in its own structures at 28, 40 and 55 nm and 350 K, to the six digits that it prints: resistance of n and
/// p in Ω·µm, channel capacitance in F/µm, off and gate current in A/µm.
#[test]
fn between_two_nodes_transistors_are_those_of_cacti() {
    use DeviceClass::{HighPerformance, LowOperatingPower, LowStandbyPower};
    let published = [
        ("28nm", HighPerformance, [540.46, 1230.08, 4.512e-16, 2.4748e-7, 4.0024e-8]),
        ("28nm", LowStandbyPower, [2621.84, 5645.41, 4.036e-16, 4.106e-10, 2.0278e-10]),
        ("28nm", LowOperatingPower, [1205.58, 2621.82, 3.988e-16, 2.454e-7, 2.854e-9]),
        ("40nm", HighPerformance, [687.237, 1656.24, 6.22615e-16, 4.53615e-7, 4.72846e-8]),
        ("40nm", LowStandbyPower, [3141.67, 7005.92, 4.94923e-16, 1.20508e-10, 2.01738e-11]),
        ("40nm", LowOperatingPower, [1494.64, 3407.77, 5.56154e-16, 6.16462e-8, 5.26962e-8]),
        ("55nm", HighPerformance, [1058.01, 2549.81, 5.735e-16, 4.82e-7, 3.84e-8]),
    ];
    for (name, class, figures) in published {
        let device = node(name).device(class, HOT).unwrap();
        let ours = [
            device.resistance_n_ohm_um,
            device.resistance_p_ohm_um,
            device.channel_capacitance_f_per_um,
            device.off_current_a_per_um,
            device.gate_current_a_per_um,
        ];
        ours.into_iter().zip(figures).for_each(|(found, expected)| near(found, expected, 1e-5));
    }
    let local = node("28nm").wire(WireProjection::Conservative, WireClass::Local);
    near(local.resistance_ohm_per_um, 11.5492, 1e-5);
    near(local.capacitance_f_per_um, 2.43631e-16, 1e-5);
    let semi_global = node("40nm").wire(WireProjection::Conservative, WireClass::SemiGlobal);
    near(semi_global.resistance_ohm_per_um, 1.93366, 1e-5);
    near(semi_global.capacitance_f_per_um, 2.61571e-16, 1e-5);
    assert_eq!(node("40nm").sense_amplifier(), node("32nm").sense_amplifier());
}

#[test]
fn a_static_cell_of_a_planar_node_is_146_squares_of_the_feature_size() {
    for size in [90.0, 65.0, 50.0, 45.0, 40.0, 32.0, 28.0, 22.0] {
        let cell = Node::at(Micrometres(size * 1e-3)).unwrap().static_cell();
        near(cell.width_um * cell.height_um, 146.0 * size * size * 1e-6, 1e-12);
        near(cell.height_um / cell.width_um, 1.46, 1e-12);
        near(cell.access_width_um, 1.31e-3 * size, 1e-12);
    }
}

/// Derived from CACTI 7's inputs by hand: nm, Ω/µm and fF/µm of aggressive and conservative semi-global and global wires.
#[test]
fn wires_are_those_of_cacti() {
    use WireClass::{Global, SemiGlobal};
    use WireProjection::{Aggressive, Conservative};
    let published = [
        ("65nm", Aggressive, SemiGlobal, 0.3945, 0.3023),
        ("65nm", Conservative, SemiGlobal, 0.7340, 0.2824),
        ("65nm", Aggressive, Global, 0.0951, 0.3085),
        ("65nm", Conservative, Global, 0.1744, 0.2981),
        ("45nm", Aggressive, SemiGlobal, 0.7407, 0.2908),
        ("45nm", Conservative, SemiGlobal, 1.5244, 0.2654),
        ("45nm", Aggressive, Global, 0.1852, 0.2908),
        ("45nm", Conservative, Global, 0.3630, 0.2814),
        ("32nm", Aggressive, SemiGlobal, 1.4648, 0.2686),
        ("32nm", Conservative, SemiGlobal, 3.0345, 0.2537),
        ("32nm", Aggressive, Global, 0.3662, 0.2686),
        ("32nm", Conservative, Global, 0.7200, 0.2673),
        ("22nm", Aggressive, SemiGlobal, 3.0992, 0.2479),
        ("22nm", Conservative, SemiGlobal, 7.1517, 0.2470),
        ("22nm", Aggressive, Global, 0.7748, 0.2479),
        ("22nm", Conservative, Global, 1.6451, 0.2600),
    ];
    for (name, projection, class, resistance, femtofarads) in published {
        let wire = node(name).wire(projection, class);
        // Published to four digits.
        assert!(
            (wire.resistance_ohm_per_um - resistance).abs() < 6e-5,
            "{name} {projection:?} {class:?}: {wire:?}"
        );
        assert!(
            (wire.capacitance_f_per_um * 1e15 - femtofarads).abs() < 6e-5,
            "{name} {projection:?} {class:?}: {wire:?}"
        );
    }
}

#[test]
fn embedded_dram_ends_at_32_nm_and_commodity_dram_at_22_nm() {
    let cell = node("32nm").dynamic_cell(DeviceClass::EmbeddedDram).unwrap();
    near(cell.width_um * cell.height_um, 0.03136, 1e-12);
    assert_eq!((cell.supply, cell.word_line, cell.capacitance_f), (Volts(1.0), Volts(1.5), 2e-14));
    // Half way from 45 to 65 nm.
    let between = node("55nm").dynamic_cell(DeviceClass::EmbeddedDram).unwrap();
    near(between.access_width_um, (0.09 + 0.079) / 2.0, 1e-12);
    near(node("22nm").dynamic_cell(DeviceClass::CommodityDram).unwrap().on_current_a, 2e-5, 1e-12);
    near(node("90nm").commodity_dram_wire().unwrap().resistance_ohm_per_um, 133.333, 1e-12);
    let message =
        |result: Result<(), nm_trace::chip::technology::TechnologyError>| result.unwrap_err().to_string();
    assert_eq!(
        message(node("28nm").dynamic_cell(DeviceClass::EmbeddedDram).map(|_| ())),
        "no embedded-DRAM transistors at 28 nm: the tables have them from 32 nm to 90 nm; the nearest node with them is 32 nm"
    );
    assert_eq!(
        message(node("7nm").device(DeviceClass::CommodityDram, HOT).map(|_| ())),
        "no commodity-DRAM transistors at 7 nm: the tables have them from 22 nm to 90 nm; the nearest node with them is 22 nm"
    );
    assert_eq!(
        message(node("45nm").dynamic_cell(DeviceClass::HighPerformance).map(|_| ())),
        "no DRAM cell of high-performance transistors: DRAM cells are made of embedded-DRAM or commodity-DRAM transistors"
    );
}

#[test]
fn what_cannot_be_is_told_why_and_what_is_nearest() {
    let at = |size: &str| Node::at(Micrometres::parse(size).unwrap()).unwrap_err().to_string();
    assert_eq!(
        at("3nm"),
        "no technology at 3 nm: the tables reach from 5 nm to 90 nm; the nearest node is 5 nm"
    );
    assert_eq!(
        at("130nm"),
        "no technology at 130 nm: the tables reach from 5 nm to 90 nm; the nearest node is 90 nm"
    );
    assert!(Node::at(Micrometres(f64::NAN)).is_err() && Node::at(Micrometres(-1.0)).is_err());
    let device = |kelvin| node("45nm").device(DeviceClass::HighPerformance, Kelvin(kelvin));
    assert_eq!(
        device(500.0).unwrap_err().to_string(),
        "no leakage at 226.85 °C (500 K): the law holds from -23.15 °C (250 K) to 151.85 °C (425 K); the nearest temperature \
         is 151.85 °C (425 K)"
    );
    assert!(
        device(f64::NAN).is_err() && device(200.0).unwrap_err().to_string().ends_with("is -23.15 °C (250 K)")
    );
    assert_eq!(
        device(300.0).unwrap().at_supply(Volts(0.4)).unwrap_err().to_string(),
        "no transistor at 0.400 V that is made for 1.000 V: the law of voltage holds from 0.500 V (0.15 V above \
         threshold, half the nominal supply) to 1.300 V (1.3 times nominal, the oxide's limit); the nearest is 0.500 V"
    );
    assert!(device(300.0).unwrap().at_supply(Volts(f64::NAN)).is_err());
    let cells = node("45nm").standard_cells(Some(Volts(0.5)), HOT).unwrap_err().to_string();
    assert!(cells.contains("made for 1.100 V") && cells.ends_with("the nearest is 0.619 V"), "{cells}");
    let dram = node("45nm").device(DeviceClass::EmbeddedDram, HOT).unwrap();
    assert!(dram.at_supply(Volts(1.0)).is_err() && dram.at_supply(dram.supply).is_ok());
}

#[test]
fn without_a_supply_arrays_and_standard_cells_both_work_at_the_usual_one() {
    for name in tabulated_nodes_nm() {
        let node = node(&format!("{name}nm"));
        for class in LOGIC {
            let usual = node.usual_supply(class, HOT).unwrap();
            node.standard_cells(Some(usual), HOT).unwrap();
            node.device(class, HOT).unwrap().at_supply(usual).unwrap();
        }
        let fast = node.device(DeviceClass::HighPerformance, HOT).unwrap().supply;
        assert_eq!(node.usual_supply(DeviceClass::HighPerformance, HOT).unwrap(), fast, "{name}");
    }
    // Made for 0.7 V, where the logic of the node has 1 V.
    assert_eq!(node("45nm").usual_supply(DeviceClass::LowOperatingPower, HOT).unwrap(), Volts(0.7));
}

/// Each file read again without the program's own types: what the node says is what the file says.
#[test]
fn a_tabulated_node_is_its_file() {
    for name in tabulated_nodes_nm() {
        let path = common::root().join(format!("src/chip/technology/nodes/{name}nm.toml"));
        let file: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let node = node(&format!("{name}nm"));
        let cells = file["standard_cells"].as_table().unwrap();
        let number = |table: &toml::Table, key: &str| table[key].as_float().unwrap();
        let temperature = Kelvin(number(cells, "temperature_k"));
        let told = node.standard_cells(Some(Volts(number(cells, "supply_v"))), temperature).unwrap();
        assert_eq!(told.nand2_energy.0, number(cells, "nand2_energy_j"), "{name}");
        near(told.nand2_leakage.0, number(cells, "nand2_leakage_w"), 1e-12);
        assert_eq!(told.fanout_of_four_delay.0, number(cells, "fanout_of_four_delay_s"), "{name}");
        assert_eq!(
            told.flip_flop.area.0,
            number(cells["flip_flop"].as_table().unwrap(), "area_um2"),
            "{name}"
        );
        let foundry = number(file["foundry_static_cell"].as_table().unwrap(), "area_um2");
        assert_eq!(node.foundry_static_cell_area().0, foundry, "{name}");
        let cell = file["foundry_static_cell"].as_table().unwrap();
        let supply = Volts(number(cell, "leakage_supply_v"));
        for (kelvin, told) in [300.0, 400.0].into_iter().zip(cell["leakage_a"].as_array().unwrap()) {
            let leakage_a = node.foundry_static_cell_leakage_a(supply, Kelvin(kelvin)).unwrap();
            near(leakage_a, told.as_float().unwrap(), 1e-12);
        }
        let Some(circuit) = file.get("circuit").and_then(toml::Value::as_table) else { continue };
        for (class, key) in LOGIC.iter().zip(["high_performance", "low_standby_power", "low_operating_power"])
        {
            let row = circuit["devices"][key].as_table().unwrap();
            let device = node.device(*class, Kelvin(400.0)).unwrap();
            assert_eq!(device.supply.0, number(row, "supply_v"), "{name}");
            assert_eq!(
                device.channel_capacitance_f_per_um,
                number(row, "channel_capacitance_f_per_um"),
                "{name}"
            );
            let currents = row["off_current_a_per_um"].as_array().unwrap();
            assert_eq!(device.off_current_a_per_um, currents.last().unwrap().as_float().unwrap(), "{name}");
        }
        if file["transistor"].as_str() == Some("finfet") {
            near(node.static_cell().width_um * node.static_cell().height_um, foundry, 1e-12);
            near(146.0 * node.feature_size_um * node.feature_size_um, foundry, 1e-12);
        } else {
            assert_eq!(node.feature_size_um, node.name_um, "{name}");
        }
    }
}

/// What an array switches: a cell's share of the bit line and of the word line, at the nominal supply.
fn cell_energies(node: &Node, class: DeviceClass) -> [f64; 2] {
    let (device, cell) = (node.device(class, HOT).unwrap(), node.static_cell());
    let wire = node.wire(WireProjection::Conservative, WireClass::Local).capacitance_f_per_um;
    let drain = device.junction_sidewall_capacitance_f_per_um
        + device.overlap_capacitance_f_per_um
        + device.fringe_capacitance_f_per_um;
    let gate = device.channel_capacitance_f_per_um
        + device.overlap_capacitance_f_per_um
        + 3.0 * device.fringe_capacitance_f_per_um;
    let capacitances = [
        cell.height_um * wire + cell.access_width_um * drain / 2.0,
        cell.width_um * wire + 2.0 * cell.access_width_um * gate,
    ];
    capacitances.map(|farads| farads * device.supply.0 * device.supply.0)
}

/// Where the word line of a cell costs more than at the node before: docs/technology.md, below 22 nm.
fn fins_cost_more(name_um: f64) -> bool {
    name_um == 0.016 || name_um == 0.010
}

/// One fin of ASAP7 at 7 nm, 70.5 nm of gate at 1.40 fF/µm, is 98.7 aF; extracted with its pin it is 4.984 fF / 48.
/// Effective drives of an inverter of four: 1.35 × R × (4 × 2.2 gates + 2.2 drains) of a µm is the 7.5 ps of the cells.
#[test]
fn a_fin_on_paper() {
    let (node, cell) = (node("7nm"), node("7nm").static_cell());
    let device = node.device(DeviceClass::HighPerformance, HOT).unwrap();
    let gate = device.channel_capacitance_f_per_um
        + device.overlap_capacitance_f_per_um
        + 3.0 * device.fringe_capacitance_f_per_um;
    // 27 nm of drawn width is a fin, and every transistor of the bit cell has one.
    near(cell.access_width_um, 0.027, 1e-3);
    assert_eq!(cell.access_width_um, cell.pull_down_width_um);
    near(gate * 0.027, 98.7e-18, 0.02);
    assert!(gate * 0.027 < 4.984e-15 / 48.0, "more than with its pin");
    let drain = 2.0 * (device.fringe_capacitance_f_per_um + device.overlap_capacitance_f_per_um);
    let fanout_of_four = 1.35 * device.resistance_n_ohm_um * 2.2 * (4.0 * gate + drain);
    near(fanout_of_four, node.standard_cells(None, HOT).unwrap().fanout_of_four_delay.0, 0.03);
}

#[test]
fn a_smaller_node_never_switches_more_energy_at_its_nominal_supply() {
    for pair in nodes().windows(2) {
        for class in LOGIC {
            let (larger, smaller) = (cell_energies(&pair[0], class), cell_energies(&pair[1], class));
            assert!(smaller[0] <= larger[0], "{:?} {class}: {larger:?} {smaller:?}", pair[1].name_um);
            // A fin is wider than 1.31 F of a plane, and from 10 nm on all of its gate is told.
            if !fins_cost_more(pair[1].name_um) {
                assert!(smaller[1] <= larger[1], "{:?} {class}: {larger:?} {smaller:?}", pair[1].name_um);
            }
        }
        let cells = |node: &Node| node.standard_cells(None, HOT).unwrap();
        let (larger, smaller) = (cells(&pair[0]), cells(&pair[1]));
        assert!(smaller.nand2_energy <= larger.nand2_energy && smaller.nand2_area < larger.nand2_area);
        assert!(smaller.flip_flop.clock_energy <= larger.flip_flop.clock_energy);
        assert!(smaller.flip_flop.data_energy <= larger.flip_flop.data_energy);
        assert!(smaller.fanout_of_four_delay <= larger.fanout_of_four_delay, "{}", pair[1].name_um);
        assert!(pair[1].sense_amplifier().energy <= pair[0].sense_amplifier().energy);
    }
}

fn any_class() -> impl Strategy<Value = DeviceClass> {
    proptest::sample::select(&LOGIC[..])
}

fn any_node() -> impl Strategy<Value = Node> {
    (5.0..90.0_f64).prop_map(|nanometres| Node::at(Micrometres(nanometres / 1000.0)).unwrap())
}

fn any_temperature() -> impl Strategy<Value = f64> {
    LOWEST_TEMPERATURE.0..HIGHEST_TEMPERATURE.0
}

/// Figures of a transistor, for comparing nodes.
fn figures(device: &Device) -> [f64; 9] {
    [
        device.supply.0,
        device.threshold.0,
        device.channel_capacitance_f_per_um,
        device.fringe_capacitance_f_per_um,
        device.resistance_n_ohm_um,
        device.resistance_p_ohm_um,
        device.on_current_n_a_per_um,
        device.off_current_a_per_um,
        device.gate_current_a_per_um,
    ]
}

fn between(value: f64, a: f64, b: f64) -> bool {
    let slack = 1e-12 * a.abs().max(b.abs());
    value >= a.min(b) - slack && value <= a.max(b) + slack
}

proptest! {
    #[test]
    fn between_two_nodes_everything_is_between(
        at in 0..12_usize, share in 0.0..1.0_f64, class in any_class(), kelvin in any_temperature()
    ) {
        let (larger, smaller) = (&nodes()[at], &nodes()[at + 1]);
        let name_um = smaller.name_um + share * (larger.name_um - smaller.name_um);
        let node = Node::at(Micrometres(name_um)).unwrap();
        let device = |node: &Node| figures(&node.device(class, Kelvin(kelvin)).unwrap());
        for ((value, a), b) in device(&node).into_iter().zip(device(smaller)).zip(device(larger)) {
            prop_assert!(between(value, a, b), "{value:e} is not between {a:e} and {b:e} at {name_um}");
        }
        for projection in [WireProjection::Aggressive, WireProjection::Conservative] {
            let wire = |node: &Node| -> WireLayer { node.wire(projection, WireClass::SemiGlobal) };
            let (value, a, b) = (wire(&node), wire(smaller), wire(larger));
            prop_assert!(between(value.pitch_um, a.pitch_um, b.pitch_um));
            prop_assert!(between(value.resistance_ohm_per_um, a.resistance_ohm_per_um, b.resistance_ohm_per_um));
        }
        let area = |node: &Node| node.static_cell().width_um * node.static_cell().height_um;
        prop_assert!(between(area(&node), area(smaller), area(larger)));
        prop_assert!(between(node.feature_size_um, smaller.feature_size_um, larger.feature_size_um));
        let cells = |node: &Node| node.standard_cells(None, Kelvin(kelvin)).unwrap();
        prop_assert!(between(cells(&node).nand2_area.0, cells(smaller).nand2_area.0, cells(larger).nand2_area.0));
        prop_assert!(between(cells(&node).nand2_energy.0, cells(smaller).nand2_energy.0, cells(larger).nand2_energy.0));
    }

    #[test]
    fn hotter_leaks_more(node in any_node(), class in any_class(), a in any_temperature(), b in any_temperature()) {
        prop_assume!((a - b).abs() > 1e-6);
        let leaking = |kelvin: f64| {
            let device = node.device(class, Kelvin(kelvin)).unwrap();
            let cells = node.standard_cells(None, Kelvin(kelvin)).unwrap();
            (device.off_current_a_per_um, device.gate_current_a_per_um, cells.nand2_leakage.0)
        };
        let (cool, hot) = (leaking(a.min(b)), leaking(a.max(b)));
        prop_assert!(hot.0 > cool.0 && hot.1 >= cool.1 && hot.2 > cool.2, "{cool:?} {hot:?}");
    }

    #[test]
    fn a_higher_supply_is_faster_and_costs_more(
        node in any_node(), class in any_class(), a in 0.0..1.0_f64, b in 0.0..1.0_f64
    ) {
        prop_assume!((a - b).abs() > 1e-6);
        let device = node.device(class, HOT).unwrap();
        let law = device.voltage;
        let supply = |share: f64| Volts(law.lowest.0 + share * (law.highest.0 - law.lowest.0));
        let (low, high) = (supply(a.min(b)), supply(a.max(b)));
        let (slow, fast) = (device.at_supply(low).unwrap(), device.at_supply(high).unwrap());
        prop_assert!(fast.resistance_n_ohm_um < slow.resistance_n_ohm_um);
        prop_assert!(fast.off_current_a_per_um > slow.off_current_a_per_um);
        prop_assert!(fast.gate_current_a_per_um > slow.gate_current_a_per_um);
        prop_assert!(law.factors(high).unwrap().energy > law.factors(low).unwrap().energy);
        // Going there in two steps is going there at once.
        let two_steps = slow.at_supply(high).unwrap();
        prop_assert!((two_steps.resistance_n_ohm_um / fast.resistance_n_ohm_um - 1.0).abs() < 1e-12);
    }

    #[test]
    fn standard_cells_at_a_higher_supply_are_faster_and_cost_more(node in any_node(), a in 0.65..0.95_f64, b in 0.65..0.95_f64) {
        prop_assume!((a - b).abs() > 1e-6);
        let cells = |volts: f64| node.standard_cells(Some(Volts(volts)), HOT);
        // Where the law of both ends holds.
        prop_assume!(cells(a).is_ok() && cells(b).is_ok());
        let (slow, fast) = (cells(a.min(b)).unwrap(), cells(a.max(b)).unwrap());
        prop_assert!(fast.fanout_of_four_delay < slow.fanout_of_four_delay);
        prop_assert!(fast.flip_flop.overhead_delay < slow.flip_flop.overhead_delay);
        prop_assert!(fast.nand2_energy > slow.nand2_energy && fast.flip_flop.clock_energy > slow.flip_flop.clock_energy);
        prop_assert!(fast.nand2_leakage > slow.nand2_leakage);
    }
}
