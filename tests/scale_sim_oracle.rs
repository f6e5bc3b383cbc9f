//! Every SCALE-Sim fixture against the numbers of an independent script (`fixtures/scale-sim/oracle.py`).
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{fixture, program, scale_sim_runs, succeed};
use serde_json::Value;

const STREAMS: [&str; 6] = [
    "ifmap_sram/read",
    "filter_sram/read",
    "ofmap_sram/write",
    "ifmap_dram/read",
    "filter_dram/read",
    "ofmap_dram/write",
];

fn inspected(run: &str) -> Value {
    let directory = fixture("scale-sim").join(run);
    let output = succeed(program().arg("inspect").arg(directory).args(["--window", "1000", "--json"]));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn expected(run: &str) -> Option<Value> {
    let text = std::fs::read_to_string(fixture("scale-sim").join(format!("{run}.expected.json"))).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

fn channel<'a>(region: &'a Value, name: &str) -> Option<&'a Value> {
    region["channels"].as_array().unwrap().iter().find(|channel| channel["channel"] == name)
}

#[test]
fn every_layer_and_stream_equals_the_independent_count() {
    let mut compared = 0;
    for run in scale_sim_runs() {
        let Some(expected) = expected(&run) else { continue };
        let inspected = inspected(&run);
        let layers: Vec<&Value> =
            expected["layers"].as_array().unwrap().iter().filter(|layer| layer["stale"] != true).collect();
        let regions = inspected["regions"].as_array().unwrap();
        let ids = |layers: &[&Value]| layers.iter().map(|layer| layer["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&regions.iter().collect::<Vec<_>>()), ids(&layers), "{run}: layers");
        for (layer, region) in layers.iter().zip(regions) {
            for stream in STREAMS {
                let of = format!("{run}, layer {}, {stream}", layer["id"]);
                let want = &layer[stream];
                let Some(got) = channel(region, stream) else {
                    assert!(want.is_null() || want["count"] == 0, "{of}: missing");
                    continue;
                };
                let keys = [
                    "rows",
                    "count",
                    "dropped_padding",
                    "first_cycle",
                    "last_cycle",
                    "max_in_one_cycle",
                    "max_in_window",
                ];
                for key in keys {
                    assert_eq!(got[key], want[key], "{of}: {key}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 1000, "only {compared} numbers were compared");
}

#[test]
fn multiply_accumulates_and_partial_sums_equal_those_of_the_definition() {
    let mut compared = 0;
    for run in scale_sim_runs() {
        let Some(expected) = expected(&run) else { continue };
        let inspected = inspected(&run);
        for layer in expected["layers"].as_array().unwrap() {
            if layer["macs_from_traces"].is_null() || layer["ofmap_dram/write"].is_null() {
                continue;
            }
            let regions = inspected["regions"].as_array().unwrap();
            let region = regions.iter().find(|region| region["id"] == layer["id"]).unwrap();
            let count =
                |name| channel(region, name).map_or(Value::from(0), |channel| channel["count"].clone());
            assert_eq!(
                count("tensor_unit/mac"),
                layer["macs_from_traces"],
                "{run}, layer {}: macs",
                layer["id"]
            );
            assert_eq!(
                count("ofmap_sram/read"),
                layer["partial_sum_reads"],
                "{run}, layer {}: reads",
                layer["id"]
            );
            compared += 1;
        }
    }
    assert!(compared > 20, "only {compared} layers were compared");
}
