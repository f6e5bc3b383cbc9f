//! Activities with published powers, and their replay on a chip: what `chip` itself may not know of.

use std::sync::atomic::AtomicU64;

use anyhow::{Context, Result, anyhow};
use trace_formats::input::Input;
use trace_formats::{OpenOptions, format};

use crate::activity::{ActivitySummary, Region, WindowTiming};
use crate::chip::pat::Pat;
use crate::chip::{ReplayedLayer, ReplayedRun};
use crate::power::{Binding, PowerReport, Pricing, PricingOptions};
use crate::replay::{AdmitAll, ReplayOptions, replay};
use crate::units::{Joules, Seconds, Watts};

/// By the name that the published figures give them. Their events are called like the chip's own.
const ACTIVITIES: [(&str, &str); 2] = [
    ("AlexNet", include_str!("../../../fixtures/eyeriss/alexnet.csv")),
    ("VGG-16", include_str!("../../../fixtures/eyeriss/vgg16.csv")),
];

/// Long windows: no figure depends on them, and a layer of VGG-16 has 10^8 cycles.
const WINDOW_CYCLES: u64 = 1_000_000;

/// Replays an activity on a chip.
pub(super) fn replayed(pat: &Pat, activity: &str) -> Result<ReplayedRun> {
    let (name, text) = ACTIVITIES.iter().find(|(name, _)| *name == activity).with_context(|| {
        let known = ACTIVITIES.map(|(name, _)| name).join(", ");
        format!("no activity is called {activity}; known: {known}")
    })?;
    let input = Input::from_reader(name, Box::new(text.as_bytes()))?;
    let trace = format::open(input, &OpenOptions::default())?;
    let clock_hz = trace.metadata.clock_hz.unwrap_or(pat.clock.value.0);
    let timing = WindowTiming { cycles: WINDOW_CYCLES, clock_hz, count_fraction_bits: 0 };
    let binding = Binding::new(pat, None, None)?;
    let mut pricing = Pricing::new(pat, &binding, timing, PricingOptions::default(), None)?;
    let options = ReplayOptions::default();
    let (summary, _) = replay(vec![trace], &AdmitAll, timing, &options, &mut pricing, &AtomicU64::default())?;
    let report = pricing.into_report().context("the run ended without a report")?;
    if let Some(channel) = report.coverage.unbound_channels.first() {
        return Err(anyhow!("the chip has nothing that {} is", channel.trace_channel));
    }
    Ok(ReplayedRun { average_power: Watts(report.average_power_w), layers: layers(&summary, &report) })
}

fn layers(summary: &ActivitySummary, report: &PowerReport) -> Vec<ReplayedLayer> {
    let priced = |layer: &Region| {
        report.regions.iter().find(|region| region.kind == layer.kind && region.name == layer.name)
    };
    let layers = summary.regions.iter().filter(|region| region.kind == "layer");
    layers
        .filter_map(|layer| {
            let priced = priced(layer)?;
            let counts = layer.counts.iter();
            Some(ReplayedLayer {
                name: layer.name.clone(),
                duration: Seconds(priced.duration_s),
                energy: Joules(priced.energy_j),
                clock: Joules(priced.energy_by_kind_j.clock),
                counts: counts
                    .map(|(name, count)| ((name.component.clone(), name.action.clone()), *count as f64))
                    .collect(),
            })
        })
        .collect()
}
