//! What holds for every array and wire, whatever the numbers: more costs more, hotter leaks more, parts add up.
#![allow(clippy::unwrap_used, clippy::panic)]

use nm_trace::chip::circuit::Leakage;
use nm_trace::chip::circuit::array::{
    ArrayRequest, CellKind, Limits, MemoryArray, Objective, Organisation, Ports, find,
};
use nm_trace::chip::circuit::wire::{Drive, Wire, WireRequest};
use nm_trace::chip::technology::{DeviceClass, Node, WireClass, WireProjection, tabulated_nodes_nm};
use nm_trace::units::{Kelvin, Micrometres, Ratio, Volts};
use proptest::prelude::*;

const FLAVOURS: [DeviceClass; 3] =
    [DeviceClass::HighPerformance, DeviceClass::LowStandbyPower, DeviceClass::LowOperatingPower];

/// All nodes that have a file, from the largest.
fn nodes_um() -> Vec<f64> {
    tabulated_nodes_nm().map(|nm| nm.parse::<f64>().unwrap() / 1000.0).collect()
}

/// A request that any node can fulfil with this organisation.
fn fixed(node_um: f64) -> ArrayRequest {
    ArrayRequest {
        node: Micrometres(node_um),
        capacity_bytes: 64 << 10,
        word_bytes: 16,
        ports: Ports { read_write: 1, read: 0, write: 0 },
        cell: CellKind::Static(DeviceClass::HighPerformance),
        periphery: DeviceClass::HighPerformance,
        temperature: Kelvin(350.0),
        supply: None,
        banks: 1,
        organisation: Some(Organisation {
            word_line_cuts: 4,
            bit_line_cuts: 4,
            words_in_row: 8,
            bit_line_multiplexing: 8,
            sense_multiplexing_1: 1,
            sense_multiplexing_2: 1,
        }),
        objective: Objective::default(),
        limits: Limits::default(),
    }
}

fn any_request() -> impl Strategy<Value = ArrayRequest> {
    let ports =
        prop_oneof![Just((1, 0, 0)), Just((2, 0, 0)), Just((0, 1, 1)), Just((0, 2, 1)), Just((1, 2, 1))];
    (0.005..0.09_f64, 1_u32..200, 64_u64..20_000, ports, 0..3_usize, 0..3_usize, 300.0..400.0_f64, 0_u32..3)
        .prop_map(
            |(node_um, word_bytes, words, (read_write, read, write), cell, periphery, kelvin, banks)| {
                ArrayRequest {
                    node: Micrometres(node_um),
                    capacity_bytes: (words * u64::from(word_bytes)) << banks,
                    word_bytes,
                    ports: Ports { read_write, read, write },
                    cell: CellKind::Static(FLAVOURS[cell]),
                    periphery: FLAVOURS[periphery],
                    temperature: Kelvin(kelvin),
                    banks: 1 << banks,
                    organisation: None,
                    ..fixed(0.045)
                }
            },
        )
}

fn leakage_w(leakage: Leakage) -> f64 {
    leakage.subthreshold.0 + leakage.gate.0
}

