#![allow(clippy::unwrap_used)]

use super::super::trial::{Trial, chosen};
use super::*;
use crate::chip::library;
use crate::units::PerCycle;

/// As Accelergy 0.4 writes them: names with ranges, arguments, leakage in a cycle of a nanosecond.
const ERT: &str = "ERT:
    version: '0.4'
    tables:
      - name: system.buffer[1..1]
        actions:
          - name: read
            arguments:
                global_cycle_seconds: 1e-09
                action_latency_cycles: 1
            energy: 9.65335
          - name: leak
            arguments:
                global_cycle_seconds: 1e-09
                action_latency_cycles: 1
            energy: 0.5
      - name: system.PE[0..7].mac
        actions:
          - name: compute
            arguments: {}
            energy: 0.315
          - name: compute
            arguments: {data_delta: 0}
            energy: 0.1
";

const ART: &str = "ART:
  version: 0.3
  tables:
  - name: system.buffer
    area: 2500
";

const MCPAT: &str = "McPAT (version 1.3 of Feb, 2015) results
  Core clock Rate(MHz) 1500
Processor:
  Area = 100.5 mm^2
  Peak Power = 40 W
  Peak Dynamic = 30 W
  Subthreshold Leakage = 9 W
  Gate Leakage = 1 W

  Memory Controller:
      Area = 7.5 mm^2
      Peak Dynamic = 1.5 W
      Subthreshold Leakage = 0.07 W
      Gate Leakage = 0.005 W
      Runtime Dynamic = 0.2 W
";

fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers");
    std::fs::write(&path, text).unwrap();
    (folder, path.to_str().unwrap().to_owned())
}

const GIVEN: &str = r#"
area = { value = 1.5, unit = "mm2", source = "layout" }
leakage = { value = 20, unit = "mW", source = "gates" }
clock_running = { value = 70, unit = "mW", source = "gates" }
clock_gated = { value = 7, unit = "mW", source = "gates" }
cycle_time = { value = 1.2, unit = "ns", source = "timing" }
[actions.send]
bits = 64
energy = { value = 12, unit = "pJ", source = "measured" }
capacity = { value = 2, unit = "1/cycle", source = "two ports" }
tdp_activity = { value = 50, unit = "%", source = "assumed" }
"#;

#[test]
fn given_numbers_are_what_the_component_is() {
    let block = Trial::at(28.0).block::<Table>(GIVEN);
    let cost = block.cost();
    assert!((cost.area().0 - 1.5e6).abs() < 1e-6);
    // 70 mW at 700 MHz are 100 pJ a cycle.
    assert!((cost.clock_running.0 / 100e-12 - 1.0).abs() < 1e-12);
    assert!((cost.clock_gated.0 / 10e-12 - 1.0).abs() < 1e-12);
    let send = &block.actions[0];
    assert_eq!(
        (send.energy(), send.capacity, send.tdp_activity),
        (Joules(12e-12), PerCycle(2.0), Ratio(0.5))
    );
    assert_eq!(block.paths[0].cycle, Seconds(1.2e-9));
}

