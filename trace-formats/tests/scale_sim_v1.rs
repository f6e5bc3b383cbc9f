//! SCALE-Sim v1 runs in `fixtures/scale-sim`: one network, three dataflows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what went wrong")]

mod scale_sim_support;

use scale_sim_support::{Recording, chunk_ends, copy, fixtures, open_path, open_run, record};

/// What a layer's channels add up to, in the order of `CHANNELS`.
type Counts = [u64; 8];

const CHANNELS: [&str; 8] = [
    "ifmap_sram/read",
    "filter_sram/read",
    "ofmap_sram/write",
    "ifmap_dram/read",
    "filter_dram/read",
    "ofmap_dram/write",
    "tensor_unit/mac",
    "ofmap_sram/read",
];

fn counts(recording: &Recording, layer: &str) -> Counts {
    CHANNELS.map(|channel| recording.by_cycle(&format!("layer:{layer}"), channel).values().sum())
}

/// ConvA has 5 x 5 pixels, 13 filters and a window of 36; ConvB 3 x 3, 10 and 27; FC 1, 14 and 50. The array
/// has 8 rows and 6 columns. DRAM counts are those of `v1_conv_detail.csv`, SRAM counts were added up by
/// `tr , '\n'`, multiply-accumulates are pixels x filters x window, and partial sums read back are outputs x
/// (row folds - 1). In `ws`, ConvB streams 12 windows where there are 9 pixels.
#[test]
fn every_dataflow_is_counted_from_its_traces() {
    let expected: [(&str, [Counts; 3]); 3] = [
        (
            "v1_conv_ws",
            [
                [2700, 468, 1625, 196, 468, 325, 25 * 13 * 36, 325 * 4],
                [648, 270, 360, 153, 270, 90, 12 * 10 * 27, 90 * 3],
                [150, 700, 98, 50, 700, 14, 14 * 50, 14 * 6],
            ],
        ),
        (
            "v1_conv_os",
            [
                [2700, 1872, 325, 196, 468, 325, 25 * 13 * 36, 0],
                [486, 540, 90, 147, 270, 90, 9 * 10 * 27, 0],
                [150, 700, 14, 50, 700, 14, 14 * 50, 0],
            ],
        ),
        (
            "v1_conv_is",
            [
                [900, 2340, 1625, 196, 612, 325, 25 * 13 * 36, 325 * 4],
                [243, 540, 360, 147, 297, 90, 9 * 10 * 27, 90 * 3],
                [50, 700, 98, 50, 700, 14, 14 * 50, 14 * 6],
            ],
        ),
    ];
    for (run, layers) in expected {
        let recording = record(open_run(run), 1 << 16);
        for (layer, expected) in ["ConvA", "ConvB", "FC"].into_iter().zip(layers) {
            assert_eq!(counts(&recording, layer), expected, "{run} {layer}");
        }
    }
}

#[test]
fn layers_stand_in_the_order_of_the_network_and_do_not_overlap() {
    let recording = record(open_run("v1_conv_ws"), 1 << 16);
    let regions = &recording.metadata.regions;
    let spans: Vec<_> =
        regions.iter().map(|region| (region.name.as_str(), region.start, region.end)).collect();
    // 47 rows of prefetch before cycle 0, 32 rows of drain after cycle 656.
    assert_eq!(spans, [("ConvA", -47, 689), ("ConvB", 689, 945), ("FC", 945, 1436)]);
    for event in &recording.events {
        assert!(event.start >= event.not_before);
    }
}

#[test]
fn any_chunk_size_gives_the_same_events() {
    let whole = record(open_run("v1_conv_is"), 1 << 16);
    for bytes in [1, 50, 3000] {
        assert!(record(open_run("v1_conv_is"), bytes).events == whole.events, "chunks of {bytes}");
    }
}

#[test]
fn without_a_config_or_a_list_of_layers_the_traffic_is_read_and_warnings_say_what_is_not() {
    let directory = tempfile::tempdir().expect("directory");
    let run = directory.path().join("old");
    copy(&fixtures().join("v1_conv_os"), &run);
    std::fs::remove_file(run.join("v1_conv_cycles.csv")).expect("remove");
    let recording = record(open_path(&run, &Default::default()), 1 << 16);
    assert_eq!(counts(&recording, "v1_conv_ConvA"), [2700, 1872, 325, 196, 468, 325, 0, 0]);
    for text in ["no tensor_unit/mac", "no *_cycles.csv"] {
        assert!(recording.notes().contains(text), "{}", recording.notes());
    }
}

#[test]
fn a_damaged_row_is_refused_with_its_line() {
    let directory = tempfile::tempdir().expect("directory");
    let run = directory.path().join("old");
    copy(&fixtures().join("v1_conv_ws"), &run);
    let path = run.join("layer_wise/v1_conv_ConvA_sram_read.csv");
    let text = std::fs::read_to_string(&path).expect("trace");
    let second_line = chunk_ends(text.as_bytes(), 1)[0];
    std::fs::write(&path, format!("{}oops, 1, \n{}", &text[..second_line], &text[second_line..]))
        .expect("write");
    let opened = open_path(&run, &Default::default());
    let error = scale_sim_support::record_into(&mut Recording::default(), opened, 100).expect_err("damaged");
    assert_eq!((error.line(), error.reason()), (Some(2), "not_a_number"));
}
