//! Drives pricing with events that are spread over cycles exactly, for tests on paper and property tests.

#![allow(dead_code, missing_docs)]

use std::collections::BTreeMap;

use nm_trace::activity::{ActivitySummary, ChannelName, Coverage, Region, WindowSink, WindowTiming};
use nm_trace::chip::pat::Pat;
use nm_trace::power::{Binding, PowerObserver, PowerReport, PowerRow, Pricing, PricingOptions};
use trace_formats::{Metadata, Span};

/// `count` of `channel` during `[start, end)`, under the tags of some of the run's regions.
#[derive(Clone, Debug)]
pub struct Event {
    pub channel: &'static str,
    pub start: i64,
    pub end: i64,
    pub count: u64,
    pub regions: Vec<usize>,
}

pub fn event(channel: &'static str, start: i64, end: i64, count: u64) -> Event {
    Event { channel, start, end, count, regions: Vec::new() }
}

pub fn region(kind: &str, id: u64, start: i64, end: i64) -> Region {
    let name = format!("{kind}{id}");
    Region { kind: kind.to_owned(), id, name, span: Span { start, end }, counts: BTreeMap::new() }
}

/// A run: its cycles, its events, its regions (in the summary's order, still without counts).
#[derive(Clone, Debug)]
pub struct Run {
    pub start: i64,
    pub end: i64,
    pub events: Vec<Event>,
    pub regions: Vec<Region>,
    pub clock_hz: f64,
    /// Columns appear in the order of these channels, each when its first count does.
    pub columns: Vec<&'static str>,
    /// All columns are known from the first window on.
    pub has_all_columns_at_once: bool,
    /// k
    pub fraction_bits: u32,
}

pub struct Row {
    pub start_cycle: i64,
    pub end_cycle: i64,
    pub total_w: f64,
    pub system_w: f64,
    pub components_w: Vec<f64>,
}

#[derive(Default)]
pub struct Rows(pub Vec<Row>);

impl PowerObserver for Rows {
    fn row(&mut self, row: &PowerRow<'_>) -> anyhow::Result<()> {
        self.0.push(Row {
            start_cycle: row.start_cycle,
            end_cycle: row.end_cycle,
            total_w: row.total.0,
            system_w: row.system.0,
            components_w: row.components.iter().map(|power| power.0).collect(),
        });
        Ok(())
    }
}

pub fn name(channel: &str) -> ChannelName {
    let (component, action) = channel.rsplit_once('/').unwrap();
    ChannelName { component: component.to_owned(), action: action.to_owned() }
}

impl Event {
    /// The exact part of the count that falls into `[start, end)`.
    pub fn within(&self, start: i64, end: i64) -> u64 {
        let length = (self.end - self.start) as u128;
        let up_to = |cycle: i64| {
            let cycles = (cycle.clamp(self.start, self.end) - self.start) as u128;
            (u128::from(self.count) * cycles / length) as u64
        };
        up_to(end) - up_to(start)
    }
}

impl Run {
    pub fn new(start: i64, end: i64, clock_hz: f64, events: Vec<Event>) -> Run {
        let mut columns = Vec::new();
        for event in &events {
            if !columns.contains(&event.channel) {
                columns.push(event.channel);
            }
        }
        Run {
            start,
            end,
            events,
            regions: Vec::new(),
            clock_hz,
            columns,
            has_all_columns_at_once: false,
            fraction_bits: 0,
        }
    }

    pub fn count(&self, channel: &str, start: i64, end: i64) -> u64 {
        let events = self.events.iter().filter(|event| event.channel == channel);
        events.map(|event| event.within(start, end)).sum()
    }

    pub fn summary(&self, timing: WindowTiming) -> ActivitySummary {
        let mut totals = BTreeMap::new();
        let mut regions = self.regions.clone();
        for event in &self.events {
            *totals.entry(name(event.channel)).or_default() += u128::from(event.count);
            for tag in &event.regions {
                *regions[*tag].counts.entry(name(event.channel)).or_default() += u128::from(event.count);
            }
        }
        ActivitySummary {
            timing,
            span: Span { start: self.start, end: self.end },
            totals,
            regions,
            coverage: Coverage { events: self.events.len() as u64, ..Coverage::default() },
            notes: Vec::new(),
            inferences: Some(1),
            trace_clock_hz: Some(self.clock_hz),
            metadata: Metadata::default(),
        }
    }

