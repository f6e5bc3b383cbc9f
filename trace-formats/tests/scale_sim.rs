//! SCALE-Sim runs in `fixtures/scale-sim`, as an independent script counts them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what went wrong")]

mod scale_sim_support;

use std::io::Write;

use proptest::prelude::*;
use scale_sim_support::{
    Recorded, Recording, chunk_ends, copy, fixtures, open_joined, open_path, open_run, record, record_into,
    try_open,
};
use serde_json::{Value, json};
use trace_formats::OpenOptions;
use trace_formats::format::LayerJoin;

/// The runs that have an expected file.
fn runs() -> Vec<String> {
    let entries = std::fs::read_dir(fixtures()).expect("fixtures/scale-sim");
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let run = |name: String| Some(name.strip_suffix(".expected.json")?.to_owned());
    let mut runs: Vec<String> = names.filter_map(run).collect();
    runs.sort();
    runs
}

fn expected(run: &str) -> Value {
    let text =
        std::fs::read_to_string(fixtures().join(format!("{run}.expected.json"))).expect("expected file");
    serde_json::from_str(&text).expect("JSON")
}

const STREAMS: [&str; 6] = [
    "ifmap_sram/read",
    "filter_sram/read",
    "ofmap_sram/write",
    "ifmap_dram/read",
    "filter_dram/read",
    "ofmap_dram/write",
];

/// What the script counts of a stream, from the events of a layer. `origin`: the layer's cycle 0.
fn counted(recording: &Recording, region: &str, channel: &str, origin: i64) -> Value {
    let counts = recording.by_cycle(region, channel);
    let window = |end: i64| counts.range(end - 999..=end).map(|(_, count)| count).sum::<u64>();
    json!({
        "rows": recording.rows(region, channel),
        "count": counts.values().sum::<u64>(),
        "dropped_padding": recording.skipped("phantom_padding", region, channel),
        "first_cycle": counts.keys().next().map(|cycle| cycle - origin),
        "last_cycle": counts.keys().next_back().map(|cycle| cycle - origin),
        "max_in_one_cycle": counts.values().copied().max().unwrap_or(0),
        "max_in_window": counts.keys().map(|&end| window(end)).max().unwrap_or(0),
    })
}

/// A layer's lowest cycle: that of its first prefetch, or 0, where `OFMAP_SRAM` starts.
fn lowest_cycle(layer: &Value) -> i64 {
    STREAMS.iter().filter_map(|channel| layer[*channel]["first_cycle"].as_i64()).min().unwrap_or(0).min(0)
}

fn compare_layer(run: &str, recording: &Recording, index: usize, layer: &Value) {
    let region = &recording.metadata.regions[index];
    assert_eq!(region.id, layer["id"].as_u64(), "{run}");
    // The first layer keeps its own cycle 0; the others start where the one before ends.
    let origin = if index == 0 { 0 } else { region.start - lowest_cycle(layer) };
    let name = format!("layer:{}", region.name);
    for channel in STREAMS.iter().filter(|channel| !layer[**channel].is_null()) {
        let mut stream = layer[*channel].clone();
        let cut = stream.as_object_mut().and_then(|stream| stream.remove("cut"));
        assert_eq!(counted(recording, &name, channel, origin), stream, "{run} {name} {channel}");
        let skipped = recording.skipped("cut_last_row", &name, channel);
        assert_eq!(skipped, u64::from(cut.is_some()), "{run} {name} {channel}");
    }
    let total = |channel| Some(recording.by_cycle(&name, channel).values().sum::<u64>());
    assert_eq!(total("tensor_unit/mac"), layer["macs_from_traces"].as_u64(), "{run} {name}");
    assert_eq!(total("ofmap_sram/read"), layer["partial_sum_reads"].as_u64(), "{run} {name}");
}

