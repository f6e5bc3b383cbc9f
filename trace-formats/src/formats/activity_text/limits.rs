//! What metadata may say, wherever it is read from or written to.

use crate::metadata::{Metadata, RegionDeclaration, Span};

/// The most fraction bits of a count.
pub(crate) const MAX_FRACTION_BITS: u32 = 20;

/// What is wrong with a value: what was found and what was expected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// What was found.
    pub(crate) found: String,
    /// What was expected.
    pub(crate) expected: String,
}

fn misfit(found: impl Into<String>, expected: impl Into<String>) -> Misfit {
    Misfit { found: found.into(), expected: expected.into() }
}

/// Checks all of a trace's metadata.
pub(crate) fn check_metadata(metadata: &Metadata) -> Result<(), Misfit> {
    if let Some(clock_hz) = metadata.clock_hz {
        check_clock(clock_hz)?;
    }
    check_fraction_bits(u64::from(metadata.count_fraction_bits))?;
    if metadata.window_cycles == Some(0) {
        return Err(misfit("a window of 0 cycles", "at least 1"));
    }
    metadata.span.as_ref().map_or(Ok(()), check_span)?;
    metadata.regions.iter().try_for_each(check_region)
}

/// A clock runs.
pub(crate) fn check_clock(clock_hz: f64) -> Result<(), Misfit> {
    if clock_hz.is_finite() && clock_hz > 0.0 {
        return Ok(());
    }
    Err(misfit(format!("a clock of {clock_hz} Hz"), "a positive number of hertz"))
}

/// Counts have a bounded number of fraction bits.
pub(crate) fn check_fraction_bits(bits: u64) -> Result<(), Misfit> {
    if bits <= u64::from(MAX_FRACTION_BITS) {
        return Ok(());
    }
    Err(misfit(format!("{bits} fraction bits of a count"), format!("at most {MAX_FRACTION_BITS}")))
}

/// A span does not end before it starts.
pub(crate) fn check_span(span: &Span) -> Result<(), Misfit> {
    if span.end >= span.start {
        return Ok(());
    }
    Err(misfit(format!("a span {}..{} that ends before its start", span.start, span.end), "start..end"))
}

/// A region has a kind and a name, and does not end before it starts.
pub(crate) fn check_region(region: &RegionDeclaration) -> Result<(), Misfit> {
    if region.kind.is_empty() || region.name.is_empty() {
        return Err(misfit("a region without a kind or a name", "both"));
    }
    if region.end >= region.start {
        return Ok(());
    }
    Err(misfit(
        format!("a region {:?} that ends at {}, before its start {}", region.name, region.end, region.start),
        "an end after the start",
    ))
}
