//! The technology tables: what they say at the nodes, between them and where they end.
#![allow(clippy::unwrap_used, clippy::panic)]

use nm_trace::chip::technology::{DeviceClass, Node, WireClass, WireProjection, tabulated_nodes_nm};
use nm_trace::units::{Kelvin, Micrometres, Quantity};

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

#[test]
fn a_static_cell_of_a_planar_node_is_146_squares_of_the_feature_size() {
    for size in [90.0, 65.0, 50.0, 45.0, 40.0, 32.0, 28.0, 22.0] {
        let cell = Node::at(Micrometres(size * 1e-3)).unwrap().static_cell();
        near(cell.width_um * cell.height_um, 146.0 * size * size * 1e-6, 1e-12);
        near(cell.height_um / cell.width_um, 1.46, 1e-12);
        near(cell.access_width_um, 1.31e-3 * size, 1e-12);
    }
}