#[test]
fn every_run_is_counted_as_the_script_counts_it() {
    let runs = runs();
    assert!(runs.len() >= 10, "{runs:?}");
    for run in runs {
        let recording = record(open_run(&run), 1 << 16);
        let expected = expected(&run);
        let layers = expected["layers"].as_array().expect("layers");
        let current: Vec<&Value> = layers.iter().filter(|layer| layer["stale"] == false).collect();
        assert_eq!(recording.metadata.regions.len(), current.len(), "{run}");
        for (index, layer) in current.into_iter().enumerate() {
            compare_layer(&run, &recording, index, layer);
        }
    }
}

#[test]
fn any_chunk_size_gives_the_same_events() {
    for run in ["twelve", "killed", "conv_stride_ws"] {
        let whole = record(open_run(run), 1 << 16);
        for bytes in [1, 7, 100, 4096] {
            let cut = record(open_run(run), bytes);
            assert!(whole.events == cut.events, "{run} in chunks of {bytes}");
            assert_eq!(whole.idle_rows, cut.idle_rows, "{run} in chunks of {bytes}");
        }
    }
}

/// What a recording holds, with the events of each channel in their order: those of different channels may take turns
/// in another way.
fn told(recording: &Recording) -> (Vec<Recorded>, String) {
    let mut events: Vec<Recorded> =
        recording.events.iter().map(|event| Recorded { not_before: 0, ..event.clone() }).collect();
    events.sort_by(|a, b| (&a.region, &a.channel).cmp(&(&b.region, &b.channel)));
    let mut bad: Vec<String> = recording.bad.iter().map(ToString::to_string).collect();
    bad.sort();
    let metadata = format!("{:?}", recording.metadata).replace("}, ", "},\n");
    (events, format!("{metadata}\n{:?}\n{bad:?}", recording.idle_rows))
}

/// Reads a run in one pass, and with its survey first, and compares what they tell, errors too.
fn compare(path: &std::path::Path, join: LayerJoin, skips_bad_rows: bool, chunk_bytes: usize) {
    let read = |survey_first| {
        let options = OpenOptions { join, survey_first, ..OpenOptions::default() };
        let mut recording = Recording { skips_bad_rows, ..Recording::default() };
        let opened = try_open(path, &options).map_err(|error| error.to_string())?;
        let read = record_into(&mut recording, opened, chunk_bytes);
        read.map_err(|error| error.to_string()).map(|()| told(&recording))
    };
    match (read(false), read(true)) {
        (Ok(one_pass), Ok(surveyed)) => {
            assert_eq!(one_pass.1, surveyed.1, "{path:?} {join:?}");
            assert!(one_pass.0 == surveyed.0, "{path:?} {join:?}");
        }
        (one_pass, surveyed) => assert_eq!(one_pass.err(), surveyed.err(), "{path:?} {join:?}"),
    }
}

const JOINS: [LayerJoin; 4] =
    [LayerJoin::BackToBack, LayerJoin::Overlap, LayerJoin::ComputeOnly, LayerJoin::Separate];

#[test]
fn one_pass_tells_what_a_survey_tells_first() {
    for run in runs() {
        for join in JOINS {
            compare(&fixtures().join(&run), join, false, 1 << 16);
        }
        compare(&fixtures().join(&run), LayerJoin::BackToBack, false, 333);
    }
}

/// A run of three layers with the `.cfg` of another run beside it.
fn three_layers(of: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().expect("directory");
    let run = directory.path().join("run");
    for layer in 0..3 {
        copy(&fixtures().join(of).join("layer0"), &run.join(format!("layer{layer}")));
    }
    std::fs::copy(fixtures().join(format!("{of}.cfg")), directory.path().join("run.cfg")).expect("copy");
    (directory, run)
}

fn edit(path: &std::path::Path, change: impl Fn(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).expect("trace");
    change(&mut bytes);
    std::fs::write(path, bytes).expect("write");
}

/// What is done to a file.
type Damage = fn(&mut Vec<u8>);

