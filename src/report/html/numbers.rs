//! Power over time for the page: single-precision numbers, compressed, in an order that the page knows.

use std::io::Write;

use anyhow::Result;
use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::power::{PowerRecord, PowerReport};

use crate::report::output::Output;

/// Powers of components over the whole run, at most; of more, neighbouring bins are averaged.
const MOST_POWERS: usize = 1 << 21;
/// Bins before and after a peak, and of the peak itself, of which each component is kept.
const AROUND_PEAK: usize = 512;
/// Peaks around which components are kept, at most.
const MOST_PEAKS: usize = 32;

/// What stands where in the numbers.
///
/// The numbers are: each bin's average; if a bin covers several windows, each bin's lowest, then each bin's highest; of
/// each counted component, averages of `bins_per_average` bins; of each stretch and counted component, each bin's.
#[derive(Serialize)]
pub(super) struct PowerLayout {
    /// Cycle at which the first bin starts; it and the last may be shorter than others.
    first_cycle: i64,
    /// Cycle at which the first bin ends.
    first_end_cycle: i64,
    /// Cycle at which the last bin ends.
    end_cycle: i64,
    /// Cycles of a bin that the run covers fully.
    bin_cycles: u64,
    windows_per_bin: u64,
    bins: usize,
    /// Those in the total, as positions in the report's list.
    counted_components: Vec<usize>,
    bins_per_average: usize,
    stretches: Vec<Stretch>,
}

/// Neighbouring bins around a peak.
#[derive(Serialize)]
struct Stretch {
    first_bin: usize,
    bins: usize,
}

impl PowerLayout {
    pub(super) fn new(report: &PowerReport, record: &PowerRecord, is_counted: &[bool]) -> PowerLayout {
        let bins = record.bins();
        let counted_components: Vec<usize> =
            (0..is_counted.len()).filter(|index| is_counted[*index]).collect();
        let mut bins_per_average = 1;
        while counted_components.len() * bins.len().div_ceil(bins_per_average) > MOST_POWERS {
            bins_per_average *= 2;
        }
        let mut layout = PowerLayout {
            first_cycle: bins.first().map_or(0, |bin| bin.start_cycle),
            first_end_cycle: bins.first().map_or(0, |bin| bin.end_cycle),
            end_cycle: bins.last().map_or(0, |bin| bin.end_cycle),
            bin_cycles: report.window_cycles.saturating_mul(record.windows_per_bin()),
            windows_per_bin: record.windows_per_bin(),
            bins: bins.len(),
            counted_components,
            bins_per_average,
            stretches: Vec::new(),
        };
        if bins_per_average > 1 {
            let starts = report.peak_power.iter().take(MOST_PEAKS).map(|peak| peak.start_cycle);
            layout.stretches = starts.map(|cycle| stretch(record, cycle)).collect();
        }
        layout
    }
}

fn stretch(record: &PowerRecord, peak_cycle: i64) -> Stretch {
    let peak = record.bins().partition_point(|bin| bin.end_cycle <= peak_cycle);
    let first_bin = peak.saturating_sub(AROUND_PEAK);
    let end = (peak + 2 * AROUND_PEAK).min(record.bins().len());
    Stretch { first_bin, bins: end.saturating_sub(first_bin) }
}

/// Writes the numbers, as little-endian Float32 in gzip in base64.
pub(super) fn write(layout: &PowerLayout, record: &PowerRecord, output: &mut Output) -> Result<()> {
    let mut numbers = GzEncoder::new(EncoderWriter::new(output, &STANDARD), Compression::fast());
    let bins = record.bins();
    put(&mut numbers, bins.iter().map(|bin| bin.average_w as f32))?;
    if layout.windows_per_bin > 1 {
        put(&mut numbers, bins.iter().map(|bin| bin.lowest_w as f32))?;
        put(&mut numbers, bins.iter().map(|bin| bin.highest_w as f32))?;
    }
    for component in &layout.counted_components {
        let starts = (0..bins.len()).step_by(layout.bins_per_average);
        let end = |start: usize| (start + layout.bins_per_average).min(bins.len());
        put(&mut numbers, starts.map(|start| average(record, *component, start, end(start))))?;
    }
    for stretch in &layout.stretches {
        for component in &layout.counted_components {
            let stretch = stretch.first_bin..stretch.first_bin + stretch.bins;
            put(&mut numbers, stretch.map(|bin| record.powers_w(bin)[*component]))?;
        }
    }
    numbers.finish()?.finish()?;
    Ok(())
}

/// A component's average over neighbouring bins, weighted by time.
fn average(record: &PowerRecord, component: usize, start: usize, end: usize) -> f32 {
    if end == start + 1 {
        return record.powers_w(start)[component];
    }
    let (mut energy, mut cycles) = (0.0, 0.0);
    for bin in start..end {
        let weight = record.bins()[bin].cycles() as f64;
        energy += weight * f64::from(record.powers_w(bin)[component]);
        cycles += weight;
    }
    if cycles > 0.0 { (energy / cycles) as f32 } else { 0.0 }
}

fn put(writer: &mut impl Write, numbers: impl Iterator<Item = f32>) -> Result<()> {
    let mut bytes = Vec::with_capacity(1 << 16);
    for number in numbers {
        bytes.extend_from_slice(&number.to_le_bytes());
        if bytes.len() == 1 << 16 {
            writer.write_all(&bytes)?;
            bytes.clear();
        }
    }
    writer.write_all(&bytes)?;
    Ok(())
}