#[test]
fn the_sources_of_a_table_reach_the_frozen_chip() {
    let keys = GIVEN.replace("[actions", "[chip.nic.actions");
    let chip = format!(
        "name = \"c\"\n[technology]\nnode = \"28 nm\"\n[target]\nclock = \"700 MHz\"\n[chip.nic]\nkind = \"table\"{keys}"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chip.toml");
    std::fs::write(&path, chip).unwrap();
    let pat = library::load(path.to_str().unwrap()).unwrap();
    let nic = pat.component("nic").unwrap();
    assert_eq!(nic.area.as_ref().unwrap().source, "layout");
    assert_eq!((nic.leakage.source.as_str(), nic.clock_gated.source.as_str()), ("gates", "gates"));
    assert_eq!(nic.actions[0].energy.source, "measured");
    assert_eq!(nic.actions[0].capacity.source, "two ports");
    assert_eq!(nic.actions[0].tdp_activity.source, "assumed");
}

#[test]
fn accelergys_tables_are_read_in_picojoules_and_square_micrometres() {
    let ((_a, ert), (_b, art)) = (file(ERT), file(ART));
    let trial = Trial::at(28.0);
    let keys = format!("accelergy_ert = \"{ert}\"\naccelergy_art = \"{art}\"\ncomponent = \"buffer\"");
    let buffer = trial.block::<Table>(&keys);
    assert_eq!(buffer.actions.len(), 1);
    assert!((buffer.actions[0].energy().0 / 9.65335e-12 - 1.0).abs() < 1e-12);
    // 0.5 pJ in a nanosecond.
    assert!((buffer.cost().leakage.0 / 0.5e-3 - 1.0).abs() < 1e-12);
    assert_eq!(buffer.cost().area().0, 2500.0);
    assert_eq!(buffer.sources["actions.read.energy"], format!("Accelergy's ERT {ert}: system.buffer[1..1]"));
    // Of two rows of an action the larger counts; what no file tells is 0, and said to be.
    let mac = trial.block::<Table>(&format!("accelergy_ert = \"{ert}\"\ncomponent = \"PE.mac\""));
    assert!((mac.actions[0].energy().0 / 0.315e-12 - 1.0).abs() < 1e-12);
    assert_eq!(chosen(&mac, "area"), "0");
}

#[test]
fn what_is_given_stands_over_the_file() {
    let (_folder, ert) = file(ERT);
    let keys = format!(
        "accelergy_ert = \"{ert}\"\ncomponent = \"system.PE.mac\"\n[actions.compute]\ncapacity = {{ value = 8, unit = \"1/cycle\", source = \"8 PEs\" }}"
    );
    let mac = Trial::at(28.0).block::<Table>(&keys);
    assert_eq!((mac.actions.len(), mac.actions[0].capacity), (1, PerCycle(8.0)));
    assert!((mac.actions[0].energy().0 / 0.315e-12 - 1.0).abs() < 1e-12);
}

#[test]
fn mcpats_peak_becomes_the_energy_of_a_cycle_of_its_clock() {
    let (_folder, path) = file(MCPAT);
    let keys = format!("mcpat = \"{path}\"\ncomponent = \"Memory Controller\"");
    let controller = Trial::at(28.0).block::<Table>(&keys);
    assert_eq!(controller.actions[0].name, "peak_cycle");
    // 1.5 W at 1500 MHz.
    assert!((controller.actions[0].energy().0 / 1e-9 - 1.0).abs() < 1e-12);
    assert!((controller.cost().leakage.0 - 0.075).abs() < 1e-12);
    assert!((controller.cost().area().0 - 7.5e6).abs() < 1e-3);
}

#[test]
fn what_no_table_can_be_is_refused_with_what_works() {
    let ((_a, ert), (_b, text), (_c, empty)) = (file(ERT), file(MCPAT), file("nothing: 1"));
    let trial = Trial::at(28.0);
    let number =
        |value: &str, unit: &str| format!("{{ value = {value}, unit = \"{unit}\", source = \"s\" }}");
    for (keys, parts) in [
        (
            format!("area = {}", number("-1", "mm2")),
            ["area: area = -1 mm2: must be a finite number", "give 0"],
        ),
        (
            format!("area = {}", number("1", "W")),
            ["area: area = 1 W: the unit \"W\" does not measure area", "mm2"],
        ),
        ("area = { value = 1, unit = \"mm2\", source = \" \" }".to_owned(), ["has no source", "assumed"]),
        (
            format!("clock_gated = {}", number("1", "W")),
            ["clock_gated: 1 W: is more than the running clock's 0 W", "give no more"],
        ),
        (
            format!("clock_running = {}\nclock_gated = {}", number("1", "W"), number("0.5", "W")),
            ["actions: none: its clock can be gated", "add an action"],
        ),
        ("[actions.send]\nbits = 8".to_owned(), ["actions: send: has no energy", "give energy"]),
        (
            format!("[actions.send]\nenergy = {}\ncapacity = {}", number("1", "pJ"), number("0", "1/cycle")),
            ["actions: send.capacity = 0: must be above 0", "fraction"],
        ),
        (
            format!("[actions.send]\nenergy = {}\ntdp_activity = {}", number("1", "pJ"), number("2", "1")),
            ["actions: send.tdp_activity = 2: is a part of a whole", "give 0 to 1"],
        ),
        (
            "accelergy_ert = \"no/such.yaml\"".to_owned(),
            ["accelergy_ert: no/such.yaml: cannot be read", "working directory"],
        ),
        (format!("accelergy_ert = \"{empty}\""), ["is no reference table", "ERT.yaml"]),
        (format!("accelergy_ert = \"{ert}\""), ["has 2 components", "system.buffer, system.PE.mac"]),
        (
            format!("accelergy_ert = \"{ert}\"\ncomponent = \"dram\""),
            ["component: dram: is no component", "system.buffer"],
        ),
        (format!("mcpat = \"{text}\""), ["has 2 components", "Processor, Memory Controller"]),
        (format!("mcpat = \"{empty}\""), ["has no block with an area", "standard output"]),
    ] {
        let refusal = trial.refusal::<Table>(&keys);
        assert!(parts.iter().all(|part| refusal.contains(part)), "{refusal}");
    }
}