#[test]
fn a_damaged_layer_between_good_ones_is_told_as_a_survey_tells_it() {
    let damages: [(&str, Damage); 8] = [
        ("IFMAP_SRAM_TRACE.csv", |bytes| bytes[20] = b'x'),
        ("FILTER_SRAM_TRACE.csv", |bytes| bytes.insert(0, b'\n')),
        ("OFMAP_SRAM_TRACE.csv", |bytes| bytes.truncate(bytes.len() / 2)),
        ("IFMAP_DRAM_TRACE.csv", |bytes| bytes.extend(b"-5.0,1.5\n7.0,\n")),
        ("FILTER_DRAM_TRACE.csv", |bytes| bytes.clear()),
        ("OFMAP_DRAM_TRACE.csv", |bytes| *bytes = b"1.0,2.0".to_vec()),
        ("FILTER_SRAM_TRACE.csv", |bytes| bytes.extend(b"1e3,1\n")),
        ("IFMAP_SRAM_TRACE.csv", |bytes| {
            *bytes = String::from_utf8_lossy(bytes).replace('\n', "\r\n").into()
        }),
    ];
    for of in ["gemm_ws_calc", "gemm_os_calc"] {
        for (file, damage) in damages {
            let (_directory, run) = three_layers(of);
            edit(&run.join("layer1").join(file), damage);
            compare(&run, LayerJoin::Overlap, true, 1 << 14);
            compare(&run, LayerJoin::BackToBack, false, 1 << 14);
        }
    }
}