fn built(request: &ArrayRequest) -> MemoryArray {
    find(request).unwrap_or_else(|error| panic!("{request:?}: {error}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_of_an_array_add_up_to_it_and_none_is_negative(request in any_request()) {
        let array = built(&request);
        for energy in [array.all_ports.read, array.all_ports.write, array.one_port.read, array.one_port.write] {
            prop_assert!(energy.parts().iter().all(|(_, part)| part.0 >= 0.0));
            prop_assert_eq!(energy.total().0, energy.parts().iter().map(|(_, part)| part.0).sum::<f64>());
        }
        prop_assert!(array.access.parts().iter().all(|(_, part)| part.0 >= 0.0));
        prop_assert!(array.area.parts().iter().all(|(_, part)| part.0 >= 0.0));
        let area_um2 = array.width.0 * array.height.0;
        prop_assert!((array.area.total().0 / area_um2 - 1.0).abs() < 1e-9);
        let cells = array.leakage.parts().iter().map(|(_, part)| leakage_w(*part)).sum::<f64>();
        prop_assert!((leakage_w(array.leakage.total()) / cells - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_array_is_the_same_each_time_and_when_its_organisation_is_given_back(request in any_request()) {
        let array = built(&request);
        prop_assert_eq!(array, built(&request));
        let given = ArrayRequest { organisation: Some(array.organisation), ..request };
        prop_assert_eq!(array, built(&given));
    }

    #[test]
    fn one_port_never_costs_more_than_all_ports_in_a_read(request in any_request()) {
        let array = built(&request);
        prop_assert!(array.one_port.read.total().0 <= array.all_ports.read.total().0);
    }

    #[test]
    fn a_larger_array_is_larger_and_leaks_more(request in any_request(), factor in 2_u64..5) {
        // In one organisation; a search may find for the larger array a division that leaks less.
        let small = built(&request);
        let capacity_bytes = request.capacity_bytes * factor;
        let large = built(&ArrayRequest { capacity_bytes, organisation: Some(small.organisation), ..request });
        prop_assert!(large.area.total().0 > small.area.total().0);
        prop_assert!(leakage_w(large.leakage.total()) > leakage_w(small.leakage.total()));
    }

    #[test]
    fn the_least_area_and_the_least_leakage_never_shrink_with_capacity_or_ports(
        request in any_request(),
        more_words in 1_u64..3000,
    ) {
        let more = request.capacity_bytes
            + ((more_words * u64::from(request.word_bytes)) << request.banks.ilog2());
        let ports = Ports { read_write: request.ports.read_write + 1, ..request.ports };
        for larger in [ArrayRequest { capacity_bytes: more, ..request }, ArrayRequest { ports, ..request }] {
            let least = |request: &ArrayRequest, objective| built(&ArrayRequest { objective, ..*request });
            let (small, large) = (least(&request, Objective::Area), least(&larger, Objective::Area));
            prop_assert!(large.area.total().0 >= small.area.total().0);
            let (small, large) = (least(&request, Objective::Leakage), least(&larger, Objective::Leakage));
            prop_assert!(leakage_w(large.leakage.total()) >= leakage_w(small.leakage.total()));
        }
    }

    #[test]
    fn a_port_more_is_an_area_and_a_leakage_more(request in any_request(), kind in 0..3) {
        let mut ports = request.ports;
        match kind {
            0 => ports.read_write += 1,
            1 => ports.read += 1,
            _ => ports.write += 1,
        }
        // The same organisation where it fits, so that only the port differs.
        let few = built(&request);
        let more = built(&ArrayRequest { ports, organisation: Some(few.organisation), ..request });
        prop_assert!(more.area.total().0 > few.area.total().0);
        prop_assert!(leakage_w(more.leakage.total()) >= leakage_w(few.leakage.total()));
    }

    #[test]
    fn hotter_leaks_more(request in any_request(), kelvin in 1.0..40.0_f64) {
        let cool = ArrayRequest { temperature: Kelvin(request.temperature.0.min(350.0)), ..request };
        let array = built(&cool);
        let hot = ArrayRequest {
            temperature: Kelvin(cool.temperature.0 + kelvin),
            organisation: Some(array.organisation),
            ..cool
        };
        prop_assert!(leakage_w(built(&hot).leakage.total()) > leakage_w(array.leakage.total()));
    }

    #[test]
    fn a_higher_supply_costs_energy_and_saves_time(
        node in 0..13_usize, flavour in 0..3_usize, more in 0.01..0.3_f64
    ) {
        let (node_um, class) = (nodes_um()[node], FLAVOURS[flavour]);
        let supply = Node::at(Micrometres(node_um)).unwrap().device(class, Kelvin(350.0)).unwrap().supply;
        let flavoured = ArrayRequest { cell: CellKind::Static(class), periphery: class, ..fixed(node_um) };
        let nominal = built(&ArrayRequest { supply: Some(supply), ..flavoured });
        let higher = built(&ArrayRequest { supply: Some(Volts(supply.0 * (1.0 + more))), ..flavoured });
        prop_assert!(higher.one_port.read.total().0 > nominal.one_port.read.total().0);
        prop_assert!(higher.one_port.write.total().0 > nominal.one_port.write.total().0);
        prop_assert!(higher.access.total().0 < nominal.access.total().0);
    }

    #[test]
    fn a_longer_wire_costs_more_of_everything(node in 0..13_usize, length in 1.0..5000.0_f64, factor in 1.1..4.0_f64) {
        let request = |length: f64, drive: Drive| WireRequest {
            node: Micrometres(nodes_um()[node]),
            class: WireClass::SemiGlobal,
            projection: WireProjection::Conservative,
            length: Micrometres(length),
            drive,
            transistors: DeviceClass::HighPerformance,
            temperature: Kelvin(350.0),
            supply: None,
        };
        for drive in [Drive::Repeated { delay_budget: Ratio(0.0) }, Drive::Repeated { delay_budget: Ratio(0.3) }, Drive::Single] {
            let (short, long) = (Wire::new(&request(length, drive)).unwrap(), Wire::new(&request(length * factor, drive)).unwrap());
            prop_assert!(long.delay.0 > short.delay.0);
            prop_assert!(long.energy.0 > short.energy.0);
        }
    }
}

/// In a cell one of its pull-downs, one of its pull-ups and on the mean half of an access transistor a port are off: 2.08,
/// 1.23 and 1.31 F wide on planar nodes, a fin each below. So a second port adds 0.655 to 3.965, or a half to 2.5.
#[test]
fn cells_of_foundries_have_the_area_time_and_energy_of_those_around_them_and_leakage_of_their_own() {
    for node_um in nodes_um() {
        let node = Node::at(Micrometres(node_um)).unwrap();
        let (fast, supply) =
            (fixed(node_um), node.device(DeviceClass::HighPerformance, Kelvin(350.0)).unwrap().supply);
        let own = ArrayRequest { cell: CellKind::Foundry, ..fast };
        let (fast, foundry) = (built(&fast), built(&own));
        assert_eq!(
            (fast.area, fast.access, fast.cycle, fast.one_port),
            (foundry.area, foundry.access, foundry.cycle, foundry.one_port)
        );
        let bits = 8.0 * own.capacity_bytes as f64;
        let leakage_a = node.foundry_static_cell_leakage_a(supply, Kelvin(350.0)).unwrap();
        let told = foundry.leakage.cells;
        assert!(
            (told.subthreshold.0 / (bits * leakage_a * supply.0) - 1.0).abs() < 1e-9 && told.gate.0 == 0.0
        );
        assert_eq!(fast.leakage.row_logic, foundry.leakage.row_logic);
        let two_ports = ArrayRequest { ports: Ports { read_write: 2, read: 0, write: 0 }, ..own };
        let grows = built(&two_ports).leakage.cells.subthreshold / told.subthreshold;
        let by_hand = if node_um > 0.02 { 4.62 / 3.965 } else { 3.0 / 2.5 };
        assert!((grows / by_hand - 1.0).abs() < 1e-9, "{grows} for {by_hand}");
    }
}

#[test]
fn cells_of_foundries_leak_less_than_fast_transistors_and_more_than_those_of_least_leakage() {
    for node_um in nodes_um() {
        let of = |cell: CellKind| {
            let hot = ArrayRequest { cell, temperature: Kelvin(358.15), ..fixed(node_um) };
            leakage_w(built(&hot).leakage.cells)
        };
        let [fast, least] = [DeviceClass::HighPerformance, DeviceClass::LowStandbyPower]
            .map(|class| of(CellKind::Static(class)));
        let foundry = of(CellKind::Foundry);
        assert!(10.0 * foundry < fast && foundry > 2.0 * least, "{node_um}: {least} {foundry} {fast}");
    }
}

#[test]
fn a_smaller_node_at_its_own_voltage_never_costs_more_energy() {
    for class in FLAVOURS {
        let arrays = nodes_um().into_iter().map(|node_um| {
            let request = ArrayRequest { cell: CellKind::Static(class), periphery: class, ..fixed(node_um) };
            (node_um, built(&request))
        });
        let arrays: Vec<_> = arrays.collect();
        for pair in arrays.windows(2) {
            let ((larger, before), (smaller, after)) = (&pair[0], &pair[1]);
            for (name, old, new) in [
                ("read", before.all_ports.read.total(), after.all_ports.read.total()),
                ("write", before.all_ports.write.total(), after.all_ports.write.total()),
                ("read of one port", before.one_port.read.total(), after.one_port.read.total()),
                ("write of one port", before.one_port.write.total(), after.one_port.write.total()),
            ] {
                assert!(new.0 <= old.0, "{class:?}: {name} from {larger} to {smaller} um: {old} to {new}");
            }
        }
    }
}

#[test]
fn a_wider_word_over_as_many_words_is_larger_leaks_more_and_costs_more() {
    let words = |word_bytes: u32| ArrayRequest {
        word_bytes,
        capacity_bytes: 4096 * u64::from(word_bytes),
        ..fixed(0.028)
    };
    for word_bytes in [4, 8, 16, 32, 64] {
        let (narrow, wide) = (built(&words(word_bytes)), built(&words(2 * word_bytes)));
        assert!(wide.area.total().0 > narrow.area.total().0);
        assert!(leakage_w(wide.leakage.total()) > leakage_w(narrow.leakage.total()));
        assert!(wide.one_port.read.total().0 > narrow.one_port.read.total().0);
        assert!(wide.one_port.write.total().0 > narrow.one_port.write.total().0);
    }
}