    /// Hands all windows of that many cycles to a sink.
    pub fn feed(&self, cycles: u64, sink: &mut dyn WindowSink) -> anyhow::Result<()> {
        let length = cycles as i64;
        let timing = self.timing(cycles);
        sink.begin(self.start)?;
        let mut channels: Vec<ChannelName> = Vec::new();
        for index in self.start.div_euclid(length)..=(self.end - 1).div_euclid(length) {
            let (start, end) = (index * length, (index + 1) * length);
            for column in &self.columns {
                let is_due = self.has_all_columns_at_once || self.count(column, start, end) > 0;
                if is_due && !channels.contains(&name(column)) {
                    channels.push(name(column));
                }
            }
            let counts: Vec<u64> =
                channels.iter().map(|channel| self.count(&channel.to_string(), start, end)).collect();
            sink.window(index, &channels, &counts)?;
        }
        sink.finish(&self.summary(timing))
    }

    pub fn timing(&self, cycles: u64) -> WindowTiming {
        WindowTiming { cycles, clock_hz: self.clock_hz, count_fraction_bits: self.fraction_bits }
    }

    pub fn price(&self, pat: &Pat, cycles: u64, options: PricingOptions) -> (PowerReport, Vec<Row>) {
        let binding = Binding::new(pat, None, None).unwrap();
        self.price_bound(pat, &binding, cycles, options)
    }

    pub fn price_bound(
        &self,
        pat: &Pat,
        binding: &Binding,
        cycles: u64,
        options: PricingOptions,
    ) -> (PowerReport, Vec<Row>) {
        let mut rows = Rows::default();
        let mut pricing = Pricing::new(pat, binding, self.timing(cycles), options, Some(&mut rows)).unwrap();
        self.feed(cycles, &mut pricing).unwrap();
        let report = pricing.into_report().unwrap();
        (report, rows.0)
    }
}

/// Two components at 1 GHz, so that a watt is a nanojoule a cycle, and a memory beside the chip.
///
/// | component | leakage | clock running / gated | action | energy | capacity | clock it keeps running |
/// |---|---|---|---|---|---|---|
/// | alpha | 1 W   | 4 W / 1 W | mac   |  2 nJ | 2 | (4−1) W ÷ 1 GHz × 1 ÷ 2 = 1.5 nJ |
/// | beta  | 0.5 W | 3 W / 1 W | read  | 10 nJ | 1 | (3−1) W ÷ 1 GHz × ½ ÷ 1 = 1 nJ |
/// |       |       |           | write | 20 nJ | 1 | 1 nJ |
/// | dram  | 0.25 W | 0 / 0    | read  | 100 nJ | 1 | 0 |
///
/// Base power of the chip: 1 + 1 + 0.5 + 1 = 3.5 W.
pub fn paper_chip() -> Pat {
    let q = |value: f64, unit: &str| format!("{{ value = {value}, unit = \"{unit}\", source = \"paper\" }}");
    let component = |name: &str, placement: &str, leakage: f64, running: f64, gated: f64| {
        format!(
            "[[components]]\nname = \"{name}\"\nplacement = \"{placement}\"\nleakage = {}\n\
             clock = {{ running = {}, gated = {} }}\n",
            q(leakage, "W"),
            q(running, "W"),
            q(gated, "W")
        )
    };
    let action = |name: &str, bits: u64, energy: f64, capacity: f64| {
        format!(
            "[[components.actions]]\nname = \"{name}\"\nbits = {bits}\nenergy = {}\ncapacity = {}\ntdp_activity = {}\n",
            q(energy, "nJ"),
            q(capacity, "1/cycle"),
            q(0.5, "1")
        )
    };
    let text = [
        format!("name = \"paper\"\nword_bits = 8\nclock = {}\n", q(1.0, "GHz")),
        component("alpha", "chip", 1.0, 4.0, 1.0),
        action("mac", 8, 2.0, 2.0),
        component("beta", "chip", 0.5, 3.0, 1.0),
        action("read", 32, 10.0, 1.0),
        action("write", 32, 20.0, 1.0),
        component("dram", "system", 0.25, 0.0, 0.0),
        action("read", 64, 100.0, 1.0),
    ]
    .concat();
    Pat::parse("paper", &text).unwrap()
}
