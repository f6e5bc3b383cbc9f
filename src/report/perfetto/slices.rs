//! The run, its regions and its peaks as slices on tracks of their own.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};

use super::lanes::lanes;
use super::{Events, PROCESS, Sink, Time, microseconds, numbers};
use crate::power::{PeakPower, PowerReport, RegionPower};

/// The first thread: the main thread has the number of its process.
const FIRST_THREAD: usize = 10;

/// A slice, from its first cycle to the first after it.
struct Slice<'a> {
    name: &'a str,
    span: (i64, i64),
    args: Value,
}

/// Writes the run, a track a kind of regions (several, where regions of a kind overlap), and the peaks.
pub(super) fn write(report: &PowerReport, events: &mut Events<impl Sink>) -> Result<()> {
    let labels = json!({ "labels": format!("windows of {} cycles", report.window_cycles) });
    events.name("process_name", None, &json!({ "name": report.chip.name }))?;
    events.name("process_labels", None, &labels)?;
    let span = (report.first_cycle, report.first_cycle.saturating_add_unsigned(report.cycles));
    let run = Slice { name: &report.chip.name, span, args: about(report, events.time) };
    let mut thread = track(FIRST_THREAD, "run", &[run], events)?;
    let mut kinds: BTreeMap<&str, Vec<Slice<'_>>> = BTreeMap::new();
    for region in &report.regions {
        if let Some(start) = region.start_cycle {
            let wanted = (start, start.saturating_add_unsigned(region.cycles));
            // What is outside of the run is charged nothing, and would have no place on the axis.
            let span = (wanted.0.clamp(span.0, span.1), wanted.1.clamp(span.0, span.1));
            let slice = Slice { name: &region.name, span, args: of_region(region) };
            kinds.entry(&region.kind).or_default().push(slice);
        }
    }
    for (kind, slices) in &kinds {
        thread = track(thread, kind, slices, events)?;
    }
    let peaks: Vec<Slice<'_>> = report.peak_power.iter().map(of_peak).collect();
    track(thread, "peak power", &peaks, events)?;
    Ok(())
}

/// Writes slices on threads from this one on; gives the next free one.
fn track(thread: usize, name: &str, slices: &[Slice<'_>], events: &mut Events<impl Sink>) -> Result<usize> {
    let spans: Vec<(i64, i64)> = slices.iter().map(|slice| slice.span).collect();
    let lanes = lanes(&spans);
    let count = lanes.iter().max().map_or(0, |lane| lane + 1);
    for lane in 0..count {
        let name = if lane == 0 { name.to_owned() } else { format!("{name} ({})", lane + 1) };
        events.name("thread_name", Some(thread + lane), &json!({ "name": name }))?;
        events.name("thread_sort_index", Some(thread + lane), &json!({ "sort_index": thread + lane }))?;
    }
    for (slice, lane) in slices.iter().zip(lanes) {
        write_slice(slice, thread + lane, events)?;
    }
    Ok(thread + count)
}

fn write_slice(slice: &Slice<'_>, thread: usize, events: &mut Events<impl Sink>) -> Result<()> {
    let (start, end) = (events.time.nanoseconds(slice.span.0), events.time.nanoseconds(slice.span.1));
    let (name, args) = (numbers::json(&slice.name)?, numbers::json(&slice.args)?);
    let (ts, dur) = (microseconds(start), microseconds(end.saturating_sub(start)));
    Ok(write!(
        events.next()?,
        "{{\"ph\":\"X\",\"pid\":{PROCESS},\"tid\":{thread},\"name\":{name},\"ts\":{ts},\"dur\":{dur},\"args\":{args}}}"
    )?)
}

/// What is said of the whole run.
pub(super) fn about(report: &PowerReport, time: Time) -> Value {
    json!({
        "tool": concat!("nm-trace ", env!("CARGO_PKG_VERSION")),
        "schema_version": report.schema_version,
        "chip": report.chip.name,
        "chip_description": report.chip.description,
        "chip_fingerprint": report.chip.fingerprint,
        "clock_hz": report.clock_hz,
        "cycle_at_0": time.first_cycle,
        "first_cycle": report.first_cycle,
        "cycles": report.cycles,
        "window_cycles": report.window_cycles,
        "duration_s": report.duration_s,
        "energy_j": report.energy_j,
        "system_energy_j": report.system_energy_j,
        "includes_system": report.includes_system,
        "average_power_w": report.average_power_w,
        "tdp_w": report.tdp_w,
        "tdp_headroom_w": report.tdp_headroom_w,
    })
}

fn of_region(region: &RegionPower) -> Value {
    let components: serde_json::Map<String, Value> =
        region.components.iter().map(|part| (part.name.clone(), part.energy_j.into())).collect();
    json!({
        "id": region.id,
        "start_cycle": region.start_cycle,
        "cycles": region.cycles,
        "duration_s": region.duration_s,
        "energy_j": region.energy_j,
        "system_energy_j": region.system_energy_j,
        "average_power_w": region.average_power_w,
        "macs": region.macs,
        "component_energy_j": components,
    })
}

fn of_peak(peak: &PeakPower) -> Slice<'_> {
    let components: serde_json::Map<String, Value> =
        peak.components.iter().map(|part| (part.name.clone(), part.power_w.into())).collect();
    Slice {
        name: &peak.label,
        span: (peak.start_cycle, peak.start_cycle.saturating_add_unsigned(peak.window_cycles)),
        args: json!({
            "power_w": peak.power_w,
            "window_s": peak.window_s,
            "window_cycles": peak.window_cycles,
            "start_cycle": peak.start_cycle,
            "start_s": peak.start_s,
            "region": peak.region,
            "component_power_w": components,
        }),
    }
}
