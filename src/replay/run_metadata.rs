//! What the traces of one run say of themselves, together.

use anyhow::{Context, bail};
use trace_formats::event::Fact;
use trace_formats::{Metadata, OpenedTrace, Span};

/// What several traces of one run say of themselves together.
///
/// # Errors
/// Traces that cannot share one time axis, or whose sums do not fit the windows.
pub fn combine_metadata(traces: &[OpenedTrace], window_cycles: u64) -> anyhow::Result<Metadata> {
    let mut traces = traces.iter().map(|trace| &trace.metadata);
    let mut all = traces.next().context("no trace was given")?.clone();
    check_window(&all, window_cycles)?;
    for metadata in traces {
        check_window(metadata, window_cycles)?;
        check_agreement(&all, metadata)?;
        all.clock_hz = all.clock_hz.or(metadata.clock_hz);
        all.inferences = all.inferences.or(metadata.inferences);
        all.binding = all.binding.or_else(|| metadata.binding.clone());
        all.span = Span::join_all([all.span, metadata.span].into_iter().flatten());
        all.regions.extend(metadata.regions.iter().cloned());
        all.skipped.extend(metadata.skipped.iter().cloned());
        all.notes.extend(metadata.notes.iter().cloned());
    }
    Ok(all)
}

/// Sums over windows can be added up to longer windows, and to nothing else.
fn check_window(metadata: &Metadata, window_cycles: u64) -> anyhow::Result<()> {
    match metadata.window_cycles {
        Some(source) if source == 0 || !window_cycles.is_multiple_of(source) => bail!(
            "found a trace of sums over windows of {source} cycles, expected a --window that is a multiple of it, not \
             {window_cycles} cycles; choose --window {}",
            window_cycles.div_ceil(source.max(1)).saturating_mul(source)
        ),
        _ => Ok(()),
    }
}

fn check_agreement(one: &Metadata, other: &Metadata) -> anyhow::Result<()> {
    if one.count_fraction_bits != other.count_fraction_bits {
        bail!(
            "found traces with count_fraction_bits {} and {}, expected the same in all traces of one run; convert one \
             of them",
            one.count_fraction_bits,
            other.count_fraction_bits
        );
    }
    if let Some((one, other)) = contradiction(one.clock_hz, other.clock_hz) {
        bail!(
            "found traces with clocks of {one} Hz and {other} Hz, expected one clock in all traces of a run; correct \
             the clock_hz of one of them"
        );
    }
    if let Some((one, other)) = contradiction(one.inferences, other.inferences) {
        bail!(
            "found traces of {one} and of {other} inferences, expected the same in all traces of a run; correct the \
             inferences of one of them"
        );
    }
    Ok(())
}

fn contradiction<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<(T, T)> {
    one.zip(other).filter(|(one, other)| one != other)
}

/// What a header says, as the facts that it would be between the events.
pub fn header_facts(metadata: &Metadata) -> impl Iterator<Item = Fact> + '_ {
    let span = metadata.span.into_iter().map(Fact::Span);
    let regions = metadata.regions.iter().cloned().map(Fact::Region);
    let skipped = metadata.skipped.iter().cloned().map(Fact::Skipped);
    span.chain(regions).chain(skipped).chain(metadata.notes.iter().cloned().map(Fact::Note))
}
