//! Who takes the closed windows of a replay: pricing, a saved profile, and whoever is told power over time.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::Result;
use trace_formats::{Note, Skipped};

use super::progress::LatestPower;
use crate::activity::{ActivitySummary, ChannelName, ProfileWriter, WindowSink};
use crate::power::{PowerObserver, PowerRow, Pricing};

/// Pricing, and a profile if one is saved.
pub struct Sinks<'a, 'b> {
    /// Prices each window.
    pub pricing: &'a mut Pricing<'b>,
    /// Writes each window's counts.
    pub profile: Option<ProfileSink>,
}

impl WindowSink for Sinks<'_, '_> {
    fn begin(&mut self, first_cycle: i64) -> Result<()> {
        self.pricing.begin(first_cycle)?;
        self.profile.as_mut().map_or(Ok(()), |profile| profile.begin(first_cycle))
    }

    fn window(&mut self, index: i64, channels: &[ChannelName], counts: &[u64]) -> Result<()> {
        self.pricing.window(index, channels, counts)?;
        self.profile.as_mut().map_or(Ok(()), |profile| profile.window(index, channels, counts))
    }

    fn finish(&mut self, summary: &ActivitySummary) -> Result<()> {
        self.pricing.finish(summary)?;
        self.profile.as_mut().map_or(Ok(()), |profile| profile.finish(summary))
    }
}

/// Writes a profile that says of records which could not be read that they were left out.
pub struct ProfileSink(pub ProfileWriter);

impl WindowSink for ProfileSink {
    fn begin(&mut self, first_cycle: i64) -> Result<()> {
        self.0.begin(first_cycle)
    }

    fn window(&mut self, index: i64, channels: &[ChannelName], counts: &[u64]) -> Result<()> {
        self.0.window(index, channels, counts)
    }

    fn finish(&mut self, summary: &ActivitySummary) -> Result<()> {
        let bad_records = &summary.coverage.bad_records;
        let mut summary = Cow::Borrowed(summary);
        let left_out = left_out(bad_records.iter().map(|(reason, &records)| (reason.as_str(), records)));
        if let Some((skipped, note)) = left_out {
            let summary = summary.to_mut();
            summary.coverage.skipped.extend(skipped);
            summary.notes.push(note);
        }
        self.0.finish(&summary)
    }
}

/// What a converted trace says of records that could not be read: how many, by reason, and a warning.
pub fn left_out<'a>(
    bad_records: impl Iterator<Item = (&'a str, u64)> + Clone,
) -> Option<(Vec<Skipped>, Note)> {
    let entry = |(reason, count): (&str, u64)| Skipped {
        reason: reason.to_owned(),
        region: None,
        channel: None,
        count,
    };
    let skipped: Vec<Skipped> = bad_records.clone().map(entry).collect();
    let reasons: Vec<String> = bad_records.map(|(reason, records)| format!("{reason} {records}")).collect();
    let text = format!(
        "records that could not be read were left out when the trace was converted: {}",
        reasons.join(", ")
    );
    (!skipped.is_empty()).then(|| (skipped, Note::warning(text)))
}

/// Tells power over time to whoever takes it, and to whoever follows the run.
pub struct Observers<'a> {
    /// Outputs.
    pub outputs: Option<&'a mut dyn PowerObserver>,
    /// What is painted: the first operating point's.
    pub latest: Option<Arc<LatestPower>>,
}

impl Observers<'_> {
    /// Itself, if anybody is told.
    pub fn any(&mut self) -> Option<&mut dyn PowerObserver> {
        if self.outputs.is_some() || self.latest.is_some() { Some(self) } else { None }
    }
}

impl PowerObserver for Observers<'_> {
    fn is_live(&self) -> bool {
        self.latest.is_some()
    }

    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        if let Some(latest) = self.latest.as_ref().filter(|_| row.point == 0) {
            latest.set(row.total, row.end);
        }
        self.outputs.as_mut().map_or(Ok(()), |outputs| outputs.row(row))
    }
}
