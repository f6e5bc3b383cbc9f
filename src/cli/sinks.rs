//! Who takes the closed windows of a replay: pricing, a saved profile, and power over time as CSV.

use anyhow::Result;

use crate::activity::{ActivitySummary, ChannelName, ProfileWriter, WindowSink};
use crate::chip::pat::{Pat, Placement};
use crate::power::{PowerObserver, PowerRow, Pricing};
use crate::report::output::Output;
use crate::report::power_csv::PowerCsv;

/// Pricing, and a profile if one is saved.
pub struct Sinks<'a, 'b> {
    /// Prices each window.
    pub pricing: &'a mut Pricing<'b>,
    /// Writes each window's counts.
    pub profile: Option<&'a mut ProfileWriter>,
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

/// Writes power over time while the run lasts: a row a window, a column a component of the chip.
pub struct CsvObserver {
    csv: PowerCsv<Output>,
    on_chip: Vec<bool>,
}

impl CsvObserver {
    /// Writes the column names.
    ///
    /// # Errors
    /// What writing reports.
    pub fn new(output: Output, pat: &Pat) -> Result<CsvObserver> {
        let on_chip: Vec<bool> =
            pat.components.iter().map(|component| component.placement == Placement::Chip).collect();
        let components = pat.components.iter().zip(&on_chip).filter(|(_, on_chip)| **on_chip);
        let names: Vec<String> = components.map(|(component, _)| component.name.clone()).collect();
        Ok(CsvObserver { csv: PowerCsv::new(output, &names)?, on_chip })
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What writing reports.
    pub fn finish(self) -> Result<()> {
        self.csv.finish()?.commit()
    }
}

impl PowerObserver for CsvObserver {
    fn row(&mut self, row: &PowerRow<'_>) -> Result<()> {
        let powers = row.components.iter().zip(&self.on_chip).filter(|(_, on_chip)| **on_chip);
        let powers_w: Vec<f64> = powers.map(|(power, _)| power.0).collect();
        let (start_s, end_s) = (row.start.0, row.end.0);
        self.csv.row(row.start_cycle, row.end_cycle, start_s, end_s, row.total.0, &powers_w, row.system.0)?;
        Ok(())
    }
}
