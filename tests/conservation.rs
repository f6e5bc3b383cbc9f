//! Counts are conserved exactly, from the bytes of a trace to its windows, regions and totals; energy follows them.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::atomic::AtomicU64;

use nm_trace::activity::{ActivitySummary, ChannelName, WindowSink, WindowTiming};
use nm_trace::power::{Binding, Pricing, PricingOptions};
use nm_trace::replay::{AdmitAll, ReplayOptions, replay};
use proptest::prelude::*;
use trace_formats::input::Input;
use trace_formats::{OpenOptions, OpenedTrace, format};

const CHANNELS: [(&str, &str); 3] = [("unified_buffer", "read"), ("tensor_unit", "mac"), ("dram", "write")];

#[derive(Clone, Debug)]
struct Row {
    start: i64,
    length: i64,
    channel: usize,
    count: u64,
    region: &'static str,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let region = prop::sample::select(vec!["", "layer:a", "layer:b", "layer:a;inference:0", "inference:1"]);
    let row = (-300i64..3000, 1i64..900, 0..CHANNELS.len(), 0u64..5000, region);
    let row =
        row.prop_map(|(start, length, channel, count, region)| Row { start, length, channel, count, region });
    prop::collection::vec(row, 1..60)
}

fn opened(rows: &[Row]) -> OpenedTrace {
    let mut text = String::from("# clock_hz: 1000000000\nstart,end,component,action,count,region\n");
    for row in rows {
        let (component, action) = CHANNELS[row.channel];
        let (start, end) = (row.start, row.start + row.length);
        text.push_str(&format!("{start},{end},{component},{action},{},{}\n", row.count, row.region));
    }
    let input = Input::from_reader("rows", Box::new(Cursor::new(text.into_bytes()))).unwrap();
    format::open(input, &OpenOptions::default()).unwrap()
}

fn timing(cycles: u64) -> WindowTiming {
    WindowTiming { cycles, clock_hz: 1e9, count_fraction_bits: 0 }
}

/// Adds up every window.
#[derive(Default)]
struct Sums(BTreeMap<ChannelName, u128>);

impl WindowSink for Sums {
    fn window(&mut self, _: i64, channels: &[ChannelName], counts: &[u64]) -> anyhow::Result<()> {
        for (channel, &count) in channels.iter().zip(counts) {
            *self.0.entry(channel.clone()).or_default() += u128::from(count);
        }
        Ok(())
    }

    fn finish(&mut self, _: &ActivitySummary) -> anyhow::Result<()> {
        Ok(())
    }
}

fn run(
    traces: Vec<OpenedTrace>,
    window: u64,
    chunk_bytes: usize,
    sink: &mut dyn WindowSink,
) -> ActivitySummary {
    let options = ReplayOptions { threads: 2, chunk_bytes, ..ReplayOptions::default() };
    replay(traces, &AdmitAll, timing(window), &options, sink, &AtomicU64::new(0)).unwrap().0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn windows_and_regions_with_their_remainder_sum_to_the_rows(
        rows in rows(), window in 1u64..700, chunk_bytes in 1usize..400,
    ) {
        let mut sums = Sums::default();
        let summary = run(vec![opened(&rows)], window, chunk_bytes, &mut sums);
        let mut expected: BTreeMap<ChannelName, u128> = BTreeMap::new();
        for row in &rows {
            let (component, action) = CHANNELS[row.channel];
            let name = ChannelName { component: component.into(), action: action.into() };
            *expected.entry(name).or_default() += u128::from(row.count);
        }
        sums.0.retain(|_, count| *count > 0);
        let mut totals = summary.totals.clone();
        totals.retain(|_, count| *count > 0);
        expected.retain(|_, count| *count > 0);
        prop_assert_eq!(&sums.0, &expected);
        prop_assert_eq!(&totals, &expected);
        for region in &summary.regions {
            let tag = format!("{}:{}", region.kind, region.name);
            let tagged = rows.iter().filter(|row| row.region.split(';').any(|one| one == tag));
            let counted: u128 = tagged.map(|row| u128::from(row.count)).sum();
            prop_assert_eq!(region.counts.values().sum::<u128>(), counted);
        }
        prop_assert_eq!(summary.coverage.events, rows.len() as u64);
    }

    #[test]
    fn splitting_a_trace_into_files_changes_nothing(
        rows in rows(), cut in 0usize..60, window in 1u64..700,
    ) {
        let (one, other) = rows.split_at(cut.min(rows.len()));
        prop_assume!(!one.is_empty() && !other.is_empty());
        let (mut whole_sums, mut parts_sums) = (Sums::default(), Sums::default());
        let whole = run(vec![opened(&rows)], window, 4096, &mut whole_sums);
        let parts = run(vec![opened(one), opened(other)], window, 4096, &mut parts_sums);
        prop_assert_eq!(whole_sums.0, parts_sums.0);
        prop_assert_eq!(&whole.totals, &parts.totals);
        prop_assert_eq!(&whole.regions, &parts.regions);
        prop_assert_eq!(whole.span, parts.span);
    }

    #[test]
    fn the_window_changes_no_energy(rows in rows(), one in 1u64..700, other in 1u64..700) {
        let pat = nm_trace::chip::load("tpu-v1").unwrap();
        let binding = Binding::new(&pat, None, None).unwrap();
        let energies = [one, other].map(|window| {
            let options = PricingOptions::default();
            let mut pricing = Pricing::new(&pat, &binding, timing(window), options, None).unwrap();
            run(vec![opened(&rows)], window, 4096, &mut pricing);
            let report = pricing.into_report().unwrap();
            let components = report.components.iter().map(|component| component.energy_by_kind_j);
            let regions = report.regions.iter().map(|region| region.energy_by_kind_j);
            (report.energy_j, report.system_energy_j, components.chain(regions).collect::<Vec<_>>())
        });
        prop_assert_eq!(&energies[0], &energies[1]);
    }
}