#[test]
fn rows_that_only_their_words_tell_are_read_again() {
    // Busy ports with an idle one between them, where array rows hold different numbers of words; folds that follow
    // one another without an idle row between their outputs; a padding that changes within rows of one shape.
    let texts: [(&str, &str); 4] = [
        (
            "IFMAP_SRAM_TRACE.csv",
            "1,2,3,4\n2,0,-1,-1\n3,5,6,-1\n4,-1,-1,-1\n5,-1,-1,-1\n6,-1,-1,-1\n7,-1,-1,-1\n8,-1,-1,-1\n",
        ),
        (
            "FILTER_SRAM_TRACE.csv",
            "1,-1,-1,-1\n2,-1,-1,-1\n3,-1,-1,-1\n4,9,-1,8\n5,9,-1,-1\n6,9,9,-1\n7,-1,9,9\n8,-1,9,-1\n",
        ),
        (
            "OFMAP_SRAM_TRACE.csv",
            "1,20,-1,-1\n2,21,-1,-1\n3,20,-1,-1\n4,22,-1,-1\n5,20,-1,-1\n6,20,-1,-1\n7,-1,20,-1\n8,20,-1,-1\n",
        ),
        ("IFMAP_DRAM_TRACE.csv", "1.0,4.0,-1.0,1.0\n2.0,4.0,-1.0,1.0\n3.0,4.0,-1.0,1.0\n4.0,4.0,1.0,1.0\n"),
    ];
    for dataflow in ["ws", "is", "os"] {
        let directory = tempfile::tempdir().expect("directory");
        let run = directory.path().join("run");
        std::fs::create_dir_all(run.join("layer0")).expect("create");
        for (file, text) in texts {
            std::fs::write(run.join("layer0").join(file), text).expect("write");
        }
        let config = format!("[architecture_presets]\nArrayHeight: 3\nArrayWidth: 3\nDataflow: {dataflow}\n");
        std::fs::write(directory.path().join("run.cfg"), config).expect("write");
        for bytes in [1, 20, 1 << 16] {
            compare(&run, LayerJoin::BackToBack, false, bytes);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_are_told_as_a_survey_tells_them(
        run in 0_usize..4,
        changes in prop::collection::vec((0_usize..6, any::<usize>(), 0_usize..16), 1..4),
        chunk_bytes in 1_usize..20_000,
        skips: bool,
    ) {
        let files = ["IFMAP_SRAM", "FILTER_SRAM", "OFMAP_SRAM", "IFMAP_DRAM", "FILTER_DRAM", "OFMAP_DRAM"];
        let of = ["gemm_ws_calc", "gemm_is_calc", "gemm_os_calc", "gemm_ws_user"][run];
        let (_directory, run) = three_layers(of);
        for (file, at, byte) in changes {
            edit(&run.join(format!("layer1/{}_TRACE.csv", files[file])), |bytes| {
                let length = bytes.len();
                bytes[at % length] = b"-1,.0\n\r 7e+x9223"[byte];
            });
        }
        compare(&run, LayerJoin::BackToBack, skips, chunk_bytes);
    }
}

#[test]
fn no_event_lies_outside_of_its_layer_or_before_its_part() {
    for join in [LayerJoin::BackToBack, LayerJoin::Overlap, LayerJoin::ComputeOnly] {
        let recording = record(open_joined("conv_ws_user", join), 1 << 16);
        let span = recording.metadata.span.expect("span");
        let regions = &recording.metadata.regions;
        for event in &recording.events {
            let region = regions.iter().find(|region| format!("layer:{}", region.name) == event.region);
            let region = region.expect("region");
            assert!(region.start <= event.start && event.start < region.end, "{join:?} {event:?} {region:?}");
            assert!(span.start <= event.start && event.start < span.end, "{join:?} {event:?}");
            assert!(event.start >= event.not_before && event.end == event.start + 1, "{join:?} {event:?}");
        }
    }
}

#[test]
fn layers_that_are_joined_differently_hold_the_same_counts() {
    let totals = |join| record(open_joined("conv_ws_calc", join), 1 << 16).totals();
    let back_to_back = totals(LayerJoin::BackToBack);
    assert_eq!(back_to_back, totals(LayerJoin::Overlap));
    assert_eq!(back_to_back, totals(LayerJoin::ComputeOnly));
}

#[test]
fn a_single_file_is_counted_as_in_its_run() {
    let run = record(open_run("conv_ws_calc"), 1 << 16).totals();
    let layer = fixtures().join("conv_ws_calc/layer0");
    for (file, channel) in
        [("FILTER_DRAM_TRACE.csv", "filter_dram/read"), ("OFMAP_SRAM_TRACE.csv", "ofmap_sram/write")]
    {
        let single = record(open_path(&layer.join(file), &Default::default()), 1000).totals();
        let in_run = run[&("layer:layer0".to_owned(), channel.to_owned())];
        assert_eq!(single[&(String::new(), channel.to_owned())], in_run);
    }
}

#[test]
fn without_a_config_there_are_no_multiply_accumulates_and_a_warning_says_so() {
    let directory = tempfile::tempdir().expect("directory");
    let run = directory.path().join("twelve");
    copy(&fixtures().join("twelve"), &run);
    let recording = record(open_path(&run, &Default::default()), 1 << 16);
    let is_derived = |channel: &str| channel == "tensor_unit/mac" || channel == "ofmap_sram/read";
    assert!(recording.totals().keys().all(|(_, channel)| !is_derived(channel)));
    for text in ["no tensor_unit/mac", "--scalesim-config"] {
        assert!(recording.notes().contains(text), "{}", recording.notes());
    }
}

fn compress(path: &std::path::Path, is_gzip: bool) {
    let bytes = std::fs::read(path).expect("trace");
    std::fs::remove_file(path).expect("remove");
    if is_gzip {
        let target = std::fs::File::create(format!("{}.gz", path.display())).expect("create");
        let mut encoder = flate2::write::GzEncoder::new(target, flate2::Compression::fast());
        encoder.write_all(&bytes).expect("gzip");
        encoder.finish().expect("gzip");
    } else {
        let compressed = zstd::encode_all(&bytes[..], 1).expect("zstd");
        std::fs::write(format!("{}.zst", path.display()), compressed).expect("write");
    }
}

#[test]
fn compressed_traces_are_read_as_plain_ones() {
    let directory = tempfile::tempdir().expect("directory");
    let run = directory.path().join("twelve");
    copy(&fixtures().join("twelve"), &run);
    std::fs::copy(fixtures().join("twelve.cfg"), directory.path().join("twelve.cfg")).expect("copy");
    compress(&run.join("layer0/IFMAP_SRAM_TRACE.csv"), true);
    compress(&run.join("layer0/FILTER_DRAM_TRACE.csv"), false);
    let compressed = record(open_path(&run, &Default::default()), 1 << 16);
    assert!(compressed.events == record(open_run("twelve"), 1 << 16).events);
}

#[test]
fn stale_layers_are_left_out_and_named() {
    let recording = record(open_run("stale"), 1 << 16);
    assert!(recording.notes().contains("layer2, layer3"), "{}", recording.notes());
}

#[test]
fn a_killed_run_is_read_and_says_what_is_missing() {
    let notes = record(open_run("killed"), 1 << 16).notes();
    for text in ["no COMPUTE_REPORT.csv", "no OFMAP_DRAM_TRACE.csv in layer1", "layer1/OFMAP_SRAM_TRACE.csv"]
    {
        assert!(notes.contains(text), "{notes}");
    }
}

#[test]
fn chunks_end_where_rows_do() {
    assert_eq!(chunk_ends(b"1,2\n3,4\n5", 1), [4, 8, 9]);
}

/// A layer of a 2 x 2 array, `ws`, written by hand: K = 3 in two row folds, 2 filters, 1 pixel. A fold has
/// 2R + C + T - 2 = 5 rows; the array's rows hold weights k0 and k1, then k2 alone.
fn write_by_hand(layer: &std::path::Path) {
    std::fs::create_dir_all(layer).expect("create");
    let write = |name: &str, text: &str| std::fs::write(layer.join(name), text).expect("write");
    write(
        "FILTER_SRAM_TRACE.csv",
        "1,11,14\n2,10,13\n3,-1,-1\n4,-1,-1\n5,-1,-1\n6,-1,-1\n7,12,15\n8,-1,-1\n9,-1,-1\n10,-1,-1\n",
    );
    write(
        "IFMAP_SRAM_TRACE.csv",
        "1,-1,-1\n2,-1,-1\n3,0,-1\n4,-1,1\n5,-1,-1\n6,-1,-1\n7,-1,-1\n8,2,-1\n9,-1,-1\n10,-1,-1\n",
    );
    write(
        "OFMAP_SRAM_TRACE.csv",
        "0,-1,-1\n1,-1,-1\n2,-1,-1\n3,20,-1\n4,-1,21\n5,-1,-1\n6,-1,-1\n7,-1,-1\n8,20,-1\n9,-1,21\n",
    );
    write("IFMAP_DRAM_TRACE.csv", "-1.0,0.0,1.0,2.0,-1.0,-1.0,-1.0,-1.0,-1.0,-1.0,-1.0\n");
    write("OFMAP_DRAM_TRACE.csv", "9.0,20.0,21.0\n");
}

#[test]
fn two_layers_written_by_hand_give_the_events_on_paper() {
    let directory = tempfile::tempdir().expect("directory");
    let run = directory.path().join("hand");
    write_by_hand(&run.join("layer0"));
    write_by_hand(&run.join("layer1"));
    let config = "[general]\nrun_name = hand\n[architecture_presets]\nArrayHeight: 2\nArrayWidth: 2\nDataflow: ws\n\
        FilterOffset: 10\nOfmapOffset: 20\n";
    std::fs::write(directory.path().join("hand.cfg"), config).expect("write");
    std::fs::write(directory.path().join("net.csv"), "Layer, M, N, K,\nFC, 1, 2, 3,\nFC, 1, 2, 3,\n")
        .expect("write");
    let options =
        OpenOptions { scale_sim_topology: Some(directory.path().join("net.csv")), ..Default::default() };
    let recording = record(open_path(&run, &options), 1);
    let regions = &recording.metadata.regions;
    let spans: Vec<_> =
        regions.iter().map(|region| (region.name.as_str(), region.start, region.end)).collect();
    assert_eq!(spans, [("FC", -1, 11), ("FC#2", 11, 23)]);
    for (layer, offset) in [("layer:FC", 0), ("layer:FC#2", 12)] {
        let events = |channel| -> Vec<(i64, u64)> {
            recording
                .by_cycle(layer, channel)
                .into_iter()
                .map(|(cycle, count)| (cycle - offset, count))
                .collect()
        };
        assert_eq!(events("filter_sram/read"), [(1, 2), (2, 2), (7, 2)]);
        assert_eq!(events("ifmap_sram/read"), [(3, 1), (4, 1), (8, 1)]);
        assert_eq!(events("tensor_unit/mac"), [(3, 2), (4, 2), (8, 2)]);
        assert_eq!(events("ofmap_sram/write"), [(3, 1), (4, 1), (8, 1), (9, 1)]);
        assert_eq!(events("ofmap_sram/read"), [(8, 1), (9, 1)]);
        assert_eq!(events("ifmap_dram/read"), [(-1, 3)]);
        assert_eq!(events("ofmap_dram/write"), [(9, 2)]);
        assert_eq!(recording.rows(layer, "ifmap_sram/read"), 10);
    }
    for text in ["no FILTER_DRAM_TRACE.csv in layer0, layer1", "joined back to back", "4 partial sums"] {
        assert!(recording.notes().contains(text), "{}", recording.notes());
    }
}

#[test]
fn the_only_config_beside_a_run_is_taken_and_a_wrong_name_is_warned_of() {
    let directory = tempfile::tempdir().expect("directory");
    let run = directory.path().join("renamed");
    copy(&fixtures().join("twelve"), &run);
    std::fs::copy(fixtures().join("twelve.cfg"), directory.path().join("scale.cfg")).expect("copy");
    let recording = record(open_path(&run, &Default::default()), 1 << 16);
    assert!(recording.totals().keys().any(|(_, channel)| channel == "tensor_unit/mac"));
    assert!(recording.notes().contains("scale.cfg is taken"), "{}", recording.notes());
    assert!(!record(open_run("twelve"), 1 << 16).notes().contains("is taken for"));
}

#[test]
fn a_stream_of_one_trace_is_told_by_its_addresses_and_says_what_it_leaves_out() {
    use trace_formats::event::Fact;
    let text = "-2.0,4.0,1.0,5.0\n-1.0,6.0,1.0,1.0\n0.0,-1.0,1.0,1.0\n1.0,7.0,8";
    let input = trace_formats::input::Input::from_reader("stream", Box::new(std::io::Cursor::new(text)));
    let opened = trace_formats::format::open(input.expect("input"), &Default::default()).expect("trace");
    assert_eq!((opened.format, opened.metadata.inferences), ("scale-sim", None));
    let recording = record(opened, 1);
    let counts: Vec<_> = recording.by_cycle("", "ifmap_dram/read").into_iter().collect();
    assert_eq!(counts, [(-2, 3), (-1, 1)]);
    let skipped = |reason: &str| -> u64 {
        let each = recording.facts.iter().map(|fact| match fact {
            Fact::Skipped(skipped) if skipped.reason == reason => skipped.count,
            _ => 0,
        });
        each.sum()
    };
    assert_eq!((skipped("phantom_padding"), skipped("cut_last_row")), (4, 1));
    for text in ["taken for IFMAP_DRAM_TRACE.csv", "a guess"] {
        assert!(recording.notes().contains(text), "{}", recording.notes());
    }
}
